#include "storage/wal_format.h"

#include <algorithm>
#include <bit>
#include <charconv>
#include <cstring>

#include "base/check.h"
#include "base/crc32c.h"
#include "storage/hex.h"
#include "storage/little_endian.h"

namespace raftarium::storage {

namespace {

constexpr std::string_view kSuffix = ".wal";
constexpr std::size_t kNameDigits = 8;
constexpr std::size_t kMagicBytes = 8;
constexpr std::array<std::uint8_t, kMagicBytes> kSegmentMagic{'R', 'A', 'F', 'T', 'W', 'A', 'L', '\n'};
constexpr std::size_t kSegmentCrcAt = 60;

// A record opens and closes its header with these. Neither can become blank by one flipped bit, which is how
// a lost sector is told from a damaged one.
constexpr std::uint16_t kOpening = 0x5752;      // "RW"
constexpr std::uint32_t kClosing = 0x54464152;  // "RAFT"
constexpr std::size_t kHeaderCrcAt = 32;
constexpr std::size_t kClosingAt = 36;
constexpr std::uint8_t kLastOfSave = 1;
constexpr std::uint8_t kPadding = 0xa5;

constexpr std::size_t kEntriesHeaderBytes = 12;  // first index, count
constexpr std::size_t kEntryHeaderBytes = 13;    // term, size, type
// A run of entries goes into records of about this size, so that a reader can have one whole in memory.
constexpr std::size_t kRunBytes = 64U << 10U;

std::uint32_t with_place(std::uint64_t sequence, std::uint64_t offset) {
  std::array<std::uint8_t, 16> place{};
  put(place.data(), sequence);
  put(place.data() + 8, offset);
  return base::crc32c(place);
}

}  // namespace

std::string segment_name(std::uint64_t sequence) {
  std::string digits = std::to_string(sequence);
  if (digits.size() < kNameDigits) digits.insert(0, kNameDigits - digits.size(), '0');
  return digits + std::string(kSuffix);
}

std::optional<std::uint64_t> parse_segment_name(std::string_view name) {
  if (name.size() < kNameDigits + kSuffix.size() || !name.ends_with(kSuffix)) return std::nullopt;
  const std::string_view digits = name.substr(0, name.size() - kSuffix.size());
  std::uint64_t sequence = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), sequence);
  if (error != std::errc() || end != digits.data() + digits.size() || sequence == 0) return std::nullopt;
  if (segment_name(sequence) != name) return std::nullopt;
  return sequence;
}

std::array<std::uint8_t, kSegmentHeaderBytes> encode(const SegmentHeader& header) {
  std::array<std::uint8_t, kSegmentHeaderBytes> bytes{};
  std::copy(kSegmentMagic.begin(), kSegmentMagic.end(), bytes.begin());
  put(&bytes[8], kWalVersion);
  put(&bytes[12], static_cast<std::uint32_t>(kSegmentHeaderBytes));
  put(&bytes[16], header.sequence);
  put(&bytes[24], header.first_index.value());
  put(&bytes[32], header.identity.cluster);
  put(&bytes[40], header.identity.member.value());
  put(&bytes[48], header.first_save);
  put(&bytes[56], header.chain);
  put(&bytes[kSegmentCrcAt], base::crc32c(std::span(bytes).first(kSegmentCrcAt)));
  return bytes;
}

std::uint32_t checksum(const SegmentHeader& header) {
  return get<std::uint32_t>(encode(header).data() + kSegmentCrcAt);
}

