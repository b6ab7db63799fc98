#include "sim/checkers.h"

#include <algorithm>
#include <array>
#include <sstream>

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
  for (Seen& seen : seen_) {
    seen.commit = first.index;
    seen.applied = first.index;
  }
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
  seen.applied = first_.index;
}

void Checkers::observe(const member::Member& member, const member::Output& output, TimeUs now_us,
                       std::uint64_t event) {
  now_us_ = now_us;
  event_ = event;
  const raft::NodeId id = member.id();
  Seen& seen = seen_[id.value()];
  for (const raft::Event& e : output.events) {
    if (e.kind == raft::Event::Kind::LogTruncated && leaders_.count(e.term) > 0 &&
        leaders_.at(e.term) == id) {
      violate(Property::LeaderAppendOnly, {id},
              text(name(id), " leads term ", e.term, " and overwrites its entry ", e.entry.index));
    }
  }
  check_appended(id, output.appended);
  for (const raft::Event& e : output.events) {
    if (e.kind == raft::Event::Kind::BecameLeader) check_leader(id, e);
  }
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

void Checkers::check_appended(raft::NodeId node, const std::vector<raft::Entry>& entries) {
  std::vector<Chain>& log = seen_[node.value()].log;
  for (const raft::Entry& entry : entries) {
    const std::size_t at = position(entry.index);
    if (at > log.size()) continue;  // after a snapshot the chain before it is not known
    log.resize(at);
    const Chain chain = link(at == 0 ? first_.term.value() : log[at - 1], entry);
    log.push_back(chain);
    const auto [known, fresh] = chains_.insert({{entry.index, entry.term}, chain});
    if (!fresh && known->second != chain) {
      violate(Property::LogMatching, {node},
              text(name(node), " has another log up to entry ", entry.index, " of term ", entry.term,
                   " than a member that had it before"));
    }
  }
}

void Checkers::check_leader(raft::NodeId node, const raft::Event& event) {
  const auto [known, fresh] = leaders_.insert({event.term, node});
  if (!fresh && known->second != node) {
    violate(Property::ElectionSafety, {known->second, node},
            text(name(known->second), " and ", name(node), " both lead term ", event.term));
  }
  // The last entry that was committed in an earlier term must be in this leader's log.
  const std::vector<Chain>& log = seen_[node.value()].log;
  for (std::size_t at = committed_.size(); at-- > 0;) {
    if (committed_[at].in_term >= event.term) continue;
    if (at >= log.size() || log[at] != committed_[at].chain) {
      violate(Property::LeaderCompleteness, {node, committed_[at].by},
              text(name(node), " leads term ", event.term, " without entry ", first_.index + 1 + at,
                   ", which ", name(committed_[at].by), " had committed in term ",
                   committed_[at].in_term));
    }
    break;
  }
}

void Checkers::check_applied(const member::Member& member, const std::vector<raft::Entry>& entries) {
  const raft::NodeId node = member.id();
  Seen& seen = seen_[node.value()];
  for (const raft::Entry& entry : entries) {
    const std::size_t at = position(entry.index);
    seen.applied = entry.index;
    if (at >= seen.log.size()) continue;
    const Chain chain = seen.log[at];
    if (at == committed_.size()) {
      committed_.push_back({chain, member.node().term(), node});
    } else if (at < committed_.size() && committed_[at].chain != chain) {
      violate(Property::StateMachineSafety, {node, committed_[at].by},
              text(name(node), " applies another entry ", entry.index, " than ",
                   name(committed_[at].by), " has applied"));
    }
  }
}

}  // namespace raftarium::sim
