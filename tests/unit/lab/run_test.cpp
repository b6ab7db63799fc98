#include "lab/run.h"

#include "support/test.h"

namespace raftarium::lab {
namespace {

std::shared_ptr<const Scenario> scenario(const std::string& actions) {
  auto parsed = parse_scenario("s.json", R"({"raftarium": 1, "title": "T", "seed": 9, "duration_ms": 60000,
    "cluster": {"members": 3}, "actions": [)" +
                                             actions + "]}");
  REQUIRE_MESSAGE(parsed.ok(), parsed.error().message);
  return std::make_shared<const Scenario>(std::move(*parsed));
}

// When something first happened, or -1.
sim::TimeUs first(const std::string& actions, sim::Command::Kind act) {
  Run run(scenario(actions));
  while (run.world().now_us() < 5'000'000) {
    run.step({});
    for (const sim::Event& event : run.world().events()) {
      if (event.kind == sim::Event::Kind::Acted && event.command->kind == act) return event.time_us;
    }
  }
  return -1;
}

sim::TimeUs election() {
  Run run(scenario(""));
  while (run.world().leader() == raft::kNone) run.step({});
  return run.world().now_us();
}

TEST_CASE("an action waits for an event, and for a time after it") {
  using Kind = sim::Command::Kind;
  const sim::TimeUs elected = election();
  EXPECT(first(R"({"when": {"leader_elected": {}}, "do": "heal_all"})", Kind::HealAll) == elected);
  EXPECT(first(R"({"when": {"leader_elected": {"term": 1}}, "after_us": 1234, "do": "heal_all"})",
               Kind::HealAll) == elected + 1234);
  EXPECT(first(R"({"when": {"leader_elected": {"term": 2}}, "do": "heal_all"})", Kind::HealAll) == -1);
  EXPECT(first(R"({"when": "leaders == 1", "do": "heal_all"})", Kind::HealAll) == elected);
}

TEST_CASE("each kind of trigger is pulled by its event") {
  const std::string crash =
      R"({"at_ms": 1000, "do": "crash", "node": "leader"}, {"at_ms": 2500, "do": "restart", "node": "crashed"},
    {"at_ms": 900, "do": "put", "key": "a", "value": "1"},)";
  for (const char* when :
       {R"({"candidate_stood": {"term": 2}})", R"({"committed": {"index": 3}})",
        R"({"message_sent": {"type": "MsgVote"}})",
        R"({"message_delivered": {"type": "MsgAppResp", "nth": 5}})", R"({"message_lost": {}})",
        R"({"request_done": {"request": 1}})", R"({"crashed": {}})", R"({"restarted": {}})",
        R"("count(process == crashed) == 1")"}) {
    CAPTURE(when);
    EXPECT(first(crash + R"({"when": )" + when + R"(, "do": "heal_all"})", sim::Command::Kind::HealAll) >
           0);
  }
  const std::string cut =
      R"({"at_ms": 1000, "do": "isolate", "node": "leader"},
    {"at_ms": 1001, "do": "put", "key": "a", "value": "1", "through": "leader"},
    {"at_ms": 3000, "do": "set_link", "latency_min_us": 1000, "latency_mean_us": 0, "loss_per_million": 0},
    {"at_ms": 3000, "do": "heal_all"},)";
  for (const char* when : {R"({"stepped_down": {}})", R"({"log_truncated": {}})"}) {
    CAPTURE(when);
    EXPECT(first(cut + R"({"when": )" + when + R"(, "do": "timeout", "node": "S1"})",
                 sim::Command::Kind::Timeout) > 0);
  }
}

