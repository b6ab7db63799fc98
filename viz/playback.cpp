#include "viz/playback.h"

#include <algorithm>
#include <cmath>

namespace raftarium::viz {

void Playback::set_speed(int speed) { speed_ = std::clamp(speed, 0, static_cast<int>(kSpeeds.size()) - 1); }

std::int64_t Playback::advance(double real_s) {
  if (!playing_) return 0;
  const double factor = kSpeeds[static_cast<std::size_t>(speed_)].factor * (lingers() ? kLingerFactor : 1);
  const double passed_s = std::clamp(real_s, 0.0, 0.25);
  lingers_s_ = std::max(0.0, lingers_s_ - passed_s);
  owed_us_ += passed_s * factor * 1e6;
  const double whole = std::floor(owed_us_);
  owed_us_ -= whole;
  return static_cast<std::int64_t>(whole);
}

}  // namespace raftarium::viz
