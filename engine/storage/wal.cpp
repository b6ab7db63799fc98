#include "storage/wal.h"

#include <algorithm>
#include <string>
#include <utility>

#include "base/check.h"
#include "storage/snapshot_store.h"

namespace raftarium::storage {

namespace {

constexpr std::size_t kMarksKept = 2;

// A sync that failed leaves pages that look written and are not dirty: reading them proves nothing, and syncing
// them again does nothing. Written once more, they are dirty.
base::Status rewrite(Disk& disk, File file, std::uint64_t from, std::uint64_t to) {
  std::vector<std::uint8_t> bytes(static_cast<std::size_t>(to - from));
  if (bytes.empty()) return {};
  const auto got = disk.read(file, from, bytes);
  if (!got) return got.error();
  if (*got < bytes.size()) return base::Error{"wal: the last segment became shorter while it was read"};
  return disk.write(file, from, bytes);
}

}  // namespace

base::Result<Wal> Wal::create(Disk& disk, const Identity& identity, const WalOptions& options,
                              const Mark& first, const raft::HardState& hard_state) {
  Wal wal(disk, identity, options);
  wal.hard_state_ = hard_state;
  if (auto status = wal.write_segment(1, first); !status) return status.error();
  wal.last_ = first.index;
  wal.marks_.push_back(first);
  return wal;
}

base::Result<Wal> Wal::resume(Disk& disk, const WalOptions& options, const WalEnd& end,
                              const WalReplay& replay, const std::vector<Mark>& marks) {
  Wal wal(disk, replay.identity(), options);
  const auto file = disk.open(segment_name(end.sequence), true);
  if (!file) return file.error();
  base::Status status;
  if (end.torn) {
    // The rest of the file becomes zeros, so that nothing of the torn save is ever taken for a later one.
    status = disk.truncate(*file, end.offset);
    if (status) status = disk.preallocate(*file, std::max(options.segment_bytes, end.offset));
  }
  if (status) status = rewrite(disk, *file, end.durable, end.offset);
  if (status) status = disk.sync(*file);
  if (!status) {
    disk.close(*file);
    return status.error();
  }
  wal.file_ = *file;
  wal.segments_ = replay.segments();
  wal.offset_ = end.offset;
  wal.head_end_ = kSegmentHeaderBytes;
  wal.chain_ = end.chain;
  wal.next_save_ = end.next_save;
  wal.durable_save_ = end.next_save - 1;
  wal.last_ = replay.last_index();
  wal.hard_state_ = replay.hard_state();
  wal.marks_ = marks;
  return wal;
}

base::Status Wal::close(const base::Error& why) {
  if (!failure_) failure_ = why;
  return *failure_;
}

void Wal::encode(const WalSave& save) {
  encoder_.begin(segments_.back().sequence, offset_, chain_, next_save_,
                 static_cast<std::uint32_t>(next_save_ - durable_save_));
  if (save.install) encoder_.snapshot(*save.install, true);
  if (save.truncate) encoder_.truncate(*save.truncate);
  encoder_.entries(save.entries);
  if (!save.hard_state.is_empty()) encoder_.hard_state(save.hard_state);
  if (save.snapshot) encoder_.snapshot(*save.snapshot, false);
  encoder_.finish();
}

void Wal::note(const WalSave& save) {
  if (save.install) last_ = save.install->index;
  if (save.truncate) last_ = *save.truncate - 1;
  if (!save.entries.empty()) last_ = save.entries.back().index;
  if (!save.hard_state.is_empty()) hard_state_ = save.hard_state;
  for (const auto& mark : {save.install, save.snapshot}) {
    if (!mark) continue;
    marks_.push_back(*mark);
    if (marks_.size() > kMarksKept) marks_.erase(marks_.begin());
  }
}

base::Status Wal::append(const WalSave& save) {
  if (failure_) return *failure_;
  encode(save);
  if (offset_ > head_end_ && offset_ + encoder_.bytes().size() > options_.segment_bytes) {
    if (auto status = cut(); !status) return close(status.error());
    encode(save);
  }
  if (auto status = disk_->write(file_, offset_, encoder_.bytes()); !status) return close(status.error());
  offset_ += encoder_.bytes().size();
  chain_ = encoder_.chain();
  ++next_save_;
  note(save);
  return {};
}

void Wal::close_retired() {
  if (syncing_ > 0) return;
  for (const File file : retired_) disk_->close(file);
  retired_.clear();
}

base::Status Wal::finish_sync(const SyncTicket& ticket, const base::Status& result) {
  CHECK(syncing_ > 0, "a ticket is finished twice");
  --syncing_;
  close_retired();
  if (failure_) return *failure_;
  if (!result) return close(result.error());
  durable_save_ = std::max(durable_save_, ticket.save);
  return {};
}

base::Status Wal::sync() {
  if (failure_) return *failure_;
  const SyncTicket ticket = begin_sync();
  return finish_sync(ticket, disk_->sync(ticket.file));
}

// A segment gets its name only when it can be read: header and head are durable before the rename, and the
// name is durable before anything is saved in it.
base::Status Wal::write_segment(std::uint64_t sequence, const std::optional<Mark>& install) {
  SegmentHeader header;
  header.sequence = sequence;
  header.first_index = last_ + 1;
  header.identity = identity_;
  header.first_save = next_save_;
  header.chain = chain_;
  // The head repeats what would be lost with the segments before.
  encoder_.begin(sequence, kSegmentHeaderBytes, checksum(header), next_save_,
                 static_cast<std::uint32_t>(next_save_ - durable_save_));
  if (install) encoder_.snapshot(*install, true);
  for (const Mark& mark : marks_) encoder_.snapshot(mark, false);
  encoder_.hard_state(hard_state_);
  encoder_.finish();
  const auto header_bytes = storage::encode(header);
  std::vector<std::uint8_t> bytes(header_bytes.begin(), header_bytes.end());
  bytes.insert(bytes.end(), encoder_.bytes().begin(), encoder_.bytes().end());

  const std::string name = segment_name(sequence);
  const std::string temporary = name + std::string(kTemporarySuffix);
  const auto file = disk_->create(temporary);
  if (!file) return file.error();
  base::Status status = disk_->preallocate(*file, options_.segment_bytes);
  if (status) status = disk_->write(*file, 0, bytes);
  if (status) status = disk_->sync(*file);
  if (status) status = disk_->rename(temporary, name);
  if (status) status = disk_->sync_directory();
  if (!status) {
    disk_->close(*file);
    return status;
  }
  if (!segments_.empty()) retired_.push_back(file_);
  close_retired();
  file_ = *file;
  segments_.push_back({sequence, header.first_index});
  offset_ = head_end_ = bytes.size();
  chain_ = encoder_.chain();
  durable_save_ = next_save_++;
  return {};
}

base::Status Wal::cut() {
  // What the segment holds must be durable before the next one says so.
  if (durable_save_ + 1 < next_save_) {
    if (auto status = sync(); !status) return status;
  }
  return write_segment(segments_.back().sequence + 1, std::nullopt);
}

base::Status Wal::remove_covered(raft::Index covered) {
  if (failure_) return *failure_;
  if (removal_pending_) {
    if (auto status = disk_->sync_directory(); !status) return status;
    removal_pending_ = false;
  }
  while (segments_.size() > 1 && segments_[1].first_index <= covered + 1) {
    if (auto status = disk_->remove(segment_name(segments_.front().sequence)); !status) return status;
    segments_.erase(segments_.begin());
    removal_pending_ = true;
    if (auto status = disk_->sync_directory(); !status) return status;
    removal_pending_ = false;
  }
  return {};
}

}  // namespace raftarium::storage
