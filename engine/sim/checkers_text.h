#pragma once
// Words for the checkers. Private to sim/.

#include <sstream>
#include <string>

namespace raftarium::sim {

template <class... Parts>
std::string text(const Parts&... parts) {
  std::ostringstream out;
  (out << ... << parts);
  return out.str();
}

}  // namespace raftarium::sim
