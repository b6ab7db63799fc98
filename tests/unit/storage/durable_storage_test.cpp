// What a member's storage promises in fair weather, and across a clean restart.

#include "storage/durable_storage.h"

#include "history.h"
#include "storage/snapshot_store.h"
#include "support/test.h"

using namespace raftarium;                 // NOLINT(google-build-using-namespace)
using namespace raftarium::storage;        // NOLINT(google-build-using-namespace)
using namespace raftarium::storage::test;  // NOLINT(google-build-using-namespace)

TEST_CASE("a new member starts from its first snapshot, and so does it after a restart") {
  MemoryDisk disk;
  EXPECT_FALSE(*DurableStorage::exists(disk));
  const View before = view_of(create(disk));
  EXPECT(*DurableStorage::exists(disk));
  disk.crash([] { return false; });
  const auto again = open(disk);
  REQUIRE(again.ok());
  EXPECT(view_of(*again) == before);
  EXPECT(again->initial_state().conf_state.voters.size() == 3);
  EXPECT(again->first_index() == raft::Index(2));
  EXPECT(again->report().warnings.empty());
}

TEST_CASE("a disk that a member has been on is not given to a new one") {
  MemoryDisk disk;
  create(disk);
  const auto second = DurableStorage::create(disk, kIdentity, kSmall, snapshot(1, 1));
  REQUIRE_FALSE(second.ok());
  EXPECT(second.error().message == "a member has been here already: expected no 00000001.wal");
}

TEST_CASE("a log is refused to another member") {
  MemoryDisk disk;
  create(disk);
  const auto other = DurableStorage::open(disk, {7, raft::NodeId(3)}, kSmall);
  REQUIRE_FALSE(other.ok());
  EXPECT(other.error().message.find("expected cluster 7 member 3, got cluster 7 member 2") !=
         std::string::npos);
}

TEST_CASE("an empty disk is not opened, it is created") {
  MemoryDisk disk;
  const auto none = open(disk);
  REQUIRE_FALSE(none.ok());
  EXPECT(none.error().message.find("found none") != std::string::npos);
}

TEST_CASE("one write and one sync a save") {
  MemoryDisk disk;
  DurableStorage storage = create(disk, {1U << 20U});
  const std::uint64_t writes = disk.writes();
  const std::uint64_t syncs = disk.syncs();
  for (std::uint64_t i = 0; i < 100; ++i) {
    Save save;
    save.entries = run(2 + 3 * i, 3, 1);
    save.hard_state = hard_state(1, 1, 1 + 3 * i);
    REQUIRE(storage.save(save).ok());
  }
  EXPECT(disk.writes() - writes == 100);
  EXPECT(disk.syncs() - syncs == 100);
}

TEST_CASE("whole histories survive restarts at every step, across segments and snapshots") {
  std::size_t restarts = 0;
  std::uint64_t segments = 0;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    CAPTURE(seed);
    const auto history = make_history(60, seed);
    const auto views = views_of(history);
    MemoryDisk disk;
    DurableStorage storage = create(disk);
    for (std::size_t i = 0; i < history.size(); ++i) {
      REQUIRE(perform(history[i], storage).ok());
      MemoryDisk copy = disk;
      copy.kill();  // the process ends, what is written stays
      const auto again = open(copy);
      REQUIRE_MESSAGE(again.ok(), again.error().message);
      REQUIRE_MESSAGE(view_of(*again) == views[i + 1], "step ", i, ": ", describe(view_of(*again)),
                      " instead of ", describe(views[i + 1]));
      EXPECT(again->report().warnings.empty());
      EXPECT_FALSE(again->report().torn.has_value());
      ++restarts;
    }
    segments += storage.wal().sequence();
  }
  MESSAGE(restarts, " restarts, ", segments, " segments");
  EXPECT(segments > 60);
}

TEST_CASE("a storage that was reopened goes on as if it had not been") {
  const auto history = make_history(80, 5);
  const auto views = views_of(history);
  MemoryDisk disk;
  create(disk);
  for (std::size_t i = 0; i < history.size(); ++i) {
    auto storage = open(disk);
    REQUIRE(storage.ok());
    REQUIRE(perform(history[i], *storage).ok());
    disk.kill();
  }
  const auto last = open(disk);
  REQUIRE(last.ok());
  EXPECT(view_of(*last) == views.back());
}

