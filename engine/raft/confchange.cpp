#include "raft/confchange.h"

#include <algorithm>
#include <iterator>
#include <string>

namespace raftarium::raft {

namespace {

std::string number(NodeId id) { return std::to_string(id.value()); }

// How many ids are in one of the two sets only.
std::size_t difference(const NodeSet& a, const NodeSet& b) {
  std::vector<NodeId> only;
  std::set_symmetric_difference(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(only));
  return only.size();
}

base::Status check_invariants(const Configured& c) {
  const auto tracked = [&](NodeId id) { return Tracker::find_in(c.progress, id); };
  for (const NodeSet& set : {c.config.voters.ids(), c.config.learners, c.config.learners_next}) {
    for (const NodeId id : set) {
      if (tracked(id) == nullptr) return base::Error{"no progress for " + number(id)};
    }
  }
  for (const NodeId id : c.config.learners_next) {
    if (!c.config.voters.outgoing.contains(id)) {
      return base::Error{number(id) + " is in LearnersNext, but not Voters[1]"};
    }
    if (tracked(id)->is_learner) {
      return base::Error{number(id) + " is in LearnersNext, but is already marked as learner"};
    }
  }
  for (const NodeId id : c.config.learners) {
    if (c.config.voters.outgoing.contains(id)) {
      return base::Error{number(id) + " is in Learners and Voters[1]"};
    }
    if (c.config.voters.incoming.contains(id)) {
      return base::Error{number(id) + " is in Learners and Voters[0]"};
    }
    if (!tracked(id)->is_learner) {
      return base::Error{number(id) + " is in Learners, but is not marked as learner"};
    }
  }
  if (!c.config.voters.joint()) {
    if (!c.config.learners_next.empty()) {
      return base::Error{"cfg.LearnersNext must be nil when not joint"};
    }
    if (c.config.auto_leave) return base::Error{"AutoLeave must be false when not joint"};
  }
  return {};
}

}  // namespace

base::Result<Configured> Changer::checked(Configured next) const {
  if (auto status = check_invariants(next); !status) return status.error();
  return next;
}

base::Result<Configured> Changer::enter_joint(bool auto_leave,
                                              const std::vector<ConfChangeSingle>& changes) const {
  Configured next{tracker_.config, tracker_.progress};
  if (next.config.voters.joint()) return base::Error{"config is already joint"};
  if (next.config.voters.incoming.empty()) {
    return base::Error{"can't make a zero-voter config joint"};
  }
  next.config.voters.outgoing = next.config.voters.incoming;
  if (auto status = apply(next, changes); !status) return status.error();
  next.config.auto_leave = auto_leave;
  return checked(std::move(next));
}

base::Result<Configured> Changer::leave_joint() const {
  Configured next{tracker_.config, tracker_.progress};
  TrackerConfig& config = next.config;
  if (!config.voters.joint()) return base::Error{"can't leave a non-joint config"};
  for (const NodeId id : config.learners_next) {
    config.learners.insert(id);
    Tracker::find_in(next.progress, id)->is_learner = true;
  }
  config.learners_next.clear();
  const NodeSet outgoing = std::move(config.voters.outgoing);
  config.voters.outgoing.clear();
  for (const NodeId id : outgoing) {
    if (config.voters.incoming.contains(id) || config.learners.contains(id)) continue;
    std::erase_if(next.progress, [id](const Progress& p) { return p.id == id; });
  }
  config.auto_leave = false;
  return checked(std::move(next));
}

base::Result<Configured> Changer::simple(const std::vector<ConfChangeSingle>& changes) const {
  Configured next{tracker_.config, tracker_.progress};
  if (next.config.voters.joint()) {
    return base::Error{"can't apply simple config change in joint config"};
  }
  if (auto status = apply(next, changes); !status) return status.error();
  if (difference(tracker_.config.voters.incoming, next.config.voters.incoming) > 1) {
    return base::Error{"more than one voter changed without entering joint config"};
  }
  return checked(std::move(next));
}

base::Status Changer::apply(Configured& next, const std::vector<ConfChangeSingle>& changes) const {
  for (const ConfChangeSingle& change : changes) {
    if (change.node == kNone) continue;  // a change that the application struck out
    switch (change.type) {
      case ConfChangeType::AddNode:
        make_voter(next, change.node);
        break;
      case ConfChangeType::AddLearnerNode:
        make_learner(next, change.node);
        break;
      case ConfChangeType::RemoveNode:
        remove(next, change.node);
        break;
      case ConfChangeType::UpdateNode:
        break;
    }
  }
  if (next.config.voters.incoming.empty()) return base::Error{"removed all voters"};
  return {};
}

void Changer::make_voter(Configured& next, NodeId id) const {
  Progress* p = Tracker::find_in(next.progress, id);
  if (p == nullptr) {
    add_progress(next, id, false);
    return;
  }
  p->is_learner = false;
  next.config.learners.erase(id);
  next.config.learners_next.erase(id);
  next.config.voters.incoming.insert(id);
}

// A voter of the outgoing half stays a voter until the joint configuration is left, so it waits in
// learners_next: nobody is voter and learner at once.
void Changer::make_learner(Configured& next, NodeId id) const {
  const Progress* p = Tracker::find_in(next.progress, id);
  if (p == nullptr) {
    add_progress(next, id, true);
    return;
  }
  if (p->is_learner) return;
  next.config.voters.incoming.erase(id);
  next.config.learners_next.erase(id);
  if (next.config.voters.outgoing.contains(id)) {
    next.config.learners_next.insert(id);
  } else {
    Tracker::find_in(next.progress, id)->is_learner = true;
    next.config.learners.insert(id);
  }
}

void Changer::remove(Configured& next, NodeId id) {
  if (Tracker::find_in(next.progress, id) == nullptr) return;
  next.config.voters.incoming.erase(id);
  next.config.learners.erase(id);
  next.config.learners_next.erase(id);
  if (next.config.voters.outgoing.contains(id)) return;
  std::erase_if(next.progress, [id](const Progress& p) { return p.id == id; });
}

void Changer::add_progress(Configured& next, NodeId id, bool is_learner) const {
  (is_learner ? next.config.learners : next.config.voters.incoming).insert(id);
  Progress p;
  p.id = id;
  p.next = std::max(last_index_, Index(1));
  p.inflights = tracker_.new_inflights();
  p.is_learner = is_learner;
  // Counts as heard of, so that a new member does not make its leader step down at once.
  p.recent_active = true;
  const auto at = std::lower_bound(next.progress.begin(), next.progress.end(), id,
                                   [](const Progress& q, NodeId wanted) { return q.id < wanted; });
  next.progress.insert(at, std::move(p));
}

base::Result<Configured> restore_configuration(Tracker tracker, Index last_index, const ConfState& state) {
  std::vector<ConfChangeSingle> before;
  std::vector<ConfChangeSingle> after;
  for (const NodeId id : state.voters_outgoing) {
    before.push_back({ConfChangeType::AddNode, id});
    after.push_back({ConfChangeType::RemoveNode, id});
  }
  for (const NodeId id : state.voters) after.push_back({ConfChangeType::AddNode, id});
  for (const NodeId id : state.learners) after.push_back({ConfChangeType::AddLearnerNode, id});
  for (const NodeId id : state.learners_next) after.push_back({ConfChangeType::AddLearnerNode, id});

  const bool joint = !state.voters_outgoing.empty();
  for (const ConfChangeSingle& change : joint ? before : after) {
    auto next = Changer(tracker, last_index).simple({change});
    if (!next) return next.error();
    tracker.config = std::move(next->config);
    tracker.progress = std::move(next->progress);
  }
  if (joint) return Changer(tracker, last_index).enter_joint(state.auto_leave, after);
  return Configured{std::move(tracker.config), std::move(tracker.progress)};
}

}  // namespace raftarium::raft
