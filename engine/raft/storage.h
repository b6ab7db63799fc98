#pragma once
// The durable past as the core reads it, and an implementation in memory.

#include <memory>

#include "base/persistent_vector.h"
#include "raft/packed_entries.h"
#include "raft/types.h"

namespace raftarium::raft {

enum class StorageError : std::uint8_t {
  None,
  Compacted,    // older than first_index(): only a snapshot has it
  Unavailable,  // newer than last_index()
  SnapshotTemporarilyUnavailable,
};
const char* describe(StorageError error);

// What the core asks of durable storage. Everything answered must survive a crash.
// Invariant: entries cover [first_index(), last_index()] without a gap; first_index() - 1 is the index of
// the snapshot that the log starts from, whose term is known.
class Storage {
 public:
  Storage() = default;
  Storage(const Storage&) = default;
  Storage& operator=(const Storage&) = default;
  virtual ~Storage() = default;

  struct InitialState {
    HardState hard_state;
    ConfState conf_state;
  };
  virtual InitialState initial_state() const = 0;
  virtual Index first_index() const = 0;
  virtual Index last_index() const = 0;

  struct TermResult {
    Term term;
    StorageError error = StorageError::None;
  };
  // Valid for [first_index() - 1, last_index()].
  virtual TermResult term(Index index) const = 0;

  struct EntriesResult {
    Entries entries;
    StorageError error = StorageError::None;
  };
  // Entries in [low, high), cut to `max_size` bytes but at least one.
  virtual EntriesResult entries(Index low, Index high, std::uint64_t max_size) const = 0;

  struct SnapshotResult {
    std::shared_ptr<const Snapshot> snapshot;
    StorageError error = StorageError::None;
  };
  virtual SnapshotResult snapshot() const = 0;
};

// A value: a copy shares the entries with the original, until one of them writes. A small payload is copied
// in; a large one is shared with whoever made it.
class MemoryStorage : public Storage {
 public:
  InitialState initial_state() const override;
  Index first_index() const override;
  Index last_index() const override;
  TermResult term(Index index) const override;
  EntriesResult entries(Index low, Index high, std::uint64_t max_size) const override;
  SnapshotResult snapshot() const override;

  void set_hard_state(const HardState& state) { hard_state_ = state; }
  const HardState& hard_state() const { return hard_state_; }

  // Appends, replacing whatever the log had from entries.front().index on. Entries at or before the
  // snapshot are dropped. REQUIRES: no gap after last_index().
  void append(const Entries& entries);

  // Forgets entries from `first` on, which nobody may count on (§5.3). REQUIRES: first > the snapshot's index
  // or the entry that the log was compacted at.
  void truncate(Index first);

  // Replaces everything by the snapshot. Returns Compacted when what is stored is as new already.
  StorageError apply_snapshot(std::shared_ptr<const Snapshot> snapshot);

  // Makes a snapshot at `index` out of the state machine's bytes. The log keeps its entries until
  // compact(). REQUIRES: index <= last_index(). Returns Compacted when it is older than the present one.
  StorageError create_snapshot(Index index, const ConfState& conf_state, base::Bytes data);

  // Forgets entries up to and including `index`. Returns Compacted when they are gone already.
  // REQUIRES: index <= last_index().
  StorageError compact(Index index);

 private:
  using Chunk = std::shared_ptr<PackedEntries>;
  const PackedEntries& chunk_of(Index index) const;
  PackedEntries& writable_chunk();
  void truncate_from(Index index);

  HardState hard_state_;
  std::shared_ptr<const Snapshot> snapshot_ = std::make_shared<const Snapshot>();
  EntryId base_;   // the entry just before the first one kept
  Index last_{0};  // == base_.index when empty
  // Invariants: last_chunk_ is null exactly when there are no entries; those before it are full.
  base::PersistentVector<Chunk, 64> full_;
  Chunk last_chunk_;
};

}  // namespace raftarium::raft
