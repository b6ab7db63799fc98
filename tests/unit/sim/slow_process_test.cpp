// A slow process does one thing at a time; what arrives waits its turn, and nobody else notices.

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "sim/world.h"
#include "support/test.h"
#include "worlds.h"

namespace raftarium::sim {

namespace {

using namespace testing;  // NOLINT(google-build-using-namespace): helpers for these very tests
using raft::NodeId;

constexpr TimeUs kStep = 12'000;

Command set_process(NodeId node, const ProcessSettings& settings) {
  return {.kind = Kind::SetProcess, .node = node, .process = settings};
}

Command slow(NodeId node, TimeUs step_us = kStep) { return set_process(node, {.step_us = step_us}); }

bool delivered_to(const Event& event, NodeId node) {
  return event.kind == Event::Kind::Delivered && event.node == node;
}

// Of the messages that are on their way to `node`: when they arrive.
std::vector<std::uint64_t> to_arrive(const World& world, NodeId node, TimeUs by_us) {
  std::vector<std::pair<TimeUs, std::uint64_t>> flights;
  for (const auto& [id, flight] : world.flights()) {
    if (flight.message.to == node && flight.deliver_us <= by_us)
      flights.emplace_back(flight.deliver_us, id);
  }
  std::sort(flights.begin(), flights.end());
  std::vector<std::uint64_t> ids;
  for (const auto& [time_us, id] : flights) ids.push_back(id);
  return ids;
}

std::vector<std::uint64_t> arrivals(const std::vector<Event>& events, NodeId node) {
  std::vector<std::uint64_t> ids;
  for (const Event& event : events) {
    if (delivered_to(event, node)) ids.push_back(event.message_id);
  }
  return ids;
}

// A leader whose process is slow, with many answers on their way to it: its backlog is at least `backlog`.
World busy_leader(std::size_t backlog = 4) {
  World world = elected(std::size_t{5});
  apply(world, slow(world.leader()));
  for (int i = 0; i < 8; ++i) apply(world, put("x", std::to_string(i)));
  REQUIRE(run_until(world, [&] { return world.backlog(world.leader()) >= backlog; }));
  return world;
}

}  // namespace

TEST_CASE("a slow process does one thing after the other, in the order in which they arrived") {
  World world = busy_leader();
  const NodeId leader = world.leader();
  const std::vector<std::uint64_t> waiting = to_arrive(world, leader, world.now_us());
  REQUIRE(waiting.size() > 1);
  const auto events = watch(world, kSecond);
  const auto handled = arrivals(events, leader);
  REQUIRE(handled.size() > waiting.size());
  EXPECT(std::equal(waiting.begin(), waiting.end(), handled.begin()));
  TimeUs last_us = 0;
  for (const Event& event : events) {
    if (!delivered_to(event, leader)) continue;
    EXPECT_MESSAGE(event.time_us - last_us >= kStep, "at ", event.time_us, " after ", last_us);
    last_us = event.time_us;
  }
  EXPECT(world.leader() == leader);
  EXPECT(world.faults().of(Fault::Slowed) > handled.size());  // and ticks and requests
  EXPECT(violations(world).empty());
}

TEST_CASE("what comes of a thing comes when its time is over") {
  World world = elected(std::size_t{3});
  const NodeId node = follower(world);
  apply(world, slow(node, 5'000));
  // A message that finds it with nothing to do.
  const auto first = [&] { return to_arrive(world, node, world.now_us()); };
  REQUIRE(run_until(world, [&] {
    const auto arrived = first();
    return world.backlog(node) == 1 && arrived.size() == 1 &&
           world.flights().at(arrived.front()).deliver_us == world.now_us();
  }));
  const TimeUs arrived_us = world.now_us();
  REQUIRE(run_until(world, [&] { return first().empty(); }));
  EXPECT(world.now_us() == arrived_us + 5'000);
  const auto& events = world.events();
  EXPECT(std::any_of(events.begin(), events.end(), [&](const Event& e) { return delivered_to(e, node); }));
}

TEST_CASE("nobody else is slow, and a process that is not said to be is not") {
  World one = elected(std::size_t{3});
  World other = elected(std::size_t{3});
  apply(one, set_process(raft::kNone, {}));
  run_for(one, kSecond);
  run_for(other, kSecond);
  EXPECT(one.moments() == other.moments() + 1);
  EXPECT(one.faults().of(Fault::Slowed) == 0);
  apply(one, slow(raft::kNone));
  for (const NodeId node : one.members()) EXPECT(one.process_settings(node).step_us == kStep);
  apply(one, slow(kS2, 0));
  EXPECT(one.process_settings(kS1).is_slow());
  EXPECT_FALSE(one.process_settings(kS2).is_slow());
}

TEST_CASE("a process that is quick again does at once what waited, in its order") {
  World world = busy_leader();
  const NodeId leader = world.leader();
  std::vector<std::uint64_t> waiting = to_arrive(world, leader, world.now_us());
  apply(world, slow(leader, 0));
  // What arrives at the same moment comes after it.
  Command deliver = act(Kind::Deliver);
  for (const auto& [id, flight] : world.flights()) {
    const bool on_its_way = flight.message.to == leader && flight.deliver_us > world.now_us();
    if (on_its_way && flight.fate == LossReason::None) deliver.message = id;
  }
  REQUIRE(deliver.message > 0);
  apply(world, deliver);
  waiting.push_back(deliver.message);
  const TimeUs then_us = world.now_us();
  const auto events = watch(world, 0);
  EXPECT(arrivals(events, leader) == waiting);
  EXPECT(world.backlog(leader) == 0);
  EXPECT(world.now_us() == then_us);
  // From now on nothing waits.
  while (world.now_us() < then_us + kSecond) {
    world.step();
    EXPECT(world.backlog(leader) == 0);
  }
}

TEST_CASE(
    "what waits for a slow process is lost when it crashes, and it is still slow when it starts again") {
  World world = busy_leader();
  const NodeId leader = world.leader();
  const std::size_t waiting = to_arrive(world, leader, world.now_us()).size();
  apply(world, act(Kind::Crash, leader));
  EXPECT(count(world.events(), [](const Event& event) {
           return event.kind == Event::Kind::Lost && event.loss == LossReason::ReceiverDown;
         }) == waiting);
  EXPECT(world.backlog(leader) == 0);
  apply(world, act(Kind::Restart, leader));
  const TimeUs started_us = world.now_us();
  REQUIRE(run_until(world, [&] {
    const auto& events = world.events();
    return std::any_of(events.begin(), events.end(),
                       [&](const Event& e) { return delivered_to(e, leader); });
  }));
  EXPECT(world.now_us() >= started_us + kStep);
  EXPECT(world.process_settings(leader).step_us == kStep);
  run_for(world, 5 * kSecond);
  EXPECT(violations(world).empty());
  apply(world, slow(leader, 0));
  run_for(world, 5 * kSecond);
  EXPECT(stores_equal(world));
}

TEST_CASE("what a process was at when it crashed does not go on when it starts again") {
  for (std::uint64_t seed = 1; seed <= 30; ++seed) {
    World world = elected(std::size_t{3}, seed);
    const NodeId node = follower(world);
    apply(world, slow(node, 3'000));
    REQUIRE(run_until(world, [&] { return world.backlog(node) > 0; }));
    apply(world, act(Kind::Isolate, node));
    apply(world, act(Kind::Crash, node));
    apply(world, act(Kind::Restart, node));
    run_for(world, kSecond);
    EXPECT(world.process(node) == ProcessState::Running);
  }
}

TEST_CASE("a clock that is set anew while its tick waits ticks no more often than before") {
  World world = elected(std::size_t{3});
  const NodeId node = follower(world);
  apply(world, act(Kind::Isolate, node));
  run_for(world, kSecond);
  apply(world, slow(node, 4'000));
  for (int i = 0; i < 10; ++i) {
    REQUIRE(run_until(world, [&] { return world.backlog(node) == 1; }));
    apply(world, act(Kind::Drift, node));
  }
  run_for(world, 100'000);
  std::size_t ticks = 0;
  TimeUs last_us = world.next_tick_us(node);
  const TimeUs end_us = world.now_us() + kSecond;
  while (world.now_us() < end_us) {
    world.step();
    if (world.next_tick_us(node) == last_us) continue;
    last_us = world.next_tick_us(node);
    ++ticks;
  }
  EXPECT_MESSAGE(ticks <= 101, ticks);
}

TEST_CASE("a slow process that is paused keeps what waits, and goes on with it in order") {
  World world = busy_leader();
  const NodeId leader = world.leader();
  apply(world, act(Kind::Pause, leader));
  const auto meanwhile = watch(world, 60'000);
  EXPECT(arrivals(meanwhile, leader).empty());
  const std::vector<std::uint64_t> waiting = to_arrive(world, leader, world.now_us());
  apply(world, act(Kind::Resume, leader));
  EXPECT(arrivals(world.events(), leader).empty());  // it is as slow as before
  EXPECT(world.backlog(leader) >= waiting.size());
  const auto handled = arrivals(watch(world, 2 * kSecond), leader);
  REQUIRE(handled.size() >= waiting.size());
  EXPECT(std::equal(waiting.begin(), waiting.end(), handled.begin()));
}

TEST_CASE("the clock of a process that cannot keep up runs slow, and keeps its phase") {
  World world = elected(std::size_t{3});
  const NodeId node = follower(world);
  const TimeUs tick_us = world.config().tick_us;
  EXPECT(world.tick_period_us(node) == tick_us);
  apply(world, act(Kind::Isolate, node));
  run_for(world, 100'000);
  apply(world, slow(node, 3 * tick_us + 5'000));
  EXPECT(world.tick_period_us(node) == 4 * tick_us);
  const TimeUs phase_us = world.next_tick_us(node) % tick_us;
  std::vector<TimeUs> ticks{world.next_tick_us(node)};
  while (ticks.size() < 8) {
    world.step();
    if (world.next_tick_us(node) != ticks.back()) ticks.push_back(world.next_tick_us(node));
  }
  for (std::size_t i = 1; i < ticks.size(); ++i) {
    EXPECT(ticks[i] % tick_us == phase_us);
    EXPECT(ticks[i] - ticks[i - 1] == 4 * tick_us);
  }
}

TEST_CASE("a request waits its turn, and one that its client gave up does nothing") {
  WorldConfig config;
  config.members = 1;
  config.request_timeout_us = 100'000;
  config.request_deadline_us = 100'000;
  World world = elected(config);
  apply(world, set_process(kS1, {.step_us = 30'000}));
  const raft::Index before = world.member(kS1).node().last_index();
  for (int i = 0; i < 20; ++i) apply(world, put("x", std::to_string(i)));
  run_for(world, 5 * kSecond);
  std::uint64_t committed = 0;
  for (std::size_t i = 0; i < world.requests().size(); ++i) {
    committed += world.requests()[i].state == RequestState::Committed ? 1 : 0;
  }
  EXPECT(committed >= 1);
  EXPECT(committed <= 3);  // of 30 ms each, in 100 ms
  EXPECT(world.member(kS1).node().last_index().value() <= before.value() + 4);
  EXPECT(world.backlog(kS1) <= 1);
}

TEST_CASE("the end of a sync waits its turn, and ends one sync only") {
  World world = elected(std::size_t{3});
  const NodeId node = follower(world);
  apply(world, {.kind = Kind::SetDisk, .node = node, .disk = {.sync_min_us = 30'000}});
  apply(world, slow(node));
  for (int i = 0; i < 5; ++i) apply(world, put("x", std::to_string(i)));
  REQUIRE(run_until(world, [&] { return world.sync_ends_us(node).has_value(); }));
  const TimeUs ends_us = *world.sync_ends_us(node);
  run_for(world, ends_us + kStep - 1 - world.now_us());
  EXPECT(world.sync_ends_us(node) == ends_us);  // it has ended, and the process does not know
  SUBCASE("") {}
  SUBCASE("over a pause") {
    apply(world, act(Kind::Pause, node));
    run_for(world, 50'000);
    apply(world, act(Kind::Resume, node));
  }
  TimeUs last_us = ends_us;
  const TimeUs end_us = world.now_us() + kSecond;
  while (world.now_us() < end_us) {
    world.step();
    const TimeUs now_ends_us = world.sync_ends_us(node).value_or(last_us);
    // Whatever takes the place of a sync begins when that has ended.
    if (now_ends_us != last_us) EXPECT(world.now_us() >= last_us);
    last_us = now_ends_us;
  }
  EXPECT(value(world, node, "x") == "4");
  EXPECT(violations(world).empty());
}

TEST_CASE("however often a slow process is paused, no sync of its disk ends before its time") {
  std::size_t ended = 0;
  for (std::uint64_t seed = 1; seed <= 3; ++seed) {
    CAPTURE(seed);
    World world = elected(std::size_t{3}, seed);
    const NodeId node = world.leader();
    apply(world, slow(node, 3'000));
    apply(world, {.kind = Kind::SetDisk, .node = node, .disk = {.sync_min_us = 7'000}});
    apply(world, {.kind = Kind::Load,
                  .key = "x",
                  .load = {.clients = 10, .open = true, .count = 2'000, .every_us = 8'000}});
    base::Prng prng(seed);
    std::optional<TimeUs> ends_us;
    for (int i = 0; i < 20'000; ++i) {
      const bool paused = world.process(node) == ProcessState::Paused;
      if (prng.below(paused ? 10 : 60) == 0) apply(world, act(paused ? Kind::Resume : Kind::Pause, node));
      world.step();
      const auto now_ends_us = world.sync_ends_us(node);
      if (now_ends_us == ends_us) continue;
      if (ends_us) {
        ++ended;
        EXPECT_MESSAGE(*ends_us <= world.now_us(), *ends_us, " at ", world.now_us());
      }
      ends_us = now_ends_us;
    }
  }
  EXPECT_MESSAGE(ended > 100, ended);
}

TEST_CASE("a process stalls by chance, as often and as long as it is said to") {
  std::uint64_t all = 0;
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    World world = elected(std::size_t{3}, seed);
    const NodeId node = follower(world);
    apply(world, set_process(node, {.stall_per_million = 100'000, .stall_us = 40'000}));
    const TimeUs began_us = world.now_us();
    std::size_t longest = 0;
    while (world.now_us() < began_us + 10 * kSecond) {
      world.step();
      longest = std::max(longest, world.backlog(node));
    }
    EXPECT(longest > 1);
    all += world.faults().of(Fault::Slowed);
    EXPECT(violations(world).empty());
  }
  // About 120 things a second, or fewer when it stalls: a tenth of them.
  EXPECT_MESSAGE(all > 600, all);
  EXPECT_MESSAGE(all < 1200, all);
}

TEST_CASE("a world with a slow process goes on as its copy does") {
  World world = busy_leader();
  apply(world, set_process(kS2, {.step_us = 1'000, .stall_per_million = 50'000, .stall_us = 30'000}));
  World copy = world;
  run_for(world, 3 * kSecond);
  run_for(copy, 3 * kSecond);
  EXPECT(world.digest() == copy.digest());
  EXPECT(world.faults().of(Fault::Slowed) == copy.faults().of(Fault::Slowed));
}

TEST_CASE("a message that waits for a slow process has arrived: it can only be doubled") {
  World world = busy_leader();
  const std::vector<std::uint64_t> waiting = to_arrive(world, world.leader(), world.now_us());
  const std::string it = "message " + std::to_string(waiting.front());
  for (const auto& [kind, word] : {std::pair{Kind::Drop, "drop"}, std::pair{Kind::Delay, "delay"},
                                   std::pair{Kind::Deliver, "deliver"}}) {
    Command command = act(kind);
    command.message = waiting.front();
    EXPECT(refusal(world, command) ==
           word + (": " + it) + " has arrived and waits for " + name(world.leader()));
  }
  Command twice = act(Kind::Duplicate);
  twice.message = waiting.front();
  EXPECT(refusal(world, twice).empty());
}

TEST_CASE("what waits for a slow process is bounded") {
  WorldConfig config;
  config.members = 3;
  config.max_messages_in_flight = 50;
  config.request_timeout_us = 60'000'000;
  config.request_deadline_us = 60'000'000;
  World world = elected(config);
  apply(world, slow(raft::kNone, kSecond));
  Command load = act(Kind::Load);
  load.key = "k";
  load.load = {.open = true, .count = 5'000, .every_us = 1'000};
  apply(world, load);
  std::size_t most = 0;
  while (world.now_us() < 8 * kSecond) {
    world.step();
    for (const NodeId node : world.members()) most = std::max(most, world.backlog(node));
  }
  // Requests, and the messages that the network carries, and a tick.
  EXPECT_MESSAGE(most >= 50, most);
  EXPECT_MESSAGE(most <= 50 + 50 + 1, most);
}

TEST_CASE("a process whose settings make no sense is refused") {
  World world = make(3);
  const std::string step = "set_process: expected a step of 0 to 60000000 us, got ";
  EXPECT(refusal(world, slow(kS1, -1)) == step + "-1");
  EXPECT(refusal(world, slow(kS1, 60'000'001)) == step + "60000001");
  EXPECT(refusal(world, slow(kS4)) == "set_process: expected a member from S1 to S3, got S4");
  EXPECT(refusal(world, set_process(kS1, {.stall_us = -5})) ==
         "set_process: expected a stall of 0 to 60000000 us, got -5");
  EXPECT(refusal(world, set_process(kS1, {.stall_per_million = 1'000'001})) ==
         "set_process: expected a chance of 0 to 1000000 per million, got 1000001");
  EXPECT(describe(set_process(raft::kNone, {5'000, 3, 7})) ==
         "set_process all step 5000 us, stalls of 7 us 3 per million");
}

TEST_CASE("a member may be slow from the beginning") {
  WorldConfig config;
  config.members = 3;
  config.step_us = 1'000;
  config.own.assign(3, config);
  config.own[1].step_us = 0;
  config.own[2].stall_per_million = 5;
  config.own[2].stall_us = 6;
  const World world = make(config);
  EXPECT(world.process_settings(kS1) == ProcessSettings{1'000, 0, 0});
  EXPECT_FALSE(world.process_settings(kS2).is_slow());
  EXPECT(world.process_settings(kS3) == ProcessSettings{1'000, 5, 6});
}

}  // namespace raftarium::sim
