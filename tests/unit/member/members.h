#pragma once
// Members without a world: one alone, or three whose messages arrive at once.

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "member/machine.h"
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

// The first snapshot: index 1, before any term, `voters`, and the bytes of `store`.
inline Options options_for(const std::vector<NodeId>& voters, Options options = {},
                           const base::Bytes& data = {}) {
  raft::Snapshot snapshot;
  snapshot.index = Index(1);
  snapshot.conf_state.voters = voters;
  snapshot.data = data;
  options.first = std::make_shared<const raft::Snapshot>(std::move(snapshot));
  options.wal.segment_bytes = 1U << 16U;
  return options;
}

// A member on a simulated disk of its own.
inline Machine started(NodeId id, const std::vector<NodeId>& voters, const Options& options = {}) {
  auto machine = Machine::start(config_of(id), options_for(voters, options));
  REQUIRE_MESSAGE(machine.ok(), machine.error().message);
  return std::move(*machine);
}

// All that a member has to do, on a disk whose syncs take no time.
inline void pump(Member& member, Output& output) {
  member.pump(output);
  while (member.wants_sync()) {
    member.sync_now();
    member.pump(output);
  }
}

inline Output pump(Member& member) {
  Output output;
  pump(member, output);
  return output;
}

// The only member of its cluster, elected.
inline Machine alone(const Options& options = {}) {
  Machine machine = started(kOne, {kOne}, options);
  machine.member().campaign();
  pump(machine.member());
  REQUIRE(machine.member().node().role() == Role::Leader);
  return machine;
}

// Three members whose messages arrive at once; a test may look at every output.
struct Trio {
  explicit Trio(const Options& options = {}) {
    for (const NodeId id : {kOne, kTwo, kThree}) {
      machines.push_back(started(id, {kOne, kTwo, kThree}, options));
    }
  }
  std::vector<Machine> machines;
  std::vector<Output> outputs;
  Member& operator[](NodeId id) { return machines[id.value() - 1].member(); }

  // Carries messages between running members, except those of `down`, until none is left.
  void settle(NodeId down = raft::kNone) {
    for (bool moved = true; moved;) {
      moved = false;
      for (Machine& machine : machines) {
        if (!machine.member().running()) continue;
        outputs.push_back(pump(machine.member()));
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
