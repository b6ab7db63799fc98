#include "member/member.h"

#include <iterator>
#include <string>
#include <utility>

namespace raftarium::member {

Member::Member(const raft::Config& config, raft::MemoryStorage storage, const Options& options)
    : config_(config),
      options_(options),
      storage_(std::move(storage)),
      requests_(options.life, options.request_timeout_ticks) {}

base::Result<Member> Member::start(const raft::Config& config, raft::MemoryStorage storage,
                                   const Options& options) {
  Member member(config, std::move(storage), options);
  if (auto status = member.restart(); !status) return status.error();
  return member;
}

Member::Member(const Member& other)
    : config_(other.config_),
      options_(other.options_),
      storage_(other.storage_),
      store_(other.store_),
      recorder_(other.recorder_),
      requests_(other.requests_),
      applied_bytes_(other.applied_bytes_),
      ticks_(other.ticks_),
      node_(other.node_) {
  if (node_) node_->rebind(storage_, &recorder_);
}

Member::Member(Member&& other) noexcept
    : config_(std::move(other.config_)),
      options_(other.options_),
      storage_(std::move(other.storage_)),
      store_(std::move(other.store_)),
      recorder_(std::move(other.recorder_)),
      requests_(std::move(other.requests_)),
      applied_bytes_(other.applied_bytes_),
      ticks_(other.ticks_),
      node_(std::move(other.node_)) {
  if (node_) node_->rebind(storage_, &recorder_);
}

Member& Member::operator=(Member other) noexcept {
  config_ = std::move(other.config_);
  options_ = other.options_;
  storage_ = std::move(other.storage_);
  store_ = std::move(other.store_);
  recorder_ = std::move(other.recorder_);
  requests_ = std::move(other.requests_);
  applied_bytes_ = other.applied_bytes_;
  ticks_ = other.ticks_;
  node_ = std::move(other.node_);
  if (node_) node_->rebind(storage_, &recorder_);
  return *this;
}

void Member::crash() {
  node_.reset();
  store_ = {};
  recorder_.events.clear();
  requests_.begin_life();
  applied_bytes_ = 0;
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
  // The log may begin before the snapshot: what the store has is not applied again.
  raft::Config config = config_;
  config.applied = raft::Index(store_.applied());
  auto node = raft::RawNode::create(config, storage_, &recorder_);
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

Ticket Member::submit(const kv::Command& command) {
  const bool leads = node_->role() == raft::Role::Leader;
  raft::Refusal refusal = raft::Refusal::None;
  // Elsewhere it could not be told from another's: see requests.h.
  if (!leads && command.client == 0 && node_->leader() != raft::kNone) {
    refusal = raft::Refusal::ForwardingDisabled;
  } else {
    refusal = propose(command);
  }
  if (refusal != raft::Refusal::None) return requests_.refuse_write(refusal);
  if (!leads) return requests_.wait_for_write(command, std::nullopt);
  return requests_.wait_for_write(command, raft::EntryId{node_->term(), node_->last_index()});
}

Ticket Member::read(ReadMode mode, const kv::Range& range) {
  const bool alone = node_->leader() == raft::kNone;
  if (mode != ReadMode::Serializable && alone) return requests_.refuse_read(mode, raft::Refusal::NoLeader);
  return requests_.wait_for_read(mode, range);
}

void Member::tick() {
  node_->tick();
  requests_.tick();
  // The question or its answer may be lost.
  if (++ticks_ % static_cast<std::uint64_t>(config_.election_ticks) == 0) requests_.ask_again();
}

// A leader that has committed nothing in its term does not know what is committed (§8; etcd 7331).
bool Member::may_ask() const {
  if (node_->role() != raft::Role::Leader) return node_->leader() != raft::kNone;
  return node_->term_of(node_->commit()).term == node_->term();
}

// The read index if a lease gives it at once; zero when it comes in a later Ready.
raft::Index Member::ask(ReadMode mode, std::uint64_t context) {
  // While leadership is handed over, another leader may exist inside the lease (etcd-io/raft 99).
  const bool lease = mode == ReadMode::Lease && config_.check_quorum &&
                     node_->role() == raft::Role::Leader && node_->status().lead_transferee == raft::kNone;
  if (lease) return node_->commit();
  node_->read_index(context);
  return {};
}

bool Member::snapshot_due() const {
  const SnapshotPolicy& policy = options_.snapshot;
  if (policy.entries == 0 && policy.bytes == 0) return false;
  const std::uint64_t entries = node_->applied() - storage_.snapshot().snapshot->index;
  return (policy.entries > 0 && entries >= policy.entries) ||
         (policy.bytes > 0 && applied_bytes_ >= policy.bytes);
}

bool Member::make_snapshot(Output& output) {
  const raft::Index applied = node_->applied();
  base::Bytes data = store_.snapshot();
  const std::uint64_t bytes = data.size();
  const auto error = storage_.create_snapshot(applied, node_->status().conf_state, std::move(data));
  if (error != raft::StorageError::None) return false;
  applied_bytes_ = 0;
  const std::uint64_t keep = options_.snapshot.keep_entries;
  // Compacted already is as good.
  if (applied.value() > keep) storage_.compact(applied - keep);
  output.compactions.push_back({{storage_.term(applied).term, applied}, bytes, storage_.first_index()});
  return true;
}

void Member::apply(const raft::Entry& entry, Output& output) {
  output.committed.push_back(entry);
  applied_bytes_ += entry.size();
  requests_.committed(entry.id());
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
  requests_.applied(entry.id(), *command, outcome);
  output.applied.push_back({entry.id(), std::move(*command), outcome});
}

void Member::handle(raft::Ready ready, Output& output) {
  // Durable first: a vote or an acknowledgement that leaves must survive a crash (§5.1).
  if (ready.snapshot) {
    storage_.apply_snapshot(ready.snapshot);
    auto store = restore(*ready.snapshot);
    CHECK(store.ok(), "snapshot ", ready.snapshot->index, ": ", store.error().message);
    store_ = std::move(*store);
    applied_bytes_ = 0;
    requests_.restored(ready.snapshot->index, store_);
  }
  storage_.append(ready.entries);
  if (!ready.hard_state.is_empty()) storage_.set_hard_state(ready.hard_state);
  output.appended.insert(output.appended.end(), ready.entries.begin(), ready.entries.end());
  std::move(ready.messages.begin(), ready.messages.end(), std::back_inserter(output.messages));
  for (const raft::ReadState& state : ready.read_states) requests_.answered(state.context, state.index);
  for (const raft::Entry& entry : ready.committed_entries) apply(entry, output);
  if (ready.soft_state) requests_.ask_again();
}

void Member::pump(Output& output) {
  for (;;) {
    if (requests_.has_unasked() && may_ask()) {
      requests_.ask_reads([this](ReadMode mode, std::uint64_t context) { return ask(mode, context); });
    }
    if (!node_->has_ready()) break;
    handle(node_->ready(), output);
    node_->advance();
    if (snapshot_due()) make_snapshot(output);
  }
  requests_.read_from(store_);
  requests_.take(output.finished, output.answers);
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
