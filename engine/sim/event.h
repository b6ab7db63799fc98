#pragma once
// Event: one thing that happened in a world, as those who look on may know it.

#include <cstdint>
#include <memory>
#include <string>

#include "raft/raft.h"
#include "sim/command.h"

namespace raftarium::sim {

enum class LossReason : std::uint8_t { None, LinkCut, Dropped, ReceiverDown, TakenOff, NetworkFull };
const char* describe(LossReason reason);

enum class RequestState : std::uint8_t { Waiting, Committed, Refused, Unknown };
const char* describe(RequestState state);

struct Event {
  enum class Kind : std::uint8_t {
    Acted,            // a command took effect: `command`
    ActRefused,       // a scheduled command made no sense: `command`, `text`
    Raft,             // the core of `node` says so: `raft`
    Sent,             // a message left `node` for `peer`
    Delivered,        // a message from `peer` arrived at `node`
    Lost,             // a message from `node` will not arrive at `peer`: `loss`
    RequestSent,      // a client sends `request` to `node`
    RequestRefused,   // `node` refuses it: `refusal`; the client tries elsewhere
    RequestTimedOut,  // no answer from `node`; the client tries again
    RequestDone,      // `request` ended: `request_state`; `text`: what a reader was told
    Violated,         // a property does not hold: `text`
    SnapshotPart,     // `node` received one part more of a snapshot from `peer`: `part` of `parts`
    SnapshotMade,     // `node` made a snapshot: message_index is its last entry
    Recovered,        // `node` started from its disk and found something to tell: `text`
    StorageFailed,    // `node` stopped, or did not start, because of its disk: `text`
  };
  explicit Event(Kind its_kind = Kind::Acted, raft::NodeId its_node = {}, raft::NodeId its_peer = {})
      : kind(its_kind), node(its_node), peer(its_peer) {}

  Kind kind;
  TimeUs time_us = 0;
  raft::NodeId node;
  raft::NodeId peer;
  raft::Term term{};                         // of node, where it runs
  std::shared_ptr<const Command> command{};  // shared: few events have one, and it is large
  raft::Event raft{};
  std::uint64_t message_id = 0;
  raft::MessageType message_type = raft::MessageType::MsgHup;
  raft::Index message_index{};  // the message's own index, and below its entries
  std::uint64_t message_entries = 0;
  bool message_reject = false;
  std::uint64_t part = 0;
  std::uint64_t parts = 0;
  LossReason loss = LossReason::None;
  std::uint64_t request = 0;
  RequestState request_state = RequestState::Waiting;
  raft::Refusal refusal = raft::Refusal::None;
  std::string text{};
};

std::string describe(const Event& event);

}  // namespace raftarium::sim
