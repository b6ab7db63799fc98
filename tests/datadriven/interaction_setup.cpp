#include "datadriven/interaction.h"

#include <limits>

#include "datadriven/etcd_format.h"

namespace raftarium::datadriven {
namespace {

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

}  // namespace

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

Outcome InteractionGrammar::breakpoint(const Args&) { return {}; }

// log-level debug|info|warn|error|fatal|none
Outcome InteractionGrammar::log_level(const Args& args) {
  if (args.size() != 1 || !args.front().values.empty()) return malformed("expected one level");
  if (out_.set_level(args.front().key)) return {};
  return refused("log levels must be either of [DEBUG INFO WARN ERROR FATAL NONE]");
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

}  // namespace raftarium::datadriven
