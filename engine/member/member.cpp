#include "member/member.h"

#include <algorithm>
#include <iterator>
#include <string>
#include <utility>

namespace raftarium::member {

namespace {

storage::Identity identity_of(const raft::Config& config, const Options& options) {
  return {options.cluster, config.id};
}

template <class T>
void move_out(std::vector<T>& from, std::vector<T>& to) {
  if (from.empty()) return;
  std::move(from.begin(), from.end(), std::back_inserter(to));
  from.clear();
}

}  // namespace

void Output::clear() {
  messages.clear();
  appended.clear();
  committed.clear();
  applied.clear();
  events.clear();
  finished.clear();
  answers.clear();
  compactions.clear();
  configurations.clear();
}

Member::Member(const raft::Config& config, storage::Disk& disk, storage::DurableStorage storage,
               const Options& options)
    : config_(config),
      options_(options),
      disk_(&disk),
      storage_(std::move(storage)),
      requests_(options.life, options.request_timeout_ticks) {
  config_.async_storage_writes = true;
}

base::Result<Member> Member::start(const raft::Config& config, storage::Disk& disk,
                                   const Options& options) {
  const auto exists = storage::DurableStorage::exists(disk);
  if (!exists) return exists.error();
  const storage::Identity identity = identity_of(config, options);
  auto storage = *exists ? storage::DurableStorage::open(disk, identity, options.wal)
                         : storage::DurableStorage::create(disk, identity, options.wal, options.first);
  if (!storage) return storage.error();
  if (!*exists && !options.first_term.is_zero()) {
    storage::Save save;
    save.hard_state = {options.first_term, raft::kNone, options.first->index};
    save.entries = raft::Entries(options.first_entries);
    if (auto status = storage->save(save); !status) return status.error();
  }
  Member member(config, disk, std::move(*storage), options);
  if (auto status = member.start_core(); !status) return status.error();
  return member;
}

Member::Member(const Member& other)
    : config_(other.config_),
      options_(other.options_),
      disk_(other.disk_),
      storage_(other.storage_),
      writes_(other.writes_),
      answers_(other.answers_),
      syncing_(other.syncing_),
      failure_(other.failure_),
      store_(other.store_),
      recorder_(other.recorder_),
      requests_(other.requests_),
      applied_bytes_(other.applied_bytes_),
      snapshot_tried_(other.snapshot_tried_),
      joiner_waits_(other.joiner_waits_),
      ticks_(other.ticks_),
      node_(other.node_) {
  if (node_) node_->rebind(storage_, &recorder_);
}

Member::Member(Member&& other) noexcept
    : config_(std::move(other.config_)),
      options_(std::move(other.options_)),
      disk_(other.disk_),
      storage_(std::move(other.storage_)),
      writes_(std::move(other.writes_)),
      answers_(std::move(other.answers_)),
      syncing_(other.syncing_),
      failure_(std::move(other.failure_)),
      store_(std::move(other.store_)),
      recorder_(other.recorder_),
      requests_(std::move(other.requests_)),
      applied_bytes_(other.applied_bytes_),
      snapshot_tried_(other.snapshot_tried_),
      joiner_waits_(other.joiner_waits_),
      ticks_(other.ticks_),
      node_(std::move(other.node_)) {
  if (node_) node_->rebind(storage_, &recorder_);
}

Member& Member::operator=(Member other) noexcept {
  config_ = std::move(other.config_);
  options_ = std::move(other.options_);
  disk_ = other.disk_;
  storage_ = std::move(other.storage_);
  writes_ = std::move(other.writes_);
  answers_ = std::move(other.answers_);
  syncing_ = other.syncing_;
  failure_ = std::move(other.failure_);
  store_ = std::move(other.store_);
  recorder_ = other.recorder_;
  requests_ = std::move(other.requests_);
  applied_bytes_ = other.applied_bytes_;
  snapshot_tried_ = other.snapshot_tried_;
  joiner_waits_ = other.joiner_waits_;
  ticks_ = other.ticks_;
  node_ = std::move(other.node_);
  if (node_) node_->rebind(storage_, &recorder_);
  return *this;
}

void Member::rebind(storage::Disk& disk) {
  disk_ = &disk;
  storage_.rebind(disk);
}

void Member::crash() {
  node_.reset();
  writes_.clear();
  answers_.clear();
  syncing_ = false;
  failure_.reset();
  store_ = {};
  recorder_.events.clear();
  requests_.begin_life();
  applied_bytes_ = 0;
  snapshot_tried_ = {};
  joiner_waits_ = false;
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
  auto storage = storage::DurableStorage::open(*disk_, identity_of(config_, options_), options_.wal);
  if (!storage) return storage.error();
  storage_ = std::move(*storage);
  return start_core();
}

base::Status Member::start_core() {
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

bool Member::tick() {
  const bool something = node_->tick();
  requests_.tick();
  // The question or its answer may be lost.
  if (++ticks_ >= static_cast<std::uint64_t>(config_.election_ticks)) {
    ticks_ = 0;
    requests_.ask_again();
  }
  return something || !requests_.is_quiet();
}

// A leader that has committed nothing in its term does not know what is committed (§8; etcd 7331).
bool Member::may_ask() const {
  if (node_->role() != raft::Role::Leader) return node_->leader() != raft::kNone;
  const bool bold = config_.bugs.contains(raft::Bug::ReadBeforeCommit);
  return bold || node_->term_of(node_->commit()).term == node_->term();
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

bool Member::snapshot_due(raft::Index applied) const {
  const SnapshotPolicy& policy = options_.snapshot;
  if (policy.entries == 0 && policy.bytes == 0) return false;
  const std::uint64_t entries = applied - std::max(storage_.snapshot().snapshot->index, snapshot_tried_);
  return (policy.entries > 0 && entries >= policy.entries) ||
         (policy.bytes > 0 && applied_bytes_ >= policy.bytes);
}

bool Member::make_snapshot(Output& output) {
  joiner_waits_ = false;
  return save_snapshot(node_->applied(), store_, output);
}

bool Member::save_snapshot(raft::Index applied, const kv::Store& store, Output& output) {
  if (failure_ || applied <= storage_.snapshot().snapshot->index) return false;
  base::Bytes data = store.snapshot();
  const std::uint64_t bytes = data.size();
  // Where the disk is full, the next one is tried after as much again.
  applied_bytes_ = 0;
  snapshot_tried_ = applied;
  const auto status = storage_.create_snapshot(applied, node_->status().conf_state, std::move(data));
  if (storage_.failed()) fail(*storage_.failure());
  if (!status) return false;
  const std::uint64_t keep = options_.snapshot.keep_entries;
  if (applied.value() > keep) storage_.compact(applied - keep);
  output.compactions.push_back({{storage_.term(applied).term, applied}, bytes, storage_.first_index()});
  return true;
}

// Whoever joins may have to be sent a snapshot, and takes none whose configuration it is not in. Where the log
// still reaches back to the first one, it needs none.
void Member::note_joiners(const raft::ConfState& configuration) {
  const raft::Snapshot& newest = *storage_.snapshot().snapshot;
  if (newest.index == options_.first->index) return;
  for (const auto* ids : {&configuration.voters, &configuration.learners}) {
    for (const raft::NodeId id : *ids) joiner_waits_ = joiner_waits_ || !newest.conf_state.has(id);
  }
}

// As a store does that keeps its applied index by itself (raft::Bug::AppliedIndexApart; etcd 13766): what is on the
// disk counts an entry as applied whose change is not there. The next snapshot has it again.
void Member::save_index_first(raft::Index index, Output& output) {
  kv::Store saved = store_;
  saved.skip_to(index.value());
  save_snapshot(index, saved, output);
}

void Member::apply(const raft::Entry& entry, Output& output) {
  output.committed.push_back(entry);
  applied_bytes_ += entry.size();
  requests_.committed(entry.id());
  if (entry.type != raft::EntryType::Normal) {
    const auto change = raft::decode_conf_change(entry.data, entry.type);
    CHECK(change.ok(), "committed entry ", entry.index, ": ", change.error().message);
    output.configurations.push_back({entry.index, node_->apply_conf_change(*change)});
    note_joiners(output.configurations.back().configuration);
    store_.skip_to(entry.index.value());
    return;
  }
  if (entry.data.empty()) {  // a new leader's own entry
    store_.skip_to(entry.index.value());
    return;
  }
  auto command = kv::decode(entry.data);
  CHECK(command.ok(), "committed entry ", entry.index, ": ", command.error().message);
  if (config_.bugs.contains(raft::Bug::AppliedIndexApart) && snapshot_due(entry.index)) {
    save_index_first(entry.index, output);
  }
  const kv::Outcome outcome = store_.apply(entry.index.value(), *command);
  requests_.applied(entry.id(), *command, outcome);
  output.applied.push_back({entry.id(), std::move(*command), outcome});
}

void Member::fail(const base::Error& why) {
  if (!failure_) failure_ = why;
}

// The mistakes of raft::Bug that are about what is durable, and when.
void Member::spoil(storage::Save& save, raft::Message& work) {
  if (config_.bugs.contains(raft::Bug::VoteNotPersisted)) save.hard_state.vote = raft::kNone;
  if (!config_.bugs.contains(raft::Bug::AckBeforeSync)) return;
  std::vector<raft::Message> own;
  for (raft::Message& response : work.responses.take()) {
    (response.to == id() ? own : answers_).push_back(std::move(response));
  }
  work.responses = std::move(own);
}

// Work for the disk: written now, durable when somebody has synced it, and answered only then. What merely
// moves the commit index waits for nothing.
void Member::write(raft::Message work, bool must_sync) {
  storage::Save save = storage::save_of(work);
  save.must_sync = must_sync || work.snapshot != nullptr;
  if (config_.bugs.any()) spoil(save, work);
  if (auto status = storage_.append(save); !status) return fail(status.error());
  writes_.push_back(
      {storage_.wal().last_save(), save.must_sync, std::move(work.snapshot), std::move(work.responses)});
  release_writes();
}

// The oldest writes, as far as they are durable or need not be.
void Member::release_writes() {
  std::size_t done = 0;
  for (; done < writes_.size(); ++done) {
    Write& write = writes_[done];
    if (write.must_sync && write.save > storage_.wal().durable_save()) break;
    if (write.snapshot != nullptr) {
      auto store = restore(*write.snapshot);
      CHECK(store.ok(), "snapshot ", write.snapshot->index, ": ", store.error().message);
      store_ = std::move(*store);
      applied_bytes_ = 0;
      requests_.restored(write.snapshot->index, store_);
    }
    std::vector<raft::Message> responses = write.responses.take();
    for (raft::Message& response : responses) {
      if (response.to == id()) {
        node_->step(response);
      } else {
        answers_.push_back(std::move(response));
      }
    }
  }
  writes_.erase(writes_.begin(), writes_.begin() + static_cast<std::ptrdiff_t>(done));
}

storage::Wal::SyncTicket Member::begin_sync() {
  CHECK(wants_sync(), "nothing is to be synced");
  syncing_ = true;
  return storage_.begin_sync();
}

void Member::finish_sync(const storage::Wal::SyncTicket& ticket, const base::Status& result) {
  CHECK(syncing_, "no sync is under way");
  syncing_ = false;
  if (auto status = storage_.finish_sync(ticket, result); !status) return fail(status.error());
  release_writes();
}

void Member::sync_now() {
  const storage::Wal::SyncTicket ticket = begin_sync();
  finish_sync(ticket, disk_->sync(ticket.file));
}

void Member::handle(raft::Ready& ready, Output& output) {
  output.appended.insert(output.appended.end(), ready.entries.begin(), ready.entries.end());
  for (raft::Message& message : ready.messages) {
    if (message.to == raft::kAppendThread) {
      write(std::move(message), ready.must_sync);
      if (failure_) return;
    } else if (message.to == raft::kApplyThread) {
      for (const raft::Entry& entry : message.entries) apply(entry, output);
      for (const raft::Message& response : message.responses) node_->step(response);
    } else {
      output.messages.push_back(std::move(message));
    }
  }
  for (const raft::ReadState& state : ready.read_states) requests_.answered(state.context, state.index);
  if (ready.soft_state) requests_.ask_again();
}

void Member::pump(Output& output) {
  while (!failure_) {
    if (requests_.has_unasked() && may_ask()) {
      requests_.ask_reads([this](ReadMode mode, std::uint64_t context) { return ask(mode, context); });
    }
    if (!node_->has_ready()) break;
    node_->ready(ready_);
    handle(ready_, output);
    // Entries that nobody else holds can be written over.
    ready_.messages.clear();
    ready_.entries.clear();
    ready_.committed_entries.clear();
    ready_.snapshot = nullptr;
    if (!failure_ && (joiner_waits_ || snapshot_due(node_->applied()))) make_snapshot(output);
  }
  move_out(answers_, output.messages);
  if (!failure_) requests_.read_from(store_);
  requests_.take(output.finished, output.answers);
  move_out(recorder_.events, output.events);
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
