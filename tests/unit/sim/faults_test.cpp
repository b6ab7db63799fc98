// Each fault, and what it does to those whom it meets and to nobody else.

#include <string>
#include <vector>

#include "sim/world.h"
#include "support/test.h"
#include "worlds.h"

namespace raftarium::sim {

namespace {

using namespace testing;  // NOLINT(google-build-using-namespace): helpers for these very tests
using raft::NodeId;
using raft::Role;

bool delivered(const Event& event, NodeId from, NodeId to) {
  return event.kind == Event::Kind::Delivered && event.node == to && event.peer == from;
}

std::size_t deliveries(const std::vector<Event>& events, NodeId from, NodeId to) {
  return count(events, [&](const Event& e) { return delivered(e, from, to); });
}

std::size_t losses(const std::vector<Event>& events, LossReason reason) {
  return count(events, [&](const Event& e) { return e.kind == Event::Kind::Lost && e.loss == reason; });
}

bool has_deliverable(const World& world, NodeId to) {
  for (const auto& [id, flight] : world.flights()) {
    if (flight.message.to == to && flight.fate == LossReason::None) return true;
  }
  return false;
}

}  // namespace

TEST_CASE("a crashed member keeps term, vote and log, hears nothing and says nothing") {
  World world = elected(std::size_t{3});
  const NodeId node = follower(world);
  apply(world, put("x", "1"));
  run_for(world, kSecond);
  const raft::Status before = world.member(node).status();
  apply(world, act(Kind::Crash, node));
  EXPECT(world.process(node) == ProcessState::Crashed);
  EXPECT_FALSE(world.member(node).running());
  EXPECT(world.member(node).status().hard_state.term == before.hard_state.term);
  EXPECT(world.member(node).status().hard_state.vote == before.hard_state.vote);
  EXPECT(world.member(node).status().last_index == before.last_index);

  const auto events = watch(world, kSecond);
  EXPECT(count(events, [&](const Event& e) { return e.kind == Event::Kind::Sent && e.node == node; }) == 0);
  EXPECT(count(events,
               [&](const Event& e) { return e.kind == Event::Kind::Delivered && e.node == node; }) == 0);
  EXPECT(losses(events, LossReason::ReceiverDown) > 0);
}

TEST_CASE("a restarted member catches up") {
  World world = elected(std::size_t{3});
  const NodeId node = follower(world);
  apply(world, act(Kind::Crash, node));
  apply(world, put("x", "1"));
  run_for(world, kSecond);
  EXPECT(value(world, node, "x") == "-");
  apply(world, act(Kind::Restart, node));
  EXPECT(world.process(node) == ProcessState::Running);
  EXPECT(role(world, node) == Role::Follower);
  run_for(world, kSecond);
  EXPECT(value(world, node, "x") == "1");
  EXPECT(violations(world).empty());
}

TEST_CASE("when the leader crashes another one leads a later term") {
  World world = elected(std::size_t{5});
  const NodeId old = world.leader();
  const raft::Term before = term(world, old);
  apply(world, act(Kind::Crash, old));
  EXPECT(world.leader() == raft::kNone);
  REQUIRE(run_until(
      world, [&] { return world.leader() != raft::kNone; }, 3 * kSecond));
  EXPECT(world.leader() != old);
  EXPECT(term(world, world.leader()) > before);
}

TEST_CASE("what is on its way to a member that crashes is lost, though it restarts in time") {
  World world = elected(std::size_t{3});
  const NodeId node = follower(world);
  REQUIRE(run_until(world, [&] { return has_deliverable(world, node); }));
  apply(world, act(Kind::Crash, node));
  const auto events = watch(world, 300'000);
  EXPECT(losses(events, LossReason::ReceiverDown) > 0);
}

TEST_CASE("a paused member's clock stands still, and it answers nothing until it resumes") {
  World world = elected(std::size_t{3});
  const NodeId node = follower(world);
  apply(world, act(Kind::Pause, node));
  EXPECT(world.process(node) == ProcessState::Paused);
  const raft::Status before = world.member(node).status();
  const auto paused = watch(world, 2 * kSecond);
  EXPECT(count(paused, [&](const Event& e) { return e.node == node && e.kind != Event::Kind::Lost; }) == 0);
  const raft::Status after = world.member(node).status();
  EXPECT(after.election_elapsed_ticks == before.election_elapsed_ticks);
  EXPECT(after.hard_state == before.hard_state);

  // What has arrived meanwhile is handled then, in the order in which it arrived.
  apply(world, act(Kind::Resume, node));
  EXPECT(world.process(node) == ProcessState::Running);
  std::vector<Event> held;
  for (const Event& event : world.events()) {
    if (event.kind == Event::Kind::Delivered) held.push_back(event);
  }
  EXPECT(held.size() > 10);
  run_for(world, kSecond);
  EXPECT(world.member(node).node().leader() == world.leader());
  EXPECT(violations(world).empty());
}

TEST_CASE("a paused leader is nobody's leader: another one is elected, and it gives way when it resumes") {
  World world = elected(std::size_t{5});
  const NodeId old = world.leader();
  apply(world, act(Kind::Pause, old));
  EXPECT(world.leader() == raft::kNone);
  REQUIRE(run_until(
      world, [&] { return world.leader() != raft::kNone; }, 3 * kSecond));
  EXPECT(world.leader() != old);
  EXPECT(role(world, old) == Role::Leader);  // as it believes
  apply(world, act(Kind::Resume, old));
  run_for(world, kSecond);
  EXPECT(role(world, old) == Role::Follower);
  EXPECT(violations(world).empty());
}

TEST_CASE("a message that a paused member holds has arrived: cutting its link does not undo that") {
  World world = elected(std::size_t{3});
  const NodeId node = follower(world);
  const NodeId leader = world.leader();
  apply(world, act(Kind::Pause, node));
  run_for(world, 200'000);
  apply(world, act(Kind::Cut, leader, node));
  apply(world, act(Kind::Resume, node));
  EXPECT(deliveries(world.events(), leader, node) > 0);
  // From now on nothing comes through.
  const auto events = watch(world, 100'000);
  EXPECT(deliveries(events, leader, node) == 0);
}

TEST_CASE("what a paused member holds is lost when it crashes") {
  World world = elected(std::size_t{3});
  const NodeId node = follower(world);
  apply(world, act(Kind::Pause, node));
  run_for(world, 500'000);
  apply(world, act(Kind::Crash, node));
  EXPECT(losses(world.events(), LossReason::ReceiverDown) > 3);
  apply(world, act(Kind::Restart, node));
  EXPECT(count(world.events(), [](const Event& e) { return e.kind == Event::Kind::Delivered; }) == 0);
  run_for(world, kSecond);
  EXPECT(world.member(node).node().leader() == world.leader());
}

TEST_CASE("an isolated member neither sends nor hears; the others go on") {
  World world = elected(std::size_t{3});
  const NodeId node = follower(world);
  apply(world, act(Kind::Isolate, node));
  const auto events = watch(world, kSecond);
  for (const NodeId other : world.members()) {
    EXPECT(deliveries(events, node, other) == 0);
    EXPECT(deliveries(events, other, node) == 0);
  }
  EXPECT(losses(events, LossReason::LinkCut) > 0);
  apply(world, put("x", "1"));
  run_for(world, kSecond);
  EXPECT(world.requests()[0].state == RequestState::Committed);
  EXPECT(value(world, node, "x") == "-");
  apply(world, act(Kind::HealAll));
  run_for(world, kSecond);
  EXPECT(value(world, node, "x") == "1");
}

TEST_CASE("one direction of a link is cut and healed alone") {
  World world = elected(std::size_t{3});
  const NodeId leader = world.leader();
  const NodeId node = follower(world);
  apply(world, act(Kind::Cut, node, leader));
  auto events = watch(world, 300'000);
  EXPECT(deliveries(events, node, leader) == 0);
  EXPECT(deliveries(events, leader, node) > 0);
  EXPECT(world.network().link(node, leader).cut);
  EXPECT_FALSE(world.network().link(leader, node).cut);
  apply(world, act(Kind::Heal, node, leader));
  events = watch(world, 300'000);
  EXPECT(deliveries(events, node, leader) > 0);
}

TEST_CASE("a cut catches what is on its way; a heal does not bring it back") {
  World world = elected(std::size_t{3});
  const NodeId leader = world.leader();
  const NodeId node = follower(world);
  const auto on_the_way = [&] {
    for (const auto& [id, flight] : world.flights()) {
      if (flight.message.from == leader && flight.message.to == node) return id;
    }
    return std::uint64_t{0};
  };
  const auto lost = [&](std::uint64_t message) {
    return count(watch(world, 200'000), [&](const Event& e) {
             return e.kind == Event::Kind::Lost && e.message_id == message && e.loss == LossReason::LinkCut;
           }) == 1;
  };
  REQUIRE(run_until(world, [&] { return on_the_way() != 0; }));
  const std::uint64_t caught = on_the_way();
  apply(world, act(Kind::Cut, leader, node));
  EXPECT(lost(caught));

  REQUIRE(run_until(world, [&] { return on_the_way() != 0; }));
  const std::uint64_t sent_into_the_cut = on_the_way();
  EXPECT(world.flights().at(sent_into_the_cut).fate == LossReason::LinkCut);
  apply(world, act(Kind::Heal, leader, node));
  EXPECT(lost(sent_into_the_cut));
}

TEST_CASE("a leader in the minority cannot commit; the majority elects another one and can") {
  WorldConfig config;
  config.check_quorum = false;  // so that the old leader goes on believing
  World world = elected(config);
  const NodeId old = world.leader();
  const NodeId with_it = follower(world);
  apply(world, partition({{old, with_it}, {kTheOthers}}));
  apply(world, put("x", "minority", old));
  const raft::Index before = world.member(old).node().commit();
  run_for(world, 3 * kSecond);
  EXPECT(role(world, old) == Role::Leader);
  EXPECT(world.member(old).node().commit() == before);
  EXPECT(world.member(old).node().last_index() > before);
  REQUIRE(world.leader() != old);
  apply(world, put("x", "majority", world.leader()));
  run_for(world, 2 * kSecond);
  EXPECT(world.requests()[0].state != RequestState::Committed);
  EXPECT(world.requests()[1].state == RequestState::Committed);

  apply(world, act(Kind::HealAll));
  run_for(world, 3 * kSecond);
  EXPECT(role(world, old) == Role::Follower);
  for (const NodeId node : world.members()) EXPECT(value(world, node, "x") == "majority");
  EXPECT(stores_equal(world));
  EXPECT(violations(world).empty());
}

TEST_CASE("with check-quorum a leader in the minority steps down") {
  World world = elected(std::size_t{5});
  const NodeId old = world.leader();
  apply(world, act(Kind::Isolate, old));
  REQUIRE(run_until(
      world, [&] { return role(world, old) != Role::Leader; }, kSecond));
  EXPECT(violations(world).empty());
}

TEST_CASE("two halves of four elect nobody") {
  World world = elected(std::size_t{4});
  apply(world, partition({{kS1, kS2}, {kS3, kS4}}));
  run_for(world, 3 * kSecond);
  EXPECT(world.leader() == raft::kNone);
  apply(world, act(Kind::HealAll));
  EXPECT(run_until(
      world, [&] { return world.leader() != raft::kNone; }, 3 * kSecond));
}

TEST_CASE("an election timeout by hand makes a candidate at once") {
  World world = make(3);
  apply(world, act(Kind::Timeout, kS2));
  EXPECT(role(world, kS2) == Role::PreCandidate);
  REQUIRE(run_until(
      world, [&] { return world.leader() == kS2; }, 300'000));

  WorldConfig config;
  config.pre_vote = false;
  World without = make(config);
  apply(without, act(Kind::Timeout, kS4));
  EXPECT(role(without, kS4) == Role::Candidate);
  EXPECT(term(without, kS4) == raft::Term(1));
}

TEST_CASE("a leader hands over to whom it is told") {
  World world = elected(std::size_t{5});
  const NodeId old = world.leader();
  const NodeId next = follower(world, 2);
  const raft::Term before = term(world, old);
  apply(world, act(Kind::Transfer, old, next));
  REQUIRE(run_until(
      world, [&] { return world.leader() == next; }, kSecond));
  EXPECT(term(world, next) == before + 1);
  EXPECT(violations(world).empty());
}

TEST_CASE("a transfer to a crashed member ends, and the leader leads on") {
  World world = elected(std::size_t{5});
  const NodeId leader = world.leader();
  const NodeId gone = follower(world);
  apply(world, act(Kind::Crash, gone));
  apply(world, act(Kind::Transfer, leader, gone));
  run_for(world, 2 * kSecond);
  EXPECT(world.leader() == leader);
  apply(world, put("x", "1"));
  run_for(world, kSecond);
  EXPECT(world.requests()[0].state == RequestState::Committed);
}

TEST_CASE("a link's latency and loss can be set, of one link or of all") {
  World world = elected(std::size_t{3});
  const NodeId leader = world.leader();
  const NodeId node = follower(world);
  const NodeId other = follower(world, 1);
  Command slow = act(Kind::SetLink, leader, node);
  slow.link.latency_min_us = 70'000;
  apply(world, slow);
  EXPECT(world.network().link(leader, node).latency_min_us == 70'000);
  EXPECT(world.network().link(leader, node).latency_mean_us == 0);
  EXPECT(world.network().link(node, leader).latency_min_us == 15'000);
  EXPECT(world.network().link(leader, other).latency_min_us == 15'000);
  const TimeUs set_us = world.now_us();
  run_for(world, kSecond);
  for (int i = 0; i < 500; ++i) {
    world.step();
    for (const auto& [id, flight] : world.flights()) {
      if (flight.message.from != leader || flight.message.to != node || flight.sent_us < set_us) continue;
      REQUIRE(flight.deliver_us - flight.sent_us == 70'000);
    }
  }

  Command lossy = act(Kind::SetLink);
  lossy.link.loss_per_million = 1'000'000;
  apply(world, lossy);
  run_for(world, 200'000);
  const auto events = watch(world, kSecond);
  EXPECT(count(events, [](const Event& e) { return e.kind == Event::Kind::Delivered; }) == 0);
  EXPECT(losses(events, LossReason::Dropped) > 0);
}

TEST_CASE("a cut link keeps its latency and loss") {
  World world = elected(std::size_t{3});
  const Link before = world.network().link(kS1, kS2);
  apply(world, act(Kind::Cut, kS1, kS2));
  apply(world, act(Kind::HealAll));
  EXPECT(world.network().link(kS1, kS2) == before);
}

}  // namespace raftarium::sim
