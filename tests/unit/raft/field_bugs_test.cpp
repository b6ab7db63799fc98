// Bugs that others met in the field, each shown to be absent here.

#include "cluster.h"
#include "support/test.h"

using namespace raftarium::raft;
using raftarium::raft::testing::Cluster;
using raftarium::raft::testing::id;
using raftarium::raft::testing::Options;

TEST_CASE("etcd 7331: no read index before the leader commits in its term") {
  Cluster cluster;
  cluster.elect(1);
  cluster.filter = [](const Message& m) { return m.type != MessageType::MsgAppResp; };
  cluster[2].campaign();
  cluster.settle();
  REQUIRE(cluster[2].role() == Role::Leader);
  cluster[2].read_index(9);
  cluster.settle();
  EXPECT(cluster.member(2).reads.empty());
  cluster.filter = [](const Message&) { return true; };
  cluster.tick_all();
  cluster.tick_all();
  REQUIRE(cluster.member(2).reads.size() == 1);
  EXPECT(cluster.member(2).reads[0].index >= cluster[2].commit() - 1);
}

TEST_CASE("etcd 20418: a late acknowledgement of an earlier read confirms no retry") {
  Cluster cluster;
  cluster.elect(1);
  std::vector<Message> late;
  cluster.filter = [&late](const Message& m) {
    if (m.type != MessageType::MsgHeartbeatResp) return true;
    late.push_back(m);
    return false;
  };
  cluster[1].read_index(5);
  cluster.settle();
  cluster.isolate(1);
  cluster.elect(2);  // elsewhere, and it writes
  cluster.propose(2, "newer");
  cluster.settle();
  REQUIRE(!late.empty());
  const std::size_t before = late.size();
  cluster[1].read_index(5);  // the client tries again with the same context
  cluster.pump(1);
  const auto rounds_differ = [&] {
    for (const Message& m : cluster.network) {
      if (m.type == MessageType::MsgHeartbeat && m.context == late.front().context) return false;
    }
    return true;
  };
  EXPECT(rounds_differ());
  EXPECT(late.size() == before);
}

TEST_CASE("etcd-io/raft 99: no lease read while leadership is handed over") {
  Options options;
  options.configure = [](Config& c) {
    c.check_quorum = true;
    c.read_only = ReadOnlyMode::LeaseBased;
  };
  Cluster cluster(options);
  cluster.elect(1);
  cluster.isolate(1);
  cluster[1].transfer_leadership(id(2));
  cluster[1].read_index(3);
  cluster.settle();
  EXPECT(cluster.member(1).reads.empty());
}

TEST_CASE("etcd 7280, 11284: a configuration takes effect when it is applied, not when it is appended") {
  Cluster cluster;
  cluster.elect(1);
  cluster.isolate(1);
  ConfChange change;
  change.changes = {{ConfChangeType::AddNode, id(4)}};
  cluster[1].propose_conf_change(change);
  cluster.settle();
  EXPECT(cluster[1].status().conf_state.voters.size() == 3);
}

TEST_CASE("etcd 14370: a sole member acknowledges only what is durable") {
  Options options;
  options.voters = {1};
  Cluster cluster(options);
  cluster.elect(1);
  cluster.propose(1, "x");
  const Index commit = cluster[1].commit();
  const Ready ready = cluster[1].ready();
  EXPECT(!ready.entries.empty());
  EXPECT(ready.committed_entries.empty());
  EXPECT(cluster[1].commit() == commit);
  cluster.member(1).storage->append(ready.entries);
  cluster[1].advance();
  EXPECT(cluster[1].commit() == commit + 1);
}

TEST_CASE("etcd-io/raft 80, 354: a refused configuration change is an error, and nothing is appended") {
  Cluster cluster;
  cluster.elect(1);
  const Index last = cluster[1].last_index();
  EXPECT(cluster[1].propose_conf_change({}) == Refusal::NotInJoint);
  EXPECT(cluster[1].last_index() == last);
}

TEST_CASE("etcd 12136: a joint configuration is left even when a transfer was under way") {
  Cluster cluster;
  cluster.elect(1);
  ConfChange change;
  change.transition = ConfChangeTransition::JointImplicit;
  change.changes = {{ConfChangeType::AddLearnerNode, id(3)}};
  cluster[1].propose_conf_change(change);
  cluster.settle();
  EXPECT(cluster[1].status().conf_state.voters_outgoing.empty());
  EXPECT(cluster[1].status().conf_state.learners.size() == 1);
}

