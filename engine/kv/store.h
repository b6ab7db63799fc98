#pragma once
// Store: the state machine that members replicate, with etcd's semantics: every command that changes
// something has a revision, a key remembers when it was created, last changed, and how often, and the store
// can be read as it was at any revision that has not been compacted.
//
// A value: a copy costs the same however much the store holds, and shares it until either changes.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/persistent_map.h"
#include "base/result.h"
#include "kv/command.h"
#include "kv/history.h"
#include "kv/sessions.h"
#include "kv/types.h"

namespace raftarium::kv {

// How many former values are kept. More make the store compact itself, at the first revision that suffices.
inline constexpr std::size_t kMaxFormerValues = 10'000;

// A question: the keys in [from, to) as they were at `revision`.
struct Range {
  std::string from{};
  std::string to{};       // empty: up to the last
  std::size_t limit = 0;  // of the keys given back; 0: all
  bool count_only = false;
  Revision revision = 0;  // 0 or less: the present one
};

struct RangeResult {
  Refusal refusal = Refusal::None;  // Compacted or FutureRevision
  Revision revision = 0;            // the store's present one
  std::vector<KeyValue> found{};    // sorted
  std::size_t count = 0;            // of all keys in the range, whatever the limit
  bool more = false;                // keys were left out because of the limit
};

class Store {
 public:
  // Applies the command of the entry at `index`. REQUIRES: index > applied(); check() accepts the command.
  Outcome apply(std::uint64_t index, const Command& command);
  // The same, of the entry that follows.
  Outcome apply(const Command& command) { return apply(applied_ + 1, command); }
  // Entries up to `index` were nothing to the store. REQUIRES: index >= applied().
  void skip_to(std::uint64_t index);
  // The index of the last entry that was applied. Part of the state: it is in the snapshot, and the two
  // cannot come apart in a crash.
  std::uint64_t applied() const { return applied_; }

  const KeyValue* find(std::string_view key) const;
  // Keys in [from, to), sorted, at most `limit` (0: all). `to` empty: up to the last.
  std::vector<KeyValue> range(std::string_view from, std::string_view to, std::size_t limit = 0) const;
  RangeResult range(const Range& asked) const;
  Revision revision() const { return revision_; }
  // Older revisions cannot be read; this one can, unless it is 0.
  Revision compacted() const { return compacted_; }
  std::size_t size() const { return keys_.size(); }
  std::size_t former_values() const { return history_.size(); }
  const Sessions& sessions() const { return sessions_; }

  // Equal stores give equal bytes. restore() gives back an equal store, or says where the bytes are not
  // what snapshot() of any store would give.
  base::Bytes snapshot() const;
  static base::Result<Store> restore(const base::Bytes& bytes);

 private:
  friend class SnapshotReader;
  using Value = std::shared_ptr<const KeyValue>;
  struct Less {
    template <class A, class B>
    bool operator()(const A& a, const B& b) const {
      return text(a) < text(b);
    }
    static std::string_view text(std::string_view key) { return key; }
    static std::string_view text(const base::Bytes& key) { return key.view(); }
  };

  Outcome execute(const Command& command);
  Outcome transact(const Command& command);
  Outcome compact(Revision revision);
  bool holds(const Compare& compare) const;
  // Each makes a change at `revision`, or none.
  void put(const std::string& key, const std::string& value, Revision revision);
  bool remove(std::string_view key, Revision revision);
  std::uint64_t remove_range(std::string_view from, std::string_view to, Revision revision);
  void forget_to(Revision revision);
  RangeResult range_at(const Range& asked) const;

  std::uint64_t applied_ = 0;
  Revision revision_ = 0;
  Revision compacted_ = 0;
  base::PersistentMap<base::Bytes, Value, Less> keys_;
  History history_;
  Sessions sessions_;
};

}  // namespace raftarium::kv
