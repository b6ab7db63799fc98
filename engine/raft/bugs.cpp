// The core's mistakes, each asked for by the rule that it breaks, and only where one is switched on.

#include "raft/bugs.h"

#include <algorithm>
#include <array>

#include "raft/core.h"

namespace raftarium::raft {

const char* describe(Bug bug) {
  static constexpr std::array<const char*, kBugCount> kWords{
      "old_term_commits",       "vote_not_persisted",  "vote_forgotten",      "second_vote",
      "log_not_compared",       "late_votes_count",    "half_is_enough",      "ack_before_sync",
      "stale_append_truncates", "read_before_commit",  "read_without_quorum", "joint_union",
      "conf_changes_in_flight", "applied_index_apart", "vote_kept",           "equal_log_refused",
      "own_not_durable",        "conflict_kept",       "commit_not_clamped",  "match_from_hint",
      "stale_answer_counts",    "probe_stays_put",     "window_not_freed",    "pre_vote_raises_term",
      "pre_vote_not_told",      "vote_inside_lease"};
  return kWords.at(static_cast<std::size_t>(bug));
}

// What a leader takes for committed.
EntryId Raft::mistaken_commit() const {
  Index index = tracker_.committed();
  if (makes(Bug::JointUnion)) {
    index = majority_committed(tracker_.config.voters.ids(), [this](NodeId voter) -> std::optional<Index> {
      const Progress* peer = tracker_.find(voter);
      return peer == nullptr ? std::nullopt : std::optional(peer->match);
    });
  }
  return {makes(Bug::OldTermCommits) ? log_.term_or_zero(index) : term_, index};
}

// What a candidate takes for the outcome.
VoteResult Raft::mistaken_result(const Tracker::Tally& tally) const {
  const NodeSet voters = tracker_.config.voters.ids();
  if (makes(Bug::HalfIsEnough) && 2 * tally.granted >= voters.size()) return VoteResult::Won;
  if (makes(Bug::JointUnion)) {
    return majority_vote(voters, [this](NodeId voter) { return tracker_.vote_of(voter); });
  }
  return tally.result;
}

// A leader's own entries, taken for durable.
void Raft::count_own() {
  Progress* self = tracker_.find(id());
  if (self != nullptr && self->maybe_update(log_.last_index()) && maybe_commit()) release_held_reads();
}

// Only what lies beyond the own log, whatever that holds.
std::optional<RaftLog::Appended> Raft::append_beyond(const Message& message) {
  const EntryId prev{message.log_term, message.index};
  const Entries& entries = message.entries;
  const Index last = log_.last_index();
  if (!log_.matches(prev) || last <= prev.index) return log_.maybe_append(prev, message.commit, entries);
  const std::uint64_t held = std::min<std::uint64_t>(entries.size(), last - prev.index);
  const Entries missing = held == entries.size() ? Entries() : entries.sub(held, entries.size() - held);
  const Index from = prev.index + held;
  return log_.maybe_append({log_.term_or_zero(from), from}, message.commit, missing);
}

// Whatever follows the entries that came is taken for a conflict.
void Raft::cut_after(const Message& message) {
  const Entries& entries = message.entries;
  const bool fits = log_.matches({message.log_term, message.index});
  if (fits && !entries.empty() && entries.front().index > log_.committed()) log_.append(entries);
}

}  // namespace raftarium::raft
