// Whether a command makes sense here and now, and if not, why.

#include <string>
#include <utility>
#include <vector>

#include "sim/world.h"

namespace raftarium::sim {

namespace {

using raft::NodeId;

}  // namespace

base::Status World::check(const Command& command) const {
  const auto resolved = resolve(command);
  return resolved.ok() ? check_resolved(*resolved) : resolved.error();
}

base::Status World::check_resolved(const Command& command) const {
  using Kind = Command::Kind;
  const std::string what = std::string(describe(command.kind)) + ": ";
  const auto member_needed = [&](NodeId node) -> base::Status {
    if (is_member(node)) return {};
    return base::Error{what + "expected a member from S1 to S" + std::to_string(replicas_.size()) +
                       ", got " + name(node)};
  };
  const auto running_needed = [&](NodeId node) -> base::Status {
    if (auto status = member_needed(node); !status) return status;
    if (process(node) == ProcessState::Running) return {};
    return base::Error{what + name(node) + " is " +
                       (process(node) == ProcessState::Crashed ? "crashed" : "paused")};
  };
  const auto link_needed = [&]() -> base::Status {
    if (auto status = member_needed(command.node); !status) return status;
    if (auto status = member_needed(command.peer); !status) return status;
    if (command.node == command.peer)
      return base::Error{what + "a link has two ends, got one member twice"};
    return {};
  };
  switch (command.kind) {
    case Kind::Put:
    case Kind::Delete:
      if (auto status = kv::check({.key = command.key, .value = command.value}); !status) {
        return base::Error{what + status.error().message};
      }
      if (!command.fence.empty()) {
        if (auto status = kv::check({.key = command.fence}); !status) {
          return base::Error{what + "fence: " + status.error().message};
        }
      }
      if (auto status = check_requests_left(1); !status) return base::Error{what + status.error().message};
      if (command.node != raft::kNone) return member_needed(command.node);
      return {};
    case Kind::Read:
    case Kind::Swap:
    case Kind::Load:
      if (auto status = check_asking(command); !status) return base::Error{what + status.error().message};
      if (command.node != raft::kNone) return member_needed(command.node);
      return {};
    case Kind::Nemesis:
      if (auto status = check_nemesis(command.nemesis); !status)
        return base::Error{what + status.error().message};
      return {};
    case Kind::Crash:
      if (auto status = member_needed(command.node); !status) return status;
      if (process(command.node) == ProcessState::Crashed) {
        return base::Error{what + name(command.node) + " is crashed already"};
      }
      return {};
    case Kind::Restart:
    case Kind::Wipe:
      if (auto status = member_needed(command.node); !status) return status;
      if (process(command.node) != ProcessState::Crashed) {
        return base::Error{what + name(command.node) + " is not crashed"};
      }
      return {};
    case Kind::Resume:
      if (auto status = member_needed(command.node); !status) return status;
      if (process(command.node) != ProcessState::Paused) {
        return base::Error{what + name(command.node) + " is not paused"};
      }
      return {};
    case Kind::Pause:
      return running_needed(command.node);
    case Kind::Timeout:
      if (auto status = running_needed(command.node); !status) return status;
      if (member(command.node).node().role() == raft::Role::Leader) {
        return base::Error{what + name(command.node) + " leads and waits for no election timeout"};
      }
      return {};
    case Kind::Isolate:
      return member_needed(command.node);
    case Kind::Cut:
    case Kind::Heal:
      return link_needed();
    case Kind::Partition: {
      if (command.size > 0 && (!command.groups.empty() || command.size >= replicas_.size())) {
        return base::Error{what + "expected groups, or a size of 1 to " +
                           std::to_string(replicas_.size() - 1) + ", got " + std::to_string(command.size)};
      }
      std::vector<bool> named(replicas_.size() + 1, false);
      for (const auto& group : command.groups) {
        for (const NodeId node : group) {
          if (auto status = member_needed(node); !status) return status;
          if (named[node.value()]) return base::Error{what + name(node) + " is named twice"};
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
        return base::Error{what + name(command.node) + " is not a leader"};
      }
      if (auto status = member_needed(command.peer); !status) return status;
      if (command.peer == command.node) return base::Error{what + name(command.node) + " leads already"};
      return {};
    case Kind::SetLink:
      for (const TimeUs latency_us : {command.link.latency_min_us, command.link.latency_mean_us}) {
        if (latency_us >= 0 && latency_us <= kMaxLatencyUs) continue;
        return base::Error{what + "expected a latency of 0 to " + std::to_string(kMaxLatencyUs) +
                           " us, got " + std::to_string(latency_us)};
      }
      for (const std::uint32_t chance : {command.link.loss_per_million, command.link.duplicate_per_million,
                                         command.link.replay_per_million}) {
        if (chance <= 1'000'000) continue;
        return base::Error{what + "expected a chance of 0 to 1000000 per million, got " +
                           std::to_string(chance)};
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
        return base::Error{what + "expected -1000000 to " + std::to_string(kMaxDriftPpm) + " ppm, got " +
                           std::to_string(command.drift_ppm)};
      }
      return {};
    case Kind::Jump:
      if (auto status = running_needed(command.node); !status) return status;
      if (command.delay_us < 0 || command.delay_us > kMaxJumpUs) {
        return base::Error{what + "expected 0 to " + std::to_string(kMaxJumpUs) + " us, got " +
                           std::to_string(command.delay_us)};
      }
      return {};
    case Kind::SetDisk:
    case Kind::FailDisk:
    case Kind::Damage:
      return check_disk(command);
    case Kind::Snapshot:
      if (auto status = running_needed(command.node); !status) return status;
      if (member(command.node).node().applied() <=
          member(command.node).storage().snapshot().snapshot->index) {
        return base::Error{what + name(command.node) + " has applied nothing since its last snapshot"};
      }
      return {};
    case Kind::Reconfigure:
      if (auto status = running_needed(command.node); !status) return status;
      for (const Change& change : command.changes) {
        if (auto status = member_needed(change.node); !status) return status;
      }
      return check_changes(command);
    case Kind::LeaveJoint:
      return running_needed(command.node);
    case Kind::SetProcess: {
      if (command.node != raft::kNone) {
        if (auto status = member_needed(command.node); !status) return status;
      }
      const ProcessSettings& process = command.process;
      for (const auto& [took, time_us] :
           {std::pair{"step", process.step_us}, std::pair{"stall", process.stall_us}}) {
        if (time_us >= 0 && time_us <= kMaxStepUs) continue;
        return base::Error{what + "expected a " + took + " of 0 to " + std::to_string(kMaxStepUs) +
                           " us, got " + std::to_string(time_us)};
      }
      if (process.stall_per_million <= 1'000'000) return {};
      return base::Error{what + "expected a chance of 0 to 1000000 per million, got " +
                         std::to_string(process.stall_per_million)};
    }
  }
  return {};
}

// Whether the changes can be meant; whether they may be made is for the core to say.
base::Status World::check_changes(const Command& command) const {
  const std::string what = std::string(describe(command.kind)) + ": ";
  if (command.changes.empty()) return base::Error{what + "expected at least one change, got none"};
  const raft::ConfState configuration = member(command.node).status().conf_state;
  std::vector<bool> named(replicas_.size() + 1, false);
  for (const Change& change : command.changes) {
    if (named[change.node.value()]) return base::Error{what + name(change.node) + " is named twice"};
    named[change.node.value()] = true;
    if (change.kind == Change::Kind::Promote && !contains(configuration.learners, change.node)) {
      return base::Error{what + name(change.node) + " is no learner where " + name(command.node) + " is"};
    }
  }
  return {};
}

base::Status World::check_disk(const Command& command) const {
  const std::string what = std::string(describe(command.kind)) + ": ";
  const bool all = command.kind == Command::Kind::SetDisk && command.node == raft::kNone;
  if (!all && !is_member(command.node)) {
    return base::Error{what + "expected a member from S1 to S" + std::to_string(replicas_.size()) +
                       ", got " + name(command.node)};
  }
  const storage::MemoryDisk* disk = this->disk(all ? raft::NodeId(1) : command.node);
  if (disk == nullptr) return base::Error{what + "the disk is a real one"};
  const DiskSettings& settings = command.disk;
  for (const TimeUs sync_us : {settings.sync_min_us, settings.sync_mean_us}) {
    if (sync_us >= 0 && sync_us <= kMaxSyncUs) continue;
    return base::Error{what + "expected a sync of 0 to " + std::to_string(kMaxSyncUs) + " us, got " +
                       std::to_string(sync_us)};
  }
  for (const DiskChance& chance : kDiskChances) {
    if (settings.*chance.per_million <= 1'000'000) continue;
    return base::Error{what + "expected a chance of 0 to 1000000 per million, got " +
                       std::to_string(settings.*chance.per_million)};
  }
  if (command.kind == Command::Kind::FailDisk) {
    using storage::DiskFault;
    using storage::DiskOp;
    const bool write = command.disk_op == DiskOp::Write;
    const bool known = write || command.disk_op == DiskOp::Sync || command.disk_op == DiskOp::Read;
    const bool possible = command.disk_fault == DiskFault::Error ||
                          (command.disk_fault == DiskFault::NoSpace && write) ||
                          (command.disk_fault == DiskFault::ShortWrite && write) ||
                          (command.disk_fault == DiskFault::LyingSync && command.disk_op == DiskOp::Sync) ||
                          (command.disk_fault == DiskFault::Misdirected && command.disk_op != DiskOp::Sync);
    if (known && possible) return {};
    return base::Error{what + "a " + storage::describe(command.disk_op) + " does not fail with \"" +
                       storage::describe(command.disk_fault) + "\""};
  }
  if (command.kind != Command::Kind::Damage) return {};
  if (!disk->exists(command.file)) {
    std::string names;
    for (const std::string& known : disk->names()) names += (names.empty() ? "" : ", ") + known;
    return base::Error{what + name(command.node) + " has no file \"" + command.file + "\"; it has " +
                       (names.empty() ? "none" : names)};
  }
  const std::uint64_t size = disk->size_of(command.file);
  if (size == 0) return base::Error{what + command.file + " is empty"};
  if (command.offset >= size || command.bit > 7) {
    return base::Error{what + "expected byte 0 to " + std::to_string(size - 1) + " of " + command.file +
                       " and bit 0 to 7, got byte " + std::to_string(command.offset) + " bit " +
                       std::to_string(command.bit)};
  }
  return {};
}

}  // namespace raftarium::sim
