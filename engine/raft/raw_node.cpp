#include <algorithm>
#include <array>
#include <sstream>

#include "raft/core.h"
#include "raft/raft.h"

namespace raftarium::raft {

const char* describe(Role role) {
  static constexpr std::array kNames{"StateFollower", "StateCandidate", "StateLeader", "StatePreCandidate"};
  return kNames.at(static_cast<std::size_t>(role));
}

const char* describe(ProgressState state) {
  static constexpr std::array kNames{"StateProbe", "StateReplicate", "StateSnapshot"};
  return kNames.at(static_cast<std::size_t>(state));
}

const char* describe(Refusal refusal) {
  static constexpr std::array kTexts{
      "accepted",
      "there is no leader",
      "leadership is being handed over",
      "too much is uncommitted already",
      "forwarding proposals is switched off",
      "this member is not in the configuration",
      "an earlier configuration change is not applied yet",
      "the joint configuration must be left first",
      "there is no joint configuration to leave",
      "its log is not up to date",
      "this term's vote is given",
      "a live leader was heard of lately",
      "a learner or an outsider cannot campaign",
      "a committed configuration change is not applied yet",
      "the message is of an older term",
      "the entry before it is missing or of another term",
      "the leader has not committed in its term yet",
      "the sender is not tracked",
      "the configuration change cannot be read or applied",
      "the commit index lies beyond this log: entries were lost",
      "no log reaches that index",
  };
  return kTexts.at(static_cast<std::size_t>(refusal));
}

const char* describe(Event::Kind kind) {
  static constexpr std::array kNames{"became follower",  "became pre-candidate",
                                     "became candidate", "became leader",
                                     "election timeout", "campaign refused",
                                     "vote cast",        "vote refused",
                                     "vote received",    "quorum lost",
                                     "higher term seen", "message ignored",
                                     "entries appended", "log truncated",
                                     "append rejected",  "probe back",
                                     "commit advanced",  "configuration changed",
                                     "snapshot sent",    "snapshot restored",
                                     "proposal refused", "configuration change refused",
                                     "read held",        "read ready",
                                     "transfer started", "transfer aborted"};
  return kNames.at(static_cast<std::size_t>(kind));
}

std::string describe(const ProgressView& p) {
  std::ostringstream out;
  out << describe(p.state) << " match=" << p.match << " next=" << p.next;
  if (p.is_learner) out << " learner";
  if (p.flow_paused || p.state == ProgressState::Snapshot) out << " paused";
  if (!p.pending_snapshot.is_zero()) out << " pendingSnap=" << p.pending_snapshot;
  if (!p.recent_active) out << " inactive";
  if (p.inflight > 0) {
    out << " inflight=" << p.inflight;
    if (p.inflight_full) out << "[full]";
  }
  return out.str();
}

void Observer::sent(const Message&) {}
void Observer::received(const Message&) {}
void Observer::trace(const TracePoint&) {}

base::Result<RawNode> RawNode::create(const Config& config, const Storage& storage, Observer* observer) {
  auto raft = Raft::create(config, storage, observer);
  if (!raft) return raft.error();
  return RawNode(std::move(*raft));
}

RawNode::RawNode(std::unique_ptr<Raft> raft)
    : raft_(std::move(raft)), previous_soft_(raft_->soft_state()), previous_hard_(raft_->hard_state()) {}

RawNode::RawNode(const RawNode& other)
    : raft_(std::make_unique<Raft>(*other.raft_)),
      previous_soft_(other.previous_soft_),
      previous_hard_(other.previous_hard_),
      advance_(other.advance_) {}

RawNode& RawNode::operator=(const RawNode& other) {
  if (this != &other) *this = RawNode(other);
  return *this;
}

RawNode::RawNode(RawNode&& other) noexcept = default;
RawNode& RawNode::operator=(RawNode&& other) noexcept = default;
RawNode::~RawNode() = default;

void RawNode::rebind(const Storage& storage, Observer* observer) { raft_->rebind(storage, observer); }

base::Status RawNode::bootstrap(const std::vector<NodeId>& peers) {
  if (peers.empty()) return base::Error{"bootstrap: expected at least one peer, got none"};
  if (!raft_->log().last_index().is_zero()) {
    return base::Error{"bootstrap: expected an empty log, got entries up to " +
                       std::to_string(raft_->log().last_index().value())};
  }
  previous_hard_ = {};
  raft_->bootstrap(peers);
  return {};
}

bool RawNode::tick() { return raft_->tick(); }

Refusal RawNode::campaign() { return raft_->step({.type = MessageType::MsgHup, .from = id()}); }

Refusal RawNode::propose(base::Bytes data) { return raft_->propose({&data, 1}); }

Refusal RawNode::propose(std::vector<base::Bytes> batch) { return propose(std::span(batch)); }

Refusal RawNode::propose(std::span<base::Bytes> batch) {
  if (batch.empty()) return Refusal::None;
  return raft_->propose(batch);
}

Refusal RawNode::propose_conf_change(const ConfChange& change) {
  if (role() == Role::Leader && !raft_->config().disable_conf_change_validation) {
    // Refused to the proposer's face, not turned into a no-op behind its back (etcd-io/raft 80, 354).
    if (const Refusal refusal = raft_->check_conf_change(change); refusal != Refusal::None) {
      raft_->observe([&] { return Event{.kind = Event::Kind::ConfChangeRefused, .refusal = refusal}; });
      return refusal;
    }
  }
  Entry entry;
  entry.type = change.v1 ? EntryType::ConfChange : EntryType::ConfChangeV2;
  entry.data = encode(change);
  return raft_->step({.type = MessageType::MsgProp, .from = id(), .entries = std::vector<Entry>{entry}});
}

ConfState RawNode::apply_conf_change(const ConfChange& change) { return raft_->apply_conf_change(change); }

Refusal RawNode::step(const Message& message) {
  if (is_storage_thread(message.from)) return raft_->step(message);
  if (is_local(message.type)) return Refusal::UnknownPeer;
  // No member leads itself: such a message has lost its way.
  constexpr MessageTypes kFromLeader{MessageType::MsgApp, MessageType::MsgHeartbeat, MessageType::MsgSnap};
  if (message.from == id() && kFromLeader.contains(message.type)) return Refusal::UnknownPeer;
  if (is_response(message.type) && raft_->tracker().find(message.from) == nullptr) {
    return Refusal::UnknownPeer;
  }
  if (Observer* observer = raft_->observer(); observer != nullptr) observer->received(message);
  return raft_->step(message);
}

void RawNode::read_index(std::uint64_t context) {
  raft_->step({.type = MessageType::MsgReadIndex, .from = id(), .context = context});
}

void RawNode::transfer_leadership(NodeId transferee) {
  raft_->step({.type = MessageType::MsgTransferLeader, .from = transferee});
}

Refusal RawNode::forget_leader() {
  return raft_->step({.type = MessageType::MsgForgetLeader, .from = id()});
}

void RawNode::report_unreachable(NodeId peer) {
  raft_->step({.type = MessageType::MsgUnreachable, .from = peer});
}

void RawNode::report_snapshot(NodeId peer, bool ok) {
  raft_->step({.type = MessageType::MsgSnapStatus, .reject = !ok, .from = peer});
}

bool RawNode::has_ready() const {
  const Raft& raft = *raft_;
  const RaftLog& log = raft.log();
  if (!raft.messages().empty() || !raft.messages_after_append().empty() || raft.append_due()) return true;
  if (log.tail().has_next_entries() || log.tail().has_next_snapshot()) return true;
  if (log.has_next_committed(!raft.config().async_storage_writes)) return true;
  if (!raft.read_states().empty() || raft.soft_state() != previous_soft_) return true;
  const HardState hard = raft.hard_state();
  return hard != previous_hard_ && !hard.is_empty();
}

Ready RawNode::ready() {
  Ready ready;
  this->ready(ready);
  return ready;
}

void RawNode::ready(Ready& ready) {
  const bool async = raft_->config().async_storage_writes;
  CHECK(async || advance_.is_empty(), "ready() before the last Ready was advanced");
  if (raft_->append_due()) raft_->send_due_appends();
  raft_->trace_ready();
  RaftLog& log = raft_->log();
  // Most Readies lack most things: each is touched only where there is one, or was one before.
  if (log.tail().has_next_entries()) {
    ready.entries = log.tail().next_entries();
  } else {
    ready.entries.clear();
  }
  if (log.tail().has_next_snapshot() || ready.snapshot) ready.snapshot = log.tail().next_snapshot();
  std::uint64_t committed_size = 0;
  if (log.has_next_committed(!async)) {
    auto [entries, size] = log.next_committed(!async);
    ready.committed_entries = std::move(entries);
    committed_size = size;
  } else {
    ready.committed_entries.clear();
  }
  ready.messages.clear();
  std::swap(ready.messages, raft_->messages());
  ready.read_states.clear();
  if (!raft_->read_states().empty()) std::swap(ready.read_states, raft_->read_states());
  ready.soft_state.reset();
  if (const SoftState soft = raft_->soft_state(); soft != previous_soft_) {
    ready.soft_state = soft;
    previous_soft_ = soft;
  }
  ready.must_sync = !ready.entries.empty();
  ready.hard_state = raft_->hard_state();
  if (ready.hard_state == previous_hard_) {
    ready.hard_state = {};
  } else {
    const HardState& hard = ready.hard_state;
    if (hard.term != previous_hard_.term || hard.vote != previous_hard_.vote) ready.must_sync = true;
    if (!hard.is_empty()) previous_hard_ = raft_->hard_state();
  }
  if (async) {
    add_storage_messages(ready, committed_size);
  } else {
    plan_advance(ready, committed_size);
  }
  if (raft_->observer() != nullptr) {
    for (const Message& message : ready.messages) tell_sent(message);
  }
  log.tail().accept_in_progress();
  if (!ready.committed_entries.empty()) {
    log.accept_applying(ready.committed_entries.back().index, committed_size, !async);
  }
}

void RawNode::tell_sent(const Message& message) const {
  if (is_storage_thread(message.to)) {
    for (const Message& response : message.responses) tell_sent(response);
  } else if (message.to != id()) {
    raft_->observer()->sent(message);
  }
}

// Whether the core must hear that something has become durable.
bool RawNode::append_response_needed(const Ready& ready) const {
  return raft_->log().tail().has_entries() || ready.snapshot;
}

// Tells the core, in time, what has become durable. After a change of term it is out of date and ignored,
// for the entries may have been overwritten.
Message RawNode::append_response(const Ready& ready) const {
  Message response{.type = MessageType::MsgStorageAppendResp, .to = id(), .from = kAppendThread};
  response.term = raft_->term();
  if (raft_->log().tail().has_entries()) {
    const EntryId last = raft_->log().last_id();
    response.index = last.index;
    response.log_term = last.term;
  }
  response.snapshot = ready.snapshot;
  return response;
}

Message RawNode::apply_response(const Ready& ready, std::uint64_t size) const {
  return {.type = MessageType::MsgStorageApplyResp,
          .to = id(),
          .from = kApplyThread,
          .entries = ready.committed_entries,
          .context = size};
}

// Asynchronous storage writes: the work, each piece with what to deliver when it is done.
void RawNode::add_storage_messages(Ready& ready, std::uint64_t committed_size) {
  std::vector<Message>& promises = raft_->messages_after_append();
  if (!ready.entries.empty() || !ready.hard_state.is_empty() || ready.snapshot || !promises.empty()) {
    Message message{.type = MessageType::MsgStorageAppend, .to = kAppendThread, .from = id()};
    message.entries = ready.entries;
    message.term = ready.hard_state.term;
    message.vote = ready.hard_state.vote;
    message.commit = ready.hard_state.commit;
    message.snapshot = ready.snapshot;
    std::vector<Message> responses = std::exchange(promises, {});
    if (append_response_needed(ready)) responses.push_back(append_response(ready));
    message.responses = std::move(responses);
    ready.messages.push_back(std::move(message));
  }
  if (!ready.committed_entries.empty()) {
    Message message{.type = MessageType::MsgStorageApply, .to = kApplyThread, .from = id()};
    message.entries = ready.committed_entries;
    message.responses = std::vector<Message>{apply_response(ready, committed_size)};
    ready.messages.push_back(std::move(message));
  }
}

// Synchronous storage writes: what is done with the Ready is done when advance() is called.
void RawNode::plan_advance(Ready& ready, std::uint64_t committed_size) {
  if (!raft_->messages_after_append().empty()) hand_out_promises(ready);
  if (raft_->log().tail().has_entries()) {
    advance_.term = raft_->term();
    advance_.durable = raft_->log().last_id();
  }
  if (ready.snapshot) advance_.snapshot = ready.snapshot;
  if (ready.committed_entries.empty()) return;
  advance_.applied = ready.committed_entries.back().index;
  advance_.applied_size = committed_size;
  advance_.uncommitted_size = raft_->uncommitted_size_of(ready.committed_entries);
}

// Promises to others leave with the Ready; what this member promises itself waits for advance().
void RawNode::hand_out_promises(Ready& ready) {
  std::vector<Message>& promises = raft_->messages_after_append();
  const auto to_self = std::count_if(promises.begin(), promises.end(),
                                     [own = id()](const Message& message) { return message.to == own; });
  if (to_self == static_cast<std::ptrdiff_t>(promises.size())) {
    std::swap(advance_.promises, promises);
  } else if (to_self == 0 && ready.messages.empty()) {
    std::swap(ready.messages, promises);
  } else {
    for (Message& message : promises) {
      (message.to == id() ? advance_.promises : ready.messages).push_back(std::move(message));
    }
    promises.clear();
  }
}

void RawNode::advance() {
  CHECK(!raft_->config().async_storage_writes, "with asynchronous storage writes nothing is advanced");
  for (const Message& promise : advance_.promises) raft_->step(promise);
  advance_.promises.clear();
  if (!advance_.durable.index.is_zero()) {
    raft_->entries_durable(advance_.term, advance_.durable);
    advance_.durable = {};
  }
  if (advance_.snapshot) {
    raft_->snapshot_durable(*advance_.snapshot);
    advance_.snapshot = nullptr;
  }
  if (!advance_.applied.is_zero()) {
    raft_->entries_applied(advance_.applied, advance_.applied_size, advance_.uncommitted_size);
    advance_.applied = {};
  }
}

Status RawNode::status() const {
  const Raft& raft = *raft_;
  Status status;
  status.id = raft.id();
  status.soft_state = raft.soft_state();
  status.hard_state = raft.hard_state();
  status.applied = raft.log().applied();
  status.first_index = raft.log().first_index();
  status.last_index = raft.log().last_index();
  status.last_term = raft.log().last_id().term;
  status.lead_transferee = raft.lead_transferee();
  status.conf_state = raft.tracker().config.conf_state();
  status.election_elapsed_ticks = raft.election_elapsed();
  status.heartbeat_elapsed_ticks = raft.heartbeat_elapsed();
  status.randomized_election_timeout_ticks = raft.randomized_election_timeout();
  status.votes_granted = raft.tracker().voted(true);
  status.votes_rejected = raft.tracker().voted(false);
  if (raft.role() == Role::Leader) {
    for (const Progress& p : raft.tracker().progress) {
      status.progress.push_back({p.id, p.state, p.match, p.next, p.recent_active, p.flow_paused,
                                 p.is_learner, p.pending_snapshot, p.inflights.count(),
                                 p.inflights.capacity(), p.inflights.full()});
    }
  }
  return status;
}

NodeId RawNode::id() const { return raft_->id(); }
Role RawNode::role() const { return raft_->role(); }
Term RawNode::term() const { return raft_->term(); }
NodeId RawNode::leader() const { return raft_->leader(); }
Index RawNode::commit() const { return raft_->log().committed(); }
Index RawNode::applied() const { return raft_->log().applied(); }
Index RawNode::last_index() const { return raft_->log().last_index(); }
Index RawNode::first_index() const { return raft_->log().first_index(); }

Storage::EntriesResult RawNode::entries(Index low, Index high, std::uint64_t max_size) const {
  return raft_->log().slice(low, high, max_size);
}

Storage::TermResult RawNode::term_of(Index index) const { return raft_->log().term(index); }

void RawNode::set_randomized_election_timeout(int ticks) { raft_->set_randomized_election_timeout(ticks); }

}  // namespace raftarium::raft
