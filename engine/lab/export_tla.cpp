#include "lab/export_tla.h"

#include <algorithm>
#include <ostream>
#include <string>

#include <nlohmann/json.hpp>

namespace raftarium::lab {

namespace {

using OrderedJson = nlohmann::ordered_json;
using Point = raft::TracePoint;
using Kind = Point::Kind;
using raft::MessageType;

std::string id_text(raft::NodeId id) { return std::to_string(id.value()); }

OrderedJson ids(const std::vector<raft::NodeId>& nodes) {
  OrderedJson list = OrderedJson::array();
  for (const raft::NodeId node : nodes) list.push_back(id_text(node));
  return list;
}

OrderedJson conf_json(const raft::ConfState& conf) { return {ids(conf.voters), ids(conf.voters_outgoing)}; }

// From the world's terms and indexes to the trace's.
struct Scale {
  std::uint64_t first;  // the index, in the trace, of the entry that every log begins with
  std::uint64_t index(raft::Index index) const { return index.is_zero() ? 0 : index.value() - 1 + first; }
  static std::uint64_t term(raft::Term term) { return term.value() + 1; }
  // Of the entry at `index`.
  static std::uint64_t entry_term(raft::Term term, raft::Index index) {
    return index.is_zero() ? 0 : Scale::term(term);
  }
};

const char* role_word(raft::Role role) {
  return describe(role == raft::Role::PreCandidate ? raft::Role::Follower : role);
}

// What the specification calls the message's kind; nothing for those that it does not know.
const char* message_word(MessageType type) {
  switch (type) {
    case MessageType::MsgApp:
    case MessageType::MsgHeartbeat:
    case MessageType::MsgSnap:
      return "AppendEntriesRequest";
    case MessageType::MsgAppResp:
    case MessageType::MsgHeartbeatResp:
      return "AppendEntriesResponse";
    case MessageType::MsgVote:
      return "RequestVoteRequest";
    case MessageType::MsgVoteResp:
      return "RequestVoteResponse";
    default:
      return nullptr;
  }
}

const char* event_word(Kind kind) {
  switch (kind) {
    case Kind::Started:
      return "InitState";
    case Kind::BecameFollower:
      return "BecomeFollower";
    case Kind::BecameCandidate:
      return "BecomeCandidate";
    case Kind::BecameLeader:
      return "BecomeLeader";
    case Kind::CommitTried:
      return "Commit";
    case Kind::EntryComing:
      return "Replicate";
    case Kind::ChangeComing:
      return "ChangeConf";
    case Kind::ConfigurationComing:
      return "ApplyConfChange";
    case Kind::ReadyAccepted:
      return "Ready";
    case Kind::MessageSent:
      return "Send";
    case Kind::MessageReceived:
      break;
  }
  return "Receive";
}

OrderedJson message_json(const raft::Message& message, const Scale& scale) {
  OrderedJson json = {{"type", raft::describe(message.type)},
                      {"term", Scale::term(message.term)},
                      {"from", id_text(message.from)},
                      {"to", id_text(message.to)},
                      {"entries", message.entries.size()},
                      {"logTerm", Scale::entry_term(message.log_term, message.index)},
                      {"index", scale.index(message.index)},
                      {"commit", scale.index(message.commit)},
                      {"vote", id_text(message.vote)},
                      {"reject", message.reject},
                      {"rejectHint", scale.index(message.reject_hint)}};
  if (message.type == MessageType::MsgSnap) {
    json["entries"] = scale.index(message.snapshot->index);
    json["index"] = 0;
    json["logTerm"] = 0;
  }
  // Nobody commits by an append what is not in it; the specification sends no more than that.
  if (message.type == MessageType::MsgApp) {
    const raft::Index last = message.index + message.entries.size();
    json["commit"] = scale.index(std::min(message.commit, last));
  }
  // Acknowledges nothing: a leader of an older term shall learn of this one.
  if (message.type == MessageType::MsgAppResp && message.index.is_zero()) json["reject"] = true;
  return json;
}

OrderedJson changes_json(const raft::ConfChange& change) {
  OrderedJson changes = OrderedJson::array();
  for (const raft::ConfChangeSingle& single : change.changes) {
    const char* action = nullptr;
    if (single.type == raft::ConfChangeType::AddNode) action = "AddNewServer";
    if (single.type == raft::ConfChangeType::RemoveNode) action = "RemoveServer";
    if (single.type == raft::ConfChangeType::AddLearnerNode) action = "AddLearner";
    if (action != nullptr) changes.push_back({{"nid", id_text(single.node)}, {"action", action}});
  }
  return changes;
}

// What `newconf` says; an empty configuration is left out, as etcd does.
OrderedJson configuration_change(const std::vector<raft::NodeId>& voters) {
  OrderedJson cc = OrderedJson::object();
  if (!voters.empty()) cc["newconf"] = ids(voters);
  return {{"cc", std::move(cc)}};
}

struct Line {
  std::string name;
  raft::NodeId node;
  std::uint64_t term = 0;
  raft::NodeId vote{};
  std::uint64_t commit = 0;
  const char* role = "StateFollower";
  std::uint64_t log = 0;
  raft::ConfState conf{};
};

void write(std::ostream& out, const Line& line, const OrderedJson& msg, const OrderedJson& prop) {
  OrderedJson event = {
      {"name", line.name},
      {"nid", id_text(line.node)},
      {"state", {{"term", line.term}, {"vote", id_text(line.vote)}, {"commit", line.commit}}},
      {"role", line.role},
      {"log", line.log},
      {"conf", conf_json(line.conf)}};
  if (!msg.is_null()) event["msg"] = msg;
  if (!prop.is_null()) event["prop"] = prop;
  out << OrderedJson{{"tag", "trace"}, {"event", std::move(event)}}.dump() << '\n';
}

}  // namespace

base::Status check_tla(const Scenario& scenario) {
  const auto refuse = [](const std::string& what) {
    return base::Error{"etcd's TLA+ specification has no word for " + what};
  };
  using Command = sim::Command;
  if (!scenario.cluster.learners.empty()) return refuse("learners in the first configuration");
  if (!scenario.cluster.logs.empty()) return refuse("logs that are there from the beginning");
  bool changes = false;
  bool restarts = false;
  for (const Action& action : scenario.actions) {
    const Command& command = action.command;
    restarts = restarts || command.kind == Command::Kind::Restart;
    if (command.kind == Command::Kind::LeaveJoint) return refuse("joint configurations (leave_joint)");
    if (command.kind != Command::Kind::Reconfigure) continue;
    changes = true;
    if (command.changes.size() > 1 || command.transition != raft::ConfChangeTransition::Auto) {
      return refuse("joint configurations (reconfigure: " + sim::describe(command.changes) + ")");
    }
  }
  if (changes && restarts) {
    return refuse("a restart after a change of the configuration: to it storage keeps only the first one");
  }
  return {};
}

TlaTrace::TlaTrace(const sim::WorldConfig& cluster, std::ostream& out) : out_(out) {
  want_traces(true);
  const auto contains = [](const std::vector<raft::NodeId>& nodes, raft::NodeId node) {
    return std::find(nodes.begin(), nodes.end(), node) != nodes.end();
  };
  for (std::size_t i = 1; i <= cluster.members; ++i) {
    const raft::NodeId node(i);
    if (!contains(cluster.learners, node) && !contains(cluster.spares, node)) voters_.push_back(node);
  }
  for (std::size_t i = 1; i <= cluster.members; ++i) begin(raft::NodeId(i));
}

// As etcd bootstraps a member: on an empty log, then in term 1 with an entry for each voter, applied in turn.
void TlaTrace::begin(raft::NodeId node) {
  Line line{.name = "InitState", .node = node};
  write(out_, line, {}, {});
  line.name = "ApplyConfChange";
  write(out_, line, {}, configuration_change({}));
  line.name = "BecomeFollower";
  write(out_, line, {}, {});
  line.term = 1;
  write(out_, line, {}, {});
  line.name = "ApplyConfChange";
  line.log = voters_.size();
  line.commit = voters_.size();
  std::vector<raft::NodeId> voters;
  for (const raft::NodeId voter : voters_) {
    voters.push_back(voter);
    write(out_, line, {}, configuration_change(voters));
    line.conf.voters = voters;
  }
}

void TlaTrace::trace(const raft::TracePoint& point) {
  const Scale scale{voters_.size()};
  Line line{.name = event_word(point.kind),
            .node = point.node,
            .term = Scale::term(point.state.term),
            .vote = point.state.vote,
            .commit = scale.index(point.state.commit),
            .role = role_word(point.role),
            .log = scale.index(point.last_index),
            .conf = point.configuration};
  OrderedJson msg;
  OrderedJson prop;
  if (point.message != nullptr) {
    const char* word = message_word(point.message->type);
    if (word == nullptr) return;
    line.name += word;
    msg = message_json(*point.message, scale);
  }
  if (point.change != nullptr) {
    OrderedJson changes = changes_json(*point.change);
    if (changes.empty()) return;
    prop = {{"cc", {{"changes", std::move(changes)}}}};
  }
  if (point.kind == Kind::ConfigurationComing) {
    // On a start it is the one that storage holds, which InitState tells.
    if (point.configuration.voters.empty()) return;
    prop = configuration_change(point.next->voters);
  }
  // A restart is over when the member has read its storage: InitState says what it found.
  write(out_, line, msg, prop);
}

}  // namespace raftarium::lab
