#pragma once
// MemoryDisk: a disk with a page cache, as a value. A copy is the same disk, going its own way from here,
// and shares what neither has written to. Deterministic: equal disks that are asked the same stay equal.
//
// What was not synced is lost in a crash or not, sector by sector and name by name, in any combination: the
// one who calls crash() decides. Faults are planned by call number, by a rate and a generator, or switched on.

#include <array>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/persistent_map.h"
#include "base/prng.h"
#include "storage/disk.h"
#include "storage/memory_file.h"

namespace raftarium::storage {

enum class DiskFault : std::uint8_t {
  None,
  Error,        // EIO. Of a sync: what was not durable never will be, though the cache still shows it
  NoSpace,      // ENOSPC, nothing written
  ShortWrite,   // ENOSPC after the first `bytes` of a write
  LyingSync,    // success is reported and nothing becomes durable
  Misdirected,  // a read or write takes place `bytes` further on
  // Of a read, which notices nothing: byte `bytes` of it, round and round, has been damaged for good.
  BitFlip,
  ZeroedSector,
};
inline constexpr std::size_t kDiskFaultCount = 8;
const char* describe(DiskFault fault);

struct PlannedFault {
  DiskFault fault = DiskFault::None;
  std::uint64_t bytes = 0;
};

// Chances of a random fault in a million calls of the kind.
struct DiskFaultRates {
  std::uint32_t read_error = 0;
  std::uint32_t write_error = 0;
  std::uint32_t no_space = 0;  // of a write, a create or a preallocation
  std::uint32_t short_write = 0;
  std::uint32_t sync_error = 0;
  std::uint32_t lying_sync = 0;
  std::uint32_t misdirected = 0;  // of a read or a write
  std::uint32_t bit_flip = 0;     // of a read, as is
  std::uint32_t zeroed_sector = 0;
};

class MemoryDisk : public Disk {
 public:
  // What went wrong is the operating system's text, so that both disks read the same.
  base::Result<File> create(const std::string& name) override;
  base::Result<File> open(const std::string& name, bool writable) override;
  void close(File file) override;
  base::Result<std::uint64_t> size(File file) override;
  base::Result<std::uint64_t> next_data(File /*file*/, std::uint64_t offset) override { return offset; }
  base::Result<std::size_t> read(File file, std::uint64_t offset, std::span<std::uint8_t> out) override;
  base::Status write(File file, std::uint64_t offset, std::span<const std::uint8_t> data) override;
  base::Status preallocate(File file, std::uint64_t size) override;
  base::Status truncate(File file, std::uint64_t size) override;
  base::Status sync(File file) override;
  base::Status rename(const std::string& from, const std::string& to) override;
  base::Status remove(const std::string& name) override;
  base::Status sync_directory() override;
  base::Result<std::vector<std::string>> list() override;
  base::Status lock() override;

  // The process ends: the cache survives, nothing stays open.
  void kill();
  // The power fails. `survives` is asked for each thing that is not durable, unsettled() times, in a fixed
  // order: changes of names, then for each file its size and its sectors.
  void crash(const std::function<bool()>& survives);
  // Each of them survives with a chance of a half.
  void crash(base::Prng& prng);
  std::size_t unsettled() const;
  // A disk of which nothing is left: replaced by a new one. What has been counted goes on, but for calls().
  void wipe();

  // Faults. Calls are counted from 0 over the life of the disk, all operations alike.
  std::uint64_t calls() const { return calls_; }
  void fail_call(std::uint64_t call, PlannedFault fault) { planned_[call] = fault; }
  // The next call of the kind, whenever it comes.
  void fail_next(DiskOp op, PlannedFault fault) { next_[op] = fault; }
  const std::map<DiskOp, PlannedFault>& next_faults() const {
    return next_;
  }  // those that have not come yet
  void set_rates(const DiskFaultRates& rates, const base::Prng& prng) {
    rates_ = rates;
    prng_ = prng;
  }
  // Every write and create fails for want of space while on.
  void set_full(bool full) { full_ = full; }
  void set_syncs_lie(bool lie) { syncs_lie_ = lie; }
  // The same contents on a disk to which nothing will happen.
  MemoryDisk without_faults() const;
  // Damage to what is stored, cached and durable alike, as far as each goes. REQUIRES: the file exists.
  void flip_bit(const std::string& name, std::uint64_t offset, unsigned bit);
  void zero_sector(const std::string& name, std::uint64_t sector);

