// Faults that are made by hand: of one message, of one clock, of one disk.

#include "sim/world.h"
#include "support/test.h"
#include "worlds.h"

namespace raftarium::sim::testing {

namespace {

using raft::NodeId;

Command about(Command::Kind kind, std::uint64_t message, TimeUs delay_us = 0) {
  return {.kind = kind, .message = message, .delay_us = delay_us};
}
Command drift(NodeId node, std::int64_t ppm) {
  return {.kind = Command::Kind::Drift, .node = node, .drift_ppm = ppm};
}

// Runs until a message is on its way that will arrive, and gives its number.
std::uint64_t on_its_way(World& world) {
  while (world.flights().empty()) world.step();
  return world.flights().begin()->first;
}

// How often and when the message with this number arrives within the next second.
std::vector<TimeUs> arrivals(World& world, std::uint64_t message) {
  std::vector<TimeUs> times;
  const TimeUs end = world.now_us() + kSecond;
  while (world.next_due_us() <= end) {
    world.step();
    for (const Event& event : world.events()) {
      const bool it = event.kind == Event::Kind::Delivered && event.message_id == message;
      if (it) times.push_back(event.time_us);
    }
  }
  return times;
}

std::size_t ticks_in_a_second(World world, NodeId node) {
  std::size_t ticks = 0;
  TimeUs next = world.next_tick_us(node);
  const TimeUs end = world.now_us() + kSecond;
  while (world.next_due_us() <= end) {
    world.step();
    if (world.next_tick_us(node) != next) ++ticks;
    next = world.next_tick_us(node);
  }
  return ticks;
}

}  // namespace

TEST_CASE("a message that is taken off the wire does not arrive, and is told as lost") {
  World world = elected(3, 7);
  const std::uint64_t message = on_its_way(world);
  apply(world, about(Command::Kind::Drop, message));
  EXPECT(world.flights().count(message) == 0);
  REQUIRE(world.events().size() == 2);
  EXPECT(world.events()[1].kind == Event::Kind::Lost);
  EXPECT(world.events()[1].loss == LossReason::TakenOff);
  EXPECT(arrivals(world, message).empty());
  EXPECT(world.faults().of(Fault::TakenOff) == 1);
}

TEST_CASE("a message that is held up arrives once, later") {
  World world = elected(3, 7);
  const std::uint64_t message = on_its_way(world);
  const TimeUs due = world.flights().at(message).deliver_us;
  apply(world, about(Command::Kind::Delay, message, 12'345));
  EXPECT(arrivals(world, message) == std::vector<TimeUs>{due + 12'345});
  EXPECT(world.faults().of(Fault::Delayed) == 1);
}

TEST_CASE("a message that is hastened arrives once, now") {
  World world = elected(3, 7);
  const std::uint64_t message = on_its_way(world);
  const TimeUs now = world.now_us();
  apply(world, about(Command::Kind::Deliver, message));
  EXPECT(arrivals(world, message) == std::vector<TimeUs>{now});
}

TEST_CASE("a copy is a message of its own") {
  World world = elected(3, 7);
  const std::uint64_t message = on_its_way(world);
  const std::size_t before = world.flights().size();
  apply(world, about(Command::Kind::Duplicate, message));
  REQUIRE(world.flights().size() == before + 1);
  const Flight& copy = world.flights().rbegin()->second;
  EXPECT(copy.message.to == world.flights().at(message).message.to);
  EXPECT(copy.sent_us == world.now_us());
  EXPECT(arrivals(world, message).size() == 1);
  EXPECT(violations(world).empty());
}

TEST_CASE("a message can be held up and hastened again and again") {
  World world = elected(3, 7);
  const std::uint64_t message = on_its_way(world);
  for (int i = 0; i < 5; ++i) apply(world, about(Command::Kind::Delay, message, 100'000));
  const TimeUs now = world.now_us();
  apply(world, about(Command::Kind::Deliver, message));
  apply(world, about(Command::Kind::Delay, message, 7));
  EXPECT(arrivals(world, message) == std::vector<TimeUs>{now + 7});
}

TEST_CASE("a message that waits for a paused member is there to copy, not to hold up") {
  World world = elected(3, 7);
  while (world.flights().empty() ||
         world.flights().begin()->second.message.type != raft::MessageType::MsgHeartbeat) {
    world.step();
  }
  const auto [message, flight] = *world.flights().begin();
  apply(world, {.kind = Command::Kind::Pause, .node = flight.message.to});
  world.run_until(flight.deliver_us);
  REQUIRE(world.flights().count(message) == 1);
  for (const auto kind : {Command::Kind::Drop, Command::Kind::Delay, Command::Kind::Deliver}) {
    const auto status = world.check(about(kind, message));
    REQUIRE_FALSE(status.ok());
    EXPECT(status.error().message.find("has arrived and waits for S") != std::string::npos);
  }
  EXPECT(world.check(about(Command::Kind::Duplicate, message)).ok());
}

TEST_CASE("what is not on its way cannot be meddled with") {
  World world = elected(3, 7);
  EXPECT(world.check(about(Command::Kind::Drop, 999'999)).error().message ==
         "drop: message 999999 is not on its way");
  const std::uint64_t message = on_its_way(world);
  EXPECT(world.check(about(Command::Kind::Delay, message, -1)).error().message.find("got -1") !=
         std::string::npos);
  EXPECT_FALSE(world.check(about(Command::Kind::Delay, message, kMaxLatencyUs + 1)).ok());
}

TEST_CASE("a link that duplicates by chance sends about so many twice, and nothing breaks") {
  WorldConfig config;
  config.members = 3;
  config.seed = 5;
  config.duplicate_per_million = 300'000;
  auto made = World::create(config);
  REQUIRE(made.ok());
  World& world = *made;
  std::size_t sent = 0;
  while (world.now_us() < 20 * kSecond) {
    world.step();
    for (const Event& event : world.events()) sent += event.kind == Event::Kind::Sent ? 1 : 0;
  }
  const std::uint64_t twice = world.faults().of(Fault::Duplicated);
  EXPECT(twice * 100 > (sent - twice) * 25);
  EXPECT(twice * 100 < (sent - twice) * 35);
  EXPECT(world.leader() != raft::kNone);
  EXPECT(violations(world).empty());
}

TEST_CASE("a clock runs fast, slow, or stands still, and right again") {
  World world = elected(3, 7);
  const NodeId node(2);
  EXPECT(ticks_in_a_second(world, node) == 100);
  apply(world, drift(node, 1'000'000));
  EXPECT(world.drift_ppm(node) == 1'000'000);
  EXPECT(ticks_in_a_second(world, node) == 200);
  apply(world, drift(node, -500'000));
  EXPECT(ticks_in_a_second(world, node) == 50);
  apply(world, drift(node, -1'000'000));
  EXPECT(ticks_in_a_second(world, node) == 0);
  apply(world, drift(node, 0));
  EXPECT(ticks_in_a_second(world, node) == 100);
  EXPECT_FALSE(world.check(drift(node, -1'000'001)).ok());
  EXPECT_FALSE(world.check(drift(node, kMaxDriftPpm + 1)).ok());
}

TEST_CASE("a member whose clock stands still never stands for election, and its lease never ends") {
  for (const std::size_t members : {5, 3}) {
    CAPTURE(members);
    World world = elected(members, 7);
    const NodeId old = world.leader();
    const NodeId still(old.value() % members + 1);
    apply(world, drift(still, -1'000'000));
    apply(world, {.kind = Command::Kind::Crash, .node = old});
    run_for(world, 5 * kSecond);
    // Loyal to the leader that it heard of last, it refuses everybody (dissertation §4.2.3); three of five can do
    // without it, one of three cannot.
    if (members == 5) {
      REQUIRE(world.leader() != raft::kNone);
      EXPECT(world.leader() != still);
    } else {
      EXPECT(world.leader() == raft::kNone);
    }
    EXPECT(violations(world).empty());
  }
}

TEST_CASE("a clock that jumps over an election timeout starts an election at once") {
  World world = elected(3, 7);
  const raft::Term term = world.member(world.leader()).node().term();
  const NodeId other(world.leader().value() % 3 + 1);
  apply(world, {.kind = Command::Kind::Jump, .node = other, .delay_us = kSecond});
  bool asked = false;
  for (const Event& event : world.events()) {
    asked =
        asked || (event.kind == Event::Kind::Sent && event.message_type == raft::MessageType::MsgPreVote);
  }
  EXPECT(asked);
  run_for(world, 2 * kSecond);
  // The others still hear the leader and refuse (dissertation §9.6).
  EXPECT(world.member(world.leader()).node().term() == term);
  EXPECT_FALSE(world.check({.kind = Command::Kind::Jump, .node = other, .delay_us = kMaxJumpUs + 1}).ok());
}

TEST_CASE("a wiped member comes back blank, and only another leader brings it up to date") {
  World world = elected(3, 7);
  apply(world, put("x", "1"));
  run_for(world, kSecond);
  const NodeId node(world.leader().value() % 3 + 1);
  EXPECT_FALSE(world.check({.kind = Command::Kind::Wipe, .node = node}).ok());
  apply(world, {.kind = Command::Kind::Crash, .node = node});
  apply(world, {.kind = Command::Kind::Wipe, .node = node});
  EXPECT(world.member(node).storage().last_index() == raft::Index(1));
  EXPECT(world.member(node).storage().hard_state() == raft::HardState{.commit = raft::Index(1)});
  apply(world, {.kind = Command::Kind::Restart, .node = node});
  run_for(world, 2 * kSecond);
  // Its leader knows that it had acknowledged more than it has now, and takes its refusals for old ones.
  EXPECT(value(world, node, "x") == "-");
  apply(world,
        {.kind = Command::Kind::Transfer, .node = world.leader(), .peer = NodeId(node.value() % 3 + 1)});
  run_for(world, 2 * kSecond);
  EXPECT(value(world, node, "x") == "1");
  EXPECT(violations(world).empty());
  EXPECT(world.faults().of(Fault::Wiped) == 1);
}

TEST_CASE("a wiped majority loses what was committed, and the checkers say so") {
  World world = elected(3, 7);
  apply(world, put("x", "1"));
  run_for(world, kSecond);
  const NodeId keeper = world.leader();
  apply(world, {.kind = Command::Kind::Crash, .node = keeper});
  for (const NodeId node : world.members()) {
    if (node == keeper) continue;
    apply(world, {.kind = Command::Kind::Crash, .node = node});
    apply(world, {.kind = Command::Kind::Wipe, .node = node});
    apply(world, {.kind = Command::Kind::Restart, .node = node});
  }
  run_for(world, 3 * kSecond);
  EXPECT_FALSE(violations(world).empty());
}

TEST_CASE("worlds under faults by hand replay to the same digest") {
  const auto play = [] {
    World world = elected(3, 7);
    apply(world, drift(NodeId(1), 200'000));
    for (int i = 0; i < 50; ++i) {
      const std::uint64_t message = on_its_way(world);
      constexpr Command::Kind kKinds[] = {Command::Kind::Drop, Command::Kind::Delay,
                                          Command::Kind::Duplicate, Command::Kind::Deliver};
      (void)world.apply(about(kKinds[i % 4], message, 5'000));
      run_for(world, 30'000);
    }
    return world.digest();
  };
  EXPECT(play() == play());
}

TEST_CASE("faults have names") {
  for (std::size_t i = 0; i < kFaultCount; ++i)
    EXPECT(std::string(describe(static_cast<Fault>(i))).size() > 3);
}

}  // namespace raftarium::sim::testing
