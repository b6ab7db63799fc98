#pragma once
// A history for the checkers, written down by hand.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "sim/checkers.h"
#include "support/test.h"

namespace raftarium::sim::testing {

using raft::Entry;
using raft::Index;
using raft::NodeId;
using raft::Term;
using EventKind = raft::Event::Kind;

inline constexpr raft::EntryId kFirst{Term(1), Index(1)};

inline Entry entry(std::uint64_t index, std::uint64_t term, const std::string& key = "") {
  return {Term(term), Index(index), raft::EntryType::Normal, kv::encode({.key = key})};
}

// Entries from 2 on, of these terms: each is named by its index and term, so that equal ids are equal.
inline std::vector<Entry> log(const std::vector<std::uint64_t>& terms, std::uint64_t from = 2) {
  std::vector<Entry> entries;
  for (const std::uint64_t term : terms) {
    const std::uint64_t index = from + entries.size();
    entries.push_back(entry(index, term, std::to_string(index) + "." + std::to_string(term)));
  }
  return entries;
}

// A write of a session.
inline Entry session(std::uint64_t index, std::uint64_t client, std::uint64_t sequence) {
  return {Term(2), Index(index), raft::EntryType::Normal,
          kv::encode({.client = client, .sequence = sequence, .key = "x"})};
}

// Writes down what members did, one step at a time, without asking whether a Raft would do it.
class History {
 public:
  History& term(std::uint64_t node, std::uint64_t term) {
    states_[node].term = Term(term);
    return observe(node, {});
  }
  History& commit(std::uint64_t node, std::uint64_t commit) {
    states_[node].commit = Index(commit);
    return observe(node, {});
  }
  History& appends(std::uint64_t node, const std::vector<Entry>& entries) {
    member::Output output;
    output.appended = entries;
    return observe(node, output);
  }
  History& applies(std::uint64_t node, const std::vector<Entry>& entries) {
    member::Output output;
    output.committed = entries;
    return observe(node, output);
  }
  // Becomes the leader of `term`, with these as its first entries.
  History& leads(std::uint64_t node, std::uint64_t term, const std::vector<Entry>& entries = {}) {
    states_[node].term = Term(term);
    member::Output output;
    output.appended = entries;
    output.events.push_back(event(EventKind::BecameLeader, node));
    return observe(node, output);
  }
  // In the same step it may append.
  History& follows(std::uint64_t node, std::uint64_t term, const std::vector<Entry>& entries = {}) {
    states_[node].term = Term(term);
    member::Output output;
    output.appended = entries;
    output.events.push_back(event(EventKind::BecameFollower, node));
    return observe(node, output);
  }
  // The core says so itself.
  History& truncates(std::uint64_t node, std::uint64_t index, const std::vector<Entry>& entries) {
    member::Output output;
    output.events.push_back(event(EventKind::LogTruncated, node));
    output.events.back().entry.index = Index(index);
    output.appended = entries;
    return observe(node, output);
  }
  History& restores(std::uint64_t node, std::uint64_t index, std::uint64_t term,
                    const std::vector<Entry>& entries = {}) {
    member::Output output;
    output.events.push_back(event(EventKind::SnapshotRestored, node));
    output.events.back().entry = {Term(term), Index(index)};
    output.appended = entries;
    return observe(node, output);
  }
  History& restarts(std::uint64_t node) {
    states_[node].commit = kFirst.index;
    for (const Entry& e : logs_[node]) states_[node].term = std::max(states_[node].term, e.term);
    checkers_.restarted(machine(node, logs_[node]).member(), now_us(), steps_);
    return observe(node, {});
  }
  // A leader of `term` finds out how much of its log another has.
  History& knows(std::uint64_t node, std::uint64_t term, std::uint64_t peer, std::uint64_t match) {
    checkers_.matched(NodeId(node), Term(term), NodeId(peer), Index(match));
    return *this;
  }
  // Comes to a configuration with these voters, and perhaps those of a joint one.
  History& configures(std::uint64_t node, const std::vector<std::uint64_t>& voters,
                      const std::vector<std::uint64_t>& outgoing = {}) {
    member::Output output;
    member::Configured configured{Index(5), {}};
    for (const std::uint64_t voter : voters) configured.configuration.voters.emplace_back(voter);
    for (const std::uint64_t voter : outgoing) configured.configuration.voters_outgoing.emplace_back(voter);
    output.configurations.push_back(std::move(configured));
    return observe(node, output);
  }
  // Applies the entries, which its store takes for new or for repetitions.
  History& takes(std::uint64_t node, const std::vector<Entry>& entries, const std::vector<bool>& repeated) {
    member::Output output;
    output.committed = entries;
    for (std::size_t i = 0; i < entries.size(); ++i) {
      kv::Outcome outcome;
      outcome.repeated = repeated[i];
      output.applied.push_back({entries[i].id(), *kv::decode(entries[i].data), outcome});
    }
    return observe(node, output);
  }
  // A client is told by `node` that its write is entry `index`.
  History& acknowledges(std::uint64_t node, std::uint64_t index, std::uint64_t client) {
    Request request;
    request.id = client;
    request.command = {.client = client, .sequence = 1, .key = "x"};
    request.state = RequestState::Committed;
    request.index = Index(index);
    request.answered_by = NodeId(node);
    checkers_.answered(request, now_us(), steps_);
    return *this;
  }
  // Answers a candidate in this term; its disk has the term, and the vote where that is granted, if `durable`.
  History& votes(std::uint64_t node, std::uint64_t term, std::uint64_t candidate, bool granted = true,
                 bool durable = true) {
    if (durable) states_[node].term = Term(term);
    if (durable && granted) states_[node].vote = NodeId(candidate);
    return says(node, candidate, raft::MessageType::MsgVoteResp, term, 0, !granted);
  }
  // Answers an append of its term. Its disk holds a log up to kDurable.
  History& answers_append(std::uint64_t node, std::uint64_t leader, std::uint64_t index,
                          bool rejects = false) {
    return says(node, leader, raft::MessageType::MsgAppResp, states_[node].term.value(), index, rejects);
  }
  // A client asks for x, and is told later what it holds as of entry `index`.
  Request asks(std::uint64_t id, member::ReadMode mode = member::ReadMode::Linearizable) const {
    Request request;
    request.id = id;
    request.kind = Request::Kind::Read;
    request.mode = mode;
    request.command.key = "x";
    checkers_.asked(request);
    return request;
  }
  History& tells(std::uint64_t node, Request request, std::uint64_t index, std::int64_t version) {
    request.state = RequestState::Committed;
    request.index = Index(index);
    request.answered_by = NodeId(node);
    request.found = version > 0;
    request.version = version;
    checkers_.answered(request, now_us(), steps_);
    return *this;
  }
  static constexpr std::uint64_t kDurable = 21;

