// The command palette: every action with its key, narrowed down by typing.

#include <imgui.h>

#include <algorithm>

#include "viz/actions.h"
#include "viz/panels/panels.h"
#include "viz/text.h"

namespace raftarium::viz {
namespace {

constexpr float kFieldHeight = 44;

void field(PaletteState& state, Ui& ui, const Rect& area) {
  const Theme& theme = ui.theme();
  const std::string before = state.filter;
  ui.text_field(area.inset(6, 0),
                {"palette.field", ui.regular(type::kLarge, theme.text), theme.raised,
                 "What do you want to do?", ImGui::IsWindowAppearing()},
                state.filter);
  if (state.filter != before) state.at = 0;
}

}  // namespace

void draw_palette(const Frame& frame, const Chrome& chrome, Selection& selection, CommandSink& commands,
                  Ui& ui) {
  const bool asked = selection.open_popup == "palette";
  PaletteState& state = selection.palette;
  if (asked) state = {};
  const float row_height = ui.narrow() ? kTouchTarget : 30;
  const Vec2 window = vec(ImGui::GetIO().DisplaySize);
  const Vec2 size{560, std::min(460.0F, window.y - 80)};
  if (!ui.open_popup("palette", asked, {(window.x - std::min(size.x, window.x - 16)) / 2, 64}, size))
    return;
  const Theme& theme = ui.theme();
  Rect rest{ImGui::GetWindowPos().x, ImGui::GetWindowPos().y, ImGui::GetWindowWidth(),
            ImGui::GetWindowHeight()};
  field(state, ui, rest.cut_top(kFieldHeight));
  line(ui.list(), rest.min(), {rest.right(), rest.y}, ink(theme.line));
  const std::vector<Action> found = matching(actions_for(frame, chrome, selection), state.filter);
  const int last = static_cast<int>(found.size()) - 1;
  const int before = state.at;
  if (ImGui::IsKeyPressed(ImGuiKey_DownArrow)) ++state.at;
  if (ImGui::IsKeyPressed(ImGuiKey_UpArrow)) --state.at;
  state.at = std::clamp(state.at, 0, std::max(0, last));
  int chosen = -1;
  // Not while it is held: the Enter that opened the palette is not the one that chooses.
  for (const ImGuiKey key : {ImGuiKey_Enter, ImGuiKey_KeypadEnter}) {
    if (ImGui::IsKeyPressed(key, false)) chosen = state.at;
  }

  ImGui::SetCursorScreenPos(im(rest.min() + Vec2{0, 4}));
  ImGui::BeginChild("actions", {rest.w, rest.h - 8}, ImGuiChildFlags_None, ImGuiWindowFlags_NoNav);
  const Vec2 origin = vec(ImGui::GetCursorScreenPos());
  for (int i = 0; i <= last; ++i) {
    const Action& action = found[static_cast<std::size_t>(i)];
    const Rect row{origin.x + 4, origin.y + row_height * static_cast<float>(i), rest.w - 16, row_height};
    const Item it = ui.item("palette." + action.name, row, false);
    if (i == state.at) {
      fill(ui.list(), row, ink(blend(theme.raised, theme.accent, 0.14F)), kCorner);
      if (before != state.at) ImGui::SetScrollHereY(0.5F);
    } else if (it.hovered) {
      fill(ui.list(), row, ink(theme.hover), kCorner);
    }
    const Pen key = ui.mono(type::kTiny, theme.muted);
    const Pen pen = ui.medium(type::kBody, theme.text);
    const float room = row.w - 36 - text_width(key, action.key);
    draw_text(ui.list(), pen, {row.x + 12, row.center().y}, fitted(pen, action.label, room));
    draw_text(ui.list(), key, {row.right() - 12, row.center().y}, action.key, Align::Right);
    if (it.clicked) chosen = i;
  }
  if (found.empty()) {
    draw_text(ui.list(), ui.regular(type::kBody, theme.muted), origin + Vec2{16, 20},
              "No action has these words.");
  }
  ImGui::SetCursorScreenPos(im(origin));
  ImGui::Dummy({1, row_height * static_cast<float>(std::max(1, last + 1))});
  ImGui::EndChild();
  if (chosen >= 0 && chosen <= last) {
    perform(found[static_cast<std::size_t>(chosen)], selection, commands);
    ImGui::CloseCurrentPopup();
  } else if (ImGui::IsKeyPressed(ImGuiKey_Escape)) {
    ImGui::CloseCurrentPopup();
  }
  ui.close_popup();
}

}  // namespace raftarium::viz
