// Log replication: paper §5.3, §5.4.2, §7.

#include "cluster.h"
#include "support/test.h"

namespace raftarium::raft {

using testing::Cluster;
using testing::id;
using testing::Options;

TEST_CASE("§5.3: what the leader appends, everybody applies in the same order") {
  Cluster cluster;
  cluster.elect(1);
  for (const char* data : {"a", "b", "c"}) cluster.propose(1, data);
  cluster.settle();
  for (const std::uint64_t n : {1, 2, 3}) EXPECT(cluster.applied_text(n) == "a b c ");
}

TEST_CASE("§5.3: a follower forwards proposals to its leader, unless that is switched off") {
  Cluster cluster;
  cluster.elect(1);
  EXPECT(cluster.propose(2, "x") == Refusal::None);
  cluster.settle();
  EXPECT(cluster.applied_text(3) == "x ");

  Options options;
  options.configure = [](Config& c) { c.disable_proposal_forwarding = true; };
  Cluster strict(options);
  strict.elect(1);
  EXPECT(strict.propose(2, "x") == Refusal::ForwardingDisabled);
}

TEST_CASE("§5.3: the tail of a deposed leader is overwritten") {
  Cluster cluster;
  cluster.elect(1);
  cluster.isolate(1);
  cluster.propose(1, "lost");
  cluster.propose(1, "lost-too");
  cluster.settle();
  cluster.elect(2);
  cluster.propose(2, "kept");
  cluster.settle();
  cluster.heal();
  for (int i = 0; i < 3; ++i) cluster.tick_all();
  EXPECT(cluster.applied_text(1) == "kept ");
  EXPECT(cluster.member(1).recorder->count(Event::Kind::LogTruncated) == 1);
}

TEST_CASE("§5.4.2, Figure 8: an older term's entry does not commit by counting") {
  Cluster cluster;
  cluster.elect(1);
  cluster.isolate(1);
  cluster.propose(1, "old");
  cluster.settle();
  const Index old_entry = cluster[1].last_index();
  cluster[2].campaign();  // term 3 exists, but its candidate dies unheard
  cluster[2].campaign();
  cluster.heal();
  cluster.filter = [](const Message& m) {  // the new term's own entry never arrives
    return !(m.type == MessageType::MsgApp && !m.entries.empty() && m.entries.back().data.empty() &&
             m.entries.back().index > Index(3));
  };
  cluster.cut(1, 2);
  cluster[1].campaign();
  cluster[1].campaign();
  cluster.settle();
  EXPECT(cluster[1].commit() < old_entry);
}

TEST_CASE("§7: a follower beyond the kept log gets a snapshot, then the rest") {
  Cluster cluster;
  cluster.elect(1);
  cluster.isolate(3);
  for (int i = 0; i < 20; ++i) cluster.propose(1, "x");
  cluster.settle();
  auto& storage = *cluster.member(1).storage;
  const auto conf_state = cluster[1].status().conf_state;
  storage.create_snapshot(cluster[1].applied(), conf_state, raftarium::base::Bytes("state"));
  storage.compact(cluster[1].applied());
  cluster.heal();
  for (int i = 0; i < 5; ++i) cluster.tick_all();
  EXPECT(cluster.member(3).recorder->count(Event::Kind::SnapshotRestored) == 1);
  cluster.propose(1, "after");
  cluster.settle();
  EXPECT(cluster.applied_text(3) == "after ");
  EXPECT(cluster[3].commit() == cluster[1].commit());
}

TEST_CASE("the in-flight window holds back a leader whose follower is silent") {
  Options options;
  options.configure = [](Config& c) { c.max_inflight_msgs = 4; };
  Cluster cluster(options);
  cluster.elect(1);
  cluster.filter = [](const Message& m) { return m.from == id(1); };
  int appends = 0;
  for (int i = 0; i < 20; ++i) {
    cluster.propose(1, "x");
    cluster.pump(1);
    for (const Message& m : cluster.network) {
      if (m.to == id(2) && m.type == MessageType::MsgApp && !m.entries.empty()) ++appends;
    }
    cluster.network.clear();
  }
  EXPECT(appends == 4);
}

TEST_CASE("messages are cut to their size limit, and several go at once") {
  Options options;
  options.configure = [](Config& c) { c.max_size_per_msg = 60; };
  Cluster cluster(options);
  cluster.elect(1);
  cluster.isolate(3);
  for (int i = 0; i < 10; ++i) cluster.propose(1, std::string(40, 'x'));
  cluster.settle();
  cluster.heal();
  std::size_t largest = 0;
  cluster.filter = [&largest](const Message& m) {
    if (m.to == id(3)) largest = std::max(largest, m.entries.size());
    return true;
  };
  for (int i = 0; i < 10; ++i) cluster.tick_all();
  EXPECT(largest == 1);
  EXPECT(cluster[3].commit() == cluster[1].commit());
}

TEST_CASE("proposals beyond the uncommitted limit are refused with a reason, one always passes") {
  Options options;
  options.configure = [](Config& c) { c.max_uncommitted_size = 10; };
  Cluster cluster(options);
  cluster.elect(1);
  cluster.isolate(1);
  EXPECT(cluster.propose(1, std::string(50, 'x')) == Refusal::None);
  EXPECT(cluster.propose(1, "y") == Refusal::UncommittedLimit);
  cluster.heal();
  for (int i = 0; i < 3; ++i) cluster.tick_all();
  EXPECT(cluster.propose(1, "y") == Refusal::None);
}

TEST_CASE("committed entries are handed out in pages of the configured size") {
  Options options;
  options.voters = {1};
  options.configure = [](Config& c) { c.max_committed_size_per_ready = 100; };
  Cluster cluster(options);
  cluster.elect(1);
  for (int i = 0; i < 10; ++i) cluster.propose(1, std::string(40, 'x'));
  cluster.settle();
  EXPECT(cluster[1].applied() == cluster[1].last_index());
}

TEST_CASE("a copy of a member goes its own way") {
  Cluster cluster;
  cluster.elect(1);
  RawNode copy = cluster[1];
  copy.propose(raftarium::base::Bytes("only here"));
  EXPECT(copy.last_index() == cluster[1].last_index() + 1);
}

}  // namespace raftarium::raft
