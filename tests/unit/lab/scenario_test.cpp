#include "lab/scenario.h"

#include "support/test.h"

namespace raftarium::lab {
namespace {

std::string wrap(const std::string& fields) {
  return "{\n\"raftarium\": 1,\n\"title\": \"T\",\n\"duration_ms\": 1000" +
         (fields.empty() ? "" : ",\n" + fields) + "\n}";
}

Scenario parsed(const std::string& fields) {
  auto scenario = parse_scenario("folder/some_name.json", wrap(fields));
  REQUIRE_MESSAGE(scenario.ok(), scenario.error().message);
  return std::move(*scenario);
}

std::string complaint(const std::string& text) {
  const auto scenario = parse_scenario("s.json", text);
  return scenario.ok() ? "" : scenario.error().message;
}
std::string field_complaint(const std::string& fields) { return complaint(wrap(fields)); }

TEST_CASE("the least that a scenario needs, and what it gets") {
  const Scenario s = parsed("");
  EXPECT(s.name == "some_name");
  EXPECT(s.title == "T");
  EXPECT(s.duration_us == 1'000'000);
  EXPECT(s.cluster.members == 5);
  EXPECT(s.actions.empty());
}

TEST_CASE("every field of a cluster arrives") {
  const Scenario s = parsed(
      "\"seed\": 42, \"sources\": [\"a\", \"b\"], \"description\": \"D\", \"cluster\": {\"members\": 3, "
      "\"pre_vote\": "
      "false, \"check_quorum\": false, \"tick_us\": 1000, \"election_ticks\": 20, \"heartbeat_ticks\": 2, "
      "\"latency_min_us\": 10, \"latency_mean_us\": 20, \"loss_per_million\": 30, \"request_timeout_us\": "
      "40, "
      "\"request_deadline_us\": 50}");
  EXPECT(s.cluster.seed == 42);
  EXPECT(s.sources == std::vector<std::string>{"a", "b"});
  EXPECT(s.description == "D");
  EXPECT(s.cluster.members == 3);
  EXPECT_FALSE(s.cluster.pre_vote);
  EXPECT_FALSE(s.cluster.check_quorum);
  EXPECT(s.cluster.tick_us == 1000);
  EXPECT(s.cluster.election_ticks == 20);
  EXPECT(s.cluster.heartbeat_ticks == 2);
  EXPECT(s.cluster.latency_min_us == 10);
  EXPECT(s.cluster.latency_mean_us == 20);
  EXPECT(s.cluster.loss_per_million == 30);
  EXPECT(s.cluster.request_timeout_us == 40);
  EXPECT(s.cluster.request_deadline_us == 50);
}

TEST_CASE("what a member has of its own arrives, is written again, and only that") {
  const Scenario s = parsed(R"("cluster": {"members": 3, "election_ticks": 20, "own": {
    "S2": {"pre_vote": false, "lease_reads": true, "election_ticks": 30, "max_inflight_bytes": 2000000}, "S3": {}}})");
  REQUIRE(s.cluster.own.size() == 3);
  EXPECT(s.cluster.of(raft::NodeId(1)).election_ticks == 20);
  EXPECT(s.cluster.of(raft::NodeId(2)).election_ticks == 30);
  EXPECT(s.cluster.of(raft::NodeId(2)).lease_reads);
  EXPECT(s.cluster.of(raft::NodeId(2)).max_inflight_bytes == 2'000'000);
  EXPECT_FALSE(s.cluster.of(raft::NodeId(2)).pre_vote);
  EXPECT(s.cluster.of(raft::NodeId(3)).pre_vote);
  EXPECT(own_in_words(s.cluster, raft::NodeId(2)) ==
         "pre_vote false, lease_reads true, election_ticks 30, max_inflight_bytes 2000000");
  EXPECT(own_in_words(s.cluster, raft::NodeId(3)).empty());
  const std::string text = to_json(s, false);
  const auto again = parse_scenario("s.json", text);
  REQUIRE_MESSAGE(again.ok(), again.error().message);
  EXPECT(again->cluster.of(raft::NodeId(2)).election_ticks == 30);
  EXPECT(to_json(*again, false) == text);
  EXPECT(text.find("\"S3\"") == std::string::npos);
  const auto own = [](const std::string& what) {
    return field_complaint("\"cluster\": {\"own\": " + what + "}");
  };
  EXPECT(own(R"({"S6": {}})").find("s.json:5: cluster.own.S6: unknown field") == 0);
  EXPECT(own(R"({"S1": {"seed": 1}})").find("s.json:5: cluster.own.S1.seed: unknown field") == 0);
  EXPECT(own(R"({"S1": {"election_tick": 1}})").find("(did you mean \"election_ticks\"?)") !=
         std::string::npos);
  EXPECT(own(R"({"S1": {"heartbeat_ticks": 15}})").find("own: S1: election_ticks: expected more than") !=
         std::string::npos);
}

