// Floods: members that answer each other without end, with messages that come twice, fill no memory and stop no clock.

#include <algorithm>
#include <string>

#include "sim/world.h"
#include "support/test.h"
#include "worlds.h"

namespace raftarium::sim {

namespace {

using namespace testing;  // NOLINT(google-build-using-namespace): helpers for these very tests

// A leader that never walks back is rejected for ever, and every message comes twice: each round is twice the last.
WorldConfig flooding(std::int64_t most) {
  WorldConfig config;
  config.members = 3;
  config.pre_vote = false;
  config.bugs.insert(raft::Bug::ProbeStaysPut);
  config.duplicate_per_million = 1'000'000;
  config.max_messages_in_flight = most;
  const raft::Term one(1);
  const raft::Term two(2);
  config.logs = {{one, one, two, two}, {one, one, one, one}, {one, one, one}};
  return config;
}

bool is_turned_away(const Event& event) {
  return event.kind == Event::Kind::Lost && event.loss == LossReason::NetworkFull;
}

}  // namespace

TEST_CASE("a flood stops at the limit of messages in flight: what is sent beyond it is lost and counted") {
  constexpr std::size_t kMost = 500;
  World world = make(flooding(kMost));
  std::size_t most = 0;
  std::uint64_t turned_away = 0;
  while (world.now_us() < 3 * kSecond) {
    world.step();
    most = std::max(most, world.flights().size());
    for (const Event& event : world.events()) {
      if (!is_turned_away(event)) continue;
      ++turned_away;
      // The newest is lost, none of those that are on their way.
      REQUIRE(world.flights().find(event.message_id) == world.flights().end());
      REQUIRE((world.flights().empty() || world.flights().begin()->first < event.message_id));
    }
  }
  EXPECT(most == kMost);
  EXPECT(turned_away > 1000);
  EXPECT(world.faults().of(Fault::NetworkFull) == turned_away);
}

TEST_CASE("a flood without latency lets time go on") {
  WorldConfig config = flooding(200);
  config.latency_min_us = 0;
  config.latency_mean_us = 0;
  World world = make(config);
  // So many in a millisecond, and each is sent, perhaps lost, and delivered.
  constexpr std::uint64_t kMostMoments = 1'000'000;
  while (world.now_us() < kSecond && world.moments() < kMostMoments) world.step();
  EXPECT(world.now_us() >= kSecond);
  EXPECT(world.faults().of(Fault::NetworkFull) > 1000);
}

TEST_CASE("a full network is a fault that a healthy cluster gets over") {
  WorldConfig config;
  config.max_messages_in_flight = 2;  // four followers are sent four heartbeats at a time
  World world = make(config);
  run_for(world, 20 * kSecond);
  EXPECT(world.faults().of(Fault::NetworkFull) > 10);
  EXPECT(violations(world).empty());
  config.max_messages_in_flight = 10;
  world = elected(config);
  apply(world, put("x", "5"));
  run_for(world, 5 * kSecond);
  for (const raft::NodeId node : world.members()) EXPECT(value(world, node, "x") == "5");
  EXPECT(violations(world).empty());
}

TEST_CASE("entries in flight have a limit too, but one message passes however large it is") {
  WorldConfig config;
  config.members = 5;
  config.max_messages_in_flight = 8;
  World world = make(config);
  const auto entries_in_flight = [&] {
    std::size_t sum = 0;
    for (const auto& [id, flight] : world.flights()) sum += flight.message.entries.size();
    return sum;
  };
  REQUIRE(run_until(world, [&] { return world.leader() != raft::kNone; }));
  const raft::NodeId behind = follower(world);
  const raft::NodeId another = follower(world, 1);
  apply(world, act(Kind::Isolate, behind));
  apply(world, act(Kind::Isolate, another));
  constexpr std::uint32_t kWritten = 1000;
  Command load = act(Kind::Load);
  load.key = "k";
  load.load = {.clients = 2, .count = kWritten, .keys = 10};
  apply(world, load);
  run_for(world, 120 * kSecond);
  const raft::Index last = world.member(world.leader()).node().last_index();
  REQUIRE(last.value() > kWritten);
  apply(world, act(Kind::HealAll));
  std::size_t most = 0;
  const auto caught_up = [&] {
    most = std::max(most, entries_in_flight());
    return world.member(behind).node().last_index() >= last &&
           world.member(another).node().last_index() >= last;
  };
  EXPECT(run_until(world, caught_up, 30 * kSecond));
  // One append with all that a follower lacks, and not two.
  EXPECT(most > 8 * kEntriesForEachMessage);
  EXPECT(most < 3 * kWritten / 2);
  EXPECT(violations(world).empty());
}

TEST_CASE("clients of a world make so many requests and no more") {
  World world = elected(std::size_t{1});
  Command load = act(Kind::Load);
  load.key = "k";
  load.load = {.clients = 1, .count = static_cast<std::uint32_t>(kMaxLoadRequests)};
  for (std::size_t made = 0; made < kMaxRequests; made += kMaxLoadRequests) apply(world, load);
  const std::string expected = "expected at most 200000 requests in a world, got ";
  EXPECT(refusal(world, load) == "load: " + expected + "100000 after 200000");
  Command read = act(Kind::Read);
  read.key = "k";
  EXPECT(refusal(world, read) == "read: " + expected + "1 after 200000");
  EXPECT(refusal(world, put("x", "1")) == "put: " + expected + "1 after 200000");
  // What loads have made does not count twice.
  run_for(world, kSecond);
  REQUIRE(world.requests().size() > 2);
  EXPECT(refusal(world, put("x", "1")) == "put: " + expected + "1 after 200000");
}

}  // namespace raftarium::sim
