// A world whose members make mistakes goes on, whatever they lead to: a broken property is a violation, never an
// abort. (tests/unit/lab/bugs_test.cpp shows what each bug breaks.)

#include <string>

#include "sim/world.h"
#include "support/test.h"
#include "worlds.h"

namespace raftarium::sim {

namespace {

using namespace testing;  // NOLINT(google-build-using-namespace): helpers for these very tests
using raft::NodeId;

void do_something(World& world, base::Prng& prng) {
  const auto any = [&] { return NodeId(prng.below(5) + 1); };
  Command change = act(Kind::Reconfigure);
  change.changes.push_back({prng.chance(500'000) ? Change::Kind::Add : Change::Kind::Remove, any()});
  Command read = act(Kind::Read, any());
  read.key = "x";
  switch (prng.below(12)) {
    case 0:
    case 1:
    case 2:
      crash_or_restart(world, prng);
      break;
    case 3:
      (void)world.apply(act(Kind::Isolate, any()));
      break;
    case 4:
      (void)world.apply(partition({{any()}, {kTheOthers}}));
      break;
    case 5:
    case 6:
      (void)world.apply(act(Kind::HealAll));
      break;
    case 7:
    case 8:
      (void)world.apply(act(Kind::Timeout, any()));
      break;
    case 9:
      (void)world.apply(change);
      break;
    case 10:
      (void)world.apply(read);
      break;
    default: {
      const std::string value = std::to_string(prng.below(1000));
      (void)world.apply(put("x", value, any()));
      break;
    }
  }
}

}  // namespace

TEST_CASE("no mistake ends a world") {
  for (std::size_t i = 0; i < raft::kBugCount; ++i) {
    const auto bug = static_cast<raft::Bug>(i);
    CAPTURE(raft::describe(bug));
    for (std::uint64_t seed = 1; seed <= 6; ++seed) {
      CAPTURE(seed);
      WorldConfig config;
      config.seed = seed;
      config.bugs.insert(bug);
      config.pre_vote = seed % 2 == 0;
      config.check_quorum = seed % 3 == 0;
      config.duplicate_per_million = 100'000;
      config.max_messages_in_flight = 100;  // two members that never agree answer each other without end
      config.snapshot_entries = seed % 2 == 0 ? 8 : 0;
      config.sync_mean_us = seed % 3 == 0 ? 5'000 : 0;
      if (seed % 3 == 1) config.spares = {kS4, kS5};
      World world = make(config);
      base::Prng prng(seed, 1000 + i);
      for (int step = 0; step < 120; ++step) {
        do_something(world, prng);
        run_for(world, prng.between(1'000, 120'000));
      }
      EXPECT(world.moments() > 100);
    }
  }
}

}  // namespace raftarium::sim
