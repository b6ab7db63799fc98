// What a child does that is left alone with it: clicks, drags, keys and text, anywhere and in any order.

#include <nlohmann/json.hpp>

#include "base/prng.h"
#include "screen.h"
#include "support/test.h"

namespace raftarium::viz {
namespace {

struct Child : Screen {
  explicit Child(std::uint64_t seed, Host host = {})
      : Screen({1280, 800}, std::move(host)), prng(seed, 11) {}

  std::uint32_t below(std::size_t bound) { return prng.below(static_cast<std::uint32_t>(bound)); }

  Vec2 anywhere() {
    const ImVec2 size = ImGui::GetIO().DisplaySize;
    const auto x = static_cast<float>(below(static_cast<std::size_t>(size.x) + 40)) - 20;
    const auto y = static_cast<float>(below(static_cast<std::size_t>(size.y) + 40)) - 20;
    return {x, y};
  }

  // Mostly something that is there.
  Vec2 something() {
    const std::vector<std::string> names = regions();
    if (names.empty() || below(5) == 0) return anywhere();
    return region(names[below(names.size())]).center();
  }

  ImGuiMouseButton button() { return below(4) == 0 ? ImGuiMouseButton_Right : ImGuiMouseButton_Left; }

  void play() {
    constexpr ImGuiKey kModifiers[] = {ImGuiMod_None, ImGuiMod_Shift, ImGuiMod_Ctrl, ImGuiMod_Alt};
    constexpr const char* kTexts[] = {
        "x", "crash", "S3", "\xc3\xa9\xe2\x86\x92", "", "0123456789012345678901234567890123456789"};
    constexpr Vec2 kSizes[] = {{1280, 800}, {390, 844}, {1920, 1080}, {320, 240}, {60, 40}, {800, 300}};
    switch (below(16)) {
      case 0:
      case 1:
      case 2:
      case 3:
      case 4:
      case 5: {
        const Vec2 at = something();
        return click_at(at, button());
      }
      case 6:
      case 7: {
        const Vec2 from = something();
        const Vec2 to = something();
        return drag({from, anywhere(), to});
      }
      case 8:
      case 9:
      case 10: {
        const auto pressed = static_cast<ImGuiKey>(
            ImGuiKey_NamedKey_BEGIN + static_cast<int>(below(ImGuiKey_F12 - ImGuiKey_NamedKey_BEGIN)));
        return key(pressed, kModifiers[below(std::size(kModifiers))]);
      }
      case 11:
        return type(kTexts[below(std::size(kTexts))]);
      case 12:
        move(something());
        return wheel(static_cast<float>(below(9)) - 4);
      case 13:
        if (below(4) == 0) resize(kSizes[below(std::size(kSizes))]);
        return draw(2);
      case 14:
        app().set_playing(below(2) == 0);
        return draw(static_cast<int>(below(20)), 0.1);
      default:
        return key(ImGuiKey_Escape);
    }
  }

  base::Prng prng;
};

// What a session comes to, and the link to it.
struct Session {
  std::string link;
  std::uint64_t digest = 0;
  std::uint64_t event = 0;
  std::int64_t time_us = 0;
  std::size_t branches = 0;
};

Session leave_alone(std::uint64_t seed) {
  Session session;
  Host host;
  host.share = [&](const std::string& query) { session.link = query; };
  host.save = [](const std::string& name, const std::string&) { return base::Result<std::string>(name); };
  Child child(seed, host);
  for (int i = 0; i < 200; ++i) {
    child.play();
    if (i % 10 == 0) EXPECT(nlohmann::json::accept(child.app().frame_json()));
  }
  child.app().set_playing(false);
  for (int i = 0; i < 1000 && child.app().seeking(); ++i) child.draw();
  session.link.clear();
  child.app().control({Control::Kind::Share, 0, ""});
  child.draw(2);
  session.digest = child.frame().digest;
  session.event = child.frame().event;
  session.time_us = child.frame().time_us;
  session.branches = child.frame().branches.size();
  return session;
}

}  // namespace

TEST_SUITE("anything") {
  TEST_CASE("whatever is done, the program goes on, and a friend who is sent it sees the same") {
    std::size_t shared = 0;
    std::size_t branches = 0;
    for (std::uint64_t seed = 1; seed <= 8; ++seed) {
      CAPTURE(seed);
      const Session session = leave_alone(seed);
      branches += session.branches;
      // Nothing was opened, or only looked at, or so much was done that no link can hold it.
      if (session.link.find("#s=") != 0) continue;
      ++shared;
      Screen at_the_friends;
      const auto opened = at_the_friends.app().open_text("shared", session.link);
      REQUIRE_MESSAGE(opened.ok(), opened.error().message);
      at_the_friends.draw(2);
      for (int i = 0; i < 10'000 && at_the_friends.app().seeking(); ++i) at_the_friends.draw();
      EXPECT(at_the_friends.frame().digest == session.digest);
      EXPECT(at_the_friends.frame().event == session.event);
      EXPECT(at_the_friends.frame().time_us == session.time_us);
    }
    EXPECT(shared > 3);
    EXPECT(branches > 8);
  }
}

}  // namespace raftarium::viz