TEST_CASE("every action arrives as its command") {
  const Scenario s = parsed(R"("actions": [
    {"at_ms": 1, "do": "put", "key": "k", "value": "v", "through": "S2"},
    {"at_us": 7, "do": "delete", "key": "k"},
    {"at_ms": 2, "do": "read", "key": "k", "mode": "lease"},
    {"at_ms": 2, "do": "swap", "key": "k", "expected": "v", "value": "w"},
    {"at_ms": 2, "do": "load", "key": "k", "count": 9, "clients": 3, "open": true, "every_us": 5},
    {"at_ms": 2, "do": "crash", "node": "leader"},
    {"at_ms": 2, "do": "restart", "node": "crashed"},
    {"at_ms": 2, "do": "pause", "node": "S1"},
    {"at_ms": 2, "do": "resume", "node": "S1"},
    {"at_ms": 2, "do": "isolate", "node": "follower"},
    {"at_ms": 2, "do": "cut", "from": "S1", "to": "leader"},
    {"at_ms": 2, "do": "heal", "from": "S1", "to": "S2"},
    {"at_ms": 2, "do": "partition", "groups": [["leader", "S4"], ["others"]]},
    {"at_ms": 2, "do": "heal_all"},
    {"at_ms": 2, "do": "nemesis", "faults": ["crash"], "strikes": 1, "between_us": 1000},
    {"at_ms": 2, "do": "timeout", "node": "S5"},
    {"at_ms": 2, "do": "transfer", "from": "leader", "to": "S3"},
    {"at_ms": 2, "do": "set_link", "from": "S1", "to": "S2", "latency_min_us": 1, "latency_mean_us": 2,
     "loss_per_million": 3}
  ])");
  REQUIRE(s.actions.size() == 18);
  EXPECT(s.actions[0].at_us == 1000);
  EXPECT(s.actions[0].command.key == "k");
  EXPECT(s.actions[0].command.value == "v");
  EXPECT(s.actions[0].command.node == raft::NodeId(2));
  EXPECT(s.actions[1].at_us == 7);
  EXPECT(s.actions[2].command.mode == member::ReadMode::Lease);
  EXPECT(s.actions[3].command.expected == "v");
  EXPECT(s.actions[4].command.load == sim::Load{.clients = 3, .open = true, .count = 9, .every_us = 5});
  EXPECT(s.actions[5].command.node == sim::kTheLeader);
  EXPECT(s.actions[6].command.node == sim::kTheCrashed);
  EXPECT(s.actions[9].command.node == sim::kAFollower);
  EXPECT(s.actions[10].command.peer == sim::kTheLeader);
  EXPECT(s.actions[12].command.groups.at(1).at(0) == sim::kTheOthers);
  EXPECT(s.actions[16].command.peer == raft::NodeId(3));
  EXPECT(s.actions[17].command.link.loss_per_million == 3);
  for (std::size_t i = 0; i < s.actions.size(); ++i) {
    CAPTURE(i);
    EXPECT(static_cast<std::size_t>(s.actions[i].command.kind) == i);
  }
}

