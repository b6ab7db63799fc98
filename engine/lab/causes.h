#pragma once
// Causes: how the two facts of a violation came about. From what happened in the world, the shortest chain of events
// from one fact to the other through what caused both: a message sent, received, a state changed, across members.
//
// An event's causes are what set off its moment at its member (a message that arrived, a command), or else the last
// change of state there; and of an arrival also the sending. The chain is found by playing everything again, so a
// world that is well pays nothing, and memory is bounded by kMaxCausalEvents.

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "lab/run.h"

namespace raftarium::lab {

// What lies further back than so many events is not looked at.
inline constexpr std::size_t kMaxCausalEvents = 500'000;

struct CausalStep {
  std::uint64_t event = 0;  // the number of the moment, to seek to
  sim::TimeUs time_us = 0;
  raft::NodeId node;  // at which it happened; none: the world
  std::string what;   // "S2->S1 delivered MsgVoteResp"
};

// Of each violation, in the order of time, both facts included. Where nothing caused both, the chains that lead to
// each. Empty for one that does not occur along `journal`. Everything is played twice from `start`, which is the
// beginning, to the last of them. REQUIRES: they are in the order of their happening.
std::vector<std::vector<CausalStep>> causes_of(const std::vector<sim::Violation>& violations,
                                               const Run& start, const Journal& journal);

}  // namespace raftarium::lab
