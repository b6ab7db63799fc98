#include "lab/predicate.h"

#include <algorithm>

#include "support/test.h"

namespace raftarium::lab {
namespace {

sim::World world_at(sim::TimeUs time_us, std::size_t members = 3) {
  sim::WorldConfig config;
  config.members = members;
  config.seed = 5;
  auto world = sim::World::create(config);
  REQUIRE(world.ok());
  world->run_until(time_us);
  return std::move(*world);
}

bool holds(const sim::World& world, std::string_view text) {
  const auto predicate = Predicate::parse(text);
  REQUIRE_MESSAGE(predicate.ok(), std::string(text), ": ", predicate.error().message);
  return predicate->holds(world);
}

std::string predicate_complaint(std::string_view text) {
  const auto predicate = Predicate::parse(text);
  return predicate.ok() ? "" : predicate.error().message;
}

TEST_CASE("facts about the world") {
  const auto start = world_at(0);
  EXPECT(holds(start, "leaders == 0 and max_term == 0 and violations == 0 and time_ms == 0"));
  const auto later = world_at(1'500'000);
  EXPECT(holds(later, "leaders == 1"));
  EXPECT(holds(later, "time_ms == 1500"));
  EXPECT(holds(later, "max_term >= 1 and max_term < 100"));
}

TEST_CASE("attributes of one member, of the leader and of a follower") {
  auto world = world_at(1'000'000);
  const raft::NodeId leader = world.leader();
  REQUIRE(leader != raft::kNone);
  const std::string name = sim::name(leader);
  EXPECT(holds(world, name + ".role == leader and leader.role == leader"));
  EXPECT(holds(world, "follower.role == follower and follower.leader == " + name));
  EXPECT(holds(world, "leader.leader == " + name + " and leader.vote == " + name));
  EXPECT(holds(world, "leader.term == max_term and leader.last_term == max_term"));
  EXPECT(holds(world,
               "leader.first == 2 and leader.last == 2 and leader.commit == 2 and leader.applied == 2"));
  EXPECT(holds(world, "leader.process == running and not leader.minority"));
}

TEST_CASE("a leader that cannot reach a quorum is in the minority") {
  auto world = world_at(1'000'000);
  REQUIRE(world.apply({.kind = sim::Command::Kind::Isolate, .node = world.leader()}).ok());
  EXPECT(holds(world, "leader.minority and count(minority) == 1"));
}

TEST_CASE("a torn tail is what a member cut when it started last, and faults are counted") {
  auto world = world_at(1'000'000);
  const raft::NodeId node(world.leader() == raft::NodeId(1) ? 2 : 1);
  const std::string name = sim::name(node);
  REQUIRE(world.apply({.kind = sim::Command::Kind::Crash, .node = node}).ok());
  EXPECT(holds(world, "faults(crashed) == 1 and faults(torn_crash) == 0 and all(torn_bytes == 0)"));
  // What a write left that the power cut short: bytes behind the log's end.
  const std::string file = "00000001.wal";
  auto at = world.disk(node)->contents(file);
  const auto end = static_cast<std::uint64_t>(
      std::find_if(at.rbegin(), at.rend(), [](std::uint8_t byte) { return byte != 0; }).base() -
      at.begin());
  sim::Command damage{.kind = sim::Command::Kind::Damage, .node = node};
  damage.file = file;
  damage.offset = end + 10;
  REQUIRE(world.apply(damage).ok());
  REQUIRE(world.apply({.kind = sim::Command::Kind::Restart, .node = node}).ok());
  EXPECT(
      holds(world, name + ".torn_bytes > 0 and count(torn_bytes > 0) == 1 and faults(bit_flipped) == 1"));
  REQUIRE(world.apply({.kind = sim::Command::Kind::Crash, .node = node}).ok());
  REQUIRE(world.apply({.kind = sim::Command::Kind::Restart, .node = node}).ok());
  EXPECT(holds(world, "all(torn_bytes == 0) and faults(crashed) == 2"));
}

TEST_CASE("a backlog is what waits for a process") {
  auto world = world_at(1'000'000);
  EXPECT(holds(world, "all(backlog == 0)"));
  const raft::NodeId leader = world.leader();
  REQUIRE(
      world.apply({.kind = sim::Command::Kind::SetProcess, .node = leader, .process = {.step_us = 30'000}})
          .ok());
  while (world.backlog(leader) < 3) world.step();
  EXPECT(holds(world, "leader.backlog == 3 and count(backlog > 0) == 1"));
}

TEST_CASE("stored values and requests") {
  auto world = world_at(1'000'000);
  REQUIRE(world.apply({.kind = sim::Command::Kind::Put, .key = "x", .value = "5"}).ok());
  EXPECT(holds(world, "request(1) == waiting and requests(waiting) == 1 and requests(committed) == 0"));
  world.run_until(2'000'000);
  EXPECT(holds(world, "request(1) == committed"));
  EXPECT(holds(world, "all(value(\"x\") == \"5\") and S1.value(\"y\") == \"\""));
}

TEST_CASE("quantifiers look at every member") {
  auto world = world_at(1'000'000);
  EXPECT(holds(world, "count(role == leader) == 1 and count(role == follower) == 2"));
  EXPECT(holds(world, "any(role == leader) and not all(role == leader)"));
  EXPECT(holds(world, "all(term == max_term)"));
  REQUIRE(world.apply({.kind = sim::Command::Kind::Crash, .node = raft::NodeId(2)}).ok());
  EXPECT(holds(world, "count(process == crashed) == 1 and S2.process == crashed"));
}

TEST_CASE("what is about nobody is false, whichever way it is said") {
  const auto start = world_at(0);
  EXPECT_FALSE(holds(start, "leader.commit >= 0"));
  EXPECT_FALSE(holds(start, "leader.commit < 0"));
  EXPECT_FALSE(holds(start, "S9.term == 0"));
  EXPECT_FALSE(holds(start, "request(1) == committed"));
  EXPECT_FALSE(holds(start, "request(1) != committed"));
}

TEST_CASE("and binds tighter than or; not tighter than both; parentheses tightest") {
  const auto w = world_at(0);
  EXPECT(holds(w, "leaders == 0 or leaders == 1 and leaders == 2"));
  EXPECT_FALSE(holds(w, "(leaders == 0 or leaders == 1) and leaders == 2"));
  EXPECT(holds(w, "not leaders == 1 and leaders == 0"));
  EXPECT_FALSE(holds(w, "not (leaders == 1 or leaders == 0)"));
}

TEST_CASE("comparisons in every direction") {
  const auto w = world_at(0);
  EXPECT(holds(w, "leaders < 1 and leaders <= 0 and 1 > leaders and 0 >= leaders and leaders != 1"));
  EXPECT_FALSE(holds(w, "leaders < 0"));
  EXPECT_FALSE(holds(w, "leaders > 0"));
}

TEST_CASE("a mistake is told with its column and what would be right") {
  EXPECT(predicate_complaint("leadres == 1") ==
         "column 1: unknown word \"leadres\" (did you mean \"leaders\"?)");
  EXPECT(predicate_complaint("leaders == ") == "column 12: expected an expression, got the end");
  EXPECT(predicate_complaint("leaders") == "column 1: expected a truth, got a number");
  EXPECT(predicate_complaint("leaders == leader").find("column 9: cannot compare a number with a word") ==
         0);
  EXPECT(predicate_complaint("leaders = 1") == "column 9: expected \"==\", got \"=\"");
  EXPECT(predicate_complaint("leaders == -1") == "column 12: expected a number of 0 or more, got \"-\"");
  EXPECT(predicate_complaint("S16.term == 1").find("expected S1 to S15") != std::string::npos);
  EXPECT(predicate_complaint("S1.rloe == leader").find("did you mean \"role\"?") != std::string::npos);
  EXPECT(predicate_complaint("term == 1").find("of whom?") != std::string::npos);
  EXPECT(predicate_complaint("S1.role < leader").find("only numbers") != std::string::npos);
  EXPECT(predicate_complaint("leaders == 1 leaders").find("column 14: expected an end") == 0);
  EXPECT(predicate_complaint("(leaders == 1").find("expected \")\"") != std::string::npos);
  EXPECT(predicate_complaint("S1.value(x) == \"\"").find("a key in quotes") != std::string::npos);
  EXPECT(predicate_complaint("S1.value(\"x) == 1").find("closing quote") != std::string::npos);
  EXPECT(predicate_complaint("count(count(role == leader) == 1) == 1").find("do not nest") !=
         std::string::npos);
  EXPECT(predicate_complaint("requests(done) == 1").find("expected waiting") != std::string::npos);
  EXPECT(predicate_complaint("leaders == 99999999999999999999").find("15 digits") != std::string::npos);
  EXPECT(predicate_complaint("faults(torn_carsh) > 0") ==
         "column 8: unknown fault \"torn_carsh\" (did you mean \"torn_crash\"?)");
  EXPECT(predicate_complaint("faults(").find("expected a fault, such as torn_crash") != std::string::npos);
  EXPECT(predicate_complaint("faults > 0").find("expected \"(\" after faults") != std::string::npos);
  EXPECT(predicate_complaint("").find("expected an expression") != std::string::npos);
  EXPECT(predicate_complaint("not leaders").find("turns a truth round") != std::string::npos);
  EXPECT(predicate_complaint("leaders == 1 and leaders").find("joins truths") != std::string::npos);
  EXPECT(predicate_complaint("S0.term == 1").find("before the dot") != std::string::npos);
}

TEST_CASE("length and depth are limited") {
  EXPECT(predicate_complaint(std::string(kMaxPredicateBytes + 1, ' ')).find("bytes") != std::string::npos);
  EXPECT(predicate_complaint(std::string(500, '(')).find("deeper") != std::string::npos);
  std::string nots;
  for (int i = 0; i < 200; ++i) nots += "not ";
  EXPECT(predicate_complaint(nots + "leaders == 1").find("deeper") != std::string::npos);
}

TEST_CASE("every beginning and every damaged letter gives a predicate or an error") {
  const std::string whole =
      "count(role == leader and not minority) == 1 or S1.value(\"x\") != \"5\" and request(2) == unknown";
  REQUIRE(predicate_complaint(whole).empty());
  for (std::size_t i = 0; i < whole.size(); ++i) {
    (void)Predicate::parse(std::string_view(whole).substr(0, i));
    for (const char c : {'\0', '(', '"', '.', '9', '\xff'}) {
      std::string damaged = whole;
      damaged[i] = c;
      (void)Predicate::parse(damaged);
    }
  }
}

TEST_CASE("whether violations are spoken of is found at any depth") {
  EXPECT(Predicate::parse("not (leaders == 1 or violations > 0)")->speaks_of_violations());
  EXPECT_FALSE(Predicate::parse("not (leaders == 1)")->speaks_of_violations());
}

}  // namespace
}  // namespace raftarium::lab