base::Result<SegmentHeader> decode_segment_header(std::span<const std::uint8_t> bytes,
                                                  std::uint64_t sequence) {
  const std::string where = "wal " + segment_name(sequence) + '+';
  if (bytes.size() < kSegmentHeaderBytes) {
    return base::Error{where + "0: the segment header is cut off: expected " +
                       std::to_string(kSegmentHeaderBytes) + " bytes, got " + std::to_string(bytes.size())};
  }
  if (!std::equal(kSegmentMagic.begin(), kSegmentMagic.end(), bytes.begin())) {
    return base::Error{where + "0: not a segment: expected " + hex_bytes(kSegmentMagic, kMagicBytes) +
                       " (\"RAFTWAL\\n\"), got " + hex_bytes(bytes.first(kMagicBytes), kMagicBytes)};
  }
  const std::uint32_t expected = base::crc32c(bytes.first(kSegmentCrcAt));
  if (const auto got = get<std::uint32_t>(&bytes[kSegmentCrcAt]); got != expected) {
    return base::Error{where + std::to_string(kSegmentCrcAt) +
                       ": checksum mismatch in the segment header: expected " + hex32(expected) + ", got " +
                       hex32(got)};
  }
  if (const auto version = get<std::uint32_t>(&bytes[8]); version != kWalVersion) {
    return base::Error{where + "8: unknown format version: expected " + std::to_string(kWalVersion) +
                       ", got " + std::to_string(version) + "; use the release that wrote it"};
  }
  SegmentHeader header;
  header.sequence = get<std::uint64_t>(&bytes[16]);
  header.first_index = raft::Index(get<std::uint64_t>(&bytes[24]));
  header.identity.cluster = get<std::uint64_t>(&bytes[32]);
  header.identity.member = raft::NodeId(get<std::uint64_t>(&bytes[40]));
  header.first_save = get<std::uint64_t>(&bytes[48]);
  header.chain = get<std::uint32_t>(&bytes[56]);
  if (header.sequence != sequence) {
    return base::Error{where + "16: the segment is not what its name says: expected number " +
                       std::to_string(sequence) + ", got " + std::to_string(header.sequence)};
  }
  if (get<std::uint32_t>(&bytes[12]) != kSegmentHeaderBytes || header.first_index.is_zero() ||
      header.first_save == 0) {
    return base::Error{where + "12: the segment header makes no sense"};
  }
  return header;
}

const char* describe(RecordType type) {
  static constexpr std::array kNames{"?", "entries", "hard state", "snapshot", "install", "truncate"};
  return kNames.at(static_cast<std::size_t>(type));
}

std::uint32_t record_checksum(std::span<const std::uint8_t> header, std::uint64_t sequence,
                              std::uint64_t offset) {
  return base::crc32c(header.first(kHeaderCrcAt), with_place(sequence, offset));
}

bool looks_like_header(std::span<const std::uint8_t> bytes) {
  return get<std::uint16_t>(bytes.data()) == kOpening && get<std::uint32_t>(&bytes[kClosingAt]) == kClosing;
}

std::optional<RecordHeader> decode_record_header(std::span<const std::uint8_t> bytes,
                                                 std::uint64_t sequence, std::uint64_t offset) {
  if (!looks_like_header(bytes)) return std::nullopt;
  RecordHeader header;
  header.crc = get<std::uint32_t>(&bytes[kHeaderCrcAt]);
  if (header.crc != record_checksum(bytes, sequence, offset)) return std::nullopt;
  const std::uint8_t type = bytes[2];
  const std::uint8_t flags = bytes[3];
  header.type = static_cast<RecordType>(type);
  header.last_of_save = (flags & kLastOfSave) != 0;
  header.length = get<std::uint32_t>(&bytes[4]);
  header.behind = get<std::uint32_t>(&bytes[8]);
  header.blanks = get<std::uint32_t>(&bytes[12]);
  header.save = get<std::uint64_t>(&bytes[16]);
  header.chain = get<std::uint32_t>(&bytes[24]);
  header.payload_crc = get<std::uint32_t>(&bytes[28]);
  if (type < static_cast<std::uint8_t>(RecordType::Entries) ||
      type > static_cast<std::uint8_t>(RecordType::Truncate) || flags > kLastOfSave ||
      header.length > kMaxRecordBytes || header.behind > header.save || header.save == 0) {
    return std::nullopt;
  }
  return header;
}

std::string describe(const Identity& identity) {
  return "cluster " + std::to_string(identity.cluster) + " member " +
         std::to_string(identity.member.value());
}

bool payload_matches(const RecordHeader& header, std::span<const std::uint8_t> record) {
  const auto padding = record.subspan(kRecordHeaderBytes + header.length);
  return base::crc32c(record.subspan(kRecordHeaderBytes, header.length)) == header.payload_crc &&
         std::all_of(padding.begin(), padding.end(), [](std::uint8_t byte) { return byte == kPadding; });
}

