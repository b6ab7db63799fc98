#pragma once
// The store's words: revisions, keys with their values, what came of a request.

#include <cstdint>
#include <string>

namespace raftarium::kv {

using Revision = std::int64_t;  // counts changes, from 1; 0: before the first

struct KeyValue {
  std::string key;
  std::string value;
  Revision create_revision = 0;
  Revision mod_revision = 0;
  std::int64_t version = 0;  // changes since it was created, from 1
  friend bool operator==(const KeyValue&, const KeyValue&) = default;
};

// Why the store did not do what it was asked.
enum class Refusal : std::uint8_t {
  None,
  Compacted,       // the revision is older than what compaction has kept
  FutureRevision,  // the revision has not happened yet
  SessionExpired,  // it may have been applied before its session expired
  SequencePassed,  // a later request of its session was applied: what came of this one is not known any more
};
const char* describe(Refusal refusal);

// What came of a command. A repetition's is that of the first time, but for `repeated`.
struct Outcome {
  Revision revision = 0;      // of the change, or the present one where nothing changed
  bool repeated = false;      // this client's sequence was applied before; nothing changed
  bool succeeded = true;      // a transaction: whether its compares held
  std::uint64_t deleted = 0;  // how many keys
  Refusal refusal = Refusal::None;
  friend bool operator==(const Outcome&, const Outcome&) = default;
};
std::string describe(const Outcome& outcome);  // "revision 7, 2 deleted", "refused: ..."

// The least key after every key that begins with `prefix`; empty, which means no end, when there is none.
std::string prefix_end(std::string prefix);
// The least key after `key`: [key, key_end(key)) is that key alone.
std::string key_end(std::string key);

}  // namespace raftarium::kv
