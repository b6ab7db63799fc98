#pragma once
// Machine: a member and the disk under it, as one value. On a simulated disk it can be copied: the copy is the
// same machine, going its own way from here. On a real one there is one only.

#include <functional>
#include <memory>

#include "base/prng.h"
#include "base/result.h"
#include "member/member.h"
#include "storage/disk.h"
#include "storage/memory_disk.h"

namespace raftarium::member {

// What a crash leaves of what was written and not synced.
enum class Unsynced : std::uint8_t {
  Lost,  // the power fails, and nothing of it has reached the disk
  Torn,  // the power fails, and any part of it has: sector by sector, name by name
  Kept,  // only the process ends; the page cache goes on
};
const char* describe(Unsynced unsynced);  // "lost"

class Machine {
 public:
  // Opens the directory of a real disk; again after every crash.
  using OpenDisk = std::function<base::Result<std::unique_ptr<storage::Disk>>()>;

  // On a new simulated disk, or on the one that `open` opens.
  static base::Result<Machine> start(const raft::Config& config, const Options& options,
                                     const OpenDisk& open = {});

  // REQUIRES: simulated().
  Machine(const Machine& other);
  Machine(Machine&&) noexcept = default;
  Machine& operator=(Machine other) noexcept;
  ~Machine() = default;

  Member& member() { return *member_; }
  const Member& member() const { return *member_; }
  storage::Disk& disk() { return simulated_ ? *simulated_ : *real_; }

  // The simulated disk; null where it is a real one.
  storage::MemoryDisk* simulated() { return simulated_.get(); }
  const storage::MemoryDisk* simulated() const { return simulated_.get(); }

  // The member stops at once. A real disk keeps what was written, as Kept; `prng` decides what Torn leaves.
  void crash(Unsynced unsynced, base::Prng& prng);
  // REQUIRES: the member does not run. An error says why the disk does not let it; it can be tried again.
  base::Status restart();
  // A new disk under the old name: the member will start on its first snapshot. REQUIRES: it does not run.
  base::Status wipe();

 private:
  Machine(const Options& options, OpenDisk open) : options_(options), open_(std::move(open)) {}
  base::Status open_disk();

  Options options_;
  OpenDisk open_;
  std::unique_ptr<storage::MemoryDisk> simulated_;
  std::unique_ptr<storage::Disk> real_;  // none while the member does not run
  std::unique_ptr<Member> member_;       // at one place for ever, as its disk is
};

}  // namespace raftarium::member
