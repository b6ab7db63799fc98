#include "sim/command.h"

#include <array>
#include <sstream>

namespace raftarium::sim {

std::string name(raft::NodeId node) {
  if (node == kTheLeader) return "the leader";
  if (node == kAFollower) return "a follower";
  if (node == kTheOthers) return "the others";
  if (node == kTheCrashed) return "the crashed member";
  return "S" + std::to_string(node.value());
}

const char* describe(Command::Kind kind) {
  static constexpr std::array kWords{"put",      "delete",   "crash", "restart",   "pause",     "resume",
                                     "isolate",  "cut",      "heal",  "partition", "heal_all",  "timeout",
                                     "transfer", "set_link", "drop",  "delay",     "duplicate", "deliver",
                                     "drift",    "jump",     "wipe"};
  return kWords.at(static_cast<std::size_t>(kind));
}

std::string describe(const Command& command) {
  std::ostringstream out;
  const auto link = [&] { out << name(command.node) << "->" << name(command.peer); };
  out << describe(command.kind);
  switch (command.kind) {
    case Command::Kind::Put:
      out << ' ' << command.key << '=' << command.value;
      if (command.node != raft::kNone) out << " at " << name(command.node);
      break;
    case Command::Kind::Delete:
      out << ' ' << command.key;
      if (command.node != raft::kNone) out << " at " << name(command.node);
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
      out << " latency " << command.latency_min_us << "+" << command.latency_mean_us << " us, loss "
          << command.loss_per_million << " per million";
      if (command.duplicate_per_million > 0)
        out << ", duplicates " << command.duplicate_per_million << " per million";
      break;
    case Command::Kind::Drop:
    case Command::Kind::Duplicate:
    case Command::Kind::Deliver:
      out << " message " << command.message;
      break;
    case Command::Kind::Delay:
      out << " message " << command.message << " by " << command.delay_us << " us";
      break;
    case Command::Kind::Drift:
      out << ' ' << name(command.node) << ' ' << command.drift_ppm << " ppm";
      break;
    case Command::Kind::Jump:
      out << ' ' << name(command.node) << " by " << command.delay_us << " us";
      break;
    case Command::Kind::Partition: {
      const char* bar = " ";
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
    default:
      out << ' ' << name(command.node);
      break;
  }
  return out.str();
}

}  // namespace raftarium::sim
