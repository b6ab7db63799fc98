// Client sessions: a repeated command is applied once (paper §8, dissertation §6.3).

#include "kv/sessions.h"

#include <string>

#include "commands.h"
#include "support/test.h"

namespace raftarium::kv {

namespace {

// A store in which clients 1 to kMaxSessions have asked for something once, in this order.
Store full() {
  Store store;
  for (std::uint64_t client = 1; client <= kMaxSessions; ++client) store.apply(put("x", "", client, 1));
  REQUIRE(store.sessions().size() == kMaxSessions);
  return store;
}

Command since(Command command, std::uint64_t index) {
  command.since = index;
  return command;
}

}  // namespace

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
  EXPECT(store.apply(erase("x", 7, 1)) == Outcome{.revision = 2, .repeated = true, .deleted = 1});
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
  EXPECT(restored->apply(erase("b", 10, 2)) == Outcome{.revision = 4, .repeated = true, .deleted = 1});
  EXPECT(restored->apply(put("a", "3", 11, 4)) == Outcome{3, true});
  EXPECT(restored->revision() == 5);
  EXPECT_FALSE(restored->apply(put("a", "9", 11, 5)).repeated);
}

TEST_CASE("a repetition is answered as the first time, whatever the command") {
  Store store = letters();
  Command swap{.kind = Command::Kind::Transaction, .client = 7, .sequence = 1};
  swap.compares = {{.key = "a", .value = "b"}};
  swap.otherwise = {{.kind = Operation::Kind::DeleteRange, .key = "b", .to = "d"}};
  const Outcome first = store.apply(swap);
  EXPECT(first == Outcome{.revision = 5, .succeeded = false, .deleted = 2});
  Command early = compact(9);
  early.client = 8;
  early.sequence = 1;
  const Outcome refused = store.apply(early);
  EXPECT(refused == Outcome{.revision = 5, .refusal = Refusal::FutureRevision});

  for (int i = 0; i < 6; ++i) store.apply(put("a", "b"));
  auto restored = Store::restore(store.snapshot());
  REQUIRE(restored.ok());
  for (Store* s : {&store, &*restored}) {
    // Now the compares would hold and the revision has come.
    Outcome again = s->apply(swap);
    EXPECT(again.repeated);
    again.repeated = false;
    EXPECT(again == first);
    again = s->apply(early);
    EXPECT(again.repeated);
    again.repeated = false;
    EXPECT(again == refused);
    EXPECT(s->compacted() == 0);
  }
}

TEST_CASE("what came of a request before the last one of its session is not known any more") {
  Store store;
  store.apply(put("x", "1", 7, 1));
  store.apply(put("x", "2", 7, 2));
  EXPECT(store.apply(put("x", "1", 7, 1)) ==
         Outcome{.revision = 2, .repeated = true, .refusal = Refusal::SequencePassed});
}

TEST_CASE("one session too many makes the idlest expire") {
  Store store = full();
  // Client 1 is heard of again, so client 2 is the idlest; a repetition counts as well.
  EXPECT(store.apply(put("x", "", 1, 1)).repeated);
  store.apply(put("y", "", kMaxSessions + 1, 1));
  EXPECT(store.sessions().size() == kMaxSessions);
  EXPECT(store.apply(put("x", "", 1, 1)).repeated);
  EXPECT(store.apply(put("x", "", 3, 1)).repeated);
  EXPECT(store.sessions().by_client().find(std::uint64_t{2}) == nullptr);
  EXPECT(store.sessions().expired_to() == 2);
}

TEST_CASE("the repetition of an expired session is not applied, if it says since when it may have been") {
  Store store = full();
  const std::string value = "once";
  // Sent first when the index 4 was applied; applied as 10'001; then forgotten.
  const Command request = since(put("once", value, 1'000'000, 1), 4);
  REQUIRE(store.apply(request) == Outcome{.revision = static_cast<Revision>(kMaxSessions) + 1});
  for (std::uint64_t client = 1; client <= kMaxSessions; ++client) {
    store.apply(put("x", "", kMaxSessions + client, 1));
  }
  const Revision before = store.revision();
  const Outcome again = store.apply(request);
  EXPECT(again == Outcome{.revision = before, .refusal = Refusal::SessionExpired});
  EXPECT(store.find("once")->version == 1);
  EXPECT(store.revision() == before);
  // Refused is not heard of: nobody else expires for it.
  EXPECT(store.sessions().by_client().find(request.client) == nullptr);
  EXPECT(store.sessions().size() == kMaxSessions);

  // Whoever knows of everything that has expired is new for sure.
  EXPECT(store.apply(since(put("new", "", 2'000'000, 1), store.sessions().expired_to())).refusal ==
         Refusal::None);
  // Whoever does not say is applied, and may be applied twice.
  EXPECT(store.apply(put("once", value, 1'000'000, 1)).refusal == Refusal::None);
  EXPECT(store.find("once")->version == 2);
}

TEST_CASE("sessions expire in every copy and after a restart alike") {
  Store store = full();
  for (std::uint64_t client = 1; client < 100; client += 3) store.apply(put("x", "", client, 2));
  Store copy = store;
  auto restored = Store::restore(store.snapshot());
  REQUIRE_MESSAGE(restored.ok(), restored.error().message);
  for (std::uint64_t client = 1; client < 200; ++client) {
    for (Store* s : {&store, &copy, &*restored}) s->apply(put("x", "", kMaxSessions + client, 1));
  }
  EXPECT(store.snapshot() == copy.snapshot());
  EXPECT(store.snapshot() == restored->snapshot());
  EXPECT(store.sessions().by_client().find(std::uint64_t{1}) != nullptr);
  EXPECT(store.sessions().by_client().find(std::uint64_t{2}) == nullptr);
}

}  // namespace raftarium::kv