TEST_CASE("faults of links, disks and clients arrive, and are written again") {
  const Scenario s = parsed(R"("cluster": {"replay_per_million": 7}, "actions": [
    {"at_ms": 1, "do": "partition", "size": 2},
    {"at_ms": 2, "do": "set_link", "latency_min_us": 1, "latency_mean_us": 2, "loss_per_million": 3,
     "replay_per_million": 4, "clogged": true},
    {"at_ms": 3, "do": "damage", "node": "S1", "file": "00000001.wal", "offset": 5, "zeroed": true},
    {"at_ms": 4, "do": "set_disk", "read_error_per_million": 1, "no_space_per_million": 2,
     "short_write_per_million": 3, "lying_sync_per_million": 4,
     "misdirected_per_million": 5, "bit_flip_per_million": 6, "zeroed_sector_per_million": 7},
    {"at_ms": 5, "do": "put", "key": "k", "value": "v", "session": false},
    {"at_ms": 5, "do": "put", "key": "k", "value": "v", "session": true}
  ])");
  REQUIRE(s.actions.size() == 6);
  EXPECT(s.actions[4].command.no_session);
  EXPECT_FALSE(s.actions[5].command.no_session);
  EXPECT(s.cluster.replay_per_million == 7);
  EXPECT(s.actions[0].command.size == 2);
  EXPECT(s.actions[1].command.link.replay_per_million == 4);
  EXPECT(s.actions[1].command.link.clogged);
  EXPECT(s.actions[2].command.zeroed);
  const sim::DiskSettings& disk = s.actions[3].command.disk;
  EXPECT(disk.read_error_per_million == 1);
  EXPECT(disk.no_space_per_million == 2);
  EXPECT(disk.short_write_per_million == 3);
  EXPECT(disk.lying_sync_per_million == 4);
  EXPECT(disk.misdirected_per_million == 5);
  EXPECT(disk.bit_flip_per_million == 6);
  EXPECT(disk.zeroed_sector_per_million == 7);
  const auto again = parse_scenario("s.json", to_json(s, false));
  REQUIRE_MESSAGE(again.ok(), again.error().message);
  EXPECT(again->cluster.replay_per_million == 7);
  for (std::size_t i = 0; i < s.actions.size(); ++i)
    EXPECT(again->actions[i].command == s.actions[i].command);
  EXPECT(sim::describe(s.actions[1].command) ==
         "set_link all latency 1+2 us, loss 3 per million, replays 4 per million, clogged");
  EXPECT(sim::describe(s.actions[2].command) == "damage S1 00000001.wal byte 5, its sector");
  EXPECT(sim::describe(s.actions[3].command) ==
         "set_disk all sync 0+0 us, read errors 1 per million, no space 2 per million, short writes 3 per "
         "million, "
         "lying syncs 4 per million, misdirected 5 per million, bits flipped 6 per million, sectors zeroed "
         "7 per "
         "million");
}

TEST_CASE("slow processes arrive, and are written again") {
  const Scenario s = parsed(R"("cluster": {"step_us": 7, "stall_per_million": 8, "stall_us": 9,
    "own": {"S2": {"step_us": 0}}}, "actions": [
    {"at_ms": 1, "do": "set_process"},
    {"at_ms": 2, "do": "set_process", "node": "leader", "step_us": 1},
    {"at_ms": 3, "do": "set_process", "node": "S3", "stall_per_million": 2, "stall_us": 3}
  ])");
  REQUIRE(s.actions.size() == 3);
  EXPECT(s.cluster.step_us == 7);
  EXPECT(s.cluster.stall_per_million == 8);
  EXPECT(s.cluster.stall_us == 9);
  EXPECT(s.cluster.of(raft::NodeId(2)).step_us == 0);
  EXPECT(s.actions[0].command.node == raft::kNone);
  EXPECT(s.actions[0].command.process == sim::ProcessSettings{});
  EXPECT(s.actions[1].command.node == sim::kTheLeader);
  EXPECT(s.actions[1].command.process == sim::ProcessSettings{1, 0, 0});
  EXPECT(s.actions[2].command.process == sim::ProcessSettings{0, 2, 3});
  const auto again = parse_scenario("s.json", to_json(s, false));
  REQUIRE_MESSAGE(again.ok(), again.error().message);
  EXPECT(again->cluster.stall_us == 9);
  EXPECT(again->cluster.of(raft::NodeId(2)).step_us == 0);
  for (std::size_t i = 0; i < s.actions.size(); ++i)
    EXPECT(again->actions[i].command == s.actions[i].command);
}

TEST_CASE("expectations of each kind arrive with their span") {
  const Scenario s = parsed(R"("expect": [
    {"eventually": "leaders == 1", "by_ms": 500},
    {"always": "violations == 0", "from_us": 5},
    {"never": "leaders > 1"},
    {"that": "leaders == 1", "at_ms": 900}])");
  REQUIRE(s.expectations.size() == 4);
  EXPECT(describe(s.expectations[0]) == "eventually by 0.500 s: leaders == 1");
  EXPECT(s.expectations[1].from_us == 5);
  EXPECT(s.expectations[1].until_us == 1'000'000);
  EXPECT(describe(s.expectations[2]) == "never until 1.000 s: leaders > 1");
  EXPECT(describe(s.expectations[3]) == "at 0.900 s: leaders == 1");
}

