#pragma once
// Runs a file of directives against the engine and compares, or rewrites what it expects.

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace raftarium::datadriven {

enum class Kind { Interaction, Quorum, ConfChange };
std::optional<Kind> parse_kind(std::string_view name);  // "interaction", "quorum", "confchange"

struct Report {
  bool ok = false;
  std::size_t directives = 0;  // that were run
  int line = 1;                // of the directive that failed; 1 when it is the file as a whole
  std::string explanation;     // what was expected and got, or what is wrong with the file
  std::string rewritten;       // the file with what was got in place of what was expected
};

// Stops at the first directive that fails, since what follows builds on it; `rewrite` goes on through all.
// Without `kind` the grammar is told from the first command.
// `progress`, if there is one, is told the line of each directive before it is run.
Report run_transcript(std::string_view text, std::optional<Kind> kind, bool rewrite = false,
                      const std::function<void(int line)>& progress = {});

// Whether outputs agree. Log lines (DEBUG, INFO, WARN, ERROR, FATAL) are etcd's own and left out on both
// sides; an output of nothing else is "ok".
bool same_output(std::string_view expected, std::string_view got);

base::Result<std::string> read_file(const std::string& path);

// The file itself, or the *.txt below a folder, sorted. In a folder that has folders named "testdata"
// below it, such as a checkout of etcd-io/raft, only those count.
base::Result<std::vector<std::string>> find_transcripts(const std::string& path);

}  // namespace raftarium::datadriven
