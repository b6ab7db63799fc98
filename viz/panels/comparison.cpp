// Two branches side by side: where they part, and what their logs hold then. Nothing is cut: what is long goes on in
// the next line, and the whole scrolls.

#include <algorithm>

#include "viz/panels/panels.h"
#include "viz/text.h"

namespace raftarium::viz {
namespace {

constexpr float kPairRow = 24;

struct PairColumns {
  float what, a, b, width;
};

// One line of the table with its top at `y`; returns its height.
float draw_pair(Ui& ui, const PairColumns& at, float y, std::string_view what, const Pen& pen,
                std::string_view a, std::string_view b) {
  ImDrawList* list = ui.list();
  const float room = at.width - 12;
  draw_text(list, ui.mono(type::kSmall, ui.theme().muted), {at.what, y + kPairRow / 2}, what);
  const float inset = (kPairRow - wrapped_height(pen, room, "x")) / 2;
  const float height_a = draw_wrapped(list, pen, {at.a, y + inset}, room, a.empty() ? "nothing" : a);
  const float height_b = draw_wrapped(list, pen, {at.b, y + inset}, room, b.empty() ? "nothing" : b);
  return std::max(height_a, height_b) + 2 * inset;
}

// What happens first in each branch that does not in the other, and when; returns the height.
float draw_parting(const lab::BranchComparison& what, Ui& ui, const PairColumns& at, float y) {
  const auto when = [](const std::string& told, std::int64_t us) {
    return told.empty() ? Words("–") : text::seconds(us, 4) + " s";
  };
  const float times = draw_pair(ui, at, y, "they part", ui.mono(type::kSmall, ui.theme().muted),
                                when(what.told_a, what.time_a_us), when(what.told_b, what.time_b_us));
  return times + draw_pair(ui, at, y + times, "", ui.regular(type::kBody, ui.theme().text), what.told_a,
                           what.told_b);
}

float draw_entries(const lab::BranchComparison& what, Ui& ui, const PairColumns& at, float top) {
  float y = top;
  for (const lab::BranchComparison::Entry& entry : what.entries) {
    const Words place = text::node(entry.node.value()) + "  " + digits(entry.index.value());
    y += draw_pair(ui, at, y, place, ui.mono(type::kSmall, ui.theme().text), entry.in_a, entry.in_b);
  }
  if (what.entries.empty()) {
    draw_text(ui.list(), ui.regular(type::kSmall, ui.theme().muted), {at.what, y + kPairRow / 2},
              text::kSameLogs);
    y += kPairRow;
  }
  return y - top;
}

void draw_table(const Comparison& shown, Ui& ui, const Rect& area) {
  const Theme& theme = ui.theme();
  ImGui::SetCursorScreenPos(im(area.min()));
  ImGui::BeginChild("table", {area.w, area.h}, ImGuiChildFlags_None, ImGuiWindowFlags_NoNav);
  const Vec2 origin = vec(ImGui::GetCursorScreenPos());
  const float inner = area.w - 14;  // beside the scroll bar
  const float first = std::min(110.0F, inner * 0.24F);
  const float width = (inner - first) / 2;
  const PairColumns at{origin.x, origin.x + first, origin.x + first + width, width};
  float y = origin.y;
  const auto rule = [&] {
    line(ui.list(), {origin.x, y + 3}, {origin.x + inner, y + 3}, ink(theme.line));
    y += 8;
  };
  y += draw_pair(ui, at, y, "", ui.semibold(type::kBody, theme.text), shown.name_a, shown.name_b);
  rule();
  if (!shown.what.diverge) {
    draw_text(ui.list(), ui.regular(type::kSmall, theme.muted), {at.what, y + kPairRow / 2},
              text::kNeverPart);
    y += kPairRow;
  } else {
    const float height = draw_parting(shown.what, ui, at, y);
    ui.region("comparison.parting", {at.what, y, inner, height});
    y += height;
    rule();
    draw_text(ui.list(), ui.medium(type::kSmall, theme.muted), {at.what, y + kPairRow / 2},
              "The logs at " + text::seconds(shown.what.compared_us) + " s, where they differ");
    y += kPairRow;
    y += draw_entries(shown.what, ui, at, y);
  }
  ImGui::SetCursorScreenPos(im(origin));
  ImGui::Dummy({inner, y - origin.y});
  ImGui::EndChild();
}

}  // namespace

void draw_comparison(const Chrome& chrome, Selection& selection, Ui& ui) {
  const bool asked = selection.open_popup == "comparison";
  const Vec2 window = vec(ImGui::GetIO().DisplaySize);
  const Vec2 size{std::min(760.0F, window.x - 16), std::min(460.0F, window.y - 32)};
  if (!ui.open_popup("comparison", asked, {}, size, true)) return;
  const Vec2 corner = vec(ImGui::GetCursorScreenPos());
  Rect rest = Rect{corner.x, corner.y, size.x, size.y}.inset(20, 14);
  const float target = ui.narrow() ? kTouchTarget : 30;
  const Rect head = rest.cut_top(target);
  draw_text(ui.list(), ui.semibold(type::kTitle - 2, ui.theme().text), {head.x, head.center().y},
            "Two branches");
  if (ui.button({head.right() - target, head.y, target, target},
                {"comparison.close", "", "Close.", "Esc", Icon::Close, Button::Style::Ghost, true})) {
    ImGui::CloseCurrentPopup();
  }
  if (chrome.comparison) draw_table(*chrome.comparison, ui, rest);
  ui.close_popup();
}

}  // namespace raftarium::viz
