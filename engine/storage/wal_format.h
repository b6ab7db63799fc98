#pragma once
// The bytes of the write-ahead log, as FORMAT.md specifies them: names, segment headers, records. No files and
// no decisions; encoding never fails, decoding is total.

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "raft/types.h"
#include "storage/memory_file.h"

namespace raftarium::storage {

// Whose log it is. A log that is opened under another identity is refused.
struct Identity {
  std::uint64_t cluster = 0;
  raft::NodeId member{};
  friend bool operator==(const Identity&, const Identity&) = default;
};

std::string describe(const Identity& identity);  // "cluster 7 member 2"

inline constexpr std::uint32_t kWalVersion = 1;
inline constexpr std::size_t kSegmentHeaderBytes = 64;
inline constexpr std::size_t kRecordHeaderBytes = 40;
inline constexpr std::size_t kRecordAlignment = 8;
// Limits of what is written and accepted.
inline constexpr std::size_t kMaxEntryBytes = 2U << 20U;             // one entry's data
inline constexpr std::size_t kMaxRecordBytes = kMaxEntryBytes + 64;  // one record's payload

std::string segment_name(std::uint64_t sequence);  // "00000001.wal"
// The number in a segment's name; nothing for any other name.
std::optional<std::uint64_t> parse_segment_name(std::string_view name);

struct SegmentHeader {
  std::uint64_t sequence = 1;  // from 1, without gaps
  raft::Index first_index{1};  // of the next entry, when the segment was begun
  Identity identity{};
  std::uint64_t first_save = 1;  // the number of the first save in it
  std::uint32_t chain = 0;       // the checksum of the last record before it
  friend bool operator==(const SegmentHeader&, const SegmentHeader&) = default;
};
std::array<std::uint8_t, kSegmentHeaderBytes> encode(const SegmentHeader& header);
// The checksum that the first record of the segment is chained to.
std::uint32_t checksum(const SegmentHeader& header);
// `sequence` is the file's, from its name. An error says at which byte what was expected and found.
base::Result<SegmentHeader> decode_segment_header(std::span<const std::uint8_t> bytes,
                                                  std::uint64_t sequence);

enum class RecordType : std::uint8_t {
  Entries = 1,  // a run of entries that follow the last one
  HardState = 2,
  Snapshot = 3,  // a snapshot at or before the last entry is durable; the log stays
  Install = 4,   // a snapshot from a leader replaces the log
  Truncate = 5,  // entries from an index on are void
};
const char* describe(RecordType type);  // "entries"

struct RecordHeader {
  RecordType type = RecordType::HardState;
  bool last_of_save = false;
  std::uint32_t length = 0;  // of the payload
  std::uint32_t behind = 0;  // save - behind was the last save known to be durable
  std::uint64_t save = 0;    // the save that it belongs to, counted from 1 over the life of the log
  std::uint32_t blanks = 0;  // sectors inside it that hold one set bit at most
  std::uint32_t chain = 0;   // the checksum of the record before it
  std::uint32_t payload_crc = 0;
  std::uint32_t crc = 0;  // its own: of place and header, hence of everything up to here
  std::uint64_t durable() const { return save - behind; }
  friend bool operator==(const RecordHeader&, const RecordHeader&) = default;
};
// Bytes that a record with such a payload takes, header and padding included.
constexpr std::uint64_t record_bytes(std::uint64_t length) {
  const std::uint64_t padded = kRecordHeaderBytes + length + 1;
  return (padded + kRecordAlignment - 1) / kRecordAlignment * kRecordAlignment;
}
// The header at `bytes` as one that was written at (sequence, offset), or nothing. REQUIRES: enough bytes.
std::optional<RecordHeader> decode_record_header(std::span<const std::uint8_t> bytes,
                                                 std::uint64_t sequence, std::uint64_t offset);
std::uint32_t record_checksum(std::span<const std::uint8_t> header, std::uint64_t sequence,
                              std::uint64_t offset);
// Whether the two magic words are there, whatever is between them.
bool looks_like_header(std::span<const std::uint8_t> bytes);
// Whether payload and padding are what the header says. REQUIRES: exactly a record's bytes.
bool payload_matches(const RecordHeader& header, std::span<const std::uint8_t> record);

// Sectors of the file wholly within [from, from + bytes.size()) with at most `max_bits` (0 or 1) set bits.
std::uint32_t count_blanks(std::span<const std::uint8_t> bytes, std::uint64_t from, unsigned max_bits);

// Snapshot, Install: the entry that the snapshot stands for.
using Mark = raft::EntryId;

// Builds the records of one save. What it holds is to be written at (sequence, offset) as it is.
class SaveEncoder {
 public:
  SaveEncoder() = default;
  // The buffer is nobody's state: a copy starts with none.
  SaveEncoder(const SaveEncoder&) {}
  SaveEncoder& operator=(const SaveEncoder&) { return *this; }
  SaveEncoder(SaveEncoder&&) noexcept = default;
  SaveEncoder& operator=(SaveEncoder&&) noexcept = default;
  ~SaveEncoder() = default;

