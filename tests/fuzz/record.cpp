// A record as it would be at the start of the first segment, then its bytes as every kind of payload.

#include "base/check.h"
#include "fuzz/targets.h"
#include "storage/wal_format.h"

namespace raftarium::fuzz {

namespace {

void decode_payload(const base::Bytes& payload) {
  storage::EntriesReader reader(payload);
  raft::Entry entry;
  std::uint64_t count = 0;
  raft::Index next = reader.first();
  while (reader.next(entry)) {
    CHECK(entry.index == next, "entry ", entry.index, " instead of ", next);
    ++next;
    ++count;
  }
  CHECK(!reader.complete() || count == reader.count(), count, " of ", reader.count());
  bool ok = false;
  storage::decode_hard_state(payload.span(), ok);
  storage::decode_mark(payload.span(), ok);
  storage::decode_truncate(payload.span(), ok);
}

}  // namespace

void record(Input input) {
  if (input.size() >= storage::kRecordHeaderBytes) {
    const auto header = storage::decode_record_header(input, 1, storage::kSegmentHeaderBytes);
    if (header && storage::record_bytes(header->length) <= input.size()) {
      const auto whole = input.first(static_cast<std::size_t>(storage::record_bytes(header->length)));
      storage::count_blanks(whole, storage::kSegmentHeaderBytes, 1);
      if (storage::payload_matches(*header, whole)) {
        decode_payload(base::Bytes(whole.subspan(storage::kRecordHeaderBytes, header->length)));
      }
    }
    decode_payload(base::Bytes(input.subspan(storage::kRecordHeaderBytes)));
  }
  if (input.size() >= storage::kSegmentHeaderBytes) {
    const auto segment = storage::decode_segment_header(input, 1);
    CHECK(segment.ok() || !segment.error().message.empty(), "an error without a message");
  }
  decode_payload(base::Bytes(input));
}

}  // namespace raftarium::fuzz
