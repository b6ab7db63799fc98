#pragma once
// The interaction grammar: a group of members, their storage and the messages between them, driven by hand.
// Behaviour and texts are those of the package rafttest of etcd-io/raft. Commands are documented where they
// are handled:
//
//   interaction.cpp           which commands there are, who is meant, looking at members
//   interaction_setup.cpp     making members, what is printed
//   interaction_drive.cpp     elections, proposals, time, compaction
//   interaction_work.cpp      Readies, storage threads, stabilize
//   interaction_messages.cpp  delivering and dropping

#include <array>
#include <cstddef>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "datadriven/directive.h"
#include "datadriven/grammar.h"
#include "raft/raft.h"

namespace raftarium::datadriven {

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
inline Outcome refused(std::string message) { return {Outcome::Kind::Refused, std::move(message)}; }
// The transcript itself is wrong.
inline Outcome malformed(std::string message) { return {Outcome::Kind::Malformed, std::move(message)}; }

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

// etcd's text for a proposal that is not taken, and whether a refusal of ours is that. A configuration change
// that etcd's rules refuse is no error there: it becomes an empty entry.
inline constexpr const char* kProposalDropped = "raft proposal dropped";
bool is_dropped_proposal(Refusal refusal);
// etcd's words for what storage lacks.
const char* storage_error_text(raft::StorageError error);

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

}  // namespace raftarium::datadriven
