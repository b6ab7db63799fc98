#include <algorithm>

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

Storage::InitialState MemoryStorage::initial_state() const {
  return {hard_state_, snapshot_->conf_state};
}

Index MemoryStorage::first_index() const { return base_.index + 1; }
Index MemoryStorage::last_index() const { return last_; }

const Entry& MemoryStorage::at(Index index) const {
  const std::uint64_t position = index - chunks_start_;
  return (*chunks_[position / kChunkEntries])[position % kChunkEntries];
}

Storage::TermResult MemoryStorage::term(Index index) const {
  if (index < base_.index) return {Term(), StorageError::Compacted};
  if (index > last_) return {Term(), StorageError::Unavailable};
  return {index == base_.index ? base_.term : at(index).term};
}

Storage::EntriesResult MemoryStorage::entries(Index low, Index high, std::uint64_t max_size) const {
  CHECK(low <= high, low, " > ", high);
  if (low <= base_.index) return {{}, StorageError::Compacted};
  if (high > last_ + 1) return {{}, StorageError::Unavailable};
  std::vector<Entry> found;
  std::uint64_t size = 0;
  for (Index index = low; index < high; ++index) {
    const Entry& entry = at(index);
    size += entry.size();
    if (!found.empty() && size > max_size) break;
    found.push_back(entry);
  }
  return {Entries(std::move(found))};
}

Storage::SnapshotResult MemoryStorage::snapshot() const { return {snapshot_}; }

void MemoryStorage::truncate_from(Index index) {
  const std::uint64_t keep = index - chunks_start_;
  const std::size_t chunks = (keep + kChunkEntries - 1) / kChunkEntries;
  chunks_.resize(chunks);
  if (const std::size_t tail = keep % kChunkEntries; tail != 0 && chunks_.back()->size() > tail) {
    const Chunk& full = *chunks_.back();
    chunks_.back() =
        std::make_shared<Chunk>(full.begin(), full.begin() + static_cast<std::ptrdiff_t>(tail));
  }
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
  for (std::size_t i = from; i < entries.size(); ++i) {
    if (chunks_.empty() || chunks_.back()->size() == kChunkEntries) {
      chunks_.push_back(std::make_shared<Chunk>());
      chunks_.back()->reserve(kChunkEntries);
    } else if (chunks_.back().use_count() > 1) {
      auto own = std::make_shared<Chunk>();
      own->reserve(kChunkEntries);
      own->assign(chunks_.back()->begin(), chunks_.back()->end());
      chunks_.back() = std::move(own);
    }
    chunks_.back()->push_back(entries[i]);
    last_ = entries[i].index;
  }
}

StorageError MemoryStorage::apply_snapshot(std::shared_ptr<const Snapshot> snapshot) {
  if (snapshot_->index >= snapshot->index) return StorageError::Compacted;
  snapshot_ = std::move(snapshot);
  base_ = {snapshot_->term, snapshot_->index};
  last_ = base_.index;
  chunks_start_ = base_.index + 1;
  chunks_.clear();
  return StorageError::None;
}

StorageError MemoryStorage::create_snapshot(Index index, const ConfState& conf_state, base::Bytes data) {
  if (index <= snapshot_->index) return StorageError::Compacted;
  CHECK(index <= last_, "snapshot at ", index, " beyond the last index ", last_);
  snapshot_ = std::make_shared<const Snapshot>(
      Snapshot{index, term(index).term, conf_state, std::move(data)});
  return StorageError::None;
}

StorageError MemoryStorage::compact(Index index) {
  if (index <= base_.index) return StorageError::Compacted;
  CHECK(index <= last_, "compaction at ", index, " beyond the last index ", last_);
  base_ = {at(index).term, index};
  const std::size_t whole = (index + 1 - chunks_start_) / kChunkEntries;
  chunks_.erase(chunks_.begin(), chunks_.begin() + static_cast<std::ptrdiff_t>(whole));
  chunks_start_ = chunks_start_ + whole * kChunkEntries;
  if (base_.index == last_) {
    chunks_.clear();
    chunks_start_ = last_ + 1;
  }
  return StorageError::None;
}

}  // namespace raftarium::raft
