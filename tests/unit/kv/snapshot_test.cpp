#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "base/codec.h"
#include "base/prng.h"
#include "commands.h"
#include "kv/store.h"
#include "support/test.h"

namespace raftarium::kv {

using base::Bytes;
using base::ByteWriter;
using base::Prng;

namespace {

// A snapshot written by hand, so that each of its numbers can be wrong.
struct Written {
  std::uint8_t version = 2;
  std::uint64_t applied = 12;
  std::int64_t revision = 9;
  std::int64_t compacted = 4;
  std::uint64_t expired_to = 2;
  std::vector<KeyValue> keys{{"a", "1", 1, 4, 3}, {"b", "2", 2, 9, 3}, {"d", "3", 7, 7, 1}};
  struct Former {
    KeyValue kv;
    std::int64_t end;
  };
  // "b" was changed at 5 and 9, "c" deleted at 6.
  std::vector<Former> former{{{"b", "0", 2, 2, 1}, 5}, {{"c", "0", 3, 3, 1}, 6}, {{"b", "1", 2, 5, 2}, 9}};
  struct Session {
    std::uint64_t client;
    std::uint64_t sequence;
    std::uint64_t last_used;
    std::int64_t revision;
    std::uint8_t succeeded = 1;
    std::uint8_t refusal = 0;
  };
  std::vector<Session> sessions{{5, 1, 12, 9}, {6, 7, 3, 3}};

