#include "lab/narration.h"

#include "support/test.h"

namespace raftarium::lab {
namespace {

using Kind = sim::Command::Kind;

// Runs a world and keeps everything that was told.
struct Listener {
  explicit Listener(std::uint64_t seed = 7, std::size_t members = 5) : Listener(config_of(seed, members)) {}
  explicit Listener(const sim::WorldConfig& config) : world(make(config)) {}
  static sim::WorldConfig config_of(std::uint64_t seed, std::size_t members) {
    sim::WorldConfig config;
    config.seed = seed;
    config.members = members;
    return config;
  }
  static sim::World make(const sim::WorldConfig& config) {
    auto made = sim::World::create(config);
    REQUIRE(made.ok());
    return std::move(*made);
  }
  void hear() {
    for (StoryLine& line : narrate(world)) story.push_back(std::move(line));
    for (Mark& mark : marks_of(world)) marks.push_back(std::move(mark));
  }
  void run_until(sim::TimeUs time_us) {
    while (world.next_due_us() <= time_us) {
      world.step();
      hear();
    }
    world.advance_to(time_us);
  }
  void act(const sim::Command& command) {
    const auto status = world.apply(command);
    REQUIRE_MESSAGE(status.ok(), status.error().message);
    hear();
  }
  const StoryLine* find(const std::string& part) const {
    for (const StoryLine& line : story) {
      if ((line.what + " " + line.why).find(part) != std::string::npos) return &line;
    }
    return nullptr;
  }
  std::size_t marked(Mark::Kind kind) const {
    std::size_t count = 0;
    for (const Mark& mark : marks) count += mark.kind == kind ? 1 : 0;
    return count;
  }
  sim::World world;
  std::vector<StoryLine> story;
  std::vector<Mark> marks;
};

TEST_CASE("an election is told with its voters and why they are enough") {
  Listener l;
  l.run_until(1'000'000);
  const StoryLine* won = l.find(" wins term 1 with votes from ");
  REQUIRE(won != nullptr);
  EXPECT(won->why.find("3 of 5, a majority; its log ends at term 0, entry 1.") != std::string::npos);
  EXPECT(won->node == l.world.leader());
  EXPECT(l.find("asks whether it could win term 1") != nullptr);
  EXPECT(l.marked(Mark::Kind::Leader) == 1);
}

TEST_CASE("a commit is told with what the leader knows, not with what is true") {
  Listener l;
  l.run_until(1'000'000);
  l.act({.kind = Kind::Put, .key = "x", .value = "5"});
  l.run_until(1'500'000);
  const StoryLine* commit = l.find("commits entry 3 of term 1");
  REQUIRE(commit != nullptr);
  EXPECT(commit->why == "It is known to be on 3 of 5, a majority; earlier entries follow.");
  EXPECT(l.find("put x=5 is acknowledged.") != nullptr);
  EXPECT(l.marked(Mark::Kind::Client) == 1);
  EXPECT(l.marked(Mark::Kind::Commit) >= 2);
}

TEST_CASE("that the network is full is told once") {
  sim::WorldConfig config;
  config.max_messages_in_flight = 2;
  Listener l(config);
  l.run_until(5'000'000);
  REQUIRE(l.world.faults().of(sim::Fault::NetworkFull) > 10);
  std::size_t times = 0;
  for (const StoryLine& line : l.story) times += line.what.find("The network is full") == 0 ? 1U : 0U;
  EXPECT(times == 1);
  const StoryLine* told = l.find("The network is full: what S");
  REQUIRE(told != nullptr);
  EXPECT(told->why ==
         "It carries 2 messages at a time. Members that answer each other without end fill it.");
  EXPECT(l.find("'s vote request to ") != nullptr);
  EXPECT(l.find("Because the network is full.") != nullptr);
}

TEST_CASE("a leader that is cut off is told to step down, and its tail to be overwritten") {
  Listener l;
  l.run_until(1'000'000);
  const raft::NodeId old = l.world.leader();
  l.act({.kind = Kind::Isolate, .node = old});
  l.act({.kind = Kind::Put, .node = old, .key = "x", .value = "5"});
  l.run_until(3'000'000);
  EXPECT(l.find(sim::name(old) + " steps down as leader of term 1.") != nullptr);
  EXPECT(l.find(" is cut.") != nullptr);
  l.act({.kind = Kind::HealAll});
  l.run_until(4'000'000);
  const StoryLine* overwritten = l.find(sim::name(old) + " overwrites its log from entry 3 on.");
  REQUIRE(overwritten != nullptr);
  EXPECT(overwritten->why.find("never committed") != std::string::npos);
  EXPECT(l.marked(Mark::Kind::Network) == 2);
}

TEST_CASE("what was sent into a cut is lost after it has healed, too, and says so") {
  Listener l;
  l.run_until(1'000'000);
  const raft::NodeId leader = l.world.leader();
  l.act({.kind = Kind::Isolate, .node = leader});
  l.act({.kind = Kind::Put, .node = leader, .key = "x", .value = "5"});
  const auto entry_sent = [&] {
    return std::any_of(l.world.flights().begin(), l.world.flights().end(),
                       [](const auto& flight) { return !flight.second.message.entries.empty(); });
  };
  for (sim::TimeUs us = 1'000'000; !entry_sent(); us += 500) l.run_until(us);
  EXPECT(l.find(" was cut when it was sent.") == nullptr);
  l.act({.kind = Kind::HealAll});
  l.run_until(2'000'000);
  EXPECT(l.find(" was cut when it was sent.") != nullptr);
  EXPECT(l.find(" is cut.") == nullptr);
}

TEST_CASE("every act is told when it happens") {
  Listener l(7, 3);
  l.run_until(1'000'000);
  const raft::NodeId leader = l.world.leader();
  const raft::NodeId other(leader.value() % 3 + 1);
  l.act({.kind = Kind::Cut, .node = leader, .peer = other});
  l.act({.kind = Kind::Heal, .node = leader, .peer = other});
  l.act({.kind = Kind::SetLink,
         .link = {.latency_min_us = 2000, .latency_mean_us = 1000, .loss_per_million = 20'000}});
  l.act({.kind = Kind::Pause, .node = other});
  l.act({.kind = Kind::Resume, .node = other});
  l.act({.kind = Kind::Transfer, .node = leader, .peer = other});
  l.run_until(2'000'000);
  l.act({.kind = Kind::Timeout, .node = leader});
  l.act({.kind = Kind::Crash, .node = other});
  l.act({.kind = Kind::Restart, .node = other});
  l.act({.kind = Kind::Delete, .key = "x"});
  l.act({.kind = Kind::Partition, .groups = {{leader}, {other}}});
  for (const char* part :
       {"is cut.", "works again.", "Every link changes.", "2 % are lost", "is paused.", "goes on.",
        "is told to hand over to", "hands leadership to", "election timer runs out at once", "crashes.",
        "starts again.", "to delete x.", "The network splits"}) {
    CAPTURE(part);
    EXPECT(l.find(part) != nullptr);
  }
}

TEST_CASE("a read's answer says what it rests on: a majority, the leader's lease, or nothing") {
  for (const bool lease_reads : {false, true}) {
    sim::WorldConfig config = Listener::config_of(7, 3);
    config.lease_reads = lease_reads;
    Listener l(config);
    l.run_until(1'000'000);
    const auto told = [&](member::ReadMode mode) {
      l.story.clear();
      l.act({.kind = Kind::Read, .node = l.world.leader(), .key = "x", .mode = mode});
      l.run_until(l.world.now_us() + 500'000);
      const StoryLine* line = l.find(" is answered: ");
      return line == nullptr ? std::string() : line->why;
    };
    using member::ReadMode;
    const char* majority = "A majority still followed the leader after the question";
    const char* lease = "The leader trusts its lease";
    EXPECT(told(ReadMode::Linearizable).find(lease_reads ? lease : majority) == 0);
    EXPECT(told(ReadMode::Lease).find(lease) == 0);
    EXPECT(told(ReadMode::Serializable).find("It is what S") == 0);
  }
}

TEST_CASE("a process that becomes slow, stalls or is quick again is told with what that means") {
  Listener l(7, 3);
  l.run_until(1'000'000);
  const raft::NodeId node(2);
  l.act({.kind = Kind::SetProcess, .node = node, .process = {.step_us = 5'000}});
  EXPECT(l.story.back().what == "S2's process becomes slow.");
  EXPECT(l.story.back().why ==
         "Each message, tick, request and end of a sync takes it 5 ms, one after the other: what arrives "
         "meanwhile waits.");
  l.act({.kind = Kind::SetProcess,
         .node = node,
         .process = {.stall_per_million = 20'000, .stall_us = 1'500}});
  EXPECT(l.story.back().what == "S2's process becomes slow.");
  EXPECT(l.story.back().why == "In 2 % of what it does it stalls for 1500 us.");
  l.act({.kind = Kind::SetProcess, .process = {}});
  EXPECT(l.story.back().what == "Every process is as quick as ever.");
  EXPECT(l.story.back().why == "What it does takes no time.");
}

TEST_CASE("damage to a log is told with its place, with what a reader will find there, and with the rule") {
  Listener l;
  l.run_until(1'000'000);
  sim::Command damage{.kind = Kind::Damage, .node = raft::NodeId(2), .file = "00000001.wal", .offset = 108};
  damage.bit = 4;
  l.act(damage);
  const StoryLine* told = l.find("One bit of S2's disk flips, bit 4 of byte 108 of 00000001.wal.");
  REQUIRE(told != nullptr);
  CAPTURE(told->why);
  EXPECT(told->why.find("A reader will find: wal 00000001.wal+64: checksum mismatch in a record") !=
         std::string::npos);
  EXPECT(told->why.find("expected ") != std::string::npos);
  EXPECT(std::string(told->rule).find("Figure 2") != std::string::npos);
  // Behind the last record nothing is lost.
  l.story.clear();
  damage.node = raft::NodeId(3);
  damage.offset = l.world.disk(damage.node)->size_of(damage.file) - 1;
  damage.bit = 0;
  damage.zeroed = true;
  l.act(damage);
  const StoryLine* nothing = l.find("A sector of S3's disk is lost");
  REQUIRE(nothing != nullptr);
  EXPECT(nothing->why.find("No record of the log lies there.") != std::string::npos);
}

TEST_CASE("a refused vote names who has it, or the logs that decided") {
  std::vector<std::string> reasons;
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    Listener l(seed);
    l.run_until(800'000);
    for (const StoryLine& line : l.story) {
      if (line.what.find(" refuses ") != std::string::npos) reasons.push_back(line.why);
    }
  }
  REQUIRE_FALSE(reasons.empty());
  for (const std::string& why : reasons) {
    CAPTURE(why);
    EXPECT(why.find("S0") == std::string::npos);
    const bool explains =
        why.find(" has it for term ") != std::string::npos ||
        why.find("voted for itself") != std::string::npos ||
        why.find(" leads term ") != std::string::npos || why.find("Its log ends at") != std::string::npos ||
        why.find("live leader") != std::string::npos || why.find("It is in term") != std::string::npos;
    EXPECT(explains);
  }
  // Where the vote was spent, that decided it, however the logs are.
  EXPECT(std::any_of(reasons.begin(), reasons.end(), [](const std::string& why) {
    const std::size_t logs = why.find("The log would not do either: ");
    return logs != std::string::npos && why.find("term ") < logs;
  }));
}

}  // namespace
}  // namespace raftarium::lab
