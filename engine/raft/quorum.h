#pragma once
// Majorities and joint majorities (dissertation §4.3): what is committed, and who has won a vote.

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "raft/types.h"

namespace raftarium::raft {

// Sorted, without repetition. Small, so a flat array beats a set.
class NodeSet {
 public:
  NodeSet() = default;
  explicit NodeSet(std::vector<NodeId> ids);

  bool contains(NodeId id) const;
  void insert(NodeId id);
  void erase(NodeId id);
  void clear() { ids_.clear(); }
  bool empty() const { return ids_.empty(); }
  std::size_t size() const { return ids_.size(); }
  auto begin() const { return ids_.begin(); }
  auto end() const { return ids_.end(); }
  const std::vector<NodeId>& ids() const { return ids_; }
  friend bool operator==(const NodeSet&, const NodeSet&) = default;

 private:
  std::vector<NodeId> ids_;
};

NodeSet merge(const NodeSet& a, const NodeSet& b);
std::string describe(const NodeSet& set);  // "(1 2 3)"

enum class VoteResult : std::uint8_t { Pending, Lost, Won };
const char* describe(VoteResult result);  // "VotePending"

inline constexpr Index kIndexInfinity{~std::uint64_t{0}};

// `acked(id)` is an optional<Index>: how far that voter's log is known to match.
// The empty majority agrees to everything, so that joining with it changes nothing.
template <class AckedIndex>
Index majority_committed(const NodeSet& voters, const AckedIndex& acked) {
  const std::size_t n = voters.size();
  if (n == 0) return kIndexInfinity;
  constexpr std::size_t kUsual = 9;
  Index few[kUsual];
  std::vector<Index> many;
  Index* match = few;
  if (n > kUsual) {
    many.resize(n);
    match = many.data();
  }
  // Sorted ascending on the way in, for there are few.
  std::size_t filled = 0;
  for (const NodeId id : voters) {
    const Index index = acked(id).value_or(Index());
    std::size_t at = filled++;
    for (; at > 0 && match[at - 1] > index; --at) match[at] = match[at - 1];
    match[at] = index;
  }
  // The quorum's least: n/2 + 1 voters are at or above it.
  return match[n - (n / 2 + 1)];
}

// `vote(id)` is an optional<bool>: granted, refused, or not heard of.
template <class Votes>
VoteResult majority_vote(const NodeSet& voters, const Votes& vote) {
  if (voters.empty()) return VoteResult::Won;
  std::size_t granted = 0;
  std::size_t missing = 0;
  for (const NodeId id : voters) {
    const std::optional<bool> v = vote(id);
    if (!v) {
      ++missing;
    } else if (*v) {
      ++granted;
    }
  }
  const std::size_t needed = voters.size() / 2 + 1;
  if (granted >= needed) return VoteResult::Won;
  return granted + missing >= needed ? VoteResult::Pending : VoteResult::Lost;
}

// Two majorities that must both agree; the outgoing one is empty outside a joint configuration.
struct JointConfig {
  NodeSet incoming;
  NodeSet outgoing;

  bool joint() const { return !outgoing.empty(); }
  bool contains(NodeId id) const { return incoming.contains(id) || outgoing.contains(id); }
  NodeSet ids() const { return merge(incoming, outgoing); }

  template <class AckedIndex>
  Index committed(const AckedIndex& acked) const {
    return std::min(majority_committed(incoming, acked), majority_committed(outgoing, acked));
  }

  template <class Votes>
  VoteResult vote(const Votes& votes) const {
    const VoteResult a = majority_vote(incoming, votes);
    const VoteResult b = majority_vote(outgoing, votes);
    if (a == b) return a;
    if (a == VoteResult::Lost || b == VoteResult::Lost) return VoteResult::Lost;
    return VoteResult::Pending;
  }

  friend bool operator==(const JointConfig&, const JointConfig&) = default;
};

std::string describe(const JointConfig& config);  // "(1 2 3)&&(1 2)"

}  // namespace raftarium::raft
