// The power fails between any two calls to the disk, and any combination of what was not synced survives:
// what was acknowledged is there, nothing is invented, and a save is there wholly or not at all.

#include <algorithm>
#include <set>

#include "history.h"
#include "support/test.h"

using namespace raftarium;                 // NOLINT(google-build-using-namespace)
using namespace raftarium::storage;        // NOLINT(google-build-using-namespace)
using namespace raftarium::storage::test;  // NOLINT(google-build-using-namespace)

namespace {

// Keeps a copy of itself as it was before each call that changes something.
class RecordingDisk : public MemoryDisk {
 public:
  struct Moment {
    MemoryDisk disk;
    std::size_t step = 0;    // being performed
    std::size_t synced = 0;  // steps known to be durable
  };
  std::vector<Moment> moments;
  std::size_t step = 0;
  std::size_t synced = 0;

  void note() {
    const MemoryDisk& disk = *this;
    moments.push_back({disk, step, synced});
  }

  base::Result<File> create(const std::string& name) override { return note(), MemoryDisk::create(name); }
  base::Status write(File file, std::uint64_t offset, std::span<const std::uint8_t> data) override {
    return note(), MemoryDisk::write(file, offset, data);
  }
  base::Status preallocate(File file, std::uint64_t size) override {
    return note(), MemoryDisk::preallocate(file, size);
  }
  base::Status truncate(File file, std::uint64_t size) override {
    return note(), MemoryDisk::truncate(file, size);
  }
  base::Status sync(File file) override { return note(), MemoryDisk::sync(file); }
  base::Status rename(const std::string& from, const std::string& to) override {
    return note(), MemoryDisk::rename(from, to);
  }
  base::Status remove(const std::string& name) override { return note(), MemoryDisk::remove(name); }
  base::Status sync_directory() override { return note(), MemoryDisk::sync_directory(); }
};

// All subsets of up to this many undecided things; beyond, none, all, each alone, all but each, and a sample.
constexpr std::size_t kExhaustive = 10;
constexpr std::size_t kSample = 300;

std::vector<std::vector<bool>> choices(std::size_t undecided, base::Prng& prng) {
  std::vector<std::vector<bool>> all;
  if (undecided <= kExhaustive) {
    for (std::size_t bits = 0; bits < std::size_t{1} << undecided; ++bits) {
      std::vector<bool> choice;
      for (std::size_t i = 0; i < undecided; ++i) choice.push_back((bits >> i & 1U) != 0);
      all.push_back(choice);
    }
    return all;
  }
  for (const bool base : {false, true}) {
    all.emplace_back(undecided, base);
    for (std::size_t i = 0; i < undecided; ++i) {
      all.emplace_back(undecided, base);
      all.back()[i] = !base;
    }
  }
  for (std::size_t n = 0; n < kSample; ++n) {
    std::vector<bool> choice;
    for (std::size_t i = 0; i < undecided; ++i) choice.push_back(prng.below(2) == 0);
    all.push_back(choice);
  }
  return all;
}

struct CrashCounts {
  std::size_t crash_points = 0;
  std::size_t exhaustive = 0;
  std::size_t crashes = 0;
  std::size_t torn = 0;
  std::size_t most_undecided = 0;
};

void crash_everywhere(const std::vector<RecordingDisk::Moment>& moments, const std::vector<View>& views,
                      CrashCounts& counts) {
  base::Prng prng(1);
  for (const auto& moment : moments) {
    ++counts.crash_points;
    const std::size_t undecided = moment.disk.unsettled();
    counts.most_undecided = std::max(counts.most_undecided, undecided);
    if (undecided <= kExhaustive) ++counts.exhaustive;
    for (const auto& choice : choices(undecided, prng)) {
      MemoryDisk disk = moment.disk;
      std::size_t asked = 0;
      disk.crash([&] { return choice[asked++]; });
      ++counts.crashes;
      const auto storage = open(disk);
      REQUIRE_MESSAGE(storage.ok(), "step ", moment.step, ": ", storage.error().message);
      if (storage->report().torn) ++counts.torn;
      const View view = view_of(*storage);
      // Any state from the last durable one up to the one that was being made.
      const auto from = views.begin() + static_cast<std::ptrdiff_t>(moment.synced);
      const auto to = views.begin() + static_cast<std::ptrdiff_t>(std::min(moment.step + 2, views.size()));
      REQUIRE_MESSAGE(std::find(from, to, view) != to, "step ", moment.step, ": ", describe(view),
                      " instead of ", describe(*from), " or ", describe(*(to - 1)));
    }
  }
}

}  // namespace

