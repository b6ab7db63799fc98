// Linearizable reads: paper §8, dissertation §6.4 (ReadIndex) and §6.4.1 (leases).

#include "cluster.h"
#include "support/test.h"

namespace raftarium::raft {

using testing::Cluster;
using testing::Options;

TEST_CASE("a read index is answered after a round of heartbeats, also through a follower") {
  Cluster cluster;
  cluster.elect(1);
  cluster.propose(1, "x");
  cluster.settle();
  cluster[1].read_index(7);
  cluster[2].read_index(8);
  cluster.settle();
  REQUIRE(cluster.member(1).reads.size() == 1);
  EXPECT(cluster.member(1).reads[0].context == 7);
  EXPECT(cluster.member(1).reads[0].index == cluster[1].commit());
  REQUIRE(cluster.member(2).reads.size() == 1);
  EXPECT(cluster.member(2).reads[0].context == 8);
}

TEST_CASE("an isolated leader answers no read") {
  Cluster cluster;
  cluster.elect(1);
  cluster.isolate(1);
  cluster[1].read_index(7);
  cluster.settle();
  EXPECT(cluster.member(1).reads.empty());
}

TEST_CASE("one round confirms every read before it") {
  Cluster cluster;
  cluster.elect(1);
  cluster.isolate(1);
  for (std::uint64_t context = 1; context <= 3; ++context) cluster[1].read_index(context);
  cluster.settle();
  cluster.heal();
  cluster.tick_all();  // the heartbeat carries the newest round
  EXPECT(cluster.member(1).reads.size() == 3);
}

TEST_CASE("a lease read needs no message") {
  Options options;
  options.configure = [](Config& c) {
    c.check_quorum = true;
    c.read_only = ReadOnlyMode::LeaseBased;
  };
  Cluster cluster(options);
  cluster.elect(1);
  cluster.isolate(1);
  cluster[1].read_index(7);
  cluster.settle();
  EXPECT(cluster.member(1).reads.size() == 1);
}

}  // namespace raftarium::raft