  // Looking on, without a call being counted.
  bool exists(const std::string& name) const { return names_.contains(name); }
  std::uint64_t size_of(const std::string& name) const;  // REQUIRES of it and contents(): exists(name)
  std::vector<std::uint8_t> contents(const std::string& name) const;
  // Whether the bytes of a file are the other's for sure; false also where they were written anew, or are missing.
  bool shares(const std::string& name, const MemoryDisk& other) const;
  // The same of everything that a crash could leave or take.
  bool shares_all(const MemoryDisk& other) const;
  void set_contents(const std::string& name, std::span<const std::uint8_t> data);  // durable at once
  std::vector<std::string> names() const;
  std::uint64_t writes() const { return writes_; }
  std::uint64_t bytes_written() const { return bytes_written_; }  // as far as the writes went
  std::uint64_t syncs() const { return syncs_; }
  // How often a fault of the kind has happened.
  std::uint64_t fired(DiskFault fault) const { return fired_[static_cast<std::size_t>(fault)]; }

 private:
  struct Inode {
    FileContent cached;
    FileContent durable;
    std::vector<std::pair<std::size_t, std::uint8_t>>
        dirty;              // by chunk: its sectors that differ, a bit each
    bool forsaken = false;  // a sync failed: some of the cache differs and is not dirty
    bool size_dirty() const { return cached.size() != durable.size(); }
  };
  struct OpenFile {
    std::uint64_t inode = 0;
    std::string name;
    bool writable = false;
  };
  struct NameChange {
    std::string from;  // empty: `to` is a new file
    std::string to;    // empty: `from` was removed
    std::uint64_t inode = 0;
    friend bool operator==(const NameChange&, const NameChange&) = default;
  };
  using Names = base::PersistentMap<std::string, std::uint64_t>;

  // `bytes`: of a write, or that there are to be read.
  PlannedFault next_fault(DiskOp op, std::uint64_t bytes = 0);
  PlannedFault choose_fault(DiskOp op);
  base::Status refuse(DiskOp op, std::string_view name, DiskFault fault) const;
  const OpenFile* find(File file) const;
  base::Result<File> open_inode(const std::string& name, std::uint64_t inode, bool writable);
  const Inode& inode(std::uint64_t number) const { return *inodes_.find(number)->value; }
  const Inode& inode_of(const std::string& name) const { return inode(names_.find(name)->value); }
  Inode& own(std::uint64_t number);
  static void flip_bit(Inode& inode, std::uint64_t offset, unsigned bit);
  static void zero_sector(Inode& inode, std::uint64_t sector);
  static void mark_dirty(Inode& inode, std::uint64_t from, std::uint64_t to);
  static void apply(const NameChange& change, Names& names);
  static void settle(Inode& inode, const std::function<bool()>& survives);
  void drop_unnamed();

  // A copy shares these, and everything below them, until one of the two changes it.
  base::PersistentMap<std::uint64_t, std::shared_ptr<Inode>> inodes_;
  Names names_;
  Names durable_names_;
  std::vector<NameChange> name_changes_;  // since the directory was synced
  std::map<std::uint32_t, OpenFile> open_;
  std::uint64_t next_inode_ = 1;
  std::uint32_t next_file_ = 1;

  std::uint64_t calls_ = 0;
  std::uint64_t writes_ = 0;
  std::uint64_t bytes_written_ = 0;
  std::uint64_t syncs_ = 0;
  std::array<std::uint64_t, kDiskFaultCount> fired_{};
  std::map<std::uint64_t, PlannedFault> planned_;
  std::map<DiskOp, PlannedFault> next_;
  DiskFaultRates rates_;
  base::Prng prng_{0};
  bool full_ = false;
  bool syncs_lie_ = false;
};

}  // namespace raftarium::storage
