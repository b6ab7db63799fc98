// Clients: every request as an interval from asking to answer, newest first, over the time that they span, with the
// point at which it can have taken effect. Or what the members' stores hold (stores.cpp).

#include <algorithm>

#include "viz/panels/panels.h"
#include "viz/text.h"

namespace raftarium::viz {
namespace {

constexpr float kRequestRow = 24;

struct RequestColumns {
  float time, what, bar, bar_end, state, node;
  bool two_lines = false;  // the state stands under what was asked
};

RequestColumns columns_of(const Rect& area) {
  const float right = area.right() - 20;
  if (area.w < 560) return {area.x + 14, area.x + 66, right, right, area.x + 66, right, true};
  const float bar = area.x + (area.w >= 600 ? 244.0F : 190.0F);
  const float state = std::max(bar + 120, right - 250);
  return {area.x + 20, area.x + 84, bar, state - 18, state, right, false};
}

// From asking to answer; what is open has no end yet.
void draw_interval(const RequestView& request, Ui& ui, const RequestColumns& at, float y, double from_us,
                   double span_us, std::int64_t now_us) {
  if (at.bar_end - at.bar < 40) return;
  const Theme& theme = ui.theme();
  const Rgb tone = request_tone(request, theme);
  const auto x = [&](std::int64_t us) {
    return at.bar +
           static_cast<float>((static_cast<double>(us) - from_us) / span_us) * (at.bar_end - at.bar);
  };
  const float a = x(request.sent_us);
  const float b = std::max(a + 3, x(request.open ? now_us : request.done_us));
  line(ui.list(), {at.bar, y}, {at.bar_end, y}, ink(theme.line));
  fill(ui.list(), {a, y - 4, b - a, 8}, ink(tone, request.open ? 0.4F : 0.85F), 2);
  fill(ui.list(), {a, y - 6, 1.5F, 12}, ink(tone));
  if (!request.open) fill(ui.list(), {b - 1.5F, y - 6, 1.5F, 12}, ink(tone));
  if (request.stale) cross(ui.list(), {(a + b) / 2, y}, 5, ink(theme.text), 2);
  if (request.point_us < 0) return;
  const Vec2 point{std::clamp(x(request.point_us), a, b), y};
  ui.list()->AddCircleFilled(im(point), 4, ink(theme.panel), 20);
  ui.list()->AddCircle(im(point), 4, ink(theme.text), 20, 1.75F);
  ui.region("point." + digits(request.id), {point.x - 4, point.y - 4, 8, 8});
}

// Which of the two is shown.
void draw_switch(Selection& selection, Ui& ui, Rect row) {
  const auto choice = [&](const char* name, const char* label, const char* tip, bool stores) {
    const Rect place = row.cut_left(ui.button_width(label));
    row.cut_left(6);
    const auto style = selection.stores == stores ? Button::Style::Plain : Button::Style::Ghost;
    if (ui.button(place, {name, label, tip, "", Icon::None, style, true})) selection.stores = stores;
  };
  choice("clients.requests", "Requests", text::kShowRequests, false);
  choice("clients.stores", "Stores", text::kShowStores, true);
}

// Down is to what was asked before, as they are shown.
List walk_requests(const Frame& frame, Selection& selection, Ui& ui) {
  const List keys = ui.list("clients");
  if (!keys.focused) return keys;
  std::size_t at = 0;
  while (at + 1 < frame.requests.size() && frame.requests[at].id != selection.request) ++at;
  const auto to = static_cast<std::ptrdiff_t>(at) - keys.moved;
  const auto last = static_cast<std::ptrdiff_t>(frame.requests.size()) - 1;
  const std::uint64_t id =
      frame.requests[static_cast<std::size_t>(std::clamp<std::ptrdiff_t>(to, 0, last))].id;
  if (keys.moved != 0) selection.select_request(id);
  selection.request = id;
  return keys;
}

}  // namespace

Words request_words(const RequestView& request) {
  Words words = "Asked once.";
  if (request.attempts > 1) {
    words = "Asked " + digits(request.attempts) + " times, ";
    words += request.session ? "applied once at most." : "and applied as often: it has no session.";
  }
  if (request.stale) words += Words(" ") + text::kStale;
  if (request.point_us >= 0) words += Words(" ") + text::kPoint;
  return words;
}

Rgb request_tone(const RequestView& request, const Theme& theme) {
  if (request.open) return theme.accent;
  if (request.stale) return theme.bad;
  return request.status == sim::RequestState::Committed ? theme.good : theme.warning;
}

void choose_request(const RequestView& request, Selection& selection) {
  if (request.node != raft::kNone) selection.select(request.node);
  selection.select_request(request.id);
  if (!request.index.is_zero()) selection.entry = request.index;
}

void draw_clients(const Frame& frame, Selection& selection, CommandSink&, Ui& ui, const Rect& whole) {
  const Theme& theme = ui.theme();
  fill(ui.list(), whole, ink(theme.panel));
  Rect area = whole;
  const float head = ui.narrow() ? kTouchTarget : 28;
  draw_switch(selection, ui, area.cut_top(head + 6).inset(14, 3));
  if (selection.stores) return draw_stores(frame, selection, ui, area);
  if (frame.requests.empty()) {
    draw_wrapped(ui.list(), ui.regular(type::kSmall, theme.muted), area.min() + Vec2{20, 18}, area.w - 40,
                 text::kNoRequests);
    return;
  }
  ImGui::SetCursorScreenPos(im(area.min()));
  ImGui::BeginChild("clients", {area.w, area.h}, ImGuiChildFlags_None, ImGuiWindowFlags_NoNav);
  const Vec2 origin = vec(ImGui::GetCursorScreenPos());
  const float height = ui.narrow() ? kTouchTarget : kRequestRow;
  const auto from = static_cast<double>(frame.requests.front().sent_us);
  const double span = std::max(1.0, static_cast<double>(frame.time_us) - from);
  const List keys = walk_requests(frame, selection, ui);
  float y = origin.y + 2;
  for (std::size_t i = frame.requests.size(); i-- > 0;) {
    const RequestView& request = frame.requests[i];
    const Rect row{origin.x, y, area.w, height};
    const RequestColumns at = columns_of(row);
    const float middle = row.center().y;
    const float line = at.two_lines ? 9 : 0;
    const float what_end = at.two_lines ? at.node - 34 : at.bar - 8;
    const Item it = ui.item("request." + digits(request.id), row, false);
    const bool here = keys.focused && selection.request == request.id;
    const bool chosen = selection.request_shown && selection.request == request.id;
    if (it.hovered || here || chosen) fill(ui.list(), row.inset(8, 0), ink(theme.hover), kCorner);
    if (chosen) fill(ui.list(), {row.x + 8, row.y + 4, 2, row.h - 8}, ink(theme.accent), 1);
    draw_text(ui.list(), ui.mono(type::kTiny, theme.muted), {at.time, middle - line},
              text::seconds(request.sent_us));
    const Pen mono = ui.mono(type::kSmall, theme.text);
    draw_text(ui.list(), mono, {at.what, middle - line}, fitted(mono, request.text, what_end - at.what));
    draw_interval(request, ui, at, middle, from, span, frame.time_us);
    const Pen pen = ui.regular(type::kSmall, request_tone(request, theme));
    Words state = Words(request.stale ? "stale: " : "") + request.state;
    if (!request.open) state += ", " + text::duration(request.done_us - request.sent_us);
    draw_text(ui.list(), pen, {at.state, middle + line}, fitted(pen, state, at.node - at.state - 34));
    ui.region(
        "request.what." + digits(request.id),
        {at.what, middle - line - 8, std::min(what_end - at.what, text_width(mono, request.text)), 16});
    ui.region("request.state." + digits(request.id),
              {at.state, middle + line - 8, text_width(pen, state), 16});
    if (request.node != raft::kNone) {
      draw_text(ui.list(), ui.semibold(type::kSmall, theme.text), {at.node, middle - line},
                text::node(request.node.value()), Align::Right);
    }
    if (it.hovered) {
      ui.tooltip(request_words(request), state);
    }
    if (here) {
      ui.mark(keys, row.inset(8, 1));
      ui.tooltip_at(row, request_words(request), state);
    }
    if (it.clicked || (here && keys.entered)) {
      choose_request(request, selection);
    }
    y += height;
  }
  ImGui::SetCursorScreenPos(im(origin));
  ImGui::Dummy({area.w - 12, y - origin.y + 8});
  fade_scrolled(area, theme.panel);
  ImGui::EndChild();
}

}  // namespace raftarium::viz
