#pragma once
// Which part of the window belongs to which panel. Pure.

#include "viz/geometry.h"

namespace raftarium::viz {

inline constexpr float kNarrowBelow = 900;            // px of width
inline constexpr float kTouchTarget = 44;             // px; nothing smaller to touch on a narrow window
inline constexpr float kTouchRow = kTouchTarget + 2;  // of a list, with the gap to the next row

struct Layout {
  bool narrow = false;  // everything that can be touched is as large as a finger
  Rect top_bar;
  Rect transport;  // narrow only: a row of its own; else inside the top bar
  Rect stage;
  Rect tabs;       // the dock's tabs on a wide window, everything's on a narrow one
  Rect dock;       // the content under the tabs
  Rect inspector;  // wide only; on a narrow window a tab fills the dock
  Rect story;
  Rect properties;
  Rect timeline;
};

// `dock_high`: the dock takes from the stage what that can spare.
Layout compute_layout(Vec2 window, bool dock_high = false);

}  // namespace raftarium::viz
