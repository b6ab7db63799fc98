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
    const bool cut = text_width(pen, value) > area.right() - x;
    draw_text(ui.list(), pen, {x, y + kLine / 2}, fitted(pen, value, area.right() - x));
    const Rect row{area.x, y, area.w, kLine};
    if (cut && row.contains(vec(ImGui::GetIO().MousePos)) && ImGui::IsWindowHovered())
      ui.tooltip_now(value);
    y += kLine;
  }
  void pair(std::string_view label, std::string_view value) { pair(label, value, ui.theme().text); }
  void heading(std::string_view words) {
    y += 10;
    draw_text(ui.list(), ui.medium(type::kSmall, ui.theme().muted), {area.x, y + 10}, words);
    y += 22;
  }
};

}  // namespace raftarium::viz
