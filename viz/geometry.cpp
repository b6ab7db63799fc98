#include "viz/geometry.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "viz/words.h"

namespace raftarium::viz {

float length(Vec2 v) { return std::sqrt(v.x * v.x + v.y * v.y); }

Vec2 normalised(Vec2 v) {
  const float n = length(v);
  return n > 0 ? v * (1 / n) : Vec2{};
}

Rect Rect::cut_left(float width) {
  width = std::min(width, w);
  const Rect strip{x, y, width, h};
  x += width;
  w -= width;
  return strip;
}

Rect Rect::cut_right(float width) {
  width = std::min(width, w);
  w -= width;
  return {x + w, y, width, h};
}

Rect Rect::cut_top(float height) {
  height = std::min(height, h);
  const Rect strip{x, y, w, height};
  y += height;
  h -= height;
  return strip;
}

Rect Rect::cut_bottom(float height) {
  height = std::min(height, h);
  h -= height;
  return {x, y + h, w, height};
}

bool overlap(const Rect& a, const Rect& b) {
  return a.x < b.right() && b.x < a.right() && a.y < b.bottom() && b.y < a.bottom();
}

Rect common(const Rect& a, const Rect& b) {
  const float x = std::max(a.x, b.x);
  const float y = std::max(a.y, b.y);
  return {x, y, std::min(a.right(), b.right()) - x, std::min(a.bottom(), b.bottom()) - y};
}

namespace {

float dot(Vec2 a, Vec2 b) { return a.x * b.x + a.y * b.y; }
float cross(Vec2 a, Vec2 b) { return a.x * b.y - a.y * b.x; }

}  // namespace

float distance_to_segment(Vec2 p, Vec2 a, Vec2 b) {
  const Vec2 ab = b - a;
  const float square = dot(ab, ab);
  const float t = square > 0 ? std::clamp(dot(p - a, ab) / square, 0.0F, 1.0F) : 0;
  return length(p - mix(a, b, t));
}

float distance_to(Vec2 p, const Polyline& line) {
  float best = 1e9F;
  for (std::size_t i = 1; i < line.size(); ++i) {
    best = std::min(best, distance_to_segment(p, line[i - 1], line[i]));
  }
  return best;
}

bool segments_cross(Vec2 a, Vec2 b, Vec2 c, Vec2 d) {
  const float abc = cross(b - a, c - a);
  const float abd = cross(b - a, d - a);
  const float cda = cross(d - c, a - c);
  const float cdb = cross(d - c, b - c);
  // A touching start counts, a touching end does not, so that a corner on the line counts once.
  return (abc >= 0) != (abd >= 0) && (cda >= 0) != (cdb >= 0);
}

int crossings(const Polyline& line, Vec2 a, Vec2 b) {
  int count = 0;
  for (std::size_t i = 1; i < line.size(); ++i) count += segments_cross(line[i - 1], line[i], a, b);
  return count;
}

std::optional<float> first_crossing(const Polyline& line, Vec2 a, Vec2 b) {
  std::optional<float> first;
  for (std::size_t i = 1; i < line.size(); ++i) {
    const Vec2 c = line[i - 1];
    const Vec2 d = line[i];
    if (!segments_cross(a, b, c, d)) continue;
    const float along = cross(b - a, d - c);
    const float share = along == 0 ? 0 : cross(c - a, d - c) / along;
    if (!first || share < *first) first = share;
  }
  return first;
}

namespace {

Polyline resampled(const Polyline& line, float spacing) {
  Polyline out{line.front()};
  for (std::size_t i = 1; i < line.size(); ++i) {
    const auto steps = std::max(1, static_cast<int>(length(line[i] - line[i - 1]) / spacing));
    for (int k = 1; k <= steps; ++k) {
      out.push_back(mix(line[i - 1], line[i], static_cast<float>(k) / static_cast<float>(steps)));
    }
  }
  return out;
}

}  // namespace

Polyline relaxed(const Polyline& line, const std::vector<Vec2>& away, float clearance) {
  constexpr float kSpacing = 14;
  constexpr int kRounds = 60;
  if (line.size() < 2) return line;
  Polyline now = resampled(line, kSpacing);
  // What a point of the line must keep from each point of `away`: what it has, up to the clearance.
  std::vector<float> room;
  room.reserve(away.size());
  for (const Vec2 p : away) room.push_back(std::min(clearance, distance_to(p, line)));
  for (int round = 0; round < kRounds; ++round) {
    for (std::size_t i = 1; i + 1 < now.size(); ++i) {
      Vec2 p = mix(now[i], mix(now[i - 1], now[i + 1], 0.5F), 0.8F);
      for (std::size_t k = 0; k < away.size(); ++k) {
        const Vec2 out = p - away[k];
        const float distance = length(out);
        if (distance < room[k] && distance > 0) p = away[k] + out * (room[k] / distance);
      }
      now[i] = p;
    }
  }
  return now;
}

void spread(std::span<float> places, float from, float to, float gap) {
  if (places.empty()) return;
  const std::size_t last = places.size() - 1;
  if (last > 0) gap = std::min(gap, std::max(0.0F, to - from) / static_cast<float>(last));
  const auto gaps = [&](std::size_t count) { return static_cast<float>(count) * gap; };
  // Once as if everybody gave way backward, once forward: half way between the two they are as far apart.
  Passing<float> backward(places.begin(), places.end());
  for (std::size_t i = last + 1; i-- > 0;) {
    const float next = i == last ? to : backward[i + 1] - gap;
    backward[i] = std::max(std::min(backward[i], next), from + gaps(i));
  }
  float ahead = from - gap;
  for (std::size_t i = 0; i <= last; ++i) {
    ahead = std::min(std::max(places[i], ahead + gap), to - gaps(last - i));
    places[i] = (ahead + backward[i]) / 2;
  }
}

namespace {

constexpr int kCrowd = 10;  // so many members stand evenly along the ring, not at even angles

struct Ring {
  Vec2 center;
  float rx = 0;
  float ry = 0;

