#pragma once
// What a member will find on its disk: the state that its log and snapshots give. Changes nothing. Opening
// (durable_storage.h) goes on from here; a tool that only looks asks the same question, so that it can never
// call sound what does not open.

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "storage/disk.h"
#include "storage/wal_reader.h"
#include "storage/wal_replay.h"

namespace raftarium::storage {

struct Recovered {
  std::shared_ptr<const raft::Snapshot> snapshot;  // the newest that is whole and that the log knows of
  WalReplay replay{nullptr};                       // the log on top of it
  WalEnd end;                                      // where that log ends
  std::vector<std::string> warnings;               // what is lost and was not needed
  std::vector<Mark> unknown;  // snapshots that a crash left before the log knew of them
};

// `identity`: whose log it must be; nothing: its first segment says. `names`: the disk's, sorted. Refuses
// damage, and a log that does not reach back to the snapshot, with file, place, expected and got.
base::Result<Recovered> recover(Disk& disk, std::optional<Identity> identity,
                                const std::vector<std::string>& names);

}  // namespace raftarium::storage
