#pragma once
// Configuration changes as pure functions: from one configuration and its progress to the next, or a
// refusal (dissertation §4.1 and §4.3).

#include <vector>

#include "base/result.h"
#include "raft/progress.h"

namespace raftarium::raft {

struct Configured {
  TrackerConfig config;
  ProgressMap progress;
};

class Changer {
 public:
  // New members start with next = max(last_index, 1): found out by the first probe.
  Changer(const Tracker& tracker, Index last_index) : tracker_(tracker), last_index_(last_index) {}

  // C -> C(joint with the changed C).
  base::Result<Configured> enter_joint(bool auto_leave, const std::vector<ConfChangeSingle>& changes) const;
  base::Result<Configured> leave_joint() const;
  // At most one voter more or less, so that old and new majorities overlap.
  base::Result<Configured> simple(const std::vector<ConfChangeSingle>& changes) const;

 private:
  base::Result<Configured> checked(Configured next) const;
  base::Status apply(Configured& next, const std::vector<ConfChangeSingle>& changes) const;
  void make_voter(Configured& next, NodeId id) const;
  void make_learner(Configured& next, NodeId id) const;
  static void remove(Configured& next, NodeId id);
  void add_progress(Configured& next, NodeId id, bool is_learner) const;

  const Tracker& tracker_;
  Index last_index_;
};

// The configuration that `state` describes, reached by changes from an empty tracker.
base::Result<Configured> restore_configuration(Tracker tracker, Index last_index, const ConfState& state);

}  // namespace raftarium::raft
