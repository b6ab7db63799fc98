// The timeline: what happened as marks, and the playhead; the branches are in timeline_branches.cpp. Scrubbing never
// changes anything.

#include <algorithm>
#include <cmath>
#include <vector>

#include "viz/panels/timeline_parts.h"
#include "viz/text.h"

namespace raftarium::viz {
namespace {

constexpr float kFullApart = 19;  // px between marks that are more than ticks
constexpr float kMarkReach = 10;  // px from its middle
constexpr float kTickReach = 5;

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

// What must not be missed comes first: 0 before 1 before 2.
int rank_of(lab::Mark::Kind kind) {
  using Kind = lab::Mark::Kind;
  switch (kind) {
    case Kind::Violation:
      return 0;
    case Kind::Leader:
    case Kind::Crash:
    case Kind::Network:
      return 1;
    case Kind::Restart:
    case Kind::Client:
    case Kind::Commit:
      break;
  }
  return 2;
}

// Which marks are drawn in full and which as ticks. Of those that would overlap the one of the higher rank is drawn,
// then the one that came first; thousands of ticks on one pixel are one. Kept from picture to picture, and continued
// as marks come.
struct PlacedMarks {
  struct Placed {
    std::size_t mark;
    MarkLook look;
    int rank;
    float x;
  };
  TimeScale scale;
  const Theme* theme = nullptr;
  lab::BranchId branch = 0;
  std::uint64_t first_event = 0;
  std::uint64_t last_event = 0;
  std::size_t count = 0;  // of the frame's marks that are in it
  std::vector<Placed> ticks;
  std::vector<Placed> full;  // in the order of time
  float last_tick = -1e6F;
  Rgb last_color = 0;

