#pragma once
// Compares two histories of one scenario. Private to lab/: Timeline::compare() is the way in.

#include "lab/run.h"
#include "lab/timeline.h"

namespace raftarium::lab {

// Both go on from `start`, which is part of both.
BranchComparison compare_runs(const Run& start, const Journal& journal_a, sim::TimeUs end_a_us,
                              const Journal& journal_b, sim::TimeUs end_b_us);

}  // namespace raftarium::lab
