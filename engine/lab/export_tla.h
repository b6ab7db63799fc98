#pragma once
// TlaTrace: what the members' cores do, as a trace that etcd's TLA+ specification judges (etcd-io/raft,
// tla/Traceetcdraft.tla): one JSON object a line, in the order in which it happened. Private to lab/.
//
// The specification begins with a cluster as etcd bootstraps it: in term 1, with one configuration entry a
// voter. Ours begins in term 0 after one entry that stands for the whole configuration. So in a trace all
// terms are one higher than in the world, and all indexes by so many as there are voters after the first. Who
// is no voter yet begins with the same entries.
//
// It knows no PreVote: a pre-candidate is a follower to it, and what is said about pre-votes is left out. Nor
// does it know of the answer that a leader of an older term gets, a MsgAppResp without an index: to it that is a
// rejection. An append's commit index counts up to its last entry only, as a follower takes it.
//
// For some things it has no word at all, and check_tla() refuses a scenario that is about them: joint configurations,
// learners in the first one, logs that are there from the beginning, a restart after a change of the configuration,
// which storage does not keep. Others it has words for and will not accept: a term that was learned from a pre-vote's
// refusal, messages that arrive twice, members whose log begins with a snapshot or that lost what they had not synced;
// to it the commit index is durable.

#include <iosfwd>
#include <vector>

#include "base/result.h"
#include "lab/scenario.h"
#include "raft/raft.h"
#include "sim/world.h"

namespace raftarium::lab {

// Whether a trace can tell of everything that the scenario asks for; an error says of what it cannot.
base::Status check_tla(const Scenario& scenario);

class TlaTrace : public raft::Observer {
 public:
  // Writes how each member begins.
  TlaTrace(const sim::WorldConfig& cluster, std::ostream& out);

  void observe(const raft::Event&) override {}
  void trace(const raft::TracePoint& point) override;

 private:
  void begin(raft::NodeId node);

  std::vector<raft::NodeId> voters_;  // of the first configuration
  std::ostream& out_;
};

}  // namespace raftarium::lab
