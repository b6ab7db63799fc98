#include "kv/sessions.h"

namespace raftarium::kv {

void Sessions::use(std::uint64_t client, Session& session, std::uint64_t index) {
  by_use_.erase(session.last_used);
  by_use_.set(index, client);
  session.last_used = index;
}

std::optional<Outcome> Sessions::recall(const Command& command, std::uint64_t index, Revision revision) {
  const auto* const known = by_client_.find(command.client);
  if (known == nullptr) {
    if (command.since == 0 || command.since >= expired_to_) return std::nullopt;
    return Outcome{.revision = revision, .refusal = Refusal::SessionExpired};
  }
  if (known->value.sequence < command.sequence) return std::nullopt;
  Session& session = by_client_.edit(command.client);
  use(command.client, session, index);
  Outcome outcome = session.outcome;
  if (session.sequence > command.sequence) {
    outcome = {.revision = revision, .refusal = Refusal::SequencePassed};
  }
  outcome.repeated = true;
  return outcome;
}

void Sessions::note(const Command& command, std::uint64_t index, const Outcome& outcome) {
  if (!by_client_.contains(command.client) && by_client_.size() == kMaxSessions) {
    const auto idlest = *by_use_.begin();
    by_client_.erase(idlest.value);
    by_use_.erase(idlest.key);
    expired_to_ = idlest.key;
  }
  Session& session = by_client_.edit(command.client);
  session.sequence = command.sequence;
  session.outcome = outcome;
  use(command.client, session, index);
}

void Sessions::insert(std::uint64_t client, const Session& session) {
  by_client_.set(client, session);
  by_use_.set(session.last_used, client);
}

}  // namespace raftarium::kv
