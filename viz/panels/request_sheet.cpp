// What the inspector shows of a client's request: what was asked of whom and when, what came of it, and why that is
// right, or not.

#include "viz/panels/panels.h"
#include "viz/panels/sheet.h"
#include "viz/text.h"

namespace raftarium::viz {
namespace {

void draw_ways(const RequestView& request, CommandSink& commands, Ui& ui, Sheet& sheet) {
  const float height = ui.narrow() ? kTouchTarget : 28;
  Rect row{sheet.area.x, sheet.y + 12, sheet.area.w, height};
  const auto way = [&](const char* name, const char* label, const char* tip, std::int64_t time_us) {
    const Rect place = row.cut_left(ui.button_width(label));
    row.cut_left(6);
    if (ui.button(place, {name, label, tip, "", Icon::None, Button::Style::Plain, true}))
      commands.control({Control::Kind::SeekTime, time_us, {}});
  };
  way("request.asked", "To the question", text::kToQuestion, request.sent_us);
  if (!request.open) way("request.answered", "To the answer", text::kToAnswer, request.done_us);
  sheet.y += height + 24;
}

}  // namespace

void draw_request_sheet(const Frame& frame, const RequestView& request, CommandSink& commands, Ui& ui,
                        Sheet& sheet) {
  const Theme& theme = ui.theme();
  const Rgb tone = request_tone(request, theme);
  const Pen title = ui.semibold(type::kTitle, theme.text);
  draw_text(ui.list(), title, {sheet.area.x, sheet.y + 20}, fitted(title, request.text, sheet.area.w));
  sheet.y += 40;
  sheet.pair("request", request.read ? "a client reads" : "a client writes");
  sheet.pair("state", Words(request.stale ? "stale: " : "") + request.state, tone);
  sheet.pair("asked", text::seconds(request.sent_us) + " s");
  if (request.open) {
    sheet.pair("has waited", text::duration(frame.time_us - request.sent_us), tone);
  } else {
    sheet.pair("ended", text::seconds(request.done_us) + " s, after " +
                            text::duration(request.done_us - request.sent_us));
  }
  if (request.node != raft::kNone) sheet.pair("through", text::node(request.node.value()));
  if (!request.index.is_zero())
    sheet.pair(request.read ? "as of entry" : "entry", digits(request.index.value()));
  if (request.point_us >= 0) sheet.pair("took effect", text::seconds(request.point_us) + " s");
  draw_ways(request, commands, ui, sheet);
  sheet.y += draw_wrapped(ui.list(), ui.regular(type::kSmall, request.stale ? theme.bad : theme.muted),
                          {sheet.area.x, sheet.y - 4}, sheet.area.w, request_words(request)) +
             8;
}

}  // namespace raftarium::viz
