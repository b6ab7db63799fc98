// The store against a model that is too simple to be wrong: a whole std::map for every revision.

#include <map>
#include <string>
#include <vector>

#include "base/prng.h"
#include "commands.h"
#include "kv/store.h"
#include "support/test.h"

namespace raftarium::kv {

using base::Prng;

namespace {

class Model {
 public:
  Outcome apply(const Command& command) {
    if (command.client != 0) {
      const auto known = sessions_.find(command.client);
      if (known != sessions_.end() && known->second.first >= command.sequence) {
        if (known->second.first > command.sequence) {
          return {.revision = revision(), .repeated = true, .refusal = Refusal::SequencePassed};
        }
        Outcome again = known->second.second;
        again.repeated = true;
        return again;
      }
    }
    const Outcome outcome = execute(command);
    if (command.client != 0) sessions_[command.client] = {command.sequence, outcome};
    return outcome;
  }

  RangeResult range(const Range& asked) const {
    RangeResult result;
    result.revision = revision();
    const Revision at = asked.revision > 0 ? asked.revision : revision();
    if (at > revision()) result.refusal = Refusal::FutureRevision;
    if (asked.revision > 0 && at < compacted_) result.refusal = Refusal::Compacted;
    if (result.refusal != Refusal::None) return result;
    for (const auto& [key, kv] : past_[static_cast<std::size_t>(at)]) {
      if (key < asked.from || (!asked.to.empty() && key >= asked.to)) continue;
      ++result.count;
      if (asked.count_only) continue;
      if (asked.limit == 0 || result.found.size() < asked.limit) {
        result.found.push_back(kv);
      } else {
        result.more = true;
      }
    }
    return result;
  }
  Revision revision() const { return static_cast<Revision>(past_.size()) - 1; }

 private:
  using Keys = std::map<std::string, KeyValue>;

  Outcome execute(const Command& command) {
    Outcome outcome;
    Keys next = past_.back();
    switch (command.kind) {
      case Command::Kind::Compact:
        if (command.revision <= compacted_) {
          outcome.refusal = Refusal::Compacted;
        } else if (command.revision > revision()) {
          outcome.refusal = Refusal::FutureRevision;
        } else {
          compacted_ = command.revision;
        }
        break;
      case Command::Kind::Transaction:
        for (const Compare& compare : command.compares) {
          outcome.succeeded = outcome.succeeded && holds(compare);
        }
        for (const Operation& operation : outcome.succeeded ? command.then : command.otherwise) {
          change(next, operation, outcome);
        }
        break;
      case Command::Kind::Put:
        change(next, {.key = command.key, .value = command.value}, outcome);
        break;
      case Command::Kind::Delete:
        change(next, {.kind = Operation::Kind::Delete, .key = command.key}, outcome);
        break;
      case Command::Kind::DeleteRange:
        change(next, {.kind = Operation::Kind::DeleteRange, .key = command.key, .to = command.to}, outcome);
        break;
    }
    if (next != past_.back()) past_.push_back(std::move(next));
    outcome.revision = revision();
    return outcome;
  }

  // A put always changes something: the version.
  void change(Keys& keys, const Operation& operation, Outcome& outcome) const {
    if (operation.kind == Operation::Kind::Put) {
      KeyValue& kv = keys[operation.key];
      if (kv.version == 0) kv.create_revision = revision() + 1;
      kv.key = operation.key;
      kv.value = operation.value;
      kv.mod_revision = revision() + 1;
      ++kv.version;
      return;
    }
    const std::string to =
        operation.kind == Operation::Kind::Delete ? key_end(operation.key) : operation.to;
    for (auto at = keys.begin(); at != keys.end();) {
      if (at->first >= operation.key && (to.empty() || at->first < to)) {
        at = keys.erase(at);
        ++outcome.deleted;
      } else {
        ++at;
      }
    }
  }

  bool holds(const Compare& compare) const {
    const auto at = past_.back().find(compare.key);
    const bool present = at != past_.back().end();
    if (compare.target == Compare::Target::Value) {
      return present && related(at->second.value.compare(compare.value), compare.relation);
    }
    const KeyValue kv = present ? at->second : KeyValue();
    const std::int64_t got = compare.target == Compare::Target::Version          ? kv.version
                             : compare.target == Compare::Target::CreateRevision ? kv.create_revision
                                                                                 : kv.mod_revision;
    return related(got < compare.number ? -1 : got > compare.number ? 1 : 0, compare.relation);
  }
  static bool related(int order, Compare::Relation relation) {
    switch (relation) {
      case Compare::Relation::Equal:
        return order == 0;
      case Compare::Relation::NotEqual:
        return order != 0;
      case Compare::Relation::Less:
        return order < 0;
      case Compare::Relation::Greater:
        return order > 0;
    }
    return false;
  }

