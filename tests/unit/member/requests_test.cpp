#include <string>
#include <vector>

#include "members.h"
#include "support/test.h"

namespace raftarium::member {

namespace {

const Options kTimeout{.snapshot = {}, .request_timeout_ticks = 30, .life = 0};

// Everything that ended at the members of `trio` since it was last asked.
std::vector<Finished> finished(Trio& trio) {
  std::vector<Finished> all;
  for (const Output& output : trio.outputs) {
    all.insert(all.end(), output.finished.begin(), output.finished.end());
  }
  trio.outputs.clear();
  return all;
}

std::vector<Answer> answers(Trio& trio) {
  std::vector<Answer> all;
  for (const Output& output : trio.outputs) {
    all.insert(all.end(), output.answers.begin(), output.answers.end());
  }
  trio.outputs.clear();
  return all;
}

std::string value(const Answer& answer) {
  if (answer.end != RequestEnd::Committed) return describe(answer.end);
  return answer.result.found.empty() ? "none" : answer.result.found[0].value;
}

constexpr auto kLinearizable = ReadMode::Linearizable;

}  // namespace

TEST_CASE("a write at the leader ends as committed, with its entry and outcome") {
  Trio trio;
  trio.elect(kOne);
  const Ticket first = trio[kOne].submit(put("x", "1"));
  const Ticket second = trio[kOne].submit(put("x", "1"));
  EXPECT(first != second);
  trio.settle();
  const auto ended = finished(trio);
  REQUIRE(ended.size() == 2);
  EXPECT(ended[0].ticket == first);
  EXPECT(ended[0].end == RequestEnd::Committed);
  EXPECT(ended[0].outcome == kv::Outcome{.revision = 1});
  EXPECT(ended[1].ticket == second);
  EXPECT(ended[1].outcome == kv::Outcome{.revision = 2});
  EXPECT(ended[1].entry.index == ended[0].entry.index + 1);
}

TEST_CASE("a write elsewhere ends when it is applied there, if it has a session") {
  Trio trio;
  trio.elect(kOne);
  const Ticket ticket = trio[kTwo].submit(put("x", "1", 7, 1));
  trio.settle();
  trio[kOne].tick();  // a heartbeat tells of the commit
  trio.settle();
  auto ended = finished(trio);
  REQUIRE(ended.size() == 1);
  EXPECT(ended[0].ticket == ticket);
  EXPECT(ended[0].end == RequestEnd::Committed);
  EXPECT(ended[0].outcome == kv::Outcome{.revision = 1});

  // Without one, nobody could tell it from another's.
  trio[kTwo].submit(put("x", "2"));
  trio.settle();
  ended = finished(trio);
  REQUIRE(ended.size() == 1);
  EXPECT(ended[0].end == RequestEnd::Refused);
  EXPECT(ended[0].refusal == raft::Refusal::ForwardingDisabled);
  EXPECT(trio[kOne].store().find("x")->value == "1");
}

TEST_CASE("a write that is asked twice of a session ends twice, with the one outcome") {
  Trio trio;
  trio.elect(kOne);
  trio[kOne].submit(put("x", "1", 7, 1));
  trio[kOne].submit(put("x", "1", 7, 1));
  trio.settle();
  const auto ended = finished(trio);
  REQUIRE(ended.size() == 2);
  EXPECT(ended[0].outcome == ended[1].outcome);
  EXPECT(trio[kOne].store().revision() == 1);
}

TEST_CASE("a write that is not taken ends as refused, with the reason") {
  Trio trio;
  for (const std::uint64_t client : {0, 7}) {
    trio[kOne].submit(put("x", "1", client, 1));
    trio.settle();
    const auto ended = finished(trio);
    REQUIRE(ended.size() == 1);
    EXPECT(ended[0].end == RequestEnd::Refused);
    EXPECT(ended[0].refusal == raft::Refusal::NoLeader);
  }
  trio.elect(kOne);
  trio[kOne].transfer_leadership(kTwo);
  trio[kOne].submit(put("x", "1"));
  trio.settle();
  const auto ended = finished(trio);
  REQUIRE(ended.size() == 1);
  EXPECT(ended[0].refusal == raft::Refusal::LeaderTransferring);
}

TEST_CASE("what the store refuses is committed all the same: the outcome says why") {
  Machine machine = alone();
  Member& member = machine.member();
  const Ticket ticket = member.submit({.kind = kv::Command::Kind::Compact, .revision = 5});
  const Output output = pump(member);
  REQUIRE(output.finished.size() == 1);
  EXPECT(output.finished[0].ticket == ticket);
  EXPECT(output.finished[0].end == RequestEnd::Committed);
  EXPECT(output.finished[0].outcome.refusal == kv::Refusal::FutureRevision);
}

TEST_CASE("a write whose entry was overwritten is dropped") {
  for (const std::uint64_t client : {0, 7}) {
    Trio trio;
    trio.elect(kOne);
    const Ticket lost = trio[kOne].submit(put("x", "lost", client, 1));
    pump(trio[kOne]);  // appended here and nowhere else
    trio.elect(kTwo, kOne);
    trio[kTwo].submit(put("x", "kept"));
    trio.settle(kOne);
    finished(trio);
    trio[kTwo].tick();
    trio.settle();
    trio[kTwo].tick();
    trio.settle();
    const auto ended = finished(trio);
    REQUIRE(ended.size() == 1);
    EXPECT(ended[0].ticket == lost);
    EXPECT(ended[0].end == RequestEnd::Dropped);
    EXPECT(trio[kOne].store().find("x")->value == "kept");
  }
}

TEST_CASE("a write that a quorum does not hear of times out") {
  Trio trio(kTimeout);
  trio.elect(kOne);
  trio[kTwo].crash();
  trio[kThree].crash();
  const Ticket ticket = trio[kOne].submit(put("x", "1"));
  for (int tick = 1; tick < 30; ++tick) trio[kOne].tick();
  trio.settle();
  EXPECT(finished(trio).empty());
  trio[kOne].tick();
  trio.settle();
  const auto ended = finished(trio);
  REQUIRE(ended.size() == 1);
  EXPECT(ended[0].ticket == ticket);
  EXPECT(ended[0].end == RequestEnd::TimedOut);
}

TEST_CASE("a snapshot past a write tells its session's outcome, or leaves it unknown") {
  Trio trio;
  trio.elect(kOne);
  const Ticket told = trio[kOne].submit(put("x", "1", 7, 1));
  const Ticket untold = trio[kOne].submit(put("x", "2"));
  pump(trio[kOne]);  // entries 3 and 4

  kv::Store store;
  store.apply(3, put("x", "1", 7, 1));
  store.skip_to(20);
  raft::Snapshot snapshot;
  snapshot.index = Index(20);
  snapshot.term = Term(2);
  snapshot.conf_state.voters = {kOne, kTwo, kThree};
  snapshot.data = store.snapshot();
  raft::Message message{.type = MessageType::MsgSnap, .to = kOne, .from = kTwo, .term = Term(2)};
  message.snapshot = std::make_shared<const raft::Snapshot>(snapshot);
  trio[kOne].step(message);
  const Output output = pump(trio[kOne]);
  REQUIRE(output.finished.size() == 2);
  EXPECT(output.finished[0].ticket == told);
  EXPECT(output.finished[0].end == RequestEnd::Committed);
  EXPECT(output.finished[0].outcome == kv::Outcome{.revision = 1});
  EXPECT(output.finished[1].ticket == untold);
  EXPECT(output.finished[1].end == RequestEnd::Unknown);
}

TEST_CASE("a linearizable read sees what was acknowledged before, at any member") {
  Trio trio;
  trio.elect(kOne);
  for (const NodeId id : {kOne, kTwo, kThree}) {
    trio[kOne].submit(put("x", "at " + std::to_string(id.value())));
    trio.settle();
    // Whoever is not the leader has not heard of the commit yet.
    trio.outputs.clear();
    const Ticket ticket = trio[id].read(kLinearizable, {.from = "x"});
    EXPECT(pump(trio[id]).answers.empty());
    trio[id].read(kLinearizable, {.from = "x"});  // one more, so that its answer is asked for again below
    trio.settle();
    trio[kOne].tick();
    trio.settle();
    const auto got = answers(trio);
    REQUIRE(got.size() >= 1);
    for (const Answer& answer : got) {
      EXPECT(answer.ticket >= ticket);
      EXPECT(value(answer) == "at " + std::to_string(id.value()));
      EXPECT(answer.applied >= answer.read_index);
    }
  }
}

TEST_CASE("a leader that was cut off answers no linearizable read, but stale serializable ones") {
  Trio trio(kTimeout);
  trio.elect(kOne);
  trio[kOne].submit(put("x", "old"));
  trio.settle();
  trio.elect(kTwo, kOne);
  trio[kTwo].submit(put("x", "new"));
  trio.settle(kOne);
  trio.outputs.clear();
  REQUIRE(trio[kOne].node().role() == Role::Leader);  // it does not know yet

  trio[kOne].read(kLinearizable, {.from = "x"});
  trio[kOne].read(ReadMode::Serializable, {.from = "x"});
  trio.settle(kOne);
  auto got = answers(trio);
  REQUIRE(got.size() == 1);
  EXPECT(got[0].mode == ReadMode::Serializable);
  EXPECT(value(got[0]) == "old");
  EXPECT(got[0].read_index.is_zero());

  // When it is heard again, the read finds the new leader and what was written meanwhile.
  for (int round = 0; round < 12; ++round) {
    trio[kOne].tick();
    trio[kTwo].tick();
    trio.settle();
  }
  got = answers(trio);
  REQUIRE(got.size() == 1);
  EXPECT(got[0].mode == kLinearizable);
  EXPECT(value(got[0]) == "new");
}

TEST_CASE("a read that nobody confirms times out") {
  Trio trio(kTimeout);
  trio.elect(kOne);
  trio[kTwo].crash();
  trio[kThree].crash();
  const Ticket ticket = trio[kOne].read(kLinearizable, {.from = "x"});
  for (int tick = 0; tick < 30; ++tick) trio[kOne].tick();
  trio.settle();
  const auto got = answers(trio);
  REQUIRE(got.size() == 1);
  EXPECT(got[0].ticket == ticket);
  EXPECT(got[0].end == RequestEnd::TimedOut);
}

TEST_CASE("a question that is lost is asked again") {
  Trio trio;
  trio.elect(kOne);
  trio[kOne].submit(put("x", "1"));
  trio.settle();
  trio.outputs.clear();
  trio[kTwo].read(kLinearizable, {.from = "x"});
  trio.settle(kOne);  // lost on its way to S1
  EXPECT(answers(trio).empty());
  for (int tick = 0; tick < 10; ++tick) {
    trio[kOne].tick();
    trio[kTwo].tick();
    trio.settle();
  }
  const auto got = answers(trio);
  REQUIRE(got.size() == 1);
  EXPECT(value(got[0]) == "1");
}

TEST_CASE("without a leader a linearizable read is refused, a serializable one is not") {
  Trio trio;
  for (const ReadMode mode : {kLinearizable, ReadMode::Lease}) {
    trio[kOne].read(mode, {.from = "x"});
    trio.settle();
    const auto got = answers(trio);
    REQUIRE(got.size() == 1);
    EXPECT(got[0].end == RequestEnd::Refused);
    EXPECT(got[0].refusal == raft::Refusal::NoLeader);
  }
  trio[kOne].read(ReadMode::Serializable, {.from = "x"});
  trio.settle();
  const auto got = answers(trio);
  REQUIRE(got.size() == 1);
  EXPECT(value(got[0]) == "none");
}

TEST_CASE("a lease answers at once, where there is one") {
  raft::Config config = config_of(kOne);
  for (const bool check_quorum : {true, false}) {
    config.check_quorum = check_quorum;
    Trio trio;
    auto leader = Machine::start(config, options_for({kOne, kTwo, kThree}));
    REQUIRE(leader.ok());
    trio.machines[0] = std::move(*leader);
    trio.elect(kOne);
    trio[kOne].submit(put("x", "1"));
    trio.settle();
    trio.outputs.clear();
    trio[kOne].read(ReadMode::Lease, {.from = "x"});
    const Output output = pump(trio[kOne]);
    EXPECT(output.answers.size() == (check_quorum ? 1 : 0));
    EXPECT(output.messages.empty() == check_quorum);  // else a round of heartbeats
    if (check_quorum) EXPECT(value(output.answers[0]) == "1");
  }
}

TEST_CASE("a new leader answers no read before it has committed in its term") {
  const auto carry = [](Member& from, Member& to) {
    for (const raft::Message& message : pump(from).messages) {
      if (message.to == to.id()) to.step(message);
    }
  };
  for (const ReadMode mode : {kLinearizable, ReadMode::Lease}) {
    Trio trio;
    trio.elect(kOne);
    Member& next = trio[kThree];
    trio[kOne].submit(put("x", "1"));
    carry(trio[kOne], next);
    carry(next, trio[kOne]);
    REQUIRE(pump(trio[kOne]).finished.size() == 1);  // acknowledged; S3 has the entry, not the commit
    next.campaign();
    carry(next, trio[kTwo]);
    carry(trio[kTwo], next);
    REQUIRE(next.node().role() == Role::Leader);
    next.read(mode, {.from = "x"});
    EXPECT(pump(next).answers.empty());
    EXPECT(next.store().find("x") == nullptr);
    for (int tick = 0; tick < 10; ++tick) {  // what was asked for above was lost
      next.tick();
      trio.settle(kOne);
    }
    const auto got = answers(trio);
    REQUIRE(got.size() == 1);
    EXPECT(value(got[0]) == "1");
  }
}

TEST_CASE("a crash ends every request without a word, and old answers are not taken for new ones") {
  Trio trio;
  trio.elect(kOne);
  trio[kOne].submit(put("x", "1"));
  trio.settle();
  trio[kTwo].read(kLinearizable, {.from = "x"});
  const Output question = pump(trio[kTwo]);
  REQUIRE(find(question, MessageType::MsgReadIndex) != nullptr);
  trio[kTwo].crash();
  REQUIRE(trio[kTwo].restart().ok());
  trio.settle();
  trio[kOne].tick();
  trio.settle();
  trio.outputs.clear();
  // The next life asks with another context.
  trio[kTwo].read(kLinearizable, {.from = "x"});
  const Output again = pump(trio[kTwo]);
  REQUIRE(find(again, MessageType::MsgReadIndex) != nullptr);
  EXPECT(find(again, MessageType::MsgReadIndex)->context !=
         find(question, MessageType::MsgReadIndex)->context);
  raft::Message late{.type = MessageType::MsgReadIndexResp, .to = kTwo, .from = kOne, .term = Term(1)};
  late.index = Index(1);
  late.context = find(question, MessageType::MsgReadIndex)->context;
  trio[kTwo].step(late);
  EXPECT(pump(trio[kTwo]).answers.empty());
}

TEST_CASE("requests read as what became of them") {
  EXPECT(std::string(describe(RequestEnd::Committed)) == "committed");
  EXPECT(std::string(describe(RequestEnd::Refused)) == "refused");
  EXPECT(std::string(describe(RequestEnd::Dropped)) == "dropped");
  EXPECT(std::string(describe(RequestEnd::TimedOut)) == "timed out");
  EXPECT(std::string(describe(RequestEnd::Unknown)) == "unknown");
  EXPECT(std::string(describe(ReadMode::Lease)) == "lease");
}

}  // namespace raftarium::member
