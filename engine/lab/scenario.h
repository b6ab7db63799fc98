#pragma once
// Scenario: a world and what happens to it, as a file. A seed, a cluster, timed actions, and what must be
// seen for the scenario to have shown what it is about. The format is JSON, versioned; README.md beside this
// header describes it.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "lab/predicate.h"
#include "lab/trigger.h"
#include "sim/command.h"
#include "sim/world.h"

namespace raftarium::lab {

inline constexpr int kScenarioVersion = 1;
// Limits of what is accepted.
inline constexpr std::size_t kMaxActions = 10'000;
inline constexpr std::size_t kMaxExpectations = 100;
inline constexpr sim::TimeUs kMaxDurationUs = 3'600'000'000;  // one virtual hour

struct Action {
  sim::Command command;
  // When: at a time; or so long after a trigger; or, in a recording, at a time and when so many steps have been
  // taken, so that it falls between the very events where it fell.
  sim::TimeUs at_us = 0;
  std::optional<Trigger> when;
  std::optional<std::uint64_t> step;
};

struct Expectation {
  enum class Kind : std::uint8_t {
    Eventually,  // at some moment between from_us and until_us
    Always,      // at every moment in between
    Never,       // at none
    At,          // at from_us, after everything that happens then
  };
  Kind kind = Kind::Eventually;
  Predicate predicate;
  sim::TimeUs from_us = 0;
  sim::TimeUs until_us = 0;  // included
};
std::string describe(const Expectation& expectation);  // "eventually by 3.000 s: leaders == 1"

// What had happened when a session was recorded.
struct Recording {
  sim::TimeUs at_us = 0;                // when that was, in the session's own time
  std::uint64_t digest = 0;             // of the world then
  std::optional<std::uint64_t> events;  // moments until then; none: not known
  std::vector<std::string> trail;       // every event in words, up to kMaxTrail; may be empty
};
inline constexpr std::size_t kMaxTrail = 20'000;
inline constexpr std::size_t kMaxTrailBytes =
    500'000;  // of a recording that is made here: its file must be opened again

struct Scenario {
  std::string name;  // the file's, without folder and ending
  std::string title;
  std::string description;
  std::vector<std::string> sources;  // where its facts come from
  sim::WorldConfig cluster;          // its seed included
  sim::TimeUs duration_us = 0;
  std::vector<Action> actions;
  std::vector<Expectation> expectations;
  std::optional<Recording> recording;

  // How far it is played without a screen: to where it was recorded, or for as long as it says.
  sim::TimeUs end_us() const { return recording ? recording->at_us : duration_us; }
};

// `file` is for messages and for the name. An error says file, line, field, what was expected and what was
// found.
base::Result<Scenario> parse_scenario(const std::string& file, std::string_view json);

// The scenario as a file again: pretty for people, or without any space. parse_scenario() gives back the same.
std::string to_json(const Scenario& scenario, bool pretty);

// What `node` has of its own: "pre_vote false, election_ticks 30"; empty where it is set up as the others.
std::string own_in_words(const sim::WorldConfig& cluster, raft::NodeId node);

}  // namespace raftarium::lab
