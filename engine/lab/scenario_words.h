#pragma once
// The fields and words of scenario files, once for the reader and the writer. Private to lab/.

#include <array>
#include <cstdint>
#include <variant>
#include <vector>

#include "lab/scenario.h"

namespace raftarium::lab {

struct ClusterField {
  using Config = sim::WorldConfig;
  const char* name;
  std::int64_t low;
  std::int64_t high;
  std::variant<bool Config::*, int Config::*, std::int64_t Config::*, std::uint32_t Config::*,
               std::size_t Config::*>
      place;
};
const std::vector<ClusterField>& cluster_fields();

// A field of an action, by name; what it means is in scenario_read.cpp and scenario_write.cpp.
struct ActionWord {
  sim::Command::Kind kind;
  std::vector<const char*> required;
  std::vector<const char*> optional;
};
const std::vector<ActionWord>& action_words();

// FailDisk: which call, and how.
struct DiskCallWord {
  const char* name;
  storage::DiskOp op;
};
const std::vector<DiskCallWord>& disk_call_words();
struct DiskFaultWord {
  const char* name;
  storage::DiskFault fault;
};
const std::vector<DiskFaultWord>& disk_fault_words();

struct UnsyncedWord {
  const char* name;
  member::Unsynced unsynced;
};
inline constexpr std::array<UnsyncedWord, 3> kUnsyncedWords{
    {{"lost", member::Unsynced::Lost}, {"torn", member::Unsynced::Torn}, {"kept", member::Unsynced::Kept}}};

struct ReadModeWord {
  const char* name;
  member::ReadMode mode;
};
inline constexpr std::array<ReadModeWord, 3> kReadModeWords{
    {{"linearizable", member::ReadMode::Linearizable},
     {"lease", member::ReadMode::Lease},
     {"serializable", member::ReadMode::Serializable}}};

// Reconfigure: the field that lists the members of a kind of change.
struct ChangeWord {
  const char* name;
  sim::Change::Kind kind;
};
inline constexpr std::array<ChangeWord, 4> kChangeWords{{{"add", sim::Change::Kind::Add},
                                                         {"add_learners", sim::Change::Kind::AddLearner},
                                                         {"promote", sim::Change::Kind::Promote},
                                                         {"remove", sim::Change::Kind::Remove}}};
struct TransitionWord {
  const char* name;
  raft::ConfChangeTransition transition;
};
inline constexpr std::array<TransitionWord, 3> kTransitionWords{
    {{"auto", raft::ConfChangeTransition::Auto},
     {"implicit", raft::ConfChangeTransition::JointImplicit},
     {"explicit", raft::ConfChangeTransition::JointExplicit}}};

struct TriggerWord {
  const char* name;
  Trigger::Kind kind;
  std::vector<const char*> fields;
};
const std::vector<TriggerWord>& trigger_words();

struct ExpectationWord {
  const char* name;
  Expectation::Kind kind;
};
inline constexpr std::array<ExpectationWord, 4> kExpectationWords{
    {{"eventually", Expectation::Kind::Eventually},
     {"always", Expectation::Kind::Always},
     {"never", Expectation::Kind::Never},
     {"that", Expectation::Kind::At}}};

}  // namespace raftarium::lab
