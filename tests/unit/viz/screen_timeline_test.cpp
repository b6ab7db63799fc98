// The timeline: which marks and which branches have a place on it.

#include <algorithm>

#include "screen.h"
#include "support/test.h"
#include "viz/acts.h"

namespace raftarium::viz {
namespace {

using Kind = lab::Mark::Kind;

// Drawn in full, not as a tick.
bool shown(const Screen& screen, std::size_t mark) {
  return screen.has("timeline.mark." + std::to_string(mark));
}

std::size_t first_of(const Frame& frame, Kind kind) {
  const auto found = std::find_if(frame.marks.begin(), frame.marks.end(),
                                  [&](const lab::Mark& mark) { return mark.kind == kind; });
  REQUIRE(found != frame.marks.end());
  return static_cast<std::size_t>(found - frame.marks.begin());
}

void open_at(Screen& screen, const char* scenario, std::int64_t time_us) {
  REQUIRE(screen.app().open(scenario).ok());
  screen.app().set_playing(false);
  screen.app().seek(time_us);
  while (screen.app().seeking()) screen.draw();
  screen.draw(2);
}

// Acts at each of these moments of the first branch, so that each makes a branch of its own.
void fork_at(Screen& screen, const std::vector<std::int64_t>& moments) {
  for (const std::int64_t time_us : moments) {
    screen.app().control({Control::Kind::SwitchBranch, 0, {}});
    screen.app().control({Control::Kind::SeekTime, time_us, {}});
    screen.draw(2);
    screen.app().act(about(sim::Command::Kind::Crash, raft::NodeId(1)));
    screen.draw(2);
  }
}

std::string line_of(lab::BranchId branch) { return "timeline.branch." + std::to_string(branch); }

}  // namespace

TEST_SUITE("timeline") {
  TEST_CASE("a violation always has its mark, whatever else happens about then") {
    for (const char* scenario : {"lease_read_slow_clock", "blank_return"}) {
      CAPTURE(scenario);
      {
        Screen screen;
        open_at(screen, scenario, 5'000'000);
        EXPECT(shown(screen, first_of(screen.frame(), Kind::Violation)));
      }
      // The same when marks come one after the other, as they do while time runs.
      Screen running;
      open_at(running, scenario, 1'000'000);
      for (std::int64_t at = 1'000'000; at <= 5'000'000; at += 100'000) {
        running.app().seek(at);
        running.draw(1);
      }
      EXPECT(shown(running, first_of(running.frame(), Kind::Violation)));
    }
  }

  TEST_CASE("elections, crashes and cuts come before requests and restarts; marks in full keep apart") {
    Screen screen;
    open_at(screen, "fifty_clients", 2'000'000);
    const Frame& frame = screen.frame();
    std::vector<std::size_t> full;
    for (std::size_t i = 0; i < frame.marks.size(); ++i) {
      if (shown(screen, i)) full.push_back(i);
    }
    REQUIRE(full.size() > 1);
    for (std::size_t i = 1; i < full.size(); ++i) {
      const Rect before = screen.region("timeline.mark." + std::to_string(full[i - 1]));
      const Rect after = screen.region("timeline.mark." + std::to_string(full[i]));
      EXPECT(after.x >= before.right());
    }
    EXPECT(shown(screen, first_of(frame, Kind::Leader)));
  }

  TEST_CASE("six other branches have a line, the rest a number that leads to the list") {
    Screen screen;
    open_at(screen, "first_election", 3'000'000);
    fork_at(screen, {500'000, 900'000, 1'300'000});
    for (const lab::BranchId other : {0U, 1U, 2U}) EXPECT(screen.has(line_of(other)));
    EXPECT_FALSE(screen.has("timeline.branches.more"));
    fork_at(screen, {1'500'000, 1'700'000, 1'900'000, 2'100'000, 2'300'000});
    REQUIRE(screen.frame().branches.size() == 9);
    EXPECT(screen.frame().branch == 8);
    std::size_t lines = 0;
    for (lab::BranchId other = 0; other < 8; ++other) lines += screen.has(line_of(other)) ? 1U : 0U;
    EXPECT(lines == 6);
    EXPECT(screen.has(line_of(0)));  // what it descends from
    EXPECT(screen.has(line_of(7)));  // the newest
    EXPECT_FALSE(screen.has(line_of(1)));
    const Rect panel = screen.region("panel.timeline");
    for (const std::string& name : screen.regions()) {
      if (name.rfind("timeline.branch.", 0) == 0) EXPECT(screen.region(name).bottom() <= panel.bottom());
    }
    screen.click("timeline.branches.more");
    EXPECT(screen.view("popup") == "true");
    EXPECT(screen.has("branch.1"));
  }

  TEST_CASE("a click on the line of a branch goes there") {
    Screen screen;
    open_at(screen, "first_election", 3'000'000);
    fork_at(screen, {500'000, 900'000, 1'300'000, 1'500'000});
    screen.click(line_of(2));
    EXPECT(screen.frame().branch == 2);
  }

  TEST_CASE("what opens well takes the notice about what did not with it") {
    Screen screen;
    REQUIRE(screen.app().open("first_election").ok());
    const base::Status refused = screen.app().open_text("bad.json", "{");
    REQUIRE_FALSE(refused.ok());
    screen.app().say(refused.error().message, true);
    screen.draw(2);
    REQUIRE_FALSE(screen.app().notice().empty());
    REQUIRE(screen.app().open("split_brain").ok());
    EXPECT(screen.app().notice().empty());
    screen.draw(2);
    EXPECT(screen.app().notice().empty());
  }
}

}  // namespace raftarium::viz
