#include "viz/draw.h"

#include <imgui_internal.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <string>

namespace raftarium::viz {
namespace {

constexpr float kPi = std::numbers::pi_v<float>;

const char* end_of(std::string_view text) { return text.data() + text.size(); }

Passing<ImVec2> converted(std::span<const Vec2> points) {
  Passing<ImVec2> out;
  out.reserve(points.size());
  for (const Vec2 p : points) out.push_back(im(p));
  return out;
}

// A straight stroke, from the lines that Dear ImGui bakes into its texture: four vertices for any width. AddLine
// takes them for whole widths only, and eight vertices for the others.
class Stroke {
 public:
  Stroke(ImDrawList* list, ImU32 color, float width) : list_(list), color_(color) {
    const float least = std::max(width, 1.0F);
    baked_ = (list->Flags & ImDrawListFlags_AntiAliasedLinesUseTex) != 0 && list->_FringeScale == 1 &&
             least <= IM_DRAWLIST_TEX_LINES_WIDTH_MAX;
    if (!baked_) return;
    // The next wider line, squeezed: a texel on each side of it is clear.
    const float whole = std::ceil(least);
    half_ = (whole + 2) / 2 * least / whole;
    const ImVec4 uv = list->_Data->TexUvLines[static_cast<int>(whole)];
    left_ = {uv.x, uv.y};
    right_ = {uv.z, uv.w};
  }
  bool baked() const { return baked_; }
  bool unseen() const { return (color_ & IM_COL32_A_MASK) == 0; }

  // `way`: of length 1, from a to b. REQUIRES: four vertices and six indices are reserved.
  void draw(Vec2 a, Vec2 b, Vec2 way) const {
    // As AddLine: through the middle of the pixel.
    const ImVec2 side{way.y * half_, -way.x * half_};
    const ImVec2 from{a.x + 0.5F, a.y + 0.5F};
    const ImVec2 to{b.x + 0.5F, b.y + 0.5F};
    list_->PrimQuadUV({from.x + side.x, from.y + side.y}, {to.x + side.x, to.y + side.y},
                      {to.x - side.x, to.y - side.y}, {from.x - side.x, from.y - side.y}, left_, left_,
                      right_, right_, color_);
  }

