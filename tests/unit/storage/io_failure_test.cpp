// Every call to the disk fails in turn: a clear error, nothing lost, and no success afterwards that could not
// be kept.

#include <algorithm>
#include <optional>

#include "history.h"
#include "support/test.h"

using namespace raftarium;                 // NOLINT(google-build-using-namespace)
using namespace raftarium::storage;        // NOLINT(google-build-using-namespace)
using namespace raftarium::storage::test;  // NOLINT(google-build-using-namespace)

namespace {

struct FailureCounts {
  std::size_t failures = 0;
  std::size_t closed = 0;   // the log takes no more
  std::size_t went_on = 0;  // only a snapshot or a removal failed
  std::size_t recoveries = 0;
};

bool says_why(const base::Error& error) {
  return error.message.find("Input/output error") != std::string::npos ||
         error.message.find("No space left on device") != std::string::npos;
}

// One of the views from the last acknowledged one to the one that was tried.
void expect_recovered(MemoryDisk disk, const std::vector<View>& views, std::size_t from, std::size_t to) {
  const auto storage = open(disk);
  REQUIRE_MESSAGE(storage.ok(), storage.error().message);
  const View view = view_of(*storage);
  const auto first = views.begin() + static_cast<std::ptrdiff_t>(from);
  const auto last = views.begin() + static_cast<std::ptrdiff_t>(to + 1);
  REQUIRE_MESSAGE(std::find(first, last, view) != last, describe(view), " instead of ", describe(*first));
  // And what was recovered now survives the power as well, whatever a failed sync left in the cache.
  disk.crash([] { return false; });
  const auto again = open(disk);
  REQUIRE_MESSAGE(again.ok(), again.error().message);
  REQUIRE(view_of(*again) == view);
}

void fail_once(const std::vector<Step>& history, const std::vector<View>& views, std::uint64_t after,
               PlannedFault fault, FailureCounts& counts, bool& reached) {
  MemoryDisk disk;
  DurableStorage storage = create(disk);
  disk.fail_call(disk.calls() + after, fault);
  const std::uint64_t failing = disk.calls() + after;
  std::size_t synced = 0;
  for (std::size_t i = 0; i < history.size(); ++i) {
    const base::Status status = perform(history[i], storage);
    reached = disk.calls() > failing;
    if (status.ok()) {
      if (history[i].save.must_sync) synced = i + 1;
      continue;
    }
    ++counts.failures;
    REQUIRE_MESSAGE(says_why(status.error()), status.error().message);
    // Read the log back as the process's end and as the power's end leave it.
    MemoryDisk killed = disk;
    killed.kill();
    expect_recovered(killed, views, synced, i + 1);
    MemoryDisk cut = disk;
    cut.crash([] { return false; });
    expect_recovered(cut, views, synced, i + 1);
    counts.recoveries += 4;
    if (storage.failed()) {
      ++counts.closed;
      const std::uint64_t calls = disk.calls();
      const base::Status next = perform(history[i], storage);
      REQUIRE_FALSE(next.ok());
      REQUIRE(next.error().message == status.error().message);
      const auto ticket = storage.begin_sync();
      REQUIRE_FALSE(storage.finish_sync(ticket, {}).ok());
      REQUIRE(disk.calls() == calls);
      return;
    }
    ++counts.went_on;
    synced = std::max(synced, i);
    // Only what can be tried again fails without closing the log.
    REQUIRE_FALSE(history[i].snapshot_at.is_zero());
    const bool made = storage.snapshot().snapshot->index == history[i].snapshot_at;
    if (!made) REQUIRE(perform(history[i], storage).ok());
    synced = i + 1;
  }
  disk.fail_call(failing, {});  // where the history was shorter than that
  disk.crash([] { return false; });
  expect_recovered(disk, views, synced, history.size());
}

}  // namespace

TEST_CASE("every call fails in turn while appending, cutting and making snapshots") {
  FailureCounts counts;
  std::uint64_t calls = 0;
  for (const std::uint64_t seed : {3U, 11U}) {
    CAPTURE(seed);
    const auto history = make_history(40, seed, 150);
    const auto views = views_of(history);
    for (const PlannedFault fault :
         {PlannedFault{DiskFault::Error, 0}, PlannedFault{DiskFault::NoSpace, 0},
          PlannedFault{DiskFault::ShortWrite, 1}, PlannedFault{DiskFault::ShortWrite, 100},
          PlannedFault{DiskFault::ShortWrite, 700}}) {
      bool reached = true;
      for (std::uint64_t call = 0; reached; ++call) {
        CAPTURE(call);
        fail_once(history, views, call, fault, counts, reached);
        if (reached) ++calls;
      }
    }
  }
  MESSAGE(calls, " calls with a fault: ", counts.failures, " errors reported, ", counts.closed,
          " closed the log, ", counts.went_on, " cost a snapshot only, ", counts.recoveries,
          " recoveries, nothing lost");
  EXPECT(counts.closed > 300);
  EXPECT(counts.went_on > 20);
}

