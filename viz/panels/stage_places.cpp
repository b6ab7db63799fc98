// Where messages in flight are shown: on their lane, as far as they have come; in reduced motion in steps, side by
// side.

#include <algorithm>
#include <cmath>
#include <numbers>

#include "viz/panels/stage_parts.h"

namespace raftarium::viz {
namespace {

constexpr float kMessageLane = 7;  // px beside the middle of its link
constexpr float kDropsAt = 0.55F;  // a message that the network drops is seen to go here
constexpr float kStepApart =
    26;  // px between those that stand side by side, so that their counts do too...
constexpr float kLeastApart = 21;  // ...and at least, or there are fewer steps
constexpr int kSteps = 3;
constexpr Vec2 kNowhere{-1e6F, -1e6F};

// The cross of a link that is cut in one direction only.
Vec2 vec_of_link_mark(const Stage& stage, std::size_t from, std::size_t to) {
  return link_end(stage, {{}, stage.frame.members[from].id, stage.frame.members[to].id});
}

// Those of one look in the same part of their way: they share a place.
struct Group {
  const raft::Message* like;
  float share;
  bool lost;
};

struct Grouped {
  Passing<Group> groups;             // in the order of the way, the first to arrive last
  Passing<std::size_t> of_messages;  // of each message: which
};

bool is_lost(const Stage& stage, const MessageView& message) {
  return message.doomed && travelled(stage, message) >= lost_at(stage, message);
}

Grouped grouped(const Stage& stage, const Passing<std::size_t>& messages, int steps) {
  Passing<Group> groups;
  Passing<std::size_t> group_of;
  for (const std::size_t i : messages) {
    const MessageView& message = stage.frame.messages[i];
    const float step = std::floor(std::min(travelled(stage, message), 0.99F) * static_cast<float>(steps));
    const float share = std::min((step + 0.5F) / static_cast<float>(steps), lost_at(stage, message));
    const bool lost = is_lost(stage, message);
    const auto found = std::find_if(groups.begin(), groups.end(), [&](const Group& group) {
      return group.share == share && group.lost == lost && same_shape(*group.like, message.message);
    });
    group_of.push_back(static_cast<std::size_t>(found - groups.begin()));
    if (found == groups.end()) groups.push_back({&message.message, share, lost});
  }
  // What was sent first is ahead of what is in the same step.
  Passing<std::size_t> order(groups.size());
  for (std::size_t g = 0; g < order.size(); ++g) order[g] = order.size() - 1 - g;
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return groups[a].share < groups[b].share; });
  Grouped result;
  Passing<std::size_t> place(groups.size());
  for (std::size_t k = 0; k < order.size(); ++k) {
    place[order[k]] = k;
    result.groups.push_back(groups[order[k]]);
  }
  for (const std::size_t g : group_of) result.of_messages.push_back(place[g]);
  return result;
}

// How far from a member lanes to its neighbours in the circle have come apart.
float apart_at(const Stage& stage) {
  const auto members = static_cast<float>(std::max<std::size_t>(3, stage.at.size()));
  return 16 / std::sin(std::numbers::pi_v<float> / (2 * members));
}

void place_side_by_side(Stage& stage, const Stage::Lane& lane, const Passing<std::size_t>& messages) {
  const float total = length(lane.to - lane.from);
  const auto wanted = [&](const Grouped& groups, float apart) {
    return static_cast<float>(groups.groups.size() - 1) * apart;
  };
  constexpr float kLeastMargin = 8;
  Grouped all = grouped(stage, messages, kSteps);
  // Where there is no room for every step, the steps of a kind share one.
  if (wanted(all, kLeastApart) > total - 2 * kLeastMargin) all = grouped(stage, messages, 1);
  const float most = std::max(kLeastMargin, (total - wanted(all, kStepApart)) / 2);
  const float margin = std::clamp(apart_at(stage) - stage.radius, kLeastMargin, most);
  const float room = std::max(0.0F, total - 2 * margin);
  Passing<float> places;
  float to = total - margin;
  for (const Group& group : all.groups) places.push_back(margin + room * group.share);
  for (const std::size_t i : messages) {
    const MessageView& message = stage.frame.messages[i];
    if (message.link_cut) to = std::max(margin, std::min(to, total * lost_at(stage, message)));
  }
  spread(places, margin, to, kStepApart);
  // Where even that is too close, every other one stands further out.
  const bool close = places.size() > 1 && places[1] - places[0] < kLeastApart - 4;
  const Vec2 out = left_of(normalised(lane.to - lane.from)) * (close ? -16.0F : 0.0F);
  for (std::size_t k = 0; k < messages.size(); ++k) {
    const std::size_t place = all.of_messages[k];
    const Vec2 at = mix(lane.from, lane.to, total > 0 ? places[place] / total : 0);
    stage.message_at[messages[k]] = place % 2 == 1 ? at + out : at;
  }
}

}  // namespace

bool same_shape(const raft::Message& a, const raft::Message& b) {
  return a.type == b.type && a.term == b.term && a.reject == b.reject &&
         a.entries.empty() == b.entries.empty();
}

float lost_at(const Stage& stage, const MessageView& message) {
  if (!message.doomed) return 1;
  const std::size_t from = stage.index_of(message.message.from);
  const std::size_t to = stage.index_of(message.message.to);
  if (!message.link_cut || from >= stage.at.size() || to >= stage.at.size() || from == to) return kDropsAt;
  const Stage::Lane lane = stage.lane(from, to, kMessageLane);
  float at = 1;
  for (const Border& cut : stage.cuts) {
    at = std::min(at, first_crossing(cut.line, lane.from, lane.to).value_or(1.0F));
  }
  if (at < 1) return at;
  return std::min(0.5F,
                  length(vec_of_link_mark(stage, from, to) - lane.from) / length(lane.to - lane.from));
}

float travelled(const Stage& stage, const MessageView& message) {
  const double total = std::max(1.0, static_cast<double>(message.deliver_us - message.sent_us));
  const double share = static_cast<double>(stage.shown_us - message.sent_us) / total;
  return std::clamp(static_cast<float>(share), 0.0F, lost_at(stage, message));
}

Vec2 message_at(const Stage& stage, const MessageView& message) {
  return stage.message_at[static_cast<std::size_t>(&message - stage.frame.messages.data())];
}

void place_messages(Stage& stage) {
  const std::size_t count = stage.at.size();
  const auto& messages = stage.frame.messages;
  stage.message_at.assign(messages.size(), kNowhere);
  Passing<Passing<std::size_t>> on_lane(stage.ui.reduced_motion() ? count * count : 0);
  for (std::size_t i = 0; i < messages.size(); ++i) {
    const std::size_t from = stage.index_of(messages[i].message.from);
    const std::size_t to = stage.index_of(messages[i].message.to);
    if (from >= count || to >= count || from == to) continue;
    if (stage.ui.reduced_motion()) {
      on_lane[from * count + to].push_back(i);
      continue;
    }
    const Stage::Lane lane = stage.lane(from, to, kMessageLane);
    stage.message_at[i] = mix(lane.from, lane.to, travelled(stage, messages[i]));
  }
  for (std::size_t way = 0; way < on_lane.size(); ++way) {
    if (!on_lane[way].empty())
      place_side_by_side(stage, stage.lane(way / count, way % count, kMessageLane), on_lane[way]);
  }
}

}  // namespace raftarium::viz
