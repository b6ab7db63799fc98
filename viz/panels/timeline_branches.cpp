// The branches as lines under the rail of the timeline, with their names where there is room.

#include <algorithm>

#include "viz/panels/timeline_parts.h"
#include "viz/text.h"

namespace raftarium::viz {
namespace {

constexpr std::size_t kMostLines = 6;

// Where the line of another branch leaves the line of the current one: its own fork, or, for one that the
// current branch descends from, the fork of the descendant.
std::int64_t leaves_at(const Frame& frame, const lab::BranchView& branch) {
  const auto find = [&](lab::BranchId id) -> const lab::BranchView* {
    for (const lab::BranchView& view : frame.branches) {
      if (view.id == id) return &view;
    }
    return nullptr;
  };
  const lab::BranchView* at = find(frame.branch);
  while (at != nullptr && at->id != at->parent) {
    if (at->parent == branch.id) return at->fork_us;
    at = find(at->parent);
  }
  return branch.fork_us;
}

// Whether a line that goes along at `y` runs through a label.
bool crosses(const BranchLine& at, const Rect& label) {
  return at.y > label.y && at.y < label.bottom() && at.from < label.right() && at.to + 2 > label.x;
}

// Its name behind a line, else on it, where neither another line nor another name is in the way.
void draw_branch_names(const Passing<BranchLine>& lines, Ui& ui, const Rect& area) {
  const Pen pen = ui.regular(10, ui.theme().muted);
  Passing<Rect> taken;
  const auto free = [&](const Rect& label, const BranchLine& own) {
    const bool inside = label.right() < area.right() - 60;
    return inside &&
           std::none_of(lines.begin(), lines.end(),
                        [&](const BranchLine& at) { return &at != &own && crosses(at, label); }) &&
           std::none_of(taken.begin(), taken.end(),
                        [&](const Rect& other) { return !common(other, label).empty(); });
  };
  for (const BranchLine& at : lines) {
    const Words name = fitted(pen, at.branch->name, 150);
    const float width = text_width(pen, name);
    const Rect behind{at.to + 6, at.y - 5.5F, width, 11};
    const Rect on{at.to - width - 40, at.y - 5.5F, width, 11};
    const bool room = at.to - at.bend > width + 60;
    if (!free(behind, at) && !(room && free(on, at))) continue;
    const bool is_behind = free(behind, at);
    const Rect& label = is_behind ? behind : on;
    if (!is_behind) fill(ui.list(), label.inset(-4, 0), ink(ui.theme().panel));
    draw_text(ui.list(), pen, {label.x, at.y}, name);
    taken.push_back(label);
    ui.region("timeline.name." + digits(at.branch->id), label);
  }
}

}  // namespace

Passing<const lab::BranchView*> other_branches(const Frame& frame) {
  Passing<const lab::BranchView*> others;
  const auto find = [&](lab::BranchId id) -> const lab::BranchView* {
    for (const lab::BranchView& view : frame.branches) {
      if (view.id == id) return &view;
    }
    return nullptr;
  };
  for (const lab::BranchView* at = find(frame.branch); at != nullptr && at->id != at->parent;) {
    at = find(at->parent);
    if (at != nullptr) others.push_back(at);
  }
  const std::size_t ancestors = others.size();
  for (std::size_t i = frame.branches.size(); i-- > 0;) {
    const lab::BranchView& branch = frame.branches[i];
    const auto end = others.begin() + static_cast<std::ptrdiff_t>(ancestors);
    if (branch.id != frame.branch && std::find(others.begin(), end, &branch) == end)
      others.push_back(&branch);
  }
  return others;
}

Passing<BranchLine> branch_lines(const Frame& frame, const Passing<const lab::BranchView*>& others,
                                 CommandSink& commands, Ui& ui, const TimeScale& scale, const Rect& area,
                                 float rail) {
  constexpr float kWidestSpacing = 12;
  const std::size_t count = std::min(others.size(), kMostLines);
  Passing<BranchLine> lines;
  float y = rail + 16;
  float spacing = kWidestSpacing;
  if (count > 2) {  // closer together, from further up to further down
    y = rail + 14;
    spacing = std::min(spacing, (area.bottom() - 7 - y) / static_cast<float>(count - 1));
  }
  for (std::size_t i = 0; i < count; ++i) {
    const lab::BranchView& branch = *others[i];
    const float from = scale.x(leaves_at(frame, branch));
    const float to = std::max(scale.x(branch.end_us), from + 8);
    const Rect place{from, y - spacing / 2, std::max(12.0F, to - from), spacing};
    // Too thin for a finger, which has the list of branches.
    const Item it = ui.narrow() ? Item{} : ui.item("timeline.branch." + digits(branch.id), place, false);
    if (it.hovered) ui.tooltip("Go to this branch; this one is kept.", branch.name);
    if (it.clicked) {
      commands.control({Control::Kind::SwitchBranch, static_cast<std::int64_t>(branch.id), {}});
    }
    lines.push_back({&branch, from, std::min(from + 16, to), to, y, it});
    y += spacing;
  }
  return lines;
}

void draw_branches(const Passing<BranchLine>& lines, Ui& ui, const Rect& area, float rail) {
  const Theme& theme = ui.theme();
  const float thick = lines.size() > 2 ? 1.25F : 1.5F;
  for (const BranchLine& at : lines) {
    const ImU32 color = ink(at.item.hovered ? theme.accent : theme.dim);
    line(ui.list(), {at.from, rail}, {at.bend, at.y}, color, thick);
    line(ui.list(), {at.bend, at.y}, {at.to, at.y}, color, at.item.hovered ? 2.5F : thick);
  }
  draw_branch_names(lines, ui, area);
}

void more_branches(std::size_t without_line, Selection& selection, Ui& ui, Vec2 right) {
  if (without_line == 0) return;
  const Words words = "+" + digits(without_line);
  const Pen pen = ui.mono(type::kTiny, ui.theme().muted);
  const float width = text_width(pen, words);
  const Rect place{right.x - width - 6, right.y - 9, width + 12, 18};
  const Item it = ui.narrow() ? Item{} : ui.item("timeline.branches.more", place, false);
  if (!ui.narrow()) ui.tooltip("More branches, which have no line here. Click for the list of all.");
  fill(ui.list(), place, ink(it.hovered ? ui.theme().hover : ui.theme().panel), kCorner);
  draw_text(ui.list(), pen, place.center(), words, Align::Center);
  if (it.clicked) selection.open_popup = "branches";
}

}  // namespace raftarium::viz