TEST_CASE("an error says file, line, path, what was expected, and the nearest word") {
  EXPECT(field_complaint("\"actions\": [\n{\"at_ms\": 1, \"do\": \"partitoin\"}]")
             .find("s.json:6: actions[0].do: unknown action \"partitoin\" (did you mean \"partition\"?)") ==
         0);
  EXPECT(field_complaint("\"sede\": 1").find("s.json:5: sede: unknown field (did you mean \"seed\"?)") ==
         0);
  EXPECT(field_complaint("\"cluster\": {\"members\": 16}") ==
         "s.json:5: cluster.members: expected an integer from 1 to 15, got 16");
  EXPECT(field_complaint("\"seed\": 1.5") ==
         "s.json:5: seed: expected an integer from 0 to 9007199254740991, got 1.5");
  EXPECT(field_complaint("\"seed\": 18446744073709551615").find("seed: expected an integer") !=
         std::string::npos);
  EXPECT(field_complaint("\"seed\": -1").find("seed: expected an integer") != std::string::npos);
}

TEST_CASE("actions, expectations and the lines of a trail have their limits") {
  const auto many = [](std::size_t count, const std::string& item) {
    std::string list = item;
    for (std::size_t i = 1; i < count; ++i) list += "," + item;
    return "[" + list + "]";
  };
  const std::string act = "{\"at_ms\": 1, \"do\": \"heal_all\"}";
  EXPECT(parsed("\"actions\": " + many(kMaxActions, act)).actions.size() == kMaxActions);
  EXPECT(field_complaint("\"actions\": " + many(kMaxActions + 1, act)) ==
         "s.json:5: actions: expected at most 10000 elements, got 10001");
  const std::string expectation = "{\"never\": \"leaders > 1\"}";
  EXPECT(field_complaint("\"expect\": " + many(kMaxExpectations, expectation)).empty());
  EXPECT(field_complaint("\"expect\": " + many(kMaxExpectations + 1, expectation)) ==
         "s.json:5: expect: expected at most 100 elements, got 101");
  const std::string recording = "\"recording\": {\"digest\": \"0000000000000000\", \"trail\": ";
  EXPECT(field_complaint(recording + many(kMaxTrail, "\"\"") + "}").empty());
  EXPECT(field_complaint(recording + many(kMaxTrail + 1, "\"\"") + "}") ==
         "s.json:5: recording.trail: expected at most 20000 elements, got 20001");
}

TEST_CASE("a scenario lasts at most a virtual hour") {
  const auto lasting = [](const std::string& ms) {
    return complaint("{\"raftarium\": 1, \"title\": \"t\", \"duration_ms\": " + ms + "}");
  };
  EXPECT(lasting("3600000").empty());
  EXPECT_MESSAGE(lasting("3600001").find("duration_ms: expected ") != std::string::npos,
                 lasting("3600001"));
}

TEST_CASE("versions") {
  EXPECT(complaint("{}").find("expected \"raftarium\": 1") != std::string::npos);
  EXPECT(complaint("{\"raftarium\": 2}").find("raftarium: expected version 1, got 2; a newer one") !=
         std::string::npos);
  EXPECT(complaint("[]").find("expected an object, got an array") != std::string::npos);
  EXPECT(complaint("{\"raftarium\": 1}").find("\"title\" is missing") != std::string::npos);
  EXPECT(complaint("{\"raftarium\": 1, \"title\": \"t\"}").find("\"duration_ms\" is missing") !=
         std::string::npos);
}

TEST_CASE("actions that cannot be meant are refused") {
  const auto action = [](const std::string& fields) {
    return field_complaint("\"actions\": [" + fields + "]");
  };
  EXPECT(action("5").find("actions[0]: expected an object, got 5") != std::string::npos);
  EXPECT(action("{}").find("\"do\" is missing") != std::string::npos);
  EXPECT(action("{\"do\": \"heal_all\"}").find("\"at_ms\" is missing") != std::string::npos);
  EXPECT(action("{\"do\": \"heal_all\", \"at_ms\": 1, \"at_us\": 1}").find("got both") !=
         std::string::npos);
  EXPECT(action("{\"do\": \"heal_all\", \"at_ms\": 1001}").find("within the scenario's 1.000 s") !=
         std::string::npos);
  EXPECT(action("{\"do\": \"heal_all\", \"at_ms\": 1, \"node\": \"S1\"}").find("node: unknown field") !=
         std::string::npos);
  EXPECT(action("{\"do\": \"crash\", \"at_ms\": 1}").find("\"crash\" needs the field \"node\"") !=
         std::string::npos);
  EXPECT(action("{\"do\": \"crash\", \"at_ms\": 1, \"node\": \"S6\"}")
             .find("actions[0].node: expected S1 to S5 or one of: leader, follower, got \"S6\"") !=
         std::string::npos);
  EXPECT(
      action("{\"do\": \"crash\", \"at_ms\": 1, \"node\": \"laeder\"}").find("did you mean \"leader\"?") !=
      std::string::npos);
  EXPECT(action("{\"do\": \"cut\", \"at_ms\": 1, \"from\": \"S1\", \"to\": \"S1\"}")
             .find("a link has two ends") != std::string::npos);
  EXPECT(action("{\"do\": \"partition\", \"at_ms\": 1, \"groups\": [[\"S1\"], [\"S1\"]]}")
             .find("named twice") != std::string::npos);
  EXPECT(action("{\"do\": \"partition\", \"at_ms\": 1, \"groups\": [[]]}").find("1 to 5 members") !=
         std::string::npos);
  EXPECT(action("{\"do\": \"put\", \"at_ms\": 1, \"key\": \"\", \"value\": \"\"}")
             .find("actions[0].key: expected 1 to 4096 bytes") != std::string::npos);
}