std::uint32_t count_blanks(std::span<const std::uint8_t> bytes, std::uint64_t from, unsigned max_bits) {
  std::uint32_t blanks = 0;
  const std::uint64_t first = (from + kSectorBytes - 1) / kSectorBytes * kSectorBytes;
  for (std::uint64_t sector = first; sector + kSectorBytes <= from + bytes.size(); sector += kSectorBytes) {
    const std::uint8_t* at = bytes.data() + (sector - from);
    int bits = 0;
    for (std::size_t i = 0; i < kSectorBytes && bits <= static_cast<int>(max_bits); i += 8) {
      bits += std::popcount(get<std::uint64_t>(at + i));
    }
    if (bits <= static_cast<int>(max_bits)) ++blanks;
  }
  return blanks;
}

std::uint8_t* SaveEncoder::grow(std::size_t count) {
  if (size_ + count > bytes_.size()) bytes_.resize(std::max(bytes_.size() * 2, size_ + count));
  std::uint8_t* at = bytes_.data() + size_;
  size_ += count;
  return at;
}

void SaveEncoder::begin(std::uint64_t sequence, std::uint64_t offset, std::uint32_t chain,
                        std::uint64_t save, std::uint32_t behind) {
  size_ = 0;
  open_ = false;
  sequence_ = sequence;
  offset_ = offset;
  chain_ = chain;
  records_ = 0;
  header_ = {};
  header_.save = save;
  header_.behind = behind;
}

void SaveEncoder::open_record(RecordType type) {
  if (open_) close_record(false);
  open_ = true;
  open_at_ = size_;
  header_.type = type;
  grow(kRecordHeaderBytes);
}

void SaveEncoder::close_record(bool last) {
  const std::size_t length = size_ - open_at_ - kRecordHeaderBytes;
  const auto whole = static_cast<std::size_t>(record_bytes(length));
  std::memset(grow(whole - (size_ - open_at_)), kPadding, whole - kRecordHeaderBytes - length);
  const std::uint64_t offset = offset_ + open_at_;
  std::uint8_t* at = bytes_.data() + open_at_;
  const std::span<const std::uint8_t> record(at, whole);
  header_.last_of_save = last;
  header_.length = static_cast<std::uint32_t>(length);
  header_.chain = chain_;
  header_.payload_crc = base::crc32c(record.subspan(kRecordHeaderBytes, length));
  header_.blanks = count_blanks(record.subspan(kRecordHeaderBytes), offset + kRecordHeaderBytes, 1);
  put(at, kOpening);
  at[2] = static_cast<std::uint8_t>(header_.type);
  at[3] = last ? kLastOfSave : std::uint8_t{0};
  put(at + 4, header_.length);
  put(at + 8, header_.behind);
  put(at + 12, header_.blanks);
  put(at + 16, header_.save);
  put(at + 24, header_.chain);
  put(at + 28, header_.payload_crc);
  chain_ = record_checksum(record, sequence_, offset);
  put(at + kHeaderCrcAt, chain_);
  put(at + kClosingAt, kClosing);
  open_ = false;
  ++records_;
}

void SaveEncoder::finish() {
  CHECK(open_, "a save of nothing");
  close_record(true);
}

void SaveEncoder::truncate(raft::Index first) {
  open_record(RecordType::Truncate);
  put(grow(8), first.value());
}

void SaveEncoder::hard_state(const raft::HardState& state) {
  open_record(RecordType::HardState);
  std::uint8_t* at = grow(24);
  put(at, state.term.value());
  put(at + 8, state.vote.value());
  put(at + 16, state.commit.value());
}

void SaveEncoder::snapshot(const Mark& mark, bool install) {
  open_record(install ? RecordType::Install : RecordType::Snapshot);
  std::uint8_t* at = grow(16);
  put(at, mark.index.value());
  put(at + 8, mark.term.value());
}

