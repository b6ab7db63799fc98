#pragma once
// Sessions: what each client asked last and what came of it, so that a request that is committed twice is
// applied once (dissertation §6.3).
//
// A session begins with a client's first command. There are at most kMaxSessions: one more makes the one
// that has been idle longest expire, by the index of its last command, so that every member forgets the
// same. A command of an expired session looks like a first one. If the command says since when it may have
// been sent (Command::since), the store can tell: what was applied before was applied after that index, so
// nothing is lost while `since` is not before the last use of any expired session. Else it is refused.
// A command that does not say is applied.

#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/persistent_map.h"
#include "kv/command.h"
#include "kv/types.h"

namespace raftarium::kv {

inline constexpr std::size_t kMaxSessions = 10'000;

struct Session {
  std::uint64_t sequence = 0;   // of the last command
  std::uint64_t last_used = 0;  // the index of the entry in which the client was heard of last
  Outcome outcome;              // of that sequence, the first time
};

// A value; copies share.
class Sessions {
 public:
  // What to answer to a command that must not be applied (again): the outcome of the first time, or a
  // refusal. `index`: of the command's entry; `revision`: the store's present one.
  std::optional<Outcome> recall(const Command& command, std::uint64_t index, Revision revision);
  // A command was applied.
  void note(const Command& command, std::uint64_t index, const Outcome& outcome);

  std::size_t size() const { return by_client_.size(); }
  const base::PersistentMap<std::uint64_t, Session>& by_client() const { return by_client_; }
  // The last use of any session that has expired; 0: none has.
  std::uint64_t expired_to() const { return expired_to_; }

  // For restoring. REQUIRES: `last_used` is no other session's, and later than expired_to().
  void insert(std::uint64_t client, const Session& session);
  bool used_at(std::uint64_t index) const { return by_use_.contains(index); }
  void set_expired_to(std::uint64_t index) { expired_to_ = index; }

 private:
  void use(std::uint64_t client, Session& session, std::uint64_t index);

  base::PersistentMap<std::uint64_t, Session> by_client_;
  base::PersistentMap<std::uint64_t, std::uint64_t> by_use_;  // last_used -> client: the idlest first
  std::uint64_t expired_to_ = 0;
};

}  // namespace raftarium::kv
