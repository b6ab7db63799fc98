// What is wrong with a disk and a clock, in words and as signs on the stage.

#include "viz/health.h"

#include "screen.h"
#include "support/test.h"
#include "viz/acts.h"

namespace raftarium::viz {
namespace {

using raft::NodeId;

struct StageWithFaults : Screen {
  explicit StageWithFaults(const char* scenario = "first_election") {
    REQUIRE(app().open(scenario).ok());
    app().set_playing(false);
    draw(2);
  }
  void set_disk(std::uint64_t node, const sim::DiskSettings& disk) {
    sim::Command command = about(sim::Command::Kind::SetDisk, NodeId(node));
    command.disk = disk;
    app().act(command);
    draw(2);
  }
  void drift(std::uint64_t node, std::int64_t ppm) {
    sim::Command command = about(sim::Command::Kind::Drift, NodeId(node));
    command.drift_ppm = ppm;
    app().act(command);
    draw(2);
  }
};

bool is_badge_or_legend(const std::string& name) {
  const bool trouble = name.find("disk") != std::string::npos || name.find("clock") != std::string::npos;
  return name.rfind("badge.", 0) == 0 || (name.rfind("legend.", 0) == 0 && trouble);
}

}  // namespace

TEST_SUITE("health") {
  TEST_CASE("all that is wrong with a disk is said with its numbers, and the gravest is its state") {
    sim::DiskSettings disk;
    EXPECT(disk_state(disk) == DiskState::Healthy);
    EXPECT(in_words(disk).empty());
    disk.sync_min_us = 2'000;  // as a good disk's
    EXPECT(disk_state(disk) == DiskState::Healthy);
    EXPECT(in_words(disk).empty());
    disk.sync_min_us = 200'000;
    EXPECT(disk_state(disk) == DiskState::Slow);
    EXPECT(in_words(disk) == "Its disk is slow: a sync takes 200 ms.");
    disk.short_write_per_million = 50'000;
    disk.read_error_per_million = 1'000'000;
    EXPECT(disk_state(disk) == DiskState::Failing);
    EXPECT(in_words(disk) ==
           "Its disk fails by chance: one write in 20 is cut short, every read fails. "
           "Its disk is slow: a sync takes 200 ms.");
    disk.full = true;
    EXPECT(disk_state(disk) == DiskState::Full);
    disk.syncs_lie = true;
    EXPECT(disk_state(disk) == DiskState::Lying);
    EXPECT(in_words(disk).find("Its disk lies") == 0);
    EXPECT(in_words(disk).find("is full") != std::string::npos);
  }

  TEST_CASE("a clock is right, fast, slow, or stands still") {
    EXPECT(clock_in_words(0).empty());
    EXPECT(clock_state(500'000) == ClockState::Fast);
    EXPECT(clock_in_words(500'000) == "Its clock runs fast: 1.5 s pass on it in a second.");
    EXPECT(clock_state(-990'000) == ClockState::Slow);
    EXPECT(clock_in_words(-990'000) == "Its clock runs slow: 0.01 s pass on it in a second.");
    EXPECT(clock_state(-1'000'000) == ClockState::Still);
    EXPECT(clock_in_words(-1'000'000) == "Its clock stands still: its timers never run out.");
  }

  TEST_CASE(
      "a member with a bad disk or clock has a badge, the others have none, and the legend names it") {
    StageWithFaults stage;
    for (const std::string& name : stage.regions()) EXPECT_FALSE(is_badge_or_legend(name));
    sim::DiskSettings full;
    full.full = true;
    stage.set_disk(2, full);
    stage.drift(4, -500'000);
    EXPECT(stage.has("badge.disk.2"));
    EXPECT(stage.has("badge.clock.4"));
    EXPECT_FALSE(stage.has("badge.clock.2"));
    EXPECT_FALSE(stage.has("badge.disk.4"));
    EXPECT(stage.has("legend.full disk"));
    EXPECT(stage.has("legend.slow clock"));
    EXPECT_FALSE(stage.has("legend.slow disk"));
    const int before = stage.vertices();
    stage.move(stage.region("badge.disk.2").center());
    stage.draw(2);
    EXPECT(stage.vertices() > before);  // a tooltip
    stage.set_disk(2, {});
    stage.drift(4, 0);
    for (const std::string& name : stage.regions()) EXPECT_FALSE(is_badge_or_legend(name));
  }
}

}  // namespace raftarium::viz
