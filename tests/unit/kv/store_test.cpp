#include "kv/store.h"

#include <functional>
#include <string>
#include <vector>

#include "base/codec.h"
#include "base/prng.h"
#include "support/test.h"

namespace raftarium::kv {

using base::Bytes;
using base::ByteWriter;
using base::Prng;

namespace {

Command put(const std::string& key, const std::string& value, std::uint64_t client = 0,
            std::uint64_t sequence = 0) {
  return {Command::Kind::Put, client, sequence, key, value};
}

Command erase(const std::string& key, std::uint64_t client = 0, std::uint64_t sequence = 0) {
  return {Command::Kind::Delete, client, sequence, key, ""};
}

std::string keys(const std::vector<KeyValue>& found) {
  std::string text;
  for (const KeyValue& kv : found) text += (text.empty() ? "" : " ") + kv.key;
  return text;
}

Store letters() {
  Store store;
  for (const char* key : {"d", "a", "c", "b"}) store.apply(put(key, key));
  return store;
}

// A store with keys, a deletion and two sessions.
Store busy() {
  Store store;
  store.apply(put("a", "1", 10, 1));
  store.apply(put("b", "2"));
  store.apply(put("a", "3", 11, 4));
  store.apply(erase("b", 10, 2));
  store.apply(put("c", "4"));
  return store;
}

// A snapshot written by hand, so that each of its numbers can be wrong.
struct Written {
  std::uint8_t version = 1;
  std::int64_t revision = 9;
  std::vector<KeyValue> keys{{"a", "1", 1, 4, 3}, {"b", "2", 2, 2, 1}};
  struct Session {
    std::uint64_t client;
    std::uint64_t sequence;
    std::int64_t revision;
  };
  std::vector<Session> sessions{{5, 1, 3}, {6, 7, 9}};

