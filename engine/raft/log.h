#pragma once
// The log as one member sees it: what storage holds, then what is not yet durable.
//
// Invariants: applied() <= applying() <= committed() <= last_index();
//             first_index() <= committed() + 1.

#include <algorithm>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "raft/storage.h"
#include "raft/types.h"

namespace raftarium::raft {

// Entry blocks that are used again once nobody else holds their entries, so that a log in its steady
// state allocates nothing. A copy of a pool is empty: blocks belong to one log.
class EntryPool {
 public:
  EntryPool() = default;
  EntryPool(const EntryPool&) {}
  EntryPool(EntryPool&&) noexcept = default;
  EntryPool& operator=(EntryPool other) noexcept {
    blocks_ = std::move(other.blocks_);
    return *this;
  }
  ~EntryPool() = default;

  // An empty block with room for at least `capacity` entries.
  EntryArena take(std::size_t capacity);

 private:
  static constexpr std::size_t kBlockEntries = 128;
  static constexpr std::size_t kMaxBlocks = 16;
  std::vector<EntryArena> blocks_;
  std::size_t next_ = 0;
};

// The newest entries, in memory: those that storage does not have yet, from offset() on, and before them
// those that are durable but not yet applied, so that they need not be read back.
// What next_entries() and next_snapshot() handed out and accept_in_progress() noted is being written.
class Tail {
 public:
  explicit Tail(Index offset)
      : start_(offset), offset_(offset), offset_in_progress_(offset), end_(offset) {}

  std::optional<Index> maybe_first_index() const {
    if (snapshot_) return snapshot_->index + 1;
    return std::nullopt;
  }
  // Of an entry in [start(), end()); of the one before start() or of the snapshot, where that is known.
  std::optional<Term> maybe_term(Index index) const {
    if (in_newest_run(index)) return newest_term_;
    return search_term(index);
  }
  bool holds(EntryId id) const {
    return in_newest_run(id.index) ? id.term == newest_term_ : search_term(id.index) == id.term;
  }
  // Whether the entry is among the last ones, which are all of one term: what is asked for nearly always.
  bool in_newest_run(Index index) const { return newest_run_ <= index && index < end_; }
  Term newest_term() const { return newest_term_; }

  Entries next_entries() const { return slice(offset_in_progress_, end_); }
  bool has_next_entries() const { return offset_in_progress_ < end_; }
  std::shared_ptr<const Snapshot> next_snapshot() const {
    return snapshot_in_progress_ ? nullptr : snapshot_;
  }
  bool has_next_snapshot() const { return snapshot_ != nullptr && !snapshot_in_progress_; }
  bool has_snapshot() const { return snapshot_ != nullptr; }
  bool has_entries() const { return offset_ < end_; }
  Index start() const { return start_; }
  Index offset() const { return offset_; }
  // One beyond the last entry of the log, also when that is in storage alone.
  Index end() const { return end_; }

  void accept_in_progress() {
    offset_in_progress_ = end_;
    if (snapshot_) snapshot_in_progress_ = true;
  }
  // Entries up to `id` are durable, unless they were overwritten meanwhile.
  void stable_to(EntryId id);
  void stable_snapshot_to(Index index);
  // Durable entries up to `applied` need not stay in memory.
  void release_to(Index applied);
  void restore(std::shared_ptr<const Snapshot> snapshot);
  // REQUIRES: no gap.
  void truncate_and_append(const Entries& entries);
  // A leader's own: proposals with these payloads, which are taken over, or one entry that follows the last.
  void push(Term term, std::span<base::Bytes> payloads);
  void push(Entry entry);
  // REQUIRES: start() <= low <= high <= end().
  Entries slice(Index low, Index high) const;

 private:
  // A part of a block: of ours, or, where it is large, of the one that the entries came in.
  struct Segment {
    Index first;
    Entries entries;
    Index end() const { return first + entries.size(); }
    Entries part(Index low, Index high) const { return entries.sub(low - first, high - low); }
  };
  // Whether the newest segment ends where our block does, so that a push extends both.
  bool can_grow() const {
    return !segments_.empty() && arena_.room() > 0 && arena_.ends_with(segments_.back().entries);
  }
  // Puts entries that follow the last into our block. `make(i)` gives the i-th of them.
  template <class Make>
  void push_run(std::size_t count, const Make& make);
  void share(const Entries& entries);
  // Notes what was put into the newest segment: the end, and where the newest run of terms starts.
  void note_added(std::span<const Entry> added);
  void truncate_from(Index index);
  void clear(Index offset);
  std::optional<Term> search_term(Index index) const;

