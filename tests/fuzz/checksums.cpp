#include "fuzz/checksums.h"

#include <algorithm>

#include "base/crc32c.h"
#include "storage/little_endian.h"
#include "storage/snapshot_store.h"
#include "storage/wal_format.h"

namespace raftarium::fuzz {

using storage::get;
using storage::put;

// Offsets as FORMAT.md gives them.
void fix_segment(std::span<std::uint8_t> segment, std::uint64_t sequence) {
  if (segment.size() < storage::kSegmentHeaderBytes) return;
  put(&segment[60], base::crc32c(segment.first(60)));
  auto chain = get<std::uint32_t>(&segment[60]);
  std::uint64_t offset = storage::kSegmentHeaderBytes;
  while (offset + storage::kRecordHeaderBytes < segment.size()) {
    const auto left = segment.subspan(static_cast<std::size_t>(offset));
    if (!storage::looks_like_header(left.first(storage::kRecordHeaderBytes))) return;
    const auto length = get<std::uint32_t>(&left[4]);
    const std::uint64_t whole = storage::record_bytes(length);
    put(&left[24], chain);
    if (whole <= left.size()) {
      put(&left[28], base::crc32c(left.subspan(storage::kRecordHeaderBytes, length)));
      const auto padding =
          left.first(static_cast<std::size_t>(whole)).subspan(storage::kRecordHeaderBytes + length);
      std::fill(padding.begin(), padding.end(), std::uint8_t{0xa5});
    }
    chain = storage::record_checksum(left.first(storage::kRecordHeaderBytes), sequence, offset);
    put(&left[32], chain);
    offset += whole;
  }
}

void fix_snapshot(std::span<std::uint8_t> file) {
  if (file.size() < storage::kSnapshotHeaderBytes) return;
  put(&file[48], std::uint64_t{file.size() - storage::kSnapshotHeaderBytes});
  put(&file[56], base::crc32c(file.subspan(storage::kSnapshotHeaderBytes)));
  put(&file[60], base::crc32c(file.first(60)));
}

}  // namespace raftarium::fuzz
