// raftarium-bench-world: what a simulated cluster costs: five members with their disks, network, clients and all
// checkers; a copy of it; a seek in its past; and the search through what its clients were told.
//
// An event is what World::events() tells. Under load a hundred clients ask again as soon as they are answered; idle,
// a leader sends its heartbeats.

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "base/check.h"
#include "base/prng.h"
#include "bench/bench.h"
#include "bench/heap.h"
#include "lab/timeline.h"
#include "sim/linearizability.h"
#include "sim/world.h"

namespace raftarium::bench {
namespace {

constexpr sim::TimeUs kSecond = 1'000'000;

sim::World elected(const sim::WorldConfig& config = {}) {
  auto world = sim::World::create(config);
  CHECK(world.ok(), world.error().message);
  while (world->leader() == raft::kNone) world->step();
  world->run_until(world->now_us() + kSecond);
  return std::move(*world);
}

sim::Command load(std::uint32_t clients, std::uint32_t count, std::uint32_t keys,
                  std::uint32_t reads_per_million) {
  sim::Command command;
  command.kind = sim::Command::Kind::Load;
  command.key = "k";
  command.load = {.clients = clients, .count = count, .keys = keys, .reads_per_million = reads_per_million};
  return command;
}

void apply(sim::World& world, const sim::Command& command) {
  const auto status = world.apply(command);
  CHECK(status.ok(), status.error().message);
}

// Events a second of processor time, from `world` on.
double events_per_second(const sim::World& world, const Options& options) {
  return median(options.repeats, [&] {
    sim::World copy = world;
    std::uint64_t events = 0;
    const double began = cpu_seconds();
    double spent = 0;
    while (spent < options.seconds) {
      for (int i = 0; i < 2000; ++i) {
        copy.step();
        events += copy.events().size();
      }
      spent = cpu_seconds() - began;
    }
    CHECK(copy.violations().empty(), copy.violations().front().why);
    return static_cast<double>(events) / spent;
  });
}

double seconds_for(const sim::World& world, std::uint64_t steps, bool checking) {
  sim::World copy = world;
  if (!checking) copy.stop_checking();
  const double began = cpu_seconds();
  for (std::uint64_t i = 0; i < steps; ++i) copy.step();
  return cpu_seconds() - began;
}

// The same steps of the same world with and without checkers, in turns, so that what else the machine does falls on
// both alike.
double cost_of_checkers(const sim::World& world, const Options& options) {
  std::uint64_t steps = 10'000;
  while (seconds_for(world, steps, false) < options.seconds) steps *= 2;
  return median(options.repeats, [&] {
    const double with = seconds_for(world, steps, true);
    return with / seconds_for(world, steps, false);
  });
}

void measure_speed(Report& report, const Options& options) {
  sim::World loaded = elected();
  apply(loaded, load(100, 100'000, 100, 500'000));
  loaded.run_until(loaded.now_us() + kSecond);
  const sim::World idle = elected();
  const auto add = [&](const std::string& metric, const std::string& unit, const Goal& goal,
                       const auto& measure) {
    if (report.wants(metric)) report.add({metric, unit, goal, measure()});
  };
  add("events under load, all checkers", "million/s", at_least(1),
      [&] { return events_per_second(loaded, options) / 1e6; });
  add("time with checkers, of that without, under load", "times", at_most(2),
      [&] { return cost_of_checkers(loaded, options); });
  add("events idle, all checkers", "million/s", at_least(5),
      [&] { return events_per_second(idle, options) / 1e6; });
  add("time with checkers, of that without, idle", "times", at_most(2),
      [&] { return cost_of_checkers(idle, options); });
}

void measure_copy(Report& report, const Options& options) {
  constexpr std::uint32_t kEntries = 100'000;
  sim::World world = elected();
  apply(world, load(1000, kEntries, 1000, 0));
  const auto last = [&] { return world.member(world.leader()).node().last_index().value(); };
  while (last() < kEntries) world.step();
  world.run_until(world.now_us() + kSecond);
  const double copied = median(options.repeats, [&] {
    constexpr int kCopies = 100;
    std::vector<std::unique_ptr<sim::World>> copies;
    copies.reserve(kCopies);
    const double began = cpu_seconds();
    for (int i = 0; i < kCopies; ++i) copies.push_back(std::make_unique<sim::World>(world));
    return (cpu_seconds() - began) / kCopies * 1e6;
  });
  report.add({"copy, 100,000 entries a member", "us", at_most(100), copied});
  std::unique_ptr<sim::World> kept;
  const auto bytes = heap::bytes_kept_by([&] { kept = std::make_unique<sim::World>(world); });
  report.add({"memory of that copy", "KiB", at_most(64), static_cast<double>(bytes) / 1024});
}

void measure_search(Report& report, const Options& options) {
  // 1,700 requests of 50 clients: 3,400 calls and returns.
  sim::WorldConfig config;
  config.loss_per_million = 50'000;
  sim::World world = elected(config);
  apply(world, load(50, 1700, 10, 500'000));
  world.run_until(world.now_us() + 120 * kSecond);
  const std::vector<sim::Operation> history = sim::history_of(world.requests());
  const auto searched = [&](const std::vector<sim::Operation>& operations) {
    return median(options.repeats, [&] {
      const double began = cpu_seconds();
      const auto verdict = sim::check_linearizability(operations);
      CHECK(verdict.kind == sim::LinearizabilityVerdict::Kind::Holds, verdict.why);
      return (cpu_seconds() - began) * 1e3;
    });
  };
  report.add({"search, 3,400 events of 50 clients on 10 keys", "ms", at_most(50), searched(history)});
}

void measure_seek(Report& report, const Options& options) {
  constexpr std::uint64_t kEvents = 100'000;
  lab::Scenario scenario;
  scenario.duration_us = lab::kMaxDurationUs;
  lab::Action action;
  action.command = load(20, 100'000, 10, 500'000);
  action.at_us = kSecond;
  scenario.actions.push_back(std::move(action));
  lab::Timeline timeline(std::move(scenario));
  while (timeline.event_count() < kEvents) timeline.run_until(timeline.now_us() + kSecond);
  timeline.seek_event(kEvents);
  CHECK(timeline.event_count() == kEvents, timeline.event_count());
  base::Prng prng(1);
  std::vector<double> times;
  for (int i = 0; i < 20 * options.repeats; ++i) {
    const auto to = static_cast<std::uint64_t>(prng.between(0, static_cast<std::int64_t>(kEvents)));
    const double began = cpu_seconds();
    timeline.seek_event(to);
    times.push_back((cpu_seconds() - began) * 1e3);
  }
  std::nth_element(times.begin(), times.begin() + static_cast<std::ptrdiff_t>(times.size() / 2),
                   times.end());
  report.add({"seek in 100,000 events, median", "ms", at_most(50), times[times.size() / 2]});
}

}  // namespace
}  // namespace raftarium::bench

int main(int argc, char** argv) {
  using namespace raftarium::bench;  // NOLINT(google-build-using-namespace): this is the whole program
  const auto options = parse_options(argc, argv);
  if (!options) return 2;
  Report report("world", *options);
  measure_speed(report, *options);
  if (report.wants("copy") || report.wants("memory")) measure_copy(report, *options);
  if (report.wants("search")) measure_search(report, *options);
  if (report.wants("seek")) measure_seek(report, *options);
  return report.finish();
}
