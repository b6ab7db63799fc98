// What happened, newest last: what, and why in one more sentence.

#include <algorithm>
#include <vector>

#include "viz/panels/panels.h"
#include "viz/text.h"

namespace raftarium::viz {
namespace {

constexpr float kTimeColumn = 64;

// Whether the chosen message left, arrived or was lost in the step that a line is about.
bool is_about(const Frame& frame, const lab::StoryLine& line, std::uint64_t message) {
  return message != 0 &&
         std::any_of(frame.trace.begin(), frame.trace.end(), [&](const lab::TracedMessage& m) {
           return m.id == message && (m.sent_event == line.event || m.ended_event == line.event);
         });
}

// How high the parts of a line are where it is `room` px wide.
struct LineHeights {
  float what, why, rule;
  float above_rule() const { return what + (why > 0 ? why + 3 : 0); }
  float total(float least) const { return std::max(least, above_rule() + (rule > 0 ? rule + 3 : 0) + 12); }
};

Pen pen_of_what(const Ui& ui) { return ui.medium(type::kSmall, ui.theme().text); }
Pen pen_of_why(const Ui& ui) { return ui.regular(type::kTiny, ui.theme().muted); }
Pen pen_of_rule(const Ui& ui) { return ui.regular(type::kTiny, ui.theme().accent); }

LineHeights heights_of(const lab::StoryLine& line, bool rules, const Ui& ui, float room) {
  return {wrapped_height(pen_of_what(ui), room, line.what), wrapped_height(pen_of_why(ui), room, line.why),
          rules ? wrapped_height(pen_of_rule(ui), room, line.rule) : 0};
}

// Where each line of the story ends, from the top of the first: kept, so that of a long story only what is new is
// measured, and only what is in sight is drawn.
struct StoryRows {
  struct Line {
    std::uint64_t event;
    std::size_t what, why;  // lengths: with the event enough to know it again
    float end;
    bool is(const lab::StoryLine& line) const {
      return event == line.event && what == line.what.size() && why == line.why.size();
    }
  };
  std::vector<Line> lines;
  float width = 0;
  bool rules = false;
  std::uint64_t version = 0;  // of the frame

