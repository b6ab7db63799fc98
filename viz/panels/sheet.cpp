#include "viz/panels/sheet.h"

#include <algorithm>

#include "viz/layout.h"

namespace raftarium::viz {

void Sheet::head(std::string_view title, std::string_view what, std::string_view remark, Rgb color) {
  ImDrawList* list = ui.list();
  constexpr float kHead = 40;
  const float middle = y + kHead / 2;
  const Pen big = ui.semibold(type::kTitle, ui.theme().text);
  draw_text(list, big, {area.x, middle}, title);
  float x = area.x + text_width(big, title) + 12;
  const Pen frame = ui.medium(type::kSmall, color);
  const float width = text_width(frame, what) + 28;
  outline(list, {x, middle - 11, width, 22}, ink(color), 11, 1.25F);
  draw_text(list, frame, {x + width / 2, middle}, what, Align::Center);
  x += width + 12;
  y += kHead;
  if (remark.empty()) return;
  const Pen pen = ui.regular(type::kSmall, color == ui.theme().warning ? color : ui.theme().muted);
  if (x + text_width(pen, remark) <= area.right()) {
    draw_text(list, pen, {x, middle}, remark);
  } else {
    y += draw_wrapped(list, pen, {area.x, y - 4}, area.w, remark) + 2;
  }
}

void Sheet::pair(std::string_view label, std::string_view value, Rgb color) {
  constexpr float kLine = 20;
  draw_text(ui.list(), ui.regular(type::kSmall, ui.theme().muted), {area.x, y + kLine / 2}, label);
  const Pen pen = ui.mono(type::kSmall, color);
  const float x = area.x + std::min(132.0F, area.w * 0.38F);
  const float room = area.right() - x;
  if (text_width(pen, value) <= room) {
    draw_text(ui.list(), pen, {x, y + kLine / 2}, value);
    y += kLine;
    return;
  }
  // What is longer goes on in the next lines; of what is longer still the rest is under the pointer.
  constexpr int kMostLines = 4;
  const float one = wrapped_height(pen, room, "x");
  const Words shown = fitted_lines(pen, value, room, kMostLines);
  const float height = draw_wrapped(ui.list(), pen, {x, y + (kLine - one) / 2}, room, shown) + kLine - one;
  const Rect row{area.x, y, area.w, height};
  const bool cut = shown.size() >= 3 && std::string_view(shown).substr(shown.size() - 3) == "…";
  if (cut && row.contains(vec(ImGui::GetIO().MousePos)) && ImGui::IsWindowHovered()) ui.tooltip_now(value);
  y += height;
}

void Sheet::heading(std::string_view words) {
  y += 10;
  draw_text(ui.list(), ui.medium(type::kSmall, ui.theme().muted), {area.x, y + 10}, words);
  y += 22;
}

void Sheet::offers(const std::vector<Offer>& offers, const Asked& asked) {
  const OfferRow look{ui.narrow() ? kTouchTarget : 28, 4, ui.narrow() ? 72.0F : 60.0F, 6, 4};
  const Rect rest{area.x, y + 12, area.w, area.h};
  y = draw_offer_row(offers, asked, ui, rest, rest.x, look) + 12;
}

}  // namespace raftarium::viz
