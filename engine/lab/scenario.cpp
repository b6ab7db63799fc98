#include "lab/scenario.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "lab/json_text.h"
#include "lab/play.h"

namespace raftarium::lab {

namespace {

using Json = nlohmann::json;
using Words = std::vector<std::string>;
using Kind = sim::Command::Kind;

std::string list(const Words& words) {
  std::string all;
  for (const std::string& word : words) all += (all.empty() ? "" : ", ") + word;
  return all;
}

std::string kind_of(const Json& value) {
  if (value.is_string()) {
    const auto& text = value.get_ref<const std::string&>();
    return "\"" + text.substr(0, 40) + "\"";
  }
  if (value.is_object()) return "an object";
  if (value.is_array()) return "an array";
  return value.dump();
}

// Reads fields of one object after another. The first complaint is kept; after it everything reads as empty.
class Reader {
 public:
  explicit Reader(const JsonText& text) : text_(text) {}

  const std::optional<base::Error>& complaint() const { return complaint_; }
  void complain(const std::string& path, const std::string& what) {
    if (!complaint_) complaint_ = text_.error(path, what);
  }

  bool is_object(const Json& value, const std::string& path, const Words& known) {
    if (!value.is_object()) {
      complain(path, "expected an object, got " + kind_of(value));
      return false;
    }
    for (const auto& [field, unused] : value.items()) {
      if (std::find(known.begin(), known.end(), field) != known.end()) continue;
      complain(join(path, field),
               "unknown field" + did_you_mean(field, known) + "; known here: " + list(known));
      return false;
    }
    return true;
  }

  static std::string join(const std::string& path, const std::string& field) {
    return path.empty() ? field : path + "." + field;
  }

  // Integers may be written as integers only: 1.5 is refused, not rounded.
  std::optional<std::int64_t> integer(const Json& object, const std::string& path, const char* field,
                                      std::int64_t low, std::int64_t high) {
    const auto found = object.find(field);
    if (found == object.end()) return std::nullopt;
    const bool unsigned_too_big =
        found->is_number_unsigned() && found->get<std::uint64_t>() > static_cast<std::uint64_t>(high);
    if (!found->is_number_integer() || unsigned_too_big || found->get<std::int64_t>() < low ||
        found->get<std::int64_t>() > high) {
      complain(join(path, field), "expected an integer from " + std::to_string(low) + " to " +
                                      std::to_string(high) + ", got " + kind_of(*found));
      return std::nullopt;
    }
    return found->get<std::int64_t>();
  }

  template <class T>
  void integer_into(const Json& object, const std::string& path, const char* field, std::int64_t low,
                    std::int64_t high, T& target) {
    if (const auto value = integer(object, path, field, low, high)) target = static_cast<T>(*value);
  }

  void truth_into(const Json& object, const std::string& path, const char* field, bool& target) {
    const auto found = object.find(field);
    if (found == object.end()) return;
    if (!found->is_boolean())
      return complain(join(path, field), "expected true or false, got " + kind_of(*found));
    target = found->get<bool>();
  }

  std::string text(const Json& object, const std::string& path, const char* field, std::size_t most,
                   bool required) {
    const auto found = object.find(field);
    if (found == object.end()) {
      if (required) complain(path, std::string("the field \"") + field + "\" is missing");
      return {};
    }
    if (!found->is_string()) {
      complain(join(path, field), "expected a text, got " + kind_of(*found));
      return {};
    }
    const auto& value = found->get_ref<const std::string&>();
    if (value.size() > most || (required && value.empty())) {
      complain(join(path, field), "expected " + std::to_string(required ? 1 : 0) + " to " +
                                      std::to_string(most) + " bytes, got " + std::to_string(value.size()));
    }
    return value;
  }

  // Null when the field is missing or no array.
  const Json* array(const Json& object, const std::string& path, const char* field, std::size_t most) {
    const auto found = object.find(field);
    if (found == object.end()) return nullptr;
    if (!found->is_array()) {
      complain(join(path, field), "expected an array, got " + kind_of(*found));
      return nullptr;
    }
    if (found->size() > most) {
      complain(join(path, field), "expected at most " + std::to_string(most) + " elements, got " +
                                      std::to_string(found->size()));
      return nullptr;
    }
    return &*found;
  }

