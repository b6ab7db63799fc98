// A write that was cut short at any byte: what was acknowledged before is there, what was not is gone as a
// whole, and the log goes on.

#include <span>

#include "history.h"
#include "support/test.h"

using namespace raftarium;                 // NOLINT(google-build-using-namespace)
using namespace raftarium::storage;        // NOLINT(google-build-using-namespace)
using namespace raftarium::storage::test;  // NOLINT(google-build-using-namespace)

namespace {

constexpr WalOptions kOneSegment{64U << 10U};
constexpr const char* kSegment = "00000001.wal";

struct Log {
  MemoryDisk disk;
  std::vector<View> views;        // after 0, 1, … saves
  std::vector<std::size_t> ends;  // where the save ends in the file
  std::uint64_t records = 0;
};

Log make_log(std::uint64_t records) {
  Log log;
  DurableStorage storage = create(log.disk, kOneSegment);
  log.records = 2;  // the head
  std::uint64_t last = 1;
  std::uint64_t term = 1;
  const auto note = [&] {
    log.views.push_back(view_of(storage));
    log.ends.push_back(static_cast<std::size_t>(storage.wal().offset()));
  };
  note();
  for (std::uint64_t i = 0; log.records < records; ++i) {
    Save save;
    if (i % 7 == 6) {  // a new leader overwrites the last entry: a truncation, entries and a hard state
      save.entries = run(last, 2, ++term, 5 + i % 11);
      save.hard_state = hard_state(term, 0, last - 1);
      ++last;
      log.records += 3;
    } else if (i % 3 == 2) {
      save.entries = run(last + 1, 2, term, 5 + i % 11);
      last += 2;
      log.records += 1;
    } else {
      save.entries = run(last + 1, 1, term, 5 + i % 11);
      save.hard_state = hard_state(term, 1 + i % 2, last);
      if (i % 2 == 0) save.hard_state.vote = raft::NodeId(1);
      ++last;
      log.records += 2;
    }
    REQUIRE(storage.save(save).ok());
    note();
  }
  log.disk.kill();
  return log;
}

}  // namespace

TEST_CASE("torn at every byte of a 300-record log") {
  const Log log = make_log(300);
  REQUIRE(log.records >= 300);
  const auto whole = log.disk.contents(kSegment);
  REQUIRE(whole.size() == kOneSegment.segment_bytes);
  std::size_t offsets = 0;
  std::size_t recoveries = 0;
  std::size_t continued = 0;
  std::size_t reported = 0;
  std::size_t saves = 0;  // complete before the offset
  for (std::size_t at = log.ends.front(); at <= log.ends.back(); ++at) {
    while (saves + 1 < log.ends.size() && log.ends[saves + 1] <= at) ++saves;
    ++offsets;
    // The rest is zeros, as in a preallocated file, or the file ends.
    for (const bool ends_there : {false, true}) {
      std::vector<std::uint8_t> torn(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(at));
      if (!ends_there) torn.resize(whole.size());
      MemoryDisk disk = log.disk;
      disk.set_contents(kSegment, torn);
      auto storage = open(disk, kOneSegment);
      REQUIRE_MESSAGE(storage.ok(), "torn at ", at, ": ", storage.error().message);
      REQUIRE_MESSAGE(view_of(*storage) == log.views[saves], "torn at ", at, ": ",
                      describe(view_of(*storage)));
      ++recoveries;
      const bool in_a_save = at != log.ends[saves];
      REQUIRE_MESSAGE(storage->report().torn.has_value() == in_a_save, "torn at ", at);
      if (in_a_save) {
        REQUIRE(storage->report().torn->from == log.ends[saves]);
        ++reported;
      }
      if (at % 5 != 0) continue;
      // The log goes on where it was cut, and the cut holds.
      Save more;
      const std::uint64_t next = storage->last_index().value() + 1;
      more.entries = run(next, 1, storage->hard_state().term.value(), 40);
      REQUIRE(storage->save(more).ok());
      const View expected = view_of(*storage);
      disk.crash([] { return false; });
      const auto again = open(disk, kOneSegment);
      REQUIRE_MESSAGE(again.ok(), again.error().message);
      REQUIRE(view_of(*again) == expected);
      REQUIRE_FALSE(again->report().torn.has_value());
      ++continued;
    }
  }
  MESSAGE(log.records, " records in ", log.ends.size() - 1, " saves: ", offsets, " offsets, ", recoveries,
          " recoveries, ", reported, " torn tails reported, ", continued, " logs continued and reopened");
  EXPECT(offsets == log.ends.back() - log.ends.front() + 1);
}

TEST_CASE("torn at every byte of one large save of many sectors, with any one sector missing too") {
  MemoryDisk disk;
  DurableStorage storage = create(disk, kOneSegment);
  const auto start = static_cast<std::size_t>(storage.wal().offset());
  const View before = view_of(storage);
  Save save;
  save.entries = run(2, 30, 1, 97);
  save.hard_state = hard_state(1, 1, 20);
  REQUIRE(storage.save(save).ok());
  const auto end = static_cast<std::size_t>(storage.wal().offset());
  disk.kill();
  const auto whole = disk.contents(kSegment);
  std::size_t recoveries = 0;
  for (std::size_t sector = start / kSectorBytes; sector * kSectorBytes < end; ++sector) {
    for (std::size_t at = start; at < end; at += 1 + at % 3) {
      std::vector<std::uint8_t> torn(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(at));
      torn.resize(whole.size());
      for (std::size_t i = std::max<std::size_t>(start, sector * kSectorBytes);
           i < (sector + 1) * kSectorBytes; ++i)
        torn[i] = 0;
      MemoryDisk copy = disk;
      copy.set_contents(kSegment, torn);
      const auto again = open(copy, kOneSegment);
      REQUIRE_MESSAGE(again.ok(), "torn at ", at, " without sector ", sector, ": ", again.error().message);
      REQUIRE(view_of(*again) == before);
      ++recoveries;
    }
  }
  MESSAGE(recoveries, " recoveries");
}