TEST_CASE("asynchronous: nothing is answered from before it is durable, one sync covers several appends") {
  MemoryDisk disk;
  DurableStorage storage = create(disk);
  Save first;
  first.entries = run(2, 2, 1);
  Save second;
  second.entries = run(4, 1, 1);
  second.hard_state = hard_state(1, 2, 2);
  REQUIRE(storage.append(first).ok());
  const auto early = storage.begin_sync();
  REQUIRE(storage.append(second).ok());
  EXPECT(storage.last_index() == raft::Index(1));
  REQUIRE(storage.finish_sync(early, disk.sync(early.file)).ok());
  EXPECT(storage.last_index() == raft::Index(3));  // what was appended after the ticket waits for its own
  const auto late = storage.begin_sync();
  REQUIRE(storage.finish_sync(late, disk.sync(late.file)).ok());
  EXPECT(storage.last_index() == raft::Index(4));
  EXPECT(storage.hard_state() == hard_state(1, 2, 2));
}

TEST_CASE("asynchronous: a sync may be under way while the log goes on into the next segments") {
  MemoryDisk disk;
  DurableStorage storage = create(disk);
  std::vector<Wal::SyncTicket> tickets;
  for (std::uint64_t i = 0; i < 60; ++i) {
    Save save;
    save.entries = run(2 + i, 1, 1, 200);
    REQUIRE(storage.append(save).ok());
    tickets.push_back(storage.begin_sync());
    if (i % 20 != 19) continue;
    for (const auto& ticket : tickets) REQUIRE(storage.finish_sync(ticket, disk.sync(ticket.file)).ok());
    tickets.clear();
    EXPECT(storage.last_index() == raft::Index(2 + i));
  }
  EXPECT(storage.wal().segments() > 3);
  disk.crash([] { return false; });
  EXPECT(open(disk)->last_index() == raft::Index(61));
}

TEST_CASE("what a sealed segment holds is durable, and the storage says so at once") {
  MemoryDisk disk;
  DurableStorage storage = create(disk);
  for (std::uint64_t i = 0; i < 60; ++i) {
    const std::uint64_t segments = storage.wal().segments();
    Save save;
    save.entries = run(2 + i, 1, 1, 200);
    REQUIRE(storage.append(save).ok());
    if (storage.wal().segments() > segments) EXPECT(storage.last_index() == raft::Index(1 + i));
  }
  EXPECT(storage.wal().segments() > 3);
}

TEST_CASE("appends that were never synced may be lost, and then as a whole and in order") {
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    MemoryDisk disk;
    DurableStorage storage = create(disk);
    std::vector<View> views{view_of(storage)};
    raft::MemoryStorage model;
    model.apply_snapshot(snapshot(1, 1, "first"));
    model.set_hard_state(hard_state(1, 0, 1));
    for (std::uint64_t i = 0; i < 6; ++i) {
      Step step;
      step.save.entries = run(2 + 2 * i, 2, 1, 300);
      REQUIRE(storage.append(step.save).ok());
      perform(step, model);
      views.push_back(view_of(model));
    }
    base::Prng prng(seed);
    disk.crash(prng);
    const auto again = open(disk);
    REQUIRE_MESSAGE(again.ok(), again.error().message);
    const View view = view_of(*again);
    EXPECT(std::find(views.begin(), views.end(), view) != views.end());
  }
}

TEST_CASE("segments go once the older of the last two snapshots covers them, older snapshots with them") {
  MemoryDisk disk;
  DurableStorage storage = create(disk);
  std::uint64_t last = 1;
  std::size_t most = 0;
  for (std::uint64_t round = 0; round < 30; ++round) {
    Save save;
    save.entries = run(last + 1, 20, 1, 50);
    last += 20;
    save.hard_state = hard_state(1, 1, last);
    REQUIRE(storage.save(save).ok());
    REQUIRE(storage.create_snapshot(raft::Index(last), {}, base::Bytes("s")).ok());
    storage.compact(raft::Index(last - 5));
    most = std::max(most, disk.names().size());
  }
  EXPECT(storage.wal().sequence() > 10);
  EXPECT(storage.wal().segments() < 4);
  EXPECT(most < 8);
  EXPECT(list_snapshots(disk.names()).size() == 2);
  EXPECT(storage.first_index() == raft::Index(last - 4));
}