  std::shared_ptr<const Snapshot> snapshot_;
  bool snapshot_in_progress_ = false;
  std::vector<Segment> segments_;
  EntryArena arena_{0};
  mutable EntryPool pool_;
  std::optional<Term> before_;  // of the entry before start(), once known
  Index start_;
  Index offset_;
  Index offset_in_progress_;
  Index end_;
  Index newest_run_{kNoLimit};  // from here to end(), every entry is of newest_term_
  Term newest_term_;
};

class RaftLog {
 public:
  RaftLog(const Storage& storage, std::uint64_t max_applying_size);
  void rebind(const Storage& storage) { storage_ = &storage; }

  Index first_index() const { return tail_.maybe_first_index().value_or(storage_->first_index()); }
  Index last_index() const { return tail_.end() - 1; }
  EntryId last_id() const { return {term_or_zero(last_index()), last_index()}; }
  Storage::TermResult term(Index index) const {
    if (index + 1 >= tail_.offset() && tail_.in_newest_run(index)) return {tail_.newest_term()};
    return search_term(index);
  }
  // 0 where the term is not known.
  Term term_or_zero(Index index) const { return term(index).term; }
  bool matches(EntryId id) const {
    const auto own = term(id.index);
    return own.error == StorageError::None && own.term == id.term;
  }
  // §5.4.1: compares the last entries' terms, then the lengths.
  bool is_up_to_date(EntryId candidate_last) const;

  Index committed() const { return committed_; }
  Index applying() const { return applying_; }
  Index applied() const { return applied_; }

  // What an append did. Nothing at all when (prev.term, prev.index) is not in the log.
  struct Appended {
    Index last_new;
    std::optional<Index> truncated_from;
    std::size_t added = 0;
  };
  // Appends after `prev`, truncating from the first entry that conflicts (§5.3), and moves the commit
  // index to `leader_commit`, but not past the last new entry.
  std::optional<Appended> maybe_append(EntryId prev, Index leader_commit, const Entries& entries);
  // Appends without a check. REQUIRES: entries start after committed().
  Index append(const Entries& entries);
  // A leader's own, after the last: proposals with these payloads, which are taken over, or one entry.
  void push(Term term, std::span<base::Bytes> payloads) { tail_.push(term, payloads); }
  void push(Entry entry) { tail_.push(std::move(entry)); }
  // The greatest entry at or before `index` whose term is at most `term`: where two logs may still agree.
  EntryId find_conflict_by_term(Index index, Term term) const;

  // Moves the commit index forward. REQUIRES: index <= last_index().
  void commit_to(Index index);
  // §5.4.2: only an entry of the term `at.term` commits by counting.
  bool maybe_commit(EntryId at);

  Storage::EntriesResult slice(Index low, Index high, std::uint64_t max_size) const;
  Storage::EntriesResult entries_from(Index low, std::uint64_t max_size) const;

  // `allow_unstable`: committed entries may be applied before they are durable here.
  SizedEntries next_committed(bool allow_unstable) const;
  bool has_next_committed(bool allow_unstable) const {
    return applying_ < max_appliable(allow_unstable) && !applying_paused_ && !tail_.has_snapshot();
  }
  void accept_applying(Index index, std::uint64_t size, bool allow_unstable);
  void applied_to(Index index, std::uint64_t size);

  void restore(std::shared_ptr<const Snapshot> snapshot);
  Storage::SnapshotResult snapshot() const;
  Tail& tail() { return tail_; }
  const Tail& tail() const { return tail_; }

 private:
  Storage::TermResult search_term(Index index) const;
  Index max_appliable(bool allow_unstable) const {
    return allow_unstable ? committed_ : std::min(committed_, tail_.offset() - 1);
  }

  const Storage* storage_;
  Tail tail_;
  Index committed_;
  Index applying_;
  Index applied_;
  std::uint64_t max_applying_size_;
  std::uint64_t applying_size_ = 0;
  bool applying_paused_ = false;
};

}  // namespace raftarium::raft
