#include "lab/play.h"

#include "support/test.h"

namespace raftarium::lab {
namespace {

Scenario scenario(const std::string& fields) {
  auto parsed = parse_scenario(
      "s.json",
      R"({"raftarium": 1, "title": "T", "duration_ms": 2000, "cluster": {"members": 3}, )" + fields + "}");
  REQUIRE_MESSAGE(parsed.ok(), parsed.error().message);
  return std::move(*parsed);
}

TEST_CASE("a scenario plays the same every time, and another seed plays otherwise") {
  const auto once = play(scenario("\"seed\": 3"), {});
  EXPECT(once.digest == play(scenario("\"seed\": 3"), {}).digest);
  EXPECT(once.digest != play(scenario("\"seed\": 4"), {}).digest);
  EXPECT(once.ok);
  EXPECT(once.time_us == 2'000'000);
  EXPECT(once.events > 100);
}

TEST_CASE("each kind of expectation can be met and can fail") {
  const auto played = play(scenario(R"("expect": [
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
  const auto played = play(scenario(R"("expect": [
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
  const auto played = play(scenario(R"("actions": [{"at_ms": 1000, "do": "crash", "node": "leader"}],
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
  const auto played = play(scenario(R"("actions": [
    {"at_ms": 10, "do": "crash", "node": "S1"}, {"at_ms": 10, "do": "crash", "node": "S2"},
    {"at_ms": 10, "do": "crash", "node": "S3"}],
    "expect": [{"that": "count(process == crashed) == 3 and time_ms == 2000", "at_ms": 2000}])"),
                           {});
  EXPECT(played.ok);
}

TEST_CASE("times are cut to milliseconds") {
  EXPECT(seconds(0) == "0.000 s");
  EXPECT(seconds(1'234'999) == "1.234 s");
  EXPECT(seconds(3'600'000'000) == "3600.000 s");
}

}  // namespace
}  // namespace raftarium::lab
