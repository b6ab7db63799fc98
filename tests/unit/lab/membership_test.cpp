// Changes of the configuration, logs from the beginning, bugs and fences: in scenarios, predicates, the story and
// exports.

#include <sstream>
#include <string>

#include "lab/export.h"
#include "lab/narration.h"
#include "lab/play.h"
#include "lab/run.h"
#include "lab/scenario.h"
#include "lab/timeline.h"
#include "support/test.h"

namespace raftarium::lab {
namespace {

using sim::Change;
using Nodes = std::vector<raft::NodeId>;

Scenario parsed(const std::string& cluster, const std::string& actions, const std::string& expect = "") {
  auto scenario = parse_scenario(
      "m.json", R"({"raftarium": 1, "title": "T", "duration_ms": 5000, "cluster": )" + cluster +
                    R"(, "actions": [)" + actions + R"(], "expect": [)" + expect + "]}");
  REQUIRE_MESSAGE(scenario.ok(), scenario.error().message);
  return std::move(*scenario);
}
std::string cluster_complaint(const std::string& cluster, const std::string& actions = "") {
  const auto scenario =
      parse_scenario("m.json", R"({"raftarium": 1, "title": "T", "duration_ms": 5000, "cluster": )" +
                                   cluster + R"(, "actions": [)" + actions + "]}");
  return scenario.ok() ? "" : scenario.error().message;
}

constexpr const char* kSpares = R"({"members": 5, "spares": ["S4", "S5"]})";
constexpr const char* kJoint = R"(
  {"at_ms": 20, "do": "timeout", "node": "S1"},
  {"at_ms": 1000, "do": "reconfigure", "add": ["S4"], "remove": ["S2"], "transition": "explicit"},
  {"at_ms": 3000, "do": "leave_joint"})";

std::string story(const Scenario& scenario) {
  std::string all;
  play(scenario, [&](const StoryLine& line) { all += line.what + " " + line.why + "\n"; });
  return all;
}
bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("what a scenario says about members, logs, bugs and changes arrives, and is written again") {
  const Scenario s = parsed(
      R"({"members": 5, "learners": ["S4"], "spares": ["S5"], "logs": {"S1": [1, 1, 2], "S3": [1]},
          "bugs": ["joint_union", "second_vote"]})",
      R"({"at_ms": 1, "do": "reconfigure", "add": ["S5"], "promote": ["S4"], "remove": ["leader"],
          "transition": "implicit", "through": "S2"},
         {"at_ms": 2, "do": "reconfigure", "add_learners": ["S5"]},
         {"at_ms": 3, "do": "leave_joint"},
         {"at_ms": 4, "do": "put", "key": "k", "value": "v", "fence": "lock", "token": 7},
         {"when": {"configuration_changed": {"node": "S2", "nth": 3}}, "do": "heal_all"},
         {"when": {"change_refused": {}}, "do": "heal_all"})");
  EXPECT(s.cluster.learners == Nodes{raft::NodeId(4)});
  EXPECT(s.cluster.spares == Nodes{raft::NodeId(5)});
  REQUIRE(s.cluster.logs.size() == 3);
  EXPECT(s.cluster.logs[0] == std::vector<raft::Term>{raft::Term(1), raft::Term(1), raft::Term(2)});
  EXPECT(s.cluster.logs[1].empty());
  EXPECT(s.cluster.bugs.contains(raft::Bug::JointUnion));
  EXPECT(s.cluster.bugs.contains(raft::Bug::SecondVote));
  EXPECT_FALSE(s.cluster.bugs.contains(raft::Bug::HalfIsEnough));
  const sim::Command& change = s.actions[0].command;
  EXPECT(change.changes == std::vector<Change>{{Change::Kind::Add, raft::NodeId(5)},
                                               {Change::Kind::Promote, raft::NodeId(4)},
                                               {Change::Kind::Remove, sim::kTheLeader}});
  EXPECT(change.transition == raft::ConfChangeTransition::JointImplicit);
  EXPECT(change.node == raft::NodeId(2));
  EXPECT(s.actions[2].command.kind == sim::Command::Kind::LeaveJoint);
  EXPECT(s.actions[3].command.fence == "lock");
  EXPECT(s.actions[3].command.token == 7);

  for (const bool pretty : {true, false}) {
    const auto again = parse_scenario("m.json", to_json(s, pretty));
    REQUIRE_MESSAGE(again.ok(), again.error().message);
    EXPECT(again->cluster.learners == s.cluster.learners);
    EXPECT(again->cluster.spares == s.cluster.spares);
    EXPECT(again->cluster.logs == s.cluster.logs);
    EXPECT(again->cluster.bugs == s.cluster.bugs);
    for (std::size_t i = 0; i < s.actions.size(); ++i) {
      EXPECT(again->actions[i].command == s.actions[i].command);
    }
    EXPECT(to_json(*again, pretty) == to_json(s, pretty));
  }
}

