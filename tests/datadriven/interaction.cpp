// The interaction grammar: a group of members, their storage and the messages between them, driven by hand.
// Commands are documented where they are handled. Behaviour and texts are those of the
// package rafttest of etcd-io/raft.

#include <algorithm>
#include <array>
#include <deque>
#include <limits>
#include <optional>
#include <utility>

#include "datadriven/etcd_format.h"
#include "datadriven/grammar.h"
#include "raft/raft.h"

namespace raftarium::datadriven {
namespace {

using raft::Index;
using raft::Message;
using raft::MessageType;
using raft::NodeId;
using raft::Refusal;
using raft::Snapshot;

// What a command comes to, apart from what it prints.
struct Outcome {
  enum class Kind { Done, Refused, Malformed };
  Kind kind = Kind::Done;
  std::string message;

  bool done() const { return kind == Kind::Done; }
};
// The engine or its storage said no: output, even when output is off.
Outcome refused(std::string message) { return {Outcome::Kind::Refused, std::move(message)}; }
// The transcript itself is wrong.
Outcome malformed(std::string message) { return {Outcome::Kind::Malformed, std::move(message)}; }

// The text of the current directive. Silent at log level NONE.
class Output {
 public:
  bool quiet() const { return level_ == kLevels.size() - 1; }
  bool set_level(std::string_view name);
  std::size_t level() const { return level_; }
  void restore_level(std::size_t level) { level_ = level; }

  void write(std::string_view text) {
    if (!quiet()) text_ += text;
  }
  void write_line(std::string_view text) {
    write(text);
    write("\n");
  }
  // Runs `body` and moves what it wrote two columns to the right, every line ended.
  template <class Body>
  Outcome indented(const Body& body) {
    const std::string before = std::exchange(text_, {});
    Outcome outcome = body();
    std::string after = before;
    for (const std::string& line : split_lines(text_)) after += "  " + line + "\n";
    text_ = std::move(after);
    return outcome;
  }
  std::string take() { return std::exchange(text_, {}); }
  bool empty() const { return text_.empty(); }

 private:
  static constexpr std::array<std::string_view, 6> kLevels = {"DEBUG", "INFO",  "WARN",
                                                              "ERROR", "FATAL", "NONE"};
  std::string text_;
  std::size_t level_ = 0;
};

bool Output::set_level(std::string_view name) {
  std::string upper;
  for (const char c : name) upper += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  for (std::size_t i = 0; i < kLevels.size(); ++i) {
    if (kLevels[i] == upper) {
      level_ = i;
      return true;
    }
  }
  return false;
}

// Storage in memory whose snapshot is always the newest one of the state machine's history: the one that
// the member started from, and one more for every entry applied. A received snapshot is not added.
class HistoryStorage : public raft::MemoryStorage {
 public:
  explicit HistoryStorage(std::shared_ptr<const Snapshot> start) : newest_(std::move(start)) {}

  SnapshotResult snapshot() const override { return {newest_, raft::StorageError::None}; }

  const Snapshot& newest() const { return *newest_; }
  void add_to_history(Snapshot snapshot) {
    newest_ = std::make_shared<const Snapshot>(std::move(snapshot));
  }

 private:
  std::shared_ptr<const Snapshot> newest_;
};

struct Member {
  Member(const raft::Config& its_config, std::unique_ptr<HistoryStorage> its_storage, raft::RawNode raw)
      : config(its_config), storage(std::move(its_storage)), node(std::move(raw)) {}

  raft::Config config;
  std::unique_ptr<HistoryStorage> storage;
  raft::RawNode node;
  std::deque<Message> append_work;  // MsgStorageAppend, with asynchronous storage writes
  std::deque<Message> apply_work;   // MsgStorageApply
};

// etcd's texts for what we answer as a Refusal.
constexpr const char* kProposalDropped = "raft proposal dropped";
constexpr const char* kPeerNotFound = "raft: cannot step as peer not found";

const char* storage_error_text(raft::StorageError error) {
  switch (error) {
    case raft::StorageError::Compacted:
      return "requested index is unavailable due to compaction";
    case raft::StorageError::Unavailable:
      return "requested entry at index is unavailable";
    case raft::StorageError::SnapshotTemporarilyUnavailable:
      return "snapshot is temporarily unavailable";
    case raft::StorageError::None:
      break;
  }
  return "";
}

// Whether etcd answers a proposal with ErrProposalDropped. A configuration change that its rules refuse is
// no error there: it becomes an empty entry.
bool is_dropped_proposal(Refusal refusal) {
  switch (refusal) {
    case Refusal::NoLeader:
    case Refusal::LeaderTransferring:
    case Refusal::UncommittedLimit:
    case Refusal::ForwardingDisabled:
    case Refusal::NotMember:
      return true;
    default:
      return false;
  }
}

// The proposal of a configuration change as it arrives at a leader.
Message forwarded(NodeId leader, const raft::ConfChange& change) {
  raft::Entry entry;
  entry.type = change.v1 ? raft::EntryType::ConfChange : raft::EntryType::ConfChangeV2;
  entry.data = raft::encode(change);
  Message message;
  message.type = MessageType::MsgProp;
  message.from = leader;
  message.to = leader;
  message.entries = std::vector<raft::Entry>{entry};
  return message;
}

// Messages of a member to itself or to and from its storage threads, which are never lost.
bool is_reliable(const Message& message) {
  return message.from == message.to || raft::is_storage_thread(message.from) ||
         raft::is_storage_thread(message.to);
}

base::Result<MessageType> parse_message_type(std::string_view name) {
  for (int i = 0; i <= static_cast<int>(MessageType::MsgForgetLeader); ++i) {
    const auto type = static_cast<MessageType>(i);
    if (name == raft::describe(type)) return type;
  }
  return base::Error{"unknown message type \"" + std::string(name) + "\""};
}

class InteractionGrammar : public Grammar {
 public:
  base::Result<std::string> run(const Directive& directive) override;

