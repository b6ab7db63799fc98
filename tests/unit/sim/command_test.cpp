// Commands: what is refused and why, stand-ins, later commands, and their texts.

#include "sim/command.h"

#include <string>
#include <vector>

#include "sim/world.h"
#include "support/test.h"
#include "worlds.h"

namespace raftarium::sim {

namespace {

using namespace testing;  // NOLINT(google-build-using-namespace): helpers for these very tests
using raft::NodeId;

}  // namespace

TEST_CASE("what makes no sense is refused with a reason, and changes nothing") {
  World world = elected(std::size_t{3});
  const NodeId leader = world.leader();
  const NodeId node = follower(world);
  const std::string s = name(node);
  const std::uint64_t digest = world.digest();
  const std::uint64_t steps = world.steps();

  const NodeId nobody(4);
  const std::string expected = ": expected a member from S1 to S3, got S4";
  for (const Kind kind : {Kind::Crash, Kind::Restart, Kind::Pause, Kind::Resume, Kind::Isolate, Kind::Cut,
                          Kind::Heal, Kind::Timeout, Kind::Transfer, Kind::SetLink}) {
    EXPECT(refusal(world, act(kind, nobody, kS1)) == describe(kind) + expected);
  }
  EXPECT(refusal(world, act(Kind::Crash)) == "crash: expected a member from S1 to S3, got S0");
  EXPECT(refusal(world, act(Kind::Crash, kTheOthers)) ==
         "crash: expected a member from S1 to S3, got the others");
  EXPECT(refusal(world, act(Kind::Cut, kS1, nobody)) == "cut" + expected);
  EXPECT(refusal(world, act(Kind::Transfer, leader, nobody)) == "transfer" + expected);
  EXPECT(refusal(world, put("x", "1", nobody)) == "put" + expected);

  EXPECT(refusal(world, put("", "1")) == "put: expected a key of 1 to 4096 bytes, got 0");
  EXPECT(refusal(world, put(std::string(4097, 'k'), "")) ==
         "put: expected a key of 1 to 4096 bytes, got 4097");
  EXPECT(refusal(world, put("k", std::string(kv::kMaxValueBytes + 1, 'v'))) ==
         "put: expected a value of at most 1048576 bytes, got 1048577");
  EXPECT(refusal(world, act(Kind::Delete)) == "delete: expected a key of 1 to 4096 bytes, got 0");

  EXPECT(refusal(world, act(Kind::Restart, node)) == "restart: " + s + " is not crashed");
  EXPECT(refusal(world, act(Kind::Resume, node)) == "resume: " + s + " is not paused");
  EXPECT(refusal(world, act(Kind::Restart, kTheCrashed)) == "restart: no member is crashed");
  EXPECT(refusal(world, act(Kind::Timeout, leader)) ==
         "timeout: " + name(leader) + " leads and waits for no election timeout");
  EXPECT(refusal(world, act(Kind::Transfer, node, leader)) == "transfer: " + s + " is not a leader");
  EXPECT(refusal(world, act(Kind::Transfer, leader, leader)) ==
         "transfer: " + name(leader) + " leads already");
  EXPECT(refusal(world, act(Kind::Cut, kS1, kS1)) == "cut: a link has two ends, got one member twice");
  EXPECT(refusal(world, act(Kind::Heal, kS2, kS2)) == "heal: a link has two ends, got one member twice");
  EXPECT(refusal(world, partition({{kS1, nobody}})) == "partition" + expected);
  EXPECT(refusal(world, partition({{kS1, NodeId(0)}})) ==
         "partition: expected a member from S1 to S3, got S0");
  EXPECT(refusal(world, partition({{kS1, kS2}, {kS3, kS1}})) == "partition: S1 is named twice");

  Command link = act(Kind::SetLink);
  link.link.latency_min_us = -1;
  EXPECT(refusal(world, link) == "set_link: expected a latency of 0 to 60000000 us, got -1");
  link.link.latency_min_us = 0;
  link.link.latency_mean_us = 60'000'001;
  EXPECT(refusal(world, link) == "set_link: expected a latency of 0 to 60000000 us, got 60000001");
  link.link.latency_mean_us = 0;
  link.link.loss_per_million = 1'000'001;
  EXPECT(refusal(world, link) == "set_link: expected a chance of 0 to 1000000 per million, got 1000001");
  link.link.loss_per_million = 0;
  link.node = kS1;
  EXPECT(refusal(world, link) == "set_link: expected a member from S1 to S3, got S0");

  EXPECT(world.digest() == digest);
  EXPECT(world.steps() == steps);
  EXPECT(world.requests().empty());
}

TEST_CASE("what a crashed or paused member cannot do is refused as such") {
  World world = elected(std::size_t{3});
  const NodeId crashed = follower(world, 0);
  const NodeId paused = follower(world, 1);
  apply(world, act(Kind::Crash, crashed));
  apply(world, act(Kind::Pause, paused));
  EXPECT(refusal(world, act(Kind::Crash, crashed)) == "crash: " + name(crashed) + " is crashed already");
  EXPECT(refusal(world, act(Kind::Pause, crashed)) == "pause: " + name(crashed) + " is crashed");
  EXPECT(refusal(world, act(Kind::Pause, paused)) == "pause: " + name(paused) + " is paused");
  EXPECT(refusal(world, act(Kind::Timeout, paused)) == "timeout: " + name(paused) + " is paused");
  EXPECT(refusal(world, act(Kind::Timeout, crashed)) == "timeout: " + name(crashed) + " is crashed");
  EXPECT(refusal(world, act(Kind::Transfer, crashed, kS1)) == "transfer: " + name(crashed) + " is crashed");
  EXPECT(refusal(world, act(Kind::Restart, paused)) == "restart: " + name(paused) + " is not crashed");
  EXPECT(refusal(world, act(Kind::Resume, crashed)) == "resume: " + name(crashed) + " is not paused");
  EXPECT(refusal(world, act(Kind::Crash, paused)).empty());
}

TEST_CASE("a check says what applying would say, without doing it") {
  World world = elected(std::size_t{3});
  const std::uint64_t digest = world.digest();
  EXPECT(world.check(act(Kind::Crash, kTheLeader)).ok());
  EXPECT(world.check(act(Kind::Crash, kAFollower)).ok());
  EXPECT(world.check(partition({{kTheLeader}, {kTheOthers}})).ok());
  EXPECT(world.digest() == digest);
  for (const Command& command : {act(Kind::Restart, kTheLeader), act(Kind::Restart, kTheCrashed),
                                 act(Kind::Crash, NodeId(9)), act(Kind::Timeout, kTheLeader)}) {
    const auto status = world.check(command);
    REQUIRE_FALSE(status.ok());
    EXPECT(status.error().message == refusal(world, command));
  }
}

TEST_CASE("stand-ins stand for who it is when the command takes effect") {
  World world = make(5);
  EXPECT(refusal(world, act(Kind::Crash, kTheLeader)) == "crash: there is no leader");
  EXPECT(refusal(world, act(Kind::Crash, kAFollower)) == "crash: there is no leader");
  EXPECT(refusal(world, partition({{kTheLeader}, {kTheOthers}})) == "partition: there is no leader");

  world = elected(std::size_t{5});
  const NodeId leader = world.leader();
  const NodeId first = leader == kS1 ? kS2 : kS1;
  World copy = world;
  apply(copy, act(Kind::Crash, kTheLeader));
  EXPECT(copy.process(leader) == ProcessState::Crashed);
  EXPECT(*copy.events().front().command == act(Kind::Crash, leader));
  apply(copy, act(Kind::Restart, kTheCrashed));
  EXPECT(copy.process(leader) == ProcessState::Running);

  copy = world;
  apply(copy, act(Kind::Crash, kAFollower));
  EXPECT(copy.process(first) == ProcessState::Crashed);
  const NodeId second = follower(world, 1);
  apply(copy, act(Kind::Pause, kAFollower));  // the first that runs
  EXPECT(copy.process(second) == ProcessState::Paused);

  copy = world;
  apply(copy, partition({{kTheLeader, kAFollower}, {kTheOthers}}));
  const Command done = *copy.events().front().command;
  REQUIRE(done.groups.size() == 2);
  EXPECT(done.groups[0] == std::vector{leader, first});
  EXPECT(done.groups[1].size() == 3);
  EXPECT(copy.network().connected(leader, first));
  EXPECT_FALSE(copy.network().connected(leader, second));
  EXPECT_FALSE(copy.network().connected(second, first));

  copy = world;
  apply(copy, act(Kind::Pause, kTheLeader));
  EXPECT(refusal(copy, act(Kind::Crash, kTheLeader)) == "crash: there is no leader");
}

TEST_CASE("of two leaders the one of the higher term is meant") {
  WorldConfig config;
  config.check_quorum = false;
  World world = elected(config);
  const NodeId old = world.leader();
  apply(world, act(Kind::Isolate, old));
  REQUIRE(run_until(
      world, [&] { return world.leader() != old; }, 3 * kSecond));
  EXPECT(role(world, old) == raft::Role::Leader);
  EXPECT(role(world, world.leader()) == raft::Role::Leader);
  EXPECT(term(world, world.leader()) > term(world, old));
}

TEST_CASE("a scheduled command takes effect at its time") {
  World world = make(3);
  world.schedule(500'000, act(Kind::Crash, kS2));
  world.run_until(499'999);
  EXPECT(world.process(kS2) == ProcessState::Running);
  world.run_until(500'000);
  EXPECT(world.process(kS2) == ProcessState::Crashed);
  world.schedule(0, act(Kind::Restart, kS2));  // its time has passed: now
  world.step();
  EXPECT(world.now_us() == 500'000);
  EXPECT(world.process(kS2) == ProcessState::Running);
}

TEST_CASE("scheduled commands of one time take effect in the order in which they were scheduled") {
  World world = make(3);
  world.schedule(100'000, act(Kind::Crash, kS1));
  world.schedule(100'000, act(Kind::Restart, kS1));
  world.schedule(100'000, act(Kind::Crash, kS1));
  const auto events = watch(world, 200'000);
  EXPECT(count(events, [](const Event& e) { return e.kind == Event::Kind::Acted; }) == 3);
  EXPECT(world.process(kS1) == ProcessState::Crashed);
}

TEST_CASE("a scheduled command that makes no sense then is told as an event") {
  World world = make(3);
  world.schedule(50'000, act(Kind::Restart, kS2));
  const auto events = watch(world, 60'000);
  std::string told;
  for (const Event& event : events) {
    if (event.kind == Event::Kind::ActRefused) told += event.text;
  }
  EXPECT(told == "restart: S2 is not crashed");
}

TEST_CASE("a scheduled command for the leader waits until there is one") {
  World world = make(5);
  world.schedule(0, act(Kind::Crash, kTheLeader));
  NodeId crashed;
  const auto someone_crashed = [&] {
    for (const NodeId node : world.members()) {
      if (world.process(node) == ProcessState::Crashed) crashed = node;
    }
    return crashed != raft::kNone;
  };
  REQUIRE(run_until(world, someone_crashed, 2 * kSecond));
  EXPECT(world.member(crashed).status().hard_state.vote == crashed);
  run_for(world, 3 * kSecond);
  EXPECT(world.leader() != raft::kNone);  // and only once
}

TEST_CASE("commands read as scenarios write them") {
  EXPECT(describe(act(Kind::Crash, kS3)) == "crash S3");
  EXPECT(describe(act(Kind::Crash, kTheLeader)) == "crash the leader");
  EXPECT(describe(act(Kind::Restart, kTheCrashed)) == "restart the crashed member");
  EXPECT(describe(act(Kind::Cut, kS1, kS2)) == "cut S1->S2");
  EXPECT(describe(act(Kind::Heal, kS1, kS2)) == "heal S1->S2");
  EXPECT(describe(act(Kind::HealAll)) == "heal_all");
  EXPECT(describe(act(Kind::Transfer, kS1, kAFollower)) == "transfer S1 to a follower");
  EXPECT(describe(put("x", "5")) == "put x=5");
  EXPECT(describe(put("x", "5", kS2)) == "put x=5 at S2");
  Command erase = act(Kind::Delete, kS1);
  erase.key = "x";
  EXPECT(describe(erase) == "delete x at S1");
  EXPECT(describe(partition({{kS1, kS2}, {kTheOthers}})) == "partition {S1,S2} | {the others}");
  Command link = act(Kind::SetLink, kS1, kS2);
  link.link.latency_min_us = 10;
  link.link.latency_mean_us = 5;
  link.link.loss_per_million = 7;
  EXPECT(describe(link) == "set_link S1->S2 latency 10+5 us, loss 7 per million");
  link.node = raft::kNone;
  link.peer = raft::kNone;
  EXPECT(describe(link) == "set_link all latency 10+5 us, loss 7 per million");
}

TEST_CASE("events read as sentences about members") {
  Event event(Event::Kind::Lost, kS1, kS2);
  event.message_type = raft::MessageType::MsgVote;
  event.loss = LossReason::ReceiverDown;
  EXPECT(describe(event) == "S1->S2 lost MsgVote: the receiver is down");
  event.kind = Event::Kind::Sent;
  EXPECT(describe(event) == "S1->S2 sent MsgVote");
  event.kind = Event::Kind::Delivered;
  EXPECT(describe(event) == "S2->S1 delivered MsgVote");
  event.kind = Event::Kind::RequestTimedOut;
  event.request = 4;
  EXPECT(describe(event) == "request 4 hears nothing from S1");
  event.kind = Event::Kind::RequestRefused;
  event.refusal = raft::Refusal::NoLeader;
  EXPECT(describe(event) == "request 4 refused by S1: there is no leader");
  event.kind = Event::Kind::RequestDone;
  event.request_state = RequestState::Unknown;
  EXPECT(describe(event) == "request 4 unknown");
}

}  // namespace raftarium::sim
