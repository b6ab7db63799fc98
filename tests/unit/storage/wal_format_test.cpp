// The bytes are what FORMAT.md says they are.

#include "storage/wal_format.h"

#include <cctype>
#include <fstream>
#include <sstream>
#include <string>

#include "history.h"
#include "storage/snapshot_store.h"
#include "support/test.h"

using namespace raftarium;                 // NOLINT(google-build-using-namespace)
using namespace raftarium::storage;        // NOLINT(google-build-using-namespace)
using namespace raftarium::storage::test;  // NOLINT(google-build-using-namespace)

namespace {

// The bytes of the code block that follows `heading`: lines of an offset, a colon, and bytes in hexadecimal.
std::vector<std::uint8_t> example(const std::string& heading) {
  std::ifstream file(RAFTARIUM_FORMAT_FILE, std::ios::binary);
  REQUIRE_MESSAGE(file.good(), RAFTARIUM_FORMAT_FILE);
  std::vector<std::uint8_t> bytes;
  bool found = false;
  bool inside = false;
  for (std::string line; std::getline(file, line);) {
    if (line == heading) found = true;
    if (!found) continue;
    if (line.rfind("```", 0) == 0) {
      if (inside) break;
      inside = true;
      continue;
    }
    if (!inside || line.find(':') == std::string::npos) continue;
    std::istringstream words(line.substr(line.find(':') + 1));
    for (std::string word; words >> word && word != "|";) {
      bytes.push_back(static_cast<std::uint8_t>(std::stoul(word, nullptr, 16)));
    }
  }
  REQUIRE_MESSAGE(found, heading);
  return bytes;
}

std::string hex_lines(const std::vector<std::uint8_t>& bytes) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::ostringstream out;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (i % 16 == 0) out << (i == 0 ? "" : "\n") << i << ':';
    out << ' ' << kDigits[bytes[i] >> 4U] << kDigits[bytes[i] & 15U];
  }
  return out.str();
}

}  // namespace

TEST_CASE("FORMAT.md: the worked example of a segment is what the writer writes") {
  MemoryDisk disk;
  raft::Snapshot first;
  first.index = raft::Index(1);
  first.term = raft::Term(1);
  first.conf_state.voters = {raft::NodeId(1), raft::NodeId(2), raft::NodeId(3)};
  auto storage = DurableStorage::create(disk, {7, raft::NodeId(2)}, {4096},
                                        std::make_shared<const raft::Snapshot>(first));
  REQUIRE(storage.ok());
  Save save;
  save.entries = std::vector<raft::Entry>{entry(2, 1, "x=1"), entry(3, 1, "")};
  save.hard_state = hard_state(1, 3, 2);
  REQUIRE(storage->save(save).ok());
  auto bytes = disk.contents("00000001.wal");
  bytes.resize(static_cast<std::size_t>(storage->wal().offset()));
  EXPECT_MESSAGE(bytes == example("### Worked example: a segment"), hex_lines(bytes));
  const auto file = disk.contents("00000000000000000001-00000000000000000001.snap");
  EXPECT_MESSAGE(file == example("### Worked example: a snapshot"), hex_lines(file));
}

TEST_CASE("names of segments and snapshots") {
  EXPECT(segment_name(1) == "00000001.wal");
  EXPECT(segment_name(123'456'789) == "123456789.wal");
  EXPECT(parse_segment_name("00000042.wal") == 42);
  EXPECT(parse_segment_name("123456789.wal") == 123'456'789);
  for (const char* name : {"1.wal", "00000000.wal", "00000001.wal.tmp", "0000000a.wal", "000000001.wal",
                           ".wal", "", "+0000001.wal", "99999999999999999999999.wal"}) {
    EXPECT_MESSAGE(!parse_segment_name(name), name);
  }
  const Mark mark{raft::Term(3), raft::Index(12)};
  EXPECT(snapshot_name(mark) == "00000000000000000012-00000000000000000003.snap");
  EXPECT(parse_snapshot_name(snapshot_name(mark)) == mark);
  for (const char* name : {"00000000000000000000-00000000000000000003.snap", "12-3.snap",
                           "00000000000000000012-00000000000000000003.snap.tmp"}) {
    EXPECT_MESSAGE(!parse_snapshot_name(name), name);
  }
}

TEST_CASE("entries: any bytes give entries or nothing, and no count allocates") {
  SaveEncoder encoder;
  encoder.begin(1, 64, 0, 1, 1);
  encoder.entries(run(5, 3, 2, 20));
  encoder.finish();
  const auto whole = encoder.bytes();
  const auto header = decode_record_header(whole, 1, 64);
  REQUIRE(header.has_value());
  EXPECT_FALSE(decode_record_header(whole, 1, 72).has_value());  // the same bytes in another place
  EXPECT_FALSE(decode_record_header(whole, 2, 64).has_value());
  const base::Bytes payload(whole.subspan(kRecordHeaderBytes, header->length));
  for (std::size_t size = 0; size < payload.size(); ++size) {
    EntriesReader reader(payload.sub(0, size));
    raft::Entry entry;
    while (reader.next(entry)) {
    }
    EXPECT_FALSE(reader.complete());
  }
  std::string lying = payload.str();
  lying[8] = lying[9] = lying[10] = lying[11] = '\xff';
  EntriesReader reader{base::Bytes(lying)};
  raft::Entry entry;
  EXPECT_FALSE(reader.next(entry));
}

TEST_CASE("long runs of entries become several records of one save") {
  MemoryDisk disk;
  DurableStorage storage = create(disk, {1U << 20U});
  Save save;
  save.entries = run(2, 1000, 1, 200);
  REQUIRE(storage.save(save).ok());
  disk.kill();
  const auto again = open(disk, {1U << 20U});
  REQUIRE(again.ok());
  EXPECT(view_of(*again) == view_of(storage));
  EXPECT(again->report().saves == 2);
  EXPECT(again->report().records > 4);
}
