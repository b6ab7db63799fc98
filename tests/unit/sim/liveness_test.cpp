// What comes after the faults: a quorum that is whole again elects a leader and agrees, whatever the rest of the
// cluster does to it.

#include <algorithm>

#include "support/test.h"
#include "worlds.h"

namespace raftarium::sim {
namespace {

using namespace testing;  // NOLINT(google-build-using-namespace): helpers for these very tests

constexpr TimeUs kTimeoutUs =
    2 * 15 * 10'000;  // an election timeout at its longest, as worlds have it by default
// Quick beside it (§5.6), so that votes are seldom split.
constexpr LinkSettings kGoodLink{1'000, 1'000};

// A world to which everything happens that a majority of whole disks survives, and the dice for it.
struct Storm {
  explicit Storm(std::uint64_t seed) : world(make(config_of(seed))), prng(seed, 5) {}

  static WorldConfig config_of(std::uint64_t seed) {
    WorldConfig config;
    config.seed = seed;
    config.members = 3 + seed % 5;
    config.snapshot_entries = seed % 2 == 0 ? 4 : 0;
    return config;
  }

  NodeId any() { return NodeId(below(world.members().size()) + 1); }
  std::uint32_t below(std::size_t bound) { return prng.below(static_cast<std::uint32_t>(bound)); }

  LinkSettings link() {
    LinkSettings link;
    link.latency_min_us = below(30'000);
    link.latency_mean_us = below(100'000);
    link.loss_per_million = below(300'000);
    link.duplicate_per_million = below(500'000);
    link.replay_per_million = below(500'000);
    link.clogged = below(10) == 0;
    return link;
  }

  DiskSettings disk() {
    DiskSettings disk;
    disk.sync_min_us = below(20'000);
    disk.sync_mean_us = below(20'000);
    disk.write_error_per_million = below(10'000);
    disk.sync_error_per_million = below(10'000);
    disk.read_error_per_million = below(10'000);
    disk.no_space_per_million = below(10'000);
    disk.short_write_per_million = below(10'000);
    disk.full = below(10) == 0;
    return disk;
  }

  Command blow() {
    constexpr Kind kKinds[] = {Kind::Crash,    Kind::Restart, Kind::Restart,   Kind::Pause,
                               Kind::Resume,   Kind::Cut,     Kind::Partition, Kind::HealAll,
                               Kind::Timeout,  Kind::SetLink, Kind::SetDisk,   Kind::Drift,
                               Kind::Transfer, Kind::Put,     Kind::Put,       Kind::SetProcess};
    Command command = act(kKinds[below(std::size(kKinds))]);
    command.node = any();
    switch (command.kind) {
      case Kind::Crash:
        command.unsynced = static_cast<member::Unsynced>(below(3));
        break;
      case Kind::Cut:
        command.peer = any();
        break;
      case Kind::Partition:
        command.size = below(world.members().size() - 1) + 1;
        break;
      case Kind::SetLink:
        command.peer = any();
        command.link = link();
        break;
      case Kind::SetDisk:
        command.disk = disk();
        break;
      case Kind::SetProcess:
        command.process.step_us = below(10'000);
        command.process.stall_per_million = below(20'000);
        command.process.stall_us = below(200'000);
        break;
      case Kind::Drift:
        command.drift_ppm = static_cast<std::int64_t>(below(400'000)) - 200'000;
        break;
      case Kind::Transfer:
        command.peer = command.node;
        command.node = kTheLeader;
        break;
      case Kind::Put:
        return put("x", std::to_string(below(1000)));
      default:
        break;
    }
    return command;
  }

  // A majority, chosen at random.
  std::vector<NodeId> choose_core() {
    std::vector<NodeId> core = world.members();
    const std::size_t quorum = core.size() / 2 + 1;
    while (core.size() > quorum) core.erase(core.begin() + below(core.size()));
    return core;
  }

  // The core is whole, and stays so. (An old heartbeat that comes again and again would hold up any election.)
  void heal(const std::vector<NodeId>& core) {
    Command links = act(Kind::SetLink);
    links.link = kGoodLink;
    apply(world, links);
    for (const NodeId node : core) {
      apply(world, act(Kind::SetDisk, node));
      apply(world, act(Kind::Drift, node));
      apply(world, act(Kind::SetProcess, node));
      if (world.process(node) == ProcessState::Crashed) apply(world, act(Kind::Restart, node));
      if (world.process(node) == ProcessState::Paused) apply(world, act(Kind::Resume, node));
      for (const NodeId peer : core) {
        if (peer != node) apply(world, act(Kind::Heal, node, peer));
      }
    }
  }

  // The others are broken for good, each in its own way: down, cut off, or heard by the core without hearing it, or
  // the other way round. Their clocks and disks stay as they are.
  void leave_broken(const std::vector<NodeId>& core) {
    for (const NodeId node : world.members()) {
      if (std::find(core.begin(), core.end(), node) != core.end()) continue;
      enum { Down, Off, Deaf, Mute };
      const std::uint32_t how = below(4);
      if (how == Down) refusal(world, act(Kind::Crash, node));
      if (how == Off) apply(world, act(Kind::Isolate, node));
      for (const NodeId peer : core) {
        if (how == Deaf) {
          apply(world, act(Kind::Heal, node, peer));
          apply(world, act(Kind::Cut, peer, node));
        }
        if (how == Mute) {
          apply(world, act(Kind::Heal, peer, node));
          apply(world, act(Kind::Cut, node, peer));
        }
      }
    }
  }

  World world;
  base::Prng prng;
};

}  // namespace

TEST_CASE(
    "after a storm a core that is whole again has a leader within three election timeouts, and agrees") {
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    CAPTURE(seed);
    Storm storm(seed);
    World& world = storm.world;
    for (int i = 0; i < 100; ++i) {
      refusal(world, storm.blow());
      run_for(world, storm.prng.between(0, 100'000));
    }
    const std::vector<NodeId> core = storm.choose_core();
    storm.leave_broken(core);
    storm.heal(core);
    for (const NodeId node : core) REQUIRE(world.process(node) == ProcessState::Running);
    const auto led = [&] {
      const NodeId leader = world.member(core.front()).node().leader();
      return std::find(core.begin(), core.end(), leader) != core.end() &&
             std::all_of(core.begin(), core.end(), [&](NodeId node) {
               return world.process(node) == ProcessState::Running &&
                      world.member(node).node().leader() == leader;
             });
    };
    EXPECT(run_until(world, led, 3 * kTimeoutUs));
    // And everybody in it holds what is written then, once no client asks for anything else.
    apply(world, put("after", "all", world.member(core.front()).node().leader()));
    run_for(world, world.config().request_deadline_us + kSecond);
    for (const NodeId node : core) {
      EXPECT(value(world, node, "after") == "all");
      EXPECT(world.member(node).store().revision() == world.member(core.front()).store().revision());
    }
    EXPECT_MESSAGE(violations(world).empty(), violations(world));
  }
}

}  // namespace raftarium::sim
