#pragma once
// Raft: the algorithm behind RawNode. Not part of the public face: tests and RawNode alone include it.
//
//   core.cpp         construction, roles, ticks, elections, the door for messages
//   leader.cpp       what a leader does: replication, commit, reads, transfer
//   follower.cpp     what a follower and a candidate do
//   membership.cpp   configurations and snapshots taking effect
//   bugs.cpp         the mistakes of bugs.h
//   trace.cpp        steps as etcd's TLA+ specification counts them

#include <optional>
#include <span>
#include <vector>

#include "base/prng.h"
#include "raft/confchange.h"
#include "raft/log.h"
#include "raft/progress.h"
#include "raft/raft.h"
#include "raft/read_only.h"

namespace raftarium::raft {

class Raft {
 public:
  static base::Result<std::unique_ptr<Raft>> create(const Config& config, const Storage& storage,
                                                    Observer* observer);

  Refusal step(const Message& message);
  // The same as a MsgProp of entries with these payloads, which are taken over.
  Refusal propose(std::span<base::Bytes> payloads);
  // See RawNode::tick().
  bool tick();
  ConfState apply_conf_change(const ConfChange& change);
  void rebind(const Storage& storage, Observer* observer);

  const Config& config() const { return config_; }
  NodeId id() const { return config_.id; }
  Term term() const { return term_; }
  Role role() const { return role_; }
  NodeId leader() const { return leader_; }
  SoftState soft_state() const { return {leader_, role_}; }
  HardState hard_state() const { return {term_, vote_, log_.committed()}; }
  const RaftLog& log() const { return log_; }
  RaftLog& log() { return log_; }
  const Tracker& tracker() const { return tracker_; }
  // In the order in which they were made: what may leave at once, and what must wait for the sync.
  std::vector<Message>& messages() { return messages_; }
  const std::vector<Message>& messages() const { return messages_; }
  std::vector<Message>& messages_after_append() { return messages_after_append_; }
  const std::vector<Message>& messages_after_append() const { return messages_after_append_; }
  std::vector<ReadState>& read_states() { return read_states_; }
  const std::vector<ReadState>& read_states() const { return read_states_; }
  NodeId lead_transferee() const { return lead_transferee_; }
  int election_elapsed() const { return election_elapsed_; }
  int heartbeat_elapsed() const { return heartbeat_elapsed_; }
  int randomized_election_timeout() const { return randomized_election_timeout_; }
  void set_randomized_election_timeout(int ticks) { randomized_election_timeout_ = ticks; }
  Refusal check_conf_change(const ConfChange& change) const;
  // Tells the observer, if there is one; only then is the event put together, in a function of its own, so
  // that a rule which tells of itself is as short as one which does not.
  template <class MakeEvent>
  void observe(const MakeEvent& make) const {
    if (observer_ != nullptr) [[unlikely]]
      notify_made(make);
  }
  Observer* observer() const { return observer_; }
  // What was sent since the last Ready is about to be handed out.
  void trace_ready() {
    if (traces()) put_ready();
  }
  // Config::batch_appends: what ready() must send.
  bool append_due() const { return append_due_; }
  void send_due_appends();

  // Storage has caught up: entries up to `last` of the log as it was in `term`; a snapshot; entries applied,
  // with their sizes.
  void entries_durable(Term term, EntryId last);
  void snapshot_durable(const Snapshot& snapshot);
  void entries_applied(Index last, std::uint64_t size, std::uint64_t uncommitted_size);
  // What of the entries counts as uncommitted until they are applied: their payloads, where those are limited.
  std::uint64_t uncommitted_size_of(const Entries& entries) const;

  // For bootstrap: the first configuration is a fact, not something to agree on.
  void bootstrap(const std::vector<NodeId>& peers);

 private:
  Raft(const Config& config, const Storage& storage, Observer* observer);

  // trace.cpp
  bool traces() const { return observer_ != nullptr && observer_->traces(); }
  void trace(TracePoint::Kind kind) const {
    if (traces()) put(kind, nullptr);
  }
  void trace_sent() {
    if (traces()) put_sent();
  }
  void trace_change(const ConfChange& change) const;
  void trace_configuration(const ConfState& next) const;
  void trace_received(const Message& message) const;
  void put(TracePoint::Kind kind, const Message* message) const;
  void put_sent();
  void put_ready();
  TracePoint trace_point(TracePoint::Kind kind) const;

