// Two branches side by side: where they part, and what their logs hold then.

#include <algorithm>

#include "viz/panels/panels.h"
#include "viz/text.h"

namespace raftarium::viz {
namespace {

constexpr float kPairRow = 24;

struct PairColumns {
  float what, a, b, width;
};

void draw_pair(Ui& ui, const PairColumns& at, float y, std::string_view what, const Pen& pen,
               std::string_view a, std::string_view b) {
  ImDrawList* list = ui.list();
  draw_text(list, ui.mono(type::kSmall, ui.theme().muted), {at.what, y}, what);
  draw_text(list, pen, {at.a, y}, fitted(pen, a.empty() ? "nothing" : a, at.width - 10));
  draw_text(list, pen, {at.b, y}, fitted(pen, b.empty() ? "nothing" : b, at.width - 10));
}

void draw_entries(const lab::BranchComparison& what, Ui& ui, const PairColumns& at, const Rect& area) {
  ImGui::SetCursorScreenPos(im(area.min()));
  ImGui::BeginChild("entries", {area.w, area.h}, ImGuiChildFlags_None, ImGuiWindowFlags_NoNav);
  const Vec2 origin = vec(ImGui::GetCursorScreenPos());
  float y = origin.y + kPairRow / 2;
  for (const lab::BranchComparison::Entry& entry : what.entries) {
    const Words place = text::node(entry.node.value()) + "  " + digits(entry.index.value());
    draw_pair(ui, at, y, place, ui.mono(type::kSmall, ui.theme().text), entry.in_a, entry.in_b);
    y += kPairRow;
  }
  if (what.entries.empty()) {
    draw_text(ui.list(), ui.regular(type::kSmall, ui.theme().muted), {at.what, y}, text::kSameLogs);
    y += kPairRow;
  }
  ImGui::SetCursorScreenPos(im(origin));
  ImGui::Dummy({area.w - 14, y - origin.y});
  ImGui::EndChild();
}

}  // namespace

void draw_comparison(const Chrome& chrome, Selection& selection, Ui& ui) {
  const bool asked = selection.open_popup == "comparison";
  const Vec2 window = vec(ImGui::GetIO().DisplaySize);
  const Vec2 size{std::min(760.0F, window.x - 16), std::min(460.0F, window.y - 32)};
  if (!ui.open_popup("comparison", asked, {}, size, true)) return;
  const Theme& theme = ui.theme();
  ImDrawList* list = ui.list();
  const Vec2 corner = vec(ImGui::GetCursorScreenPos());
  Rect rest = Rect{corner.x, corner.y, size.x, size.y}.inset(20, 14);
  const float target = ui.narrow() ? kTouchTarget : 30;
  const Rect head = rest.cut_top(target);
  draw_text(list, ui.semibold(type::kTitle - 2, theme.text), {head.x, head.center().y}, "Two branches");
  if (ui.button({head.right() - target, head.y, target, target},
                {"comparison.close", "", "Close.", "Esc", Icon::Close, Button::Style::Ghost, true})) {
    ImGui::CloseCurrentPopup();
  }
  if (chrome.comparison) {
    const Comparison& shown = *chrome.comparison;
    const float first = std::min(110.0F, rest.w * 0.22F);
    const float width = (rest.w - first) / 2;
    const PairColumns at{rest.x, rest.x + first, rest.x + first + width, width};
    const Rect names = rest.cut_top(30);
    draw_pair(ui, at, names.center().y, "", ui.semibold(type::kBody, theme.text), shown.name_a,
              shown.name_b);
    line(list, {names.x, names.bottom()}, {names.right(), names.bottom()}, ink(theme.line));
    if (!shown.what.diverge) {
      draw_text(list, ui.regular(type::kSmall, theme.muted), {rest.x, rest.y + 18}, text::kNeverPart);
    } else {
      const Rect parting = rest.cut_top(34);
      draw_pair(ui, at, parting.center().y, text::seconds(shown.what.time_us) + " s",
                ui.regular(type::kSmall, theme.text), shown.what.in_a, shown.what.in_b);
      const Rect then = rest.cut_top(30);
      draw_text(list, ui.medium(type::kSmall, theme.muted), {then.x, then.center().y},
                "The logs at " + text::seconds(shown.what.compared_us) + " s, where they differ");
      line(list, {then.x, then.y}, {then.right(), then.y}, ink(theme.line));
      draw_entries(shown.what, ui, at, rest);
    }
  }
  ui.close_popup();
}

}  // namespace raftarium::viz
