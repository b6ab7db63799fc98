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
  bool of_member = false;  // a member can have it of its own
};
const std::vector<ClusterField>& cluster_fields();

// A field of an action, by name; what it means is in scenario_read.cpp and scenario_write.cpp.
struct ActionWord {
  sim::Command::Kind kind;
  std::vector<const char*> required;
  std::vector<const char*> optional;
};
const std::vector<ActionWord>& action_words();

// A word of a field that takes one of few.
template <class Meaning>
struct Word {
  const char* name;
  Meaning meaning;
};

// FailDisk: which call, and how.
inline constexpr std::array<Word<storage::DiskOp>, 3> kDiskCallWords{
    {{"write", storage::DiskOp::Write}, {"sync", storage::DiskOp::Sync}, {"read", storage::DiskOp::Read}}};
inline constexpr std::array<Word<storage::DiskFault>, 5> kDiskFaultWords{
    {{"error", storage::DiskFault::Error},
     {"no_space", storage::DiskFault::NoSpace},
     {"short_write", storage::DiskFault::ShortWrite},
     {"lie", storage::DiskFault::LyingSync},
     {"misdirected", storage::DiskFault::Misdirected}}};
inline constexpr std::array<Word<member::Unsynced>, 3> kUnsyncedWords{
    {{"lost", member::Unsynced::Lost}, {"torn", member::Unsynced::Torn}, {"kept", member::Unsynced::Kept}}};
inline constexpr std::array<Word<member::ReadMode>, 3> kReadModeWords{
    {{"linearizable", member::ReadMode::Linearizable},
     {"lease", member::ReadMode::Lease},
     {"serializable", member::ReadMode::Serializable}}};
// Reconfigure: the field that lists the members of a kind of change.
inline constexpr std::array<Word<sim::Change::Kind>, 4> kChangeWords{
    {{"add", sim::Change::Kind::Add},
     {"add_learners", sim::Change::Kind::AddLearner},
     {"promote", sim::Change::Kind::Promote},
     {"remove", sim::Change::Kind::Remove}}};
inline constexpr std::array<Word<raft::ConfChangeTransition>, 3> kTransitionWords{
    {{"auto", raft::ConfChangeTransition::Auto},
     {"implicit", raft::ConfChangeTransition::JointImplicit},
     {"explicit", raft::ConfChangeTransition::JointExplicit}}};
inline constexpr std::array<Word<Expectation::Kind>, 4> kExpectationWords{
    {{"eventually", Expectation::Kind::Eventually},
     {"always", Expectation::Kind::Always},
     {"never", Expectation::Kind::Never},
     {"that", Expectation::Kind::At}}};

// The word that means `meaning`. REQUIRES: there is one.
template <class Words, class Meaning>
const char* word_for(const Words& words, const Meaning& meaning) {
  const char* name = nullptr;
  for (const auto& word : words) {
    if (word.meaning == meaning) name = word.name;
  }
  CHECK(name != nullptr, "no word means this");
  return name;
}

struct TriggerWord {
  const char* name;
  Trigger::Kind kind;
  std::vector<const char*> fields;
};
const std::vector<TriggerWord>& trigger_words();

}  // namespace raftarium::lab
