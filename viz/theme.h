#pragma once
// Colours, type sizes and faces: the one place that knows them. The contrast of every text colour against
// every ground it stands on is at least 4.5 to 1 (tests/unit/viz/theme_test.cpp).

#include <cstdint>

#include "raft/types.h"

struct ImFont;

namespace raftarium::viz {

using Rgb = std::uint32_t;  // 0xRRGGBB

struct Theme {
  bool dark = true;
  Rgb ground, panel, raised, hover;
  Rgb line;  // borders and rules
  Rgb text, muted;
  Rgb dim;  // decoration only: too faint for text
  Rgb good, warning, bad, accent;
  Rgb on_accent;  // text on an accent ground
};

const Theme& dark_theme();
const Theme& light_theme();

// The colour of a term: always shown beside the term's number.
Rgb term_color(const Theme& theme, raft::Term term);
// Black or white, whichever reads better on `ground`.
Rgb ink_on(Rgb ground);
// `over` laid on `under` with `alpha` 0..1.
Rgb blend(Rgb under, Rgb over, float alpha);
// WCAG 2 contrast ratio, 1..21.
double contrast(Rgb a, Rgb b);

namespace type {
inline constexpr float kTiny = 11;
inline constexpr float kSmall = 12;
inline constexpr float kBody = 13;
inline constexpr float kLarge = 15;
inline constexpr float kTitle = 20;
}  // namespace type

inline constexpr float kCorner = 6;

struct Fonts {
  ImFont* regular = nullptr;
  ImFont* medium = nullptr;
  ImFont* semibold = nullptr;
  ImFont* mono = nullptr;
  ImFont* mono_bold = nullptr;
};
// Adds the faces to the current ImGui context; the first one is its default.
Fonts load_fonts();
// Gives ImGui's own widgets (scroll bars, tooltips, popups) the theme's colours.
void apply_style(const Theme& theme);

}  // namespace raftarium::viz
