// Bugs that others met in the field, each shown to be absent here.

#include <vector>

#include "cluster.h"
#include "support/test.h"

namespace raftarium::raft {

using testing::Cluster;
using testing::id;
using testing::Options;

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
  REQUIRE(late.size() == 2);
  cluster.isolate(1);
  cluster.elect(2);  // elsewhere, and it writes
  cluster.propose(2, "newer");
  cluster.settle();
  cluster[1].read_index(5);  // the client tries again with the same context
  cluster.pump(1);
  // What members 2 and 3 said to the first attempt, before they had another leader, arrives now.
  for (const Message& m : late) cluster[1].step(m);
  cluster.pump(1);
  EXPECT(cluster[1].role() == Role::Leader);
  EXPECT(cluster.member(1).reads.empty());
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
  cluster.propose(1, "with it");  // applied together, so that no later entry is the first after the change
  cluster.filter = [](const Message& m) { return m.type != MessageType::MsgTimeoutNow; };
  cluster[1].transfer_leadership(id(2));  // which drops proposals, also those of the leader itself
  cluster.settle();
  REQUIRE(cluster[1].status().conf_state.voters_outgoing.size() == 3);
  for (int i = 0; i < 11; ++i) cluster[1].tick();  // the transfer has failed
  cluster.settle();
  cluster.propose(1, "x");
  cluster.settle();
  EXPECT(cluster[1].status().conf_state.voters_outgoing.empty());
  EXPECT(cluster[2].status().conf_state.learners == std::vector<NodeId>{id(3)});
}

