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
      for (const std::uint32_t chance : {command.loss_per_million, command.duplicate_per_million}) {
        if (chance <= 1'000'000) continue;
        return refuse(what + "expected a chance of 0 to 1000000 per million, got " +
                      std::to_string(chance));
      }
      if (command.node == raft::kNone && command.peer == raft::kNone) return {};
      return link_needed();
    case Kind::Drop:
    case Kind::Delay:
    case Kind::Duplicate:
    case Kind::Deliver:
      return check_message(command);
    case Kind::Drift:
      if (auto status = member_needed(command.node); !status) return status;
      if (command.drift_ppm < -1'000'000 || command.drift_ppm > kMaxDriftPpm) {
        return refuse(what + "expected -1000000 to " + std::to_string(kMaxDriftPpm) + " ppm, got " +
                      std::to_string(command.drift_ppm));
      }
      return {};
    case Kind::Jump:
      if (auto status = running_needed(command.node); !status) return status;
      if (command.delay_us < 0 || command.delay_us > kMaxJumpUs) {
        return refuse(what + "expected 0 to " + std::to_string(kMaxJumpUs) + " us, got " +
                      std::to_string(command.delay_us));
      }
      return {};
    case Kind::Wipe:
      if (auto status = member_needed(command.node); !status) return status;
      if (process(command.node) != ProcessState::Crashed) {
        return refuse(what + name(command.node) + " is not crashed");
      }
      return {};
  }
  return {};
}

base::Status World::check_message(const Command& command) const {
  const std::string what = std::string(describe(command.kind)) + ": ";
  const auto at = flights_.find(command.message);
  if (at == flights_.end()) {
    return refuse(what + "message " + std::to_string(command.message) + " is not on its way");
  }
  const ProcessState receiver = process(at->second.message.to);
  const bool held = receiver == ProcessState::Paused && at->second.deliver_us <= now_us_;
  if (held && command.kind != Command::Kind::Duplicate) {
    return refuse(what + "message " + std::to_string(command.message) + " has arrived and waits for " +
                  name(at->second.message.to));
  }
  if (command.kind == Command::Kind::Delay && (command.delay_us < 0 || command.delay_us > kMaxLatencyUs)) {
    return refuse(what + "expected 0 to " + std::to_string(kMaxLatencyUs) + " us, got " +
                  std::to_string(command.delay_us));
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
      faults_.add(Fault::Paused);
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
      set_links(command);
      break;
    case Kind::Drop:
    case Kind::Delay:
    case Kind::Duplicate:
    case Kind::Deliver:
      act_on_message(command);
      break;
    case Kind::Drift: {
      faults_.add(Fault::ClockDrift);
      Replica& r = replica(command.node);
      r.drift_ppm = command.drift_ppm;
      ++r.life;  // the tick that is due belongs to the old rate
      if (r.process == ProcessState::Running) start_clock(r);
      break;
    }
    case Kind::Jump:
      jump(replica(command.node), command.delay_us);
      break;
    case Kind::Wipe:
      wipe(replica(command.node));
      break;
  }
}

void World::set_links(const Command& command) {
  for (const NodeId from : members()) {
    for (const NodeId to : members()) {
      const bool meant = command.node == raft::kNone || (command.node == from && command.peer == to);
      if (!meant || from == to) continue;
      Link& link = network_.link(from, to);
      link.latency_min_us = command.latency_min_us;
      link.latency_mean_us = command.latency_mean_us;
      link.loss_per_million = command.loss_per_million;
      link.duplicate_per_million = command.duplicate_per_million;
    }
  }
}

void World::act_on_message(const Command& command) {
  const auto at = flights_.find(command.message);
  Flight& flight = at->second;
  const auto reschedule = [&](TimeUs time_us) {
    flight.deliver_us = time_us;
    push(time_us, Due::Kind::Delivery, flight.id, ++flight.schedule);
  };
  switch (command.kind) {
    case Command::Kind::Drop:
      lose(flight, LossReason::TakenOff);
      flights_.erase(at);
      break;
    case Command::Kind::Delay:
      faults_.add(Fault::Delayed);
      reschedule(flight.deliver_us + command.delay_us);
      break;
    case Command::Kind::Deliver:
      faults_.add(Fault::Hastened);
      reschedule(now_us_);
      break;
    default:
      faults_.add(Fault::Duplicated);
      launch(raft::Message(flight.message), false);
      break;
  }
}

// All the ticks that the clock jumps over happen at once.
void World::jump(Replica& r, TimeUs by_us) {
  faults_.add(Fault::ClockJump);
  if (r.stands_still()) return;
  for (TimeUs ticks = by_us / tick_period_us(r); ticks > 0; --ticks) r.member.tick();
  ++r.life;
  schedule_tick(r, std::max<TimeUs>(1, tick_period_us(r) - by_us % tick_period_us(r)));
  pump(r);
}

void World::crash(Replica& r) {
  faults_.add(Fault::Crashed);
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

// A new machine under an old name: it remembers neither its votes nor its entries.
void World::wipe(Replica& r) {
  faults_.add(Fault::Wiped);
  auto blank = member::Member::start(r.member.config(), first_storage(replicas_.size()));
  CHECK(blank.ok(), blank.error().message);
  r.member = std::move(*blank);
  r.member.crash();
  checkers_.wiped(r.member.id());
}

void World::restart(Replica& r) {
  checkers_.restarted(r.member.id());
  const auto status = r.member.restart();
  CHECK(status.ok(), status.error().message);
  r.process = ProcessState::Running;
  ++r.start;
  ++r.life;
  // Its clock's phase is another than before.
  if (!r.stands_still()) schedule_tick(r, prng_.between(1, tick_period_us(r)));
  pump(r);
}

void World::resume(Replica& r) {
  r.process = ProcessState::Running;
  ++r.life;
  start_clock(r);
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
