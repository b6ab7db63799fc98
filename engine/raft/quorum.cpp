#include "raft/quorum.h"

#include <iterator>
#include <sstream>

namespace raftarium::raft {

NodeSet::NodeSet(std::vector<NodeId> ids) : ids_(std::move(ids)) {
  std::sort(ids_.begin(), ids_.end());
  ids_.erase(std::unique(ids_.begin(), ids_.end()), ids_.end());
}

bool NodeSet::contains(NodeId id) const { return std::binary_search(ids_.begin(), ids_.end(), id); }

void NodeSet::insert(NodeId id) {
  const auto at = std::lower_bound(ids_.begin(), ids_.end(), id);
  if (at == ids_.end() || *at != id) ids_.insert(at, id);
}

void NodeSet::erase(NodeId id) {
  const auto at = std::lower_bound(ids_.begin(), ids_.end(), id);
  if (at != ids_.end() && *at == id) ids_.erase(at);
}

NodeSet merge(const NodeSet& a, const NodeSet& b) {
  std::vector<NodeId> all;
  std::set_union(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(all));
  return NodeSet(std::move(all));
}

std::string describe(const NodeSet& set) {
  std::ostringstream out;
  out << '(';
  const char* separator = "";
  for (const NodeId id : set) {
    out << separator << id;
    separator = " ";
  }
  out << ')';
  return out.str();
}

const char* describe(VoteResult result) {
  switch (result) {
    case VoteResult::Pending:
      return "VotePending";
    case VoteResult::Lost:
      return "VoteLost";
    case VoteResult::Won:
      return "VoteWon";
  }
  return "unknown";
}

std::string describe(const JointConfig& config) {
  std::string out = describe(config.incoming);
  if (config.joint()) out += "&&" + describe(config.outgoing);
  return out;
}

}  // namespace raftarium::raft
