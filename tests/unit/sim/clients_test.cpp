// Requests: committed, retried and applied once, refused, or unknown; and never answered by who cannot know.

#include <string>
#include <vector>

#include "sim/world.h"
#include "support/test.h"
#include "worlds.h"

namespace raftarium::sim {

namespace {

using namespace testing;  // NOLINT(google-build-using-namespace): helpers for these very tests
using raft::NodeId;

const Request& newest(const World& world) { return world.requests().back(); }

bool done(const World& world) { return newest(world).state != RequestState::Waiting; }

std::int64_t version(const World& world, NodeId node, const std::string& key) {
  const kv::KeyValue* found = world.member(node).store().find(key);
  return found == nullptr ? 0 : found->version;
}

}  // namespace

TEST_CASE("a request is committed, and its end tells when, where and by whom") {
  World world = elected(std::size_t{5});
  const TimeUs sent_us = world.now_us();
  apply(world, put("x", "5", world.leader()));
  REQUIRE(world.requests().size() == 1);
  EXPECT(newest(world).id == 1);
  EXPECT(newest(world).state == RequestState::Waiting);
  REQUIRE(run_until(
      world, [&] { return done(world); }, kSecond));
  const Request& request = newest(world);
  EXPECT(request.state == RequestState::Committed);
  EXPECT(request.attempts == 1);
  EXPECT(request.sent_us == sent_us);
  EXPECT(request.done_us == world.now_us());
  EXPECT(request.at == world.leader());
  EXPECT(request.answered_by == world.leader());
  const auto entries =
      world.member(kS1).storage().entries(request.index, request.index + 1, raft::kNoLimit);
  REQUIRE(entries.entries.size() == 1);
  EXPECT(kv::decode(entries.entries[0].data)->key == "x");
}

TEST_CASE("a deletion is a request like any other") {
  World world = elected(std::size_t{3});
  apply(world, put("x", "5"));
  run_for(world, kSecond);
  Command erase = act(Kind::Delete);
  erase.key = "x";
  apply(world, erase);
  run_for(world, kSecond);
  EXPECT(newest(world).state == RequestState::Committed);
  for (const NodeId node : world.members()) EXPECT(value(world, node, "x") == "-");
}

TEST_CASE("a follower passes a request on and answers when it has applied it") {
  World world = elected(std::size_t{5});
  const NodeId node = follower(world, 1);
  apply(world, put("x", "5", node));
  REQUIRE(run_until(
      world, [&] { return done(world); }, kSecond));
  EXPECT(newest(world).state == RequestState::Committed);
  EXPECT(newest(world).answered_by == node);
  EXPECT(newest(world).attempts == 1);
  EXPECT(value(world, node, "x") == "5");
}

TEST_CASE("a request is retried when the leader crashes, and takes effect once") {
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    CAPTURE(seed);
    World world = elected(5, seed);
    const NodeId old = world.leader();
    apply(world, put("x", "5"));
    // Sometimes before the leader has the request, sometimes while it is replicated, sometimes after.
    run_for(world, static_cast<TimeUs>(seed) * 10'000);
    apply(world, act(Kind::Crash, old));
    REQUIRE(run_until(
        world, [&] { return done(world); }, 5 * kSecond));
    apply(world, act(Kind::Restart, old));
    run_for(world, 3 * kSecond);
    EXPECT(newest(world).state == RequestState::Committed);
    for (const NodeId node : world.members()) EXPECT(version(world, node, "x") == 1);
    EXPECT(violations(world).empty());
  }
}

TEST_CASE("a request whose answer is lost is committed twice and applied once") {
  World world = elected(std::size_t{5});
  const NodeId leader = world.leader();
  const NodeId node = follower(world);
  apply(world, put("x", "5", node));
  // It reaches the leader; the follower then hears of nothing for longer than the client waits.
  run_for(world, 16'000);
  apply(world, act(Kind::Cut, leader, node));
  run_for(world, 500'000);
  EXPECT(newest(world).state == RequestState::Waiting);
  EXPECT(newest(world).attempts >= 2);
  EXPECT(version(world, leader, "x") == 1);
  apply(world, act(Kind::HealAll));
  run_for(world, 4 * kSecond);
  EXPECT(newest(world).state == RequestState::Committed);
  std::size_t copies = 0;
  const raft::RawNode& core = world.member(leader).node();
  const auto entries = core.entries(core.first_index(), core.last_index() + 1, raft::kNoLimit).entries;
  for (const raft::Entry& entry : entries) {
    if (!entry.data.empty()) ++copies;
  }
  EXPECT(copies >= 2);
  EXPECT(version(world, leader, "x") == 1);
}

TEST_CASE("without a session each attempt of a request takes effect by itself") {
  World world = elected(std::size_t{5});
  const NodeId leader = world.leader();
  const NodeId node = follower(world);
  Command write = put("x", "5", node);
  write.no_session = true;
  EXPECT(describe(write) == "put x=5 at " + name(node) + ", no session");
  apply(world, write);
  run_for(world, 16'000);
  apply(world, act(Kind::Cut, leader, node));
  run_for(world, 500'000);
  REQUIRE(newest(world).attempts >= 2);
  apply(world, act(Kind::HealAll));
  run_for(world, 4 * kSecond);
  EXPECT(newest(world).state == RequestState::Committed);
  EXPECT(version(world, leader, "x") >= 2);
  EXPECT(version(world, leader, "x") <= newest(world).attempts);  // those that found no leader took none
  EXPECT(violations(world).empty());
  // To the search each is an operation, of which one was answered.
  Command read = act(Kind::Read);
  read.key = "x";
  apply(world, read);
  run_for(world, kSecond);
  const auto history = history_of(world.requests());
  EXPECT(history.size() == world.requests()[0].attempts + 1);
  EXPECT(check_linearizability(history).kind == LinearizabilityVerdict::Kind::Holds);
}

TEST_CASE("a process that never read a request does not answer it") {
  World world = elected(std::size_t{3});
  const NodeId node = follower(world);
  SUBCASE("because it has started since") {
    // The follower passes the request on, crashes, and applies the entry after its restart.
    apply(world, put("x", "5", node));
    run_for(world, 16'000);
    apply(world, act(Kind::Crash, node));
    apply(world, act(Kind::Restart, node));
    run_for(world, 200'000);
    EXPECT(value(world, node, "x") == "5");
    EXPECT(newest(world).state == RequestState::Waiting);
  }
  SUBCASE("because the request is still on its way to it") {
    apply(world, put("x", "5", node));
    run_for(world, 16'000);
    apply(world, act(Kind::Cut, world.leader(), node));
    REQUIRE(run_until(
        world, [&] { return newest(world).attempts == 2; }, kSecond));
    EXPECT(newest(world).asked_us > world.now_us());
    EXPECT(newest(world).read_in_start == 0);
    apply(world, act(Kind::HealAll));
    run_until(
        world, [&] { return value(world, node, "x") == "5"; }, kSecond);
    if (newest(world).read_in_start == 0) EXPECT(newest(world).index.is_zero());
  }
  run_for(world, 4 * kSecond);
  EXPECT(newest(world).state == RequestState::Committed);
  EXPECT(version(world, node, "x") == 1);
}

TEST_CASE("without a majority a request's outcome is unknown, at its deadline") {
  World world = elected(std::size_t{3});
  const NodeId leader = world.leader();
  apply(world, act(Kind::Isolate, leader));
  const TimeUs sent_us = world.now_us();
  apply(world, put("x", "5", leader));
  REQUIRE(run_until(
      world, [&] { return done(world); }, 6 * kSecond));
  EXPECT(newest(world).state == RequestState::Unknown);
  EXPECT(newest(world).done_us == sent_us + world.config().request_deadline_us);
  EXPECT(newest(world).in_doubt);
  EXPECT(newest(world).attempts > 2);
}

TEST_CASE("unknown may still become true: the entry commits after the client gave up") {
  WorldConfig config;
  config.members = 3;
  config.check_quorum = false;
  World world = elected(config);
  const NodeId leader = world.leader();
  apply(world, act(Kind::Crash, follower(world, 0)));
  apply(world, act(Kind::Crash, follower(world, 1)));
  apply(world, put("x", "5", leader));
  REQUIRE(run_until(
      world, [&] { return done(world); }, 6 * kSecond));
  EXPECT(newest(world).state == RequestState::Unknown);
  for (const NodeId node : world.members()) {
    if (node != leader) apply(world, act(Kind::Restart, node));
  }
  run_for(world, 2 * kSecond);
  EXPECT(value(world, leader, "x") == "5");
  EXPECT(newest(world).state == RequestState::Unknown);  // the client has gone
}

TEST_CASE("a request that was refused by all whom it reached ends refused, and has no effect") {
  World world = make(3);
  apply(world, partition({{kS1}, {kS2}, {kS3}}));
  apply(world, put("x", "5"));
  REQUIRE(run_until(
      world, [&] { return done(world); }, 6 * kSecond));
  EXPECT(newest(world).state == RequestState::Refused);
  EXPECT(newest(world).refusal == raft::Refusal::NoLeader);
  EXPECT_FALSE(newest(world).in_doubt);
  EXPECT(newest(world).attempts > 3);
  apply(world, act(Kind::HealAll));
  run_for(world, 3 * kSecond);
  EXPECT(version(world, kS1, "x") == 0);
}

TEST_CASE("a request to a crashed or a paused member hears nothing and goes elsewhere") {
  for (const Kind kind : {Kind::Crash, Kind::Pause}) {
    World world = elected(std::size_t{5});
    apply(world, put("warm", "up"));  // the client remembers who answered
    run_for(world, kSecond);
    const NodeId old = newest(world).answered_by;
    apply(world, act(kind, old));
    apply(world, put("x", "5"));
    EXPECT(newest(world).at == old);
    const auto events = watch(world, 3 * kSecond);
    const auto timed_out = [&](const Event& e) {
      return e.kind == Event::Kind::RequestTimedOut && e.node == old;
    };
    EXPECT(count(events, timed_out) >= 1);
    EXPECT(newest(world).state == RequestState::Committed);
    EXPECT(newest(world).answered_by != old);
  }
}

TEST_CASE("a request with a target goes there again and again, and to nobody else") {
  World world = elected(std::size_t{3});
  const NodeId node = follower(world);
  apply(world, act(Kind::Crash, node));
  apply(world, put("x", "5", node));
  const auto events = watch(world, 2 * kSecond);
  EXPECT(count(events, [](const Event& e) { return e.kind == Event::Kind::RequestSent; }) >= 2);
  EXPECT(count(events,
               [&](const Event& e) { return e.kind == Event::Kind::RequestSent && e.node != node; }) == 0);
  apply(world, act(Kind::Restart, node));
  run_for(world, 3 * kSecond);
  EXPECT(newest(world).state == RequestState::Committed);
}

TEST_CASE("many requests at once are each applied once, in one order everywhere") {
  World world = elected(std::size_t{5});
  for (int i = 0; i < 50; ++i) apply(world, put("k" + std::to_string(i % 5), std::to_string(i)));
  run_for(world, 4 * kSecond);
  for (const Request& request : world.requests()) EXPECT(request.state == RequestState::Committed);
  EXPECT(world.member(kS1).store().revision() == 50);
  EXPECT(stores_equal(world));
}

}  // namespace raftarium::sim
