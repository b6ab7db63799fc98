#pragma once
// Shapes on an ImGui draw list, in the words of this program. Knows colours and geometry, not Raft's state.

#include <imgui.h>

#include <array>
#include <cmath>
#include <initializer_list>
#include <span>
#include <string_view>

#include "viz/geometry.h"
#include "viz/theme.h"
#include "viz/words.h"

namespace raftarium::viz {

inline ImVec2 im(Vec2 v) { return {v.x, v.y}; }
inline Vec2 vec(ImVec2 v) { return {v.x, v.y}; }
inline ImU32 ink(Rgb c, float alpha = 1) {
  const auto a = static_cast<unsigned>(std::lround(alpha * 255.0F));
  return IM_COL32((c >> 16U) & 0xFFU, (c >> 8U) & 0xFFU, c & 0xFFU, a);
}

// A face at a size in a colour.
struct Pen {
  ImFont* font;
  float size;
  ImU32 color;
};
enum class Align : unsigned char { Left, Center, Right };

float text_width(const Pen& pen, std::string_view text);
// `at`: the middle of the line's height; its left end, centre or right end.
void draw_text(ImDrawList* list, const Pen& pen, Vec2 at, std::string_view text, Align align = Align::Left);
// As much of it as fits into `width`, with an ellipsis where it was cut.
Words fitted(const Pen& pen, std::string_view text, float width);
// Wrapped at `width` from the top left corner; returns the height.
float draw_wrapped(ImDrawList* list, const Pen& pen, Vec2 top_left, float width, std::string_view text);
float wrapped_height(const Pen& pen, float width, std::string_view text);

// The first `lines` lines of it, wrapped at `width`, with an ellipsis where more follows.
Words fitted_lines(const Pen& pen, std::string_view text, float width, int lines);

// What is scrolled out of a child window fades towards its edges rather than being cut off. Before it ends; `area`: of
// the child.
void fade_scrolled(const Rect& area, Rgb ground);

void fill(ImDrawList* list, const Rect& r, ImU32 color, float corner = 0);
void outline(ImDrawList* list, const Rect& r, ImU32 color, float corner = 0, float width = 1);
void dashed_outline(ImDrawList* list, const Rect& r, ImU32 color, float width);
void line(ImDrawList* list, Vec2 a, Vec2 b, ImU32 color, float width = 1);
void dashed(ImDrawList* list, std::span<const Vec2> points, ImU32 color, float width, float on, float off);
inline void dashed(ImDrawList* list, std::initializer_list<Vec2> points, ImU32 color, float width, float on,
                   float off) {
  dashed(list, std::span<const Vec2>(points.begin(), points.size()), color, width, on, off);
}
void dashed_circle(ImDrawList* list, Vec2 center, float r, ImU32 color, float width);
void dotted_circle(ImDrawList* list, Vec2 center, float r, ImU32 color, float width);
// From the top, clockwise, `share` 0..1 of the full turn.
void arc(ImDrawList* list, Vec2 center, float r, float share, ImU32 color, float width);
void cross(ImDrawList* list, Vec2 center, float r, ImU32 color, float width);
void arrow_head(ImDrawList* list, Vec2 tip, Vec2 direction, float size, ImU32 color);

std::array<Vec2, 6> hexagon(Vec2 center, float r);  // point up
std::array<Vec2, 4> diamond(Vec2 center, float r);
std::array<Vec2, 3> triangle(Vec2 center, float r);  // point up
void polygon(ImDrawList* list, std::span<const Vec2> points, ImU32 inside, ImU32 edge, float width);
void dashed_polygon(ImDrawList* list, std::span<const Vec2> points, ImU32 inside, ImU32 edge, float width);

}  // namespace raftarium::viz
