#pragma once
// Runs a transcript where it can do no harm: a transcript may break an assumption of the engine, which then
// ends the process (CHECK), and the transcripts after it should run all the same.

#include <functional>

#include "datadriven/transcript.h"

namespace raftarium::datadriven {

// Told the line of each directive before it is run.
using Progress = std::function<void(int line)>;

// Runs `body` in a process of its own where there are processes (not under node). A body that ends its
// process makes a report with the line that it had come to and with what it said on standard error.
Report run_isolated(const std::function<Report(const Progress&)>& body);

}  // namespace raftarium::datadriven
