// The layout at every size that a window may have.

#include "viz/layout.h"

#include <array>
#include <string>
#include <utility>
#include <vector>

#include "support/test.h"

namespace raftarium::viz {
namespace {

using Named = std::vector<std::pair<std::string, Rect>>;

Named parts_of(const Layout& layout) {
  Named parts = {{"top bar", layout.top_bar},
                 {"stage", layout.stage},
                 {"tabs", layout.tabs},
                 {"dock", layout.dock},
                 {"timeline", layout.timeline}};
  if (layout.narrow) {
    parts.emplace_back("transport", layout.transport);
  } else {
    parts.emplace_back("inspector", layout.inspector);
    parts.emplace_back("story", layout.story);
    parts.emplace_back("properties", layout.properties);
  }
  return parts;
}

constexpr std::array<Vec2, 15> kSizes = {{{320, 568},
                                          {667, 375},
                                          {844, 390},
                                          {900, 414},
                                          {360, 640},
                                          {390, 844},
                                          {768, 1024},
                                          {899, 700},
                                          {900, 600},
                                          {1024, 768},
                                          {1280, 800},
                                          {1366, 768},
                                          {1920, 1080},
                                          {2560, 1440},
                                          {3840, 2160}}};

}  // namespace

TEST_SUITE("layout") {
  TEST_CASE("parts lie in the window, do not overlap and fill it") {
    for (const Vec2 size : kSizes) {
      CAPTURE(size.x);
      CAPTURE(size.y);
      for (const bool dock_high : {false, true}) {
        CAPTURE(dock_high);
        const Named parts = parts_of(compute_layout(size, dock_high));
        float area = 0;
        for (std::size_t i = 0; i < parts.size(); ++i) {
          const std::string& name = parts[i].first;
          const Rect& r = parts[i].second;
          CAPTURE(name);
          EXPECT(!r.empty());
          EXPECT(r.x >= 0);
          EXPECT(r.y >= 0);
          EXPECT(r.right() <= size.x + 0.01F);
          EXPECT(r.bottom() <= size.y + 0.01F);
          area += r.w * r.h;
          for (std::size_t j = i + 1; j < parts.size(); ++j) {
            EXPECT_MESSAGE(!overlap(r.inset(0.01F, 0.01F), parts[j].second), name, " over ",
                           parts[j].first);
          }
        }
        EXPECT(area == doctest::Approx(size.x * size.y).epsilon(0.001));
      }
    }
  }

  TEST_CASE("every part has room for what it shows") {
    for (const Vec2 size : kSizes) {
      CAPTURE(size.x);
      CAPTURE(size.y);
      const Layout high = compute_layout(size, true);
      EXPECT(high.stage.h >= 170);
      EXPECT(high.dock.h >= compute_layout(size).dock.h);
      EXPECT(high.inspector.h >= compute_layout(size).inspector.h);
      const Layout layout = compute_layout(size);
      EXPECT(layout.narrow == (size.x < kNarrowBelow));
      EXPECT(layout.stage.h >= 170);
      EXPECT(layout.stage.w >= 320);
      EXPECT(layout.dock.h >= 90);
      if (layout.narrow) {
        EXPECT(layout.top_bar.h >= kTouchTarget);
        EXPECT(layout.transport.h >= kTouchTarget);
        EXPECT(layout.tabs.h >= kTouchTarget);
        EXPECT(layout.timeline.h >= kTouchTarget);
      } else {
        EXPECT(layout.inspector.w >= 320);
        EXPECT(layout.inspector.h >= 130);
        EXPECT(layout.story.h >= 100);
        EXPECT(layout.properties.h >= 50);
      }
    }
  }

  TEST_CASE("in the smallest window every part keeps a size") {
    for (const Vec2 size :
         {Vec2{1, 1}, {60, 40}, {320, 100}, {640, 100}, {899, 10}, {900, 10}, {2000, 1}}) {
      CAPTURE(size.x);
      CAPTURE(size.y);
      for (const auto& part : parts_of(compute_layout(size))) {
        CAPTURE(part.first);
        EXPECT(part.second.w > 30);
        EXPECT(part.second.h > 30);
      }
    }
  }

  TEST_CASE("it follows the window pixel by pixel, without a jump of more than the step") {
    Layout before = compute_layout({900, 700});
    for (float width = 901; width <= 2000; ++width) {
      const Layout layout = compute_layout({width, 700});
      EXPECT(layout.stage.w >= before.stage.w);
      EXPECT(layout.stage.w - before.stage.w <= 1.01F);
      before = layout;
    }
  }
}

}  // namespace raftarium::viz
