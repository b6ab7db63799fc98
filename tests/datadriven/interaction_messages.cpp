#include "datadriven/interaction.h"

#include "datadriven/etcd_format.h"

namespace raftarium::datadriven {
namespace {

constexpr const char* kPeerNotFound = "raft: cannot step as peer not found";

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

}  // namespace

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

}  // namespace raftarium::datadriven
