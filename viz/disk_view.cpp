#include "viz/disk_view.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <iterator>
#include <optional>
#include <span>

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
  view.segment = record.sequence;
  view.crc = header.crc;
  view.file = storage::segment_name(record.sequence);
  view.offset = record.offset;
  view.bytes = storage::record_bytes(header.length);
  view.save = header.save;
  view.type = storage::describe(header.type);
  view.text = text_of(record);
  view.fields = {
      {"type", view.type},
      {"last of its save", header.last_of_save ? "yes" : "no"},
      {"says", view.text},
      {"payload", number(header.length) + " bytes"},
      {"save", number(header.save) + ", after save " + number(header.durable()) + " was durable"},
      {"chain", hex32(header.chain) + ", of the record before"},
      {"payload checksum", hex32(header.payload_crc)},
      {"checksum", hex32(header.crc) + ", of all up to here"}};
  view.head = head_of(disk, view.file, view.offset, view.bytes);
  return view;
}

}  // namespace

struct LogRead {
  struct Segment {
    std::uint64_t sequence = 0;
    std::uint64_t records = 0;
  };
  storage::MemoryDisk disk;
  std::vector<Segment> segments;  // as far as the log can be read
  std::uint64_t durable = 0;      // records that a power failure would leave
};

namespace {

// Counts the records of a log by segment, as far as it can be read, and keeps the last of them.
class Collector : public storage::WalVisitor {
 public:
  explicit Collector(std::vector<LogRead::Segment> before) : segments(std::move(before)) {}
  base::Status segment(const storage::SegmentHeader& header) override {
    segments.push_back({header.sequence, 0});
    return {};
  }
  base::Status save(const std::vector<storage::WalRecord>& records) override {
    segments.back().records += records.size();
    last.insert(last.end(), records.begin(), records.end());
    if (last.size() >= 4 * kRecordsShown) drop_early();
    return {};
  }
  void drop_early() {
    if (last.size() > kRecordsShown) last.erase(last.begin(), last.end() - kRecordsShown);
  }
  std::vector<LogRead::Segment> segments;
  std::vector<storage::WalRecord> last;
};

struct Log {
  std::vector<storage::WalRecord> last;  // at most kRecordsShown
  std::vector<LogRead::Segment> segments;
  std::string damage;

