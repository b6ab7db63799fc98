#pragma once
// Command: everything that a person, a scenario or a search may do to a world. A value that can be kept
// in a journal; World::apply is the only way in.

#include <cstdint>
#include <string>
#include <vector>

#include "raft/types.h"

namespace raftarium::sim {

using TimeUs = std::int64_t;  // virtual microseconds since the world began

struct Command {
  enum class Kind : std::uint8_t {
    Put,        // a client writes key = value through `node` (kNone: through whoever leads, retrying)
    Delete,     // a client deletes key
    Crash,      // node stops at once; what it had not made durable is gone
    Restart,    // node starts again from its storage
    Pause,      // node's process stands still: nothing is handled, its clock stops
    Resume,
    Isolate,    // every link from and to node is cut
    Cut,        // the directed link from `node` to `peer` loses everything
    Heal,       // and carries again
    Partition,  // links between different `groups` are cut, links inside a group are healed
    HealAll,    // every link carries again
    Timeout,    // node's election timer runs out now
    Transfer,   // node, a leader, hands over to peer
    SetLink,    // latency and loss of the link from `node` to `peer` (both kNone: of every link)
  };
  Kind kind = Kind::HealAll;
  raft::NodeId node;
  raft::NodeId peer;
  std::string key;
  std::string value;
  std::vector<std::vector<raft::NodeId>> groups;
  TimeUs latency_min_us = 0;            // SetLink: least latency
  TimeUs latency_mean_us = 0;           // SetLink: mean of what is added to it
  std::uint32_t loss_per_million = 0;   // SetLink

  friend bool operator==(const Command&, const Command&) = default;
};

const char* describe(Command::Kind kind);     // the word that scenarios use: "crash", "heal_all", ...
std::string describe(const Command& command);  // "crash 3", "partition {1,2} | {3,4,5}"

}  // namespace raftarium::sim
