#pragma once
// What a member does to its storage, step by step, and what must be there afterwards: a model that has no
// files, and the view of a storage that can be held against it.

#include <memory>
#include <string>
#include <vector>

#include "raft/storage.h"
#include "storage/durable_storage.h"
#include "storage/memory_disk.h"

namespace raftarium::storage::test {

inline constexpr Identity kIdentity{7, raft::NodeId(2)};
inline constexpr WalOptions kSmall{4096};  // segments of eight sectors, so that histories cross them

raft::Entry entry(std::uint64_t index, std::uint64_t term, const std::string& data = "payload");
raft::Entries run(std::uint64_t first, std::uint64_t count, std::uint64_t term, std::size_t bytes = 8);
raft::HardState hard_state(std::uint64_t term, std::uint64_t vote, std::uint64_t commit);
std::shared_ptr<const raft::Snapshot> snapshot(std::uint64_t index, std::uint64_t term,
                                               const std::string& data = "state");

// What a restarted member knows.
struct View {
  raft::HardState hard_state;
  Mark snapshot;
  std::string state;
  std::vector<raft::Entry> entries;  // after the snapshot
  friend bool operator==(const View&, const View&) = default;
};
std::string describe(const View& view);
View view_of(const raft::Storage& storage);

struct Step {
  Save save;
  raft::Index snapshot_at{};  // not zero: a snapshot of the log is made here instead
};
// Does the step and reports it as storage does. A save without must_sync is written and not synced.
base::Status perform(const Step& step, DurableStorage& storage);
void perform(const Step& step, raft::MemoryStorage& model);

// `count` steps: saves of one or many entries, votes, commits without a sync, overwritten tails, snapshots of
// the log and from a leader; entries of up to `max_bytes`. The same for the same seed.
std::vector<Step> make_history(std::size_t count, std::uint64_t seed, std::uint32_t max_bytes = 68);
// The view before the first step and after each.
std::vector<View> views_of(const std::vector<Step>& history);

DurableStorage create(Disk& disk, const WalOptions& options = kSmall);
base::Result<DurableStorage> open(Disk& disk, const WalOptions& options = kSmall);

}  // namespace raftarium::storage::test
