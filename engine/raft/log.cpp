#include "raft/log.h"

#include <algorithm>

namespace raftarium::raft {

std::optional<Index> Unstable::maybe_first_index() const {
  if (snapshot_) return snapshot_->index + 1;
  return std::nullopt;
}

std::optional<Index> Unstable::maybe_last_index() const {
  if (!entries_.empty()) return end() - 1;
  if (snapshot_) return snapshot_->index;
  return std::nullopt;
}

std::optional<Term> Unstable::maybe_term(Index index) const {
  if (index < offset_) {
    if (snapshot_ && snapshot_->index == index) return snapshot_->term;
    return std::nullopt;
  }
  if (index >= end()) return std::nullopt;
  return entries_[index - offset_].term;
}

Entries Unstable::next_entries() const { return slice(offset_in_progress_, end()); }
bool Unstable::has_next_entries() const { return offset_in_progress_ < end(); }

std::shared_ptr<const Snapshot> Unstable::next_snapshot() const {
  return snapshot_in_progress_ ? nullptr : snapshot_;
}

void Unstable::accept_in_progress() {
  offset_in_progress_ = end();
  if (snapshot_) snapshot_in_progress_ = true;
}

void Unstable::stable_to(EntryId id) {
  const auto own = maybe_term(id.index);
  // Unknown: stable already. Before offset_: the snapshot itself. Another term: overwritten meanwhile.
  if (!own || id.index < offset_ || *own != id.term) return;
  const std::uint64_t count = id.index + 1 - offset_;
  entries_.erase(entries_.begin(), entries_.begin() + static_cast<std::ptrdiff_t>(count));
  offset_ = id.index + 1;
  offset_in_progress_ = std::max(offset_in_progress_, offset_);
}

void Unstable::stable_snapshot_to(Index index) {
  if (snapshot_ && snapshot_->index == index) {
    snapshot_ = nullptr;
    snapshot_in_progress_ = false;
  }
}

void Unstable::restore(std::shared_ptr<const Snapshot> snapshot) {
  offset_ = snapshot->index + 1;
  offset_in_progress_ = offset_;
  entries_.clear();
  snapshot_ = std::move(snapshot);
  snapshot_in_progress_ = false;
}

void Unstable::truncate_and_append(const Entries& entries) {
  const Index from = entries.front().index;
  CHECK(from <= end(), "entries from ", from, " leave a gap after ", end() - 1);
  if (from <= offset_) {
    offset_ = from;
    offset_in_progress_ = from;
    entries_.clear();
  } else {
    entries_.resize(from - offset_);
    offset_in_progress_ = std::min(offset_in_progress_, from);
  }
  entries_.insert(entries_.end(), entries.begin(), entries.end());
}

Entries Unstable::slice(Index low, Index high) const {
  CHECK(offset_ <= low && low <= high && high <= end(), low, "..", high, " of ", offset_, "..", end());
  const auto from = entries_.begin() + static_cast<std::ptrdiff_t>(low - offset_);
  return std::vector<Entry>(from, from + static_cast<std::ptrdiff_t>(high - low));
}

RaftLog::RaftLog(const Storage& storage, std::uint64_t max_applying_size)
    : storage_(&storage),
      unstable_(storage.last_index() + 1),
      committed_(storage.first_index() - 1),
      applying_(committed_),
      applied_(committed_),
      max_applying_size_(max_applying_size) {}

Index RaftLog::first_index() const {
  return unstable_.maybe_first_index().value_or(storage_->first_index());
}

Index RaftLog::last_index() const {
  if (const auto index = unstable_.maybe_last_index()) return *index;
  return storage_->last_index();
}

EntryId RaftLog::last_id() const {
  const Index last = last_index();
  return {term_or_zero(last), last};
}

Storage::TermResult RaftLog::term(Index index) const {
  if (const auto term = unstable_.maybe_term(index)) return {*term};
  if (index + 1 < first_index()) return {Term(), StorageError::Compacted};
  if (index > last_index()) return {Term(), StorageError::Unavailable};
  return storage_->term(index);
}

bool RaftLog::matches(EntryId id) const {
  const auto own = term(id.index);
  return own.error == StorageError::None && own.term == id.term;
}

bool RaftLog::is_up_to_date(EntryId candidate_last) const {
  const EntryId own = last_id();
  return candidate_last.term > own.term ||
         (candidate_last.term == own.term && candidate_last.index >= own.index);
}

std::optional<RaftLog::Appended> RaftLog::maybe_append(EntryId prev, Index leader_commit,
                                                       const Entries& entries) {
  if (!matches(prev)) return std::nullopt;
  Appended done{prev.index + entries.size(), std::nullopt, 0};
  std::size_t known = 0;
  while (known < entries.size() && matches(entries[known].id())) ++known;
  if (known < entries.size()) {
    const Index from = entries[known].index;
    CHECK(from > committed_, "entry ", from, " conflicts with the committed prefix up to ", committed_);
    if (from <= last_index()) done.truncated_from = from;
    done.added = entries.size() - known;
    append(entries.sub(known, done.added));
  }
  commit_to(std::min(leader_commit, done.last_new));
  return done;
}

Index RaftLog::append(const Entries& entries) {
  if (entries.empty()) return last_index();
  CHECK(entries.front().index > committed_, "entry ", entries.front().index, " after commit ", committed_);
  unstable_.truncate_and_append(entries);
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
  if (low < first_index()) return {{}, StorageError::Compacted};
  if (high > last_index() + 1) return {{}, StorageError::Unavailable};
  if (low == high) return {};
  const Index cut = std::min(high, unstable_.offset());
  if (low >= cut) return {limit_size(unstable_.slice(low, high), max_size)};

  auto stable = storage_->entries(low, cut, max_size);
  if (stable.error != StorageError::None || high <= cut || stable.entries.size() < cut - low) {
    return stable;
  }
  const std::uint64_t size = stable.entries.total_size();
  if (size >= max_size) return stable;
  const Entries more = limit_size(unstable_.slice(cut, high), max_size - size);
  // The limit lets one entry through whatever its size, but there are some already.
  if (more.size() == 1 && size + more.total_size() > max_size) return stable;
  std::vector<Entry> all(stable.entries.begin(), stable.entries.end());
  all.insert(all.end(), more.begin(), more.end());
  return {Entries(std::move(all))};
}

Storage::EntriesResult RaftLog::entries_from(Index low, std::uint64_t max_size) const {
  if (low > last_index()) return {};
  return slice(low, last_index() + 1, max_size);
}

Index RaftLog::max_appliable(bool allow_unstable) const {
  return allow_unstable ? committed_ : std::min(committed_, unstable_.offset() - 1);
}

bool RaftLog::has_next_committed(bool allow_unstable) const {
  return !applying_paused_ && !unstable_.has_snapshot() && applying_ < max_appliable(allow_unstable);
}

Entries RaftLog::next_committed(bool allow_unstable) const {
  if (!has_next_committed(allow_unstable)) return {};
  CHECK(max_applying_size_ > applying_size_, "applying entries without having been paused");
  const auto found =
      slice(applying_ + 1, max_appliable(allow_unstable) + 1, max_applying_size_ - applying_size_);
  CHECK(found.error == StorageError::None, describe(found.error), " from ", applying_ + 1);
  return found.entries;
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
}

void RaftLog::restore(std::shared_ptr<const Snapshot> snapshot) {
  committed_ = snapshot->index;
  unstable_.restore(std::move(snapshot));
}

Storage::SnapshotResult RaftLog::snapshot() const {
  // One that is still being written is newer than what storage has, but its entries are gone with it.
  return storage_->snapshot();
}

}  // namespace raftarium::raft
