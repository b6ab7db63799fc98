#include "kv/store.h"

#include <algorithm>
#include <utility>

#include "base/check.h"

namespace raftarium::kv {

Outcome Store::apply(std::uint64_t index, const Command& command) {
  CHECK(index > applied_, "entry ", index, " after ", applied_);
  applied_ = index;
  if (command.client == 0) return execute(command);
  if (const auto known = sessions_.recall(command, index, revision_)) return *known;
  const Outcome outcome = execute(command);
  sessions_.note(command, index, outcome);
  return outcome;
}

void Store::skip_to(std::uint64_t index) {
  CHECK(index >= applied_, "entry ", index, " after ", applied_);
  applied_ = index;
}

Outcome Store::execute(const Command& command) {
  const Revision next = revision_ + 1;
  Outcome outcome;
  switch (command.kind) {
    case Command::Kind::Put:
      put(command.key, command.value, next);
      break;
    case Command::Kind::Delete:
      outcome.deleted = remove(command.key, next) ? 1 : 0;
      break;
    case Command::Kind::DeleteRange:
      outcome.deleted = remove_range(command.key, command.to, next);
      break;
    case Command::Kind::Transaction:
      outcome = transact(command);
      break;
    case Command::Kind::Compact:
      outcome = compact(command.revision);
      break;
  }
  if (history_.size() > kMaxFormerValues) {
    forget_to(history_.by_end()[history_.size() - kMaxFormerValues - 1].end);
  }
  outcome.revision = revision_;
  return outcome;
}

Outcome Store::transact(const Command& command) {
  Outcome outcome;
  outcome.succeeded = std::all_of(command.compares.begin(), command.compares.end(),
                                  [this](const Compare& compare) { return holds(compare); });
  const Revision next = revision_ + 1;
  for (const Operation& operation : outcome.succeeded ? command.then : command.otherwise) {
    switch (operation.kind) {
      case Operation::Kind::Put:
        put(operation.key, operation.value, next);
        break;
      case Operation::Kind::Delete:
        outcome.deleted += remove(operation.key, next) ? 1 : 0;
        break;
      case Operation::Kind::DeleteRange:
        outcome.deleted += remove_range(operation.key, operation.to, next);
        break;
    }
  }
  return outcome;
}

bool Store::holds(const Compare& compare) const {
  const KeyValue* const found = find(compare.key);
  const auto related = [&](const auto& got, const auto& wanted) {
    switch (compare.relation) {
      case Compare::Relation::Equal:
        return got == wanted;
      case Compare::Relation::NotEqual:
        return got != wanted;
      case Compare::Relation::Less:
        return got < wanted;
      case Compare::Relation::Greater:
        return got > wanted;
    }
    return false;
  };
  switch (compare.target) {
    case Compare::Target::Value:
      return found != nullptr && related(found->value, compare.value);
    case Compare::Target::Version:
      return related(found == nullptr ? 0 : found->version, compare.number);
    case Compare::Target::CreateRevision:
      return related(found == nullptr ? 0 : found->create_revision, compare.number);
    case Compare::Target::ModRevision:
      return related(found == nullptr ? 0 : found->mod_revision, compare.number);
  }
  return false;
}

Outcome Store::compact(Revision revision) {
  if (revision <= compacted_) return {.refusal = Refusal::Compacted};
  if (revision > revision_) return {.refusal = Refusal::FutureRevision};
  forget_to(revision);
  return {};
}

void Store::forget_to(Revision revision) {
  compacted_ = revision;
  history_.forget_to(revision);
}

void Store::put(const std::string& key, const std::string& value, Revision revision) {
  revision_ = revision;
  const auto* const found = keys_.find(key);
  if (found == nullptr) {
    keys_.set(base::Bytes(key),
              std::make_shared<const KeyValue>(KeyValue{key, value, revision, revision, 1}));
    return;
  }
  const base::Bytes name = found->key;
  Value& now = keys_.edit(name);
  const KeyValue& before = *now;
  auto next = std::make_shared<const KeyValue>(
      KeyValue{key, value, before.create_revision, revision, before.version + 1});
  history_.add(name, std::exchange(now, std::move(next)), revision);
}

bool Store::remove(std::string_view key, Revision revision) {
  const auto* const found = keys_.find(key);
  if (found == nullptr) return false;
  revision_ = revision;
  history_.add(found->key, found->value, revision);
  keys_.erase(key);
  return true;
}

std::uint64_t Store::remove_range(std::string_view from, std::string_view to, Revision revision) {
  std::vector<base::Bytes> gone;
  for (auto at = keys_.lower_bound(from); at != keys_.end(); ++at) {
    if (!to.empty() && at->key.view() >= to) break;
    gone.push_back(at->key);
  }
  for (const base::Bytes& key : gone) remove(key.view(), revision);
  return gone.size();
}

const KeyValue* Store::find(std::string_view key) const {
  const auto* const found = keys_.find(key);
  return found == nullptr ? nullptr : found->value.get();
}

std::vector<KeyValue> Store::range(std::string_view from, std::string_view to, std::size_t limit) const {
  std::vector<KeyValue> found;
  for (auto at = keys_.lower_bound(from); at != keys_.end(); ++at) {
    if (!to.empty() && at->key.view() >= to) break;
    if (limit > 0 && found.size() == limit) break;
    found.push_back(*at->value);
  }
  return found;
}

RangeResult Store::range(const Range& asked) const {
  RangeResult result;
  if (asked.revision > revision_) {
    result.refusal = Refusal::FutureRevision;
  } else if (asked.revision > 0 && asked.revision < compacted_) {
    result.refusal = Refusal::Compacted;
  } else if (asked.revision > 0 && asked.revision < revision_) {
    result = range_at(asked);
  } else {
    const std::size_t begin = keys_.rank(asked.from);
    const std::size_t end = asked.to.empty() ? keys_.size() : keys_.rank(asked.to);
    result.count = end > begin ? end - begin : 0;
    if (!asked.count_only) result.found = range(asked.from, asked.to, asked.limit);
  }
  result.revision = revision_;
  result.more = !asked.count_only && result.found.size() < result.count;
  return result;
}

// At a revision of the past, a key has the value that it has now, or a former one, or none.
RangeResult Store::range_at(const Range& asked) const {
  RangeResult result;
  const auto in_range = [&](std::string_view key) { return asked.to.empty() || key < asked.to; };
  auto now = keys_.lower_bound(asked.from);
  History::Cursor former(history_, asked.from, asked.revision);
  for (;;) {
    while (now != keys_.end() && now->value->mod_revision > asked.revision) ++now;
    const KeyValue* next = former.get();
    const bool is_former = next != nullptr && (now == keys_.end() || next->key < now->value->key);
    if (!is_former) {
      if (now == keys_.end()) return result;
      next = now->value.get();
    }
    if (!in_range(next->key)) return result;
    ++result.count;
    if (!asked.count_only && (asked.limit == 0 || result.found.size() < asked.limit)) {
      result.found.push_back(*next);
    }
    if (is_former) {
      former.next();
    } else {
      ++now;
    }
  }
}

}  // namespace raftarium::kv
