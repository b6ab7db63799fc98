// Links and cuts: what may travel where.

#include <algorithm>
#include <array>

#include "viz/panels/stage_parts.h"
#include "viz/text.h"

namespace raftarium::viz {
namespace {

constexpr float kLaneOffset = 4;

// The list of an island's members: "{1,2}".
Words names(const std::vector<raft::NodeId>& island) {
  Words out = "{";
  for (const raft::NodeId id : island) {
    if (out.size() > 1) out += ",";
    out += digits(id.value());
  }
  return out + "}";
}

bool carries_traffic(const Stage& stage, std::size_t i, std::size_t j) {
  const auto leads = [&](std::size_t a, std::size_t b) {
    const MemberView& member = stage.frame.members[a];
    return is_leader(member) && stage.island[a] == stage.island[b];
  };
  return leads(i, j) || leads(j, i);
}

// The corner of the stage where a label of `size` is farthest from members and cuts; not where `taken` is.
Vec2 label_place(const Stage& stage, Vec2 size, const Rect& taken) {
  constexpr float kMargin = 20;
  // Under the captions where there is little room.
  Rect in = stage.field.inset(kMargin - 4, stage.ui.narrow() ? 4 : 14);
  in.h = std::min(in.h, stage.legend.area.y - 6 - in.y);
  const float right = in.right() - size.x;
  const float low = in.bottom() - size.y;
  const std::array<Vec2, 4> corners = {{in.min(), {in.x, low}, {right, low}, {right, in.y}}};
  Vec2 best = corners[0];
  float most = -1;
  for (const Vec2 corner : corners) {  // what a caption would be under comes last
    const Rect box{corner.x, corner.y, size.x, size.y};
    if (overlap(box, stage.client.inset(-8, -8)) || overlap(box, taken.inset(-6, -4))) continue;
    float free = 1e6F;
    for (const Vec2 p :
         {box.min(), box.center(), box.max(), Vec2{box.x, box.bottom()}, Vec2{box.right(), box.y}}) {
      for (const Vec2 member : stage.at) free = std::min(free, length(p - member) - stage.radius - 24);
      for (const Border& cut : stage.cuts) free = std::min(free, distance_to(p, cut.line));
    }
    for (std::size_t i = 0; i < stage.at.size(); ++i) {
      const Vec2 middle = stage.caption(i);
      const Rect caption{middle.x - 62, middle.y - 9, 124, 18};
      if (overlap(box, caption)) free = std::min(free, -0.5F);
    }
    free = std::min(free, 60.0F);  // beyond that the first corner is as good
    if (free > most) {
      most = free;
      best = corner;
    }
  }
  return best;
}

// One direction that carries nothing although the two are on the same island: an arrow stopped by a cross.
void draw_one_way_cut(const Stage& stage, const LinkView& link, std::size_t from, std::size_t to) {
  const Theme& theme = stage.ui.theme();
  ImDrawList* list = stage.ui.list();
  const Stage::Lane lane = stage.lane(from, to, kLaneOffset);
  const Vec2 end = link_end(stage, link);
  dashed(list, {lane.from, lane.to}, ink(theme.bad, 0.75F), 1.5F, 6, 5);
  arrow_head(list, lane.to, lane.to - lane.from, 8, ink(theme.bad, 0.75F));
  list->AddCircleFilled(im(end), 7, ink(theme.ground));
  cross(list, end, 4, ink(theme.bad), 2);
}

// One direction that holds back what arrives: a bar before the one it goes to.
void draw_clog(const Stage& stage, std::size_t from, std::size_t to) {
  const Rgb color = stage.ui.theme().warning;
  const Stage::Lane lane = stage.lane(from, to, kLaneOffset);
  const Vec2 along = normalised(lane.to - lane.from);
  const Vec2 across{-along.y * 7, along.x * 7};
  const Vec2 bar = lane.to - along * 12;
  dashed(stage.ui.list(), {lane.from, bar}, ink(color, 0.75F), 1.5F, 6, 5);
  line(stage.ui.list(), bar - across, bar + across, ink(color), 3);
}

}  // namespace

Vec2 link_end(const Stage& stage, const LinkView& link) {
  const std::size_t from = stage.index_of(link.from);
  const std::size_t to = stage.index_of(link.to);
  if (from >= stage.at.size() || to >= stage.at.size()) return {-1e6F, -1e6F};
  const Stage::Lane lane = stage.lane(from, to, kLaneOffset);
  return lane.from + normalised(lane.to - lane.from) * 12;
}

void draw_links(const Stage& stage, const Under& under) {
  const Theme& theme = stage.ui.theme();
  ImDrawList* list = stage.ui.list();
  const std::size_t count = stage.at.size();
  for (std::size_t i = 0; i < count; ++i) {
    for (std::size_t j = i + 1; j < count; ++j) {
      const LinkView* there = find_link(stage.frame, stage.frame.members[i].id, stage.frame.members[j].id);
      const LinkView* back = find_link(stage.frame, stage.frame.members[j].id, stage.frame.members[i].id);
      if (there == nullptr || back == nullptr) continue;
      const Stage::Lane lane = stage.lane(i, j, 0);
      const bool parted = stage.island[i] != stage.island[j];
      if (parted) {
        dashed(list, {lane.from, lane.to}, ink(theme.dim, 0.35F), 1, 2, 7);
      } else if (!there->cut && !back->cut) {
        if (carries_traffic(stage, i, j)) {
          line(list, lane.from, lane.to, ink(theme.dim, 0.65F), 1.25F);
        } else {
          dashed(list, {lane.from, lane.to}, ink(theme.dim, 0.7F), 1, 2, 5);
        }
      } else {
        line(list, lane.from, lane.to, ink(theme.line), 1);
      }
      if (!parted && there->cut) draw_one_way_cut(stage, *there, i, j);
      if (!parted && back->cut) draw_one_way_cut(stage, *back, j, i);
      if (!parted && !there->cut && there->clogged) draw_clog(stage, i, j);
      if (!parted && !back->cut && back->clogged) draw_clog(stage, j, i);
      for (const LinkView* way : {there, back}) {
        const Vec2 end = link_end(stage, *way);
        stage.ui.reachable("link." + digits(way->from.value()) + "." + digits(way->to.value()),
                           {end.x - 5, end.y - 5, 10, 10}, reach_of(stage, kLinkEndRadius));
      }
    }
  }
  if (const LinkView* chosen = find_link(stage.frame, stage.selection.link.from, stage.selection.link.to)) {
    const Stage::Lane lane =
        stage.lane(stage.index_of(chosen->from), stage.index_of(chosen->to), kLaneOffset);
    line(list, lane.from, lane.to, ink(theme.accent), 2);
    arrow_head(list, lane.to, lane.to - lane.from, 9, ink(theme.accent));
    list->AddCircle(im(link_end(stage, *chosen)), 6, ink(theme.accent), 20, 2);
  }
  if (under.link_end == nullptr) return;
  const LinkView& link = *under.link_end;
  const Stage::Lane lane = stage.lane(stage.index_of(link.from), stage.index_of(link.to), kLaneOffset);
  const Rgb color = link.cut ? theme.good : theme.bad;
  line(list, lane.from, lane.to, ink(color, 0.8F), 2);
  arrow_head(list, lane.to, lane.to - lane.from, 9, ink(color));
  list->AddCircleFilled(im(link_end(stage, link)), 6, ink(color));
}

void draw_cuts(const Stage& stage, const Under& under) {
  const Theme& theme = stage.ui.theme();
  ImDrawList* list = stage.ui.list();
  for (std::size_t i = 0; i < stage.cuts.size(); ++i) {
    const Border& cut = stage.cuts[i];
    const bool hot = under.cut == &cut;
    const Vec2 middle = cut.line[cut.line.size() / 2];
    stage.ui.reachable("cut." + digits(i), {middle.x - 4, middle.y - 4, 8, 8}, reach_of(stage, kCutRadius));
    dashed(list, cut.line, ink(theme.bad, hot ? 1.0F : 0.9F), hot ? 3.0F : 2.0F, 8, 6);
  }
}

namespace {

bool has_little_room(const Stage& stage) { return stage.ui.narrow() || stage.area.h < 320; }

// Who decides while the configuration is joint: over the legend; where there is little room and a caption would be
// under it, in a free corner and in fewer words. Returns where it stands; empty: it is not joint.
Rect draw_joint_label(const Stage& stage) {
  const raft::ConfState& configuration = stage.frame.configuration;
  if (configuration.voters_outgoing.empty()) return {};
  const Theme& theme = stage.ui.theme();
  const Pen pen = stage.ui.medium(type::kSmall, theme.accent);
  const bool narrow = has_little_room(stage);
  const Words halves = "joint: " + names(configuration.voters_outgoing) + (narrow ? "\nand " : " and ") +
                       names(configuration.voters);
  const Words words = narrow ? halves : halves + ", a majority of each decides";
  Rect box{stage.area.x + 18, stage.legend.area.y - 23, 0, wrapped_height(pen, stage.area.w, words)};
  for (std::string_view rest = words; !rest.empty();) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    box.w = std::max(box.w, text_width(pen, line));
    rest.remove_prefix(std::min(line.size() + 1, rest.size()));
  }
  if (narrow) {
    const Vec2 at = label_place(stage, {box.w, box.h}, {});
    box.x = at.x;
    box.y = at.y;
  }
  fill(stage.ui.list(), box.inset(-6, -2), ink(theme.ground, 0.9F), kCorner);
  draw_wrapped(stage.ui.list(), pen, box.min(), box.w + 1, words);
  stage.ui.region("joint.label", box);
  return box;
}

// What to do first, until somebody has done anything.
void draw_first_hint(const Stage& stage, const Rect& avoided) {
  const bool touched =
      stage.selection.chosen || std::any_of(stage.frame.links.begin(), stage.frame.links.end(),
                                            [](const LinkView& link) { return link.cut; });
  if (touched || stage.frame.members.size() < 2) return;
  const Pen pen = stage.ui.regular(type::kTiny, stage.ui.theme().muted);
  if (stage.ui.narrow()) {
    // A line under everything: the corners are the members'.
    const Vec2 middle{stage.area.center().x, stage.area.bottom() - 10};
    const float width = text_width(pen, text::kFirstHintTouch);
    draw_text(stage.ui.list(), pen, middle, text::kFirstHintTouch, Align::Center);
    return stage.ui.region("stage.hint", {middle.x - width / 2, middle.y - 8, width, 16});
  }
  if (has_little_room(stage)) return;
  const char* words = text::kFirstHint;
  const float room = stage.area.w * 0.25F;
  const Vec2 size{std::min(room, text_width(pen, words)), wrapped_height(pen, room, words)};
  const Vec2 at = label_place(stage, size, avoided);
  fill(stage.ui.list(), Rect{at.x, at.y, size.x, size.y}.inset(-6, -4), ink(stage.ui.theme().ground, 0.9F),
       kCorner);
  draw_wrapped(stage.ui.list(), pen, at, room, words);
  stage.ui.region("stage.hint", {at.x, at.y, size.x, size.y});
}

}  // namespace

