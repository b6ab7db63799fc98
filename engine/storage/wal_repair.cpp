#include "storage/wal_repair.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "storage/snapshot_store.h"
#include "storage/wal_replay.h"

namespace raftarium::storage {

namespace {

base::Result<std::vector<std::uint8_t>> read_all(Disk& disk, const std::string& name) {
  const auto file = disk.open(name, false);
  if (!file) return file.error();
  const auto read = [&]() -> base::Result<std::vector<std::uint8_t>> {
    const auto size = disk.size(*file);
    if (!size) return size.error();
    std::vector<std::uint8_t> bytes(static_cast<std::size_t>(*size));
    const auto got = disk.read(*file, 0, bytes);
    if (!got) return got.error();
    bytes.resize(*got);
    return bytes;
  };
  auto bytes = read();
  disk.close(*file);
  return bytes;
}

// As a snapshot is written: the name stands for all of the bytes.
base::Status write_all(Disk& disk, const std::vector<std::string>& names, const std::string& name,
                       const std::vector<std::uint8_t>& bytes) {
  const std::string temporary = name + std::string(kTemporarySuffix);
  if (std::binary_search(names.begin(), names.end(), temporary)) {
    if (auto status = disk.remove(temporary); !status) return status;  // of an attempt that failed
  }
  const auto file = disk.create(temporary);
  if (!file) return file.error();
  base::Status status = disk.write(*file, 0, bytes);
  if (status) status = disk.sync(*file);
  disk.close(*file);
  if (status) status = disk.rename(temporary, name);
  return status;
}

// The file that holds the torn bytes. An earlier repair may have been stopped after it was written; or have
// cut other bytes at the same place, which are kept as well.
base::Result<std::string> keep(Disk& disk, const std::vector<std::string>& names, File segment,
                               const TornTail& tail) {
  std::vector<std::uint8_t> bytes(static_cast<std::size_t>(tail.to - tail.from));
  const auto got = disk.read(segment, tail.from, bytes);
  if (!got) return got.error();
  bytes.resize(*got);
  const std::string first = segment_name(tail.sequence) + ".torn-" + std::to_string(tail.from);
  std::string name = first;
  for (std::size_t number = 2; std::binary_search(names.begin(), names.end(), name); ++number) {
    const auto kept = read_all(disk, name);
    if (!kept) return kept.error();
    if (*kept == bytes) return name;
    name = first + '.' + std::to_string(number);
  }
  if (auto status = write_all(disk, names, name, bytes); !status) return status.error();
  return name;
}

}  // namespace

base::Result<WalRepair> repair_wal(Disk& disk) {
  const auto look = [&]() -> base::Result<std::vector<std::string>> {
    auto names = disk.list();
    if (!names) return names.error();
    const auto sequences = list_segments(*names);
    if (!sequences) return sequences.error();
    if (sequences->empty()) return base::Error{"wal: expected 00000001.wal or a later segment, found none"};
    return names;
  };
  // Before the lock, which makes a file: a directory without a log is none of ours.
  if (const auto names = look(); !names) return names.error();
  if (auto status = disk.lock(); !status) return status.error();
  const auto names = look();
  if (!names) return names.error();
  WalReplay replay(nullptr);  // what is cut must leave a log that makes sense
  const auto end = read_wal(disk, *list_segments(*names), std::nullopt, replay);
  if (!end) return end.error();
  WalRepair repair;
  if (!end->torn) return repair;
  repair.cut = end->torn;
  const auto segment = disk.open(segment_name(end->sequence), true);
  if (!segment) return segment.error();
  const auto kept = keep(disk, *names, *segment, *end->torn);
  // Also of a file that was there: its name may never have been synced.
  base::Status status = kept ? disk.sync_directory() : base::Status(kept.error());
  if (status) status = disk.truncate(*segment, end->torn->from);
  if (status) status = disk.sync(*segment);
  disk.close(*segment);
  if (!status) return status.error();
  repair.kept_in = *kept;
  return repair;
}

}  // namespace raftarium::storage
