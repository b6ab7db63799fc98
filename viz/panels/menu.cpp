// The menu of the stage: everything that can be done to a member, or to the whole network.

#include "viz/acts.h"
#include "viz/panels/panels.h"
#include "viz/text.h"

namespace raftarium::viz {
namespace {

constexpr float kWidth = 210;

bool row(Ui& ui, Rect& rest, std::string_view name, std::string_view label, std::string_view tip,
         std::string_view key, bool danger = false) {
  const Rect area = rest.cut_top(ui.narrow() ? kTouchTarget : 30).inset(4, 1);
  Button button{name, label, tip, key, Icon::None, Button::Style::Row, true};
  const bool clicked = ui.button(area, button);
  if (danger) fill(ui.list(), {area.x, area.y + 8, 3, area.h - 16}, ink(ui.theme().bad), 1);
  if (clicked) ImGui::CloseCurrentPopup();
  return clicked;
}

}  // namespace

void draw_stage_menu(const Frame& frame, Selection& selection, CommandSink& commands, Ui& ui) {
  const MemberView* member = find_member(frame, selection.menu_member);
  const std::vector<Act> acts = member != nullptr ? acts_for(*member) : std::vector<Act>{};
  const std::size_t rows = member != nullptr ? acts.size() : 3;
  const float height = 38 + static_cast<float>(rows) * (ui.narrow() ? kTouchTarget : 30) + 6;
  const bool asked = selection.open_popup == "menu";
  if (!ui.open_popup("menu", asked, selection.menu_at, {kWidth, height})) return;
  Rect rest{ImGui::GetWindowPos().x, ImGui::GetWindowPos().y, kWidth, height};
  const Rect head = rest.cut_top(36);
  const std::string title = member != nullptr ? text::node(member->id.value()) : "The network";
  draw_text(ui.list(), ui.semibold(type::kLarge, ui.theme().text), {head.x + 16, head.center().y + 1},
            title);
  line(ui.list(), {head.x, head.bottom()}, {head.right(), head.bottom()}, ink(ui.theme().line));
  rest.cut_top(2);
  for (const Act act : acts) {
    const ActText& words = text_of(act);
    if (row(ui, rest, std::string("menu.") + words.name, words.label, words.tooltip, words.key,
            act == Act::Crash)) {
      commands.act(command_for(frame, act, member->id));
    }
  }
  if (member == nullptr) {
    if (row(ui, rest, "menu.put", "Write a value", text::kClient, "P"))
      commands.act(next_put(frame, raft::kNone));
    if (row(ui, rest, "menu.heal_all", "Heal all links", text::kHealAll, "H")) {
      commands.act(command_for(frame, Act::HealAll, raft::kNone));
    }
    if (row(ui, rest, "menu.tidy", "Back to the circle", "Every member where it stood at first.", "")) {
      selection.placed.clear();
    }
  }
  ui.close_popup();
}

}  // namespace raftarium::viz
