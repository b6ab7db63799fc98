#include "lab/trace.h"

#include <algorithm>

namespace raftarium::lab {

void trace(const sim::World& world, std::vector<TracedMessage>& messages) {
  using Kind = sim::Event::Kind;
  for (const sim::Event& event : world.events()) {
    if (event.kind == Kind::Sent) {
      const auto flight = world.flights().find(event.message_id);
      const raft::Term term = flight == world.flights().end() ? event.term : flight->second.message.term;
      messages.push_back({event.message_id, event.message_type, event.node, event.peer, term,
                          event.message_index, event.message_entries, event.message_reject, event.time_us,
                          world.moments(), -1, 0, false});
      continue;
    }
    if (event.kind != Kind::Delivered && event.kind != Kind::Lost) continue;
    const auto message =
        std::lower_bound(messages.begin(), messages.end(), event.message_id,
                         [](const TracedMessage& traced, std::uint64_t id) { return traced.id < id; });
    if (message == messages.end() || message->id != event.message_id) continue;
    message->ended_us = event.time_us;
    message->ended_event = world.moments();
    message->lost = event.kind == Kind::Lost;
  }
}

}  // namespace raftarium::lab
