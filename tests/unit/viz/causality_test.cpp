// What led to an event and what follows from it, told from the messages between members.

#include "viz/causality.h"
#include "support/test.h"

namespace raftarium::viz {
namespace {

lab::TracedMessage message(std::uint64_t id, std::uint64_t from, std::uint64_t to, std::uint64_t sent,
                           std::uint64_t ended, bool lost = false) {
  lab::TracedMessage m;
  m.id = id;
  m.from = raft::NodeId(from);
  m.to = raft::NodeId(to);
  m.sent_event = sent;
  m.sent_us = static_cast<std::int64_t>(sent) * 10;
  m.ended_event = ended;
  m.ended_us = ended == 0 ? -1 : static_cast<std::int64_t>(ended) * 10;
  m.lost = lost;
  return m;
}

using Ids = std::vector<std::uint64_t>;

// S1 asks S2, who answers; S3 talks to S4 meanwhile, and later to S1.
const std::vector<lab::TracedMessage> kTalk = {
    message(1, 1, 2, 10, 20), message(2, 3, 4, 11, 15), message(3, 2, 1, 20, 30),
    message(4, 4, 3, 16, 40), message(5, 1, 3, 30, 50),
};

}  // namespace

TEST_SUITE("causality") {
  TEST_CASE("what was sent after something arrived may follow from it, and back") {
    const Causality answer = causality_of({raft::NodeId(2), 20, 200}, kTalk);
    EXPECT(answer.past == Ids{1});
    EXPECT(answer.future == Ids{3, 5});
    EXPECT(answer.until.at(1).event == 10);
    EXPECT(answer.from.at(3).time_us == 500);
    EXPECT(answer.from.count(4) == 0);
    EXPECT(answer.until.count(3) == 0);
  }

  TEST_CASE("two talks that have not met are concurrent") {
    const Causality meanwhile = causality_of({raft::NodeId(4), 15, 150}, kTalk);
    EXPECT(meanwhile.past == Ids{2});
    EXPECT(meanwhile.future == Ids{4});
    const Causality met = causality_of({raft::NodeId(3), 50, 500}, kTalk);
    EXPECT(met.past == Ids{1, 2, 3, 4, 5});
    EXPECT(met.future.empty());
  }

  TEST_CASE("what is lost or still on its way carries no cause to its receiver") {
    const std::vector<lab::TracedMessage> lost = {message(1, 1, 2, 10, 20, true), message(2, 1, 2, 11, 0),
                                                  message(3, 2, 3, 25, 30)};
    const Causality sent = causality_of({raft::NodeId(1), 10, 100}, lost);
    EXPECT(sent.future == Ids{1, 2});
    EXPECT(sent.from.count(2) == 0);
    EXPECT(causality_of({raft::NodeId(3), 30, 300}, lost).past == Ids{3});
  }
}

}  // namespace raftarium::viz
