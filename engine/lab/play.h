#pragma once
// Playing a scenario from beginning to end without a screen, and judging it.

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "lab/causes.h"
#include "lab/narration.h"
#include "lab/scenario.h"

namespace raftarium::lab {

struct Verdict {
  std::string expectation;
  bool met = false;
  std::string why;  // when it was met or broken, or that it never was
};

inline constexpr std::size_t kMostExplained = 3;

struct Played {
  std::uint64_t digest = 0;  // of everything that happened, equal on every machine
  std::uint64_t events = 0;  // moments at which something happened
  sim::TimeUs time_us = 0;
  std::vector<Verdict> verdicts;
  std::vector<sim::Violation> violations;
  // Of the first kMostExplained violations, in their order; none on real disks, where nothing can be played again.
  std::vector<std::vector<CausalStep>> causes;
  sim::FaultCounts faults;
  // Every expectation was met, and no property was violated that no expectation speaks of.
  bool ok = false;
};

// `tell` hears every line of the story as it happens; it may be empty.
Played play(const Scenario& scenario, const std::function<void(const StoryLine&)>& tell);

// The same with members on real disks, who go on from what is there; an error says why they cannot. `watch`
// looks at the world before its first moment and after each. Where an earlier run has left something,
// `resumed`, the scenario's expectations are not about this world, and only its properties are judged.
struct OnDisks {
  sim::RealDisks disks;
  bool resumed = false;
  std::function<void(const sim::World&)> watch;
};
base::Result<Played> play(const Scenario& scenario, const OnDisks& on_disks,
                          const std::function<void(const StoryLine&)>& tell);

// At which event the world goes another way than a recording's trail, and how; empty where it does not, or where
// there is no trail to say. Gives up after a million steps.
std::string how_it_diverges(const Scenario& scenario);

// The last step's events in words, as Recording::trail keeps them.
std::vector<std::string> trail_of(const sim::World& world);

std::string seconds(sim::TimeUs time_us);  // "1.234 s", cut to milliseconds

}  // namespace raftarium::lab
