#pragma once
// Timeline: a world with its past and its other futures. A tree of branches; each is a journal of what
// was done when, with checkpoints to seek from. Acting in the past forks a branch; nothing is lost.
//
// The position is between two events: `event_count()` events of the current branch have happened.

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "lab/causes.h"
#include "lab/narration.h"
#include "lab/scenario.h"
#include "lab/trace.h"
#include "sim/command.h"
#include "sim/world.h"

namespace raftarium::lab {

using BranchId = std::uint32_t;

// One branch as a view may show it.
struct BranchView {
  BranchId id = 0;
  BranchId parent = 0;      // itself for the root
  sim::TimeUs fork_us = 0;  // where it left its parent
  std::uint64_t fork_event = 0;
  sim::TimeUs end_us = 0;  // how far it has been simulated
  std::uint64_t end_event = 0;
  std::string name;  // "main", or what the first act on it was
};

struct BranchComparison {
  bool diverge = false;
  std::uint64_t event = 0;  // the first at which something else happens
  sim::TimeUs time_us = 0;
  std::string in_a;  // what happens there; empty when nothing does
  std::string in_b;
  sim::TimeUs time_a_us = 0;  // when that happens in each; 0 where nothing does
  sim::TimeUs time_b_us = 0;
  std::string told_a;  // the same in a person's words; empty when nothing happens
  std::string told_b;
  sim::TimeUs compared_us = 0;  // when the logs were compared
  struct Entry {
    raft::NodeId node;
    raft::Index index;
    std::string in_a;  // "term 2: x=5", with "committed" if so; empty when there is none
    std::string in_b;
  };
  std::vector<Entry> entries;  // at most kMaxComparedEntries
};
inline constexpr std::size_t kMaxComparedEntries = 1000;

class Timeline {
 public:
  // REQUIRES: the scenario came out of parse_scenario().
  explicit Timeline(Scenario scenario);

  const Scenario& scenario() const;
  // The world at the position. It changes with every call below.
  const sim::World& world() const;
  sim::TimeUs now_us() const;
  std::uint64_t event_count() const;
  std::uint64_t digest() const;

  // Forward: replays what is recorded on this branch, then simulates on.
  void step_event();
  // Gives up after `most_steps`, and returns whether it is there.
  bool run_until(sim::TimeUs time_us, std::uint64_t most_steps = raft::kNoLimit);
  // Backward and anywhere: never changes a branch, except that seeking past its end simulates on.
  void step_back();
  // Beyond the end it gives up where nothing happens for 10 s, or after an hour.
  void seek_event(std::uint64_t event);
  void seek_time(sim::TimeUs time_us);

  // Acts now. At the end of a branch the act joins it; in the past it forks a new branch, which becomes
  // the current one. Refused with a reason when the command makes no sense (unknown member, ...).
  base::Status act(const sim::Command& command);
  // Undo: goes to just before the last act on this branch (on the parent, if the act made the branch).
  bool undo();

  // The current branch up to the position, as a scenario that plays it again: with the digest of what
  // happened, and with every event in words if `trail`.
  Scenario recording(bool trail) const;

  // Says nothing new about the past: names are for people. Unknown branches are ignored.
  void rename_branch(BranchId branch, const std::string& name);
  // Forgets a branch; those that left it stay, as children of its parent. Refused for the root, and for the
  // branch that one is on.
  base::Status delete_branch(BranchId branch);
  // Where two branches part, and how their logs differ at the earlier of their ends.
  BranchComparison compare(BranchId a, BranchId b) const;
  // How a violation in the world at the position came about: world().violations()[which].
  std::vector<CausalStep> causes(std::size_t which) const;

  BranchId branch() const;
  void switch_branch(BranchId branch);  // stays at the same time, or at the branch's end
  std::vector<BranchView> branches() const;
  // Of the messages that are on their way in the worlds it keeps to seek from: bounded for each branch.
  std::size_t bytes_in_flight() const;
  // Of the current branch, up to its end, in order of time.
  const std::vector<Mark>& marks() const;
  // The story of the current branch up to the position: at most `limit` of the newest lines.
  // They stay where they are until the timeline changes.
  std::span<const StoryLine> story(std::size_t limit) const;
  // The messages of the current branch up to the position: at most `limit` of the last that were sent. What
  // ends later is still on its way. `reuse` lends its memory.
  std::vector<TracedMessage> messages(std::size_t limit, std::vector<TracedMessage> reuse = {}) const;
  // What the disks did on the current branch up to the position: at most `limit` of the newest moments at which
  // they did something. They stay where they are until the timeline changes.
  std::span<const DiskWork> disk_work(std::size_t limit) const;

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace raftarium::lab
