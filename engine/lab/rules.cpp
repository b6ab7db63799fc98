#include "lab/rules.h"

namespace raftarium::lab {

namespace {

constexpr const char* kCompaction =
    "Log compaction (§7): a snapshot stands for the entries that it covers.";

constexpr const char* kDamage =
    "Persistent state (Figure 2): term, vote and log have to survive. What was durable and is not as it "
    "was "
    "written is never cut away: a vote after that could break what the cluster has promised.";

const char* rule_of_refusal(raft::Refusal refusal) {
  switch (refusal) {
    case raft::Refusal::LogBehind:
      return "Election restriction (§5.4.1): a vote only for a log that is at least as up to date, by the "
             "term of its last entry and then by its length.";
    case raft::Refusal::VotedForAnother:
      return "One vote a term, first come, first served (§5.2): so that a term has one leader at most.";
    case raft::Refusal::LeaderLease:
      return "Disruptive members (§6; dissertation §4.2.3): who hears from a leader ignores requests for "
             "votes.";
    case raft::Refusal::StaleTerm:
      return "Terms (§5.1): a request of an older term is refused.";
    default:
      return "";
  }
}

const char* rule_of_core(const raft::Event& event) {
  using Kind = raft::Event::Kind;
  switch (event.kind) {
    case Kind::BecamePreCandidate:
      return "PreVote (dissertation §9.6): only who could win raises its term.";
    case Kind::BecameCandidate:
      return "Leader election (§5.2): a follower that hears nothing for an election timeout raises its "
             "term, votes for itself and asks the others.";
    case Kind::BecameLeader:
      return "Election safety (§5.2): a majority and one vote a term make at most one leader a term.";
    case Kind::VoteRefused:
      return rule_of_refusal(event.refusal);
    case Kind::QuorumLost:
      return "CheckQuorum (dissertation §6.2): a leader that reaches no majority for an election timeout "
             "steps down.";
    case Kind::HigherTermSeen:
      return "Terms (§5.1): whoever sees a higher term takes it and becomes a follower.";
    case Kind::LogTruncated:
      return "Log replication (§5.3): a leader makes its followers' logs like its own and never changes "
             "its own.";
    case Kind::AppendRejected:
      return "Consistency check (§5.3): an append is taken only right after an entry that both logs have.";
    case Kind::CommitAdvanced:
      return "Commitment (§5.3, §5.4.2): an entry of the leader's own term is committed once a majority "
             "has it; what is before it, with it.";
    case Kind::ConfigurationChanged:
    case Kind::ConfChangeRefused:
      return "Membership (§6; dissertation §4): old and new majorities must overlap, or both must agree.";
    case Kind::SnapshotSent:
    case Kind::SnapshotRestored:
      return kCompaction;
    case Kind::TransferStarted:
    case Kind::TransferAborted:
      return "Leadership transfer (dissertation §3.10): the target is brought up to date and told to "
             "campaign at once.";
    default:
      return "";
  }
}

}  // namespace

const char* rule_behind(const sim::Event& event) {
  using Kind = sim::Event::Kind;
  switch (event.kind) {
    case Kind::Acted:
      return event.command->kind == sim::Command::Kind::Damage ? kDamage : "";
    case Kind::Raft:
      return rule_of_core(event.raft);
    case Kind::RequestSent:
      return "Client sessions (§8; dissertation §6.3): a repeated command is recognised and applied once.";
    case Kind::SnapshotPart:
    case Kind::SnapshotMade:
      return kCompaction;
    case Kind::Recovered:
    case Kind::StorageFailed:
      return "Persistent state (Figure 2): term, vote and log are on stable storage before a member "
             "answers.";
    default:
      return "";
  }
}

const char* rule_of(sim::Property property) {
  using sim::Property;
  switch (property) {
    case Property::ElectionSafety:
      return "A term has one leader at most (§5.2).";
    case Property::LeaderAppendOnly:
      return "A leader only appends to its log; it never overwrites or deletes entries (§5.3).";
    case Property::LogMatching:
      return "Logs that have an entry with the same index and term are the same up to there (§5.3).";
    case Property::LeaderCompleteness:
      return "What is committed is in the log of every leader of a later term (§5.4).";
    case Property::StateMachineSafety:
      return "Everybody applies the same entries in the same order (§5.4.3).";
    case Property::MonotonicTerm:
      return "A member's term never decreases, not even by a crash (§5.1).";
    case Property::MonotonicCommit:
      return "The commit index of a running member never decreases (§5.3).";
    case Property::OneVote:
      return "A member votes once a term, and its vote is durable before it is sent (§5.1, §5.2).";
    case Property::Durability:
      return "What a member acknowledges is durable there, and what is committed on a quorum (§5.3).";
    case Property::Linearizability:
      return "Whoever asks sees everything that had been acknowledged before (§8).";
    case Property::MonotonicMatch:
      return "What a leader knows of another's log, its match, only grows in the leader's term (§5.3).";
    case Property::QuorumOverlap:
      return "Two configurations in a row cannot decide apart: their quorums overlap (dissertation §4.1).";
    case Property::AppliedOnce:
      return "A session's request takes effect once, however often it commits (dissertation §6.3).";
    case Property::AcknowledgedWrite:
      return "A write that was acknowledged is in the log of every later leader (§8).";
  }
  return "";
}

}  // namespace raftarium::lab