  std::uint64_t count() const {
    std::uint64_t records = 0;
    for (const LogRead::Segment& segment : segments) records += segment.records;
    return records;
  }
};

// The segments at the beginning of a log that need not be read again: they are as they were, the one after them
// too, so that it still continues them, and there are records enough without them.
std::vector<LogRead::Segment> known(const storage::MemoryDisk& disk,
                                    const std::vector<std::uint64_t>& sequences, const LogRead* before) {
  if (before == nullptr || before->segments.empty() || sequences.empty() ||
      before->segments.front().sequence != sequences.front())
    return {};
  std::size_t same = 0;
  while (same < sequences.size() && same < before->segments.size() &&
         before->segments[same].sequence == sequences[same] &&
         disk.shares(storage::segment_name(sequences[same]), before->disk)) {
    ++same;
  }
  // The last one that was read may be one that could not be read to its end.
  if (same == before->segments.size() && same > 0) --same;
  std::uint64_t rest = 0;
  std::size_t skipped = same;
  while (skipped > 0 && (skipped == same || rest < kRecordsShown))
    rest += before->segments[--skipped].records;
  return {before->segments.begin(), before->segments.begin() + static_cast<std::ptrdiff_t>(skipped)};
}

// REQUIRES: nothing is planned to go wrong on `disk`, a copy.
Log read(storage::MemoryDisk& disk, const LogRead* before) {
  Log log;
  auto sequences = storage::list_segments(disk.names());
  if (!sequences) {
    log.damage = sequences.error().message;
    return log;
  }
  Collector collector(known(disk, *sequences, before));
  sequences->erase(sequences->begin(),
                   sequences->begin() + static_cast<std::ptrdiff_t>(collector.segments.size()));
  const auto end = storage::read_wal(disk, *sequences, std::nullopt, collector);
  if (!end) {
    log.damage = end.error().message;
  } else if (end->torn) {
    log.damage = storage::describe(*end->torn);
  }
  collector.drop_early();
  log.last = std::move(collector.last);
  log.segments = std::move(collector.segments);
  return log;
}

RecordView no_record(storage::MemoryDisk& disk, std::uint64_t sequence, std::uint64_t offset,
                     std::uint64_t bytes) {
  RecordView view;
  view.segment = sequence;
  view.file = storage::segment_name(sequence);
  view.offset = offset;
  view.bytes = bytes;
  view.type = "bytes";
  view.text = "no header of a record is here";
  view.wrong = view.text;
  view.fields = {{"wrong", view.wrong}};
  view.head = head_of(disk, view.file, offset, bytes);
  return view;
}

// What lies in a segment from `offset` on, although no reader comes there: record by record as far as their headers
// tell, at most `most` of them.
void walk(storage::MemoryDisk& disk, std::uint64_t sequence, std::uint64_t offset, std::size_t most,
          std::vector<RecordView>& views) {
  const std::vector<std::uint8_t> file = disk.contents(storage::segment_name(sequence));
  const auto used = std::find_if(file.rbegin(), file.rend(), [](std::uint8_t byte) { return byte != 0; });
  const std::span<const std::uint8_t> bytes(file.data(), static_cast<std::size_t>(file.rend() - used));
  const auto header_at = [&](std::uint64_t at) -> std::optional<storage::RecordHeader> {
    if (at + storage::kRecordHeaderBytes > bytes.size()) return std::nullopt;
    return storage::decode_record_header(bytes.subspan(at, storage::kRecordHeaderBytes), sequence, at);
  };
  while (offset < bytes.size() && views.size() < most) {
    const auto header = header_at(offset);
    if (!header || offset + storage::record_bytes(header->length) > file.size()) {
      std::uint64_t next = offset + storage::kRecordAlignment;
      while (next < bytes.size() && !header_at(next)) next += storage::kRecordAlignment;
      next = std::min<std::uint64_t>(next, bytes.size());
      views.push_back(no_record(disk, sequence, offset, next - offset));
      offset = next;
      continue;
    }
    const std::uint64_t size = storage::record_bytes(header->length);
    const auto whole = std::span<const std::uint8_t>(file).subspan(offset, size);
    const auto payload = whole.subspan(storage::kRecordHeaderBytes, header->length);
    views.push_back(view_of({sequence, offset, *header, base::Bytes(payload)}, disk));
    views.back().wrong = storage::payload_matches(*header, whole)
                             ? "it comes after what cannot be read"
                             : "its payload is not what its checksum says";
    views.back().fields.insert(views.back().fields.begin(), {"wrong", views.back().wrong});
    offset += size;
  }
}

// What no reader of the log comes to, because of what is before it.
std::vector<RecordView> unreadable(storage::MemoryDisk& disk, const Log& log) {
  std::vector<RecordView> views;
  const auto sequences = storage::list_segments(disk.names());
  if (log.damage.empty() || !sequences) return views;
  const bool any = !log.last.empty();
  for (const std::uint64_t sequence : *sequences) {
    if (any && sequence < log.last.back().sequence) continue;
    const bool begun = any && sequence == log.last.back().sequence;
    const std::uint64_t offset =
        begun ? log.last.back().offset + storage::record_bytes(log.last.back().header.length)
              : storage::kSegmentHeaderBytes;
    walk(disk, sequence, offset, kRecordsShown, views);
  }
  return views;
}

// In words, from the last look where it is the same record. Both are in the order of their places.
std::vector<RecordView> views_of(const std::vector<storage::WalRecord>& records,
                                 std::vector<RecordView> before, storage::MemoryDisk& disk) {
  std::vector<RecordView> views;
  views.reserve(records.size());
  auto old = before.begin();
  for (const storage::WalRecord& record : records) {
    const std::pair place(record.sequence, record.offset);
    while (old != before.end() && std::pair(old->segment, old->offset) < place) ++old;
    const bool same = old != before.end() && std::pair(old->segment, old->offset) == place &&
                      old->crc == record.header.crc && old->wrong.empty();
    views.push_back(same ? std::move(*old) : view_of(record, disk));
  }
  return views;
}

// Everything but the files and what is in them.
void set_rest(const sim::World& world, raft::NodeId member, DiskView& view) {
  const storage::MemoryDisk& disk = *world.disk(member);
  view.settings = world.disk_settings(member);
  view.sync_ends_us = world.sync_ends_us(member).value_or(0);
  view.writes = disk.writes();
  view.syncs = disk.syncs();
}

}  // namespace

DiskView look_at_disk(const sim::World& world, raft::NodeId member, DiskView before) {
  const storage::MemoryDisk* disk = world.disk(member);
  CHECK(disk != nullptr, "the disk of ", member, " is a real one");
  const LogRead* last = before.member == member ? before.read.get() : nullptr;
  if (last != nullptr && disk->shares_all(last->disk)) {
    set_rest(world, member, before);
    return before;
  }
  // Copies are cheap, and what happens to one happens to nobody: one is read, and one loses its power first.
  storage::MemoryDisk now = disk->without_faults();
  storage::MemoryDisk after = now;
  after.crash([] { return false; });

  DiskView view;
  view.member = member;
  for (const std::string& name : now.names())
    view.files.push_back({name, now.size_of(name), after.exists(name)});
  auto fresh = std::make_shared<LogRead>();
  fresh->disk = now;
  Log log = read(now, last);
  fresh->segments = std::move(log.segments);
  log.segments = fresh->segments;
  // A disk on which all is settled loses nothing.
  fresh->durable = after.shares_all(now) ? log.count() : read(after, fresh.get()).count();
  view.unsynced = log.count() > fresh->durable ? log.count() - fresh->durable : 0;
  view.records_before = log.count() - log.last.size();
  view.records =
      views_of(log.last, last == nullptr ? std::vector<RecordView>{} : std::move(before.records), now);
  for (std::size_t i = 0; i < view.records.size(); ++i)
    view.records[i].durable = view.records_before + i < fresh->durable;
  std::vector<RecordView> lost = unreadable(now, log);
  std::move(lost.begin(), lost.end(), std::back_inserter(view.records));
  view.damage = log.damage;
  view.read = std::move(fresh);
  set_rest(world, member, view);
  return view;
}

}  // namespace raftarium::viz
