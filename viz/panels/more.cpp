// More: what has no button of its own in every window. Under its button on a wide window; from the lower edge, where
// the thumb is, on a narrow one.

#include <algorithm>
#include <array>

#include "viz/exports.h"
#include "viz/panels/panels.h"
#include "viz/text.h"

namespace raftarium::viz {
namespace {

using Kind = Control::Kind;

struct MoreHeight {  // of what is in it, wide and narrow
  std::array<float, 2> of{520, 700};
};

// Places of equal width, from left to right and from top to bottom.
struct MoreGrid {
  Ui& ui;
  Rect area;
  std::size_t columns;
  float height;  // of a row
  std::size_t taken = 0;
  float y = 0;

  Rect next() {
    const float width = (area.w - kGap * static_cast<float>(columns - 1)) / static_cast<float>(columns);
    const std::size_t column = taken % columns;
    if (taken > 0 && column == 0) y += height + kGap;
    ++taken;
    return {area.x + (width + kGap) * static_cast<float>(column), y, width, height};
  }
  void heading(std::string_view words) {
    if (taken > 0) y += height + kGap;
    taken = 0;
    draw_text(ui.list(), ui.medium(type::kSmall, ui.theme().muted), {area.x + 2, y + kHeading / 2 + 2},
              words);
    y += kHeading;
  }
  float bottom() const { return taken > 0 ? y + height : y; }

  static constexpr float kGap = 6;
  static constexpr float kHeading = 26;
};

struct MoreList {
  const Chrome& chrome;
  Selection& selection;
  CommandSink& commands;
  Ui& ui;
  MoreGrid grid;

  bool cell(std::string_view name, std::string_view label, std::string_view tip,
            std::string_view key = {}) {
    return ui.button(grid.next(),
                     {Words("more.") + name, label, tip, key, Icon::None, Button::Style::Plain, true});
  }
  void act(std::string_view name, std::string_view label, std::string_view tip, std::string_view key,
           Kind kind, std::string text = {}) {
    if (!cell(name, label, tip, key)) return;
    commands.control({kind, 0, std::move(text)});
    ImGui::CloseCurrentPopup();
  }
  void list(std::string_view name, std::string_view label, std::string_view tip, std::string_view key,
            const char* popup) {
    if (!cell(name, label, tip, key)) return;
    selection.wanted_popup = popup;
    ImGui::CloseCurrentPopup();
  }
  // Stays open: one may want to switch several.
  void toggle(std::string_view name, std::string_view label, std::string_view tip, std::string_view key,
              bool on, const Control& control) {
    const Rect area = grid.next();
    const Theme& theme = ui.theme();
    const Item it = ui.item(Words("more.") + name, area);
    fill(ui.list(), area, ink(it.hovered ? theme.hover : theme.raised), kCorner);
    outline(ui.list(), area, ink(on ? theme.accent : theme.line), kCorner);
    const Rect box{area.x + 12, area.center().y - 7, 14, 14};
    if (on) {
      fill(ui.list(), box, ink(theme.accent), 3);
      const Vec2 c = box.center();
      line(ui.list(), c + Vec2{-4, 0}, c + Vec2{-1, 3}, ink(theme.on_accent), 2);
      line(ui.list(), c + Vec2{-1, 3}, c + Vec2{4, -3.5F}, ink(theme.on_accent), 2);
    } else {
      outline(ui.list(), box, ink(theme.muted), 3, 1.25F);
    }
    const Pen pen = ui.medium(ui.narrow() ? type::kLarge - 1 : type::kBody, theme.text);
    draw_text(ui.list(), pen, {box.right() + 10, area.center().y},
              fitted(pen, label, area.right() - box.right() - 16));
    ui.tooltip(tip, key);
    if (it.focused) ui.ring(area);
    if (it.clicked) commands.control(control);
  }
};

void fill_list(MoreList& more) {
  const Chrome& chrome = more.chrome;
  more.list("palette", "Find an action …", text::kFindAction, "Ctrl + Shift + P", "palette");
  more.act("undo", "Undo the last act", text::kUndo, "U", Kind::Undo);
  more.list("branches", "Branches …", text::kBranches, "B", "branches");
  more.list("gallery", "Scenarios …", text::kScenario, "G", "gallery");

  more.grid.heading("Go to");
  more.act("start", "The beginning", text::kToStart, "Home", Kind::ToStart);
  more.act("end", "The end", text::kToEnd, "End", Kind::ToEnd);
  more.act("previous", "Last milestone", text::kLastMark, "Shift + Left", Kind::PreviousMark);
  more.act("next", "Next milestone", text::kNextMark, "Shift + Right", Kind::NextMark);

  more.grid.heading("The clock stops by itself");
  for (const Breakpoint& point : kBreakpoints) {
    more.toggle(Words("stop.") + point.name, point.brief, text::kBreakpoint, "",
                (chrome.breakpoints & point.bit) != 0, {Kind::ToggleBreakpoint, point.bit, {}});
  }
  more.toggle("slow_motion", "Slow motion", text::kSlowMotion, "S", chrome.slow_motion,
              {Kind::ToggleSlowMotion, 0, {}});

  if (chrome.can_share || chrome.can_export) more.grid.heading("Take it with you");
  if (chrome.can_share) more.act("share", "Copy a link", text::kShare, "", Kind::Share);
  for (const ExportChoice& choice : kExports) {
    if (chrome.can_export)
      more.act(Words("export.") + choice.word, choice.brief, choice.label, "", Kind::Export, choice.word);
  }

  more.grid.heading("The window");
  more.list("help", "Keys and gestures", text::kHelp, "?", "help");
  const bool dark = more.ui.theme().dark;
  more.act("theme", dark ? "Light colours" : "Dark colours", dark ? text::kToLight : text::kToDark, "D",
           Kind::ToggleTheme);
  if (more.cell("zoom_in", "Enlarge the stage", "", "PageUp")) more.selection.stage.enlarge(kZoomStep);
  if (more.cell("zoom_whole", "The whole stage", "", "0")) more.selection.stage.enlarge(0);
}

}  // namespace

void draw_more(const Chrome& chrome, Selection& selection, CommandSink& commands, Ui& ui) {
  const bool asked = selection.open_popup == "more";
  if (!asked && !ImGui::IsPopupOpen("more")) return;
  constexpr float kMargin = 14;
  const Vec2 window = vec(ImGui::GetIO().DisplaySize);
  const bool narrow = ui.narrow();
  const Rect* from = ui.regions().find("more");
  // As high as what was in it when it was drawn last.
  float& height = ui.kept<MoreHeight>().of[narrow ? 1 : 0];
  const Vec2 size{narrow ? window.x - 16 : 400, std::min(height, window.y - (narrow ? 72.0F : 64.0F))};
  const Vec2 at = narrow || from == nullptr ? Vec2{8, window.y - size.y - 8}
                                            : Vec2{from->right() - size.x, from->bottom() + 6};
  if (!ui.open_popup("more", asked, at, size)) return;
  const Vec2 origin = vec(ImGui::GetCursorScreenPos());
  const float width = ImGui::GetWindowWidth();
  MoreGrid grid{
      ui, {origin.x + kMargin, origin.y, width - 2 * kMargin, 0}, 2, narrow ? kTouchTarget : 30.0F};
  grid.y = origin.y + kMargin;
  MoreList more{chrome, selection, commands, ui, grid};
  fill_list(more);
  height = more.grid.bottom() - origin.y + kMargin;
  ImGui::SetCursorScreenPos(im(origin));
  ImGui::Dummy({1, height});
  ui.close_popup();
}

}  // namespace raftarium::viz