TEST_CASE("expectations that cannot be meant are refused") {
  const auto expect = [](const std::string& fields) {
    return field_complaint("\"expect\": [" + fields + "]");
  };
  EXPECT(expect("{}").find("one of the fields eventually") != std::string::npos);
  EXPECT(expect("{\"that\": \"leaders == 1\"}").find("\"at_ms\" is missing") != std::string::npos);
  EXPECT(
      expect("{\"eventually\": \"leader == 1\"}").find("expect[0].eventually: column 8: cannot compare") !=
      std::string::npos);
  EXPECT(expect("{\"eventually\": \"leaders == 1\", \"by_ms\": 2000}").find("within the scenario's") !=
         std::string::npos);
  const auto says = [&](const std::string& fields, const std::string& what) {
    return expect(fields).find(what) != std::string::npos;
  };
  EXPECT(says(R"({"eventually": "leaders == 1", "never": "leaders > 1"})", "got eventually, never"));
  EXPECT(says(R"({"eventualy": "leaders == 1"})", "did you mean \"eventually\"?"));
  EXPECT(says(R"({"at": "leaders == 1", "at_ms": 1})", R"({"that": ..., "at_ms": ...})"));
  EXPECT(
      says(R"({"never": "S6.role == leader"})",
           "expect[0].never: column 1: expected S1 to S5, leader or follower before the dot, got \"S6\""));
  EXPECT(says(R"({"never": "S1.vote == S01"})", "column 12: expected S1 to S5, got \"S01\""));
}

TEST_CASE("a nemesis arrives with all its fields, is written again, and says what it cannot be") {
  const Scenario s =
      parsed(R"("actions": [{"at_ms": 1, "do": "nemesis", "faults": ["pause", "jump"], "strikes": 7,
    "between_us": 2000, "lasts_us": 3000}])");
  const sim::Nemesis& nemesis = s.actions[0].command.nemesis;
  EXPECT(nemesis.faults == std::vector{sim::NemesisFault::Pause, sim::NemesisFault::Jump});
  EXPECT(nemesis.strikes == 7);
  EXPECT(nemesis.between_us == 2000);
  EXPECT(nemesis.lasts_us == 3000);
  const auto again = parse_scenario("s.json", to_json(s, true));
  REQUIRE_MESSAGE(again.ok(), again.error().message);
  EXPECT(again->actions[0].command == s.actions[0].command);
  const auto says = [](const std::string& faults) {
    return field_complaint(
        R"("actions": [{"at_ms": 1, "do": "nemesis", "strikes": 1, "between_us": 1000, "faults": )" +
        faults + "}]");
  };
  EXPECT(says("[]") == "s.json:5: actions[0].faults: expected at least one fault, got none");
  EXPECT(says(R"(["crahs"])").find("got \"crahs\" (did you mean \"crash\"?)") != std::string::npos);
  EXPECT(says(R"(["cut", "cut"])") == "s.json:5: actions[0].faults[1]: \"cut\" is named twice");
}

TEST_CASE("a trigger speaks of members that there are") {
  EXPECT(field_complaint(R"("actions": [{"when": "S6.term == 1", "do": "heal_all"}])")
             .find("expected S1 to S5") != std::string::npos);
}

TEST_CASE("fields that do not fit together are refused as well") {
  EXPECT(field_complaint(R"("cluster": {"max_inflight_bytes": 5})") ==
         "s.json:5: cluster: max_inflight_bytes: expected 0, or at least max_size_per_msg, got 5");
  EXPECT(field_complaint("\"cluster\": {\"election_ticks\": 5, \"heartbeat_ticks\": 5}")
             .find("election_ticks") != std::string::npos);
}

}  // namespace
}  // namespace raftarium::lab
