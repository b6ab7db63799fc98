// Messages in flight: a shape for each kind, in the colour of their term, where they are right now.

#include <algorithm>
#include <cmath>

#include "viz/panels/stage_parts.h"
#include "viz/text.h"

namespace raftarium::viz {
namespace {

using raft::MessageType;

constexpr float kApart = 17;  // px between shapes that can be told apart
void draw_answer(ImDrawList* list, Vec2 at, ImU32 color, ImU32 ground, bool refused) {
  const Rect box{at.x - 8, at.y - 6, 16, 12};
  fill(list, box, ground, 3);
  outline(list, box, color, 3, 1.75F);
  if (refused) line(list, at + Vec2{-4, 0}, at + Vec2{4, 0}, color, 2);
}

void draw_vote(ImDrawList* list, Vec2 at, ImU32 color, ImU32 ground, const raft::Message& m) {
  const bool pre = m.type == MessageType::MsgPreVote || m.type == MessageType::MsgPreVoteResp;
  const auto shape = triangle(at, 9);
  if (!raft::is_response(m.type)) {
    if (pre) {
      dashed_polygon(list, shape, ground, color, 1.75F);
    } else {
      polygon(list, shape, color, color, 0);
    }
    return;
  }
  polygon(list, shape, ground, color, 1.75F);
  if (m.reject) line(list, at + Vec2{-4, 2}, at + Vec2{4, 2}, color, 2);
}

}  // namespace

void draw_message_shape(Ui& ui, const raft::Message& message, Vec2 at, Rgb color, bool lost) {
  ImDrawList* list = ui.list();
  const ImU32 solid = ink(color);
  const ImU32 ground = ink(ui.theme().ground);
  switch (message.type) {
    case MessageType::MsgApp: {
      const bool empty = message.entries.empty();
      const Rect box{at.x - 10, at.y - 8, 20, 16};
      fill(list, box, solid, 3);
      const Words count = empty ? "0" : "+" + digits(message.entries.size());
      draw_text(list, ui.mono_bold(type::kTiny - 1, ink_on(color)), at, count, Align::Center);
      break;
    }
    case MessageType::MsgHeartbeat:
      list->AddCircleFilled(im(at), 6, solid, 20);
      break;
    case MessageType::MsgHeartbeatResp:
      list->AddCircleFilled(im(at), 5.5F, ground, 20);
      list->AddCircle(im(at), 5.5F, solid, 20, 1.75F);
      break;
    case MessageType::MsgVote:
    case MessageType::MsgPreVote:
    case MessageType::MsgVoteResp:
    case MessageType::MsgPreVoteResp:
      draw_vote(list, at, solid, ground, message);
      break;
    case MessageType::MsgAppResp:
      draw_answer(list, at, solid, ground, message.reject);
      break;
    case MessageType::MsgSnap:
      for (float k : {4.0F, 0.0F, -4.0F}) {
        fill(list, {at.x - 8 + k / 2, at.y - 6 + k, 16, 10}, ground, 2);
        outline(list, {at.x - 8 + k / 2, at.y - 6 + k, 16, 10}, solid, 2, 1.5F);
      }
      break;
    case MessageType::MsgTimeoutNow:
    case MessageType::MsgTransferLeader: {
      const std::array<Vec2, 4> bolt = {
          {at + Vec2{2, -9}, at + Vec2{-4, 1}, at + Vec2{4, -1}, at + Vec2{-2, 9}}};
      for (std::size_t i = 1; i < bolt.size(); ++i) line(list, bolt[i - 1], bolt[i], solid, 2.5F);
      break;
    }
    case MessageType::MsgReadIndex:  // an eye
    case MessageType::MsgReadIndexResp: {
      const bool asks = message.type == MessageType::MsgReadIndex;
      list->PathArcTo({at.x, at.y + 7}, 11, -2.5F, -0.64F, 16);
      list->PathArcTo({at.x, at.y - 7}, 11, 0.64F, 2.5F, 16);
      list->PathFillConvex(ground);
      list->PathArcTo({at.x, at.y + 7}, 11, -2.5F, -0.64F, 16);
      list->PathArcTo({at.x, at.y - 7}, 11, 0.64F, 2.5F, 16);
      list->PathStroke(solid, ImDrawFlags_Closed, 1.5F);
      if (asks) {
        list->AddCircleFilled(im(at), 2.8F, solid, 16);
      } else {
        list->AddCircle(im(at), 2.4F, solid, 16, 1.25F);
      }
      break;
    }
    case MessageType::MsgProp: {
      const Rect box{at.x - 10, at.y - 8, 20, 16};
      fill(list, box, ground, 3);
      outline(list, box, ink(ui.theme().accent), 3, 1.75F);
      draw_text(list, ui.mono_bold(type::kTiny, ui.theme().accent), at, "P", Align::Center);
      break;
    }
    default:
      draw_answer(list, at, solid, ground, message.reject);
      break;
  }
  if (!lost) return;
  cross(list, at, 9, ground, 4.5F);
  cross(list, at, 9, ink(ui.theme().bad), 2);
}

namespace {

// Messages of one kind that follow each other so closely on a link that their shapes would overlap.
struct Bundle {
  const MessageView* first = nullptr;  // the one that is drawn
  Vec2 at;
  std::size_t count = 1;
  bool lost = false;
};

Passing<Bundle> bundles(const Stage& stage) {
  Passing<Bundle> all;
  // The last one of each direction of a link, to be joined.
  const std::size_t count = stage.at.size();
  Passing<Passing<std::size_t>> on_link(count * count);
  for (const MessageView& message : stage.frame.messages) {
    const Vec2 at = message_at(stage, message);
    if (!stage.area.contains(at)) continue;
    const raft::Message& m = message.message;
    stage.ui.reachable("message." + digits(message.id), {at.x - 8, at.y - 8, 16, 16},
                       reach_of(stage, kMessageRadius));
    const bool lost = message.doomed && travelled(stage, message) >= lost_at(stage, message);
    auto& here = on_link[stage.index_of(m.from) * count + stage.index_of(m.to)];
    const auto joined = std::find_if(here.begin(), here.end(), [&](std::size_t i) {
      const raft::Message& other = all[i].first->message;
      return same_shape(other, m) && all[i].lost == lost && length(all[i].at - at) < kApart;
    });
    if (joined != here.end()) {
      ++all[*joined].count;
      // What is chosen is what is drawn.
      if (stage.selection.message == message.id) all[*joined].first = &message;
      continue;
    }
    here.push_back(all.size());
    all.push_back({&message, at, 1, lost});
  }
  return all;
}

// On the side of the lane that is away from the other direction's. In a still picture not where it would hide
// another count or a shape: the inspector tells it.
void draw_count(const Stage& stage, const Bundle& bundle, Passing<Rect>& taken) {
  Ui& ui = stage.ui;
  const raft::Message& m = bundle.first->message;
  const Vec2 way = normalised(stage.at[stage.index_of(m.to)] - stage.at[stage.index_of(m.from)]);
  const Vec2 at = bundle.at - left_of(way) * 17;
  const Pen pen = ui.mono_bold(type::kTiny - 1, ui.theme().text);
  const Words words = "×" + digits(bundle.count);
  const float width = text_width(pen, words) + 6;
  const Rect box{at.x - width / 2, at.y - 6.5F, width, 13};
  if (ui.reduced_motion()) {
    const auto hidden = [&](const Rect& other) { return overlap(other, box); };
    if (std::any_of(taken.begin(), taken.end(), hidden)) return;
    taken.push_back(box);
  }
  fill(ui.list(), box, ink(ui.theme().raised), 6);
  outline(ui.list(), box, ink(ui.theme().line), 6);
  draw_text(ui.list(), pen, box.center(), words, Align::Center);
}

}  // namespace

void draw_messages(const Stage& stage, const Under& under) {
  Ui& ui = stage.ui;
  const Theme& theme = ui.theme();
  const Passing<Bundle> all = bundles(stage);
  for (const Bundle& bundle : all) {
    const MessageView& message = *bundle.first;
    const Vec2 at = bundle.at;
    const raft::Message& m = message.message;
    const Rgb color = m.term.is_zero() ? theme.muted : term_color(theme, m.term);
    const bool chosen = stage.selection.message == message.id;
    if (chosen || under.message == &message) {
      ui.list()->AddCircle(im(at), 15, ink(theme.accent), 32, chosen ? 2.0F : 1.25F);
    }
    draw_message_shape(ui, m, at, color, bundle.lost);
  }
  Passing<Rect> taken;
  if (ui.reduced_motion()) {
    for (const Bundle& bundle : all) taken.push_back({bundle.at.x - 7, bundle.at.y - 6, 14, 12});
  }
  for (const Bundle& bundle : all) {
    if (bundle.count > 1) draw_count(stage, bundle, taken);
  }
}

}  // namespace raftarium::viz
