// The list of branches: go to one, give it a name, compare it, forget it.

#include <imgui.h>

#include <algorithm>

#include "viz/panels/panels.h"
#include "viz/text.h"

namespace raftarium::viz {
namespace {

using Kind = Control::Kind;

std::string trimmed(const std::string& text) {
  const std::size_t from = text.find_first_not_of(" \t");
  return from == std::string::npos ? "" : text.substr(from, text.find_last_not_of(" \t") - from + 1);
}

// The name as a field: Enter takes what was written, Escape and a click elsewhere leave it as it was.
void name_field(Selection& selection, CommandSink& commands, Ui& ui, const Rect& area) {
  RenameState& state = *selection.renaming;
  const Theme& theme = ui.theme();
  const Rect field = area.inset(4, 0);
  const Words name = "branch.name." + digits(state.branch);
  const Written written = ui.text_field(
      field, {name, ui.medium(type::kBody, theme.text), theme.ground, "", !state.begun}, state.name);
  state.begun = true;
  outline(ui.list(), field, ink(theme.accent), kCorner, 1.5F);
  if (written.entered) {
    const std::string name = trimmed(state.name).substr(0, RenameState::kLongest);
    if (!name.empty())
      commands.control({Kind::RenameBranch, static_cast<std::int64_t>(state.branch), name});
  }
  if (written.entered || written.left) selection.renaming.reset();
}

// What can be done with a branch; true when the list has had its purpose.
bool branch_tools(const lab::BranchView& branch, bool now, Rect tools, Selection& selection,
                  CommandSink& commands, Ui& ui) {
  const Words id = digits(branch.id);
  const auto number = static_cast<std::int64_t>(branch.id);
  const Rect rename = tools.cut_left(tools.h);
  if (ui.button(rename.inset(2, 2), {"branch.rename." + id, "", text::kRenameBranch, "", Icon::Pencil,
                                     Button::Style::Ghost, true})) {
    selection.renaming = RenameState{branch.id, branch.name, false};
  }
  if (now) return false;
  const Rect forget = tools.cut_right(tools.h);
  const bool root = branch.id == branch.parent;
  if (!root && ui.button(forget.inset(2, 2), {"branch.delete." + id, "", text::kDeleteBranch, "",
                                              Icon::Close, Button::Style::Ghost, true})) {
    commands.control({Kind::DeleteBranch, number, {}});
  }
  const bool compared = ui.button(tools.inset(2, 2), {"branch.compare." + id, "Compare", text::kCompare, "",
                                                      Icon::None, Button::Style::Plain, true});
  if (compared) commands.control({Kind::Compare, number, {}});
  return compared;
}

// One branch of the list; true when it has had its purpose.
bool branch_row(const lab::BranchView& branch, bool now, Rect row, Selection& selection,
                CommandSink& commands, Ui& ui) {
  const float tool = row.h;
  const Rect tools = row.cut_right(2 * tool + 86);
  if (selection.renaming && selection.renaming->branch == branch.id) {
    name_field(selection, commands, ui, row);
    return false;
  }
  const Item it = ui.item("branch." + digits(branch.id), row);
  if (it.hovered || now)
    fill(ui.list(), row, ink(now ? blend(ui.theme().raised, ui.theme().accent, 0.14F) : ui.theme().hover),
         kCorner);
  const Pen pen = ui.medium(type::kBody, ui.theme().text);
  const Pen small = ui.mono(type::kTiny, ui.theme().muted);
  const Words span = text::seconds(branch.fork_us) + " – " + text::seconds(branch.end_us);
  const bool roomy = row.w > 240;
  draw_text(ui.list(), pen, {row.x + 12, row.center().y},
            fitted(pen, branch.name, row.w - 36 - (roomy ? text_width(small, span) : 0)));
  if (roomy) draw_text(ui.list(), small, {row.right() - 12, row.center().y}, span, Align::Right);
  if (branch_tools(branch, now, tools, selection, commands, ui)) return true;
  if (it.clicked) commands.control({Kind::SwitchBranch, static_cast<std::int64_t>(branch.id), {}});
  return it.clicked;
}

}  // namespace

void draw_branch_list(const Frame& frame, Selection& selection, CommandSink& commands, Ui& ui,
                      const Rect& from) {
  const float row_height = ui.narrow() ? kTouchRow + 4 : 34;  // its tools stand a little inside
  const float height = std::min(360.0F, (static_cast<float>(frame.branches.size()) + 1) * row_height + 14);
  const bool rename = selection.open_popup == "rename";
  const bool asked = rename || selection.open_popup == "branches";
  if (asked) selection.renaming.reset();
  for (const lab::BranchView& branch : frame.branches) {
    if (rename && branch.id == frame.branch)
      selection.renaming = RenameState{branch.id, branch.name, false};
  }
  if (!ui.open_popup("branches", asked, {from.x, from.bottom() + 6}, {470, height})) return;
  const float inner = ImGui::GetWindowWidth() - 8;
  Vec2 at = vec(ImGui::GetCursorScreenPos()) + Vec2{4, 6};
  for (const lab::BranchView& branch : frame.branches) {
    const Rect row{at.x, at.y, inner, row_height - 2};
    if (branch_row(branch, branch.id == frame.branch, row, selection, commands, ui))
      ImGui::CloseCurrentPopup();
    at.y += row_height;
  }
  const Rect row{at.x, at.y, inner, row_height - 2};
  if (ui.button(row, {"branches.undo", "Undo the last act", text::kUndo, "U", Icon::None,
                      Button::Style::Row, true})) {
    commands.control({Kind::Undo, 0, {}});
    ImGui::CloseCurrentPopup();
  }
  ImGui::SetCursorScreenPos({at.x, at.y + row_height});
  ImGui::Dummy({1, 1});
  ui.close_popup();
}

}  // namespace raftarium::viz
