#include "lab/trace.h"

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
    // Identities rise, and what ends was sent not long ago.
    for (std::size_t i = messages.size(); i-- > 0;) {
      TracedMessage& message = messages[i];
      if (message.id < event.message_id) break;
      if (message.id > event.message_id) continue;
      message.ended_us = event.time_us;
      message.ended_event = world.moments();
      message.lost = event.kind == Kind::Lost;
      break;
    }
  }
}

}  // namespace raftarium::lab