  // Every violation so far: "property: why; ...".
  std::string violations() const {
    std::string all;
    for (const Violation& v : checkers_.violations()) {
      all += (all.empty() ? "" : "; ") + std::string(describe(v.property)) + ": " + v.why;
    }
    return all;
  }
  const Checkers& checkers() const { return checkers_; }

 private:
  struct State {
    Term term = Term(1);
    Index commit = kFirst.index;
    NodeId vote;
  };
  History& says(std::uint64_t node, std::uint64_t to, raft::MessageType type, std::uint64_t term,
                std::uint64_t index, bool reject) {
    member::Output output;
    raft::Message message;
    message.type = type;
    message.from = NodeId(node);
    message.to = NodeId(to);
    message.term = Term(term);
    message.index = Index(index);
    message.reject = reject;
    output.messages.push_back(message);
    return observe(node, output);
  }
  raft::Event event(EventKind kind, std::uint64_t node) const {
    raft::Event event;
    event.kind = kind;
    event.node = NodeId(node);
    event.term = states_[node].term;
    return event;
  }
  // A machine whose member has that log, that term and that commit index, and has not begun to apply.
  member::Machine machine(std::uint64_t node, const std::vector<Entry>& entries) const {
    member::Options options;
    raft::Snapshot first;
    first.index = kFirst.index;
    first.term = kFirst.term;
    for (std::uint64_t i = 1; i <= kMembers; ++i) first.conf_state.voters.emplace_back(i);
    options.first = std::make_shared<const raft::Snapshot>(std::move(first));
    options.wal.segment_bytes = 1U << 14U;  // what is reserved is read back each time
    raft::Config config;
    config.id = NodeId(node);
    auto started = member::Machine::start(config, options);
    REQUIRE_MESSAGE(started.ok(), started.error().message);
    auto storage = storage::DurableStorage::open(started->disk(), {0, config.id}, options.wal);
    REQUIRE_MESSAGE(storage.ok(), storage.error().message);
    storage::Save save;
    save.hard_state = {states_[node].term, states_[node].vote, states_[node].commit};
    save.entries = entries;
    for (const Entry& e : entries) save.hard_state.term = std::max(save.hard_state.term, e.term);
    REQUIRE(storage->save(save).ok());
    started->member().crash();
    REQUIRE(started->restart().ok());
    return std::move(*started);
  }
  TimeUs now_us() const { return 1000 * static_cast<TimeUs>(steps_); }
  History& observe(std::uint64_t node, const member::Output& output) {
    ++steps_;
    std::vector<Entry>& known = logs_[node];
    for (const Entry& e : output.appended) {
      known.resize(std::min<std::size_t>(known.size(), e.index - kFirst.index - 1));
      known.push_back(e);
    }
    const member::Machine looked_at = machine(node, log(std::vector<std::uint64_t>(kDurable - 1, 1)));
    checkers_.observe(looked_at.member(), output, now_us(), steps_);
    return *this;
  }

  static constexpr std::size_t kMembers = 5;
  Checkers checkers_{kMembers, kFirst};
  std::vector<State> states_ = std::vector<State>(kMembers + 1);
  std::vector<std::vector<Entry>> logs_ = std::vector<std::vector<Entry>>(kMembers + 1);
  std::uint64_t steps_ = 0;
};

}  // namespace raftarium::sim::testing
