#include "storage/wal_repair.h"

#include <utility>
#include <vector>

#include "storage/wal_replay.h"

namespace raftarium::storage {

namespace {

base::Status copy_out(Disk& disk, File segment, const TornTail& tail, const std::string& name) {
  std::vector<std::uint8_t> bytes(static_cast<std::size_t>(tail.to - tail.from));
  const auto got = disk.read(segment, tail.from, bytes);
  if (!got) return got.error();
  bytes.resize(*got);
  const auto file = disk.create(name);
  if (!file) return file.error();
  base::Status status = disk.write(*file, 0, bytes);
  if (status) status = disk.sync(*file);
  disk.close(*file);
  if (status) status = disk.sync_directory();
  return status;
}

}  // namespace

base::Result<WalRepair> repair_wal(Disk& disk) {
  if (auto status = disk.lock(); !status) return status.error();
  const auto names = disk.list();
  if (!names) return names.error();
  const auto sequences = list_segments(*names);
  if (!sequences) return sequences.error();
  if (sequences->empty()) return base::Error{"wal: expected 00000001.wal or a later segment, found none"};
  WalReplay replay(nullptr);  // what is cut must leave a log that makes sense
  const auto end = read_wal(disk, *sequences, std::nullopt, replay);
  if (!end) return end.error();
  WalRepair repair;
  if (!end->torn) return repair;
  repair.cut = end->torn;
  repair.kept_in = segment_name(end->sequence) + ".torn-" + std::to_string(end->torn->from);
  const auto segment = disk.open(segment_name(end->sequence), true);
  if (!segment) return segment.error();
  base::Status status = copy_out(disk, *segment, *end->torn, repair.kept_in);
  if (status) status = disk.truncate(*segment, end->torn->from);
  if (status) status = disk.sync(*segment);
  disk.close(*segment);
  if (!status) return status.error();
  return repair;
}

}  // namespace raftarium::storage
