#include "raft/log.h"

#include <algorithm>

namespace raftarium::raft {

RaftLog::RaftLog(const Storage& storage, std::uint64_t max_applying_size)
    : storage_(&storage),
      tail_(storage.last_index() + 1),
      committed_(storage.first_index() - 1),
      applying_(committed_),
      applied_(committed_),
      max_applying_size_(max_applying_size) {}

Storage::TermResult RaftLog::search_term(Index index) const {
  // Storage may have been compacted beyond what the tail still holds. The entry just before the first is
  // gone, but its term is known.
  if (index < tail_.offset() && index + 1 < first_index()) return {Term(), StorageError::Compacted};
  if (const auto term = tail_.maybe_term(index)) return {*term};
  if (index > last_index()) return {Term(), StorageError::Unavailable};
  return storage_->term(index);
}

bool RaftLog::is_up_to_date(EntryId candidate_last) const {
  const EntryId own = last_id();
  return candidate_last.term > own.term ||
         (candidate_last.term == own.term && candidate_last.index >= own.index);
}

std::optional<RaftLog::Appended> RaftLog::maybe_append(EntryId prev, Index leader_commit,
                                                       const Entries& entries) {
  std::optional<Appended> done;
  if (!matches(prev)) return done;
  done.emplace();
  done->last_new = prev.index + entries.size();
  std::size_t known = 0;
  const Index last = last_index();
  while (known < entries.size() && entries[known].index <= last && matches(entries[known].id())) ++known;
  if (known < entries.size()) {
    const Index from = entries[known].index;
    CHECK(from > committed_, "entry ", from, " conflicts with the committed prefix up to ", committed_);
    if (from <= last) done->truncated_from = from;
    done->added = entries.size() - known;
    tail_.truncate_and_append(known == 0 ? entries : entries.sub(known, done->added));
  }
  commit_to(std::min(leader_commit, done->last_new));
  return done;
}

Index RaftLog::append(const Entries& entries) {
  if (entries.empty()) return last_index();
  CHECK(entries.front().index > committed_, "entry ", entries.front().index, " after commit ", committed_);
  tail_.truncate_and_append(entries);
  return last_index();
}

EntryId RaftLog::find_conflict_by_term(Index index, Term term) const {
  for (; index > Index(0); index = index - 1) {
    const auto own = this->term(index);
    if (own.error != StorageError::None) return {Term(), index};
    if (own.term <= term) return {own.term, index};
  }
  return {};
}

void RaftLog::commit_to(Index index) {
  if (index <= committed_) return;
  CHECK(index <= last_index(), "commit ", index, " beyond the last index ", last_index());
  committed_ = index;
}

bool RaftLog::maybe_commit(EntryId at) {
  if (at.term.is_zero() || at.index <= committed_ || !matches(at)) return false;
  commit_to(at.index);
  return true;
}

Storage::EntriesResult RaftLog::slice(Index low, Index high, std::uint64_t max_size) const {
  CHECK(low <= high, low, " > ", high);
  if (low < tail_.offset() && low < first_index()) return {{}, StorageError::Compacted};
  if (high > last_index() + 1) return {{}, StorageError::Unavailable};
  if (low == high) return {};
  if (low >= tail_.start()) return {limit_size(tail_.slice(low, high), max_size)};
  const Index cut = std::min(high, tail_.offset());

  auto stable = storage_->entries(low, cut, max_size);
  if (stable.error != StorageError::None || high <= cut || stable.entries.size() < cut - low) {
    return stable;
  }
  const std::uint64_t size = stable.entries.total_size();
  if (size >= max_size) return stable;
  const Entries more = limit_size(tail_.slice(cut, high), max_size - size);
  // The limit lets one entry through whatever its size, but there are some already.
  if (more.size() == 1 && size + more.total_size() > max_size) return stable;
  std::vector<Entry> all(stable.entries.begin(), stable.entries.end());
  all.insert(all.end(), more.begin(), more.end());
  return {Entries(std::move(all))};
}

Storage::EntriesResult RaftLog::entries_from(Index low, std::uint64_t max_size) const {
  if (low > last_index()) return {};
  if (low >= tail_.offset()) return {limit_size(tail_.slice(low, tail_.end()), max_size)};
  return slice(low, last_index() + 1, max_size);
}

SizedEntries RaftLog::next_committed(bool allow_unstable) const {
  if (!has_next_committed(allow_unstable)) return {};
  CHECK(max_applying_size_ > applying_size_, "applying entries without having been paused");
  const std::uint64_t max_size = max_applying_size_ - applying_size_;
  const Index low = applying_ + 1;
  const Index high = max_appliable(allow_unstable) + 1;
  if (low >= tail_.start()) return limit_and_sum(tail_.slice(low, high), max_size);
  auto found = slice(low, high, max_size);
  CHECK(found.error == StorageError::None, describe(found.error), " from ", low);
  const std::uint64_t size = found.entries.total_size();
  return {std::move(found.entries), size};
}

void RaftLog::accept_applying(Index index, std::uint64_t size, bool allow_unstable) {
  CHECK(index <= committed_, "applying ", index, " beyond commit ", committed_);
  applying_ = index;
  applying_size_ += size;
  // Either the limit is reached, or the next entry did not fit under it.
  applying_paused_ = applying_size_ >= max_applying_size_ || index < max_appliable(allow_unstable);
}

void RaftLog::applied_to(Index index, std::uint64_t size) {
  CHECK(applied_ <= index && index <= committed_, "applied ", index, " is out of range [", applied_, ", ",
        committed_, "]");
  applied_ = index;
  applying_ = std::max(applying_, index);
  applying_size_ -= std::min(applying_size_, size);
  applying_paused_ = applying_size_ >= max_applying_size_;
  tail_.release_to(applied_);
}

void RaftLog::restore(std::shared_ptr<const Snapshot> snapshot) {
  committed_ = snapshot->index;
  tail_.restore(std::move(snapshot));
}

Storage::SnapshotResult RaftLog::snapshot() const {
  // One that is still being written is newer than what storage has, but its entries are gone with it.
  return storage_->snapshot();
}

}  // namespace raftarium::raft
