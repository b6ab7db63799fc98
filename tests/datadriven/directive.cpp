#include "datadriven/directive.h"

#include <algorithm>
#include <charconv>

namespace raftarium::datadriven {
namespace {

constexpr std::string_view kFence = "----";
constexpr std::string_view kBlank = " \t\r\n\v\f";

// Takes a prefix of `rest` up to one of `stops`.
std::string take_until(std::string_view& rest, std::string_view stops) {
  const std::size_t length = std::min(rest.find_first_of(stops), rest.size());
  std::string taken(rest.substr(0, length));
  rest.remove_prefix(length);
  return taken;
}

// The values of "(a, b (c), d)", with `rest` just behind the first parenthesis. Commas inside inner
// parentheses do not separate. False when the list does not end.
bool take_list(std::string_view& rest, std::vector<std::string>& values) {
  int depth = 0;
  std::size_t begin = 0;
  for (std::size_t i = 0; i < rest.size(); ++i) {
    const char c = rest[i];
    if (c == '(') {
      ++depth;
    } else if (depth > 0) {
      if (c == ')') --depth;
    } else if (c == ',' || c == ')') {
      values.emplace_back(trim(rest.substr(begin, i - begin)));
      begin = i + 1;
      if (c == ')') {
        rest.remove_prefix(begin);
        return true;
      }
    }
  }
  return false;
}

// Reads a file of directives, line by line.
class Reader {
 public:
  explicit Reader(std::string_view text) { transcript_.lines = split_lines(text); }

  Transcript read() && {
    while (next_ < transcript_.lines.size() && transcript_.error.line == 0) read_directive();
    return std::move(transcript_);
  }

 private:
  bool at_end() const { return next_ >= transcript_.lines.size(); }
  const std::string& line() const { return transcript_.lines[next_]; }
  bool at_fence() const { return !at_end() && line() == kFence; }
  void fail(int line, std::string message) { transcript_.error = {line, std::move(message)}; }

  void read_directive() {
    Directive directive;
    directive.line = static_cast<int>(next_) + 1;
    std::string text(trim(line()));
    ++next_;
    if (text.empty() || text.front() == '#') return;
    while (text.ends_with('\\') && !at_end()) {
      text.pop_back();
      text += ' ';
      text += trim(line());
      ++next_;
    }

    base::Result<CommandLine> parsed = parse_command_line(text);
    if (!parsed.ok()) return fail(directive.line, parsed.error().message);
    directive.command = std::move(parsed->command);
    directive.args = std::move(parsed->args);

    if (!read_input(directive)) return;
    directive.expected_begin = next_;
    if (!read_expected(directive)) return;
    directive.expected_end = next_;
    transcript_.directives.push_back(std::move(directive));
  }

  bool read_input(Directive& directive) {
    std::string input;
    while (!at_end() && !at_fence()) {
      input += line();
      input += '\n';
      ++next_;
    }
    if (at_end()) {
      fail(directive.line, "the directive \"" + directive.command +
                               "\" has no ---- line that separates it from what is expected");
      return false;
    }
    ++next_;
    directive.input = trim(input);
    return true;
  }

  bool read_expected(Directive& directive) {
    if (at_fence()) return read_fenced(directive);
    for (; !at_end(); ++next_) {
      if (trim(line()).empty()) {
        ++next_;
        break;
      }
      directive.expected += line() + "\n";
    }
    return true;
  }

  bool read_fenced(Directive& directive) {
    for (++next_; !at_end(); ++next_) {
      if (at_fence() && next_ + 1 < transcript_.lines.size() && transcript_.lines[next_ + 1] == kFence) {
        next_ += 2;
        return true;
      }
      directive.expected += line() + "\n";
    }
    fail(directive.line, "the expected output starts with two ---- lines and does not end with two");
    return false;
  }

  Transcript transcript_;
  std::size_t next_ = 0;  // line to read next
};

}  // namespace

Transcript parse_transcript(std::string_view text) { return Reader(text).read(); }

base::Result<CommandLine> parse_command_line(std::string_view line) {
  CommandLine result;
  std::string_view rest = trim(line);
  const auto unreadable = [&](const std::string& why) {
    const std::size_t column = trim(line).size() - rest.size() + 1;
    return base::Error{"cannot read the directive \"" + std::string(trim(line)) + "\" at column " +
                       std::to_string(column) + ": " + why};
  };
  result.command = take_until(rest, " \t");
  rest = trim(rest);
  while (!rest.empty()) {
    Arg arg;
    arg.key = take_until(rest, " \t=");
    if (arg.key.empty()) return unreadable("a name should stand before \"=\"");
    if (rest.starts_with('=')) {
      rest.remove_prefix(1);
      if (!rest.starts_with('(')) {
        arg.values.push_back(take_until(rest, " \t"));
      } else {
        rest.remove_prefix(1);
        if (!take_list(rest, arg.values)) return unreadable("this list has no closing parenthesis");
      }
    }
    result.args.push_back(std::move(arg));
    rest = trim(rest);
  }
  return result;
}

std::vector<std::string> split_lines(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    if (line.ends_with('\r')) line.remove_suffix(1);
    lines.emplace_back(line);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

std::string_view trim(std::string_view text) {
  const std::size_t first = text.find_first_not_of(kBlank);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

std::vector<std::string_view> split_words(std::string_view text) {
  std::vector<std::string_view> words;
  for (text = trim(text); !text.empty(); text = trim(text)) {
    const std::size_t end = std::min(text.find_first_of(kBlank), text.size());
    words.push_back(text.substr(0, end));
    text.remove_prefix(end);
  }
  return words;
}

base::Result<std::uint64_t> parse_number(std::string_view what, std::string_view text) {
  std::uint64_t value = 0;
  const char* end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, value);
  if (error == std::errc() && stopped == end && !text.empty()) return value;
  return base::Error{std::string(what) + ": expected a number, got \"" + std::string(text) + "\""};
}

base::Result<bool> parse_bool(std::string_view what, std::string_view text) {
  // The spellings that Go's strconv.ParseBool takes.
  const auto is_one_of = [text](std::initializer_list<std::string_view> words) {
    return std::find(words.begin(), words.end(), text) != words.end();
  };
  if (is_one_of({"true", "True", "TRUE", "t", "T", "1"})) return true;
  if (is_one_of({"false", "False", "FALSE", "f", "F", "0"})) return false;
  return base::Error{std::string(what) + ": expected true or false, got \"" + std::string(text) + "\""};
}

}  // namespace raftarium::datadriven
