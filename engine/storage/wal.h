#pragma once
// Wal: the write-ahead log as its one writer sees it. Segments of records; one write for each save, and one
// sync that makes it durable. FORMAT.md has the bytes, wal_reader.h reads them back.
//
// After any error of a write or a sync the log is closed for good: every later call returns that first error
// and touches nothing, so no success can ever be reported for what may be lost (cockroach 37102) and no other
// entry can take the place of one that failed (canonical 320). The file stays readable up to there.

#include <cstdint>
#include <optional>
#include <vector>

#include "base/result.h"
#include "raft/types.h"
#include "storage/disk.h"
#include "storage/wal_format.h"
#include "storage/wal_replay.h"

namespace raftarium::storage {

struct WalOptions {
  std::uint64_t segment_bytes =
      64U << 20U;  // a segment is preallocated so long; larger saves make it longer
};

// What becomes durable together or not at all.
struct WalSave {
  std::optional<Mark> install;          // a snapshot from a leader replaces the log
  std::optional<raft::Index> truncate;  // entries from here on are void
  raft::Entries entries{};              // follow what is left
  raft::HardState hard_state{};         // empty: unchanged
  std::optional<Mark> snapshot;         // a snapshot of this log became durable
};

class Wal {
 public:
  // A new log that starts from an installed snapshot. REQUIRES: no segment is there.
  static base::Result<Wal> create(Disk& disk, const Identity& identity, const WalOptions& options,
                                  const Mark& first, const raft::HardState& hard_state);
  // Goes on where a reader found the end. Cuts what was torn, and syncs: what was read may have been in the
  // cache only. `marks`: the snapshots that are usable, oldest first.
  static base::Result<Wal> resume(Disk& disk, const WalOptions& options, const WalEnd& end,
                                  const WalReplay& replay, const std::vector<Mark>& marks);

  // After a copy of a disk and all that is on it.
  void rebind(Disk& disk) { disk_ = &disk; }

  // Written, not durable yet. Begins a new segment first when this one is full.
  base::Status append(const WalSave& save);
  // What a sync now would make durable, and of which file. The sync itself is disk.sync(ticket.file), on
  // whatever thread; finish_sync() says how it went, once for each ticket. The file stays open until then.
  struct SyncTicket {
    File file{};
    std::uint64_t save = 0;  // up to and including this one
  };
  SyncTicket begin_sync() {
    ++syncing_;
    return {file_, next_save_ - 1};
  }
  base::Status finish_sync(const SyncTicket& ticket, const base::Status& result);
  // All of that at once.
  base::Status sync();

  // Removes segments whose entries a durable snapshot at `covered` stands for, oldest first, each for sure
  // before the next. An error leaves the log in order; what is left is removed another time.
  base::Status remove_covered(raft::Index covered);

  // Closes the log for the same reason as a failing write.
  base::Status close(const base::Error& why);
  bool failed() const { return failure_.has_value(); }
  const std::optional<base::Error>& failure() const { return failure_; }

  std::uint64_t durable_save() const { return durable_save_; }
  std::uint64_t last_save() const { return next_save_ - 1; }
  raft::Index last_index() const { return last_; }  // written, perhaps not durable
  // The snapshots that the log says are durable, at most two, oldest first.
  const std::vector<Mark>& marks() const { return marks_; }
  std::uint64_t segments() const { return segments_.size(); }
  std::uint64_t sequence() const { return segments_.back().sequence; }
  std::uint64_t offset() const { return offset_; }  // where the next save goes

 private:
  Wal(Disk& disk, const Identity& identity, const WalOptions& options)
      : disk_(&disk), identity_(identity), options_(options) {}
  void encode(const WalSave& save);
  void note(const WalSave& save);
  base::Status write_segment(std::uint64_t sequence, const std::optional<Mark>& install);
  base::Status cut();
  void close_retired();

  Disk* disk_;
  Identity identity_;
  WalOptions options_;
  SaveEncoder encoder_;
  File file_{};
  std::vector<File> retired_;  // of sealed segments that a ticket may still be about
  std::uint64_t syncing_ = 0;  // tickets
  std::vector<WalReplay::Segment> segments_;
  std::uint64_t offset_ = 0;
  std::uint64_t head_end_ = 0;  // where the segment's own records end and the first save begins
  std::uint32_t chain_ = 0;
  std::uint64_t next_save_ = 1;
  std::uint64_t durable_save_ = 0;
  raft::Index last_{0};
  raft::HardState hard_state_{};
  std::vector<Mark> marks_;
  bool removal_pending_ = false;  // of a name, in the directory
  std::optional<base::Error> failure_;
};

}  // namespace raftarium::storage
