#include "lab/play.h"

#include "lab/run.h"
#include "sim/linearizability.h"

#include "support/test.h"

namespace raftarium::lab {
namespace {

Scenario three_members(const std::string& fields) {
  auto parsed = parse_scenario(
      "s.json", std::string(R"({"raftarium": 1, "title": "T", "cluster": {"members": 3}, )") +
                    (fields.find("duration") == std::string::npos ? "\"duration_ms\": 2000, " : "") +
                    fields + "}");
  REQUIRE_MESSAGE(parsed.ok(), parsed.error().message);
  return std::move(*parsed);
}

TEST_CASE("a scenario plays the same every time, and another seed plays otherwise") {
  const auto once = play(three_members("\"seed\": 3"), {});
  EXPECT(once.digest == play(three_members("\"seed\": 3"), {}).digest);
  EXPECT(once.digest != play(three_members("\"seed\": 4"), {}).digest);
  EXPECT(once.ok);
  EXPECT(once.time_us == 2'000'000);
  EXPECT(once.events > 100);
}

TEST_CASE("each kind of expectation can be met and can fail") {
  const auto played = play(three_members(R"("expect": [
    {"eventually": "leaders == 1"}, {"eventually": "leaders == 2"},
    {"always": "violations == 0"}, {"always": "leaders == 0"},
    {"never": "leaders == 2"}, {"never": "leaders == 1"},
    {"that": "leaders == 1", "at_ms": 2000}, {"that": "leaders == 0", "at_ms": 2000}])"),
                           {});
  REQUIRE(played.verdicts.size() == 8);
  for (std::size_t i = 0; i < 8; ++i) {
    CAPTURE(played.verdicts[i].expectation);
    EXPECT(played.verdicts[i].met == (i % 2 == 0));
  }
  EXPECT_FALSE(played.ok);
}

TEST_CASE("a span is looked at from its first moment to its last, even where nothing happens") {
  // Nobody's timer runs out within the first 100 ms.
  const auto played = play(three_members(R"("expect": [
    {"eventually": "time_ms == 50", "from_ms": 50, "by_ms": 50},
    {"that": "time_ms == 51", "at_ms": 51},
    {"never": "time_ms == 52", "from_ms": 52, "by_ms": 52},
    {"always": "time_ms > 53", "from_ms": 53, "by_ms": 60}])"),
                           {});
  EXPECT(played.verdicts[0].met);
  EXPECT(played.verdicts[1].met);
  EXPECT_FALSE(played.verdicts[2].met);
  EXPECT_FALSE(played.verdicts[3].met);
}

TEST_CASE("actions take effect at their moment and are told") {
  std::vector<StoryLine> story;
  const auto played = play(three_members(R"("actions": [{"at_ms": 1000, "do": "crash", "node": "leader"}],
    "expect": [{"that": "count(process == crashed) == 0", "at_ms": 999},
               {"that": "count(process == crashed) == 1", "at_ms": 1000}])"),
                           [&](const StoryLine& line) { story.push_back(line); });
  EXPECT(played.ok);
  bool told = false;
  for (const StoryLine& line : story)
    told = told || (line.time_us == 1'000'000 && line.what.find(" crashes.") != std::string::npos);
  EXPECT(told);
}

TEST_CASE("a cluster that is down altogether does not hold up the clock") {
  const auto played = play(three_members(R"("actions": [
    {"at_ms": 10, "do": "crash", "node": "S1"}, {"at_ms": 10, "do": "crash", "node": "S2"},
    {"at_ms": 10, "do": "crash", "node": "S3"}],
    "expect": [{"that": "count(process == crashed) == 3 and time_ms == 2000", "at_ms": 2000}])"),
                           {});
  EXPECT(played.ok);
}

