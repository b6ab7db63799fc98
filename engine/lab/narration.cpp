#include "lab/narration.h"

#include <algorithm>
#include <optional>
#include <sstream>

#include "lab/rules.h"

namespace raftarium::lab {

namespace {

using sim::name;
using RaftKind = raft::Event::Kind;

template <class... Parts>
std::string text(const Parts&... parts) {
  std::ostringstream out;
  (out << ... << parts);
  return out.str();
}

std::string names(const std::vector<raft::NodeId>& nodes) {
  std::string list;
  for (std::size_t i = 0; i < nodes.size(); ++i) list += (i == 0 ? "" : ", ") + name(nodes[i]);
  return list;
}

std::string log_end(raft::EntryId last) { return text("term ", last.term, ", entry ", last.index); }

struct Told {
  std::string what;
  std::string why;
};
using Line = std::optional<Told>;

// A long value is told by its beginning.
std::string request_text(const sim::Request& request) {
  constexpr std::size_t kLong = 48;
  std::string what = sim::describe(request);
  if (what.size() > kLong) {
    std::size_t cut = kLong - 8;
    while (cut > 0 && (static_cast<unsigned char>(what[cut]) & 0xc0U) == 0x80U) --cut;  // UTF-8 stays whole
    what = what.substr(0, cut) + "… (" + std::to_string(what.size()) + " bytes)";
  }
  return what;
}

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

// Whether `event`, of the last step, is the first loss of its kind.
bool is_first_turned_away(const sim::World& world, const sim::Event& event) {
  const auto& events = world.events();
  const auto is_one = [](const sim::Event& e) {
    return e.kind == sim::Event::Kind::Lost && e.loss == sim::LossReason::NetworkFull;
  };
  const auto first = std::find_if(events.begin(), events.end(), is_one);
  const auto now = std::count_if(first, events.end(), is_one);
  return &*first == &event && world.faults().of(sim::Fault::NetworkFull) == static_cast<std::uint64_t>(now);
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

// One vote a term (§5.2): who has it instead?
std::string refusal_for_another(const sim::World& world, const raft::Event& e) {
  const raft::Status status = world.member(e.node).status();
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
  switch (e.refusal) {
    case raft::Refusal::LogBehind:
      return Told{
          what, text("Its log ends at ", log_end(e.last), "; the candidate's at ", log_end(e.entry), ".")};
    case raft::Refusal::VotedForAnother:
      return Told{what, refusal_for_another(world, e)};
    case raft::Refusal::LeaderLease:
      return Told{what, "It heard from a live leader within the last election timeout."};
    case raft::Refusal::StaleTerm:
      return Told{what, text("It is in term ", e.term, " already.")};
    default:
      return Told{what, text("Because ", raft::describe(e.refusal), ".")};
  }
}

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
                  world.config().pre_vote ? "A majority said that it could win. It votes for itself first."
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

std::string disk_text(const sim::DiskSettings& disk) {
  std::string what = disk.sync_min_us + disk.sync_mean_us == 0
                         ? std::string("A sync takes no time")
                         : text("A sync takes ", disk.sync_min_us / 1000, " ms and ",
                                disk.sync_mean_us / 1000, " ms on average on top");
  if (disk.full) what += "; it is full";
  if (disk.syncs_lie) what += "; it says that it has synced and has not";
  if (disk.write_error_per_million > 0)
    what += text("; ", disk.write_error_per_million / 10'000, " % of writes fail");
  if (disk.sync_error_per_million > 0)
    what += text("; ", disk.sync_error_per_million / 10'000, " % of syncs fail");
  return what + ".";
}

// Why a reader may believe the answer, or not.
std::string why_fresh(const sim::Request& request) {
  const std::string who = name(request.answered_by);
  switch (request.mode) {
    case member::ReadMode::Linearizable:
      return text("A majority still followed the leader after the question, so entry ", request.index,
                  " is as new as anything that was acknowledged before (ReadIndex).");
    case member::ReadMode::Lease:
      return text(who, " trusts its lease, and with it the clocks, and answers as of entry ", request.index,
                  ".");
    case member::ReadMode::Serializable:
      break;
  }
  return text("It is what ", who, " has as of entry ", request.index, ", which may be old.");
}

// Why majorities before and after a change have a member in common.
std::string why_safe(const sim::Command& command) {
  const auto& changes = command.changes;
  if (changes.size() > 1 || command.transition != raft::ConfChangeTransition::Auto)
    return "In between, the configuration is joint: old and new voters each need a majority.";
  if (changes.front().kind == sim::Change::Kind::AddLearner)
    return "A learner gets every entry and counts for no majority.";
  return "One voter more or less: any two majorities still overlap.";
}

Told about_act(const sim::World& world, const sim::Command& command) {
  using Kind = sim::Command::Kind;
  const std::string who = name(command.node);
  switch (command.kind) {
    case Kind::Put:
    case Kind::Delete:
    case Kind::Read:
    case Kind::Swap: {
      const sim::Request& request = world.requests().back();
      return {text("A client asks ", name(request.at), " to ", request_text(request), "."),
              command.node == raft::kNone ? "It takes that member for the leader." : ""};
    }
    case Kind::Load:
      return {
          command.load.open
              ? text("Clients begin to send ", command.load.count, " requests, whatever happens.")
              : text(command.load.clients, command.load.clients == 1 ? " client begins" : " clients begin",
                     " to send ", command.load.count, " requests, each after an answer."),
          text("One every ", command.load.every_us / 1000, " ms; ", command.load.reads_per_million / 10'000,
               " % are reads (", member::describe(command.mode), ").")};
    case Kind::Crash:
      if (command.unsynced == member::Unsynced::Torn)
        return {text(who, " loses power."), "Of what it was writing, any part may have reached the disk."};
      if (command.unsynced == member::Unsynced::Kept)
        return {text(who, "'s process is killed."),
                "Its memory is gone; the machine keeps what was written."};
      return {text(who, " crashes."), "Its memory is gone; what it had stored stays."};
    case Kind::Restart:
      if (!world.member(command.node).running())
        return {text(who, " tries to start again."), "Its disk does not let it."};
      return {text(who, " starts again."),
              text("Its storage holds term ", world.member(command.node).node().term(),
                   " and a log up to entry ", world.member(command.node).node().last_index(), ".")};
    case Kind::Pause:
      return {text(who, " is paused."), "Its clock stands still and its messages wait."};
    case Kind::Resume:
      return {text(who, " goes on."), "It has no idea how long it was away."};
    case Kind::Isolate:
      return {text(who, " is cut off from everybody."), "Messages are lost in both directions."};
    case Kind::Cut:
      return {text("The link ", who, "→", name(command.peer), " is cut."),
              "The other direction still works."};
    case Kind::Heal:
      return {text("The link ", who, "→", name(command.peer), " works again."), ""};
    case Kind::Partition: {
      std::string sides;
      for (const auto& group : command.groups) sides += (sides.empty() ? "{" : " | {") + names(group) + "}";
      return {text("The network splits: ", sides, "."), "Nothing passes between the sides."};
    }
    case Kind::HealAll:
      return {"The network is whole again.", "Every link carries messages."};
    case Kind::Timeout:
      return {text(who, "'s election timer runs out at once."), ""};
    case Kind::Transfer:
      return {text(who, " is told to hand over to ", name(command.peer), "."), ""};
    case Kind::Drop:
      return {text("Message ", command.message, " is taken off the wire."), ""};
    case Kind::Delay:
      return {text("Message ", command.message, " is held up for ", command.delay_us / 1000, " ms."), ""};
    case Kind::Duplicate:
      return {text("A copy of message ", command.message, " sets out."),
              "Networks do that, and Raft must bear it."};
    case Kind::Deliver:
      return {text("Message ", command.message, " arrives at once."), ""};
    case Kind::Drift:
      if (command.drift_ppm == 0) return {text(who, "'s clock runs right again."), ""};
      if (command.drift_ppm <= -1'000'000)
        return {text(who, "'s clock stands still."), "Its timers never run out."};
      return {text(who, "'s clock runs ", command.drift_ppm > 0 ? "fast" : "slow", ", by ",
                   std::max(command.drift_ppm, -command.drift_ppm) / 10'000, " %."),
              "Raft is safe whatever the clocks do; only leases trust them."};
    case Kind::Jump:
      return {text(who, "'s clock jumps ahead by ", command.delay_us / 1000, " ms."), ""};
    case Kind::Wipe:
      return {text(who, " loses its disk."),
              "It forgets its term, its vote and its log: it is a new machine under an old name."};
    case Kind::SetDisk:
      return {
          command.node == raft::kNone ? std::string("Every disk changes.") : text(who, "'s disk changes."),
          disk_text(command.disk)};
    case Kind::FailDisk:
      return {text("The next ", storage::describe(command.disk_op), " of ", who,
                   "'s disk will go wrong: ", storage::describe(command.disk_fault), "."),
              ""};
    case Kind::Damage:
      return {
          text("One bit of ", who, "'s disk flips, in byte ", command.offset, " of ", command.file, "."),
          "Nobody notices until it is read."};
    case Kind::Snapshot:
      return {text(who, " is told to make a snapshot."), ""};
    case Kind::Reconfigure:
      return {text(who, " is told to change the configuration: ", sim::describe(command.changes), "."),
              why_safe(command)};
    case Kind::LeaveJoint:
      return {text(who, " is told to leave the joint configuration."), ""};
    case Kind::SetLink:
      return {command.node == raft::kNone ? std::string("Every link changes.")
                                          : text("The link ", who, "→", name(command.peer), " changes."),
              text("Latency ", command.latency_min_us / 1000, " ms and ", command.latency_mean_us / 1000,
                   " ms on average on top; ", command.loss_per_million / 10'000, " % are lost.")};
  }
  return {};
}

Line about(const sim::World& world, const sim::Event& event) {
  using Kind = sim::Event::Kind;
  switch (event.kind) {
    case Kind::Acted:
      return about_act(world, *event.command);
    case Kind::ActRefused:
      return Told{text("Nothing happens: ", event.text, "."), ""};
    case Kind::Raft:
      return about_raft(world, event);
    case Kind::Lost: {
      // Once, for what follows is more of the same.
      if (event.loss == sim::LossReason::NetworkFull && is_first_turned_away(world, event)) {
        return Told{
            text("The network is full: what ", name(event.node), " sends ", name(event.peer), " is lost."),
            text("It carries ", world.config().max_messages_in_flight,
                 " messages at a time. Members that answer each other without end fill it.")};
      }
      // Heartbeats and answers are too many to tell.
      const bool matters = (event.message_type == raft::MessageType::MsgApp && event.message_entries > 0) ||
                           event.message_type == raft::MessageType::MsgVote;
      if (!matters) return std::nullopt;
      const bool vote = event.message_type == raft::MessageType::MsgVote;
      const std::string why = event.loss == sim::LossReason::LinkCut
                                  ? text("The link ", name(event.node), "→", name(event.peer), " is cut.")
                                  : text("Because ", describe(event.loss), ".");
      return Told{text(name(event.node), vote ? "'s vote request to " : "'s append to ", name(event.peer),
                       " is lost."),
                  why};
    }
    case Kind::RequestSent: {
      const sim::Request& request = world.requests()[event.request - 1];
      if (request.attempts < 2) return std::nullopt;
      return Told{text("The client tries ", request_text(request), " again at ", name(event.node), "."),
                  "Same session and number: it is applied once, however often it is sent."};
    }
    case Kind::RequestRefused:
      return Told{
          text(name(event.node), " refuses ", request_text(world.requests()[event.request - 1]), "."),
          text("Because ", raft::describe(event.refusal), ".")};
    case Kind::RequestTimedOut:
      return Told{text("The client hears nothing from ", name(event.node), " about ",
                       request_text(world.requests()[event.request - 1]), "."),
                  "It cannot know whether it took effect."};
    case Kind::RequestDone: {
      const sim::Request& request = world.requests()[event.request - 1];
      if (event.request_state == sim::RequestState::Committed && request.is_read()) {
        return Told{text(request_text(request), " is answered: ", sim::told(request), "."),
                    why_fresh(request)};
      }
      if (event.request_state == sim::RequestState::Committed && !request.succeeded) {
        return Told{text(request_text(request), " is refused by the store."),
                    text(request.kind == sim::Request::Kind::Swap
                             ? "The key did not hold what was expected"
                             : "The fence had been changed since the revision that its token names",
                         " when entry ", request.index, " was applied.")};
      }
      if (event.request_state == sim::RequestState::Committed) {
        return Told{text(request_text(request), " is acknowledged."),
                    text(name(request.answered_by), " applied it as entry ", request.index, " after ",
                         (request.done_us - request.sent_us) / 1000, " ms.")};
      }
      if (event.request_state == sim::RequestState::Refused) {
        return Told{text("The client gives up on ", request_text(request), "."),
                    "Every answer was a refusal, so it had no effect."};
      }
      return Told{text("The client gives up on ", request_text(request), "."),
                  "The outcome is unknown: it may have been applied, or be applied yet."};
    }
    case Kind::SnapshotPart:
      if (event.part != 1) return std::nullopt;
      return Told{text("The snapshot from ", name(event.peer), " reaches ", name(event.node), " in ",
                       event.parts, " parts."),
                  "Until the last one is there it has nothing to restore."};
    case Kind::SnapshotMade:
      return Told{text(name(event.node), " makes a snapshot of entry ", event.message_index, "."),
                  "It stands for all entries up to there, and the log before it can go."};
    case Kind::Recovered:
      return Told{text(name(event.node), " has repaired its log: ", event.text, "."),
                  "A write that a crash had torn was never acknowledged."};
    case Kind::StorageFailed:
      return Told{text(name(event.node), " steps aside: ", event.text, "."),
                  "A member that cannot trust its disk must not vote or acknowledge."};
    case Kind::Violated:
      return Told{text("Violated: ", event.text, "."), ""};
    default:
      return std::nullopt;
  }
}

std::optional<Mark::Kind> mark_kind(const sim::World& world, const sim::Event& event) {
  using Kind = sim::Event::Kind;
  using Act = sim::Command::Kind;
  if (event.kind == Kind::Violated) return Mark::Kind::Violation;
  if (event.kind == Kind::StorageFailed) return Mark::Kind::Crash;
  if (event.kind == Kind::Raft) {
    if (event.raft.kind == RaftKind::BecameLeader) return Mark::Kind::Leader;
    const bool commits = event.raft.kind == RaftKind::CommitAdvanced &&
                         world.process(event.node) == sim::ProcessState::Running &&
                         world.member(event.node).node().role() == raft::Role::Leader;
    if (commits) return Mark::Kind::Commit;
    return std::nullopt;
  }
  if (event.kind != Kind::Acted) return std::nullopt;
  switch (event.command->kind) {
    case Act::Put:
    case Act::Delete:
    case Act::Read:
    case Act::Swap:
    case Act::Load:
      return Mark::Kind::Client;
    case Act::Crash:
    case Act::Pause:
    case Act::Wipe:
      return Mark::Kind::Crash;
    case Act::Restart:
    case Act::Resume:
      return Mark::Kind::Restart;
    case Act::Timeout:
    case Act::Transfer:
      return std::nullopt;
    default:
      return Mark::Kind::Network;
  }
}

}  // namespace

std::vector<StoryLine> narrate(const sim::World& world) {
  std::vector<StoryLine> lines;
  for (const sim::Event& event : world.events()) {
    const Line line = about(world, event);
    if (!line) continue;
    const raft::NodeId node = event.kind == sim::Event::Kind::Raft ? event.raft.node : event.node;
    const raft::Term term = event.kind == sim::Event::Kind::Raft ? event.raft.term : event.term;
    lines.push_back(
        {event.time_us, world.moments(), node, term, line->what, line->why, rule_behind(event)});
  }
  return lines;
}

std::vector<Mark> marks_of(const sim::World& world) {
  std::vector<Mark> marks;
  for (const sim::Event& event : world.events()) {
    const auto kind = mark_kind(world, event);
    if (!kind) continue;
    const Line line = about(world, event);
    marks.push_back({*kind, event.time_us, world.moments(), event.node,
                     event.kind == sim::Event::Kind::Raft ? event.raft.term : event.term,
                     line ? line->what : describe(event)});
  }
  return marks;
}

}  // namespace raftarium::lab
