// The stage: members, links, messages and cuts, and what the pointer does to them.

#include <algorithm>
#include <cmath>

#include "viz/panels/stage_parts.h"
#include "viz/text.h"

namespace raftarium::viz {
namespace {

constexpr float kDragStarts = 5;  // px before a press becomes a drag
constexpr float kCutReach = 26;   // px that a stroke reaches beyond its ends
constexpr double kHoldS = 0.5;    // a press that rests so long asks for the menu

// A member that was put on top of another one moves aside. Before anything is enlarged.
void keep_apart(Stage& stage, const Selection& selection) {
  for (std::size_t i = 0; i < stage.at.size(); ++i) {
    const raft::NodeId id = stage.frame.members[i].id;
    const bool in_hand =
        selection.gesture.kind == Gesture::Kind::MoveMember && selection.gesture.member == id;
    if (in_hand || selection.placed.count(id.value()) == 0) continue;
    for (std::size_t j = 0; j < stage.at.size(); ++j) {
      const Vec2 apart = stage.at[i] - stage.at[j];
      const float least = 2 * stage.plain_radius + 16;
      if (i == j || length(apart) >= least) continue;
      const Vec2 way = length(apart) > 0.5F ? normalised(apart) : Vec2{1, 0};
      stage.at[i] = stage.at[j] + way * least;
      keep_inside(stage.at[i], stage.field, stage.plain_radius);
    }
  }
}

// About what is under the pointer; else about the network.
void ask_for_menu(const Stage& stage, const Under& under, Vec2 at) {
  Selection& selection = stage.selection;
  selection.gesture = {};
  if (under.member != SIZE_MAX) {
    const raft::NodeId member = stage.frame.members[under.member].id;
    selection.ask_for_menu(MenuPage::Acts, member, at);
    selection.select(member);
  } else if (under.message != nullptr) {
    selection.menu_message = under.message->id;
    selection.select_message(under.message->id);
    selection.ask_for_menu(MenuPage::Message, raft::kNone, at);
  } else if (under.request != nullptr) {
    choose_request(*under.request->request, selection);
    selection.ask_for_menu(MenuPage::Ask, raft::kNone, at);
  } else if (under.link_end != nullptr) {
    selection.menu_link = {under.link_end->from, under.link_end->to};
    selection.select_link(selection.menu_link);
    selection.ask_for_menu(MenuPage::Link, raft::kNone, at);
  } else {
    selection.ask_for_menu(MenuPage::Acts, raft::kNone, at);
  }
}

// The wheel enlarges about the pointer; the middle button, or Shift and the left one, moves.
void zoom_and_pan(const Stage& stage, const Item& item, Vec2 pointer) {
  StageView& view = stage.selection.stage;
  const ImGuiIO& io = ImGui::GetIO();
  if (item.hovered && io.MouseWheel != 0 && stage.selection.gesture.kind == Gesture::Kind::None) {
    const Vec2 place = stage.place_of(pointer);
    view.zoom = std::clamp(view.zoom * std::exp2(io.MouseWheel * 0.25F), 1.0F, StageView::kMostZoom);
    view.pan = pointer - stage.field.center() - (place - stage.field.center()) * view.zoom;
  }
  const bool grabbed = item.hovered && ImGui::IsMouseDragging(ImGuiMouseButton_Middle, 0);
  if (grabbed) view.pan = view.pan + vec(io.MouseDelta);
  // From where it was taken: a quick hand may be done between two pictures.
  const Gesture& gesture = stage.selection.gesture;
  if (gesture.kind == Gesture::Kind::Pan) view.pan = gesture.grip + pointer - gesture.start;
  // Something of the field stays in sight.
  const Vec2 most = Vec2{stage.field.w, stage.field.h} * ((view.zoom - 1) / 2);
  view.pan = {std::clamp(view.pan.x, -most.x, most.x), std::clamp(view.pan.y, -most.y, most.y)};
}

// One of those that lie on each other: a click on what is selected takes the next of them.
std::uint64_t next_under(const Stage& stage, const MessageView& message) {
  const std::vector<MessageView>& all = stage.frame.messages;
  const Vec2 at = message_at(stage, message);
  const auto here = [&](const MessageView& other) { return length(message_at(stage, other) - at) < 1; };
  const auto selected = std::find_if(all.begin(), all.end(),
                                     [&](const MessageView& m) { return m.id == stage.selection.message; });
  if (selected == all.end() || !here(*selected)) return message.id;
  const auto next = std::find_if(selected + 1, all.end(), here);
  return next != all.end() ? next->id : std::find_if(all.begin(), all.end(), here)->id;
}

void click(const Stage& stage, const Under& under, CommandSink& commands) {
  Selection& selection = stage.selection;
  if (under.member != SIZE_MAX) {
    selection.select(stage.frame.members[under.member].id);
    if (stage.ui.narrow()) selection.tab = Tab::Member;
  } else if (under.message != nullptr) {
    selection.select_message(next_under(stage, *under.message));
    if (stage.ui.narrow()) selection.tab = Tab::Member;
  } else if (under.request != nullptr) {
    choose_mark(stage, *under.request);
    if (stage.ui.narrow()) selection.tab = Tab::Member;
  } else if (under.link_end != nullptr && stage.ui.narrow()) {
    ask_for_menu(stage, under, link_end(stage, *under.link_end));  // a finger is not sure of what it is on
  } else if (under.link_end != nullptr) {
    sim::Command command;
    command.kind = under.link_end->cut ? sim::Command::Kind::Heal : sim::Command::Kind::Cut;
    command.node = under.link_end->from;
    command.peer = under.link_end->to;
    commands.act(std::move(command));
  } else if (under.cut != nullptr) {
    commands.act(heal_border(stage.frame, static_cast<std::size_t>(under.cut->group_a),
                             static_cast<std::size_t>(under.cut->group_b)));
  } else {
    selection.clear();
  }
}

// The island on whose side of the cuts a member that was dragged from the gesture's start to `to` is now;
// -1 when it has crossed none.
int island_across(const Stage& stage, const Gesture& gesture, Vec2 to) {
  const std::size_t member = stage.index_of(gesture.member);
  if (member >= stage.island.size()) return -1;
  const Vec2 from = gesture.start + gesture.grip;
  int island = stage.island[member];
  for (const Border& cut : gesture.cuts) {
    if (crossings(cut.line, from, to) % 2 == 0) continue;
    if (cut.group_a == island || cut.group_b == island) island = cut.group_a + cut.group_b - island;
  }
  return island == stage.island[member] ? -1 : island;
}

void press_and_drag(Stage& stage, const Under& under, const Item& item, Vec2 pointer,
                    CommandSink& commands) {
  Gesture& gesture = stage.selection.gesture;
  if (item.held && gesture.kind == Gesture::Kind::None && ImGui::IsMouseClicked(ImGuiMouseButton_Left)) {
    gesture = {};
    gesture.kind = Gesture::Kind::Press;
    gesture.start = pointer;
    gesture.cuts = stage.cuts;
    if (under.member != SIZE_MAX) {
      gesture.member = stage.frame.members[under.member].id;
      gesture.grip = stage.at[under.member] - pointer;
    } else if (ImGui::GetIO().KeyShift) {
      gesture.kind = Gesture::Kind::Pan;
      gesture.grip = stage.selection.stage.pan;
    }
  }
  if (gesture.kind == Gesture::Kind::Press && length(pointer - gesture.start) > kDragStarts) {
    gesture.kind = gesture.member == raft::kNone ? Gesture::Kind::DrawCut : Gesture::Kind::MoveMember;
    gesture.stroke = {gesture.start};
  }
  // The picture that a press came in with may have been long in coming: that was before it.
  if (gesture.kind == Gesture::Kind::Press && item.held && !ImGui::IsMouseClicked(ImGuiMouseButton_Left)) {
    gesture.held_s += stage.ui.real_s();
    if (gesture.held_s >= kHoldS) {
      ask_for_menu(stage, under, pointer);
      return;
    }
  }
  // A quick hand may move and let go between two pictures: where it let go counts too.
  if (gesture.kind == Gesture::Kind::MoveMember) {
    Vec2 to = stage.place_of(pointer + gesture.grip);
    keep_inside(to, stage.field, stage.plain_radius);
    stage.selection.placed[gesture.member.value()] = {(to.x - stage.field.x) / stage.field.w,
                                                      (to.y - stage.field.y) / stage.field.h};
  }
  if (gesture.kind == Gesture::Kind::DrawCut && length(pointer - gesture.stroke.back()) > 4) {
    gesture.stroke.push_back(pointer);
  }
  if (item.held || gesture.kind == Gesture::Kind::None) return;
  if (gesture.kind == Gesture::Kind::Press) click(stage, under, commands);
  if (gesture.kind == Gesture::Kind::DrawCut) {
    for (sim::Command& command : commands_for_stroke(stage.frame, gesture.stroke, stage.at, kCutReach)) {
      commands.act(std::move(command));
    }
  }
  if (gesture.kind == Gesture::Kind::MoveMember) {
    const std::size_t member = stage.index_of(gesture.member);
    const int to = island_across(stage, gesture, pointer + gesture.grip);
    if (to >= 0 && member < stage.island.size() && to != stage.island[member]) {
      commands.act(move_to_island(stage.frame, gesture.member, static_cast<std::size_t>(to)));
    }
  }
  gesture = {};
}

void draw_gesture(const Stage& stage) {
  const Gesture& gesture = stage.selection.gesture;
  ImDrawList* list = stage.ui.list();
  const Theme& theme = stage.ui.theme();
  if (gesture.kind == Gesture::Kind::MoveMember) {
    const std::size_t member = stage.index_of(gesture.member);
    if (member >= stage.at.size() || island_across(stage, gesture, stage.at[member]) < 0) return;
    dashed_circle(list, stage.at[member], stage.radius + 18, ink(theme.bad), 2);
    const Vec2 below = stage.at[member] + Vec2{0, stage.radius + 38};
    draw_text(list, stage.ui.medium(type::kSmall, theme.bad), below, "joins this side", Align::Center);
    return;
  }
  if (gesture.kind != Gesture::Kind::DrawCut) return;
  dashed(list, gesture.stroke, ink(theme.bad), 2.5F, 8, 5);
  const std::size_t count = stage.at.size();
  const Severed severed =
      sever(gesture.stroke, stage.at, std::vector<bool>(count * count, true), kCutReach);
  for (const auto& [i, j] : severed.links) {
    line(list, stage.at[static_cast<std::size_t>(i)], stage.at[static_cast<std::size_t>(j)],
         ink(theme.bad, 0.45F), 2);
  }
}

void hint(const Stage& stage, const Under& under) {
  Ui& ui = stage.ui;
  if (ImGui::GetIO().MouseSource == ImGuiMouseSource_TouchScreen || ui.popup_is_open()) return;
  if (hint_of_badge(stage, vec(ImGui::GetIO().MousePos))) return;
  if (under.link_end != nullptr) {
    const LinkView& link = *under.link_end;
    const Words what = text::node(link.from.value()) + " → " + text::node(link.to.value());
    ui.tooltip_now(link.cut ? text::kHealLink : text::kCutLink, what);
  } else if (under.cut != nullptr) {
    ui.tooltip_now("Click to heal this cut.", "H heals all");
  } else if (under.message != nullptr) {
    const raft::Message& m = under.message->message;
    ui.tooltip_now(raft::describe(m.type), text::node(m.from.value()) + " → " + text::node(m.to.value()) +
                                               (under.message->doomed ? "  will be lost" : ""));
  } else if (under.request != nullptr) {
    hint_of_mark(stage, *under.request);
  }
}

}  // namespace

void keep_inside(Vec2& p, const Rect& field, float radius) {
  p.x =
      std::clamp(p.x, field.x + radius + 12, std::max(field.x + radius + 12, field.right() - radius - 12));
  p.y =
      std::clamp(p.y, field.y + radius + 14, std::max(field.y + radius + 14, field.bottom() - radius - 30));
}

std::size_t Stage::index_of(raft::NodeId id) const {
  for (std::size_t i = 0; i < frame.members.size(); ++i) {
    if (frame.members[i].id == id) return i;
  }
  return frame.members.size();
}

Stage::Lane Stage::lane(std::size_t from, std::size_t to, float offset) const {
  const Vec2 direction = normalised(at[to] - at[from]);
  const Vec2 side = left_of(direction) * -offset;
  return {at[from] + direction * (radius + 8) + side, at[to] - direction * (radius + 8) + side};
}

Stage make_stage(const Frame& frame, Selection& selection, Ui& ui, const Rect& area) {
  StageKept& kept = ui.kept<StageKept>();
  Stage stage{frame,     selection,       ui, area, {}, 0, 0, kept.at, kept.island,
              kept.seen, kept.message_at, {}, {}};
  Rect field = area;
  stage.legend = measure_legend(frame, ui, area);
  field.cut_bottom(stage.legend.reserved);
  const float client_width = 104;
  stage.client = {area.right() - client_width - 18, area.y + 18, client_width, 50};
  if (ui.narrow()) stage.client = {area.right() - 104, area.y + 8, 96, 44};
  stage.field = field.inset(4, ui.narrow() ? 2 : 6);
  // For captions that stand above, and what else is said there.
  stage.field.cut_top(frame.members.size() <= 1 ? 0 : ui.narrow() ? 24 : 20);
  const int count = static_cast<int>(frame.members.size());
  if (kept.count != count || !(kept.field == stage.field)) {
    kept.count = count;
    kept.field = stage.field;
    kept.radius = member_radius(count, stage.field);
    kept.circle = member_positions(count, stage.field);
  }
  stage.plain_radius = kept.radius;
  stage.radius = stage.plain_radius * selection.stage.zoom;
  stage.at = kept.circle;
  for (std::size_t i = 0; i < stage.at.size(); ++i) {
    const auto moved = selection.placed.find(frame.members[i].id.value());
    if (moved == selection.placed.end()) continue;
    stage.at[i] = {stage.field.x + moved->second.x * stage.field.w,
                   stage.field.y + moved->second.y * stage.field.h};
    keep_inside(stage.at[i], stage.field, stage.plain_radius);
  }
  keep_apart(stage, selection);
  stage.island.assign(frame.members.size(), 0);
  for (std::size_t g = 0; g < frame.islands.size(); ++g) {
    for (const raft::NodeId id : frame.islands[g]) {
      const std::size_t i = stage.index_of(id);
      if (i < stage.island.size()) stage.island[i] = static_cast<int>(g);
    }
  }
  // A member in the hand does not push the cuts along: it can be carried across one.
  const Gesture& gesture = selection.gesture;
  if (gesture.kind == Gesture::Kind::MoveMember) {
    stage.cuts = gesture.cuts;
  } else if (frame.islands.size() > 1) {
    StageKept::Cuts& cuts = kept.cuts;
    if (cuts.at != stage.at || cuts.island != stage.island || !(cuts.area == area))
      cuts = {stage.at, stage.island, area, borders(stage.at, stage.island, area, stage.plain_radius + 18)};
    stage.cuts = cuts.lines;
    for (Border& cut : stage.cuts) {
      for (Vec2& point : cut.line) point = stage.seen(point);
    }
  } else {
    stage.cuts.clear();
  }
  for (Vec2& at : stage.at) at = stage.seen(at);
  return stage;
}

float reach_of(const Stage& stage, float radius) {
  return stage.ui.narrow() ? std::max(radius + 10, kTouchTarget / 2) : radius + 4;
}

// A member before anything else; then what is nearest. A message lies over a request, that over the end of a link, and
// that over a cut.
Under pick(const Stage& stage, Vec2 pointer) {
  Under under;
  float nearest = reach_of(stage, stage.radius);
  for (std::size_t i = 0; i < stage.at.size(); ++i) {
    const float away = length(pointer - stage.at[i]);
    if (away > nearest) continue;
    nearest = away;
    under.member = i;
  }
  if (under.member != SIZE_MAX) return under;
  nearest = reach_of(stage, kMessageRadius);
  for (const MessageView& message : stage.frame.messages) {
    const float away = length(pointer - message_at(stage, message));
    if (away > nearest) continue;
    nearest = away;
    under.message = &message;
  }
  if (under.message == nullptr) nearest = reach_of(stage, kRequestRadius);
  for (const RequestMark& mark : stage.asked) {
    const float away = length(pointer - mark.at);
    if (away >= nearest) continue;
    nearest = away;
    under = {};
    under.request = &mark;
  }
  nearest = std::min(nearest, reach_of(stage, kLinkEndRadius));
  for (const LinkView& link : stage.frame.links) {
    const float away = length(pointer - link_end(stage, link));
    if (away >= nearest) continue;
    nearest = away;
    under = {};
    under.link_end = &link;
  }
  nearest = std::min(nearest, reach_of(stage, kCutRadius));
  for (const Border& cut : stage.cuts) {
    const float away = distance_to(pointer, cut.line);
    if (away >= nearest) continue;
    nearest = away;
    under = {};
    under.cut = &cut;
  }
  return under;
}

void draw_stage(const Frame& frame, Selection& selection, CommandSink& commands, Ui& ui, const Rect& area) {
  ImDrawList* list = ui.list();
  list->PushClipRect(im(area.min()), im(area.max()), true);
  fill(list, area, ink(ui.theme().ground));
  // A step travels: what it moved glides to where it is now. While time runs it moves by itself.
  const std::int64_t shown_us =
      frame.time_us - static_cast<std::int64_t>(ui.lag(static_cast<double>(frame.time_us)));
  if (selection.stage.wanted || !(selection.nudge == Vec2{})) {
    Stage before = make_stage(frame, selection, ui, area);
    before.shown_us = shown_us;
    place_messages(before);
    turn_stage_view(before);
  }
  Stage stage = make_stage(frame, selection, ui, area);
  stage.shown_us = shown_us;
  place_messages(stage);
  place_requests(stage);
  const StageLists lists = walk_stage(stage);
  const Item client = client_item(stage, commands);
  const Item legend = legend_item(stage);
  const Item item = ui.item("stage", area, false);
  const Vec2 pointer = vec(ImGui::GetIO().MousePos);
  const Under nothing;
  const Under under = item.hovered || item.held ? pick(stage, pointer) : nothing;
  zoom_and_pan(stage, item, pointer);
  press_and_drag(stage, under, item, pointer, commands);
  if (ImGui::IsMouseClicked(ImGuiMouseButton_Right)) {
    if (client.hovered) {
      selection.ask_for_menu(MenuPage::Ask, raft::kNone, pointer);
    } else if (item.hovered) {
      ask_for_menu(stage, under, pointer);
    }
  }
  draw_links(stage, under);
  draw_requests(stage, under);
  draw_cuts(stage, under);
  draw_captions(stage);
  draw_cut_label(stage);
  draw_messages(stage, under);
  draw_members(stage, under);
  draw_badges(stage);
  draw_gesture(stage);
  draw_legend(stage, legend);
  draw_client(stage, client);
  mark_stage_lists(stage, lists);
  if (item.hovered && selection.gesture.kind == Gesture::Kind::None) hint(stage, under);
  list->PopClipRect();
}

}  // namespace raftarium::viz
