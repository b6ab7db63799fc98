// Changes of the configuration as a person makes them: who joins, who leaves, what is refused and why.

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "sim/world.h"
#include "support/test.h"
#include "worlds.h"

namespace raftarium::sim {

namespace {

using namespace testing;  // NOLINT(google-build-using-namespace): helpers for these very tests
using raft::NodeId;
using raft::Refusal;
using Transition = raft::ConfChangeTransition;

Command reconfigure(std::vector<Change> changes, Transition transition = Transition::Auto) {
  Command command = act(Kind::Reconfigure);
  command.changes = std::move(changes);
  command.transition = transition;
  return command;
}
Command add(NodeId node) { return reconfigure({{Change::Kind::Add, node}}); }
Command remove(NodeId node) { return reconfigure({{Change::Kind::Remove, node}}); }

// Three voters and two spares, and a leader.
World with_spares(std::uint64_t seed = 3) {
  WorldConfig config;
  config.seed = seed;
  config.spares = {kS4, kS5};
  World world = make(config);
  REQUIRE(run_until(world, [&] { return world.leader() != raft::kNone; }));
  run_for(world, kSecond);
  return world;
}

raft::ConfState configuration(const World& world, NodeId node) {
  return world.member(node).status().conf_state;
}
using Nodes = std::vector<NodeId>;
Nodes voters(const World& world, NodeId node) { return configuration(world, node).voters; }

// The refusals of configuration changes that the cores tell of.
std::vector<Refusal> refusals(const std::vector<Event>& events) {
  std::vector<Refusal> found;
  for (const Event& event : events) {
    if (event.kind == Event::Kind::Raft && event.raft.kind == raft::Event::Kind::ConfChangeRefused)
      found.push_back(event.raft.refusal);
  }
  return found;
}

}  // namespace

TEST_CASE("learners and spares of the first configuration") {
  WorldConfig config;
  config.learners = {kS4};
  config.spares = {kS5};
  World world = make(config);
  for (const NodeId node : world.members()) {
    EXPECT(voters(world, node) == Nodes{kS1, kS2, kS3});
    EXPECT(configuration(world, node).learners == Nodes{kS4});
  }
  REQUIRE(run_until(world, [&] { return world.leader() != raft::kNone; }));
  apply(world, put("x", "1"));
  run_for(world, 5 * kSecond);
  EXPECT(value(world, kS4, "x") == "1");
  EXPECT(value(world, kS5, "x") == "-");
  // Neither stands for election, though the spare hears of no leader.
  EXPECT(world.leader().value() <= 3);
  EXPECT(term(world, kS5) == raft::Term(0));
  EXPECT(violations(world).empty());
}

TEST_CASE("a first configuration that cannot work is refused") {
  const auto refused = [](Nodes learners, Nodes spares) {
    WorldConfig config;
    config.members = 3;
    config.learners = std::move(learners);
    config.spares = std::move(spares);
    const auto world = World::create(config);
    return world.ok() ? "accepted" : world.error().message;
  };
  EXPECT(refused({kS2}, {kS3}) == "accepted");
  EXPECT(refused({kS4}, {}) == "cluster: learners and spares: expected members from S1 to S3, got S4");
  EXPECT(refused({kS2}, {kS2}) == "cluster: learners and spares: S2 is named twice");
  EXPECT(refused({kS1, kS2}, {kS3}) ==
         "cluster: learners and spares: expected a voter among 3 members, got none");
}

TEST_CASE("a spare is added, catches up from nothing, and counts") {
  World world = with_spares();
  apply(world, put("x", "1"));
  run_for(world, kSecond);
  apply(world, add(kS4));
  run_for(world, kSecond);
  for (const NodeId node : {kS1, kS2, kS3, kS4}) EXPECT(voters(world, node) == Nodes{kS1, kS2, kS3, kS4});
  EXPECT(value(world, kS4, "x") == "1");
  // Three of four are a majority, two are not.
  apply(world, act(Kind::Crash, follower(world, 0)));
  apply(world, put("x", "2"));
  run_for(world, kSecond);
  EXPECT(value(world, kS4, "x") == "2");
  EXPECT(violations(world).empty());
}

TEST_CASE("a learner is promoted; who is none is not") {
  World world = with_spares();
  EXPECT(refusal(world, reconfigure({{Change::Kind::Promote, kS4}})) ==
         "reconfigure: S4 is no learner where " + name(world.leader()) + " is");
  apply(world, reconfigure({{Change::Kind::AddLearner, kS4}}));
  run_for(world, kSecond);
  EXPECT(configuration(world, world.leader()).learners == Nodes{kS4});
  apply(world, reconfigure({{Change::Kind::Promote, kS4}}));
  run_for(world, kSecond);
  EXPECT(configuration(world, kS4).learners.empty());
  EXPECT(voters(world, kS4) == Nodes{kS1, kS2, kS3, kS4});
  // And a voter is made a learner.
  apply(world, reconfigure({{Change::Kind::AddLearner, kS4}}));
  run_for(world, kSecond);
  EXPECT(configuration(world, world.leader()).learners == Nodes{kS4});
  EXPECT(violations(world).empty());
}

TEST_CASE("several changes are joint: left by themselves, or when told") {
  for (const Transition transition :
       {Transition::Auto, Transition::JointImplicit, Transition::JointExplicit}) {
    CAPTURE(raft::describe(transition));
    World world = with_spares();
    const NodeId leaves = follower(world, 0);
    apply(world,
          reconfigure({{Change::Kind::Add, kS4}, {Change::Kind::Add, kS5}, {Change::Kind::Remove, leaves}},
                      transition));
    bool was_joint = false;
    REQUIRE(run_until(world, [&] {
      const raft::ConfState now = configuration(world, world.leader());
      was_joint = was_joint || now.voters_outgoing == Nodes{kS1, kS2, kS3};
      return was_joint && (now.voters_outgoing.empty() || transition == Transition::JointExplicit);
    }));
    if (transition == Transition::JointExplicit) {
      run_for(world, 3 * kSecond);
      EXPECT(configuration(world, world.leader()).voters_outgoing == Nodes{kS1, kS2, kS3});
      EXPECT(configuration(world, kS5).voters_outgoing == Nodes{kS1, kS2, kS3});
      apply(world, act(Kind::LeaveJoint));
    }
    run_for(world, 2 * kSecond);
    const raft::ConfState now = configuration(world, world.leader());
    EXPECT(now.voters.size() == 4);
    EXPECT(now.voters_outgoing.empty());
    EXPECT(std::find(now.voters.begin(), now.voters.end(), leaves) == now.voters.end());
    EXPECT(configuration(world, kS5) == now);
    EXPECT(violations(world).empty());
  }
}

TEST_CASE("a joint configuration commits nothing without a majority of both halves") {
  World world = with_spares();
  const NodeId leader = world.leader();
  apply(world,
        reconfigure({{Change::Kind::Add, kS4}, {Change::Kind::Add, kS5}}, Transition::JointExplicit));
  run_for(world, 2 * kSecond);
  const auto committed_without = [&](const Nodes& cut) {
    World copy = world;
    for (const NodeId node : cut) apply(copy, act(Kind::Isolate, node));
    Command write = put("x", "1", leader);
    apply(copy, write);
    run_for(copy, 100'000);
    return copy.requests()[0].state == RequestState::Committed;
  };
  const NodeId a = follower(world, 0);
  const NodeId b = follower(world, 1);
  EXPECT(committed_without({}));
  EXPECT(committed_without({a, kS4}));             // two of three, three of five
  EXPECT_FALSE(committed_without({a, b}));         // three of five, but one of the old three
  EXPECT_FALSE(committed_without({kS4, kS5, a}));  // two of the old three, but two of five
}

TEST_CASE("what a leader refuses ends as an event with the reason") {
  World world = with_spares();
  apply(world, act(Kind::LeaveJoint));
  EXPECT(refusals(world.events()) == std::vector<Refusal>{Refusal::NotInJoint});
  apply(world, add(kS4));
  EXPECT(refusals(world.events()).empty());
  apply(world, add(kS5));
  EXPECT(refusals(world.events()) == std::vector<Refusal>{Refusal::ConfChangePending});
  run_for(world, kSecond);
  EXPECT(voters(world, kS4) == Nodes{kS1, kS2, kS3, kS4});
  apply(world, reconfigure({{Change::Kind::Add, kS5}}, Transition::JointExplicit));
  run_for(world, kSecond);
  apply(world, remove(kS4));
  EXPECT(refusals(world.events()) == std::vector<Refusal>{Refusal::MustLeaveJointFirst});
  // Who knows no leader cannot pass it on.
  Command through = remove(kS4);
  apply(world, act(Kind::LeaveJoint));
  run_for(world, kSecond);
  apply(world, remove(kS5));
  run_for(world, kSecond);
  apply(world, act(Kind::Restart, [&] {
          apply(world, act(Kind::Crash, kS4));
          return kS4;
        }()));
  through.node = kS4;
  apply(world, through);
  const Event& last = world.events().back();
  CHECK(last.kind == Event::Kind::ActRefused, describe(last));
  EXPECT(last.text == "S4 refuses it: there is no leader");
}

TEST_CASE("a change that nobody can make is committed and refused by everybody") {
  World world = with_spares();
  apply(
      world,
      reconfigure({{Change::Kind::Remove, kS1}, {Change::Kind::Remove, kS2}, {Change::Kind::Remove, kS3}}));
  const auto events = watch(world, kSecond);
  EXPECT(refusals(events) == std::vector<Refusal>(3, Refusal::BadConfChange));
  EXPECT(voters(world, world.leader()) == Nodes{kS1, kS2, kS3});
  EXPECT(violations(world).empty());
}

TEST_CASE("changes that cannot be meant") {
  World world = with_spares();
  EXPECT(refusal(world, reconfigure({})) == "reconfigure: expected at least one change, got none");
  EXPECT(refusal(world, reconfigure({{Change::Kind::Add, kS4}, {Change::Kind::Remove, kS4}})) ==
         "reconfigure: S4 is named twice");
  EXPECT(refusal(world, add(NodeId(6))) == "reconfigure: expected a member from S1 to S5, got S6");
  Command through = add(kS4);
  through.node = follower(world, 0);
  apply(world, act(Kind::Crash, through.node));
  EXPECT(refusal(world, through) == "reconfigure: " + name(through.node) + " is crashed");
}

TEST_CASE("a change that a follower is told reaches the leader") {
  World world = with_spares();
  Command through = add(kS4);
  through.node = follower(world, 0);
  apply(world, through);
  run_for(world, kSecond);
  EXPECT(voters(world, world.leader()) == Nodes{kS1, kS2, kS3, kS4});
}

TEST_CASE("a leader that is removed steps down, and the others elect another") {
  World world = with_spares();
  const NodeId old = world.leader();
  apply(world, remove(old));
  run_for(world, 3 * kSecond);
  REQUIRE(world.leader() != raft::kNone);
  EXPECT(world.leader() != old);
  EXPECT(role(world, old) == raft::Role::Follower);
  EXPECT(voters(world, world.leader()).size() == 2);
  apply(world, put("x", "1"));
  run_for(world, 2 * kSecond);
  EXPECT(world.requests()[0].state == RequestState::Committed);
  EXPECT(value(world, old, "x") == "-");
  EXPECT(violations(world).empty());
}

TEST_CASE("a removed member that returns, with its disk or without, disturbs nobody") {
  for (const bool with_disk : {true, false}) {
    CAPTURE(with_disk);
    World world = with_spares();
    const NodeId gone = follower(world, 0);
    apply(world, act(Kind::Crash, gone));
    apply(world, remove(gone));
    run_for(world, kSecond);
    const raft::Term before = term(world, world.leader());
    const NodeId leader = world.leader();
    if (!with_disk) apply(world, act(Kind::Wipe, gone));
    apply(world, act(Kind::Restart, gone));
    run_for(world, 5 * kSecond);
    // It believes that it is a voter still, and asks in vain: the others have a leader.
    EXPECT(voters(world, gone) == Nodes{kS1, kS2, kS3});
    EXPECT(world.leader() == leader);
    EXPECT(term(world, leader) == before);
    // And it is taken back.
    apply(world, add(gone));
    run_for(world, 2 * kSecond);
    EXPECT(voters(world, gone) == voters(world, leader));
    EXPECT(violations(world).empty());
  }
}

TEST_CASE("who joins after the log was compacted is sent a snapshot that knows of it") {
  WorldConfig config;
  config.spares = {kS4, kS5};
  config.snapshot_entries = 5;
  World world = make(config);
  REQUIRE(run_until(world, [&] { return world.leader() != raft::kNone; }));
  for (int i = 0; i < 8; ++i) apply(world, put("k" + std::to_string(i), "v"));
  run_for(world, 2 * kSecond);
  REQUIRE(world.member(world.leader()).node().first_index() > raft::Index(5));
  apply(world, add(kS4));
  const auto events = watch(world, 3 * kSecond);
  EXPECT(count(events, [](const Event& event) {
           return event.kind == Event::Kind::Raft && event.raft.kind == raft::Event::Kind::SnapshotRestored;
         }) == 1);
  EXPECT(value(world, kS4, "k7") == "v");
  EXPECT(voters(world, kS4) == Nodes{kS1, kS2, kS3, kS4});
  EXPECT(violations(world).empty());
}

TEST_CASE("commands about the configuration in words") {
  EXPECT(describe(reconfigure({{Change::Kind::Add, kS4}, {Change::Kind::Remove, kS1}},
                              Transition::JointExplicit)) ==
         "reconfigure add S4, remove S1, joint until told");
  EXPECT(describe(reconfigure({{Change::Kind::AddLearner, kS4}, {Change::Kind::Promote, kS5}},
                              Transition::JointImplicit)) ==
         "reconfigure add learner S4, promote S5, joint");
  Command through = add(kS4);
  through.node = kTheLeader;
  EXPECT(describe(through) == "reconfigure add S4 through the leader");
  EXPECT(describe(act(Kind::LeaveJoint, kS1)) == "leave_joint S1");
}

TEST_CASE("random changes under faults keep every promise") {
  for (std::uint64_t seed = 1; seed <= 12; ++seed) {
    CAPTURE(seed);
    WorldConfig config;
    config.seed = seed;
    config.spares = {kS4, kS5};
    config.snapshot_entries = seed % 2 == 0 ? 6 : 0;
    World world = make(config);
    base::Prng prng(seed, 77);
    const auto any = [&] { return NodeId(prng.below(5) + 1); };
    for (int i = 0; i < 60; ++i) {
      switch (prng.below(7)) {
        case 0:
        case 1:
        case 2:
          crash_or_restart(world, prng);
          break;
        case 3:
          (void)world.apply(act(Kind::Transfer, world.leader(), any()));
          break;
        case 4:
          (void)world.apply(act(Kind::LeaveJoint));
          break;
        default: {
          std::vector<Change> changes;
          for (std::uint32_t wanted = prng.below(3) + 1; wanted > 0; --wanted) {
            changes.push_back({static_cast<Change::Kind>(prng.below(4)), any()});
          }
          (void)world.apply(reconfigure(changes, static_cast<Transition>(prng.below(3))));
          break;
        }
      }
      (void)world.apply(put("x", std::to_string(i)));
      run_for(world, 200'000);
    }
    EXPECT(violations(world).empty());
  }
}

}  // namespace raftarium::sim
