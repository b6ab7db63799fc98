// Every fault is counted when it fires; and those of links, disks and partitions that come by chance.

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "sim/world.h"
#include "support/test.h"
#include "worlds.h"

namespace raftarium::sim {

namespace {

using namespace testing;  // NOLINT(google-build-using-namespace): helpers for these very tests
using raft::NodeId;

Command set_link(NodeId from, NodeId to, std::uint32_t replay_per_million, bool clogged) {
  Command command = act(Kind::SetLink, from, to);
  command.link.latency_min_us = 1'000;
  command.link.replay_per_million = replay_per_million;
  command.link.clogged = clogged;
  return command;
}

Command set_disk(NodeId node, const DiskSettings& disk) {
  return {.kind = Kind::SetDisk, .node = node, .disk = disk};
}

Command fail_disk(NodeId node, storage::DiskOp op, storage::DiskFault fault) {
  return {.kind = Kind::FailDisk, .node = node, .disk_op = op, .disk_fault = fault};
}

Command damage(NodeId node, bool zeroed) {
  Command command = act(Kind::Damage, node);
  command.file = "00000001.wal";
  command.offset = 440;
  command.zeroed = zeroed;
  return command;
}

Command part(std::uint32_t size) {
  Command command = act(Kind::Partition);
  command.size = size;
  return command;
}

// "dropped 3, crashed 1"
std::string fired(const World& world) {
  std::string all;
  for (std::size_t i = 0; i < kFaultCount; ++i) {
    const auto fault = static_cast<Fault>(i);
    if (world.faults().of(fault) > 0) all += (all.empty() ? "" : ", ") + std::string(describe(fault));
  }
  return all;
}

// Three members, whose messages do not overtake each other.
WorldConfig even() {
  WorldConfig config;
  config.members = 3;
  config.latency_mean_us = 0;
  return config;
}

// What fired in a cluster of three in which `commands` are given, one is written meanwhile, and time passes.
std::string fired_by(const std::vector<Command>& commands) {
  World world = elected(even());
  const NodeId leader = world.leader();
  for (const Command& command : commands) apply(world, command);
  (void)world.apply(put("x", "1", leader));
  run_for(world, kSecond);
  return fired(world);
}

std::vector<std::uint64_t> arrived(const std::vector<Event>& events, NodeId from, NodeId to) {
  std::vector<std::uint64_t> ids;
  for (const Event& event : events) {
    const bool it = event.kind == Event::Kind::Delivered && event.peer == from && event.node == to;
    if (it) ids.push_back(event.message_id);
  }
  return ids;
}

}  // namespace

TEST_CASE("each fault is counted when it fires, and no other") {
  using storage::DiskFault;
  using storage::DiskOp;
  const World world = elected(even());
  const NodeId leader = world.leader();
  const NodeId node = follower(world);
  const Command crash = act(Kind::Crash, node);
  Command torn = crash;
  torn.unsynced = member::Unsynced::Torn;
  Command lossy = set_link(leader, node, 0, false);
  lossy.link.loss_per_million = 1'000'000;
  Command doubling = set_link(leader, node, 0, false);
  doubling.link.duplicate_per_million = 1'000'000;
  Command drift = act(Kind::Drift, node);
  drift.drift_ppm = 1'000;
  Command jump = act(Kind::Jump, node);
  jump.delay_us = 1'000;
  EXPECT(fired_by({}).empty());
  EXPECT(fired_by({act(Kind::Cut, leader, node)}) == "link cut");
  EXPECT(fired_by({lossy}) == "dropped");
  EXPECT(fired_by({doubling}) == "duplicated");
  EXPECT(fired_by({set_link(leader, node, 1'000'000, false)}) == "replayed");
  EXPECT(fired_by({set_link(leader, node, 0, true)}) == "clogged");
  EXPECT(fired_by({crash}) == "receiver down, crashed");
  EXPECT(fired_by({torn}) == "receiver down, crashed, torn crash");
  EXPECT(fired_by({crash, act(Kind::Wipe, node)}) == "receiver down, crashed, wiped");
  EXPECT(fired_by({act(Kind::Pause, node)}) == "paused");
  Command slow = act(Kind::SetProcess, node);
  slow.process.step_us = 1'000;
  EXPECT(fired_by({slow}) == "slowed");
  EXPECT(fired_by({drift}) == "clock drift");
  EXPECT(fired_by({set_disk(node, {.sync_min_us = 1'000})}) == "slow sync");
  EXPECT(fired_by({jump}) == "clock jump");
  EXPECT(fired_by({crash, damage(node, false)}) == "receiver down, crashed, bit flipped");
  EXPECT(fired_by({crash, damage(node, true)}) == "receiver down, crashed, sector zeroed");
  const std::string stopped = ", storage failed";
  EXPECT(fired_by({fail_disk(node, DiskOp::Write, DiskFault::Error)}) ==
         "receiver down, disk error" + stopped);
  EXPECT(fired_by({fail_disk(node, DiskOp::Sync, DiskFault::Error)}) ==
         "receiver down, disk error" + stopped);
  EXPECT(fired_by({set_disk(node, {.full = true})}) == "receiver down, disk full" + stopped);
  EXPECT(fired_by({fail_disk(node, DiskOp::Write, DiskFault::ShortWrite)}) ==
         "receiver down, short write" + stopped);
  EXPECT(fired_by({fail_disk(node, DiskOp::Write, DiskFault::Misdirected)}) == "misdirected");
  EXPECT(fired_by({set_disk(node, {.syncs_lie = true})}) == "lying sync");
}

TEST_CASE("a message that is overtaken is counted, and a client that hears nothing in time") {
  World world = elected(even());
  const NodeId leader = world.leader();
  const NodeId node = follower(world);
  run_until(world, [&] {
    return std::any_of(world.flights().begin(), world.flights().end(), [&](const auto& flight) {
      return flight.second.message.from == leader && flight.second.message.to == node;
    });
  });
  const auto held = std::find_if(world.flights().begin(), world.flights().end(), [&](const auto& flight) {
    return flight.second.message.from == leader && flight.second.message.to == node;
  });
  REQUIRE(held != world.flights().end());
  Command delay = act(Kind::Delay);
  delay.message = held->first;
  delay.delay_us = 200'000;
  apply(world, delay);
  run_for(world, kSecond);
  EXPECT(fired(world) == "delayed, reordered");
  EXPECT(world.faults().of(Fault::Reordered) == 1);
  apply(world, act(Kind::Pause, leader));
  apply(world, put("x", "1", leader));
  run_for(world, world.config().request_timeout_us + 1);
  EXPECT(fired(world) == "delayed, paused, reordered, late answer");
  EXPECT(world.faults().of(Fault::LateAnswer) == 1);
}

TEST_CASE("a disk's chances are those that it was set to") {
  constexpr std::uint32_t kAlways = 1'000'000;
  const NodeId node = follower(elected(even()));
  const std::string stopped = ", storage failed";
  EXPECT(fired_by({set_disk(node, {.write_error_per_million = kAlways})}) ==
         "receiver down, disk error" + stopped);
  EXPECT(fired_by({set_disk(node, {.sync_error_per_million = kAlways})}) ==
         "receiver down, disk error" + stopped);
  EXPECT(fired_by({set_disk(node, {.no_space_per_million = kAlways})}) ==
         "receiver down, disk full" + stopped);
  // One that is longer than what is written cuts nothing, and is none.
  World cut = elected(even());
  apply(cut, set_disk(node, {.short_write_per_million = kAlways}));
  apply(cut, put("x", std::string(4096, 'v'), cut.leader()));
  run_for(cut, kSecond);
  EXPECT(fired(cut) == "receiver down, short write" + stopped);
  EXPECT(fired_by({set_disk(node, {.lying_sync_per_million = kAlways})}) == "lying sync");
  // A log is read when its member starts.
  const std::vector<Command> restart{set_disk(node, {.read_error_per_million = kAlways}),
                                     act(Kind::Crash, node)};
  World world = elected(even());
  for (const Command& command : restart) apply(world, command);
  apply(world, act(Kind::Restart, node));
  EXPECT(fired(world) == "crashed, disk error, storage failed");
}

TEST_CASE("a disk rots by chance where it is read, and what was damaged is not mended") {
  constexpr std::uint32_t kAlways = 1'000'000;
  const NodeId node = follower(elected(even()));
  const std::vector<std::pair<DiskSettings, std::string>> rots{
      {{.bit_flip_per_million = kAlways}, "bit flipped"},
      {{.zeroed_sector_per_million = kAlways}, "sector zeroed"},
      {{.misdirected_per_million = kAlways}, "misdirected"}};
  for (const auto& rot : rots) {
    const DiskSettings& settings = rot.first;
    CAPTURE(rot.second);
    World world = elected(even());
    for (int i = 0; i < 20; ++i) apply(world, put("x", std::string(100, 'v'), world.leader()));
    run_for(world, kSecond);
    apply(world, act(Kind::Crash, node));
    const auto bytes = [&] {
      std::vector<std::vector<std::uint8_t>> all;
      for (const std::string& file : world.disk(node)->names())
        all.push_back(world.disk(node)->contents(file));
      return all;
    };
    const auto before = bytes();
    apply(world, set_disk(node, settings));
    apply(world, act(Kind::Restart, node));
    EXPECT(world.process(node) == ProcessState::Crashed);
    EXPECT(fired(world).find(rot.second) != std::string::npos);
    const bool misread = settings.misdirected_per_million > 0;
    EXPECT((bytes() == before) == misread);
    // A disk that reads right shows what is there.
    apply(world, set_disk(node, {}));
    apply(world, act(Kind::Restart, node));
    EXPECT((world.process(node) == ProcessState::Running) == misread);
  }
}

TEST_CASE("what a disk has done is not forgotten when it is lost") {
  World world = elected(even());
  const NodeId node = follower(world);
  apply(world, fail_disk(node, storage::DiskOp::Write, storage::DiskFault::Error));
  apply(world, put("x", "1", world.leader()));
  run_for(world, kSecond);
  REQUIRE(world.faults().of(Fault::DiskError) == 1);
  const std::uint64_t writes = world.disk(node)->writes();
  apply(world, act(Kind::Wipe, node));
  EXPECT(world.faults().of(Fault::DiskError) == 1);
  EXPECT(world.disk(node)->writes() > writes);
}

TEST_CASE("what arrives at a clogged link waits, in its order, until it is clogged no more") {
  World world = elected(std::size_t{3});
  const NodeId leader = world.leader();
  const NodeId node = follower(world);
  apply(world, set_link(leader, node, 0, true));
  const auto meanwhile = watch(world, 250'000);
  EXPECT(arrived(meanwhile, leader, node).empty());
  EXPECT_FALSE(arrived(meanwhile, node, leader).empty());
  std::vector<std::pair<TimeUs, std::uint64_t>> arrivals;
  for (const auto& [id, flight] : world.flights()) {
    if (flight.message.to == node && flight.deliver_us <= world.now_us())
      arrivals.emplace_back(flight.deliver_us, id);
  }
  std::sort(arrivals.begin(), arrivals.end());
  std::vector<std::uint64_t> waiting;
  for (const auto& [time_us, id] : arrivals) waiting.push_back(id);
  REQUIRE(waiting.size() > 2);
  EXPECT(world.faults().of(Fault::Clogged) == waiting.size());
  const std::string refused =
      "deliver: message " + std::to_string(waiting.front()) + " has arrived, and its link is clogged";
  Command deliver = act(Kind::Deliver);
  deliver.message = waiting.front();
  EXPECT(refusal(world, deliver) == refused);
  Command drop = act(Kind::Drop);
  drop.message = waiting.front();
  apply(world, drop);
  waiting.erase(waiting.begin());
  SUBCASE("set so") { apply(world, set_link(leader, node, 0, false)); }
  SUBCASE("healed") { apply(world, act(Kind::Heal, leader, node)); }
  SUBCASE("healed with all others") { apply(world, act(Kind::HealAll)); }
  EXPECT(arrived(watch(world, 0), leader, node) == waiting);
  run_for(world, kSecond);
  EXPECT(world.leader() == leader);
  EXPECT(violations(world).empty());
}

TEST_CASE("a link that replays sends old messages again, and nothing breaks") {
  WorldConfig config;
  config.replay_per_million = 300'000;
  World world = make(config);
  std::uint64_t sent = 0;
  while (world.now_us() < 20 * kSecond) {
    if (world.moments() % 50 == 0) (void)world.apply(put("x", std::to_string(world.moments())));
    world.step();
    for (const Event& event : world.events()) sent += event.kind == Event::Kind::Sent ? 1 : 0;
  }
  const std::uint64_t replayed = world.faults().of(Fault::Replayed);
  EXPECT(replayed > sent / 5);  // 0.3 of those that are no replays
  EXPECT(replayed < sent / 4);
  EXPECT(violations(world).empty());
  run_for(world, 2 * kSecond);
  EXPECT(stores_equal(world));
}

TEST_CASE("a partition of a size parts so many at random, and the world knows which") {
  std::set<std::string> seen;
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    World world = make(5, seed);
    apply(world, part(2));
    const Command& command = *world.events().front().command;
    REQUIRE(command.groups.size() == 2);
    REQUIRE(command.groups[0].size() == 2);
    REQUIRE(command.groups[1].size() == 3);
    for (const NodeId a : command.groups[0]) {
      for (const NodeId b : command.groups[1]) EXPECT_FALSE(world.network().connected(a, b));
    }
    EXPECT(world.network().connected(command.groups[0][0], command.groups[0][1]));
    seen.insert(describe(command));
  }
  EXPECT(seen.size() == 10);  // all pairs of five
  World world = make(5);
  EXPECT(refusal(world, part(5)) == "partition: expected groups, or a size of 1 to 4, got 5");
  EXPECT(describe(part(2)) == "partition at random, 2 from the others");
}

}  // namespace raftarium::sim
