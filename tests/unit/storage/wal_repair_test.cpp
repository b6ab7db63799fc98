// Cutting a torn tail from outside: as often as it takes, and without losing what was cut.

#include "storage/wal_repair.h"

#include <algorithm>
#include <optional>

#include "history.h"
#include "support/test.h"

using namespace raftarium;                 // NOLINT(google-build-using-namespace)
using namespace raftarium::storage;        // NOLINT(google-build-using-namespace)
using namespace raftarium::storage::test;  // NOLINT(google-build-using-namespace)

namespace {

constexpr WalOptions kRoomy{64U << 10U};  // one segment has room for all of it

struct Torn {
  MemoryDisk disk;
  std::string segment;
  std::uint64_t from = 0;
  std::vector<std::uint8_t> bytes;  // that are torn
  View view;                        // without them
};

// A log whose last save lacks its first sector.
Torn torn_log() {
  Torn torn;
  DurableStorage storage = create(torn.disk, kRoomy);
  for (const Step& step : make_history(20, 11, 150)) REQUIRE(perform(step, storage).ok());
  torn.view = view_of(storage);
  torn.segment = segment_name(storage.wal().sequence());
  torn.from = storage.wal().offset();
  Save save;
  save.entries = run(storage.last_index().value() + 1, 3, storage.hard_state().term.value(), 100);
  REQUIRE(storage.append(save).ok());
  REQUIRE(segment_name(storage.wal().sequence()) == torn.segment);
  const std::uint64_t to = storage.wal().offset();
  std::size_t asked = 0;
  torn.disk.crash([&] { return asked++ != 0; });
  const auto contents = torn.disk.contents(torn.segment);
  torn.bytes.assign(contents.begin() + static_cast<std::ptrdiff_t>(torn.from),
                    contents.begin() + static_cast<std::ptrdiff_t>(to));
  return torn;
}

bool says_why(const base::Error& error) {
  return error.message.find("Input/output error") != std::string::npos ||
         error.message.find("No space left on device") != std::string::npos;
}

}  // namespace

TEST_CASE("repair cuts a torn tail, keeps the bytes, and refuses anything else") {
  MemoryDisk disk;
  DurableStorage storage = create(disk);
  Save save;
  save.entries = run(2, 1, 1, 100);
  REQUIRE(storage.save(save).ok());
  const std::uint64_t start = storage.wal().offset();
  disk.kill();
  MemoryDisk sound = disk;
  const auto nothing = repair_wal(sound);
  REQUIRE(nothing.ok());
  EXPECT_FALSE(nothing->cut.has_value());
  EXPECT(sound.names() == disk.names());

  auto again = open(disk);
  REQUIRE(again.ok());
  save.entries = run(3, 5, 1, 300);
  REQUIRE(again->append(save).ok());
  const std::uint64_t end = again->wal().offset();
  disk.kill();
  const auto before = disk.contents("00000001.wal");
  disk.zero_sector("00000001.wal", start / kSectorBytes + 2);
  const auto repaired = repair_wal(disk);
  REQUIRE(repaired.ok());
  REQUIRE(repaired->cut.has_value());
  EXPECT(repaired->cut->from == start);
  EXPECT(repaired->cut->to == end);
  EXPECT(repaired->kept_in == "00000001.wal.torn-" + std::to_string(start));
  EXPECT(disk.contents(repaired->kept_in).size() == end - start);
  EXPECT(disk.contents("00000001.wal").size() == start);
  disk.crash([] { return false; });
  EXPECT(open(disk)->last_index() == raft::Index(2));

  MemoryDisk damaged = sound;
  damaged.flip_bit("00000001.wal", start - 20, 0);
  const auto bytes = damaged.contents("00000001.wal");
  const auto refused = repair_wal(damaged);
  REQUIRE_FALSE(refused.ok());
  EXPECT(refused.error().message.find("so nothing was cut") != std::string::npos);
  EXPECT(damaged.contents("00000001.wal") == bytes);
}

TEST_CASE("repair that was stopped between keeping and cutting is done again") {
  Torn torn = torn_log();
  torn.disk.fail_next(DiskOp::Truncate, {DiskFault::Error});
  REQUIRE_FALSE(repair_wal(torn.disk).ok());
  const std::string name = torn.segment + ".torn-" + std::to_string(torn.from);
  REQUIRE(torn.disk.exists(name));
  torn.disk.kill();
  const auto again = repair_wal(torn.disk);
  REQUIRE_MESSAGE(again.ok(), again.error().message);
  REQUIRE(again->cut.has_value());
  EXPECT(again->kept_in == name);
  EXPECT(torn.disk.contents(name) == torn.bytes);
  EXPECT(torn.disk.size_of(torn.segment) == torn.from);
}

TEST_CASE("a second tear at the same place is kept beside the first") {
  Torn torn = torn_log();
  const std::string name = torn.segment + ".torn-" + std::to_string(torn.from);
  const std::vector<std::uint8_t> other{1, 2, 3};
  torn.disk.set_contents(name, other);
  const auto repaired = repair_wal(torn.disk);
  REQUIRE_MESSAGE(repaired.ok(), repaired.error().message);
  EXPECT(repaired->kept_in == name + ".2");
  EXPECT(torn.disk.contents(name) == other);
  EXPECT(torn.disk.contents(name + ".2") == torn.bytes);
}

TEST_CASE("every call fails in turn while repairing: what is cut is kept first, and it can be done again") {
  const Torn torn = torn_log();
  std::size_t failures = 0;
  std::size_t cut_again = 0;
  for (const PlannedFault fault :
       {PlannedFault{DiskFault::Error}, PlannedFault{DiskFault::NoSpace},
        PlannedFault{DiskFault::ShortWrite, 1}, PlannedFault{DiskFault::ShortWrite, 100}}) {
    for (std::uint64_t call = 0;; ++call) {
      CAPTURE(call);
      MemoryDisk disk = torn.disk;
      const std::uint64_t failing = disk.calls() + call;
      disk.fail_call(failing, fault);
      const auto repaired = repair_wal(disk);
      if (disk.calls() <= failing) break;
      if (fault.fault != DiskFault::ShortWrite) REQUIRE_FALSE(repaired.ok());
      if (!repaired.ok()) {
        REQUIRE_MESSAGE(says_why(repaired.error()), repaired.error().message);
        ++failures;
      }
      for (const bool power_lost : {false, true}) {
        MemoryDisk left = disk;
        if (power_lost) {
          left.crash([] { return false; });
        } else {
          left.kill();
        }
        const auto again = repair_wal(left);
        REQUIRE_MESSAGE(again.ok(), again.error().message);
        cut_again += again->cut.has_value() ? 1 : 0;
        REQUIRE(left.size_of(torn.segment) == torn.from);
        REQUIRE(left.contents(torn.segment + ".torn-" + std::to_string(torn.from)) == torn.bytes);
        const auto member = open(left, kRoomy);
        REQUIRE_MESSAGE(member.ok(), member.error().message);
        REQUIRE(view_of(*member) == torn.view);
      }
    }
  }
  MESSAGE(failures, " failing calls, ", cut_again, " tails cut afterwards");
  EXPECT(failures > 20);
  EXPECT(cut_again > 20);
}
