#pragma once
// Run: a world together with what a scenario still has in store for it, as one value. It can be copied like a
// world, and two equal runs that are given the same commands stay equal for ever.

#include <cstdint>
#include <memory>
#include <vector>

#include "lab/scenario.h"
#include "sim/world.h"

namespace raftarium::lab {

// An act that takes effect when so many steps have been taken, at that time.
struct JournalItem {
  std::uint64_t step = 0;
  sim::TimeUs time_us = 0;
  sim::Command command;
  friend bool operator==(const JournalItem&, const JournalItem&) = default;
};
using Journal = std::vector<JournalItem>;  // by step, those of one step in their order

class Run {
 public:
  // The world before anything has happened. Timed actions are on its schedule; triggered ones wait; those of
  // a recording are in journal_of(). REQUIRES: a scenario that parse_scenario() gave.
  explicit Run(const std::shared_ptr<const Scenario>& scenario);
  // The same with members on real disks. An error says why one of them cannot start.
  static base::Result<Run> on_disks(std::shared_ptr<const Scenario> scenario, const sim::RealDisks& disks);

  const sim::World& world() const { return world_; }
  // The moment of the next step along `journal`.
  sim::TimeUs next_due_us(const Journal& journal) const;
  // Whether there is a step to take until `time_us`. A session is recorded between any two events of a moment: at the
  // end of a recording there is none but what happened before.
  bool has_due(sim::TimeUs time_us, const Journal& journal) const;
  // One step: an act of the journal that is due, or whatever the world does next.
  void step(const Journal& journal);
  // Everything that has_due(), and the time itself.
  void run_until(sim::TimeUs time_us, const Journal& journal);
  // A command from outside takes effect now. Refused, with nothing changed, when it makes no sense.
  base::Status act(const sim::Command& command);
  // See World::set_tracer().
  void set_tracer(raft::Observer* tracer) { world_.set_tracer(tracer); }
  // REQUIRES: nothing is due before.
  void advance_to(sim::TimeUs time_us) { world_.advance_to(time_us); }

 private:
  Run(std::shared_ptr<const Scenario> scenario, sim::World world);
  const JournalItem* due(const Journal& journal) const;
  void pull_triggers();

  std::shared_ptr<const Scenario> scenario_;
  sim::World world_;
  struct Waiting {
    std::size_t action = 0;
    std::uint32_t left = 0;  // times that it must still happen
  };
  std::vector<Waiting> waiting_;
};

// The acts of a recording.
Journal journal_of(const Scenario& scenario);

}  // namespace raftarium::lab
