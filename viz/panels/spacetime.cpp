// Space and time: a line for each member, messages as arrows between them, elections, commits, crashes and
// cuts as marks. Time runs to the right; the wheel zooms, a drag moves, a click picks a message or a moment.

#include <algorithm>
#include <cmath>
#include <optional>

#include "viz/acts.h"
#include "viz/causality.h"
#include "viz/panels/panels.h"
#include "viz/text.h"
#include "viz/walk.h"

namespace raftarium::viz {
namespace {

constexpr float kLinesFrom = 62;
constexpr float kAxis = 22;
constexpr float kCommitWidth = 3;
constexpr float kBeside = 40;  // px beyond the plot from which something may still reach into it

struct Arrow {
  const lab::TracedMessage* message;
  Vec2 a;
  Vec2 b;
  bool behind = false;  // less than a pixel beside one that looks the same
};

struct Diagram {
  const Frame& frame;
  Rect plot;  // where time is drawn
  float row = 0;
  double from_us = 0;
  double span_us = 1;
  Passing<Arrow> arrows{};  // of the messages in sight
  std::size_t apart = 0;    // of them, those that are not behind another

  float x(std::int64_t us) const {
    return plot.x + static_cast<float>((static_cast<double>(us) - from_us) / span_us) * plot.w;
  }
  std::int64_t time(float at) const {
    return static_cast<std::int64_t>(from_us + static_cast<double>(at - plot.x) / plot.w * span_us);
  }
  std::size_t line(raft::NodeId id) const {  // frame.members.size() when unknown
    std::size_t i = 0;
    while (i < frame.members.size() && frame.members[i].id != id) ++i;
    return i;
  }
  float y(raft::NodeId id) const {
    const std::size_t i = line(id);
    return i < frame.members.size() ? plot.y + row * (static_cast<float>(i) + 0.5F) : -1e6F;
  }
  bool shows(float at) const { return at >= plot.x - kBeside && at <= plot.right() + kBeside; }
};

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
    draw_text(ui.list(), ui.semibold(type::kBody, words), {name.x + 20, y}, text::node(member.id.value()));
    if (it.clicked) selection.select(member.id);
  }
}

// On its way: as far as it has come, if the frame still knows when it arrives.
Vec2 head_of(const Diagram& d, const lab::TracedMessage& m, Vec2 from) {
  const auto view = std::lower_bound(d.frame.messages.begin(), d.frame.messages.end(), m.id,
                                     [](const MessageView& v, std::uint64_t id) { return v.id < id; });
  if (view == d.frame.messages.end() || view->id != m.id) return {d.x(d.frame.time_us), d.y(m.to)};
  return mix(from, {d.x(view->deliver_us), d.y(m.to)}, static_cast<float>(view->travelled));
}

bool is_beat(const lab::TracedMessage& m) {
  return m.type == raft::MessageType::MsgHeartbeat || m.type == raft::MessageType::MsgHeartbeatResp;
}

bool look_alike(const Arrow& one, const Arrow& other) {
  const lab::TracedMessage& a = *one.message;
  const lab::TracedMessage& b = *other.message;
  return std::fabs(one.a.x - other.a.x) < 1 && std::fabs(one.b.x - other.b.x) < 1 && one.b.y == other.b.y &&
         a.term == b.term && a.lost == b.lost && (a.entries > 0) == (b.entries > 0) &&
         (a.ended_us >= 0) == (b.ended_us >= 0) && is_beat(a) == is_beat(b);
}

void find_arrows(Diagram& d) {
  // Of each way, there and back: the last arrow that is not behind another. The trace is in the order of sending.
  const std::size_t members = d.frame.members.size() + 1;
  Passing<std::size_t> last(members * members * 2, SIZE_MAX);
  for (const lab::TracedMessage& m : d.frame.trace) {
    const Vec2 a{d.x(m.sent_us), d.y(m.from)};
    const Vec2 b = m.ended_us >= 0 ? Vec2{d.x(m.ended_us), d.y(m.to)} : head_of(d, m, a);
    if (!d.shows(a.x) && !d.shows(b.x)) continue;
    Arrow arrow{&m, a, b};
    const std::size_t way = d.line(m.from) * members + d.line(m.to);
    std::size_t& before = last[way * 2 + (raft::is_response(m.type) ? 1 : 0)];
    arrow.behind = before < d.arrows.size() && look_alike(d.arrows[before], arrow);
    if (!arrow.behind) {
      before = d.arrows.size();
      ++d.apart;
    }
    d.arrows.push_back(arrow);
  }
}

