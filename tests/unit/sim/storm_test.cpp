// Everything at once, sensible or not: a world must go on whatever is done to it, and be the same world each time.

#include <algorithm>
#include <iterator>
#include <map>
#include <string>
#include <utility>

#include "support/test.h"
#include "worlds.h"

namespace raftarium::sim {

namespace {

using namespace testing;  // NOLINT(google-build-using-namespace): helpers for these very tests

constexpr auto kKinds = static_cast<std::size_t>(Kind::SetProcess) + 1;

// Commands of every kind, with anything in them.
struct Anything {
  explicit Anything(std::uint64_t seed) : prng(seed, 9) {}

  std::uint32_t below(std::size_t bound) { return prng.below(static_cast<std::uint32_t>(bound)); }
  std::uint32_t seldom() { return below(4) == 0 ? below(1'000'000) : 0; }

  NodeId member(const World& world) {
    constexpr NodeId kOthers[] = {raft::kNone, kTheLeader, kAFollower, kTheCrashed, kTheOthers, NodeId(15)};
    if (below(6) == 0) return kOthers[below(std::size(kOthers))];
    return NodeId(below(world.members().size()) + 1);
  }

  LinkSettings link() {
    LinkSettings link;
    link.latency_min_us = below(3) == 0 ? 0 : below(200'000);
    link.latency_mean_us = below(100'000);
    link.loss_per_million = seldom();
    link.duplicate_per_million = seldom();
    link.replay_per_million = seldom();
    link.clogged = below(8) == 0;
    return link;
  }

  DiskSettings disk() {
    DiskSettings disk;
    disk.sync_min_us = below(3) == 0 ? 0 : below(50'000);
    disk.sync_mean_us = below(50'000);
    disk.write_error_per_million = seldom() / 10;
    disk.sync_error_per_million = seldom() / 10;
    disk.read_error_per_million = seldom() / 10;
    disk.no_space_per_million = seldom() / 10;
    disk.short_write_per_million = seldom() / 10;
    disk.lying_sync_per_million = seldom();
    disk.misdirected_per_million = seldom() / 10;
    disk.bit_flip_per_million = seldom() / 10;
    disk.zeroed_sector_per_million = seldom() / 10;
    disk.full = below(8) == 0;
    disk.syncs_lie = below(8) == 0;
    return disk;
  }

  Command next(const World& world) {
    Command command = act(static_cast<Kind>(below(kKinds)));
    // Else hardly anybody would be there for long.
    if ((command.kind == Kind::Crash || command.kind == Kind::Wipe) && below(2) == 0)
      command.kind = Kind::Restart;
    if (command.kind == Kind::Pause && below(2) == 0) command.kind = Kind::Resume;
    command.node = member(world);
    command.peer = member(world);
    command.key = std::string(below(3), 'k');
    command.value = std::string(below(100), 'v');
    command.expected = command.value;
    for (std::uint32_t groups = below(3); groups > 0; --groups) command.groups.push_back({member(world)});
    command.link = link();
    command.size = below(8);
    if (!world.flights().empty()) {
      command.message = std::next(world.flights().begin(), below(world.flights().size()))->first;
    }
    command.delay_us = below(4) == 0 ? below(60'000'000) : below(300'000);
    command.drift_ppm = static_cast<std::int64_t>(below(2'000'000)) - 1'000'000;
    command.unsynced = static_cast<member::Unsynced>(below(3));
    command.disk = disk();
    constexpr storage::DiskOp kOps[] = {storage::DiskOp::Write, storage::DiskOp::Sync,
                                        storage::DiskOp::Read};
    command.disk_op = kOps[below(std::size(kOps))];
    command.disk_fault = static_cast<storage::DiskFault>(below(storage::kDiskFaultCount));
    command.zeroed = below(2) == 0;
    command.bit = below(8);
    if (command.kind == Kind::Damage) choose_byte(world, command);
    if (below(4) == 0) command.fence = "k";
    command.token = below(4);
    command.no_session = below(4) == 0;
    command.mode = static_cast<member::ReadMode>(below(3));
    command.nemesis = {{static_cast<NemesisFault>(below(kNemesisFaultCount))},
                       below(5) + 1,
                       below(300'000),
                       below(300'000)};
    command.load = {
        .clients = below(5) + 1, .open = below(2) == 0, .count = below(30) + 1, .every_us = 10'000};
    command.load.keys = below(3) + 1;
    command.load.reads_per_million = below(1'000'001);
    for (std::uint32_t changes = below(3); changes > 0; --changes) {
      const auto kind = static_cast<Change::Kind>(below(4));
      command.changes.push_back({kind, member(world)});
    }
    command.transition = static_cast<raft::ConfChangeTransition>(below(3));
    command.process.step_us = below(3) == 0 ? 0 : below(50'000);
    command.process.stall_per_million = seldom();
    command.process.stall_us = below(100'000);
    return command;
  }

  void choose_byte(const World& world, Command& command) {
    const NodeId node(below(world.members().size()) + 1);
    command.node = node;
    const auto names = storage::MemoryDisk(*world.disk(node)).list();
    if (!names.ok() || names->empty()) return;
    command.file = (*names)[below(names->size())];
    command.offset = below(4) == 0 ? below(100'000) : below(600);
  }

  base::Prng prng;
};

WorldConfig any_config(std::uint64_t seed) {
  base::Prng prng(seed, 10);
  WorldConfig config;
  config.seed = seed;
  config.members = prng.below(7) + 1;
  config.pre_vote = prng.below(4) > 0;
  config.check_quorum = prng.below(4) > 0;
  config.lease_reads = config.check_quorum && prng.below(4) == 0;
  config.snapshot_entries = prng.below(3) == 0 ? 0 : prng.below(10) + 1;
  config.snapshot_keep_entries = prng.below(3);
  config.snapshot_part_bytes = prng.below(100) + 1;
  config.wal_segment_bytes = 4096;
  config.max_size_per_msg = prng.below(2) == 0 ? 0 : 1 << 20;
  config.max_inflight_msgs = static_cast<int>(prng.below(4)) + 1;
  config.max_uncommitted_size = prng.below(3) == 0 ? 500 : 0;
  config.max_messages_in_flight = prng.below(3) == 0 ? 10 : 10'000;
  for (std::uint32_t bugs = prng.below(3); bugs > 0; --bugs) {
    config.bugs.insert(static_cast<raft::Bug>(prng.below(raft::kBugCount)));
  }
  if (config.members > 3 && prng.below(3) == 0) config.learners = {kS2};
  if (config.members > 3 && prng.below(3) == 0) config.spares = {kS3};
  return config;
}

}  // namespace

TEST_CASE("whatever is done to it, a world goes on, and its copy with it") {
  std::map<Kind, int> done;
  FaultCounts fired;
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    CAPTURE(seed);
    World world = make(any_config(seed));
    World copy = world;
    Anything anything(seed);
    for (int i = 0; i < 300; ++i) {
      const Command command = anything.next(world);
      const std::string reason = refusal(world, command);
      if (reason.empty()) ++done[command.kind];
      REQUIRE(refusal(copy, command) == reason);
      const auto us = static_cast<TimeUs>(anything.below(50'000));
      run_for(world, us);
      run_for(copy, us);
      REQUIRE(world.digest() == copy.digest());
      if (i % 100 == 50) copy = world;
    }
    for (std::size_t i = 0; i < kFaultCount; ++i) {
      fired.add(static_cast<Fault>(i), world.faults().of(static_cast<Fault>(i)));
    }
  }
  // Nothing of it was in vain.
  for (std::size_t i = 0; i < kKinds; ++i) {
    CAPTURE(std::string(describe(static_cast<Kind>(i))));
    EXPECT(done[static_cast<Kind>(i)] > 0);
  }
  for (std::size_t i = 0; i < kFaultCount; ++i) {
    CAPTURE(std::string(describe(static_cast<Fault>(i))));
    EXPECT(fired.of(static_cast<Fault>(i)) > 0);
  }
}

}  // namespace raftarium::sim