 private:
  using Args = std::vector<Arg>;
  struct Command {
    std::string_view name;
    Outcome (InteractionGrammar::*handle)(const Args&);
  };
  static const std::array<Command, 21> kCommands;

  Outcome run_one(const std::string& command, const Args& args);

  Outcome add_nodes(const Args& args);
  Outcome breakpoint(const Args& args);
  Outcome campaign(const Args& args);
  Outcome compact(const Args& args);
  Outcome deliver(const Args& args);
  Outcome forget_leader(const Args& args);
  Outcome log_level(const Args& args);
  Outcome process_append_thread(const Args& args);
  Outcome process_apply_thread(const Args& args);
  Outcome process_ready(const Args& args);
  Outcome propose(const Args& args);
  Outcome propose_conf_change(const Args& args, const std::string& changes);
  Outcome raft_log(const Args& args);
  Outcome raft_state(const Args& args);
  Outcome report_unreachable(const Args& args);
  Outcome send_snapshot(const Args& args);
  Outcome set_election_timeout(const Args& args);
  Outcome stabilize(const Args& args);
  Outcome status(const Args& args);
  Outcome tick_election(const Args& args);
  Outcome tick_heartbeat(const Args& args);
  Outcome transfer_leadership(const Args& args);

  // Members named by the arguments.
  base::Result<Member*> member(std::string_view text);
  base::Result<Member*> only_member(const Args& args);
  base::Result<std::vector<Member*>> members(const Args& args);

  // Runs `work` for every member named, under a heading when there are several.
  using Work = Outcome (InteractionGrammar::*)(Member&);
  Outcome for_each(const Args& args, const char* heading, Work work);
  Outcome handle_ready(Member& member);
  Outcome handle_append(Member& member);
  Outcome handle_apply(Member& member);
  Outcome stabilize(const std::vector<Member*>& members);
  Outcome store(Member& member, const raft::HardState& state, const raft::Entries& entries,
                const std::shared_ptr<const Snapshot>& snapshot);
  Outcome apply(Member& member, const raft::Entries& entries);
  void answer(std::vector<Message> responses);
  Outcome print_log(const Member& member);
  static Outcome proposed(Refusal refusal);

  struct Recipient {
    NodeId id;
    bool drop = false;
  };
  bool is_for(const Message& message, const Recipient& to, std::optional<MessageType> type) const;
  bool has_messages(NodeId to) const;
  base::Result<std::size_t> deliver(const Recipient& to, std::optional<MessageType> type);

