#include "member/member.h"

#include <iterator>
#include <string>
#include <utility>

namespace raftarium::member {

Member::Member(const raft::Config& config, raft::MemoryStorage storage)
    : config_(config), storage_(std::move(storage)) {}

base::Result<Member> Member::start(const raft::Config& config, raft::MemoryStorage storage) {
  Member member(config, std::move(storage));
  if (auto status = member.restart(); !status) return status.error();
  return member;
}

Member::Member(const Member& other)
    : config_(other.config_),
      storage_(other.storage_),
      store_(other.store_),
      recorder_(other.recorder_),
      node_(other.node_) {
  if (node_) node_->rebind(storage_, &recorder_);
}

Member::Member(Member&& other) noexcept
    : config_(std::move(other.config_)),
      storage_(std::move(other.storage_)),
      store_(std::move(other.store_)),
      recorder_(std::move(other.recorder_)),
      node_(std::move(other.node_)) {
  if (node_) node_->rebind(storage_, &recorder_);
}

Member& Member::operator=(Member other) noexcept {
  config_ = std::move(other.config_);
  storage_ = std::move(other.storage_);
  store_ = std::move(other.store_);
  recorder_ = std::move(other.recorder_);
  node_ = std::move(other.node_);
  if (node_) node_->rebind(storage_, &recorder_);
  return *this;
}

void Member::crash() {
  node_.reset();
  store_ = {};
  recorder_.events.clear();
}

base::Result<kv::Store> Member::restore(const raft::Snapshot& snapshot) {
  if (snapshot.data.empty()) {
    kv::Store first;
    first.skip_to(snapshot.index.value());
    return first;
  }
  auto store = kv::Store::restore(snapshot.data);
  if (store && store->applied() != snapshot.index.value()) {
    return base::Error{"snapshot " + std::to_string(snapshot.index.value()) +
                       ": expected the store as of this index, got it as of " +
                       std::to_string(store->applied())};
  }
  return store;
}

base::Status Member::restart() {
  CHECK(!running(), "member ", id(), " is running already");
  auto store = restore(*storage_.snapshot().snapshot);
  if (!store) return store.error();
  store_ = std::move(*store);
  auto node = raft::RawNode::create(config_, storage_, &recorder_);
  if (!node) return node.error();
  node_ = std::move(*node);
  return {};
}

raft::Refusal Member::propose(const kv::Command& command) {
  // Here, not when it is applied: an entry that no store can read would end every member.
  const auto status = kv::check(command);
  CHECK(status.ok(), kv::describe(command), ": ", status.error().message);
  return node_->propose(kv::encode(command));
}

void Member::apply(const raft::Entry& entry, Output& output) {
  output.committed.push_back(entry);
  if (entry.type != raft::EntryType::Normal) {
    const auto change = raft::decode_conf_change(entry.data, entry.type);
    CHECK(change.ok(), "committed entry ", entry.index, ": ", change.error().message);
    node_->apply_conf_change(*change);
    store_.skip_to(entry.index.value());
    return;
  }
  if (entry.data.empty()) {  // a new leader's own entry
    store_.skip_to(entry.index.value());
    return;
  }
  auto command = kv::decode(entry.data);
  CHECK(command.ok(), "committed entry ", entry.index, ": ", command.error().message);
  const kv::Outcome outcome = store_.apply(entry.index.value(), *command);
  output.applied.push_back({entry.id(), std::move(*command), outcome});
}

void Member::pump(Output& output) {
  while (node_->has_ready()) {
    raft::Ready ready = node_->ready();
    // Durable first: a vote or an acknowledgement that leaves must survive a crash (§5.1).
    if (ready.snapshot) {
      storage_.apply_snapshot(ready.snapshot);
      auto store = restore(*ready.snapshot);
      CHECK(store.ok(), "snapshot ", ready.snapshot->index, ": ", store.error().message);
      store_ = std::move(*store);
    }
    storage_.append(ready.entries);
    if (!ready.hard_state.is_empty()) storage_.set_hard_state(ready.hard_state);
    output.appended.insert(output.appended.end(), ready.entries.begin(), ready.entries.end());
    std::move(ready.messages.begin(), ready.messages.end(), std::back_inserter(output.messages));
    for (const raft::Entry& entry : ready.committed_entries) apply(entry, output);
    node_->advance();
  }
  std::move(recorder_.events.begin(), recorder_.events.end(), std::back_inserter(output.events));
  recorder_.events.clear();
}

raft::Status Member::status() const {
  if (node_) return node_->status();
  const auto initial = storage_.initial_state();
  raft::Status status;
  status.id = config_.id;
  status.hard_state = initial.hard_state;
  status.conf_state = initial.conf_state;
  status.first_index = storage_.first_index();
  status.last_index = storage_.last_index();
  status.last_term = storage_.term(status.last_index).term;
  return status;
}

}  // namespace raftarium::member