TEST_CASE("etcd 12136: a joint configuration is left by the next leader, and past a full proposal queue") {
  Options options;
  options.voters = {1, 2, 3, 4};
  options.configure = [](Config& c) { c.max_uncommitted_size = 1; };
  Cluster cluster(options);
  cluster.elect(1);
  ConfChange change;
  change.transition = ConfChangeTransition::JointImplicit;
  change.changes = {{ConfChangeType::RemoveNode, id(4)}};
  cluster[1].propose_conf_change(change);
  // Everybody applies the joint configuration, and then the leader falls silent.
  bool silent = false;
  cluster.filter = [&](const Message& m) {
    const bool leaves =
        m.type == MessageType::MsgApp && !m.entries.empty() && m.entries.back().data.empty();
    silent = silent || (m.from == id(1) && leaves);
    return !(silent && (m.from == id(1) || m.to == id(1)));
  };
  cluster.settle();
  REQUIRE(cluster[2].status().conf_state.voters_outgoing.size() == 4);
  // The next leader has more in its queue than is allowed when it could leave the joint configuration.
  const auto isolated = cluster.filter;
  cluster.filter = [&](const Message& m) { return isolated(m) && m.type != MessageType::MsgAppResp; };
  cluster.elect(2);
  REQUIRE(cluster.propose(2, "more than one byte") == Refusal::None);
  REQUIRE(cluster.propose(2, "one more") == Refusal::UncommittedLimit);
  cluster.filter = isolated;
  for (int i = 0; i < 3; ++i) cluster.tick_all();
  EXPECT(cluster[2].status().conf_state.voters_outgoing.empty());
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

TEST_CASE("etcd 8334: under PreVote and CheckQuorum a pre-candidate has no leader to be loyal to") {
  Options options;
  options.configure = [](Config& c) {
    c.pre_vote = true;
    c.check_quorum = true;
  };
  Cluster cluster(options);
  cluster.elect(1);
  cluster.isolate(1);
  cluster[3].campaign();
  cluster.settle();
  REQUIRE(cluster[3].role() == Role::PreCandidate);  // member 2 has heard of the leader lately
  cluster[2].campaign();
  cluster.settle();
  EXPECT(cluster[2].role() == Role::Leader);
  EXPECT(cluster[3].leader() == id(2));
}

TEST_CASE("etcd 8243: a member left in a later term comes back although the leader has its lease") {
  Options options;
  options.configure = [](Config& c) {
    c.pre_vote = true;
    c.check_quorum = true;
  };
  Cluster cluster(options);
  cluster.elect(1);
  // Member 3 is told to take over, and nobody hears its requests.
  cluster.isolate(3);
  cluster[3].step(
      {.type = MessageType::MsgTimeoutNow, .to = id(3), .from = id(1), .term = cluster[1].term()});
  cluster.settle();
  REQUIRE(cluster[3].role() == Role::Candidate);
  REQUIRE(cluster[3].term() > cluster[1].term());
  cluster.heal();
  for (int i = 0; i < 60; ++i) cluster.tick_all();
  EXPECT(cluster[3].leader() != kNone);
  EXPECT(cluster[3].term() == cluster[1].term());
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
  // Member 3 is probed, so that it is told nothing while its answer is late; the entry commits without it.
  cluster[1].report_unreachable(id(3));
  std::vector<Message> late;
  cluster.filter = [&late](const Message& m) {
    if (m.from != id(3)) return true;
    late.push_back(m);
    return false;
  };
  cluster.propose(1, "x");
  cluster.settle();
  REQUIRE(cluster[2].commit() == cluster[1].commit());
  REQUIRE(cluster[3].commit() < cluster[1].commit());
  cluster.filter = [](const Message&) { return true; };
  for (const Message& m : late) cluster[1].step(m);
  cluster.settle();
  EXPECT(cluster[3].commit() == cluster[1].commit());
}

TEST_CASE("LogCabin 44: an entry of an older term does not commit because a majority has it") {
  Cluster cluster;
  cluster.elect(1);
  cluster.isolate(1);
  cluster.propose(1, "old");
  cluster.settle();
  const Index old_entry = cluster[1].last_index();
  // A leader of a later term comes and goes without a trace in the other logs.
  cluster[3].campaign();
  cluster.pump(3);
  cluster.network.clear();
  cluster.heal();
  cluster[1].step({.type = MessageType::MsgVote, .to = id(1), .from = id(3), .term = cluster[3].term()});
  cluster.pump(1);
  cluster.network.clear();
  REQUIRE(cluster[1].role() == Role::Follower);
  // Member 1 leads again. Its old entry reaches member 2, its new one does not.
  cluster.isolate(3);
  cluster.filter = [&](const Message& m) { return !(m.type == MessageType::MsgApp && !m.entries.empty()); };
  cluster.elect(1);
  const auto old = cluster[1].entries(old_entry, old_entry + 1, kNoLimit);
  REQUIRE(old.error == StorageError::None);
  cluster[2].step({.type = MessageType::MsgApp,
                   .to = id(2),
                   .from = id(1),
                   .term = cluster[1].term(),
                   .log_term = cluster[1].term_of(old_entry - 1).term,
                   .index = old_entry - 1,
                   .entries = old.entries});
  cluster.settle();
  const auto progress = cluster[1].status().progress;
  REQUIRE(progress[1].match == old_entry);  // on two of three
  EXPECT(cluster[1].commit() < old_entry);
  cluster.filter = [](const Message&) { return true; };
  for (int i = 0; i < 3; ++i) cluster.tick_all();
  EXPECT(cluster[1].commit() == old_entry + 1);  // the new one commits, and the old one with it
}

TEST_CASE("a removed leader does not answer reads as if it were the sole voter") {
  Options options;
  options.voters = {1, 2};
  Cluster cluster(options);
  cluster.elect(1);
  ConfChange change;
  change.changes = {{ConfChangeType::RemoveNode, id(1)}};
  cluster[1].propose_conf_change(change);
  cluster.settle();
  REQUIRE(cluster[1].role() == Role::Leader);
  REQUIRE(cluster[1].status().conf_state.voters.size() == 1);
  cluster.isolate(1);
  cluster.elect(2);
  cluster.propose(2, "newer");
  cluster.settle();
  cluster[1].read_index(3);
  cluster.settle();
  EXPECT(cluster.member(1).reads.empty());
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

}  // namespace raftarium::raft
