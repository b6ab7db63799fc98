#include "sim/event.h"

#include <sstream>

namespace raftarium::sim {

const char* describe(LossReason reason) {
  switch (reason) {
    case LossReason::None:
      return "arrived";
    case LossReason::LinkCut:
      return "the link is cut";
    case LossReason::Dropped:
      return "the network dropped it";
    case LossReason::ReceiverDown:
      return "the receiver is down";
    case LossReason::TakenOff:
      return "it was taken off the wire";
    case LossReason::NetworkFull:
      return "the network is full";
  }
  return "unknown";
}

const char* describe(RequestState state) {
  switch (state) {
    case RequestState::Waiting:
      return "waiting";
    case RequestState::Committed:
      return "committed";
    case RequestState::Refused:
      return "refused";
    case RequestState::Unknown:
      return "unknown";
  }
  return "unknown";
}

std::string describe(const Event& event) {
  std::ostringstream out;
  switch (event.kind) {
    case Event::Kind::Acted:
      out << describe(*event.command);
      break;
    case Event::Kind::ActRefused:
      out << describe(*event.command) << " refused: " << event.text;
      break;
    case Event::Kind::Raft:
      out << name(event.node) << ' ' << raft::describe(event.raft.kind);
      break;
    case Event::Kind::Sent:
      out << name(event.node) << "->" << name(event.peer) << " sent " << raft::describe(event.message_type);
      break;
    case Event::Kind::Delivered:
      out << name(event.peer) << "->" << name(event.node) << " delivered "
          << raft::describe(event.message_type);
      break;
    case Event::Kind::Lost:
      out << name(event.node) << "->" << name(event.peer) << " lost " << raft::describe(event.message_type)
          << ": " << describe(event.loss);
      break;
    case Event::Kind::RequestSent:
      out << "request " << event.request << " to " << name(event.node);
      break;
    case Event::Kind::RequestRefused:
      out << "request " << event.request << " refused by " << name(event.node) << ": "
          << raft::describe(event.refusal);
      break;
    case Event::Kind::RequestTimedOut:
      out << "request " << event.request << " hears nothing from " << name(event.node);
      break;
    case Event::Kind::RequestDone:
      out << "request " << event.request << ' ' << describe(event.request_state);
      if (!event.text.empty()) out << ": " << event.text;
      break;
    case Event::Kind::SnapshotPart:
      out << name(event.peer) << "->" << name(event.node) << " snapshot, part " << event.part << " of "
          << event.parts;
      break;
    case Event::Kind::SnapshotMade:
      out << name(event.node) << " made a snapshot of entry " << event.message_index;
      break;
    case Event::Kind::Recovered:
      out << name(event.node) << " recovered: " << event.text;
      break;
    case Event::Kind::StorageFailed:
      out << name(event.node) << " stopped: " << event.text;
      break;
    case Event::Kind::Violated:
      out << "violated: " << event.text;
      break;
  }
  return out.str();
}

}  // namespace raftarium::sim
