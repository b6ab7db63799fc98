// The interface as a whole: what is there at every size, that nothing is too small to touch, that idle is idle.

#include "screen.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "support/test.h"
#include "viz/acts.h"

namespace raftarium::viz {
namespace {

constexpr std::array<Vec2, 8> kSizes = {
    {{320, 568}, {844, 390}, {390, 844}, {768, 1024}, {900, 600}, {1280, 800}, {1920, 1080}, {3840, 2160}}};

// What can be clicked and is no part of the drawing.
bool is_control(const std::string& name) {
  for (const char* prefix : {"transport.", "tab.", "act.", "speed.", "menu.", "overview.", "help.close"}) {
    if (name.rfind(prefix, 0) == 0) return true;
  }
  return name == "scenarios" || name == "branches" || name == "more" || name == "help" || name == "theme" ||
         name == "client";
}

}  // namespace

TEST_SUITE("screen") {
  TEST_CASE("what to do first is said until somebody has done it") {
    for (const Vec2 size : {Vec2{1280, 800}, Vec2{390, 844}}) {
      CAPTURE(size.x);
      Screen screen(size);
      REQUIRE(screen.app().open("first_election").ok());
      screen.play_until(900'000);
      REQUIRE(screen.has("stage.hint"));
      const Rect hint = screen.region("stage.hint");
      for (int i = 1; i <= 5; ++i) {
        EXPECT(common(hint, screen.region("member." + std::to_string(i))).empty());
        EXPECT(common(hint, screen.region("caption." + std::to_string(i))).empty());
      }
      EXPECT(common(hint, screen.region("client")).empty());
      if (size.x > 900) {
        screen.click("link.1.2");
        EXPECT_FALSE(screen.has("stage.hint"));
        screen.click("link.1.2");  // and heals
        EXPECT(screen.has("stage.hint"));
      }
      screen.click("member.1");
      EXPECT_FALSE(screen.has("stage.hint"));
    }
  }

  TEST_CASE("every size shows the controls inside the window, none over another") {
    for (const Vec2 size : kSizes) {
      CAPTURE(size.x);
      Screen screen(size);
      REQUIRE(screen.app().open("split_brain").ok());
      screen.play_until(1'200'000);
      for (const char* name :
           {"stage", "timeline", "playhead", "time", "transport.play", "transport.back", "transport.step",
            "scenarios", "branches", "more", "client", "member.1", "member.5", "tab.logs"}) {
        EXPECT_MESSAGE(screen.has(name), name);
      }
      // A telephone has these under "More".
      for (const char* name : {"help", "theme"}) EXPECT_MESSAGE(screen.has(name) == (size.x >= 600), name);
      std::vector<std::pair<std::string, Rect>> controls;
      for (const std::string& name : screen.regions()) {
        if (is_control(name)) controls.emplace_back(name, screen.region(name));
      }
      for (std::size_t i = 0; i < controls.size(); ++i) {
        const std::string& name = controls[i].first;
        const Rect& area = controls[i].second;
        CAPTURE(name);
        EXPECT(area.x >= 0);
        EXPECT(area.right() <= size.x + 0.5F);
        if (name.rfind("act.", 0) != 0) EXPECT(area.bottom() <= size.y + 0.5F);  // those scroll
        for (std::size_t j = i + 1; j < controls.size(); ++j) {
          EXPECT_MESSAGE(!overlap(area.inset(0.5F, 0.5F), controls[j].second), name, " over ",
                         controls[j].first);
        }
      }
    }
  }

  TEST_CASE("narrow, nothing to touch is smaller than a finger") {
    for (const Vec2 size : {Vec2{320, 568}, Vec2{390, 844}, Vec2{768, 1024}}) {
      CAPTURE(size.x);
      Screen screen(size);
      REQUIRE(screen.app().open("first_election").ok());
      screen.play_until(1'200'000);
      screen.click("tab.member");
      REQUIRE(screen.has("act.crash"));
      // What is cut at the panel's edge is seen in full once it is scrolled there.
      std::map<std::string, float> heights;
      screen.move(screen.region("act.crash").center());
      for (int i = 0; i < 40; ++i) {
        for (const std::string& name : screen.regions()) {
          if (!is_control(name)) continue;
          EXPECT_MESSAGE(screen.region(name).w >= kTouchTarget - 0.1F, name);
          heights[name] = std::max(heights[name], screen.region(name).h);
        }
        screen.wheel(-0.2F);
      }
      for (const auto& control : heights)
        EXPECT_MESSAGE(control.second >= kTouchTarget - 0.1F, control.first);
      screen.click("member.2", ImGuiMouseButton_Right);
      REQUIRE(screen.has("menu.crash"));
      EXPECT(screen.region("menu.crash").h >= kTouchTarget - 2.1F);
    }
  }

  TEST_CASE(
      "in a low window the acts come before the facts, and what is scrolled away cannot be pointed at") {
    Screen screen({960, 600});
    REQUIRE(screen.app().open("first_election").ok());
    screen.play_until(700'000);
    screen.click("member.2");
    const Rect inspector = screen.region("panel.inspector");
    for (const char* name : {"act.crash", "act.ask", "act.disk", "act.clock", "act.members"}) {
      CAPTURE(name);
      REQUIRE(screen.has(name));
      EXPECT(inspector.contains(screen.region(name).min()));
      EXPECT(screen.region(name).bottom() <= inspector.bottom());
      EXPECT(screen.region(name).h == 28);
    }
    screen.click("act.members");
    EXPECT(screen.has("menu.members.remove"));
    screen.key(ImGuiKey_Escape);
    // So low that not even they all find room.
    screen.resize({960, 340});
    const Rect low = screen.region("panel.inspector");
    REQUIRE_FALSE(screen.has("act.members"));
    for (const std::string& name : screen.regions()) {
      if (name.rfind("act.", 0) == 0) EXPECT(screen.region(name).bottom() <= low.bottom());
    }
  }

  TEST_CASE("members, the client and the label of a cut keep clear of each other") {
    for (const Vec2 size : kSizes) {
      CAPTURE(size.x);
      Screen screen(size);
      REQUIRE(screen.app().open("split_brain").ok());
      screen.play_until(2'600'000);
      REQUIRE(screen.has("cut.label"));
      const Rect label = screen.region("cut.label");
      const Rect stage = screen.region("stage");
      EXPECT(label.x >= stage.x);
      EXPECT(label.right() <= stage.right());
      EXPECT(label.bottom() <= stage.bottom());
      EXPECT_FALSE(overlap(label, screen.region("client")));
      for (int id = 1; id <= 5; ++id) {
        EXPECT_FALSE(overlap(label, screen.region("member." + std::to_string(id))));
      }
    }
  }

  TEST_CASE("paused and untouched, no picture is wanted") {
    Screen screen;
    REQUIRE(screen.app().open("first_election").ok());
    EXPECT(screen.app().wants_frame());
    screen.draw(5);
    EXPECT(screen.app().wants_frame());  // it plays
    screen.app().set_playing(false);
    screen.draw(100);
    EXPECT_FALSE(screen.app().wants_frame());
    screen.app().wake();
    EXPECT(screen.app().wants_frame());
    screen.draw(100);
    EXPECT_FALSE(screen.app().wants_frame());
  }

  TEST_CASE("slow pictures lose no key: what waits in the queue is drawn before the program rests") {
    Screen screen;
    REQUIRE(screen.app().open("first_election").ok());
    screen.app().set_playing(false);
    screen.draw(100);
    for (int i = 0; i < 12; ++i) {
      ImGui::GetIO().AddKeyEvent(ImGuiKey_RightArrow, true);
      ImGui::GetIO().AddKeyEvent(ImGuiKey_RightArrow, false);
    }
    screen.app().wake();
    int pictures = 0;
    while (screen.app().wants_frame() && pictures < 200) {
      screen.draw(1, 2.0);  // two seconds for each
      ++pictures;
    }
    EXPECT(screen.frame().event == 12);
    EXPECT_FALSE(screen.app().wants_frame());
  }

  TEST_CASE("an unknown scenario is refused with the names that there are") {
    Screen screen;
    const auto refused = screen.app().open("nothing");
    REQUIRE_FALSE(refused.ok());
    EXPECT(refused.error().message.find("split_brain") != std::string::npos);
    REQUIRE_FALSE(screen.app().open_text("bad.json", "{").ok());
    screen.draw(3);  // and an empty program still draws
  }

  TEST_CASE("drawing moves no world: the same time, the same digest, whatever the window") {
    std::set<std::uint64_t> digests;
    for (const Vec2 size : {Vec2{390, 844}, Vec2{1280, 800}, Vec2{2560, 1440}}) {
      Screen screen(size);
      REQUIRE(screen.app().open("leader_crash").ok());
      screen.app().set_playing(false);
      screen.app().seek(3'000'000);
      screen.draw(10);
      digests.insert(screen.frame().digest);
      EXPECT(screen.frame().time_us == 3'000'000);
    }
    EXPECT(digests.size() == 1);
  }

  TEST_CASE("the window may change its size at any moment") {
    Screen screen;
    REQUIRE(screen.app().open("split_brain").ok());
    screen.play_until(2'600'000);
    for (const Vec2 size :
         {Vec2{320, 480}, Vec2{1920, 1080}, Vec2{899, 390}, Vec2{900, 420}, Vec2{4000, 500}}) {
      screen.resize(size);
      EXPECT(screen.vertices() > 100);
      const Rect stage = screen.region("stage");
      for (int id = 1; id <= 5; ++id)
        EXPECT(stage.contains(screen.region("member." + std::to_string(id)).center()));
    }
  }
}

}  // namespace raftarium::viz
