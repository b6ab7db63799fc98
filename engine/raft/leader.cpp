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
      if (refusal != Refusal::None) observe({.kind = Event::Kind::ProposalRefused, .refusal = refusal});
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

Refusal Raft::leader_propose(const Message& message) {
  CHECK(!message.entries.empty(), "a proposal without entries");
  if (tracker_.find(id()) == nullptr) return Refusal::NotMember;
  if (lead_transferee_ != kNone) return Refusal::LeaderTransferring;

  std::vector<Entry> entries(message.entries.begin(), message.entries.end());
  for (std::size_t i = 0; i < entries.size(); ++i) {
    if (entries[i].type == EntryType::Normal) continue;
    const auto change = decode_conf_change(entries[i].data, entries[i].type);
    const Refusal refusal = change ? check_conf_change(*change) : Refusal::BadConfChange;
    if (refusal == Refusal::None || (change && config_.disable_conf_change_validation)) {
      pending_conf_index_ = log_.last_index() + i + 1;
    } else {
      // Proposed here, RawNode has refused it already; forwarded, it keeps its place as a no-op.
      observe({.kind = Event::Kind::ConfChangeRefused, .refusal = refusal});
      entries[i] = Entry{};
    }
  }
  if (!append_entries(std::move(entries))) return Refusal::UncommittedLimit;
  broadcast_append();
  return Refusal::None;
}

bool Raft::append_entries(std::vector<Entry> entries) {
  if (!reserve_uncommitted(entries)) return false;
  Index index = log_.last_index();
  for (Entry& entry : entries) {
    entry.term = term_;
    entry.index = ++index;
  }
  const std::uint64_t count = entries.size();
  const Index last = log_.append(Entries(std::move(entries)));
  observe({.kind = Event::Kind::EntriesAppended, .entry = {term_, last}, .count = count});
  // The leader counts itself once its own entries are durable (dissertation §10.2.1).
  send({.type = MessageType::MsgAppResp, .to = id(), .index = last});
  return true;
}

// Empty payloads are free, and one proposal of any size passes an empty queue: else it never could.
bool Raft::reserve_uncommitted(const std::vector<Entry>& entries) {
  const std::uint64_t size = payload_total(entries);
  if (uncommitted_size_ > 0 && size > 0 && size > config_.max_uncommitted_size - std::min(uncommitted_size_, config_.max_uncommitted_size)) {
    return false;
  }
  uncommitted_size_ += size;
  return true;
}

void Raft::release_uncommitted(const Entries& entries) {
  uncommitted_size_ -= std::min(uncommitted_size_, payload_total(entries));
}

// Replication.

void Raft::broadcast_append() {
  for (Progress& peer : tracker_.progress) {
    if (peer.id != id()) maybe_send_append(peer, true);
  }
}

bool Raft::maybe_send_append(Progress& peer, bool send_if_empty) {
  if (peer.paused()) return false;
  const Index prev = peer.next - 1;
  const auto prev_term = log_.term(prev);
  if (prev_term.error != StorageError::None) return maybe_send_snapshot(peer);

  Storage::EntriesResult found;
  // With a full window only empty appends go: they carry the commit index and draw an answer.
  if (peer.state != ProgressState::Replicate || !peer.inflights.full()) {
    found = log_.entries_from(peer.next, config_.max_size_per_msg);
  }
  if (found.entries.empty() && !send_if_empty) return false;
  if (found.error != StorageError::None) return maybe_send_snapshot(peer);

  const std::size_t count = found.entries.size();
  const std::uint64_t bytes = payload_total(found.entries);
  send({.type = MessageType::MsgApp,
        .to = peer.id,
        .log_term = prev_term.term,
        .index = prev,
        .commit = log_.committed(),
        .entries = std::move(found.entries)});
  peer.sent_entries(count, bytes);
  peer.sent_commit = log_.committed();
  return true;
}

bool Raft::maybe_send_snapshot(Progress& peer) {
  if (!peer.recent_active) return false;  // nobody there to receive it
  const auto found = log_.snapshot();
  if (found.error != StorageError::None) return false;
  CHECK(!found.snapshot->is_empty(), "the log is compacted but there is no snapshot");
  observe({.kind = Event::Kind::SnapshotSent,
           .peer = peer.id,
           .entry = {found.snapshot->term, found.snapshot->index}});
  peer.become_snapshot(found.snapshot->index);
  send({.type = MessageType::MsgSnap, .to = peer.id, .snapshot = found.snapshot});
  return true;
}

void Raft::broadcast_heartbeat(std::uint64_t context) {
  for (Progress& peer : tracker_.progress) {
    if (peer.id == id()) continue;
    // Never beyond what the peer is known to have, or it would commit what may differ.
    const Index commit = std::min(peer.match, log_.committed());
    send({.type = MessageType::MsgHeartbeat, .to = peer.id, .commit = commit, .context = context});
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
    if (peer.maybe_decrease(message.index, probe)) {
      observe({.kind = Event::Kind::ProbeBack, .peer = peer.id, .entry = {Term(), peer.next}});
      if (peer.state == ProgressState::Replicate) peer.become_probe();
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
      peer.inflights.free_to(message.index);
      break;
  }
  if (maybe_commit()) {
    release_held_reads();
    broadcast_append();
  } else if (peer.id != id() && peer.can_bump_commit(log_.committed())) {
    maybe_send_append(peer, true);
  }
  if (peer.id != id()) {
    // The window may have room for several messages now.
    while (maybe_send_append(peer, false)) {
    }
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
  if (!log_.maybe_commit({term_, tracker_.committed()})) return false;
  observe({.kind = Event::Kind::CommitAdvanced, .entry = {term_, log_.committed()}});
  return true;
}

void Raft::check_quorum_activity() {
  const bool active = tracker_.quorum_active();
  if (!active) {
    observe({.kind = Event::Kind::QuorumLost});
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
    observe({.kind = Event::Kind::TransferAborted, .peer = lead_transferee_});
    lead_transferee_ = kNone;
  }
  if (to == id()) return;
  observe({.kind = Event::Kind::TransferStarted, .peer = to});
  // It has one election timeout to succeed.
  election_elapsed_ = 0;
  lead_transferee_ = to;
  if (peer.match == log_.last_index()) {
    send_timeout_now(to);
  } else {
    maybe_send_append(peer, true);
  }
}

void Raft::send_timeout_now(NodeId to) { send({.type = MessageType::MsgTimeoutNow, .to = to}); }

// Reads.

bool Raft::committed_in_term() const { return log_.term_or_zero(log_.committed()) == term_; }

void Raft::on_read_index(const Message& message) {
  const PendingRead read{message.from, message.context};
  if (tracker_.is_singleton()) {
    answer_read(read, log_.committed());
    return;
  }
  // Before it commits in its term, a leader does not know what is committed (§8; etcd 7331).
  if (!committed_in_term()) {
    observe({.kind = Event::Kind::ReadHeld, .peer = read.from, .refusal = Refusal::NotCommittedInTerm});
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
    observe({.kind = Event::Kind::ReadReady, .entry = {Term(), read_index}});
    return;
  }
  send({.type = MessageType::MsgReadIndexResp,
        .to = read.from,
        .index = read_index,
        .context = read.context});
}

void Raft::release_held_reads() {
  if (held_reads_.empty() || !committed_in_term()) return;
  const std::vector<PendingRead> held = std::move(held_reads_);
  held_reads_.clear();
  for (const PendingRead& read : held) start_read(read);
}

}  // namespace raftarium::raft
