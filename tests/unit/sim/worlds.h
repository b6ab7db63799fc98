#pragma once
// What the tests of worlds have in common: making them, running them, saying what is in them.

#include <functional>
#include <string>
#include <vector>

#include "sim/world.h"

namespace raftarium::sim::testing {

inline constexpr TimeUs kSecond = 1'000'000;
inline constexpr raft::NodeId kS1{1};
inline constexpr raft::NodeId kS2{2};
inline constexpr raft::NodeId kS3{3};
inline constexpr raft::NodeId kS4{4};
inline constexpr raft::NodeId kS5{5};

using Kind = Command::Kind;

// Short ways to write commands.
Command act(Kind kind, raft::NodeId node = raft::kNone, raft::NodeId peer = raft::kNone);
Command put(const std::string& key, const std::string& value, raft::NodeId at = raft::kNone);
Command partition(std::vector<std::vector<raft::NodeId>> groups);

World make(const WorldConfig& config = {});
World make(std::size_t members, std::uint64_t seed = 1);
// With a leader, who is ready: its own entry is committed everywhere.
World elected(const WorldConfig& config = {});
World elected(std::size_t members, std::uint64_t seed = 1);

// Applies a command that must be accepted.
void apply(World& world, const Command& command);
// The reason why it is not accepted; empty when it is, and then it was applied.
std::string refusal(World& world, const Command& command);

// At random: a member crashes, or, twice as often, starts again, if that makes sense.
void crash_or_restart(World& world, base::Prng& prng);

// Steps until `done`; false when that takes longer than `limit_us`.
bool run_until(World& world, const std::function<bool()>& done, TimeUs limit_us = 10 * kSecond);
void run_for(World& world, TimeUs time_us);
// Steps for `time_us` and keeps every event.
std::vector<Event> watch(World& world, TimeUs time_us);
std::size_t count(const std::vector<Event>& events, const std::function<bool(const Event&)>& wanted);

// Not the leader: the first, the second of them.
raft::NodeId follower(const World& world, std::size_t which = 0);
// What the store of `node` has at `key`; "-" for nothing.
std::string value(const World& world, raft::NodeId node, const std::string& key);
bool stores_equal(const World& world);
// Every violation, one a line; empty is good.
std::string violations(const World& world);
raft::Role role(const World& world, raft::NodeId node);
raft::Term term(const World& world, raft::NodeId node);

}  // namespace raftarium::sim::testing
