#include "storage/durable_storage.h"

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "storage/snapshot_store.h"

namespace raftarium::storage {

Save save_of(const raft::Ready& ready) {
  return {ready.hard_state, ready.entries, ready.snapshot, ready.must_sync || ready.snapshot != nullptr};
}

Save save_of(const raft::Message& storage_append) {
  CHECK(storage_append.type == raft::MessageType::MsgStorageAppend, raft::describe(storage_append.type));
  Save save;
  save.hard_state = {storage_append.term, storage_append.vote, storage_append.commit};
  save.entries = storage_append.entries;
  save.snapshot = storage_append.snapshot;
  return save;
}

base::Status DurableStorage::check(const Save& save) const {
  for (const raft::Entry& entry : save.entries) {
    if (entry.data.size() > kMaxEntryBytes) {
      return base::Error{"entry " + std::to_string(entry.index.value()) + ": expected at most " +
                         std::to_string(kMaxEntryBytes) + " bytes, got " +
                         std::to_string(entry.data.size())};
    }
  }
  return {};
}

// The file first and in full, then the save that speaks of it: a crash in between leaves a file that nobody
// asks for (etcd 8935: the commit was durable, the snapshot it counted on was not).
base::Status DurableStorage::install(const raft::Snapshot& snapshot) {
  base::Status status = write_snapshot_file(*disk_, snapshot, identity_);
  if (status) status = disk_->sync_directory();
  if (!status) return wal_.close(status.error());
  return {};
}

base::Status DurableStorage::append(const Save& save) {
  if (failed()) return *failure();
  if (save.empty()) return {};
  if (auto status = check(save); !status) return status;
  WalSave record;
  record.hard_state = save.hard_state;
  record.entries = save.entries;
  raft::Index last = wal_.last_index();
  if (save.snapshot != nullptr) {
    if (auto status = install(*save.snapshot); !status) return status;
    record.install = Mark{save.snapshot->term, save.snapshot->index};
    last = save.snapshot->index;
  }
  if (!save.entries.empty()) {
    const raft::Index first = save.entries.front().index;
    CHECK(first <= last + 1, "entries from ", first, " leave a gap after ", last);
    if (first <= last) record.truncate = first;
  }
  if (auto status = wal_.append(record); !status) return status;
  pending_.push_back({wal_.last_save(), save});
  take_in_durable();  // a segment that was sealed for this one has been synced
  return {};
}

void DurableStorage::take_in(const Save& save) {
  if (save.snapshot != nullptr) memory_.apply_snapshot(save.snapshot);
  memory_.append(save.entries);
  if (!save.hard_state.is_empty()) memory_.set_hard_state(save.hard_state);
}

void DurableStorage::take_in_durable() {
  std::size_t done = 0;
  while (done < pending_.size() && pending_[done].number <= wal_.durable_save())
    take_in(pending_[done++].save);
  pending_.erase(pending_.begin(), pending_.begin() + static_cast<std::ptrdiff_t>(done));
}

base::Status DurableStorage::finish_sync(const Wal::SyncTicket& ticket, const base::Status& result) {
  if (auto status = wal_.finish_sync(ticket, result); !status) return status;
  take_in_durable();
  return {};
}

base::Status DurableStorage::save(const Save& save) {
  if (auto status = append(save); !status) return status;
  if (save.empty() || !save.must_sync) return {};
  const Wal::SyncTicket ticket = begin_sync();
  return finish_sync(ticket, disk_->sync(ticket.file));
}

base::Status DurableStorage::create_snapshot(raft::Index index, const raft::ConfState& conf_state,
                                             base::Bytes data) {
  if (failed()) return *failure();
  CHECK(index > memory_.snapshot().snapshot->index && index <= last_index(), "snapshot at ", index);
  raft::Snapshot snapshot{index, memory_.term(index).term, conf_state, std::move(data)};
  // Until the mark is written nothing depends on the file, so that a full disk costs a snapshot and no more.
  if (auto status = write_snapshot_file(*disk_, snapshot, identity_); !status) return status;
  // A directory whose sync failed is not to be trusted with the next segment either.
  if (auto status = disk_->sync_directory(); !status) return wal_.close(status.error());
  WalSave record;
  record.snapshot = Mark{snapshot.term, index};
  if (auto status = wal_.append(record); !status) return status;
  const Wal::SyncTicket ticket = begin_sync();
  if (auto status = finish_sync(ticket, disk_->sync(ticket.file)); !status) return status;
  memory_.create_snapshot(index, conf_state, std::move(snapshot.data));
  if (auto status = remove_old_snapshots(); !status) return status;
  return wal_.remove_covered(wal_.marks().front().index);
}

base::Status DurableStorage::remove_old_snapshots() {
  const auto names = disk_->list();
  if (!names) return names.error();
  for (const Mark& mark : list_snapshots(*names)) {
    if (mark.index >= wal_.marks().front().index) continue;
    if (auto status = disk_->remove(snapshot_name(mark)); !status) return status;
  }
  return {};
}

void DurableStorage::compact(raft::Index index) {
  CHECK(index <= memory_.snapshot().snapshot->index, "compaction at ", index, " beyond the snapshot");
  memory_.compact(index);
}

}  // namespace raftarium::storage
