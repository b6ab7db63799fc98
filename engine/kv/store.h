#pragma once
// Store: the state machine that members replicate. etcd's shape in small: every change has a revision, and
// a key remembers when it was created, last changed, and how often.
//
// A value: copies share their contents until one of them changes.

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "kv/command.h"

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

struct Outcome {
  Revision revision = 0;  // of the change, or the present one where nothing changed
  bool repeated = false;  // this client's sequence was applied before; nothing changed
  friend bool operator==(const Outcome&, const Outcome&) = default;
};

class Store {
 public:
  Outcome apply(const Command& command);

  const KeyValue* find(const std::string& key) const;
  // Keys in [from, to), sorted, at most `limit` (0: all). `to` empty: up to the last.
  std::vector<KeyValue> range(const std::string& from, const std::string& to, std::size_t limit = 0) const;
  Revision revision() const { return revision_; }
  std::size_t size() const { return keys_->size(); }

  // Equal stores give equal bytes. restore() gives back an equal store, or says where the bytes are not
  // what snapshot() of any store would give.
  base::Bytes snapshot() const;
  static base::Result<Store> restore(const base::Bytes& bytes);

 private:
  using Keys = std::map<std::string, KeyValue>;
  struct Session {
    std::uint64_t sequence = 0;
    Outcome outcome;
  };
  using Sessions = std::map<std::uint64_t, Session>;
  Keys& own_keys();
  Sessions& own_sessions();

  Revision revision_ = 0;
  std::shared_ptr<Keys> keys_ = std::make_shared<Keys>();
  std::shared_ptr<Sessions> sessions_ = std::make_shared<Sessions>();
};

}  // namespace raftarium::kv
