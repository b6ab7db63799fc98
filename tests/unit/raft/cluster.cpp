#include "cluster.h"

#include <algorithm>

namespace raftarium::raft::testing {

std::size_t Recorder::count(Event::Kind kind) const {
  return static_cast<std::size_t>(
      std::count_if(events.begin(), events.end(), [kind](const Event& e) { return e.kind == kind; }));
}

Cluster::Cluster(const Options& options) {
  Snapshot first{Index(1), Term(1), {}, {}};
  for (const auto n : options.voters) first.conf_state.voters.push_back(id(n));
  for (const auto n : options.learners) first.conf_state.learners.push_back(id(n));
  std::vector<std::uint64_t> all = options.voters;
  all.insert(all.end(), options.learners.begin(), options.learners.end());
  for (const auto n : all) {
    members_[n].storage->apply_snapshot(std::make_shared<const Snapshot>(first));
    Config config;
    config.id = id(n);
    config.seed = n;
    options.configure(config);
    start(n, config);
  }
}

void Cluster::start(std::uint64_t n, const Config& config) {
  Member& m = members_[n];
  configs_[n] = config;
  auto node = RawNode::create(config, *m.storage, m.recorder.get());
  CHECK(node.ok(), node.error().message);
  m.node = std::make_unique<RawNode>(std::move(*node));
}

void Cluster::restart(std::uint64_t n) {
  members_[n].applied.clear();
  start(n, configs_.at(n));
}

void Cluster::pump(std::uint64_t n) {
  Member& m = members_.at(n);
  while (m.node->has_ready()) {
    Ready ready = m.node->ready();
    if (ready.snapshot) m.storage->apply_snapshot(ready.snapshot);
    m.storage->append(ready.entries);
    if (!ready.hard_state.is_empty()) m.storage->set_hard_state(ready.hard_state);
    for (Message& message : ready.messages) network.push_back(std::move(message));
    for (const Entry& entry : ready.committed_entries) {
      if (entry.type != EntryType::Normal) {
        const auto change = decode_conf_change(entry.data, entry.type);
        CHECK(change.ok(), change.error().message);
        m.node->apply_conf_change(*change);
      }
      m.applied.push_back(entry);
    }
    m.reads.insert(m.reads.end(), ready.read_states.begin(), ready.read_states.end());
    m.node->advance();
  }
}

void Cluster::settle() {
  constexpr int kManyRounds = 10'000;
  for (int round = 0; round < kManyRounds; ++round) {
    for (auto& [n, m] : members_) pump(n);
    if (network.empty()) return;
    const std::vector<Message> moving = std::move(network);
    network.clear();
    for (const Message& message : moving) {
      const bool lost = cut_.count({message.from.value(), message.to.value()}) > 0 ||
                        members_.count(message.to.value()) == 0 || !filter(message);
      if (!lost) members_.at(message.to.value()).node->step(message);
    }
  }
  CHECK(false, "the messages never end");
}

void Cluster::tick_all() {
  for (auto& [n, m] : members_) m.node->tick();
  settle();
}

void Cluster::elect(std::uint64_t n) {
  (*this)[n].campaign();
  settle();
  CHECK((*this)[n].role() == Role::Leader, n, " was not elected");
}

void Cluster::cut(std::uint64_t a, std::uint64_t b) {
  cut_.insert({a, b});
  cut_.insert({b, a});
}

void Cluster::isolate(std::uint64_t n) {
  for (const auto& [other, m] : members_) {
    if (other != n) cut(n, other);
  }
}

std::string Cluster::applied_text(std::uint64_t n) const {
  std::string text;
  for (const Entry& entry : members_.at(n).applied) {
    if (!entry.data.empty() && entry.type == EntryType::Normal) text += entry.data.str() + " ";
  }
  return text;
}

}  // namespace raftarium::raft::testing