void SaveEncoder::entries(const raft::Entries& entries) {
  std::size_t count_at = 0;
  std::uint32_t count = 0;
  std::size_t start = 0;
  for (const raft::Entry& entry : entries) {
    const std::size_t data_bytes = entry.data.size();
    CHECK(data_bytes <= kMaxEntryBytes, "entry ", entry.index, " of ", data_bytes, " bytes");
    if (count == 0 || size_ - start + kEntryHeaderBytes + data_bytes > kRunBytes) {
      if (count > 0) put(bytes_.data() + count_at, count);
      open_record(RecordType::Entries);
      start = size_;
      put(grow(kEntriesHeaderBytes), entry.index.value());
      count_at = start + 8;
      count = 0;
    }
    std::uint8_t* at = grow(kEntryHeaderBytes + data_bytes);
    put(at, entry.term.value());
    put(at + 8, static_cast<std::uint32_t>(data_bytes));
    at[12] = static_cast<std::uint8_t>(entry.type);
    if (data_bytes > 0) std::memcpy(at + kEntryHeaderBytes, entry.data.data(), data_bytes);
    ++count;
  }
  if (count > 0) put(bytes_.data() + count_at, count);
}

raft::HardState decode_hard_state(std::span<const std::uint8_t> payload, bool& ok) {
  ok = payload.size() == 24;
  if (!ok) return {};
  return {raft::Term(get<std::uint64_t>(payload.data())), raft::NodeId(get<std::uint64_t>(&payload[8])),
          raft::Index(get<std::uint64_t>(&payload[16]))};
}

Mark decode_mark(std::span<const std::uint8_t> payload, bool& ok) {
  ok = payload.size() == 16;
  if (!ok) return {};
  return {raft::Term(get<std::uint64_t>(&payload[8])), raft::Index(get<std::uint64_t>(payload.data()))};
}

raft::Index decode_truncate(std::span<const std::uint8_t> payload, bool& ok) {
  ok = payload.size() == 8;
  return ok ? raft::Index(get<std::uint64_t>(payload.data())) : raft::Index();
}

EntriesReader::EntriesReader(base::Bytes payload) : payload_(std::move(payload)) {
  ok_ = payload_.size() >= kEntriesHeaderBytes;
  if (!ok_) return;
  first_ = raft::Index(get<std::uint64_t>(payload_.data()));
  count_ = left_ = get<std::uint32_t>(payload_.data() + 8);
  index_ = first_;
  at_ = kEntriesHeaderBytes;
  // Every entry has a header, so the count is bounded by what is there; an index must not wrap.
  ok_ = count_ > 0 && count_ <= (payload_.size() - at_) / kEntryHeaderBytes && !first_.is_zero() &&
        first_.value() <= ~std::uint64_t{0} - count_;
}

bool EntriesReader::take_header(raft::Term& term, raft::EntryType& type, std::uint32_t& size) {
  if (!ok_ || left_ == 0) return false;
  ok_ = payload_.size() - at_ >= kEntryHeaderBytes;
  if (!ok_) return false;
  const std::uint8_t* at = payload_.data() + at_;
  term = raft::Term(get<std::uint64_t>(at));
  size = get<std::uint32_t>(at + 8);
  const std::uint8_t kind = at[12];
  at_ += kEntryHeaderBytes;
  ok_ = size <= payload_.size() - at_ && kind <= static_cast<std::uint8_t>(raft::EntryType::ConfChangeV2);
  if (!ok_) return false;
  type = static_cast<raft::EntryType>(kind);
  --left_;
  return true;
}

bool EntriesReader::next(raft::Entry& entry) {
  std::uint32_t size = 0;
  if (!take_header(entry.term, entry.type, size)) return false;
  entry.index = index_;
  ++index_;
  entry.data = payload_.sub(at_, size);
  at_ += size;
  return true;
}

bool EntriesReader::skip(std::uint64_t count, raft::Term& last_term) {
  raft::EntryType type{};
  raft::Term term;
  for (std::uint64_t i = 0; i < count; ++i) {
    std::uint32_t size = 0;
    if (!take_header(term, type, size)) return false;
    ok_ = term >= last_term;
    if (!ok_) return false;
    last_term = term;
    ++index_;
    at_ += size;
  }
  return true;
}

}  // namespace raftarium::storage
