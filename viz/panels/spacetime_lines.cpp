// The lines of the diagram of space and time: one for each member, the times under them, and on them elections,
// commits, crashes and cuts as marks.

#include <algorithm>
#include <cmath>

#include "viz/panels/spacetime_parts.h"
#include "viz/text.h"

namespace raftarium::viz {
namespace {

constexpr float kCommitWidth = 3;

// 1, 2 or 5 times a power of ten, so that about `count` of them fit into `span_us`.
std::int64_t round_step(double span_us, double count) {
  const double rough = std::max(1.0, span_us / count);
  const double power = std::pow(10.0, std::floor(std::log10(rough)));
  for (const double k : {1.0, 2.0, 5.0}) {
    if (k * power >= rough) return static_cast<std::int64_t>(k * power);
  }
  return static_cast<std::int64_t>(10 * power);
}

Words tick_label(std::int64_t us, std::int64_t step) {
  const int digits = step >= 1'000'000 ? 0
                     : step >= 100'000 ? 1
                     : step >= 10'000  ? 2
                     : step >= 1'000   ? 3
                                       : 6;
  return text::seconds(us, digits);
}

void draw_mark(const Diagram& d, const lab::Mark& mark, float x, Ui& ui) {
  const Theme& theme = ui.theme();
  using Kind = lab::Mark::Kind;
  if (mark.kind == Kind::Network || mark.kind == Kind::Violation) {
    dashed(ui.list(), {{x, d.plot.y}, {x, d.plot.bottom()}}, ink(theme.bad, 0.8F), 1.25F, 4, 4);
    return;
  }
  if (mark.node == raft::kNone) return;
  const Vec2 at{x, d.y(mark.node)};
  const Rgb color = term_color(theme, mark.term);
  if (mark.kind == Kind::Leader) polygon(ui.list(), hexagon(at, 7), ink(theme.panel), ink(color), 2);
  if (mark.kind == Kind::Commit)
    line(ui.list(), at + Vec2{-0.5F, -6.5F}, at + Vec2{-0.5F, 5.5F}, ink(color), kCommitWidth);
  if (mark.kind == Kind::Crash) cross(ui.list(), at, 5, ink(theme.bad), 2);
  if (mark.kind == Kind::Restart) ui.list()->AddCircleFilled(im(at), 4, ink(theme.good), 20);
}

}  // namespace

void draw_axis(const Diagram& d, Ui& ui) {
  const Theme& theme = ui.theme();
  ImDrawList* list = ui.list();
  const std::int64_t step = round_step(d.span_us, std::max(2.0, static_cast<double>(d.plot.w) / 110));
  const std::int64_t first =
      static_cast<std::int64_t>(std::ceil(std::max(0.0, d.from_us) / static_cast<double>(step))) * step;
  for (std::int64_t at = first; d.x(at) < d.plot.right(); at += step) {
    const float x = d.x(at);
    line(list, {x, d.plot.y}, {x, d.plot.bottom()}, ink(theme.line, 0.6F));
    const Words words = tick_label(at, step) + " s";
    const Pen pen = ui.mono(type::kTiny, theme.muted);
    if (x + text_width(pen, words) < d.plot.right())
      draw_text(list, pen, {x + 4, d.plot.bottom() + kAxis / 2}, words);
  }
}

// Solid while the member runs, dashed while it does not; coloured by who leads.
void draw_lines(const Diagram& d, Ui& ui, Selection& selection) {
  const Theme& theme = ui.theme();
  Passing<const lab::Mark*> turns;  // where somebody stops or starts again
  for (const lab::Mark& mark : d.frame.marks) {
    if (mark.event > d.frame.event) break;
    if (mark.kind == lab::Mark::Kind::Crash || mark.kind == lab::Mark::Kind::Restart)
      turns.push_back(&mark);
  }
  for (const MemberView& member : d.frame.members) {
    const float y = d.y(member.id);
    if (member.id == selection.member) {
      fill(ui.list(), {d.plot.x - kLinesFrom, y - d.row / 2, d.plot.w + kLinesFrom, d.row},
           ink(theme.accent, 0.06F));
    }
    float from = std::max(d.plot.x, d.x(0));
    bool up = true;
    const float now = std::min(d.x(d.frame.time_us), d.plot.right());
    const auto stretch = [&](float to) {
      to = std::clamp(to, from, std::max(from, now));
      if (to <= from) return;
      if (up) {
        line(ui.list(), {from, y}, {to, y}, ink(theme.dim), 1.5F);
      } else {
        dashed(ui.list(), {{from, y}, {to, y}}, ink(theme.bad, 0.6F), 1, 3, 5);
      }
      from = to;
    };
    for (const lab::Mark* mark : turns) {
      if (mark->node != member.id) continue;
      stretch(d.x(mark->time_us));
      up = mark->kind != lab::Mark::Kind::Crash;
    }
    stretch(now);
    const Rect name{d.plot.x - kLinesFrom, y - d.row / 2, kLinesFrom, d.row};
    const Item it = ui.item("line." + digits(member.id.value()), name, false);
    const Rgb words = member.process == Process::Running ? theme.text : theme.muted;
    const float size = d.row < 15 ? type::kTiny : type::kBody;  // the names of fifteen members stay apart
    draw_text(ui.list(), ui.semibold(size, words), {name.x + 20, y}, text::node(member.id.value()));
    if (it.clicked) selection.select(member.id);
  }
}

void draw_marks(const Diagram& d, Ui& ui) {
  // Those in sight. They are in the order of time, and hence of events.
  const std::int64_t from_us = d.time(d.plot.x - Diagram::kBeside);
  auto mark = std::lower_bound(d.frame.marks.begin(), d.frame.marks.end(), from_us,
                               [](const lab::Mark& m, std::int64_t us) { return m.time_us < us; });
  struct Commit {
    float x = -1e6F;
    raft::Term term;
  };
  Passing<Commit> last(d.frame.members.size() + 1);  // of each line
  for (; mark != d.frame.marks.end() && mark->event <= d.frame.event; ++mark) {
    const float x = d.x(mark->time_us);
    if (!d.shows(x)) break;
    if (mark->kind == lab::Mark::Kind::Commit) {
      Commit& before = last[d.line(mark->node)];
      // What lies on another is not seen.
      if (before.term == mark->term && x - before.x < kCommitWidth / 4) continue;
      before = {x, mark->term};
    }
    draw_mark(d, *mark, x, ui);
  }
}

}  // namespace raftarium::viz
