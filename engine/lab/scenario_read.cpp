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
    auto predicate = Predicate::parse(value.get_ref<const std::string&>(), members);
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
  const Word<Expectation::Kind>* found = nullptr;
  Words words;
  Words both;
  for (const auto& word : kExpectationWords) {
    words.emplace_back(word.name);
    if (!value.contains(word.name)) continue;
    found = &word;
    both.push_back(words.back());
  }
  if (both.size() != 1) {
    std::string what = "expected one of the fields " + list(words);
    if (both.size() > 1) what += ", got " + list(both);
    if (value.contains("at")) what += R"(; at a moment it is {"that": ..., "at_ms": ...})";
    for (const auto& [field, unused] : value.items()) what += did_you_mean(field, words);
    return reader.complain(path, what);
  }
  const bool at = found->meaning == Expectation::Kind::At;
  const Words known =
      at ? Words{"that", "at_ms", "at_us"} : Words{found->name, "from_ms", "from_us", "by_ms", "by_us"};
  if (!reader.is_object(value, path, known)) return;
  const std::string text = reader.text(value, path, found->name, kMaxPredicateBytes, true);
  if (reader.complaint()) return;
  auto predicate = Predicate::parse(text, scenario.cluster.members);
  if (!predicate) return reader.complain(FieldReader::join(path, found->name), predicate.error().message);

  Expectation expectation{found->meaning, std::move(*predicate), 0, scenario.duration_us};
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
  if (!reader.is_object(*found, path, {"at_ms", "at_us", "digest", "events", "trail"})) return;
  Recording recording;
  recording.at_us = reader.time(*found, path, "at", kMaxDurationUs).value_or(scenario.duration_us);
  if (recording.at_us > scenario.duration_us) {
    return reader.complain(path + (found->contains("at_ms") ? ".at_ms" : ".at_us"),
                           "expected a moment within the scenario's " + seconds(scenario.duration_us));
  }
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
    const bool newer = root["raftarium"].is_number() && root["raftarium"] > kScenarioVersion;
    return reader.complain("raftarium", "expected version " + std::to_string(kScenarioVersion) + ", got " +
                                            kind_of(root["raftarium"]) +
                                            (newer ? "; a newer one needs a newer Raftarium" : ""));
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
    constexpr std::string_view kWhere = "cluster: ";
    const std::string& why = world.error().message;
    return text->error("cluster",
                       why.compare(0, kWhere.size(), kWhere) == 0 ? why.substr(kWhere.size()) : why);
  }
  return scenario;
}

}  // namespace raftarium::lab
