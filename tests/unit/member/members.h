#pragma once
// Members without a world: one alone, or three whose messages arrive at once.

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "member/member.h"
#include "support/test.h"

namespace raftarium::member {

using raft::Index;
using raft::MessageType;
using raft::NodeId;
using raft::Role;
using raft::Term;

inline constexpr NodeId kOne{1};
inline constexpr NodeId kTwo{2};
inline constexpr NodeId kThree{3};

inline kv::Command put(const std::string& key, const std::string& value, std::uint64_t client = 0,
                       std::uint64_t sequence = 0) {
  return {kv::Command::Kind::Put, client, sequence, key, value};
}

inline raft::Config config_of(NodeId id) {
  raft::Config config;
  config.id = id;
  config.election_ticks = 10;
  config.heartbeat_ticks = 1;
  return config;
}

// A storage with the first snapshot: index 1, term 1, `voters`, and the bytes of `store`.
inline raft::MemoryStorage first_storage(const std::vector<NodeId>& voters, const base::Bytes& data = {}) {
  raft::Snapshot snapshot;
  snapshot.index = Index(1);
  snapshot.term = Term(1);
  snapshot.conf_state.voters = voters;
  snapshot.data = data;
  raft::MemoryStorage storage;
  storage.apply_snapshot(std::make_shared<const raft::Snapshot>(std::move(snapshot)));
  return storage;
}

inline Member started(NodeId id, const std::vector<NodeId>& voters, const Options& options = {}) {
  auto member = Member::start(config_of(id), first_storage(voters), options);
  REQUIRE_MESSAGE(member.ok(), member.error().message);
  return std::move(*member);
}

inline Output pump(Member& member) {
  Output output;
  member.pump(output);
  return output;
}

// The only member of its cluster, elected.
inline Member alone(const Options& options = {}) {
  Member member = started(kOne, {kOne}, options);
  member.campaign();
  pump(member);
  REQUIRE(member.node().role() == Role::Leader);
  return member;
}

// Three members whose messages arrive at once; a test may look at every output.
struct Trio {
  explicit Trio(const Options& options = {}) {
    for (const NodeId id : {kOne, kTwo, kThree}) {
      members.push_back(started(id, {kOne, kTwo, kThree}, options));
    }
  }
  std::vector<Member> members;
  std::vector<Output> outputs;
  Member& operator[](NodeId id) { return members[id.value() - 1]; }

  // Carries messages between running members, except those of `down`, until none is left.
  void settle(NodeId down = raft::kNone) {
    for (bool moved = true; moved;) {
      moved = false;
      for (std::size_t i = 0; i < members.size(); ++i) {
        if (!members[i].running()) continue;
        outputs.push_back(pump(members[i]));
        const std::vector<raft::Message> messages = outputs.back().messages;
        for (const raft::Message& message : messages) {
          Member& to = (*this)[message.to];
          if (message.to == down || message.from == down || !to.running()) continue;
          to.step(message);
          moved = true;
        }
      }
    }
  }
  void elect(NodeId id, NodeId down = raft::kNone) {
    (*this)[id].campaign();
    settle(down);
    REQUIRE((*this)[id].node().role() == Role::Leader);
  }
};

inline raft::Message vote_request(NodeId from, NodeId to, Term term, raft::EntryId last) {
  raft::Message message{.type = MessageType::MsgVote, .to = to, .from = from, .term = term};
  message.log_term = last.term;
  message.index = last.index;
  return message;
}

inline const raft::Message* find(const Output& output, MessageType type) {
  const auto at = std::find_if(output.messages.begin(), output.messages.end(),
                               [&](const raft::Message& m) { return m.type == type; });
  return at == output.messages.end() ? nullptr : &*at;
}

inline std::string values(const Output& output) {
  std::string text;
  for (const Applied& applied : output.applied) text += kv::describe(applied.command) + ";";
  return text;
}

}  // namespace raftarium::member
