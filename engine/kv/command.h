#pragma once
// What clients ask of the store, and its bytes in a log entry.

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "kv/types.h"

namespace raftarium::kv {

// One condition of a transaction on one key. A key that is not there has revisions and version 0, and no
// value: every comparison of it is false (as in etcd).
struct Compare {
  enum class Target : std::uint8_t { Value, Version, CreateRevision, ModRevision };
  enum class Relation : std::uint8_t { Equal, NotEqual, Less, Greater };
  std::string key{};
  Target target = Target::Value;
  Relation relation = Relation::Equal;
  std::string value{};      // to be compared with a Value
  std::int64_t number = 0;  // with anything else
  friend bool operator==(const Compare&, const Compare&) = default;
};

// One change of a transaction.
struct Operation {
  enum class Kind : std::uint8_t { Put, Delete, DeleteRange };
  Kind kind = Kind::Put;
  std::string key{};
  std::string value{};  // Put
  std::string to{};     // DeleteRange, as in Command
  friend bool operator==(const Operation&, const Operation&) = default;
};

struct Command {
  enum class Kind : std::uint8_t {
    Put,
    Delete,
    DeleteRange,  // keys in [key, to); `key` empty: from the first; `to` empty: up to the last
    Transaction,  // `then` if every one of `compares` holds, else `otherwise`; in one revision
    Compact,      // forget what was before `revision`
  };
  Kind kind = Kind::Put;
  // A client's session: one request at a time, in the order of their sequences, each applied once however
  // often it is committed.
  std::uint64_t client = 0;    // 0: no session, applied as often as it is committed
  std::uint64_t sequence = 0;  // of the client, growing; a repetition is applied once
  std::string key{};
  std::string value{};
  std::string to{};
  std::vector<Compare> compares{};
  std::vector<Operation> then{};
  std::vector<Operation> otherwise{};
  Revision revision = 0;
  // An index that the client knew to be applied before it sent this for the first time, so that the store
  // can tell a new session from one that has expired (kv/sessions.h). 0: it does not say.
  std::uint64_t since = 0;
  friend bool operator==(const Command&, const Command&) = default;
};

// The limits of what is accepted.
inline constexpr std::size_t kMaxKeyBytes = 4096;
inline constexpr std::size_t kMaxValueBytes = 1U << 20U;
inline constexpr std::size_t kMaxTransactionItems = 128;    // compares, and changes of either branch
inline constexpr std::size_t kMaxCommandBytes = 3U << 19U;  // encoded; 1.5 MiB

// Whether a store takes `command`, or which limit it breaks. No branch of a transaction may put a key
// twice, or put a key that it also deletes (as in etcd).
base::Status check(const Command& command);

// What the kind does not use is not written.
base::Bytes encode(const Command& command);
// Total: any bytes give a command that check() accepts, or an error that says what was expected.
base::Result<Command> decode(const base::Bytes& data);

// "x=5", "delete x", "delete [a, c)", "delete a*", "if x=5 then y=1, delete z else y=2", "compact 7"
std::string describe(const Command& command);
std::string describe(const Compare& compare);  // "x=5", "version(x)>0"
std::string describe(const Operation& operation);

}  // namespace raftarium::kv
