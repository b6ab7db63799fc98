// What a follower and a candidate do with a message of their own term.

#include <algorithm>

#include "raft/core.h"

namespace raftarium::raft {

void Raft::hear_leader(const Message& message) {
  election_elapsed_ = 0;
  leader_ = message.from;
}

Refusal Raft::step_follower(const Message& message) {
  // A proposal or a read, as if it had been made at the leader.
  const auto forward = [this](const Message& asked) {
    Message& forwarded = messages_.emplace_back(asked);
    forwarded.to = leader_;
    forwarded.term = Term();
    if (forwarded.from == kNone) forwarded.from = id();
  };
  switch (message.type) {
    case MessageType::MsgProp: {
      Refusal refusal = Refusal::None;
      if (leader_ == kNone)
        refusal = Refusal::NoLeader;
      else if (config_.disable_proposal_forwarding)
        refusal = Refusal::ForwardingDisabled;
      if (refusal == Refusal::None) {
        forward(message);
      } else {
        observe([&] { return Event{.kind = Event::Kind::ProposalRefused, .refusal = refusal}; });
      }
      return refusal;
    }
    case MessageType::MsgApp:
      hear_leader(message);
      handle_append(message);
      break;
    case MessageType::MsgHeartbeat:
      hear_leader(message);
      handle_heartbeat(message);
      break;
    case MessageType::MsgSnap:
      hear_leader(message);
      handle_snapshot(message);
      break;
    case MessageType::MsgTransferLeader:
      if (leader_ == kNone) return Refusal::NoLeader;
      compose(message.type, leader_).from = message.from;
      break;
    case MessageType::MsgForgetLeader:
      // A lease-based reader trusts this member's loyalty until the lease ends.
      if (config_.read_only == ReadOnlyMode::LeaseBased) return Refusal::LeaderLease;
      leader_ = kNone;
      break;
    case MessageType::MsgTimeoutNow:
      // The leader asked for it, so pre-vote and lease do not hold it up (dissertation §3.10).
      hup(CampaignType::Transfer);
      break;
    case MessageType::MsgReadIndex:
      if (leader_ == kNone) {
        observe([&] { return Event{.kind = Event::Kind::ReadHeld, .refusal = Refusal::NoLeader}; });
        return Refusal::NoLeader;
      }
      forward(message);
      break;
    case MessageType::MsgReadIndexResp:
      read_states_.push_back({message.index, message.context});
      observe([&] { return Event{.kind = Event::Kind::ReadReady, .entry = {Term(), message.index}}; });
      break;
    default:
      break;
  }
  return Refusal::None;
}

Refusal Raft::step_candidate(const Message& message) {
  const MessageType own_response =
      role_ == Role::PreCandidate ? MessageType::MsgPreVoteResp : MessageType::MsgVoteResp;
  switch (message.type) {
    case MessageType::MsgProp:
      observe([&] { return Event{.kind = Event::Kind::ProposalRefused, .refusal = Refusal::NoLeader}; });
      return Refusal::NoLeader;
    // A leader of this very term exists: it won (§5.2).
    case MessageType::MsgApp:
      become_follower(message.term, message.from);
      handle_append(message);
      return Refusal::None;
    case MessageType::MsgHeartbeat:
      become_follower(message.term, message.from);
      handle_heartbeat(message);
      return Refusal::None;
    case MessageType::MsgSnap:
      become_follower(message.term, message.from);
      handle_snapshot(message);
      return Refusal::None;
    case MessageType::MsgReadIndex:
      observe([&] { return Event{.kind = Event::Kind::ReadHeld, .refusal = Refusal::NoLeader}; });
      return Refusal::NoLeader;
    default:
      break;
  }
  if (message.type != own_response) return Refusal::None;
  switch (poll(message.from, message.type, !message.reject).result) {
    case VoteResult::Won:
      if (role_ == Role::PreCandidate) {
        campaign(CampaignType::Election);
      } else {
        become_leader();
        broadcast_append();
      }
      break;
    case VoteResult::Lost:
      // For a pre-candidate the term is unchanged; either way somebody else may win.
      become_follower(term_, kNone);
      break;
    case VoteResult::Pending:
      break;
  }
  return Refusal::None;
}

void Raft::handle_append(const Message& message) {
  const EntryId prev{message.log_term, message.index};
  if (prev.index < log_.committed()) {
    // Old news: everything up to the commit index matches already.
    compose(MessageType::MsgAppResp, message.from).index = log_.committed();
    return;
  }
  const Index commit_before = log_.committed();
  if (makes(Bug::StaleAppendTruncates)) cut_after(message);
  const auto done = makes(Bug::ConflictKept) ? append_beyond(message)
                                             : log_.maybe_append(prev, message.commit, message.entries);
  if (done) {
    if (makes(Bug::CommitNotClamped)) log_.commit_to(std::min(message.commit, log_.last_index()));
    if (done->truncated_from) {
      observe([&] {
        return Event{.kind = Event::Kind::LogTruncated,
                     .peer = message.from,
                     .entry = {Term(), *done->truncated_from}};
      });
    }
    if (done->added > 0) {
      observe([&] {
        return Event{.kind = Event::Kind::EntriesAppended,
                     .peer = message.from,
                     .entry = log_.last_id(),
                     .count = done->added};
      });
    }
    if (log_.committed() > commit_before) {
      observe([&] {
        return Event{.kind = Event::Kind::CommitAdvanced,
                     .entry = {log_.term_or_zero(log_.committed()), log_.committed()}};
      });
    }
    compose(MessageType::MsgAppResp, message.from).index = done->last_new;
    return;
  }
  // The hint skips everything that cannot match: entries of terms after the leader's one (§5.3, end).
  const EntryId hint = log_.find_conflict_by_term(std::min(prev.index, log_.last_index()), prev.term);
  observe([&] {
    return Event{.kind = Event::Kind::AppendRejected,
                 .peer = message.from,
                 .entry = prev,
                 .last = hint,
                 .refusal = Refusal::LogMismatch};
  });
  Message& answer = compose(MessageType::MsgAppResp, message.from);
  answer.log_term = hint.term;
  answer.index = prev.index;
  answer.reject = true;
  answer.reject_hint = hint.index;
}

void Raft::handle_heartbeat(const Message& message) {
  if (message.commit > log_.last_index()) {
    // Only entries that this member acknowledged are announced so: it has lost its log (etcd 20269).
    ignore(message, Refusal::CommitBeyondLog);
    return;
  }
  const bool news = message.commit > log_.committed();
  log_.commit_to(message.commit);
  if (news) {
    observe([&] {
      return Event{.kind = Event::Kind::CommitAdvanced,
                   .entry = {log_.term_or_zero(log_.committed()), log_.committed()}};
    });
  }
  compose(MessageType::MsgHeartbeatResp, message.from).context = message.context;
}

void Raft::handle_snapshot(const Message& message) {
  if (message.snapshot == nullptr) {
    ignore(message, Refusal::LogMismatch);
    return;
  }
  if (message.snapshot->index > kMaxIndex) {
    ignore(message, Refusal::IndexBeyondReason);
    return;
  }
  const bool restored = restore(message.snapshot);
  compose(MessageType::MsgAppResp, message.from).index = restored ? log_.last_index() : log_.committed();
}

}  // namespace raftarium::raft
