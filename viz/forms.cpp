#include "viz/forms.h"

#include <algorithm>
#include <array>
#include <optional>
#include <sstream>
#include <utility>

#include "sim/world_config.h"

namespace raftarium::viz {
namespace {

using sim::Command;
using CommandKind = sim::Command::Kind;

constexpr int kThousandths = 3;  // digits after the point: of milliseconds, down to a microsecond
constexpr int kPerMillion = 4;   // of a percent

std::int64_t power_of_ten(int digits) {
  std::int64_t power = 1;
  for (; digits > 0; --digits) power *= 10;
  return power;
}

// "12.5" with three digits after the point is 12'500.
std::optional<std::int64_t> parse(std::string_view text, int digits) {
  constexpr std::int64_t kMost = std::int64_t{1} << 53;
  const bool negative = !text.empty() && text.front() == '-';
  if (negative) text.remove_prefix(1);
  std::int64_t value = 0;
  int after = -1;  // the point; -1: before it
  bool any = false;
  for (const char c : text) {
    if (c == '.' && after < 0) {
      after = 0;
      continue;
    }
    if (c < '0' || c > '9' || after >= digits || value > kMost / 10) return std::nullopt;
    value = value * 10 + (c - '0');
    any = true;
    if (after >= 0) ++after;
  }
  const std::int64_t power = power_of_ten(digits - std::max(0, after));
  if (!any || value > kMost / power) return std::nullopt;
  value *= power;
  return negative ? -value : value;
}

std::string written(std::int64_t value, int digits) {
  const std::int64_t power = power_of_ten(digits);
  const std::int64_t most = value < 0 ? -value : value;
  std::string text = (value < 0 ? "-" : "") + std::to_string(most / power);
  if (most % power == 0) return text;
  std::string after = std::to_string(most % power);
  after.insert(0, static_cast<std::size_t>(digits) - after.size(), '0');
  return text + "." + after.substr(0, after.find_last_not_of('0') + 1);
}

std::string trim(const std::string& text) {
  const std::size_t from = text.find_first_not_of(" \t");
  return from == std::string::npos ? "" : text.substr(from, text.find_last_not_of(" \t") - from + 1);
}

// "1 2 | 3 4 5"
std::string sides_as_text(const std::vector<std::vector<raft::NodeId>>& groups) {
  std::string text;
  for (const auto& group : groups) {
    if (!text.empty()) text += " |";
    for (const raft::NodeId id : group) text += (text.empty() ? "" : " ") + std::to_string(id.value());
  }
  return text;
}

// An "S" before a number and commas between them are as good.
std::optional<std::vector<std::vector<raft::NodeId>>> sides_from_text(const std::string& text) {
  std::vector<std::vector<raft::NodeId>> groups(1);
  std::string word;
  bool good = true;
  const auto end_word = [&] {
    if (word.empty()) return;
    if (word.front() == 'S' || word.front() == 's') word.erase(0, 1);
    const auto id = parse(word, 0);
    good = good && id && *id > 0;
    if (good) groups.back().emplace_back(static_cast<std::uint64_t>(*id));
    word.clear();
  };
  for (const char c : text) {
    if (c != ' ' && c != ',' && c != '|') {
      word += c;
      continue;
    }
    end_word();
    if (c == '|') groups.emplace_back();
  }
  end_word();
  const bool empty =
      std::any_of(groups.begin(), groups.end(), [](const auto& group) { return group.empty(); });
  if (!good || empty || groups.size() < 2) return std::nullopt;
  return groups;
}

// Makes the fields of what a command says.
struct Writer {
  std::vector<FormField> fields{};

  void number(const char* name, const char* label, const char* unit, std::int64_t value, int digits,
              std::int64_t /*least*/, std::int64_t /*most*/, const auto& /*set*/) {
    fields.push_back({name, label, unit, written(value, digits)});
  }
  void words(const char* name, const char* label, std::string& text) {
    fields.push_back({name, label, "", text});
  }
  void choice(const std::string& name, const std::string& label, std::vector<std::string> choices,
              std::size_t& at) {
    std::string text = choices[at];
    fields.push_back({name, label, "", std::move(text), std::move(choices)});
  }
  void refuse(const std::string&, const std::string&) {}
};

// Takes a command from what is written in the fields, in the same order.
struct Reader {
  const std::vector<FormField>& fields;
  std::size_t at = 0;
  std::string error{};

