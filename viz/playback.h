#pragma once
// How virtual time follows real time: playing or not, and how fast. Pure.

#include <array>
#include <cstdint>
#include <string_view>

namespace raftarium::viz {

struct Speed {
  double factor;  // virtual seconds per real second
  std::string_view name;
};

inline constexpr std::array<Speed, 13> kSpeeds = {{{0.001, "1/1000×"},
                                                   {0.002, "1/500×"},
                                                   {0.005, "1/200×"},
                                                   {0.01, "1/100×"},
                                                   {0.02, "1/50×"},
                                                   {0.05, "1/20×"},
                                                   {0.1, "1/10×"},
                                                   {0.2, "1/5×"},
                                                   {0.5, "1/2×"},
                                                   {1, "1×"},
                                                   {2, "2×"},
                                                   {5, "5×"},
                                                   {10, "10×"}}};
inline constexpr int kDefaultSpeed = 7;

class Playback {
 public:
  bool playing() const { return playing_; }
  void play() { playing_ = true; }
  void pause() {
    playing_ = false;
    owed_us_ = 0;
  }
  int speed() const { return speed_; }
  void set_speed(int speed);  // clamped to kSpeeds

  // Slow motion: for the next two real seconds time runs at a tenth of its speed.
  void linger() { lingers_s_ = kLingerS; }
  bool lingers() const { return lingers_s_ > 0; }

  // The whole virtual microseconds that `real_s` more seconds are worth; the fraction is kept for the next
  // call. A long gap (a tab in the background) counts as a quarter of a second.
  std::int64_t advance(double real_s);

 private:
  static constexpr double kLingerS = 2;
  static constexpr double kLingerFactor = 0.1;

  bool playing_ = true;
  int speed_ = kDefaultSpeed;
  double lingers_s_ = 0;
  double owed_us_ = 0;
};

}  // namespace raftarium::viz
