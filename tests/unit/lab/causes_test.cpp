#include "lab/causes.h"

#include <algorithm>
#include <string>
#include <vector>

#include "lab/play.h"
#include "lab/timeline.h"
#include "support/test.h"

namespace raftarium::lab {
namespace {

using Kind = sim::Command::Kind;

constexpr raft::NodeId kS1{1};
constexpr raft::NodeId kS2{2};
constexpr raft::NodeId kS3{3};

Scenario scenario(const std::string& fields) {
  auto parsed = parse_scenario(
      "s.json", R"({"raftarium": 1, "title": "T", "cluster": {"members": 3}, )" + fields + "}");
  REQUIRE_MESSAGE(parsed.ok(), parsed.error().message);
  return std::move(*parsed);
}

std::string joined(const std::vector<CausalStep>& steps) {
  std::string all;
  for (const CausalStep& step : steps) all += step.what + "\n";
  return all;
}

// S2 votes for S1, loses its disk, and votes for S3 in the same term.
Timeline two_leaders() {
  Timeline t(scenario(R"("seed": 9, "duration_ms": 60000)"));
  REQUIRE(t.act({.kind = Kind::Isolate, .node = kS3}).ok());
  REQUIRE(t.act({.kind = Kind::Timeout, .node = kS1}).ok());
  t.run_until(800'000);
  REQUIRE(t.world().leader() == kS1);
  REQUIRE(t.act({.kind = Kind::Crash, .node = kS2}).ok());
  REQUIRE(t.act({.kind = Kind::Wipe, .node = kS2}).ok());
  REQUIRE(t.act({.kind = Kind::Partition, .groups = {{kS1}, {kS2, kS3}}}).ok());
  REQUIRE(t.act({.kind = Kind::Restart, .node = kS2}).ok());
  REQUIRE(t.act({.kind = Kind::Timeout, .node = kS3}).ok());
  t.run_until(1'500'000);
  return t;
}

std::size_t find(const Timeline& t, sim::Property property) {
  const auto& violations = t.world().violations();
  const auto at = std::find_if(violations.begin(), violations.end(),
                               [&](const sim::Violation& v) { return v.property == property; });
  REQUIRE(at != violations.end());
  return static_cast<std::size_t>(at - violations.begin());
}

}  // namespace

TEST_CASE("the chain goes from one fact to the other, over the member that caused both") {
  const Timeline t = two_leaders();
  const std::size_t which = find(t, sim::Property::ElectionSafety);
  const sim::Violation& violation = t.world().violations()[which];
  EXPECT(violation.earlier.what == "S1 leads term 1");
  EXPECT(violation.later.what == "S3 leads term 1");
  const std::vector<CausalStep> steps = t.causes(which);
  const std::string all = joined(steps);
  CAPTURE(all);
  std::size_t at = 0;
  for (const std::string step :
       {"S1 became leader (term 1): S1 leads term 1\n", "wipe S2\n", "restart S2\n",
        "S2->S3 delivered MsgPreVoteResp\n", "S3 became leader (term 1): S3 leads term 1\n"}) {
    CAPTURE(step);
    const std::size_t found = all.find(step, at);
    REQUIRE(found != std::string::npos);
    at = found;
  }
  EXPECT(steps.size() < 20);
  EXPECT(steps.back().event == violation.event);
  EXPECT(std::any_of(steps.begin(), steps.end(),
                     [&](const CausalStep& step) { return step.event == violation.earlier.event; }));
}

TEST_CASE("every step of a chain is an event of its moment, in the order of time") {
  Timeline t = two_leaders();
  const sim::TimeUs end_us = t.now_us();
  for (std::size_t which = 0; which < t.world().violations().size() && which < 5; ++which) {
    CAPTURE(t.world().violations()[which].why);
    const std::vector<CausalStep> steps = t.causes(which);
    REQUIRE_FALSE(steps.empty());
    for (std::size_t i = 1; i < steps.size(); ++i) EXPECT(steps[i - 1].event <= steps[i].event);
    for (const CausalStep& step : steps) {
      t.seek_event(step.event);
      REQUIRE(t.event_count() == step.event);
      const auto& events = t.world().events();
      EXPECT(std::any_of(events.begin(), events.end(), [&](const sim::Event& event) {
        return step.what.find(sim::describe(event)) == 0 && event.time_us == step.time_us &&
               event.node == step.node;
      }));
    }
    t.seek_time(end_us);
  }
}

TEST_CASE("a world that is well has no causes to tell") {
  Timeline t(scenario(R"("seed": 9, "duration_ms": 2000)"));
  t.run_until(2'000'000);
  EXPECT(t.causes(0).empty());
  EXPECT(play(t.scenario(), {}).causes.empty());
}

TEST_CASE("playing a scenario explains its violations") {
  const Scenario lying = scenario(R"("seed": 7, "duration_ms": 4000, "actions": [
    {"at_ms": 50, "do": "timeout", "node": "S1"},
    {"at_ms": 1200, "do": "set_disk", "syncs_lie": true},
    {"at_ms": 1500, "do": "put", "key": "y", "value": "2"},
    {"at_ms": 2500, "do": "crash", "node": "S1"},
    {"at_ms": 2500, "do": "crash", "node": "S2"},
    {"at_ms": 2500, "do": "crash", "node": "S3"},
    {"at_ms": 3000, "do": "restart", "node": "S1"},
    {"at_ms": 3000, "do": "restart", "node": "S2"},
    {"at_ms": 3000, "do": "restart", "node": "S3"}])");
  const Played played = play(lying, {});
  REQUIRE_FALSE(played.violations.empty());
  REQUIRE(played.causes.size() == std::min(played.violations.size(), kMostExplained));
  for (std::size_t i = 0; i < played.causes.size(); ++i) {
    REQUIRE_FALSE(played.causes[i].empty());
    const CausalStep& last = played.causes[i].back();
    EXPECT(last.event <= played.violations[i].event);
    EXPECT(last.what.find(played.violations[i].later.what) != std::string::npos);
  }
}

}  // namespace raftarium::lab
