// Leader election: paper §5.2, §5.4.1; dissertation §4.2.3 (lease), §9.6 (PreVote), §3.10 (transfer).

#include <algorithm>

#include "cluster.h"
#include "support/test.h"

namespace raftarium::raft {

using testing::Cluster;
using testing::id;
using testing::Options;

namespace {

const auto kPreVote = [](Config& c) { c.pre_vote = true; };
const auto kBoth = [](Config& c) {
  c.pre_vote = true;
  c.check_quorum = true;
};

}  // namespace

TEST_CASE("§5.2: an election timeout makes a leader, and exactly one") {
  Cluster cluster;
  for (int i = 0; i < 40; ++i) cluster.tick_all();
  int leaders = 0;
  for (const std::uint64_t n : {1, 2, 3}) leaders += cluster[n].role() == Role::Leader ? 1 : 0;
  EXPECT(leaders == 1);
}

TEST_CASE("§5.2: one vote a term, and it survives a restart") {
  Cluster cluster;
  cluster[1].step({.type = MessageType::MsgVote,
                   .to = id(1),
                   .from = id(2),
                   .term = Term(2),
                   .log_term = Term(1),
                   .index = Index(1)});
  cluster.pump(1);
  cluster.network.clear();
  cluster.restart(1);
  cluster[1].step({.type = MessageType::MsgVote,
                   .to = id(1),
                   .from = id(3),
                   .term = Term(2),
                   .log_term = Term(1),
                   .index = Index(1)});
  cluster.pump(1);
  REQUIRE(cluster.network.size() == 1);
  EXPECT(cluster.network[0].reject);
}

TEST_CASE("§5.4.1: a candidate whose log is behind gets no vote") {
  Cluster cluster;
  cluster.elect(1);
  cluster.isolate(3);
  cluster.propose(1, "x");
  cluster.settle();
  cluster.heal();
  cluster[3].campaign();
  cluster.settle();
  EXPECT(cluster[3].role() != Role::Leader);
}

TEST_CASE("§5.2: a split vote ends without a leader, and its losers try again") {
  Options options;
  options.voters = {1, 2, 3, 4};
  Cluster cluster(options);
  cluster[1].campaign();
  cluster[2].campaign();
  cluster.settle();
  for (int i = 0; i < 100; ++i) cluster.tick_all();
  const bool led = cluster[1].leader() != kNone;
  EXPECT(led);
}

TEST_CASE("dissertation §9.6: a pre-candidate without a quorum leaves every term as it was") {
  Options options;
  options.configure = kPreVote;
  Cluster cluster(options);
  cluster.elect(1);
  const Term term = cluster[1].term();
  cluster.isolate(3);
  for (int i = 0; i < 100; ++i) cluster.tick_all();
  EXPECT(cluster[3].term() == term);
  cluster.heal();
  for (int i = 0; i < 5; ++i) cluster.tick_all();
  EXPECT(cluster[1].role() == Role::Leader);
  EXPECT(cluster[1].term() == term);
}

TEST_CASE("dissertation §6.2: a leader without a quorum steps down within an election timeout") {
  Options options;
  options.configure = kBoth;
  Cluster cluster(options);
  cluster.elect(1);
  cluster.isolate(1);
  for (int i = 0; i < 20; ++i) cluster[1].tick();
  EXPECT(cluster[1].role() == Role::Follower);
  EXPECT(cluster.member(1).recorder->count(Event::Kind::QuorumLost) == 1);
}

TEST_CASE("dissertation §4.2.3: a member that hears a leader refuses to help depose it") {
  Options options;
  options.configure = [](Config& c) { c.check_quorum = true; };
  Cluster cluster(options);
  cluster.elect(1);
  const Term term = cluster[1].term();
  cluster.cut(1, 3);
  for (int i = 0; i < 40; ++i) {
    cluster[1].tick();
    cluster[3].tick();
    cluster.settle();
  }
  EXPECT(cluster[2].term() == term);
  EXPECT(cluster[1].role() == Role::Leader);
}

TEST_CASE("dissertation §3.10: a transfer brings the target up to date and makes it leader") {
  Options options;
  options.configure = kBoth;
  Cluster cluster(options);
  cluster.elect(1);
  cluster.isolate(3);
  cluster.propose(1, "x");
  cluster.settle();
  cluster.heal();
  cluster[1].transfer_leadership(id(3));
  EXPECT(cluster.propose(1, "y") == Refusal::LeaderTransferring);
  for (int i = 0; i < 3; ++i) cluster.tick_all();
  EXPECT(cluster[3].role() == Role::Leader);
  EXPECT(cluster[1].role() == Role::Follower);
}

TEST_CASE("dissertation §3.10: a transfer that does not succeed is given up, and proposals pass again") {
  Cluster cluster;
  cluster.elect(1);
  cluster.isolate(3);
  cluster.propose(1, "x");
  cluster.settle();
  cluster[1].transfer_leadership(id(3));
  for (int i = 0; i < 11; ++i) cluster[1].tick();
  EXPECT(cluster.propose(1, "y") == Refusal::None);
}

TEST_CASE("a member that forgets its leader can help to elect another at once") {
  Options options;
  options.configure = kBoth;
  Cluster cluster(options);
  cluster.elect(1);
  cluster.isolate(1);
  cluster[2].forget_leader();
  cluster[3].campaign();
  cluster.settle();
  EXPECT(cluster[3].role() == Role::Leader);
}

TEST_CASE("a learner never campaigns, but votes when asked") {
  Options options;
  options.voters = {1};
  options.learners = {2};
  Cluster cluster(options);
  cluster[2].campaign();
  cluster.settle();
  EXPECT(cluster[2].role() == Role::Follower);
  EXPECT(cluster.member(2).recorder->count(Event::Kind::CampaignRefused) == 1);
}

}  // namespace raftarium::raft
