#pragma once
// The headless commands. Each takes its options, writes to the streams it is given and returns the exit code:
// 0 all well, 1 something did not hold, 2 something was wrong with what was asked.

#include <cstdint>
#include <iosfwd>
#include <string>
#include <vector>

#include "base/result.h"

namespace raftarium::cli {

struct RunOptions {
  std::vector<std::string> files;  // scenarios
  bool quiet = false;              // no story, one line a file
  bool json = false;               // one object a line, for programs
  std::string data;                // a directory: members live there, on the real disk; one file only
  bool resume = false;             // with `data`: go on with what an earlier run has left there
};

// Plays scenarios: the story (time, what, why), the expectations, the digest.
int run(const RunOptions& options, std::ostream& out, std::ostream& err);

// Prints the fragment of a link to the scenario in `file`.
int share(const std::string& file, std::ostream& out, std::ostream& err);
// Prints the scenario that a link (or its fragment) holds.
int open(const std::string& link, std::ostream& out, std::ostream& err);

struct ExportRequest {
  std::string file;    // a scenario
  std::string format;  // see lab/export.h
  std::string target;  // a file; empty: the standard output
  std::int64_t from_ms = 0;
  std::int64_t until_ms = 0;  // 0: to its end
  bool heartbeats = false;
};
// Writes what happens in a scenario, for other programs and for paper.
int export_scenario(const ExportRequest& request, std::ostream& out, std::ostream& err);

#ifndef __EMSCRIPTEN__
struct WalRequest {
  enum class Act : std::uint8_t { Dump, Verify, Repair };
  Act act = Act::Dump;
  std::string directory;  // a member's
  bool json = false;      // for programs
};
// Looks at a member's log: every record, or whether log and snapshots are sound; or cuts a torn tail and keeps
// what it cut. Exit code 1: something is damaged or missing, even if the member opens all the same.
int wal(const WalRequest& request, std::ostream& out, std::ostream& err);
#endif

// The bytes of a scenario's file, at most one more than is accepted.
base::Result<std::string> read_scenario_file(const std::string& path);

}  // namespace raftarium::cli
