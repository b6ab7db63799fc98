// Badges: at a member whose disk or clock is not as it should be, a sign for each. A disk's is square, a clock's is
// round; what is inside says what is wrong with it. The process itself is the member's shape (stage_members.cpp).

#include <algorithm>
#include <array>

#include "viz/health.h"
#include "viz/panels/stage_parts.h"
#include "viz/text.h"

namespace raftarium::viz {
namespace {

// Where they stand: on the right, the disk below and the clock above; the left is the process's.
struct BadgePlaces {
  Vec2 disk;
  Vec2 clock;
  float r;
};

BadgePlaces badge_places(const Stage& stage, Vec2 member) {
  const float r = stage.radius < 28 ? 6.5F : 8;
  // Clear of the words inside, which are as wide in a smaller member as in a large one.
  const float out = stage.radius < 28 ? stage.radius + 5 : std::max(stage.radius + 6, 41.0F);
  const Vec2 away = Vec2{0.82F, 0.57F} * out;
  return {member + away, member + Vec2{away.x, -away.y}, r};
}

bool is_at(Vec2 pointer, Vec2 badge, float r) { return length(pointer - badge) <= r + 3; }

}  // namespace

void draw_disk_badge(Ui& ui, DiskState state, Vec2 at, float r) {
  ImDrawList* list = ui.list();
  const Theme& theme = ui.theme();
  const ImU32 color = ink(state == DiskState::Slow ? theme.warning : theme.bad);
  const Rect box{at.x - r, at.y - r, 2 * r, 2 * r};
  fill(list, box.inset(-2, -2), ink(theme.ground), 4);
  const float s = r * 0.55F;
  if (state == DiskState::Lying) {  // nothing there, behind a front with gaps
    dashed_outline(list, box, color, 1.75F);
    line(list, at + Vec2{-s, s}, at + Vec2{s, -s}, color, 1.75F);
    return;
  }
  outline(list, box, color, 3, 1.5F);
  if (state == DiskState::Full) {
    fill(list, box.inset(3, 3), color, 1);
  } else if (state == DiskState::Failing) {  // a crack from edge to edge
    const std::array<Vec2, 4> crack = {at + Vec2{s * 0.5F, -r}, at + Vec2{-s * 0.7F, -r * 0.1F},
                                       at + Vec2{s * 0.7F, r * 0.1F}, at + Vec2{-s * 0.5F, r}};
    for (std::size_t i = 1; i < crack.size(); ++i) line(list, crack[i - 1], crack[i], color, 1.5F);
  } else {  // an hourglass
    for (const float way : {1.0F, -1.0F}) {
      list->AddTriangleFilled(im(at), im(at + Vec2{-s, way * s * 1.2F}), im(at + Vec2{s, way * s * 1.2F}),
                              color);
    }
  }
}

void draw_clock_badge(Ui& ui, ClockState state, Vec2 at, float r) {
  ImDrawList* list = ui.list();
  const Theme& theme = ui.theme();
  const ImU32 color = ink(state == ClockState::Still ? theme.bad : theme.warning);
  list->AddCircleFilled(im(at), r + 2, ink(theme.ground), 32);
  list->AddCircle(im(at), r, color, 32, 1.5F);
  if (state == ClockState::Still) {  // hands that do not move: a block
    const float s = r * 0.42F;
    fill(list, {at.x - s, at.y - s, 2 * s, 2 * s}, color);
    return;
  }
  // Two heads of an arrow ahead, or one backward.
  const float s = r * 0.45F;
  const bool fast = state == ClockState::Fast;
  const float way = fast ? 1 : -1;
  for (const float x : {-0.55F, 0.35F}) {
    if (!fast && x < 0) continue;
    const Vec2 tip = at + Vec2{fast ? (x + 0.6F) * s : -s * 0.7F, 0};
    line(list, tip, tip + Vec2{-way * s, -s * 1.1F}, color, 1.5F);
    line(list, tip, tip + Vec2{-way * s, s * 1.1F}, color, 1.5F);
  }
}

void draw_badges(const Stage& stage) {
  for (std::size_t i = 0; i < stage.at.size(); ++i) {
    const MemberView& member = stage.frame.members[i];
    const DiskState disk = disk_state(member.disk);
    const ClockState clock = clock_state(member.drift_ppm);
    if (disk == DiskState::Healthy && clock == ClockState::Right) continue;
    const BadgePlaces at = badge_places(stage, stage.at[i]);
    const Words id = digits(member.id.value());
    const auto place = [&](Vec2 badge) { return Rect{badge.x - at.r, badge.y - at.r, 2 * at.r, 2 * at.r}; };
    if (disk != DiskState::Healthy) {
      draw_disk_badge(stage.ui, disk, at.disk, at.r);
      stage.ui.region("badge.disk." + id, place(at.disk));
    }
    if (clock != ClockState::Right) {
      draw_clock_badge(stage.ui, clock, at.clock, at.r);
      stage.ui.region("badge.clock." + id, place(at.clock));
    }
  }
}

bool hint_of_badge(const Stage& stage, Vec2 pointer) {
  for (std::size_t i = 0; i < stage.at.size(); ++i) {
    const MemberView& member = stage.frame.members[i];
    const BadgePlaces at = badge_places(stage, stage.at[i]);
    Words words;
    if (is_at(pointer, at.disk, at.r)) words = in_words(member.disk);
    if (is_at(pointer, at.clock, at.r)) words = clock_in_words(member.drift_ppm);
    if (words.empty()) continue;
    stage.ui.tooltip_now(words, text::node(member.id.value()));
    return true;
  }
  return false;
}

}  // namespace raftarium::viz