  Output out_;
  std::vector<std::unique_ptr<Member>> members_;  // member `id` is at id - 1
  std::vector<Message> messages_;                 // under way, in the order of sending
};

const std::array<InteractionGrammar::Command, 21> InteractionGrammar::kCommands = {{
    {"_breakpoint", &InteractionGrammar::breakpoint},
    {"add-nodes", &InteractionGrammar::add_nodes},
    {"campaign", &InteractionGrammar::campaign},
    {"compact", &InteractionGrammar::compact},
    {"deliver-msgs", &InteractionGrammar::deliver},
    {"forget-leader", &InteractionGrammar::forget_leader},
    {"log-level", &InteractionGrammar::log_level},
    {"process-append-thread", &InteractionGrammar::process_append_thread},
    {"process-apply-thread", &InteractionGrammar::process_apply_thread},
    {"process-ready", &InteractionGrammar::process_ready},
    {"propose", &InteractionGrammar::propose},
    {"raft-log", &InteractionGrammar::raft_log},
    {"raft-state", &InteractionGrammar::raft_state},
    {"report-unreachable", &InteractionGrammar::report_unreachable},
    {"send-snapshot", &InteractionGrammar::send_snapshot},
    {"set-randomized-election-timeout", &InteractionGrammar::set_election_timeout},
    {"stabilize", &InteractionGrammar::stabilize},
    {"status", &InteractionGrammar::status},
    {"tick-election", &InteractionGrammar::tick_election},
    {"tick-heartbeat", &InteractionGrammar::tick_heartbeat},
    {"transfer-leadership", &InteractionGrammar::transfer_leadership},
}};

base::Result<std::string> InteractionGrammar::run(const Directive& directive) {
  out_.take();
  const bool changes_as_input = directive.command == "propose-conf-change";
  Outcome outcome = changes_as_input ? propose_conf_change(directive.args, directive.input)
                                     : run_one(directive.command, directive.args);
  // Input lines of the other commands are commands too, which go on printing into the same output.
  const std::vector<std::string> more =
      changes_as_input ? std::vector<std::string>() : split_lines(directive.input);
  for (std::size_t i = 0; outcome.done() && i < more.size(); ++i) {
    const base::Result<CommandLine> line = parse_command_line(more[i]);
    if (!line.ok()) return line.error();
    if (!line->command.empty()) outcome = run_one(line->command, line->args);
  }
  if (outcome.kind == Outcome::Kind::Malformed) return base::Error{outcome.message};
  std::string text = out_.take();
  if (outcome.kind == Outcome::Kind::Refused) text += outcome.message;
  return text.empty() ? "ok" : text;
}

Outcome InteractionGrammar::run_one(const std::string& command, const Args& args) {
  for (const Command& known : kCommands) {
    if (known.name != command) continue;
    Outcome outcome = (this->*known.handle)(args);
    if (outcome.kind == Outcome::Kind::Malformed) outcome.message = command + ": " + outcome.message;
    return outcome;
  }
  std::string names = "propose-conf-change";
  for (const Command& known : kCommands) names += ", " + std::string(known.name);
  return malformed("unknown command \"" + command + "\": expected one of " + names);
}

// --- Naming members ---

base::Result<Member*> InteractionGrammar::member(std::string_view text) {
  const base::Result<std::uint64_t> id = parse_number("member", text);
  if (!id.ok()) return id.error();
  if (*id == 0 || *id > members_.size()) {
    return base::Error{"there is no member " + std::string(text) + ": add-nodes has made " +
                       std::to_string(members_.size())};
  }
  return members_[*id - 1].get();
}

base::Result<Member*> InteractionGrammar::only_member(const Args& args) {
  if (args.empty() || !args.front().values.empty()) return base::Error{"expected a member's number"};
  return member(args.front().key);
}

base::Result<std::vector<Member*>> InteractionGrammar::members(const Args& args) {
  std::vector<Member*> named;
  for (const Arg& arg : args) {
    if (!arg.values.empty()) continue;
    const base::Result<Member*> one = member(arg.key);
    if (!one.ok()) return one.error();
    named.push_back(*one);
  }
  return named;
}

// --- Setting up ---

Outcome InteractionGrammar::breakpoint(const Args&) { return {}; }

// log-level debug|info|warn|error|fatal|none
Outcome InteractionGrammar::log_level(const Args& args) {
  if (args.size() != 1 || !args.front().values.empty()) return malformed("expected one level");
  if (out_.set_level(args.front().key)) return {};
  return refused("log levels must be either of [DEBUG INFO WARN ERROR FATAL NONE]");
}

struct NewMembers {
  std::uint64_t count = 0;
  raft::Config config;
  Snapshot start;
};

base::Status set_number(const Arg& arg, std::uint64_t& field) {
  const base::Result<std::uint64_t> value = parse_number(arg.key, arg.values.back());
  if (!value.ok()) return value.error();
  field = *value;
  return {};
}

base::Status set_bool(const Arg& arg, bool& field) {
  const base::Result<bool> value = parse_bool(arg.key, arg.values.back());
  if (!value.ok()) return value.error();
  field = *value;
  return {};
}

base::Status set_ids(const Arg& arg, std::vector<NodeId>& field) {
  for (const std::string& value : arg.values) {
    const base::Result<std::uint64_t> id = parse_number(arg.key, value);
    if (!id.ok()) return id.error();
    field.emplace_back(*id);
  }
  return {};
}

base::Status set_option(const Arg& arg, NewMembers& made) {
  raft::Config& config = made.config;
  if (arg.values.empty()) return base::Error{"expected a value: " + arg.key + "=..."};
  if (arg.key == "voters") return set_ids(arg, made.start.conf_state.voters);
  if (arg.key == "learners") return set_ids(arg, made.start.conf_state.learners);
  if (arg.key == "async-storage-writes") return set_bool(arg, config.async_storage_writes);
  if (arg.key == "prevote") return set_bool(arg, config.pre_vote);
  if (arg.key == "checkquorum") return set_bool(arg, config.check_quorum);
  if (arg.key == "step-down-on-removal") return set_bool(arg, config.step_down_on_removal);
  if (arg.key == "disable-conf-change-validation") {
    return set_bool(arg, config.disable_conf_change_validation);
  }
  if (arg.key == "max-committed-size-per-ready") {
    return set_number(arg, config.max_committed_size_per_ready);
  }
  if (arg.key == "content") {
    made.start.data = base::Bytes(arg.values.back());
    return {};
  }
  if (arg.key == "index" || arg.key == "inflight") {
    std::uint64_t number = 0;
    const base::Status read = set_number(arg, number);
    if (!read.ok()) return read.error();
    if (arg.key == "index") {
      made.start.index = Index(number);
      config.applied = Index(number);
    } else if (number > std::numeric_limits<std::int32_t>::max()) {
      return base::Error{"inflight: " + arg.values.back() + " is more than fits 31 bits"};
    } else {
      config.max_inflight_msgs = static_cast<int>(number);
    }
    return {};
  }
  return base::Error{"unknown option \"" + arg.key + "\""};
}

// etcd's words for a configuration that cannot work, where the grammar can write one.
std::string config_problem(const raft::Config& config, const base::Error& ours) {
  if (config.max_inflight_msgs <= 0) return "max inflight messages must be greater than 0";
  if (config.read_only == raft::ReadOnlyMode::LeaseBased && !config.check_quorum) {
    return "CheckQuorum must be enabled when ReadOnlyOption is ReadOnlyLeaseBased";
  }
  return ours.message;
}

// add-nodes <count> [voters=(1,2)] [learners=(3)] [index=10] [content=text] [inflight=n]
//   [async-storage-writes=true] [prevote=true] [checkquorum=true] [max-committed-size-per-ready=n]
//   [disable-conf-change-validation=true] [read-only=safe|lease-based] [step-down-on-removal=true]
Outcome InteractionGrammar::add_nodes(const Args& args) {
  if (args.empty() || !args.front().values.empty()) return malformed("expected how many");
  const base::Result<std::uint64_t> count = parse_number("how many", args.front().key);
  if (!count.ok()) return malformed(count.error().message);
  if (*count > 1000) return malformed("at most 1000 at a time");

  NewMembers made;
  made.config.election_ticks = 3;
  made.config.heartbeat_ticks = 1;
  made.config.max_size_per_msg = raft::kNoLimit;
  made.config.max_inflight_msgs = std::numeric_limits<std::int32_t>::max();
  for (std::size_t i = 1; i < args.size(); ++i) {
    const Arg& arg = args[i];
    if (arg.key == "read-only" && !arg.values.empty()) {
      const std::string& mode = arg.values.back();
      if (mode != "safe" && mode != "lease-based") {
        return refused("invalid read-only option " + etcd::quoted(mode));
      }
      made.config.read_only = mode == "safe" ? raft::ReadOnlyMode::Safe : raft::ReadOnlyMode::LeaseBased;
      continue;
    }
    const base::Status set = set_option(arg, made);
    if (!set.ok()) return malformed(set.error().message);
  }

  const bool bootstrap = made.start != Snapshot{};
  if (bootstrap && *count > 0) {
    if (made.start.index <= Index(1)) {
      return refused("index must be specified as > 1 due to bootstrap");
    }
    made.start.term = raft::Term(1);
  }
  const auto start = std::make_shared<const Snapshot>(made.start);
  for (std::uint64_t i = 0; i < *count; ++i) {
    auto storage = std::make_unique<HistoryStorage>(start);
    if (bootstrap) storage->apply_snapshot(start);
    raft::Config config = made.config;
    config.id = NodeId(members_.size() + 1);
    config.seed = config.id.value();
    base::Result<raft::RawNode> node = raft::RawNode::create(config, *storage);
    if (!node.ok()) return refused(config_problem(config, node.error()));
    members_.push_back(std::make_unique<Member>(config, std::move(storage), std::move(node).value()));
  }
  return {};
}

// --- Driving members ---

Outcome InteractionGrammar::proposed(Refusal refusal) {
  return is_dropped_proposal(refusal) ? refused(kProposalDropped) : Outcome{};
}

// campaign <id>
Outcome InteractionGrammar::campaign(const Args& args) {
  const base::Result<Member*> who = only_member(args);
  if (!who.ok()) return malformed(who.error().message);
  (*who)->node.campaign();  // what it refuses is a log line in etcd
  return {};
}

// propose <id> <data>
Outcome InteractionGrammar::propose(const Args& args) {
  const base::Result<Member*> who = only_member(args);
  if (!who.ok()) return malformed(who.error().message);
  if (args.size() != 2 || !args[1].values.empty()) return malformed("expected <id> <data>");
  return proposed((*who)->node.propose(base::Bytes(args[1].key)));
}

// propose-conf-change <id> [v1=true] [transition=auto|implicit|explicit], then changes such as "v1 l2 r3"
Outcome InteractionGrammar::propose_conf_change(const Args& args, const std::string& changes) {
  const base::Result<Member*> who = only_member(args);
  if (!who.ok()) return malformed("propose-conf-change: " + who.error().message);
  raft::ConfChange change;
  for (std::size_t i = 1; i < args.size(); ++i) {
    for (const std::string& value : args[i].values) {
      if (args[i].key == "v1") {
        const base::Result<bool> v1 = parse_bool("v1", value);
        if (!v1.ok()) return malformed("propose-conf-change: " + v1.error().message);
        change.v1 = *v1;
      } else if (args[i].key != "transition") {
        return refused("unknown command " + args[i].key);
      } else if (value == "auto") {
        change.transition = raft::ConfChangeTransition::Auto;
      } else if (value == "implicit") {
        change.transition = raft::ConfChangeTransition::JointImplicit;
      } else if (value == "explicit") {
        change.transition = raft::ConfChangeTransition::JointExplicit;
      } else {
        return refused("unknown transition " + value);
      }
    }
  }
  base::Result<std::vector<raft::ConfChangeSingle>> parsed = etcd::parse_changes(changes);
  if (!parsed.ok()) return refused(parsed.error().message);
  change.changes = std::move(*parsed);
  if (change.v1) {
    if (change.changes.size() > 1 || change.transition != raft::ConfChangeTransition::Auto) {
      return refused("v1 conf change can only have one operation and no transition");
    }
    if (change.changes.empty()) return malformed("propose-conf-change: v1=true needs one change");
  }
  const Refusal refusal = (*who)->node.propose_conf_change(change);
  if (refusal == Refusal::None || is_dropped_proposal(refusal)) return proposed(refusal);
  // Our proposer is told that the rules refuse the change, and nothing is appended. etcd's is not, and an
  // empty entry takes its place, as when a follower forwards the change: so that is what happens next.
  return proposed((*who)->node.step(forwarded((*who)->config.id, change)));
}

// tick-election <id>: an election timeout's ticks, without its random part
Outcome InteractionGrammar::tick_election(const Args& args) {
  const base::Result<Member*> who = only_member(args);
  if (!who.ok()) return malformed(who.error().message);
  for (int i = 0; i < (*who)->config.election_ticks; ++i) (*who)->node.tick();
  return {};
}

// tick-heartbeat <id>
Outcome InteractionGrammar::tick_heartbeat(const Args& args) {
  const base::Result<Member*> who = only_member(args);
  if (!who.ok()) return malformed(who.error().message);
  for (int i = 0; i < (*who)->config.heartbeat_ticks; ++i) (*who)->node.tick();
  return {};
}

// set-randomized-election-timeout <id> timeout=<ticks>: until the role changes
Outcome InteractionGrammar::set_election_timeout(const Args& args) {
  const base::Result<Member*> who = only_member(args);
  if (!who.ok()) return malformed(who.error().message);
  if (args.size() != 2 || args[1].key != "timeout" || args[1].values.size() != 1) {
    return malformed("expected <id> timeout=<ticks>");
  }
  const base::Result<std::uint64_t> ticks = parse_number("timeout", args[1].values.front());
  if (!ticks.ok()) return malformed(ticks.error().message);
  if (*ticks == 0 || *ticks > 1'000'000) return malformed("timeout: expected 1 to 1000000 ticks");
  (*who)->node.set_randomized_election_timeout(static_cast<int>(*ticks));
  return {};
}

// transfer-leadership from=<id> to=<id>
Outcome InteractionGrammar::transfer_leadership(const Args& args) {
  Member* from = nullptr;
  Member* to = nullptr;
  for (const Arg& arg : args) {
    if ((arg.key != "from" && arg.key != "to") || arg.values.size() != 1) {
      return malformed("expected from=<id> to=<id>");
    }
    const base::Result<Member*> who = member(arg.values.front());
    if (!who.ok()) return malformed(who.error().message);
    (arg.key == "from" ? from : to) = *who;
  }
  if (from == nullptr || to == nullptr) return malformed("expected from=<id> to=<id>");
  from->node.transfer_leadership(to->config.id);
  return {};
}

// forget-leader <id>
Outcome InteractionGrammar::forget_leader(const Args& args) {
  const base::Result<Member*> who = only_member(args);
  if (!who.ok()) return malformed(who.error().message);
  (*who)->node.forget_leader();
  return {};
}

// report-unreachable <who reports> <whom>
Outcome InteractionGrammar::report_unreachable(const Args& args) {
  const base::Result<std::vector<Member*>> named = members(args);
  if (!named.ok()) return malformed(named.error().message);
  if (named->size() != 2) {
    return refused("must specify exactly two node indexes: node on which to report, and reported node");
  }
  (*named)[0]->node.report_unreachable((*named)[1]->config.id);
  return {};
}

// send-snapshot <from> <to>: puts the newest snapshot of `from` on its way
Outcome InteractionGrammar::send_snapshot(const Args& args) {
  const base::Result<std::vector<Member*>> named = members(args);
  if (!named.ok()) return malformed(named.error().message);
  if (named->size() != 2) return malformed("expected <from> <to>");
  const Member& from = *(*named)[0];
  Message message;
  message.type = MessageType::MsgSnap;
  message.term = from.node.term();
  message.from = from.config.id;
  message.to = (*named)[1]->config.id;
  message.snapshot = from.storage->snapshot().snapshot;
  out_.write(etcd::text(message));
  messages_.push_back(std::move(message));
  return {};
}

// compact <id> <index>: forgets the log up to and including `index`, and prints the rest
Outcome InteractionGrammar::compact(const Args& args) {
  const base::Result<Member*> who = only_member(args);
  if (!who.ok()) return malformed(who.error().message);
  if (args.size() != 2 || !args[1].values.empty()) return malformed("expected <id> <index>");
  const base::Result<std::uint64_t> index = parse_number("index", args[1].key);
  if (!index.ok()) return malformed(index.error().message);
  raft::MemoryStorage& storage = *(*who)->storage;
  // Entries that are still to be applied cannot be forgotten: no snapshot stands for them.
  const Index applied = std::max((*who)->storage->newest().index, (*who)->node.applied());
  if (Index(*index) > applied) {
    return malformed("index " + args[1].key + " is beyond what is applied, " +
                     std::to_string(applied.value()));
  }
  const raft::StorageError error = storage.compact(Index(*index));
  if (error != raft::StorageError::None) return refused(storage_error_text(error));
  return print_log(**who);
}

// --- Looking at members ---

// raft-log <id>: what its storage has
Outcome InteractionGrammar::raft_log(const Args& args) {
  const base::Result<Member*> who = only_member(args);
  if (!who.ok()) return malformed(who.error().message);
  return print_log(**who);
}

Outcome InteractionGrammar::print_log(const Member& member) {
  const Index first = member.storage->first_index();
  const Index last = member.storage->last_index();
  if (last < first) {
    out_.write("log is empty: first index=" + std::to_string(first.value()) +
               ", last index=" + std::to_string(last.value()));
    return {};
  }
  const auto read = member.storage->entries(first, last + 1, raft::kNoLimit);
  if (read.error != raft::StorageError::None) return refused(storage_error_text(read.error));
  out_.write(etcd::text(read.entries));
  return {};
}

// raft-state: role, term and leader of every member in its own view
Outcome InteractionGrammar::raft_state(const Args&) {
  for (const auto& member : members_) {
    const raft::Status status = member->node.status();
    bool voter = false;
    for (const auto* half : {&status.conf_state.voters, &status.conf_state.voters_outgoing}) {
      for (const NodeId id : *half) voter = voter || id == status.id;
    }
    out_.write_line(std::to_string(status.id.value()) + ": " + raft::describe(status.soft_state.role) +
                    (voter ? " (Voter)" : " (Non-Voter)") +
                    " Term:" + std::to_string(status.hard_state.term.value()) +
                    " Lead:" + std::to_string(status.soft_state.leader.value()));
  }
  return {};
}

// status <id>: a leader's progress of its peers
Outcome InteractionGrammar::status(const Args& args) {
  const base::Result<Member*> who = only_member(args);
  if (!who.ok()) return malformed(who.error().message);
  for (const raft::ProgressView& progress : (*who)->node.status().progress) {
    out_.write_line(std::to_string(progress.id.value()) + ": " + etcd::text(progress));
  }
  return {};
}

// --- Doing the work that members ask for ---

Outcome InteractionGrammar::for_each(const Args& args, const char* heading, Work work) {
  const base::Result<std::vector<Member*>> named = members(args);
  if (!named.ok()) return malformed(named.error().message);
  if (named->empty()) return malformed("expected members' numbers");
  if (named->size() == 1) return (this->*work)(*named->front());
  for (Member* who : *named) {
    out_.write_line("> " + std::to_string(who->config.id.value()) + " " + heading);
    Outcome outcome = out_.indented([&] { return (this->*work)(*who); });
    if (!outcome.done()) return outcome;
  }
  return {};
}

// process-ready <id>...
Outcome InteractionGrammar::process_ready(const Args& args) {
  return for_each(args, "handling Ready", &InteractionGrammar::handle_ready);
}

// process-append-thread <id>...: one piece of work each
Outcome InteractionGrammar::process_append_thread(const Args& args) {
  return for_each(args, "processing append thread", &InteractionGrammar::handle_append);
}

// process-apply-thread <id>...: one piece of work each
Outcome InteractionGrammar::process_apply_thread(const Args& args) {
  return for_each(args, "processing apply thread", &InteractionGrammar::handle_apply);
}

Outcome InteractionGrammar::handle_ready(Member& member) {
  if (!member.node.has_ready()) {
    out_.write(etcd::text(raft::Ready{}));
    return {};
  }
  const raft::Ready ready = member.node.ready();
  out_.write(etcd::text(ready));
  const bool async = member.config.async_storage_writes;
  if (!async) {
    Outcome stored = store(member, ready.hard_state, ready.entries, ready.snapshot);
    if (!stored.done()) return stored;
    Outcome applied = apply(member, ready.committed_entries);
    if (!applied.done()) return applied;
  }
  for (const Message& message : ready.messages) {
    if (message.to == raft::kAppendThread) {
      member.append_work.push_back(message);
    } else if (message.to == raft::kApplyThread) {
      member.apply_work.push_back(message);
    } else {
      messages_.push_back(message);
    }
  }
  if (!async) member.node.advance();
  return {};
}

Outcome InteractionGrammar::handle_append(Member& member) {
  if (member.append_work.empty()) {
    out_.write("no append work to perform");
    return {};
  }
  Message work = std::move(member.append_work.front());
  member.append_work.pop_front();
  std::vector<Message> responses = work.responses.take();
  out_.write_line("Processing:\n" + etcd::text(work));
  Outcome stored = store(member, {work.term, work.vote, work.commit}, work.entries, work.snapshot);
  if (!stored.done()) return stored;
  answer(std::move(responses));
  return {};
}

Outcome InteractionGrammar::handle_apply(Member& member) {
  if (member.apply_work.empty()) {
    out_.write("no apply work to perform");
    return {};
  }
  Message work = std::move(member.apply_work.front());
  member.apply_work.pop_front();
  std::vector<Message> responses = work.responses.take();
  out_.write_line("Processing:\n" + etcd::text(work));
  Outcome applied = apply(member, work.entries);
  if (!applied.done()) return applied;
  answer(std::move(responses));
  return {};
}

void InteractionGrammar::answer(std::vector<Message> responses) {
  out_.write_line("Responses:");
  for (Message& response : responses) {
    out_.write_line(etcd::text(response));
    messages_.push_back(std::move(response));
  }
}

// Makes durable what a Ready or an append thread's message carries.
Outcome InteractionGrammar::store(Member& member, const raft::HardState& state,
                                  const raft::Entries& entries,
                                  const std::shared_ptr<const Snapshot>& snapshot) {
  if (!state.is_empty()) member.storage->set_hard_state(state);
  if (snapshot != nullptr && !snapshot->is_empty()) {
    if (!entries.empty()) return refused("can't apply snapshot and entries at the same time");
    if (member.storage->apply_snapshot(snapshot) != raft::StorageError::None) {
      return refused("requested index is older than the existing snapshot");
    }
    return {};
  }
  if (!entries.empty()) member.storage->append(entries);
  return {};
}

// The state machine appends every entry's bytes to what it has, and keeps a snapshot of each step.
Outcome InteractionGrammar::apply(Member& member, const raft::Entries& entries) {
  for (const raft::Entry& entry : entries) {
    Snapshot next;
    next.index = entry.index;
    next.term = entry.term;
    next.conf_state = member.storage->newest().conf_state;
    base::Bytes update = entry.data;
    if (entry.type != raft::EntryType::Normal) {
      const base::Result<raft::ConfChange> change = raft::decode_conf_change(entry.data, entry.type);
      if (!change.ok()) return refused(change.error().message);
      update = change->context;
      next.conf_state = member.node.apply_conf_change(*change);
    }
    next.data = base::Bytes(member.storage->newest().data.str() + update.str());
    member.storage->add_to_history(std::move(next));
  }
  return {};
}

// --- Messages ---

bool InteractionGrammar::is_for(const Message& message, const Recipient& to,
                                std::optional<MessageType> type) const {
  return message.to == to.id && !(to.drop && is_reliable(message)) && (!type || message.type == *type);
}

bool InteractionGrammar::has_messages(NodeId to) const {
  for (const Message& message : messages_) {
    if (message.to == to) return true;
  }
  return false;
}

// Delivers or drops what is under way to one member, and says how many that was. What the deliveries send
// in turn is not among it.
base::Result<std::size_t> InteractionGrammar::deliver(const Recipient& to,
                                                      std::optional<MessageType> type) {
  std::vector<Message> taken;
  std::vector<Message> left;
  for (Message& message : messages_) {
    (is_for(message, to, type) ? taken : left).push_back(std::move(message));
  }
  messages_ = std::move(left);
  for (const Message& message : taken) {
    out_.write_line((to.drop ? "dropped: " : "") + etcd::text(message));
    if (to.drop) continue;
    if (to.id.value() > members_.size()) {
      return base::Error{"there is no member " + std::to_string(to.id.value()) + " to deliver to"};
    }
    const Refusal refusal = members_[to.id.value() - 1]->node.step(message);
    if (refusal == Refusal::UnknownPeer && raft::is_response(message.type)) {
      out_.write_line(kPeerNotFound);
    } else if (message.type == MessageType::MsgProp && is_dropped_proposal(refusal)) {
      out_.write_line(kProposalDropped);
    }
  }
  return taken.size();
}

// deliver-msgs <id>... [drop=(<id>,...)] [type=MsgApp]
Outcome InteractionGrammar::deliver(const Args& args) {
  std::vector<Recipient> recipients;
  std::optional<MessageType> type;
  const auto read_id = [](const std::string& text) { return parse_number("member", text); };
  for (const Arg& arg : args) {
    if (arg.values.empty()) {
      const base::Result<std::uint64_t> id = read_id(arg.key);
      if (!id.ok()) return malformed(id.error().message);
      recipients.push_back({NodeId(*id), false});
    } else if (arg.key == "type") {
      const base::Result<MessageType> named = parse_message_type(arg.values.back());
      if (!named.ok()) return malformed(named.error().message);
      type = *named;
    } else if (arg.key == "drop") {
      for (const std::string& value : arg.values) {
        const base::Result<std::uint64_t> id = read_id(value);
        if (!id.ok()) return malformed(id.error().message);
        for (const Recipient& other : recipients) {
          if (other.id == NodeId(*id)) {
            return malformed("can't both deliver and drop messages to " + value);
          }
        }
        recipients.push_back({NodeId(*id), true});
      }
    } else {
      return malformed("unknown option \"" + arg.key + "\": expected drop= or type=");
    }
  }
  std::size_t handled = 0;
  for (const Recipient& to : recipients) {
    const base::Result<std::size_t> done = deliver(to, type);
    if (!done.ok()) return malformed(done.error().message);
    handled += *done;
  }
  if (handled == 0) out_.write_line("no messages");
  return {};
}

// stabilize [<id>...] [log-level=none]: works until the members named, or all, have nothing left to do
Outcome InteractionGrammar::stabilize(const Args& args) {
  base::Result<std::vector<Member*>> named = members(args);
  if (!named.ok()) return malformed(named.error().message);
  if (named->empty()) {
    for (const auto& member : members_) named->push_back(member.get());
  }
  const std::size_t level_before = out_.level();
  for (const Arg& arg : args) {
    if (arg.values.empty()) continue;
    if (arg.key != "log-level") {
      return malformed("unknown option \"" + arg.key + "\": expected log-level=");
    }
    if (!out_.set_level(arg.values.back())) {
      return refused("log levels must be either of [DEBUG INFO WARN ERROR FATAL NONE]");
    }
  }
  Outcome outcome = stabilize(*named);
  out_.restore_level(level_before);
  return outcome;
}

// A round is all Readies, then all deliveries, then all append threads, then all apply threads.
Outcome InteractionGrammar::stabilize(const std::vector<Member*>& members) {
  constexpr int kMaxRounds = 10'000;
  const auto heading = [&](const Member* member, const char* what) {
    out_.write_line("> " + std::to_string(member->config.id.value()) + " " + what);
  };
  for (int round = 0; round < kMaxRounds; ++round) {
    bool idle = true;
    for (Member* member : members) {
      if (!member->node.has_ready()) continue;
      idle = false;
      heading(member, "handling Ready");
      Outcome outcome = out_.indented([&] { return handle_ready(*member); });
      if (!outcome.done()) return outcome;
    }
    for (Member* member : members) {
      if (!has_messages(member->config.id)) continue;
      idle = false;
      heading(member, "receiving messages");
      Outcome outcome = out_.indented([&] {
        const base::Result<std::size_t> done = deliver(Recipient{member->config.id}, std::nullopt);
        return done.ok() ? Outcome{} : malformed(done.error().message);
      });
      if (!outcome.done()) return outcome;
    }
    for (Member* member : members) {
      if (member->append_work.empty()) continue;
      idle = false;
      heading(member, "processing append thread");
      while (!member->append_work.empty()) {
        Outcome outcome = out_.indented([&] { return handle_append(*member); });
        if (!outcome.done()) return outcome;
      }
    }
    for (Member* member : members) {
      if (member->apply_work.empty()) continue;
      idle = false;
      heading(member, "processing apply thread");
      while (!member->apply_work.empty()) {
        Outcome outcome = out_.indented([&] { return handle_apply(*member); });
        if (!outcome.done()) return outcome;
      }
    }
    if (idle) return {};
  }
  return malformed("the members still have work after " + std::to_string(kMaxRounds) + " rounds");
}

}  // namespace

std::unique_ptr<Grammar> make_interaction_grammar() { return std::make_unique<InteractionGrammar>(); }

}  // namespace raftarium::datadriven
