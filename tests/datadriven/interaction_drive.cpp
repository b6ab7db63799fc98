#include "datadriven/interaction.h"

#include <algorithm>

#include "datadriven/etcd_format.h"

namespace raftarium::datadriven {
namespace {

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

}  // namespace

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
  if (named->size() != 2 || (*named)[0] == (*named)[1])
    return malformed("expected <from> <to>, two members");
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
  if (Index(*index) > storage.last_index()) {
    return malformed("index " + args[1].key + " is beyond the log's last, " +
                     std::to_string(storage.last_index().value()));
  }
  const raft::StorageError error = storage.compact(Index(*index));
  if (error != raft::StorageError::None) return refused(storage_error_text(error));
  return print_log(**who);
}

}  // namespace raftarium::datadriven