TEST_CASE("a damaged newest snapshot: the older one and the log give the same state, with a warning") {
  MemoryDisk disk;
  DurableStorage storage = create(disk);
  Save save;
  save.entries = run(2, 10, 1);
  save.hard_state = hard_state(1, 1, 11);
  REQUIRE(storage.save(save).ok());
  REQUIRE(storage.create_snapshot(raft::Index(5), {}, base::Bytes("five")).ok());
  REQUIRE(storage.create_snapshot(raft::Index(9), {}, base::Bytes("nine")).ok());
  disk.kill();
  const std::string newest = snapshot_name({raft::Term(1), raft::Index(9)});
  disk.flip_bit(newest, 70, 3);
  auto again = open(disk);
  REQUIRE(again.ok());
  REQUIRE(again->report().warnings.size() == 2);
  EXPECT(again->report().warnings[0].find(newest + "+64: checksum mismatch: expected ") !=
         std::string::npos);
  EXPECT(again->report().warnings[1] ==
         "the snapshot at index 9 term 1 cannot be read; recovered from the one at index 5 term 1 and the "
         "log");
  EXPECT(again->snapshot().snapshot->data.view() == "five");
  EXPECT(again->first_index() == raft::Index(6));
  EXPECT(again->last_index() == raft::Index(11));
  EXPECT(again->hard_state().commit == raft::Index(11));
  // The damaged one is not counted among the two that later removals rely on.
  Save more;
  more.entries = run(12, 100, 1, 60);
  more.hard_state = hard_state(1, 1, 111);
  REQUIRE(again->save(more).ok());
  REQUIRE(again->create_snapshot(raft::Index(100), {}, base::Bytes("hundred")).ok());
  disk.kill();
  disk.flip_bit(snapshot_name({raft::Term(1), raft::Index(100)}), 0, 0);
  const auto third = open(disk);
  REQUIRE_MESSAGE(third.ok(), third.error().message);
  EXPECT(third->snapshot().snapshot->index == raft::Index(5));
  EXPECT(third->last_index() == raft::Index(111));
}

TEST_CASE("a damaged snapshot that the log does not reach behind is refused") {
  MemoryDisk disk;
  DurableStorage storage = create(disk);
  Save save;
  save.snapshot = snapshot(50, 2, "far ahead");
  save.hard_state = hard_state(2, 0, 50);
  REQUIRE(storage.save(save).ok());
  disk.kill();
  disk.flip_bit(snapshot_name({raft::Term(2), raft::Index(50)}), 80, 1);
  const auto again = open(disk);
  REQUIRE_FALSE(again.ok());
  EXPECT(again.error().message.find("the newer one at index 50 term 2 cannot be read") !=
         std::string::npos);
  EXPECT(again.error().message.find("restore this member from a peer") != std::string::npos);
}

TEST_CASE("a missing segment is refused by name") {
  MemoryDisk disk;
  DurableStorage storage = create(disk);
  for (std::uint64_t i = 0; i < 60; ++i) {
    Save save;
    save.entries = run(2 + i, 1, 1, 200);
    REQUIRE(storage.save(save).ok());
  }
  REQUIRE(storage.wal().segments() > 3);
  disk.kill();
  REQUIRE(disk.remove("00000002.wal").ok());
  const auto again = open(disk);
  REQUIRE_FALSE(again.ok());
  EXPECT(again.error().message.find("expected 00000002.wal, got 00000003.wal") != std::string::npos);
}

TEST_CASE("an entry beyond the limit is refused before anything is written") {
  MemoryDisk disk;
  DurableStorage storage = create(disk);
  Save save;
  save.entries = std::vector<raft::Entry>{entry(2, 1, std::string(kMaxEntryBytes + 1, 'x'))};
  const std::uint64_t writes = disk.writes();
  EXPECT_FALSE(storage.save(save).ok());
  EXPECT(disk.writes() == writes);
  EXPECT_FALSE(storage.failed());
  save.entries = std::vector<raft::Entry>{entry(2, 1, std::string(kMaxEntryBytes, 'x'))};
  REQUIRE(storage.save(save).ok());
  disk.crash([] { return false; });
  const auto again = open(disk);
  REQUIRE(again.ok());
  EXPECT(view_of(*again) == view_of(storage));
}

TEST_CASE("a copied world: storage and disk go their own way") {
  MemoryDisk disk;
  DurableStorage storage = create(disk);
  Save save;
  save.entries = run(2, 1, 1);
  REQUIRE(storage.save(save).ok());
  MemoryDisk other_disk = disk;
  DurableStorage other = storage;
  other.rebind(other_disk);
  save.entries = run(3, 1, 1);
  REQUIRE(storage.save(save).ok());
  save.entries = run(3, 2, 2);
  save.hard_state = hard_state(2, 1, 1);
  REQUIRE(other.save(save).ok());
  disk.kill();
  other_disk.kill();
  EXPECT(open(disk)->last_index() == raft::Index(3));
  EXPECT(open(other_disk)->last_index() == raft::Index(4));
}
