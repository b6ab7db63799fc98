// Bugs that other implementations had in the field, as far as they concern storage.

#include "history.h"
#include "storage/snapshot_store.h"
#include "support/test.h"

using namespace raftarium;                 // NOLINT(google-build-using-namespace)
using namespace raftarium::storage;        // NOLINT(google-build-using-namespace)
using namespace raftarium::storage::test;  // NOLINT(google-build-using-namespace)

namespace {

Save save_entries(const raft::Entries& entries, const raft::HardState& state = {}) {
  Save save;
  save.entries = entries;
  save.hard_state = state;
  return save;
}

void lose_all(MemoryDisk& disk) {
  disk.crash([] { return false; });
}

}  // namespace

TEST_CASE(
    "etcd 22442: an overwritten tail does not come back when the overwriting entries are in the snapshot") {
  MemoryDisk disk;
  DurableStorage storage = create(disk);
  REQUIRE(storage.save(save_entries(run(2, 4, 1), hard_state(1, 0, 2))).ok());  // 2..5 of term 1
  REQUIRE(storage.save(save_entries(run(3, 2, 2), hard_state(2, 0, 4))).ok());  // 3, 4 of term 2; 5 is void
  REQUIRE(storage.create_snapshot(raft::Index(4), {}, base::Bytes("four")).ok());
  lose_all(disk);
  const auto again = open(disk);
  REQUIRE(again.ok());
  EXPECT(again->last_index() == raft::Index(4));
  EXPECT(again->term(raft::Index(4)).term == raft::Term(2));
}

TEST_CASE("etcd 22442: a snapshot from a leader leaves nothing of the log that it replaces") {
  MemoryDisk disk;
  DurableStorage storage = create(disk);
  REQUIRE(
      storage.save(save_entries(run(2, 19, 1), hard_state(1, 0, 2))).ok());  // up to 20, never committed
  Save install;
  install.snapshot = snapshot(10, 3);
  install.hard_state = hard_state(3, 0, 10);
  REQUIRE(storage.save(install).ok());
  lose_all(disk);
  const auto again = open(disk);
  REQUIRE(again.ok());
  EXPECT(again->last_index() == raft::Index(10));
  EXPECT(again->first_index() == raft::Index(11));
}

TEST_CASE("etcd 14370: the storage of a sole member answers from nothing that is not durable") {
  MemoryDisk disk;
  DurableStorage storage = create(disk);
  REQUIRE(storage.append(save_entries(run(2, 1, 1), hard_state(1, 2, 2))).ok());
  EXPECT(storage.last_index() == raft::Index(1));  // so the core cannot count it, nor commit it
  EXPECT(storage.hard_state().commit == raft::Index(1));
  lose_all(disk);
  EXPECT(open(disk)->last_index() == raft::Index(1));
}

TEST_CASE("etcd 14143: no acknowledged entry or vote is lost with everything that was not synced") {
  MemoryDisk disk;
  auto storage = open([&]() -> MemoryDisk& {
    create(disk);
    return disk;
  }());
  for (std::uint64_t i = 0; i < 60; ++i) {
    const raft::HardState state = hard_state(2 + i, 1 + i % 3, 1 + i);
    REQUIRE(storage->save(save_entries(run(2 + i, 1, 2 + i), state)).ok());
    lose_all(disk);
    storage = open(disk);
    REQUIRE(storage.ok());
    REQUIRE(storage->hard_state() == state);
    REQUIRE(storage->last_index() == raft::Index(2 + i));
  }
}

TEST_CASE("etcd 8935: the commit of a snapshot that could not be stored is not stored either") {
  MemoryDisk disk;
  DurableStorage storage = create(disk);
  REQUIRE(storage.save(save_entries(run(2, 2, 1), hard_state(1, 0, 2))).ok());
  Save install;
  install.snapshot = snapshot(100, 3, std::string(5000, 's'));
  install.hard_state = hard_state(3, 0, 100);
  install.entries = run(101, 1, 3);
  disk.set_full(true);
  const auto status = storage.save(install);
  REQUIRE_FALSE(status.ok());
  EXPECT(status.error().message.find("No space left on device") != std::string::npos);
  EXPECT(storage.failed());  // the core believes in the snapshot already: this member must stop
  disk.set_full(false);
  disk.kill();
  const auto again = open(disk);
  REQUIRE(again.ok());
  EXPECT(again->hard_state() == hard_state(1, 0, 2));
  EXPECT(again->last_index() == raft::Index(3));
}

