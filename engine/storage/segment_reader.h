#pragma once
// SegmentReader: the records of one segment, read in large blocks that the records' payloads share.

#include <cstdint>
#include <string>

#include "base/bytes.h"
#include "base/result.h"
#include "storage/disk.h"
#include "storage/wal_reader.h"

namespace raftarium::storage {

class SegmentReader {
 public:
  enum class Found : std::uint8_t {
    Record,
    End,      // nothing but zeros in the place of a header, or the file ends
    Damaged,  // a record that is not as it was written; see damage()
  };
  struct Damage {
    std::uint64_t offset = 0;
    std::string why;         // what is wrong, expected and got
    bool like_torn = false;  // bytes are missing as a lost sector or a cut write would leave them
  };

  // Opens the file for reading. `sequence` names it.
  static base::Result<SegmentReader> open(Disk& disk, std::uint64_t sequence);
  SegmentReader(const SegmentReader&) = delete;
  SegmentReader& operator=(const SegmentReader&) = delete;
  SegmentReader(SegmentReader&& other) noexcept;
  SegmentReader& operator=(SegmentReader&&) = delete;
  ~SegmentReader();

  base::Result<SegmentHeader> header();
  // The record at offset(); moves on when it is found.
  base::Result<Found> next(WalRecord& record);
  const Damage& damage() const { return damage_; }
  std::uint64_t offset() const { return offset_; }
  std::uint64_t file_bytes() const { return file_bytes_; }

  struct Rest {
    std::uint64_t end = 0;      // after the last byte that is not zero
    std::uint64_t witness = 0;  // offset of a record that proves that save `save` was durable; 0: none
  };
  // Looks through everything from `from` on.
  base::Result<Rest> look_ahead(std::uint64_t from, std::uint64_t save);

 private:
  SegmentReader(Disk& disk, File file, std::uint64_t sequence, std::uint64_t file_bytes)
      : disk_(&disk), file_(file), sequence_(sequence), file_bytes_(file_bytes) {}
  // All of `out`; a file that has become shorter is an error.
  base::Status read(std::uint64_t offset, std::span<std::uint8_t> out);
  // Up to `count` bytes from `offset` on in one piece; fewer only where the file ends.
  base::Result<std::span<const std::uint8_t>> at(std::uint64_t offset, std::size_t count);
  // A piece of what follows the log, at `start`; `first`: it begins where the log ends, at what is no record.
  void look_at(std::span<const std::uint8_t> piece, std::uint64_t start, bool first, std::uint64_t save,
               Rest& rest) const;
  void note_damaged_header(std::span<const std::uint8_t> bytes);
  void note_damaged_payload(const RecordHeader& header, std::span<const std::uint8_t> record);

  Disk* disk_;
  File file_;
  bool owns_ = true;
  std::uint64_t sequence_;
  std::uint64_t file_bytes_;
  std::uint64_t offset_ = kSegmentHeaderBytes;
  base::BytesArena block_{0};
  std::uint64_t block_start_ = 0;  // its place in the file
  Damage damage_;
};

}  // namespace raftarium::storage
