// What the panels of the dock and the story show beyond their first level.

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
}

}  // namespace raftarium::viz
