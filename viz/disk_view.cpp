#include "viz/disk_view.h"

#include <algorithm>
#include <array>
#include <cstdio>

#include "base/check.h"
#include "storage/wal_reader.h"

namespace raftarium::viz {
namespace {

std::string hex32(std::uint32_t value) {
  std::array<char, 16> text{};
  std::snprintf(text.data(), text.size(), "%08x", value);
  return text.data();
}

std::string number(std::uint64_t value) { return std::to_string(value); }

std::string text_of(const storage::WalRecord& record) {
  using Type = storage::RecordType;
  bool ok = false;
  switch (record.header.type) {
    case Type::Entries: {
      storage::EntriesReader reader(record.payload);
      if (!reader.ok()) return "not entries";
      const std::uint64_t first = reader.first().value();
      raft::Entry entry;
      raft::Term term;
      while (reader.next(entry)) term = entry.term;
      const std::uint64_t last = first + reader.count() - 1;
      return (first == last ? number(first) : number(first) + " … " + number(last)) + " of term " +
             number(term.value());
    }
    case Type::HardState: {
      const raft::HardState state = storage::decode_hard_state(record.payload.span(), ok);
      return "term " + number(state.term.value()) + ", vote " +
             (state.vote == raft::kNone ? "none" : sim::name(state.vote)) + ", commit " +
             number(state.commit.value());
    }
    case Type::Snapshot:
    case Type::Install: {
      const storage::Mark mark = storage::decode_mark(record.payload.span(), ok);
      return "entry " + number(mark.index.value()) + " of term " + number(mark.term.value());
    }
    case Type::Truncate:
      break;
  }
  return "from entry " + number(storage::decode_truncate(record.payload.span(), ok).value()) + " on";
}

// The first bytes of a record, as they lie on the disk.
std::vector<std::uint8_t> head_of(storage::MemoryDisk& disk, const std::string& name, std::uint64_t offset,
                                  std::uint64_t bytes) {
  constexpr std::uint64_t kHead = 96;
  std::vector<std::uint8_t> head(std::min(bytes, kHead));
  const auto file = disk.open(name, false);
  if (!file) return {};
  const auto got = disk.read(*file, offset, head);
  disk.close(*file);
  head.resize(got ? *got : 0);
  return head;
}

RecordView view_of(const storage::WalRecord& record, storage::MemoryDisk& disk) {
  const storage::RecordHeader& header = record.header;
  RecordView view;
  view.file = storage::segment_name(record.sequence);
  view.offset = record.offset;
  view.bytes = storage::record_bytes(header.length);
  view.save = header.save;
  view.type = storage::describe(header.type);
  view.text = text_of(record);
  view.fields = {
      {"type", view.type},
      {"last of its save", header.last_of_save ? "yes" : "no"},
      {"payload", number(header.length) + " bytes"},
      {"save", number(header.save) + ", written when save " + number(header.durable()) + " was durable"},
      {"chain", hex32(header.chain) + ", the checksum of the record before"},
      {"payload checksum", hex32(header.payload_crc)},
      {"checksum", hex32(header.crc) + ", of place, header and all before"}};
  view.head = head_of(disk, view.file, view.offset, view.bytes);
  return view;
}

// Counts the records of a log, as far as it can be read, and keeps the last of them.
class Collector : public storage::WalVisitor {
 public:
  base::Status segment(const storage::SegmentHeader&) override { return {}; }
  base::Status save(const std::vector<storage::WalRecord>& records) override {
    count += records.size();
    last.insert(last.end(), records.begin(), records.end());
    if (last.size() >= 4 * kRecordsShown) drop_early();
    return {};
  }
  void drop_early() {
    if (last.size() > kRecordsShown) last.erase(last.begin(), last.end() - kRecordsShown);
  }
  std::vector<storage::WalRecord> last;
  std::uint64_t count = 0;
};

struct Log {
  std::vector<storage::WalRecord> last;  // at most kRecordsShown
  std::uint64_t count = 0;               // of all records
  std::string damage;
};

// REQUIRES: nothing is planned to go wrong on `disk`, a copy.
Log read(storage::MemoryDisk& disk) {
  Log log;
  const auto sequences = storage::list_segments(disk.names());
  if (!sequences) {
    log.damage = sequences.error().message;
    return log;
  }
  Collector collector;
  const auto end = storage::read_wal(disk, *sequences, std::nullopt, collector);
  if (!end) {
    log.damage = end.error().message;
  } else if (end->torn) {
    log.damage = storage::describe(*end->torn);
  }
  collector.drop_early();
  log.last = std::move(collector.last);
  log.count = collector.count;
  return log;
}

}  // namespace

DiskView look_at_disk(const sim::World& world, raft::NodeId member) {
  const storage::MemoryDisk* disk = world.disk(member);
  CHECK(disk != nullptr, "the disk of ", member, " is a real one");
  // Copies are cheap, and what happens to one happens to nobody: one is read, and one loses its power first.
  storage::MemoryDisk now = disk->without_faults();
  storage::MemoryDisk after = now;
  after.crash([] { return false; });

  DiskView view;
  view.member = member;
  for (const std::string& name : now.names())
    view.files.push_back({name, now.size_of(name), after.exists(name)});
  const Log log = read(now);
  const std::uint64_t durable = read(after).count;
  view.unsynced = log.count > durable ? log.count - durable : 0;
  view.records_before = log.count - log.last.size();
  for (const storage::WalRecord& record : log.last) {
    view.records.push_back(view_of(record, now));
    view.records.back().durable = view.records_before + view.records.size() <= durable;
  }
  view.damage = log.damage;
  view.settings = world.disk_settings(member);
  view.sync_ends_us = world.sync_ends_us(member).value_or(0);
  view.writes = disk->writes();
  view.syncs = disk->syncs();
  return view;
}

}  // namespace raftarium::viz
