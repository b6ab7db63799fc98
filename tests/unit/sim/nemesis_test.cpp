// Faults that strike by themselves: how many, whom, and what they leave whole.

#include <algorithm>
#include <map>
#include <optional>

#include "support/test.h"
#include "worlds.h"

namespace raftarium::sim {

using raft::NodeId;

namespace {

using namespace testing;  // NOLINT(google-build-using-namespace): helpers for these very tests

Command nemesis(std::vector<NemesisFault> faults, std::uint32_t strikes, TimeUs between_us,
                TimeUs lasts_us) {
  Command command = act(Kind::Nemesis);
  command.nemesis = {std::move(faults), strikes, between_us, lasts_us};
  return command;
}

std::vector<NemesisFault> all_faults() {
  std::vector<NemesisFault> faults;
  for (std::size_t i = 0; i < kNemesisFaultCount; ++i) faults.push_back(static_cast<NemesisFault>(i));
  return faults;
}

// How often each kind of command was carried out within `time_us`.
std::map<Kind, int> acts(World& world, TimeUs time_us) {
  std::map<Kind, int> counts;
  for (const Event& event : watch(world, time_us)) {
    if (event.kind == Event::Kind::Acted) ++counts[event.command->kind];
  }
  return counts;
}

}  // namespace

TEST_CASE("each fault of a nemesis strikes as often as it is told, and is undone") {
  struct Case {
    NemesisFault fault;
    Kind does;
    std::optional<Kind> undoes;
  };
  for (const Case& c : {Case{NemesisFault::Crash, Kind::Crash, Kind::Restart},
                        {NemesisFault::Pause, Kind::Pause, Kind::Resume},
                        {NemesisFault::Partition, Kind::Partition, Kind::HealAll},
                        {NemesisFault::Cut, Kind::Cut, Kind::Heal},
                        {NemesisFault::Clog, Kind::SetLink, Kind::Heal},
                        {NemesisFault::Jump, Kind::Jump, std::nullopt}}) {
    CAPTURE(std::string(describe(c.fault)));
    World world = elected(5);
    apply(world, nemesis({c.fault}, 12, 400'000, 1'000));
    const std::map<Kind, int> counts = acts(world, 60 * kSecond);
    EXPECT(counts.at(c.does) == 12);
    if (c.undoes) EXPECT(counts.at(*c.undoes) == 12);
    EXPECT(counts.size() == (c.undoes ? 2 : 1));
    EXPECT(world.leader() != raft::kNone);
    EXPECT(violations(world).empty());
  }
  World world = elected(5);
  apply(world, nemesis({NemesisFault::Drift}, 12, 400'000, 1'000));
  EXPECT(acts(world, 60 * kSecond).at(Kind::Drift) == 24);
  for (const NodeId node : world.members()) EXPECT(world.drift_ppm(node) == 0);
  // Of messages there are some on their way nearly always.
  apply(world, nemesis({NemesisFault::Delay}, 40, 20'000, 200'000));
  EXPECT(acts(world, 5 * kSecond).at(Kind::Delay) > 10);
}

TEST_CASE("a nemesis leaves a majority running, and what is acknowledged survives it") {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    CAPTURE(seed);
    World world = elected(3 + seed % 5, seed);
    apply(world, nemesis(all_faults(), 60, 100'000, 600'000));
    std::size_t fewest = world.members().size();
    for (int i = 0; i < 200; ++i) {
      refusal(world, put("x", std::to_string(i)));
      run_for(world, 50'000);
      const std::vector<NodeId> members = world.members();
      const auto running = std::count_if(members.begin(), members.end(), [&](NodeId node) {
        return world.process(node) == ProcessState::Running;
      });
      fewest = std::min(fewest, static_cast<std::size_t>(running));
      REQUIRE(static_cast<std::size_t>(running) > members.size() / 2);
    }
    EXPECT(fewest == world.members().size() / 2 + 1);
    run_for(world, 10 * kSecond);
    EXPECT(stores_equal(world));
    EXPECT_MESSAGE(violations(world).empty(), violations(world));
  }
}

TEST_CASE("a nemesis that cannot be meant is refused") {
  World world = make(3);
  const auto says = [&](const Command& command) { return refusal(world, command); };
  const auto one = std::vector{NemesisFault::Crash};
  EXPECT(says(nemesis({}, 1, 1'000, 0)) == "nemesis: expected at least one fault, got none");
  EXPECT(says(nemesis(one, 0, 1'000, 0)) == "nemesis: expected 1 to 10000 strikes, got 0");
  EXPECT(says(nemesis(one, 10'001, 1'000, 0)) == "nemesis: expected 1 to 10000 strikes, got 10001");
  EXPECT(says(nemesis(one, 1, 999, 0)).find("expected 1000 to 60000000 us between strikes") !=
         std::string::npos);
  EXPECT(says(nemesis(one, 1, 1'000, 60'000'001)).find("at most as much until the end") !=
         std::string::npos);
  EXPECT(says(nemesis(one, 9'000, 1'000, 0)).empty());
  EXPECT(says(nemesis(one, 1'001, 1'000, 0)) ==
         "nemesis: expected at most 10000 strikes to come, got 10001");
  // Where there is nobody to strike, nothing happens.
  World alone = make(1);
  apply(alone,
        nemesis({NemesisFault::Crash, NemesisFault::Partition, NemesisFault::Cut}, 50, 10'000, 10'000));
  EXPECT(acts(alone, 5 * kSecond).empty());
  EXPECT(describe(nemesis(all_faults(), 3, 1'000, 2'000)) ==
         "nemesis crash, pause, partition, cut, clog, delay, drift, jump: 3 strikes, 1000 us apart on "
         "average, "
         "undone after 2000 us");
}

}  // namespace raftarium::sim