TEST_CASE("reads, swaps and loads are told, written down and judged") {
  const Scenario all = three_members(R"("duration_ms": 5000, "actions": [
    {"at_ms": 500, "do": "put", "key": "x", "value": "1"},
    {"at_ms": 1000, "do": "swap", "key": "x", "expected": "1", "value": "2"},
    {"at_ms": 1200, "do": "swap", "key": "x", "expected": "1", "value": "3"},
    {"at_ms": 1400, "do": "read", "key": "x"},
    {"at_ms": 1400, "do": "read", "key": "y", "mode": "serializable", "through": "S1"},
    {"at_ms": 1500, "do": "load", "key": "k", "count": 8, "clients": 2, "every_us": 100, "keys": 2,
     "reads_per_million": 500000, "mode": "lease"}],
    "expect": [{"eventually": "read(4) == \"2\" and read(5) == \"\""}, {"never": "read(1) == \"1\""},
      {"never": "read(99) == \"\""}, {"eventually": "requests(committed) == 13"}])");
  std::string story;
  const Played played = play(all, [&](const StoryLine& line) { story += line.what + "\n"; });
  for (const Verdict& verdict : played.verdicts) EXPECT_MESSAGE(verdict.met, verdict.expectation);
  for (const char* line :
       {"to swap x from 1 to 2.", "swap x from 1 to 2 is acknowledged.",
        "swap x from 1 to 3 is refused by the store.", "read x (linearizable) is answered: 2.",
        "read y (serializable) is answered: nothing.",
        "2 clients begin to send 8 requests, each after an answer."}) {
    CAPTURE(line);
    EXPECT(story.find(line) != std::string::npos);
  }
  // Written and read again it is the same.
  const auto again = parse_scenario("s.json", to_json(all, true));
  REQUIRE_MESSAGE(again.ok(), again.error().message);
  REQUIRE(again->actions.size() == all.actions.size());
  for (std::size_t i = 0; i < all.actions.size(); ++i) {
    EXPECT(again->actions[i].command == all.actions[i].command);
  }
}

TEST_CASE("a stale lease read fails a scenario, and both checkers name it") {
  // S1 leads, hardly ticks, and is cut off; S2 leads the others, and is told to write.
  const Scenario stale = three_members(R"("seed": 7, "duration_us": 6000000, "actions": [
    {"at_ms": 50, "do": "timeout", "node": "S1"},
    {"at_ms": 800, "do": "put", "key": "x", "value": "1"},
    {"at_ms": 1400, "do": "drift", "node": "S1", "drift_ppm": -990000},
    {"at_ms": 1500, "do": "isolate", "node": "S1"},
    {"at_ms": 3000, "do": "put", "key": "x", "value": "2", "through": "S2"},
    {"when": {"request_done": {"request": 2}}, "after_ms": 5, "do": "read", "key": "x", "mode": "lease",
     "through": "S1"}])");
  Run run(std::make_shared<const Scenario>(stale));
  run.run_until(stale.duration_us, {});
  const auto& violations = run.world().violations();
  REQUIRE(violations.size() == 1);
  EXPECT(violations[0].property == sim::Property::Linearizability);
  EXPECT(violations[0].why.find("S1 answers request 3 (read x (lease)) as of entry") == 0);
  EXPECT(violations[0].why.find("but request 2 was answered as of entry") != std::string::npos);
  const auto second = sim::check_linearizability(sim::history_of(run.world().requests()));
  EXPECT(second.kind == sim::LinearizabilityVerdict::Kind::Broken);
  EXPECT(second.numbers == std::vector<std::uint64_t>{2, 3});
  EXPECT_FALSE(play(stale, {}).ok);
}

// Everybody is alone for three seconds. Then one link is healed, both ways or one; the rest stays cut for good.
Played healed(const std::string& also) {
  return play(three_members(R"("seed": 11, "duration_ms": 9000, "actions": [
    {"at_ms": 1000, "do": "load", "key": "k", "count": 300, "clients": 5, "every_us": 10000, "keys": 5},
    {"at_ms": 2000, "do": "partition", "groups": [["S1"], ["S2"], ["S3"]]},
    {"at_ms": 5000, "do": "heal", "from": "S1", "to": "S2"})" +
                            also + R"(],
    "expect": [
      {"eventually": "leaders == 1", "from_ms": 5000, "by_ms": 5900},
      {"eventually": "leaders == 1 and S1.applied == leader.last and S2.applied == leader.last",
       "from_ms": 5000, "by_ms": 8500}])"),
              {});
}

TEST_CASE("liveness: a healed core has a leader within three election timeouts and converges") {
  const Played played = healed(R"(, {"at_ms": 5000, "do": "heal", "from": "S2", "to": "S1"})");
  REQUIRE(played.verdicts.size() == 2);
  for (const Verdict& verdict : played.verdicts) {
    CAPTURE(verdict.expectation);
    CAPTURE(verdict.why);
    EXPECT(verdict.met);
  }
}

TEST_CASE("liveness: with one direction only there is no leader, which a scenario that asks is told") {
  const Played played = healed("");
  EXPECT(played.violations.empty());
  EXPECT_FALSE(played.ok);
  REQUIRE(played.verdicts.size() == 2);
  EXPECT_FALSE(played.verdicts[0].met);
  EXPECT_FALSE(played.verdicts[1].met);
}

TEST_CASE("times are cut to milliseconds") {
  EXPECT(seconds(0) == "0.000 s");
  EXPECT(seconds(1'234'999) == "1.234 s");
  EXPECT(seconds(3'600'000'000) == "3600.000 s");
}

}  // namespace
}  // namespace raftarium::lab
