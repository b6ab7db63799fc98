#pragma once
// text(): what its arguments read as when they are printed one after the other.

#include <sstream>
#include <string>

namespace raftarium::base {

template <class... Parts>
std::string text(const Parts&... parts) {
  std::ostringstream out;
  (out << ... << parts);
  return out.str();
}

}  // namespace raftarium::base