// What the pointer is on: a message, or a moment of a member's line.
struct Pointed {
  const lab::TracedMessage* message = nullptr;
  std::optional<Moment> moment;  // of the message: the end that is nearer
};

// The last event before a place on a member's line that a message tells of.
std::optional<Moment> moment_on_line(const Diagram& d, Vec2 mouse) {
  for (const MemberView& member : d.frame.members) {
    if (std::fabs(d.y(member.id) - mouse.y) > 5) continue;
    Moment moment{member.id, 0, std::min(d.time(mouse.x), d.frame.time_us)};
    for (const lab::TracedMessage& m : d.frame.trace) {
      if (m.sent_us <= moment.time_us) moment.event = std::max(moment.event, m.sent_event);
      if (m.ended_us >= 0 && m.ended_us <= moment.time_us)
        moment.event = std::max(moment.event, m.ended_event);
    }
    return moment;
  }
  return std::nullopt;
}

Pointed point_at(const Diagram& d, Vec2 mouse, bool hovered) {
  Pointed under;
  if (!hovered) return under;
  float nearest = 6;
  for (const Arrow& arrow : d.arrows) {
    const lab::TracedMessage& m = *arrow.message;
    const float distance = distance_to_segment(mouse, arrow.a, arrow.b);
    if (distance >= nearest) continue;
    nearest = distance;
    under.message = &m;
    const bool at_end = m.ended_us >= 0 && !m.lost && length(mouse - arrow.b) < length(mouse - arrow.a);
    under.moment =
        at_end ? Moment{m.to, m.ended_event, m.ended_us} : Moment{m.from, m.sent_event, m.sent_us};
  }
  if (under.message == nullptr) under.moment = moment_on_line(d, mouse);
  return under;
}

bool in(const std::vector<std::uint64_t>& sorted, std::uint64_t id) {
  return std::binary_search(sorted.begin(), sorted.end(), id);
}

// The stretches of the members' lines from which the moment can be reached, solid, and which it can reach, dashed.
void draw_causes(const Diagram& d, Ui& ui, const Moment& moment, const Causality& causes) {
  const Theme& theme = ui.theme();
  const float first = std::max(d.plot.x, d.x(0));
  const float now = std::min(d.x(d.frame.time_us), d.plot.right());
  for (const auto& [node, until] : causes.until) {
    const float y = d.y(until.node);
    const float to = std::min(d.x(until.time_us), d.plot.right());
    if (to > first) line(ui.list(), {first, y}, {to, y}, ink(theme.accent), 3.5F);
  }
  for (const auto& [node, from] : causes.from) {
    const float y = d.y(from.node);
    const float at = std::max(d.x(from.time_us), d.plot.x);
    if (now > at) dashed(ui.list(), {{at, y}, {now, y}}, ink(theme.warning), 3.5F, 6, 3);
  }
  ui.list()->AddCircle(im({d.x(moment.time_us), d.y(moment.node)}), 7, ink(theme.text), 24, 2);
}

