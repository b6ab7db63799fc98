#pragma once
// Disk: the only door to files. One member's directory, flat: names, no paths. What a write put there is
// durable only after sync() of the file, and what create(), rename() and remove() did to the names only after
// sync_directory().
//
// Not a place for decisions: it does what it is told, once, and says what went wrong. Whether to go on after
// an error is for the caller, who must not (wal.h).

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace raftarium::storage {

// A file that is open; a number, so that those who hold it can be copied with the disk they belong to.
enum class File : std::uint32_t {};

enum class DiskOp : std::uint8_t {
  Create,
  Open,
  Size,
  Read,
  Write,
  Preallocate,
  Truncate,
  Sync,
  Rename,
  Remove,
  SyncDirectory,
  List,
  Lock,
};
const char* describe(DiskOp op);  // "write"

// Every error says which operation on which file failed and why: "write 00000001.wal: No space left on device".
base::Error disk_error(DiskOp op, std::string_view file, std::string_view why);

class Disk {
 public:
  Disk() = default;
  Disk(const Disk&) = default;
  Disk& operator=(const Disk&) = default;
  virtual ~Disk() = default;

  // A new, empty file for reading and writing. Refused when the name is taken.
  virtual base::Result<File> create(const std::string& name) = 0;
  // An existing one; for writing too when `writable`.
  virtual base::Result<File> open(const std::string& name, bool writable) = 0;
  virtual void close(File file) = 0;

  virtual base::Result<std::uint64_t> size(File file) = 0;
  // Where anything but zeros may come next, from `offset` on; size() when nothing does. A file system that keeps no
  // record of what was written answers `offset`.
  virtual base::Result<std::uint64_t> next_data(File file, std::uint64_t offset) = 0;
  // Fills `out` from `offset` on; fewer bytes only where the file ends.
  virtual base::Result<std::size_t> read(File file, std::uint64_t offset, std::span<std::uint8_t> out) = 0;
  // All of `data` or an error, after which any part of it may be there.
  virtual base::Status write(File file, std::uint64_t offset, std::span<const std::uint8_t> data) = 0;
  // Makes the file at least `size` bytes long, of zeros, and reserves the space. Where the file system cannot
  // reserve, the file stays as it is.
  virtual base::Status preallocate(File file, std::uint64_t size) = 0;
  virtual base::Status truncate(File file, std::uint64_t size) = 0;
  // Contents and size are durable afterwards. After an error nothing is known about what was written since
  // the last success, and a second try that succeeds proves nothing (ATC 2020, fsync failures).
  virtual base::Status sync(File file) = 0;

  virtual base::Status rename(const std::string& from, const std::string& to) = 0;  // replaces `to`
  virtual base::Status remove(const std::string& name) = 0;
  virtual base::Status sync_directory() = 0;
  // The names of all files, sorted.
  virtual base::Result<std::vector<std::string>> list() = 0;

  // Keeps other processes out until this one ends or the disk goes away.
  virtual base::Status lock() = 0;
};

}  // namespace raftarium::storage
