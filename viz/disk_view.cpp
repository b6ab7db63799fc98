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

RecordView view_of(const storage::WalRecord& record, const std::vector<std::uint8_t>& file) {
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
  constexpr std::uint64_t kHead = 96;
  const std::uint64_t end = std::min<std::uint64_t>(file.size(), view.offset + std::min(view.bytes, kHead));
  view.head.assign(file.begin() + static_cast<std::ptrdiff_t>(view.offset),
                   file.begin() + static_cast<std::ptrdiff_t>(end));
  return view;
}

// Collects the records of a log, as far as it can be read.
class Collector : public storage::WalVisitor {
 public:
  explicit Collector(const storage::MemoryDisk& disk) : disk_(disk) {}

  base::Status segment(const storage::SegmentHeader& header) override {
    file_ = disk_.contents(storage::segment_name(header.sequence));
    return {};
  }
  base::Status save(const std::vector<storage::WalRecord>& records) override {
    for (const storage::WalRecord& record : records) {
      views.push_back(view_of(record, file_));
      if (views.size() < 2 * kRecordsShown) continue;
      before += views.size() - kRecordsShown;
      views.erase(views.begin(), views.end() - static_cast<std::ptrdiff_t>(kRecordsShown));
    }
    return {};
  }
  std::vector<RecordView> views;
  std::uint64_t before = 0;

 private:
  const storage::MemoryDisk& disk_;
  std::vector<std::uint8_t> file_;
};

struct Log {
  std::vector<RecordView> records;
  std::uint64_t before = 0;
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
  Collector collector(disk);
  const auto end = storage::read_wal(disk, *sequences, std::nullopt, collector);
  if (!end) {
    log.damage = end.error().message;
  } else if (end->torn) {
    log.damage = storage::describe(*end->torn);
  }
  log.records = std::move(collector.views);
  log.before = collector.before;
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
  Log log = read(now);
  const Log left = read(after);
  const std::uint64_t total = log.before + log.records.size();
  const std::uint64_t durable = left.before + left.records.size();
  for (std::size_t i = 0; i < log.records.size(); ++i) log.records[i].durable = log.before + i < durable;
  view.unsynced = total > durable ? total - durable : 0;
  view.records_before = log.before;
  if (log.records.size() > kRecordsShown) {
    const std::size_t more = log.records.size() - kRecordsShown;
    log.records.erase(log.records.begin(), log.records.begin() + static_cast<std::ptrdiff_t>(more));
    view.records_before += more;
  }
  view.records = std::move(log.records);
  view.damage = log.damage;
  view.settings = world.disk_settings(member);
  view.sync_ends_us = world.sync_ends_us(member).value_or(0);
  view.writes = disk->writes();
  view.syncs = disk->syncs();
  return view;
}

}  // namespace raftarium::viz
