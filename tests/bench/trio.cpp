#include "bench/trio.h"

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "bench/heap.h"

namespace raftarium::bench {
namespace {

raft::RawNode node_on(const raft::MemoryStorage& storage, const raft::Config& config) {
  auto node = raft::RawNode::create(config, storage);
  CHECK(node.ok(), node.error().message);
  return std::move(*node);
}

}  // namespace

raft::Entries Trio::Reader::read(const raft::Entries& sent) {
  constexpr std::size_t kBlockBytes = 64UL * 1024;
  constexpr std::size_t kBlockEntries = 128;
  std::size_t bytes = 0;
  for (const raft::Entry& entry : sent) bytes += entry.data.size();
  if (payloads_.room() < bytes) payloads_ = base::BytesArena(std::max(bytes, kBlockBytes));
  if (entries_.room() < sent.size()) entries_ = raft::EntryArena(std::max(sent.size(), kBlockEntries));
  const std::size_t first = entries_.size();
  for (const raft::Entry& entry : sent) {
    entries_.push({entry.term, entry.index, entry.type, payloads_.append(entry.data.span())});
  }
  return entries_.all().sub(first, sent.size());
}

Trio::Member::Member(const raft::Config& config, const raft::MemoryStorage& start)
    : storage(start), node(node_on(storage, config)) {}

Trio::Trio(Carriage carriage, bool batch_appends) : carriage_(carriage) {
  raft::Snapshot first;
  first.index = raft::Index(1);
  first.term = raft::Term(1);
  for (std::uint64_t id = 1; id <= kMembers; ++id) first.conf_state.voters.emplace_back(id);
  raft::MemoryStorage start;
  start.apply_snapshot(std::make_shared<const raft::Snapshot>(std::move(first)));
  for (std::uint64_t id = 1; id <= kMembers; ++id) {
    raft::Config config;
    config.id = raft::NodeId(id);
    config.seed = id;
    config.applied = raft::Index(1);
    config.max_inflight_msgs = 512;
    config.check_quorum = true;
    config.pre_vote = true;
    config.batch_appends = batch_appends;
    members_.push_back(std::make_unique<Member>(config, start));
  }
  leader().campaign();
  pump();
  CHECK(leader().role() == raft::Role::Leader, "member 1 was not elected");
}

template <class Body>
void Trio::in_core(const Body& body) {
  const std::uint64_t before = heap::allocations();
  body();
  core_allocations_ += heap::allocations() - before;
}

void Trio::pump() {
  for (bool moved = true; moved;) {
    moved = false;
    for (const auto& member : members_) moved = pump(*member) || moved;
  }
}

bool Trio::pump(Member& m) {
  if (!m.node.has_ready()) return false;
  in_core([&] { m.node.ready(m.ready); });
  if (!m.ready.entries.empty()) m.storage.append(m.ready.entries);
  if (!m.ready.hard_state.is_empty()) m.storage.set_hard_state(m.ready.hard_state);
  for (raft::Message& message : m.ready.messages) deliver(message);
  for (const raft::Entry& entry : m.ready.committed_entries) {
    if (entry.data.empty()) continue;
    ++m.applied;
    m.sum += entry.data.data()[0];
  }
  in_core([&] { m.node.advance(); });
  return true;
}

void Trio::deliver(raft::Message& message) {
  ++messages_;
  Member& to = *members_[message.to.value() - 1];
  if (carriage_ == Carriage::Bytes && !message.entries.empty()) {
    message.entries = to.reader.read(message.entries);
  }
  in_core([&] { to.node.step(message); });
}

void Trio::tick() {
  in_core([&] {
    for (auto& member : members_) member->node.tick();
  });
}

void Trio::compact(std::uint64_t keep) {
  for (const auto& member : members_) {
    const raft::Index applied = member->node.applied();
    if (applied.value() > keep) member->storage.compact(applied - keep);
  }
}

}  // namespace raftarium::bench
