#pragma once
// Parts of the narration, by what they tell of. Private to lab/.

#include <optional>
#include <string>
#include <vector>

#include "sim/world.h"

namespace raftarium::lab {

// What happened, and why; empty where that needs no words.
struct Told {
  std::string what;
  std::string why;
};
using Line = std::optional<Told>;

// "S1, S2"
std::string names(const std::vector<raft::NodeId>& nodes);
// A long value is told by its beginning.
std::string request_text(const sim::Request& request);

// Of the last step of `world`: what the core of a member says, and a command that took effect.
Line about_raft(const sim::World& world, const sim::Event& event);
Told about_act(const sim::World& world, const sim::Command& command);
// REQUIRES: it is damage to a disk, which has been done.
Told about_damage(const sim::World& world, const sim::Command& command);

}  // namespace raftarium::lab
