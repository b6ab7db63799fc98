// What commands do: stand-ins get their names, what makes no sense is refused, the rest takes effect.

#include <algorithm>
#include <string>
#include <utility>

#include "sim/world.h"

namespace raftarium::sim {

namespace {

using raft::NodeId;

base::Error refuse(const std::string& what) { return base::Error{what}; }

}  // namespace

void World::schedule(TimeUs time_us, const Command& command) {
  scheduled_.emplace(next_scheduled_, command);
  push(std::max(time_us, now_us_), Due::Kind::Command, next_scheduled_);
  ++next_scheduled_;
}

void World::on_scheduled(std::uint64_t number) {
  const auto at = scheduled_.find(number);
  const Command command = at->second;
  const auto resolved = resolve(command);
  if (!resolved) {
    // Nobody is there to stand for: the command waits.
    push(now_us_ + config_.tick_us, Due::Kind::Command, number);
    return;
  }
  scheduled_.erase(at);
  if (auto status = check_resolved(*resolved); !status) {
    emit({.kind = Event::Kind::ActRefused, .command = *resolved, .text = status.error().message});
    return;
  }
  execute(*resolved);
}

base::Result<Command> World::resolve(const Command& command) const {
  const NodeId the_leader = leader();
  NodeId a_follower;
  NodeId the_crashed;
  for (const Replica& r : replicas_) {
    const bool suits = r.process == ProcessState::Running && r.member.id() != the_leader;
    if (suits && a_follower == raft::kNone) a_follower = r.member.id();
    if (r.process == ProcessState::Crashed && the_crashed == raft::kNone) the_crashed = r.member.id();
  }
  std::string missing;
  const auto stand_for = [&](NodeId& node) {
    if (node == kTheLeader) {
      if (the_leader == raft::kNone) missing = "there is no leader";
      node = the_leader;
    } else if (node == kAFollower) {
      // Somebody else than the leader, so there must be one.
      if (the_leader == raft::kNone)
        missing = "there is no leader";
      else if (a_follower == raft::kNone)
        missing = "there is no running follower";
      node = a_follower;
    } else if (node == kTheCrashed) {
      if (the_crashed == raft::kNone) missing = "no member is crashed";
      node = the_crashed;
    }
  };
  Command resolved = command;
  std::vector<bool> named(replicas_.size() + 1, false);
  stand_for(resolved.node);
  stand_for(resolved.peer);
  for (auto& group : resolved.groups) {
    for (NodeId& node : group) {
      stand_for(node);
      if (is_member(node)) named[node.value()] = true;
    }
  }
  if (!missing.empty()) return refuse(std::string(describe(command.kind)) + ": " + missing);
  for (auto& group : resolved.groups) {
    const auto others = std::find(group.begin(), group.end(), kTheOthers);
    if (others == group.end()) continue;
    group.erase(others);
    for (const NodeId node : members()) {
      if (!named[node.value()]) group.push_back(node);
      named[node.value()] = true;
    }
  }
  return resolved;
}

base::Status World::check(const Command& command) const {
  const auto resolved = resolve(command);
  return resolved.ok() ? check_resolved(*resolved) : resolved.error();
}

base::Status World::check_resolved(const Command& command) const {
  using Kind = Command::Kind;
  const std::string what = std::string(describe(command.kind)) + ": ";
  const auto member_needed = [&](NodeId node) -> base::Status {
    if (is_member(node)) return {};
    return refuse(what + "expected a member from S1 to S" + std::to_string(replicas_.size()) + ", got " +
                  name(node));
  };
  const auto running_needed = [&](NodeId node) -> base::Status {
    if (auto status = member_needed(node); !status) return status;
    if (process(node) == ProcessState::Running) return {};
    return refuse(what + name(node) + " is " +
                  (process(node) == ProcessState::Crashed ? "crashed" : "paused"));
  };
  const auto link_needed = [&]() -> base::Status {
    if (auto status = member_needed(command.node); !status) return status;
    if (auto status = member_needed(command.peer); !status) return status;
    if (command.node == command.peer) return refuse(what + "a link has two ends, got one member twice");
    return {};
  };
  switch (command.kind) {
    case Kind::Put:
    case Kind::Delete:
      if (auto status = kv::check({.key = command.key, .value = command.value}); !status) {
        return refuse(what + status.error().message);
      }
      if (command.node != raft::kNone) return member_needed(command.node);
      return {};
    case Kind::Crash:
      if (auto status = member_needed(command.node); !status) return status;
      if (process(command.node) == ProcessState::Crashed) {
        return refuse(what + name(command.node) + " is crashed already");
      }
      return {};
    case Kind::Restart:
      if (auto status = member_needed(command.node); !status) return status;
      if (process(command.node) != ProcessState::Crashed) {
        return refuse(what + name(command.node) + " is not crashed");
      }
      return {};
    case Kind::Resume:
      if (auto status = member_needed(command.node); !status) return status;
      if (process(command.node) != ProcessState::Paused) {
        return refuse(what + name(command.node) + " is not paused");
      }
      return {};
    case Kind::Pause:
      return running_needed(command.node);
    case Kind::Timeout:
      if (auto status = running_needed(command.node); !status) return status;
      if (member(command.node).node().role() == raft::Role::Leader) {
        return refuse(what + name(command.node) + " leads and waits for no election timeout");
      }
      return {};
    case Kind::Isolate:
      return member_needed(command.node);
    case Kind::Cut:
    case Kind::Heal:
      return link_needed();
    case Kind::Partition: {
      std::vector<bool> named(replicas_.size() + 1, false);
      for (const auto& group : command.groups) {
        for (const NodeId node : group) {
          if (auto status = member_needed(node); !status) return status;
          if (named[node.value()]) return refuse(what + name(node) + " is named twice");
          named[node.value()] = true;
        }
      }
      return {};
    }
    case Kind::HealAll:
      return {};
    case Kind::Transfer:
      if (auto status = running_needed(command.node); !status) return status;
      if (member(command.node).node().role() != raft::Role::Leader) {
        return refuse(what + name(command.node) + " is not a leader");
      }
      if (auto status = member_needed(command.peer); !status) return status;
      if (command.peer == command.node) return refuse(what + name(command.node) + " leads already");
      return {};
    case Kind::SetLink:
      for (const TimeUs latency_us : {command.latency_min_us, command.latency_mean_us}) {
        if (latency_us >= 0 && latency_us <= kMaxLatencyUs) continue;
        return refuse(what + "expected a latency of 0 to " + std::to_string(kMaxLatencyUs) + " us, got " +
                      std::to_string(latency_us));
      }
      if (command.loss_per_million > 1'000'000) {
        return refuse(what + "expected a loss of 0 to 1000000 per million, got " +
                      std::to_string(command.loss_per_million));
      }
      if (command.node == raft::kNone && command.peer == raft::kNone) return {};
      return link_needed();
  }
  return {};
}

base::Status World::apply(const Command& command) {
  const auto resolved = resolve(command);
  if (!resolved) return resolved.error();
  if (auto status = check_resolved(*resolved); !status) return status;
  begin_step();
  execute(*resolved);
  end_step();
  return {};
}

void World::execute(const Command& command) {
  using Kind = Command::Kind;
  Event acted{.kind = Event::Kind::Acted, .node = command.node, .peer = command.peer, .command = command};
  acted.text = describe(command);
  emit(std::move(acted));
  switch (command.kind) {
    case Kind::Put:
    case Kind::Delete:
      open_request(command);
      break;
    case Kind::Crash:
      crash(replica(command.node));
      break;
    case Kind::Restart:
      restart(replica(command.node));
      break;
    case Kind::Pause:
      replica(command.node).process = ProcessState::Paused;
      break;
    case Kind::Resume:
      resume(replica(command.node));
      break;
    case Kind::Timeout:
      replica(command.node).member.campaign();
      pump(replica(command.node));
      break;
    case Kind::Transfer:
      replica(command.node).member.transfer_leadership(command.peer);
      pump(replica(command.node));
      break;
    case Kind::Isolate:
      network_.isolate(command.node);
      break;
    case Kind::Cut:
    case Kind::Heal:
      network_.link(command.node, command.peer).cut = command.kind == Kind::Cut;
      break;
    case Kind::Partition:
      network_.partition(command.groups);
      break;
    case Kind::HealAll:
      network_.heal_all();
      break;
    case Kind::SetLink:
      for (const NodeId from : members()) {
        for (const NodeId to : members()) {
          const bool meant = command.node == raft::kNone || (command.node == from && command.peer == to);
          if (!meant || from == to) continue;
          Link& link = network_.link(from, to);
          link.latency_min_us = command.latency_min_us;
          link.latency_mean_us = command.latency_mean_us;
          link.loss_per_million = command.loss_per_million;
        }
      }
      break;
  }
}

void World::crash(Replica& r) {
  r.member.crash();
  r.process = ProcessState::Crashed;
  // What had arrived but was not read is gone with the process.
  for (const std::uint64_t id : r.held) {
    const auto at = flights_.find(id);
    lose(at->second, LossReason::ReceiverDown);
    flights_.erase(at);
  }
  r.held.clear();
}

void World::restart(Replica& r) {
  checkers_.restarted(r.member.id());
  const auto status = r.member.restart();
  CHECK(status.ok(), status.error().message);
  r.process = ProcessState::Running;
  ++r.start;
  ++r.life;
  r.next_tick_us = now_us_ + prng_.between(1, config_.tick_us);
  push(r.next_tick_us, Due::Kind::Tick, r.member.id().value(), r.life);
  pump(r);
}

void World::resume(Replica& r) {
  r.process = ProcessState::Running;
  ++r.life;
  r.next_tick_us = now_us_ + config_.tick_us;
  push(r.next_tick_us, Due::Kind::Tick, r.member.id().value(), r.life);
  const std::vector<std::uint64_t> held = std::move(r.held);
  r.held.clear();
  for (const std::uint64_t id : held) {
    const auto at = flights_.find(id);
    const Flight flight = at->second;
    flights_.erase(at);
    deliver(flight);
  }
}

}  // namespace raftarium::sim
