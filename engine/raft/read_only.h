#pragma once
// Reads that wait for proof that their leader still leads (dissertation §6.4).
//
// Each read opens a round with a number of its own; heartbeats carry the number of the newest round, and
// an acknowledgement of one confirms all before it. The number is never reused, so a late acknowledgement
// of an earlier read with the same context confirms nothing (etcd 20418).

#include <cstdint>
#include <deque>
#include <vector>

#include "raft/quorum.h"
#include "raft/types.h"

namespace raftarium::raft {

struct PendingRead {
  NodeId from;  // who asked; none or self: this member
  std::uint64_t context = 0;
};

class ReadOnly {
 public:
  // Returns the number of the round. Numbers grow for ever, over leaderships too.
  // The same read asked again replaces the first, whose late acknowledgements then confirm nothing.
  std::uint64_t open(const PendingRead& read, Index read_index) {
    std::erase_if(rounds_, [&](const Round& r) {
      return r.read.from == read.from && r.read.context == read.context;
    });
    rounds_.push_back({++last_, read_index, read, NodeSet()});
    return last_;
  }

  std::uint64_t newest() const { return rounds_.empty() ? 0 : last_; }

  void acknowledge(NodeId from, std::uint64_t number) {
    for (Round& round : rounds_) {
      if (round.number == number) round.acks.insert(from);
    }
  }

  struct Confirmed {
    PendingRead read;
    Index read_index;
  };
  // Takes out every read up to the newest round that a quorum has acknowledged.
  std::vector<Confirmed> take_confirmed(const JointConfig& voters) {
    std::size_t count = 0;
    for (std::size_t i = rounds_.size(); i-- > 0 && count == 0;) {
      const NodeSet& acks = rounds_[i].acks;
      const auto acked = [&](NodeId id) { return acks.contains(id) ? std::optional(true) : std::nullopt; };
      if (voters.vote(acked) == VoteResult::Won) count = i + 1;
    }
    std::vector<Confirmed> confirmed;
    for (std::size_t i = 0; i < count; ++i) {
      confirmed.push_back({rounds_.front().read, rounds_.front().read_index});
      rounds_.pop_front();
    }
    return confirmed;
  }

  // Leadership ended: nothing that was asked can be confirmed any more.
  void clear() { rounds_.clear(); }

 private:
  struct Round {
    std::uint64_t number = 0;
    Index read_index;
    PendingRead read;
    NodeSet acks;
  };
  std::deque<Round> rounds_;
  std::uint64_t last_ = 0;
};

}  // namespace raftarium::raft
