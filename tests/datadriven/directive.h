#pragma once
// The syntax of transcripts, that of Go's datadriven package:
//
//   # A comment, between directives.
//   command arg key=value list=(a,b)
//   input lines
//   ----
//   what is expected, up to the first blank line
//
// A command line that ends in a backslash goes on in the next line. Output that has blank lines of its own
// stands between two doubled fences: "----" twice, the output, "----" twice. What the commands mean is a
// grammar's affair (grammar.h).

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace raftarium::datadriven {

struct Arg {
  std::string key;
  std::vector<std::string> values;  // none for a bare word; one empty text for "key="
};

struct Directive {
  int line = 0;  // of the command, from 1
  std::string command;
  std::vector<Arg> args;
  std::string input;     // without the surrounding blanks
  std::string expected;  // every line ends in a newline

  // For rewriting: the lines of `expected`, fences and the closing blank line included, as a half-open
  // range counted from 0.
  std::size_t expected_begin = 0;
  std::size_t expected_end = 0;
};

// A syntax error, with the line it is in.
struct SyntaxError {
  int line = 0;  // 0: none
  std::string message;
};

struct Transcript {
  std::vector<std::string> lines;  // of the file, without their ends
  std::vector<Directive> directives;
  SyntaxError error;  // directives before it are kept
};

Transcript parse_transcript(std::string_view text);

struct CommandLine {
  std::string command;
  std::vector<Arg> args;
};
// "command arg key=value list=(a, b)". An empty command for an empty line.
base::Result<CommandLine> parse_command_line(std::string_view line);

std::vector<std::string> split_lines(std::string_view text);
std::string_view trim(std::string_view text);
std::vector<std::string_view> split_words(std::string_view text);

// Errors name the argument and what was expected.
base::Result<std::uint64_t> parse_number(std::string_view what, std::string_view text);
base::Result<bool> parse_bool(std::string_view what, std::string_view text);

}  // namespace raftarium::datadriven
