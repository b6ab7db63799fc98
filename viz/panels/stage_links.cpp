// Links and cuts: what may travel where.

#include <algorithm>

#include "viz/panels/stage_parts.h"
#include "viz/text.h"

namespace raftarium::viz {
namespace {

constexpr float kLaneOffset = 4;

// The list of an island's members: "{1,2}".
std::string names(const std::vector<raft::NodeId>& island) {
  std::string out = "{";
  for (const raft::NodeId id : island) {
    if (out.size() > 1) out += ",";
    out += std::to_string(id.value());
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
      stage.ui.region("link." + std::to_string(there->from.value()) + "." + std::to_string(there->to.value()),
                      {link_end(stage, *there).x - 5, link_end(stage, *there).y - 5, 10, 10});
      stage.ui.region("link." + std::to_string(back->from.value()) + "." + std::to_string(back->to.value()),
                      {link_end(stage, *back).x - 5, link_end(stage, *back).y - 5, 10, 10});
    }
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
    stage.ui.region("cut." + std::to_string(i), {middle.x - 4, middle.y - 4, 8, 8});
    dashed(list, cut.line, ink(theme.bad, hot ? 1.0F : 0.9F), hot ? 3.0F : 2.0F, 8, 6);
  }
  if (stage.frame.islands.size() < 2) return;
  std::string what = "partition ";
  for (const auto& island : stage.frame.islands) {
    if (&island != &stage.frame.islands.front()) what += " | ";
    what += names(island);
  }
  const Vec2 at{stage.area.x + 20, stage.area.y + 22};
  draw_text(list, stage.ui.medium(type::kSmall, theme.bad), at, what);
  if (stage.ui.narrow()) return;
  draw_text(list, stage.ui.regular(type::kTiny, theme.muted), at + Vec2{0, 16}, text::kCutHint);
}

}  // namespace raftarium::viz
