#include "datadriven/transcript.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "datadriven/directive.h"
#include "datadriven/grammar.h"

namespace raftarium::datadriven {
namespace {

namespace fs = std::filesystem;

bool is_log_line(std::string_view line) {
  const std::size_t first = line.find_first_not_of(' ');
  if (first == std::string_view::npos) return false;
  line.remove_prefix(first);
  constexpr std::array<std::string_view, 5> kLevels = {"DEBUG ", "INFO ", "WARN ", "ERROR ", "FATAL "};
  return std::any_of(kLevels.begin(), kLevels.end(),
                     [&](std::string_view level) { return line.starts_with(level); });
}

// The lines that count.
std::vector<std::string> compared_lines(std::string_view output) {
  std::vector<std::string> lines = split_lines(output);
  lines.erase(std::remove_if(lines.begin(), lines.end(), is_log_line), lines.end());
  if (lines.empty()) lines.emplace_back("ok");
  return lines;
}

// Both outputs, whole, with the first difference pointed at.
std::string difference(std::string_view expected, std::string_view got) {
  const std::vector<std::string> want = compared_lines(expected);
  const std::vector<std::string> have = compared_lines(got);
  std::size_t at = 0;
  while (at < want.size() && at < have.size() && want[at] == have[at]) ++at;
  std::string text;
  const auto print = [&](const char* title, const std::vector<std::string>& lines) {
    text += std::string("  ") + title + ":\n";
    for (std::size_t i = 0; i < lines.size(); ++i) text += (i == at ? "  > " : "    ") + lines[i] + "\n";
    if (at == lines.size()) text += "  > (ends here)\n";
  };
  print("expected", want);
  print("got", have);
  return text;
}

std::optional<Kind> kind_of(const std::vector<Directive>& directives) {
  for (const Directive& directive : directives) {
    const std::string& command = directive.command;
    if (command == "committed" || command == "vote") return Kind::Quorum;
    if (command == "simple" || command == "enter-joint" || command == "leave-joint") {
      return Kind::ConfChange;
    }
    return Kind::Interaction;
  }
  return std::nullopt;
}

std::unique_ptr<Grammar> make_grammar(Kind kind) {
  switch (kind) {
    case Kind::Quorum:
      return make_quorum_grammar();
    case Kind::ConfChange:
      return make_confchange_grammar();
    case Kind::Interaction:
      break;
  }
  return make_interaction_grammar();
}

// Replaces what directives expect, from the last to the first so that line numbers stay true.
class Rewriter {
 public:
  explicit Rewriter(std::vector<std::string> lines) : lines_(std::move(lines)) {}

  void replace(const Directive& directive, const std::string& got) {
    replacements_.push_back({directive.expected_begin, directive.expected_end, formatted(got)});
  }

  std::string text() {
    for (auto r = replacements_.rbegin(); r != replacements_.rend(); ++r) {
      const auto begin = lines_.begin() + static_cast<std::ptrdiff_t>(r->begin);
      const auto end = lines_.begin() + static_cast<std::ptrdiff_t>(r->end);
      if (r->end < lines_.size()) r->lines.emplace_back();
      lines_.insert(lines_.erase(begin, end), r->lines.begin(), r->lines.end());
    }
    std::string text;
    for (const std::string& line : lines_) text += line + "\n";
    return text;
  }

 private:
  struct Replacement {
    std::size_t begin;
    std::size_t end;
    std::vector<std::string> lines;
  };

  static std::vector<std::string> formatted(const std::string& got) {
    std::vector<std::string> lines = split_lines(got);
    const bool blank =
        std::any_of(lines.begin(), lines.end(), [](const std::string& line) { return trim(line).empty(); });
    if (blank) {
      lines.insert(lines.begin(), "----");
      lines.insert(lines.end(), 2, "----");
    }
    return lines;
  }

  std::vector<std::string> lines_;
  std::vector<Replacement> replacements_;
};

Report failure(Report report, int line, std::string explanation) {
  report.ok = false;
  report.line = line;
  report.explanation = "  " + std::move(explanation) + "\n";
  return report;
}

}  // namespace

std::optional<Kind> parse_kind(std::string_view name) {
  if (name == "interaction") return Kind::Interaction;
  if (name == "quorum") return Kind::Quorum;
  if (name == "confchange") return Kind::ConfChange;
  return std::nullopt;
}

bool same_output(std::string_view expected, std::string_view got) {
  return compared_lines(expected) == compared_lines(got);
}

Report run_transcript(std::string_view text, std::optional<Kind> kind, bool rewrite,
                      const std::function<void(int line)>& progress) {
  Report report;
  Transcript transcript = parse_transcript(text);
  if (!kind) kind = kind_of(transcript.directives);
  if (transcript.error.line > 0 && (rewrite || transcript.directives.empty())) {
    return failure(report, transcript.error.line, transcript.error.message);
  }
  if (!kind) return failure(report, 1, "there is no directive in this file");

  const std::unique_ptr<Grammar> grammar = make_grammar(*kind);
  Rewriter rewriter(std::move(transcript.lines));
  for (const Directive& directive : transcript.directives) {
    if (progress) progress(directive.line);
    const base::Result<std::string> got = grammar->run(directive);
    ++report.directives;
    if (!got.ok()) return failure(report, directive.line, got.error().message);
    if (rewrite) {
      rewriter.replace(directive, *got);
    } else if (!same_output(directive.expected, *got)) {
      report.line = directive.line;
      report.explanation = difference(directive.expected, *got);
      return report;
    }
  }
  if (transcript.error.line > 0) return failure(report, transcript.error.line, transcript.error.message);
  if (rewrite) report.rewritten = rewriter.text();
  report.ok = true;
  return report;
}

base::Result<std::string> read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream content;
  content << file.rdbuf();
  if (!file) return base::Error{"cannot read this file"};
  return content.str();
}

base::Result<std::vector<std::string>> find_transcripts(const std::string& path) {
  std::error_code error;
  if (!fs::is_directory(path, error)) {
    if (!fs::exists(path, error)) return base::Error{path + ": there is no such file or folder"};
    return std::vector<std::string>{path};
  }
  std::vector<std::string> all;
  std::vector<std::string> in_testdata;
  fs::recursive_directory_iterator at(path, fs::directory_options::skip_permission_denied, error);
  for (; !error && at != fs::recursive_directory_iterator(); at.increment(error)) {
    if (!at->is_regular_file(error) || at->path().extension() != ".txt") continue;
    all.push_back(at->path().string());
    const fs::path below = at->path().parent_path().lexically_relative(path);
    if (std::find(below.begin(), below.end(), "testdata") != below.end()) {
      in_testdata.push_back(all.back());
    }
  }
  if (error) return base::Error{path + ": " + error.message()};
  std::vector<std::string>& found = in_testdata.empty() ? all : in_testdata;
  if (found.empty()) return base::Error{path + ": there is no *.txt in this folder"};
  std::sort(found.begin(), found.end());
  return found;
}

}  // namespace raftarium::datadriven
