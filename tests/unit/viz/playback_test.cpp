// How virtual time follows real time.

#include "viz/playback.h"

#include <cmath>

#include "support/test.h"

namespace raftarium::viz {

TEST_SUITE("playback") {
  TEST_CASE("speeds rise from a thousandth to ten, and the names say so") {
    EXPECT(kSpeeds.front().factor == 0.001);
    EXPECT(kSpeeds.front().name == "1/1000×");
    EXPECT(kSpeeds.back().factor == 10);
    EXPECT(kSpeeds.back().name == "10×");
    for (std::size_t i = 1; i < kSpeeds.size(); ++i) EXPECT(kSpeeds[i - 1].factor < kSpeeds[i].factor);
    EXPECT(kSpeeds[kDefaultSpeed].name == "1/5×");
  }

  TEST_CASE("a second in pictures is worth the speed's share, whatever the rate") {
    for (int speed = 0; speed < static_cast<int>(kSpeeds.size()); ++speed) {
      for (const int rate : {11, 60, 144}) {
        Playback playback;
        playback.set_speed(speed);
        std::int64_t total_us = 0;
        for (int i = 0; i < rate; ++i) total_us += playback.advance(1.0 / rate);
        const double wanted = kSpeeds[static_cast<std::size_t>(speed)].factor * 1e6;
        CAPTURE(speed);
        CAPTURE(rate);
        EXPECT(std::abs(static_cast<double>(total_us) - wanted) <= 1.0);
      }
    }
  }

  TEST_CASE("a gap counts as a quarter of a second, and time never runs backwards") {
    Playback playback;
    playback.set_speed(9);  // 1×
    EXPECT(playback.advance(3600) == 250'000);
    EXPECT(playback.advance(-1) == 0);
  }

  TEST_CASE("paused, nothing is owed") {
    Playback playback;
    playback.set_speed(0);
    EXPECT(playback.advance(0.0004) == 0);  // 0.4 µs are kept
    playback.pause();
    EXPECT(playback.advance(1) == 0);
    playback.play();
    EXPECT(playback.advance(0.0007) == 0);  // and are gone
  }

  TEST_CASE("the speed stays within what there is") {
    Playback playback;
    playback.set_speed(-5);
    EXPECT(playback.speed() == 0);
    playback.set_speed(99);
    EXPECT(playback.speed() == static_cast<int>(kSpeeds.size()) - 1);
  }
}

}  // namespace raftarium::viz
