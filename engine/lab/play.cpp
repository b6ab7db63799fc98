#include "lab/play.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <utility>

namespace raftarium::lab {

namespace {

// Watches one expectation from moment to moment.
class Watch {
 public:
  explicit Watch(const Expectation& expectation) : expectation_(expectation) {}

  // After everything that happened at a moment, and again just before the next one.
  void look(const sim::World& world) {
    const sim::TimeUs now = world.now_us();
    if (decided_ || now < expectation_.from_us || now > expectation_.until_us) return;
    const bool holds = expectation_.predicate.holds(world);
    switch (expectation_.kind) {
      case Expectation::Kind::Eventually:
        if (holds) decide(true, "since " + seconds(now));
        break;
      case Expectation::Kind::Always:
        if (!holds) decide(false, "not at " + seconds(now));
        break;
      case Expectation::Kind::Never:
        if (holds) decide(false, "but it does at " + seconds(now));
        break;
      case Expectation::Kind::At:
        last_ = holds;
        break;
    }
  }

  Verdict verdict() const {
    if (decided_) return {describe(expectation_), met_, why_};
    switch (expectation_.kind) {
      case Expectation::Kind::Eventually:
        return {describe(expectation_), false, "it never does"};
      case Expectation::Kind::At:
        return {describe(expectation_), last_, last_ ? "it does" : "it does not"};
      default:
        return {describe(expectation_), true, "throughout"};
    }
  }

 private:
  void decide(bool met, std::string why) {
    decided_ = true;
    met_ = met;
    why_ = std::move(why);
  }
  const Expectation& expectation_;
  bool decided_ = false;
  bool met_ = false;
  bool last_ = false;
  std::string why_;
};

}  // namespace

std::string seconds(sim::TimeUs time_us) {
  std::array<char, 40> text{};
  std::snprintf(text.data(), text.size(), "%lld.%03lld s", static_cast<long long>(time_us / 1'000'000),
                static_cast<long long>(time_us / 1000 % 1000));
  return text.data();
}

Played play(const Scenario& scenario, const std::function<void(const StoryLine&)>& tell) {
  sim::World world = first_world(scenario);
  std::vector<Watch> watches(scenario.expectations.begin(), scenario.expectations.end());
  const auto look = [&] {
    for (Watch& watch : watches) watch.look(world);
  };
  // An expectation's span may begin or end where nothing happens: the world is looked at there too.
  std::vector<sim::TimeUs> borders{scenario.duration_us};
  for (const Expectation& e : scenario.expectations) {
    borders.push_back(e.from_us);
    borders.push_back(e.until_us);
  }
  std::sort(borders.begin(), borders.end());
  look();
  for (const sim::TimeUs border : borders) {
    while (world.next_due_us() <= border) {
      world.step();
      if (world.events().empty()) continue;
      look();
      if (!tell) continue;
      for (const StoryLine& line : narrate(world)) tell(line);
    }
    world.advance_to(border);
    look();
  }
  Played played{world.digest(), world.moments(), world.now_us(), {}, world.violations(), true};
  bool violations_expected = false;
  for (const Watch& watch : watches) {
    played.verdicts.push_back(watch.verdict());
    played.ok = played.ok && played.verdicts.back().met;
  }
  for (const Expectation& e : scenario.expectations) {
    violations_expected = violations_expected || e.predicate.speaks_of_violations();
  }
  if (!world.violations().empty() && !violations_expected) played.ok = false;
  return played;
}

}  // namespace raftarium::lab