TEST_CASE("etcd 10308, raft 52: probing goes on after a snapshot whose answer was lost") {
  Cluster cluster;
  cluster.elect(1);
  cluster.isolate(3);
  for (int i = 0; i < 5; ++i) cluster.propose(1, "x");
  cluster.settle();
  auto& storage = *cluster.member(1).storage;
  storage.create_snapshot(cluster[1].applied(), cluster[1].status().conf_state,
                          raftarium::base::Bytes("s"));
  storage.compact(cluster[1].applied());
  cluster.heal();
  bool answered = false;
  cluster.filter = [&](const Message& m) {
    const bool lose = !answered && m.from == id(3) && m.type == MessageType::MsgAppResp && !m.reject;
    answered = answered || lose;
    return !lose;
  };
  for (int i = 0; i < 3; ++i) cluster.tick_all();
  cluster[1].report_snapshot(id(3), true);
  cluster.propose(1, "more");
  for (int i = 0; i < 5; ++i) cluster.tick_all();
  EXPECT(cluster[3].commit() == cluster[1].commit());
}

TEST_CASE("etcd 8334: PreVote and CheckQuorum together let a long log of an old term win") {
  Options options;
  options.configure = [](Config& c) {
    c.pre_vote = true;
    c.check_quorum = true;
  };
  Cluster cluster(options);
  cluster.elect(1);
  cluster.isolate(1);
  for (int i = 0; i < 60; ++i) cluster.tick_all();
  cluster.heal();
  for (int i = 0; i < 60; ++i) cluster.tick_all();
  int leaders = 0;
  for (const std::uint64_t n : {1, 2, 3}) leaders += cluster[n].role() == Role::Leader ? 1 : 0;
  EXPECT(leaders == 1);
  EXPECT(cluster[1].term() == cluster[2].term());
}

TEST_CASE("etcd 20269: a commit index beyond a lost log is refused with an explanation") {
  Cluster cluster;
  MemoryStorage storage;
  storage.set_hard_state({Term(3), id(1), Index(9)});
  Config config;
  config.id = id(1);
  const auto node = RawNode::create(config, storage);
  REQUIRE(!node.ok());
  EXPECT(node.error().message.find("commit 9") != std::string::npos);
  EXPECT(node.error().message.find("entries were lost") != std::string::npos);

  cluster.elect(1);
  cluster[2].step({.type = MessageType::MsgHeartbeat,
                   .to = id(2),
                   .from = id(1),
                   .term = cluster[1].term(),
                   .commit = Index(99)});
  EXPECT(cluster[2].commit() < Index(99));
  EXPECT(cluster.member(2).recorder->events.back().refusal == Refusal::CommitBeyondLog);
}

TEST_CASE("canonical 279: four members do not wedge when two restart under PreVote") {
  Options options;
  options.voters = {1, 2, 3, 4};
  options.configure = [](Config& c) { c.pre_vote = true; };
  Cluster cluster(options);
  cluster.elect(1);
  cluster.propose(1, "x");
  cluster.settle();
  cluster.isolate(2);
  for (int i = 0; i < 20; ++i) cluster.tick_all();
  cluster.isolate(1);
  cluster.restart(2);
  cluster.heal();
  cluster.isolate(1);
  for (int i = 0; i < 80; ++i) cluster.tick_all();
  int leaders = 0;
  for (const std::uint64_t n : {2, 3, 4}) leaders += cluster[n].role() == Role::Leader ? 1 : 0;
  EXPECT(leaders == 1);
}

TEST_CASE("etcd-io/raft 138: a follower learns the commit index without waiting for a heartbeat") {
  Cluster cluster;
  cluster.elect(1);
  cluster.propose(1, "x");
  cluster.settle();
  EXPECT(cluster[2].commit() == cluster[1].commit());
  EXPECT(cluster[3].commit() == cluster[1].commit());
}

TEST_CASE("etcd-io/raft 83: a removed leader that steps down sends no more heartbeats") {
  Options options;
  options.configure = [](Config& c) { c.step_down_on_removal = true; };
  Cluster cluster(options);
  cluster.elect(1);
  ConfChange change;
  change.changes = {{ConfChangeType::RemoveNode, id(1)}};
  cluster[1].propose_conf_change(change);
  cluster.settle();
  for (int i = 0; i < 5; ++i) cluster[1].tick();
  cluster.pump(1);
  for (const Message& m : cluster.network) EXPECT(m.type != MessageType::MsgHeartbeat);
}
