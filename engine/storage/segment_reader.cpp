#include "storage/segment_reader.h"

#if defined(__linux__)
#include <sys/mman.h>
#endif

#include <algorithm>
#include <cstring>
#include <utility>
#include <vector>

#include "base/crc32c.h"
#include "storage/hex.h"

namespace raftarium::storage {

namespace {

// Large, so that a large log costs a page fault for each huge page and not for each small one.
constexpr std::size_t kBlockBytes = 8U << 20U;
// Filled in pieces that are still in the processor's cache when they are checked.
constexpr std::size_t kPieceBytes = 256U << 10U;
// What follows a log is looked through by these, most of which are zeros.
constexpr std::size_t kLineBytes = 4096;

void prefer_huge_pages([[maybe_unused]] std::span<std::uint8_t> memory) {
#if defined(__linux__)
  // Whole pages only.
  constexpr std::size_t kPageBytes = 4096;
  const std::size_t skip =
      (kPageBytes - reinterpret_cast<std::uintptr_t>(memory.data()) % kPageBytes) % kPageBytes;
  if (memory.size() < skip + kPageBytes) return;
  const std::size_t size = (memory.size() - skip) / kPageBytes * kPageBytes;
  // Only advice: where it is not taken, nothing is lost but time.
  static_cast<void>(::madvise(memory.data() + skip, size, MADV_HUGEPAGE));
#endif
}

// The first byte is zero and every other one is as the one before.
bool all_zero(std::span<const std::uint8_t> bytes) {
  if (bytes.empty()) return true;
  return bytes.front() == 0 && std::memcmp(bytes.data(), bytes.data() + 1, bytes.size() - 1) == 0;
}

}  // namespace

base::Result<SegmentReader> SegmentReader::open(Disk& disk, std::uint64_t sequence) {
  auto file = disk.open(segment_name(sequence), false);
  if (!file) return file.error();
  auto size = disk.size(*file);
  if (!size) {
    disk.close(*file);
    return size.error();
  }
  return SegmentReader(disk, *file, sequence, *size);
}

SegmentReader::SegmentReader(SegmentReader&& other) noexcept
    : disk_(other.disk_),
      file_(other.file_),
      owns_(std::exchange(other.owns_, false)),
      sequence_(other.sequence_),
      file_bytes_(other.file_bytes_),
      offset_(other.offset_),
      block_(std::move(other.block_)),
      block_start_(other.block_start_),
      damage_(std::move(other.damage_)) {}

SegmentReader::~SegmentReader() {
  if (owns_) disk_->close(file_);
}

base::Status SegmentReader::read(std::uint64_t offset, std::span<std::uint8_t> out) {
  const auto got = disk_->read(file_, offset, out);
  if (!got) return got.error();
  if (*got == out.size()) return {};
  return disk_error(DiskOp::Read, segment_name(sequence_),
                    "expected " + std::to_string(out.size()) + " bytes at " + std::to_string(offset) +
                        ", got " + std::to_string(*got));
}

base::Result<std::span<const std::uint8_t>> SegmentReader::at(std::uint64_t offset, std::size_t count) {
  if (offset >= file_bytes_) return std::span<const std::uint8_t>();
  count = static_cast<std::size_t>(std::min<std::uint64_t>(count, file_bytes_ - offset));
  const bool elsewhere = offset < block_start_ || offset > block_start_ + block_.used();
  if (elsewhere || offset + count > block_start_ + block_.used() + block_.room()) {
    // What is there of the piece moves to the start of a new block; the old one lives on in its payloads.
    base::Bytes piece;
    if (!elsewhere) {
      const auto skip = static_cast<std::uint32_t>(offset - block_start_);
      piece = block_.at(skip, block_.used() - skip);
    }
    const std::uint64_t left = file_bytes_ - offset;
    block_ = base::BytesArena(
        static_cast<std::size_t>(std::min<std::uint64_t>(left, std::max(kBlockBytes, count))));
    if (left >= kBlockBytes) prefer_huge_pages(block_.spare());
    block_.append(piece.span());
    block_start_ = offset;
  }
  const auto skip = static_cast<std::size_t>(offset - block_start_);
  if (block_.used() < skip + count) {
    const std::uint64_t from = block_start_ + block_.used();
    const std::size_t wanted = std::min(block_.room(), std::max(kPieceBytes, skip + count - block_.used()));
    if (auto status = read(from, block_.spare().first(wanted)); !status) return status.error();
    block_.take(wanted);
  }
  return block_.at(static_cast<std::uint32_t>(skip), static_cast<std::uint32_t>(count)).span();
}

base::Result<SegmentHeader> SegmentReader::header() {
  const auto bytes = at(0, kSegmentHeaderBytes);
  if (!bytes) return bytes.error();
  return decode_segment_header(*bytes, sequence_);
}

void SegmentReader::note_damaged_header(std::span<const std::uint8_t> bytes) {
  damage_.offset = offset_;
  if (bytes.size() < kRecordHeaderBytes) {
    damage_.like_torn = true;
    damage_.why = "the file ends inside a record's header: expected " + std::to_string(kRecordHeaderBytes) +
                  " bytes, got " + std::to_string(bytes.size());
    return;
  }
  // The header may lie across two sectors. Either being lost leaves one end of it blank, as does a write that
  // was cut short; a flipped bit cannot (FORMAT.md, "Torn or damaged").
  const std::uint64_t boundary = (offset_ / kSectorBytes + 1) * kSectorBytes;
  const auto first =
      static_cast<std::size_t>(std::min<std::uint64_t>(kRecordHeaderBytes, boundary - offset_));
  damage_.like_torn = all_zero(bytes.first(first)) || bytes[kRecordHeaderBytes - 1] == 0;
  const std::uint32_t expected = record_checksum(bytes, sequence_, offset_);
  damage_.why = looks_like_header(bytes)
                    ? "checksum mismatch in a record's header: expected " + hex32(expected)
                    : "expected a record's header, \"RW\" to \"RAFT\", got " +
                          hex_bytes(bytes.first(kRecordHeaderBytes), kRecordHeaderBytes);
  if (looks_like_header(bytes)) {
    std::uint32_t got = 0;
    for (unsigned i = 0; i < 4; ++i) got |= static_cast<std::uint32_t>(bytes[32 + i]) << (8U * i);
    damage_.why += ", got " + hex32(got);
    if (got == expected) damage_.why = "a record's header has a good checksum and makes no sense";
  }
}

void SegmentReader::note_damaged_payload(const RecordHeader& header, std::span<const std::uint8_t> record) {
  damage_.offset = offset_;
  const std::uint64_t whole = record_bytes(header.length);
  if (record.size() < whole) {
    damage_.like_torn = true;
    damage_.why = "the file ends inside a record: expected " + std::to_string(whole) + " bytes, got " +
                  std::to_string(record.size());
    return;
  }
  const auto content = record.subspan(kRecordHeaderBytes);
  damage_.like_torn =
      record.back() == 0 || count_blanks(content, offset_ + kRecordHeaderBytes, 0) > header.blanks;
  const std::uint32_t got = base::crc32c(content.first(header.length));
  damage_.why = got == header.payload_crc ? "the padding of a record is not as it was written"
                                          : "checksum mismatch in a record: expected " +
                                                hex32(header.payload_crc) + ", got " + hex32(got);
}

base::Result<SegmentReader::Found> SegmentReader::next(WalRecord& record) {
  const auto start = at(offset_, kRecordHeaderBytes);
  if (!start) return start.error();
  if (all_zero(*start)) return Found::End;
  std::optional<RecordHeader> header;
  if (start->size() == kRecordHeaderBytes) header = decode_record_header(*start, sequence_, offset_);
  if (!header) {
    note_damaged_header(*start);
    return Found::Damaged;
  }
  const auto whole = static_cast<std::size_t>(record_bytes(header->length));
  const auto bytes = at(offset_, whole);
  if (!bytes) return bytes.error();
  if (bytes->size() < whole || !payload_matches(*header, *bytes)) {
    note_damaged_payload(*header, *bytes);
    return Found::Damaged;
  }
  record.sequence = sequence_;
  record.offset = offset_;
  record.header = *header;
  record.payload =
      block_.at(static_cast<std::uint32_t>(offset_ - block_start_ + kRecordHeaderBytes), header->length);
  offset_ += whole;
  return Found::Record;
}

void SegmentReader::look_at(std::span<const std::uint8_t> piece, std::uint64_t start, bool first,
                            std::uint64_t save, Rest& rest) const {
  for (std::size_t at = 0; at < std::min(kPieceBytes, piece.size()); at += kLineBytes) {
    const auto line = piece.subspan(at, std::min(kLineBytes, piece.size() - at));
    if (all_zero(line)) continue;
    const auto last = std::find_if(line.rbegin(), line.rend(), [](std::uint8_t byte) { return byte != 0; });
    rest.end = start + at + static_cast<std::uint64_t>(line.rend() - last);
    for (std::size_t i = first && at == 0 ? kRecordAlignment : 0;
         rest.witness == 0 && i < line.size() && piece.size() - at - i >= kRecordHeaderBytes;
         i += kRecordAlignment) {
      const auto candidate = piece.subspan(at + i, kRecordHeaderBytes);
      if (!looks_like_header(candidate)) continue;
      const auto header = decode_record_header(candidate, sequence_, start + at + i);
      if (header && header->durable() >= save) rest.witness = start + at + i;
    }
  }
}

base::Result<SegmentReader::Rest> SegmentReader::look_ahead(std::uint64_t from, std::uint64_t save) {
  Rest rest{from, 0};
  if (from >= file_bytes_) return rest;
  // The same memory for each piece: nothing of it is kept, and what follows a log is mostly zeros.
  std::vector<std::uint8_t> memory(static_cast<std::size_t>(
      std::min<std::uint64_t>(kPieceBytes + kRecordHeaderBytes, file_bytes_ - from)));
  for (std::uint64_t start = from; start < file_bytes_; start += kPieceBytes) {
    // Room that was set aside and not used yet need not be read.
    const auto data = disk_->next_data(file_, start);
    if (!data) return data.error();
    if (*data > start) start += (*data - start) / kLineBytes * kLineBytes;
    if (start >= file_bytes_) break;
    // A piece and the header that may begin at its end.
    const auto piece = std::span(memory).first(
        static_cast<std::size_t>(std::min<std::uint64_t>(memory.size(), file_bytes_ - start)));
    if (auto status = read(start, piece); !status) return status.error();
    if (!all_zero(piece)) look_at(piece, start, start == from, save, rest);
  }
  return rest;
}

}  // namespace raftarium::storage