  // A moment, as NAME_ms or NAME_us.
  std::optional<sim::TimeUs> time(const Json& object, const std::string& path, const std::string& name) {
    const std::string ms = name + "_ms";
    const std::string us = name + "_us";
    if (object.contains(ms) && object.contains(us)) {
      complain(path, "expected one of \"" + ms + "\" and \"" + us + "\", got both");
      return std::nullopt;
    }
    if (const auto value = integer(object, path, ms.c_str(), 0, kMaxDurationUs / 1000))
      return *value * 1000;
    return integer(object, path, us.c_str(), 0, kMaxDurationUs);
  }

 private:
  const JsonText& text_;
  std::optional<base::Error> complaint_;
};

// Members.

raft::NodeId read_member(Reader& reader, const Json& value, const std::string& path, std::size_t members,
                         const Words& stand_ins) {
  const std::string expected = "expected S1 to S" + std::to_string(members) +
                               (stand_ins.empty() ? "" : " or one of: " + list(stand_ins));
  if (!value.is_string()) {
    reader.complain(path, expected + ", got " + kind_of(value));
    return raft::kNone;
  }
  const auto& word = value.get_ref<const std::string&>();
  for (std::size_t i = 1; i <= members; ++i) {
    if (word == "S" + std::to_string(i)) return raft::NodeId(i);
  }
  if (std::find(stand_ins.begin(), stand_ins.end(), word) != stand_ins.end()) {
    if (word == "leader") return sim::kTheLeader;
    if (word == "follower") return sim::kAFollower;
    if (word == "crashed") return sim::kTheCrashed;
    return sim::kTheOthers;
  }
  reader.complain(path, expected + ", got " + kind_of(value) + did_you_mean(word, stand_ins));
  return raft::kNone;
}

// The fields of each action, beside "do" and its moment.
struct ActionFields {
  Kind kind;
  Words required;
  Words optional;
};
const std::array<ActionFields, 14>& action_fields() {
  static const std::array<ActionFields, 14> kFields{
      {{Kind::Put, {"key", "value"}, {"through"}},
       {Kind::Delete, {"key"}, {"through"}},
       {Kind::Crash, {"node"}, {}},
       {Kind::Restart, {"node"}, {}},
       {Kind::Pause, {"node"}, {}},
       {Kind::Resume, {"node"}, {}},
       {Kind::Isolate, {"node"}, {}},
       {Kind::Cut, {"from", "to"}, {}},
       {Kind::Heal, {"from", "to"}, {}},
       {Kind::Partition, {"groups"}, {}},
       {Kind::HealAll, {}, {}},
       {Kind::Timeout, {"node"}, {}},
       {Kind::Transfer, {"from", "to"}, {}},
       {Kind::SetLink, {"latency_min_us", "latency_mean_us", "loss_per_million"}, {"from", "to"}}}};
  return kFields;
}

Words action_words() {
  Words words;
  for (const ActionFields& fields : action_fields()) words.emplace_back(sim::describe(fields.kind));
  return words;
}

void read_groups(Reader& reader, const Json& action, const std::string& path, std::size_t members,
                 sim::Command& command) {
  const Json* groups = reader.array(action, path, "groups", members);
  if (groups == nullptr) return;
  std::vector<raft::NodeId> named;
  for (std::size_t g = 0; g < groups->size(); ++g) {
    const std::string group_path = path + ".groups[" + std::to_string(g) + "]";
    const Json& group = (*groups)[g];
    if (!group.is_array() || group.empty() || group.size() > members) {
      return reader.complain(group_path, "expected an array of 1 to " + std::to_string(members) +
                                             " members, got " + kind_of(group));
    }
    command.groups.emplace_back();
    for (std::size_t i = 0; i < group.size(); ++i) {
      const std::string member_path = group_path + "[" + std::to_string(i) + "]";
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

sim::Command read_command(Reader& reader, const Json& action, const std::string& path,
                          const ActionFields& fields, std::size_t members) {
  sim::Command command;
  command.kind = fields.kind;
  for (const std::string& field : fields.required) {
    if (!action.contains(field)) {
      reader.complain(
          path, "\"" + std::string(sim::describe(fields.kind)) + "\" needs the field \"" + field + "\"");
      return command;
    }
  }
  const auto member = [&](const char* field, raft::NodeId& target) {
    if (!action.contains(field)) return;
    const Words stand_ins = fields.kind == Kind::Restart ? Words{"crashed"} : Words{"leader", "follower"};
    target = read_member(reader, action[field], Reader::join(path, field), members, stand_ins);
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
  reader.integer_into(action, path, "latency_min_us", 0, kMostUs, command.latency_min_us);
  reader.integer_into(action, path, "latency_mean_us", 0, kMostUs, command.latency_mean_us);
  reader.integer_into(action, path, "loss_per_million", 0, 1'000'000, command.loss_per_million);
  return command;
}

void read_action(Reader& reader, const Json& action, const std::string& path, Scenario& scenario) {
  if (!action.is_object()) return reader.complain(path, "expected an object, got " + kind_of(action));
  const std::string word = reader.text(action, path, "do", 40, true);
  if (reader.complaint()) return;
  for (const ActionFields& fields : action_fields()) {
    if (word != sim::describe(fields.kind)) continue;
    Words known{"at_ms", "at_us", "do"};
    known.insert(known.end(), fields.required.begin(), fields.required.end());
    known.insert(known.end(), fields.optional.begin(), fields.optional.end());
    if (!reader.is_object(action, path, known)) return;
    const auto at = reader.time(action, path, "at");
    if (!at) return reader.complain(path, "the field \"at_ms\" is missing");
    if (*at > scenario.duration_us) {
      return reader.complain(path + (action.contains("at_ms") ? ".at_ms" : ".at_us"),
                             "expected a moment within the scenario's " + seconds(scenario.duration_us));
    }
    scenario.actions.push_back({*at, read_command(reader, action, path, fields, scenario.cluster.members)});
    return;
  }
  reader.complain(path + ".do", "unknown action \"" + word + "\"" + did_you_mean(word, action_words()) +
                                    "; known: " + list(action_words()));
}

// Expectations.

struct ExpectationWord {
  const char* word;
  Expectation::Kind kind;
};
constexpr std::array<ExpectationWord, 4> kExpectationWords{{{"eventually", Expectation::Kind::Eventually},
                                                            {"always", Expectation::Kind::Always},
                                                            {"never", Expectation::Kind::Never},
                                                            {"that", Expectation::Kind::At}}};

void read_expectation(Reader& reader, const Json& value, const std::string& path, Scenario& scenario) {
  if (!value.is_object()) return reader.complain(path, "expected an object, got " + kind_of(value));
  const ExpectationWord* found = nullptr;
  for (const ExpectationWord& word : kExpectationWords) {
    if (value.contains(word.word)) found = &word;
  }
  if (found == nullptr)
    return reader.complain(path, "expected one of the fields eventually, always, never, that");
  const bool at = found->kind == Expectation::Kind::At;
  const Words known =
      at ? Words{"that", "at_ms", "at_us"} : Words{found->word, "from_ms", "from_us", "by_ms", "by_us"};
  if (!reader.is_object(value, path, known)) return;
  const std::string text = reader.text(value, path, found->word, kMaxPredicateBytes, true);
  if (reader.complaint()) return;
  auto predicate = Predicate::parse(text);
  if (!predicate) return reader.complain(Reader::join(path, found->word), predicate.error().message);

  Expectation expectation{found->kind, std::move(*predicate), 0, scenario.duration_us};
  if (at) {
    const auto moment = reader.time(value, path, "at");
    if (!moment) return reader.complain(path, "the field \"at_ms\" is missing");
    expectation.from_us = *moment;
    expectation.until_us = *moment;
  } else {
    expectation.from_us = reader.time(value, path, "from").value_or(0);
    expectation.until_us = reader.time(value, path, "by").value_or(scenario.duration_us);
  }
  if (expectation.from_us > expectation.until_us || expectation.until_us > scenario.duration_us) {
    return reader.complain(path, "expected a span within the scenario's " + seconds(scenario.duration_us) +
                                     ", got " + seconds(expectation.from_us) + " to " +
                                     seconds(expectation.until_us));
  }
  scenario.expectations.push_back(std::move(expectation));
}

// The rest.

void read_cluster(Reader& reader, const Json& root, sim::WorldConfig& cluster) {
  const auto found = root.find("cluster");
  if (found == root.end()) return;
  const std::string path = "cluster";
  if (!reader.is_object(*found, path,
                        {"members", "pre_vote", "check_quorum", "tick_us", "election_ticks",
                         "heartbeat_ticks", "latency_min_us", "latency_mean_us", "loss_per_million",
                         "request_timeout_us", "request_deadline_us"})) {
    return;
  }
  constexpr std::int64_t kMinute = 60'000'000;
  const Json& json = *found;
  reader.integer_into(json, path, "members", 1, static_cast<std::int64_t>(sim::kMaxMembers),
                      cluster.members);
  reader.truth_into(json, path, "pre_vote", cluster.pre_vote);
  reader.truth_into(json, path, "check_quorum", cluster.check_quorum);
  reader.integer_into(json, path, "tick_us", 1, 1'000'000, cluster.tick_us);
  reader.integer_into(json, path, "election_ticks", 2, 10'000, cluster.election_ticks);
  reader.integer_into(json, path, "heartbeat_ticks", 1, 9'999, cluster.heartbeat_ticks);
  reader.integer_into(json, path, "latency_min_us", 0, kMinute, cluster.latency_min_us);
  reader.integer_into(json, path, "latency_mean_us", 0, kMinute, cluster.latency_mean_us);
  reader.integer_into(json, path, "loss_per_million", 0, 1'000'000, cluster.loss_per_million);
  reader.integer_into(json, path, "request_timeout_us", 1, kMinute, cluster.request_timeout_us);
  reader.integer_into(json, path, "request_deadline_us", 1, kMinute * 60, cluster.request_deadline_us);
}

void read_root(Reader& reader, const Json& root, Scenario& scenario) {
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
                        {"raftarium", "title", "description", "sources", "seed", "duration_ms", "cluster",
                         "actions", "expect"})) {
    return;
  }
  scenario.title = reader.text(root, "", "title", 100, true);
  scenario.description = reader.text(root, "", "description", 4000, false);
  if (const Json* sources = reader.array(root, "", "sources", 20)) {
    for (std::size_t i = 0; i < sources->size(); ++i) {
      const Json& source = (*sources)[i];
      if (!source.is_string()) {
        return reader.complain("sources[" + std::to_string(i) + "]",
                               "expected a text, got " + kind_of(source));
      }
      scenario.sources.push_back(source.get<std::string>());
    }
  }
  constexpr std::int64_t kMaxSeed = (std::int64_t{1} << 53) - 1;  // what every JSON reader can hold
  reader.integer_into(root, "", "seed", 0, kMaxSeed, scenario.cluster.seed);
  const auto duration = reader.integer(root, "", "duration_ms", 1, kMaxDurationUs / 1000);
  if (!duration) return reader.complain("", "the field \"duration_ms\" is missing");
  scenario.duration_us = *duration * 1000;
  read_cluster(reader, root, scenario.cluster);
  if (reader.complaint()) return;
  if (const Json* actions = reader.array(root, "", "actions", kMaxActions)) {
    for (std::size_t i = 0; i < actions->size() && !reader.complaint(); ++i) {
      read_action(reader, (*actions)[i], "actions[" + std::to_string(i) + "]", scenario);
    }
  }
  if (const Json* expectations = reader.array(root, "", "expect", kMaxExpectations)) {
    for (std::size_t i = 0; i < expectations->size() && !reader.complaint(); ++i) {
      read_expectation(reader, (*expectations)[i], "expect[" + std::to_string(i) + "]", scenario);
    }
  }
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
  Reader reader(*text);
  read_root(reader, text->root(), scenario);
  if (reader.complaint()) return *reader.complaint();
  // What the fields say one by one may still not fit together.
  if (auto world = sim::World::create(scenario.cluster); !world)
    return text->error("cluster", world.error().message);
  return scenario;
}

sim::World first_world(const Scenario& scenario) {
  auto world = sim::World::create(scenario.cluster);
  CHECK(world.ok(), world.error().message);
  for (const ScheduledAction& action : scenario.actions) world->schedule(action.at_us, action.command);
  return std::move(*world);
}

}  // namespace raftarium::lab
