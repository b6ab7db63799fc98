// committed [cfg=(1,2)] [cfgj=(2,3)|zero] idx=(12,_)    draws what is acknowledged, and what is committed
// vote      [cfg=(1,2)] [cfgj=(2,3)|zero] votes=(y,n,_)
//
// Indexes and votes are given voter by voter in the order of cfg, then cfgj, each voter once; `_` is a
// voter not heard of. With cfgj the quorum is joint, with "zero" joint with the empty majority.
// What must be equal by symmetry is computed both ways, and a difference is printed.

#include <algorithm>
#include <array>
#include <cstdio>
#include <map>
#include <optional>
#include <sstream>

#include "datadriven/grammar.h"
#include "raft/quorum.h"

namespace raftarium::datadriven {
namespace {

using raft::Index;
using raft::JointConfig;
using raft::NodeId;
using raft::NodeSet;
using raft::VoteResult;

using Acks = std::map<NodeId, Index>;
using Votes = std::map<NodeId, bool>;

template <class Value>
auto lookup(const std::map<NodeId, Value>& known) {
  return [&known](NodeId id) -> std::optional<Value> {
    const auto found = known.find(id);
    if (found == known.end()) return std::nullopt;
    return found->second;
  };
}

std::string text(Index index) {
  return index == raft::kIndexInfinity ? "∞" : std::to_string(index.value());
}

struct Input {
  bool joint = false;
  std::vector<NodeId> ids;     // of cfg, as written
  std::vector<NodeId> ids_j;   // of cfgj
  std::vector<Index> indexes;  // 0: not heard of
  std::vector<std::optional<bool>> votes;

  NodeSet incoming() const { return NodeSet(ids); }
  NodeSet outgoing() const { return NodeSet(ids_j); }

