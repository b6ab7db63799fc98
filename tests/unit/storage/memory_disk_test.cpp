#include "storage/memory_disk.h"

#include <set>
#include <string>

#include "support/test.h"

using namespace raftarium;           // NOLINT(google-build-using-namespace)
using namespace raftarium::storage;  // NOLINT(google-build-using-namespace)

namespace {

std::span<const std::uint8_t> bytes(const std::string& text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

std::string text_of(const MemoryDisk& disk, const std::string& name) {
  const auto data = disk.contents(name);
  return {data.begin(), data.end()};
}

// A file that is durable under its name.
File settled(MemoryDisk& disk, const std::string& name, const std::string& text) {
  const File file = *disk.create(name);
  REQUIRE(disk.write(file, 0, bytes(text)).ok());
  REQUIRE(disk.sync(file).ok());
  REQUIRE(disk.sync_directory().ok());
  return file;
}

const auto kLost = [] { return false; };
const auto kKept = [] { return true; };

}  // namespace

TEST_CASE("what was not synced is lost, what was synced is not") {
  MemoryDisk disk;
  const File file = settled(disk, "a", "old");
  REQUIRE(disk.write(file, 0, bytes("new and longer")).ok());
  EXPECT(text_of(disk, "a") == "new and longer");
  disk.crash(kLost);
  EXPECT(text_of(disk, "a") == "old");
  EXPECT(disk.unsettled() == 0);
}

TEST_CASE("a copy knows which files are still the other's") {
  MemoryDisk disk;
  settled(disk, "a", "one");
  const File file = settled(disk, "b", "two");
  MemoryDisk copy = disk;
  EXPECT(disk.shares_all(copy));
  EXPECT(disk.shares("a", copy));
  REQUIRE(disk.write(file, 0, bytes("new")).ok());
  EXPECT(disk.shares("a", copy));
  EXPECT_FALSE(disk.shares("b", copy));
  EXPECT_FALSE(disk.shares_all(copy));
  copy = disk;
  EXPECT(disk.shares_all(copy));
  // What a crash would leave changes, the bytes do not.
  REQUIRE(disk.sync(file).ok());
  EXPECT(disk.shares("b", copy));
  EXPECT_FALSE(disk.shares_all(copy));
  copy = disk;
  REQUIRE(disk.rename("a", "c").ok());
  EXPECT_FALSE(disk.shares("a", copy));
  EXPECT_FALSE(disk.shares("c", copy));
  EXPECT_FALSE(disk.shares_all(copy));
}

TEST_CASE("a crash loses sectors one by one, in any combination") {
  MemoryDisk disk;
  const std::string old(4 * kSectorBytes, 'o');
  const File file = settled(disk, "a", old);
  REQUIRE(disk.write(file, 0, bytes(std::string(old.size(), 'n'))).ok());
  REQUIRE(disk.unsettled() == 4);
  std::set<std::string> outcomes;
  for (unsigned choice = 0; choice < 16; ++choice) {
    MemoryDisk copy = disk;
    unsigned asked = 0;
    copy.crash([&] { return (choice >> asked++ & 1U) != 0; });
    EXPECT(asked == 4);
    const std::string text = text_of(copy, "a");
    for (unsigned sector = 0; sector < 4; ++sector) {
      const char expected = (choice >> sector & 1U) != 0 ? 'n' : 'o';
      EXPECT(text.substr(sector * kSectorBytes, kSectorBytes) == std::string(kSectorBytes, expected));
    }
    outcomes.insert(text);
  }
  EXPECT(outcomes.size() == 16);
}

TEST_CASE("size and sectors are lost apart: a file may be long and blank") {
  MemoryDisk disk;
  const File file = settled(disk, "a", "");
  REQUIRE(disk.write(file, 0, bytes("text")).ok());
  unsigned asked = 0;
  disk.crash([&] { return asked++ == 0; });
  EXPECT(text_of(disk, "a") == std::string(4, '\0'));
}

TEST_CASE("names are lost until the directory is synced") {
  MemoryDisk disk;
  settled(disk, "old", "1");
  const File file = *disk.create("new.tmp");
  REQUIRE(disk.write(file, 0, bytes("2")).ok());
  REQUIRE(disk.sync(file).ok());
  REQUIRE(disk.rename("new.tmp", "new").ok());
  REQUIRE(disk.remove("old").ok());
  MemoryDisk kept = disk;
  kept.crash(kKept);
  EXPECT(kept.names() == std::vector<std::string>{"new"});
  EXPECT(text_of(kept, "new") == "2");
  MemoryDisk lost = disk;
  lost.crash(kLost);
  EXPECT(lost.names() == std::vector<std::string>{"old"});
  // Only the rename is lost.
  unsigned asked = 0;
  disk.crash([&] { return asked++ != 1; });
  EXPECT(disk.names() == std::vector<std::string>{"new.tmp"});
}

TEST_CASE("a truncated tail may come back until it is synced, as zeros if it was extended") {
  MemoryDisk disk;
  const File file = settled(disk, "a", std::string(2 * kSectorBytes, 'x'));
  REQUIRE(disk.truncate(file, kSectorBytes).ok());
  MemoryDisk back = disk;
  back.crash(kLost);
  EXPECT(text_of(back, "a") == std::string(2 * kSectorBytes, 'x'));
  REQUIRE(disk.preallocate(file, 2 * kSectorBytes).ok());
  REQUIRE(disk.sync(file).ok());
  disk.crash(kLost);
  EXPECT(text_of(disk, "a") == std::string(kSectorBytes, 'x') + std::string(kSectorBytes, '\0'));
}

TEST_CASE(
    "a failed sync loses the data for good, and the next one succeeds: that is why nobody may retry") {
  MemoryDisk disk;
  const File file = settled(disk, "a", "old");
  REQUIRE(disk.write(file, 0, bytes("new")).ok());
  disk.fail_call(disk.calls(), {DiskFault::Error});
  EXPECT(disk.sync(file).error().message == "sync a: Input/output error");
  EXPECT(disk.sync(file).ok());
  EXPECT(text_of(disk, "a") == "new");
  disk.crash(kLost);
  EXPECT(text_of(disk, "a") == "old");
}

TEST_CASE("what a failed sync lost stays lost when its neighbours are synced, to the end of the chunk") {
  MemoryDisk disk;
  const std::string old(FileContent::kChunkBytes, 'o');
  const File file = settled(disk, "a", old);
  const std::string sector(kSectorBytes, 'n');
  REQUIRE(disk.write(file, 0, bytes(sector)).ok());
  disk.fail_call(disk.calls(), {DiskFault::Error});
  REQUIRE_FALSE(disk.sync(file).ok());
  const std::uint64_t last = FileContent::kChunkBytes - kSectorBytes;
  for (const std::uint64_t offset : {kSectorBytes, last}) {
    REQUIRE(disk.write(file, offset, bytes(sector)).ok());
    REQUIRE(disk.sync(file).ok());
  }
  disk.crash(kLost);
  std::string expected = old;
  expected.replace(kSectorBytes, kSectorBytes, sector);
  expected.replace(static_cast<std::size_t>(last), kSectorBytes, sector);
  EXPECT(text_of(disk, "a") == expected);
}

TEST_CASE("a copy that shares a chunk with its disk loses nothing when either is written and synced") {
  MemoryDisk disk;
  const File file = settled(disk, "a", std::string(FileContent::kChunkBytes, 'o'));
  MemoryDisk copy = disk;
  for (MemoryDisk* each : {&disk, &copy}) {
    const std::string word = each == &disk ? "disk" : "copy";
    REQUIRE(each->write(file, 10, bytes(word)).ok());
    REQUIRE(each->sync(file).ok());
    each->crash(kLost);
    std::string expected(FileContent::kChunkBytes, 'o');
    expected.replace(10, word.size(), word);
    EXPECT(text_of(*each, "a") == expected);
  }
}

TEST_CASE("a lying sync") {
  MemoryDisk disk;
  const File file = settled(disk, "a", "old");
  disk.set_syncs_lie(true);
  REQUIRE(disk.write(file, 0, bytes("new")).ok());
  EXPECT(disk.sync(file).ok());
  disk.crash(kLost);
  EXPECT(text_of(disk, "a") == "old");
}

TEST_CASE("no space, short writes and misdirected ones") {
  MemoryDisk disk;
  const File file = settled(disk, "a", "0123456789");
  disk.set_full(true);
  EXPECT(disk.write(file, 0, bytes("x")).error().message == "write a: No space left on device");
  EXPECT(disk.create("b").error().message == "create b: No space left on device");
  disk.set_full(false);
  disk.fail_call(disk.calls(), {DiskFault::ShortWrite, 3});
  EXPECT_FALSE(disk.write(file, 0, bytes("abcdef")).ok());
  EXPECT(text_of(disk, "a") == "abc3456789");
  EXPECT(disk.fired(DiskFault::ShortWrite) == 1);
  // Of a write that is no longer than that nothing is cut: it is none.
  disk.fail_call(disk.calls(), {DiskFault::ShortWrite, 3});
  EXPECT(disk.write(file, 0, bytes("xyz")).ok());
  EXPECT(text_of(disk, "a") == "xyz3456789");
  EXPECT(disk.fired(DiskFault::ShortWrite) == 1);
  EXPECT(disk.write(file, 0, bytes("abc")).ok());
  disk.fail_call(disk.calls(), {DiskFault::Misdirected, 5});
  EXPECT(disk.write(file, 0, bytes("XY")).ok());
  EXPECT(text_of(disk, "a") == "abc34XY789");
}

TEST_CASE(
    "what a read finds damaged stays so, whatever becomes of the cache; where nothing is, nothing rots") {
  MemoryDisk disk;
  const File file = settled(disk, "a", "0123456789");
  std::vector<std::uint8_t> out(4);
  disk.fail_call(disk.calls(), {DiskFault::BitFlip, 4 + 1});
  EXPECT(*disk.read(file, 2, out) == 4);
  EXPECT(text_of(disk, "a") == "0121456789");  // '3' without its second bit
  EXPECT(std::string(out.begin(), out.end()) == "2145");
  disk.crash(kLost);
  EXPECT(text_of(disk, "a") == "0121456789");
  const File again = *disk.open("a", false);
  disk.fail_call(disk.calls(), {DiskFault::ZeroedSector, 0});
  EXPECT(*disk.read(again, 8, out) == 2);
  EXPECT(text_of(disk, "a") == std::string(10, '\0'));
  for (const DiskFault fault : {DiskFault::BitFlip, DiskFault::ZeroedSector}) {
    disk.fail_call(disk.calls(), {fault, 3});
    EXPECT(*disk.read(again, 10, out) == 0);
    disk.fail_call(disk.calls(), {fault, 3});
    EXPECT(disk.size(again).ok());
    EXPECT(disk.fired(fault) == 1);
  }
}

TEST_CASE("at random, calls miss by up to eight sectors") {
  MemoryDisk disk;
  const File file = *disk.create("a");
  DiskFaultRates rates;
  rates.misdirected = 1'000'000;
  disk.set_rates(rates, base::Prng(1));
  for (int i = 0; i < 100; ++i) REQUIRE(disk.write(file, 0, bytes("x")).ok());
  std::set<std::size_t> places;
  const std::string all = text_of(disk, "a");
  for (std::size_t at = all.find('x'); at != std::string::npos; at = all.find('x', at + 1))
    places.insert(at);
  EXPECT(places == std::set<std::size_t>{512, 1024, 1536, 2048, 2560, 3072, 3584, 4096});
  EXPECT(disk.fired(DiskFault::Misdirected) == 100);
}

TEST_CASE("random faults are the same for the same seed") {
  const auto play = [](std::uint64_t seed) {
    MemoryDisk disk;
    const File file = *disk.create("a");
    DiskFaultRates rates;
    rates.write_error = 300'000;
    rates.sync_error = 100'000;
    disk.set_rates(rates, base::Prng(seed));
    std::string log;
    for (int i = 0; i < 100; ++i) {
      log += disk.write(file, 0, bytes("x")).ok() ? 'w' : '-';
      log += disk.sync(file).ok() ? 's' : '-';
    }
    return log;
  };
  EXPECT(play(1) == play(1));
  EXPECT(play(1) != play(2));
  EXPECT(play(1).find('-') != std::string::npos);
}

TEST_CASE("rot goes to what is stored") {
  MemoryDisk disk;
  settled(disk, "a", std::string(2 * kSectorBytes, 'a'));
  disk.flip_bit("a", 1, 1);
  EXPECT(text_of(disk, "a")[1] == 'c');
  disk.zero_sector("a", 1);
  disk.crash(kLost);
  EXPECT(text_of(disk, "a").substr(kSectorBytes) == std::string(kSectorBytes, '\0'));
  EXPECT(text_of(disk, "a")[1] == 'c');
}

TEST_CASE("rot of what is only in the cache is gone with it") {
  MemoryDisk disk;
  const File file = settled(disk, "a", "one");
  REQUIRE(disk.write(file, 3, bytes("two")).ok());
  disk.flip_bit("a", 3, 0);
  EXPECT(text_of(disk, "a") == "oneuwo");
  disk.crash(kLost);
  EXPECT(text_of(disk, "a") == "one");
}

TEST_CASE("a copy goes its own way, and nothing is open after a crash") {
  MemoryDisk disk;
  const File file = settled(disk, "a", "one");
  MemoryDisk copy = disk;
  REQUIRE(copy.write(file, 0, bytes("two")).ok());
  EXPECT(text_of(disk, "a") == "one");
  EXPECT(text_of(copy, "a") == "two");
  copy.kill();
  EXPECT(text_of(copy, "a") == "two");
  EXPECT(copy.write(file, 0, bytes("x")).error().message == "write: Bad file descriptor");
}
