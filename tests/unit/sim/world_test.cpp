// A world as a value: what it elects, that it repeats, that copies are independent, that time moves.

#include "sim/world.h"

#include <functional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "support/test.h"
#include "worlds.h"

namespace raftarium::sim {

namespace {

using namespace testing;  // NOLINT(google-build-using-namespace): helpers for these very tests
using raft::NodeId;

std::string refused(const std::function<void(WorldConfig&)>& change) {
  WorldConfig config;
  change(config);
  const auto world = World::create(config);
  return world.ok() ? "accepted" : world.error().message;
}

// Something that a person might do at random, sensible or not.
Command random_command(base::Prng& prng, std::size_t members) {
  const auto any = [&] { return NodeId(prng.below(static_cast<std::uint32_t>(members)) + 1); };
  switch (prng.below(16)) {
    case 0:
      return act(Kind::Crash, any());
    case 1:
    case 2:
      return act(Kind::Restart, any());
    case 3:
      return act(Kind::Pause, any());
    case 4:
    case 5:
      return act(Kind::Resume, any());
    case 6:
      return act(Kind::Isolate, any());
    case 7:
      return act(Kind::Cut, any(), any());
    case 8:
      return act(Kind::Heal, any(), any());
    case 9:
      return partition({{any()}, {any(), any()}, {kTheOthers}});
    case 10:
    case 11:
      return act(Kind::HealAll);
    case 12:
      return act(Kind::Timeout, any());
    case 13:
      return act(Kind::Transfer, kTheLeader, any());
    default:
      return put(std::string(1, static_cast<char>('a' + prng.below(4))), std::to_string(prng.next()));
  }
}

// Lets everything run again and waits until all have settled.
void mend(World& world) {
  apply(world, act(Kind::HealAll));
  for (const NodeId node : world.members()) {
    if (world.process(node) == ProcessState::Crashed) apply(world, act(Kind::Restart, node));
    if (world.process(node) == ProcessState::Paused) apply(world, act(Kind::Resume, node));
  }
  run_for(world, 8 * kSecond);
}

}  // namespace

TEST_CASE("a world elects one leader, whom all others follow") {
  World world = make(5);
  EXPECT(world.leader() == raft::kNone);
  EXPECT(world.now_us() == 0);
  REQUIRE(run_until(
      world, [&] { return world.leader() != raft::kNone; }, kSecond));
  run_for(world, kSecond);
  for (const NodeId node : world.members()) {
    EXPECT(world.member(node).node().leader() == world.leader());
    EXPECT(term(world, node) == term(world, world.leader()));
    EXPECT((role(world, node) == raft::Role::Leader) == (node == world.leader()));
  }
  EXPECT(violations(world).empty());
}

TEST_CASE("worlds of 1 to 15 members elect, commit everywhere, and keep every promise") {
  for (std::size_t members = 1; members <= kMaxMembers; ++members) {
    CAPTURE(members);
    World world = elected(members, 40 + members);
    EXPECT(world.members().size() == members);
    apply(world, put("x", "5"));
    run_for(world, 2 * kSecond);
    REQUIRE(world.requests().size() == 1);
    EXPECT(world.requests()[0].state == RequestState::Committed);
    for (const NodeId node : world.members()) EXPECT(value(world, node, "x") == "5");
    EXPECT(stores_equal(world));
    EXPECT(violations(world).empty());
  }
}

TEST_CASE("what its settings say reaches a member's core; 0 is no limit") {
  WorldConfig config;
  config.own.assign(config.members, config);
  config.own[0].max_inflight_bytes = 2 << 20;
  config.own[0].max_inflight_msgs = 3;
  config.own[0].max_size_per_msg = 1000;
  config.own[0].max_uncommitted_size = 5000;
  const World world = make(config);
  EXPECT(world.member(kS1).config().max_inflight_bytes == 2 << 20);
  EXPECT(world.member(kS1).config().max_inflight_msgs == 3);
  EXPECT(world.member(kS1).config().max_size_per_msg == 1000);
  EXPECT(world.member(kS1).config().max_uncommitted_size == 5000);
  EXPECT(world.member(kS2).config().max_inflight_bytes == raft::kNoLimit);
  EXPECT(world.member(kS2).config().max_uncommitted_size == raft::kNoLimit);
}

TEST_CASE("a member may be set up in its own way") {
  WorldConfig config;
  config.members = 3;
  config.own.assign(3, config);
  // Only S1 is in a hurry; S2 asks nobody before it stands; the clock of S3 ticks rarely.
  config.own[1].election_ticks = config.own[2].election_ticks = 100;
  config.own[1].pre_vote = false;
  config.own[2].tick_us = 50'000;
  for (config.seed = 1; config.seed <= 10; ++config.seed) {
    CAPTURE(config.seed);
    World world = make(config);
    run_for(world, 2 * kSecond);
    REQUIRE(world.leader() == kS1);
    const auto rarely = [&](NodeId node) {
      const TimeUs before = world.next_tick_us(node);
      run_until(world, [&] { return world.next_tick_us(node) != before; });
      return world.next_tick_us(node) - before;
    };
    EXPECT(rarely(kS1) == 10'000);
    EXPECT(rarely(kS3) == 50'000);
    apply(world, act(Kind::Isolate, kS2));
    apply(world, act(Kind::Isolate, kS3));
    run_for(world, 12 * kSecond);
    EXPECT(term(world, kS2) > raft::Term(2));
    EXPECT(term(world, kS3) == raft::Term(1));
    EXPECT(violations(world).empty());
  }
}

TEST_CASE("without check-quorum and pre-vote a world works as well") {
  WorldConfig config;
  config.pre_vote = false;
  config.check_quorum = false;
  World world = elected(config);
  apply(world, put("x", "5"));
  run_for(world, 2 * kSecond);
  EXPECT(stores_equal(world));
  EXPECT(value(world, kS3, "x") == "5");
}

TEST_CASE("a world of one member needs nobody: it elects itself, commits at once, and comes back") {
  World world = elected(std::size_t{1});
  EXPECT(world.leader() == kS1);
  EXPECT(world.flights().empty());
  apply(world, put("x", "1"));
  REQUIRE(run_until(
      world, [&] { return world.requests()[0].state == RequestState::Committed; }, kSecond));
  apply(world, act(Kind::Crash, kS1));
  apply(world, act(Kind::Restart, kS1));
  REQUIRE(run_until(
      world, [&] { return world.leader() == kS1; }, 2 * kSecond));
  EXPECT(value(world, kS1, "x") == "1");
  EXPECT(refusal(world, act(Kind::Crash, kAFollower)) == "crash: there is no running follower");
  EXPECT(violations(world).empty());
}

TEST_CASE("configurations that cannot work are refused, with the field and the reason") {
  EXPECT(refused([](WorldConfig&) {}) == "accepted");
  EXPECT(refused([](WorldConfig& c) { c.members = 0; }) == "cluster: members: expected 1 to 15, got 0");
  EXPECT(refused([](WorldConfig& c) { c.members = 16; }) == "cluster: members: expected 1 to 15, got 16");
  EXPECT(refused([](WorldConfig& c) { c.tick_us = 999; }) ==
         "cluster: tick_us: expected 1000 to 1000000, got 999");
  EXPECT(refused([](WorldConfig& c) { c.tick_us = 1'000'001; }) ==
         "cluster: tick_us: expected 1000 to 1000000, got 1000001");
  EXPECT(refused([](WorldConfig& c) { c.heartbeat_ticks = 0; }) ==
         "cluster: heartbeat_ticks: expected at least 1, got 0");
  EXPECT(refused([](WorldConfig& c) { c.election_ticks = c.heartbeat_ticks; }) ==
         "cluster: election_ticks: expected more than heartbeat_ticks, at most 10000, got 5");
  EXPECT(refused([](WorldConfig& c) { c.election_ticks = 10'001; }) ==
         "cluster: election_ticks: expected more than heartbeat_ticks, at most 10000, got 10001");
  EXPECT(refused([](WorldConfig& c) { c.check_quorum = !(c.lease_reads = true); }) ==
         "cluster: lease_reads: expected false where check_quorum is, got true");
  EXPECT(refused([](WorldConfig& c) { c.max_inflight_bytes = c.max_size_per_msg - 1; }) ==
         "cluster: max_inflight_bytes: expected 0, or at least max_size_per_msg, got 1048575");
  EXPECT(refused([](WorldConfig& c) { c.latency_min_us = -1; }) ==
         "cluster: latency_min_us: expected 0 to 60000000, got -1");
  EXPECT(refused([](WorldConfig& c) { c.latency_mean_us = 60'000'001; }) ==
         "cluster: latency_mean_us: expected 0 to 60000000, got 60000001");
  EXPECT(refused([](WorldConfig& c) { c.loss_per_million = 1'000'001; }) ==
         "cluster: loss_per_million: expected 0 to 1000000, got 1000001");
  EXPECT(refused([](WorldConfig& c) { c.max_messages_in_flight = 0; }) ==
         "cluster: max_messages_in_flight: expected 1 to 20000, got 0");
  EXPECT(refused([](WorldConfig& c) { c.max_messages_in_flight = 20'001; }) ==
         "cluster: max_messages_in_flight: expected 1 to 20000, got 20001");
  EXPECT(refused([](WorldConfig& c) { c.request_timeout_us = 0; }) ==
         "cluster: request_timeout_us: expected at least 1, got 0");
  EXPECT(refused([](WorldConfig& c) { c.request_deadline_us = c.request_timeout_us - 1; }) ==
         "cluster: request_deadline_us: expected at least request_timeout_us, at most 86400000000, got "
         "399999");
  EXPECT(refused([](WorldConfig& c) { c.request_deadline_us = 86'400'000'001; }) ==
         "cluster: request_deadline_us: expected at least request_timeout_us, at most 86400000000, "
         "got 86400000001");
}

TEST_CASE("equal seeds give equal worlds, step by step; another seed gives another one") {
  World one = make(5, 7);
  World two = make(5, 7);
  World other = make(5, 8);
  EXPECT(one.digest() == two.digest());
  EXPECT(one.digest() != other.digest());
  for (int i = 0; i < 2000; ++i) {
    one.step();
    two.step();
    REQUIRE(one.digest() == two.digest());
    REQUIRE(one.now_us() == two.now_us());
  }
  other.run_until(one.now_us());
  EXPECT(one.digest() != other.digest());
  EXPECT(one.moments() == two.moments());
}

TEST_CASE("the digest tells worlds apart by what was done to them") {
  const auto digest_after = [](const Command& command) {
    World world = elected(std::size_t{3});
    apply(world, command);
    run_for(world, kSecond);
    return world.digest();
  };
  std::set<std::uint64_t> digests;
  digests.insert(digest_after(put("x", "1")));
  digests.insert(digest_after(put("x", "2")));
  digests.insert(digest_after(act(Kind::Crash, kS1)));
  digests.insert(digest_after(act(Kind::Pause, kS1)));
  digests.insert(digest_after(act(Kind::Cut, kS1, kS2)));
  digests.insert(digest_after(act(Kind::Cut, kS2, kS1)));
  EXPECT(digests.size() == 6);
}

TEST_CASE("a copy that is stepped and commanded alike stays alike, through every kind of fault") {
  for (std::uint64_t seed = 1; seed <= 4; ++seed) {
    CAPTURE(seed);
    World world = elected(5, seed);
    World copy = world;
    base::Prng prng(seed);
    for (int i = 0; i < 3000; ++i) {
      if (i % 40 == 0) {
        const Command command = random_command(prng, 5);
        REQUIRE(refusal(world, command) == refusal(copy, command));
      } else {
        world.step();
        copy.step();
      }
      REQUIRE(world.digest() == copy.digest());
      REQUIRE(world.now_us() == copy.now_us());
      if (i % 500 == 0) copy = world;  // also from the middle of things
    }
  }
}

TEST_CASE("stepping a copy changes nothing in the original") {
  World world = elected(std::size_t{5});
  for (int i = 0; i < 10; ++i) apply(world, put("k", std::to_string(i)));
  run_for(world, 100'000);
  const World untouched = world;
  World copy = world;
  base::Prng prng(1);
  for (int i = 0; i < 3000; ++i) {
    if (i % 30 == 0) refusal(copy, random_command(prng, 5));
    copy.step();
  }
  mend(copy);
  EXPECT(copy.digest() != world.digest());
  EXPECT(world.digest() == untouched.digest());
  EXPECT(world.now_us() == untouched.now_us());
  EXPECT(world.flights().size() == untouched.flights().size());
  for (const NodeId node : world.members()) {
    EXPECT(world.process(node) == untouched.process(node));
    EXPECT(world.member(node).status().hard_state == untouched.member(node).status().hard_state);
    EXPECT(world.member(node).storage().last_index() == untouched.member(node).storage().last_index());
  }
  // It goes on as if there had never been a copy: as a world does that was never copied.
  World fresh = elected(std::size_t{5});
  for (int i = 0; i < 10; ++i) apply(fresh, put("k", std::to_string(i)));
  run_for(fresh, 100'000);
  run_for(fresh, 3 * kSecond);
  run_for(world, 3 * kSecond);
  EXPECT(world.digest() == fresh.digest());
  EXPECT(stores_equal(world));
}

TEST_CASE("a world that moves or is assigned goes on") {
  World one = elected(std::size_t{3});
  World reference = one;
  World moved = std::move(one);
  World assigned = make(5, 99);
  assigned = moved;
  run_for(reference, kSecond);
  run_for(moved, kSecond);
  run_for(assigned, kSecond);
  EXPECT(moved.digest() == reference.digest());
  EXPECT(assigned.digest() == reference.digest());
}

TEST_CASE("time moves to what is due, and moments count what could be noticed") {
  World world = make(3);
  std::uint64_t moments = 0;
  TimeUs before = 0;
  for (int i = 0; i < 500; ++i) {
    const TimeUs due_us = world.next_due_us();
    world.step();
    EXPECT(world.now_us() == due_us);
    EXPECT(world.now_us() >= before);
    before = world.now_us();
    if (!world.events().empty()) ++moments;
    for (const Event& event : world.events()) EXPECT(event.time_us == world.now_us());
  }
  EXPECT(world.steps() == 500);
  EXPECT(world.moments() == moments);
  EXPECT(moments > 0);
  EXPECT(moments < 500);
}

TEST_CASE("running to a time takes everything that is due by then, and then the time itself") {
  World world = make(3);
  world.run_until(1'234'567);
  EXPECT(world.now_us() == 1'234'567);
  EXPECT(world.next_due_us() > 1'234'567);
  world.run_until(1'000'000);  // there is no way back
  EXPECT(world.now_us() == 1'234'567);
  const TimeUs due_us = world.next_due_us();
  world.advance_to(due_us);
  EXPECT(world.now_us() == due_us);
  EXPECT(world.next_due_us() == due_us);
}

TEST_CASE("time moves in a world where every member is crashed, and requests end there") {
  World world = elected(std::size_t{3});
  for (const NodeId node : world.members()) apply(world, act(Kind::Crash, node));
  apply(world, put("x", "1"));
  const TimeUs crashed_us = world.now_us();
  for (int i = 0; i < 2000; ++i) {
    const TimeUs before_us = world.now_us();
    const TimeUs due_us = world.next_due_us();
    world.step();
    REQUIRE(world.now_us() == due_us);
    REQUIRE(world.now_us() >= before_us);
  }
  EXPECT(world.now_us() > crashed_us + 5 * kSecond);
  EXPECT(world.requests()[0].state == RequestState::Unknown);
  EXPECT(world.flights().empty());
  world.run_until(world.now_us() + 60 * kSecond);
  EXPECT(world.leader() == raft::kNone);
  apply(world, act(Kind::Restart, kS1));
  apply(world, act(Kind::Restart, kS2));
  EXPECT(run_until(
      world, [&] { return world.leader() != raft::kNone; }, 2 * kSecond));
}

TEST_CASE("every message that was sent is delivered or lost, once, through pauses and crashes too") {
  World world = elected(5, 3);
  std::set<std::uint64_t> open;
  for (const auto& [id, flight] : world.flights()) open.insert(id);
  base::Prng prng(3);
  const auto look = [&] {
    for (const Event& event : world.events()) {
      if (event.kind == Event::Kind::Sent) REQUIRE(open.insert(event.message_id).second);
      if (event.kind == Event::Kind::Delivered || event.kind == Event::Kind::Lost) {
        REQUIRE(open.erase(event.message_id) == 1);
      }
    }
    REQUIRE(open.size() == world.flights().size());
  };
  for (int i = 0; i < 4000; ++i) {
    if (i % 25 == 0) {
      if (refusal(world, random_command(prng, 5)).empty()) look();
    } else {
      world.step();
      look();
    }
  }
}

TEST_CASE("a message arrives after the least latency of its link, never before") {
  WorldConfig config;
  config.latency_min_us = 30'000;
  World world = make(config);
  for (int i = 0; i < 1000; ++i) {
    world.step();
    for (const auto& [id, flight] : world.flights()) {
      REQUIRE(flight.id == id);
      REQUIRE(flight.deliver_us >= flight.sent_us + 30'000);
    }
  }
}

TEST_CASE("a network that loses everything elects nobody") {
  WorldConfig config;
  config.loss_per_million = 1'000'000;
  World world = make(config);
  const auto events = watch(world, 5 * kSecond);
  EXPECT(world.leader() == raft::kNone);
  EXPECT(count(events, [](const Event& e) { return e.kind == Event::Kind::Delivered; }) == 0);
  EXPECT(count(events, [](const Event& e) { return e.loss == LossReason::Dropped; }) > 100);
}

TEST_CASE("a lossy network costs time, not promises") {
  WorldConfig config;
  config.loss_per_million = 200'000;
  config.request_deadline_us = 20 * kSecond;
  World world = make(config);
  for (int i = 0; i < 20; ++i) {
    apply(world, put("x", std::to_string(i)));
    run_for(world, kSecond);
  }
  run_for(world, 20 * kSecond);
  for (const Request& request : world.requests()) EXPECT(request.state == RequestState::Committed);
  EXPECT(world.member(world.leader()).store().find("x")->version == 20);
  EXPECT(violations(world).empty());
}

TEST_CASE("whatever is done to a world, no promise is broken, and once mended it agrees on everything") {
  for (std::uint64_t seed = 1; seed <= 12; ++seed) {
    CAPTURE(seed);
    const std::size_t members = 3 + seed % 3;
    World world = make(members, seed);
    base::Prng prng(seed, 1);
    for (int i = 0; i < 150; ++i) {
      refusal(world, random_command(prng, members));
      run_for(world, prng.between(0, 200'000));
      REQUIRE_MESSAGE(violations(world).empty(), violations(world));
    }
    mend(world);
    EXPECT_MESSAGE(violations(world).empty(), violations(world));
    REQUIRE(world.leader() != raft::kNone);
    EXPECT(stores_equal(world));
    const kv::Store& store = world.member(world.leader()).store();
    std::int64_t committed = 0;
    for (const Request& request : world.requests()) {
      EXPECT(request.state != RequestState::Waiting);
      if (request.state == RequestState::Committed) ++committed;
    }
    // Each acknowledged write counted; of the others none counted twice.
    EXPECT(store.revision() >= committed);
    EXPECT(store.revision() <= static_cast<std::int64_t>(world.requests().size()));
    EXPECT(committed > 0);
  }
}

}  // namespace raftarium::sim
