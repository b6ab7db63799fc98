// Space and time: a line for each member, messages as arrows between them, elections, commits, crashes and
// cuts as marks. Time runs to the right; the wheel zooms, a drag moves, a click picks a message or a moment.

#include <algorithm>
#include <cmath>

#include "viz/panels/spacetime_parts.h"
#include "viz/text.h"
#include "viz/walk.h"

namespace raftarium::viz {
namespace {

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
  // On a narrow window it would hide what happened last; the sheet "More" has it.
  const bool offered = chrome.can_export && !ui.narrow();
  const Rect corner{plot.right() - 52, plot.y + 2, 52, 24};
  const Item save = offered ? ui.item("space_time.export", corner) : Item{};
  if (offered) ui.tooltip(text::kExportSvg);
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
  if (offered) draw_export(ui, corner, save);

  move_and_zoom(d, selection, it);
  if (keys.focused) ui.ring(plot.inset(2, 2));
  explain_pointed(under, selection.causes, keys.focused ? std::optional(plot) : std::nullopt, ui);
  if (!it.clicked || ImGui::GetIO().MouseDragMaxDistanceSqr[0] >= 9) return;
  if (under.message != nullptr) {
    selection.select_message(under.message->id);
  } else {
    commands.control({Control::Kind::SeekTime, std::max<std::int64_t>(0, d.time(mouse.x)), {}});
  }
}

}  // namespace raftarium::viz
