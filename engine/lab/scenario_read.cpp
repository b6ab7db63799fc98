#include <algorithm>
#include <utility>

#include "lab/encoding.h"
#include "lab/field_reader.h"
#include "lab/play.h"
#include "lab/scenario.h"
#include "lab/scenario_parts.h"
#include "lab/scenario_words.h"

namespace raftarium::lab {

namespace {

using Kind = sim::Command::Kind;

// Actions.

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

template <class WordList>
std::size_t read_word(FieldReader& reader, const Json& action, const std::string& path, const char* field,
                      const WordList& words) {
  const std::string wanted = reader.text(action, path, field, 40, false);
  Words known;
  for (const auto& word : words) known.emplace_back(word.name);
  const auto found = std::find(known.begin(), known.end(), wanted);
  if (found != known.end()) return static_cast<std::size_t>(found - known.begin());
  reader.complain(FieldReader::join(path, field), "expected one of: " + list(known) + "; got \"" + wanted +
                                                      "\"" + did_you_mean(wanted, known));
  return 0;
}

void read_disk(FieldReader& reader, const Json& action, const std::string& path, const ActionWord& word,
               sim::Command& command) {
  const auto integer = [&](const char* field, std::int64_t most, auto& target) {
    if (const auto value = reader.integer(action, path, field, 0, most)) {
      target = static_cast<std::remove_reference_t<decltype(target)>>(*value);
    }
  };
  sim::DiskSettings& disk = command.disk;
  integer("sync_min_us", sim::kMaxSyncUs, disk.sync_min_us);
  integer("sync_mean_us", sim::kMaxSyncUs, disk.sync_mean_us);
  integer("write_error_per_million", 1'000'000, disk.write_error_per_million);
  integer("sync_error_per_million", 1'000'000, disk.sync_error_per_million);
  if (const auto full = reader.truth(action, path, "full")) disk.full = *full;
  if (const auto lie = reader.truth(action, path, "syncs_lie")) disk.syncs_lie = *lie;
  if (word.kind == Kind::FailDisk) {
    command.disk_op = disk_call_words()[read_word(reader, action, path, "call", disk_call_words())].op;
    command.disk_fault =
        disk_fault_words()[read_word(reader, action, path, "fault", disk_fault_words())].fault;
  }
  if (word.kind == Kind::Damage) command.file = reader.text(action, path, "file", 64, true);
  integer("offset", std::int64_t{1} << 40, command.offset);
  integer("bit", 7, command.bit);
  if (action.contains("unsynced")) {
    const auto index = read_word(reader, action, path, "unsynced", kUnsyncedWords);
    command.unsynced = kUnsyncedWords[index].unsynced;
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
  if (action.contains("mode")) {
    command.mode = kReadModeWords[read_word(reader, action, path, "mode", kReadModeWords)].mode;
  }
  if (command.kind != Kind::Load) return;
  const auto integer = [&](const char* field, std::int64_t low, std::int64_t most, auto& target) {
    if (const auto value = reader.integer(action, path, field, low, most)) {
      target = static_cast<std::remove_reference_t<decltype(target)>>(*value);
    }
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

void read_changes(FieldReader& reader, const Json& action, const std::string& path, std::size_t members,
                  sim::Command& command) {
  if (action.contains("transition")) {
    const auto index = read_word(reader, action, path, "transition", kTransitionWords);
    command.transition = kTransitionWords[index].transition;
  }
  for (const ChangeWord& word : kChangeWords) {
    const Json* nodes = reader.array(action, path, word.name, members);
    if (nodes == nullptr) continue;
    for (std::size_t i = 0; i < nodes->size(); ++i) {
      const std::string item_path = FieldReader::item(FieldReader::join(path, word.name), i);
      const raft::NodeId node =
          read_member(reader, (*nodes)[i], item_path, members, {"leader", "follower"});
      const bool named = std::any_of(command.changes.begin(), command.changes.end(),
                                     [&](const sim::Change& change) { return change.node == node; });
      if (named) return reader.complain(item_path, kind_of((*nodes)[i]) + " is named twice");
      command.changes.push_back({word.kind, node});
    }
  }
  if (command.kind == Kind::Reconfigure && command.changes.empty()) {
    reader.complain(
        path, "\"reconfigure\" needs a member in \"add\", \"add_learners\", \"promote\" or \"remove\"");
  }
}

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
    if (const auto value = reader.integer(action, path, field, 0, most)) {
      target = static_cast<std::remove_reference_t<decltype(target)>>(*value);
    }
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
  constexpr std::int64_t kMostUs = 60'000'000;
  integer("latency_min_us", kMostUs, command.latency_min_us);
  integer("latency_mean_us", kMostUs, command.latency_mean_us);
  integer("loss_per_million", 1'000'000, command.loss_per_million);
  integer("duplicate_per_million", 1'000'000, command.duplicate_per_million);
  integer("delay_us", sim::kMaxJumpUs, command.delay_us);
  integer("message", std::int64_t{1} << 53, command.message);
  if (const auto drift = reader.integer(action, path, "drift_ppm", -1'000'000, sim::kMaxDriftPpm)) {
    command.drift_ppm = *drift;
  }
  read_disk(reader, action, path, word, command);
  read_asking(reader, action, path, command);
  read_changes(reader, action, path, members, command);
  return command;
}

constexpr std::uint8_t kMessageTypes = static_cast<std::uint8_t>(raft::MessageType::MsgForgetLeader) + 1;

void read_message_type(FieldReader& reader, const Json& fields, const std::string& path, Trigger& trigger) {
  const std::string wanted = reader.text(fields, path, "type", 40, false);
  if (wanted.empty()) return;
  Words known;
  for (std::uint8_t i = 0; i < kMessageTypes; ++i) {
    const auto type = static_cast<raft::MessageType>(i);
    known.emplace_back(raft::describe(type));
    if (wanted == known.back()) trigger.message_type = type;
  }
  if (trigger.message_type) return;
  reader.complain(FieldReader::join(path, "type"),
                  "unknown message type \"" + wanted + "\"" + did_you_mean(wanted, known));
}

std::optional<Trigger> read_trigger(FieldReader& reader, const Json& value, const std::string& path,
                                    std::size_t members) {
  Trigger trigger;
  if (value.is_string()) {
    auto predicate = Predicate::parse(value.get_ref<const std::string&>());
    if (!predicate) {
      reader.complain(path, predicate.error().message);
      return std::nullopt;
    }
    trigger.kind = Trigger::Kind::Holds;
    trigger.predicate = std::move(*predicate);
    return trigger;
  }
  Words names;
  for (const TriggerWord& word : trigger_words()) names.emplace_back(word.name);
  if (!value.is_object() || value.size() != 1) {
    reader.complain(
        path, "expected a predicate or an object with one of: " + list(names) + "; got " + kind_of(value));
    return std::nullopt;
  }
  if (!reader.is_object(value, path, names)) return std::nullopt;
  const auto found = std::find_if(trigger_words().begin(), trigger_words().end(),
                                  [&](const TriggerWord& word) { return value.contains(word.name); });
  const Json& fields = value[found->name];
  const std::string fields_path = FieldReader::join(path, found->name);
  if (!reader.is_object(fields, fields_path, Words(found->fields.begin(), found->fields.end())))
    return std::nullopt;
  trigger.kind = found->kind;
  const auto member = [&](const char* field, raft::NodeId& target) {
    if (fields.contains(field)) {
      target = read_member(reader, fields[field], FieldReader::join(fields_path, field), members, {});
    }
  };
  constexpr std::int64_t kMost = 1'000'000'000;
  member("node", trigger.node);
  member("from", trigger.node);
  member("to", trigger.peer);
  read_message_type(reader, fields, fields_path, trigger);
  if (const auto term = reader.integer(fields, fields_path, "term", 1, kMost)) {
    trigger.term = raft::Term(static_cast<std::uint64_t>(*term));
  }
  for (const char* field : {"index", "request"}) {
    if (const auto index = reader.integer(fields, fields_path, field, 1, kMost)) {
      trigger.index = raft::Index(static_cast<std::uint64_t>(*index));
    }
  }
  if (const auto nth = reader.integer(fields, fields_path, "nth", 1, kMost)) {
    trigger.nth = static_cast<std::uint32_t>(*nth);
  }
  return trigger;
}

// Either at_ms, perhaps with the step of a recording, or "when", perhaps with after_ms.
void read_moment(FieldReader& reader, const Json& action, const std::string& path, Scenario& scenario,
                 Action& into) {
  if (action.contains("when")) {
    for (const char* field : {"at_ms", "at_us", "step"}) {
      if (action.contains(field))
        reader.complain(path, std::string("\"when\" and \"") + field + "\" exclude each other");
    }
    into.when =
        read_trigger(reader, action["when"], FieldReader::join(path, "when"), scenario.cluster.members);
    into.at_us = reader.time(action, path, "after", kMaxDurationUs).value_or(0);
    return;
  }
  const auto at = reader.time(action, path, "at", kMaxDurationUs);
  if (!at) return reader.complain(path, "the field \"at_ms\" is missing (or \"when\")");
  if (*at > scenario.duration_us) {
    return reader.complain(path + (action.contains("at_ms") ? ".at_ms" : ".at_us"),
                           "expected a moment within the scenario's " + seconds(scenario.duration_us));
  }
  into.at_us = *at;
  constexpr std::int64_t kMostSteps = 1'000'000'000'000;
  if (const auto step = reader.integer(action, path, "step", 0, kMostSteps)) {
    into.step = static_cast<std::uint64_t>(*step);
  }
}

// A message is named by its number, or it is the one that pulled the trigger.
void check_message(FieldReader& reader, const std::string& path, const Action& action) {
  const bool about_message = action.command.kind == Kind::Drop || action.command.kind == Kind::Delay ||
                             action.command.kind == Kind::Duplicate || action.command.kind == Kind::Deliver;
  if (!about_message || action.command.message != 0) return;
  if (action.when && action.when->kind == Trigger::Kind::MessageSent) return;
  reader.complain(
      path,
      std::string("\"") + sim::describe(action.command.kind) +
          "\" needs the field \"message\", or \"when\": {\"message_sent\": ...} for the message itself");
}

void read_action(FieldReader& reader, const Json& action, const std::string& path, Scenario& scenario) {
  if (!action.is_object()) return reader.complain(path, "expected an object, got " + kind_of(action));
  const std::string wanted = reader.text(action, path, "do", 40, true);
  if (reader.complaint()) return;
  Words all;
  for (const ActionWord& word : action_words()) {
    all.emplace_back(sim::describe(word.kind));
    if (wanted != all.back()) continue;
    Words known{"do", "at_ms", "at_us", "step", "when", "after_ms", "after_us"};
    if (!action.contains("when")) known.resize(known.size() - 2);
    known.insert(known.end(), word.required.begin(), word.required.end());
    known.insert(known.end(), word.optional.begin(), word.optional.end());
    if (!reader.is_object(action, path, known)) return;
    Action read;
    read_moment(reader, action, path, scenario, read);
    if (!reader.complaint())
      read.command = read_command(reader, action, path, word, scenario.cluster.members);
    check_message(reader, path, read);
    scenario.actions.push_back(std::move(read));
    return;
  }
  reader.complain(path + ".do", "unknown action \"" + wanted + "\"" + did_you_mean(wanted, all) +
                                    "; known: " + list(all));
}

// Expectations.

void read_expectation(FieldReader& reader, const Json& value, const std::string& path, Scenario& scenario) {
  if (!value.is_object()) return reader.complain(path, "expected an object, got " + kind_of(value));
  const ExpectationWord* found = nullptr;
  for (const ExpectationWord& word : kExpectationWords) {
    if (value.contains(word.name)) found = &word;
  }
  if (found == nullptr)
    return reader.complain(path, "expected one of the fields eventually, always, never, that");
  const bool at = found->kind == Expectation::Kind::At;
  const Words known =
      at ? Words{"that", "at_ms", "at_us"} : Words{found->name, "from_ms", "from_us", "by_ms", "by_us"};
  if (!reader.is_object(value, path, known)) return;
  const std::string text = reader.text(value, path, found->name, kMaxPredicateBytes, true);
  if (reader.complaint()) return;
  auto predicate = Predicate::parse(text);
  if (!predicate) return reader.complain(FieldReader::join(path, found->name), predicate.error().message);

  Expectation expectation{found->kind, std::move(*predicate), 0, scenario.duration_us};
  if (at) {
    const auto moment = reader.time(value, path, "at", kMaxDurationUs);
    if (!moment) return reader.complain(path, "the field \"at_ms\" is missing");
    expectation.from_us = *moment;
    expectation.until_us = *moment;
  } else {
    expectation.from_us = reader.time(value, path, "from", kMaxDurationUs).value_or(0);
    expectation.until_us = reader.time(value, path, "by", kMaxDurationUs).value_or(scenario.duration_us);
  }
  if (expectation.from_us > expectation.until_us || expectation.until_us > scenario.duration_us) {
    return reader.complain(path, "expected a span within the scenario's " + seconds(scenario.duration_us) +
                                     ", got " + seconds(expectation.from_us) + " to " +
                                     seconds(expectation.until_us));
  }
  scenario.expectations.push_back(std::move(expectation));
}

// The rest.

void read_recording(FieldReader& reader, const Json& root, Scenario& scenario) {
  const auto found = root.find("recording");
  if (found == root.end()) return;
  const std::string path = "recording";
  if (!reader.is_object(*found, path, {"digest", "events", "trail"})) return;
  Recording recording;
  const std::string digest = reader.text(*found, path, "digest", 16, true);
  const auto parsed = parse_hex(digest);
  if (!parsed)
    return reader.complain("recording.digest", "expected 16 hexadecimal digits, got \"" + digest + "\"");
  recording.digest = *parsed;
  if (const auto events = reader.integer(*found, path, "events", 0, 1'000'000'000'000)) {
    recording.events = static_cast<std::uint64_t>(*events);
  }
  if (const Json* trail = reader.array(*found, path, "trail", kMaxTrail)) {
    for (std::size_t i = 0; i < trail->size(); ++i) {
      const Json& line = (*trail)[i];
      if (!line.is_string()) {
        return reader.complain(FieldReader::item("recording.trail", i),
                               "expected a text, got " + kind_of(line));
      }
      recording.trail.push_back(line.get<std::string>());
    }
  }
  scenario.recording = std::move(recording);
}

void read_root(FieldReader& reader, const Json& root, Scenario& scenario) {
  if (!root.is_object()) return reader.complain("", "expected an object, got " + kind_of(root));
  // The version first: what follows may be of another format.
  if (!root.contains("raftarium")) {
    return reader.complain("", "expected \"raftarium\": " + std::to_string(kScenarioVersion) +
                                   ", the version of the format; is this a scenario?");
  }
  if (root["raftarium"] != kScenarioVersion) {
    return reader.complain("raftarium", "expected version " + std::to_string(kScenarioVersion) + ", got " +
                                            kind_of(root["raftarium"]) +
                                            "; a newer one needs a newer Raftarium");
  }
  if (!reader.is_object(root, "",
                        {"raftarium", "title", "description", "sources", "seed", "duration_ms",
                         "duration_us", "cluster", "actions", "expect", "recording"})) {
    return;
  }
  scenario.title = reader.text(root, "", "title", 100, true);
  scenario.description = reader.text(root, "", "description", 4000, false);
  if (const Json* sources = reader.array(root, "", "sources", 20)) {
    for (std::size_t i = 0; i < sources->size(); ++i) {
      const Json& source = (*sources)[i];
      if (!source.is_string()) {
        return reader.complain(FieldReader::item("sources", i), "expected a text, got " + kind_of(source));
      }
      scenario.sources.push_back(source.get<std::string>());
    }
  }
  constexpr std::int64_t kMaxSeed = (std::int64_t{1} << 53) - 1;  // what every JSON reader can hold
  if (const auto seed = reader.integer(root, "", "seed", 0, kMaxSeed)) {
    scenario.cluster.seed = static_cast<std::uint64_t>(*seed);
  }
  const auto duration = reader.time(root, "", "duration", kMaxDurationUs);
  if (!duration) return reader.complain("", "the field \"duration_ms\" is missing");
  scenario.duration_us = *duration;
  read_cluster(reader, root, scenario.cluster);
  if (reader.complaint()) return;
  if (const Json* actions = reader.array(root, "", "actions", kMaxActions)) {
    for (std::size_t i = 0; i < actions->size() && !reader.complaint(); ++i) {
      read_action(reader, (*actions)[i], FieldReader::item("actions", i), scenario);
    }
  }
  if (const Json* expectations = reader.array(root, "", "expect", kMaxExpectations)) {
    for (std::size_t i = 0; i < expectations->size() && !reader.complaint(); ++i) {
      read_expectation(reader, (*expectations)[i], FieldReader::item("expect", i), scenario);
    }
  }
  read_recording(reader, root, scenario);
}

std::string stem(std::string_view file) {
  const std::size_t slash = file.find_last_of("/\\");
  if (slash != std::string_view::npos) file.remove_prefix(slash + 1);
  constexpr std::string_view kEnding = ".json";
  if (file.size() > kEnding.size() && file.substr(file.size() - kEnding.size()) == kEnding) {
    file.remove_suffix(kEnding.size());
  }
  return std::string(file);
}

}  // namespace

std::string describe(const Expectation& expectation) {
  std::string when;
  switch (expectation.kind) {
    case Expectation::Kind::Eventually:
      when = "eventually";
      break;
    case Expectation::Kind::Always:
      when = "always";
      break;
    case Expectation::Kind::Never:
      when = "never";
      break;
    case Expectation::Kind::At:
      return "at " + seconds(expectation.from_us) + ": " + expectation.predicate.text();
  }
  if (expectation.from_us > 0) when += " from " + seconds(expectation.from_us);
  when += expectation.kind == Expectation::Kind::Eventually ? " by " : " until ";
  return when + seconds(expectation.until_us) + ": " + expectation.predicate.text();
}

base::Result<Scenario> parse_scenario(const std::string& file, std::string_view json) {
  auto text = JsonText::parse(file, json);
  if (!text) return text.error();
  Scenario scenario;
  scenario.name = stem(file);
  FieldReader reader(*text);
  read_root(reader, text->root(), scenario);
  if (reader.complaint()) return *reader.complaint();
  // What the fields say one by one may still not fit together.
  if (auto world = sim::World::create(scenario.cluster); !world) {
    return text->error("cluster", world.error().message);
  }
  return scenario;
}

}  // namespace raftarium::lab
