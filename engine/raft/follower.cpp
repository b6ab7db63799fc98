// What a follower and a candidate do with a message of their own term.

#include <algorithm>

#include "raft/core.h"

namespace raftarium::raft {

void Raft::hear_leader(const Message& message) {
  election_elapsed_ = 0;
  leader_ = message.from;
}

Refusal Raft::step_follower(const Message& message) {
  const auto forward = [this](Message forwarded) {
    forwarded.to = leader_;
    send(std::move(forwarded));
  };
  switch (message.type) {
    case MessageType::MsgProp: {
      Refusal refusal = Refusal::None;
      if (leader_ == kNone) refusal = Refusal::NoLeader;
      else if (config_.disable_proposal_forwarding) refusal = Refusal::ForwardingDisabled;
      if (refusal == Refusal::None) {
        forward(message);
      } else {
        observe({.kind = Event::Kind::ProposalRefused, .refusal = refusal});
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
      forward({.type = message.type, .from = message.from});
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
        observe({.kind = Event::Kind::ReadHeld, .refusal = Refusal::NoLeader});
        return Refusal::NoLeader;
      }
      forward(message);
      break;
    case MessageType::MsgReadIndexResp:
      read_states_.push_back({message.index, message.context});
      observe({.kind = Event::Kind::ReadReady, .entry = {Term(), message.index}});
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
      observe({.kind = Event::Kind::ProposalRefused, .refusal = Refusal::NoLeader});
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
      observe({.kind = Event::Kind::ReadHeld, .refusal = Refusal::NoLeader});
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
    send({.type = MessageType::MsgAppResp, .to = message.from, .index = log_.committed()});
    return;
  }
  const Index commit_before = log_.committed();
  if (const auto done = log_.maybe_append(prev, message.commit, message.entries)) {
    if (done->truncated_from) {
      observe({.kind = Event::Kind::LogTruncated,
               .peer = message.from,
               .entry = {Term(), *done->truncated_from}});
    }
    if (done->added > 0) {
      observe({.kind = Event::Kind::EntriesAppended,
               .peer = message.from,
               .entry = log_.last_id(),
               .count = done->added});
    }
    if (log_.committed() > commit_before) {
      observe({.kind = Event::Kind::CommitAdvanced,
               .entry = {log_.term_or_zero(log_.committed()), log_.committed()}});
    }
    send({.type = MessageType::MsgAppResp, .to = message.from, .index = done->last_new});
    return;
  }
  // The hint skips everything that cannot match: entries of terms after the leader's one (§5.3, end).
  const EntryId hint =
      log_.find_conflict_by_term(std::min(prev.index, log_.last_index()), prev.term);
  observe({.kind = Event::Kind::AppendRejected,
           .peer = message.from,
           .entry = prev,
           .last = hint,
           .refusal = Refusal::LogMismatch});
  send({.type = MessageType::MsgAppResp,
        .to = message.from,
        .log_term = hint.term,
        .index = prev.index,
        .reject = true,
        .reject_hint = hint.index});
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
    observe({.kind = Event::Kind::CommitAdvanced,
             .entry = {log_.term_or_zero(log_.committed()), log_.committed()}});
  }
  send({.type = MessageType::MsgHeartbeatResp, .to = message.from, .context = message.context});
}

void Raft::handle_snapshot(const Message& message) {
  if (message.snapshot == nullptr) {
    ignore(message, Refusal::LogMismatch);
    return;
  }
  const bool restored = restore(message.snapshot);
  send({.type = MessageType::MsgAppResp,
        .to = message.from,
        .index = restored ? log_.last_index() : log_.committed()});
}

}  // namespace raftarium::raft
