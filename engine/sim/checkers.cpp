#include "sim/checkers.h"

#include <algorithm>
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

std::shared_ptr<const raft::ConfState> configuration_of(const member::Member& member) {
  return std::make_shared<const raft::ConfState>(member.node().status().conf_state);
}

// Counted here, and not by the core that is being checked.
template <class Has>
bool is_quorum(const raft::ConfState& configuration, const Has& has) {
  const auto majority = [&](const std::vector<raft::NodeId>& voters) {
    const auto having = std::count_if(voters.begin(), voters.end(), has);
    return voters.empty() || 2 * static_cast<std::size_t>(having) > voters.size();
  };
  return majority(configuration.voters) && majority(configuration.voters_outgoing);
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
                                     "monotonic commit",    "one vote a term",      "durability",
                                     "linearizability"};
  return kNames.at(static_cast<std::size_t>(property));
}

Checkers::Checkers(std::size_t members, raft::EntryId first) : first_(first), seen_(members + 1) {}

void Checkers::violate(Property property, std::vector<raft::NodeId> nodes, std::string why) {
  constexpr std::size_t kMost = 100;  // one violation breeds others
  if (violations_.size() < kMost) {
    violations_.push_back({property, now_us_, event_, std::move(nodes), std::move(why)});
  }
}

void Checkers::restarted(const member::Member& member) {
  const raft::NodeId node = member.id();
  Seen& seen = seen_[node.value()];
  seen.commit = raft::Index();
  seen.applied = member.storage().snapshot().snapshot->index;  // before it makes another
  seen.leads = raft::Term();
  seen.term = member.node().term();
  seen.configuration = nullptr;
  if (seen.term < seen.promised) {
    violate(
        Property::MonotonicTerm, {node},
        text(name(node), " has answered in term ", seen.promised, " and starts again in term ", seen.term));
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

const Checkers::Chain* Checkers::known(std::size_t at, raft::EntryId id) const {
  if (at < committed_.size() && committed_[at].term == id.term) return &committed_[at].chain;
  const auto found = chains_.find({id.index, id.term});
  return found == chains_.end() ? nullptr : &found->second;
}

void Checkers::observe(const member::Member& member, const member::Output& output, TimeUs now_us,
                       std::uint64_t event, const DurableLog& durable) {
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
  check_promises(member, output.messages);

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
  if (durable && commit > seen.commit && member.node().role() == raft::Role::Leader) {
    check_durable(member, commit, durable);
  }
  seen.term = term;
  seen.commit = commit;
  const bool changed = std::any_of(output.events.begin(), output.events.end(), [](const raft::Event& e) {
    return e.kind == Kind::ConfigurationChanged || e.kind == Kind::SnapshotRestored;
  });
  if (changed || seen.configuration == nullptr) seen.configuration = configuration_of(member);
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
    if (entry.index <= first_.index && seen.behind) continue;
    seen.behind = false;
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
  apply(entry);
  committed_.append({chain, entry.term, in_term, member.id(), store_.revision()});
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

// The checkers' own store follows the log; where members began on old disks it does not know what they hold.
void Checkers::apply(const raft::Entry& entry) {
  const bool begins = first_.index == raft::Index(1) && entry.index == first_.index + 1;
  store_known_ = store_known_ && (begins || store_.applied() + 1 == entry.index.value());
  if (!store_known_) return;
  const bool normal = entry.type == raft::EntryType::Normal && !entry.data.empty();
  const auto command = normal ? kv::decode(entry.data) : base::Result<kv::Command>(base::Error{});
  if (command.ok()) {
    store_.apply(entry.index.value(), *command);
  } else {
    store_.skip_to(entry.index.value());
  }
}

void Checkers::asked(Request& request) const {
  request.floor = acknowledged_;
  request.floor_by = acknowledged_to_;
}

void Checkers::answered(const Request& request, TimeUs now_us, std::uint64_t event) {
  now_us_ = now_us;
  event_ = event;
  if (request.is_read()) check_told(request);
  if (!request.is_linearizable()) return;
  // A read may be as of the very entry that was acknowledged; a write must come after it.
  const bool late = request.is_read() ? request.index >= request.floor : request.index > request.floor;
  if (!late) {
    violate(Property::Linearizability, {request.answered_by},
            text(name(request.answered_by), " answers request ", request.id, " (", describe(request),
                 ") as of entry ", request.index, request.is_read() ? ": " + told(request) : std::string(),
                 "; but request ", request.floor_by, " was answered as of entry ", request.floor,
                 " before it was asked"));
  }
  if (request.index <= acknowledged_) return;
  acknowledged_ = request.index;
  acknowledged_to_ = request.id;
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
               "; but the entries up to there make it ", found ? held.found.front().value : "nothing"));
}

// Answers bind: what they say must survive a crash.
void Checkers::check_promises(const member::Member& member, const std::vector<raft::Message>& messages) {
  using Type = raft::MessageType;
  const raft::NodeId node = member.id();
  Seen& seen = seen_[node.value()];
  const storage::DurableStorage& storage = member.storage();
  for (const raft::Message& message : messages) {
    const bool vote = message.type == Type::MsgVoteResp;
    if (!vote && message.type != Type::MsgAppResp) continue;
    seen.promised = std::max(seen.promised, message.term);
    const raft::HardState& durable = storage.hard_state();
    if (durable.term < message.term) {
      violate(vote ? Property::OneVote : Property::Durability, {node, message.to},
              text(name(node), " answers ", name(message.to), " in term ", message.term,
                   ", but a crash would take it back to term ", durable.term));
    }
    if (message.reject) continue;
    if (!vote) {
      if (message.index <= storage.last_index()) continue;
      violate(Property::Durability, {node, message.to},
              text(name(node), " acknowledges entry ", message.index, " to ", name(message.to),
                   ", but a crash would leave it with ", storage.last_index()));
      continue;
    }
    const auto [given, fresh] = votes_.insert({{node, message.term}, message.to});
    if (!fresh && given->second != message.to) {
      violate(Property::OneVote, {node, given->second, message.to},
              text(name(node), " votes in term ", message.term, " for ", name(message.to), " after ",
                   name(given->second)));
    } else if (durable.term == message.term && durable.vote != message.to) {
      violate(Property::OneVote, {node, message.to},
              text(name(node), " votes in term ", message.term, " for ", name(message.to),
                   ", but a crash would make it forget that"));
    }
  }
}

// What a leader has just committed is on the disks of a quorum, of the configuration that was in force until now
// or of the one that came into force with it.
void Checkers::check_durable(const member::Member& member, raft::Index commit, const DurableLog& durable) {
  const raft::Term term = member.node().term_of(commit).term;
  bool all_known = true;
  const auto has = [&](raft::NodeId node) {
    const storage::DurableStorage* storage = durable(node);
    if (storage == nullptr) {
      all_known = false;
      return false;
    }
    if (storage->snapshot().snapshot->index >= commit) return true;
    const auto found = storage->term(commit);
    return found.error == raft::StorageError::None && found.term == term;
  };
  const Seen& seen = seen_[member.id().value()];
  if (seen.configuration != nullptr && is_quorum(*seen.configuration, has)) return;
  if (is_quorum(*configuration_of(member), has) || !all_known) return;
  violate(Property::Durability, {member.id()},
          text(name(member.id()), " commits entry ", commit, " of term ", term,
               ", which is not on the disks of a quorum"));
}

}  // namespace raftarium::sim
