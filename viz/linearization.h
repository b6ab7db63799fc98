#pragma once
// Where on a line of time each request can have taken effect at once, so that all answers make sense. Pure.
//
// The order of the log is the witness: a write takes effect at its entry, a read right after the entry as of
// which it was answered. A point lies between asking and answer, and the points follow the log.

#include <vector>

#include "viz/frame.h"

namespace raftarium::viz {

// Sets point_us of what was answered and is not stale; -1 where no such point is left.
void set_points(std::vector<RequestView>& requests);

}  // namespace raftarium::viz
