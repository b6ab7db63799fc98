#pragma once
// Commands and stores that the store's tests share.

#include <string>
#include <vector>

#include "kv/store.h"

namespace raftarium::kv {

inline Command put(const std::string& key, const std::string& value, std::uint64_t client = 0,
                   std::uint64_t sequence = 0) {
  return {Command::Kind::Put, client, sequence, key, value};
}

inline Command erase(const std::string& key, std::uint64_t client = 0, std::uint64_t sequence = 0) {
  return {Command::Kind::Delete, client, sequence, key, ""};
}

inline Command erase_range(const std::string& from, const std::string& to) {
  return {.kind = Command::Kind::DeleteRange, .key = from, .to = to};
}

inline Command compact(Revision revision) { return {.kind = Command::Kind::Compact, .revision = revision}; }

inline std::string keys(const std::vector<KeyValue>& found) {
  std::string text;
  for (const KeyValue& kv : found) text += (text.empty() ? "" : " ") + kv.key;
  return text;
}

// "a=1 b=2", or why not.
inline std::string pairs(const RangeResult& result) {
  if (result.refusal != Refusal::None) return describe(result.refusal);
  std::string text;
  for (const KeyValue& kv : result.found) text += (text.empty() ? "" : " ") + kv.key + "=" + kv.value;
  return text;
}

inline std::string pairs_at(const Store& store, Revision revision) {
  return pairs(store.range({.revision = revision}));
}

inline Store letters() {
  Store store;
  for (const char* key : {"d", "a", "c", "b"}) store.apply(put(key, key));
  return store;
}

// A store with keys, a deletion and two sessions.
inline Store busy() {
  Store store;
  store.apply(put("a", "1", 10, 1));
  store.apply(put("b", "2"));
  store.apply(put("a", "3", 11, 4));
  store.apply(erase("b", 10, 2));
  store.apply(put("c", "4"));
  return store;
}

}  // namespace raftarium::kv
