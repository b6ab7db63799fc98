#include "lab/play.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <optional>
#include <utility>

#include "lab/encoding.h"
#include "lab/run.h"

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

// Watches whether a recorded session happens again.
class RecordingComparison {
 public:
  explicit RecordingComparison(const std::optional<Recording>& recording) : recording_(recording) {}

  void look(const sim::World& world) {
    if (!recording_ || !difference_.empty()) return;
    for (const std::string& here : trail_of(world)) {
      if (at_ >= recording_->trail.size()) return;
      const std::string& there = recording_->trail[at_++];
      if (here == there) continue;
      return note(world, there, here);
    }
  }

  // Whether there is more of the trail, and it has been as recorded so far.
  bool follows() const { return recording_ && difference_.empty() && at_ < recording_->trail.size(); }
  const std::string& difference() const { return difference_; }

  std::optional<Verdict> verdict(const sim::World& world) const {
    if (!recording_) return std::nullopt;
    const std::string what = "the recorded digest " + hex(recording_->digest);
    const bool as_many = world.moments() == recording_->events.value_or(world.moments());
    if (world.digest() == recording_->digest && as_many) return Verdict{what, true, "it is the same"};
    if (!difference_.empty()) return Verdict{what, false, difference_};
    std::string why = "here it is " + hex(world.digest()) + " after " + std::to_string(world.moments()) +
                      " events, recorded after " +
                      (recording_->events ? std::to_string(*recording_->events) : "some number of them");
    if (recording_->trail.empty())
      return Verdict{what, false, why + "; the recording has no trail to say where"};
    return Verdict{what, false, why + "; the trail agrees for its " + std::to_string(at_) + " events"};
  }

 private:
  void note(const sim::World& world, const std::string& there, const std::string& here) {
    difference_ = "it diverges at event " + std::to_string(world.moments()) + ": recorded \"" + there +
                  "\", here \"" + here + "\"";
  }

  const std::optional<Recording>& recording_;
  std::size_t at_ = 0;
  std::string difference_;
};

// The search through the clients' histories, which knows nothing of logs. It must agree with the checker that takes
// the log as the witness; where that one has spoken, the violation says it already. It believes that the store was
// empty to begin with, so a run that goes on where another ended cannot be put before it.
std::optional<Verdict> second_opinion(const sim::World& world) {
  const std::vector<sim::Operation> history = sim::history_of(world.requests());
  if (history.empty()) return std::nullopt;
  const auto verdict = sim::check_linearizability(history);
  if (verdict.kind != sim::LinearizabilityVerdict::Kind::Broken) return std::nullopt;
  const auto& violations = world.violations();
  const bool told = std::any_of(violations.begin(), violations.end(), [](const sim::Violation& violation) {
    return violation.property == sim::Property::Linearizability;
  });
  if (told) return std::nullopt;
  return Verdict{"the clients' histories are linearizable", false, verdict.why};
}

Played play_to_the_end(Run run, const Scenario& scenario, bool judge,
                       const std::function<void(const sim::World&)>& watch,
                       const std::function<void(const StoryLine&)>& tell) {
  const sim::World& world = run.world();
  const Journal journal = journal_of(scenario);
  std::vector<Watch> watches;
  if (judge) {
    for (const Expectation& e : scenario.expectations) watches.emplace_back(e);
  }
  RecordingComparison comparison(scenario.recording);
  const auto look = [&] {
    for (Watch& w : watches) w.look(world);
    if (watch) watch(world);
  };
  // An expectation's span may begin or end where nothing happens: the world is looked at there too.
  std::vector<sim::TimeUs> borders{scenario.end_us()};
  for (const Expectation& e : scenario.expectations) {
    borders.push_back(e.from_us);
    borders.push_back(e.until_us);
  }
  std::sort(borders.begin(), borders.end());
  std::optional<Verdict> recorded;
  look();
  for (const sim::TimeUs border : borders) {
    while (run.has_due(border, journal)) {
      run.step(journal);
      if (world.events().empty()) continue;
      look();
      comparison.look(world);
      if (!tell) continue;
      for (const StoryLine& line : narrate(world)) tell(line);
    }
    run.advance_to(border);
    look();
    if (border == scenario.end_us()) recorded = comparison.verdict(world);
  }
  Played played{
      world.digest(), world.moments(), world.now_us(), {}, world.violations(), {}, world.faults(), true};
  bool violations_expected = false;
  for (const Watch& w : watches) played.verdicts.push_back(w.verdict());
  if (judge && recorded) played.verdicts.push_back(*recorded);
  if (judge) {
    if (const auto verdict = second_opinion(world)) played.verdicts.push_back(*verdict);
  }
  for (const Verdict& verdict : played.verdicts) played.ok = played.ok && verdict.met;
  for (const Expectation& e : scenario.expectations) {
    violations_expected = violations_expected || e.predicate.speaks_of_violations();
  }
  if (!world.violations().empty() && !violations_expected) played.ok = false;
  return played;
}

}  // namespace

std::string seconds(sim::TimeUs time_us) {
  std::array<char, 40> text{};
  std::snprintf(text.data(), text.size(), "%lld.%03lld s", static_cast<long long>(time_us / 1'000'000),
                static_cast<long long>(time_us / 1000 % 1000));
  return text.data();
}

Played play(const Scenario& scenario, const std::function<void(const StoryLine&)>& tell) {
  const Run start(std::make_shared<const Scenario>(scenario));
  Played played = play_to_the_end(start, scenario, true, {}, tell);
  std::vector<sim::Violation> first = played.violations;
  first.resize(std::min(first.size(), kMostExplained));
  played.causes = causes_of(first, start, journal_of(scenario));
  return played;
}

base::Result<Played> play(const Scenario& scenario, const OnDisks& on_disks,
                          const std::function<void(const StoryLine&)>& tell) {
  auto run = Run::on_disks(std::make_shared<const Scenario>(scenario), on_disks.disks);
  if (!run) return run.error();
  return play_to_the_end(std::move(*run), scenario, !on_disks.resumed, on_disks.watch, tell);
}

std::string how_it_diverges(const Scenario& scenario) {
  constexpr std::size_t kMostSteps = 1'000'000;
  Run run(std::make_shared<const Scenario>(scenario));
  const Journal journal = journal_of(scenario);
  RecordingComparison comparison(scenario.recording);
  for (std::size_t step = 0;
       step < kMostSteps && comparison.follows() && run.has_due(scenario.end_us(), journal); ++step) {
    run.step(journal);
    comparison.look(run.world());
  }
  return comparison.difference();
}

std::vector<std::string> trail_of(const sim::World& world) {
  std::vector<std::string> trail;
  for (const sim::Event& event : world.events()) {
    trail.push_back(std::to_string(event.time_us) + " " + sim::describe(event));
  }
  return trail;
}

}  // namespace raftarium::lab
