// One bit flipped in every byte of a log and of its snapshots: noticed, or without any effect.

#include <string>

#include "history.h"
#include "storage/snapshot_store.h"
#include "support/test.h"

using namespace raftarium;                 // NOLINT(google-build-using-namespace)
using namespace raftarium::storage;        // NOLINT(google-build-using-namespace)
using namespace raftarium::storage::test;  // NOLINT(google-build-using-namespace)

namespace {

struct RotCounts {
  std::size_t bytes = 0;
  std::size_t refused = 0;    // with a message
  std::size_t fell_back = 0;  // to the older snapshot, with a warning, without losing anything
  std::size_t harmless = 0;   // nothing is lost: the byte is after the end of the records
};

// What is known after opening, whichever snapshot it starts from.
bool nothing_lost(const View& view, const View& expected) {
  if (view.hard_state != expected.hard_state || view.entries.size() < expected.entries.size()) return false;
  return std::equal(expected.entries.begin(), expected.entries.end(),
                    view.entries.end() - static_cast<std::ptrdiff_t>(expected.entries.size()));
}

void flip_every_byte(const MemoryDisk& disk, const std::string& name, const View& expected,
                     RotCounts& counts) {
  const std::size_t size = disk.contents(name).size();
  for (std::size_t offset = 0; offset < size; ++offset) {
    MemoryDisk copy = disk;
    copy.flip_bit(name, offset, static_cast<unsigned>((offset * 5 + offset / 8) % 8));
    ++counts.bytes;
    const auto storage = open(copy);
    if (!storage.ok()) {
      REQUIRE_MESSAGE(storage.error().message.find(
                          parse_snapshot_name(name) ? "restore" : name.substr(0, 8)) != std::string::npos,
                      storage.error().message);
      ++counts.refused;
      continue;
    }
    const View view = view_of(*storage);
    if (view == expected) {
      ++counts.harmless;
    } else {
      REQUIRE_MESSAGE(nothing_lost(view, expected), name, '+', offset, ": ", describe(view), " instead of ",
                      describe(expected));
      REQUIRE_FALSE(storage->report().warnings.empty());
      ++counts.fell_back;
    }
  }
}

}  // namespace

TEST_CASE("one bit flipped in every byte of a log and its snapshots") {
  RotCounts log;
  RotCounts snapshots;
  for (const std::uint64_t seed : {2U, 3U, 8U, 13U, 21U}) {
    CAPTURE(seed);
    const auto history = make_history(50, seed, 120);
    MemoryDisk disk;
    DurableStorage storage = create(disk);
    for (const Step& step : history) REQUIRE(perform(step, storage).ok());
    const View expected = views_of(history).back();
    disk.kill();
    for (const std::string& name : disk.names()) {
      flip_every_byte(disk, name, expected, parse_snapshot_name(name) ? snapshots : log);
    }
  }
  MESSAGE("log: ", log.bytes, " bytes, ", log.refused, " flips refused, ", log.harmless,
          " harmless, 0 missed");
  MESSAGE("snapshots: ", snapshots.bytes, " bytes, ", snapshots.refused, " refused, ", snapshots.fell_back,
          " fell back to the older one, ", snapshots.harmless,
          " harmless (an older snapshot that is not needed)");
  EXPECT(log.fell_back == 0);
  EXPECT(log.refused > 10'000);
  EXPECT(snapshots.fell_back > 200);
}

TEST_CASE("the last save, with payloads that look like lost sectors: every bit of every byte") {
  MemoryDisk disk;
  DurableStorage storage = create(disk, {16U << 10U});
  const std::uint64_t start = storage.wal().offset();
  Save save;
  std::string sparse(1600, '\0');
  sparse[1100] = 1;  // a sector with a single bit in it
  save.entries =
      std::vector<raft::Entry>{entry(2, 1, std::string(1700, '\0')), entry(3, 1, sparse), entry(4, 1, "x")};
  REQUIRE(storage.save(save).ok());
  const std::uint64_t end = storage.wal().offset();
  disk.kill();
  std::size_t flips = 0;
  for (std::uint64_t offset = start; offset < end; ++offset) {
    for (unsigned bit = 0; bit < 8; ++bit) {
      MemoryDisk copy = disk;
      copy.flip_bit("00000001.wal", offset, bit);
      const auto again = open(copy, {16U << 10U});
      REQUIRE_MESSAGE(!again.ok(), "bit ", bit, " at ", offset, " was taken for a torn write");
      ++flips;
    }
  }
  MESSAGE(flips, " flips, all refused");
}

TEST_CASE("a sector of zeros in what was durable is refused, by the record that proves it") {
  MemoryDisk disk;
  DurableStorage storage = create(disk);
  for (std::uint64_t i = 0; i < 12; ++i) {
    Save save;
    save.entries = run(2 + i, 1, 1, 150);
    REQUIRE(storage.save(save).ok());
  }
  disk.kill();
  disk.zero_sector("00000001.wal", 2);
  const auto again = open(disk);
  REQUIRE_FALSE(again.ok());
  CAPTURE(again.error().message);
  EXPECT(again.error().message.find("was written when this one was durable, so nothing was cut") !=
         std::string::npos);
}

TEST_CASE("a sync that lied: what it lost is refused, not forgotten") {
  MemoryDisk disk;
  DurableStorage storage = create(disk);
  Save save;
  save.entries = run(2, 1, 1, 600);
  disk.set_syncs_lie(true);
  REQUIRE(storage.save(save).ok());
  save.entries = run(3, 1, 1, 1200);
  REQUIRE(storage.save(save).ok());
  save.entries = run(4, 1, 1, 100);
  REQUIRE(storage.save(save).ok());
  // The power fails, and of what was said to be durable only the end is.
  const std::size_t undecided = disk.unsettled();
  REQUIRE(undecided >= 4);
  std::size_t asked = 0;
  disk.crash([&] { return ++asked > 2; });
  const auto again = open(disk);
  REQUIRE_FALSE(again.ok());
  CAPTURE(again.error().message);
  EXPECT(again.error().message.find("restore this member from a peer") != std::string::npos);
}

TEST_CASE("a record that was written to the wrong place is not taken for one of that place") {
  MemoryDisk disk;
  DurableStorage storage = create(disk, {1U << 16U});
  Save save;
  save.entries = run(2, 1, 1, 100);
  REQUIRE(storage.save(save).ok());
  save.entries = run(3, 1, 1, 100);
  disk.fail_call(disk.calls(), {DiskFault::Misdirected, 512});
  REQUIRE(storage.save(save).ok());
  save.entries = run(4, 1, 1, 100);
  REQUIRE(storage.save(save).ok());
  disk.kill();
  const auto again = open(disk, {1U << 16U});
  REQUIRE_FALSE(again.ok());
  CAPTURE(again.error().message);
  EXPECT(again.error().message.find("wal 00000001.wal+") != std::string::npos);
}
