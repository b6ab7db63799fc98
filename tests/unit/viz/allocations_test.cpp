// A picture that is like the one before it takes nothing from the heap: not for the program's own needs. What Dear
// ImGui takes goes through functions of its own.

#include "bench/heap.h"
#include "screen.h"
#include "support/test.h"
#include "viz/acts.h"

namespace raftarium::viz {
namespace {

std::uint64_t allocations_of_a_picture(Screen& screen) {
  screen.draw(90);  // whatever glided has arrived
  const std::uint64_t before = bench::heap::allocations();
  screen.draw(10);
  return bench::heap::allocations() - before;
}

}  // namespace

TEST_SUITE("allocations") {
  TEST_CASE("a picture like the one before it allocates nothing, whatever it shows") {
    for (const char* scenario : {"first_election", "split_brain", "fifty_clients"}) {
      for (const Vec2 size : {Vec2{1280, 800}, Vec2{390, 844}}) {
        CAPTURE(std::string(scenario));
        CAPTURE(size.x);
        Screen screen(size);
        REQUIRE(screen.app().open(scenario).ok());
        screen.play_until(2'600'000);
        for (const char* tab : {"tab.logs", "tab.space_time", "tab.disk", "tab.clients", "tab.metrics"}) {
          CAPTURE(std::string(tab));
          screen.click(tab);
          screen.move({1, 1});
          EXPECT(allocations_of_a_picture(screen) == 0);
        }
        screen.click("tab.clients");
        screen.click("clients.stores");
        screen.move({1, 1});
        EXPECT(allocations_of_a_picture(screen) == 0);
        if (!screen.has("tab.member")) continue;
        for (const char* tab : {"tab.member", "tab.story"}) {
          CAPTURE(std::string(tab));
          screen.click(tab);
          screen.move({1, 1});
          EXPECT(allocations_of_a_picture(screen) == 0);
        }
      }
    }
  }
}

}  // namespace raftarium::viz