TEST_CASE("nth waits for the nth time, and a trigger is pulled once") {
  Run run(scenario(R"({"when": {"message_sent": {"type": "MsgHeartbeat", "nth": 3}}, "do": "heal_all"})"));
  std::size_t heartbeats = 0;
  std::size_t acts = 0;
  std::size_t heartbeats_at_act = 0;
  while (run.world().now_us() < 3'000'000) {
    run.step({});
    for (const sim::Event& event : run.world().events()) {
      if (event.kind == sim::Event::Kind::Acted) {
        ++acts;
        heartbeats_at_act = heartbeats;
      }
      const bool sent = event.kind == sim::Event::Kind::Sent;
      heartbeats += sent && event.message_type == raft::MessageType::MsgHeartbeat ? 1 : 0;
    }
  }
  EXPECT(acts == 1);
  // Two are sent at once; the act follows when all that is due at the moment has happened.
  EXPECT(heartbeats_at_act >= 3);
  EXPECT(heartbeats_at_act <= 4);
}

TEST_CASE("a copy of a run has its own triggers") {
  Run run(scenario(R"({"when": {"leader_elected": {}}, "do": "crash", "node": "leader"})"));
  const Run copy = run;
  run.run_until(3'000'000, {});
  Run again = copy;
  again.run_until(3'000'000, {});
  EXPECT(again.world().digest() == run.world().digest());
  EXPECT(copy.world().now_us() == 0);
}

TEST_CASE("a journal's act falls between the steps where it fell") {
  const auto s = scenario("");
  Run live(s);
  Journal journal;
  while (live.world().steps() < 1000) live.step({});
  journal.push_back({live.world().steps(),
                     live.world().now_us(),
                     {.kind = sim::Command::Kind::Crash, .node = raft::NodeId(1)}});
  REQUIRE(live.act(journal.back().command).ok());
  journal.push_back({live.world().steps(),
                     live.world().now_us(),
                     {.kind = sim::Command::Kind::Restart, .node = raft::NodeId(1)}});
  REQUIRE(live.act(journal.back().command).ok());
  live.run_until(20'000'000, {});
  Run replayed(s);
  replayed.run_until(20'000'000, journal);
  EXPECT(replayed.world().digest() == live.world().digest());
}

TEST_CASE("a journal of another world is played without an end or a crash") {
  Journal journal;
  for (std::uint64_t step = 0; step < 3000; step += 3) {
    // Times that do not fit, commands that make no sense.
    journal.push_back({step,
                       static_cast<sim::TimeUs>((step * 7919) % 5'000'000),
                       {.kind = sim::Command::Kind::Restart, .node = raft::NodeId(step % 5)}});
  }
  Run run(scenario(""));
  run.run_until(10'000'000, journal);
  EXPECT(run.world().now_us() == 10'000'000);
}

TEST_CASE("triggers that cannot be meant are refused") {
  const auto complaint = [](const std::string& when) {
    const auto parsed = parse_scenario(
        "s.json", R"({"raftarium": 1, "title": "T", "duration_ms": 1000, "actions": [{"when": )" + when +
                      R"(, "do": "heal_all"}]})");
    return parsed.ok() ? std::string() : parsed.error().message;
  };
  EXPECT(complaint("5").find("actions[0].when: expected a predicate or an object with one of") !=
         std::string::npos);
  EXPECT(complaint("{}").find("expected a predicate or an object") != std::string::npos);
  EXPECT(complaint(R"({"leader_elected": {}, "crashed": {}})").find("with one of") != std::string::npos);
  EXPECT(complaint(R"({"leader_electd": {}})").find("did you mean \"leader_elected\"?") !=
         std::string::npos);
  EXPECT(complaint(R"({"leader_elected": {"index": 1}})").find("unknown field") != std::string::npos);
  EXPECT(complaint(R"({"message_sent": {"type": "MsgAp"}})").find("did you mean \"MsgApp\"?") !=
         std::string::npos);
  EXPECT(complaint(R"({"crashed": {"nth": 0}})").find("expected an integer from 1") != std::string::npos);
  EXPECT(complaint(R"({"crashed": {"node": "leader"}})").find("expected S1 to S5, got \"leader\"") !=
         std::string::npos);
  EXPECT(complaint("\"leaders =\"").find("actions[0].when: column") != std::string::npos);
  EXPECT(complaint(R"("leaders == 1", "at_ms": 5)").find("exclude each other") != std::string::npos);
}

}  // namespace
}  // namespace raftarium::lab
