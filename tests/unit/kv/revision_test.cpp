#include <string>

#include "commands.h"
#include "kv/store.h"
#include "support/test.h"

namespace raftarium::kv {

namespace {

// Revisions 1 to 6: x=1, y=1, x=2, delete x, x=3, delete y.
Store storied() {
  Store store;
  for (const Command& command :
       {put("x", "1"), put("y", "1"), put("x", "2"), erase("x"), put("x", "3"), erase("y")}) {
    store.apply(command);
  }
  return store;
}

}  // namespace

TEST_CASE("a store can be read as it was at each revision") {
  const Store store = storied();
  EXPECT(pairs_at(store, 1) == "x=1");
  EXPECT(pairs_at(store, 2) == "x=1 y=1");
  EXPECT(pairs_at(store, 3) == "x=2 y=1");
  EXPECT(pairs_at(store, 4) == "y=1");
  EXPECT(pairs_at(store, 5) == "x=3 y=1");
  EXPECT(pairs_at(store, 6) == "x=3");
  EXPECT(pairs_at(store, 0) == "x=3");
  EXPECT(pairs_at(store, -1) == "x=3");
  EXPECT(pairs_at(store, 7) == "the revision is in the future");
}

TEST_CASE("a former value has its revisions and version of then") {
  const RangeResult result = storied().range({.from = "x", .to = key_end("x"), .revision = 3});
  REQUIRE(result.found.size() == 1);
  EXPECT(result.found[0] == KeyValue{"x", "2", 1, 3, 2});
  EXPECT(result.revision == 6);
}

TEST_CASE("a range of the past is bounded, limited and counted as one of the present") {
  Store store = letters();  // revision 4: a b c d
  store.apply(erase("b"));
  store.apply(put("a", "new"));
  store.apply(put("bb", "new"));
  const auto at = [&](Range asked) {
    asked.revision = 4;
    return store.range(asked);
  };
  EXPECT(pairs(at({})) == "a=a b=b c=c d=d");
  EXPECT(pairs(at({.from = "b", .to = "d"})) == "b=b c=c");
  EXPECT(pairs(at({.from = "c", .to = "b"})).empty());
  EXPECT(pairs(at({.from = "e"})).empty());
  const RangeResult some = at({.from = "b", .limit = 2});
  EXPECT(pairs(some) == "b=b c=c");
  EXPECT(some.count == 3);
  EXPECT(some.more);
  const RangeResult counted = at({.to = "d", .count_only = true});
  EXPECT(counted.count == 3);
  EXPECT(counted.found.empty());
  EXPECT_FALSE(counted.more);
}

TEST_CASE("what was compacted cannot be read, what is newer can") {
  Store store = storied();
  EXPECT(store.apply(compact(4)) == Outcome{.revision = 6});
  EXPECT(store.compacted() == 4);
  for (const Revision revision : {1, 2, 3}) {
    EXPECT(pairs_at(store, revision) == "the revision has been compacted");
  }
  EXPECT(pairs_at(store, 4) == "y=1");
  EXPECT(pairs_at(store, 5) == "x=3 y=1");
  EXPECT(pairs_at(store, 6) == "x=3");
  EXPECT(store.former_values() == 1);
}

TEST_CASE("compaction forgets only the past: keys keep their revisions and versions") {
  Store store = busy();
  const auto before = store.range("", "");
  store.apply(compact(5));
  EXPECT(store.range("", "") == before);
  EXPECT(store.former_values() == 0);
  store.apply(put("a", "5"));
  EXPECT(*store.find("a") == KeyValue{"a", "5", 1, 6, 3});
  EXPECT(store.range({.revision = 5}).found == before);
}

TEST_CASE("compacting twice, or what has not happened yet, is refused") {
  Store store = storied();
  store.apply(compact(3));
  EXPECT(store.apply(compact(3)) == Outcome{.revision = 6, .refusal = Refusal::Compacted});
  EXPECT(store.apply(compact(-1)) == Outcome{.revision = 6, .refusal = Refusal::Compacted});
  EXPECT(store.apply(compact(7)) == Outcome{.revision = 6, .refusal = Refusal::FutureRevision});
  EXPECT(store.compacted() == 3);
  EXPECT(store.apply(compact(6)) == Outcome{.revision = 6});
  EXPECT(pairs_at(store, 6) == "x=3");
  EXPECT(pairs_at(store, 5) == "the revision has been compacted");
}

TEST_CASE("compaction in a copy does not touch the other") {
  const Store store = storied();
  Store copy = store;
  copy.apply(compact(6));
  EXPECT(pairs_at(store, 1) == "x=1");
  EXPECT(pairs_at(copy, 1) == "the revision has been compacted");
}

TEST_CASE("a store compacts itself when it has too many former values") {
  Store store;
  for (std::size_t i = 0; i <= kMaxFormerValues; ++i) store.apply(put("x", std::to_string(i)));
  EXPECT(store.former_values() == kMaxFormerValues);
  EXPECT(store.compacted() == 0);
  EXPECT(pairs_at(store, 1) == "x=0");
  store.apply(put("x", "last"));
  EXPECT(store.former_values() == kMaxFormerValues);
  EXPECT(store.compacted() == 2);
  EXPECT(pairs_at(store, 1) == "the revision has been compacted");
  EXPECT(pairs_at(store, 2) == "x=1");
}

TEST_CASE("a deletion of more keys than former values are kept leaves none") {
  Store store;
  const std::size_t count = kMaxFormerValues + 1;
  for (std::size_t i = 0; i < count; ++i) store.apply(put(std::to_string(i), ""));
  const Outcome outcome = store.apply(erase_range("", ""));
  EXPECT(outcome.deleted == count);
  EXPECT(store.former_values() == 0);
  EXPECT(store.compacted() == store.revision());
  EXPECT(pairs_at(store, store.revision()).empty());
  EXPECT(Store::restore(store.snapshot()).ok());
}

}  // namespace raftarium::kv
