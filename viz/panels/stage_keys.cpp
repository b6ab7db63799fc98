// The stage from the keyboard: members, messages and links are a list each, what is selected is shown large and has
// its menu, and a member is moved by the arrows.

#include <algorithm>
#include <utility>

#include "viz/panels/stage_parts.h"
#include "viz/walk.h"

namespace raftarium::viz {
namespace {

constexpr float kNudge = 0.03F;  // of the field's smaller side

// Where something is, before anything is enlarged, and how far it reaches around there.
struct Spot {
  Vec2 place;
  float reach;
};

const MessageView* flying(const Stage& stage, std::uint64_t id) {
  for (const MessageView& message : stage.frame.messages) {
    if (id != 0 && message.id == id) return &message;
  }
  return nullptr;
}

std::optional<Spot> spot_of(const Stage& stage, const Subject& subject) {
  const float r = stage.plain_radius;
  if (subject.message != 0) {
    const MessageView* message = flying(stage, subject.message);
    if (message == nullptr) return std::nullopt;
    return Spot{stage.place_of(message_at(stage, *message)), 2 * r};
  }
  const std::size_t count = stage.at.size();
  const std::size_t from = stage.index_of(subject.link.from);
  const std::size_t to = stage.index_of(subject.link.to);
  if (from < count && to < count) {
    const Vec2 a = stage.place_of(stage.at[from]);
    const Vec2 b = stage.place_of(stage.at[to]);
    return Spot{mix(a, b, 0.5F), length(b - a) / 2 + 1.6F * r};
  }
  const std::size_t member = stage.index_of(subject.member);
  if (member >= count) return std::nullopt;
  return Spot{stage.place_of(stage.at[member]), 3 * r};
}

void show_large(const Stage& stage, const Subject& subject) {
  const auto spot = spot_of(stage, subject);
  if (!spot) return;
  StageView& view = stage.selection.stage;
  const float room = std::min(stage.field.w, stage.field.h) / 2;
  view.zoom = std::clamp(room / spot->reach, kZoomStep, StageView::kMostZoom);
  view.pan = (stage.field.center() - spot->place) * view.zoom;
  view.about = subject;
}

void nudge(const Stage& stage, Vec2 steps) {
  const std::size_t member = stage.index_of(stage.selection.member);
  if (member >= stage.at.size()) return;
  const float step = kNudge * std::min(stage.field.w, stage.field.h);
  Vec2 to = stage.place_of(stage.at[member]) + steps * step;
  keep_inside(to, stage.field, stage.plain_radius);
  stage.selection.placed[stage.selection.member.value()] = {(to.x - stage.field.x) / stage.field.w,
                                                            (to.y - stage.field.y) / stage.field.h};
}

// Where the stage shows what is selected, if it does.
std::optional<Rect> box_of(const Stage& stage, const Subject& subject) {
  const auto around = [](Vec2 at, float r) { return Rect{at.x - r, at.y - r, 2 * r, 2 * r}; };
  if (const MessageView* message = flying(stage, subject.message))
    return around(message_at(stage, *message), 13);
  if (const LinkView* link = find_link(stage.frame, subject.link.from, subject.link.to))
    return around(link_end(stage, *link), 9);
  const std::size_t member = stage.index_of(subject.member);
  if (subject.message != 0 || member >= stage.at.size()) return std::nullopt;
  return around(stage.at[member], stage.radius + 10);
}

void ask_for_menu_of(const Stage& stage, const Subject& subject) {
  Selection& selection = stage.selection;
  const auto box = box_of(stage, subject);
  const Vec2 at = box ? Vec2{box->right(), box->center().y} : stage.area.center();
  if (subject.message != 0) {
    selection.menu_message = subject.message;
    selection.ask_for_menu(MenuPage::Message, raft::kNone, at);
  } else if (subject.link != LinkId{}) {
    selection.menu_link = subject.link;
    selection.ask_for_menu(MenuPage::Link, raft::kNone, at);
  } else {
    selection.ask_for_menu(MenuPage::Acts, subject.member, at);
  }
}

}  // namespace

void turn_stage_view(const Stage& stage) {
  Selection& selection = stage.selection;
  if (const auto subject = std::exchange(selection.stage.wanted, std::nullopt)) show_large(stage, *subject);
  if (const Vec2 steps = std::exchange(selection.nudge, {}); !(steps == Vec2{})) nudge(stage, steps);
}

StageLists walk_stage(const Stage& stage) {
  Selection& selection = stage.selection;
  const Frame& frame = stage.frame;
  StageLists lists;
  const auto list = [&](const char* name, bool none, const auto& go) {
    const List keys = stage.ui.list(name);
    for (int i = keys.moved; i != 0; i -= i > 0 ? 1 : -1) go(i > 0 ? 1 : -1);
    if (keys.entered && none) go(1);
    if (keys.entered) selection.menu_wanted = true;
    return keys;
  };
  const Subject at = selection.subject();
  lists.members = list("stage.members", at.member == raft::kNone, [&](int way) {
    selection.select(member_beside(frame, selection.subject().member, way));
  });
  if (!frame.messages.empty()) {
    lists.messages = list("stage.messages", at.message == 0, [&](int way) {
      selection.select_message(message_beside(frame, selection.message, way));
    });
  }
  if (!frame.links.empty()) {
    lists.links = list("stage.links", at.link == LinkId{}, [&](int way) {
      selection.select_link(link_beside(frame, selection.link, selection.member, way));
    });
  }
  if (std::exchange(selection.menu_wanted, false)) ask_for_menu_of(stage, selection.subject());
  return lists;
}

// Round what it has come to; round the stage where that is nothing yet.
void mark_stage_lists(const Stage& stage, const StageLists& lists) {
  const Subject subject = stage.selection.subject();
  const bool on_it = (lists.members.focused && subject.member != raft::kNone) ||
                     (lists.messages.focused && subject.message != 0) ||
                     (lists.links.focused && subject.link != LinkId{});
  if (!lists.members.focused && !lists.messages.focused && !lists.links.focused) return;
  stage.ui.ring(on_it ? box_of(stage, subject).value_or(stage.area.inset(6, 6)) : stage.area.inset(6, 6));
}

}  // namespace raftarium::viz
