#pragma once
// What an event may have been caused by, and what it may have caused (Lamport's happened-before, over the messages
// between members). Pure.

#include <cstdint>
#include <map>
#include <vector>

#include "lab/trace.h"

namespace raftarium::viz {

// An event at a member: right after so many events of the branch.
struct Moment {
  raft::NodeId node;
  std::uint64_t event = 0;
  std::int64_t time_us = 0;
};

struct Causality {
  std::vector<std::uint64_t> past;    // messages that may have led to it, by id, sorted
  std::vector<std::uint64_t> future;  // and those that may follow from it
  // By member: until when what it did counts to the past, and from when on to the future. Members that are not
  // in here have neither influenced it nor been influenced.
  std::map<std::uint64_t, Moment> until;
  std::map<std::uint64_t, Moment> from;
};

// `messages`: oldest first by sending, as Timeline::messages() gives them.
Causality causality_of(const Moment& moment, const std::vector<lab::TracedMessage>& messages);

}  // namespace raftarium::viz
