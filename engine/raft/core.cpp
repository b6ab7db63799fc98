#include "raft/core.h"

#include <algorithm>
#include <string>

namespace raftarium::raft {

namespace {

MessageType vote_response(MessageType request) {
  return request == MessageType::MsgVote ? MessageType::MsgVoteResp : MessageType::MsgPreVoteResp;
}

base::Status check_config(const Config& config) {
  const auto refuse = [](const std::string& what) { return base::Error{"raft configuration: " + what}; };
  if (config.id == kNone) return refuse("id: expected a member from 1, got 0");
  if (is_storage_thread(config.id)) return refuse("id: this number stands for a storage thread");
  if (config.heartbeat_ticks <= 0) {
    return refuse("heartbeat_ticks: expected more than 0, got " + std::to_string(config.heartbeat_ticks));
  }
  if (config.election_ticks <= config.heartbeat_ticks) {
    return refuse("election_ticks: expected more than heartbeat_ticks (" +
                  std::to_string(config.heartbeat_ticks) + "), got " +
                  std::to_string(config.election_ticks));
  }
  if (config.max_inflight_msgs <= 0) {
    return refuse("max_inflight_msgs: expected more than 0, got " +
                  std::to_string(config.max_inflight_msgs));
  }
  if (config.max_inflight_bytes != 0 && config.max_inflight_bytes < config.max_size_per_msg) {
    return refuse("max_inflight_bytes: expected at least max_size_per_msg (" +
                  std::to_string(config.max_size_per_msg) + "), got " +
                  std::to_string(config.max_inflight_bytes));
  }
  if (config.read_only == ReadOnlyMode::LeaseBased && !config.check_quorum) {
    return refuse("read_only: lease-based reads need check_quorum, which is off");
  }
  return {};
}

Config with_defaults(Config config) {
  if (config.max_committed_size_per_ready == 0) {
    config.max_committed_size_per_ready = config.max_size_per_msg;
  }
  if (config.max_uncommitted_size == 0) config.max_uncommitted_size = kNoLimit;
  if (config.max_inflight_bytes == kNoLimit) config.max_inflight_bytes = 0;
  if (config.bugs.contains(Bug::ConfChangesInFlight)) config.disable_conf_change_validation = true;
  return config;
}

}  // namespace

Raft::Raft(const Config& config, const Storage& storage, Observer* observer)
    : config_(with_defaults(config)),
      observer_(observer),
      prng_(config.seed, config.id.value()),
      log_(storage, config_.max_committed_size_per_ready),
      tracker_(config_.max_inflight_msgs, config_.max_inflight_bytes) {}

base::Result<std::unique_ptr<Raft>> Raft::create(const Config& config, const Storage& storage,
                                                 Observer* observer) {
  if (auto status = check_config(config); !status) return status.error();
  if (const Index last = storage.last_index(); last > kMaxIndex) {
    return base::Error{"raft storage: expected entries up to " + std::to_string(kMaxIndex.value()) +
                       " at most, got " + std::to_string(last.value())};
  }
  std::unique_ptr<Raft> raft(new Raft(config, storage, observer));
  const auto initial = storage.initial_state();
  auto configured = restore_configuration(raft->tracker_, raft->log_.last_index(), initial.conf_state);
  if (!configured) {
    return base::Error{"raft storage: configuration " + describe(initial.conf_state) + ": " +
                       configured.error().message};
  }
  raft->switch_to(std::move(*configured));
  if (!initial.hard_state.is_empty()) {
    if (auto status = raft->load_state(initial.hard_state); !status) return status.error();
  }
  if (!config.applied.is_zero()) {
    if (config.applied < raft->log_.applied() || config.applied > raft->log_.committed()) {
      return base::Error{"raft configuration: applied: expected " +
                         std::to_string(raft->log_.applied().value()) + " to " +
                         std::to_string(raft->log_.committed().value()) + " (the commit index), got " +
                         std::to_string(config.applied.value())};
    }
    raft->log_.applied_to(config.applied, 0);
  }
  raft->become_follower(raft->term_, kNone);
  raft->trace(TracePoint::Kind::Started);
  return raft;
}

void Raft::rebind(const Storage& storage, Observer* observer) {
  log_.rebind(storage);
  observer_ = observer;
}

base::Status Raft::load_state(const HardState& state) {
  if (state.commit < log_.committed() || state.commit > log_.last_index()) {
    return base::Error{"raft storage: hard state says commit " + std::to_string(state.commit.value()) +
                       ", but the log reaches from " + std::to_string(log_.committed().value()) + " to " +
                       std::to_string(log_.last_index().value()) +
                       ": entries were lost; restore this member from a peer"};
  }
  log_.commit_to(state.commit);
  term_ = state.term;
  vote_ = state.vote;
  return {};
}

void Raft::notify(Event event) const {
  event.node = id();
  event.term = term_;
  observer_->observe(event);
}

// Roles (§5.1, Figure 4).

void Raft::reset(Term term) {
  if (term_ != term || makes(Bug::VoteForgotten)) {
    term_ = term;
    if (!makes(Bug::VoteKept)) vote_ = kNone;
  }
  leader_ = kNone;
  election_elapsed_ = 0;
  heartbeat_elapsed_ = 0;
  // In [election_ticks, 2 * election_ticks): split votes end because timers differ (§5.2).
  randomized_election_timeout_ =
      config_.election_ticks +
      static_cast<int>(prng_.below(static_cast<std::uint32_t>(config_.election_ticks)));
  lead_transferee_ = kNone;
  tracker_.reset_votes();
  for (Progress& p : tracker_.progress) {
    Progress fresh;
    fresh.id = p.id;
    fresh.next = log_.last_index() + 1;
    fresh.inflights = tracker_.new_inflights();
    fresh.is_learner = p.is_learner;
    if (p.id == id()) fresh.match = log_.last_index();
    p = std::move(fresh);
  }
  pending_conf_index_ = Index();
  uncommitted_size_ = 0;
  append_due_ = false;
  read_only_.clear();
  held_reads_.clear();
}

void Raft::become_follower(Term term, NodeId leader) {
  const bool news = term != term_ || role_ == Role::Leader || role_ == Role::Candidate;
  reset(term);
  leader_ = leader;
  role_ = Role::Follower;
  observe([&] { return Event{.kind = Event::Kind::BecameFollower, .peer = leader}; });
  if (news) trace(TracePoint::Kind::BecameFollower);
}

void Raft::become_candidate() {
  CHECK(role_ != Role::Leader, "a leader does not stand for election");
  reset(term_ + 1);
  vote_ = id();
  role_ = Role::Candidate;
  observe([&] { return Event{.kind = Event::Kind::BecameCandidate}; });
  trace(TracePoint::Kind::BecameCandidate);
}

// Changes neither term nor vote: a pre-vote must leave no trace (dissertation §9.6).
void Raft::become_pre_candidate() {
  CHECK(role_ != Role::Leader, "a leader does not stand for election");
  const bool was_candidate = role_ == Role::Candidate;
  tracker_.reset_votes();
  leader_ = kNone;
  role_ = Role::PreCandidate;
  observe([&] { return Event{.kind = Event::Kind::BecamePreCandidate}; });
  // The specification knows no PreVote: who only asks has given up standing.
  if (was_candidate) trace(TracePoint::Kind::BecameFollower);
}

void Raft::become_leader() {
  CHECK(role_ != Role::Follower, "a follower must campaign first");
  const std::vector<NodeId> voters = observer_ == nullptr ? std::vector<NodeId>() : tracker_.voted(true);
  reset(term_);
  leader_ = id();
  role_ = Role::Leader;
  Progress* self = tracker_.find(id());
  CHECK(self != nullptr, "the leader ", id(), " is not in its configuration");
  self->become_replicate();
  self->recent_active = true;
  // Whatever the tail holds may be a configuration change: none before all of it is applied.
  pending_conf_index_ = log_.last_index();
  observe(
      [&] { return Event{.kind = Event::Kind::BecameLeader, .last = log_.last_id(), .voters = voters}; });
  trace(TracePoint::Kind::BecameLeader);
  // An empty entry lets this term commit, and with it everything before (§5.4.2, §8).
  trace(TracePoint::Kind::EntryComing);
  log_.push({.term = term_, .index = log_.last_index() + 1});
  note_appended(1);
}

// Time.

bool Raft::tick() {
  const bool something = role_ == Role::Leader ? tick_heartbeat() : tick_election();
  if (something) trace_sent();
  return something;
}

bool Raft::tick_election() {
  ++election_elapsed_;
  if (!past_election_timeout() || !promotable()) return false;
  election_elapsed_ = 0;
  stand_for_election();
  return true;
}

bool Raft::tick_heartbeat() {
  ++heartbeat_elapsed_;
  ++election_elapsed_;
  if (election_elapsed_ < config_.election_ticks && heartbeat_elapsed_ < config_.heartbeat_ticks)
    return false;
  if (election_elapsed_ >= config_.election_ticks) {
    election_elapsed_ = 0;
    if (config_.check_quorum) check_quorum_activity();
    // A transfer that took an election timeout has failed (dissertation §3.10).
    if (role_ == Role::Leader && lead_transferee_ != kNone) {
      observe([&] { return Event{.kind = Event::Kind::TransferAborted, .peer = lead_transferee_}; });
      lead_transferee_ = kNone;
    }
  }
  if (role_ == Role::Leader && heartbeat_elapsed_ >= config_.heartbeat_ticks) {
    heartbeat_elapsed_ = 0;
    broadcast_heartbeat(read_only_.newest());
  }
  return true;
}

// Elections (§5.2, §5.4.1).

bool Raft::promotable() const {
  const Progress* self = tracker_.find(id());
  return self != nullptr && !self->is_learner && !log_.tail().has_snapshot();
}

bool Raft::has_unapplied_conf_changes() const {
  for (Index low = log_.applied() + 1; low <= log_.committed();) {
    const auto page = log_.slice(low, log_.committed() + 1, config_.max_committed_size_per_ready);
    CHECK(page.error == StorageError::None, describe(page.error), " from ", low);
    for (const Entry& entry : page.entries) {
      if (entry.type != EntryType::Normal) return true;
    }
    low = page.entries.back().index + 1;
  }
  return false;
}

void Raft::stand_for_election() {
  hup(config_.pre_vote ? CampaignType::PreElection : CampaignType::Election);
}

void Raft::hup(CampaignType type) {
  const auto refuse = [this](Refusal why) {
    observe([&] { return Event{.kind = Event::Kind::CampaignRefused, .refusal = why}; });
  };
  if (role_ == Role::Leader) return;
  if (!promotable()) return refuse(Refusal::NotPromotable);
  if (has_unapplied_conf_changes()) return refuse(Refusal::PendingConfChangeToApply);
  observe([&] { return Event{.kind = Event::Kind::ElectionTimeout}; });
  campaign(type);
}

void Raft::campaign(CampaignType type) {
  MessageType request = MessageType::MsgVote;
  Term term;
  if (type == CampaignType::PreElection) {
    become_pre_candidate();
    request = MessageType::MsgPreVote;
    term = term_ + 1;  // the term that would be stood for
  } else {
    become_candidate();
    term = term_;
  }
  const EntryId last = log_.last_id();
  for (const NodeId voter : tracker_.config.voters.ids()) {
    if (voter == id()) {
      // The own vote counts once it is durable, like every other.
      compose(vote_response(request), voter).term = term;
      continue;
    }
    Message& message = compose(request, voter);
    message.term = term;
    message.log_term = last.term;
    message.index = last.index;
    message.context = static_cast<std::uint64_t>(type);
  }
}

Tracker::Tally Raft::poll(NodeId voter, MessageType type, bool granted) {
  tracker_.record_vote(voter, granted);
  Tracker::Tally tally = tracker_.tally_votes();
  if (config_.bugs.any()) tally.result = mistaken_result(tally);
  observe([&] {
    return Event{.kind = Event::Kind::VoteReceived,
                 .peer = voter,
                 .message_type = type,
                 .count = tally.granted,
                 .needed = tracker_.config.voters.incoming.size() / 2 + 1,
                 .granted = granted};
  });
  return tally;
}

Message& Raft::compose(MessageType type, NodeId to) {
  // Answers that promise something (a vote, an append) wait until what they promise is durable.
  constexpr MessageTypes kPromises{MessageType::MsgAppResp, MessageType::MsgVoteResp,
                                   MessageType::MsgPreVoteResp};
  const bool promises = kPromises.contains(type);
  CHECK(promises || to != id(), describe(type), " to itself");
  Message& message = (promises ? messages_after_append_ : messages_).emplace_back();
  message.type = type;
  message.to = to;
  message.from = id();
  message.term = term_;
  return message;
}

// The door for messages.

void Raft::ignore(const Message& message, Refusal refusal) const {
  observe([&] {
    return Event{.kind = Event::Kind::MessageIgnored,
                 .peer = message.from,
                 .message_type = message.type,
                 .seen_term = message.term,
                 .refusal = refusal};
  });
}

Refusal Raft::step(const Message& message) {
  if (!traces()) return handle(message);
  trace_received(message);
  const Refusal refusal = handle(message);
  trace_sent();
  return refusal;
}

Refusal Raft::handle(const Message& message) {
  Refusal refusal = Refusal::None;
  if (admit_term(message, refusal) == Door::Done) return refusal;
  switch (message.type) {
    case MessageType::MsgHup:
      stand_for_election();
      return Refusal::None;
    case MessageType::MsgStorageAppendResp:
      entries_durable(message.term, {message.log_term, message.index});
      if (message.snapshot) snapshot_durable(*message.snapshot);
      return Refusal::None;
    case MessageType::MsgStorageApplyResp:
      if (!message.entries.empty()) {
        entries_applied(message.entries.back().index, message.context,
                        uncommitted_size_of(message.entries));
      }
      return Refusal::None;
    case MessageType::MsgVote:
    case MessageType::MsgPreVote:
      on_vote_request(message);
      return Refusal::None;
    default:
      break;
  }
  switch (role_) {
    case Role::Leader:
      return step_leader(message);
    case Role::Follower:
      return step_follower(message);
    case Role::Candidate:
    case Role::PreCandidate:
      return step_candidate(message);
  }
  return Refusal::None;
}

Raft::Door Raft::admit_term(const Message& message, Refusal& refusal) {
  if (message.term.is_zero() || message.term == term_) return Door::Handle;
  return message.term > term_ ? on_higher_term(message, refusal) : on_lower_term(message);
}

// A vote request of a higher term while a leader's lease lasts, unless that leader asked for it.
bool Raft::is_held_off(const Message& message) const {
  if (message.type != MessageType::MsgVote && message.type != MessageType::MsgPreVote) return false;
  const bool transfer = message.context == static_cast<std::uint64_t>(CampaignType::Transfer);
  const bool in_lease = config_.check_quorum && leader_ != kNone &&
                        election_elapsed_ < config_.election_ticks && !makes(Bug::VoteInsideLease);
  return message.term > term_ && in_lease && !transfer;
}

// A higher term makes a follower, except where that would let a disturber disturb (§5.1; dissertation
// §4.2.3, §9.6).
Raft::Door Raft::on_higher_term(const Message& message, Refusal& refusal) {
  const MessageType type = message.type;
  if (is_held_off(message)) {
    observe([&] {
      return Event{.kind = Event::Kind::VoteRefused,
                   .peer = message.from,
                   .message_type = type,
                   .entry = {message.log_term, message.index},
                   .last = log_.last_id(),
                   .seen_term = message.term,
                   .refusal = Refusal::LeaderLease};
    });
    refusal = Refusal::LeaderLease;
    return Door::Done;
  }
  const bool pre_vote = type == MessageType::MsgPreVote && !makes(Bug::PreVoteRaisesTerm);
  const bool pre_vote_granted = type == MessageType::MsgPreVoteResp && !message.reject;
  if (pre_vote || pre_vote_granted) return Door::Handle;  // the term is hypothetical

  observe([&] {
    return Event{.kind = Event::Kind::HigherTermSeen,
                 .peer = message.from,
                 .message_type = type,
                 .seen_term = message.term,
                 .was_leader = role_ == Role::Leader};
  });
  const bool from_leader =
      type == MessageType::MsgApp || type == MessageType::MsgHeartbeat || type == MessageType::MsgSnap;
  become_follower(message.term, from_leader ? message.from : kNone);
  return Door::Handle;
}

Raft::Door Raft::on_lower_term(const Message& message) {
  const MessageType type = message.type;
  if ((config_.check_quorum || config_.pre_vote) &&
      (type == MessageType::MsgHeartbeat || type == MessageType::MsgApp)) {
    // A leader of an older term must learn of this term from somebody: with PreVote or a lease no vote
    // request would ever tell it (etcd 8243).
    compose(MessageType::MsgAppResp, message.from);
  } else if (type == MessageType::MsgPreVote && !makes(Bug::PreVoteNotTold)) {
    // The refusal carries the term that the pre-candidate lacks (etcd 8501).
    observe([&] {
      return Event{.kind = Event::Kind::VoteRefused,
                   .peer = message.from,
                   .message_type = type,
                   .entry = {message.log_term, message.index},
                   .last = log_.last_id(),
                   .seen_term = message.term,
                   .refusal = Refusal::StaleTerm};
    });
    answer_vote(message, term_, true);
  } else if (type == MessageType::MsgStorageAppendResp) {
    // The entries may have been overwritten since; the snapshot cannot have been.
    if (message.snapshot) snapshot_durable(*message.snapshot);
  } else if ((type == MessageType::MsgVoteResp && makes(Bug::LateVotesCount)) ||
             (type == MessageType::MsgAppResp && makes(Bug::StaleAnswerCounts))) {
    return Door::Handle;
  } else {
    ignore(message, Refusal::StaleTerm);
  }
  return Door::Done;
}

void Raft::on_vote_request(const Message& message) {
  const bool pre_vote = message.type == MessageType::MsgPreVote;
  const bool can_vote = vote_ == message.from ||                 // the same answer again
                        (vote_ == kNone && leader_ == kNone) ||  // not given, and no leader to be loyal to
                        (pre_vote && message.term > term_) ||    // nothing is given
                        makes(Bug::SecondVote);
  const EntryId candidate_last{message.log_term, message.index};
  const bool too_equal = makes(Bug::EqualLogRefused) && candidate_last == log_.last_id();
  const bool up_to_date = (log_.is_up_to_date(candidate_last) && !too_equal) || makes(Bug::LogNotCompared);
  const bool granted = can_vote && up_to_date;
  observe([&] {
    const Refusal why = granted      ? Refusal::None
                        : up_to_date ? Refusal::VotedForAnother
                                     : Refusal::LogBehind;
    return Event{.kind = granted ? Event::Kind::VoteCast : Event::Kind::VoteRefused,
                 .peer = message.from,
                 .message_type = message.type,
                 .entry = candidate_last,
                 .last = log_.last_id(),
                 .seen_term = message.term,
                 .granted = granted,
                 .refusal = why};
  });
  if (!granted) {
    answer_vote(message, term_, true);
    return;
  }
  // A pre-vote is answered in the term that was asked about, or its sender would ignore it.
  answer_vote(message, message.term, false);
  if (!pre_vote) {
    election_elapsed_ = 0;
    vote_ = message.from;
  }
}

void Raft::answer_vote(const Message& request, Term term, bool reject) {
  Message& answer = compose(vote_response(request.type), request.from);
  answer.term = term;
  answer.reject = reject;
}

// What storage has done.

void Raft::entries_durable(Term term, EntryId last) {
  // Since an older term they may have been overwritten, and written again without being durable yet.
  if (term == term_ && !last.index.is_zero()) log_.tail().stable_to(last);
}

void Raft::snapshot_durable(const Snapshot& snapshot) {
  log_.tail().stable_snapshot_to(snapshot.index);
  applied_to(snapshot.index, 0);
}

void Raft::entries_applied(Index last, std::uint64_t size, std::uint64_t uncommitted_size) {
  applied_to(last, size);
  uncommitted_size_ -= std::min(uncommitted_size_, uncommitted_size);
}

}  // namespace raftarium::raft
