#pragma once
// The log as one member sees it: what storage holds, then what is not yet durable.
//
// Invariants: applied() <= applying() <= committed() <= last_index();
//             first_index() <= committed() + 1.

#include <memory>
#include <optional>
#include <vector>

#include "raft/storage.h"
#include "raft/types.h"

namespace raftarium::raft {

// The part that storage does not have yet. Positions before `offset_in_progress_` are being written.
class Unstable {
 public:
  explicit Unstable(Index offset) : offset_(offset), offset_in_progress_(offset) {}

  std::optional<Index> maybe_first_index() const;
  std::optional<Index> maybe_last_index() const;
  std::optional<Term> maybe_term(Index index) const;

  Entries next_entries() const;
  bool has_next_entries() const;
  std::shared_ptr<const Snapshot> next_snapshot() const;
  bool has_snapshot() const { return snapshot_ != nullptr; }
  bool has_entries() const { return !entries_.empty(); }
  Index offset() const { return offset_; }

  // Everything handed out by next_entries() and next_snapshot() is being written now.
  void accept_in_progress();
  // Entries up to `id` are durable, unless they were overwritten meanwhile.
  void stable_to(EntryId id);
  void stable_snapshot_to(Index index);
  void restore(std::shared_ptr<const Snapshot> snapshot);
  // REQUIRES: no gap.
  void truncate_and_append(const Entries& entries);
  // REQUIRES: offset() <= low <= high <= end.
  Entries slice(Index low, Index high) const;

 private:
  Index end() const { return offset_ + entries_.size(); }

  std::shared_ptr<const Snapshot> snapshot_;
  std::vector<Entry> entries_;
  Index offset_;
  bool snapshot_in_progress_ = false;
  Index offset_in_progress_;
};

class RaftLog {
 public:
  RaftLog(const Storage& storage, std::uint64_t max_applying_size);
  void rebind(const Storage& storage) { storage_ = &storage; }

  Index first_index() const;
  Index last_index() const;
  EntryId last_id() const;
  Storage::TermResult term(Index index) const;
  // 0 where the term is not known.
  Term term_or_zero(Index index) const { return term(index).term; }
  bool matches(EntryId id) const;
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
  // The greatest entry at or before `index` whose term is at most `term`: where two logs may still agree.
  EntryId find_conflict_by_term(Index index, Term term) const;

  // Moves the commit index forward. REQUIRES: index <= last_index().
  void commit_to(Index index);
  // §5.4.2: only an entry of the term `at.term` commits by counting.
  bool maybe_commit(EntryId at);

  Storage::EntriesResult slice(Index low, Index high, std::uint64_t max_size) const;
  Storage::EntriesResult entries_from(Index low, std::uint64_t max_size) const;

  // `allow_unstable`: committed entries may be applied before they are durable here.
  Entries next_committed(bool allow_unstable) const;
  bool has_next_committed(bool allow_unstable) const;
  void accept_applying(Index index, std::uint64_t size, bool allow_unstable);
  void applied_to(Index index, std::uint64_t size);

  void restore(std::shared_ptr<const Snapshot> snapshot);
  Storage::SnapshotResult snapshot() const;
  Unstable& unstable() { return unstable_; }
  const Unstable& unstable() const { return unstable_; }

 private:
  Index max_appliable(bool allow_unstable) const;

  const Storage* storage_;
  Unstable unstable_;
  Index committed_;
  Index applying_;
  Index applied_;
  std::uint64_t max_applying_size_;
  std::uint64_t applying_size_ = 0;
  bool applying_paused_ = false;
};

}  // namespace raftarium::raft
