#include "kv/store.h"

#include <string>
#include <vector>

#include "commands.h"
#include "support/test.h"

namespace raftarium::kv {

TEST_CASE("an empty store has nothing and revision 0") {
  const Store store;
  EXPECT(store.revision() == 0);
  EXPECT(store.size() == 0);
  EXPECT(store.find("x") == nullptr);
  EXPECT(store.range("", "").empty());
}

TEST_CASE("a key remembers when it was created, last changed, and how often") {
  Store store;
  EXPECT(store.apply(put("x", "1")) == Outcome{1, false});
  EXPECT(*store.find("x") == KeyValue{"x", "1", 1, 1, 1});
  store.apply(put("y", "1"));
  EXPECT(store.apply(put("x", "2")) == Outcome{3, false});
  EXPECT(*store.find("x") == KeyValue{"x", "2", 1, 3, 2});
  // The same value again is a change too, as in etcd.
  store.apply(put("x", "2"));
  EXPECT(*store.find("x") == KeyValue{"x", "2", 1, 4, 3});
  EXPECT(*store.find("y") == KeyValue{"y", "1", 2, 2, 1});
}

TEST_CASE("a deleted key begins again when it is put again") {
  Store store;
  store.apply(put("x", "1"));
  store.apply(put("x", "2"));
  EXPECT(store.apply(erase("x")) == Outcome{.revision = 3, .deleted = 1});
  EXPECT(store.find("x") == nullptr);
  EXPECT(store.size() == 0);
  store.apply(put("x", "3"));
  EXPECT(*store.find("x") == KeyValue{"x", "3", 4, 4, 1});
}

TEST_CASE("deleting what is not there changes nothing") {
  Store store;
  store.apply(put("x", "1"));
  EXPECT(store.apply(erase("y")) == Outcome{1, false});
  EXPECT(store.revision() == 1);
}

TEST_CASE("a range is sorted, half open and limited") {
  const Store store = letters();
  EXPECT(keys(store.range("", "")) == "a b c d");
  EXPECT(keys(store.range("b", "d")) == "b c");
  EXPECT(keys(store.range("b", "")) == "b c d");
  EXPECT(keys(store.range("aa", "cc")) == "b c");
  EXPECT(keys(store.range("", "", 2)) == "a b");
  EXPECT(keys(store.range("b", "", 1)) == "b");
  EXPECT(keys(store.range("", "", 4)) == "a b c d");
  EXPECT(keys(store.range("", "", 5)) == "a b c d");
  EXPECT(keys(store.range("c", "b")).empty());
  EXPECT(keys(store.range("c", "c")).empty());
  EXPECT(keys(store.range("e", "")).empty());
  EXPECT(keys(store.range("c", key_end("c"))) == "c");
  EXPECT(keys(store.range("c", prefix_end("c"))) == "c");
}

TEST_CASE("keys are compared as bytes") {
  Store store;
  for (const std::string& key : {std::string("\xff"), std::string("a"), std::string("\0", 1)}) {
    store.apply(put(key, ""));
  }
  const auto found = store.range("", "");
  REQUIRE(found.size() == 3);
  EXPECT(found[0].key == std::string("\0", 1));
  EXPECT(found[2].key == "\xff");
}

TEST_CASE("a range tells how many keys it has, whatever the limit") {
  const Store store = letters();
  const RangeResult some = store.range({.from = "b", .limit = 2});
  EXPECT(pairs(some) == "b=b c=c");
  EXPECT(some.count == 3);
  EXPECT(some.more);
  EXPECT(some.revision == 4);
  const RangeResult all = store.range({.from = "b", .to = "d", .limit = 2});
  EXPECT(pairs(all) == "b=b c=c");
  EXPECT(all.count == 2);
  EXPECT_FALSE(all.more);
  const RangeResult counted = store.range({.from = "aa", .count_only = true});
  EXPECT(counted.found.empty());
  EXPECT(counted.count == 3);
  EXPECT_FALSE(counted.more);
  EXPECT(store.range({.from = "d", .to = "b"}).count == 0);
}

TEST_CASE("a range of keys is deleted in one revision") {
  Store store = letters();
  EXPECT(store.apply(erase_range("b", "d")) == Outcome{.revision = 5, .deleted = 2});
  EXPECT(keys(store.range("", "")) == "a d");
  EXPECT(store.apply(erase_range("b", "d")) == Outcome{.revision = 5});
  EXPECT(store.apply(erase_range("d", "a")) == Outcome{.revision = 5});
  EXPECT(store.apply(erase_range("b", "")) == Outcome{.revision = 6, .deleted = 1});
  store.apply(put("b", "b"));
  EXPECT(store.apply(erase_range("", "")) == Outcome{.revision = 8, .deleted = 2});
  EXPECT(store.size() == 0);
}

TEST_CASE("the applied index moves with every entry, also those that are nothing to the store") {
  Store store;
  EXPECT(store.applied() == 0);
  store.apply(put("x", "1"));
  EXPECT(store.applied() == 1);
  store.apply(7, erase("y"));
  EXPECT(store.applied() == 7);
  EXPECT(store.revision() == 1);
  store.skip_to(9);
  EXPECT(store.applied() == 9);
  EXPECT(store.apply(put("x", "2")) == Outcome{.revision = 2});
  EXPECT(store.applied() == 10);
}

TEST_CASE("a copy of a store goes its own way") {
  Store store = letters();
  Store copy = store;
  store.apply(put("a", "original"));
  copy.apply(erase("a"));
  copy.apply(put("e", "e", 7, 1));
  EXPECT(pairs_at(store, 0) == "a=original b=b c=c d=d");
  EXPECT(pairs_at(copy, 0) == "b=b c=c d=d e=e");
  EXPECT(pairs_at(store, 4) == "a=a b=b c=c d=d");
  EXPECT(pairs_at(copy, 4) == "a=a b=b c=c d=d");
  EXPECT_FALSE(store.apply(put("e", "e", 7, 1)).repeated);
}

TEST_CASE("an outcome reads as what happened") {
  EXPECT(describe(Outcome{.revision = 7}) == "revision 7");
  EXPECT(describe(Outcome{.revision = 7, .deleted = 2}) == "revision 7, 2 deleted");
  EXPECT(describe(Outcome{.revision = 7, .repeated = true, .succeeded = false}) ==
         "revision 7, compares failed (repeated)");
  EXPECT(describe(Outcome{.refusal = Refusal::Compacted}) == "refused: the revision has been compacted");
  EXPECT(describe(Outcome{.refusal = Refusal::FutureRevision}) == "refused: the revision is in the future");
  EXPECT(describe(Outcome{.refusal = Refusal::SessionExpired}) == "refused: the session has expired");
}

}  // namespace raftarium::kv
