#include "sim/event_digest.h"

namespace raftarium::sim {

namespace {

// `value` at a place of its own in a word.
template <class Value>
std::uint64_t at(unsigned shift, Value value) {
  return static_cast<std::uint64_t>(value) << shift;
}

void add_message(base::Hasher& digest, const Event& event) {
  digest.add(event.message_id,
             at(0, event.message_type) | at(8, event.loss) | at(16, event.message_reject));
  digest.add(event.message_index.value(), event.message_entries);
  if (event.kind == Event::Kind::SnapshotPart) digest.add(event.part, event.parts);
}

void add_raft(base::Hasher& digest, const raft::Event& raft) {
  digest.add(at(0, raft.kind) | at(8, raft.message_type) | at(16, raft.refusal) | at(24, raft.granted) |
                 at(32, raft.was_leader),
             raft.term.value());
  digest.add(raft.entry.index.value(), raft.entry.term.value());
  digest.add(raft.last.index.value(), raft.last.term.value());
  digest.add(raft.count, raft.needed);
  digest.add(raft.seen_term.value(), raft.voters.size());
  for (const raft::NodeId voter : raft.voters) digest.add(voter.value());
}

}  // namespace

void add_event(base::Hasher& out, const Event& event) {
  base::Hasher digest = out;  // in registers
  digest.add(at(0, event.kind) | at(8, event.node.value()) | at(16, event.peer.value()) |
                 at(24, event.text.empty()),
             static_cast<std::uint64_t>(event.time_us));
  digest.add(event.term.value());
  switch (event.kind) {
    case Event::Kind::Sent:
    case Event::Kind::Delivered:
    case Event::Kind::Lost:
    case Event::Kind::SnapshotPart:
      add_message(digest, event);
      break;
    case Event::Kind::Raft:
      add_raft(digest, event.raft);
      break;
    case Event::Kind::RequestSent:
    case Event::Kind::RequestRefused:
    case Event::Kind::RequestTimedOut:
    case Event::Kind::RequestDone:
      digest.add(event.request, at(0, event.request_state) | at(8, event.refusal));
      break;
    case Event::Kind::SnapshotMade:
      digest.add(event.message_index.value());
      break;
    case Event::Kind::Acted:
    case Event::Kind::ActRefused:
    case Event::Kind::Violated:
    case Event::Kind::Recovered:
    case Event::Kind::StorageFailed:
      break;  // the text says it all
  }
  if (!event.text.empty()) digest.add(event.text);
  out = digest;
}

}  // namespace raftarium::sim