  bool continued_by(const Frame& frame, const TimeScale& now, const Theme& then) const {
    return scale == now && theme == &then && branch == frame.branch && count > 0 &&
           count <= frame.marks.size() && frame.marks.front().event == first_event &&
           frame.marks[count - 1].event == last_event;
  }
  void take(const lab::Mark& mark) {
    const MarkLook look = look_of(mark, *theme);
    const Placed placed{count++, look, rank_of(mark.kind), scale.x(mark.time_us)};
    if (look.letter == '|') return add_tick(placed);
    // Marks come in the order of time, and those in full are apart: only the last one can be in the way.
    const bool free = full.empty() || placed.x - full.back().x >= kFullApart;
    if (!free && full.back().rank <= placed.rank) return add_tick(placed);
    if (!free) {
      ticks.push_back(full.back());
      full.pop_back();
    }
    full.push_back(placed);
  }
  void add_tick(const Placed& tick) {
    if (tick.x - last_tick < 0.5F && last_color == tick.look.color) return;
    last_tick = tick.x;
    last_color = tick.look.color;
    ticks.push_back(tick);
  }
};

const PlacedMarks& place_marks(const Frame& frame, Ui& ui, const TimeScale& scale) {
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

// The mark under the pointer; for a finger, which covers several, the nearest one above or below it.
const lab::Mark* mark_at(const Frame& frame, const PlacedMarks& marks, const Ui& ui, const Rect& area,
                         float rail, Vec2 mouse) {
  if (!area.contains(mouse)) return nullptr;
  const lab::Mark* pointed = nullptr;
  float nearest = 1e6F;
  const auto consider = [&](const PlacedMarks::Placed& placed, float radius) {
    const float reach = ui.narrow() ? kTouchTarget / 2 : radius;
    const float away = ui.narrow() ? std::fabs(mouse.x - placed.x) : length(mouse - Vec2{placed.x, rail});
    if (away >= std::min(reach, nearest)) return;
    nearest = away;
    pointed = &frame.marks[placed.mark];
  };
  for (const PlacedMarks::Placed& full : marks.full) consider(full, kMarkReach);
  for (const PlacedMarks::Placed& tick : marks.ticks) consider(tick, kTickReach);
  return pointed;
}

void draw_marks(const Frame& frame, const PlacedMarks& marks, const lab::Mark* pointed, Ui& ui,
                float rail) {
  for (const PlacedMarks::Placed& tick : marks.ticks) {
    const float x = tick.x - 0.5F;
    line(ui.list(), {x, rail - 6.5F}, {x, rail + 5.5F}, ink(tick.look.color, 0.9F), 2);
  }
  for (const PlacedMarks::Placed& full : marks.full) {
    const lab::Mark& mark = frame.marks[full.mark];
    draw_mark(ui, full.look, {full.x, rail}, &mark == pointed);
    ui.reachable("timeline.mark." + digits(full.mark), Rect{full.x - 9, rail - 9, 18, 18},
                 ui.narrow() ? kTouchTarget / 2 : kMarkReach);
  }
  if (pointed != nullptr && !ui.popup_is_open())
    ui.tooltip_now(pointed->text, text::seconds(pointed->time_us) + " s");
}

}  // namespace

void draw_mark_sign(Ui& ui, lab::Mark::Kind kind, Vec2 at) {
  lab::Mark sample;
  sample.kind = kind;
  const MarkLook look = look_of(sample, ui.theme());
  if (look.letter == '|') {
    fill(ui.list(), {at.x - 1, at.y - 6, 2, 12}, ink(look.color));
  } else {
    draw_mark(ui, look, at, false);
  }
}

void draw_timeline(const Frame& frame, Selection& selection, CommandSink& commands, Ui& ui,
                   const Rect& area) {
  const Theme& theme = ui.theme();
  ImDrawList* list = ui.list();
  fill(list, area, ink(theme.panel));
  line(list, area.min(), {area.right(), area.y}, ink(theme.line));
  const float margin = ui.narrow() ? 20 : 40;
  const TimeScale scale{area.x + margin, area.w - 2 * margin, rounded_end(frame)};
  const float rail = area.y + (ui.narrow() ? 20.0F : 24.0F);
  const float now = scale.x(frame.time_us);
  std::int64_t end_us = frame.time_us;
  for (const lab::BranchView& branch : frame.branches) {
    if (branch.id == frame.branch) end_us = std::max(end_us, branch.end_us);
  }

  const float below = area.bottom() - 12;
  const Pen pen = ui.mono(type::kTiny, theme.muted);
  const Words end_words = text::seconds(scale.end_us, 1) + " s";
  const Passing<const lab::BranchView*> others = other_branches(frame);
  const Passing<BranchLine> branches = branch_lines(frame, others, commands, ui, scale, area, rail);
  more_branches(others.size() - branches.size(), selection, ui,
                {scale.left + scale.width - text_width(pen, end_words) - 14, below});
  const PlacedMarks& marks = place_marks(frame, ui, scale);
  const lab::Mark* pointed = mark_at(frame, marks, ui, area, rail, vec(ImGui::GetIO().MousePos));
  const Rect grip{area.x + margin - 12, area.y + 2, area.w - 2 * margin + 24, area.h - 4};
  const Item it = ui.item("timeline", grip, false);
  if (it.held && ImGui::IsMouseDragging(ImGuiMouseButton_Left, 3)) {
    commands.control({Control::Kind::SeekTime, scale.time(ImGui::GetIO().MousePos.x), {}});
  } else if (it.clicked && ImGui::GetIO().MouseDragMaxDistanceSqr[0] < 9) {
    if (pointed != nullptr) {
      commands.control({Control::Kind::SeekEvent, static_cast<std::int64_t>(pointed->event), {}});
    } else {
      commands.control({Control::Kind::SeekTime, scale.time(ImGui::GetIO().MousePos.x), {}});
    }
  }

  const float wheel = it.hovered ? ImGui::GetIO().MouseWheel : 0;
  if (wheel != 0)
    commands.control({wheel > 0 ? Control::Kind::StepBack : Control::Kind::StepForward, 0, {}});

  fill(list, {scale.left, rail - 2, scale.width, 4}, ink(theme.line), 2);
  fill(list, {scale.left, rail - 2, scale.x(end_us) - scale.left, 4}, ink(theme.accent, 0.35F), 2);
  fill(list, {scale.left, rail - 2, now - scale.left, 4}, ink(theme.accent), 2);
  draw_branches(branches, ui, area, rail);
  draw_marks(frame, marks, pointed, ui, rail);
  fill(list, {now - 3, rail - 18, 6, 36}, ink(theme.panel), 3);
  fill(list, {now - 2.5F, rail - 17, 5, 34}, ink(theme.text), 2.5F);
  ui.region("playhead", {now - 3, rail - 17, 6, 34});
  const auto label = [&](float x, std::string_view words, Align align) {
    const float width = text_width(pen, words) + 8;
    const float from = align == Align::Right ? x - width + 4 : x - 4;
    fill(list, {from, below - 7, width, 14}, ink(theme.panel));
    draw_text(list, pen, {x, below}, words, align);
  };
  label(scale.left, "0 s", Align::Left);
  label(scale.left + scale.width, end_words, Align::Right);
  if (ui.narrow()) {
    draw_text(list, ui.mono(type::kSmall, theme.text), {area.center().x, below},
              text::seconds(frame.time_us) + " s", Align::Center);
    ui.region("time", {area.center().x - 40, below - 8, 80, 16});
  }
}

}  // namespace raftarium::viz
