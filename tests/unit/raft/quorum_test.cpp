// Majorities against a count by hand, over random configurations.

#include "raft/quorum.h"

#include <algorithm>
#include <map>

#include "base/prng.h"
#include "support/test.h"

namespace raftarium::raft {

using base::Prng;

namespace {

constexpr int kCases = 100'000;

NodeSet random_set(Prng& prng) {
  std::vector<NodeId> ids;
  for (std::uint64_t n = 1; n <= 9; ++n) {
    if (prng.below(2) == 0) ids.emplace_back(n);
  }
  return NodeSet(std::move(ids));
}

struct Acks {
  std::map<NodeId, Index> index;
  std::optional<Index> operator()(NodeId id) const {
    const auto at = index.find(id);
    return at == index.end() ? std::nullopt : std::optional<Index>(at->second);
  }
};

Acks random_acks(Prng& prng) {
  Acks acks;
  for (std::uint64_t n = 1; n <= 9; ++n) {
    if (prng.below(4) != 0) acks.index[NodeId(n)] = Index(prng.below(6));
  }
  return acks;
}

// The greatest index that more than half have reached, by trying each.
Index by_hand(const NodeSet& voters, const Acks& acks) {
  if (voters.empty()) return kIndexInfinity;
  Index best;
  for (std::uint64_t candidate = 0; candidate < 6; ++candidate) {
    std::size_t reached = 0;
    for (const NodeId id : voters) {
      if (acks(id).value_or(Index()) >= Index(candidate)) ++reached;
    }
    if (2 * reached > voters.size()) best = Index(candidate);
  }
  return best;
}

}  // namespace

TEST_CASE("the committed index of a majority agrees with a count by hand") {
  Prng prng(1);
  for (int i = 0; i < kCases; ++i) {
    const NodeSet voters = random_set(prng);
    const Acks acks = random_acks(prng);
    REQUIRE(majority_committed(voters, acks) == by_hand(voters, acks));
  }
}

TEST_CASE("a joint of equal halves behaves as the simple majority; a joint is never ahead of a half") {
  Prng prng(2);
  for (int i = 0; i < kCases; ++i) {
    const NodeSet a = random_set(prng);
    const NodeSet b = random_set(prng);
    const Acks acks = random_acks(prng);
    REQUIRE(JointConfig{a, a}.committed(acks) == majority_committed(a, acks));
    REQUIRE(JointConfig{a, b}.committed(acks) == std::min(by_hand(a, acks), by_hand(b, acks)));
  }
}

TEST_CASE("a joint vote is what its halves say: won by both, lost by either") {
  Prng prng(4);
  for (int i = 0; i < kCases; ++i) {
    const NodeSet a = random_set(prng);
    const NodeSet b = random_set(prng);
    std::map<NodeId, bool> votes;
    for (const NodeSet& half : {a, b}) {
      for (const NodeId id : half) {
        if (const auto draw = prng.below(3); draw < 2) votes.try_emplace(id, draw == 0);
      }
    }
    const auto count = [&](const NodeSet& half, bool granted) {
      return static_cast<std::size_t>(std::count_if(half.begin(), half.end(), [&](NodeId id) {
        const auto at = votes.find(id);
        return at != votes.end() && at->second == granted;
      }));
    };
    bool won = true;
    bool lost = false;
    for (const NodeSet& half : {a, b}) {
      won = won && (half.empty() || 2 * count(half, true) > half.size());
      // Even if all who are silent granted it.
      lost = lost || (!half.empty() && 2 * (half.size() - count(half, false)) <= half.size());
    }
    const auto vote = [&](NodeId id) {
      const auto at = votes.find(id);
      return at == votes.end() ? std::nullopt : std::optional<bool>(at->second);
    };
    const VoteResult expected = won ? VoteResult::Won : lost ? VoteResult::Lost : VoteResult::Pending;
    REQUIRE(JointConfig{a, b}.vote(vote) == expected);
  }
}

TEST_CASE("a vote is won by more than half, lost when that is out of reach") {
  Prng prng(3);
  for (int i = 0; i < kCases; ++i) {
    const NodeSet voters = random_set(prng);
    std::map<NodeId, bool> votes;
    for (const NodeId id : voters) {
      if (const auto draw = prng.below(3); draw < 2) votes[id] = draw == 0;
    }
    const auto vote = [&](NodeId id) {
      const auto at = votes.find(id);
      return at == votes.end() ? std::nullopt : std::optional<bool>(at->second);
    };
    std::size_t yes = 0;
    for (const auto& [id, granted] : votes) yes += granted ? 1 : 0;
    const std::size_t open = voters.size() - votes.size();
    VoteResult expected = VoteResult::Lost;
    if (2 * yes > voters.size() || voters.empty()) {
      expected = VoteResult::Won;
    } else if (2 * (yes + open) > voters.size()) {
      expected = VoteResult::Pending;
    }
    REQUIRE(majority_vote(voters, vote) == expected);
    REQUIRE(JointConfig{voters, voters}.vote(vote) == expected);
  }
}

}  // namespace raftarium::raft