  Bytes bytes() const {
    ByteWriter out;
    out.u8(version);
    out.u64(applied);
    out.u64(static_cast<std::uint64_t>(revision));
    out.u64(static_cast<std::uint64_t>(compacted));
    out.u64(expired_to);
    out.u64(keys.size());
    for (const KeyValue& kv : keys) write(out, kv);
    out.u64(former.size());
    for (const auto& [kv, end] : former) {
      write(out, kv);
      out.u64(static_cast<std::uint64_t>(end));
    }
    out.u64(sessions.size());
    for (const Session& session : sessions) {
      out.u64(session.client);
      out.u64(session.sequence);
      out.u64(session.last_used);
      out.u64(static_cast<std::uint64_t>(session.revision));
      out.u64(0);
      out.u8(session.succeeded);
      out.u8(session.refusal);
    }
    return Bytes(out.str());
  }
  static void write(ByteWriter& out, const KeyValue& kv) {
    out.text(kv.key);
    out.text(kv.value);
    out.u64(static_cast<std::uint64_t>(kv.create_revision));
    out.u64(static_cast<std::uint64_t>(kv.mod_revision));
    out.u64(static_cast<std::uint64_t>(kv.version));
  }
};

std::string snapshot_refusal(const Bytes& bytes) {
  const auto store = Store::restore(bytes);
  return store.ok() ? "accepted" : store.error().message;
}

std::string snapshot_refusal(const std::function<void(Written&)>& damage) {
  Written written;
  damage(written);
  return snapshot_refusal(written.bytes());
}

}  // namespace

TEST_CASE("a store comes back from its snapshot") {
  Store compacted = busy();
  compacted.apply(compact(3));
  for (const Store& store : {Store(), letters(), busy(), compacted}) {
    const auto restored = Store::restore(store.snapshot());
    REQUIRE_MESSAGE(restored.ok(), restored.error().message);
    EXPECT(restored->revision() == store.revision());
    EXPECT(restored->applied() == store.applied());
    EXPECT(restored->range("", "") == store.range("", ""));
    for (Revision revision = 1; revision <= store.revision(); ++revision) {
      EXPECT(pairs_at(*restored, revision) == pairs_at(store, revision));
    }
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
  EXPECT(snapshot_refusal([](Written&) {}) == "accepted");
  EXPECT(snapshot_refusal(Bytes()) == "store snapshot+0: expected more bytes, got an end at 0");
  EXPECT(snapshot_refusal([](Written& w) { w.version = 1; }) ==
         "store snapshot+0: expected version 2, got 1");
  EXPECT(snapshot_refusal([](Written& w) { w.applied = ~std::uint64_t{0}; }) ==
         "store snapshot+1: expected an applied index of at most 4611686018427387904, "
         "got 18446744073709551615");
  EXPECT(snapshot_refusal([](Written& w) { w.revision = 13; }) ==
         "store snapshot+9: expected a revision of at most 12, got 13");
  EXPECT(snapshot_refusal([](Written& w) { w.revision = -1; }) ==
         "store snapshot+9: expected a revision of at most 12, got 18446744073709551615");
  EXPECT(snapshot_refusal([](Written& w) { w.compacted = 10; }) ==
         "store snapshot+17: expected a compacted revision of at most 9, got 10");
  EXPECT(snapshot_refusal([](Written& w) { w.expired_to = 13; }) ==
         "store snapshot+25: expected a session's last use of at most 12, got 13");
}

TEST_CASE("each kind of damage to a snapshot's keys is named") {
  EXPECT(snapshot_refusal([](Written& w) { w.keys[0].key.clear(); }) ==
         "store snapshot+41: expected a key of 1 to 4096 bytes, got 0");
  EXPECT(snapshot_refusal([](Written& w) { w.keys[0].value.resize(kMaxValueBytes + 1); }) ==
         "store snapshot+41: expected a value of at most 1048576 bytes, got 1048577");
  EXPECT(snapshot_refusal([](Written& w) { std::swap(w.keys[0], w.keys[1]); }) ==
         "store snapshot+75: expected a key after \"b\", got \"a\"");
  EXPECT(snapshot_refusal([](Written& w) { w.keys[1].key = "a"; }) ==
         "store snapshot+75: expected a key after \"a\", got \"a\"");
  EXPECT(snapshot_refusal([](Written& w) { w.keys[0].create_revision = 0; }) ==
         "store snapshot+41: expected 1 <= created <= changed <= 9, got created 0, changed 4");
  EXPECT(snapshot_refusal([](Written& w) { w.keys[0].create_revision = 5; }) ==
         "store snapshot+41: expected 1 <= created <= changed <= 9, got created 5, changed 4");
  EXPECT(snapshot_refusal([](Written& w) { w.keys[1].mod_revision = 10; }) ==
         "store snapshot+75: expected 1 <= created <= changed <= 9, got created 2, changed 10");
  EXPECT(snapshot_refusal([](Written& w) { w.keys[0].version = 1; }) ==
         "store snapshot+41: expected a version of 2 to 4, got 1");
  EXPECT(snapshot_refusal([](Written& w) { w.keys[0].version = 5; }) ==
         "store snapshot+41: expected a version of 2 to 4, got 5");
  EXPECT(snapshot_refusal([](Written& w) { w.keys[2].version = 0; }) ==
         "store snapshot+109: expected a version of 1 to 1, got 0");
}

TEST_CASE("a snapshot's former values must be what came before") {
  const auto at = [](int offset) { return "store snapshot+" + std::to_string(offset) + ": "; };
  const auto history = [](const std::string& key, int changed, int version) {
    return "\"" + key + "\", changed " + std::to_string(changed) + ", version " + std::to_string(version) +
           ": does not follow what it was before";
  };
  EXPECT(snapshot_refusal([](Written& w) { w.former.resize(kMaxFormerValues + 1, w.former[2]); }) ==
         at(143) + "expected at most 10000 former values, got 10001");
  EXPECT(snapshot_refusal([](Written& w) { w.former[0].end = 4; }) ==
         at(151) + "expected an end of 5 to 9, got 4");
  EXPECT(snapshot_refusal([](Written& w) { w.former[1].end = 4; }) ==
         at(193) + "expected an end of 5 to 9, got 4");
  EXPECT(snapshot_refusal([](Written& w) { w.former[2].kv.mod_revision = 9; }) ==
         at(235) + "expected an end of 10 to 9, got 9");
  EXPECT(snapshot_refusal([](Written& w) { w.former[2].end = 10; }) ==
         at(235) + "expected an end of 6 to 9, got 10");
  // A change that follows another must have been made to it.
  EXPECT(snapshot_refusal([](Written& w) {
           w.former[2].kv = {"b", "1", 2, 5, 3};
         }) == at(235) + history("b", 5, 3));
  EXPECT(snapshot_refusal([](Written& w) {
           w.former[2].kv = {"b", "1", 3, 5, 2};
         }) == at(235) + history("b", 5, 2));
  // After an end without a change there was nothing, so that the next one is the first.
  EXPECT(snapshot_refusal([](Written& w) {
           w.former[2].kv = {"b", "1", 2, 6, 2};
         }) == at(235) + history("b", 6, 2));
  EXPECT(snapshot_refusal([](Written& w) {
           w.former[2].kv = {"b", "1", 2, 4, 2};
         }) == at(235) + history("b", 4, 2));
  // And so it is for the present value.
  EXPECT(snapshot_refusal([](Written& w) { w.keys[1].version = 4; }) == at(235) + history("b", 9, 4));
  EXPECT(snapshot_refusal([](Written& w) {
           w.keys[2] = {"d", "3", 6, 7, 2};
         }) == at(235) + history("d", 7, 2));
  EXPECT(snapshot_refusal([](Written& w) {
           w.keys[0] = {"a", "3", 1, 5, 2};
         }) == at(235) + history("a", 5, 2));
}

TEST_CASE("each kind of damage to a snapshot's sessions is named") {
  const auto at = [](int offset) { return "store snapshot+" + std::to_string(offset) + ": "; };
  EXPECT(snapshot_refusal([](Written& w) { w.sessions.resize(kMaxSessions + 1, w.sessions[0]); }) ==
         at(277) + "expected at most 10000 sessions, got 10001");
  EXPECT(snapshot_refusal([](Written& w) { w.sessions[0].client = 0; }) ==
         at(285) + "expected a client after 0, got 0");
  EXPECT(snapshot_refusal([](Written& w) { w.sessions[1].client = 5; }) ==
         at(327) + "expected a client after 5, got 5");
  const std::string use = "expected a last use of its own, of 3 to 12, got ";
  EXPECT(snapshot_refusal([](Written& w) { w.sessions[1].last_used = 2; }) == at(327) + use + "2");
  EXPECT(snapshot_refusal([](Written& w) { w.sessions[1].last_used = 13; }) == at(327) + use + "13");
  EXPECT(snapshot_refusal([](Written& w) { w.sessions[1].last_used = 12; }) == at(327) + use + "12");
  EXPECT(snapshot_refusal([](Written& w) { w.sessions[1].revision = 10; }) ==
         at(327) + "expected a session's revision of 0 to 9, got 10");
  EXPECT(snapshot_refusal([](Written& w) { w.sessions[0].revision = -1; }) ==
         at(285) + "expected a session's revision of 0 to 9, got 18446744073709551615");
  EXPECT(snapshot_refusal([](Written& w) { w.sessions[0].succeeded = 2; }) ==
         at(285) + "expected an outcome of 0 or 1 and a refusal of 0 to 2, got 2 and 0");
  EXPECT(snapshot_refusal([](Written& w) { w.sessions[0].refusal = 3; }) ==
         at(285) + "expected an outcome of 0 or 1 and a refusal of 0 to 2, got 1 and 3");
  EXPECT(snapshot_refusal(Bytes(Written().bytes().str() + "!")) ==
         at(369) + "expected an end, got 1 more bytes");
}

TEST_CASE("a snapshot that was cut short anywhere is refused as such") {
  const Bytes whole = Written().bytes();
  for (std::size_t size = 0; size < whole.size(); ++size) {
    CAPTURE(size);
    const std::string why = snapshot_refusal(whole.sub(0, size));
    EXPECT(why.find("expected more bytes, got an end at " + std::to_string(size)) != std::string::npos);
  }
}

TEST_CASE("any damage to a snapshot gives a store that writes those very bytes, or an error") {
  const std::string whole = Written().bytes().str();
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

}  // namespace raftarium::kv