  // Begins a save that continues from the record whose checksum is `chain`.
  void begin(std::uint64_t sequence, std::uint64_t offset, std::uint32_t chain, std::uint64_t save,
             std::uint32_t behind);
  void truncate(raft::Index first);
  void entries(const raft::Entries& entries);
  void hard_state(const raft::HardState& state);
  void snapshot(const Mark& mark, bool install);
  // Ends it. REQUIRES: at least one record.
  void finish();

  std::span<const std::uint8_t> bytes() const { return {bytes_.data(), size_}; }
  std::uint32_t chain() const { return chain_; }  // of the last record, after finish()
  std::uint64_t records() const { return records_; }

 private:
  void open_record(RecordType type);
  void close_record(bool last);
  std::uint8_t* grow(std::size_t count);

  std::vector<std::uint8_t> bytes_;
  std::size_t size_ = 0;     // of bytes_, which only grows
  std::size_t open_at_ = 0;  // the record that is being built
  bool open_ = false;
  RecordHeader header_;
  std::uint64_t sequence_ = 0;
  std::uint64_t offset_ = 0;
  std::uint64_t records_ = 0;
  std::uint32_t chain_ = 0;
};

// Payloads. Every decoder is total and allocates nothing that the bytes do not fill.
raft::HardState decode_hard_state(std::span<const std::uint8_t> payload, bool& ok);
Mark decode_mark(std::span<const std::uint8_t> payload, bool& ok);
raft::Index decode_truncate(std::span<const std::uint8_t> payload, bool& ok);

// The entries of an Entries record, one after the other.
class EntriesReader {
 public:
  explicit EntriesReader(base::Bytes payload);
  // Whether the bytes have been entries so far. If not, nothing else means anything.
  bool ok() const { return ok_; }
  raft::Index first() const { return first_; }
  std::uint32_t count() const { return count_; }
  // The next one, sharing the payload's bytes. False at the end, or where the bytes are not entries.
  bool next(raft::Entry& entry);
  // Moves past `count` entries without making them. False where the bytes are not entries, or a term falls
  // below the one before or `last_term`, which becomes the last one's.
  bool skip(std::uint64_t count, raft::Term& last_term);
  // Whether all of the payload was entries, once they are read.
  bool complete() const { return ok_ && left_ == 0 && at_ == payload_.size(); }

 private:
  bool take_header(raft::Term& term, raft::EntryType& type, std::uint32_t& size);
  base::Bytes payload_;
  std::size_t at_ = 0;
  raft::Index first_{};
  raft::Index index_{};
  std::uint32_t count_ = 0;
  std::uint32_t left_ = 0;
  bool ok_ = true;
};

}  // namespace raftarium::storage
