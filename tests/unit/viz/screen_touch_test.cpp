// A telephone: nothing that can be touched is smaller than a finger, wherever one goes; and all that a large screen
// offers can be reached.

#include <cmath>
#include <map>
#include <set>

#include "screen.h"
#include "support/test.h"
#include "viz/acts.h"
#include "viz/breakpoints.h"

namespace raftarium::viz {
namespace {

constexpr Vec2 kTelephone{390, 844};

struct Telephone : Screen {
  explicit Telephone(Vec2 size = kTelephone) : Screen(size, host(this)) {
    REQUIRE(app().open("split_brain").ok());
    play_until(2'800'000);
  }

  static Host host(Telephone* self) {
    Host host;
    host.share = [self](const std::string& query) { self->link = query; };
    host.save = [self](const std::string& name, const std::string&) {
      self->saved = name;
      return base::Result<std::string>(name);
    };
    return host;
  }

  // A second branch, and an act on it.
  void fork() {
    app().seek(1'200'000);
    draw(2);
    click("member.2");
    click("act.crash");
    app().seek(2'000'000);
    draw(60);
  }

  std::string link;
  std::string saved;
};

// What was seen while the pointer's place was scrolled from top to bottom.
struct Walk {
  std::map<std::string, Vec2> least;  // of each name
  Screen& screen;

