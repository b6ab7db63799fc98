// The first byte says whether checksums are put right first, the next two how long the first segment is; the
// rest are the segments.

#include <algorithm>

#include "base/check.h"
#include "fuzz/checksums.h"
#include "fuzz/targets.h"
#include "storage/durable_storage.h"
#include "storage/memory_disk.h"
#include "storage/snapshot_store.h"
#include "storage/wal_repair.h"

namespace raftarium::fuzz {

namespace {

constexpr storage::WalOptions kOptions{4096};

void put_snapshot(storage::MemoryDisk& disk, std::uint64_t index, std::uint64_t term) {
  raft::Snapshot snapshot;
  snapshot.index = raft::Index(index);
  snapshot.term = raft::Term(term);
  snapshot.conf_state.voters = {raft::NodeId(1), raft::NodeId(2), raft::NodeId(3)};
  const std::string bytes = storage::encode_snapshot(snapshot, kIdentity);
  disk.set_contents(storage::snapshot_name({snapshot.term, snapshot.index}),
                    std::span(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()));
}

}  // namespace

void wal(Input input) {
  if (input.size() < 3) return;
  const bool fix = (input[0] & 1U) != 0;
  const std::size_t split =
      std::min<std::size_t>(input[1] | static_cast<std::size_t>(input[2]) << 8U, input.size() - 3);
  storage::MemoryDisk disk;
  std::uint64_t sequence = 1;
  for (const Input part : {input.subspan(3, split), input.subspan(3 + split)}) {
    std::vector<std::uint8_t> segment(part.begin(), part.end());
    if (fix) fix_segment(segment, sequence);
    if (!segment.empty()) disk.set_contents(storage::segment_name(sequence), segment);
    ++sequence;
  }
  put_snapshot(disk, 1, 1);
  put_snapshot(disk, 9, 2);

  storage::MemoryDisk repaired = disk;
  const auto repair = storage::repair_wal(repaired);
  auto member = storage::DurableStorage::open(disk, kIdentity, kOptions);
  if (!member) {
    CHECK(!member.error().message.empty(), "an error without a message");
    return;
  }
  CHECK(repair.ok(), "opened and not repairable: ", repair.error().message);
  // What was opened can be written to, and reads back as it is, also after a loss of power.
  const raft::HardState before = member->hard_state();
  CHECK(before.commit <= member->last_index(), "commit ", before.commit, " last ", member->last_index());
  if (before.term.value() == ~std::uint64_t{0} || member->last_index().value() >= ~std::uint64_t{0} - 2)
    return;
  storage::Save save;
  save.hard_state = before;
  ++save.hard_state.term;
  save.entries = std::vector<raft::Entry>{
      {save.hard_state.term, member->last_index() + 1, raft::EntryType::Normal, base::Bytes("one more")}};
  const auto saved = member->save(save);
  CHECK(saved.ok(), saved.error().message);
  disk.crash([] { return false; });
  const auto again = storage::DurableStorage::open(disk, kIdentity, kOptions);
  CHECK(again.ok(), "opened once: ", again.error().message);
  CHECK(again->hard_state() == member->hard_state(), raft::describe(again->hard_state()));
  CHECK(again->last_index() == member->last_index(), again->last_index(), " is not ", member->last_index());
}

}  // namespace raftarium::fuzz
