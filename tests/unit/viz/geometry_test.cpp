// Where members stand, what a stroke severs, where the cut between islands runs.

#include "viz/geometry.h"

#include <algorithm>

#include <cmath>

#include "base/prng.h"
#include "support/test.h"

namespace raftarium::viz {
namespace {

constexpr Rect kWideStage{0, 48, 856, 412};
constexpr Rect kPhone{0, 56, 390, 350};

std::vector<bool> all_open(std::size_t count) { return std::vector<bool>(count * count, true); }

// How often the lines of `cuts` between two groups are crossed on the straight way from a to b.
int crossed(const std::vector<Border>& cuts, Vec2 a, Vec2 b) {
  int count = 0;
  for (const Border& cut : cuts) count += crossings(cut.line, a, b);
  return count;
}

}  // namespace

TEST_SUITE("geometry") {
  TEST_CASE("a strip that is cut off and the rest make up the whole") {
    Rect rest{10, 20, 100, 50};
    const Rect left = rest.cut_left(30);
    EXPECT(left.x == 10);
    EXPECT(left.w == 30);
    EXPECT(rest.x == 40);
    EXPECT(rest.w == 70);
    const Rect low = rest.cut_bottom(20);
    EXPECT(low.y == 50);
    EXPECT(rest.h == 30);
    const Rect too_much = rest.cut_top(1000);
    EXPECT(too_much.h == 30);
    EXPECT(rest.empty());
  }

  TEST_CASE("places are spread along a line as little as it takes, and no further than it goes") {
    const auto spread_out = [](std::vector<float> places, float gap) {
      spread(places, 0, 100, gap);
      return places;
    };
    EXPECT(spread_out({}, 10).empty());
    EXPECT(spread_out({120}, 10) == std::vector<float>{100});
    EXPECT(spread_out({-3, 40}, 10) == std::vector<float>{0, 40});
    EXPECT(spread_out({20, 50, 80}, 10) == std::vector<float>{20, 50, 80});
    EXPECT(spread_out({50, 50}, 10) == std::vector<float>{45, 55});
    EXPECT(spread_out({50, 50, 50}, 10) == std::vector<float>{40, 50, 60});
    EXPECT(spread_out({95, 98, 100}, 10) == std::vector<float>{80, 90, 100});
    EXPECT(spread_out({0, 0, 90}, 20) == std::vector<float>{0, 20, 90});
    EXPECT(spread_out({50, 50, 50}, 80) == std::vector<float>{0, 50, 100});
  }

  TEST_CASE("members stand inside, clear of each other, with room for the text below them") {
    for (const Rect& area : {kWideStage, kPhone, Rect{0, 0, 320, 238}, Rect{0, 0, 2560, 1300}}) {
      for (int count = 1; count <= 15; ++count) {
        CAPTURE(area.w);
        CAPTURE(count);
        const float r = member_radius(count, area);
        const std::vector<Vec2> at = member_positions(count, area);
        REQUIRE(at.size() == static_cast<std::size_t>(count));
        for (std::size_t i = 0; i < at.size(); ++i) {
          EXPECT(at[i].x - r >= area.x);
          EXPECT(at[i].x + r <= area.right());
          EXPECT(at[i].y - r - 13 >= area.y);
          EXPECT(at[i].y + r + 28 <= area.bottom() + 0.5F);
          for (std::size_t j = i + 1; j < at.size(); ++j) EXPECT(length(at[i] - at[j]) >= 2 * r);
        }
      }
    }
  }

  TEST_CASE("the first member stands on top, the others follow clockwise") {
    const std::vector<Vec2> at = member_positions(5, kWideStage);
    EXPECT(at[0].x == doctest::Approx(kWideStage.center().x));
    for (std::size_t i = 1; i < 5; ++i) EXPECT(at[0].y < at[i].y);
    EXPECT(at[1].x > at[0].x);
    EXPECT(at[4].x < at[0].x);
  }

  TEST_CASE("no link runs through a caption, and none stands on a member") {
    for (const Rect& area : {kWideStage, kPhone}) {
      for (int count = 2; count <= 7; ++count) {  // with more there is no room left on a telephone
        CAPTURE(area.w);
        CAPTURE(count);
        const float r = member_radius(count, area);
        const std::vector<Vec2> at = member_positions(count, area);
        // As wide as the brief form.
        const auto caption = [&](std::size_t i) {
          const Vec2 middle = at[i] + Vec2{0, caption_side(at, i) * (r + 21)};
          return Rect{middle.x - 30, middle.y - 7, 60, 14};
        };
        for (std::size_t i = 0; i < at.size(); ++i) {
          const Rect box = caption(i);
          CAPTURE(i);
          for (std::size_t j = 0; j < at.size(); ++j) {
            const Vec2 nearest{std::clamp(at[j].x, box.x, box.right()),
                               std::clamp(at[j].y, box.y, box.bottom())};
            EXPECT(length(at[j] - nearest) >= r);
            for (std::size_t k = j + 1; k < at.size(); ++k) {
              const Vec2 low{box.x, box.bottom()};
              const Vec2 high{box.right(), box.y};
              EXPECT_FALSE(segments_cross(at[j], at[k], box.min(), box.max()));
              EXPECT_FALSE(segments_cross(at[j], at[k], low, high));
            }
          }
        }
      }
    }
  }

  TEST_CASE("a caption stands on the side away from the others") {
    const std::vector<Vec2> at{{100, 0}, {200, 100}, {0, 100}, {100, 60}};
    EXPECT(caption_side(at, 0) == -1);
    EXPECT(caption_side(at, 1) == 1);
    EXPECT(caption_side(at, 2) == 1);
    EXPECT(caption_side({{50, 50}}, 0) == 1);
    EXPECT(caption_side({{0, 50}, {100, 50}}, 1) == 1);
  }

  TEST_CASE("segments cross or do not") {
    EXPECT(segments_cross({0, 0}, {10, 10}, {0, 10}, {10, 0}));
    EXPECT_FALSE(segments_cross({0, 0}, {10, 0}, {0, 5}, {10, 5}));
    EXPECT_FALSE(segments_cross({0, 0}, {4, 4}, {0, 10}, {10, 0}));
    // A corner of the line that lies on the segment is crossed once, not twice.
    EXPECT(crossings({{5, -5}, {5, 0}, {5, 5}}, {0, 0}, {10, 0}) == 1);
    EXPECT(crossings({{2, -5}, {2, 5}, {8, 5}, {8, -5}}, {0, 0}, {10, 0}) == 2);
  }

  TEST_CASE("where a way first meets a line") {
    const auto first = first_crossing({{8, -5}, {8, 5}, {2, 5}, {2, -5}}, {0, 0}, {10, 0});
    REQUIRE(first.has_value());
    EXPECT(*first == doctest::Approx(0.2));
    EXPECT_FALSE(first_crossing({{8, -5}, {8, -1}}, {0, 0}, {10, 0}).has_value());
  }

  TEST_CASE("a stroke across all links between two sides is a partition") {
    const std::vector<Vec2> at = member_positions(5, kWideStage);
    // Below the upper three: S1, S2, S5 against S3, S4.
    const float y = (at[1].y + at[2].y) / 2;
    const Severed severed = sever({{0, y}, {856, y}}, at, all_open(5), 10);
    CAPTURE(severed.groups.size());
    REQUIRE(severed.groups.size() == 2);
    EXPECT(severed.groups[0] == std::vector<int>{0, 1, 4});
    EXPECT(severed.groups[1] == std::vector<int>{2, 3});
    EXPECT(severed.links.size() == 6);
  }

  TEST_CASE("a short stroke cuts one link and parts nobody") {
    const std::vector<Vec2> at = member_positions(5, kWideStage);
    const Vec2 middle = mix(at[2], at[3], 0.5F);
    const Severed severed = sever({middle + Vec2{0, -8}, middle + Vec2{0, 8}}, at, all_open(5), 0);
    REQUIRE(severed.links.size() == 1);
    EXPECT(severed.links[0] == std::pair(2, 3));
    EXPECT(severed.groups.size() == 1);
  }

  TEST_CASE("crossing a link there and back leaves it") {
    const std::vector<Vec2> at{{0, 0}, {100, 0}};
    EXPECT(sever({{40, -20}, {40, 20}, {60, 20}, {60, -20}}, at, all_open(2), 0).links.empty());
    EXPECT(sever({{40, -20}, {40, 20}}, at, all_open(2), 0).groups.size() == 2);
  }

  TEST_CASE("what was cut before counts towards a partition") {
    const std::vector<Vec2> at{{0, 0}, {100, 0}, {50, 80}};
    std::vector<bool> open = all_open(3);
    open[0 * 3 + 1] = open[1 * 3 + 0] = false;
    // Only the link S1-S3 is crossed; with S1-S2 down already, S1 is alone.
    const Severed severed = sever({{10, 50}, {40, 30}}, at, open, 0);
    REQUIRE(severed.links.size() == 1);
    EXPECT(severed.groups == std::vector<std::vector<int>>{{0}, {1, 2}});
  }

  TEST_CASE("the cut separates the islands and nobody else, wherever members stand") {
    base::Prng prng(7);
    for (int round = 0; round < 60; ++round) {
      const auto count = static_cast<int>(prng.between(2, 9));
      const float r = member_radius(count, kWideStage);
      std::vector<Vec2> at = member_positions(count, kWideStage);
      std::vector<int> group(static_cast<std::size_t>(count), 0);
      // Neighbours on the circle, so that each island hangs together on the stage.
      const auto side = static_cast<std::size_t>(prng.between(1, count - 1));
      for (std::size_t i = 0; i < side; ++i) group[i] = 1;
      const std::vector<Border> cuts = borders(at, group, kWideStage, r + 18);
      CAPTURE(count);
      CAPTURE(side);
      REQUIRE_FALSE(cuts.empty());
      for (std::size_t i = 0; i < at.size(); ++i) {
        for (const Border& cut : cuts) EXPECT(distance_to(at[i], cut.line) >= r);
        for (std::size_t j = i + 1; j < at.size(); ++j) {
          EXPECT((crossed(cuts, at[i], at[j]) % 2 == 1) == (group[i] != group[j]));
        }
      }
    }
  }

  TEST_CASE("a relaxed line keeps its ends and its distance, and is no longer than before") {
    const Polyline bumpy{{0, 0}, {100, 0}, {110, 90}, {120, 0}, {200, 0}};
    const Polyline calm = relaxed(bumpy, {}, 0);
    EXPECT(calm.front() == bumpy.front());
    EXPECT(calm.back() == bumpy.back());
    const auto length_of = [](const Polyline& line) {
      float total = 0;
      for (std::size_t i = 1; i < line.size(); ++i) total += length(line[i] - line[i - 1]);
      return total;
    };
    EXPECT(length_of(calm) < length_of(bumpy));
    const std::vector<Vec2> inside_the_bump{{110, 40}};
    EXPECT(distance_to({110, 40}, relaxed(bumpy, inside_the_bump, 30)) >= 2);
  }
}

}  // namespace raftarium::viz
