// The timeline: what happened as marks, branches as lines, the playhead. Scrubbing never changes anything.

#include <algorithm>
#include <vector>

#include "viz/panels/panels.h"
#include "viz/text.h"

namespace raftarium::viz {
namespace {

constexpr float kFullApart = 19;  // px between marks that are more than ticks

struct Scale {
  float left = 0;
  float width = 1;
  std::int64_t end_us = 1;
  friend bool operator==(const Scale&, const Scale&) = default;

  float x(std::int64_t us) const {
    return left + width * static_cast<float>(static_cast<double>(us) / static_cast<double>(end_us));
  }
  std::int64_t time(float at) const {
    const double share = std::clamp((at - left) / width, 0.0F, 1.0F);
    return static_cast<std::int64_t>(share * static_cast<double>(end_us));
  }
};

// A round length that holds everything, so that the scale does not crawl while time runs.
std::int64_t rounded_end(const Frame& frame) {
  std::int64_t end = std::max<std::int64_t>(frame.time_us, 400'000);
  for (const lab::BranchView& branch : frame.branches) end = std::max(end, branch.end_us);
  for (std::int64_t step = 500'000;; step *= 2) {
    if (end <= step) return step;
    if (end <= step + step / 2) return step + step / 2;
  }
}

struct MarkLook {
  Rgb color;
  char letter;  // 0: a hexagon, 'x': a cross, '|': a tick only
};

MarkLook look_of(const lab::Mark& mark, const Theme& theme) {
  using Kind = lab::Mark::Kind;
  switch (mark.kind) {
    case Kind::Leader:
      return {term_color(theme, mark.term), 0};
    case Kind::Crash:
      return {theme.bad, 'x'};
    case Kind::Restart:
      return {theme.good, 'R'};
    case Kind::Network:
      return {theme.bad, 'N'};
    case Kind::Client:
      return {theme.muted, 'P'};
    case Kind::Commit:
      return {term_color(theme, mark.term), '|'};
    case Kind::Violation:
      return {theme.bad, '!'};
  }
  return {theme.muted, '|'};
}

void draw_mark(Ui& ui, const MarkLook& look, Vec2 at, bool hovered) {
  ImDrawList* list = ui.list();
  const Theme& theme = ui.theme();
  const float r = hovered ? 10.0F : 8.5F;
  list->AddCircleFilled(im(at), r, ink(theme.panel), 32);
  list->AddCircle(im(at), r, ink(look.color), 32, 1.75F);
  if (look.letter == 0) {
    polygon(list, hexagon(at, 4.5F), ink(look.color), 0, 0);
  } else if (look.letter == 'x') {
    cross(list, at, 3.2F, ink(look.color), 1.75F);
  } else {
    const char letter[2] = {look.letter, 0};
    draw_text(list, ui.semibold(10, look.color), at, letter, Align::Center);
  }
}

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

// The line of another branch, under the rail.
struct BranchLine {
  const lab::BranchView* branch;
  float from, bend, to, y;
  Item item;
};

// A click on one switches to it.
Passing<BranchLine> branch_lines(const Frame& frame, CommandSink& commands, Ui& ui, const Scale& scale,
                                 const Rect& area, float rail) {
  constexpr float kSpacing = 12;
  Passing<BranchLine> lines;
  float y = rail + 16;
  for (const lab::BranchView& branch : frame.branches) {
    if (branch.id == frame.branch) continue;
    if (y > area.bottom() - 4) break;
    const float from = scale.x(leaves_at(frame, branch));
    const float to = std::max(scale.x(branch.end_us), from + 8);
    const Rect place{from, y - kSpacing / 2, std::max(12.0F, to - from), kSpacing};
    const Item it = ui.item("timeline.branch." + digits(branch.id), place, false);
    if (it.hovered) ui.tooltip("Go to this branch; this one is kept.", branch.name);
    if (it.clicked) {
      commands.control({Control::Kind::SwitchBranch, static_cast<std::int64_t>(branch.id), {}});
    }
    lines.push_back({&branch, from, std::min(from + 16, to), to, y, it});
    y += kSpacing;
  }
  return lines;
}

void draw_branches(const Passing<BranchLine>& lines, Ui& ui, const Rect& area, float rail) {
  const Theme& theme = ui.theme();
  for (const BranchLine& at : lines) {
    const ImU32 color = ink(at.item.hovered ? theme.accent : theme.dim);
    line(ui.list(), {at.from, rail}, {at.bend, at.y}, color, 1.5F);
    line(ui.list(), {at.bend, at.y}, {at.to, at.y}, color, at.item.hovered ? 2.5F : 1.5F);
    const Pen pen = ui.regular(10, theme.muted);
    const Words label = fitted(pen, at.branch->name, 150);
    const float width = text_width(pen, label);
    if (at.to + 8 + width < area.right() - 60) {
      draw_text(ui.list(), pen, {at.to + 6, at.y}, label);
    } else if (at.to - at.bend > width + 60) {  // on the line, where there is no room behind it
      const float x = at.to - width - 40;
      fill(ui.list(), {x - 4, at.y - 6, width + 8, 12}, ink(theme.panel));
      draw_text(ui.list(), pen, {x, at.y}, label);
    }
  }
}

// Which marks are drawn in full and which as ticks: first come, first served, what would overlap stays a tick, and
// thousands of ticks on one pixel are one. Kept from picture to picture, and continued as marks come.
struct PlacedMarks {
  struct Placed {
    std::size_t mark;
    MarkLook look;
  };
  Scale scale;
  const Theme* theme = nullptr;
  lab::BranchId branch = 0;
  std::uint64_t first_event = 0;
  std::uint64_t last_event = 0;
  std::size_t count = 0;  // of the frame's marks that are in it
  std::vector<Placed> ticks;
  std::vector<Placed> full;
  float last_full = -1e6F;
  float last_tick = -1e6F;
  Rgb last_color = 0;

  bool continued_by(const Frame& frame, const Scale& now, const Theme& then) const {
    return scale == now && theme == &then && branch == frame.branch && count > 0 &&
           count <= frame.marks.size() && frame.marks.front().event == first_event &&
           frame.marks[count - 1].event == last_event;
  }
  void take(const lab::Mark& mark) {
    const MarkLook look = look_of(mark, *theme);
    const float x = scale.x(mark.time_us);
    const std::size_t at = count++;
    if (look.letter != '|' && x - last_full >= kFullApart) {
      last_full = x;
      full.push_back({at, look});
      return;
    }
    if (x - last_tick < 0.5F && last_color == look.color) return;
    last_tick = x;
    last_color = look.color;
    ticks.push_back({at, look});
  }
};

const PlacedMarks& place_marks(const Frame& frame, Ui& ui, const Scale& scale) {
  PlacedMarks& marks = ui.kept<PlacedMarks>();
  if (!marks.continued_by(frame, scale, ui.theme())) {
    marks = PlacedMarks();
    marks.scale = scale;
    marks.theme = &ui.theme();
    marks.branch = frame.branch;
  }
  while (marks.count < frame.marks.size()) marks.take(frame.marks[marks.count]);
  if (marks.count > 0) {
    marks.first_event = frame.marks.front().event;
    marks.last_event = frame.marks.back().event;
  }
  return marks;
}

void draw_marks(const Frame& frame, CommandSink& commands, Ui& ui, const Scale& scale, const Rect& area,
                float rail) {
  const PlacedMarks& marks = place_marks(frame, ui, scale);
  const Vec2 mouse = vec(ImGui::GetIO().MousePos);
  const bool here = area.contains(mouse);
  const lab::Mark* pointed = nullptr;
  const auto near = [&](const lab::Mark& mark, float reach) {
    const bool found = here && length(mouse - Vec2{scale.x(mark.time_us), rail}) < reach;
    if (found) pointed = &mark;
    return found;
  };
  for (const PlacedMarks::Placed& tick : marks.ticks) {
    const lab::Mark& mark = frame.marks[tick.mark];
    near(mark, 5);
    const float x = scale.x(mark.time_us) - 0.5F;
    line(ui.list(), {x, rail - 6.5F}, {x, rail + 5.5F}, ink(tick.look.color, 0.9F), 2);
  }
  for (const PlacedMarks::Placed& full : marks.full) {
    const lab::Mark& mark = frame.marks[full.mark];
    draw_mark(ui, full.look, {scale.x(mark.time_us), rail}, near(mark, 10));
  }
  if (pointed == nullptr || ui.popup_is_open()) return;
  ui.tooltip_now(pointed->text, text::seconds(pointed->time_us) + " s");
  if (ImGui::IsMouseClicked(ImGuiMouseButton_Left)) {
    commands.control({Control::Kind::SeekEvent, static_cast<std::int64_t>(pointed->event), {}});
  }
}

}  // namespace

void draw_timeline(const Frame& frame, Selection&, CommandSink& commands, Ui& ui, const Rect& area) {
  const Theme& theme = ui.theme();
  ImDrawList* list = ui.list();
  fill(list, area, ink(theme.panel));
  line(list, area.min(), {area.right(), area.y}, ink(theme.line));
  const float margin = ui.narrow() ? 20 : 40;
  const Scale scale{area.x + margin, area.w - 2 * margin, rounded_end(frame)};
  const float rail = area.y + (ui.narrow() ? 20.0F : 24.0F);
  const float now = scale.x(frame.time_us);
  std::int64_t end_us = frame.time_us;
  for (const lab::BranchView& branch : frame.branches) {
    if (branch.id == frame.branch) end_us = std::max(end_us, branch.end_us);
  }

  const Passing<BranchLine> branches = branch_lines(frame, commands, ui, scale, area, rail);
  const Rect grip{area.x + margin - 12, area.y + 2, area.w - 2 * margin + 24, area.h - 4};
  const Item it = ui.item("timeline", grip, false);
  if (it.held && ImGui::IsMouseDragging(ImGuiMouseButton_Left, 3)) {
    commands.control({Control::Kind::SeekTime, scale.time(ImGui::GetIO().MousePos.x), {}});
  } else if (it.clicked && ImGui::GetIO().MouseDragMaxDistanceSqr[0] < 9) {
    bool on_mark = false;
    for (const lab::Mark& mark : frame.marks) {
      on_mark = on_mark || length(vec(ImGui::GetIO().MousePos) - Vec2{scale.x(mark.time_us), rail}) < 10;
    }
    if (!on_mark) commands.control({Control::Kind::SeekTime, scale.time(ImGui::GetIO().MousePos.x), {}});
  }

  const float wheel = it.hovered ? ImGui::GetIO().MouseWheel : 0;
  if (wheel != 0)
    commands.control({wheel > 0 ? Control::Kind::StepBack : Control::Kind::StepForward, 0, {}});

  fill(list, {scale.left, rail - 2, scale.width, 4}, ink(theme.line), 2);
  fill(list, {scale.left, rail - 2, scale.x(end_us) - scale.left, 4}, ink(theme.accent, 0.35F), 2);
  fill(list, {scale.left, rail - 2, now - scale.left, 4}, ink(theme.accent), 2);
  draw_branches(branches, ui, area, rail);
  draw_marks(frame, commands, ui, scale, area, rail);
  fill(list, {now - 3, rail - 18, 6, 36}, ink(theme.panel), 3);
  fill(list, {now - 2.5F, rail - 17, 5, 34}, ink(theme.text), 2.5F);
  ui.region("playhead", {now - 3, rail - 17, 6, 34});
  const Pen pen = ui.mono(type::kTiny, theme.muted);
  const float below = area.bottom() - 12;
  const auto label = [&](float x, std::string_view words, Align align) {
    const float width = text_width(pen, words) + 8;
    const float from = align == Align::Right ? x - width + 4 : x - 4;
    fill(list, {from, below - 7, width, 14}, ink(theme.panel));
    draw_text(list, pen, {x, below}, words, align);
  };
  label(scale.left, "0 s", Align::Left);
  label(scale.left + scale.width, text::seconds(scale.end_us, 1) + " s", Align::Right);
  if (ui.narrow()) {
    draw_text(list, ui.mono(type::kSmall, theme.text), {area.center().x, below},
              text::seconds(frame.time_us) + " s", Align::Center);
    ui.region("time", {area.center().x - 40, below - 8, 80, 16});
  }
}

}  // namespace raftarium::viz
