#pragma once
// Offers as buttons in rows, wherever a panel shows some.

#include <algorithm>
#include <vector>

#include "viz/commands.h"
#include "viz/offers.h"
#include "viz/selection.h"
#include "viz/ui.h"

namespace raftarium::viz {

// How the buttons of a row of offers look where it stands.
struct OfferRow {
  float height = 26;
  float trim = 6;  // of each button's width
  float least = 0;
  float gap = 5;    // between buttons, and between rows
  float slack = 0;  // so much beyond the area's right edge a button may reach
};

// What happens when one is pressed.
struct Asked {
  const Frame& frame;
  Selection& selection;
  CommandSink& commands;
};

// Buttons in rows that wrap inside `area`, from `x` on in the first; returns where they end.
inline float draw_offer_row(const std::vector<Offer>& offers, const Asked& asked, Ui& ui, const Rect& area,
                            float x, const OfferRow& look) {
  float y = area.y;
  for (const Offer& offer : offers) {
    const float width = std::max(look.least, ui.button_width(offer.label) - look.trim);
    if (x > area.x && x + width > area.right() + look.slack) {
      x = area.x;
      y += look.height + look.gap;
    }
    const auto style = offer.danger ? Button::Style::Danger : Button::Style::Plain;
    if (ui.button({x, y, width, look.height},
                  {Words("act.") + offer.name, offer.label, offer.tooltip, "", Icon::None, style, true})) {
      if (offer.asks) {
        asked.selection.ask(offer.label, offer.command, asked.frame.members.size());
      } else {
        asked.commands.act(offer.command);
      }
    }
    x += width + look.gap;
  }
  return y + look.height;
}

}  // namespace raftarium::viz
