#include "sim/checkers.h"

#include <array>
#include <sstream>
#include <utility>

#include "base/hash.h"

namespace raftarium::sim {

namespace {

std::uint64_t link(std::uint64_t before, const raft::Entry& entry) {
  base::Hasher hasher;
  hasher.add(before);
  hasher.add(entry.term.value());
  hasher.add(static_cast<std::uint64_t>(entry.type));
  hasher.add(entry.data.view());
  return hasher.digest();
}

template <class... Parts>
std::string text(const Parts&... parts) {
  std::ostringstream out;
  (out << ... << parts);
  return out.str();
}

}  // namespace

const char* describe(Property property) {
  static constexpr std::array kNames{"election safety",     "leader append-only",   "log matching",
                                     "leader completeness", "state machine safety", "monotonic term",
                                     "monotonic commit"};
  return kNames.at(static_cast<std::size_t>(property));
}

Checkers::Checkers(std::size_t members, raft::EntryId first) : first_(first), seen_(members + 1) {
  for (Seen& seen : seen_) seen.commit = first.index;
}

void Checkers::violate(Property property, std::vector<raft::NodeId> nodes, std::string why) {
  constexpr std::size_t kMost = 100;  // one violation breeds others
  if (violations_.size() < kMost) {
    violations_.push_back({property, now_us_, event_, std::move(nodes), std::move(why)});
  }
}

void Checkers::restarted(raft::NodeId node) {
  Seen& seen = seen_[node.value()];
  seen.commit = first_.index;
  seen.applied = raft::Index();
  seen.leads = raft::Term();
}

void Checkers::wiped(raft::NodeId node) {
  seen_[node.value()] = Seen{};
  seen_[node.value()].commit = first_.index;
}

Checkers::Chain Checkers::link_at(const Seen& seen, std::size_t at) const {
  return at < seen.settled ? committed_[at].chain : seen.tail[at - seen.settled];
}

Checkers::Chain Checkers::link_before(const Seen& seen, std::size_t at) const {
  return at == 0 ? first_.term.value() : link_at(seen, at - 1);
}

const Checkers::Chain* Checkers::known(std::size_t at, raft::EntryId id) const {
  if (at < committed_.size() && committed_[at].term == id.term) return &committed_[at].chain;
  const auto found = chains_.find({id.index, id.term});
  return found == chains_.end() ? nullptr : &found->second;
}

void Checkers::observe(const member::Member& member, const member::Output& output, TimeUs now_us,
                       std::uint64_t event) {
  using Kind = raft::Event::Kind;
  now_us_ = now_us;
  event_ = event;
  const raft::NodeId id = member.id();
  Seen& seen = seen_[id.value()];
  if (seen.applied.is_zero()) seen.applied = member.storage().snapshot().snapshot->index;
  check_truncated(id, output);
  for (const raft::Event& e : output.events) {
    if (e.kind == Kind::SnapshotRestored) follow_snapshot(id, e.entry);
  }
  check_appended(id, output.appended);
  for (const raft::Event& e : output.events) {
    if (e.kind == Kind::BecameLeader) {
      check_leader(id, e.term);
      check_complete(id, e.term);
      seen.leads = e.term;
    } else if (e.kind == Kind::BecameFollower || e.kind == Kind::BecameCandidate ||
               e.kind == Kind::BecamePreCandidate) {
      seen.leads = raft::Term();
    }
  }
  // Whatever the events say.
  if (member.node().role() == raft::Role::Leader) check_leader(id, member.node().term());
  check_applied(member, output.committed);

  const raft::Term term = member.node().term();
  const raft::Index commit = member.node().commit();
  if (term < seen.term) {
    violate(Property::MonotonicTerm, {id},
            text(name(id), " was in term ", seen.term, " and is in term ", term));
  }
  if (commit < seen.commit) {
    violate(Property::MonotonicCommit, {id},
            text(name(id), " had committed ", seen.commit, " and now has ", commit));
  }
  seen.term = term;
  seen.commit = commit;
}

// Both what the core says about itself and what it makes durable while it leads.
void Checkers::check_truncated(raft::NodeId node, const member::Output& output) {
  using Kind = raft::Event::Kind;
  const Seen& seen = seen_[node.value()];
  bool still_leads = !seen.leads.is_zero();
  raft::Term term = seen.leads;
  raft::Index overwritten;
  for (const raft::Event& e : output.events) {
    const auto led = leaders_.find(e.term);
    if (e.kind == Kind::LogTruncated && led != leaders_.end() && led->second == node) {
      term = e.term;
      overwritten = e.entry.index;
    }
    if (e.kind == Kind::BecameFollower) still_leads = false;
  }
  if (overwritten.is_zero() && still_leads && !output.appended.empty() &&
      output.appended.front().index <= first_.index + seen.size()) {
    overwritten = output.appended.front().index;
  }
  if (overwritten.is_zero()) return;
  violate(Property::LeaderAppendOnly, {node},
          text(name(node), " leads term ", term, " and overwrites its entry ", overwritten));
}

// A snapshot stands for a prefix of what is committed.
void Checkers::follow_snapshot(raft::NodeId node, raft::EntryId last) {
  Seen& seen = seen_[node.value()];
  seen.applied = last.index;
  if (last.index <= first_.index) return;
  const std::size_t at = position(last.index);
  if (at >= committed_.size() || committed_[at].term != last.term) {
    violate(Property::StateMachineSafety, {node},
            text(name(node), " restores a snapshot of entry ", last.index, " of term ", last.term,
                 ", which nobody has applied"));
    return;
  }
  seen.settled = at + 1;
  seen.tail.clear();
}

void Checkers::check_appended(raft::NodeId node, const std::vector<raft::Entry>& entries) {
  Seen& seen = seen_[node.value()];
  for (const raft::Entry& entry : entries) {
    if (entry.index <= first_.index || entry.index > first_.index + 1 + seen.size()) {
      violate(Property::LogMatching, {node},
              text(name(node), " appends entry ", entry.index, " to a log that ends at ",
                   first_.index + seen.size()));
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
    if (const Chain* before = known(at, entry.id()); before == nullptr) {
      chains_.insert({{entry.index, entry.term}, chain});
    } else if (*before != chain) {
      violate(Property::LogMatching, {node},
              text(name(node), " has another log up to entry ", entry.index, " of term ", entry.term,
                   " than a member that had it before"));
    }
  }
}

void Checkers::check_leader(raft::NodeId node, raft::Term term) {
  const auto [led, fresh] = leaders_.insert({term, node});
  if (fresh || led->second == node) return;
  violate(Property::ElectionSafety, {led->second, node},
          text(name(led->second), " and ", name(node), " both lead term ", term));
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
                   name(committed.by), " had committed in term ", committed.in_term));
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
              text(name(node), " applies entry ", entry.index, " after entry ", seen.applied));
    }
    seen.applied = entry.index;
    if (entry.index <= first_.index) continue;
    const std::size_t at = position(entry.index);
    if (at >= seen.size()) {
      violate(Property::StateMachineSafety, {node},
              text(name(node), " applies entry ", entry.index, ", but its log ends at ",
                   first_.index + seen.size()));
      continue;
    }
    const Chain chain = link(link_before(seen, at), entry);
    if (chain != link_at(seen, at)) {
      violate(Property::StateMachineSafety, {node},
              text(name(node), " applies another entry ", entry.index, " than its log holds"));
      continue;
    }
    if (at == committed_.size()) commit(member, entry, chain);
    if (at >= committed_.size()) continue;  // out of order, as was said above
    if (committed_[at].chain != chain) {
      violate(Property::StateMachineSafety, {node, committed_[at].by},
              text(name(node), " applies another entry ", entry.index, " than ", name(committed_[at].by),
                   " has applied"));
    } else if (at == settled) {
      ++settled;
    }
  }
  seen.tail.erase(seen.tail.begin(),
                  seen.tail.begin() + static_cast<std::ptrdiff_t>(settled - settled_before));
  seen.settled = settled;
}

// Nobody has applied the entry before.
void Checkers::commit(const member::Member& member, const raft::Entry& entry, Chain chain) {
  const raft::Term in_term = member.node().term();
  const std::size_t at = committed_.size();
  committed_.append({chain, entry.term, in_term, member.id()});
  const auto open = chains_.find({entry.index, entry.term});
  if (open != chains_.end() && open->second == chain) chains_.erase(open);
  // Leaders of later terms must have it already.
  for (auto later = leaders_.upper_bound(in_term); later != leaders_.end(); ++later) {
    const Seen& leader = seen_[later->second.value()];
    if (at < leader.size() && link_at(leader, at) == chain) continue;
    violate(Property::LeaderCompleteness, {later->second, member.id()},
            text(name(later->second), " leads term ", later->first, " without entry ", entry.index,
                 ", which ", name(member.id()), " commits in term ", in_term));
  }
}

}  // namespace raftarium::sim
