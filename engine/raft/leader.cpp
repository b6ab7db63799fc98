// What a leader does: replication (§5.3), commit (§5.4.2), reads (dissertation §6.4), transfer (§3.10).

#include <algorithm>

#include "raft/core.h"

namespace raftarium::raft {

namespace {

std::uint64_t payload_size(const Entry& entry) { return entry.data.size(); }

template <class Container>
std::uint64_t payload_total(const Container& entries) {
  std::uint64_t total = 0;
  for (const Entry& entry : entries) total += payload_size(entry);
  return total;
}

}  // namespace

Refusal Raft::step_leader(const Message& message) {
  switch (message.type) {
    case MessageType::MsgBeat:
      broadcast_heartbeat(read_only_.newest());
      return Refusal::None;
    case MessageType::MsgCheckQuorum:
      check_quorum_activity();
      return Refusal::None;
    case MessageType::MsgProp: {
      const Refusal refusal = leader_propose(message);
      if (refusal != Refusal::None)
        observe([&] { return Event{.kind = Event::Kind::ProposalRefused, .refusal = refusal}; });
      return refusal;
    }
    case MessageType::MsgReadIndex:
      on_read_index(message);
      return Refusal::None;
    case MessageType::MsgForgetLeader:
      return Refusal::None;
    default:
      break;
  }
  Progress* peer = tracker_.find(message.from);
  if (peer == nullptr) {
    ignore(message, Refusal::UnknownPeer);
    return Refusal::None;
  }
  switch (message.type) {
    case MessageType::MsgAppResp:
      on_append_response(message, *peer);
      break;
    case MessageType::MsgHeartbeatResp:
      on_heartbeat_response(message, *peer);
      break;
    case MessageType::MsgSnapStatus:
      on_snapshot_status(message, *peer);
      break;
    case MessageType::MsgUnreachable:
      // What was sent optimistically may be lost: back to asking.
      if (peer->state == ProgressState::Replicate) peer->become_probe();
      break;
    case MessageType::MsgTransferLeader:
      on_transfer(message, *peer);
      break;
    default:
      break;
  }
  return Refusal::None;
}

// Proposals.

Refusal Raft::check_conf_change(const ConfChange& change) const {
  const bool joint = tracker_.config.voters.joint();
  const bool leaves = change.changes.empty();
  if (pending_conf_index_ > log_.applied()) return Refusal::ConfChangePending;
  if (joint && !leaves) return Refusal::MustLeaveJointFirst;
  if (!joint && leaves) return Refusal::NotInJoint;
  return Refusal::None;
}

Refusal Raft::may_propose() const {
  if (tracker_.find(id()) == nullptr) return Refusal::NotMember;
  if (lead_transferee_ != kNone) return Refusal::LeaderTransferring;
  return Refusal::None;
}

Refusal Raft::propose(std::span<base::Bytes> payloads) {
  CHECK(!payloads.empty(), "a proposal without entries");
  if (role_ != Role::Leader) {
    std::vector<Entry> entries(payloads.size());
    for (std::size_t i = 0; i < payloads.size(); ++i) entries[i].data = std::move(payloads[i]);
    return step({.type = MessageType::MsgProp, .from = id(), .entries = Entries(std::move(entries))});
  }
  Refusal refusal = may_propose();
  if (refusal == Refusal::None && limits_uncommitted()) {
    std::uint64_t bytes = 0;
    for (const base::Bytes& data : payloads) bytes += data.size();
    if (!reserve_uncommitted(bytes)) refusal = Refusal::UncommittedLimit;
  }
  if (refusal != Refusal::None) {
    observe([&] { return Event{.kind = Event::Kind::ProposalRefused, .refusal = refusal}; });
    return refusal;
  }
  push_own(payloads);
  note_appended(payloads.size());
  broadcast_append();
  trace_sent();
  return Refusal::None;
}

// As a run; one by one where every entry is a step of a trace.
void Raft::push_own(std::span<base::Bytes> payloads) {
  if (!traces()) {
    log_.push(term_, payloads);
    return;
  }
  for (base::Bytes& data : payloads) {
    trace(TracePoint::Kind::EntryComing);
    log_.push(term_, {&data, 1});
  }
}

// A proposal that came as a message, perhaps from a follower, and may change the configuration.
Refusal Raft::leader_propose(const Message& message) {
  CHECK(!message.entries.empty(), "a proposal without entries");
  if (const Refusal refusal = may_propose(); refusal != Refusal::None) return refusal;

  std::vector<Entry> entries(message.entries.begin(), message.entries.end());
  Index pending = pending_conf_index_;
  Index index = log_.last_index();
  for (Entry& entry : entries) {
    entry.term = term_;
    entry.index = ++index;
    if (entry.type == EntryType::Normal) continue;
    const auto change = decode_conf_change(entry.data, entry.type);
    Refusal refusal = Refusal::BadConfChange;
    if (change)
      refusal = pending > log_.applied() ? Refusal::ConfChangePending : check_conf_change(*change);
    if (refusal == Refusal::None || (change && config_.disable_conf_change_validation)) {
      pending = index;
      trace_change(*change);
    } else {
      // Proposed here, RawNode has refused it already; forwarded, it keeps its place as a no-op.
      observe([&] { return Event{.kind = Event::Kind::ConfChangeRefused, .refusal = refusal}; });
      entry = Entry{.term = term_, .index = index};
    }
  }
  if (limits_uncommitted() && !reserve_uncommitted(payload_total(entries)))
    return Refusal::UncommittedLimit;
  pending_conf_index_ = pending;
  for (Entry& entry : entries) {
    if (entry.type == EntryType::Normal) trace(TracePoint::Kind::EntryComing);
    log_.push(std::move(entry));
  }
  note_appended(entries.size());
  broadcast_append();
  return Refusal::None;
}

// The newest `count` entries are this leader's own.
void Raft::note_appended(std::uint64_t count) {
  observe([&] {
    return Event{.kind = Event::Kind::EntriesAppended, .entry = {term_, log_.last_index()}, .count = count};
  });
  if (!config_.batch_appends) acknowledge_own();
}

// The leader counts itself once its own entries are durable (dissertation §10.2.1).
void Raft::acknowledge_own() {
  if (makes(Bug::OwnNotDurable)) return count_own();
  compose(MessageType::MsgAppResp, id()).index = log_.last_index();
}

// Empty payloads are free, and one proposal of any size passes an empty queue: else it never could.
bool Raft::reserve_uncommitted(std::uint64_t payload_bytes) {
  const std::uint64_t room =
      config_.max_uncommitted_size - std::min(uncommitted_size_, config_.max_uncommitted_size);
  if (uncommitted_size_ > 0 && payload_bytes > room) return false;
  uncommitted_size_ += payload_bytes;
  return true;
}

std::uint64_t Raft::uncommitted_size_of(const Entries& entries) const {
  return limits_uncommitted() ? payload_total(entries) : 0;
}

// Replication.

void Raft::send_due_appends() {
  append_due_ = false;
  for (Progress& peer : tracker_.progress) {
    if (peer.id != id()) {
      if (maybe_send_append(peer, true)) send_more(peer);
    } else if (peer.match < log_.last_index()) {
      acknowledge_own();
    }
  }
}

void Raft::broadcast_append() {
  if (config_.batch_appends) {
    append_due_ = true;
    return;
  }
  for (Progress& peer : tracker_.progress) {
    if (peer.id != id()) maybe_send_append(peer, true);
  }
}

// What the peer's window has room for.
void Raft::send_more(Progress& peer) {
  while (peer.next <= log_.last_index() && maybe_send_append(peer, false)) {
  }
}

bool Raft::maybe_send_append(Progress& peer, bool send_if_empty) {
  if (peer.paused()) return false;
  const bool caught_up = peer.next > log_.last_index();
  if (caught_up && !send_if_empty) return false;
  const Index prev = peer.next - 1;
  const auto prev_term = log_.term(prev);
  if (prev_term.error != StorageError::None) return maybe_send_snapshot(peer);

  Storage::EntriesResult found;
  // With a full window only empty appends go: they carry the commit index and draw an answer.
  if (!caught_up && (peer.state != ProgressState::Replicate || !peer.inflights.full())) {
    found = log_.entries_from(peer.next, config_.max_size_per_msg);
    if (found.error != StorageError::None) return maybe_send_snapshot(peer);
  }
  if (found.entries.empty() && !send_if_empty) return false;

  const std::size_t count = found.entries.size();
  const std::uint64_t bytes = config_.max_inflight_bytes == 0 ? 0 : payload_total(found.entries);
  Message& append = compose(MessageType::MsgApp, peer.id);
  append.log_term = prev_term.term;
  append.index = prev;
  append.commit = log_.committed();
  append.entries = std::move(found.entries);
  peer.sent_entries(count, bytes);
  peer.sent_commit = log_.committed();
  return true;
}

bool Raft::maybe_send_snapshot(Progress& peer) {
  if (!peer.recent_active) return false;  // nobody there to receive it
  const auto found = log_.snapshot();
  if (found.error != StorageError::None) return false;
  CHECK(!found.snapshot->is_empty(), "the log is compacted but there is no snapshot");
  observe([&] {
    return Event{.kind = Event::Kind::SnapshotSent,
                 .peer = peer.id,
                 .entry = {found.snapshot->term, found.snapshot->index}};
  });
  peer.become_snapshot(found.snapshot->index);
  compose(MessageType::MsgSnap, peer.id).snapshot = found.snapshot;
  return true;
}

void Raft::broadcast_heartbeat(std::uint64_t context) {
  for (Progress& peer : tracker_.progress) {
    if (peer.id == id()) continue;
    // Never beyond what the peer is known to have, or it would commit what may differ.
    const Index commit =
        makes(Bug::CommitNotClamped) ? log_.committed() : std::min(peer.match, log_.committed());
    Message& heartbeat = compose(MessageType::MsgHeartbeat, peer.id);
    heartbeat.commit = commit;
    heartbeat.context = context;
    peer.sent_commit = commit;
  }
}

void Raft::on_append_response(const Message& message, Progress& peer) {
  peer.recent_active = true;
  if (message.reject) {
    Index probe = message.reject_hint;
    // The follower skipped its conflicting terms; skip ours: nothing above the hint's term can match.
    if (!message.log_term.is_zero()) {
      probe = log_.find_conflict_by_term(message.reject_hint, message.log_term).index;
    }
    if (makes(Bug::MatchFromHint)) peer.maybe_update(message.reject_hint);
    if (peer.maybe_decrease(message.index, probe)) {
      observe([&] {
        return Event{.kind = Event::Kind::ProbeBack, .peer = peer.id, .entry = {Term(), peer.next}};
      });
      if (peer.state == ProgressState::Replicate) peer.become_probe();
      if (makes(Bug::ProbeStaysPut)) peer.next = message.index + 1;
      maybe_send_append(peer, true);
    }
    return;
  }
  // No news, unless it tells a probe that the guess was right.
  const bool news = peer.maybe_update(message.index) ||
                    (peer.match == message.index && peer.state == ProgressState::Probe);
  if (!news) return;
  switch (peer.state) {
    case ProgressState::Probe:
      peer.become_replicate();
      break;
    case ProgressState::Snapshot:
      // Caught up by whatever means: our log connects to it again.
      if (peer.match + 1 >= log_.first_index()) {
        peer.become_probe();
        peer.become_replicate();
      }
      break;
    case ProgressState::Replicate:
      if (!makes(Bug::WindowNotFreed)) peer.inflights.free_to(message.index);
      break;
  }
  // What a peer has up to the commit index cannot move it.
  const bool committed = peer.match > log_.committed() && maybe_commit();
  if (committed) {
    release_held_reads();
    broadcast_append();
  }
  // An append that is due to everybody will carry what this peer lacks.
  if (peer.id != id() && !append_due_) {
    if (!committed && peer.can_bump_commit(log_.committed())) maybe_send_append(peer, true);
    send_more(peer);
  }
  if (peer.id == lead_transferee_ && peer.match == log_.last_index()) send_timeout_now(peer.id);
}

void Raft::on_heartbeat_response(const Message& message, Progress& peer) {
  peer.recent_active = true;
  peer.flow_paused = false;
  // A probe may have been lost, and with it the answer that would go on (etcd 10308).
  if (peer.match < log_.last_index() || peer.state == ProgressState::Probe) {
    maybe_send_append(peer, true);
  }
  if (message.context == 0) return;
  read_only_.acknowledge(message.from, message.context);
  for (const auto& confirmed : read_only_.take_confirmed(tracker_.config.voters)) {
    answer_read(confirmed.read, confirmed.read_index);
  }
}

void Raft::on_snapshot_status(const Message& message, Progress& peer) {
  if (peer.state != ProgressState::Snapshot) return;
  if (message.reject) peer.pending_snapshot = Index();
  peer.become_probe();
  // Give it the time to install it: go on when it answers or at the next heartbeat.
  peer.flow_paused = true;
}

bool Raft::maybe_commit() {
  const EntryId agreed = config_.bugs.any() ? mistaken_commit() : EntryId{term_, tracker_.committed()};
  const bool advanced = log_.maybe_commit(agreed);
  if (advanced) {
    observe([&] { return Event{.kind = Event::Kind::CommitAdvanced, .entry = {term_, log_.committed()}}; });
  }
  trace(TracePoint::Kind::CommitTried);
  return advanced;
}

void Raft::check_quorum_activity() {
  const bool active = tracker_.quorum_active();
  if (!active) {
    observe([&] { return Event{.kind = Event::Kind::QuorumLost}; });
    become_follower(term_, kNone);
  }
  for (Progress& peer : tracker_.progress) {
    if (peer.id != id()) peer.recent_active = false;
  }
}

// Leadership transfer.

void Raft::on_transfer(const Message& message, Progress& peer) {
  const NodeId to = message.from;
  if (peer.is_learner || to == lead_transferee_) return;
  if (lead_transferee_ != kNone) {
    observe([&] { return Event{.kind = Event::Kind::TransferAborted, .peer = lead_transferee_}; });
    lead_transferee_ = kNone;
  }
  if (to == id()) return;
  observe([&] { return Event{.kind = Event::Kind::TransferStarted, .peer = to}; });
  // It has one election timeout to succeed.
  election_elapsed_ = 0;
  lead_transferee_ = to;
  if (peer.match == log_.last_index()) {
    send_timeout_now(to);
  } else {
    maybe_send_append(peer, true);
  }
}

void Raft::send_timeout_now(NodeId to) { compose(MessageType::MsgTimeoutNow, to); }

// Reads.

bool Raft::committed_in_term() const { return log_.term_or_zero(log_.committed()) == term_; }

void Raft::on_read_index(const Message& message) {
  const PendingRead read{message.from, message.context};
  // A sole voter need not ask anybody: unless it is another, and this leader is on its way out.
  const bool alone = tracker_.is_singleton() && tracker_.config.voters.contains(id());
  if (alone || makes(Bug::ReadWithoutQuorum)) {
    answer_read(read, log_.committed());
    return;
  }
  // Before it commits in its term, a leader does not know what is committed (§8; etcd 7331).
  if (!committed_in_term() && !makes(Bug::ReadBeforeCommit)) {
    observe([&] {
      return Event{
          .kind = Event::Kind::ReadHeld, .peer = read.from, .refusal = Refusal::NotCommittedInTerm};
    });
    held_reads_.push_back(read);
    return;
  }
  start_read(read);
}

void Raft::start_read(const PendingRead& read) {
  // While leadership is handed over, another leader may exist inside the lease (etcd-io/raft 99).
  const bool lease = config_.read_only == ReadOnlyMode::LeaseBased && lead_transferee_ == kNone;
  if (lease) {
    answer_read(read, log_.committed());
    return;
  }
  const std::uint64_t round = read_only_.open(read, log_.committed());
  read_only_.acknowledge(id(), round);
  broadcast_heartbeat(round);
}

void Raft::answer_read(const PendingRead& read, Index read_index) {
  if (read.from == kNone || read.from == id()) {
    read_states_.push_back({read_index, read.context});
    observe([&] { return Event{.kind = Event::Kind::ReadReady, .entry = {Term(), read_index}}; });
    return;
  }
  Message& answer = compose(MessageType::MsgReadIndexResp, read.from);
  answer.index = read_index;
  answer.context = read.context;
}

void Raft::release_held_reads() {
  if (held_reads_.empty() || !committed_in_term()) return;
  const std::vector<PendingRead> held = std::move(held_reads_);
  held_reads_.clear();
  for (const PendingRead& read : held) start_read(read);
}

}  // namespace raftarium::raft
