#pragma once
// Rules: which rule of the algorithm is behind something that happened, and where to read about it. Sections are
// those of the Raft paper (extended version); those of Ongaro's dissertation are named as such.

#include "sim/checkers.h"
#include "sim/event.h"

namespace raftarium::lab {

// Empty where no rule of Raft is behind it.
const char* rule_behind(const sim::Event& event);
// What always has to hold.
const char* rule_of(sim::Property property);

}  // namespace raftarium::lab