  void follow(const Frame& frame, const Selection& selection, const Ui& ui, float now_width, float room) {
    if (version == frame.version && width == now_width && rules == selection.rules) return;
    if (width != now_width || rules != selection.rules) lines.clear();
    version = frame.version;
    width = now_width;
    rules = selection.rules;
    const auto& story = frame.story;
    const std::size_t both = std::min(lines.size(), story.size());
    const bool same = both > 0 && lines[both - 1].is(story[both - 1]) && lines.front().is(story.front());
    lines.resize(same ? both : 0);
    const float least = ui.narrow() ? kTouchTarget : 0;
    float end = lines.empty() ? 0 : lines.back().end;
    for (std::size_t i = lines.size(); i < story.size(); ++i) {
      end += heights_of(story[i], rules, ui, room).total(least);
      lines.push_back({story[i].event, story[i].what.size(), story[i].why.size(), end});
    }
  }
  float height() const { return lines.empty() ? 0 : lines.back().end; }
  float start(std::size_t line) const { return line == 0 ? 0 : lines[line - 1].end; }
  // The first line that reaches below `y`.
  std::size_t at(float y) const {
    return static_cast<std::size_t>(std::upper_bound(lines.begin(), lines.end(), y,
                                                     [](float to, const Line& l) { return to < l.end; }) -
                                    lines.begin());
  }
};

void go_to(const Frame& frame, std::size_t at, Selection& selection, CommandSink& commands) {
  const lab::StoryLine& line = frame.story[at];
  selection.story = at;
  commands.control({Control::Kind::SeekEvent, static_cast<std::int64_t>(line.event), {}});
  if (line.node != raft::kNone) selection.select(line.node);
}

bool tells_violation(const Frame& frame, const lab::StoryLine& line) {
  const auto& marks = frame.marks;  // in the order of time
  auto mark = std::lower_bound(marks.begin(), marks.end(), line.time_us,
                               [](const lab::Mark& m, std::int64_t us) { return m.time_us < us; });
  for (; mark != marks.end() && mark->time_us == line.time_us; ++mark) {
    if (mark->kind == lab::Mark::Kind::Violation && mark->text == line.what) return true;
  }
  return false;
}

void draw_line(const Frame& frame, std::size_t at, const List& keys, Selection& selection,
               CommandSink& commands, Ui& ui, const Rect& row, float room) {
  const lab::StoryLine& line = frame.story[at];
  const Theme& theme = ui.theme();
  ImDrawList* list = ui.list();
  const LineHeights heights = heights_of(line, selection.rules, ui, room);
  const float text_x = row.x + 22 + kTimeColumn;
  const Item it = ui.item("story." + digits(at), row, false);
  if (is_about(frame, line, selection.message)) {
    fill(list, row.inset(-6, 0), ink(theme.accent, 0.08F), kCorner);
    fill(list, {row.x - 6, row.y + 4, 2, row.h - 8}, ink(theme.accent), 1);
    ui.region("story.chosen", row);
  }
  const bool here = keys.focused && selection.story == at;
  if (it.hovered || here) {
    fill(list, row.inset(-6, 0), ink(theme.hover), kCorner);
    if (line.node != raft::kNone) selection.pointed = line.node;
    if (it.hovered) ui.tooltip("Go to this moment.");
  }
  if (it.clicked) go_to(frame, at, selection, commands);
  const float first = row.y + 6 + type::kSmall / 2 + 1;
  const bool violated = tells_violation(frame, line);
  if (violated) {
    cross(list, {row.x + 5, first}, 4, ink(theme.bad), 2);
    ui.region("story.violated", row);
  } else {
    list->AddCircleFilled({row.x + 5, first}, 4, ink(term_color(theme, line.term)), 20);
  }
  draw_text(list, ui.mono(type::kTiny, theme.muted), {row.x + 20, first}, text::seconds(line.time_us));
  Pen what = pen_of_what(ui);
  if (violated) what.color = ink(theme.bad);
  draw_wrapped(list, what, {text_x, row.y + 6}, room, line.what);
  draw_wrapped(list, pen_of_why(ui), {text_x, row.y + 6 + heights.what + 3}, room, line.why);
  if (selection.rules)
    draw_wrapped(list, pen_of_rule(ui), {text_x, row.y + 6 + heights.above_rule() + 3}, room, line.rule);
}

// They begin with the newest.
List walk_lines(const Frame& frame, Selection& selection, Ui& ui) {
  List keys;
  const std::size_t count = frame.story.size();
  if (count == 0) return keys;
  keys = ui.list("story");
  if (!keys.focused) return keys;
  const auto at = static_cast<std::ptrdiff_t>(std::min(selection.story.value_or(count), count - 1));
  const std::ptrdiff_t to = at + keys.moved;
  selection.story =
      static_cast<std::size_t>(std::clamp<std::ptrdiff_t>(to, 0, static_cast<std::ptrdiff_t>(count) - 1));
  return keys;
}

// The switch of the second level: the rules.
void draw_rules_switch(Selection& selection, Ui& ui, const Rect& area) {
  const char* label = selection.rules ? "Hide rules" : "Rules";
  const Button button{"story.rules", label, text::kRules, "W", Icon::None, Button::Style::Plain, true};
  if (ui.button(area, button)) selection.rules = !selection.rules;
}

}  // namespace

void draw_story(const Frame& frame, Selection& selection, CommandSink& commands, Ui& ui, const Rect& area) {
  const Theme& theme = ui.theme();
  fill(ui.list(), area, ink(theme.panel));
  selection.pointed.reset();
  Rect body = area;
  if (!ui.narrow()) {
    line(ui.list(), area.min(), {area.right(), area.y}, ink(theme.line));
    const Rect head = body.cut_top(34);
    draw_text(ui.list(), ui.medium(type::kSmall, theme.muted), {head.x + 18, head.center().y + 3},
              "What happened");
    const float wide = ui.button_width("Hide rules") - 4;
    draw_rules_switch(selection, ui, {head.right() - wide - 18, head.y + 6, wide, 24});
  }
  ImGui::SetCursorScreenPos(im(body.min()));
  ImGui::BeginChild("story", {body.w, body.h}, ImGuiChildFlags_None, ImGuiWindowFlags_NoNav);
  const Vec2 origin = vec(ImGui::GetCursorScreenPos());
  const bool was_at_end = ImGui::GetScrollY() >= ImGui::GetScrollMaxY() - 4;
  const float x = origin.x + 18;
  const float width = body.w - 36;
  float y = origin.y + 4;
  if (ui.narrow()) {
    draw_rules_switch(selection, ui, {x, y, 120, kTouchTarget});
    y += kTouchTarget + 4;
  }
  if (frame.story.empty()) {
    y += draw_wrapped(ui.list(), ui.regular(type::kSmall, theme.muted), {x, y + 4}, width, text::kNoStory) +
         8;
  }
  const float text_room = width - 22 - kTimeColumn - 10;
  StoryRows& rows = ui.kept<StoryRows>();
  rows.follow(frame, selection, ui, width, text_room);
  const List keys = walk_lines(frame, selection, ui);
  if (keys.focused && selection.story) {
    const std::size_t line = *selection.story;  // in sight or not
    ui.mark(keys, {x, y + rows.start(line), width, rows.lines[line].end - rows.start(line)});
    if (keys.entered) go_to(frame, line, selection, commands);
  }
  for (std::size_t i = rows.at(body.y - y); i < rows.lines.size() && y + rows.start(i) < body.bottom();
       ++i) {
    const Rect row{x, y + rows.start(i), width, rows.lines[i].end - rows.start(i)};
    draw_line(frame, i, keys, selection, commands, ui, row, text_room);
  }
  y += rows.height();
  if (!frame.next.empty()) {
    const Pen pen = ui.regular(type::kSmall, theme.muted);
    ui.list()->AddCircle({x + 5, y + 13}, 3.5F, ink(theme.dim), 20, 1.25F);
    draw_text(ui.list(), ui.mono(type::kTiny, theme.muted), {x + 20, y + 13}, "next");
    y += draw_wrapped(ui.list(), pen, {x + 22 + kTimeColumn, y + 6}, text_room, frame.next) + 14;
  }
  ImGui::SetCursorScreenPos(im(origin));
  ImGui::Dummy({body.w - 12, y - origin.y + 4});
  if (was_at_end && !keys.focused) ImGui::SetScrollHereY(1);
  fade_scrolled(body, theme.panel);
  ImGui::EndChild();
}

}  // namespace raftarium::viz
