// Everything from the keyboard.

#include <algorithm>

#include "screen.h"
#include "support/test.h"
#include "viz/acts.h"
#include "viz/playback.h"

namespace raftarium::viz {
namespace {

using raft::NodeId;

struct Keys : Screen {
  Keys() {
    REQUIRE(app().open("first_election").ok());
    play_until(700'000);
    REQUIRE(current_leader(frame()) != nullptr);
  }
  const MemberView& member(std::uint64_t id) const { return *find_member(frame(), NodeId(id)); }
  std::size_t cut() const {
    const auto& links = frame().links;
    return static_cast<std::size_t>(
        std::count_if(links.begin(), links.end(), [](const LinkView& link) { return link.cut; }));
  }
  // A member that does not lead.
  std::uint64_t follower() const { return current_leader(frame())->id.value() == 1 ? 2 : 1; }
  void select(std::uint64_t id) { key(static_cast<ImGuiKey>(ImGuiKey_0 + static_cast<int>(id))); }
};

}  // namespace

TEST_SUITE("keys") {
  TEST_CASE("a number selects") {
    Keys keys;
    for (std::uint64_t id = 1; id <= 5; ++id) {
      keys.select(id);
      EXPECT(keys.view("selected") == std::to_string(id));
    }
    keys.select(8);  // there is none
    EXPECT(keys.view("selected") == "5");
    keys.key(ImGuiKey_Keypad2);
    EXPECT(keys.view("selected") == "2");
  }

  TEST_CASE("with Shift a number means ten more, where there are so many members") {
    Screen keys;
    REQUIRE(keys.app()
                .open_text("many.json", R"({"raftarium": 1, "title": "Many", "seed": 1, "duration_ms": 2000,
                           "cluster": {"members": 15}, "actions": []})")
                .ok());
    keys.app().set_playing(false);
    keys.draw(2);
    for (int digit = 0; digit <= 5; ++digit) {
      keys.key(static_cast<ImGuiKey>(ImGuiKey_0 + digit), ImGuiMod_Shift);
      EXPECT(keys.view("selected") == std::to_string(10 + digit));
    }
    keys.quick_key(ImGuiKey_1, ImGuiMod_Shift);
    EXPECT(keys.view("selected") == "11");
    keys.key(ImGuiKey_C);
    EXPECT(find_member(keys.frame(), NodeId(11))->process == Process::Crashed);
    keys.key(ImGuiKey_U);
    EXPECT(find_member(keys.frame(), NodeId(11))->process == Process::Running);
    // There is no S16: on some keyboards 6 itself needs Shift.
    keys.key(ImGuiKey_6, ImGuiMod_Shift);
    EXPECT(keys.view("selected") == "6");
    keys.key(ImGuiKey_X);
    keys.key(ImGuiKey_4, ImGuiMod_Shift);
    EXPECT(find_link(keys.frame(), NodeId(6), NodeId(14))->cut);
    EXPECT(find_link(keys.frame(), NodeId(14), NodeId(6))->cut);
    EXPECT(keys.view("selected") == "6");
    // Shift + 0 names a member; without, it is the whole stage as ever.
    keys.key(ImGuiKey_PageUp);
    keys.key(ImGuiKey_0, ImGuiMod_Shift);
    EXPECT(keys.view("selected") == "10");
    EXPECT(keys.view("zoom") != "1");
    keys.key(ImGuiKey_0);
    EXPECT(keys.view("zoom") == "1");
    EXPECT(keys.view("selected") == "10");
  }

  TEST_CASE("a chord counts although its modifier was let go before the next picture") {
    Keys keys;
    keys.key(ImGuiKey_Home);
    keys.quick_key(ImGuiKey_RightArrow);
    EXPECT(keys.frame().event == 1);
    keys.quick_key(ImGuiKey_RightArrow, ImGuiMod_Shift);  // the next mark is the election
    EXPECT(current_leader(keys.frame()) != nullptr);
    keys.quick_key(ImGuiKey_P, ImGuiMod_Ctrl);  // no write: that is P alone
    EXPECT(keys.frame().branches.size() == 1);
    keys.quick_key(ImGuiKey_P);
    EXPECT(keys.frame().branches.size() == 2);
  }

