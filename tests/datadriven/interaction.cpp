#include "datadriven/interaction.h"

#include "datadriven/etcd_format.h"

namespace raftarium::datadriven {

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

std::unique_ptr<Grammar> make_interaction_grammar() { return std::make_unique<InteractionGrammar>(); }

}  // namespace raftarium::datadriven
