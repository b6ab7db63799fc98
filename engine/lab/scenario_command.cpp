// What an action does: the fields of its command.

#include <algorithm>
#include <type_traits>

#include "lab/scenario_parts.h"
#include "lab/scenario_words.h"

namespace raftarium::lab {

namespace {

using Kind = sim::Command::Kind;

void read_groups(FieldReader& reader, const Json& action, const std::string& path, std::size_t members,
                 sim::Command& command) {
  const Json* groups = reader.array(action, path, "groups", members);
  if (groups == nullptr) return;
  std::vector<raft::NodeId> named;
  for (std::size_t g = 0; g < groups->size(); ++g) {
    const std::string group_path = FieldReader::item(path + ".groups", g);
    const Json& group = (*groups)[g];
    if (!group.is_array() || group.empty() || group.size() > members) {
      return reader.complain(group_path, "expected an array of 1 to " + std::to_string(members) +
                                             " members, got " + kind_of(group));
    }
    command.groups.emplace_back();
    for (std::size_t i = 0; i < group.size(); ++i) {
      const std::string member_path = FieldReader::item(group_path, i);
      const raft::NodeId id =
          read_member(reader, group[i], member_path, members, {"leader", "follower", "others"});
      if (std::find(named.begin(), named.end(), id) != named.end()) {
        return reader.complain(member_path, kind_of(group[i]) + " is named twice");
      }
      named.push_back(id);
      command.groups.back().push_back(id);
    }
  }
}

// Where the field is there; `low` to `most`.
template <class Target>
void read_integer(FieldReader& reader, const Json& action, const std::string& path, const char* field,
                  std::int64_t low, std::int64_t most, Target& target) {
  if (const auto value = reader.integer(action, path, field, low, most)) {
    target = static_cast<Target>(*value);
  }
}

// What the word in a field means; the first of `words` where it is none of them, or is missing.
template <class Meanings>
auto read_word(FieldReader& reader, const Json& action, const std::string& path, const char* field,
               const Meanings& words) {
  Words known;
  for (const auto& word : words) known.emplace_back(word.name);
  const auto found = action.find(field);
  if (found == action.end()) return words.front().meaning;
  return words[reader.choice(*found, FieldReader::join(path, field), known).value_or(0)].meaning;
}

void read_disk(FieldReader& reader, const Json& action, const std::string& path, const ActionWord& word,
               sim::Command& command) {
  const auto integer = [&](const char* field, std::int64_t most, auto& target) {
    read_integer(reader, action, path, field, 0, most, target);
  };
  sim::DiskSettings& disk = command.disk;
  integer("sync_min_us", sim::kMaxSyncUs, disk.sync_min_us);
  integer("sync_mean_us", sim::kMaxSyncUs, disk.sync_mean_us);
  for (const sim::DiskChance& chance : sim::kDiskChances) {
    integer(chance.field, 1'000'000, disk.*chance.per_million);
  }
  if (const auto full = reader.truth(action, path, "full")) disk.full = *full;
  if (const auto lie = reader.truth(action, path, "syncs_lie")) disk.syncs_lie = *lie;
  if (word.kind == Kind::FailDisk) {
    command.disk_op = read_word(reader, action, path, "call", kDiskCallWords);
    command.disk_fault = read_word(reader, action, path, "fault", kDiskFaultWords);
  }
  if (word.kind == Kind::Damage) command.file = reader.text(action, path, "file", 64, true);
  integer("offset", std::int64_t{1} << 40, command.offset);
  integer("bit", 7, command.bit);
  if (const auto zeroed = reader.truth(action, path, "zeroed")) command.zeroed = *zeroed;
  const bool zeroed = action.contains("zeroed");
  if (word.kind == Kind::Damage && (zeroed == action.contains("bit") || zeroed != command.zeroed)) {
    reader.complain(path, "\"damage\" needs a \"bit\", or \"zeroed\": true");
  }
  if (action.contains("unsynced")) {
    command.unsynced = read_word(reader, action, path, "unsynced", kUnsyncedWords);
  }
}

void read_asking(FieldReader& reader, const Json& action, const std::string& path, sim::Command& command) {
  command.expected = reader.text(action, path, "expected", kv::kMaxValueBytes, false);
  command.fence = reader.text(action, path, "fence", kv::kMaxKeyBytes, action.contains("fence"));
  if (const auto token = reader.integer(action, path, "token", 0, std::int64_t{1} << 53)) {
    command.token = *token;
  }
  if (action.contains("fence") != action.contains("token")) {
    reader.complain(path, "\"fence\" and \"token\" need each other");
  }
  if (const auto session = reader.truth(action, path, "session")) command.no_session = !*session;
  if (action.contains("mode")) {
    command.mode = read_word(reader, action, path, "mode", kReadModeWords);
  }
  if (command.kind != Kind::Load) return;
  const auto integer = [&](const char* field, std::int64_t low, std::int64_t most, auto& target) {
    read_integer(reader, action, path, field, low, most, target);
  };
  sim::Load& load = command.load;
  integer("count", 1, sim::kMaxLoadRequests, load.count);
  integer("clients", 1, sim::kMaxLoadClients, load.clients);
  integer("keys", 1, sim::kMaxLoadClients, load.keys);
  integer("every_us", 0, sim::kMaxJumpUs, load.every_us);
  integer("reads_per_million", 0, 1'000'000, load.reads_per_million);
  if (const auto open = reader.truth(action, path, "open")) load.open = *open;
  if (load.open && load.every_us == 0) {
    reader.complain(path, "\"open\" needs \"every_us\", from 1: how often somebody asks");
  }
}

void read_nemesis(FieldReader& reader, const Json& action, const std::string& path, sim::Nemesis& nemesis) {
  read_integer(reader, action, path, "strikes", 1, sim::kMaxStrikes, nemesis.strikes);
  read_integer(reader, action, path, "between_us", 1'000, sim::kMaxJumpUs, nemesis.between_us);
  read_integer(reader, action, path, "lasts_us", 0, sim::kMaxJumpUs, nemesis.lasts_us);
  const Json* faults = reader.array(action, path, "faults", sim::kNemesisFaultCount);
  if (faults == nullptr) return;
  if (faults->empty()) return reader.complain(path + ".faults", "expected at least one fault, got none");
  Words known;
  for (std::size_t i = 0; i < sim::kNemesisFaultCount; ++i) {
    known.emplace_back(sim::describe(static_cast<sim::NemesisFault>(i)));
  }
  for (std::size_t i = 0; i < faults->size(); ++i) {
    const std::string item_path = FieldReader::item(path + ".faults", i);
    const auto fault = reader.choice((*faults)[i], item_path, known);
    if (!fault) return;
    const auto meant = static_cast<sim::NemesisFault>(*fault);
    if (std::find(nemesis.faults.begin(), nemesis.faults.end(), meant) != nemesis.faults.end()) {
      return reader.complain(item_path, kind_of((*faults)[i]) + " is named twice");
    }
    nemesis.faults.push_back(meant);
  }
}

void read_changes(FieldReader& reader, const Json& action, const std::string& path, std::size_t members,
                  sim::Command& command) {
  if (action.contains("transition")) {
    command.transition = read_word(reader, action, path, "transition", kTransitionWords);
  }
  for (const auto& word : kChangeWords) {
    const Json* nodes = reader.array(action, path, word.name, members);
    if (nodes == nullptr) continue;
    for (std::size_t i = 0; i < nodes->size(); ++i) {
      const std::string item_path = FieldReader::item(FieldReader::join(path, word.name), i);
      const raft::NodeId node =
          read_member(reader, (*nodes)[i], item_path, members, {"leader", "follower"});
      const bool named = std::any_of(command.changes.begin(), command.changes.end(),
                                     [&](const sim::Change& change) { return change.node == node; });
      if (named) return reader.complain(item_path, kind_of((*nodes)[i]) + " is named twice");
      command.changes.push_back({word.meaning, node});
    }
  }
  if (command.kind == Kind::Reconfigure && command.changes.empty()) {
    reader.complain(
        path, "\"reconfigure\" needs a member in \"add\", \"add_learners\", \"promote\" or \"remove\"");
  }
}

}  // namespace

sim::Command read_command(FieldReader& reader, const Json& action, const std::string& path,
                          const ActionWord& word, std::size_t members) {
  sim::Command command;
  command.kind = word.kind;
  for (const char* field : word.required) {
    if (action.contains(field)) continue;
    reader.complain(path,
                    "\"" + std::string(sim::describe(word.kind)) + "\" needs the field \"" + field + "\"");
    return command;
  }
  const auto member = [&](const char* field, raft::NodeId& target) {
    if (!action.contains(field)) return;
    const Words stand_ins = word.kind == Kind::Restart || word.kind == Kind::Wipe
                                ? Words{"crashed"}
                                : Words{"leader", "follower"};
    target = read_member(reader, action[field], FieldReader::join(path, field), members, stand_ins);
  };
  const auto integer = [&](const char* field, std::int64_t most, auto& target) {
    read_integer(reader, action, path, field, 0, most, target);
  };
  command.key = reader.text(action, path, "key", kv::kMaxKeyBytes, action.contains("key"));
  command.value = reader.text(action, path, "value", kv::kMaxValueBytes, false);
  member("through", command.node);
  member("node", command.node);
  member("from", command.node);
  member("to", command.peer);
  if (command.node == command.peer && action.contains("from")) {
    reader.complain(path, "a link has two ends, got one member twice");
  }
  read_groups(reader, action, path, members, command);
  if (word.kind == Kind::Partition && action.contains("groups") == action.contains("size")) {
    reader.complain(path, "\"partition\" needs \"groups\", or the \"size\" of one at random");
  }
  if (const auto size = reader.integer(action, path, "size", 1, static_cast<std::int64_t>(members) - 1)) {
    command.size = static_cast<std::uint32_t>(*size);
  }
  integer("latency_min_us", sim::kMaxLatencyUs, command.link.latency_min_us);
  integer("latency_mean_us", sim::kMaxLatencyUs, command.link.latency_mean_us);
  integer("loss_per_million", 1'000'000, command.link.loss_per_million);
  integer("duplicate_per_million", 1'000'000, command.link.duplicate_per_million);
  integer("replay_per_million", 1'000'000, command.link.replay_per_million);
  if (command.kind == Kind::Nemesis) read_nemesis(reader, action, path, command.nemesis);
  if (const auto clogged = reader.truth(action, path, "clogged")) command.link.clogged = *clogged;
  integer("delay_us", sim::kMaxJumpUs, command.delay_us);
  integer("message", std::int64_t{1} << 53, command.message);
  if (const auto drift = reader.integer(action, path, "drift_ppm", -1'000'000, sim::kMaxDriftPpm)) {
    command.drift_ppm = *drift;
  }
  sim::ProcessSettings& process = command.process;
  integer("step_us", sim::kMaxStepUs, process.step_us);
  integer("stall_per_million", 1'000'000, process.stall_per_million);
  integer("stall_us", sim::kMaxStepUs, process.stall_us);
  read_disk(reader, action, path, word, command);
  read_asking(reader, action, path, command);
  read_changes(reader, action, path, members, command);
  return command;
}

}  // namespace raftarium::lab
