#include "lab/narration.h"

#include <algorithm>
#include <optional>

#include "base/text.h"
#include "lab/narration_parts.h"
#include "lab/rules.h"

namespace raftarium::lab {

namespace {

using base::text;
using sim::name;
using RaftKind = raft::Event::Kind;

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

// Why a reader may believe the answer, or not.
std::string why_fresh(const sim::Request& request) {
  const std::string who = name(request.answered_by);
  if (request.mode == member::ReadMode::Serializable) {
    return text("It is what ", who, " has as of entry ", request.index, ", which may be old.");
  }
  if (request.by_lease) {
    return text("The leader trusts its lease, and with it the clocks: ", who, " answers as of entry ",
                request.index, ".");
  }
  return text("A majority still followed the leader after the question, so entry ", request.index,
              " is as new as anything that was acknowledged before (ReadIndex).");
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
      const bool connected = world.network().connected(event.node, event.peer);
      const std::string why = event.loss == sim::LossReason::LinkCut
                                  ? text("The link ", name(event.node), "→", name(event.peer),
                                         connected ? " was cut when it was sent." : " is cut.")
                                  : text("Because ", describe(event.loss), ".");
      return Told{text(name(event.node), vote ? "'s vote request to " : "'s append to ", name(event.peer),
                       " is lost."),
                  why};
    }
    case Kind::RequestSent: {
      const sim::Request& request = world.requests()[event.request - 1];
      if (request.attempts < 2) return std::nullopt;
      return Told{
          text("The client tries ", request_text(request), " again at ", name(event.node), "."),
          request.no_session
              ? "It has no session: if an earlier attempt takes effect as well, it takes effect twice."
              : "Same session and number: it is applied once, however often it is sent."};
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

std::string names(const std::vector<raft::NodeId>& nodes) {
  std::string list;
  for (std::size_t i = 0; i < nodes.size(); ++i) list += (i == 0 ? "" : ", ") + name(nodes[i]);
  return list;
}

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

namespace {

// A violation names the property that does not hold.
const char* rule_of_line(const sim::World& world, const sim::Event& event) {
  if (event.kind != sim::Event::Kind::Violated) return rule_behind(event);
  for (const sim::Violation& violation : world.violations()) {
    if (violation.event == world.moments() && event.text.find(violation.why) != std::string::npos)
      return rule_of(violation.property);
  }
  return "";
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
        {event.time_us, world.moments(), node, term, line->what, line->why, rule_of_line(world, event)});
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
