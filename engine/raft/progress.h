#pragma once
// What a leader knows of its peers: how far each log matches, what was sent, whom to wait for.

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "raft/quorum.h"
#include "raft/raft.h"
#include "raft/types.h"

namespace raftarium::raft {

// The appends that one peer has not answered yet, oldest first, limited by count and by bytes.
// A ring that grows by doubling up to its capacity, so that idle peers cost nothing.
class Inflights {
 public:
  // `max_bytes` 0: no limit.
  Inflights(int capacity, std::uint64_t max_bytes) : capacity_(capacity), max_bytes_(max_bytes) {}

  // REQUIRES: !full(), and `last` is beyond what was added before.
  void add(Index last, std::uint64_t bytes);
  // Frees everything that ends at or before `index`.
  void free_to(Index index);
  void reset();
  bool full() const { return count_ == capacity_ || (max_bytes_ != 0 && bytes_ >= max_bytes_); }
  int count() const { return count_; }
  int capacity() const { return capacity_; }

 private:
  struct Sent {
    Index last;
    std::uint64_t bytes = 0;
  };
  void grow();

  int capacity_;
  std::uint64_t max_bytes_;
  std::uint64_t bytes_ = 0;
  int start_ = 0;
  int count_ = 0;
  std::vector<Sent> ring_;
};

// Invariant: match < next.
struct Progress {
  NodeId id;
  Index match;        // the highest entry known to be on the peer
  Index next;         // the first entry to send next
  Index sent_commit;  // the highest commit index that the peer was told (etcd-io/raft 138)
  ProgressState state = ProgressState::Probe;
  Index pending_snapshot;      // in Snapshot: the index of the snapshot that was sent
  bool recent_active = false;  // heard of since the last quorum check
  bool flow_paused = false;    // nothing more until an answer
  bool is_learner = false;
  Inflights inflights{1, 0};

  void become_probe();
  void become_replicate();
  void become_snapshot(Index index);

  void sent_entries(std::size_t count, std::uint64_t bytes);
  // Whether telling the peer of `commit` could let it commit more than it can now.
  bool can_bump_commit(Index commit) const { return commit > sent_commit && sent_commit < next - 1; }

  // An answer says that the peer's log matches up to `index`. False if that is no news.
  bool maybe_update(Index index);
  // An answer refuses the entry before `rejected + 1`; `hint` may match. False if it is out of date.
  bool maybe_decrease(Index rejected, Index hint);
  bool paused() const { return flow_paused || state == ProgressState::Snapshot; }

 private:
  void reset_state(ProgressState to);
};

// The configuration in force.
struct TrackerConfig {
  JointConfig voters;
  NodeSet learners;
  NodeSet learners_next;  // voters of the outgoing half that become learners on leaving it
  bool auto_leave = false;

  ConfState conf_state() const;
  friend bool operator==(const TrackerConfig&, const TrackerConfig&) = default;
};
std::string describe(const TrackerConfig& config);  // "voters=(1 2)&&(1) learners=(3) autoleave"

using ProgressMap = std::vector<Progress>;  // sorted by id

class Tracker {
 public:
  Tracker(int max_inflight, std::uint64_t max_inflight_bytes)
      : max_inflight_(max_inflight), max_inflight_bytes_(max_inflight_bytes) {}

  TrackerConfig config;
  ProgressMap progress;

  Progress* find(NodeId id) { return find_in(progress, id); }
  const Progress* find(NodeId id) const { return find_in(progress, id); }
  static const Progress* find_in(const ProgressMap& map, NodeId id) {
    // Members are mostly numbered from 1 without a gap.
    const std::uint64_t guess = id.value() - 1;
    if (guess < map.size() && map[guess].id == id) return &map[guess];
    return search(map, id);
  }
  static Progress* find_in(ProgressMap& map, NodeId id) {
    return const_cast<Progress*>(find_in(std::as_const(map), id));
  }

  Inflights new_inflights() const { return {max_inflight_, max_inflight_bytes_}; }

  // A sole voter need not ask anybody.
  bool is_singleton() const { return config.voters.incoming.size() == 1 && !config.voters.joint(); }
  // The highest entry on a quorum.
  Index committed() const;
  // Whether a quorum of voters was heard of since the last check.
  bool quorum_active() const;

  void reset_votes() { votes_.clear(); }
  // The first vote of each member counts (§5.2).
  void record_vote(NodeId id, bool granted);
  std::optional<bool> vote_of(NodeId id) const;
  struct Tally {
    std::size_t granted = 0;
    std::size_t rejected = 0;
    VoteResult result = VoteResult::Pending;
  };
  Tally tally_votes() const;
  std::vector<NodeId> voted(bool granted) const;

 private:
  static const Progress* search(const ProgressMap& map, NodeId id);

  struct Vote {
    NodeId id;
    bool granted = false;
  };
  int max_inflight_;
  std::uint64_t max_inflight_bytes_;
  std::vector<Vote> votes_;
};

}  // namespace raftarium::raft
