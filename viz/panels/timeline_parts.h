#pragma once
// What the parts of the timeline share: its scale, and the branches as lines under the rail.

#include <algorithm>
#include <cstdint>

#include "viz/panels/panels.h"

namespace raftarium::viz {

struct TimeScale {
  float left = 0;
  float width = 1;
  std::int64_t end_us = 1;
  friend bool operator==(const TimeScale&, const TimeScale&) = default;

  float x(std::int64_t us) const {
    return left + width * static_cast<float>(static_cast<double>(us) / static_cast<double>(end_us));
  }
  std::int64_t time(float at) const {
    const double share = std::clamp((at - left) / width, 0.0F, 1.0F);
    return static_cast<std::int64_t>(share * static_cast<double>(end_us));
  }
};

// As on the rail, without a place in time.
void draw_mark_sign(Ui& ui, lab::Mark::Kind kind, Vec2 at);

// The line of another branch, under the rail.
struct BranchLine {
  const lab::BranchView* branch;
  float from, bend, to, y;
  Item item;
};

// The other branches, in the order in which they deserve a line: those that the current one descends from, the
// nearest first, then the newest.
Passing<const lab::BranchView*> other_branches(const Frame& frame);
// Made before the timeline, which they lie on; a click on one switches to it. As many of `others` as there is room for.
Passing<BranchLine> branch_lines(const Frame& frame, const Passing<const lab::BranchView*>& others,
                                 CommandSink& commands, Ui& ui, const TimeScale& scale, const Rect& area,
                                 float rail);
void draw_branches(const Passing<BranchLine>& lines, Ui& ui, const Rect& area, float rail);
// How many branches have no line, as "+3" that ends at `right`. A click lists all of them.
void more_branches(std::size_t without_line, Selection& selection, Ui& ui, Vec2 right);

}  // namespace raftarium::viz
