#pragma once
// WorldConfig: what a world is made of, before anything has happened in it.

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/result.h"
#include "raft/bugs.h"
#include "raft/types.h"
#include "sim/command.h"

namespace raftarium::sim {

inline constexpr std::size_t kMaxMembers = 15;
// As fine as a program can wait, and so that an hour of fifteen members is played in about a minute.
inline constexpr TimeUs kMinTickUs = 1'000;
inline constexpr TimeUs kMaxJumpUs = 60'000'000;
inline constexpr TimeUs kMaxSyncUs = 60'000'000;
inline constexpr TimeUs kMaxStepUs = 60'000'000;       // of a process, and its stalls
inline constexpr std::int64_t kMaxLoadClients = 1000;  // and keys
inline constexpr std::int64_t kMaxLoadRequests = 100'000;
inline constexpr std::size_t kMaxLogEntries = 100;    // of a log that a member begins with
inline constexpr std::size_t kMaxRequests = 200'000;  // of all clients of a world together
inline constexpr std::uint32_t kMaxStrikes = 10'000;  // of all nemeses of a world that are still to come
inline constexpr std::int64_t kMaxMessagesInFlight = 20'000;
inline constexpr std::size_t kEntriesForEachMessage = 100;  // of those that may be in flight, on average
inline constexpr std::int64_t kMaxDriftPpm = 9'000'000;     // ten times as fast

struct WorldConfig {
  std::uint64_t seed = 1;
  std::size_t members = 5;  // 1 to kMaxMembers
  bool pre_vote = true;
  bool check_quorum = true;
  bool lease_reads = false;            // linearizable reads trust the leader's lease; needs check_quorum
  TimeUs tick_us = 10'000;             // kMinTickUs to 1'000'000
  int election_ticks = 15;             // > heartbeat_ticks
  int heartbeat_ticks = 5;             // > 0
  TimeUs latency_min_us = 15'000;      // of every link, >= 0
  TimeUs latency_mean_us = 8'000;      // of the random part on top, >= 0
  std::uint32_t loss_per_million = 0;  // up to 1'000'000
  std::uint32_t duplicate_per_million = 0;  // up to 1'000'000: messages that arrive twice
  std::uint32_t replay_per_million = 0;     // up to 1'000'000: messages with which an old one comes again
  // The network carries so many messages at a time, 1 to kMaxMessagesInFlight, with kEntriesForEachMessage times as
  // many entries in them (but any one message where there is no other), and takes so many in a millisecond. What is
  // sent beyond is lost, as from a full queue.
  std::int64_t max_messages_in_flight = 10'000;
  TimeUs request_timeout_us = 400'000;      // a client waits so long for an answer, then tries again
  TimeUs request_deadline_us = 4'000'000;   // and gives up after this long; up to a day
  std::int64_t max_size_per_msg = 1 << 20;  // bytes of entries in one append; 0: one entry
  int max_inflight_msgs = 256;              // > 0: unanswered appends to one follower
  std::int64_t max_inflight_bytes = 0;      // and bytes of them, >= max_size_per_msg; 0: no limit
  std::int64_t max_uncommitted_size = 0;    // bytes; a leader refuses more; 0: no limit
  TimeUs sync_min_us = 0;                   // of every disk, as DiskSettings
  TimeUs sync_mean_us = 0;                  // both 0: a sync takes no time
  TimeUs step_us = 0;                       // of every process, as ProcessSettings
  std::uint32_t stall_per_million = 0;      // up to 1'000'000
  TimeUs stall_us = 0;
  std::int64_t wal_segment_bytes = 64 << 10;   // 4096 to 64 MiB
  std::int64_t snapshot_entries = 0;           // applied entries until a member makes a snapshot; 0: never
  std::int64_t snapshot_bytes = 0;             // or bytes of them; 0: never
  std::int64_t snapshot_keep_entries = 0;      // of the log, behind a snapshot
  std::int64_t snapshot_part_bytes = 1 << 16;  // a snapshot travels in parts, one after the other
  // The first configuration: all members but `spares` are in it, `learners` as such, the others as voters, of whom
  // there is at least one. A spare runs and waits to be added.
  std::vector<raft::NodeId> learners{};
  std::vector<raft::NodeId> spares{};
  // What members' logs hold when the world begins, by member: the terms of the entries from index 2 on. None of them
  // is known to be committed; who is not listed has none. All members begin in the highest term of all logs. Each
  // entry writes "TERM.POSITION" to the key x.
  std::vector<std::vector<raft::Term>> logs{};
  raft::Bugs bugs{};  // of every member
  // Members that are set up in another way than the others: empty, or one for each member, S1 first. Only what a
  // member can have of its own counts: pre_vote, check_quorum, lease_reads, its ticks, limits, disk and snapshots.
  std::vector<WorldConfig> own{};

  // How `node` is set up.
  const WorldConfig& of(raft::NodeId node) const { return own.empty() ? *this : own.at(node.value() - 1); }
};

// An error says which field cannot work, what was expected and what was found.
base::Status check(const WorldConfig& config);

}  // namespace raftarium::sim
