#include "datadriven/interaction.h"

#include "datadriven/etcd_format.h"

namespace raftarium::datadriven {

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

}  // namespace raftarium::datadriven
