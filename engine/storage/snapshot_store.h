#pragma once
// SnapshotStore: snapshots as files beside the log. Each is written under a temporary name, synced, renamed
// and the directory synced, so that a name stands for a whole snapshot; FORMAT.md has the bytes.
//
// A file alone means nothing yet: a snapshot counts once the log carries its mark (durable_storage.h).

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "raft/types.h"
#include "storage/disk.h"
#include "storage/wal_format.h"

namespace raftarium::storage {

inline constexpr std::uint32_t kSnapshotVersion = 1;
inline constexpr std::size_t kSnapshotHeaderBytes = 64;
// Limits of what is written and accepted.
inline constexpr std::size_t kMaxSnapshotBytes = 64U << 20U;  // of the state machine
inline constexpr std::size_t kMaxConfMembers = 1024;          // in each list of a configuration

// "00000000000000000012-00000000000000000003.snap": index, then term.
std::string snapshot_name(const Mark& mark);
std::optional<Mark> parse_snapshot_name(std::string_view name);
inline constexpr std::string_view kTemporarySuffix = ".tmp";

// The whole file. REQUIRES: within the limits.
std::string encode_snapshot(const raft::Snapshot& snapshot, const Identity& identity);
// Total; an error says at which byte what was expected and found. `mark` and `identity` are what it must be of.
base::Result<raft::Snapshot> decode_snapshot(const base::Bytes& file, const Mark& mark,
                                             const std::optional<Identity>& identity);

// The snapshots in `names`, newest first.
std::vector<Mark> list_snapshots(const std::vector<std::string>& names);
// The file's bytes. An error is the disk's; whether the bytes are a snapshot, decode_snapshot() says.
base::Result<base::Bytes> read_snapshot_file(Disk& disk, const Mark& mark);
// Everything but the last step, sync_directory(). When it fails the temporary file may be left.
base::Status write_snapshot_file(Disk& disk, const raft::Snapshot& snapshot, const Identity& identity);

}  // namespace raftarium::storage
