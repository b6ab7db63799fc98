#include "lab/trigger.h"

namespace raftarium::lab {

namespace {

using EventKind = sim::Event::Kind;
using RaftKind = raft::Event::Kind;
using Act = sim::Command::Kind;

bool is_raft(const sim::Event& event, RaftKind kind) {
  return event.kind == EventKind::Raft && event.raft.kind == kind;
}
bool is_act(const sim::Event& event, Act kind) {
  return event.kind == EventKind::Acted && event.command->kind == kind;
}

}  // namespace

bool Trigger::matches(const sim::Event& event) const {
  const bool is_message =
      kind == Kind::MessageSent || kind == Kind::MessageDelivered || kind == Kind::MessageLost;
  if (!is_message && node != raft::kNone && node != event.node) return false;
  const bool peer_fits = peer == raft::kNone || peer == event.peer;
  const bool term_fits = term.is_zero() || term == event.term;
  const auto message = [&](EventKind wanted) {
    // Of a delivery the event's node is the receiver.
    const bool delivered = wanted == EventKind::Delivered;
    const bool from_fits = node == raft::kNone || node == (delivered ? event.peer : event.node);
    const bool to_fits = peer == raft::kNone || peer == (delivered ? event.node : event.peer);
    return event.kind == wanted && from_fits && to_fits &&
           (!message_type || *message_type == event.message_type);
  };
  switch (kind) {
    case Kind::LeaderElected:
      return is_raft(event, RaftKind::BecameLeader) && term_fits;
    case Kind::CandidateStood:
      return is_raft(event, RaftKind::BecameCandidate) && term_fits;
    case Kind::SteppedDown:
      return term_fits && (is_raft(event, RaftKind::QuorumLost) ||
                           (is_raft(event, RaftKind::HigherTermSeen) && event.raft.was_leader));
    case Kind::Committed:
      return is_raft(event, RaftKind::CommitAdvanced) && event.raft.entry.index >= index;
    case Kind::LogTruncated:
      return is_raft(event, RaftKind::LogTruncated);
    case Kind::SnapshotSent:
      return is_raft(event, RaftKind::SnapshotSent) && peer_fits;
    case Kind::SnapshotRestored:
      return is_raft(event, RaftKind::SnapshotRestored);
    case Kind::MessageSent:
      return message(EventKind::Sent);
    case Kind::MessageDelivered:
      return message(EventKind::Delivered);
    case Kind::MessageLost:
      return message(EventKind::Lost);
    case Kind::RequestDone:
      return event.kind == EventKind::RequestDone && (index.is_zero() || event.request == index.value());
    case Kind::Crashed:
      return is_act(event, Act::Crash);
    case Kind::Restarted:
      return is_act(event, Act::Restart);
    case Kind::SnapshotMade:
      return event.kind == EventKind::SnapshotMade && event.message_index >= index;
    case Kind::StorageFailed:
      return event.kind == EventKind::StorageFailed;
    case Kind::Violated:
      return event.kind == EventKind::Violated;
    case Kind::ConfigurationChanged:
      return is_raft(event, RaftKind::ConfigurationChanged);
    case Kind::ChangeRefused: {
      if (is_raft(event, RaftKind::ConfChangeRefused)) return true;
      if (event.kind != EventKind::ActRefused) return false;
      return event.command->kind == Act::Reconfigure || event.command->kind == Act::LeaveJoint;
    }
    case Kind::Holds:
      break;
  }
  return false;
}

}  // namespace raftarium::lab
