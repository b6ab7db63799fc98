#pragma once
// Compares two histories of one scenario. Private to lab/: Timeline::compare() is the way in.

#include <memory>

#include "lab/run.h"
#include "lab/timeline.h"

namespace raftarium::lab {

BranchComparison compare_runs(const std::shared_ptr<const Scenario>& scenario, const Journal& journal_a,
                              sim::TimeUs end_a_us, const Journal& journal_b, sim::TimeUs end_b_us);

}  // namespace raftarium::lab
