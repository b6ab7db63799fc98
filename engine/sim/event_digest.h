#pragma once
// What of an event goes into a world's digest: everything.

#include "base/hash.h"
#include "sim/event.h"

namespace raftarium::sim {

// Adds every field that an event of its kind has.
void add_event(base::Hasher& out, const Event& event);

}  // namespace raftarium::sim