  // Every voter once, in the order in which the values are given.
  std::vector<NodeId> voters() const {
    std::vector<NodeId> all;
    for (const auto* half : {&ids, &ids_j}) {
      for (const NodeId id : *half) {
        if (std::find(all.begin(), all.end(), id) == all.end()) all.push_back(id);
      }
    }
    return all;
  }
};

base::Status read_value(Input& input, const std::string& key, const std::string& value) {
  if (key == "votes") {
    if (value != "y" && value != "n" && value != "_") {
      return base::Error{"votes: expected y, n or _, got \"" + value + "\""};
    }
    input.votes.push_back(value == "_" ? std::nullopt : std::optional<bool>(value == "y"));
    return {};
  }
  if (key == "idx" && value == "_") {
    input.indexes.emplace_back();
    return {};
  }
  if (key == "cfgj") {
    input.joint = true;
    if (value == "zero") return {};
  }
  const base::Result<std::uint64_t> number = parse_number(key, value);
  if (!number.ok()) return number.error();
  if (key == "cfg") {
    input.ids.emplace_back(*number);
  } else if (key == "cfgj") {
    input.ids_j.emplace_back(*number);
  } else if (key == "idx") {
    if (*number == 0) return base::Error{"idx: 0 is not an index; write _ for a voter not heard of"};
    input.indexes.emplace_back(*number);
  } else {
    return base::Error{"unknown argument \"" + key + "\": expected cfg, cfgj, idx or votes"};
  }
  return {};
}

base::Result<Input> read_input(const Directive& directive) {
  Input input;
  for (const Arg& arg : directive.args) {
    if (arg.values.empty()) {
      return base::Error{"unexpected word \"" + arg.key + "\": expected cfg=, cfgj=, idx= or votes="};
    }
    const bool has_zero = std::find(arg.values.begin(), arg.values.end(), "zero") != arg.values.end();
    if (arg.key == "cfgj" && has_zero && arg.values.size() > 1) {
      return base::Error{"cfgj: \"zero\" stands alone"};
    }
    for (const std::string& value : arg.values) {
      const base::Status read = read_value(input, arg.key, value);
      if (!read.ok()) return read.error();
    }
  }
  return input;
}

// How etcd words a count that does not fit, values printed as Go prints a map and a slice.
std::string mismatch(const NodeSet& voters, const std::vector<std::string>& values) {
  std::ostringstream out;
  out << "error: mismatched input (explicit or _) for voters map[";
  const char* separator = "";
  for (const NodeId id : voters) {
    out << separator << id << ":{}";
    separator = " ";
  }
  out << "]: [";
  separator = "";
  for (const std::string& value : values) {
    out << separator << value;
    separator = " ";
  }
  out << ']';
  return out.str();
}

// A bar for each voter, as long as the number of voters that it is strictly ahead of.
std::string draw(const NodeSet& voters, const Acks& acks) {
  if (voters.empty()) return "<empty majority quorum>";
  const std::size_t n = voters.size();
  const auto acked = lookup(acks);
  std::vector<Index> sorted;
  for (const NodeId id : voters) sorted.push_back(acked(id).value_or(Index()));
  std::sort(sorted.begin(), sorted.end());

  std::string out = std::string(n, ' ') + "    idx\n";
  for (const NodeId id : voters) {
    const std::optional<Index> index = acked(id);
    if (index) {
      const auto first = std::lower_bound(sorted.begin(), sorted.end(), *index);
      const auto behind = static_cast<std::size_t>(first - sorted.begin());
      out += std::string(behind, 'x') + '>' + std::string(n - behind, ' ');
    } else {
      out += '?' + std::string(n, ' ');
    }
    std::array<char, 64> line{};
    std::snprintf(line.data(), line.size(), " %5llu    (id=%llu)\n",
                  static_cast<unsigned long long>(index.value_or(Index()).value()),
                  static_cast<unsigned long long>(id.value()));
    out += line.data();
  }
  return out;
}

// The definition, without sorting: the highest index that more than half have.
Index committed_by_counting(const NodeSet& voters, const Acks& acks) {
  if (voters.empty()) return raft::kIndexInfinity;
  Index best;
  for (const auto& candidate : acks) {
    if (!voters.contains(candidate.first)) continue;
    const auto at_least = std::count_if(acks.begin(), acks.end(), [&](const auto& ack) {
      return voters.contains(ack.first) && ack.second >= candidate.second;
    });
    const bool quorum = static_cast<std::size_t>(at_least) > voters.size() / 2;
    if (quorum) best = std::max(best, candidate.second);
  }
  return best;
}

std::string run_majority_committed(const NodeSet& voters, const Acks& acks) {
  const Index committed = raft::majority_committed(voters, lookup(acks));
  std::string out = draw(voters, acks);
  const auto expect = [&](Index other, const std::string& how) {
    if (other != committed) out += text(other) + " <-- " + how + "\n";
  };
  expect(committed_by_counting(voters, acks), "via alternative computation");
  expect(JointConfig{voters, {}}.committed(lookup(acks)), "via zero-joint quorum");
  expect(JointConfig{voters, voters}.committed(lookup(acks)), "via self-joint quorum");
  // Lowering a voter that is below the committed index anyway must not matter.
  for (const auto& [id, index] : acks) {
    if (!voters.contains(id) || index >= committed) continue;
    Acks lowered = acks;
    lowered[id] = index - 1;
    expect(raft::majority_committed(voters, lookup(lowered)),
           "overlaying " + text(Index(id.value())) + "->" + text(index));
    lowered[id] = Index();
    expect(raft::majority_committed(voters, lookup(lowered)),
           "overlaying " + text(Index(id.value())) + "->0");
  }
  return out + text(committed) + "\n";
}

std::string run_committed(const Input& input) {
  const std::vector<NodeId> voters = input.voters();
  if (voters.size() != input.indexes.size()) {
    std::vector<std::string> values;
    for (const Index index : input.indexes) values.push_back(text(index));
    return mismatch(NodeSet(voters), values);
  }
  Acks acks;
  for (std::size_t i = 0; i < voters.size(); ++i) {
    if (!input.indexes[i].is_zero()) acks[voters[i]] = input.indexes[i];
  }
  if (!input.joint) return run_majority_committed(input.incoming(), acks);

  const Index committed = JointConfig{input.incoming(), input.outgoing()}.committed(lookup(acks));
  const Index swapped = JointConfig{input.outgoing(), input.incoming()}.committed(lookup(acks));
  std::string out = draw(NodeSet(voters), acks);
  if (swapped != committed) out += text(swapped) + " <-- via symmetry\n";
  return out + text(committed) + "\n";
}

std::string run_vote(const Input& input) {
  const std::vector<NodeId> voters = input.voters();
  if (voters.size() != input.votes.size()) {
    std::vector<std::string> values;
    for (const auto& vote : input.votes) values.emplace_back(!vote ? "0" : *vote ? "2" : "1");
    return mismatch(NodeSet(voters), values);
  }
  Votes votes;
  for (std::size_t i = 0; i < voters.size(); ++i) {
    if (input.votes[i]) votes[voters[i]] = *input.votes[i];
  }
  if (!input.joint) {
    return std::string(raft::describe(raft::majority_vote(input.incoming(), lookup(votes)))) + "\n";
  }
  const VoteResult result = JointConfig{input.incoming(), input.outgoing()}.vote(lookup(votes));
  const VoteResult swapped = JointConfig{input.outgoing(), input.incoming()}.vote(lookup(votes));
  std::string out;
  if (swapped != result) out += std::string(raft::describe(swapped)) + " <-- via symmetry\n";
  return out + raft::describe(result) + "\n";
}

class QuorumGrammar : public Grammar {
 public:
  base::Result<std::string> run(const Directive& directive) override {
    const bool committed = directive.command == "committed";
    if (!committed && directive.command != "vote") {
      return base::Error{"unknown command \"" + directive.command + "\": expected committed or vote"};
    }
    const base::Result<Input> input = read_input(directive);
    if (!input.ok()) return input.error();
    return committed ? run_committed(*input) : run_vote(*input);
  }
};

}  // namespace

std::unique_ptr<Grammar> make_quorum_grammar() { return std::make_unique<QuorumGrammar>(); }

}  // namespace raftarium::datadriven
