#pragma once
// Sheet: lines of "label  value" from the top of a panel, for the inspector and the overview.

#include <algorithm>
#include <string_view>

#include "viz/ui.h"

namespace raftarium::viz {

struct Sheet {
  Ui& ui;
  Rect area;
  float y;  // how far it has come

  void pair(std::string_view label, std::string_view value, Rgb color) {
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
    const float height =
        draw_wrapped(ui.list(), pen, {x, y + (kLine - one) / 2}, room, shown) + kLine - one;
    const Rect row{area.x, y, area.w, height};
    const bool cut = shown.size() >= 3 && std::string_view(shown).substr(shown.size() - 3) == "…";
    if (cut && row.contains(vec(ImGui::GetIO().MousePos)) && ImGui::IsWindowHovered())
      ui.tooltip_now(value);
    y += height;
  }
  void pair(std::string_view label, std::string_view value) { pair(label, value, ui.theme().text); }
  void heading(std::string_view words) {
    y += 10;
    draw_text(ui.list(), ui.medium(type::kSmall, ui.theme().muted), {area.x, y + 10}, words);
    y += 22;
  }
};

}  // namespace raftarium::viz
