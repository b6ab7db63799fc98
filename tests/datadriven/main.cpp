// raftarium-transcripts: runs transcripts (etcd-io/raft's, or our own) against the engine.

#include <fstream>
#include <iostream>
#include <optional>
#include <string>
#include <vector>

#include "datadriven/isolated.h"
#include "datadriven/transcript.h"

namespace {

using raftarium::base::Result;
using raftarium::datadriven::Kind;
using raftarium::datadriven::Report;

constexpr const char* kUsage =
    "usage: raftarium-transcripts [--kind interaction|quorum|confchange] [--rewrite] FILE|FOLDER...\n"
    "\n"
    "Runs every directive against the engine and compares what it prints with what the file expects.\n"
    "Of a folder, the *.txt below it are run; of a checkout of etcd-io/raft, those in its testdata.\n"
    "\n"
    "  --kind     the grammar of the files; else it is told from each file's first command\n"
    "  --rewrite  write what was got into the files instead of comparing\n"
    "\n"
    "Exits with 0 when all passed, 1 when some failed, 2 when it could not start.\n";

struct Options {
  std::optional<Kind> kind;
  bool rewrite = false;
  bool help = false;
  std::vector<std::string> paths;
};

Result<Options> parse_options(const std::vector<std::string>& words) {
  Options options;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string& word = words[i];
    if (word == "--rewrite") {
      options.rewrite = true;
    } else if (word == "--help" || word == "-h") {
      options.help = true;
    } else if (word == "--kind" || word.starts_with("--kind=")) {
      const bool joined = word.size() > 6;
      const std::string name = joined ? word.substr(7) : ++i < words.size() ? words[i] : "";
      options.kind = raftarium::datadriven::parse_kind(name);
      if (!options.kind) {
        return raftarium::base::Error{"--kind: expected interaction, quorum or confchange, got \"" + name +
                                      "\""};
      }
    } else if (word.starts_with("-")) {
      return raftarium::base::Error{"unknown option " + word};
    } else {
      options.paths.push_back(word);
    }
  }
  if (options.paths.empty() && !options.help) return raftarium::base::Error{"no file or folder given"};
  return options;
}

Report run_file(const std::string& path, const Options& options) {
  const Result<std::string> text = raftarium::datadriven::read_file(path);
  Report report;
  if (!text.ok()) {
    report.explanation = "  " + text.error().message + "\n";
    return report;
  }
  report = raftarium::datadriven::run_isolated([&](const raftarium::datadriven::Progress& progress) {
    return raftarium::datadriven::run_transcript(*text, options.kind, options.rewrite, progress);
  });
  if (report.ok && options.rewrite) {
    std::ofstream file(path, std::ios::binary | std::ios::trunc);
    file << report.rewritten;
    if (!file.flush()) {
      report.ok = false;
      report.explanation = "  cannot write this file\n";
    }
  }
  return report;
}

}  // namespace

int main(int argc, char** argv) {
  const Result<Options> options = parse_options({argv + 1, argv + argc});
  if (!options.ok()) {
    std::cerr << "raftarium-transcripts: " << options.error().message << "\n\n" << kUsage;
    return 2;
  }
  if (options->help) {
    std::cout << kUsage;
    return 0;
  }
  int passed = 0;
  int failed = 0;
  for (const std::string& path : options->paths) {
    const Result<std::vector<std::string>> files = raftarium::datadriven::find_transcripts(path);
    if (!files.ok()) {
      std::cout << "FAIL " << files.error().message << "\n";
      ++failed;
      continue;
    }
    for (const std::string& file : *files) {
      const Report report = run_file(file, *options);
      if (report.ok) {
        ++passed;
        std::cout << "ok " << file << " (" << report.directives << " directives)" << std::endl;
      } else {
        ++failed;
        std::cout << "FAIL " << file << ":" << report.line << "\n" << report.explanation << std::flush;
      }
    }
  }
  std::cout << passed << " passed, " << failed << " failed\n";
  return failed == 0 ? 0 : 1;
}
