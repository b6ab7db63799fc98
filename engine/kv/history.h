#pragma once
// History: the values that keys had before they were changed or deleted, so that the store can be read as
// it was. Each covers the revisions from its own mod_revision up to, not including, its end.
// A value; copies share.

#include <cstddef>
#include <memory>
#include <string_view>

#include "base/bytes.h"
#include "base/persistent_map.h"
#include "base/persistent_vector.h"
#include "kv/types.h"

namespace raftarium::kv {

class History {
 public:
  using Value = std::shared_ptr<const KeyValue>;
  struct Key {
    base::Bytes key;
    Revision end = 0;  // the revision that changed or deleted it
  };
  struct KeyView {
    std::string_view key;
    Revision end = 0;
  };
  struct Less {
    template <class A, class B>
    bool operator()(const A& a, const B& b) const {
      const int order = text(a.key).compare(text(b.key));
      return order != 0 ? order < 0 : a.end < b.end;
    }
    static std::string_view text(std::string_view key) { return key; }
    static std::string_view text(const base::Bytes& key) { return key.view(); }
  };

  // `end` changed or deleted `old`. REQUIRES: end is not before any other's.
  void add(const base::Bytes& key, Value old, Revision end);
  // Forgets what ended at or before `revision`.
  void forget_to(Revision revision);

  std::size_t size() const { return by_end_.size(); }
  // In the order in which they ended.
  const base::PersistentVector<Key>& by_end() const { return by_end_; }
  const KeyValue* find(const Key& key) const { return by_key_.find(key)->value.get(); }
  // The newest of `key`, or null.
  const KeyValue* newest(std::string_view key, Revision* end) const;

  // The keys in [from, ...) that had another value or existed at `revision`, in order.
  class Cursor {
   public:
    Cursor(const History& history, std::string_view from, Revision revision)
        : history_(&history), revision_(revision) {
      seek({from, revision + 1});
    }
    // Null at the end.
    const KeyValue* get() const { return found_; }
    void next();

   private:
    void seek(KeyView at);
    const History* history_;
    Revision revision_;
    const KeyValue* found_ = nullptr;
  };

 private:
  base::PersistentMap<Key, Value, Less> by_key_;
  base::PersistentVector<Key> by_end_;
};

}  // namespace raftarium::kv
