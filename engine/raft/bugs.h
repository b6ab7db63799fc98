#pragma once
// Bugs: mistakes that implementations of Raft have made, to be made on purpose, so that a lesson can show what
// a rule is for and a test can show that its breach is found out. Nothing switches one on by itself.
//
// bugs.cpp holds those of the core; member/ those that are about disks.

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
};
inline constexpr std::size_t kBugCount = 14;
const char* describe(Bug bug);  // "old_term_commits", as scenarios name it

// A set of them.
class Bugs {
 public:
  bool contains(Bug bug) const { return (bits_ & bit(bug)) != 0; }
  bool any() const { return bits_ != 0; }
  void insert(Bug bug) { bits_ |= bit(bug); }
  friend bool operator==(const Bugs&, const Bugs&) = default;

 private:
  static std::uint32_t bit(Bug bug) { return 1U << static_cast<unsigned>(bug); }
  std::uint32_t bits_ = 0;
};

}  // namespace raftarium::raft
