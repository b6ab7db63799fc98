#include "member/member.h"

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "members.h"
#include "support/test.h"

namespace raftarium::member {

TEST_CASE("a member starts from its first snapshot: the configuration and the store's contents") {
  kv::Store store;
  store.apply(put("x", "5", 7, 1));
  storage::MemoryDisk disk;
  auto member =
      Member::start(config_of(kTwo), disk, options_for({kOne, kTwo, kThree}, {}, store.snapshot()));
  REQUIRE_MESSAGE(member.ok(), member.error().message);
  EXPECT(member->running());
  EXPECT(member->id() == kTwo);
  EXPECT(member->node().role() == Role::Follower);
  EXPECT(member->node().commit() == Index(1));
  EXPECT(member->node().applied() == Index(1));
  EXPECT(member->status().conf_state.voters == std::vector{kOne, kTwo, kThree});
  EXPECT(member->store().find("x")->value == "5");
  EXPECT(member->store().snapshot() == store.snapshot());
}

TEST_CASE("what cannot work is refused at the start, with the reason") {
  storage::MemoryDisk disk;
  auto zero = Member::start(config_of(raft::kNone), disk, options_for({kOne}));
  REQUIRE_FALSE(zero.ok());
  EXPECT(zero.error().message == "raft configuration: id: expected a member from 1, got 0");

  disk.wipe();
  auto damaged =
      Member::start(config_of(kOne), disk, options_for({kOne}, {}, base::Bytes("\x09 no store")));
  REQUIRE_FALSE(damaged.ok());
  EXPECT(damaged.error().message == "store snapshot+0: expected version 2, got 9");

  disk.wipe();
  kv::Store later;
  later.skip_to(7);
  auto mismatched = Member::start(config_of(kOne), disk, options_for({kOne}, {}, later.snapshot()));
  REQUIRE_FALSE(mismatched.ok());
  EXPECT(mismatched.error().message == "snapshot 1: expected the store as of this index, got it as of 7");

  // Somebody else's disk.
  disk.wipe();
  REQUIRE(Member::start(config_of(kOne), disk, options_for({kOne, kTwo})).ok());
  auto other = Member::start(config_of(kTwo), disk, options_for({kOne, kTwo}));
  REQUIRE_FALSE(other.ok());
  EXPECT_MESSAGE(other.error().message.find("00000001.wal") != std::string::npos, other.error().message);
}

TEST_CASE("a proposal is appended, committed and applied, in this order and once") {
  Machine machine = alone();
  Member& member = machine.member();
  EXPECT(member.propose(put("x", "1")) == raft::Refusal::None);
  EXPECT(member.store().find("x") == nullptr);
  const Output output = pump(member);
  REQUIRE(output.appended.size() == 1);
  REQUIRE(output.committed.size() == 1);
  EXPECT(output.appended[0] == output.committed[0]);
  REQUIRE(output.applied.size() == 1);
  EXPECT(output.applied[0].id == output.committed[0].id());
  EXPECT(output.applied[0].command == put("x", "1"));
  EXPECT(output.applied[0].outcome == kv::Outcome{1, false});
  EXPECT(member.store().find("x")->value == "1");
  EXPECT(values(pump(member)).empty());
}

TEST_CASE("a new leader's own entry is committed, but is nothing to the store") {
  Machine machine = started(kOne, {kOne});
  Member& member = machine.member();
  member.campaign();
  const Output output = pump(member);
  REQUIRE(output.committed.size() == 1);
  EXPECT(output.committed[0].data.empty());
  EXPECT(output.applied.empty());
  EXPECT(member.store().revision() == 0);
}

TEST_CASE("events come out once and in their order") {
  Machine machine = started(kOne, {kOne});
  Member& member = machine.member();
  member.campaign();
  const Output output = pump(member);
  std::vector<raft::Event::Kind> roles;
  for (const raft::Event& event : output.events) {
    const bool role = event.kind == raft::Event::Kind::BecameCandidate ||
                      event.kind == raft::Event::Kind::BecameLeader ||
                      event.kind == raft::Event::Kind::BecameFollower;
    if (role) roles.push_back(event.kind);
    EXPECT(event.node == kOne);
  }
  EXPECT(roles == std::vector{raft::Event::Kind::BecameFollower, raft::Event::Kind::BecameCandidate,
                              raft::Event::Kind::BecameLeader});
  EXPECT(pump(member).events.empty());
}

TEST_CASE("a proposal without a leader is refused and leaves no trace") {
  Machine machine = started(kOne, {kOne, kTwo, kThree});
  Member& member = machine.member();
  EXPECT(member.propose(put("x", "1")) == raft::Refusal::NoLeader);
  const Output output = pump(member);
  EXPECT(output.messages.empty());
  EXPECT(output.appended.empty());
  EXPECT(member.storage().last_index() == Index(1));
  const bool told = std::any_of(output.events.begin(), output.events.end(), [](const raft::Event& e) {
    return e.kind == raft::Event::Kind::ProposalRefused && e.refusal == raft::Refusal::NoLeader;
  });
  EXPECT(told);
}

TEST_CASE("a leader that hands over refuses proposals until it is done") {
  Trio trio;
  trio.elect(kOne);
  trio[kOne].transfer_leadership(kTwo);
  EXPECT(trio[kOne].propose(put("x", "1")) == raft::Refusal::LeaderTransferring);
  trio.settle();
  EXPECT(trio[kTwo].node().role() == Role::Leader);
  EXPECT(trio[kOne].propose(put("x", "2")) == raft::Refusal::None);  // forwarded to S2
  trio.settle();
  EXPECT(trio[kThree].store().find("x")->value == "2");
}

TEST_CASE("three members agree: same entries, same stores") {
  Trio trio;
  trio.elect(kTwo);
  for (int i = 0; i < 20; ++i) {
    const auto at = static_cast<std::uint64_t>(i % 3 + 1);
    REQUIRE(trio[NodeId(at)].propose(put("k" + std::to_string(i % 7), std::to_string(i))) ==
            raft::Refusal::None);
    trio.settle();
  }
  EXPECT(trio[kOne].store().revision() == 20);
  EXPECT(trio[kOne].store().applied() == trio[kOne].node().applied().value());
  EXPECT(trio[kOne].store().snapshot() == trio[kTwo].store().snapshot());
  EXPECT(trio[kOne].store().snapshot() == trio[kThree].store().snapshot());
}

TEST_CASE("what a message tells of is durable before the message is seen") {
  Trio trio;
  trio.elect(kOne);
  for (int i = 0; i < 5; ++i) trio[kOne].propose(put("x", std::to_string(i)));
  std::size_t promises = 0;
  for (bool moved = true; moved;) {
    moved = false;
    for (Machine& machine : trio.machines) {
      Member& member = machine.member();
      const Output output = pump(member);
      for (const raft::Message& message : output.messages) {
        if (message.term != Term()) {
          EXPECT(member.storage().hard_state().term >= message.term);
        }
        if (message.type == MessageType::MsgAppResp && !message.reject) {
          EXPECT(member.storage().last_index() >= message.index);
          ++promises;
        }
        trio[message.to].step(message);
        moved = true;
      }
    }
  }
  EXPECT(promises >= 2);
}

TEST_CASE("a vote that was given is kept through a crash") {
  Machine machine = started(kThree, {kOne, kTwo, kThree});
  Member& voter = machine.member();
  voter.step(vote_request(kOne, kThree, Term(2), {Term(1), Index(1)}));
  const Output given = pump(voter);
  REQUIRE(find(given, MessageType::MsgVoteResp) != nullptr);
  EXPECT_FALSE(find(given, MessageType::MsgVoteResp)->reject);

  voter.crash();
  REQUIRE(voter.restart().ok());
  EXPECT(voter.node().term() == Term(2));
  EXPECT(voter.storage().hard_state().vote == kOne);
  voter.step(vote_request(kTwo, kThree, Term(2), {Term(1), Index(1)}));
  const Output refused = pump(voter);
  REQUIRE(find(refused, MessageType::MsgVoteResp) != nullptr);
  EXPECT(find(refused, MessageType::MsgVoteResp)->reject);
  // The same candidate may ask again: its answer may have been lost.
  voter.step(vote_request(kOne, kThree, Term(2), {Term(1), Index(1)}));
  EXPECT_FALSE(find(pump(voter), MessageType::MsgVoteResp)->reject);
}

TEST_CASE("a crashed member says what its storage holds, and finds its log again") {
  Trio trio;
  trio.elect(kOne);
  trio[kOne].propose(put("x", "1", 7, 1));
  trio.settle();
  Member& member = trio[kTwo];
  const raft::Status before = member.status();
  const base::Bytes store = member.store().snapshot();

  member.crash();
  EXPECT_FALSE(member.running());
  const raft::Status crashed = member.status();
  EXPECT(crashed.id == kTwo);
  EXPECT(crashed.hard_state.term == before.hard_state.term);
  EXPECT(crashed.hard_state.vote == before.hard_state.vote);
  EXPECT(crashed.hard_state.commit <= before.hard_state.commit);  // its last steps wait for no sync
  EXPECT(crashed.conf_state == before.conf_state);
  EXPECT(crashed.first_index == before.first_index);
  EXPECT(crashed.last_index == before.last_index);
  EXPECT(crashed.last_term == before.last_term);
  EXPECT(member.store().size() == 0);  // it was in memory only

  REQUIRE(member.restart().ok());
  EXPECT(member.running());
  EXPECT(member.node().role() == Role::Follower);
  EXPECT(member.status().hard_state == before.hard_state);
  const Output output = pump(member);
  // It applies again what was committed before the crash.
  EXPECT(values(output) == "x=1;");
  EXPECT(output.appended.empty());
  EXPECT(member.store().snapshot() == store);
}

TEST_CASE("a crash before the Ready loop ran loses what was not made durable") {
  Trio trio;
  trio.elect(kOne);
  const Index last = trio[kOne].storage().last_index();
  REQUIRE(trio[kOne].propose(put("x", "1")) == raft::Refusal::None);
  EXPECT(trio[kOne].node().last_index() == last + 1);
  trio[kOne].crash();
  REQUIRE(trio[kOne].restart().ok());
  EXPECT(trio[kOne].node().last_index() == last);
}

TEST_CASE("events of a life that ended are not told in the next") {
  Machine machine = started(kOne, {kOne, kTwo, kThree});
  Member& member = machine.member();
  pump(member);
  EXPECT(member.propose(put("x", "1")) == raft::Refusal::NoLeader);
  member.crash();
  REQUIRE(member.restart().ok());
  for (const raft::Event& event : pump(member).events) {
    EXPECT(event.kind != raft::Event::Kind::ProposalRefused);
  }
}

TEST_CASE("a client's session survives a restart: its repetition is applied once") {
  Machine machine = alone();
  Member& member = machine.member();
  member.propose(put("x", "1", 7, 1));
  pump(member);
  member.crash();
  REQUIRE(member.restart().ok());
  member.campaign();
  pump(member);
  REQUIRE(member.propose(put("x", "1", 7, 1)) == raft::Refusal::None);
  const Output output = pump(member);
  REQUIRE(output.applied.size() == 1);
  EXPECT(output.applied[0].outcome == kv::Outcome{1, true});
  EXPECT(member.store().find("x")->version == 1);
}

TEST_CASE("a copy of a member goes its own way") {
  Trio trio;
  trio.elect(kOne);
  trio[kOne].propose(put("x", "1"));
  trio.settle();

  Trio other = trio;
  trio[kOne].propose(put("x", "original"));
  trio.settle();
  other[kTwo].crash();
  REQUIRE(other[kTwo].restart().ok());
  other.elect(kThree, kOne);
  for (int i = 0; i < 300; ++i) other[kThree].propose(put("y", std::to_string(i)));
  other.settle();
  other[kThree].tick();  // a heartbeat, by whose answer it learns that S1 is back
  other.settle();

  EXPECT(trio[kOne].node().role() == Role::Leader);
  EXPECT(trio[kOne].node().term() == Term(1));
  EXPECT(trio[kTwo].running());
  EXPECT(trio[kTwo].store().find("x")->value == "original");
  EXPECT(trio[kTwo].store().find("y") == nullptr);
  EXPECT(trio[kThree].storage().last_index() == Index(4));
  EXPECT(other[kThree].node().role() == Role::Leader);
  EXPECT(other[kThree].node().term() == Term(2));
  EXPECT(other[kOne].store().find("x")->value == "1");
  REQUIRE(other[kOne].store().find("y") != nullptr);
  EXPECT(other[kOne].store().find("y")->value == "299");
}

TEST_CASE("copies that are given the same stay the same") {
  Trio trio;
  trio.elect(kOne);
  Trio copy = trio;
  for (int i = 0; i < 300; ++i) {  // across a chunk of the log
    for (Trio* t : {&trio, &copy}) {
      (*t)[kOne].propose(put("x", std::to_string(i)));
      (*t)[kTwo].tick();
      t->settle();
    }
  }
  for (const NodeId id : {kOne, kTwo, kThree}) {
    EXPECT(trio[id].status().hard_state == copy[id].status().hard_state);
    EXPECT(trio[id].status().election_elapsed_ticks == copy[id].status().election_elapsed_ticks);
    EXPECT(trio[id].store().snapshot() == copy[id].store().snapshot());
  }
}

TEST_CASE("a machine that moves, is copied or assigned takes its member along") {
  Machine machine = alone();
  Machine moved = std::move(machine);
  moved.member().propose(put("x", "1"));
  EXPECT(values(pump(moved.member())) == "x=1;");

  Machine assigned = started(kTwo, {kTwo});
  assigned = moved;
  EXPECT(assigned.member().id() == kOne);
  assigned.member().propose(put("x", "2"));
  EXPECT(values(pump(assigned.member())) == "x=2;");
  EXPECT(moved.member().store().find("x")->value == "1");
  EXPECT(moved.simulated()->writes() < assigned.simulated()->writes());

  base::Prng prng(1);
  moved.crash(Unsynced::Lost, prng);
  assigned = std::move(moved);
  EXPECT_FALSE(assigned.member().running());
  REQUIRE(assigned.restart().ok());
  assigned.member().campaign();
  pump(assigned.member());
  EXPECT(assigned.member().store().find("x")->value == "1");
}

TEST_CASE("a snapshot from the leader replaces store and log, durably") {
  Trio trio;
  trio.elect(kOne);
  kv::Store store;
  store.apply(20, put("x", "9", 7, 1));
  raft::Snapshot snapshot;
  snapshot.index = Index(20);
  snapshot.term = Term(2);
  snapshot.conf_state.voters = {kOne, kTwo, kThree};
  snapshot.data = store.snapshot();
  raft::Message message{.type = MessageType::MsgSnap, .to = kTwo, .from = kOne, .term = Term(2)};
  message.snapshot = std::make_shared<const raft::Snapshot>(snapshot);
  trio[kTwo].step(message);
  const Output output = pump(trio[kTwo]);

  EXPECT(trio[kTwo].store().snapshot() == store.snapshot());
  EXPECT(trio[kTwo].node().commit() == Index(20));
  EXPECT(output.applied.empty());
  REQUIRE(find(output, MessageType::MsgAppResp) != nullptr);
  EXPECT(find(output, MessageType::MsgAppResp)->index == Index(20));
  trio[kTwo].crash();
  REQUIRE(trio[kTwo].restart().ok());
  EXPECT(trio[kTwo].store().snapshot() == store.snapshot());
  EXPECT(trio[kTwo].node().last_index() == Index(20));
}

}  // namespace raftarium::member
