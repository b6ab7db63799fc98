#pragma once
// The headless commands. Each takes its options, writes to the streams it is given and returns the exit code:
// 0 all well, 1 something did not hold, 2 something was wrong with what was asked.

#include <iosfwd>
#include <string>
#include <vector>

namespace raftarium::cli {

struct RunOptions {
  std::vector<std::string> files;  // scenarios
  bool quiet = false;              // no story, one line a file
  bool json = false;               // one object a line, for programs
};

// Plays scenarios: the story (time, what, why), the expectations, the digest.
int run(const RunOptions& options, std::ostream& out, std::ostream& err);

}  // namespace raftarium::cli
