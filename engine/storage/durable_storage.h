#pragma once
// DurableStorage: what a member keeps across crashes, as raft::Storage. A log and snapshots on a Disk, and in
// memory the part of it that the core may ask for.
//
// Synchronous use, for each Ready:      storage.save(save_of(ready))        then send, apply, advance
// Asynchronous, for each MsgStorageAppend:
//     storage.append(save_of(message))                     written; not durable, and not answered from yet
//     ticket = storage.begin_sync()                        may cover several appends
//     result = disk.sync(ticket.file)                      on another thread, or at a later moment
//     storage.finish_sync(ticket, result)                  durable: now step message.responses
//
// A value, for worlds: a copy needs rebind() to the copy of its disk. On a real disk there must be one only.
// After an error everything that would write fails with the same error; the member must step aside and say
// why (failure()).

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "raft/raft.h"
#include "raft/storage.h"
#include "storage/disk.h"
#include "storage/wal.h"

namespace raftarium::storage {

// What becomes durable together, in the core's words.
struct Save {
  raft::HardState hard_state{};                      // empty: unchanged
  raft::Entries entries{};                           // replace the log from the first one's index on
  std::shared_ptr<const raft::Snapshot> snapshot{};  // from a leader; replaces the log. Null: none
  bool must_sync = true;                             // false: only the commit moved, losing it harms nobody
  bool empty() const { return hard_state.is_empty() && entries.empty() && snapshot == nullptr; }
};
Save save_of(const raft::Ready& ready);
Save save_of(const raft::Message& storage_append);  // a MsgStorageAppend

// What open() found and did.
struct OpenReport {
  std::optional<TornTail> torn;       // was cut
  std::vector<std::string> warnings;  // what somebody should look at
  std::vector<std::string> removed;   // files that a crash had left, which meant nothing
  Mark snapshot;                      // that the state starts from
  std::uint64_t saves = 0;            // read back
  std::uint64_t records = 0;
};

class DurableStorage : public raft::Storage {
 public:
  // Whether a member has been here. `create` makes what `open` opens.
  static base::Result<bool> exists(Disk& disk);
  // A member that has nothing but its first snapshot, with the configuration. REQUIRES: its index is not 0.
  static base::Result<DurableStorage> create(Disk& disk, const Identity& identity,
                                             const WalOptions& options,
                                             std::shared_ptr<const raft::Snapshot> first);
  static base::Result<DurableStorage> open(Disk& disk, const Identity& identity, const WalOptions& options);

  void rebind(Disk& disk) {
    disk_ = &disk;
    wal_.rebind(disk);
  }

  InitialState initial_state() const override { return memory_.initial_state(); }
  raft::Index first_index() const override { return memory_.first_index(); }
  raft::Index last_index() const override { return memory_.last_index(); }
  TermResult term(raft::Index index) const override { return memory_.term(index); }
  EntriesResult entries(raft::Index low, raft::Index high, std::uint64_t max_size) const override {
    return memory_.entries(low, high, max_size);
  }
  SnapshotResult snapshot() const override { return memory_.snapshot(); }

  // One write, and one sync unless !must_sync. An empty save does nothing.
  base::Status save(const Save& save);
  base::Status append(const Save& save);
  Wal::SyncTicket begin_sync() { return wal_.begin_sync(); }
  // REQUIRES: once for each ticket.
  base::Status finish_sync(const Wal::SyncTicket& ticket, const base::Status& result);

  // Makes a snapshot of the state machine's bytes at `index` durable, then removes what the last two snapshots
  // do not need: older ones, and segments. The entries in memory stay until compact(). An error before the mark
  // is in the log (failed() is false then) changes nothing.
  // REQUIRES: snapshot index < index <= last_index(), and `index` is committed.
  base::Status create_snapshot(raft::Index index, const raft::ConfState& conf_state, base::Bytes data);
  // Forgets entries up to `index` in memory. REQUIRES: index <= the snapshot's.
  void compact(raft::Index index);

  bool failed() const { return wal_.failed(); }
  const std::optional<base::Error>& failure() const { return wal_.failure(); }
  const OpenReport& report() const { return report_; }
  const Wal& wal() const { return wal_; }
  const raft::HardState& hard_state() const { return memory_.hard_state(); }

 private:
  struct Pending {
    std::uint64_t number = 0;  // of the save in the log
    Save save;
  };
  DurableStorage(Disk& disk, const Identity& identity, Wal wal)
      : disk_(&disk), identity_(identity), wal_(std::move(wal)) {}
  base::Status check(const Save& save) const;
  base::Status install(const raft::Snapshot& snapshot);
  void take_in(const Save& save);
  void take_in_durable();
  base::Status remove_old_snapshots();

  Disk* disk_;
  Identity identity_;
  Wal wal_;
  raft::MemoryStorage memory_;    // what is durable
  std::vector<Pending> pending_;  // what is written
  OpenReport report_;
};

}  // namespace raftarium::storage
