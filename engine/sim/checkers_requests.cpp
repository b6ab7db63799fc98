// What clients were told, against what is committed: acknowledged writes, reads, sessions.

#include <utility>

#include "base/text.h"
#include "sim/checkers.h"

namespace raftarium::sim {

using base::text;

// The checkers' own store follows the log; where members began on old disks it does not know what they hold.
void Checkers::apply(const raft::Entry& entry, Committed& committed) {
  const bool begins = first_.index == raft::Index(1) && entry.index == first_.index + 1;
  store_known_ = store_known_ && (begins || store_.applied() + 1 == entry.index.value());
  const bool normal = entry.type == raft::EntryType::Normal && !entry.data.empty();
  const auto command = normal ? kv::decode(entry.data) : base::Result<kv::Command>(base::Error{});
  if (command.ok()) {
    committed.client = command->client;
    committed.repeats = !took_effect(*command, entry.index.value());
  }
  if (!store_known_) return;
  if (command.ok()) {
    store_.apply(entry.index.value(), *command);
  } else {
    store_.skip_to(entry.index.value());
  }
  committed.revision = store_.revision();
}

// Counted here, and not by the store that is being checked; but for a session that has expired there, which has
// nobody to remember it.
bool Checkers::took_effect(const kv::Command& command, std::uint64_t index) {
  if (command.client == 0) return true;
  const auto* const before = effects_.find(command.client);
  const bool expired = store_known_ && !store_.sessions().by_client().contains(command.client);
  if (before != nullptr && before->value.sequence >= command.sequence && !expired) return false;
  if (store_known_ && effects_.size() >= 4 * kv::kMaxSessions) {
    // Memory stays bounded: of whom the store has forgotten nothing is needed.
    base::PersistentMap<std::uint64_t, Effect> kept;
    for (const auto& session : store_.sessions().by_client()) {
      if (const auto* const effect = effects_.find(session.key)) kept.set(session.key, effect->value);
    }
    effects_ = std::move(kept);
  }
  effects_.set(command.client, {command.sequence, index});
  return true;
}

// What took effect at a member must be what took effect in the log.
void Checkers::check_effects(const member::Member& member, const std::vector<member::Applied>& applied) {
  const raft::NodeId node = member.id();
  for (const member::Applied& done : applied) {
    if (!store_known_ || done.command.client == 0 || done.id.index <= first_.index) continue;
    const std::size_t at = position(done.id.index);
    if (at >= committed_.size() || committed_[at].client != done.command.client) continue;
    const Committed& committed = committed_[at];
    if (done.outcome.repeated == committed.repeats || done.outcome.refusal == kv::Refusal::SessionExpired)
      continue;
    const auto* const effect = effects_.find(done.command.client);
    const raft::Index before(effect == nullptr ? 0 : effect->value.index);
    const std::string what = text("request ", done.command.sequence, " of session ", done.command.client);
    if (done.outcome.repeated) {
      violate(Property::AppliedOnce, {node, committed.by},
              text(name(node), " passes over entry ", done.id.index, " as if ", what,
                   " had taken effect before, which it had not"),
              {committed.by, committed.event, text(what, " is committed first as entry ", done.id.index)},
              {node, event_, text(name(node), " takes it for a repetition")});
    } else {
      const bool told = before > first_.index && position(before) < committed_.size();
      const Fact first = told ? Fact{committed_[position(before)].by, committed_[position(before)].event,
                                     text(what, " takes effect in entry ", before)}
                              : Fact{node, 0, text(what, " has taken effect")};
      violate(Property::AppliedOnce, {node},
              text(name(node), " applies ", what, " once more in entry ", done.id.index,
                   "; it took effect in entry ", before),
              first, {node, event_, text(name(node), " applies it once more in entry ", done.id.index)});
    }
  }
}

void Checkers::asked(Request& request) const {
  request.floor = acknowledged_;
  request.floor_by = acknowledged_to_;
  request.floor_at = acknowledged_by_.node;
  request.floor_event = acknowledged_by_.event;
}

void Checkers::answered(const Request& request, TimeUs now_us, std::uint64_t event) {
  now_us_ = now_us;
  event_ = event;
  if (request.is_read()) {
    check_told(request);
  } else {
    check_written(request);
  }
  if (!request.is_linearizable()) return;
  // A read may be as of the very entry that was acknowledged; a write must come after it.
  const bool late = request.is_read() ? request.index >= request.floor : request.index > request.floor;
  if (!late) {
    violate(Property::Linearizability, {request.answered_by},
            text(name(request.answered_by), " answers request ", request.id, " (", describe(request),
                 ") as of entry ", request.index, request.is_read() ? ": " + told(request) : std::string(),
                 "; but request ", request.floor_by, " was answered as of entry ", request.floor,
                 " before it was asked"),
            {request.floor_at, request.floor_event,
             text("request ", request.floor_by, " is answered as of entry ", request.floor)},
            {request.answered_by, event_,
             text("request ", request.id, ", asked later, is answered as of entry ", request.index)});
  }
  if (request.index <= acknowledged_) return;
  acknowledged_ = request.index;
  acknowledged_to_ = request.id;
  acknowledged_by_ = {request.answered_by, event_};
}

// A write that is acknowledged is what is committed there.
void Checkers::check_written(const Request& request) {
  if (request.index <= first_.index) return;
  const std::size_t at = position(request.index);
  if (at < committed_.size() && committed_[at].client == request.command.client) return;
  Fact held{raft::kNone, 0, text("nobody has applied an entry ", request.index)};
  if (at < committed_.size()) {
    held = {committed_[at].by, committed_[at].event,
            text(name(committed_[at].by), " applies something else as entry ", request.index)};
  }
  violate(
      Property::AcknowledgedWrite, {request.answered_by},
      text(name(request.answered_by), " answers request ", request.id, " (", describe(request),
           ") as of entry ", request.index, ", which is not its write"),
      std::move(held),
      {request.answered_by, event_,
       text(name(request.answered_by), " acknowledges request ", request.id, " as entry ", request.index)});
}

// Whatever was acknowledged by now is in a new leader's log, unless it is the leader of an older term that learns
// late of its own election.
void Checkers::check_acknowledged(raft::NodeId node, raft::Term term) {
  if (acknowledged_ <= first_.index) return;
  const std::size_t at = position(acknowledged_);
  if (at >= committed_.size() || committed_[at].in_term >= term) return;
  const Seen& seen = seen_[node.value()];
  if (at < seen.size() && link_at(seen, at) == committed_[at].chain) return;
  violate(Property::AcknowledgedWrite, {node, acknowledged_by_.node},
          text(name(node), " leads term ", term, " without entry ", acknowledged_, ", as of which ",
               name(acknowledged_by_.node), " had answered request ", acknowledged_to_),
          {acknowledged_by_.node, acknowledged_by_.event,
           text(name(acknowledged_by_.node), " answers request ", acknowledged_to_, " as of entry ",
                acknowledged_)},
          {node, event_, text(name(node), " leads term ", term, " without it")});
}

// What a reader was told must be what the committed entries up to there make of the key.
void Checkers::check_told(const Request& request) {
  if (!store_known_ || request.index <= first_.index) return;
  const std::size_t at = position(request.index);
  if (at >= committed_.size()) return;
  const kv::Revision revision = committed_[at].revision;
  kv::RangeResult held;
  const std::string& key = request.command.key;
  if (revision > 0) held = store_.range({.from = key, .to = kv::key_end(key), .revision = revision});
  if (held.refusal != kv::Refusal::None) return;  // too long ago
  const bool found = !held.found.empty();
  const bool same = found == request.found && (!found || (held.found.front().value == request.value &&
                                                          held.found.front().version == request.version));
  if (same) return;
  violate(Property::StateMachineSafety, {request.answered_by},
          text(name(request.answered_by), " answers request ", request.id, " (", describe(request),
               ") as of entry ", request.index, ": ", told(request),
               "; but the entries up to there make it ", found ? held.found.front().value : "nothing"),
          {committed_[at].by, committed_[at].event,
           text("the entries up to ", request.index, " make ", key, " ",
                found ? held.found.front().value : "nothing")},
          {request.answered_by, event_,
           text(name(request.answered_by), " answers request ", request.id, ": ", told(request))});
}

}  // namespace raftarium::sim
