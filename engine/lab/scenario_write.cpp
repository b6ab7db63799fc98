#include <nlohmann/json.hpp>

#include "lab/encoding.h"
#include "lab/scenario.h"
#include "lab/scenario_words.h"

namespace raftarium::lab {

namespace {

using OrderedJson = nlohmann::ordered_json;  // in the order in which people write
using Kind = sim::Command::Kind;

std::string word_of(raft::NodeId node) {
  if (node == sim::kTheLeader) return "leader";
  if (node == sim::kAFollower) return "follower";
  if (node == sim::kTheOthers) return "others";
  if (node == sim::kTheCrashed) return "crashed";
  return sim::name(node);
}

// In milliseconds where that says it all.
void put_time(OrderedJson& object, const std::string& name, sim::TimeUs time_us) {
  if (time_us % 1000 == 0) {
    object[name + "_ms"] = time_us / 1000;
  } else {
    object[name + "_us"] = time_us;
  }
}

OrderedJson trigger_json(const Trigger& trigger) {
  if (trigger.kind == Trigger::Kind::Holds) return trigger.predicate->text();
  OrderedJson fields = OrderedJson::object();
  const char* name = "";
  for (const TriggerWord& word : trigger_words()) {
    if (word.kind != trigger.kind) continue;
    name = word.name;
    for (const std::string field : word.fields) {
      if ((field == "node" || field == "from") && trigger.node != raft::kNone)
        fields[field] = word_of(trigger.node);
      if (field == "to" && trigger.peer != raft::kNone) fields[field] = word_of(trigger.peer);
      if (field == "term" && !trigger.term.is_zero()) fields[field] = trigger.term.value();
      if ((field == "index" || field == "request") && !trigger.index.is_zero())
        fields[field] = trigger.index.value();
      if (field == "type" && trigger.message_type) fields[field] = raft::describe(*trigger.message_type);
      if (field == "nth" && trigger.nth != 1) fields[field] = trigger.nth;
    }
  }
  return {{name, std::move(fields)}};
}

OrderedJson groups_json(const sim::Command& command) {
  OrderedJson groups = OrderedJson::array();
  for (const auto& group : command.groups) {
    groups.push_back(OrderedJson::array());
    for (const raft::NodeId node : group) groups.back().push_back(word_of(node));
  }
  return groups;
}

// Optional ones are left out where they change nothing.
void put_disk_field(OrderedJson& json, const sim::Command& command, const std::string& field) {
  const sim::DiskSettings& disk = command.disk;
  if (field == "sync_min_us" && disk.sync_min_us > 0) json[field] = disk.sync_min_us;
  if (field == "sync_mean_us" && disk.sync_mean_us > 0) json[field] = disk.sync_mean_us;
  for (const sim::DiskChance& chance : sim::kDiskChances) {
    if (field == chance.field && disk.*chance.per_million > 0) json[field] = disk.*chance.per_million;
  }
  if (field == "full" && disk.full) json[field] = true;
  if (field == "syncs_lie" && disk.syncs_lie) json[field] = true;
  if (field == "call") json[field] = word_for(kDiskCallWords, command.disk_op);
  if (field == "fault") json[field] = word_for(kDiskFaultWords, command.disk_fault);
  if (field == "unsynced" && command.unsynced != member::Unsynced::Lost)
    json[field] = word_for(kUnsyncedWords, command.unsynced);
  if (field == "file") json[field] = command.file;
  if (field == "offset") json[field] = command.offset;
  if (field == "bit" && !command.zeroed) json[field] = command.bit;
  if (field == "zeroed" && command.zeroed) json[field] = true;
}

void put_process_field(OrderedJson& json, const sim::Command& command, const std::string& field) {
  const sim::ProcessSettings& process = command.process;
  if (field == "step_us" && process.step_us > 0) json[field] = process.step_us;
  if (field == "stall_per_million" && process.stall_per_million > 0)
    json[field] = process.stall_per_million;
  if (field == "stall_us" && process.stall_us > 0) json[field] = process.stall_us;
}

void put_asking_field(OrderedJson& json, const sim::Command& command, const std::string& field) {
  const sim::Load& load = command.load;
  const sim::Load defaults;
  if (field == "expected") json[field] = command.expected;
  if (field == "fence" && !command.fence.empty()) json[field] = command.fence;
  if (field == "token" && !command.fence.empty()) json[field] = command.token;
  if (field == "mode" && command.mode != member::ReadMode::Linearizable)
    json[field] = word_for(kReadModeWords, command.mode);
  if (field == "session" && command.no_session) json[field] = false;
  if (field == "count") json[field] = load.count;
  if (field == "clients" && load.clients != defaults.clients) json[field] = load.clients;
  if (field == "open" && load.open) json[field] = true;
  if (field == "every_us" && load.every_us > 0) json[field] = load.every_us;
  if (field == "keys" && load.keys != defaults.keys) json[field] = load.keys;
  if (field == "reads_per_million" && load.reads_per_million > 0) json[field] = load.reads_per_million;
}

void put_change_field(OrderedJson& json, const sim::Command& command, const std::string& field) {
  for (const auto& word : kChangeWords) {
    if (field != word.name) continue;
    for (const sim::Change& change : command.changes) {
      if (change.kind == word.meaning) json[field].push_back(word_of(change.node));
    }
  }
  if (field == "transition" && command.transition != raft::ConfChangeTransition::Auto)
    json[field] = word_for(kTransitionWords, command.transition);
}

void put_nemesis_field(OrderedJson& json, const sim::Nemesis& nemesis, const std::string& field) {
  if (field == "strikes") json[field] = nemesis.strikes;
  if (field == "between_us") json[field] = nemesis.between_us;
  if (field == "lasts_us" && nemesis.lasts_us > 0) json[field] = nemesis.lasts_us;
  if (field != "faults") return;
  for (const sim::NemesisFault fault : nemesis.faults) json[field].push_back(sim::describe(fault));
}

void put_field(OrderedJson& json, const sim::Command& command, const std::string& field) {
  if (field == "key") json[field] = command.key;
  if (field == "value") json[field] = command.value;
  if (field == "node" || field == "from" || field == "through") json[field] = word_of(command.node);
  if (field == "to") json[field] = word_of(command.peer);
  if (field == "groups" && command.size == 0) json[field] = groups_json(command);
  if (field == "size" && command.size > 0) json[field] = command.size;
  if (field == "replay_per_million" && command.link.replay_per_million > 0)
    json[field] = command.link.replay_per_million;
  if (field == "clogged" && command.link.clogged) json[field] = true;
  if (field == "latency_min_us") json[field] = command.link.latency_min_us;
  if (field == "latency_mean_us") json[field] = command.link.latency_mean_us;
  if (field == "loss_per_million") json[field] = command.link.loss_per_million;
  if (field == "duplicate_per_million" && command.link.duplicate_per_million > 0)
    json[field] = command.link.duplicate_per_million;
  put_nemesis_field(json, command.nemesis, field);
  if (field == "message" && command.message > 0) json[field] = command.message;
  if (field == "delay_us") json[field] = command.delay_us;
  if (field == "drift_ppm") json[field] = command.drift_ppm;
  put_disk_field(json, command, field);
  put_process_field(json, command, field);
  put_asking_field(json, command, field);
  put_change_field(json, command, field);
}

OrderedJson action_json(const Action& action) {
  OrderedJson json = OrderedJson::object();
  if (action.when) {
    json["when"] = trigger_json(*action.when);
    if (action.at_us > 0) put_time(json, "after", action.at_us);
  } else {
    put_time(json, "at", action.at_us);
    if (action.step) json["step"] = *action.step;
  }
  const sim::Command& command = action.command;
  json["do"] = sim::describe(command.kind);
  for (const ActionWord& word : action_words()) {
    if (word.kind != command.kind) continue;
    for (const char* field : word.required) put_field(json, command, field);
    // Optional members are left out when they are nobody in particular.
    for (const std::string field : word.optional) {
      const bool is_member = field == "to" || field == "from" || field == "through" || field == "node";
      const raft::NodeId member = field == "to" ? command.peer : command.node;
      if (!is_member || member != raft::kNone) put_field(json, command, field);
    }
  }
  return json;
}

OrderedJson expectation_json(const Expectation& expectation, sim::TimeUs duration_us) {
  OrderedJson json = OrderedJson::object();
  json[word_for(kExpectationWords, expectation.kind)] = expectation.predicate.text();
  if (expectation.kind == Expectation::Kind::At) {
    put_time(json, "at", expectation.from_us);
    return json;
  }
  if (expectation.from_us > 0) put_time(json, "from", expectation.from_us);
  if (expectation.until_us != duration_us) put_time(json, "by", expectation.until_us);
  return json;
}

// What of `config` differs from `usual`; of a member only what it can have of its own.
void put_fields(OrderedJson& json, const sim::WorldConfig& config, const sim::WorldConfig& usual,
                bool of_member) {
  for (const ClusterField& field : cluster_fields()) {
    if (of_member && !field.of_member) continue;
    std::visit(
        [&](auto place) {
          if (config.*place != usual.*place) json[field.name] = config.*place;
        },
        field.place);
  }
}

// Only what differs from the defaults, and the number of members always.
OrderedJson cluster_json(const sim::WorldConfig& cluster) {
  OrderedJson json = OrderedJson::object();
  json["members"] = cluster.members;
  put_fields(json, cluster, {}, false);
  for (const raft::NodeId node : cluster.learners) json["learners"].push_back(sim::name(node));
  for (const raft::NodeId node : cluster.spares) json["spares"].push_back(sim::name(node));
  for (std::size_t i = 0; i < cluster.logs.size(); ++i) {
    if (cluster.logs[i].empty()) continue;
    OrderedJson& log = json["logs"][sim::name(raft::NodeId(i + 1))];
    for (const raft::Term term : cluster.logs[i]) log.push_back(term.value());
  }
  for (std::size_t i = 0; i < raft::kBugCount; ++i) {
    const auto bug = static_cast<raft::Bug>(i);
    if (cluster.bugs.contains(bug)) json["bugs"].push_back(raft::describe(bug));
  }
  for (std::size_t i = 0; i < cluster.own.size(); ++i) {
    OrderedJson own = OrderedJson::object();
    put_fields(own, cluster.own[i], cluster, true);
    if (!own.empty()) json["own"][sim::name(raft::NodeId(i + 1))] = std::move(own);
  }
  return json;
}

}  // namespace

std::string own_in_words(const sim::WorldConfig& cluster, raft::NodeId node) {
  OrderedJson own = OrderedJson::object();
  put_fields(own, cluster.of(node), cluster, true);
  std::string words;
  for (const auto& [field, value] : own.items()) {
    words += (words.empty() ? "" : ", ") + field + ' ' + value.dump();
  }
  return words;
}

std::string to_json(const Scenario& scenario, bool pretty) {
  OrderedJson json = OrderedJson::object();
  json["raftarium"] = kScenarioVersion;
  json["title"] = scenario.title;
  if (!scenario.description.empty()) json["description"] = scenario.description;
  if (!scenario.sources.empty()) json["sources"] = scenario.sources;
  json["seed"] = scenario.cluster.seed;
  put_time(json, "duration", scenario.duration_us);
  json["cluster"] = cluster_json(scenario.cluster);
  for (const Action& action : scenario.actions) json["actions"].push_back(action_json(action));
  for (const Expectation& e : scenario.expectations) {
    json["expect"].push_back(expectation_json(e, scenario.duration_us));
  }
  if (scenario.recording) {
    OrderedJson recording = OrderedJson::object();
    if (scenario.recording->at_us != scenario.duration_us)
      put_time(recording, "at", scenario.recording->at_us);
    recording["digest"] = hex(scenario.recording->digest);
    if (scenario.recording->events) recording["events"] = *scenario.recording->events;
    if (!scenario.recording->trail.empty()) recording["trail"] = scenario.recording->trail;
    json["recording"] = std::move(recording);
  }
  return json.dump(pretty ? 2 : -1, ' ', false, OrderedJson::error_handler_t::replace) +
         (pretty ? "\n" : "");
}

}  // namespace raftarium::lab