TEST_CASE("what cannot be meant is refused with its place") {
  EXPECT(contains(cluster_complaint(R"({"members": 3, "spares": ["S4"]})"),
                  "cluster.spares[0]: expected S1 to S3, got \"S4\""));
  EXPECT(contains(cluster_complaint(R"({"members": 3, "spares": ["S2", "S2"]})"), "S2 is named twice"));
  EXPECT(
      contains(cluster_complaint(R"({"bugs": ["half_is_enogh"]})"), "(did you mean \"half_is_enough\"?)"));
  EXPECT(contains(cluster_complaint(R"({"logs": {"S1": [1, 0]}})"),
                  "cluster.logs.S1[1]: expected a term from 1"));
  EXPECT(contains(cluster_complaint(R"({"logs": {"S1": [2, 1]}})"),
                  "S1: expected terms from 1 that do not decrease"));
  EXPECT(contains(cluster_complaint(R"({"logs": {"S1": [1, 2, 3], "S2": [1, 1, 3]}})"),
                  "S2: its entry 4 is of term 3 as that of S1, but the entries before differ"));
  EXPECT(contains(cluster_complaint("{}", R"({"at_ms": 1, "do": "reconfigure"})"),
                  "\"reconfigure\" needs a member in"));
  EXPECT(contains(
      cluster_complaint("{}", R"({"at_ms": 1, "do": "reconfigure", "add": ["S1"], "remove": ["S1"]})"),
      "actions[0].remove[0]: \"S1\" is named twice"));
  EXPECT(contains(
      cluster_complaint("{}", R"({"at_ms": 1, "do": "reconfigure", "add": ["S1"], "transition": "joint"})"),
      "expected one of: auto, implicit, explicit"));
  EXPECT(contains(
      cluster_complaint("{}", R"({"at_ms": 1, "do": "put", "key": "k", "value": "v", "token": 1})"),
      "\"fence\" and \"token\" need each other"));
}

TEST_CASE("predicates about the configuration") {
  const Scenario s = parsed(kSpares, kJoint, R"~(
    {"that": "all(voters == \"S1,S2,S3\" and outgoing == \"\" and learners == \"\" and not joint)", "at_ms": 900},
    {"that": "count(voter) == 3 and not S4.voter and not any(learner)", "at_ms": 900},
    {"that": "S1.joint and S1.voters == \"S1,S3,S4\" and S1.outgoing == \"S1,S2,S3\"", "at_ms": 2900},
    {"that": "S2.voter and S4.voter and not S5.voter", "at_ms": 2900},
    {"that": "not S1.joint and S4.voters == \"S1,S3,S4\" and S5.voters == \"S1,S2,S3\"", "at_ms": 4900})~");
  for (const Verdict& verdict : play(s, {}).verdicts) {
    CAPTURE(verdict.expectation);
    EXPECT(verdict.met);
  }
}

