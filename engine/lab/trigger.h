#pragma once
// Trigger: what a scenario's action waits for, when it does not wait for a time: something that happens, or a
// predicate that becomes true.

#include <cstdint>
#include <optional>

#include "lab/predicate.h"
#include "sim/world.h"

namespace raftarium::lab {

struct Trigger {
  enum class Kind : std::uint8_t {
    LeaderElected,     // node, term
    CandidateStood,    // node, term
    SteppedDown,       // node, term: a leader that gives up
    Committed,         // node, index: its commit index reaches index
    LogTruncated,      // node
    SnapshotSent,      // node, peer
    SnapshotRestored,  // node
    MessageSent,       // node: from, peer: to, type
    MessageDelivered,
    MessageLost,
    RequestDone,    // index: the request's number
    Crashed,        // node
    Restarted,      // node
    SnapshotMade,   // node, index: of its last entry, at least
    StorageFailed,  // node
    Violated,
    ConfigurationChanged,  // node: one that has come into force there
    ChangeRefused,         // node: who refuses a change of the configuration
    Holds,                 // the predicate, after any event
  };
  Kind kind = Kind::LeaderElected;
  raft::NodeId node{};  // none: anybody
  raft::NodeId peer{};
  raft::Term term{};  // zero: any
  raft::Index index{};
  std::optional<raft::MessageType> message_type{};
  std::uint32_t nth = 1;                 // at the nth time that it happens
  std::optional<Predicate> predicate{};  // of Holds

  // Whether `event`, the newest in `world`, is what is waited for. Not for Holds.
  bool matches(const sim::Event& event) const;
};

}  // namespace raftarium::lab
