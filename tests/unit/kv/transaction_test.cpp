#include <limits>
#include <string>
#include <vector>

#include "commands.h"
#include "kv/store.h"
#include "support/test.h"

namespace raftarium::kv {

namespace {

using Target = Compare::Target;
using Relation = Compare::Relation;

Command transaction(std::vector<Compare> compares, std::vector<Operation> then,
                    std::vector<Operation> otherwise = {}) {
  Command command{.kind = Command::Kind::Transaction};
  command.compares = std::move(compares);
  command.then = std::move(then);
  command.otherwise = std::move(otherwise);
  return command;
}

bool holds(const Store& store, const Compare& compare) {
  Store copy = store;
  const Outcome outcome = copy.apply(transaction({compare}, {}));
  EXPECT(outcome.revision == store.revision());
  return outcome.succeeded;
}

}  // namespace

TEST_CASE("compare and swap: the first of two that expect the same wins") {
  Store store;
  store.apply(put("x", "1"));
  const Command first = transaction({{.key = "x", .value = "1"}}, {{.key = "x", .value = "2"}});
  const Command second = transaction({{.key = "x", .value = "1"}}, {{.key = "x", .value = "3"}});
  EXPECT(store.apply(first) == Outcome{.revision = 2});
  EXPECT(store.apply(second) == Outcome{.revision = 2, .succeeded = false});
  EXPECT(store.find("x")->value == "2");
}

TEST_CASE("a transaction is one revision, whatever it changes") {
  Store store = letters();  // 4
  EXPECT(store.apply(transaction({}, {{.key = "a", .value = "new"},
                                      {.kind = Operation::Kind::DeleteRange, .key = "b", .to = "d"},
                                      {.kind = Operation::Kind::Delete, .key = "d"},
                                      {.key = "e", .value = "new"}})) ==
         Outcome{.revision = 5, .deleted = 3});
  EXPECT(*store.find("a") == KeyValue{"a", "new", 2, 5, 2});
  EXPECT(*store.find("e") == KeyValue{"e", "new", 5, 5, 1});
  EXPECT(keys(store.range("", "")) == "a e");
  EXPECT(pairs_at(store, 4) == "a=a b=b c=c d=d");
}

TEST_CASE("a transaction that changes nothing has no revision") {
  Store store = letters();
  EXPECT(store.apply(transaction({}, {})) == Outcome{.revision = 4});
  EXPECT(store.apply(transaction({{.key = "a", .value = "?"}}, {{.key = "a", .value = "1"}})) ==
         Outcome{.revision = 4, .succeeded = false});
  EXPECT(store.apply(transaction({}, {{.kind = Operation::Kind::Delete, .key = "z"},
                                      {.kind = Operation::Kind::DeleteRange, .key = "x"}})) ==
         Outcome{.revision = 4});
  EXPECT(store.revision() == 4);
}

TEST_CASE("every compare must hold, or the other branch is taken") {
  Store store = letters();
  const Command command = transaction({{.key = "a", .value = "a"}, {.key = "b", .value = "?"}},
                                      {{.key = "then", .value = ""}}, {{.key = "else", .value = ""}});
  EXPECT_FALSE(store.apply(command).succeeded);
  EXPECT(store.find("then") == nullptr);
  EXPECT(store.find("else") != nullptr);
  store.apply(put("b", "?"));
  EXPECT(store.apply(command).succeeded);
  EXPECT(store.find("then") != nullptr);
}

TEST_CASE("compares look at the store before the transaction") {
  Store store;
  EXPECT(store
             .apply(transaction({{.key = "x", .target = Target::Version, .number = 0}},
                                {{.key = "x", .value = "created"}}))
             .succeeded);
  EXPECT_FALSE(store
                   .apply(transaction({{.key = "x", .target = Target::Version, .number = 0}},
                                      {{.key = "x", .value = "created again"}}))
                   .succeeded);
  EXPECT(store.find("x")->value == "created");
}

TEST_CASE("each relation of each target") {
  Store store;
  store.apply(put("other", ""));
  store.apply(put("k", "a"));
  store.apply(put("k", "b"));
  store.apply(put("k", "m"));  // created 2, changed 4, version 3
  struct Numbered {
    Target target;
    std::int64_t number;
  };
  for (const Numbered& of :
       {Numbered{Target::Version, 3}, {Target::CreateRevision, 2}, {Target::ModRevision, 4}}) {
    for (const std::int64_t off : {-1, 0, 1}) {
      CAPTURE(static_cast<int>(of.target));
      CAPTURE(off);
      const auto with = [&](Relation relation) {
        return holds(store,
                     {.key = "k", .target = of.target, .relation = relation, .number = of.number + off});
      };
      EXPECT(with(Relation::Equal) == (off == 0));
      EXPECT(with(Relation::NotEqual) == (off != 0));
      EXPECT(with(Relation::Less) == (off > 0));
      EXPECT(with(Relation::Greater) == (off < 0));
    }
  }
  for (const std::string value : {"l", "m", "ma"}) {
    const auto with = [&](Relation relation) {
      return holds(store, {.key = "k", .relation = relation, .value = value});
    };
    EXPECT(with(Relation::Equal) == (value == "m"));
    EXPECT(with(Relation::NotEqual) == (value != "m"));
    EXPECT(with(Relation::Less) == (value > "m"));
    EXPECT(with(Relation::Greater) == (value < "m"));
  }
  // Bytes, not signed characters.
  EXPECT(holds(store, {.key = "k", .relation = Relation::Less, .value = "\xff"}));
  EXPECT(holds(store, {.key = "k",
                       .target = Target::Version,
                       .relation = Relation::Greater,
                       .number = std::numeric_limits<std::int64_t>::min()}));
}

TEST_CASE("a key that is not there has version and revisions 0, and no value to compare") {
  const Store store = letters();
  for (const Target target : {Target::Version, Target::CreateRevision, Target::ModRevision}) {
    EXPECT(holds(store, {.key = "none", .target = target, .number = 0}));
    EXPECT_FALSE(
        holds(store, {.key = "none", .target = target, .relation = Relation::Greater, .number = 0}));
    EXPECT(holds(store, {.key = "none", .target = target, .relation = Relation::Less, .number = 1}));
  }
  for (const Relation relation : {Relation::Equal, Relation::NotEqual, Relation::Less, Relation::Greater}) {
    EXPECT_FALSE(holds(store, {.key = "none", .relation = relation, .value = ""}));
  }
}

}  // namespace raftarium::kv
