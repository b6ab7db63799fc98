// The properties: how many hold, or which one was broken first and by what; and a list of what each of them says.

#include <algorithm>

#include "viz/panels/panels.h"
#include "viz/text.h"

namespace raftarium::viz {
namespace {

constexpr float kTitleMiddle = 16;  // px from the upper edge of the box
constexpr float kNamesFrom = 27;
constexpr float kInside = 14;

// A tick, or a cross.
void draw_verdict(Ui& ui, bool holds, Vec2 at, ImU32 color) {
  if (!holds) return cross(ui.list(), at, 4, color, 2);
  line(ui.list(), at + Vec2{-5, 0}, at + Vec2{-1.5F, 4}, color, 2);
  line(ui.list(), at + Vec2{-1.5F, 4}, at + Vec2{5, -4.5F}, color, 2);
}

const PropertyView* first_broken(const Frame& frame) {
  const PropertyView* broken = nullptr;
  for (const PropertyView& property : frame.properties) {
    if (!property.holds && (broken == nullptr || property.event < broken->event)) broken = &property;
  }
  return broken;
}

Words also_broken(const Frame& frame, const PropertyView& first) {
  Words others;
  for (const PropertyView& property : frame.properties) {
    if (!property.holds && &property != &first)
      others += (others.empty() ? " · also: " : ", ") + Words(property.name);
  }
  return others;
}

void go_to_violation(const PropertyView& property, CommandSink& commands) {
  commands.control({Control::Kind::SeekEvent, static_cast<std::int64_t>(property.event), {}});
}

}  // namespace

void draw_properties(const Frame& frame, Selection& selection, CommandSink& commands, Ui& ui,
                     const Rect& area) {
  const Theme& theme = ui.theme();
  ImDrawList* list = ui.list();
  fill(list, area, ink(theme.panel));
  const Rect box = area.inset(18, 6);
  const PropertyView* broken = first_broken(frame);
  Words names;
  for (const PropertyView& property : frame.properties) {
    names += names.empty() ? "" : " · ";
    names += property.name;
  }
  // Lies on the box, so it is made before it.
  const Pen link = ui.medium(type::kSmall, theme.accent);
  const float wide = text_width(link, text::kExplain) + (ui.narrow() ? 24.0F : 16.0F);
  const Rect corner{box.right() - wide - 2, box.y + (ui.narrow() ? 2.0F : 4.0F), wide,
                    ui.narrow() ? kTouchTarget : 24};
  const Item explain = ui.item("properties.explain", corner);
  ui.tooltip(text::kProperties);
  if (explain.clicked) selection.open_popup = "properties";
  const Item it = ui.item("properties", box);
  const Rgb tone = broken != nullptr ? theme.bad : theme.good;
  const Rgb ground = blend(theme.panel, tone, it.hovered ? 0.2F : 0.12F);
  fill(list, box, ink(ground), kCorner);
  outline(list, box, ink(blend(theme.panel, tone, 0.5F)), kCorner);
  const Words title = broken != nullptr ? Words("broken: ") + broken->name
                                        : digits(frame.properties.size()) + " properties hold";
  draw_verdict(ui, broken == nullptr, {box.x + 19, box.y + kTitleMiddle}, ink(tone));
  draw_text(list, ui.semibold(type::kSmall, tone), {box.x + 32, box.y + kTitleMiddle}, title);
  if (explain.hovered) fill(list, corner, ink(theme.hover), kCorner);
  draw_text(list, link, corner.center(), text::kExplain, Align::Center);
  if (explain.focused) ui.ring(corner);
  // As many lines as there is room for.
  const Pen small = ui.regular(type::kTiny, theme.muted);
  const Words second = broken != nullptr ? Words(broken->why) + also_broken(frame, *broken) : names;
  const float room = box.w - 2 * kInside - (ui.narrow() ? wide - 8 : 0);
  const int lines =
      std::max(1, static_cast<int>((box.h - kNamesFrom - 4) / wrapped_height(small, room, "x")));
  const Words shown = fitted_lines(small, second, room, lines);
  const Rect words{box.x + kInside, box.y + kNamesFrom, room, wrapped_height(small, room, second)};
  draw_wrapped(list, small, words.min(), room + 1, shown);
  ui.region("properties.words", words);
  if (it.hovered || it.focused) ui.tooltip(broken != nullptr ? text::kToViolation : second);
  if (it.focused) ui.ring(box);
  if (!it.clicked) return;
  if (broken != nullptr) {
    go_to_violation(*broken, commands);
  } else {
    selection.open_popup = "properties";
  }
}

void draw_property_list(const Frame& frame, Selection& selection, CommandSink& commands, Ui& ui) {
  const bool asked = selection.open_popup == "properties";
  if (!asked && !ImGui::IsPopupOpen("properties")) return;
  constexpr float kMargin = 22;
  constexpr float kTop = 62;
  constexpr float kBetween = 9;
  const Theme& theme = ui.theme();
  const float width = std::min(600.0F, ImGui::GetIO().DisplaySize.x - 16);
  const float room = width - 2 * kMargin - 24;
  const Pen name = ui.semibold(type::kSmall, theme.text);
  const Pen says = ui.regular(type::kSmall, theme.muted);
  const Pen why = ui.medium(type::kSmall, theme.bad);
  const auto height_of = [&](const PropertyView& property) {
    const float told = property.holds ? 0 : wrapped_height(why, room, property.why) + 2;
    return 17 + wrapped_height(says, room, property.says) + told + kBetween;
  };
  float height = kTop + 12;
  for (const PropertyView& property : frame.properties) height += height_of(property);
  if (!ui.open_popup("properties", asked, {}, {width, height}, true)) return;
  const Vec2 origin = vec(ImGui::GetCursorScreenPos());
  draw_text(ui.list(), ui.semibold(type::kTitle - 2, theme.text), origin + Vec2{kMargin, 30},
            "What has to hold");
  const float target = ui.narrow() ? kTouchTarget : 30;
  const Rect close{origin.x + width - target - 12, origin.y + 14, target, target};
  if (ui.button(close, {"properties.close", "", "Close.", "Esc", Icon::Close, Button::Style::Ghost, true}))
    ImGui::CloseCurrentPopup();
  float y = origin.y + kTop;
  for (const PropertyView& property : frame.properties) {
    const float high = height_of(property);
    const Rect row{origin.x + kMargin, y, width - 2 * kMargin, high - kBetween};
    if (!property.holds) {  // and leads to what broke it
      const Item it = ui.item(Words("property.") + property.name, row.inset(-6, -3));
      ui.tooltip(text::kToViolation);
      if (it.hovered) fill(ui.list(), row.inset(-6, -3), ink(theme.hover), kCorner);
      if (it.clicked) {
        go_to_violation(property, commands);
        ImGui::CloseCurrentPopup();
      }
    } else {
      ui.region(Words("property.") + property.name, row);
    }
    draw_verdict(ui, property.holds, {row.x + 6, y + 8}, ink(property.holds ? theme.good : theme.bad));
    const float x = row.x + 24;
    draw_text(ui.list(), name, {x, y + 8}, property.name);
    float below = y + 17;
    below += draw_wrapped(ui.list(), says, {x, below}, room, property.says);
    if (!property.holds) draw_wrapped(ui.list(), why, {x, below + 2}, room, property.why);
    y += high;
  }
  ImGui::SetCursorScreenPos(im(origin));
  ImGui::Dummy({1, height});
  ui.scroll_by_keys("property.list", {origin.x, close.bottom(), width, height});
  ui.close_popup();
}

}  // namespace raftarium::viz
