// What happened, newest last: what, and why in one more sentence. Under it, what the properties say.

#include <algorithm>

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

float draw_line(const Frame& frame, std::size_t at, Selection& selection, CommandSink& commands, Ui& ui,
                Vec2 origin, float width) {
  const lab::StoryLine& line = frame.story[at];
  const Theme& theme = ui.theme();
  ImDrawList* list = ui.list();
  const Pen what = ui.medium(type::kSmall, theme.text);
  const Pen why = ui.regular(type::kTiny, theme.muted);
  const float text_x = origin.x + 22 + kTimeColumn;
  const float room = width - 22 - kTimeColumn - 10;
  const float what_height = wrapped_height(what, room, line.what);
  const float why_height = wrapped_height(why, room, line.why);
  const Pen rule = ui.regular(type::kTiny, theme.accent);
  const std::string_view rule_words = selection.rules ? line.rule : "";
  const float rule_height = wrapped_height(rule, room, rule_words);
  const float above_rule = what_height + (why_height > 0 ? why_height + 3 : 0);
  const float least = ui.narrow() ? kTouchTarget : 0;
  const float height = std::max(least, above_rule + (rule_height > 0 ? rule_height + 3 : 0) + 12);
  const Rect row{origin.x, origin.y, width, height};
  const Item it = ui.item("story." + digits(at), row, false);
  if (is_about(frame, line, selection.message)) {
    fill(list, row.inset(-6, 0), ink(theme.accent, 0.08F), kCorner);
    fill(list, {row.x - 6, row.y + 4, 2, height - 8}, ink(theme.accent), 1);
    ui.region("story.chosen", row);
  }
  if (it.hovered) {
    fill(list, row.inset(-6, 0), ink(theme.hover), kCorner);
    if (line.node != raft::kNone) selection.pointed = line.node;
    ui.tooltip("Go to this moment.");
  }
  if (it.clicked) {
    commands.control({Control::Kind::SeekEvent, static_cast<std::int64_t>(line.event), {}});
    if (line.node != raft::kNone) selection.select(line.node);
  }
  const float first = row.y + 6 + type::kSmall / 2 + 1;
  list->AddCircleFilled({row.x + 5, first}, 4, ink(term_color(theme, line.term)), 20);
  draw_text(list, ui.mono(type::kTiny, theme.muted), {row.x + 20, first}, text::seconds(line.time_us));
  draw_wrapped(list, what, {text_x, row.y + 6}, room, line.what);
  draw_wrapped(list, why, {text_x, row.y + 6 + what_height + 3}, room, line.why);
  draw_wrapped(list, rule, {text_x, row.y + 6 + above_rule + 3}, room, rule_words);
  return height;
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
  for (std::size_t i = 0; i < frame.story.size(); ++i) {
    y += draw_line(frame, i, selection, commands, ui, {x, y}, width);
  }
  if (!frame.next.empty()) {
    const Pen pen = ui.regular(type::kSmall, theme.muted);
    const float room = width - 22 - kTimeColumn - 10;
    ui.list()->AddCircle({x + 5, y + 13}, 3.5F, ink(theme.dim), 20, 1.25F);
    draw_text(ui.list(), ui.mono(type::kTiny, theme.muted), {x + 20, y + 13}, "next");
    y += draw_wrapped(ui.list(), pen, {x + 22 + kTimeColumn, y + 6}, room, frame.next) + 14;
  }
  ImGui::SetCursorScreenPos(im(origin));
  ImGui::Dummy({body.w - 12, y - origin.y + 4});
  if (was_at_end) ImGui::SetScrollHereY(1);
  if (ImGui::GetScrollY() > 0) {
    // What is scrolled away fades rather than being cut off.
    const ImU32 solid = ink(theme.panel);
    const ImU32 clear = ink(theme.panel, 0);
    ui.list()->AddRectFilledMultiColor(im(body.min()), {body.right() - 10, body.y + 22}, solid, solid,
                                       clear, clear);
  }
  ImGui::EndChild();
}

void draw_properties(const Frame& frame, Selection&, CommandSink& commands, Ui& ui, const Rect& area) {
  const Theme& theme = ui.theme();
  fill(ui.list(), area, ink(theme.panel));
  const Rect box = area.inset(18, 8);
  const PropertyView* broken = nullptr;
  Words names;
  for (const PropertyView& property : frame.properties) {
    if (!property.holds && (broken == nullptr || property.event < broken->event)) broken = &property;
    names += names.empty() ? "" : " · ";
    names += property.name;
  }
  const Item it = ui.item("properties", box, broken != nullptr);
  const Rgb tone = broken != nullptr ? theme.bad : theme.good;
  fill(ui.list(), box, ink(blend(theme.panel, tone, it.hovered ? 0.2F : 0.12F)), kCorner);
  outline(ui.list(), box, ink(blend(theme.panel, tone, 0.5F)), kCorner);
  const Words title = broken != nullptr ? Words("broken: ") + broken->name
                                        : digits(frame.properties.size()) + " properties hold";
  ImDrawList* list = ui.list();
  const Vec2 mark{box.x + 19, box.y + 17};
  if (broken != nullptr) {
    cross(list, mark, 4, ink(tone), 2);
  } else {
    line(list, mark + Vec2{-5, 0}, mark + Vec2{-1.5F, 4}, ink(tone), 2);
    line(list, mark + Vec2{-1.5F, 4}, mark + Vec2{5, -4.5F}, ink(tone), 2);
  }
  draw_text(list, ui.semibold(type::kSmall, tone), {box.x + 32, box.y + 17}, title);
  const Pen small = ui.regular(type::kTiny, theme.muted);
  const std::string_view second =
      broken != nullptr ? std::string_view(broken->why) : std::string_view(names);
  draw_text(list, small, {box.x + 14, box.y + 35}, fitted(small, second, box.w - 28));
  if (it.hovered) ui.tooltip(broken != nullptr ? "Go to the event that broke it." : second);
  if (broken != nullptr && it.clicked) {
    commands.control({Control::Kind::SeekEvent, static_cast<std::int64_t>(broken->event), {}});
  }
}

}  // namespace raftarium::viz
