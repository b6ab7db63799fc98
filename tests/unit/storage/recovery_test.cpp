// What a tool is told about a disk is what opening would find on it, and every refusal says what was found.

#include "storage/recovery.h"

#include <algorithm>

#include "history.h"
#include "storage/snapshot_store.h"
#include "support/test.h"

using namespace raftarium;                 // NOLINT(google-build-using-namespace)
using namespace raftarium::storage;        // NOLINT(google-build-using-namespace)
using namespace raftarium::storage::test;  // NOLINT(google-build-using-namespace)

namespace {

// Several segments and two snapshots, at 60 and 80.
MemoryDisk long_log() {
  MemoryDisk disk;
  DurableStorage storage = create(disk);
  for (std::uint64_t i = 2; i <= 100; ++i) {
    Save save;
    save.entries = run(i, 1, 1, 200);
    save.hard_state = hard_state(1, 1, i);
    REQUIRE(storage.save(save).ok());
    if (i == 60 || i == 80) REQUIRE(storage.create_snapshot(raft::Index(i), {}, base::Bytes("state")).ok());
  }
  disk.kill();
  return disk;
}

std::string snapshot_at(std::uint64_t index) { return snapshot_name({raft::Term(1), raft::Index(index)}); }

// Looks and opens; both must be of one opinion. The words of it, or of the first warning.
std::string opinion(const MemoryDisk& disk) {
  MemoryDisk looked_at = disk;
  const std::vector<std::string> names = looked_at.names();
  const auto found = recover(looked_at, std::nullopt, names);
  REQUIRE(looked_at.names() == names);
  for (const std::string& name : names) REQUIRE(looked_at.contents(name) == disk.contents(name));
  MemoryDisk opened = disk;
  const auto storage = open(opened);
  REQUIRE(found.ok() == storage.ok());
  if (!found) {
    REQUIRE(found.error().message == storage.error().message);
    return found.error().message;
  }
  REQUIRE(found->warnings == storage->report().warnings);
  return found->warnings.empty() ? "sound" : found->warnings.front();
}

bool says(const std::string& text, const std::string& what) { return text.find(what) != std::string::npos; }

std::vector<std::string> segments_of(const MemoryDisk& disk) {
  std::vector<std::string> segments;
  for (const std::string& name : disk.names()) {
    if (parse_segment_name(name)) segments.push_back(name);
  }
  return segments;
}

std::string after_flip(MemoryDisk disk, const std::string& name, std::uint64_t offset) {
  disk.flip_bit(name, offset, 0);
  return opinion(disk);
}

}  // namespace

TEST_CASE("looking and opening are of one opinion about what is missing") {
  const MemoryDisk disk = long_log();
  EXPECT(opinion(disk) == "sound");

  MemoryDisk newest = disk;
  REQUIRE(newest.remove(snapshot_at(80)).ok());
  EXPECT(
      opinion(newest) ==
      "the snapshot at index 80 term 1 cannot be read; recovered from the one at index 60 term 1 and the "
      "log");
  MemoryDisk all = newest;
  REQUIRE(all.remove(snapshot_at(60)).ok());
  EXPECT(
      opinion(all) ==
      "no snapshot can be read, the log expects one at index 80 term 1; restore this member from a peer");

  MemoryDisk start = newest;
  REQUIRE(start.remove(segments_of(start).front()).ok());
  EXPECT(says(opinion(start), "the log does not reach back to the snapshot at index 60 term 1"));
  MemoryDisk middle = disk;
  REQUIRE(segments_of(middle).size() > 2);
  REQUIRE(middle.remove(segments_of(middle)[1]).ok());
  EXPECT(says(opinion(middle), "a segment is missing: expected " + segments_of(disk)[1]));
}

TEST_CASE("a refusal says what was expected and what was got") {
  const MemoryDisk disk = long_log();
  const std::string segment = segments_of(disk).back();
  EXPECT(says(after_flip(disk, segment, 0),
              segment +
                  "+0: not a segment: expected 52 41 46 54 57 41 4c 0a (\"RAFTWAL\\n\"), got 53 41 46 "
                  "54 57 41 4c 0a"));
  EXPECT(says(after_flip(disk, segment, kSegmentHeaderBytes),
              segment + "+64: expected a record's header, \"RW\" to \"RAFT\", got 53 57 03 00 10 00"));
  EXPECT(says(after_flip(disk, snapshot_at(80), 0),
              "+0: not a snapshot: expected 52 41 46 54 53 4e 41 50 "
              "(\"RAFTSNAP\"), got 53 41 46 54 53 4e 41 50"));
  MemoryDisk other = disk;
  const std::string bytes = encode_snapshot(*snapshot(80, 1), {7, raft::NodeId(3)});
  other.set_contents(snapshot_at(80),
                     std::span(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()));
  EXPECT(says(opinion(other),
              "+16: the snapshot of another member: expected cluster 7 member 2, got cluster 7 member 3"));

  auto contents = disk.contents(segment);
  auto header = decode_segment_header(contents, *parse_segment_name(segment));
  REQUIRE(header.ok());
  header->identity.cluster = 8;
  const auto changed = encode(*header);
  std::copy(changed.begin(), changed.end(), contents.begin());
  other = disk;
  other.set_contents(segment, contents);
  EXPECT(says(opinion(other), segment + "+32: the log of another member: expected cluster 7 member 2, got "
                                        "cluster 8 member 2"));
  WalReplay replay(nullptr);  // one that is not told whose log it is
  const auto end = read_wal(other, *list_segments(other.names()), std::nullopt, replay);
  REQUIRE_FALSE(end.ok());
  EXPECT(says(end.error().message, segment + "+32: the segment belongs to another log: expected cluster 7 "
                                             "member 2, as in the one before, got cluster 8 member 2"));
}