void draw_arrows(const Diagram& d, Ui& ui, const Selection& selection, const Pointed& pointed,
                 const Causality& causes) {
  const Theme& theme = ui.theme();
  const lab::TracedMessage* under = pointed.message;
  const float shown = static_cast<float>(d.apart) + 1;
  // The more share the width, the fainter each is; those of the selected member stay.
  const float faint = std::clamp(d.plot.w / 4 / shown, 0.12F, 1.0F);
  for (const Arrow& arrow : d.arrows) {
    const lab::TracedMessage& m = *arrow.message;
    const bool lit = &m == under || selection.message == m.id;
    const bool touches = selection.member == m.from || selection.member == m.to;
    const bool before = in(causes.past, m.id);
    const bool after = in(causes.future, m.id);
    if (arrow.behind && !lit && !before && !after) continue;
    const Rgb color = before   ? theme.accent
                      : after  ? theme.warning
                      : m.lost ? theme.bad
                               : term_color(theme, m.term);
    float alpha = lit ? 1.0F : (is_beat(m) ? 0.3F : 0.75F) * (touches ? std::max(faint, 0.4F) : faint);
    if (before || after) alpha = std::max(alpha, 0.8F);
    const float width = lit ? 2.0F : m.entries > 0 || before || after ? 1.75F : 1.0F;
    if (raft::is_response(m.type)) {
      dashed(ui.list(), {arrow.a, arrow.b}, ink(color, alpha), width, 4, 3);
    } else {
      line(ui.list(), arrow.a, arrow.b, ink(color, alpha), width);
    }
    if (m.lost) {
      const Vec2 end = mix(arrow.a, arrow.b, 0.6F);
      cross(ui.list(), end, 3.5F, ink(theme.bad), 1.5F);
    } else if (m.ended_us >= 0) {
      arrow_head(ui.list(), arrow.b, arrow.b - arrow.a, lit ? 8 : 6, ink(color, alpha));
    }
  }
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

void draw_marks(const Diagram& d, Ui& ui) {
  // Those in sight. They are in the order of time, and hence of events.
  const std::int64_t from_us = d.time(d.plot.x - kBeside);
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
Words in_words(const lab::TracedMessage& m) {
  Words words = raft::describe(m.type);
  if (m.entries > 0) words += ", " + digits(m.entries) + (m.entries == 1 ? " entry" : " entries");
  if (m.reject) words += ", refused";
  if (m.lost) return words + ", lost";
  if (m.ended_us < 0) return words + ", on its way";
  return words + ", " + text::duration(m.ended_us - m.sent_us);
}

Words count_of_messages(std::size_t count, const char* verb, const char* verbs) {
  return digits(count) + (count == 1 ? " message " : " messages ") + (count == 1 ? verb : verbs);
}

// What the pointer is on, and what it is connected with.
void explain(const Pointed& under, const CausesView& causes, const std::optional<Rect>& beside, Ui& ui) {
  if (!under.moment || ui.popup_is_open()) return;
  const auto tell = [&](std::string_view first, std::string_view second) {
    if (beside) {
      ui.tooltip_at(*beside, first, second);
    } else {
      ui.tooltip_now(first, second);
    }
  };
  const Words connected = count_of_messages(causes.past, "led", "led") + " to this, " +
                          count_of_messages(causes.future, "follows", "follow");
  if (under.message == nullptr) {
    tell(connected,
         text::node(under.moment->node.value()) + " at " + text::seconds(under.moment->time_us) + " s");
    return;
  }
  const lab::TracedMessage& m = *under.message;
  const bool end = under.moment->node == m.to;
  tell(in_words(m) + ". " + connected,
       text::node(m.from.value()) + " → " + text::node(m.to.value()) + (end ? ", arriving" : ", sent"));
}

// Lies on the diagram, so it is made before it and drawn after it.
void draw_export(Ui& ui, const Rect& area, const Item& item) {
  const Theme& theme = ui.theme();
  fill(ui.list(), area, ink(item.hovered ? theme.hover : theme.raised), kCorner);
  outline(ui.list(), area, ink(theme.line), kCorner);
  draw_text(ui.list(), ui.medium(type::kSmall, theme.text), area.center(), "SVG", Align::Center);
  if (item.focused) ui.ring(area);
}

void move_and_zoom(const Diagram& d, Selection& selection, const Item& it) {
  const ImGuiIO& io = ImGui::GetIO();
  SpaceTimeView& view = selection.space_time;
  if (it.hovered && io.MouseWheel != 0) {
    view.enlarge(std::exp2(io.MouseWheel * 0.5), static_cast<double>(d.time(io.MousePos.x)),
                 static_cast<double>(d.frame.time_us));
  }
  if (it.held && ImGui::IsMouseDragging(ImGuiMouseButton_Left, 3)) {
    view.move(-static_cast<double>(io.MouseDelta.x) / d.plot.w * view.span_us);
  }
}

}  // namespace

namespace {

// From message to message, by when they were sent, in flight or not; what is chosen comes into sight.
List walk_trace(const Frame& frame, Selection& selection, Ui& ui) {
  List keys;
  if (frame.trace.empty()) return keys;
  keys = ui.list("space_time");
  for (int i = keys.moved; i != 0; i -= i > 0 ? 1 : -1)
    selection.select_message(traced_beside(frame, selection.message, i > 0 ? 1 : -1));
  if (keys.moved == 0) return keys;
  SpaceTimeView& view = selection.space_time;
  for (const lab::TracedMessage& m : frame.trace) {
    if (m.id != selection.message) continue;
    const auto sent_us = static_cast<double>(m.sent_us);
    if (sent_us < view.from_us || sent_us > view.from_us + view.span_us)
      view.move(sent_us - view.span_us / 2 - view.from_us);
  }
  return keys;
}

// The chosen message, where it was sent.
Pointed chosen_moment(const Diagram& d, const Selection& selection) {
  Pointed chosen;
  for (const Arrow& arrow : d.arrows) {
    const lab::TracedMessage& m = *arrow.message;
    if (selection.message == 0 || m.id != selection.message) continue;
    chosen.message = &m;
    chosen.moment = Moment{m.from, m.sent_event, m.sent_us};
  }
  return chosen;
}

}  // namespace

void draw_space_time(const Frame& frame, const Chrome& chrome, Selection& selection, CommandSink& commands,
                     Ui& ui, const Rect& area) {
  const Theme& theme = ui.theme();
  fill(ui.list(), area, ink(theme.panel));
  SpaceTimeView& view = selection.space_time;
  Rect plot = area;
  plot.cut_left(kLinesFrom);
  plot.cut_right(14);
  plot.cut_top(4);
  plot.cut_bottom(kAxis);
  const auto rows = static_cast<float>(std::max<std::size_t>(1, frame.members.size()));
  // The present stays in sight until the person moves elsewhere.
  view.from_us = view.begins_us(static_cast<double>(frame.time_us));
  const List keys = walk_trace(frame, selection, ui);
  Diagram d{frame, plot, plot.h / rows, view.from_us, view.span_us};
  find_arrows(d);
  const float button = ui.narrow() ? kTouchTarget : 24;
  const Rect corner{plot.right() - 52, plot.y + 2, 52, button};
  const Item save = chrome.can_export ? ui.item("space_time.export", corner) : Item{};
  if (chrome.can_export) ui.tooltip(text::kExportSvg);
  if (save.clicked) commands.control({Control::Kind::Export, 0, "svg"});
  const Item it = ui.item("space_time", plot, false);
  const Vec2 mouse = vec(ImGui::GetIO().MousePos);

  draw_lines(d, ui, selection);
  ui.list()->PushClipRect(im(plot.min()), im(plot.max() + Vec2{0, kAxis}), true);
  draw_axis(d, ui);
  Pointed under = point_at(d, mouse, it.hovered && !it.held);
  if (keys.focused && !under.moment) under = chosen_moment(d, selection);
  const Causality causes = under.moment ? causality_of(*under.moment, frame.trace) : Causality{};
  selection.causes = {causes.past.size(), causes.future.size()};
  draw_arrows(d, ui, selection, under, causes);
  if (under.moment) draw_causes(d, ui, *under.moment, causes);
  draw_marks(d, ui);
  const float now = d.x(frame.time_us);
  line(ui.list(), {now, plot.y}, {now, plot.bottom()}, ink(theme.text), 1.5F);
  ui.list()->PopClipRect();
  if (chrome.can_export) draw_export(ui, corner, save);

  move_and_zoom(d, selection, it);
  if (keys.focused) ui.ring(plot.inset(2, 2));
  explain(under, selection.causes, keys.focused ? std::optional(plot) : std::nullopt, ui);
  if (!it.clicked || ImGui::GetIO().MouseDragMaxDistanceSqr[0] >= 9) return;
  if (under.message != nullptr) {
    selection.select_message(under.message->id);
  } else {
    commands.control({Control::Kind::SeekTime, std::max<std::int64_t>(0, d.time(mouse.x)), {}});
  }
}

}  // namespace raftarium::viz
