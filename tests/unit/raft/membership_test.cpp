// Configuration changes: dissertation §4.

#include "cluster.h"
#include "support/test.h"

namespace raftarium::raft {

using testing::Cluster;
using testing::id;
using testing::Options;

namespace {

ConfChange change(std::vector<ConfChangeSingle> changes,
                  ConfChangeTransition transition = ConfChangeTransition::Auto) {
  ConfChange c;
  c.changes = std::move(changes);
  c.transition = transition;
  return c;
}

}  // namespace

TEST_CASE("§4.1: one voter is added without a joint configuration") {
  Cluster cluster;
  cluster.elect(1);
  EXPECT(cluster[1].propose_conf_change(change({{ConfChangeType::AddNode, id(4)}})) == Refusal::None);
  cluster.settle();
  EXPECT(cluster[2].status().conf_state.voters.size() == 4);
  EXPECT(cluster[2].status().conf_state.voters_outgoing.empty());
}

TEST_CASE("§4.3: several voters are replaced through a joint configuration that leaves by itself") {
  Options options;
  options.voters = {1, 2, 3};
  Cluster cluster(options);
  cluster.elect(1);
  const auto swap = change({{ConfChangeType::AddLearnerNode, id(3)}, {ConfChangeType::RemoveNode, id(2)}});
  EXPECT(cluster[1].propose_conf_change(swap) == Refusal::None);
  cluster.settle();
  const ConfState state = cluster[1].status().conf_state;
  EXPECT(state.voters == std::vector<NodeId>{id(1)});
  EXPECT(state.learners == std::vector<NodeId>{id(3)});
  EXPECT(state.voters_outgoing.empty());
}

TEST_CASE("§4.3: an explicit joint configuration waits to be left") {
  Cluster cluster;
  cluster.elect(1);
  const auto joint = change({{ConfChangeType::RemoveNode, id(3)}}, ConfChangeTransition::JointExplicit);
  EXPECT(cluster[1].propose_conf_change(joint) == Refusal::None);
  cluster.settle();
  EXPECT(cluster[1].status().conf_state.voters_outgoing.size() == 3);
  EXPECT(cluster[1].propose_conf_change(change({{ConfChangeType::AddNode, id(4)}})) ==
         Refusal::MustLeaveJointFirst);
  EXPECT(cluster[1].propose_conf_change({}) == Refusal::None);
  cluster.settle();
  EXPECT(cluster[1].status().conf_state.voters.size() == 2);
  EXPECT(cluster[1].propose_conf_change({}) == Refusal::NotInJoint);
}

TEST_CASE("§4.2.2: a removed leader steps down when told to") {
  Options options;
  options.configure = [](Config& c) { c.step_down_on_removal = true; };
  Cluster cluster(options);
  cluster.elect(1);
  cluster[1].propose_conf_change(change({{ConfChangeType::RemoveNode, id(1)}}));
  cluster.settle();
  EXPECT(cluster[1].role() == Role::Follower);
  EXPECT(cluster[1].propose(raftarium::base::Bytes("x")) == Refusal::NoLeader);
}

TEST_CASE("§4.1: a second change waits until the first is applied") {
  Cluster cluster;
  cluster.elect(1);
  EXPECT(cluster[1].propose_conf_change(change({{ConfChangeType::AddNode, id(4)}})) == Refusal::None);
  EXPECT(cluster[1].propose_conf_change(change({{ConfChangeType::AddNode, id(5)}})) ==
         Refusal::ConfChangePending);
}

}  // namespace raftarium::raft
