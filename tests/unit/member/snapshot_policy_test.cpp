#include <string>

#include "members.h"
#include "support/test.h"

namespace raftarium::member {

namespace {

Options every(std::uint64_t entries, std::uint64_t keep = 0) {
  return {.snapshot = {.entries = entries, .bytes = 0, .keep_entries = keep},
          .request_timeout_ticks = 0,
          .life = 0};
}

}  // namespace

TEST_CASE("without a policy a member never makes a snapshot by itself") {
  Machine machine = alone();
  Member& member = machine.member();
  for (int i = 0; i < 2000; ++i) member.propose(put("x", std::to_string(i)));
  EXPECT(pump(member).compactions.empty());
  EXPECT(member.storage().first_index() == Index(2));
}

TEST_CASE("after so many entries a member makes a snapshot and forgets all but the last few") {
  Machine machine = alone(every(10, 3));
  Member& member = machine.member();
  Output output;
  for (int i = 0; i < 25; ++i) {
    member.propose(put("x", std::to_string(i), 7, static_cast<std::uint64_t>(i) + 1));
    pump(member, output);
  }
  // The snapshots of the entries 11 and 21; the first is the configuration, the second the leader's own.
  REQUIRE(output.compactions.size() == 2);
  EXPECT(output.compactions[0].snapshot.index == Index(11));
  EXPECT(output.compactions[0].snapshot.term == Term(1));
  EXPECT(output.compactions[0].first_index == Index(9));
  EXPECT(output.compactions[1].snapshot.index == Index(21));
  EXPECT(member.storage().first_index() == Index(19));
  EXPECT(member.storage().last_index() == Index(27));

  const base::Bytes before = member.store().snapshot();
  member.crash();
  REQUIRE(member.restart().ok());
  EXPECT(member.store().applied() == 21);
  pump(member);
  EXPECT(member.store().snapshot() == before);
}

TEST_CASE("after so many bytes too") {
  Options options;
  options.snapshot.bytes = 10'000;
  Machine machine = alone(options);
  Member& member = machine.member();
  Output output;
  for (int i = 0; i < 30; ++i) {
    member.propose(put("x", std::string(1000, 'v')));
    pump(member, output);
  }
  // Each entry is a little more than 1000 bytes: two times ten of them, with the small ones before.
  REQUIRE(output.compactions.size() == 3);
  EXPECT(output.compactions[1].snapshot.index == output.compactions[0].snapshot.index + 10);
}

TEST_CASE("a snapshot can be asked for, once for each entry") {
  Machine machine = alone();
  Member& member = machine.member();
  member.propose(put("x", "1"));
  Output output = pump(member);
  EXPECT(member.make_snapshot(output));
  EXPECT(member.storage().first_index() == Index(4));
  EXPECT(output.compactions.back().bytes == member.store().snapshot().size());
  EXPECT_FALSE(member.make_snapshot(output));
  EXPECT(output.compactions.size() == 1);
  member.propose(put("x", "2"));
  pump(member);
  EXPECT(member.store().find("x")->value == "2");
}

TEST_CASE("a member that was left behind catches up by a snapshot, sessions and history included") {
  Trio trio(every(10));
  trio.elect(kOne);
  trio[kThree].crash();
  for (int i = 1; i <= 55; ++i) {
    trio[kOne].submit(put("x", std::to_string(i), 7, static_cast<std::uint64_t>(i)));
    trio.settle();
  }
  REQUIRE(trio[kOne].storage().first_index() > trio[kThree].storage().last_index() + 1);
  REQUIRE(trio[kThree].restart().ok());
  for (int tick = 0; tick < 5; ++tick) {
    trio[kOne].tick();
    trio.settle();
  }
  EXPECT(trio[kThree].store().snapshot() == trio[kOne].store().snapshot());
  EXPECT(trio[kThree].store().range({.revision = 5}).found[0].value == "5");
  EXPECT(trio[kThree].storage().first_index() > Index(40));
}

TEST_CASE("members are added and removed, and a snapshot remembers it") {
  Trio trio(every(5));
  trio.elect(kOne);
  raft::ConfChange change;
  change.changes = {{raft::ConfChangeType::RemoveNode, kThree}};
  EXPECT(trio[kOne].propose_conf_change(change) == raft::Refusal::None);
  EXPECT(trio[kOne].propose_conf_change(change) == raft::Refusal::ConfChangePending);
  trio.settle();
  EXPECT(trio[kOne].status().conf_state.voters == std::vector{kOne, kTwo});
  for (int i = 0; i < 10; ++i) {
    trio[kOne].propose(put("x", std::to_string(i)));
    trio.settle();
  }
  EXPECT(trio[kOne].storage().snapshot().snapshot->conf_state.voters == std::vector{kOne, kTwo});
  trio[kOne].crash();
  REQUIRE(trio[kOne].restart().ok());
  EXPECT(trio[kOne].status().conf_state.voters == std::vector{kOne, kTwo});
}

}  // namespace raftarium::member
