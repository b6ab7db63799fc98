#include "storage/posix_disk.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <system_error>

namespace raftarium::storage {

namespace {

constexpr const char* kLockName = "lock";
constexpr mode_t kFileMode = 0600;
constexpr mode_t kDirectoryMode = 0700;
constexpr int kCommonFlags = O_CLOEXEC | O_NOFOLLOW;

int fd_of(File file) { return static_cast<int>(file); }

std::string errno_text() { return std::system_category().message(errno); }

base::Result<int> open_directory_fd(const std::string& directory) {
  const int fd = ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | kCommonFlags);
  if (fd < 0) return disk_error(DiskOp::Open, directory, errno_text());
  return fd;
}

base::Status make_directory(const std::string& directory) {
  const bool made = ::mkdir(directory.c_str(), kDirectoryMode) == 0;
  if (!made && errno != EEXIST) return disk_error(DiskOp::Create, directory, errno_text());
  // The name must survive as well, or everything in it goes with it. Also one that was there: who made it may
  // have been killed before this.
  std::string parent = directory;
  while (parent.size() > 1 && parent.back() == '/') parent.pop_back();
  const std::size_t slash = parent.rfind('/');
  parent = slash == std::string::npos ? "." : parent.substr(0, std::max<std::size_t>(slash, 1));
  const int fd = ::open(parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  // Somebody else made it, where nothing can be looked at.
  if (fd < 0 && !made && errno == EACCES) return {};
  if (fd < 0) return disk_error(DiskOp::Open, parent, errno_text());
  const int result = ::fsync(fd);
  const std::string why = errno_text();
  ::close(fd);
  if (result != 0) return disk_error(DiskOp::SyncDirectory, parent, why);
  return {};
}

}  // namespace

base::Result<std::unique_ptr<PosixDisk>> PosixDisk::open_existing(const std::string& directory) {
  const auto fd = open_directory_fd(directory);
  if (!fd) return fd.error();
  return std::unique_ptr<PosixDisk>(new PosixDisk(directory, *fd));
}

base::Result<std::unique_ptr<PosixDisk>> PosixDisk::open_directory(const std::string& directory) {
  if (auto status = make_directory(directory); !status) return status.error();
  return open_existing(directory);
}

PosixDisk::~PosixDisk() {
  for (std::size_t fd = 0; fd < names_.size(); ++fd) {
    if (!names_[fd].empty()) ::close(static_cast<int>(fd));
  }
  if (lock_fd_ >= 0) ::close(lock_fd_);
  ::close(directory_fd_);
}

base::Error PosixDisk::error(DiskOp op, std::string_view name) const {
  const std::string why = errno_text();
  return disk_error(op, name.empty() ? directory_ : directory_ + '/' + std::string(name), why);
}

base::Error PosixDisk::file_error(DiskOp op, File file) const {
  return error(op, names_[static_cast<std::size_t>(fd_of(file))]);
}

base::Result<File> PosixDisk::open_at(DiskOp op, const std::string& name, int flags) {
  // Without waiting: a pipe of that name would have this wait for somebody to write into it.
  const int fd = ::openat(directory_fd_, name.c_str(), flags | kCommonFlags | O_NONBLOCK, kFileMode);
  if (fd < 0) return error(op, name);
  struct stat status {};
  const bool known = ::fstat(fd, &status) == 0;
  if (!known || !S_ISREG(status.st_mode)) {
    const base::Error what =
        known ? disk_error(op, directory_ + '/' + name, "not a regular file") : error(op, name);
    ::close(fd);
    return what;
  }
  const auto slot = static_cast<std::size_t>(fd);
  if (names_.size() <= slot) names_.resize(slot + 1);
  names_[slot] = name;
  return File(static_cast<std::uint32_t>(fd));
}

base::Result<File> PosixDisk::create(const std::string& name) {
  return open_at(DiskOp::Create, name, O_RDWR | O_CREAT | O_EXCL);
}

base::Result<File> PosixDisk::open(const std::string& name, bool writable) {
  return open_at(DiskOp::Open, name, writable ? O_RDWR : O_RDONLY);
}

void PosixDisk::close(File file) {
  names_[static_cast<std::size_t>(fd_of(file))].clear();
  ::close(fd_of(file));
}

base::Result<std::uint64_t> PosixDisk::size(File file) {
  struct stat status {};
  if (::fstat(fd_of(file), &status) != 0) return file_error(DiskOp::Size, file);
  return static_cast<std::uint64_t>(status.st_size);
}

base::Result<std::uint64_t> PosixDisk::next_data(File file, std::uint64_t offset) {
#ifdef SEEK_DATA
  const off_t found = ::lseek(fd_of(file), static_cast<off_t>(offset), SEEK_DATA);
  if (found >= 0) return static_cast<std::uint64_t>(found);
  if (errno == ENXIO) return size(file);
  if (errno != EINVAL && errno != EOPNOTSUPP) return file_error(DiskOp::Read, file);
#endif
  return offset;
}

base::Result<std::size_t> PosixDisk::read(File file, std::uint64_t offset, std::span<std::uint8_t> out) {
  std::size_t done = 0;
  while (done < out.size()) {
    const ssize_t got =
        ::pread(fd_of(file), out.data() + done, out.size() - done, static_cast<off_t>(offset + done));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return file_error(DiskOp::Read, file);
    if (got == 0) break;
    done += static_cast<std::size_t>(got);
  }
  return done;
}

base::Status PosixDisk::write(File file, std::uint64_t offset, std::span<const std::uint8_t> data) {
  ++writes_;
  while (!data.empty()) {
    const ssize_t put = ::pwrite(fd_of(file), data.data(), data.size(), static_cast<off_t>(offset));
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) return file_error(DiskOp::Write, file);
    if (put == 0)
      return disk_error(DiskOp::Write, names_[static_cast<std::size_t>(fd_of(file))],
                        "nothing was written");
    offset += static_cast<std::uint64_t>(put);
    data = data.subspan(static_cast<std::size_t>(put));
  }
  return {};
}