TEST_CASE("every subset of what was not synced lost at every crash point of a 40-operation history") {
  CrashCounts counts;
  std::size_t histories = 0;
  for (const std::uint64_t seed : {3U, 11U, 29U}) {
    CAPTURE(seed);
    const auto history = make_history(40, seed, 240);
    const auto views = views_of(history);
    RecordingDisk disk;
    DurableStorage storage = create(disk);
    disk.moments.clear();
    for (std::size_t i = 0; i < history.size(); ++i) {
      disk.step = i;
      REQUIRE(perform(history[i], storage).ok());
      if (history[i].save.must_sync) disk.synced = i + 1;
    }
    disk.step = history.size();
    disk.note();
    crash_everywhere(disk.moments, views, counts);
    ++histories;
  }
  MESSAGE(histories, " histories of 40 operations: ", counts.crash_points, " crash points, ",
          counts.exhaustive, " of them with every subset (at most ", counts.most_undecided, " undecided), ",
          counts.crashes, " crashes recovered, ", counts.torn, " with a torn tail");
  EXPECT(counts.crash_points > 300);
}

TEST_CASE("a crash while recovering from a crash") {
  const auto history = make_history(40, 11);
  const auto views = views_of(history);
  MemoryDisk disk;
  DurableStorage storage = create(disk);
  Save large;
  for (std::size_t i = 0; i < 25; ++i) REQUIRE(perform(history[i], storage).ok());
  large.entries = run(storage.last_index().value() + 1, 25, storage.hard_state().term.value(), 90);
  const View before = view_of(storage);
  REQUIRE(storage.append(large).ok());
  std::size_t crashes = 0;
  std::set<std::size_t> points;
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    base::Prng prng(seed);
    MemoryDisk torn = disk;
    torn.crash(prng);
    RecordingDisk recording;
    static_cast<MemoryDisk&>(recording) = torn;
    REQUIRE(open(recording).ok());
    points.insert(recording.moments.size());
    for (const auto& moment : recording.moments) {
      for (const auto& choice : choices(std::min<std::size_t>(moment.disk.unsettled(), 5), prng)) {
        MemoryDisk twice = moment.disk;
        std::size_t asked = 0;
        twice.crash([&] { return choice[asked++ % choice.size()]; });
        const auto again = open(twice);
        REQUIRE_MESSAGE(again.ok(), again.error().message);
        const View view = view_of(*again);
        const bool whole = view.entries.size() == before.entries.size() + 25;
        REQUIRE((whole || view == before));
        ++crashes;
      }
    }
  }
  MESSAGE(crashes, " crashes during recovery");
}

TEST_CASE("creating a member: after a crash at any call it is there, or can be created again") {
  RecordingDisk disk;
  create(disk);
  disk.note();
  std::size_t crashes = 0;
  std::size_t there = 0;
  base::Prng prng(9);
  for (const auto& moment : disk.moments) {
    for (const auto& choice : choices(moment.disk.unsettled(), prng)) {
      MemoryDisk copy = moment.disk;
      std::size_t asked = 0;
      copy.crash([&] { return choice[asked++]; });
      ++crashes;
      if (*DurableStorage::exists(copy)) {
        ++there;
      } else {
        REQUIRE(DurableStorage::create(copy, kIdentity, kSmall, snapshot(1, 1, "first")).ok());
        copy.kill();
      }
      const auto storage = open(copy);
      REQUIRE_MESSAGE(storage.ok(), storage.error().message);
      REQUIRE(view_of(*storage).state == "first");
    }
  }
  MESSAGE(crashes, " crashes, after ", there, " of them the member was there");
}
