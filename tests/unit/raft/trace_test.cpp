// Trace points: steps as etcd's TLA+ specification counts them, each with the state that goes with it.

#include <string>

#include "cluster.h"
#include "support/test.h"

namespace raftarium::raft {

using testing::id;

namespace {

using Kind = TracePoint::Kind;

class Tracer : public Observer {
 public:
  Tracer() { want_traces(true); }
  void stop() { want_traces(false); }
  void observe(const Event&) override {}
  void trace(const TracePoint& point) override {
    points.push_back(point.kind);
    lasts.push_back(point.last_index.value());
    if (point.kind == Kind::ConfigurationComing) next = *point.next;
    if (point.kind == Kind::ChangeComing) changes += point.change->changes.size();
    if (point.kind == Kind::MessageReceived) received.push_back(point.message->type);
    if (point.kind == Kind::MessageSent) sent.push_back(point.message->type);
  }
  std::size_t at(Kind kind) const {
    return static_cast<std::size_t>(std::find(points.begin(), points.end(), kind) - points.begin());
  }
  void clear() {
    points.clear();
    lasts.clear();
    received.clear();
    sent.clear();
  }
  std::vector<Kind> points;
  std::vector<std::uint64_t> lasts;
  std::vector<MessageType> received;
  std::vector<MessageType> sent;
  ConfState next;
  std::size_t changes = 0;
};

// One member that leads.
struct Alone {
  Alone() {
    Snapshot first;
    first.index = Index(1);
    first.term = Term(1);
    first.conf_state.voters = {id(1)};
    storage.apply_snapshot(std::make_shared<const Snapshot>(first));
    Config config;
    config.id = id(1);
    auto created = RawNode::create(config, storage, &tracer);
    node.emplace(std::move(*created));
  }
  void pump() {
    while (node->has_ready()) {
      const Ready ready = node->ready();
      storage.append(ready.entries);
      if (!ready.hard_state.is_empty()) storage.set_hard_state(ready.hard_state);
      for (const Entry& entry : ready.committed_entries) {
        if (entry.type != EntryType::Normal)
          node->apply_conf_change(*decode_conf_change(entry.data, entry.type));
      }
      node->advance();
    }
  }
  MemoryStorage storage;
  Tracer tracer;
  std::optional<RawNode> node;
};

}  // namespace

TEST_CASE("an election and a proposal are told step by step, messages to itself included") {
  Alone alone;
  Tracer& tracer = alone.tracer;
  EXPECT(tracer.points == std::vector<Kind>{Kind::ConfigurationComing, Kind::Started});
  tracer.clear();
  alone.node->campaign();
  alone.pump();
  const std::vector<Kind> election{Kind::MessageReceived,  // MsgHup
                                   Kind::BecameCandidate, Kind::MessageSent,  Kind::ReadyAccepted,
                                   Kind::MessageReceived, Kind::BecameLeader, Kind::EntryComing,
                                   Kind::MessageSent};
  REQUIRE(tracer.points.size() > election.size());
  EXPECT(std::equal(election.begin(), election.end(), tracer.points.begin()));
  EXPECT(tracer.sent[0] == MessageType::MsgVoteResp);
  EXPECT(tracer.sent[1] == MessageType::MsgAppResp);
  // Before the entry, and after it.
  EXPECT(tracer.lasts[tracer.at(Kind::BecameLeader)] == 1);
  EXPECT(tracer.lasts[tracer.at(Kind::EntryComing)] == 1);
  EXPECT(tracer.lasts[tracer.at(Kind::EntryComing) + 1] == 2);
  EXPECT(tracer.at(Kind::CommitTried) < tracer.points.size());

  tracer.clear();
  EXPECT(alone.node->propose(raftarium::base::Bytes("x")) == Refusal::None);
  EXPECT(tracer.points == std::vector<Kind>{Kind::EntryComing, Kind::MessageSent});
  alone.pump();
  EXPECT(tracer.points[2] == Kind::ReadyAccepted);
  EXPECT(tracer.at(Kind::CommitTried) < tracer.points.size());
}

TEST_CASE("a change of the configuration is told before it is appended and before it takes effect") {
  Alone alone;
  alone.node->campaign();
  alone.pump();
  Tracer& tracer = alone.tracer;
  tracer.clear();
  ConfChange change;
  change.changes = {{ConfChangeType::AddLearnerNode, id(2)}};
  EXPECT(alone.node->propose_conf_change(change) == Refusal::None);
  const std::size_t coming = tracer.at(Kind::ChangeComing);
  REQUIRE(coming < tracer.points.size());
  EXPECT(tracer.changes == 1);
  EXPECT(tracer.lasts[coming] == 2);
  EXPECT(tracer.at(Kind::EntryComing) == tracer.points.size());
  alone.pump();
  EXPECT(tracer.at(Kind::ConfigurationComing) < tracer.points.size());
  EXPECT(tracer.next.learners == std::vector<NodeId>{id(2)});
}

TEST_CASE("who does not ask for trace points gets none") {
  Alone alone;
  alone.tracer.clear();
  alone.tracer.stop();
  alone.node->campaign();
  alone.pump();
  EXPECT(alone.node->role() == Role::Leader);
  EXPECT(alone.tracer.points.empty());
}

}  // namespace raftarium::raft