// Beside the cut, in the corner that it leaves free.
void draw_cut_label(const Stage& stage) {
  const Theme& theme = stage.ui.theme();
  ImDrawList* list = stage.ui.list();
  const Rect joint = draw_joint_label(stage);
  if (stage.frame.islands.size() < 2) return draw_first_hint(stage, joint);
  Words what = "partition ";
  for (const auto& island : stage.frame.islands) {
    if (&island != &stage.frame.islands.front()) what += " | ";
    what += names(island);
  }
  const Pen pen = stage.ui.medium(type::kSmall, theme.bad);
  const Pen small = stage.ui.regular(type::kTiny, theme.muted);
  const bool narrow = has_little_room(stage);  // the hint would lie on members
  const float room = stage.area.w * (narrow ? 0.4F : 0.3F);
  const float hint_height = narrow ? 0 : wrapped_height(small, room, text::kCutHint) + 3;
  const float width = std::max(std::min(room, text_width(pen, what)),
                               narrow ? 0 : std::min(room, text_width(small, text::kCutHint)));
  const float height = wrapped_height(pen, room, what) + hint_height;
  const Vec2 size{width, height};
  const Vec2 at = label_place(stage, size, joint);
  fill(list, Rect{at.x, at.y, width, height}.inset(-6, -4), ink(theme.ground, 0.9F), kCorner);
  const float used = draw_wrapped(list, pen, at, room, what);
  if (!narrow) draw_wrapped(list, small, at + Vec2{0, used + 3}, room, text::kCutHint);
  stage.ui.region("cut.label", {at.x, at.y, width, height});
}

}  // namespace raftarium::viz
