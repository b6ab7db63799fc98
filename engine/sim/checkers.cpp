#include "sim/checkers.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/hash.h"
#include "base/text.h"
#include "raft/core.h"

namespace raftarium::sim {

using base::text;

namespace {

std::uint64_t link(std::uint64_t before, const raft::Entry& entry) {
  base::Hasher hasher;
  hasher.add(before);
  hasher.add(entry.term.value());
  hasher.add(static_cast<std::uint64_t>(entry.type));
  hasher.add(entry.data.view());
  return hasher.digest();
}

}  // namespace

const char* describe(Property property) {
  static constexpr std::array kNames{"election safety",     "leader append-only",   "log matching",
                                     "leader completeness", "state machine safety", "monotonic term",
                                     "monotonic commit",    "one vote a term",      "durability",
                                     "linearizability",     "monotonic match",      "overlapping quorums",
                                     "applied once",        "acknowledged write"};
  return kNames.at(static_cast<std::size_t>(property));
}

Checkers::Checkers(std::size_t members, raft::EntryId first) : first_(first), seen_(members + 1) {}

void Checkers::violate(Property property, std::vector<raft::NodeId> nodes, std::string why, Fact earlier,
                       Fact later) {
  constexpr std::size_t kMost = 100;  // one violation breeds others
  if (violations_.size() == kMost) return;
  violations_.push_back(
      {property, now_us_, event_, std::move(nodes), std::move(why), std::move(earlier), std::move(later)});
}

void Checkers::restarted(const member::Member& member, TimeUs now_us, std::uint64_t event) {
  now_us_ = now_us;
  event_ = event;
  const raft::NodeId node = member.id();
  Seen& seen = seen_[node.value()];
  seen.commit = raft::Index();
  seen.applied = member.storage().snapshot().snapshot->index;  // before it makes another
  seen.leads = raft::Term();
  seen.strayed = false;
  seen.term = member.node().term();
  seen.term_event = seen.commit_event = seen.applied_event = seen.log_event = event;
  seen.configuration_event = event;
  seen.configuration =
      std::make_shared<const raft::ConfState>(member.storage().snapshot().snapshot->conf_state);
  if (seen.term < seen.promised) {
    violate(
        Property::MonotonicTerm, {node},
        text(name(node), " has answered in term ", seen.promised, " and starts again in term ", seen.term),
        {node, seen.promised_event, text(name(node), " answers in term ", seen.promised)},
        {node, event_, text(name(node), " starts again in term ", seen.term)});
  }
  // What had not reached its disk is gone, and what that had replaced is back.
  const storage::DurableStorage& storage = member.storage();
  const raft::Index base = std::max(first_.index, storage.snapshot().snapshot->index);
  seen.settled = base - first_.index;
  seen.tail.clear();
  const raft::Index last = storage.last_index();
  seen.behind = last < first_.index;
  if (last <= base) return;
  for (const raft::Entry& entry : storage.entries(base + 1, last + 1, raft::kNoLimit).entries) {
    seen.tail.push_back(link(link_before(seen, seen.size()), entry));
  }
}

void Checkers::wiped(raft::NodeId node) {
  seen_[node.value()] = Seen{};
  seen_[node.value()].behind = true;
}

Checkers::Chain Checkers::link_at(const Seen& seen, std::size_t at) const {
  return at < seen.settled ? committed_[at].chain : seen.tail[at - seen.settled];
}

Checkers::Chain Checkers::link_before(const Seen& seen, std::size_t at) const {
  return at == 0 ? first_.term.value() : link_at(seen, at - 1);
}

std::optional<Checkers::Known> Checkers::known(std::size_t at, raft::EntryId id) const {
  if (at < committed_.size() && committed_[at].term == id.term) {
    const Committed& committed = committed_[at];
    return Known{committed.chain, {committed.by, committed.event}};
  }
  const auto found = chains_.find({id.index, id.term});
  return found == chains_.end() ? std::nullopt : std::optional(found->second);
}

void Checkers::observe(const member::Member& member, const member::Output& output, TimeUs now_us,
                       std::uint64_t event, DurableLog durable) {
  using Kind = raft::Event::Kind;
  now_us_ = now_us;
  event_ = event;
  const raft::NodeId id = member.id();
  Seen& seen = seen_[id.value()];
  if (output.is_only_messages() && is_as_seen(member)) {
    if (!output.messages.empty()) check_promises(member, output.messages);
    check_matches(member, output);
    return;
  }
  if (seen.applied.is_zero()) seen.applied = member.storage().snapshot().snapshot->index;
  if (seen.configuration == nullptr) {
    seen.configuration =
        std::make_shared<const raft::ConfState>(member.storage().snapshot().snapshot->conf_state);
  }
  check_truncated(id, output);
  for (const raft::Event& e : output.events) {
    if (e.kind == Kind::SnapshotRestored) follow_snapshot(id, e.entry);
  }
  check_appended(id, output.appended);
  for (const raft::Event& e : output.events) {
    if (e.kind == Kind::BecameLeader) {
      check_leader(id, e.term);
      check_complete(id, e.term);
      check_acknowledged(id, e.term);
      seen.leads = e.term;
      seen.leads_event = event_;
    } else if (e.kind == Kind::BecameFollower || e.kind == Kind::BecameCandidate ||
               e.kind == Kind::BecamePreCandidate) {
      seen.leads = raft::Term();
    }
  }
  // Whatever the events say.
  if (is_rival(member)) check_leader(id, member.node().term());
  check_applied(member, output.committed);
  check_effects(member, output.applied);
  check_store(member, output.committed);
  check_promises(member, output.messages);
  check_matches(member, output);

  const raft::Term term = member.node().term();
  const raft::Index commit = member.node().commit();
  if (term < seen.term) {
    violate(Property::MonotonicTerm, {id},
            text(name(id), " was in term ", seen.term, " and is in term ", term),
            {id, seen.term_event, text(name(id), " is in term ", seen.term)},
            {id, event_, text(name(id), " is in term ", term)});
  }
  if (commit < seen.commit) {
    violate(Property::MonotonicCommit, {id},
            text(name(id), " had committed ", seen.commit, " and now has ", commit),
            {id, seen.commit_event, text(name(id), " has committed ", seen.commit)},
            {id, event_, text(name(id), " has committed ", commit)});
  }
  if (durable && commit > seen.commit && member.node().role() == raft::Role::Leader) {
    check_durable(member, commit, durable);
  }
  if (term != seen.term) seen.term_event = event_;
  if (commit != seen.commit) seen.commit_event = event_;
  seen.term = term;
  seen.commit = commit;
  follow_configurations(member, output);
}

// Most ticks change nothing, and there is nothing to be checked.
bool Checkers::is_as_seen(const member::Member& member) const {
  const Seen& seen = seen_[member.id().value()];
  const raft::Raft& core = member.node().core();
  return seen.configuration != nullptr && core.term() == seen.term &&
         core.log().committed() == seen.commit && !is_rival(member);
}

// Leads a term of which it is not known that it may.
bool Checkers::is_rival(const member::Member& member) const {
  const raft::Raft& core = member.node().core();
  return core.role() == raft::Role::Leader && seen_[member.id().value()].unrivalled != core.term();
}

// Both what the core says about itself and what it makes durable while it leads.
void Checkers::check_truncated(raft::NodeId node, const member::Output& output) {
  using Kind = raft::Event::Kind;
  const Seen& seen = seen_[node.value()];
  bool still_leads = !seen.leads.is_zero();
  raft::Term term = seen.leads;
  raft::Index overwritten;
  for (const raft::Event& e : output.events) {
    if (e.kind == Kind::BecameFollower) still_leads = false;
    if (e.kind != Kind::LogTruncated) continue;
    if (const auto led = leaders_.find(e.term); led != leaders_.end() && led->second.node == node) {
      term = e.term;
      overwritten = e.entry.index;
    }
  }
  if (overwritten.is_zero() && still_leads && !output.appended.empty() &&
      output.appended.front().index <= first_.index + seen.size()) {
    overwritten = output.appended.front().index;
  }
  if (overwritten.is_zero()) return;
  violate(Property::LeaderAppendOnly, {node},
          text(name(node), " leads term ", term, " and overwrites its entry ", overwritten),
          {node, seen.log_event, text(name(node), " has an entry ", overwritten)},
          {node, event_, text(name(node), " leads term ", term, " and overwrites it")});
}

// A snapshot stands for a prefix of what is committed.
void Checkers::follow_snapshot(raft::NodeId node, raft::EntryId last) {
  Seen& seen = seen_[node.value()];
  seen.applied = last.index;
  seen.applied_event = event_;
  if (last.index <= first_.index) return;
  const std::size_t at = position(last.index);
  if (at >= committed_.size() || committed_[at].term != last.term) {
    Fact applied{raft::kNone, 0, "nobody has applied an entry"};
    if (!committed_.empty()) {
      const std::size_t nearest = std::min(at, committed_.size() - 1);
      const Committed& there = committed_[nearest];
      applied = {there.by, there.event,
                 text(name(there.by), " applies entry ", index_at(nearest), " of term ", there.term,
                      nearest == at ? "" : ", the last that anybody has")};
    }
    violate(Property::StateMachineSafety, {node},
            text(name(node), " restores a snapshot of entry ", last.index, " of term ", last.term,
                 ", which nobody has applied"),
            std::move(applied),
            {node, event_,
             text(name(node), " restores a snapshot of entry ", last.index, " of term ", last.term)});
    return;
  }
  seen.settled = at + 1;
  seen.tail.clear();
}

void Checkers::check_appended(raft::NodeId node, const std::vector<raft::Entry>& entries) {
  Seen& seen = seen_[node.value()];
  for (const raft::Entry& entry : entries) {
    if (entry.index <= first_.index && seen.behind) continue;
    seen.behind = false;
    if (entry.index <= first_.index || entry.index > first_.index + 1 + seen.size()) {
      violate(Property::LogMatching, {node},
              text(name(node), " appends entry ", entry.index, " to a log that ends at ",
                   first_.index + seen.size()),
              {node, seen.log_event, text(name(node), " has a log up to ", first_.index + seen.size())},
              {node, event_, text(name(node), " appends entry ", entry.index)});
      continue;
    }
    const std::size_t at = position(entry.index);
    if (at < seen.settled) {
      seen.settled = at;
      seen.tail.clear();
    } else {
      seen.tail.resize(at - seen.settled);
    }
    const Chain chain = link(link_before(seen, at), entry);
    seen.tail.push_back(chain);
    if (const auto before = known(at, entry.id()); !before) {
      chains_.insert({{entry.index, entry.term}, {chain, {node, event_}}});
    } else if (before->chain != chain) {
      const raft::NodeId other = before->first.node;
      violate(Property::LogMatching, {node},
              text(name(node), " has another log up to entry ", entry.index, " of term ", entry.term,
                   " than a member that had it before"),
              {other, before->first.event,
               text(name(other), " has entry ", entry.index, " of term ", entry.term)},
              {node, event_, text(name(node), " has it too, but another log up to there")});
    }
  }
  if (!entries.empty()) seen.log_event = event_;
}

void Checkers::check_leader(raft::NodeId node, raft::Term term) {
  const auto [led, fresh] = leaders_.insert({term, {node, event_}});
  const First& first = led->second;
  if (fresh || first.node == node) {
    seen_[node.value()].unrivalled = term;
    return;
  }
  violate(Property::ElectionSafety, {first.node, node},
          text(name(first.node), " and ", name(node), " both lead term ", term),
          {first.node, first.event, text(name(first.node), " leads term ", term)},
          {node, event_, text(name(node), " leads term ", term)});
}

// The last entry that was committed in an earlier term must be in this leader's log.
void Checkers::check_complete(raft::NodeId node, raft::Term term) {
  const Seen& seen = seen_[node.value()];
  for (std::size_t at = committed_.size(); at-- > 0;) {
    const Committed& committed = committed_[at];
    if (committed.in_term >= term) continue;
    if (at >= seen.size() || link_at(seen, at) != committed.chain) {
      violate(Property::LeaderCompleteness, {node, committed.by},
              text(name(node), " leads term ", term, " without entry ", index_at(at), ", which ",
                   name(committed.by), " had committed in term ", committed.in_term),
              {committed.by, committed.event,
               text(name(committed.by), " commits entry ", index_at(at), " in term ", committed.in_term)},
              {node, event_, text(name(node), " leads term ", term, " without it")});
    }
    return;
  }
}

void Checkers::check_applied(const member::Member& member, const std::vector<raft::Entry>& entries) {
  const raft::NodeId node = member.id();
  Seen& seen = seen_[node.value()];
  const std::size_t settled_before = seen.settled;
  std::size_t settled = seen.settled;
  for (const raft::Entry& entry : entries) {
    if (entry.index != seen.applied + 1) {
      violate(Property::StateMachineSafety, {node},
              text(name(node), " applies entry ", entry.index, " after entry ", seen.applied),
              {node, seen.applied_event, text(name(node), " has applied entry ", seen.applied)},
              {node, event_, text(name(node), " applies entry ", entry.index)});
    }
    seen.applied = entry.index;
    seen.applied_event = event_;
    if (entry.index <= first_.index) continue;
    const std::size_t at = position(entry.index);
    if (at >= seen.size()) {
      violate(Property::StateMachineSafety, {node},
              text(name(node), " applies entry ", entry.index, ", but its log ends at ",
                   first_.index + seen.size()),
              {node, seen.log_event, text(name(node), " has a log up to ", first_.index + seen.size())},
              {node, event_, text(name(node), " applies entry ", entry.index)});
      continue;
    }
    const Chain chain = link(link_before(seen, at), entry);
    if (chain != link_at(seen, at)) {
      violate(Property::StateMachineSafety, {node},
              text(name(node), " applies another entry ", entry.index, " than its log holds"),
              {node, seen.log_event, text(name(node), " has an entry ", entry.index)},
              {node, event_, text(name(node), " applies another one")});
      continue;
    }
    if (at == committed_.size()) commit(member, entry, chain);
    if (at >= committed_.size()) continue;  // out of order, as was said above
    if (const Committed& before = committed_[at]; before.chain != chain) {
      violate(Property::StateMachineSafety, {node, before.by},
              text(name(node), " applies another entry ", entry.index, " than ", name(before.by),
                   " has applied"),
              {before.by, before.event,
               text(name(before.by), " applies an entry ", entry.index, " of term ", before.term)},
              {node, event_, text(name(node), " applies another one, of term ", entry.term)});
    } else if (at == settled) {
      ++settled;
    }
  }
  seen.tail.erase(seen.tail.begin(),
                  seen.tail.begin() + static_cast<std::ptrdiff_t>(settled - settled_before));
  seen.settled = settled;
}

// The same entries make the same store everywhere: told by its revision.
void Checkers::check_store(const member::Member& member, const std::vector<raft::Entry>& entries) {
  if (entries.empty() || !store_known_ || entries.back().index <= first_.index) return;
  const raft::Index last = entries.back().index;
  const std::size_t at = position(last);
  Seen& seen = seen_[member.id().value()];
  // Where it applied other entries, that has been said.
  if (seen.strayed || at >= seen.settled || member.store().applied() != last.value()) return;
  const kv::Revision revision = member.store().revision();
  if (revision == committed_[at].revision) return;
  seen.strayed = true;
  const Committed& committed = committed_[at];
  violate(Property::StateMachineSafety, {member.id()},
          text(name(member.id()), " has a store of revision ", revision, " after entry ", last,
               "; the entries up to there make it ", committed.revision),
          {committed.by, committed.event,
           text("the entries up to ", last, " make a store of revision ", committed.revision)},
          {member.id(), event_, text(name(member.id()), " has one of revision ", revision)});
}

// Nobody has applied the entry before.
void Checkers::commit(const member::Member& member, const raft::Entry& entry, Chain chain) {
  const raft::Term in_term = member.node().term();
  const std::size_t at = committed_.size();
  Committed committed{chain, entry.term, in_term, member.id()};
  committed.event = event_;
  apply(entry, committed);
  committed_.append(committed);
  const auto open = chains_.find({entry.index, entry.term});
  if (open != chains_.end() && open->second.chain == chain) chains_.erase(open);
  // Leaders of later terms must have it already.
  for (auto later = leaders_.upper_bound(in_term); later != leaders_.end(); ++later) {
    const First& led = later->second;
    const Seen& leader = seen_[led.node.value()];
    if (at < leader.size() && link_at(leader, at) == chain) continue;
    violate(Property::LeaderCompleteness, {led.node, member.id()},
            text(name(led.node), " leads term ", later->first, " without entry ", entry.index, ", which ",
                 name(member.id()), " commits in term ", in_term),
            {led.node, led.event,
             text(name(led.node), " leads term ", later->first, " without entry ", entry.index)},
            {member.id(), event_, text(name(member.id()), " commits it in term ", in_term)});
  }
}

}  // namespace raftarium::sim
