#pragma once
// Narration: says in one sentence what just happened, and in one more why, with the numbers that decided.

#include <cstdint>
#include <string>
#include <vector>

#include "sim/world.h"

namespace raftarium::lab {

struct StoryLine {
  sim::TimeUs time_us = 0;
  std::uint64_t event = 0;  // the moment it belongs to: World::moments() right after it
  raft::NodeId node;        // whom it is about; none: nobody in particular
  raft::Term term;
  std::string what;
  std::string why;        // may be empty
  const char* rule = "";  // of the algorithm, with its section; may be empty
};

// A moment worth a mark on the timeline.
struct Mark {
  enum class Kind : std::uint8_t { Leader, Crash, Restart, Network, Client, Commit, Violation };
  Kind kind = Kind::Leader;
  sim::TimeUs time_us = 0;
  std::uint64_t event = 0;
  raft::NodeId node;
  raft::Term term;
  std::string text;
};

// About the last step of `world`: world.events() and the state they led to.
std::vector<StoryLine> narrate(const sim::World& world);
std::vector<Mark> marks_of(const sim::World& world);

}  // namespace raftarium::lab
