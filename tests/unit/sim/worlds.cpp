#include "worlds.h"

#include <algorithm>
#include <utility>

#include "support/test.h"

namespace raftarium::sim::testing {

using raft::NodeId;

Command act(Kind kind, NodeId node, NodeId peer) {
  Command command;
  command.kind = kind;
  command.node = node;
  command.peer = peer;
  return command;
}

Command put(const std::string& key, const std::string& value, NodeId at) {
  Command command = act(Kind::Put, at);
  command.key = key;
  command.value = value;
  return command;
}

Command partition(std::vector<std::vector<NodeId>> groups) {
  Command command = act(Kind::Partition);
  command.groups = std::move(groups);
  return command;
}

World make(const WorldConfig& config) {
  auto world = World::create(config);
  REQUIRE_MESSAGE(world.ok(), world.error().message);
  return std::move(*world);
}

World make(std::size_t members, std::uint64_t seed) {
  WorldConfig config;
  config.members = members;
  config.seed = seed;
  return make(config);
}

World elected(const WorldConfig& config) {
  World world = make(config);
  const auto ready = [&] {
    const auto all = world.members();
    return world.leader() != raft::kNone && std::all_of(all.begin(), all.end(), [&](NodeId node) {
             return world.member(node).node().applied() >= raft::Index(2);
           });
  };
  REQUIRE(run_until(world, ready));
  return world;
}

World elected(std::size_t members, std::uint64_t seed) {
  WorldConfig config;
  config.members = members;
  config.seed = seed;
  return elected(config);
}

void apply(World& world, const Command& command) {
  const auto status = world.apply(command);
  REQUIRE_MESSAGE(status.ok(), status.error().message);
}

std::string refusal(World& world, const Command& command) {
  const auto status = world.apply(command);
  return status.ok() ? "" : status.error().message;
}

void crash_or_restart(World& world, base::Prng& prng) {
  const Kind kind = prng.below(3) == 0 ? Kind::Crash : Kind::Restart;
  (void)world.apply(
      act(kind, raft::NodeId(prng.below(static_cast<std::uint32_t>(world.members().size())) + 1)));
}

bool run_until(World& world, const std::function<bool()>& done, TimeUs limit_us) {
  const TimeUs end_us = world.now_us() + limit_us;
  while (!done()) {
    if (world.next_due_us() > end_us) return false;
    world.step();
  }
  return true;
}

void run_for(World& world, TimeUs time_us) { world.run_until(world.now_us() + time_us); }

std::vector<Event> watch(World& world, TimeUs time_us) {
  const TimeUs end_us = world.now_us() + time_us;
  std::vector<Event> events;
  while (world.next_due_us() <= end_us) {
    world.step();
    events.insert(events.end(), world.events().begin(), world.events().end());
  }
  return events;
}

std::size_t count(const std::vector<Event>& events, const std::function<bool(const Event&)>& wanted) {
  return static_cast<std::size_t>(std::count_if(events.begin(), events.end(), wanted));
}

NodeId follower(const World& world, std::size_t which) {
  std::vector<NodeId> all = world.members();
  all.erase(std::remove(all.begin(), all.end(), world.leader()), all.end());
  REQUIRE(which < all.size());
  return all[which];
}

std::string value(const World& world, NodeId node, const std::string& key) {
  const kv::KeyValue* found = world.member(node).store().find(key);
  return found == nullptr ? "-" : found->value;
}

bool stores_equal(const World& world) {
  const base::Bytes first = world.member(kS1).store().snapshot();
  const auto all = world.members();
  return std::all_of(all.begin(), all.end(),
                     [&](NodeId node) { return world.member(node).store().snapshot() == first; });
}

std::string violations(const World& world) {
  std::string all;
  for (const Violation& v : world.violations())
    all += std::string(describe(v.property)) + ": " + v.why + "\n";
  return all;
}

raft::Role role(const World& world, NodeId node) { return world.member(node).node().role(); }
raft::Term term(const World& world, NodeId node) { return world.member(node).node().term(); }

}  // namespace raftarium::sim::testing
