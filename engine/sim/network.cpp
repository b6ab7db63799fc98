#include "sim/network.h"

#include <array>

namespace raftarium::sim {

TimeUs exponential(base::Prng& prng, TimeUs mean_us) {
  // -ln(1 - (i + 1/2) / 64) in units of 1/1024.
  static constexpr std::array<TimeUs, 64> kQuantiles{
      8,    24,   41,   58,   75,   92,   110,  128,  146,  165,  184,  203,  223,  243,  263,  284,
      305,  327,  349,  372,  395,  419,  444,  469,  494,  520,  547,  575,  603,  633,  663,  694,
      726,  759,  793,  828,  865,  903,  942,  983,  1026, 1070, 1117, 1166, 1217, 1271, 1328, 1388,
      1452, 1520, 1594, 1672, 1758, 1851, 1953, 2067, 2195, 2342, 2513, 2719, 2976, 3320, 3844, 4968};
  if (mean_us <= 0) return 0;
  return mean_us * kQuantiles[prng.below(64)] / 1024;
}

void Network::isolate(raft::NodeId node) {
  for (std::size_t i = 1; i <= members_; ++i) {
    const raft::NodeId other(i);
    if (other == node) continue;
    link(node, other).cut = true;
    link(other, node).cut = true;
  }
}

void Network::partition(const std::vector<std::vector<raft::NodeId>>& groups) {
  std::vector<std::size_t> group_of(members_ + 1, 0);
  for (std::size_t g = 0; g < groups.size(); ++g) {
    for (const raft::NodeId node : groups[g]) group_of[node.value()] = g + 1;
  }
  for (std::size_t a = 1; a <= members_; ++a) {
    for (std::size_t b = 1; b <= members_; ++b) {
      link(raft::NodeId(a), raft::NodeId(b)).cut = group_of[a] != group_of[b];
    }
  }
}

void Network::heal_all() {
  for (Link& link : links_) link.cut = link.clogged = false;
}

}  // namespace raftarium::sim
