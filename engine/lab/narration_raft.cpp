// What the core of a member says, told with what its leader and its voters know then.

#include <algorithm>

#include "base/text.h"
#include "lab/narration_parts.h"

namespace raftarium::lab {

namespace {

using base::text;
using sim::name;
using RaftKind = raft::Event::Kind;

std::string log_end(raft::EntryId last) { return text("term ", last.term, ", entry ", last.index); }

// How much of the voters these are; in a joint configuration, of those of each half.
template <class Among>
std::string quorum_text(const raft::ConfState& configuration, const Among& among) {
  const auto part = [&](const std::vector<raft::NodeId>& voters) {
    const auto count = static_cast<std::size_t>(std::count_if(voters.begin(), voters.end(), among));
    return text(count, " of ", voters.size(), 2 * count > voters.size() ? ", a majority" : ", no majority");
  };
  if (configuration.voters_outgoing.empty()) return part(configuration.voters);
  return text(part(configuration.voters_outgoing), " of the old voters, and ", part(configuration.voters),
              " of the new ones");
}

// The voters of whom `leader` knows that they have an entry.
std::string holders_text(const raft::Status& leader, raft::Index index) {
  return quorum_text(leader.conf_state, [&](raft::NodeId voter) {
    return std::any_of(leader.progress.begin(), leader.progress.end(),
                       [&](const auto& peer) { return peer.id == voter && peer.match >= index; });
  });
}

// In the last step, so that the member's state is not the one in which the rest of it happened.
bool changed_configuration(const sim::World& world, raft::NodeId node) {
  return std::any_of(world.events().begin(), world.events().end(), [&](const sim::Event& event) {
    return event.kind == sim::Event::Kind::Raft && event.node == node &&
           event.raft.kind == RaftKind::ConfigurationChanged;
  });
}

// Members follow their leader's configuration; only the leader's is told, and who finds itself outside.
Line about_configuration(const sim::World& world, const raft::Event& e) {
  const raft::Status status = world.member(e.node).status();
  const raft::ConfState& now = status.conf_state;
  if (!now.has(e.node))
    return Told{text(name(e.node), " is outside the configuration: ", names(now.voters), " vote."), ""};
  if (status.soft_state.role != raft::Role::Leader) return std::nullopt;
  const std::string learners =
      now.learners.empty() ? std::string() : text(" Learners: ", names(now.learners), ".");
  if (now.voters_outgoing.empty())
    return Told{text("The voters are ", names(now.voters), " now."),
                text("The change is committed and in force at ", name(e.node), ".", learners)};
  return Told{
      text("The configuration is joint: ", names(now.voters_outgoing), " and ", names(now.voters), "."),
      text("Until it is left, elections and commits need a majority of both (§6).", learners)};
}

Line about_refused_change(const sim::World& world, const raft::Event& e) {
  // Everybody refuses the same committed change; one is enough to tell.
  const bool committed = e.refusal == raft::Refusal::BadConfChange;
  const bool leads = world.member(e.node).status().soft_state.role == raft::Role::Leader;
  if (committed && !leads) return std::nullopt;
  return Told{text(name(e.node), " refuses a change of the configuration."),
              text("Because ", raft::describe(e.refusal), ".")};
}

// Whether its one vote of the term (§5.2) is spent, or there is a leader: then the logs do not matter.
bool is_spent(const raft::Status& status, const raft::Event& e) {
  const raft::NodeId vote = status.hard_state.vote;
  return status.soft_state.leader != raft::kNone || (vote != raft::kNone && vote != e.peer);
}

// One vote a term (§5.2): who has it instead?
std::string refusal_for_another(const raft::Status& status, const raft::Event& e) {
  const raft::NodeId leader = status.soft_state.leader;
  if (leader != raft::kNone) return text(name(leader), " leads term ", e.term, " already.");
  const raft::NodeId vote = status.hard_state.vote;
  if (vote == e.node) return text("It stands in term ", e.term, " itself and has voted for itself.");
  return text("It has one vote a term, and ", name(vote), " has it for term ", e.term, ".");
}

Line refused_vote(const sim::World& world, const sim::Event& event) {
  const raft::Event& e = event.raft;
  const bool pre = e.message_type == raft::MessageType::MsgPreVote;
  const std::string what = text(name(e.node), " refuses ", name(e.peer), pre ? " a pre-vote" : " its vote",
                                " for term ", e.seen_term, ".");
  const raft::Status status = world.member(e.node).status();
  switch (e.refusal) {
    case raft::Refusal::LogBehind: {
      const std::string logs =
          text("Its log ends at ", log_end(e.last), "; the candidate's at ", log_end(e.entry), ".");
      const bool decided = !pre && e.seen_term == status.hard_state.term && is_spent(status, e);
      return Told{
          what, decided ? refusal_for_another(status, e) + " The log would not do either: " + logs : logs};
    }
    case raft::Refusal::VotedForAnother:
      return Told{what, refusal_for_another(status, e)};
    case raft::Refusal::LeaderLease:
      return Told{what, "It heard from a live leader within the last election timeout."};
    case raft::Refusal::StaleTerm:
      return Told{what, text("It is in term ", e.term, " already.")};
    default:
      return Told{what, text("Because ", raft::describe(e.refusal), ".")};
  }
}

}  // namespace

Line about_raft(const sim::World& world, const sim::Event& event) {
  const raft::Event& e = event.raft;
  const std::string who = name(e.node);
  switch (e.kind) {
    case RaftKind::BecamePreCandidate:
      return Told{text(who, " asks whether it could win term ", e.term + 1, "."),
                  "Its election timer ran out without a word from a leader. Asking first (PreVote) raises "
                  "nobody's term."};
    case RaftKind::BecameCandidate:
      return Told{text(who, " stands for election in term ", e.term, "."),
                  world.config().of(e.node).pre_vote
                      ? "A majority said that it could win. It votes for itself first."
                      : "Its election timer ran out. It votes for itself first."};
    case RaftKind::BecameLeader:
      return Told{text(who, " wins term ", e.term, " with votes from ", names(e.voters), "."),
                  text(quorum_text(world.member(e.node).status().conf_state,
                                   [&](raft::NodeId voter) { return contains(e.voters, voter); }),
                       "; its log ends at ", log_end(e.last), ".")};
    case RaftKind::VoteRefused:
      return refused_vote(world, event);
    case RaftKind::QuorumLost:
      return Told{text(who, " steps down as leader of term ", e.term, "."),
                  "It has not heard from a majority for an election timeout (CheckQuorum)."};
    case RaftKind::HigherTermSeen:
      if (!e.was_leader) return std::nullopt;
      return Told{text(who, " steps down: ", name(e.peer), " is in term ", e.seen_term, "."),
                  text("A leader of term ", e.term, " gives way to any higher term (§5.1).")};
    case RaftKind::LogTruncated:
      return Told{text(who, " overwrites its log from entry ", e.entry.index, " on."),
                  text("Those entries were never committed, and ", name(e.peer),
                       ", its leader, has others there (§5.3).")};
    case RaftKind::AppendRejected:
      return Told{text(who, " cannot append after entry ", e.entry.index, "."),
                  text("Its log has no entry ", e.entry.index, " of term ", e.entry.term, ", but entry ",
                       e.last.index, " of term ", e.last.term, " may match: ", name(e.peer),
                       " walks back (§5.3).")};
    case RaftKind::CommitAdvanced: {
      if (world.process(e.node) != sim::ProcessState::Running ||
          world.member(e.node).node().role() != raft::Role::Leader) {
        return std::nullopt;
      }
      if (changed_configuration(world, e.node)) {
        return Told{text(who, " commits entry ", e.entry.index, " of term ", e.entry.term, "."),
                    "A majority of those who voted until now has it; earlier entries follow."};
      }
      return Told{text(who, " commits entry ", e.entry.index, " of term ", e.entry.term, "."),
                  text("It is known to be on ", holders_text(world.member(e.node).status(), e.entry.index),
                       "; earlier entries follow.")};
    }
    case RaftKind::ConfigurationChanged:
      return about_configuration(world, e);
    case RaftKind::ConfChangeRefused:
      return about_refused_change(world, e);
    case RaftKind::SnapshotSent:
      return Told{text(who, " sends ", name(e.peer), " a snapshot up to entry ", e.entry.index, "."),
                  "The entries before it are compacted away."};
    case RaftKind::SnapshotRestored:
      return Told{text(who, " restores a snapshot up to entry ", e.entry.index, "."), ""};
    case RaftKind::TransferStarted:
      return Told{text(who, " hands leadership to ", name(e.peer), "."),
                  "It takes no proposals until then; the new leader may start at once."};
    case RaftKind::TransferAborted:
      return Told{text(who, " gives up handing over to ", name(e.peer), "."),
                  "It did not happen within an election timeout."};
    default:
      return std::nullopt;
  }
}

}  // namespace raftarium::lab
