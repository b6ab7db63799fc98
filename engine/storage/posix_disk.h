#pragma once
// PosixDisk: a real directory. Files are made with mode 0600, opened without following links and closed in
// child processes. Not in the page: under Emscripten there is no disk to trust.

#include <atomic>
#include <memory>
#include <string>

#include "base/result.h"
#include "storage/disk.h"

namespace raftarium::storage {

class PosixDisk : public Disk {
 public:
  // Opens `directory`, making it (mode 0700, its parent synced) if it is not there. A link is refused.
  static base::Result<std::unique_ptr<PosixDisk>> open_directory(const std::string& directory);
  // The same for one that must exist, as a tool that only looks wants it.
  static base::Result<std::unique_ptr<PosixDisk>> open_existing(const std::string& directory);

  PosixDisk(const PosixDisk&) = delete;
  PosixDisk& operator=(const PosixDisk&) = delete;
  ~PosixDisk() override;

  base::Result<File> create(const std::string& name) override;
  base::Result<File> open(const std::string& name, bool writable) override;
  void close(File file) override;
  base::Result<std::uint64_t> size(File file) override;
  base::Result<std::uint64_t> next_data(File file, std::uint64_t offset) override;
  base::Result<std::size_t> read(File file, std::uint64_t offset, std::span<std::uint8_t> out) override;
  base::Status write(File file, std::uint64_t offset, std::span<const std::uint8_t> data) override;
  base::Status preallocate(File file, std::uint64_t size) override;
  base::Status truncate(File file, std::uint64_t size) override;
  // May run on another thread while the file is written on this one.
  base::Status sync(File file) override;
  base::Status rename(const std::string& from, const std::string& to) override;
  base::Status remove(const std::string& name) override;
  base::Status sync_directory() override;
  base::Result<std::vector<std::string>> list() override;
  // Refused with the other process's number when one holds the directory.
  base::Status lock() override;

  const std::string& directory() const { return directory_; }
  // Writes and syncs of files so far, for whoever counts them.
  std::uint64_t writes() const { return writes_; }
  std::uint64_t syncs() const { return syncs_; }

 private:
  PosixDisk(std::string directory, int fd) : directory_(std::move(directory)), directory_fd_(fd) {}
  base::Result<File> open_at(DiskOp op, const std::string& name, int flags);
  base::Error error(DiskOp op, std::string_view name) const;  // of errno
  base::Error file_error(DiskOp op, File file) const;

  std::string directory_;
  int directory_fd_;
  int lock_fd_ = -1;
  std::vector<std::string> names_;  // by descriptor, for messages
  std::uint64_t writes_ = 0;
  std::atomic<std::uint64_t> syncs_ = 0;
};

}  // namespace raftarium::storage
