#include "lab/trace.h"

#include <algorithm>

namespace raftarium::lab {
namespace {

std::uint64_t bytes_of(const raft::Message& message) {
  std::uint64_t bytes = message.snapshot == nullptr ? 0 : message.snapshot->data.size();
  for (const raft::Entry& entry : message.entries) bytes += entry.data.size();
  return bytes;
}

}  // namespace

void trace(const sim::World& world, std::vector<TracedMessage>& messages) {
  using Kind = sim::Event::Kind;
  for (const sim::Event& event : world.events()) {
    if (event.kind == Kind::Sent) {
      const auto flight = world.flights().find(event.message_id);
      const raft::Term term = flight == world.flights().end() ? event.term : flight->second.message.term;
      const std::uint64_t bytes = flight == world.flights().end() ? 0 : bytes_of(flight->second.message);
      messages.push_back({event.message_id, event.message_type, event.node, event.peer, term,
                          event.message_index, event.message_entries, bytes, event.message_reject,
                          event.time_us, world.moments(), -1, 0, false});
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

void trace_disks(const sim::World& world, std::vector<DiskWork>& work) {
  DiskWork now{world.now_us(), world.moments(), 0, 0, 0};
  for (const raft::NodeId node : world.members()) {
    const storage::MemoryDisk* disk = world.disk(node);
    if (disk == nullptr) continue;
    now.writes += disk->writes();
    now.syncs += disk->syncs();
    now.bytes += disk->bytes_written();
  }
  const bool same = !work.empty() && work.back().writes == now.writes && work.back().syncs == now.syncs;
  if (!same) work.push_back(now);
}

}  // namespace raftarium::lab
