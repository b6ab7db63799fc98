// The gallery: every scenario with what it shows. A list over the window, and all there is while nothing is open.

#include <algorithm>

#include "viz/panels/panels.h"
#include "viz/text.h"

namespace raftarium::viz {
namespace {

constexpr float kLeastCard = 92;
constexpr float kGap = 8;
constexpr float kInside = 14;  // px from a card's side to its words

Pen pen_of_title(const Ui& ui) { return ui.semibold(type::kBody, ui.theme().text); }
Pen pen_of_words(const Ui& ui) { return ui.regular(type::kSmall, ui.theme().muted); }

// From the top of a card to its description: the title is above it.
float words_from(const ScenarioInfo& info, const Ui& ui, float width) {
  return 10 + wrapped_height(pen_of_title(ui), width - 2 * kInside, info.title) + 5;
}

// Of a card that shows all of its words.
float card_height(const ScenarioInfo& info, const Ui& ui, float width) {
  const float words = wrapped_height(pen_of_words(ui), width - 2 * kInside, info.description);
  return std::max(kLeastCard, words_from(info, ui, width) + words + 12);
}

bool draw_card(const ScenarioInfo& info, bool now, Ui& ui, const Rect& card) {
  const Theme& theme = ui.theme();
  ImDrawList* list = ui.list();
  const Item it = ui.item("scenario." + info.name, card);
  const Rgb ground = it.hovered ? theme.hover : theme.raised;
  fill(list, card, ink(now ? blend(ground, theme.accent, 0.14F) : ground), kCorner);
  outline(list, card, ink(now ? theme.accent : theme.line), kCorner);
  const float room = card.w - 2 * kInside;
  draw_wrapped(list, pen_of_title(ui), {card.x + kInside, card.y + 10}, room, info.title);
  const float from = words_from(info, ui, card.w);
  draw_wrapped(list, pen_of_words(ui), {card.x + kInside, card.y + from}, room, info.description);
  return it.clicked;
}

}  // namespace

bool draw_gallery_cards(const Chrome& chrome, CommandSink& commands, Ui& ui, const Rect& area) {
  const Theme& theme = ui.theme();
  Rect rest = area;
  const Rect head = rest.cut_top(44);
  const Pen title = ui.semibold(type::kTitle - 2, theme.text);
  draw_text(ui.list(), title, {head.x + 8, head.center().y}, "Scenarios");
  const Pen hint = ui.regular(type::kSmall, theme.muted);
  const float after = head.x + 8 + text_width(title, "Scenarios") + 18;
  // Half a sentence helps nobody.
  if (after + text_width(hint, text::kGallery) < head.right() - 8)
    draw_text(ui.list(), hint, {after, head.center().y + 1}, text::kGallery);
  ImGui::SetCursorScreenPos(im(rest.min()));
  ImGui::BeginChild("gallery", {rest.w, rest.h}, ImGuiChildFlags_None, ImGuiWindowFlags_NoNav);
  const Vec2 origin = vec(ImGui::GetCursorScreenPos());
  const float width = rest.w - 14;
  const auto columns = std::clamp<std::size_t>(static_cast<std::size_t>(width / 300), 1, 5);
  const float card = (width - kGap * static_cast<float>(columns - 1)) / static_cast<float>(columns);
  float end = origin.y;
  bool chosen = false;
  float y = origin.y;
  float height = 0;  // of the row: as high as its highest card
  for (std::size_t i = 0; i < chrome.scenarios.size(); ++i) {
    const std::size_t column = i % columns;
    if (column == 0) {
      y = end;
      height = 0;
      for (std::size_t k = i; k < std::min(i + columns, chrome.scenarios.size()); ++k)
        height = std::max(height, card_height(chrome.scenarios[k], ui, card));
      end = y + height + kGap;
    }
    const float x = origin.x + static_cast<float>(column) * (card + kGap);
    const ScenarioInfo& info = chrome.scenarios[i];
    if (draw_card(info, info.name == chrome.scenario, ui, {x, y, card, height})) {
      commands.control({Control::Kind::OpenScenario, 0, info.name});
      chosen = true;
    }
  }
  ImGui::SetCursorScreenPos(im(origin));
  ImGui::Dummy({width, end - origin.y});
  ImGui::EndChild();
  return chosen;
}

void draw_gallery(const Chrome& chrome, Selection& selection, CommandSink& commands, Ui& ui) {
  const Vec2 window = vec(ImGui::GetIO().DisplaySize);
  const Vec2 size{std::min(980.0F, window.x - 24), std::min(660.0F, window.y - 76)};
  const bool asked = selection.open_popup == "gallery";
  if (!ui.open_popup("gallery", asked, {(window.x - size.x) / 2, 56}, size)) return;
  const Vec2 at = vec(ImGui::GetCursorScreenPos());
  if (draw_gallery_cards(chrome, commands, ui, Rect{at.x, at.y, size.x, size.y}.inset(12, 4)))
    ImGui::CloseCurrentPopup();
  ui.close_popup();
}

}  // namespace raftarium::viz