  Vec2 at(float turn) const {  // 0..1, clockwise from the top
    const float angle = (2 * turn - 0.5F) * std::numbers::pi_v<float>;
    return {center.x + rx * std::cos(angle), center.y + ry * std::sin(angle)};
  }
};

// Where members of radius r stand.
Ring ring_of(int count, const Rect& area, float r) {
  // Room for the ring of what is selected around a member and for the line of text below it.
  const float above = r + 17;
  const float below = r + 30;
  const float ry = std::max(0.0F, (area.h - above - below) / 2);
  const float widest = count < kCrowd ? 1.75F : 2.4F;
  const float rx = std::max(0.0F, std::min(area.w / 2 - r - 34, ry * widest));
  return {{area.x + area.w / 2, area.y + above + (area.h - above - below) / 2}, rx, ry};
}

// As far apart along the ring, each from the next.
std::vector<Vec2> evenly_along(const Ring& ring, int count) {
  constexpr int kPieces = 720;
  float total = 0;
  for (int i = 0; i < kPieces; ++i)
    total +=
        length(ring.at(static_cast<float>(i + 1) / kPieces) - ring.at(static_cast<float>(i) / kPieces));
  std::vector<Vec2> at;
  float gone = 0;
  for (int i = 0; i < kPieces && static_cast<int>(at.size()) < count; ++i) {
    const Vec2 here = ring.at(static_cast<float>(i) / kPieces);
    if (gone >= total * static_cast<float>(at.size()) / static_cast<float>(count)) at.push_back(here);
    gone += length(ring.at(static_cast<float>(i + 1) / kPieces) - here);
  }
  while (static_cast<int>(at.size()) < count) at.push_back(ring.at(0));
  return at;
}

}  // namespace

float member_radius(int count, const Rect& area) {
  constexpr float kBetween = 10;  // px from one to the next
  const float small = std::min(area.w * 0.8F, area.h);
  const float crowd = count <= 5 ? 0.1F : 0.086F;
  const float r = std::clamp(small * crowd, 22.0F, 40.0F);
  if (count < kCrowd) return r;
  const std::vector<Vec2> at = evenly_along(ring_of(count, area, r), count);
  return std::clamp((length(at[1] - at[0]) - kBetween) / 2, 10.0F, r);
}

std::vector<Vec2> member_positions(int count, const Rect& area) {
  std::vector<Vec2> at;
  if (count <= 0) return at;
  const Ring ring = ring_of(count, area, member_radius(count, area));
  if (count == 1) return {ring.center};
  if (count >= kCrowd) return evenly_along(ring, count);
  const float start = count == 2 ? 0.75F : 0;
  for (int i = 0; i < count; ++i)
    at.push_back(ring.at(start + static_cast<float>(i) / static_cast<float>(count)));
  return at;
}

float caption_side(const std::vector<Vec2>& at, std::size_t member) {
  float others = 0;
  for (const Vec2 p : at) others += p.y - at[member].y;
  return others > static_cast<float>(at.size()) ? -1.0F : 1.0F;  // on their mean by more than a pixel
}

namespace {

Polyline extended(const Polyline& stroke, float reach) {
  if (stroke.size() < 2) return stroke;
  Polyline line = stroke;
  line.front() = line[0] + normalised(line[0] - line[1]) * reach;
  const std::size_t last = line.size() - 1;
  line.back() = line[last] + normalised(line[last] - line[last - 1]) * reach;
  return line;
}

// Of a table with `count` columns.
std::size_t cell(int count, int row, int column) {
  return static_cast<std::size_t>(row) * static_cast<std::size_t>(count) + static_cast<std::size_t>(column);
}

std::vector<std::vector<int>> components(int count, const std::vector<bool>& joined) {
  std::vector<std::vector<int>> groups;
  std::vector<bool> seen(static_cast<std::size_t>(count), false);
  for (int first = 0; first < count; ++first) {
    if (seen[static_cast<std::size_t>(first)]) continue;
    std::vector<int> group{first};
    seen[static_cast<std::size_t>(first)] = true;
    for (std::size_t k = 0; k < group.size(); ++k) {
      for (int j = 0; j < count; ++j) {
        const bool reaches = joined[cell(count, group[k], j)];
        if (!reaches || seen[static_cast<std::size_t>(j)]) continue;
        seen[static_cast<std::size_t>(j)] = true;
        group.push_back(j);
      }
    }
    std::sort(group.begin(), group.end());
    groups.push_back(std::move(group));
  }
  return groups;
}

}  // namespace

Severed sever(const Polyline& stroke, const std::vector<Vec2>& at, const std::vector<bool>& open,
              float reach) {
  Severed result;
  const int count = static_cast<int>(at.size());
  const Polyline line = extended(stroke, reach);
  std::vector<bool> joined = open;
  for (int i = 0; i < count; ++i) {
    for (int j = i + 1; j < count; ++j) {
      const int crossed = crossings(line, at[static_cast<std::size_t>(i)], at[static_cast<std::size_t>(j)]);
      if (crossed % 2 == 0) continue;
      result.links.emplace_back(i, j);
      joined[cell(count, i, j)] = false;
      joined[cell(count, j, i)] = false;
    }
  }
  result.groups = components(count, joined);
  return result;
}

namespace {

struct Segment {
  Vec2 a;
  Vec2 b;
};

// Keeps the part of the segment where dot(p, normal) <= limit.
bool clip(Segment& s, Vec2 normal, float limit) {
  const float da = dot(s.a, normal) - limit;
  const float db = dot(s.b, normal) - limit;
  if (da > 0 && db > 0) return false;
  if (da > 0) s.a = mix(s.a, s.b, da / (da - db));
  if (db > 0) s.b = mix(s.b, s.a, db / (db - da));
  return true;
}

// The stretch of the bisector of a and b that is nearer to them than to any other member.
std::optional<Segment> shared_edge(const std::vector<Vec2>& at, std::size_t a, std::size_t b,
                                   const Rect& area) {
  const Vec2 middle = mix(at[a], at[b], 0.5F);
  const Vec2 along = left_of(normalised(at[b] - at[a]));
  Segment s{middle + along * -4000.0F, middle + along * 4000.0F};
  for (std::size_t c = 0; c < at.size(); ++c) {
    if (c == a || c == b) continue;
    const Vec2 normal = at[c] - at[a];
    if (!clip(s, normal, dot(mix(at[a], at[c], 0.5F), normal))) return std::nullopt;
  }
  if (!clip(s, {1, 0}, area.right()) || !clip(s, {-1, 0}, -area.x) || !clip(s, {0, 1}, area.bottom()) ||
      !clip(s, {0, -1}, -area.y)) {
    return std::nullopt;
  }
  if (length(s.b - s.a) < 0.5F) return std::nullopt;
  return s;
}

std::vector<Polyline> joined_up(std::vector<Segment> segments) {
  std::vector<Polyline> lines;
  const auto near = [](Vec2 a, Vec2 b) { return length(a - b) < 2.0F; };
  while (!segments.empty()) {
    Polyline line{segments.back().a, segments.back().b};
    segments.pop_back();
    for (std::size_t i = 0; i < segments.size();) {
      const Segment s = segments[i];
      if (near(line.back(), s.a)) {
        line.push_back(s.b);
      } else if (near(line.back(), s.b)) {
        line.push_back(s.a);
      } else if (near(line.front(), s.a)) {
        line.insert(line.begin(), s.b);
      } else if (near(line.front(), s.b)) {
        line.insert(line.begin(), s.a);
      } else {
        ++i;
        continue;
      }
      segments.erase(segments.begin() + static_cast<std::ptrdiff_t>(i));
      i = 0;
    }
    lines.push_back(std::move(line));
  }
  return lines;
}

}  // namespace

std::vector<Border> borders(const std::vector<Vec2>& at, const std::vector<int>& group, const Rect& area,
                            float clearance) {
  std::vector<Border> result;
  int groups = 0;
  for (const int g : group) groups = std::max(groups, g + 1);
  for (int ga = 0; ga < groups; ++ga) {
    for (int gb = ga + 1; gb < groups; ++gb) {
      std::vector<Segment> segments;
      for (std::size_t a = 0; a < at.size(); ++a) {
        for (std::size_t b = 0; b < at.size(); ++b) {
          if (group[a] != ga || group[b] != gb) continue;
          if (const auto edge = shared_edge(at, a, b, area)) segments.push_back(*edge);
        }
      }
      for (Polyline& line : joined_up(std::move(segments))) {
        result.push_back({ga, gb, relaxed(line, at, clearance)});
      }
    }
  }
  return result;
}

}  // namespace raftarium::viz