 private:
  ImDrawList* list_;
  ImU32 color_;
  bool baked_ = false;
  float half_ = 0;
  ImVec2 left_;
  ImVec2 right_;
};

struct Stretch {
  float from;
  float to;
};

// The part of a straight way of `total` px that may be seen; empty when none is.
Stretch in_sight(const ImDrawList* list, Vec2 a, Vec2 way, float total, float margin) {
  Stretch seen{0, total};
  const auto within = [&](float at, float step, float low, float high) {
    if (step == 0) {
      if (at < low || at > high) seen.to = seen.from;
      return;
    }
    const float one = (low - at) / step;
    const float other = (high - at) / step;
    seen.from = std::max(seen.from, std::min(one, other));
    seen.to = std::min(seen.to, std::max(one, other));
  };
  const ImVec4 clip = list->_CmdHeader.ClipRect;
  within(a.x, way.x, clip.x - margin, clip.z + margin);
  within(a.y, way.y, clip.y - margin, clip.w + margin);
  return seen;
}

// The first of the lines of `text`, and where the next one begins.
struct LineBreak {
  std::size_t end;
  std::size_t next;  // after `end` unless the text is empty
};

// At a space, and within a word only where that is longer than a line. Dear ImGui would also part "00000001.wal", and
// a closing quote from its comma.
LineBreak first_line(const Pen& pen, std::string_view text, float width) {
  const std::size_t whole = std::min(text.find('\n'), text.size());
  const char* cut = text.data();
  pen.font->CalcTextSizeA(pen.size, width + 0.01F, 0, text.data(), text.data() + whole, &cut);
  const auto fits = static_cast<std::size_t>(cut - text.data());
  if (fits >= whole) return {whole, std::min(whole + 1, text.size())};
  std::size_t end = text.rfind(' ', fits);
  if (end == std::string_view::npos || end == 0) end = fits;
  // A line has one letter at least, and a letter may be several bytes.
  const auto within = [&](std::size_t at) {
    return (static_cast<unsigned char>(text[at]) & 0xC0U) == 0x80U;
  };
  if (end == 0) end = 1;
  while (end < whole && within(end)) ++end;
  std::size_t next = end;
  while (next < text.size() && text[next] == ' ') ++next;
  return {end, next};
}

}  // namespace

float text_width(const Pen& pen, std::string_view text) {
  if (text.empty()) return 0;
  return pen.font->CalcTextSizeA(pen.size, 1e9F, 0, text.data(), end_of(text)).x;
}

void draw_text(ImDrawList* list, const Pen& pen, Vec2 at, std::string_view text, Align align) {
  if (text.empty()) return;
  const ImVec2 size = pen.font->CalcTextSizeA(pen.size, 1e9F, 0, text.data(), end_of(text));
  float x = at.x;
  if (align == Align::Center) x -= size.x / 2;
  if (align == Align::Right) x -= size.x;
  list->AddText(pen.font, pen.size, {std::round(x), std::round(at.y - size.y / 2)}, pen.color, text.data(),
                end_of(text));
}

Words fitted(const Pen& pen, std::string_view text, float width) {
  if (text_width(pen, text) <= width) return Words(text);
  constexpr std::string_view kDots = "…";
  // As far as the first character that would reach beyond the room.
  const float room = std::max(0.0F, width - text_width(pen, kDots));
  const char* cut = text.data();
  pen.font->CalcTextSizeA(pen.size, room, 0, text.data(), end_of(text), &cut);
  return Words(text.data(), cut) + kDots.data();
}

Words fitted_lines(const Pen& pen, std::string_view text, float width, int lines) {
  Words out;
  for (int i = 1; i < lines && text_width(pen, text) > width; ++i) {
    const LineBreak line = first_line(pen, text, width);
    if (line.next >= text.size()) break;
    out += text.substr(0, line.end);
    out += "\n";
    text.remove_prefix(line.next);
  }
  return out + fitted(pen, text, width);
}

float wrapped_height(const Pen& pen, float width, std::string_view text) {
  float height = 0;
  for (; !text.empty(); height += pen.size) text.remove_prefix(first_line(pen, text, width).next);
  return height;
}

float draw_wrapped(ImDrawList* list, const Pen& pen, Vec2 top_left, float width, std::string_view text) {
  float height = 0;
  for (; !text.empty(); height += pen.size) {
    const LineBreak line = first_line(pen, text, width);
    list->AddText(pen.font, pen.size, {std::round(top_left.x), std::round(top_left.y + height)}, pen.color,
                  text.data(), text.data() + line.end);
    text.remove_prefix(line.next);
  }
  return height;
}

void fade_scrolled(const Rect& area, Rgb ground) {
  constexpr float kHeight = 22;
  constexpr float kBar = 10;  // px of width that the scroll bar keeps
  const ImU32 solid = ink(ground);
  const ImU32 clear = ink(ground, 0);
  ImDrawList* list = ImGui::GetWindowDrawList();
  const float right = area.right() - kBar;
  if (ImGui::GetScrollY() > 0) {
    list->AddRectFilledMultiColor(im(area.min()), {right, area.y + kHeight}, solid, solid, clear, clear);
  }
  if (ImGui::GetScrollY() < ImGui::GetScrollMaxY() - 1) {
    list->AddRectFilledMultiColor({area.x, area.bottom() - kHeight}, {right, area.bottom()}, clear, clear,
                                  solid, solid);
  }
}

void fill(ImDrawList* list, const Rect& r, ImU32 color, float corner) {
  list->AddRectFilled(im(r.min()), im(r.max()), color, corner);
}

void outline(ImDrawList* list, const Rect& r, ImU32 color, float corner, float width) {
  list->AddRect(im(r.min()), im(r.max()), color, corner, 0, width);
}

void dashed_outline(ImDrawList* list, const Rect& r, ImU32 color, float width) {
  const Rect in = r.inset(width / 2, width / 2);
  const Vec2 top_right{in.right(), in.y};
  const Vec2 bottom_left{in.x, in.bottom()};
  dashed(list, {in.min(), top_right, in.max(), bottom_left, in.min()}, color, width, 4, 3);
}

void line(ImDrawList* list, Vec2 a, Vec2 b, ImU32 color, float width) {
  const Stroke stroke(list, color, width);
  if (!stroke.baked()) {
    list->AddLine(im(a), im(b), color, width);
    return;
  }
  const float total = length(b - a);
  if (stroke.unseen() || total <= 0) return;
  list->PrimReserve(6, 4);
  stroke.draw(a, b, (b - a) * (1 / total));
}

void dashed(ImDrawList* list, std::span<const Vec2> points, ImU32 color, float width, float on, float off) {
  const Stroke stroke(list, color, width);
  if (stroke.unseen()) return;
  const float period = on + off;
  float before = 0;  // of the whole way, so that the pattern goes on around corners
  for (std::size_t i = 1; i < points.size(); ++i) {
    const Vec2 a = points[i - 1];
    const float total = length(points[i] - a);
    if (total <= 0) continue;
    const Vec2 way = (points[i] - a) * (1 / total);
    const Stretch seen = in_sight(list, a, way, total, width);
    // Of the dashes that begin at multiples of the period, those that reach into what is in sight.
    const float first = std::floor((before + seen.from) / period);
    const float last = std::ceil((before + seen.to) / period);
    const int most = std::max(0, static_cast<int>(last - first));
    if (stroke.baked()) list->PrimReserve(6 * most, 4 * most);
    int drawn = 0;
    for (int k = 0; k < most; ++k) {
      const float start = (first + static_cast<float>(k)) * period - before;
      const float from = std::max(start, seen.from);
      const float to = std::min(start + on, seen.to);
      if (to <= from) continue;
      ++drawn;
      if (stroke.baked()) {
        stroke.draw(a + way * from, a + way * to, way);
      } else {
        list->AddLine(im(a + way * from), im(a + way * to), color, width);
      }
    }
    if (stroke.baked()) list->PrimUnreserve(6 * (most - drawn), 4 * (most - drawn));
    before += total;
  }
}

void dashed_circle(ImDrawList* list, Vec2 center, float r, ImU32 color, float width) {
  std::array<Vec2, 65> points;
  for (std::size_t i = 0; i < points.size(); ++i) {
    const float angle = 2 * kPi * static_cast<float>(i) / 64;
    points[i] = center + Vec2{std::cos(angle), std::sin(angle)} * r;
  }
  dashed(list, points, color, width, 4, 4);
}

void dotted_circle(ImDrawList* list, Vec2 center, float r, ImU32 color, float width) {
  constexpr float kApart = 7;  // px from one dot to the next
  const int count = std::max(12, static_cast<int>(2 * kPi * r / kApart));
  for (int i = 0; i < count; ++i) {
    const float angle = 2 * kPi * static_cast<float>(i) / static_cast<float>(count);
    list->AddCircleFilled(im(center + Vec2{std::cos(angle), std::sin(angle)} * r), width * 0.65F, color, 8);
  }
}

void arc(ImDrawList* list, Vec2 center, float r, float share, ImU32 color, float width) {
  if (share <= 0) return;
  const float from = -kPi / 2;
  list->PathArcTo(im(center), r, from, from + 2 * kPi * std::fmin(share, 1.0F), 48);
  list->PathStroke(color, 0, width);
}

void cross(ImDrawList* list, Vec2 center, float r, ImU32 color, float width) {
  line(list, center + Vec2{-r, -r}, center + Vec2{r, r}, color, width);
  line(list, center + Vec2{-r, r}, center + Vec2{r, -r}, color, width);
}

void arrow_head(ImDrawList* list, Vec2 tip, Vec2 direction, float size, ImU32 color) {
  const Vec2 d = normalised(direction);
  const Vec2 back = tip - d * size;
  const Vec2 side = left_of(d) * (size * 0.6F);
  list->AddTriangleFilled(im(tip), im(back + side), im(back - side), color);
}

std::array<Vec2, 6> hexagon(Vec2 center, float r) {
  std::array<Vec2, 6> points;
  for (std::size_t i = 0; i < points.size(); ++i) {
    const float angle = -kPi / 2 + kPi / 3 * static_cast<float>(i);
    points[i] = center + Vec2{std::cos(angle), std::sin(angle)} * r;
  }
  return points;
}

std::array<Vec2, 4> diamond(Vec2 center, float r) {
  return {{center + Vec2{0, -r}, center + Vec2{r, 0}, center + Vec2{0, r}, center + Vec2{-r, 0}}};
}

std::array<Vec2, 3> triangle(Vec2 center, float r) {
  return {{center + Vec2{0, -r}, center + Vec2{r * 0.92F, r * 0.7F}, center + Vec2{-r * 0.92F, r * 0.7F}}};
}

void polygon(ImDrawList* list, std::span<const Vec2> points, ImU32 inside, ImU32 edge, float width) {
  const Passing<ImVec2> p = converted(points);
  list->AddConvexPolyFilled(p.data(), static_cast<int>(p.size()), inside);
  if (width > 0) list->AddPolyline(p.data(), static_cast<int>(p.size()), edge, ImDrawFlags_Closed, width);
}

void dashed_polygon(ImDrawList* list, std::span<const Vec2> points, ImU32 inside, ImU32 edge, float width) {
  polygon(list, points, inside, edge, 0);
  Passing<Vec2> closed(points.begin(), points.end());
  closed.push_back(points.front());
  dashed(list, closed, edge, width, 5, 4);
}

}  // namespace raftarium::viz
