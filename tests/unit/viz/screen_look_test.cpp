// What a person sees can be read and touched: names in full, nothing under anything else.

#include <algorithm>

#include "lab/rules.h"
#include "screen.h"
#include "support/test.h"
#include "viz/acts.h"
#include "viz/layout.h"

namespace raftarium::viz {
namespace {

constexpr Vec2 kLookDesk{1280, 800};
constexpr Vec2 kLookPhone{390, 844};

// The cuts, as the stage draws them: worked out again from where the members are seen.
std::vector<Border> cuts_on(const Screen& screen) {
  std::vector<Vec2> at;
  std::vector<int> island(screen.frame().members.size(), 0);
  float radius = 0;
  for (const MemberView& member : screen.frame().members) {
    const Rect seen = screen.region("member." + std::to_string(member.id.value()));
    at.push_back(seen.center());
    radius = seen.w / 1.2F;
  }
  const auto& islands = screen.frame().islands;
  for (std::size_t i = 0; i < at.size(); ++i) {
    for (std::size_t g = 0; g < islands.size(); ++g) {
      const auto& group = islands[g];
      if (std::find(group.begin(), group.end(), screen.frame().members[i].id) != group.end())
        island[i] = static_cast<int>(g);
    }
  }
  return borders(at, island, screen.region("stage"), radius + 18);
}

// Whether any of a line lies in a rectangle: what passes through without a corner inside crosses one of the diagonals.
bool touches(const Polyline& line, const Rect& area) {
  for (const Vec2 p : line) {
    if (area.contains(p)) return true;
  }
  const Vec2 top_right{area.right(), area.y};
  const Vec2 bottom_left{area.x, area.bottom()};
  return crossings(line, area.min(), area.max()) > 0 || crossings(line, top_right, bottom_left) > 0;
}

// The first open request of the scenario, while it is paused.
void play_until_asked(Screen& screen) {
  for (std::int64_t at = 500'000; at < 4'000'000; at += 2'000) {
    screen.app().seek(at);
    for (const RequestView& request : screen.frame().requests) {
      if (request.open && request.node != raft::kNone) return screen.draw(3);
    }
  }
  REQUIRE_MESSAGE(false, "nobody has asked");
}

std::string marked(const Screen& screen) {
  for (const std::string& name : screen.regions()) {
    if (name.rfind("asked.", 0) == 0) return name;
  }
  return "";
}

}  // namespace

TEST_SUITE("look") {
  TEST_CASE("the names of all properties can be read in full, and what each says a click away") {
    for (const Vec2 size : {kLookDesk, Vec2{1024, 768}, Vec2{1920, 1080}}) {
      CAPTURE(size.x);
      Screen screen(size);
      REQUIRE(screen.app().open("first_election").ok());
      screen.draw(5);
      const Rect box = screen.region("properties");
      const Rect words = screen.region("properties.words");
      EXPECT(words.right() <= box.right());
      EXPECT(words.bottom() <= box.bottom());
    }
    for (const Vec2 size : {kLookDesk, Vec2{960, 600}, kLookPhone}) {
      CAPTURE(size.x);
      Screen screen(size);
      REQUIRE(screen.app().open("first_election").ok());
      screen.draw(5);
      if (screen.has("tab.story")) screen.click("tab.story");
      screen.click("properties.explain");
      screen.draw(5);
      REQUIRE(screen.has("property.election safety"));
      for (int i = 0; i < 30 && !screen.has("property.acknowledged write"); ++i) {
        screen.move(Vec2{size.x / 2, size.y / 2});
        screen.wheel(-2);
      }
      EXPECT(screen.has("property.acknowledged write"));
      screen.key(ImGuiKey_Escape);
      screen.draw(30);
      EXPECT(screen.view("popup") == "false");
    }
  }

  TEST_CASE("a list of the properties leads to what broke one") {
    Screen screen(kLookDesk);
    REQUIRE(screen.app().open("lying_sync").ok());
    screen.app().seek(6'000'000);
    screen.draw(3);
    screen.click("properties.explain");
    screen.draw(5);
    screen.click("property.leader completeness");
    screen.draw(5);
    const auto& properties = screen.frame().properties;
    const auto broken = std::find_if(properties.begin(), properties.end(),
                                     [](const PropertyView& p) { return p.name == "leader completeness"; });
    REQUIRE(broken != properties.end());
    EXPECT_FALSE(broken->holds);
    EXPECT(screen.frame().event == broken->event);
    EXPECT(screen.view("popup") == "false");
    // The story's second level names the property.
    const auto& story = screen.frame().story;
    const auto told = std::find_if(story.begin(), story.end(), [](const lab::StoryLine& line) {
      return line.what.find("Violated: leader completeness") == 0;
    });
    REQUIRE(told != story.end());
    EXPECT(told->rule == std::string(broken->says));
    EXPECT(broken->says == std::string(lab::rule_of(sim::Property::LeaderCompleteness)));
    EXPECT(screen.has("story.violated"));  // not a line like the others
    screen.app().seek(500'000);
    screen.draw(3);
    EXPECT_FALSE(screen.has("story.violated"));
  }

  TEST_CASE("the panel under the stage takes more room, and gives it back") {
    Screen screen(kLookDesk);
    REQUIRE(screen.app().open("split_brain").ok());
    screen.app().seek(2'000'000);
    screen.draw(3);
    const float low = screen.region("panel.dock").h;
    screen.key(ImGuiKey_O);
    EXPECT(screen.region("panel.dock").h > 1.7F * low);
    EXPECT(screen.view("dock_high") == "true");
    for (int i = 1; i <= 5; ++i)
      EXPECT(overlap(screen.region("member." + std::to_string(i)), screen.region("stage")));
    screen.click("tab.room");
    EXPECT(screen.region("panel.dock").h == low);
    screen.resize({390, 844});
    const float phone = screen.region("panel.dock").h;
    screen.click("tab.disk");
    EXPECT(screen.region("panel.dock").h == phone);
    screen.click("tab.disk");  // it is open already
    EXPECT(screen.region("panel.dock").h > 1.3F * phone);
  }

  TEST_CASE("the selected message is marked in the diagram, too") {
    Screen screen(kLookDesk);
    REQUIRE(screen.app().open("first_election").ok());
    screen.play_until(700'000);
    screen.click("tab.space_time");
    EXPECT_FALSE(screen.has("space_time.chosen"));
    screen.key(ImGuiKey_N);
    screen.draw(3);
    REQUIRE(screen.view("message") != "0");
    REQUIRE(screen.has("space_time.chosen"));
    EXPECT(overlap(screen.region("space_time.chosen"), screen.region("space_time")));
  }

  TEST_CASE("where the legend has no room for all signs, a button opens them") {
    Screen low({960, 600});
    REQUIRE(low.app().open("split_brain").ok());
    low.draw(5);
    REQUIRE(low.has("legend.all"));
    const Rect stage = low.region("stage");
    const Rect button = low.region("legend.all");
    EXPECT(button.right() <= stage.right());
    EXPECT(button.bottom() <= stage.bottom());
    EXPECT_FALSE(low.has("legend.lost"));
    for (const std::string& name : low.regions()) {
      CAPTURE(name);
      if (name.rfind("legend.", 0) == 0 && name != "legend.all")
        EXPECT_FALSE(overlap(low.region(name), button));
    }
    low.click("legend.all");
    low.draw(5);
    for (const char* name : {"leader", "lost", "full disk", "slow process", "transfer", "pre-vote",
                             "a crash", "network, disk, clock or configuration"}) {
      CAPTURE(name);
      REQUIRE(low.has(std::string("legend.") + name));
      EXPECT(low.region(std::string("legend.") + name).right() < 960);
    }
    low.click("signs.close");
    low.draw(30);
    EXPECT(low.view("popup") == "false");
  }

  TEST_CASE("where the legend has room it has no such button") {
    Screen screen(kLookDesk);
    REQUIRE(screen.app().open("split_brain").ok());
    screen.draw(5);
    EXPECT_FALSE(screen.has("legend.all"));
  }

  TEST_CASE("a request that waits is marked on the stage, and a click shows it in full") {
    for (const Vec2 size : {kLookDesk, kLookPhone}) {
      CAPTURE(size.x);
      Screen screen(size);
      REQUIRE(screen.app().open("split_brain").ok());
      play_until_asked(screen);
      const std::string name = marked(screen);
      REQUIRE(name != "");
      const Rect mark = screen.region(name);
      const float reach = size.x < kNarrowBelow ? kTouchTarget / 2 : 8;
      const Rect client = screen.region("client");
      EXPECT_FALSE(overlap(client, mark));
      EXPECT_FALSE(client.inset(-reach, -reach).contains(mark.center()));
      if (size.x < kNarrowBelow) {
        const Vec2 touch = screen.app().regions().touchable().at(name);
        EXPECT(touch.x >= kTouchTarget);
        EXPECT(touch.y >= kTouchTarget);
      }
      screen.click(name);
      screen.draw(3);
      const std::string chosen = screen.view("request");
      EXPECT(screen.has("request.asked"));  // the inspector's page of a request
      EXPECT("asked." + screen.view("selected") == name);
      const auto& requests = screen.frame().requests;
      EXPECT(std::any_of(requests.begin(), requests.end(), [&](const RequestView& request) {
        return std::to_string(request.id) == chosen && request.open;
      }));
    }
  }

  TEST_CASE("of many requests that wait for one member each can be reached by clicks, and comes round") {
    Screen screen(kLookDesk);
    REQUIRE(screen.app().open("slow_disk").ok());
    screen.app().seek(2'000'000);
    screen.draw(3);
    if (screen.view("playing") == "true") screen.key(ImGuiKey_Space);
    const auto& requests = screen.frame().requests;
    const auto waiting = std::count_if(requests.begin(), requests.end(),
                                       [](const RequestView& request) { return request.open; });
    REQUIRE(waiting > 2);
    std::vector<std::string> seen;
    for (int i = 0; i < waiting; ++i) {
      screen.click("asked.1");
      seen.push_back(screen.view("request"));
    }
    screen.click("asked.1");
    EXPECT(screen.view("request") == seen.front());
    std::sort(seen.begin(), seen.end());
    EXPECT(std::unique(seen.begin(), seen.end()) == seen.end());
  }

  TEST_CASE("a leader's lack of a quorum is told where no cut and no member lies") {
    for (const char* scenario : {"split_brain", "leader_checks_quorum", "leader_without_quorum",
                                 "lease_read_slow_clock", "nemesis"}) {
      for (const Vec2 size : {kLookPhone, kLookDesk, Vec2{960, 600}, Vec2{844, 390}}) {
        CAPTURE(scenario);
        CAPTURE(size.x);
        Screen screen(size);
        REQUIRE(screen.app().open(scenario).ok());
        for (std::int64_t at = 1'000'000; at <= 6'000'000; at += 250'000) {
          screen.app().seek(at);
          screen.draw(2);
          for (const MemberView& member : screen.frame().members) {
            const std::string name = "troubles." + std::to_string(member.id.value());
            if (!screen.has(name)) continue;
            CAPTURE(at);
            const Rect words = screen.region(name);
            EXPECT(words.h >= 13);
            if (screen.has("legend.leader")) EXPECT(words.bottom() <= screen.region("legend.leader").y + 2);
            EXPECT_FALSE(overlap(words, screen.region("client")));
            EXPECT_FALSE(overlap(words.inset(0, 1), screen.region("caption." + name.substr(9))));
            for (const Border& cut : cuts_on(screen)) EXPECT_FALSE(touches(cut.line, words.inset(-7, -7)));
            for (const MemberView& other : screen.frame().members)
              EXPECT_FALSE(overlap(words, screen.region("member." + std::to_string(other.id.value()))));
          }
        }
      }
    }
  }

  TEST_CASE("the badge of a disk stands clear of the words in its member") {
    for (const Vec2 size : {kLookPhone, kLookDesk}) {
      CAPTURE(size.x);
      Screen screen(size);
      REQUIRE(screen.app().open("lying_sync").ok());
      screen.app().seek(6'000'000);
      screen.draw(3);
      const Rect badge = screen.region("badge.disk.2");
      const Vec2 member = screen.region("member.2").center();
      EXPECT(badge.x - 2 > member.x + 20);  // half of "term 2"
    }
  }

  TEST_CASE("metrics stand in two columns on a telephone, and fill the width from the beginning") {
    Screen screen(kLookPhone);
    REQUIRE(screen.app().open("fifty_clients").ok());
    screen.app().seek(2'000'000);
    screen.draw(3);
    screen.click("tab.metrics");
    screen.draw(3);
    const Rect first = screen.region("metric.write latency");
    const Rect second = screen.region("metric.commits");
    EXPECT(first.y == second.y);
    EXPECT(first.right() < second.x);
    EXPECT(screen.has("metric.votes"));  // the sixth is in sight
  }

  TEST_CASE("the value of a metric does not lie on its name") {
    Screen screen({960, 600});
    REQUIRE(screen.app().open("fifty_clients").ok());
    screen.app().seek(2'000'000);
    screen.draw(3);
    screen.click("tab.metrics");
    screen.draw(3);
    EXPECT(screen.region("metric.write latency").h >= 84);  // under it
  }

  TEST_CASE("metrics do not take what is not kept any more for nothing") {
    Screen screen(kLookDesk);
    REQUIRE(screen.app().open("fifty_clients").ok());
    screen.app().seek(2'000'000);
    screen.draw(3);
    screen.click("tab.metrics");
    screen.draw(3);
    const Frame& frame = screen.frame();
    REQUIRE(frame.trace_from_us > 1'000'000);
    EXPECT(frame.trace.front().sent_us == frame.trace_from_us);
    EXPECT(screen.has("unknown.votes"));
    EXPECT(screen.has("unknown.write latency"));
    EXPECT_FALSE(screen.has("unknown.commits"));
    screen.app().seek(300'000);
    screen.draw(3);
    EXPECT_FALSE(screen.has("unknown.votes"));
  }

  TEST_CASE("lines are broken at spaces, and words only where they are longer than a line") {
    const Screen screen;
    const Pen pen{ImGui::GetIO().Fonts->Fonts[0], 15, 0xFFFFFFFF};
    const std::string text =
        "One bit flips in 00000001.wal, as in \"The sync that lied\", and nobody notices.";
    for (float width = 90; width < 500; width += 7) {
      CAPTURE(width);
      std::string lines = kept(fitted_lines(pen, text, width, 20));
      std::size_t count = 1;
      for (char& c : lines) {
        count += c == '\n' ? 1 : 0;
        if (c == '\n') c = ' ';
      }
      EXPECT(lines == text);  // broken nowhere but at spaces, and nothing left out
      EXPECT(wrapped_height(pen, width, text) == doctest::Approx(static_cast<float>(count) * pen.size));
    }
    EXPECT(kept(fitted_lines(pen, "€€€€", text_width(pen, "€€") + 1, 9)) == "€€\n€€");
    EXPECT(wrapped_height(pen, 1, "€€€") == doctest::Approx(3 * pen.size));
    EXPECT(wrapped_height(pen, 500, "one\n\nthree") == doctest::Approx(3 * pen.size));
  }

  TEST_CASE("who decides in a joint configuration is said where no caption, member or client is") {
    for (const Vec2 size : {kLookPhone, kLookDesk, Vec2{960, 600}}) {
      CAPTURE(size.x);
      Screen screen(size);
      REQUIRE(screen.app().open("joint_replacement").ok());
      screen.app().seek(2'000'000);
      screen.draw(3);
      const Rect label = screen.region("joint.label");
      EXPECT_FALSE(overlap(label, screen.region("client")));
      for (int id = 1; id <= 4; ++id) {
        CAPTURE(id);
        EXPECT_FALSE(overlap(label, screen.region("caption." + std::to_string(id))));
        EXPECT_FALSE(overlap(label, screen.region("member." + std::to_string(id))));
      }
    }
  }

  TEST_CASE("the columns of the logs are as wide as their words need") {
    Screen screen(kLookDesk);
    REQUIRE(screen.app().open("split_brain").ok());
    screen.app().seek(2'000'000);
    screen.draw(3);
    EXPECT(screen.region("log.1.3").w == 58);
    REQUIRE(screen.app().open("fifty_clients").ok());
    screen.app().seek(2'000'000);
    screen.draw(3);
    const MemberView& leader = *current_leader(screen.frame());
    const std::string cell =
        "log." + std::to_string(leader.id.value()) + "." + std::to_string(leader.status.last_index.value());
    EXPECT(screen.region(cell).w >= 74);
  }

  TEST_CASE("what is wrong with a disk takes a second line where it needs one") {
    Screen screen(kLookDesk);
    REQUIRE(screen.app().open("first_election").ok());
    screen.app().seek(400'000);
    screen.draw(3);
    screen.click("tab.disk");
    screen.draw(3);
    const float before = screen.region("disk.summary").h;
    screen.click("act.disk.damage");
    screen.draw(3);
    EXPECT(screen.region("disk.summary").h > before + 10);
  }

  TEST_CASE("what was asked and what came of it do not lie on each other") {
    for (const Vec2 size : {kLookPhone, kLookDesk, Vec2{960, 600}}) {
      CAPTURE(size.x);
      Screen screen(size);
      REQUIRE(screen.app().open("stale_read").ok());
      screen.app().seek(4'000'000);
      screen.draw(3);
      screen.click("tab.clients");
      screen.draw(3);
      for (const char* id : {"3", "4"}) {
        const Rect what = screen.region(std::string("request.what.") + id);
        const Rect state = screen.region(std::string("request.state.") + id);
        EXPECT(what.w > 100);
        EXPECT_FALSE(overlap(what, state));
      }
    }
  }

  TEST_CASE("marks of requests keep apart, and clear of members") {
    for (const Vec2 size : {kLookDesk, Vec2{960, 600}, Vec2{1920, 1080}}) {
      CAPTURE(size.x);
      Screen screen(size);
      REQUIRE(screen.app().open("fifty_clients").ok());
      screen.app().seek(2'000'000);
      screen.draw(3);
      std::vector<Rect> marks;
      for (const std::string& name : screen.regions()) {
        if (name.rfind("asked.", 0) == 0) marks.push_back(screen.region(name));
      }
      REQUIRE(marks.size() >= 2);
      for (std::size_t i = 0; i < marks.size(); ++i) {
        for (std::size_t j = 0; j < i; ++j) EXPECT_FALSE(overlap(marks[i], marks[j]));
        for (int id = 1; id <= 5; ++id) {
          const Rect member = screen.region("member." + std::to_string(id));
          EXPECT(length(marks[i].center() - member.center()) >
                 member.w / 1.2F + 18);  // its radius, and the ring of what is selected
        }
      }
    }
  }
}

}  // namespace raftarium::viz
