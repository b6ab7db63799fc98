#include "viz/layout.h"

#include <algorithm>
#include <cmath>

namespace raftarium::viz {
namespace {

constexpr float kLeastTransport = 320;
constexpr float kLeastStage = 260;  // px of height, under a dock that is high

// The box of the properties with so many lines under its title: enough for all their names, where the story keeps its
// room.
float properties_height(const Rect& side) {
  constexpr float kNames = 1420;  // px that they take in one line
  constexpr float kBeside = 64;   // px of the panel beside them
  const float lines = side.h < 600 ? 1 : std::ceil(kNames / (side.w - kBeside));
  return std::max(66.0F, 49 + 14 * lines);
}

// Each has room for all its parts from a height on; of less one sees what fits.
Layout wide(Vec2 window, bool dock_high) {
  Layout out;
  window.y = std::max(window.y, 400.0F);
  Rect rest{0, 0, window.x, window.y};
  out.top_bar = rest.cut_top(48);
  out.timeline = rest.cut_bottom(64);
  Rect side = rest.cut_right(std::clamp(window.x * 0.333F, 340.0F, 480.0F));
  const float dock = std::clamp(rest.h * 0.35F, std::min(150.0F, rest.h * 0.42F), 330.0F);
  out.dock = rest.cut_bottom(dock_high ? std::max(dock, rest.h - kLeastStage) : dock);
  out.tabs = out.dock.cut_top(36);
  out.stage = rest;
  out.properties = side.cut_bottom(properties_height(side));
  // So high that a leader of five fits into it.
  out.inspector = side.cut_top(std::min({std::max(374.0F, side.h * 0.5F), side.h * 0.64F, side.h - 100}));
  out.story = side;
  return out;
}

// A phone on its side: the stage on the left, all else on the right.
Layout lying(Vec2 window) {
  Layout out;
  out.narrow = true;
  window.y = std::max(window.y, 300.0F);
  Rect rest{0, 0, window.x, window.y};
  out.top_bar = rest.cut_top(52);
  out.timeline = rest.cut_bottom(52);
  Rect side = rest.cut_right(std::max(window.x * 0.45F, kLeastTransport));
  out.transport = side.cut_top(52);
  out.tabs = side.cut_top(kTouchTarget);
  out.stage = rest;
  out.dock = side;
  out.inspector = out.story = out.properties = out.dock;
  return out;
}

Layout narrow(Vec2 window, bool dock_high) {
  if (window.x >= kLeastTransport * 2 && window.x > window.y) return lying(window);
  Layout out;
  out.narrow = true;
  window.x = std::max(window.x, kLeastTransport);
  window.y = std::max(window.y, 480.0F);
  Rect rest{0, 0, window.x, window.y};
  out.top_bar = rest.cut_top(56);
  const float stage = std::max(200.0F, window.y * 0.42F);
  out.stage = rest.cut_top(dock_high ? std::min(stage, kLeastStage) : stage);
  out.transport = rest.cut_top(56);
  out.timeline = rest.cut_top(52);
  out.tabs = rest.cut_top(kTouchTarget);
  out.dock = rest;
  out.inspector = out.story = out.properties = out.dock;
  return out;
}

}  // namespace

Layout compute_layout(Vec2 window, bool dock_high) {
  return window.x < kNarrowBelow ? narrow(window, dock_high) : wide(window, dock_high);
}

}  // namespace raftarium::viz
