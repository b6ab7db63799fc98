#pragma once
// What may be done to a log from outside: cutting a torn tail, and nothing else. Opening a member does the
// same by itself; this is for somebody who wants to see it done, and to keep what was cut.

#include <optional>
#include <string>

#include "base/result.h"
#include "storage/disk.h"
#include "storage/wal_reader.h"

namespace raftarium::storage {

struct WalRepair {
  std::optional<TornTail> cut;  // nothing was wrong when there is none
  std::string kept_in;          // the file that holds the bytes that were cut
};

// Keeps the torn bytes in a file beside the segment ("00000003.wal.torn-8192"; "00000003.wal.torn-8192.2" when
// others are kept there), then cuts them. Stopped at any moment it can be done again. Refuses damage to what was
// durable, and a directory that is in use, with nothing changed.
base::Result<WalRepair> repair_wal(Disk& disk);

}  // namespace raftarium::storage
