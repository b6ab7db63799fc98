#include "lab/timeline.h"

#include "support/test.h"

namespace raftarium::lab {
namespace {

using Kind = sim::Command::Kind;

Timeline timeline(const std::string& actions = "") {
  auto parsed = parse_scenario(
      "s.json",
      R"({"raftarium": 1, "title": "T", "seed": 9, "duration_ms": 60000, "cluster": {"members": 3}, "actions": [)" +
          actions + "]}");
  REQUIRE_MESSAGE(parsed.ok(), parsed.error().message);
  return Timeline(std::move(*parsed));
}

TEST_CASE("stepping forward and back gives the same digests, event by event") {
  Timeline t = timeline(R"({"at_ms": 700, "do": "crash", "node": "leader"})");
  std::vector<std::uint64_t> digests{t.digest()};
  for (int i = 0; i < 400; ++i) {
    t.step_event();
    REQUIRE(t.event_count() == static_cast<std::uint64_t>(i + 1));
    digests.push_back(t.digest());
  }
  for (std::size_t i = 400; i-- > 0;) {
    t.step_back();
    REQUIRE(t.event_count() == i);
    REQUIRE(t.digest() == digests[i]);
  }
  t.step_back();
  EXPECT(t.event_count() == 0);
  t.seek_event(250);
  EXPECT(t.digest() == digests[250]);
}

TEST_CASE("seeking far beyond the end goes on for as long as something happens") {
  Timeline t = timeline();
  t.seek_event(5000);
  EXPECT(t.event_count() == 5000);
  EXPECT(t.now_us() > 20'000'000);
  const std::uint64_t digest = t.digest();
  Timeline other = timeline();
  other.run_until(t.now_us());
  other.seek_event(5000);
  EXPECT(other.digest() == digest);
}

TEST_CASE("seeking what never happens gives up after a long silence") {
  Timeline t = timeline();
  t.run_until(1'000'000);
  for (const raft::NodeId node : t.world().members())
    REQUIRE(t.act({.kind = Kind::Crash, .node = node}).ok());
  const std::uint64_t last = t.event_count();
  t.seek_event(last + 1000);
  EXPECT(t.event_count() < last + 1000);  // what was on its way is lost
  EXPECT(t.now_us() >= 10'000'000);
  EXPECT(t.now_us() < 13'000'000);
}

TEST_CASE("seeking in time, forward and back, ends where playing ends") {
  Timeline t = timeline();
  t.run_until(3'000'000);
  const std::uint64_t at_three = t.digest();
  t.run_until(9'000'000);
  t.seek_time(3'000'000);
  EXPECT(t.now_us() == 3'000'000);
  EXPECT(t.digest() == at_three);
  t.seek_time(-5);
  EXPECT(t.now_us() == 0);
  EXPECT(t.event_count() == 0);
}

TEST_CASE("a long way can be gone in parts") {
  Timeline whole = timeline();
  EXPECT(whole.run_until(3'000'000));
  Timeline parts = timeline();
  int count = 1;
  while (!parts.run_until(3'000'000, 100)) ++count;
  EXPECT(count > 5);
  EXPECT(parts.now_us() == 3'000'000);
  EXPECT(parts.digest() == whole.digest());
  EXPECT(parts.run_until(3'000'000, 0));  // it is there
}

TEST_CASE("memory stays bounded while the past stays reachable") {
  Timeline t = timeline();
  t.run_until(2'000'000);
  const std::uint64_t early = t.digest();
  t.run_until(55'000'000);  // tens of thousands of steps, so that checkpoints are thinned several times
  t.seek_time(2'000'000);
  EXPECT(t.digest() == early);
}

TEST_CASE("memory stays bounded however much is on its way") {
  auto crowded = parse_scenario("s.json", R"({"raftarium": 1, "title": "T", "seed": 9, "duration_ms": 60000,
      "cluster": {"members": 9, "latency_min_us": 200000, "max_messages_in_flight": 10000, "election_ticks": 100},
      "actions": [{"at_ms": 3000, "do": "load", "open": true, "key": "k", "count": 10000, "every_us": 20}]})");
  REQUIRE_MESSAGE(crowded.ok(), crowded.error().message);
  Timeline t(std::move(*crowded));
  std::size_t fullest = 0;
  std::size_t most = 0;
  for (sim::TimeUs at = 3'000'000; at <= 3'600'000; at += 10'000) {
    t.run_until(at);
    fullest = std::max(fullest, t.world().bytes_in_flight());
    most = std::max(most, t.bytes_in_flight());
  }
  CAPTURE(fullest);
  CAPTURE(most);
  EXPECT(64 * fullest > 80U << 20U);  // as many as are kept of calmer worlds would be too much
  EXPECT(most <= 32U << 20U);
  const std::uint64_t end = t.digest();
  t.seek_time(3'200'000);
  t.seek_time(3'600'000);
  EXPECT(t.digest() == end);
}

TEST_CASE("an act at the end joins the branch") {
  Timeline t = timeline();
  t.run_until(1'000'000);
  REQUIRE(t.act({.kind = Kind::Crash, .node = raft::NodeId(1)}).ok());
  EXPECT(t.branches().size() == 1);
  t.run_until(2'000'000);
  const std::uint64_t digest = t.digest();
  t.seek_time(500'000);
  EXPECT(t.world().process(raft::NodeId(1)) == sim::ProcessState::Running);
  t.seek_time(2'000'000);
  EXPECT(t.world().process(raft::NodeId(1)) == sim::ProcessState::Crashed);
  EXPECT(t.digest() == digest);
}

TEST_CASE("an act in the past forks, and nothing of the old future is lost") {
  Timeline t = timeline();
  t.run_until(3'000'000);
  const std::uint64_t old_end = t.digest();
  t.seek_time(1'000'000);
  const std::uint64_t fork = t.digest();
  REQUIRE(t.act({.kind = Kind::Isolate, .node = t.world().leader()}).ok());
  REQUIRE(t.branches().size() == 2);
  EXPECT(t.branch() == 1);
  EXPECT(t.branches()[1].parent == 0);
  EXPECT(t.branches()[1].fork_us == 1'000'000);
  t.run_until(3'000'000);
  EXPECT(t.digest() != old_end);
  const std::uint64_t new_end = t.digest();

  t.switch_branch(0);
  EXPECT(t.now_us() == 3'000'000);
  EXPECT(t.digest() == old_end);
  t.switch_branch(1);
  EXPECT(t.digest() == new_end);
  // Before the fork, both are the same past.
  t.seek_time(1'000'000);
  t.step_back();
  t.step_event();
  t.seek_time(999'999);
  const std::uint64_t before = t.digest();
  t.switch_branch(0);
  t.seek_time(999'999);
  EXPECT(t.digest() == before);
  (void)fork;
}

TEST_CASE("undo goes back to before the last act, on the branch that it left") {
  Timeline t = timeline();
  EXPECT_FALSE(t.undo());
  t.run_until(2'000'000);
  t.seek_time(1'000'000);
  const std::uint64_t before = t.digest();
  REQUIRE(t.act({.kind = Kind::Crash, .node = raft::NodeId(2)}).ok());
  t.run_until(1'500'000);
  REQUIRE(t.act({.kind = Kind::Restart, .node = raft::NodeId(2)}).ok());
  REQUIRE(t.undo());
  EXPECT(t.branch() == 1);
  EXPECT(t.now_us() == 1'500'000);
  EXPECT(t.world().process(raft::NodeId(2)) == sim::ProcessState::Crashed);
  REQUIRE(t.undo());
  EXPECT(t.branch() == 0);
  EXPECT(t.digest() == before);
  EXPECT_FALSE(t.undo());
}

TEST_CASE("an act that makes no sense changes nothing") {
  Timeline t = timeline();
  t.run_until(1'000'000);
  const std::uint64_t before = t.digest();
  const auto status = t.act({.kind = Kind::Restart, .node = raft::NodeId(1)});
  REQUIRE_FALSE(status.ok());
  EXPECT(status.error().message == "restart: S1 is not crashed");
  EXPECT_FALSE(t.act({.kind = Kind::Crash, .node = raft::NodeId(8)}).ok());
  EXPECT(t.digest() == before);
  EXPECT(t.branches().size() == 1);
}

TEST_CASE("several acts at one moment are replayed in their order") {
  Timeline t = timeline();
  t.run_until(1'000'000);
  REQUIRE(t.act({.kind = Kind::Cut, .node = raft::NodeId(1), .peer = raft::NodeId(2)}).ok());
  REQUIRE(t.act({.kind = Kind::Cut, .node = raft::NodeId(2), .peer = raft::NodeId(1)}).ok());
  REQUIRE(t.act({.kind = Kind::Heal, .node = raft::NodeId(1), .peer = raft::NodeId(2)}).ok());
  t.run_until(2'000'000);
  const std::uint64_t digest = t.digest();
  t.seek_time(0);
  t.seek_time(2'000'000);
  EXPECT(t.digest() == digest);
  EXPECT_FALSE(t.world().network().link(raft::NodeId(1), raft::NodeId(2)).cut);
  EXPECT(t.world().network().link(raft::NodeId(2), raft::NodeId(1)).cut);
}

TEST_CASE("marks and story belong to the branch; the story ends at the position") {
  Timeline t = timeline();
  t.run_until(3'000'000);
  REQUIRE_FALSE(t.marks().empty());
  REQUIRE_FALSE(t.story(1000).empty());
  t.seek_event(t.marks().front().event);
  for (const StoryLine& line : t.story(1000)) EXPECT(line.event <= t.event_count());
  EXPECT(t.story(2).size() <= 2);
  EXPECT(t.marks().size() > 1);
}

TEST_CASE("what the disks did belongs to the branch, and ends at the position") {
  Timeline t = timeline();
  t.run_until(1'000'000);
  REQUIRE(t.act({.kind = Kind::Put, .key = "x", .value = "1"}).ok());
  t.run_until(1'500'000);
  const std::size_t all = t.disk_work(1000).size();
  const std::uint64_t syncs = t.disk_work(1).back().syncs;
  EXPECT(t.disk_work(1).back().writes > 0);
  EXPECT(t.disk_work(1).back().bytes > t.disk_work(1).back().writes);
  EXPECT(t.disk_work(2).size() == 2);
  t.seek_time(900'000);
  const auto before = t.disk_work(1000);
  REQUIRE_FALSE(before.empty());
  EXPECT(before.size() < all);
  EXPECT(before.back().event <= t.event_count());
  const std::uint64_t then = before.back().syncs;
  EXPECT(then < syncs);
  REQUIRE(t.act({.kind = Kind::Put, .key = "y", .value = "2"}).ok());
  REQUIRE(t.branch() == 1);
  EXPECT(t.disk_work(1).back().syncs == then);  // the write has not come to a disk yet
  t.run_until(1'500'000);
  EXPECT(t.disk_work(1).back().syncs > then);
}

TEST_CASE("copies of a world go their own ways, also when one branch is replayed many times") {
  Timeline t = timeline();
  t.run_until(1'500'000);
  const sim::World kept = t.world();
  const std::uint64_t digest = kept.digest();
  t.run_until(4'000'000);
  EXPECT(kept.digest() == digest);
  sim::World again = kept;
  again.run_until(4'000'000);
  EXPECT(again.digest() == t.digest());
}

TEST_CASE("branches that part late in a long past are compared from there on") {
  Timeline t = timeline();
  t.run_until(30'000'000);
  t.seek_time(29'000'000);
  REQUIRE(t.act({.kind = Kind::Put, .key = "x", .value = "1"}).ok());
  t.run_until(30'000'000);
  t.seek_time(29'500'000);
  REQUIRE(t.act({.kind = Kind::Put, .key = "x", .value = "2"}).ok());
  t.run_until(30'000'000);
  const BranchComparison first = t.compare(0, 1);
  REQUIRE(first.diverge);
  EXPECT(first.time_us == 29'000'000);
  EXPECT(first.in_b.find("put x=1") != std::string::npos);
  // Each has a time of its own, and words without it.
  EXPECT(first.time_b_us == 29'000'000);
  EXPECT(first.time_a_us > 29'000'000);
  EXPECT(first.told_b.find("x=1") != std::string::npos);
  EXPECT(first.told_b.find("29000000") == std::string::npos);
  EXPECT_FALSE(first.told_a.empty());
  const BranchComparison second = t.compare(2, 1);
  REQUIRE(second.diverge);
  EXPECT(second.time_us == 29'500'000);
  EXPECT(second.in_a.find("put x=2") != std::string::npos);
  REQUIRE(second.entries.size() == 3);
  EXPECT(second.entries[0].in_a == "term 1: x=2, committed");
  EXPECT(t.compare(0, 2).event == first.event);
}

TEST_CASE("branches can be named, compared and deleted") {
  Timeline t = timeline();
  t.run_until(2'000'000);
  t.seek_time(1'000'000);
  const raft::NodeId leader = t.world().leader();
  const raft::NodeId follower(leader.value() % 3 + 1);
  REQUIRE(t.act({.kind = Kind::Put, .key = "x", .value = "1"}).ok());
  t.run_until(2'000'000);
  t.seek_time(1'200'000);
  REQUIRE(t.act({.kind = Kind::Crash, .node = follower}).ok());
  t.run_until(1'900'000);
  REQUIRE(t.branches().size() == 3);
  t.rename_branch(1, "with a write");
  EXPECT(t.branches()[1].name == "with a write");

  const BranchComparison put = t.compare(0, 1);
  REQUIRE(put.diverge);
  EXPECT(put.time_us == 1'000'000);
  EXPECT(put.in_b.find("put x=1") != std::string::npos);
  EXPECT(put.compared_us == 2'000'000);
  REQUIRE(put.entries.size() == 3);
  EXPECT(put.entries[0].index == raft::Index(3));
  EXPECT(put.entries[0].in_a.empty());
  EXPECT(put.entries[0].in_b == "term 1: x=1, committed");

  const BranchComparison crash = t.compare(1, 2);
  REQUIRE(crash.diverge);
  EXPECT(crash.time_us == 1'200'000);
  EXPECT_FALSE(t.compare(1, 1).diverge);
  EXPECT(t.compare(1, 1).entries.empty());
  EXPECT_FALSE(t.compare(1, 99).diverge);

  EXPECT_FALSE(t.delete_branch(0).ok());
  EXPECT_FALSE(t.delete_branch(2).ok());
  EXPECT_FALSE(t.delete_branch(7).ok());
  const std::uint64_t digest = t.digest();
  REQUIRE(t.delete_branch(1).ok());
  REQUIRE(t.branches().size() == 2);
  EXPECT(t.branches()[1].id == 2);
  EXPECT(t.branches()[1].parent == 0);
  t.seek_time(0);
  t.seek_time(1'900'000);
  EXPECT(t.digest() == digest);
  t.switch_branch(1);
  EXPECT(t.branch() == 2);
}

}  // namespace
}  // namespace raftarium::lab
