// The tabs of the dock, and the clients' requests under one of them.

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
  static constexpr std::array<Entry, 4> kTabs = {{{Tab::Logs, "tab.logs", "Logs"},
                                                  {Tab::Member, "tab.member", "Member"},
                                                  {Tab::Story, "tab.story", "Story"},
                                                  {Tab::Clients, "tab.clients", "Clients"}}};
  const Theme& theme = ui.theme();
  fill(ui.list(), area, ink(theme.panel));
  line(ui.list(), area.min(), {area.right(), area.y}, ink(theme.line));
  line(ui.list(), {area.x, area.bottom() - 0.5F}, {area.right(), area.bottom() - 0.5F}, ink(theme.line));
  if (!ui.narrow() && (selection.tab == Tab::Member || selection.tab == Tab::Story)) selection.tab = Tab::Logs;
  float x = area.x + (ui.narrow() ? 0.0F : 6.0F);
  for (const Entry& entry : kTabs) {
    if (!ui.narrow() && (entry.tab == Tab::Member || entry.tab == Tab::Story)) continue;
    const bool now = selection.tab == entry.tab;
    const Pen pen = ui.medium(type::kBody, now ? theme.text : theme.muted);
    const float width = ui.narrow() ? area.w / static_cast<float>(kTabs.size()) : text_width(pen, entry.label) + 26;
    const Rect tab{x, area.y, width, area.h};
    const Item it = ui.item(entry.name, tab);
    if (it.hovered && !now) fill(ui.list(), tab.inset(3, 4), ink(theme.hover), kCorner);
    draw_text(ui.list(), pen, tab.center(), entry.label, Align::Center);
    if (now) fill(ui.list(), {tab.x + 10, tab.bottom() - 2, tab.w - 20, 2}, ink(theme.accent));
    if (it.clicked) selection.tab = entry.tab;
    x += width;
  }
}

void draw_clients(const Frame& frame, Selection& selection, CommandSink&, Ui& ui, const Rect& area) {
  const Theme& theme = ui.theme();
  fill(ui.list(), area, ink(theme.panel));
  if (frame.requests.empty()) {
    draw_wrapped(ui.list(), ui.regular(type::kSmall, theme.muted), area.min() + Vec2{20, 18}, area.w - 40,
                 text::kNoRequests);
    return;
  }
  ImGui::SetCursorScreenPos(im(area.min()));
  ImGui::BeginChild("clients", {area.w, area.h}, ImGuiChildFlags_None, ImGuiWindowFlags_NoNav);
  const Vec2 origin = vec(ImGui::GetCursorScreenPos());
  float y = origin.y + 8;
  constexpr float kRow = 26;
  for (std::size_t i = frame.requests.size(); i-- > 0;) {
    const RequestView& request = frame.requests[i];
    const Rect row{origin.x, y, area.w, kRow};
    const float middle = row.center().y;
    const bool good = request.state == "committed";
    const Rgb tone = request.open ? theme.accent : good ? theme.good : theme.warning;
    draw_text(ui.list(), ui.mono(type::kTiny, theme.muted), {row.x + 20, middle}, text::seconds(request.sent_us));
    draw_text(ui.list(), ui.mono(type::kSmall, theme.text), {row.x + 84, middle}, request.text);
    const Pen pen = ui.regular(type::kSmall, tone);
    draw_text(ui.list(), pen, {row.x + 210, middle}, fitted(pen, request.state, row.w - 270));
    if (request.node != raft::kNone) {
      draw_text(ui.list(), ui.semibold(type::kSmall, theme.text), {row.right() - 24, middle},
                text::node(request.node.value()), Align::Right);
    }
    const Item it = ui.item("request." + std::to_string(request.id), row, false);
    if (it.clicked && request.node != raft::kNone) selection.select(request.node);
    y += kRow;
  }
  ImGui::SetCursorScreenPos(im(origin));
  ImGui::Dummy({area.w - 12, y - origin.y + 8});
  ImGui::EndChild();
}

}  // namespace raftarium::viz
