#pragma once
// Parts of a scenario that are read by themselves. Private to lab/.

#include <cstddef>
#include <string>

#include "lab/field_reader.h"
#include "sim/world.h"

namespace raftarium::lab {

struct ActionWord;

// "S1", "S2", ... up to `members`, or one of `stand_ins`: "leader", "follower", "crashed", "others".
raft::NodeId read_member(FieldReader& reader, const Json& value, const std::string& path,
                         std::size_t members, const Words& stand_ins);

// The fields of an action that `word` stands for, but for when it takes effect.
sim::Command read_command(FieldReader& reader, const Json& action, const std::string& path,
                          const ActionWord& word, std::size_t members);

// The field "cluster" of `root`, where it is there.
void read_cluster(FieldReader& reader, const Json& root, sim::WorldConfig& cluster);

}  // namespace raftarium::lab
