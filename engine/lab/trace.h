#pragma once
// Trace: what was sent on a branch, when it left and how it ended. For diagrams of space and time.

#include <cstdint>
#include <vector>

#include "raft/types.h"
#include "sim/world.h"

namespace raftarium::lab {

struct TracedMessage {
  std::uint64_t id = 0;  // sim::Flight::id
  raft::MessageType type = raft::MessageType::MsgHup;
  raft::NodeId from;
  raft::NodeId to;
  raft::Term term;
  raft::Index index;
  std::uint64_t entries = 0;
  std::uint64_t bytes = 0;  // of the commands and of the snapshot that it carries
  bool reject = false;
  sim::TimeUs sent_us = 0;
  std::uint64_t sent_event = 0;  // World::moments() right after it
  sim::TimeUs ended_us = -1;     // arrived or was lost then; -1: still on its way
  std::uint64_t ended_event = 0;
  bool lost = false;
};

// How often and with how much the disks of all members were written to, and synced. A wiped one goes on counting.
struct DiskWork {
  sim::TimeUs time_us = 0;
  std::uint64_t event = 0;  // World::moments() right after it
  std::uint64_t writes = 0;
  std::uint64_t syncs = 0;
  std::uint64_t bytes = 0;  // written
};

// Notes what the last step of `world` sent and what became of what was sent before. In the order of identities.
void trace(const sim::World& world, std::vector<TracedMessage>& messages);
// Adds what the disks had done after the last step, where it has changed.
void trace_disks(const sim::World& world, std::vector<DiskWork>& work);

}  // namespace raftarium::lab