  void number(const char* /*name*/, const char* label, const char* unit, std::int64_t /*value*/, int digits,
              std::int64_t least, std::int64_t most, const auto& set) {
    const std::string text = trim(fields[at++].text);
    const auto value = parse(text, digits);
    if (value && *value >= least && *value <= most) return set(*value);
    const std::string of = *unit == 0 ? "" : " " + std::string(unit);
    refuse(label, "expected " + written(least, digits) + " to " + written(most, digits) + of + ", got \"" +
                      text + "\"");
  }
  void words(const char*, const char*, std::string& text) { text = trim(fields[at++].text); }
  void choice(const std::string&, const std::string&, const std::vector<std::string>& choices,
              std::size_t& chosen) {
    const auto found = std::find(choices.begin(), choices.end(), fields[at++].text);
    if (found != choices.end()) chosen = static_cast<std::size_t>(found - choices.begin());
  }
  // The first one is told.
  void refuse(const std::string& label, const std::string& why) {
    if (error.empty()) error = label + ": " + why;
  }
};

template <class Visit, class Number>
void whole_field(Visit& visit, const char* name, const char* label, Number& value, std::int64_t least,
                 std::int64_t most) {
  visit.number(name, label, "", static_cast<std::int64_t>(value), 0, least, most,
               [&](std::int64_t to) { value = static_cast<Number>(to); });
}

template <class Visit>
void time_field(Visit& visit, const char* name, const char* label, sim::TimeUs& value, sim::TimeUs most) {
  visit.number(name, label, "ms", value, kThousandths, 0, most, [&](std::int64_t to) { value = to; });
}

template <class Visit>
void chance_field(Visit& visit, const char* name, const char* label, std::uint32_t& value) {
  visit.number(name, label, "%", value, kPerMillion, 0, 1'000'000,
               [&](std::int64_t to) { value = static_cast<std::uint32_t>(to); });
}

template <class Visit>
void yes_field(Visit& visit, const char* name, const char* label, bool& value) {
  std::size_t at = value ? 1 : 0;
  visit.choice(name, label, {"no", "yes"}, at);
  value = at == 1;
}

// One of the members, or none where there may be none.
template <class Visit>
void member_field(Visit& visit, const char* name, const char* label, const char* nobody,
                  std::size_t members, raft::NodeId& node) {
  std::vector<std::string> choices;
  if (nobody != nullptr) choices.emplace_back(nobody);
  for (std::size_t id = 1; id <= members; ++id) choices.push_back("S" + std::to_string(id));
  const std::size_t before = nobody != nullptr ? 0 : 1;
  std::size_t at = std::min<std::size_t>(node.value(), members) - (node.value() < before ? 0 : before);
  visit.choice(name, label, std::move(choices), at);
  node = raft::NodeId(at + before);
}

template <class Visit>
void through_field(Visit& visit, std::size_t members, raft::NodeId& node) {
  member_field(visit, "through", "through", "whoever leads", members, node);
}

template <class Visit>
void session_field(Visit& visit, bool& no_session) {
  bool has = !no_session;
  yes_field(visit, "session", "applied once at most", has);
  no_session = !has;
}

template <class Visit>
void read_mode(Visit& visit, member::ReadMode& mode) {
  auto at = static_cast<std::size_t>(mode);
  visit.choice("mode", "read", {"linearizable", "by lease", "locally"}, at);
  mode = static_cast<member::ReadMode>(at);
}

template <class Visit>
void link_fields(Visit& visit, sim::LinkSettings& link) {
  time_field(visit, "latency", "take at least", link.latency_min_us, sim::kMaxLatencyUs);
  time_field(visit, "spread", "and on average", link.latency_mean_us, sim::kMaxLatencyUs);
  chance_field(visit, "loss", "are lost", link.loss_per_million);
  chance_field(visit, "duplicate", "arrive twice", link.duplicate_per_million);
  chance_field(visit, "replay", "bring an old one", link.replay_per_million);
  yes_field(visit, "clogged", "wait at its end", link.clogged);
}

template <class Visit>
void disk_fields(Visit& visit, sim::DiskSettings& disk) {
  time_field(visit, "sync", "a sync takes at least", disk.sync_min_us, sim::kMaxSyncUs);
  time_field(visit, "spread", "and on average", disk.sync_mean_us, sim::kMaxSyncUs);
  chance_field(visit, "sync_error", "syncs fail", disk.sync_error_per_million);
  chance_field(visit, "lying_sync", "syncs lie", disk.lying_sync_per_million);
  chance_field(visit, "write_error", "writes fail", disk.write_error_per_million);
  chance_field(visit, "short_write", "writes are cut short", disk.short_write_per_million);
  chance_field(visit, "no_space", "writes find no room", disk.no_space_per_million);
  chance_field(visit, "read_error", "reads fail", disk.read_error_per_million);
  chance_field(visit, "misdirected", "some go astray", disk.misdirected_per_million);
  chance_field(visit, "bit_flip", "reads find a bit flipped", disk.bit_flip_per_million);
  chance_field(visit, "zeroed_sector", "reads find a sector lost", disk.zeroed_sector_per_million);
  yes_field(visit, "full", "it is full", disk.full);
  yes_field(visit, "lie", "every sync lies", disk.syncs_lie);
}

template <class Visit>
void load_fields(Visit& visit, Command& c) {
  visit.words("key", "keys begin with", c.key);
  whole_field(visit, "clients", "clients", c.load.clients, 1, sim::kMaxLoadClients);
  whole_field(visit, "count", "requests", c.load.count, 1, sim::kMaxLoadRequests);
  whole_field(visit, "keys", "different keys", c.load.keys, 1, sim::kMaxLoadClients);
  time_field(visit, "every", "pause between two", c.load.every_us, sim::kMaxJumpUs);
  chance_field(visit, "reads", "are reads", c.load.reads_per_million);
  yes_field(visit, "open", "nobody waits for answers", c.load.open);
  read_mode(visit, c.mode);
  session_field(visit, c.no_session);
}

template <class Visit>
void nemesis_fields(Visit& visit, sim::Nemesis& nemesis) {
  whole_field(visit, "strikes", "strikes", nemesis.strikes, 1, static_cast<std::int64_t>(sim::kMaxStrikes));
  time_field(visit, "between", "apart on average", nemesis.between_us, sim::kMaxJumpUs);
  time_field(visit, "lasts", "undone after", nemesis.lasts_us, sim::kMaxJumpUs);
  std::vector<sim::NemesisFault> faults;
  for (std::size_t i = 0; i < sim::kNemesisFaultCount; ++i) {
    const auto fault = static_cast<sim::NemesisFault>(i);
    bool on = std::find(nemesis.faults.begin(), nemesis.faults.end(), fault) != nemesis.faults.end();
    yes_field(visit, sim::describe(fault), sim::describe(fault), on);
    if (on) faults.push_back(fault);
  }
  nemesis.faults = std::move(faults);
  if (nemesis.faults.empty()) visit.refuse("faults", "expected at least one, got none");
}

// What becomes of each member.
template <class Visit>
void change_fields(Visit& visit, Command& c, std::size_t members) {
  std::vector<sim::Change> changes;
  for (std::size_t id = 1; id <= members; ++id) {
    std::size_t at = 0;
    for (const sim::Change& change : c.changes) {
      if (change.node.value() == id) at = static_cast<std::size_t>(change.kind) + 1;
    }
    const std::string name = std::to_string(id);
    visit.choice(name, "S" + name, {"as it is", "add", "add as a learner", "promote", "remove"}, at);
    if (at > 0) changes.push_back({static_cast<sim::Change::Kind>(at - 1), raft::NodeId(id)});
  }
  c.changes = std::move(changes);
  auto transition = static_cast<std::size_t>(c.transition);
  visit.choice("transition", "joint", {"if it must", "left by itself", "until it is left"}, transition);
  c.transition = static_cast<raft::ConfChangeTransition>(transition);
  through_field(visit, members, c.node);
  if (c.changes.empty()) visit.refuse("changes", "expected at least one, got none");
}

template <class Visit>
void partition_fields(Visit& visit, Command& c, std::size_t members) {
  if (c.size > 0) {
    return whole_field(visit, "size", "members on one side", c.size, 1,
                       static_cast<std::int64_t>(members) - 1);
  }
  std::string sides = sides_as_text(c.groups);
  visit.words("sides", "sides", sides);
  const auto groups = sides_from_text(sides);
  if (groups) {
    c.groups = *groups;
  } else {
    visit.refuse("sides", "expected members by number, as in 1 2 | 3 4 5, got \"" + sides + "\"");
  }
}

// A field for everything that can be said of the command's kind, always in the same order.
template <class Visit>
void visit_fields(Visit& visit, Command& c, std::size_t members) {
  switch (c.kind) {
    case CommandKind::Put:
      visit.words("key", "key", c.key);
      visit.words("value", "value", c.value);
      visit.words("fence", "only while this key", c.fence);
      whole_field(visit, "token", "was last changed at", c.token, 0, std::int64_t{1} << 53);
      session_field(visit, c.no_session);
      return through_field(visit, members, c.node);
    case CommandKind::Delete:
      visit.words("key", "key", c.key);
      session_field(visit, c.no_session);
      return through_field(visit, members, c.node);
    case CommandKind::Read:
      visit.words("key", "key", c.key);
      read_mode(visit, c.mode);
      return through_field(visit, members, c.node);
    case CommandKind::Swap:
      visit.words("key", "key", c.key);
      visit.words("expected", "if it holds", c.expected);
      visit.words("value", "value", c.value);
      session_field(visit, c.no_session);
      return through_field(visit, members, c.node);
    case CommandKind::Load:
      load_fields(visit, c);
      return through_field(visit, members, c.node);
    case CommandKind::SetLink:
      return link_fields(visit, c.link);
    case CommandKind::SetDisk:
      return disk_fields(visit, c.disk);
    case CommandKind::SetProcess:
      time_field(visit, "step", "each thing takes", c.process.step_us, sim::kMaxStepUs);
      chance_field(visit, "stall", "stall", c.process.stall_per_million);
      return time_field(visit, "stall_time", "for", c.process.stall_us, sim::kMaxStepUs);
    case CommandKind::Drift:
      return visit.number("drift", "runs faster by", "%", c.drift_ppm, kPerMillion, -1'000'000,
                          sim::kMaxDriftPpm, [&](std::int64_t to) { c.drift_ppm = to; });
    case CommandKind::Jump:
    case CommandKind::Delay:
      return time_field(visit, "delay", c.kind == CommandKind::Jump ? "forward by" : "later by", c.delay_us,
                        sim::kMaxJumpUs);
    case CommandKind::Damage:
      visit.words("file", "file", c.file);
      whole_field(visit, "byte", "byte", c.offset, 0, std::int64_t{1} << 40);
      whole_field(visit, "bit", "bit", c.bit, 0, 7);
      return yes_field(visit, "zeroed", "its whole sector", c.zeroed);
    case CommandKind::Transfer:
      return member_field(visit, "to", "to", nullptr, members, c.peer);
    case CommandKind::Partition:
      return partition_fields(visit, c, members);
    case CommandKind::Nemesis:
      return nemesis_fields(visit, c.nemesis);
    case CommandKind::Reconfigure:
      return change_fields(visit, c, members);
    case CommandKind::LeaveJoint:
      return through_field(visit, members, c.node);
    default:
      return;  // there is nothing more to be said
  }
}

}  // namespace

Form form_for(std::string title, const Command& command, std::size_t members) {
  Writer writer;
  Command said = command;
  visit_fields(writer, said, members);
  return {std::move(title), command, members, std::move(writer.fields), ""};
}

base::Result<Command> command_of(const Form& form) {
  Command command = form.command;
  Reader reader{form.fields};
  visit_fields(reader, command, form.members);
  if (!reader.error.empty()) return base::Error{reader.error};
  return command;
}

void turn(FormField& field, int steps) {
  const auto count = static_cast<int>(field.choices.size());
  const auto found = std::find(field.choices.begin(), field.choices.end(), field.text);
  const auto at = static_cast<int>(found - field.choices.begin());
  field.text = field.choices[static_cast<std::size_t>(((at + steps) % count + count) % count)];
}

}  // namespace raftarium::viz
