#pragma once
// Words for people.

#include <algorithm>
#include <sstream>
#include <string>

namespace raftarium::base {

// What its arguments read as when they are printed one after the other.
template <class... Parts>
std::string text(const Parts&... parts) {
  std::ostringstream out;
  (out << ... << parts);
  return out.str();
}

// The same on one line: control characters as "\n", "\t" or "\x1b". Text of strangers must not pass for more of ours.
inline std::string one_line(std::string text) {
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; };
  if (std::none_of(text.begin(), text.end(), is_control)) return text;
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string line;
  for (const char c : text) {
    if (!is_control(c)) {
      line += c;
    } else if (c == '\n' || c == '\t') {
      line += c == '\n' ? "\\n" : "\\t";
    } else {
      const auto byte = static_cast<unsigned char>(c);
      line += {'\\', 'x', kDigits[byte >> 4U], kDigits[byte & 15U]};
    }
  }
  return line;
}

}  // namespace raftarium::base
