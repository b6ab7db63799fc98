#pragma once
// Network: directed links with latency, loss and cuts. It decides what happens to a message; the world
// carries it there.

#include <cstdint>
#include <vector>

#include "base/prng.h"
#include "raft/types.h"
#include "sim/command.h"

namespace raftarium::sim {

// So many of the newest messages of a link may come again.
inline constexpr std::size_t kCarried = 16;

struct Link : LinkSettings {
  bool cut = false;  // everything is lost
  friend bool operator==(const Link&, const Link&) = default;
};

// Exponentially distributed with the given mean, from 64 quantiles: integers only.
TimeUs exponential(base::Prng& prng, TimeUs mean_us);

class Network {
 public:
  // Members 1 to `members`, every link like `link`.
  Network(std::size_t members, const Link& link) : members_(members), links_(members * members, link) {}

  // REQUIRES: both are members.
  Link& link(raft::NodeId from, raft::NodeId to) { return links_[position(from, to)]; }
  const Link& link(raft::NodeId from, raft::NodeId to) const { return links_[position(from, to)]; }

  void isolate(raft::NodeId node);
  void partition(const std::vector<std::vector<raft::NodeId>>& groups);
  void heal_all();
  // Whether a message there would arrive, but for chance.
  bool connected(raft::NodeId from, raft::NodeId to) const { return from == to || !link(from, to).cut; }

  // Of a link among size() of them. REQUIRES: both are members.
  std::size_t position(raft::NodeId from, raft::NodeId to) const {
    return (from.value() - 1) * members_ + (to.value() - 1);
  }
  std::size_t size() const { return links_.size(); }

 private:
  std::size_t members_;
  std::vector<Link> links_;
};

}  // namespace raftarium::sim
