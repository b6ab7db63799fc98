#include <algorithm>
#include <span>

#include "raft/storage.h"

namespace raftarium::raft {

const char* describe(StorageError error) {
  switch (error) {
    case StorageError::None:
      return "ok";
    case StorageError::Compacted:
      return "requested index is unavailable due to compaction";
    case StorageError::Unavailable:
      return "requested entry at index is unavailable";
    case StorageError::SnapshotTemporarilyUnavailable:
      return "snapshot is temporarily unavailable";
  }
  return "unknown";
}

Storage::InitialState MemoryStorage::initial_state() const { return {hard_state_, snapshot_->conf_state}; }

Index MemoryStorage::first_index() const { return base_.index + 1; }
Index MemoryStorage::last_index() const { return last_; }

const PackedEntries& MemoryStorage::chunk_of(Index index) const {
  if (index >= last_chunk_->first()) return *last_chunk_;
  return *full_[(index - full_.front()->first()) / PackedEntries::kCapacity];
}

Storage::TermResult MemoryStorage::term(Index index) const {
  if (index < base_.index) return {Term(), StorageError::Compacted};
  if (index > last_) return {Term(), StorageError::Unavailable};
  return {index == base_.index ? base_.term : chunk_of(index).term(index)};
}

Storage::EntriesResult MemoryStorage::entries(Index low, Index high, std::uint64_t max_size) const {
  CHECK(low <= high, low, " > ", high);
  if (low <= base_.index) return {{}, StorageError::Compacted};
  if (high > last_ + 1) return {{}, StorageError::Unavailable};
  std::uint64_t size = 0;
  std::size_t small_bytes = 0;
  Index end = low;
  for (; end < high; ++end) {
    const PackedEntries& chunk = chunk_of(end);
    size += chunk.entry_size(end);
    if (end > low && size > max_size) break;
    small_bytes += chunk.small_bytes(end);
  }
  if (end == low) return {};
  base::BytesArena payloads(small_bytes);
  EntryArena found(end - low);
  for (Index index = low; index < end; ++index) found.push(chunk_of(index).entry(index, payloads));
  return {found.all()};
}

Storage::SnapshotResult MemoryStorage::snapshot() const { return {snapshot_}; }

PackedEntries& MemoryStorage::writable_chunk() {
  if (last_chunk_.use_count() > 1) last_chunk_ = std::make_shared<PackedEntries>(*last_chunk_);
  return *last_chunk_;
}

void MemoryStorage::truncate_from(Index index) {
  std::size_t keep = full_.size();
  while (last_chunk_ != nullptr && last_chunk_->first() >= index) {
    last_chunk_ = keep > 0 ? full_[keep - 1] : nullptr;
    if (keep > 0) --keep;
  }
  full_.truncate(keep);
  if (last_chunk_ != nullptr && last_chunk_->end() > index) writable_chunk().truncate(index);
  last_ = index - 1;
}

void MemoryStorage::truncate(Index first) {
  CHECK(first > base_.index, "truncation from ", first, " of a log that starts after ", base_.index);
  if (first <= last_) truncate_from(first);
}

void MemoryStorage::append(const Entries& entries) {
  if (entries.empty() || entries.back().index <= base_.index) return;
  std::size_t from = 0;
  if (entries.front().index <= base_.index) from = base_.index + 1 - entries.front().index;
  const Index first = entries[from].index;
  CHECK(first <= last_ + 1, "entries from ", first, " leave a gap after ", last_);
  if (first <= last_) truncate_from(first);
  for (std::span<const Entry> rest(entries.begin() + from, entries.end()); !rest.empty();) {
    if (last_chunk_ == nullptr || last_chunk_->full()) {
      if (last_chunk_ != nullptr) full_.append(std::move(last_chunk_));
      last_chunk_ = std::make_shared<PackedEntries>(rest.front().index);
    }
    rest = rest.subspan(writable_chunk().append(rest));
  }
  last_ = entries.back().index;
}

StorageError MemoryStorage::apply_snapshot(std::shared_ptr<const Snapshot> snapshot) {
  if (snapshot_->index >= snapshot->index) return StorageError::Compacted;
  snapshot_ = std::move(snapshot);
  base_ = {snapshot_->term, snapshot_->index};
  last_ = base_.index;
  full_.clear();
  last_chunk_ = nullptr;
  return StorageError::None;
}

StorageError MemoryStorage::create_snapshot(Index index, const ConfState& conf_state, base::Bytes data) {
  if (index <= snapshot_->index) return StorageError::Compacted;
  CHECK(index <= last_, "snapshot at ", index, " beyond the last index ", last_);
  snapshot_ =
      std::make_shared<const Snapshot>(Snapshot{index, term(index).term, conf_state, std::move(data)});
  return StorageError::None;
}

StorageError MemoryStorage::compact(Index index) {
  if (index <= base_.index) return StorageError::Compacted;
  CHECK(index <= last_, "compaction at ", index, " beyond the last index ", last_);
  base_ = {term(index).term, index};
  std::size_t whole = 0;
  while (whole < full_.size() && full_[whole]->end() <= index + 1) ++whole;
  full_.drop_prefix(whole);
  if (last_chunk_->end() <= index + 1) last_chunk_ = nullptr;
  return StorageError::None;
}

}  // namespace raftarium::raft
