#pragma once
// Bugs: mistakes that implementations of Raft have made, to be made on purpose, so that a lesson can show what
// a rule is for and a test can show that its breach is found out. Nothing switches one on by itself.
//
// bugs.cpp holds those of the core; member/ those that are about disks.
//
// Other mistakes have no switch, because nothing here could make them:
//   - a lease read with a drifting clock is no mistake of the core: whoever reads chooses it;
//   - contexts of reads never repeat, and rounds are numbered for ever (read_only.h; etcd 20418);
//   - a snapshot no newer than the commit index is refused, and after a newer one the log is empty: an old one cannot
//     truncate, nor a conflicting entry stay at its last index (hashicorp 704);
//   - a configuration is in force once it is committed, so there is none to roll back with a truncated entry;
//   - a purged previous entry lies before the commit index, where nothing is compared (openraft 511);
//   - a snapshot, and the log that goes on after it, become durable by one record of the WAL: no crash comes between;
//   - a member that returns blank is a command of the world (sim::Command::Kind::Wipe).

#include <array>
#include <cstddef>
#include <cstdint>

namespace raftarium::raft {

enum class Bug : std::uint8_t {
  OldTermCommits,        // an entry of an older term commits by counting (§5.4.2, Figure 8)
  VoteNotPersisted,      // a vote is not written to the disk (§5.1)
  VoteForgotten,         // a member that steps down within a term may vote in it again (§5.2)
  SecondVote,            // a member votes for whoever asks, as often as it is asked (§5.2)
  LogNotCompared,        // a vote goes to a candidate whatever its log (§5.4.1)
  LateVotesCount,        // a vote of an older term counts in a later one (§5.2)
  HalfIsEnough,          // half of the voters elect a leader
  AckBeforeSync,         // entries are acknowledged and votes given before they are durable (§5.1)
  StaleAppendTruncates,  // whatever follows the entries of an append goes, though nothing conflicts (§5.3)
  ReadBeforeCommit,      // a new leader answers reads before it has committed in its term (§8)
  ReadWithoutQuorum,     // a leader answers reads without asking whether it still leads (§8)
  JointUnion,            // a joint configuration counts one majority of all its voters (§6)
  ConfChangesInFlight,  // a configuration change is taken while another is not applied (dissertation §4.1)
  AppliedIndexApart,    // the applied index is saved before what the entry does to the store
  VoteKept,             // a vote is not forgotten when the term ends: nobody else is ever voted for (§5.2)
  EqualLogRefused,    // a vote goes only to a log that is newer than one's own, not to one as new (§5.4.1)
  OwnNotDurable,      // a leader counts itself before its entries are durable (dissertation §10.2.1)
  ConflictKept,       // a follower keeps what conflicts and appends only what it lacks (§5.3)
  CommitNotClamped,   // a follower commits all that it has, though it may not be the leader's (§5.3)
  MatchFromHint,      // the hint of a rejection is taken for what matches (§5.3)
  StaleAnswerCounts,  // an answer to an append of an older term counts (§5.1)
  ProbeStaysPut,      // a leader does not walk back when it is rejected (§5.3)
  WindowNotFreed,     // what was answered stays in the in-flight window
  PreVoteRaisesTerm,  // a member that is only asked goes to the term that is asked about (dissertation §9.6)
  PreVoteNotTold,     // a pre-candidate of an older term is not told of the newer one (etcd 8501)
  VoteInsideLease,    // a member votes although it hears a leader (dissertation §4.2.3)
};
inline constexpr std::size_t kBugCount = 26;
const char* describe(Bug bug);  // "old_term_commits", as scenarios name it

// A set of them.
class Bugs {
 public:
  bool contains(Bug bug) const { return (bits_ & bit(bug)) != 0; }
  bool any() const { return bits_ != 0; }
  void insert(Bug bug) { bits_ |= bit(bug); }
  friend bool operator==(const Bugs&, const Bugs&) = default;

 private:
  static_assert(kBugCount <= 32);
  static std::uint32_t bit(Bug bug) { return 1U << static_cast<unsigned>(bug); }
  std::uint32_t bits_ = 0;
};

}  // namespace raftarium::raft
