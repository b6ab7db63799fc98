// A form: an act with everything that can be said about it. Tab, Up and Down go from field to field, Left, Right and
// Space turn a choice, Enter does it.

#include <imgui.h>
#include <imgui_internal.h>

#include <algorithm>

#include "viz/panels/panels.h"
#include "viz/text.h"

namespace raftarium::viz {
namespace {

constexpr float kFormWidth = 420;
constexpr float kFormLabel = 190;
constexpr float kFormHead = 40;

// Not while it is held: the Enter that opened the form is not the one that does it.
bool either_enter() {
  return ImGui::IsKeyPressed(ImGuiKey_Enter, false) || ImGui::IsKeyPressed(ImGuiKey_KeypadEnter, false);
}

// While a field has the keyboard, the program's own keys rest.
void walk_fields(Ui& ui) {
  if (!ImGui::GetIO().WantTextInput) return;
  const bool back = ImGui::GetIO().KeyShift;
  if (ImGui::IsKeyPressed(ImGuiKey_Tab)) ui.move_focus(back ? -1 : 1);
  if (ImGui::IsKeyPressed(ImGuiKey_DownArrow)) ui.move_focus(1);
  if (ImGui::IsKeyPressed(ImGuiKey_UpArrow)) ui.move_focus(-1);
}

void write_field(FormField& field, std::string_view name, Ui& ui, const Rect& area) {
  const Theme& theme = ui.theme();
  const List keys = ui.list(name);
  const Written written = ui.text_field(
      area, {name, ui.mono(type::kBody, theme.text), theme.ground, "", keys.arrived}, field.text);
  outline(ui.list(), area, ink(written.active ? theme.accent : theme.line), kCorner,
          written.active ? 2.0F : 1.0F);
  if (written.begun && !keys.focused) ui.focus_on(name);  // a click takes the keyboard there too
  ui.mark(keys, area);
}

void choose_field(FormField& field, std::string_view name, Ui& ui, const Rect& area) {
  const Theme& theme = ui.theme();
  const Item it = ui.item(name, area);
  fill(ui.list(), area, ink(it.hovered ? theme.hover : theme.raised), kCorner);
  outline(ui.list(), area, ink(theme.line), kCorner);
  if (it.focused) {
    if (ImGui::GetIO().WantTextInput) ImGui::ClearActiveID();  // the field that was written in before
    ui.ring(area);
    if (ImGui::IsKeyPressed(ImGuiKey_LeftArrow)) turn(field, -1);
    if (ImGui::IsKeyPressed(ImGuiKey_RightArrow)) turn(field, 1);
  }
  if (it.clicked && !either_enter()) turn(field, 1);
  const Pen pen = ui.medium(type::kBody, theme.text);
  draw_text(ui.list(), pen, {area.x + 10, area.center().y}, fitted(pen, field.text, area.w - 44));
  draw_text(ui.list(), ui.mono(type::kTiny, theme.muted), {area.right() - 10, area.center().y}, "< >",
            Align::Right);
}

void draw_field(FormField& field, Ui& ui, Rect row) {
  const Theme& theme = ui.theme();
  const Pen label = ui.regular(type::kBody, theme.muted);
  const Rect left = row.cut_left(std::min(kFormLabel, row.w * 0.45F));
  draw_text(ui.list(), label, {left.x, left.center().y}, fitted(label, field.label, left.w - 8));
  const Rect unit = row.cut_right(34);
  draw_text(ui.list(), label, {unit.x + 8, unit.center().y}, field.unit);
  const Words name = Words("form.") + field.name;
  if (field.choices.empty()) {
    write_field(field, name, ui, row.inset(0, 2));
  } else {
    choose_field(field, name, ui, row.inset(0, 2));
  }
}

// True: it was done.
bool take(Form& form, CommandSink& commands) {
  auto command = command_of(form);
  form.error = command.ok() ? "" : command.error().message;
  if (!command.ok()) return false;
  commands.act(std::move(command).value());
  return true;
}

}  // namespace

void draw_form(Selection& selection, CommandSink& commands, Ui& ui) {
  if (!selection.form) return;
  const bool asked = selection.open_popup == "form";
  Form& form = *selection.form;
  const float row_height = ui.narrow() ? kTouchTarget + 4 : 32;  // a field stands a little inside
  const float height =
      kFormHead + static_cast<float>(form.fields.size()) * row_height + 24 + row_height + 24;
  const float width = std::min(kFormWidth, ImGui::GetIO().DisplaySize.x - 16);
  if (!ui.open_popup("form", asked, {}, {width, height}, true)) {
    if (!asked && selection.wanted_popup != "form") selection.form.reset();
    return;
  }
  const Theme& theme = ui.theme();
  const Vec2 at = vec(ImGui::GetCursorScreenPos());
  Rect rest = Rect{at.x, at.y, width, height}.inset(16, 0);
  const Rect head = rest.cut_top(kFormHead);
  const Pen title = ui.semibold(type::kLarge, theme.text);
  draw_text(ui.list(), title, {head.x, head.center().y}, fitted(title, form.title, head.w));
  walk_fields(ui);
  if (asked) ui.focus_on(Words("form.") + form.fields.front().name);
  for (FormField& field : form.fields) draw_field(field, ui, rest.cut_top(row_height));
  const Rect line_area = rest.cut_top(24);
  const Pen error = ui.regular(type::kSmall, theme.bad);
  draw_text(ui.list(), error, {line_area.x, line_area.center().y}, fitted(error, form.error, line_area.w));
  if (!form.error.empty()) ui.region("form.error", line_area);
  Rect buttons = rest.cut_top(row_height).inset(0, 1);
  const Rect go = buttons.cut_left(ui.button_width("Do it") + 20);
  buttons.cut_left(8);
  const Rect leave = buttons.cut_left(ui.button_width("Leave it"));
  const bool pressed =
      ui.button(go, {"form.do", "Do it", "", "Enter", Icon::None, Button::Style::Primary, true});
  const bool left =
      ui.button(leave, {"form.leave", "Leave it", "", "Esc", Icon::None, Button::Style::Plain, true});
  const bool entered = either_enter() && !asked;
  if (left || ((pressed || entered) && take(form, commands)) || ImGui::IsKeyPressed(ImGuiKey_Escape))
    ImGui::CloseCurrentPopup();
  ImGui::SetCursorScreenPos(im(rest.min()));
  ImGui::Dummy({1, 1});
  ui.close_popup();
}

}  // namespace raftarium::viz