  TEST_CASE("each act has its key") {
    Keys keys;
    const std::uint64_t id = keys.follower();
    keys.select(id);
    keys.key(ImGuiKey_C);
    EXPECT(keys.member(id).process == Process::Crashed);
    keys.key(ImGuiKey_R);
    EXPECT(keys.member(id).process == Process::Running);
    keys.key(ImGuiKey_Z);
    EXPECT(keys.member(id).process == Process::Paused);
    keys.key(ImGuiKey_Z);
    EXPECT(keys.member(id).process == Process::Running);
    keys.key(ImGuiKey_I);
    EXPECT(keys.cut() == 8);
    keys.key(ImGuiKey_H);
    EXPECT(keys.cut() == 0);
    keys.key(ImGuiKey_T);
    EXPECT(keys.member(id).status.soft_state.role != raft::Role::Follower);
    const std::size_t requests = keys.frame().requests.size();
    keys.key(ImGuiKey_P);
    EXPECT(keys.frame().requests.size() == requests + 1);
  }

  TEST_CASE("the leader hands over with L") {
    Keys keys;
    const NodeId leader = current_leader(keys.frame())->id;
    keys.select(leader.value());
    keys.key(ImGuiKey_L);
    keys.play_until(keys.frame().time_us + 300'000);
    EXPECT(current_leader(keys.frame())->id != leader);
  }

  TEST_CASE("X and a number cut a link, and heal it again") {
    Keys keys;
    keys.select(2);
    keys.key(ImGuiKey_X);
    keys.select(4);
    EXPECT(keys.cut() == 2);
    EXPECT(find_link(keys.frame(), NodeId(2), NodeId(4))->cut);
    EXPECT(find_link(keys.frame(), NodeId(4), NodeId(2))->cut);
    EXPECT(keys.view("selected") == "2");
    keys.key(ImGuiKey_X);
    keys.select(4);
    EXPECT(keys.cut() == 0);
    keys.key(ImGuiKey_U);  // both directions were one act
    EXPECT(keys.cut() == 2);
    keys.key(ImGuiKey_U);
    EXPECT(keys.cut() == 0);
    EXPECT(keys.frame().branches.size() == 1);
  }

  TEST_CASE("arrows step, Home and End go to the ends, U undoes") {
    Keys keys;
    const std::uint64_t end = keys.frame().event;
    const std::uint64_t digest = keys.frame().digest;
    keys.key(ImGuiKey_LeftArrow);
    EXPECT(keys.frame().event == end - 1);
    keys.key(ImGuiKey_RightArrow);
    EXPECT(keys.frame().event == end);
    EXPECT(keys.frame().digest == digest);
    keys.key(ImGuiKey_Home);
    EXPECT(keys.frame().event == 0);
    keys.key(ImGuiKey_End);
    EXPECT(keys.frame().event == end);
    keys.key(ImGuiKey_P);
    keys.key(ImGuiKey_U);
    EXPECT(keys.frame().requests.empty());
  }

  TEST_CASE("with Shift the arrows go from mark to mark") {
    Keys keys;
    keys.key(ImGuiKey_Home);
    keys.key(ImGuiKey_RightArrow, ImGuiMod_Shift);
    REQUIRE_FALSE(keys.frame().story.empty());
    EXPECT(keys.frame().story.back().what.find(" wins term 1 ") != std::string::npos);
    const std::uint64_t election = keys.frame().event;
    keys.key(ImGuiKey_RightArrow, ImGuiMod_Shift);
    EXPECT(keys.frame().event > election);
    EXPECT(keys.frame().story.back().what.find(" commits ") != std::string::npos);
    keys.key(ImGuiKey_LeftArrow, ImGuiMod_Shift);
    EXPECT(keys.frame().event == election);
  }

  TEST_CASE("Space plays and pauses, signs change the speed") {
    Keys keys;
    EXPECT(keys.view("playing") == "false");
    keys.key(ImGuiKey_Space);
    EXPECT(keys.view("playing") == "true");
    keys.key(ImGuiKey_Space);
    EXPECT(keys.view("playing") == "false");
    const std::string before = keys.view("speed");
    keys.type("]");
    EXPECT(keys.view("speed") == kSpeeds[kDefaultSpeed + 1].name);
    keys.type("[");
    EXPECT(keys.view("speed") == before);
    keys.type("-");
    EXPECT(keys.view("speed") == kSpeeds[kDefaultSpeed - 1].name);
    keys.type("+");
    EXPECT(keys.view("speed") == before);
  }

  TEST_CASE("help opens with ? and closes with Escape, which then clears the selection") {
    Keys keys;
    keys.select(3);
    keys.type("?");
    EXPECT(keys.view("popup") == "true");
    EXPECT(keys.has("help.close"));
    keys.key(ImGuiKey_C);  // not while it is open
    EXPECT(keys.member(3).process == Process::Running);
    keys.key(ImGuiKey_Escape);
    EXPECT(keys.view("popup") == "false");
    EXPECT(keys.view("selected") == "3");
    keys.key(ImGuiKey_Escape);
    EXPECT(keys.view("selected") == "0");
  }

  TEST_CASE("every list and menu closes with Escape") {
    Keys keys;
    for (const char* name : {"scenarios", "branches", "help"}) {
      CAPTURE(name);
      keys.click(name);
      EXPECT(keys.view("popup") == "true");
      keys.key(ImGuiKey_Escape);
      EXPECT(keys.view("popup") == "false");
    }
    keys.select(2);
    struct Opened {
      ImGuiKey key;
      ImGuiKey modifier;
      const char* shows;
    };
    for (const Opened& opened : {Opened{ImGuiKey_Enter, ImGuiKey_None, "menu.crash"},
                                 Opened{ImGuiKey_F10, ImGuiMod_Shift, "menu.crash"},
                                 Opened{ImGuiKey_G, ImGuiKey_None, "scenario.first_election"},
                                 Opened{ImGuiKey_B, ImGuiKey_None, "branch.0"}}) {
      keys.key(opened.key, opened.modifier);
      EXPECT(keys.view("popup") == "true");
      EXPECT_MESSAGE(keys.has(opened.shows), opened.shows);
      keys.key(ImGuiKey_Escape);
      EXPECT(keys.view("popup") == "false");
    }
  }

  TEST_CASE("a menu is walked with the arrows") {
    Keys keys;
    keys.select(2);
    keys.key(ImGuiKey_Enter);
    keys.key(ImGuiKey_DownArrow);
    EXPECT(keys.view("focus") == "menu.crash");
    keys.key(ImGuiKey_DownArrow);
    EXPECT(keys.view("focus") == "menu.pause");
    keys.key(ImGuiKey_Enter);
    EXPECT(keys.view("popup") == "false");
    EXPECT(keys.member(2).process == Process::Paused);
  }

  TEST_CASE("Tab walks every button and comes round; Enter and Space press the one that it is on") {
    Keys keys;
    std::vector<std::string> seen;
    for (int i = 0; i < 60; ++i) {
      keys.key(ImGuiKey_Tab);
      seen.push_back(keys.view("focus"));
      if (seen.size() > 1 && seen.back() == seen.front()) break;
    }
    EXPECT(seen.back() == seen.front());
    for (const char* name : {"client", "theme", "help", "scenarios", "branches", "transport.back",
                             "transport.play", "tab.logs", "tab.clients", "act.crash", "act.propose"}) {
      EXPECT_MESSAGE(std::find(seen.begin(), seen.end(), name) != seen.end(), name);
    }
    while (keys.view("focus") != "transport.back") keys.key(ImGuiKey_Tab);
    const std::uint64_t event = keys.frame().event;
    keys.key(ImGuiKey_Enter);
    EXPECT(keys.frame().event == event - 1);
    keys.key(ImGuiKey_Space);
    EXPECT(keys.frame().event == event - 2);
    keys.key(ImGuiKey_KeypadEnter);
    EXPECT(keys.frame().event == event - 3);
    EXPECT(keys.view("playing") == "false");
    keys.key(ImGuiKey_Tab, ImGuiMod_Shift);
    EXPECT(keys.view("focus") == "transport.start");
    keys.key(ImGuiKey_Escape);
    EXPECT(keys.view("focus").empty());
  }

  TEST_CASE("what the keyboard comes to is scrolled into sight") {
    Screen low({960, 340});
    REQUIRE(low.app().open("first_election").ok());
    low.play_until(700'000);
    low.click("member.1");
    constexpr float kWhole = 28;  // height of a button
    const auto in_sight = [&] { return low.has("act.members") ? low.region("act.members").h : 0; };
    REQUIRE(in_sight() < kWhole);
    for (int i = 0; i < 60 && low.view("focus") != "act.members"; ++i) low.key(ImGuiKey_Tab);
    EXPECT(low.view("focus") == "act.members");
    EXPECT(in_sight() == kWhole);
    // And only then: whoever scrolls on is not pulled back.
    low.move(low.region("act.members").center());
    for (int i = 0; i < 40; ++i) low.wheel(1);
    EXPECT(in_sight() < kWhole);
  }

  TEST_CASE("where what has the keyboard goes, Tab goes on from there") {
    Keys keys;
    keys.key(ImGuiKey_2);
    const auto go_to = [&](const std::string& name) {
      for (int i = 0; i < 60 && keys.view("focus") != name; ++i) keys.key(ImGuiKey_Tab);
      REQUIRE(keys.view("focus") == name);
    };
    go_to("act.crash");
    keys.key(ImGuiKey_Tab, ImGuiMod_Shift);
    const std::string before = keys.view("focus");
    for (const bool back : {false, true}) {
      go_to("act.crash");
      keys.key(ImGuiKey_Enter);
      REQUIRE_FALSE(keys.has("act.crash"));  // it can be restarted instead
      REQUIRE(keys.view("focus").empty());
      keys.key(ImGuiKey_Tab, back ? ImGuiMod_Shift : ImGuiKey_None);
      EXPECT(keys.view("focus") == (back ? before : "act.restart"));
      keys.key(ImGuiKey_R);
    }
  }

  TEST_CASE("an Enter that is held chooses nothing in the palette that it opens") {
    Screen phone({390, 844});
    REQUIRE(phone.app().open("first_election").ok());
    phone.play_until(700'000);
    phone.click("more");
    for (int i = 0; i < 60 && phone.view("focus") != "more.palette"; ++i) phone.key(ImGuiKey_Tab);
    REQUIRE(phone.view("focus") == "more.palette");
    ImGui::GetIO().AddKeyEvent(ImGuiKey_Enter, true);
    phone.draw(90);  // a second and a half
    EXPECT(phone.has("palette.field"));
    ImGui::GetIO().AddKeyEvent(ImGuiKey_Enter, false);
    phone.draw(2);
    phone.key(ImGuiKey_Enter);
    EXPECT_FALSE(phone.has("palette.field"));
  }

  TEST_CASE("a click takes the ring of the keyboard away") {
    Keys keys;
    keys.key(ImGuiKey_Tab);
    EXPECT_FALSE(keys.view("focus").empty());
    keys.click("member.2");
    EXPECT(keys.view("focus").empty());
  }

  TEST_CASE("D changes the colours") {
    Keys keys;
    EXPECT(keys.view("dark") == "true");
    keys.key(ImGuiKey_D);
    EXPECT(keys.view("dark") == "false");
    keys.key(ImGuiKey_D);
    EXPECT(keys.view("dark") == "true");
  }
}

}  // namespace raftarium::viz