  Bytes bytes() const {
    ByteWriter out;
    out.u8(version);
    out.u64(static_cast<std::uint64_t>(revision));
    out.u64(keys.size());
    for (const KeyValue& kv : keys) {
      out.text(kv.key);
      out.text(kv.value);
      out.u64(static_cast<std::uint64_t>(kv.create_revision));
      out.u64(static_cast<std::uint64_t>(kv.mod_revision));
      out.u64(static_cast<std::uint64_t>(kv.version));
    }
    out.u64(sessions.size());
    for (const Session& session : sessions) {
      out.u64(session.client);
      out.u64(session.sequence);
      out.u64(static_cast<std::uint64_t>(session.revision));
    }
    return Bytes(out.str());
  }
};

std::string refusal(const Bytes& bytes) {
  const auto store = Store::restore(bytes);
  return store.ok() ? "accepted" : store.error().message;
}

std::string refusal(const std::function<void(Written&)>& damage) {
  Written written;
  damage(written);
  return refusal(written.bytes());
}

}  // namespace

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
  EXPECT(store.apply(erase("x")) == Outcome{3, false});
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

TEST_CASE("a client's repetition is applied once and answered as before") {
  Store store;
  EXPECT(store.apply(put("x", "1", 7, 1)) == Outcome{1, false});
  store.apply(put("y", "1"));
  EXPECT(store.apply(put("x", "1", 7, 1)) == Outcome{1, true});
  EXPECT(store.revision() == 2);
  EXPECT(store.find("x")->version == 1);
  // The next sequence is news, what came before it is not.
  EXPECT(store.apply(put("x", "2", 7, 2)) == Outcome{3, false});
  EXPECT(store.apply(put("x", "1", 7, 1)).repeated);
  EXPECT(store.find("x")->value == "2");
}

TEST_CASE("a repeated deletion does not delete what was put meanwhile") {
  Store store;
  store.apply(put("x", "1"));
  store.apply(erase("x", 7, 1));
  store.apply(put("x", "2"));
  EXPECT(store.apply(erase("x", 7, 1)) == Outcome{2, true});
  REQUIRE(store.find("x") != nullptr);
  EXPECT(store.find("x")->value == "2");
}

TEST_CASE("sessions are each client's own, and client 0 has none") {
  Store store;
  store.apply(put("x", "1", 7, 1));
  EXPECT_FALSE(store.apply(put("x", "2", 8, 1)).repeated);
  EXPECT_FALSE(store.apply(put("x", "3")).repeated);
  EXPECT_FALSE(store.apply(put("x", "3")).repeated);
  EXPECT(store.revision() == 4);
}

TEST_CASE("sessions survive a snapshot") {
  auto restored = Store::restore(busy().snapshot());
  REQUIRE(restored.ok());
  EXPECT(restored->apply(put("a", "1", 10, 1)).repeated);
  EXPECT(restored->apply(erase("b", 10, 2)) == Outcome{4, true});
  EXPECT(restored->apply(put("a", "3", 11, 4)) == Outcome{3, true});
  EXPECT(restored->revision() == 5);
  EXPECT_FALSE(restored->apply(put("a", "9", 11, 5)).repeated);
}

TEST_CASE("a store comes back from its snapshot") {
  for (const Store& store : {Store(), letters(), busy()}) {
    const auto restored = Store::restore(store.snapshot());
    REQUIRE_MESSAGE(restored.ok(), restored.error().message);
    EXPECT(restored->revision() == store.revision());
    EXPECT(restored->range("", "") == store.range("", ""));
    EXPECT(restored->snapshot() == store.snapshot());
  }
}

TEST_CASE("equal stores give equal bytes, however they came about") {
  Store one;
  one.apply(put("a", "1"));
  one.apply(put("b", "2"));
  const Store copy = one;
  EXPECT(copy.snapshot() == one.snapshot());

  Store other;  // another order of the same keys: other revisions
  other.apply(put("b", "2"));
  other.apply(put("a", "1"));
  EXPECT(other.snapshot() != one.snapshot());

  Store without_session = one;
  Store with_session = one;
  without_session.apply(put("c", "3"));
  with_session.apply(put("c", "3", 7, 1));
  EXPECT(without_session.snapshot() != with_session.snapshot());
}

TEST_CASE("a copy goes its own way") {
  Store one = busy();
  const Bytes before = one.snapshot();
  Store two = one;
  two.apply(put("a", "changed", 10, 3));
  two.apply(erase("c"));
  EXPECT(one.snapshot() == before);
  one.apply(put("d", "new"));
  EXPECT(two.find("d") == nullptr);
  EXPECT(one.find("c") != nullptr);
}

TEST_CASE("each kind of damage to a snapshot is named") {
  EXPECT(refusal([](Written&) {}) == "accepted");
  EXPECT(refusal(Bytes()) == "store snapshot+0: expected more bytes, got an end at 0");
  EXPECT(refusal([](Written& w) { w.version = 2; }) == "store snapshot+0: expected version 1, got 2");
  EXPECT(refusal([](Written& w) { w.revision = -1; }) ==
         "store snapshot+1: expected a revision of at least 0, got -1");
  EXPECT(refusal([](Written& w) { w.keys[0].key.clear(); }) ==
         "store snapshot+17: expected a key of 1 to 4096 bytes, got 0");
  EXPECT(refusal([](Written& w) { w.keys[0].value.resize(kMaxValueBytes + 1); }) ==
         "store snapshot+17: expected a value of at most 1048576 bytes, got 1048577");
  EXPECT(refusal([](Written& w) { std::swap(w.keys[0], w.keys[1]); }) ==
         "store snapshot+51: expected a key after \"b\", got \"a\"");
  EXPECT(refusal([](Written& w) { w.keys[1].key = "a"; }) ==
         "store snapshot+51: expected a key after \"a\", got \"a\"");
  EXPECT(refusal([](Written& w) { w.keys[0].create_revision = 0; }) ==
         "store snapshot+17: expected 1 <= created <= changed <= 9, got created 0, changed 4");
  EXPECT(refusal([](Written& w) { w.keys[0].create_revision = 5; }) ==
         "store snapshot+17: expected 1 <= created <= changed <= 9, got created 5, changed 4");
  EXPECT(refusal([](Written& w) { w.keys[1].mod_revision = 10; }) ==
         "store snapshot+51: expected 1 <= created <= changed <= 9, got created 2, changed 10");
  EXPECT(refusal([](Written& w) { w.keys[0].version = 1; }) ==
         "store snapshot+17: expected a version of 2 to 4, got 1");
  EXPECT(refusal([](Written& w) { w.keys[0].version = 5; }) ==
         "store snapshot+17: expected a version of 2 to 4, got 5");
  EXPECT(refusal([](Written& w) { w.keys[1].version = 0; }) ==
         "store snapshot+51: expected a version of 1 to 1, got 0");
  EXPECT(refusal([](Written& w) { w.sessions[0].client = 0; }) ==
         "store snapshot+93: expected a client after 0, got 0");
  EXPECT(refusal([](Written& w) { w.sessions[1].client = 5; }) ==
         "store snapshot+117: expected a client after 5, got 5");
  EXPECT(refusal([](Written& w) { w.sessions[1].revision = 10; }) ==
         "store snapshot+117: expected a session's revision of 0 to 9, got 10");
  EXPECT(refusal([](Written& w) { w.sessions[0].revision = -1; }) ==
         "store snapshot+93: expected a session's revision of 0 to 9, got -1");
  EXPECT(refusal(Bytes(Written().bytes().str() + "!")) ==
         "store snapshot+141: expected an end, got 1 more bytes");
}

TEST_CASE("a snapshot that was cut short anywhere is refused as such") {
  const Bytes whole = busy().snapshot();
  for (std::size_t size = 0; size < whole.size(); ++size) {
    CAPTURE(size);
    const std::string why = refusal(whole.sub(0, size));
    EXPECT(why.find("expected more bytes, got an end at " + std::to_string(size)) != std::string::npos);
  }
}

TEST_CASE("any damage to a snapshot gives a store that writes those very bytes, or an error") {
  const std::string whole = busy().snapshot().str();
  Prng prng(3);
  std::size_t taken = 0;
  std::size_t refused = 0;
  for (int round = 0; round < 20'000; ++round) {
    std::string damaged = whole;
    for (std::uint32_t flips = prng.below(3) + 1; flips > 0; --flips) {
      const auto at = prng.below(static_cast<std::uint32_t>(damaged.size()));
      damaged[at] = static_cast<char>(damaged[at] ^ static_cast<char>(1U << prng.below(8)));
    }
    const auto store = Store::restore(Bytes(damaged));
    if (store.ok()) {
      REQUIRE(store->snapshot().view() == damaged);
      ++taken;
    } else {
      REQUIRE_FALSE(store.error().message.empty());
      ++refused;
    }
  }
  EXPECT(taken > 100);
  EXPECT(refused > 100);
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
      Command command;
      command.kind = prng.below(3) == 0 ? Command::Kind::Delete : Command::Kind::Put;
      command.client = prng.below(4);
      command.sequence = prng.below(40);
      command.key = std::string(1, static_cast<char>('a' + prng.below(5)));
      command.value = std::to_string(step);
      REQUIRE(original.apply(command) == restored.apply(command));
    }
    EXPECT(original.snapshot() == restored.snapshot());
  }
}

}  // namespace raftarium::kv