TEST_CASE("triggers about the configuration") {
  const Scenario s = parsed(kSpares, std::string(kJoint) + R"(,
    {"when": {"configuration_changed": {"node": "S4"}}, "do": "put", "key": "x", "value": "1"},
    {"at_ms": 1500, "do": "leave_joint"}, {"at_ms": 3500, "do": "leave_joint"},
    {"when": {"change_refused": {"node": "S1"}}, "do": "put", "key": "y", "value": "1"})");
  Run run(std::make_shared<const Scenario>(s));
  run.run_until(900'000, {});
  EXPECT(run.world().requests().empty());
  run.run_until(1'400'000, {});
  EXPECT(run.world().requests().size() == 1);
  // The leave at 3.0 s comes too late: there is nothing joint any more, and so does the one at 3.5 s.
  run.run_until(5'000'000, {});
  EXPECT(run.world().requests().size() == 2);
}

TEST_CASE("the story tells both halves of a joint configuration, and majorities of each") {
  const std::string told = story(parsed(kSpares, std::string(kJoint) + R"(,
    {"at_ms": 2000, "do": "put", "key": "x", "value": "1"}, {"at_ms": 2500, "do": "reconfigure", "add": ["S5"]})"));
  EXPECT(contains(told, "S1 is told to change the configuration: add S4, remove S2. In between"));
  EXPECT(contains(told, "The configuration is joint: S1, S2, S3 and S1, S3, S4."));
  EXPECT(contains(told, "a majority of the old voters, and "));
  EXPECT(contains(told, "S1 refuses a change of the configuration. Because"));
  EXPECT(contains(told, "The voters are S1, S3, S4 now."));
  EXPECT(contains(told, "S2 is outside the configuration: S1, S3, S4 vote."));
  // Who commits the change counts the voters that there were.
  EXPECT_FALSE(contains(told, "no majority"));
}

TEST_CASE("a session with changes of the configuration is recorded and plays again") {
  Timeline timeline(parsed(kSpares, R"({"at_ms": 20, "do": "timeout", "node": "S1"})"));
  timeline.run_until(1'000'000);
  sim::Command change;
  change.kind = sim::Command::Kind::Reconfigure;
  change.changes = {{Change::Kind::Add, raft::NodeId(4)}, {Change::Kind::Add, raft::NodeId(5)}};
  REQUIRE(timeline.act(change).ok());
  timeline.run_until(3'000'000);
  EXPECT(timeline.world().member(raft::NodeId(5)).status().conf_state.voters.size() == 5);
  const auto again = parse_scenario("r.json", to_json(timeline.recording(true), false));
  REQUIRE(again.ok());
  const Played replayed = play(*again, {});
  EXPECT(replayed.ok);
  EXPECT(replayed.digest == timeline.digest());
}

TEST_CASE("members begin with the logs that they are given, and lose them with their disks") {
  const Scenario s =
      parsed(R"({"members": 3, "election_ticks": 1000, "logs": {"S1": [1, 1, 4], "S2": [1]}})", "");
  Run run(std::make_shared<const Scenario>(s));
  const sim::World& world = run.world();
  const auto member = [&](std::uint64_t node) -> const member::Member& {
    return world.member(raft::NodeId(node));
  };
  EXPECT(member(1).node().last_index() == raft::Index(4));
  EXPECT(member(2).node().last_index() == raft::Index(2));
  EXPECT(member(3).node().last_index() == raft::Index(1));
  for (const std::uint64_t node : {1, 2, 3}) {
    EXPECT(member(node).node().term() == raft::Term(4));
    EXPECT(member(node).node().commit() == raft::Index(1));
  }
  sim::Command act;
  act.node = raft::NodeId(1);
  for (const auto kind : {sim::Command::Kind::Crash, sim::Command::Kind::Restart}) {
    act.kind = kind;
    REQUIRE(run.act(act).ok());
  }
  EXPECT(member(1).node().last_index() == raft::Index(4));
  for (const auto kind :
       {sim::Command::Kind::Crash, sim::Command::Kind::Wipe, sim::Command::Kind::Restart}) {
    act.kind = kind;
    REQUIRE(run.act(act).ok());
  }
  EXPECT(member(1).node().last_index() == raft::Index(1));
  EXPECT(member(1).node().term() == raft::Term(0));
}

TEST_CASE("a put with a fence takes effect only while the fence is as old as it says") {
  const Scenario s =
      parsed(R"({"members": 3})", R"(
    {"at_ms": 500, "do": "put", "key": "lock", "value": "A"},
    {"when": {"request_done": {"request": 1}}, "do": "put", "key": "x", "value": "1", "fence": "lock", "token": 1},
    {"when": {"request_done": {"request": 2}}, "do": "put", "key": "lock", "value": "B"},
    {"when": {"request_done": {"request": 3}}, "do": "put", "key": "x", "value": "2", "fence": "lock", "token": 1},
    {"when": {"request_done": {"request": 4}}, "do": "put", "key": "x", "value": "3", "fence": "nothing", "token": 1})",
             R"({"that": "all(value(\"x\") == \"1\") and requests(committed) == 5", "at_ms": 4900})");
  const Played outcome = play(s, {});
  EXPECT(outcome.ok);
  const std::string told = story(s);
  EXPECT(contains(told, "put x=1 (token 1 of lock) is acknowledged."));
  EXPECT(contains(told, "put x=2 (token 1 of lock) is refused by the store. The fence had been changed"));
  EXPECT(contains(told, "put x=3 (token 1 of nothing) is refused by the store."));
}

TEST_CASE("exports speak of configurations, and of every kind of event") {
  const Scenario s =
      parsed(R"({"members": 4, "spares": ["S4"], "snapshot_entries": 4, "snapshot_part_bytes": 64})", R"(
    {"at_ms": 20, "do": "timeout", "node": "S1"},
    {"at_ms": 500, "do": "load", "key": "k", "count": 12, "every_us": 10000},
    {"at_ms": 2500, "do": "reconfigure", "add": ["S4"]})");
  const auto exported = [&](ExportFormat format) {
    std::ostringstream out;
    export_run(s, {.format = format}, out);
    return out.str();
  };
  const std::string events = exported(ExportFormat::Events);
  EXPECT(contains(events, R"("raft":"configuration changed","voters":[1,2,3,4])"));
  EXPECT(contains(events, R"("kind":"snapshot_made")"));
  EXPECT(contains(events, R"("kind":"snapshot_part")"));
  const std::string trace = exported(ExportFormat::EtcdTla);
  EXPECT(contains(trace, R"("prop":{"cc":{"changes":[{"nid":"4","action":"AddNewServer"}]}})"));
  EXPECT(contains(trace, R"("conf":[["1","2","3"],[]],"prop":{"cc":{"newconf":["1","2","3","4"]}})"));
}

}  // namespace raftarium::lab
