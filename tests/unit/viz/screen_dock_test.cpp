// The dock's tabs, the command palette and breakpoints.

#include <algorithm>

#include "screen.h"
#include "support/test.h"
#include "viz/acts.h"

namespace raftarium::viz {
namespace {

using raft::NodeId;

struct Dock : Screen {
  explicit Dock(Vec2 size = {1280, 800}) : Screen(size) {
    REQUIRE(app().open("first_election").ok());
    play_until(700'000);
  }
};

}  // namespace

TEST_SUITE("dock") {
  TEST_CASE("each tab shows its panel") {
    Dock dock;
    dock.click("tab.space_time");
    EXPECT(dock.view("tab") == "space_time");
    EXPECT(dock.has("space_time"));
    EXPECT(dock.has("line.5"));
    dock.click("tab.metrics");
    EXPECT(dock.has("metric.heartbeats"));
    EXPECT_FALSE(dock.has("space_time"));
    EXPECT(dock.frame().disk_work.size() > 1);
    EXPECT(dock.frame().disk_work.back().syncs > 0);
    dock.key(ImGuiKey_P);
    dock.click("tab.clients");
    EXPECT(dock.has("request.1"));
    dock.click("tab.logs");
    EXPECT(dock.has("log.1.2"));
    dock.click("tab.metrics");
    dock.play_until(dock.frame().time_us + 200'000);
    EXPECT(std::any_of(dock.frame().trace.begin(), dock.frame().trace.end(),
                       [](const lab::TracedMessage& message) { return message.bytes > 0; }));
  }

  TEST_CASE("space and time: the wheel zooms about the pointer, a drag moves, a click goes there") {
    Dock dock;
    dock.click("tab.space_time");
    const Rect plot = dock.region("space_time");
    // Between two lines, where the present is not: half a second ago.
    const Vec2 at{plot.x + plot.w * 0.06F, plot.y + 2};
    const std::int64_t before = dock.frame().time_us;
    dock.click_at(at);
    const std::int64_t there = dock.frame().time_us;
    EXPECT(there < before);
    dock.drag({{plot.x + plot.w * 0.5F, plot.y + 2}, {plot.x + plot.w * 0.7F, plot.y + 2}});
    EXPECT(dock.frame().time_us == there);  // moving the picture moves no time
    EXPECT(dock.frame().branches.size() == 1);
    dock.move(at);
    dock.wheel(4);
    dock.wheel(-8);
    EXPECT(dock.frame().time_us == there);
    dock.click("line.3");
    EXPECT(dock.view("selected") == "3");
  }

  TEST_CASE(
      "a log of many thousand entries is scrolled end to end, and only what is in sight is taken from it") {
    Screen screen;
    REQUIRE(
        screen.app()
            .open_text("long.json", R"({"raftarium": 1, "title": "Long", "seed": 3, "duration_ms": 60000,
                    "cluster": {"members": 3}, "actions": [{"at_ms": 1000, "do": "load", "open": true, "key": "k",
                    "every_us": 50, "count": 20000, "keys": 50}]})")
            .ok());
    screen.app().set_playing(false);
    screen.app().seek(4'000'000);
    while (screen.app().seeking()) screen.draw();
    screen.draw(3);
    const std::uint64_t last = screen.frame().members[0].status.last_index.value();
    REQUIRE(last > 10'000);
    // The number of the first entry of S1 that is in sight.
    const auto first_in_sight = [&] {
      std::uint64_t first = ~std::uint64_t{0};
      for (const std::string& name : screen.regions()) {
        if (name.rfind("log.1.", 0) == 0)
          first = std::min<std::uint64_t>(first, std::stoull(name.substr(6)));
      }
      return first;
    };
    screen.move(screen.region("panel.dock").center());
    const auto wheel_left = [&](float steps) {
      ImGui::GetIO().AddMouseWheelEvent(steps, 0);
      screen.draw(4);
      EXPECT(screen.frame().members[0].entries.size() < 200);
    };
    constexpr float kFar = 1e6F;
    EXPECT(first_in_sight() > last - 30);
    wheel_left(kFar);
    EXPECT(first_in_sight() < 30);
    wheel_left(-static_cast<float>(last));
    EXPECT(first_in_sight() > last / 8);
    EXPECT(first_in_sight() < last / 8 * 7);
    wheel_left(-kFar);
    EXPECT(first_in_sight() > last - 30);
  }

  TEST_CASE("space and time: Shift with the keys of the stage zooms over four decades, and moves") {
    Dock dock;
    const auto number = [&](const char* field) { return std::stod(dock.view(field)); };
    dock.key(ImGuiKey_PageUp, ImGuiMod_Shift);
    EXPECT(number("span_us") == 1'000'000);  // it is not shown
    dock.click("tab.space_time");
    dock.key(ImGuiKey_PageUp, ImGuiMod_Shift);
    EXPECT(number("span_us") < 1'000'000);
    EXPECT(number("zoom") == 1);
    for (int i = 0; i < 30; ++i) dock.key(ImGuiKey_PageDown, ImGuiMod_Shift);
    EXPECT(number("span_us") == SpaceTimeView::kMostSpanUs);
    for (int i = 0; i < 40; ++i) dock.key(ImGuiKey_PageUp, ImGuiMod_Shift);
    EXPECT(number("span_us") == SpaceTimeView::kLeastSpanUs);
    const auto now = static_cast<double>(dock.frame().time_us);
    EXPECT(number("from_us") < now);
    EXPECT(number("from_us") + number("span_us") > now);
    const double from = number("from_us");
    ImGui::GetIO().AddKeyEvent(ImGuiMod_Ctrl, true);
    dock.key(ImGuiKey_LeftArrow, ImGuiMod_Shift);
    ImGui::GetIO().AddKeyEvent(ImGuiMod_Ctrl, false);
    EXPECT(number("from_us") == doctest::Approx(from - SpaceTimeView::kLeastSpanUs / 10));
    EXPECT(dock.view("pan") == "[0,0]");  // of the stage
    EXPECT(static_cast<double>(dock.frame().time_us) == now);
  }

  TEST_CASE("a request leads to its member and its entry") {
    Dock dock;
    dock.key(ImGuiKey_Escape);
    dock.key(ImGuiKey_P);
    dock.play_until(dock.frame().time_us + 200'000);
    dock.click("tab.clients");
    dock.click("request.1");
    EXPECT(dock.view("selected") == std::to_string(dock.frame().requests[0].node.value()));
  }

  TEST_CASE("the palette opens with its key, narrows down by typing, performs with Enter") {
    Dock dock;
    dock.key(ImGuiKey_2);
    ImGui::GetIO().AddKeyEvent(ImGuiMod_Ctrl, true);
    dock.key(ImGuiKey_P, ImGuiMod_Shift);
    ImGui::GetIO().AddKeyEvent(ImGuiMod_Ctrl, false);
    dock.draw(3);
    EXPECT(dock.view("popup") == "true");
    REQUIRE(dock.has("palette.crash"));
    EXPECT(dock.frame().requests.empty());  // P alone would have written
    dock.type("crash s2");
    EXPECT(dock.has("palette.crash"));
    EXPECT_FALSE(dock.has("palette.undo"));
    dock.key(ImGuiKey_Enter);
    EXPECT(dock.view("popup") == "false");
    EXPECT(find_member(dock.frame(), NodeId(2))->process == Process::Crashed);
  }

  TEST_CASE("the palette closes with Escape and does nothing") {
    Dock dock;
    const std::uint64_t digest = dock.frame().digest;
    dock.type("/");
    EXPECT(dock.view("popup") == "true");
    dock.key(ImGuiKey_DownArrow);
    dock.key(ImGuiKey_Escape);
    dock.draw(3);
    EXPECT(dock.view("popup") == "false");
    EXPECT(dock.frame().digest == digest);
  }

  TEST_CASE("a line of the palette can be clicked") {
    Dock dock;
    dock.type("/");
    dock.type("metrics");
    dock.click("palette.tab.metrics");
    EXPECT(dock.view("tab") == "metrics");
  }

  TEST_CASE("a breakpoint stops the clock at the very event") {
    Screen screen;
    REQUIRE(screen.app().open("leader_crash").ok());
    screen.app().set_playing(false);
    screen.draw(2);
    screen.type("/");
    screen.type("stop crashes");
    screen.key(ImGuiKey_Enter);
    EXPECT(screen.view("breakpoints") == "8");
    screen.app().set_playing(true);
    for (int i = 0; i < 1000 && screen.view("playing") == "true"; ++i) screen.draw(1, 0.05);
    EXPECT(screen.view("playing") == "false");
    EXPECT(screen.frame().time_us == 1'500'000);
    EXPECT(screen.view("notice").find("Stopped") == 0);
    const auto crashed = [](const MemberView& m) { return m.process == Process::Crashed; };
    EXPECT(std::count_if(screen.frame().members.begin(), screen.frame().members.end(), crashed) == 1);
    screen.app().set_playing(true);
    screen.draw(3, 0.05);
    EXPECT(screen.frame().time_us > 1'500'000);  // and goes on from there
  }

  TEST_CASE("a breakpoint on a second leader waits for one") {
    Screen screen;
    // Without CheckQuorum the old leader does not notice that it is alone.
    REQUIRE(screen.app()
                .open_text("two.json", R"({
      "raftarium": 1, "title": "Two", "description": "", "seed": 7, "duration_ms": 4000,
      "cluster": { "members": 5, "check_quorum": false },
      "actions": [ { "at_ms": 1000, "do": "partition", "groups": [["leader"], ["others"]] } ]
    })")
                .ok());
    screen.app().set_playing(false);
    screen.draw(2);
    screen.type("/");
    screen.type("stop second");
    screen.key(ImGuiKey_Enter);
    screen.app().set_playing(true);
    for (int i = 0; i < 4000 && screen.view("playing") == "true" && screen.frame().time_us < 6'000'000;
         ++i) {
      screen.draw(1, 0.05);
    }
    EXPECT(screen.view("playing") == "false");
    const auto& members = screen.frame().members;
    EXPECT(std::count_if(members.begin(), members.end(), is_leader) == 2);
    EXPECT(screen.frame().time_us > 1'000'000);
  }

  TEST_CASE("narrow, every tab is there and shows its panel") {
    Dock dock({390, 844});
    for (const char* tab : {"logs", "member", "story", "space_time", "clients", "metrics"}) {
      dock.click(std::string("tab.") + tab);
      EXPECT(dock.view("tab") == tab);
    }
  }

  TEST_CASE(
      "figure 8: what is marked differs from another member's, and what is committed is never marked") {
    Screen screen;
    REQUIRE(screen.app().open("figure_8_overwritten").ok());
    screen.app().set_playing(false);
    std::size_t seen = 0;
    for (std::int64_t at = 0; at < 4'000'000; at += 50'000) {
      screen.app().seek(at);
      screen.draw(2);
      for (const MemberView& member : screen.frame().members) {
        for (const EntryView& entry : member.entries) {
          const std::string place =
              std::to_string(member.id.value()) + "." + std::to_string(entry.index.value());
          if (!screen.has("conflict." + place)) continue;
          CAPTURE(place);
          EXPECT_FALSE(entry.committed);
          EXPECT(std::any_of(
              screen.frame().members.begin(), screen.frame().members.end(), [&](const MemberView& other) {
                return std::any_of(other.entries.begin(), other.entries.end(), [&](const EntryView& there) {
                  return there.index == entry.index && there.term != entry.term;
                });
              }));
          ++seen;
        }
      }
    }
    EXPECT(seen > 0);
  }

  TEST_CASE(
      "an entry that is picked in one member's log is lit in every log that has it, and a request picks it "
      "too") {
    Screen screen;
    REQUIRE(screen.app().open("first_election").ok());
    screen.play_until(700'000);
    screen.key(ImGuiKey_P);
    screen.play_until(screen.frame().time_us + 400'000);
    const raft::Index last = screen.frame().members[0].status.last_index;
    const std::string entry = "." + std::to_string(last.value());
    screen.click("log.1" + entry);
    EXPECT(screen.view("entry") == std::to_string(last.value()));
    screen.move({1, 1});
    for (const MemberView& member : screen.frame().members)
      EXPECT(screen.has("lit." + std::to_string(member.id.value()) + entry));
    screen.click("log.2" + entry);  // once more: nothing is picked
    EXPECT(screen.view("entry") == "0");
    EXPECT_FALSE(screen.has("lit.1" + entry));
    screen.click("tab.clients");
    const RequestView& newest = screen.frame().requests.back();
    REQUIRE(newest.index == last);
    screen.click("request." + std::to_string(newest.id));
    EXPECT(screen.view("entry") == std::to_string(last.value()));
    screen.click("tab.logs");
    EXPECT(screen.has("lit.3" + entry));
  }
}

}  // namespace raftarium::viz
