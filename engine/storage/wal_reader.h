#pragma once
// Reading a write-ahead log from its first segment to its end, and telling a torn tail from damage. Changes
// nothing on the disk: who opens the log to write cuts the tail (wal.h), tools only report it (wal_tools.h).

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "storage/disk.h"
#include "storage/wal_format.h"

namespace raftarium::storage {

struct WalRecord {
  std::uint64_t sequence = 0;  // of the segment
  std::uint64_t offset = 0;    // in it
  RecordHeader header;
  base::Bytes payload;  // shares the block it was read into
};

// Who wants to know what is in a log.
class WalVisitor {
 public:
  WalVisitor() = default;
  WalVisitor(const WalVisitor&) = default;
  WalVisitor& operator=(const WalVisitor&) = default;
  virtual ~WalVisitor() = default;
  virtual base::Status segment(const SegmentHeader& header) = 0;
  // A save that is there completely. An error ends the reading.
  virtual base::Status save(const std::vector<WalRecord>& records) = 0;
};

// What a crash left of saves that were never durable: bytes [from, to) of the last segment.
struct TornTail {
  std::uint64_t sequence = 0;
  std::uint64_t from = 0;
  std::uint64_t to = 0;  // after the last byte that is not zero
  std::string why;
};
std::string describe(const TornTail& tail);  // "cut 118 torn bytes at 00000001.wal+640 (…)"

// Where the log ends, so that a writer can go on.
struct WalEnd {
  std::uint64_t sequence = 0;    // of the last segment
  std::uint64_t offset = 0;      // after the last complete save
  std::uint64_t durable = 0;     // where the segment's saves begin that nothing says were durable
  std::uint64_t file_bytes = 0;  // size of the segment's file
  std::uint64_t next_save = 1;
  std::uint32_t chain = 0;
  std::optional<TornTail> torn;
};

// The numbers of the segments in `names`, in order; refused when one is missing in between.
base::Result<std::vector<std::uint64_t>> list_segments(const std::vector<std::string>& names);

// Reads segments `sequences` in order. `identity`: whose log it must be, if that is known. An error says file,
// offset, expected, got; an I/O error too is an error, never the end of the log.
base::Result<WalEnd> read_wal(Disk& disk, const std::vector<std::uint64_t>& sequences,
                              const std::optional<Identity>& identity, WalVisitor& visitor);

}  // namespace raftarium::storage