base::Status PosixDisk::preallocate(File file, std::uint64_t size) {
  if (size == 0) return {};
  int result = 0;
  do {
    result = ::fallocate(fd_of(file), 0, 0, static_cast<off_t>(size));
  } while (result != 0 && errno == EINTR);
  if (result != 0 && errno != EOPNOTSUPP && errno != ENOSYS) return file_error(DiskOp::Preallocate, file);
  return {};
}

base::Status PosixDisk::truncate(File file, std::uint64_t size) {
  if (::ftruncate(fd_of(file), static_cast<off_t>(size)) != 0) return file_error(DiskOp::Truncate, file);
  return {};
}

base::Status PosixDisk::sync(File file) {
  ++syncs_;
  if (::fdatasync(fd_of(file)) != 0) return file_error(DiskOp::Sync, file);
  return {};
}

base::Status PosixDisk::rename(const std::string& from, const std::string& to) {
  if (::renameat(directory_fd_, from.c_str(), directory_fd_, to.c_str()) != 0)
    return error(DiskOp::Rename, from);
  std::replace(names_.begin(), names_.end(), from, to);
  return {};
}

base::Status PosixDisk::remove(const std::string& name) {
  if (::unlinkat(directory_fd_, name.c_str(), 0) != 0) return error(DiskOp::Remove, name);
  return {};
}

base::Status PosixDisk::sync_directory() {
  if (::fsync(directory_fd_) != 0) return error(DiskOp::SyncDirectory, {});
  return {};
}

base::Result<std::vector<std::string>> PosixDisk::list() {
  const int fd = ::openat(directory_fd_, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return error(DiskOp::List, {});
  DIR* stream = ::fdopendir(fd);
  if (stream == nullptr) {
    const base::Error what = error(DiskOp::List, {});
    ::close(fd);
    return what;
  }
  std::vector<std::string> names;
  errno = 0;
  while (const dirent* entry = ::readdir(stream)) {  // NOLINT(concurrency-mt-unsafe): a stream of our own
    const std::string name = entry->d_name;
    if (name != "." && name != ".." && name != kLockName) names.push_back(name);
    errno = 0;
  }
  const bool failed = errno != 0;
  const base::Error what = error(DiskOp::List, {});
  ::closedir(stream);
  if (failed) return what;
  std::sort(names.begin(), names.end());
  return names;
}

base::Status PosixDisk::lock() {
  if (lock_fd_ >= 0) return {};
  const int fd = ::openat(directory_fd_, kLockName, O_RDWR | O_CREAT | kCommonFlags, kFileMode);
  if (fd < 0) return error(DiskOp::Lock, kLockName);
  if (::flock(fd, LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) {
      const base::Error what = error(DiskOp::Lock, kLockName);
      ::close(fd);
      return what;
    }
    std::array<char, 20> owner{};
    const ssize_t got = ::pread(fd, owner.data(), owner.size(), 0);
    ::close(fd);
    const std::string process(owner.data(), got > 0 ? static_cast<std::size_t>(got) : 0);
    return disk_error(DiskOp::Lock, directory_,
                      "in use by process " + (process.empty() ? "unknown" : process));
  }
  // Only a hint for the message above: the lock itself is the kernel's and ends with the process.
  const std::string self = std::to_string(::getpid());
  if (::ftruncate(fd, 0) != 0 || ::pwrite(fd, self.data(), self.size(), 0) < 0) {
    const base::Error what = error(DiskOp::Lock, kLockName);
    ::close(fd);
    return what;
  }
  lock_fd_ = fd;
  return {};
}

}  // namespace raftarium::storage
