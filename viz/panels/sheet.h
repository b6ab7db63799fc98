#pragma once
// Sheet: a head and lines of "label  value" from the top of a panel, for the inspector and the overview.

#include <string_view>
#include <vector>

#include "viz/offers.h"
#include "viz/panels/offer_row.h"
#include "viz/ui.h"

namespace raftarium::viz {

struct Sheet {
  Ui& ui;
  Rect area;
  float y;  // how far it has come

  // What it is about, what that is, framed, and a remark: beside them where there is room, else under them.
  void head(std::string_view title, std::string_view what, std::string_view remark, Rgb color);
  void pair(std::string_view label, std::string_view value, Rgb color);
  void pair(std::string_view label, std::string_view value) { pair(label, value, ui.theme().text); }
  void heading(std::string_view words);
  void offers(const std::vector<Offer>& offers, const Asked& asked);
};

}  // namespace raftarium::viz
