#pragma once
// ScreenReader: what somebody who cannot see the picture should be told, once.

#include <cstdint>
#include <string>

#include "viz/frame.h"

namespace raftarium::web {

class ScreenReader {
 public:
  // The lines of the story that are new since the last call, and the notice if it is another one; one a
  // line. After a step back, where one is now and the line that was last there. Empty: nothing new.
  std::string news(const viz::Frame& frame, const std::string& notice);

 private:
  std::string title_;
  std::string notice_;
  lab::BranchId branch_ = 0;
  std::uint64_t event_ = 0;  // told up to here
};

}  // namespace raftarium::web
