// Three members in one program: an election, a proposal, and the same state machine everywhere.
//
// The loop in pump() is all that a program owes the core: make durable, send, apply, advance. Here storage is
// memory and the network a queue; storage/ has a write-ahead log, and member/ has this loop with it.

#include <deque>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "raft/raft.h"

namespace base = raftarium::base;
namespace raft = raftarium::raft;
using raft::NodeId;

struct Node {
  Node(raft::RawNode its_raft, std::unique_ptr<raft::MemoryStorage> its_storage)
      : storage(std::move(its_storage)), raft(std::move(its_raft)) {}

  std::unique_ptr<raft::MemoryStorage> storage;
  raft::RawNode raft;
  std::vector<std::string> applied;  // the state machine: a list of words
};

class Cluster {
 public:
  // Every member starts from the same first snapshot, which says who is a member.
  static base::Result<Cluster> start(std::uint64_t size) {
    raft::Snapshot first;
    first.index = raft::Index(1);
    first.term = raft::Term(1);
    for (std::uint64_t id = 1; id <= size; ++id) first.conf_state.voters.emplace_back(id);
    const auto snapshot = std::make_shared<const raft::Snapshot>(first);

    Cluster cluster;
    for (std::uint64_t id = 1; id <= size; ++id) {
      auto storage = std::make_unique<raft::MemoryStorage>();
      storage->apply_snapshot(snapshot);
      raft::Config config;
      config.id = NodeId(id);
      config.seed = id;  // of the random election timeout
      config.pre_vote = true;
      config.check_quorum = true;
      auto node = raft::RawNode::create(config, *storage);
      if (!node) return node.error();
      cluster.nodes_.push_back(std::make_unique<Node>(std::move(*node), std::move(storage)));
    }
    return cluster;
  }

  Node& node(NodeId id) { return *nodes_[id.value() - 1]; }
  const std::vector<std::unique_ptr<Node>>& nodes() const { return nodes_; }

  // One step of everybody's clock.
  void tick() {
    for (auto& node : nodes_) node->raft.tick();
    settle();
  }

  // Delivers messages and handles what they cause, until nothing is left to do.
  void settle() {
    for (auto& node : nodes_) pump(*node);
    while (!network_.empty()) {
      const raft::Message message = std::move(network_.front());
      network_.pop_front();
      node(message.to).raft.step(message);
      pump(node(message.to));
    }
  }

  NodeId leader() const {
    for (const auto& node : nodes_) {
      if (node->raft.role() == raft::Role::Leader) return node->raft.id();
    }
    return raft::kNone;
  }

 private:
  void pump(Node& node) {
    while (node.raft.has_ready()) {
      const raft::Ready ready = node.raft.ready();
      if (ready.snapshot) node.storage->apply_snapshot(ready.snapshot);
      node.storage->append(ready.entries);
      if (!ready.hard_state.is_empty()) node.storage->set_hard_state(ready.hard_state);
      // On a disk, sync here if ready.must_sync: what leaves below promises what was just written.
      network_.insert(network_.end(), ready.messages.begin(), ready.messages.end());
      for (const raft::Entry& entry : ready.committed_entries) {
        const bool is_proposal = entry.type == raft::EntryType::Normal && !entry.data.empty();
        if (is_proposal) node.applied.push_back(entry.data.str());
      }
      node.raft.advance();
    }
  }

  std::vector<std::unique_ptr<Node>> nodes_;
  std::deque<raft::Message> network_;
};

int main() {
  auto cluster = Cluster::start(3);
  if (!cluster) {
    std::cerr << cluster.error().message << "\n";
    return 1;
  }
  while (cluster->leader() == raft::kNone) cluster->tick();
  const NodeId leader = cluster->leader();
  std::cout << "member " << leader << " leads in term " << cluster->node(leader).raft.term() << "\n";

  for (const char* word : {"hello", "world"}) {
    const raft::Refusal refusal = cluster->node(leader).raft.propose(base::Bytes(word));
    if (refusal != raft::Refusal::None) std::cerr << raft::describe(refusal) << "\n";
    cluster->settle();
  }
  for (const auto& node : cluster->nodes()) {
    std::cout << "member " << node->raft.id() << " applied:";
    for (const std::string& word : node->applied) std::cout << " " << word;
    std::cout << "\n";
  }
}
