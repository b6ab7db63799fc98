// What the panels of the dock and the story show beyond their first level.

#include <algorithm>
#include <cstdlib>

#include "screen.h"
#include "support/test.h"
#include "viz/acts.h"

namespace raftarium::viz {
namespace {

using raft::NodeId;

struct Lab : Screen {
  explicit Lab(const std::string& scenario, std::int64_t time_us) {
    REQUIRE(app().open(scenario).ok());
    play_until(time_us);
  }
  double number(const std::string& field) const { return std::strtod(view(field).c_str(), nullptr); }
};

}  // namespace

TEST_SUITE("panels") {
  TEST_CASE("space and time spans four decades") {
    Lab lab("first_election", 700'000);
    lab.click("tab.space_time");
    const Rect plot = lab.region("space_time");
    lab.move({plot.x + plot.w / 2, plot.y + 2});
    for (int i = 0; i < 40; ++i) lab.wheel(1);
    const double least = lab.number("span_us");
    for (int i = 0; i < 60; ++i) lab.wheel(-1);
    const double most = lab.number("span_us");
    EXPECT(least >= 1'000);
    EXPECT(most >= 10'000 * least);
    EXPECT(lab.vertices() > 0);
  }

  TEST_CASE("a moment under the pointer lights up what led to it and what follows") {
    Lab lab("first_election", 700'000);
    lab.click("tab.space_time");
    const Rect plot = lab.region("space_time");
    EXPECT(lab.number("led_to") == 0);
    // On the line of S1, at its right end: much has led to it. At the beginning nothing has.
    const Rect name = lab.region("line.1");
    lab.move({plot.x + plot.w * 0.9F, name.center().y});
    EXPECT(lab.number("led_to") > 10);
    EXPECT(lab.number("follow") < lab.number("led_to"));
    lab.move({plot.x + 1, name.center().y});
    EXPECT(lab.number("led_to") == 0);
    EXPECT(lab.number("follow") > 10);
    lab.move({5, 5});
    EXPECT(lab.number("follow") == 0);
  }

  TEST_CASE("the stores stand side by side") {
    Lab lab("first_election", 900'000);
    lab.key(ImGuiKey_P);
    lab.play_until(lab.frame().time_us + 200'000);
    lab.click("tab.clients");
    EXPECT(lab.has("point.1"));
    lab.click("clients.stores");
    REQUIRE(!lab.frame().members[0].store.empty());
    const std::string key = lab.frame().members[0].store[0].key;
    for (const char* member : {"1", "2", "3", "4", "5"})
      EXPECT(lab.has(std::string("store.") + member + "." + key));
    EXPECT_FALSE(lab.has("request.1"));
    lab.click("store.of.3");
    EXPECT(lab.view("selected") == "3");
    lab.click("clients.requests");
    EXPECT(lab.has("request.1"));
  }

  TEST_CASE("a stale read is told apart, and has no point") {
    Lab lab("stale_read", 4'000'000);
    lab.click("tab.clients");
    bool stale = false;
    for (const RequestView& request : lab.frame().requests) {
      if (!request.stale) continue;
      stale = true;
      EXPECT(request.read);
      EXPECT(request.point_us == -1);
      EXPECT_FALSE(lab.has("point." + std::to_string(request.id)));
    }
    EXPECT(stale);
  }

  TEST_CASE(
      "a request that is clicked has the inspector to itself, and leads to its question and its answer") {
    Lab lab("stale_read", 4'000'000);
    lab.click("tab.clients");
    const auto& requests = lab.frame().requests;
    const RequestView asked =
        *std::find_if(requests.begin(), requests.end(), [](const auto& r) { return r.stale; });
    EXPECT_FALSE(lab.has("request.asked"));
    lab.click("request." + std::to_string(asked.id));
    EXPECT(lab.view("request") == std::to_string(asked.id));
    EXPECT_FALSE(lab.has("act.crash"));
    lab.click("request.answered");
    EXPECT(lab.frame().time_us == asked.done_us);
    lab.click("request.asked");
    EXPECT(lab.frame().time_us == asked.sent_us);
    EXPECT(lab.frame().requests.back().open);
    EXPECT_FALSE(lab.has("request.answered"));
    lab.key(ImGuiKey_1);
    EXPECT(lab.has("act.crash"));
    EXPECT_FALSE(lab.has("request.asked"));
  }

  TEST_CASE("the log matrix shows what is applied, and what the chosen leader knows of the others") {
    Lab lab("first_election", 700'000);
    NodeId leader;
    for (const MemberView& member : lab.frame().members) {
      if (is_leader(member)) leader = member.id;
    }
    REQUIRE(leader != raft::kNone);
    const std::string other = leader == NodeId(1) ? "2" : "1";
    lab.click("row." + std::to_string(leader.value()));
    EXPECT(lab.has("match." + other));
    EXPECT(lab.has("next." + other));
    EXPECT(lab.has("applied." + other));
    EXPECT_FALSE(lab.has("match." + std::to_string(leader.value())));
    lab.click("row." + other);
    EXPECT_FALSE(lab.has("match." + other));
  }

  TEST_CASE("the story has a second level, which names the rule and its section") {
    Lab lab("first_election", 700'000);
    bool election = false;
    for (const raftarium::lab::StoryLine& line : lab.frame().story) {
      if (line.what.find("wins term") != std::string::npos)
        election = std::string(line.rule).find("§5.2") != std::string::npos;
    }
    EXPECT(election);
    const std::string newest = "story." + std::to_string(lab.frame().story.size() - 1);
    const auto height = [&] { return lab.region(newest).h; };
    const float before = height();
    lab.click("story.rules");
    EXPECT(lab.view("rules") == "true");
    EXPECT(height() > before);
    lab.key(ImGuiKey_W);
    EXPECT(lab.view("rules") == "false");
    EXPECT(height() == before);
  }

  TEST_CASE("a message that is picked is picked in the story too") {
    Lab lab("first_election", 100'000);
    // Step on until something is told of a step in which a message leaves.
    for (int i = 0; i < 400 && !lab.has("story.chosen"); ++i) {
      lab.key(ImGuiKey_RightArrow);
      if (lab.frame().story.empty() || lab.frame().story.back().event != lab.frame().event) continue;
      if (lab.frame().messages.empty()) continue;
      lab.click("message." + std::to_string(lab.frame().messages.back().id));
      lab.draw(2);
    }
    EXPECT(lab.has("story.chosen"));
  }

  TEST_CASE("the story reaches back to its beginning, and only what is in sight is drawn") {
    Lab lab("fifty_clients", 2'500'000);
    const std::size_t count = lab.frame().story.size();
    REQUIRE(count > 200);
    const std::string newest = "story." + std::to_string(count - 1);
    EXPECT(lab.has(newest));
    EXPECT_FALSE(lab.has("story.0"));
    lab.move(lab.region("panel.story").center());
    const int at_end = lab.vertices();
    for (int i = 0; i < 100 && !lab.has("story.0"); ++i) lab.wheel(40);
    REQUIRE(lab.has("story.0"));
    EXPECT_FALSE(lab.has(newest));
    // The dot of a line takes vertices wherever it is: not those of 200 lines, at neither end.
    EXPECT(std::abs(lab.vertices() - at_end) < 2'000);
    const std::vector<std::string> all = lab.regions();
    const auto lines = std::count_if(all.begin(), all.end(),
                                     [](const std::string& name) { return name.rfind("story.", 0) == 0; });
    EXPECT(lines < 20);
    // The lines follow each other without a gap, and are where they are after the rules were shown and hidden.
    const Rect second = lab.region("story.1");
    EXPECT(second.y == doctest::Approx(lab.region("story.0").bottom()).epsilon(0.001));
    lab.click("story.rules");
    lab.click("story.rules");
    EXPECT(lab.region("story.1").y == doctest::Approx(second.y));
    const std::uint64_t event = lab.frame().story.front().event;
    lab.click("story.0");
    EXPECT(lab.frame().event == event);
    EXPECT(lab.frame().story.size() < count);
  }

  TEST_CASE("a card of the gallery has room for all of its words") {
    for (const Vec2 size : {Vec2{390, 844}, Vec2{1280, 800}, Vec2{1920, 1080}}) {
      CAPTURE(size.x);
      Screen screen(size);
      REQUIRE(screen.app().open("first_election").ok());
      screen.draw(5);
      screen.click("scenarios");
      screen.draw(5);
      const Pen words{ImGui::GetIO().Fonts->Fonts[0], type::kSmall * 1.21F, 0};
      const Pen title{ImGui::GetIO().Fonts->Fonts[2], type::kBody * 1.21F, 0};
      std::size_t seen = 0;
      for (const ScenarioInfo& info : screen.app().scenarios()) {
        const std::string name = "scenario." + info.name;
        if (!screen.has(name)) continue;
        const auto whole = screen.app().regions().touchable().at(name);
        CAPTURE(name);
        EXPECT(whole.y >= 10 + wrapped_height(title, whole.x - 28, info.title) +
                              wrapped_height(words, whole.x - 28, info.description) + 12);
        ++seen;
      }
      EXPECT(seen >= 3);
    }
  }

  TEST_CASE("what is longer than a line of the inspector goes on in the next") {
    float above = 0;
    {
      const Lab brief("first_election", 700'000);
      above = brief.region("act.crash").y;
    }
    Lab lab("fifty_clients", 2'500'000);  // a store of many keys
    lab.click("member.4");
    EXPECT(lab.region("act.crash").y > above + 14);

    const Pen pen{ImGui::GetIO().Fonts->Fonts[0], 14, 0};
    const std::string text = "one two three four five six seven eight nine ten";
    const float width = text_width(pen, "one two three four x");
    EXPECT(std::string_view(fitted_lines(pen, text, width, 4)).find("…") == std::string_view::npos);
    const Words two = fitted_lines(pen, text, width, 2);
    EXPECT(std::count(two.begin(), two.end(), '\n') == 1);
    EXPECT(std::string_view(two).substr(two.size() - 3) == "…");
    EXPECT(std::string_view(two).find("\n ") == std::string_view::npos);
    EXPECT(std::string_view(fitted_lines(pen, "one", width, 2)) == "one");
  }

  TEST_CASE("the legend names every sign, clear of the cut's words") {
    for (const Vec2 size : {Vec2{1000, 900}, Vec2{1280, 800}, Vec2{1920, 1080}, Vec2{2560, 1440}}) {
      CAPTURE(size.x);
      Screen screen(size);
      REQUIRE(screen.app().open("split_brain").ok());
      screen.play_until(2'600'000);
      screen.click("member.2");
      screen.key(ImGuiKey_Z);
      const Rect stage = screen.region("stage");
      std::vector<Rect> names;
      for (const char* name :
           {"leader", "candidate", "pre-candidate", "follower", "crashed", "paused", "append", "heartbeat",
            "vote", "snapshot", "read", "transfer", "answer", "refusal", "lost"}) {
        CAPTURE(name);
        REQUIRE(screen.has(std::string("legend.") + name));
        const Rect place = screen.region(std::string("legend.") + name);
        EXPECT(place.right() <= stage.right());
        EXPECT(place.bottom() <= stage.bottom());
        EXPECT_FALSE(overlap(place, screen.region("cut.label")));
        for (const Rect& other : names) EXPECT_FALSE(overlap(place.inset(1, 1), other));
        for (int id = 1; id <= 5; ++id)
          EXPECT_FALSE(overlap(place, screen.region("member." + std::to_string(id))));
        names.push_back(place);
      }
      EXPECT_FALSE(screen.has("legend.full disk"));
    }
    Screen low({960, 600});  // the members need the room
    REQUIRE(low.app().open("split_brain").ok());
    low.draw(5);
    EXPECT(low.has("legend.follower"));
    EXPECT_FALSE(low.has("legend.lost"));
  }

  TEST_CASE("the faces have what people write, and a box stands for what they lack") {
    const Screen screen;
    const auto& fonts = ImGui::GetIO().Fonts->Fonts;
    REQUIRE(fonts.Size == 5);
    for (int i = 0; i < 4; ++i) {
      CAPTURE(i);
      for (const int letter : {0x00E9, 0x010D, 0x0142, 0x03A9, 0x03CC, 0x0416, 0x044F, 0x0491, 0x25A1})
        EXPECT_MESSAGE(fonts[i]->IsGlyphInFont(static_cast<ImWchar>(letter)), letter);
      EXPECT_FALSE(fonts[i]->IsGlyphInFont(0x4E2D));
    }
    ImFontBaked* baked = fonts[0]->GetFontBaked(13);
    const float box = baked->GetCharAdvance(0x25A1);
    EXPECT(baked->GetCharAdvance(0x4E2D) == box);
    EXPECT(box > baked->GetCharAdvance('?'));
  }
}

}  // namespace raftarium::viz
