#include "viz/acts.h"

#include <algorithm>
#include <array>

#include "viz/text.h"

namespace raftarium::viz {

using sim::Command;

const MemberView* find_member(const Frame& frame, raft::NodeId id) {
  for (const MemberView& member : frame.members) {
    if (member.id == id) return &member;
  }
  return nullptr;
}

const LinkView* find_link(const Frame& frame, raft::NodeId from, raft::NodeId to) {
  for (const LinkView& link : frame.links) {
    if (link.from == from && link.to == to) return &link;
  }
  return nullptr;
}

Words place_of(const RecordView& record) { return Words(record.file) + "+" + digits(record.offset); }

const RecordView* chosen_record(const DiskView& disk, const std::string& place) {
  if (disk.records.empty()) return nullptr;
  for (const RecordView& record : disk.records) {
    if (!place.empty() && std::string_view(place_of(record)) == place) return &record;
  }
  return &disk.records.back();
}

bool is_leader(const MemberView& member) {
  return member.process != Process::Crashed && member.status.soft_state.role == raft::Role::Leader;
}

const MemberView* current_leader(const Frame& frame) {
  const MemberView* best = nullptr;
  for (const MemberView& member : frame.members) {
    if (!is_leader(member)) continue;
    if (best == nullptr || member.status.hard_state.term > best->status.hard_state.term) best = &member;
  }
  return best;
}

Words words_of_clients(const Frame& frame) {
  const auto waiting = std::count_if(frame.requests.begin(), frame.requests.end(),
                                     [](const RequestView& request) { return request.open; });
  return waiting > 1 ? digits(waiting) + " clients wait" : Words("client");
}

const ActText& text_of(Act act) {
  static const std::array<ActText, 9> kTexts = {{{"crash", "Crash", text::kCrash, "C"},
                                                 {"restart", "Restart", text::kRestart, "R"},
                                                 {"pause", "Pause", text::kPauseNode, "Z"},
                                                 {"resume", "Resume", text::kResume, "Z"},
                                                 {"isolate", "Isolate", text::kIsolate, "I"},
                                                 {"timeout", "Time out", text::kTimeout, "T"},
                                                 {"transfer", "Transfer", text::kTransfer, "L"},
                                                 {"propose", "Propose", text::kPropose, "P"},
                                                 {"heal_all", "Heal all", text::kHealAll, "H"}}};
  return kTexts[static_cast<std::size_t>(act)];
}

Passing<Act> acts_for(const MemberView& member) {
  Passing<Act> acts;
  if (member.process == Process::Crashed) return {Act::Restart, Act::HealAll};
  acts.push_back(Act::Crash);
  acts.push_back(member.process == Process::Paused ? Act::Resume : Act::Pause);
  acts.push_back(Act::Isolate);
  if (member.process == Process::Running) {
    acts.push_back(is_leader(member) ? Act::Transfer : Act::Timeout);
    acts.push_back(Act::Propose);
  }
  acts.push_back(Act::HealAll);
  return acts;
}

namespace {

raft::NodeId best_successor(const Frame& frame, const MemberView& leader) {
  raft::NodeId best = raft::kNone;
  raft::Index match;
  for (const raft::ProgressView& progress : leader.status.progress) {
    const MemberView* peer = find_member(frame, progress.id);
    if (progress.id == leader.id || peer == nullptr || peer->process != Process::Running) continue;
    if (best == raft::kNone || progress.match > match) {
      best = progress.id;
      match = progress.match;
    }
  }
  return best;
}

}  // namespace

Command about(Command::Kind kind, raft::NodeId node) {
  Command command;
  command.kind = kind;
  command.node = node;
  return command;
}

Command command_for(const Frame& frame, Act act, raft::NodeId id) {
  switch (act) {
    case Act::Crash:
      return about(Command::Kind::Crash, id);
    case Act::Restart:
      return about(Command::Kind::Restart, id);
    case Act::Pause:
      return about(Command::Kind::Pause, id);
    case Act::Resume:
      return about(Command::Kind::Resume, id);
    case Act::Isolate:
      return about(Command::Kind::Isolate, id);
    case Act::Timeout:
      return about(Command::Kind::Timeout, id);
    case Act::Transfer: {
      Command command = about(Command::Kind::Transfer, id);
      if (const MemberView* leader = find_member(frame, id)) command.peer = best_successor(frame, *leader);
      return command;
    }
    case Act::Propose:
      return next_put(frame, id);
    case Act::HealAll:
      break;
  }
  return about(Command::Kind::HealAll, raft::kNone);
}

Command next_put(const Frame& frame, raft::NodeId through) {
  static constexpr std::array<const char*, 4> kKeys = {"x", "y", "z", "w"};
  // Requests that are long done may have left the frame, so the highest id counts, not their number.
  std::uint64_t number = frame.requests.size();
  for (const RequestView& request : frame.requests) number = std::max(number, request.id);
  Command command = about(Command::Kind::Put, through);
  command.key = kKeys[number % kKeys.size()];
  command.value = std::to_string(number + 1);
  return command;
}

std::vector<Command> commands_for_stroke(const Frame& frame, const Polyline& stroke,
                                         const std::vector<Vec2>& at, float reach) {
  const std::size_t count = frame.members.size();
  std::vector<bool> open(count * count, false);
  for (std::size_t i = 0; i < count; ++i) {
    for (std::size_t j = 0; j < count; ++j) {
      if (i == j) continue;
      const LinkView* there = find_link(frame, frame.members[i].id, frame.members[j].id);
      const LinkView* back = find_link(frame, frame.members[j].id, frame.members[i].id);
      open[i * count + j] = there != nullptr && back != nullptr && !there->cut && !back->cut;
    }
  }
  const Severed severed = sever(stroke, at, open, reach);
  std::vector<Command> commands;
  if (severed.links.empty()) return commands;
  if (severed.groups.size() > frame.islands.size()) {
    Command command = about(Command::Kind::Partition, raft::kNone);
    for (const std::vector<int>& group : severed.groups) {
      command.groups.emplace_back();
      for (const int member : group) {
        command.groups.back().push_back(frame.members[static_cast<std::size_t>(member)].id);
      }
    }
    commands.push_back(std::move(command));
    return commands;
  }
  for (const auto& [i, j] : severed.links) {
    const raft::NodeId a = frame.members[static_cast<std::size_t>(i)].id;
    const raft::NodeId b = frame.members[static_cast<std::size_t>(j)].id;
    for (const auto& [from, to] : {std::pair{a, b}, std::pair{b, a}}) {
      const LinkView* link = find_link(frame, from, to);
      if (link == nullptr || link->cut) continue;
      commands.push_back(about(Command::Kind::Cut, from));
      commands.back().peer = to;
    }
  }
  return commands;
}

Command move_to_island(const Frame& frame, raft::NodeId member, std::size_t island) {
  Command command = about(Command::Kind::Partition, raft::kNone);
  for (std::size_t i = 0; i < frame.islands.size(); ++i) {
    std::vector<raft::NodeId> group = frame.islands[i];
    group.erase(std::remove(group.begin(), group.end(), member), group.end());
    if (i == island) group.push_back(member);
    std::sort(group.begin(), group.end());
    if (!group.empty()) command.groups.push_back(std::move(group));
  }
  if (command.groups.size() == 1) return about(Command::Kind::HealAll, raft::kNone);
  return command;
}

Command heal_border(const Frame& frame, std::size_t island_a, std::size_t island_b) {
  if (frame.islands.size() <= 2) return about(Command::Kind::HealAll, raft::kNone);
  Command command = about(Command::Kind::Partition, raft::kNone);
  for (std::size_t i = 0; i < frame.islands.size(); ++i) {
    if (i == island_b) continue;
    command.groups.push_back(frame.islands[i]);
    if (i != island_a) continue;
    auto& merged = command.groups.back();
    const auto& other = frame.islands[island_b];
    merged.insert(merged.end(), other.begin(), other.end());
    std::sort(merged.begin(), merged.end());
  }
  return command;
}

}  // namespace raftarium::viz
