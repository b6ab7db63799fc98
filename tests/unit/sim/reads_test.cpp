// Reads of each kind, swaps and loads: what clients are told, and the order of the log as its witness.

#include <string>

#include "sim/world.h"
#include "support/test.h"
#include "worlds.h"

namespace raftarium::sim {

namespace {

using namespace testing;  // NOLINT(google-build-using-namespace): helpers for these very tests
using member::ReadMode;
using raft::NodeId;

Command read(const std::string& key, ReadMode mode, NodeId at = raft::kNone) {
  Command command = act(Kind::Read, at);
  command.key = key;
  command.mode = mode;
  return command;
}

Command swap(const std::string& key, const std::string& expected, const std::string& value) {
  Command command = act(Kind::Swap);
  command.key = key;
  command.expected = expected;
  command.value = value;
  return command;
}

Command load(std::uint32_t clients, std::uint32_t count, TimeUs every_us) {
  Command command = act(Kind::Load);
  command.key = "k";
  command.load = {
      .clients = clients, .count = count, .every_us = every_us, .keys = 3, .reads_per_million = 500'000};
  return command;
}

const Request& newest(const World& world) { return world.requests().back(); }
bool done(const World& world) { return newest(world).state != RequestState::Waiting; }

bool answered(World& world, const Command& command) {
  apply(world, command);
  return run_until(
             world, [&] { return done(world); }, 3 * kSecond) &&
         newest(world).state == RequestState::Committed;
}

// A request as a client would have it after it was answered.
Request told_read(std::uint64_t id, const std::string& value, std::uint64_t index, ReadMode mode) {
  Request request;
  request.id = id;
  request.kind = Request::Kind::Read;
  request.mode = mode;
  request.command.key = "x";
  request.found = !value.empty();
  request.value = value;
  request.version = 1;
  request.index = raft::Index(index);
  request.answered_by = kS1;
  return request;
}

}  // namespace

TEST_CASE("each kind of read finds what was acknowledged, at the leader and elsewhere") {
  World world = elected(std::size_t{3});
  REQUIRE(answered(world, put("x", "5")));
  for (const ReadMode mode : {ReadMode::Linearizable, ReadMode::Lease, ReadMode::Serializable}) {
    for (const NodeId at : {raft::kNone, world.leader(), follower(world)}) {
      CAPTURE(describe(mode));
      REQUIRE(answered(world, read("x", mode, at)));
      if (mode == ReadMode::Serializable && at == follower(world)) continue;  // may be behind
      EXPECT(newest(world).found);
      EXPECT(newest(world).value == "5");
      EXPECT(newest(world).version == 1);
      EXPECT(newest(world).by_lease ==
             (mode == ReadMode::Lease && newest(world).answered_by == world.leader()));
    }
  }
  REQUIRE(answered(world, read("nobody wrote this", ReadMode::Linearizable)));
  EXPECT_FALSE(newest(world).found);
  EXPECT(told(newest(world)) == "nothing");
  EXPECT(violations(world).empty());
}

TEST_CASE("a read writes nothing to the log, and a lease asks nobody") {
  World world = elected(std::size_t{3});
  run_for(world, kSecond);
  const raft::Index last = world.member(world.leader()).node().last_index();
  const TimeUs asked_us = world.now_us();
  REQUIRE(answered(world, read("x", ReadMode::Lease, world.leader())));
  const TimeUs lease_us = world.now_us() - asked_us;
  REQUIRE(answered(world, read("x", ReadMode::Linearizable, world.leader())));
  EXPECT(newest(world).done_us - newest(world).sent_us > lease_us);
  EXPECT(lease_us == 2 * world.config().latency_min_us);
  EXPECT(world.member(world.leader()).node().last_index() == last);
}

TEST_CASE("a member whose reads trust its lease asks nobody, whichever way it is read") {
  WorldConfig config;
  config.members = 3;
  config.own.assign(3, config);
  config.own[0].lease_reads = true;
  World world = elected(config);
  const auto took_us = [&](NodeId leader) {
    apply(world, act(Kind::Transfer, world.leader(), leader));
    REQUIRE(run_until(
        world, [&] { return world.leader() == leader; }, kSecond));
    run_for(world, kSecond);
    REQUIRE(answered(world, read("x", ReadMode::Linearizable, leader)));
    EXPECT(newest(world).by_lease == (leader == NodeId(1)));
    return newest(world).done_us - newest(world).sent_us;
  };
  const TimeUs to_it_and_back_us = 2 * config.latency_min_us;
  if (world.leader() == NodeId(1)) took_us(NodeId(3));
  EXPECT(took_us(NodeId(1)) == to_it_and_back_us);
  EXPECT(took_us(NodeId(2)) > to_it_and_back_us);
}

TEST_CASE("cut off, a leader answers serializable reads only; another member's answer is as good") {
  World world = elected(std::size_t{3});
  REQUIRE(answered(world, put("x", "1")));
  const NodeId old = world.leader();
  apply(world, act(Kind::Isolate, old));
  apply(world, read("x", ReadMode::Linearizable, old));
  const std::size_t asked = world.requests().size() - 1;
  REQUIRE(answered(world, read("x", ReadMode::Serializable, old)));
  EXPECT(newest(world).value == "1");
  run_for(world, 5 * kSecond);
  EXPECT(world.requests()[asked].state != RequestState::Committed);
  apply(world, act(Kind::HealAll));
  run_for(world, kSecond);
  REQUIRE(answered(world, read("x", ReadMode::Linearizable, old)));
  EXPECT(newest(world).value == "1");
  EXPECT(violations(world).empty());
}

TEST_CASE("a read that a crash swallows is asked again elsewhere") {
  World world = elected(std::size_t{3});
  REQUIRE(answered(world, put("x", "1")));
  apply(world, read("x", ReadMode::Linearizable, raft::kNone));
  run_until(
      world, [&] { return newest(world).ticket != 0; }, kSecond);
  apply(world, act(Kind::Crash, newest(world).at));
  REQUIRE(run_until(
      world, [&] { return done(world); }, 4 * kSecond));
  EXPECT(newest(world).state == RequestState::Committed);
  EXPECT(newest(world).attempts > 1);
  EXPECT(newest(world).value == "1");
}

TEST_CASE("of two swaps from one value the store takes one") {
  World world = elected(std::size_t{3});
  REQUIRE(answered(world, put("x", "1")));
  apply(world, swap("x", "1", "2"));
  apply(world, swap("x", "1", "3"));
  run_for(world, kSecond);
  const auto& all = world.requests();
  EXPECT(all[1].state == RequestState::Committed);
  EXPECT(all[2].state == RequestState::Committed);
  EXPECT(all[1].succeeded != all[2].succeeded);
  REQUIRE(answered(world, read("x", ReadMode::Linearizable)));
  EXPECT(newest(world).value == (all[1].succeeded ? "2" : "3"));
  EXPECT(check_linearizability(history_of(all)).kind == LinearizabilityVerdict::Kind::Holds);
}

TEST_CASE("a closed load waits for answers, an open one does not") {
  World world = elected(std::size_t{3});
  apply(world, load(4, 60, 1000));
  std::size_t most = 0;
  run_until(
      world,
      [&] {
        std::size_t waiting = 0;
        for (const Request& request : world.requests())
          waiting += request.state == RequestState::Waiting ? 1 : 0;
        most = std::max(most, waiting);
        return world.requests().size() == 60 && waiting == 0;
      },
      20 * kSecond);
  EXPECT(world.requests().size() == 60);
  EXPECT(most == 4);
  Command open = load(1, 40, 1000);
  open.load.open = true;
  const std::size_t before = world.requests().size();
  apply(world, open);
  run_for(world, kSecond / 4);
  EXPECT(world.requests().size() == before + 40);
  run_for(world, kSecond);
  for (const Request& request : world.requests()) EXPECT(request.state == RequestState::Committed);
  EXPECT(violations(world).empty());
  EXPECT(check_linearizability(history_of(world.requests())).kind == LinearizabilityVerdict::Kind::Holds);
}

TEST_CASE("loads, reads and swaps that make no sense are refused") {
  World world = elected(std::size_t{3});
  EXPECT(refusal(world, load(0, 5, 0)).find("load: expected 1 to 1000 clients") == 0);
  EXPECT(refusal(world, load(1, 0, 0)).find("load: expected 1 to 100000 requests") == 0);
  Command open = load(1, 5, 0);
  open.load.open = true;
  EXPECT(refusal(world, open).find("load: expected 1 to 60000000 us") == 0);
  EXPECT_FALSE(refusal(world, read("", ReadMode::Lease)).empty());
  EXPECT_FALSE(refusal(world, read("x", ReadMode::Lease, NodeId(9))).empty());
}

TEST_CASE("a copy of a world goes its own way with its requests") {
  World world = elected(std::size_t{3});
  apply(world, load(8, 200, 1000));
  run_for(world, kSecond);
  World copy = world;
  run_for(world, kSecond);
  run_for(copy, kSecond);
  EXPECT(world.digest() == copy.digest());
  apply(copy, put("other", "1"));
  run_for(copy, kSecond);
  for (const Request& request : world.requests()) EXPECT(request.command.key != "other");
}

TEST_CASE("the witness: an answer older than what was acknowledged before the question") {
  World world = elected(std::size_t{3});
  REQUIRE(answered(world, put("x", "1")));
  REQUIRE(answered(world, put("x", "2")));
  const std::uint64_t first = world.requests()[0].index.value();
  const std::uint64_t second = world.requests()[1].index.value();
  // The checkers of a world that has seen all that, given answers that no member gave.
  const auto told_by = [&](const Request& request, bool asked_late) {
    Checkers checkers = world.checkers();
    Request asked = request;
    if (asked_late) checkers.asked(asked);
    checkers.answered(asked, world.now_us(), world.moments());
    return checkers.violations().empty() ? std::string() : checkers.violations().front().why;
  };
  const std::string stale = told_by(told_read(3, "1", first, ReadMode::Lease), true);
  EXPECT(stale.find("S1 answers request 3 (read x (lease)) as of entry " + std::to_string(first) +
                    ": 1; but request 2 was "
                    "answered as of entry " +
                    std::to_string(second) + " before it was asked") == 0);
  // The same answer promises nothing when it is serializable, and is right when the question came first.
  EXPECT(told_by(told_read(3, "1", first, ReadMode::Serializable), true).empty());
  EXPECT(told_by(told_read(3, "1", first, ReadMode::Lease), false).empty());
  Request fresh = told_read(3, "2", second, ReadMode::Linearizable);
  fresh.version = 2;
  EXPECT(told_by(fresh, true).empty());
  // Of the right moment, but not what the log makes of it.
  const std::string wrong = told_by(told_read(3, "7", second, ReadMode::Serializable), true);
  EXPECT(wrong.find(": 7; but the entries up to there make it 2") != std::string::npos);
  // A write that took effect before one that had been acknowledged when it was asked.
  Request write = world.requests()[0];
  write.id = 3;
  const std::string early = told_by(write, true);
  EXPECT(early.find("request 2 was answered as of entry") != std::string::npos);
}

}  // namespace raftarium::sim
