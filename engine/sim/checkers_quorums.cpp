// What quorums rest on: votes and acknowledgements that are durable before they are given, what leaders know of
// other logs, and configurations that overlap.

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "raft/core.h"
#include "sim/checkers.h"

namespace raftarium::sim {

using base::text;

namespace {

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

// A quorum of `a` that leaves a quorum of `b` without any of its members; empty: there is none.
std::vector<raft::NodeId> disjoint_quorums(const raft::ConfState& a, const raft::ConfState& b) {
  if (a.voters == b.voters && a.voters_outgoing == b.voters_outgoing) return {};
  std::vector<raft::NodeId> all;
  for (const auto* voters : {&a.voters, &a.voters_outgoing, &b.voters, &b.voters_outgoing}) {
    all.insert(all.end(), voters->begin(), voters->end());
  }
  std::sort(all.begin(), all.end());
  all.erase(std::unique(all.begin(), all.end()), all.end());
  CHECK(all.size() < 32, all.size(), " voters");
  // Every set of members against the others.
  for (std::uint32_t set = 0; set < std::uint32_t{1} << all.size(); ++set) {
    const auto is_in = [&](raft::NodeId node) {
      const auto at = std::lower_bound(all.begin(), all.end(), node) - all.begin();
      return (set >> static_cast<unsigned>(at) & 1U) != 0;
    };
    const auto is_out = [&](raft::NodeId node) { return !is_in(node); };
    if (!is_quorum(a, is_in) || !is_quorum(b, is_out)) continue;
    std::vector<raft::NodeId> quorum;
    std::copy_if(all.begin(), all.end(), std::back_inserter(quorum), is_in);
    return quorum;
  }
  return {};
}

std::string names(const std::vector<raft::NodeId>& nodes) {
  std::string all;
  for (const raft::NodeId node : nodes) all += (all.empty() ? "" : ", ") + name(node);
  return all;
}

}  // namespace

// Answers bind: what they say must survive a crash.
void Checkers::check_promises(const member::Member& member, const std::vector<raft::Message>& messages) {
  using Type = raft::MessageType;
  const raft::NodeId node = member.id();
  Seen& seen = seen_[node.value()];
  const storage::DurableStorage& storage = member.storage();
  for (const raft::Message& message : messages) {
    const bool vote = message.type == Type::MsgVoteResp;
    if (!vote && message.type != Type::MsgAppResp) continue;
    if (message.term > seen.promised) {
      seen.promised = message.term;
      seen.promised_event = event_;
    }
    const raft::HardState& durable = storage.hard_state();
    if (durable.term < message.term) {
      violate(vote ? Property::OneVote : Property::Durability, {node, message.to},
              text(name(node), " answers ", name(message.to), " in term ", message.term,
                   ", but a crash would take it back to term ", durable.term),
              {node, event_, text("the disk of ", name(node), " is in term ", durable.term)},
              {node, event_, text(name(node), " answers ", name(message.to), " in term ", message.term)});
    }
    if (message.reject) continue;
    if (!vote) {
      if (message.index <= storage.last_index()) continue;
      violate(Property::Durability, {node, message.to},
              text(name(node), " acknowledges entry ", message.index, " to ", name(message.to),
                   ", but a crash would leave it with ", storage.last_index()),
              {node, event_, text("the disk of ", name(node), " holds a log up to ", storage.last_index())},
              {node, event_,
               text(name(node), " acknowledges entry ", message.index, " to ", name(message.to))});
      continue;
    }
    const auto [given, fresh] = votes_.insert({{node, message.term}, {message.to, event_}});
    const First& first = given->second;
    const std::string vote_for_it =
        text(name(node), " votes in term ", message.term, " for ", name(message.to));
    if (!fresh && first.node != message.to) {
      violate(
          Property::OneVote, {node, first.node, message.to}, text(vote_for_it, " after ", name(first.node)),
          {node, first.event, text(name(node), " votes in term ", message.term, " for ", name(first.node))},
          {node, event_, vote_for_it});
    } else if (durable.term == message.term && durable.vote != message.to) {
      violate(Property::OneVote, {node, message.to},
              text(vote_for_it, ", but a crash would make it forget that"),
              {node, event_, text("the disk of ", name(node), " does not have that vote")},
              {node, event_, vote_for_it});
    }
  }
}

// What a leader has just committed is on the disks of a quorum, of the configuration that was in force until now
// or of the one that came into force with it.
void Checkers::check_durable(const member::Member& member, raft::Index commit, DurableLog durable) {
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
               ", which is not on the disks of a quorum"),
          {member.id(), event_, text("entry ", commit, " is not on the disks of a quorum")},
          {member.id(), event_, text(name(member.id()), " commits entry ", commit, " of term ", term)});
}

// A member that is added again begins from nothing, so a change of the configuration is a new beginning.
void Checkers::check_matches(const member::Member& member, const member::Output& output) {
  if (member.node().role() != raft::Role::Leader) return;
  const raft::NodeId node = member.id();
  if (!output.configurations.empty()) seen_[node.value()].matches_in = raft::Term();
  const Seen& seen = seen_[node.value()];
  const raft::Term term = member.node().term();
  for (const raft::Progress& peer : member.node().core().tracker().progress) {
    const bool known = seen.matches_in == term && peer.id.value() < seen.matches.size() &&
                       seen.matches[peer.id.value()].index == peer.match;
    if (!known) matched(node, term, peer.id, peer.match);
  }
}

void Checkers::matched(raft::NodeId leader, raft::Term term, raft::NodeId peer, raft::Index match) {
  Seen& seen = seen_[leader.value()];
  if (peer.value() >= seen_.size()) return;
  if (seen.matches_in != term) {
    seen.matches_in = term;
    seen.matches.assign(seen_.size(), {});
  }
  Seen::Match& known = seen.matches[peer.value()];
  if (match == known.index) return;
  if (match < known.index) {
    violate(Property::MonotonicMatch, {leader, peer},
            text(name(leader), ", who leads term ", term, ", knew that ", name(peer), " has its log up to ",
                 known.index, ", and now only up to ", match),
            {leader, known.event,
             text(name(leader), " knows that ", name(peer), " has its log up to ", known.index)},
            {leader, event_, text(name(leader), " takes it to be up to ", match)});
  }
  known = {match, event_};
}

// Each configuration that a member comes to, against the one that it was in.
void Checkers::follow_configurations(const member::Member& member, const member::Output& output) {
  const raft::NodeId node = member.id();
  Seen& seen = seen_[node.value()];
  for (const member::Configured& next : output.configurations) {
    const raft::ConfState& old = *seen.configuration;
    if (const auto apart = disjoint_quorums(old, next.configuration); !apart.empty()) {
      violate(Property::QuorumOverlap, {node},
              text(name(node), " goes from ", raft::describe(old), " to ",
                   raft::describe(next.configuration), " in entry ", next.index, ": ", names(apart),
                   " could still decide by the old one without anybody of a quorum of the new one"),
              {node, seen.configuration_event, text(name(node), " is in ", raft::describe(old))},
              {node, event_, text(name(node), " goes to ", raft::describe(next.configuration))});
    }
    seen.configuration = std::make_shared<const raft::ConfState>(next.configuration);
    seen.configuration_event = event_;
  }
  const bool restored = std::any_of(output.events.begin(), output.events.end(), [](const raft::Event& e) {
    return e.kind == raft::Event::Kind::SnapshotRestored;
  });
  if (!restored) return;
  seen.configuration = configuration_of(member);
  seen.configuration_event = event_;
}

}  // namespace raftarium::sim