  std::vector<Keys> past_{Keys()};
  Revision compacted_ = 0;
  std::map<std::uint64_t, std::pair<std::uint64_t, Outcome>> sessions_;
};

std::string some_key(Prng& prng) {
  std::string key;
  do {
    key += static_cast<char>('a' + prng.below(4));
  } while (prng.below(3) == 0);
  return key;
}

std::string some_end(Prng& prng, const std::string& from) {
  const auto kind = prng.below(4);
  return kind == 0 ? std::string() : kind == 1 ? prefix_end(from) : some_key(prng);
}

Operation some_operation(Prng& prng) {
  Operation operation;
  operation.kind = static_cast<Operation::Kind>(prng.below(3));
  operation.key = some_key(prng);
  if (operation.kind == Operation::Kind::Put) operation.value = some_key(prng);
  if (operation.kind == Operation::Kind::DeleteRange) operation.to = key_end(operation.key + "a");
  return operation;
}

Command some_command(Prng& prng, Revision revision) {
  Command command;
  const auto draw = prng.below(100);
  command.key = some_key(prng);
  if (draw < 45) {
    command.value = some_key(prng);
  } else if (draw < 60) {
    command.kind = Command::Kind::Delete;
  } else if (draw < 68) {
    command.kind = Command::Kind::DeleteRange;
    command.to = some_end(prng, command.key);
  } else if (draw < 71) {
    command.kind = Command::Kind::Compact;
    command.revision = prng.between(revision / 2, revision + 3);
  } else {
    command.kind = Command::Kind::Transaction;
    for (auto count = prng.below(3); count > 0; --count) {
      Compare compare{.key = some_key(prng), .value = some_key(prng)};
      compare.target = static_cast<Compare::Target>(prng.below(4));
      compare.relation = static_cast<Compare::Relation>(prng.below(4));
      compare.number = prng.between(0, compare.target == Compare::Target::Version ? 4 : revision);
      command.compares.push_back(compare);
    }
    for (auto count = prng.below(4); count > 0; --count) command.then.push_back(some_operation(prng));
    for (auto count = prng.below(4); count > 0; --count) command.otherwise.push_back(some_operation(prng));
  }
  command.client = prng.below(4);
  command.sequence = prng.below(400);
  return command;
}

void require_equal(const Store& store, const Model& model, const Range& asked) {
  const RangeResult got = store.range(asked);
  const RangeResult expected = model.range(asked);
  REQUIRE(got.refusal == expected.refusal);
  REQUIRE(got.revision == expected.revision);
  REQUIRE(got.found == expected.found);
  REQUIRE(got.count == expected.count);
  REQUIRE(got.more == expected.more);
}

Range some_range(Prng& prng, Revision revision) {
  Range asked;
  if (prng.below(3) > 0) asked.from = some_key(prng);
  asked.to = some_end(prng, asked.from);
  asked.limit = prng.below(4);
  asked.count_only = prng.below(5) == 0;
  asked.revision = prng.between(-1, revision + 1);
  return asked;
}

}  // namespace

TEST_CASE("random commands: the store answers as the model, now and in the past") {
  int transactions = 0;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    CAPTURE(seed);
    Prng prng(seed);
    Store store;
    Model model;
    for (int step = 0; step < 400; ++step) {
      const Command command = some_command(prng, model.revision());
      if (!check(command).ok()) continue;  // a key twice in a branch
      CAPTURE(describe(command));
      transactions += command.kind == Command::Kind::Transaction ? 1 : 0;
      const auto decoded = decode(encode(command));
      REQUIRE_MESSAGE(decoded.ok(), decoded.error().message);
      REQUIRE(store.apply(*decoded) == model.apply(command));
      REQUIRE(store.revision() == model.revision());
      for (int i = 0; i < 4; ++i) require_equal(store, model, some_range(prng, model.revision()));
    }
    for (Revision revision = -1; revision <= model.revision() + 1; ++revision) {
      require_equal(store, model, {.revision = revision});
    }
  }
  EXPECT(transactions > 1000);
}

TEST_CASE("random histories: a store restored halfway answers as the one that went on") {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    CAPTURE(seed);
    Prng prng(seed);
    Store original;
    Store restored;
    for (int step = 0; step < 300; ++step) {
      if (step % 50 == 0) {
        auto back = Store::restore(original.snapshot());
        REQUIRE_MESSAGE(back.ok(), back.error().message);
        restored = *back;
      }
      const Command command = some_command(prng, original.revision());
      if (!check(command).ok()) continue;
      REQUIRE(original.apply(command) == restored.apply(command));
      const Range asked = some_range(prng, original.revision());
      REQUIRE(pairs(original.range(asked)) == pairs(restored.range(asked)));
    }
    EXPECT(original.snapshot() == restored.snapshot());
  }
}

TEST_CASE("random histories of copies: each answers as the model that was copied with it") {
  Prng prng(5);
  std::vector<std::pair<Store, Model>> copies(1);
  copies.reserve(6);
  for (int step = 0; step < 3000; ++step) {
    const auto at = prng.below(static_cast<std::uint32_t>(copies.size()));
    if (step % 20 == 0) {
      if (copies.size() < 6) {
        copies.push_back(copies[at]);
      } else {
        copies[prng.below(6)] = copies[at];
      }
    }
    auto& [store, model] = copies[at];
    const Command command = some_command(prng, model.revision());
    if (!check(command).ok()) continue;
    REQUIRE(store.apply(command) == model.apply(command));
    for (const auto& [s, m] : copies) require_equal(s, m, some_range(prng, m.revision()));
  }
}

}  // namespace raftarium::kv
