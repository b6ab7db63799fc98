// What a world's digest is made of: of every kind of event, everything that it tells.

#include "sim/event_digest.h"

#include <algorithm>
#include <functional>
#include <utility>
#include <vector>

#include "support/test.h"

namespace raftarium::sim {

namespace {

using raft::NodeId;

std::uint64_t digest_of(const Event& event) {
  base::Hasher hasher;
  add_event(hasher, event);
  return hasher.digest();
}

struct Field {
  const char* name;
  std::function<void(Event&)> change;
};

const std::vector<Field>& common() {
  static const std::vector<Field> kFields{
      {"time", [](Event& e) { e.time_us = 7; }},
      {"node", [](Event& e) { e.node = NodeId(3); }},
      {"peer", [](Event& e) { e.peer = NodeId(3); }},
      {"term", [](Event& e) { e.term = raft::Term(1) + (std::uint64_t{1} << 40U); }},
      {"text", [](Event& e) { e.text = "x"; }},
  };
  return kFields;
}

const std::vector<Field>& of_messages() {
  static const std::vector<Field> kFields{
      {"message id", [](Event& e) { e.message_id = std::uint64_t{1} << 63U; }},
      {"message type", [](Event& e) { e.message_type = raft::MessageType::MsgApp; }},
      {"message index", [](Event& e) { e.message_index = raft::Index(9); }},
      {"message entries", [](Event& e) { e.message_entries = 9; }},
      {"message reject", [](Event& e) { e.message_reject = true; }},
      {"loss", [](Event& e) { e.loss = LossReason::Dropped; }},
  };
  return kFields;
}

const std::vector<Field>& of_parts() {
  static const std::vector<Field> kFields{
      {"part", [](Event& e) { e.part = 2; }},
      {"parts", [](Event& e) { e.parts = 2; }},
  };
  return kFields;
}

const std::vector<Field>& of_the_core() {
  static const std::vector<Field> kFields{
      {"raft kind", [](Event& e) { e.raft.kind = raft::Event::Kind::VoteCast; }},
      {"raft term", [](Event& e) { e.raft.term = raft::Term(2); }},
      {"raft message type", [](Event& e) { e.raft.message_type = raft::MessageType::MsgVote; }},
      {"raft entry index", [](Event& e) { e.raft.entry.index = raft::Index(2); }},
      {"raft entry term", [](Event& e) { e.raft.entry.term = raft::Term(2); }},
      {"raft last index", [](Event& e) { e.raft.last.index = raft::Index(2); }},
      {"raft last term", [](Event& e) { e.raft.last.term = raft::Term(2); }},
      {"raft seen term", [](Event& e) { e.raft.seen_term = raft::Term(2); }},
      {"raft count", [](Event& e) { e.raft.count = 2; }},
      {"raft needed", [](Event& e) { e.raft.needed = 2; }},
      {"raft granted", [](Event& e) { e.raft.granted = true; }},
      {"raft was leader", [](Event& e) { e.raft.was_leader = true; }},
      {"raft refusal", [](Event& e) { e.raft.refusal = raft::Refusal::LogBehind; }},
      {"raft voters", [](Event& e) { e.raft.voters = {NodeId(1)}; }},
      {"another raft voter", [](Event& e) { e.raft.voters = {NodeId(2)}; }},
  };
  return kFields;
}

const std::vector<Field>& of_requests() {
  static const std::vector<Field> kFields{
      {"request", [](Event& e) { e.request = 2; }},
      {"request state", [](Event& e) { e.request_state = RequestState::Refused; }},
      {"refusal", [](Event& e) { e.refusal = raft::Refusal::NoLeader; }},
  };
  return kFields;
}

}  // namespace

TEST_CASE("every field of an event makes another digest, of every kind that has it") {
  using Kind = Event::Kind;
  using Fields = std::vector<const std::vector<Field>*>;
  const std::vector<std::pair<Kind, Fields>> kinds{
      {Kind::Acted, {}},
      {Kind::ActRefused, {}},
      {Kind::Raft, {&of_the_core()}},
      {Kind::Sent, {&of_messages()}},
      {Kind::Delivered, {&of_messages()}},
      {Kind::Lost, {&of_messages()}},
      {Kind::RequestSent, {&of_requests()}},
      {Kind::RequestRefused, {&of_requests()}},
      {Kind::RequestTimedOut, {&of_requests()}},
      {Kind::RequestDone, {&of_requests()}},
      {Kind::Violated, {}},
      {Kind::SnapshotPart, {&of_messages(), &of_parts()}},
      {Kind::SnapshotMade, {}},
      {Kind::Recovered, {}},
      {Kind::StorageFailed, {}},
  };
  std::vector<std::uint64_t> seen;
  for (const auto& [kind, groups] : kinds) {
    const Kind this_kind = kind;
    CAPTURE(static_cast<int>(this_kind));
    seen.push_back(digest_of(Event(this_kind)));
    Fields all{&common()};
    all.insert(all.end(), groups.begin(), groups.end());
    for (const auto* group : all) {
      for (const Field& field : *group) {
        CAPTURE(field.name);
        Event event(this_kind);
        field.change(event);
        const std::uint64_t digest = digest_of(event);
        EXPECT(std::find(seen.begin(), seen.end(), digest) == seen.end());
        seen.push_back(digest);
      }
    }
  }
  Event made(Kind::SnapshotMade);
  made.message_index = raft::Index(4);
  EXPECT(digest_of(made) != digest_of(Event(Kind::SnapshotMade)));
}

TEST_CASE("the order of events makes another digest") {
  const Event first(Event::Kind::Sent, NodeId(1), NodeId(2));
  const Event second(Event::Kind::Sent, NodeId(2), NodeId(1));
  base::Hasher one;
  base::Hasher other;
  for (const Event* event : {&first, &second}) add_event(one, *event);
  for (const Event* event : {&second, &first}) add_event(other, *event);
  EXPECT(one.digest() != other.digest());
}

}  // namespace raftarium::sim