  // bugs.cpp
  bool makes(Bug bug) const { return config_.bugs.contains(bug); }
  EntryId mistaken_commit() const;
  VoteResult mistaken_result(const Tracker::Tally& tally) const;
  void cut_after(const Message& message);
  void count_own();
  std::optional<RaftLog::Appended> append_beyond(const Message& message);

  // core.cpp
  base::Status load_state(const HardState& state);
  void become_follower(Term term, NodeId leader);
  void become_candidate();
  void become_pre_candidate();
  void become_leader();
  void reset(Term term);
  bool tick_election();
  bool tick_heartbeat();
  bool past_election_timeout() const { return election_elapsed_ >= randomized_election_timeout_; }
  bool promotable() const;
  bool has_unapplied_conf_changes() const;
  void stand_for_election();
  void hup(CampaignType type);
  void campaign(CampaignType type);
  Tracker::Tally poll(NodeId voter, MessageType type, bool granted);
  // A new message to `to`, on its way with the next Ready; the caller adds what is particular to it.
  Message& compose(MessageType type, NodeId to);
  void answer_vote(const Message& request, Term term, bool reject);
  template <class MakeEvent>
  [[gnu::noinline]] void notify_made(const MakeEvent& make) const {
    notify(make());
  }
  void notify(Event event) const;
  enum class Door : std::uint8_t { Handle, Done };
  Door admit_term(const Message& message, Refusal& refusal);
  Door on_higher_term(const Message& message, Refusal& refusal);
  Door on_lower_term(const Message& message);
  bool is_held_off(const Message& message) const;
  Refusal handle(const Message& message);
  void on_vote_request(const Message& message);
  void ignore(const Message& message, Refusal refusal) const;

  // leader.cpp
  Refusal step_leader(const Message& message);
  Refusal leader_propose(const Message& message);
  Refusal may_propose() const;
  void push_own(std::span<base::Bytes> payloads);
  void on_read_index(const Message& message);
  void on_append_response(const Message& message, Progress& peer);
  void on_heartbeat_response(const Message& message, Progress& peer);
  void on_snapshot_status(const Message& message, Progress& peer);
  void on_transfer(const Message& message, Progress& peer);
  void check_quorum_activity();
  void note_appended(std::uint64_t count);
  void acknowledge_own();
  void broadcast_append();
  void send_more(Progress& peer);
  bool maybe_send_append(Progress& peer, bool send_if_empty);
  bool maybe_send_snapshot(Progress& peer);
  void broadcast_heartbeat(std::uint64_t context);
  void send_timeout_now(NodeId to);
  bool maybe_commit();
  bool committed_in_term() const;
  void start_read(const PendingRead& read);
  void answer_read(const PendingRead& read, Index read_index);
  void release_held_reads();
  bool limits_uncommitted() const { return config_.max_uncommitted_size != kNoLimit; }
  bool reserve_uncommitted(std::uint64_t payload_bytes);

  // follower.cpp
  Refusal step_follower(const Message& message);
  Refusal step_candidate(const Message& message);
  void hear_leader(const Message& message);
  void handle_append(const Message& message);
  void handle_heartbeat(const Message& message);
  void handle_snapshot(const Message& message);

  // membership.cpp
  bool restore(const std::shared_ptr<const Snapshot>& snapshot);
  ConfState switch_to(Configured configured);
  void applied_to(Index index, std::uint64_t size);

  Config config_;
  Observer* observer_;
  base::Prng prng_;

  Term term_;
  NodeId vote_;
  RaftLog log_;
  Tracker tracker_;
  Role role_ = Role::Follower;
  bool is_learner_ = false;
  NodeId leader_;
  NodeId lead_transferee_;
  // Only one change may be pending: the index at or before which it lies (dissertation §4.1).
  Index pending_conf_index_;
  std::uint64_t uncommitted_size_ = 0;  // bytes of payload, where they are limited
  bool append_due_ = false;
  ReadOnly read_only_;
  std::vector<PendingRead> held_reads_;  // until the leader commits in its term (etcd 7331)
  std::vector<ReadState> read_states_;

  int election_elapsed_ = 0;
  int heartbeat_elapsed_ = 0;
  int randomized_election_timeout_ = 0;

  std::vector<Message> messages_;
  std::vector<Message> messages_after_append_;
  // So many of them have been traced.
  std::size_t traced_messages_ = 0;
  std::size_t traced_after_append_ = 0;
};

}  // namespace raftarium::raft
