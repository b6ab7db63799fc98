// Configurations and snapshots taking effect (dissertation §4, §5).

#include <algorithm>

#include "raft/core.h"

namespace raftarium::raft {

ConfState Raft::apply_conf_change(const ConfChange& change) {
  const Changer changer(tracker_, log_.last_index());
  auto next = [&] {
    if (change.leave_joint()) return changer.leave_joint();
    const auto [joint, auto_leave] = change.enter_joint();
    return joint ? changer.enter_joint(auto_leave, change.changes) : changer.simple(change.changes);
  }();
  if (!next) {
    // Every member refuses the same change at the same index, so the configuration stays common.
    observe(
        [&] { return Event{.kind = Event::Kind::ConfChangeRefused, .refusal = Refusal::BadConfChange}; });
    return tracker_.config.conf_state();
  }
  ConfState state = switch_to(std::move(*next));
  trace_sent();
  return state;
}

ConfState Raft::switch_to(Configured configured) {
  if (traces()) trace_configuration(configured.config.conf_state());
  tracker_.config = std::move(configured.config);
  tracker_.progress = std::move(configured.progress);
  observe([&] { return Event{.kind = Event::Kind::ConfigurationChanged}; });
  ConfState state = tracker_.config.conf_state();

  const Progress* self = tracker_.find(id());
  is_learner_ = self != nullptr && self->is_learner;
  if ((self == nullptr || is_learner_) && role_ == Role::Leader) {
    // Removed or demoted: it may go on until its successor is elected, or step down now (§4.2.2).
    if (config_.step_down_on_removal) become_follower(term_, kNone);
    return state;
  }
  if (role_ != Role::Leader || state.voters.empty()) return state;

  if (maybe_commit()) {
    // A smaller quorum may commit more.
    release_held_reads();
    broadcast_append();
  } else {
    // New members hear of the leader at once.
    for (Progress& peer : tracker_.progress) {
      if (peer.id != id()) maybe_send_append(peer, false);
    }
  }
  if (lead_transferee_ != kNone && !tracker_.config.voters.contains(lead_transferee_)) {
    observe([&] { return Event{.kind = Event::Kind::TransferAborted, .peer = lead_transferee_}; });
    lead_transferee_ = kNone;
  }
  return state;
}

bool Raft::restore(const std::shared_ptr<const Snapshot>& snapshot) {
  if (snapshot->index <= log_.committed()) return false;
  CHECK(role_ == Role::Follower, "a ", describe(role_), " does not restore a snapshot");
  const ConfState& state = snapshot->conf_state;
  if (!state.has(id())) return false;  // somebody else's configuration
  if (log_.matches({snapshot->term, snapshot->index})) {
    // The log has it all: only the commit index is news.
    log_.commit_to(snapshot->index);
    observe([&] {
      return Event{.kind = Event::Kind::CommitAdvanced, .entry = {snapshot->term, snapshot->index}};
    });
    return false;
  }
  auto configured = restore_configuration(Tracker(config_.max_inflight_msgs, config_.max_inflight_bytes),
                                          snapshot->index, state);
  if (!configured) {
    observe(
        [&] { return Event{.kind = Event::Kind::ConfChangeRefused, .refusal = Refusal::BadConfChange}; });
    return false;
  }
  log_.restore(snapshot);
  switch_to(std::move(*configured));
  observe([&] {
    return Event{.kind = Event::Kind::SnapshotRestored, .entry = {snapshot->term, snapshot->index}};
  });
  return true;
}

void Raft::applied_to(Index index, std::uint64_t size) {
  const Index applied = std::max(index, log_.applied());
  log_.applied_to(applied, size);
  if (!tracker_.config.auto_leave || applied < pending_conf_index_ || role_ != Role::Leader) return;
  // The joint configuration is applied, so it may be left. The empty change is no larger than the limit
  // allows; if it is refused (a transfer is under way), the next applied entry tries again (etcd 12136).
  Entry leave;
  leave.type = EntryType::ConfChangeV2;
  step({.type = MessageType::MsgProp, .from = id(), .entries = std::vector<Entry>{leave}});
}

void Raft::bootstrap(const std::vector<NodeId>& peers) {
  become_follower(Term(1), kNone);
  std::vector<Entry> entries;
  for (const NodeId peer : peers) {
    ConfChange change;
    change.v1 = true;
    change.changes = {{ConfChangeType::AddNode, peer}};
    entries.push_back({Term(1), Index(entries.size() + 1), EntryType::ConfChange, encode(change)});
  }
  log_.append(Entries(entries));
  log_.commit_to(Index(entries.size()));
  for (const NodeId peer : peers) {
    ConfChange change;
    change.changes = {{ConfChangeType::AddNode, peer}};
    apply_conf_change(change);
  }
}

}  // namespace raftarium::raft