  void look() {
    for (const auto& [name, size] : screen.app().regions().touchable()) {
      const auto [at, fresh] = least.try_emplace(name, size);
      if (!fresh) at->second = {std::fmin(at->second.x, size.x), std::fmin(at->second.y, size.y)};
    }
  }
  void scroll(Vec2 at) {
    screen.move(at);
    screen.wheel(1'000);
    look();
    for (int i = 0; i < 25; ++i) {
      screen.wheel(-2);
      look();
    }
  }
  void popup() {
    REQUIRE(screen.view("popup") == "true");
    scroll({kTelephone.x / 2, kTelephone.y / 2});
    screen.key(ImGuiKey_Escape);
    screen.draw(30);
    REQUIRE(screen.view("popup") == "false");
  }
};

// The region of a message in sight, at some moment from now on.
std::string some_message(Screen& screen) {
  for (int i = 0; i < 200; ++i) {
    for (const std::string& name : screen.regions()) {
      if (name.rfind("message.", 0) == 0) return name;
    }
    screen.app().seek(screen.frame().time_us + 5'000);
    screen.draw(60);
  }
  FAIL("no message is in sight");
  return {};
}

}  // namespace

TEST_SUITE("touch") {
  TEST_CASE("nothing that can be touched is smaller than a finger, on no tab and in no list") {
    Telephone telephone;
    Walk walk{{}, telephone};
    telephone.fork();
    const auto dock = [&] { return telephone.region("panel.dock").center(); };
    for (const char* tab : {"logs", "member", "story", "space_time", "disk", "clients", "metrics"}) {
      telephone.click(std::string("tab.") + tab);
      walk.scroll(dock());
    }
    telephone.click("tab.clients");
    telephone.click("request." + std::to_string(telephone.frame().requests.back().id));
    telephone.click("tab.member");
    REQUIRE(telephone.has("request.asked"));
    walk.scroll(dock());
    telephone.click("tab.clients");
    telephone.click("clients.stores");
    walk.scroll(dock());
    telephone.app().seek(2'900'000);
    telephone.draw(60);
    walk.look();
    telephone.click(some_message(telephone));
    walk.scroll(dock());
    telephone.key(ImGuiKey_Escape);
    telephone.click("tab.member");
    walk.scroll(dock());

    for (const char* list : {"more", "branches", "scenarios"}) {
      telephone.click(list);
      walk.popup();
    }
    telephone.click("branches");
    telephone.click("branch.rename.0");
    telephone.draw(5);
    walk.look();
    for (int i = 0; i < 2; ++i) {  // the field, then the list
      telephone.key(ImGuiKey_Escape);
      telephone.draw(30);
    }
    telephone.click("branches");
    telephone.click("branch.compare.0");
    walk.popup();
    for (const char* list : {"more.palette", "more.help", "more.branches", "more.gallery"}) {
      telephone.click("more");
      telephone.click(list);
      walk.popup();
    }
    const auto menu = [&](const std::string& of, const std::vector<std::string>& way) {
      telephone.click(of, ImGuiMouseButton_Right);
      for (const std::string& row : way) telephone.click("menu." + row);
      walk.popup();
    };
    menu("member.3", {});
    for (const char* page : {"ask", "disk", "clock", "members"}) menu("member.3", {page});
    menu("member.3", {"disk", "disk.chance"});
    menu("member.3", {"disk", "disk.once"});
    menu("member.3", {"disk", "disk.set"});
    menu("member.3", {"members", "members.change"});
    menu(some_message(telephone), {});
    menu("client", {});
    const Rect stage = telephone.region("stage");
    for (const char* page : {"every_link", "every_disk"}) {
      telephone.click_at(stage.min() + Vec2{6, stage.h * 0.55F}, ImGuiMouseButton_Right);
      telephone.click(std::string("menu.") + page);
      walk.popup();
    }
    telephone.click("link.3.4");
    walk.popup();

    std::set<std::string> kinds;
    for (const auto& seen : walk.least) {
      const std::string& name = seen.first;
      const Vec2 size = seen.second;
      kinds.insert(name.substr(0, name.find('.')));
      EXPECT_MESSAGE(size.x >= kTouchTarget - 0.1F, name, " is ", size.x, " wide");
      EXPECT_MESSAGE(size.y >= kTouchTarget - 0.1F, name, " is ", size.y, " high");
    }
    for (const char* kind :
         {"act",   "branch",   "branches",  "client",     "clients", "comparison", "cut",
          "disk",  "form",     "help",      "line",       "link",    "log",        "member",
          "menu",  "message",  "more",      "overview",   "palette", "properties", "request",
          "row",   "scenario", "scenarios", "space_time", "speed",   "stage",      "store",
          "story", "tab",      "timeline",  "transport"}) {
      EXPECT_MESSAGE(kinds.count(kind) == 1, kind, " was not seen");
    }
  }

  TEST_CASE("a finger reaches what is drawn smaller than itself: the nearest of it") {
    Telephone telephone;
    telephone.app().seek(0);  // no message is on its way
    telephone.draw(2);
    const auto at = [&](int id) { return telephone.region("member." + std::to_string(id)).center(); };
    const Vec2 middle = (at(1) + at(2) + at(3) + at(4) + at(5)) * 0.2F;
    const Vec2 from = mix(at(5), at(1), 0.5F);
    const Vec2 to = mix(at(2), at(3), 0.5F);
    telephone.drag({mix(middle, from, 1.4F), from, mix(from, to, 0.5F), to, mix(middle, to, 1.2F)});
    REQUIRE(telephone.frame().islands.size() == 2);
    const Vec2 cut = telephone.region("cut.0").center();
    // Whichever way the line goes, most of a circle of this radius around a place on it is within reach.
    int healed = 0;
    for (int k = 0; k < 16; ++k) {
      const float angle = static_cast<float>(k) * 0.3927F;
      telephone.click_at(cut + Vec2{std::cos(angle), std::sin(angle)} * 20);
      if (telephone.frame().islands.size() > 1) continue;
      ++healed;
      telephone.key(ImGuiKey_U);
      REQUIRE(telephone.frame().islands.size() == 2);
    }
    EXPECT(healed >= 11);
  }

  TEST_CASE("a tap on a link's end asks what to do, and does nothing by itself") {
    Telephone telephone;
    const std::size_t branches = telephone.frame().branches.size();
    telephone.click("link.3.4");
    REQUIRE(telephone.has("menu.link.cut"));
    EXPECT(telephone.frame().branches.size() == branches);
    telephone.click("menu.link.cut");
    const LinkView* link = find_link(telephone.frame(), raft::NodeId(3), raft::NodeId(4));
    REQUIRE(link != nullptr);
    EXPECT(link->cut);
  }

  TEST_CASE("undo stands beside the steps") {
    for (const Vec2 size : {Vec2{360, 640}, kTelephone, Vec2{768, 1024}, Vec2{1280, 800}}) {
      CAPTURE(size.x);
      Telephone screen(size);
      screen.key(ImGuiKey_2);
      screen.key(ImGuiKey_C);
      REQUIRE(screen.frame().members[1].process == Process::Crashed);
      screen.click("transport.undo");
      EXPECT(screen.frame().members[1].process == Process::Running);
    }
  }

  TEST_CASE("a tap near a mark of the timeline goes to it") {
    Telephone telephone;
    const Rect mark = telephone.region("timeline.mark.0");
    const lab::Mark first = telephone.frame().marks.front();
    telephone.click_at(mark.center() + Vec2{-15, 18});
    EXPECT(telephone.frame().event == first.event);
  }

  TEST_CASE("more: breakpoints, slow motion, export, the link, every list") {
    for (const Vec2 size : {Vec2{320, 568}, kTelephone, Vec2{1000, 700}, Vec2{1280, 800}}) {
      CAPTURE(size.x);
      Telephone screen(size);
      const auto more = [&](const std::string& name) {
        if (screen.view("popup") == "false") screen.click("more");
        for (int i = 0; i < 12 && !screen.has("more." + name); ++i) {
          screen.move({size.x - 40, size.y / 2});
          screen.wheel(-2);
        }
        screen.click("more." + name);
      };
      for (const Breakpoint& point : kBreakpoints) more(std::string("stop.") + point.name);
      more("slow_motion");
      EXPECT(screen.view("breakpoints") == "31");
      EXPECT(screen.view("slow_motion") == "true");
      screen.click("more.stop.commit");
      EXPECT(screen.view("breakpoints") == "27");
      more("export.svg");
      EXPECT(screen.saved == "split_brain.svg");
      EXPECT(screen.view("popup") == "false");
      more("share");
      // It stands still, so it does for whoever opens the link.
      EXPECT(screen.link ==
             "?scenario=split_brain&t=" + std::to_string(screen.frame().time_us) + "&paused");
      more("start");
      EXPECT(screen.frame().event == 0);
      more("next");
      const std::uint64_t first = screen.frame().event;
      EXPECT(first > 0);
      more("next");
      const std::uint64_t second = screen.frame().event;
      more("end");
      EXPECT(screen.frame().event > second);
      screen.app().seek(screen.frame().time_us);
      more("start");
      for (int i = 0; i < 2; ++i) more("next");
      EXPECT(screen.frame().event == second);
      more("previous");
      EXPECT(screen.frame().event == first);
      screen.key(ImGuiKey_2);
      screen.key(ImGuiKey_C);
      REQUIRE(screen.frame().members[1].process == Process::Crashed);
      more("undo");
      EXPECT(screen.frame().members[1].process == Process::Running);
      EXPECT(screen.frame().event == first);
      more("zoom_in");
      more("zoom_in");
      EXPECT(std::stof(screen.view("zoom")) == doctest::Approx(kZoomStep * kZoomStep));
      more("zoom_whole");
      EXPECT(screen.view("zoom") == "1");
      screen.key(ImGuiKey_Escape);
      const std::string dark = screen.view("dark");
      more("theme");
      EXPECT(screen.view("dark") != dark);
      for (const auto& list :
           {std::pair{"palette", "palette.field"}, std::pair{"help", "help.close"},
            std::pair{"gallery", "scenario.first_election"}, std::pair{"branches", "branch.rename.0"}}) {
        more(list.first);
        screen.draw(3);
        EXPECT_MESSAGE(screen.has(list.second), list.second);
        screen.key(ImGuiKey_Escape);
        screen.draw(30);
      }
    }
  }
}

}  // namespace raftarium::viz