TEST_CASE("every call fails in turn while recovering") {
  const auto history = make_history(40, 11, 150);
  const auto views = views_of(history);
  MemoryDisk disk;
  DurableStorage storage = create(disk);
  for (const Step& step : history) REQUIRE(perform(step, storage).ok());
  Save torn;
  torn.entries = run(storage.last_index().value() + 1, 20, storage.hard_state().term.value(), 100);
  REQUIRE(storage.append(torn).ok());
  std::size_t asked = 0;
  disk.crash([&] { return asked++ != 0; });  // the first sector of the last save is lost
  std::size_t refused = 0;
  std::size_t cut_short = 0;
  for (const PlannedFault fault :
       {PlannedFault{DiskFault::Error}, PlannedFault{DiskFault::NoSpace},
        PlannedFault{DiskFault::ShortWrite, 1}, PlannedFault{DiskFault::ShortWrite, 100}}) {
    for (std::uint64_t call = 0;; ++call) {
      MemoryDisk copy = disk;
      copy.fail_call(copy.calls() + call, fault);
      const std::uint64_t end = copy.calls() + call;
      const auto failed = open(copy);
      if (copy.calls() <= end) break;
      if (fault.fault == DiskFault::ShortWrite) {
        if (failed.ok()) continue;  // it was no write
        ++cut_short;
      }
      REQUIRE_FALSE(failed.ok());
      REQUIRE_MESSAGE(says_why(failed.error()), failed.error().message);
      ++refused;
      copy.kill();
      const auto again = open(copy);
      REQUIRE_MESSAGE(again.ok(), again.error().message);
      REQUIRE(view_of(*again) == views.back());
      copy.crash([] { return false; });
      REQUIRE(view_of(*open(copy)) == views.back());
    }
  }
  MESSAGE(refused, " failing calls, each reported and recovered from");
  EXPECT(refused > 20);
  EXPECT(cut_short > 1);
}

TEST_CASE("every call fails in turn while a member is created: it is created or opened the next time") {
  MemoryDisk sound;
  const View expected = view_of(create(sound));
  std::size_t refused = 0;
  std::size_t opened = 0;
  for (const PlannedFault fault :
       {PlannedFault{DiskFault::Error}, PlannedFault{DiskFault::NoSpace},
        PlannedFault{DiskFault::ShortWrite, 1}, PlannedFault{DiskFault::ShortWrite, 70}}) {
    for (std::uint64_t call = 0;; ++call) {
      CAPTURE(call);
      MemoryDisk disk;
      disk.fail_call(call, fault);
      const auto failed = DurableStorage::create(disk, kIdentity, kSmall, snapshot(1, 1, "first"));
      if (disk.calls() <= call) break;
      if (fault.fault == DiskFault::ShortWrite && failed.ok()) continue;  // it was no write
      REQUIRE_FALSE(failed.ok());
      REQUIRE_MESSAGE(says_why(failed.error()), failed.error().message);
      ++refused;
      for (const unsigned survivors :
           {0U, 1U, 2U, 3U}) {  // none, every other one, all; the process alone ends
        MemoryDisk left = disk;
        std::size_t asked = 0;
        if (survivors == 3) left.kill();
        if (survivors < 3)
          left.crash([&] { return survivors == 2 || (survivors == 1 && asked++ % 2 == 0); });
        const auto exists = DurableStorage::exists(left);
        REQUIRE(exists.ok());
        opened += *exists ? 1 : 0;
        const auto again =
            *exists ? open(left) : DurableStorage::create(left, kIdentity, kSmall, snapshot(1, 1, "first"));
        REQUIRE_MESSAGE(again.ok(), again.error().message);
        REQUIRE(view_of(*again) == expected);
        left.crash([] { return false; });
        REQUIRE(view_of(*open(left)) == expected);
      }
    }
  }
  MESSAGE(refused, " failing calls, ", opened, " members opened afterwards, the others created");
  EXPECT(refused > 20);
  EXPECT(opened > 0);
}

TEST_CASE("a full disk leaves a readable log and a member that says why it stops") {
  MemoryDisk disk;
  DurableStorage storage = create(disk);
  Save save;
  save.entries = run(2, 3, 1);
  REQUIRE(storage.save(save).ok());
  const View before = view_of(storage);
  disk.set_full(true);
  save.entries = run(5, 3, 1);
  const auto status = storage.save(save);
  REQUIRE_FALSE(status.ok());
  EXPECT(status.error().message == "write 00000001.wal: No space left on device");
  REQUIRE(storage.failed());
  EXPECT(storage.failure()->message == status.error().message);
  EXPECT(view_of(storage) == before);
  disk.set_full(false);  // too late for this one: it is closed
  EXPECT_FALSE(storage.save(save).ok());
  disk.kill();
  auto again = open(disk);
  REQUIRE(again.ok());
  EXPECT(view_of(*again) == before);
  EXPECT(again->save(save).ok());
}
