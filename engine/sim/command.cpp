#include "sim/command.h"

#include <array>
#include <sstream>
#include <utility>

#include "base/text.h"

namespace raftarium::sim {

std::string name(raft::NodeId node) {
  if (node == kTheLeader) return "the leader";
  if (node == kAFollower) return "a follower";
  if (node == kTheOthers) return "the others";
  if (node == kTheCrashed) return "the crashed member";
  return "S" + std::to_string(node.value());
}

const char* describe(Command::Kind kind) {
  static constexpr std::array kWords{
      "put",      "delete",      "read",        "swap",       "load",     "crash",     "restart",
      "pause",    "resume",      "isolate",     "cut",        "heal",     "partition", "heal_all",
      "nemesis",  "timeout",     "transfer",    "set_link",   "drop",     "delay",     "duplicate",
      "deliver",  "drift",       "jump",        "wipe",       "set_disk", "fail_disk", "damage",
      "snapshot", "reconfigure", "leave_joint", "set_process"};
  return kWords.at(static_cast<std::size_t>(kind));
}

const char* describe(Change::Kind kind) {
  static constexpr std::array kWords{"add", "add learner", "promote", "remove"};
  return kWords.at(static_cast<std::size_t>(kind));
}

std::string describe(const std::vector<Change>& changes) {
  std::string list;
  for (const Change& change : changes) {
    list += std::string(list.empty() ? "" : ", ") + describe(change.kind) + " " + name(change.node);
  }
  return list;
}

std::string describe(const Command& command) {
  std::ostringstream out;
  const auto link = [&] { out << name(command.node) << "->" << name(command.peer); };
  out << describe(command.kind);
  switch (command.kind) {
    case Command::Kind::Put:
      out << ' ' << command.key << '=' << command.value;
      if (!command.fence.empty()) out << " while " << command.fence << " is of revision " << command.token;
      if (command.node != raft::kNone) out << " at " << name(command.node);
      break;
    case Command::Kind::Delete:
      out << ' ' << command.key;
      if (command.node != raft::kNone) out << " at " << name(command.node);
      break;
    case Command::Kind::Read:
      out << ' ' << command.key << " (" << member::describe(command.mode) << ')';
      if (command.node != raft::kNone) out << " at " << name(command.node);
      break;
    case Command::Kind::Swap:
      out << ' ' << command.key << " from " << command.expected << " to " << command.value;
      if (command.node != raft::kNone) out << " at " << name(command.node);
      break;
    case Command::Kind::Load:
      out << ' ' << command.load.count << " requests on " << command.key;
      if (command.load.open) {
        out << ", one every " << command.load.every_us << " us";
      } else {
        out << " by " << command.load.clients << " clients, each after " << command.load.every_us << " us";
      }
      break;
    case Command::Kind::Nemesis:
      for (const NemesisFault fault : command.nemesis.faults) {
        out << (fault == command.nemesis.faults.front() ? " " : ", ") << describe(fault);
      }
      out << ": " << command.nemesis.strikes << " strikes, " << command.nemesis.between_us
          << " us apart on average, undone after " << command.nemesis.lasts_us << " us";
      break;
    case Command::Kind::Cut:
    case Command::Kind::Heal:
      out << ' ';
      link();
      break;
    case Command::Kind::Transfer:
      out << ' ' << name(command.node) << " to " << name(command.peer);
      break;
    case Command::Kind::SetLink:
      out << ' ';
      if (command.node == raft::kNone) {
        out << "all";
      } else {
        link();
      }
      out << " latency " << command.link.latency_min_us << "+" << command.link.latency_mean_us
          << " us, loss " << command.link.loss_per_million << " per million";
      if (command.link.duplicate_per_million > 0)
        out << ", duplicates " << command.link.duplicate_per_million << " per million";
      if (command.link.replay_per_million > 0)
        out << ", replays " << command.link.replay_per_million << " per million";
      if (command.link.clogged) out << ", clogged";
      break;
    case Command::Kind::Drop:
    case Command::Kind::Duplicate:
    case Command::Kind::Deliver:
      out << " message " << command.message;
      break;
    case Command::Kind::Delay:
      out << " message " << command.message << " by " << command.delay_us << " us";
      break;
    case Command::Kind::Crash:
      out << ' ' << name(command.node);
      if (command.unsynced == member::Unsynced::Torn) out << ", tearing what was not synced";
      if (command.unsynced == member::Unsynced::Kept) out << ", keeping the page cache";
      break;
    case Command::Kind::SetDisk:
      out << ' ' << (command.node == raft::kNone ? "all" : name(command.node)) << " sync "
          << command.disk.sync_min_us << "+" << command.disk.sync_mean_us << " us";
      for (const DiskChance& chance : kDiskChances) {
        const std::uint32_t per_million = command.disk.*chance.per_million;
        if (per_million > 0) out << ", " << chance.what << ' ' << per_million << " per million";
      }
      if (command.disk.full) out << ", full";
      if (command.disk.syncs_lie) out << ", syncs lie";
      break;
    case Command::Kind::SetProcess:
      out << ' ' << (command.node == raft::kNone ? "all" : name(command.node)) << " step "
          << command.process.step_us << " us";
      if (command.process.stall_per_million > 0) {
        out << ", stalls of " << command.process.stall_us << " us " << command.process.stall_per_million
            << " per million";
      }
      break;
    case Command::Kind::FailDisk:
      out << ' ' << name(command.node) << ": next " << storage::describe(command.disk_op) << " "
          << storage::describe(command.disk_fault);
      break;
    case Command::Kind::Damage:
      out << ' ' << name(command.node) << ' ' << command.file << " byte " << command.offset;
      if (command.zeroed) {
        out << ", its sector";
      } else {
        out << " bit " << command.bit;
      }
      break;
    case Command::Kind::Drift:
      out << ' ' << name(command.node) << ' ' << command.drift_ppm << " ppm";
      break;
    case Command::Kind::Jump:
      out << ' ' << name(command.node) << " by " << command.delay_us << " us";
      break;
    case Command::Kind::Partition: {
      const char* bar = " ";
      if (command.size > 0) out << " at random, " << command.size << " from the others";
      for (const auto& group : command.groups) {
        out << bar << '{';
        for (std::size_t i = 0; i < group.size(); ++i) out << (i == 0 ? "" : ",") << name(group[i]);
        out << '}';
        bar = " | ";
      }
      break;
    }
    case Command::Kind::HealAll:
      break;
    case Command::Kind::Reconfigure:
      out << ' ' << describe(command.changes);
      if (command.transition == raft::ConfChangeTransition::JointImplicit) out << ", joint";
      if (command.transition == raft::ConfChangeTransition::JointExplicit) out << ", joint until told";
      if (command.node != raft::kNone) out << " through " << name(command.node);
      break;
    default:
      out << ' ' << name(command.node);
      break;
  }
  if (command.no_session) out << ", no session";
  return base::one_line(out.str());
}

}  // namespace raftarium::sim
