// What commands do: stand-ins get their names, what makes no sense is refused, the rest takes effect.

#include <algorithm>
#include <string>
#include <utility>

#include "sim/world.h"

namespace raftarium::sim {

namespace {

using raft::NodeId;

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
    Event& event = tell(Event::Kind::ActRefused, raft::kNone);
    event.command = std::make_shared<const Command>(*resolved);
    event.text = status.error().message;
    return;
  }
  execute(*resolved);
}

base::Result<Command> World::resolve(const Command& command) const {
  const NodeId the_leader = leader();
  NodeId a_follower;
  NodeId the_crashed;
  for (const Replica& r : replicas_) {
    const bool suits = r.process == ProcessState::Running && r.member().id() != the_leader;
    if (suits && a_follower == raft::kNone) a_follower = r.member().id();
    if (r.process == ProcessState::Crashed && the_crashed == raft::kNone) the_crashed = r.member().id();
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
  const bool for_the_leader =
      command.kind == Command::Kind::Reconfigure || command.kind == Command::Kind::LeaveJoint;
  if (for_the_leader && resolved.node == raft::kNone) resolved.node = kTheLeader;
  for (Change& change : resolved.changes) stand_for(change.node);
  std::vector<bool> named(replicas_.size() + 1, false);
  stand_for(resolved.node);
  stand_for(resolved.peer);
  for (auto& group : resolved.groups) {
    for (NodeId& node : group) {
      stand_for(node);
      if (is_member(node)) named[node.value()] = true;
    }
  }
  if (!missing.empty()) return base::Error{std::string(describe(command.kind)) + ": " + missing};
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

base::Status World::apply(const Command& command) {
  const auto resolved = resolve(command);
  if (!resolved) return resolved.error();
  if (auto status = check_resolved(*resolved); !status) return status;
  begin_step();
  execute(*resolved);
  end_step();
  return {};
}

void World::execute(const Command& asked) {
  using Kind = Command::Kind;
  const bool at_random = asked.kind == Kind::Partition && asked.size > 0;
  const Command command = at_random ? with_random_group(asked) : asked;
  Event& event = tell(Event::Kind::Acted, command.node, command.peer);
  event.command = std::make_shared<const Command>(command);
  event.text = describe(command);
  switch (command.kind) {
    case Kind::Put:
    case Kind::Delete:
    case Kind::Read:
    case Kind::Swap:
      open_request(command);
      break;
    case Kind::Nemesis:
      begin_nemesis(command.nemesis);
      break;
    case Kind::Load:
      begin_load(command);
      break;
    case Kind::Crash:
      faults_.add(Fault::Crashed);
      if (command.unsynced == member::Unsynced::Torn) faults_.add(Fault::TornCrash);
      stop(replica(command.node), command.unsynced);
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
      replica(command.node).member().campaign();
      pump(replica(command.node));
      break;
    case Kind::Transfer:
      replica(command.node).member().transfer_leadership(command.peer);
      pump(replica(command.node));
      break;
    case Kind::Isolate:
      network_.isolate(command.node);
      break;
    case Kind::Cut:
    case Kind::Heal:
      network_.link(command.node, command.peer).cut = command.kind == Kind::Cut;
      if (command.kind == Kind::Heal) network_.link(command.node, command.peer).clogged = false;
      unclog();
      break;
    case Kind::Partition:
      network_.partition(command.groups);
      break;
    case Kind::HealAll:
      network_.heal_all();
      unclog();
      break;
    case Kind::SetLink:
      set_links(command);
      unclog();
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
      set_drift(r, command.drift_ppm);
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
    case Kind::SetDisk:
      for (Replica& r : replicas_) {
        if (command.node == raft::kNone || command.node == r.member().id()) use_disk(r, command.disk);
      }
      break;
    case Kind::FailDisk:
      fail_disk(replica(command.node), command);
      break;
    case Kind::Damage:
      damage(command);
      break;
    case Kind::Snapshot:
      make_snapshot(replica(command.node));
      break;
    case Kind::Reconfigure:
    case Kind::LeaveJoint:
      reconfigure(replica(command.node), command);
      break;
    case Kind::SetProcess:
      for (Replica& r : replicas_) {
        if (command.node == raft::kNone || command.node == r.member().id()) use_process(r, command.process);
      }
      break;
  }
}

// The command with its groups: so many members, each as likely as the others, and those who are left.
Command World::with_random_group(const Command& command) {
  Command chosen = command;
  std::vector<NodeId> left = members();
  chosen.groups.assign(1, {});
  for (std::uint32_t i = 0; i < command.size; ++i) {
    const auto at = prng_.below(static_cast<std::uint32_t>(left.size()));
    chosen.groups.front().push_back(left[at]);
    left.erase(left.begin() + static_cast<std::ptrdiff_t>(at));
  }
  std::sort(chosen.groups.front().begin(), chosen.groups.front().end());
  chosen.groups.push_back(std::move(left));
  chosen.size = 0;
  return chosen;
}

void World::damage(const Command& command) {
  storage::MemoryDisk& disk = *replica(command.node).machine.simulated();
  if (command.zeroed) {
    faults_.add(Fault::Zeroed);
    disk.zero_sector(command.file, command.offset / storage::kSectorBytes);
  } else {
    faults_.add(Fault::Damaged);
    disk.flip_bit(command.file, command.offset, command.bit);
  }
}

void World::fail_disk(Replica& r, const Command& command) {
  // A short write leaves less than any record, a misdirected one misses by a sector.
  const bool is_short = command.disk_fault == storage::DiskFault::ShortWrite;
  r.machine.simulated()->fail_next(command.disk_op,
                                   {command.disk_fault, is_short ? 16 : storage::kSectorBytes});
}

void World::make_snapshot(Replica& r) {
  member::Output output;
  r.member().make_snapshot(output);
  pump(r, output);
}

// What the core refuses as a change of the configuration it says itself.
void World::reconfigure(Replica& r, const Command& command) {
  raft::ConfChange change;
  change.transition = command.transition;
  for (const Change& single : command.changes) {
    raft::ConfChangeType type = raft::ConfChangeType::AddNode;
    if (single.kind == Change::Kind::AddLearner) type = raft::ConfChangeType::AddLearnerNode;
    if (single.kind == Change::Kind::Remove) type = raft::ConfChangeType::RemoveNode;
    change.changes.push_back({type, single.node});
  }
  const raft::Refusal refusal = r.member().propose_conf_change(change);
  pump(r);
  const bool told = refusal == raft::Refusal::None || refusal == raft::Refusal::ConfChangePending ||
                    refusal == raft::Refusal::MustLeaveJointFirst || refusal == raft::Refusal::NotInJoint;
  if (told) return;
  Event& event = tell(Event::Kind::ActRefused, r.member().id());
  event.command = std::make_shared<const Command>(command);
  event.text = name(r.member().id()) + " refuses it: " + raft::describe(refusal);
}

void World::set_links(const Command& command) {
  for (const NodeId from : members()) {
    for (const NodeId to : members()) {
      const bool meant = command.node == raft::kNone || (command.node == from && command.peer == to);
      if (!meant || from == to) continue;
      LinkSettings& link = network_.link(from, to);
      link = command.link;
    }
  }
}

// All the ticks that the clock jumps over happen at once.
void World::jump(Replica& r, TimeUs by_us) {
  faults_.add(Fault::ClockJump);
  if (r.stands_still()) return;
  for (TimeUs ticks = by_us / r.tick_period_us; ticks > 0; --ticks) r.member().tick();
  ++r.life;
  schedule_tick(r, std::max<TimeUs>(1, r.tick_period_us - by_us % r.tick_period_us));
  pump(r);
}

void World::stop(Replica& r, member::Unsynced unsynced) {
  r.machine.crash(unsynced, prng_);
  r.process = ProcessState::Crashed;
  r.stopped_by.clear();
  r.sync.reset();
  forget_reads(r.member().id());
  // What had arrived but was not read is gone with the process.
  drop_turns(r);
  const std::vector<std::uint64_t> held = std::move(r.held);
  r.held.clear();
  for (const std::uint64_t id : held) hand_over(id);
}

// A new machine under an old name: it remembers neither its votes nor its entries.
void World::wipe(Replica& r) {
  faults_.add(Fault::Wiped);
  if (auto status = r.machine.wipe(); !status) {
    tell(Event::Kind::StorageFailed, r.member().id()).text = status.error().message;
    return;
  }
  use_disk(r, r.disk);
  r.stopped_by.clear();
  if (checking_) checkers_.wiped(r.member().id());
}

void World::restart(Replica& r) {
  if (auto status = r.machine.restart(); !status) {
    faults_.add(Fault::StorageFailed);
    r.stopped_by = status.error().message;
    tell(Event::Kind::StorageFailed, r.member().id()).text = r.stopped_by;
    return;
  }
  r.stopped_by.clear();
  if (checking_) checkers_.restarted(r.member(), now_us_, moment());
  r.process = ProcessState::Running;
  ++r.start;
  ++r.life;
  tell_recovery(r);
  // Its clock's phase is another than before.
  if (!r.stands_still()) schedule_tick(r, prng_.between(1, r.tick_period_us));
  pump(r);
}

// What opening the disk found that somebody should know.
void World::tell_recovery(const Replica& r) {
  const storage::OpenReport& report = r.member().storage().report();
  std::string text;
  if (report.torn) text = storage::describe(*report.torn);
  for (const std::string& warning : report.warnings) text += (text.empty() ? "" : "; ") + warning;
  if (!text.empty()) tell(Event::Kind::Recovered, r.member().id()).text = std::move(text);
}

void World::resume(Replica& r) {
  r.process = ProcessState::Running;
  ++r.life;
  start_clock(r);
  const std::vector<std::uint64_t> held = std::move(r.held);
  r.held.clear();
  go_on_with_turns(r);
  // A sync that ended meanwhile.
  if (r.sync && r.sync->ends_us <= now_us_) {
    push(now_us_, Due::Kind::Sync, r.member().id().value(), r.start);
  }
  // One of them may be the end of the process: a disk that fails it.
  for (const std::uint64_t id : held) {
    if (r.takes_turns) {
      wait_turn(r, {.time_us = now_us_, .subject = id, .kind = Due::Kind::Delivery});
    } else {
      hand_over(id);
    }
  }
}

}  // namespace raftarium::sim