TEST_CASE("etcd 8935, 10219: between a snapshot's file and its record the file means nothing") {
  MemoryDisk disk;
  DurableStorage storage = create(disk);
  REQUIRE(storage.save(save_entries(run(2, 2, 1), hard_state(1, 0, 2))).ok());
  REQUIRE(write_snapshot_file(disk, *snapshot(100, 3), kIdentity).ok());
  REQUIRE(disk.sync_directory().ok());
  disk.kill();
  auto again = open(disk);
  REQUIRE(again.ok());
  EXPECT(again->last_index() == raft::Index(3));
  EXPECT(again->report().removed ==
         std::vector<std::string>{snapshot_name({raft::Term(3), raft::Index(100)})});
  EXPECT_FALSE(disk.exists(snapshot_name({raft::Term(3), raft::Index(100)})));
}

TEST_CASE("etcd 6515, 11488: zeros in the middle or at the end of the last write are a torn tail") {
  MemoryDisk disk;
  DurableStorage storage = create(disk);
  REQUIRE(storage.save(save_entries(run(2, 1, 1, 200))).ok());
  const View before = view_of(storage);
  const std::uint64_t start = storage.wal().offset();
  REQUIRE(storage.append(save_entries(run(3, 4, 1, 400))).ok());
  const std::uint64_t end = storage.wal().offset();
  disk.kill();
  for (std::uint64_t sector = start / kSectorBytes + 1; sector * kSectorBytes < end; ++sector) {
    CAPTURE(sector);
    MemoryDisk copy = disk;
    copy.zero_sector("00000001.wal", sector);
    const auto again = open(copy);
    REQUIRE_MESSAGE(again.ok(), again.error().message);
    EXPECT(view_of(*again) == before);
    REQUIRE(again->report().torn.has_value());
    EXPECT(again->report().torn->from == start);
  }
}

TEST_CASE(
    "cockroach 37102: after a failed sync nothing is reported as durable, even if the next would succeed") {
  MemoryDisk disk;
  DurableStorage storage = create(disk);
  REQUIRE(storage.append(save_entries(run(2, 1, 1))).ok());
  const auto ticket = storage.begin_sync();
  disk.fail_call(disk.calls(), {DiskFault::Error});
  REQUIRE_FALSE(storage.finish_sync(ticket, disk.sync(ticket.file)).ok());
  const auto second = storage.begin_sync();
  REQUIRE(disk.sync(second.file).ok());
  EXPECT_FALSE(storage.finish_sync(second, {}).ok());
  EXPECT_FALSE(storage.save(save_entries(run(3, 1, 1))).ok());
  EXPECT(storage.last_index() == raft::Index(1));
  EXPECT(storage.failure()->message == "sync 00000001.wal: Input/output error");
}

TEST_CASE("canonical 320: an entry whose write failed is not followed by another in its place") {
  MemoryDisk disk;
  DurableStorage storage = create(disk);
  disk.fail_call(disk.calls(), {DiskFault::ShortWrite, 20});
  REQUIRE_FALSE(storage.save(save_entries(std::vector<raft::Entry>{entry(2, 1, "X")})).ok());
  EXPECT_FALSE(storage.save(save_entries(std::vector<raft::Entry>{entry(2, 1, "Y")})).ok());
  disk.kill();
  auto again = open(disk);
  REQUIRE(again.ok());
  EXPECT(again->last_index() == raft::Index(1));
}

TEST_CASE(
    "canonical 373: a segment knows where it starts, whichever segments and snapshots are beside it") {
  MemoryDisk disk;
  DurableStorage storage = create(disk);
  REQUIRE(storage.save(save_entries(run(2, 10, 1), hard_state(1, 0, 11))).ok());
  REQUIRE(storage.create_snapshot(raft::Index(11), {}, base::Bytes("eleven")).ok());
  // The only segment holds entries before and after the snapshot, and no sealed segment is there.
  REQUIRE(storage.save(save_entries(run(12, 2, 1))).ok());
  lose_all(disk);
  const auto again = open(disk);
  REQUIRE(again.ok());
  EXPECT(again->first_index() == raft::Index(12));
  EXPECT(again->last_index() == raft::Index(13));
}
