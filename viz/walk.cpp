#include "viz/walk.h"

#include <algorithm>

namespace raftarium::viz {
namespace {

// `things` are in the order of `id_of`.
template <class Things, class IdOf>
std::uint64_t id_beside(const Things& things, std::uint64_t id, int direction, IdOf id_of) {
  if (things.empty()) return 0;
  if (direction > 0) {
    const auto next =
        std::find_if(things.begin(), things.end(), [&](const auto& thing) { return id_of(thing) > id; });
    return id_of(next == things.end() ? things.front() : *next);
  }
  const auto last =
      std::find_if(things.rbegin(), things.rend(), [&](const auto& thing) { return id_of(thing) < id; });
  return id_of(last == things.rend() ? things.back() : *last);
}

}  // namespace

std::optional<std::size_t> step_in_list(std::size_t count, std::optional<std::size_t> at, int steps) {
  if (count == 0) return std::nullopt;
  if (!at) return steps > 0 ? 0 : count - 1;
  const auto all = static_cast<std::ptrdiff_t>(count);
  const std::ptrdiff_t to = (static_cast<std::ptrdiff_t>(*at) + steps) % all;
  return static_cast<std::size_t>(to < 0 ? to + all : to);
}

raft::NodeId member_beside(const Frame& frame, raft::NodeId member, int direction) {
  return raft::NodeId(id_beside(frame.members, member.value(), direction,
                                [](const MemberView& view) { return view.id.value(); }));
}

std::uint64_t message_beside(const Frame& frame, std::uint64_t message, int direction) {
  return id_beside(frame.messages, message, direction, [](const MessageView& view) { return view.id; });
}

std::uint64_t traced_beside(const Frame& frame, std::uint64_t message, int direction) {
  return id_beside(frame.trace, message, direction, [](const lab::TracedMessage& view) { return view.id; });
}

LinkId link_beside(const Frame& frame, const LinkId& link, raft::NodeId member, int direction) {
  std::optional<std::size_t> at;
  std::optional<std::size_t> away;  // where those that lead away from `member` begin, or end
  for (std::size_t i = 0; i < frame.links.size(); ++i) {
    const LinkId here{frame.links[i].from, frame.links[i].to};
    if (here == link) at = i;
    if (here.from == member && (direction < 0 || !away)) away = i;
  }
  const auto to = at || !away ? step_in_list(frame.links.size(), at, direction) : away;
  return to ? LinkId{frame.links[*to].from, frame.links[*to].to} : LinkId{};
}

}  // namespace raftarium::viz
