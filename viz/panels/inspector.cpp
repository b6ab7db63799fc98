// The inspector: what is selected, in full, on a sheet of its own kind; else an overview.

#include <imgui.h>

#include <algorithm>

#include "viz/acts.h"
#include "viz/panels/panels.h"
#include "viz/panels/sheet.h"

namespace raftarium::viz {

void draw_inspector(const Frame& frame, Selection& selection, CommandSink& commands, Ui& ui,
                    const Rect& area) {
  const Theme& theme = ui.theme();
  fill(ui.list(), area, ink(theme.panel));
  ImGui::SetCursorScreenPos(im(area.min()));
  ImGui::BeginChild("inspector", {area.w, area.h}, ImGuiChildFlags_None, ImGuiWindowFlags_NoNav);
  const Vec2 origin = vec(ImGui::GetCursorScreenPos());
  Sheet sheet{ui, {origin.x + 18, origin.y, area.w - 36, area.h}, origin.y + 2};
  const MessageView* message = nullptr;
  for (const MessageView& view : frame.messages) {
    if (selection.message != 0 && view.id == selection.message) message = &view;
  }
  const MemberView* member = find_member(frame, selection.member);
  const LinkView* link = find_link(frame, selection.link.from, selection.link.to);
  const lab::TracedMessage* traced = nullptr;
  for (const lab::TracedMessage& view : frame.trace) {
    if (selection.message != 0 && view.id == selection.message) traced = &view;
  }
  const auto request = std::find_if(
      frame.requests.begin(), frame.requests.end(),
      [&](const RequestView& view) { return selection.request_shown && view.id == selection.request; });
  if (message != nullptr) {
    draw_message_sheet(*message, {frame, selection, commands}, ui, sheet);
  } else if (traced != nullptr) {
    draw_traced_sheet(*traced, ui, sheet);
  } else if (link != nullptr) {
    draw_link_sheet(frame, *link, selection, commands, ui, sheet);
  } else if (request != frame.requests.end()) {
    draw_request_sheet(frame, *request, commands, ui, sheet);
  } else if (member != nullptr) {
    draw_member_sheet(frame, *member, selection, commands, ui, sheet);
  } else {
    draw_overview(frame, commands, ui, sheet);
  }
  ImGui::SetCursorScreenPos(im(origin));
  ImGui::Dummy({area.w - 12, sheet.y - origin.y});
  fade_scrolled(area, theme.panel);
  ui.scroll_by_keys("inspector", area);
  ImGui::EndChild();
}

}  // namespace raftarium::viz
