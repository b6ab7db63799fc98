#pragma once
// Where things are on the stage, and what a line drawn across it separates. Pure: no ImGui, no frame.
// Units are the interface's own pixels (CSS pixels in the page); y grows downwards.

#include <optional>
#include <span>
#include <vector>

namespace raftarium::viz {

struct Vec2 {
  float x = 0;
  float y = 0;
  friend constexpr Vec2 operator+(Vec2 a, Vec2 b) { return {a.x + b.x, a.y + b.y}; }
  friend constexpr Vec2 operator-(Vec2 a, Vec2 b) { return {a.x - b.x, a.y - b.y}; }
  friend constexpr Vec2 operator*(Vec2 a, float k) { return {a.x * k, a.y * k}; }
  friend constexpr bool operator==(Vec2 a, Vec2 b) { return a.x == b.x && a.y == b.y; }
};

float length(Vec2 v);
Vec2 normalised(Vec2 v);  // zero stays zero
constexpr Vec2 left_of(Vec2 v) { return {v.y, -v.x}; }
constexpr Vec2 mix(Vec2 a, Vec2 b, float t) { return a + (b - a) * t; }

struct Rect {
  float x = 0;
  float y = 0;
  float w = 0;
  float h = 0;

  friend constexpr bool operator==(const Rect& a, const Rect& b) {
    return a.x == b.x && a.y == b.y && a.w == b.w && a.h == b.h;
  }
  constexpr float right() const { return x + w; }
  constexpr float bottom() const { return y + h; }
  constexpr Vec2 min() const { return {x, y}; }
  constexpr Vec2 max() const { return {x + w, y + h}; }
  constexpr Vec2 center() const { return {x + w / 2, y + h / 2}; }
  constexpr bool empty() const { return w <= 0 || h <= 0; }
  constexpr bool contains(Vec2 p) const { return p.x >= x && p.x < right() && p.y >= y && p.y < bottom(); }
  constexpr Rect inset(float dx, float dy) const { return {x + dx, y + dy, w - 2 * dx, h - 2 * dy}; }
  // Takes a strip off one side and returns it.
  Rect cut_left(float width);
  Rect cut_right(float width);
  Rect cut_top(float height);
  Rect cut_bottom(float height);
};
bool overlap(const Rect& a, const Rect& b);
// What they have in common; empty when that is nothing.
Rect common(const Rect& a, const Rect& b);

using Polyline = std::vector<Vec2>;

float distance_to_segment(Vec2 p, Vec2 a, Vec2 b);
float distance_to(Vec2 p, const Polyline& line);
bool segments_cross(Vec2 a, Vec2 b, Vec2 c, Vec2 d);
int crossings(const Polyline& line, Vec2 a, Vec2 b);
// Where the segment a-b first meets the line, as a share of its length; nothing when it does not.
std::optional<float> first_crossing(const Polyline& line, Vec2 a, Vec2 b);
// A calmer line with the same ends that keeps at least `clearance` from every point of `away` which it
// kept before: bumps go, and it still passes between the same points.
Polyline relaxed(const Polyline& line, const std::vector<Vec2>& away, float clearance);

// Moves places along a line, given in order, until they are `gap` apart between `from` and `to`: as little as that
// takes. Where there is too little room they are as far apart as can be.
void spread(std::span<float> places, float from, float to, float gap);

// How big members are drawn in `area` and where they stand, clockwise from the top.
float member_radius(int count, const Rect& area);
std::vector<Vec2> member_positions(int count, const Rect& area);

// On which side of a member its caption stands: -1 above, 1 below. Away from the others, so that the links to them do
// not run through it.
float caption_side(const std::vector<Vec2>& at, std::size_t member);

// What a stroke across the stage does. Members are named by their position in `at`.
struct Severed {
  std::vector<std::pair<int, int>> links;  // crossed by the stroke, first < second
  std::vector<std::vector<int>> groups;    // what still hangs together; one group: no partition
};
// A link counts as crossed when the stroke crosses it an odd number of times. `open[i * n + j]` says
// whether the link between i and j carried both ways before. The stroke's ends reach `reach` further.
Severed sever(const Polyline& stroke, const std::vector<Vec2>& at, const std::vector<bool>& open,
              float reach);

// The border between members of different groups inside `area`: about as far from the nearest member of
// one group as from the nearest of another. `group[i]` is the group of the member at `at[i]`.
struct Border {
  int group_a = 0;
  int group_b = 0;
  Polyline line;
};
// Drawn as a calm curve that stays `clearance` away from members where there is room.
std::vector<Border> borders(const std::vector<Vec2>& at, const std::vector<int>& group, const Rect& area,
                            float clearance);

}  // namespace raftarium::viz
