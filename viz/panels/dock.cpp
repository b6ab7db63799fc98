// The tabs of the dock.

#include <array>

#include "viz/panels/panels.h"
#include "viz/text.h"

namespace raftarium::viz {

void draw_tabs(Selection& selection, Ui& ui, const Rect& area) {
  struct Entry {
    Tab tab;
    const char* name;
    const char* label;
  };
  static constexpr std::array<Entry, 7> kTabs = {{{Tab::Logs, "tab.logs", "Logs"},
                                                  {Tab::Member, "tab.member", "Member"},
                                                  {Tab::Story, "tab.story", "Story"},
                                                  {Tab::SpaceTime, "tab.space_time", "Space-time"},
                                                  {Tab::Disk, "tab.disk", "Disk"},
                                                  {Tab::Clients, "tab.clients", "Clients"},
                                                  {Tab::Metrics, "tab.metrics", "Metrics"}}};
  const Theme& theme = ui.theme();
  fill(ui.list(), area, ink(theme.panel));
  line(ui.list(), area.min(), {area.right(), area.y}, ink(theme.line));
  line(ui.list(), {area.x, area.bottom() - 0.5F}, {area.right(), area.bottom() - 0.5F}, ink(theme.line));
  if (!ui.narrow() && (selection.tab == Tab::Member || selection.tab == Tab::Story))
    selection.tab = Tab::Logs;
  float x = area.x + (ui.narrow() ? 0.0F : 6.0F);
  const float share = area.w / static_cast<float>(kTabs.size());  // of each, where it is narrow
  // In the smallest windows the words are smaller too, so that they keep apart.
  const Pen widest = ui.medium(type::kBody, theme.text);
  const bool small = ui.narrow() && text_width(widest, "Metrics") > share - 8;
  for (const Entry& entry : kTabs) {
    if (!ui.narrow() && (entry.tab == Tab::Member || entry.tab == Tab::Story)) continue;
    const bool now = selection.tab == entry.tab;
    const Pen pen = ui.medium(small ? type::kTiny : type::kBody, now ? theme.text : theme.muted);
    // Where there is no room for both words the diagram is called by one.
    const char* label = ui.narrow() && entry.tab == Tab::SpaceTime ? "Time" : entry.label;
    const float width = ui.narrow() ? share : text_width(pen, label) + 26;
    const Rect tab{x, area.y, width, area.h};
    const Item it = ui.item(entry.name, tab);
    if (it.hovered && !now) fill(ui.list(), tab.inset(3, 4), ink(theme.hover), kCorner);
    draw_text(ui.list(), pen, tab.center(), label, Align::Center);
    if (now) fill(ui.list(), {tab.x + 8, tab.bottom() - 2, tab.w - 16, 2}, ink(theme.accent));
    // To a finger the tab that is open is the switch.
    if (it.clicked && now && ui.narrow()) selection.dock_high = !selection.dock_high;
    if (it.clicked) selection.tab = entry.tab;
    x += width;
  }
  if (ui.narrow()) return;
  const Rect room{area.right() - 36, area.center().y - 14, 28, 28};
  const Icon icon = selection.dock_high ? Icon::Minus : Icon::Plus;
  if (ui.button(room, {"tab.room", "", text::kDockHigh, "O", icon, Button::Style::Ghost, true}))
    selection.dock_high = !selection.dock_high;
}

}  // namespace raftarium::viz
