// The real disk, in a directory of its own under the system's temporary one.

#include "storage/posix_disk.h"

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <string>

#include "history.h"
#include "support/test.h"

using namespace raftarium;                 // NOLINT(google-build-using-namespace)
using namespace raftarium::storage;        // NOLINT(google-build-using-namespace)
using namespace raftarium::storage::test;  // NOLINT(google-build-using-namespace)

namespace {

class TemporaryDirectory {
 public:
  TemporaryDirectory() {
    std::string name = (std::filesystem::temp_directory_path() / "raftarium-test-XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    path_ = name;
  }
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
  ~TemporaryDirectory() { std::filesystem::remove_all(path_); }
  std::string operator/(const std::string& name) const { return path_ + '/' + name; }

 private:
  std::string path_;
};

}  // namespace

TEST_CASE("a member on a real directory: the same history, the same state, the same bytes as in memory") {
  const TemporaryDirectory directory;
  const auto history = make_history(60, 4);
  const auto views = views_of(history);
  MemoryDisk memory;
  DurableStorage simulated = create(memory);
  {
    auto disk = PosixDisk::open_directory(directory / "member");
    REQUIRE(disk.ok());
    DurableStorage storage = create(**disk);
    for (std::size_t i = 0; i < history.size(); ++i) {
      REQUIRE(perform(history[i], storage).ok());
      REQUIRE(perform(history[i], simulated).ok());
      REQUIRE(view_of(storage) == view_of(simulated));
    }
  }
  auto disk = PosixDisk::open_directory(directory / "member");
  REQUIRE(disk.ok());
  const auto names = (*disk)->list();
  REQUIRE(names.ok());
  EXPECT(*names == memory.names());
  for (const std::string& name : *names) {
    const auto file = (*disk)->open(name, false);
    REQUIRE(file.ok());
    std::vector<std::uint8_t> bytes(*(*disk)->size(*file));
    REQUIRE(*(*disk)->read(*file, 0, bytes) == bytes.size());
    EXPECT_MESSAGE(bytes == memory.contents(name), name);
    (*disk)->close(*file);
  }
  const auto again = open(**disk);
  REQUIRE(again.ok());
  EXPECT(view_of(*again) == views.back());
}

TEST_CASE("files are private, links are not followed, errors say operation, path and reason") {
  const TemporaryDirectory directory;
  auto disk = PosixDisk::open_directory(directory / "d");
  REQUIRE(disk.ok());
  REQUIRE((*disk)->create("a").ok());
  struct stat status {};
  REQUIRE(::stat((directory / "d/a").c_str(), &status) == 0);
  EXPECT((status.st_mode & 0777U) == 0600U);
  REQUIRE(::stat((directory / "d").c_str(), &status) == 0);
  EXPECT((status.st_mode & 0777U) == 0700U);

  EXPECT((*disk)->create("a").error().message == "create " + (directory / "d/a") + ": File exists");
  EXPECT((*disk)->open("b", false).error().message ==
         "open " + (directory / "d/b") + ": No such file or directory");
  REQUIRE(::symlink((directory / "d/a").c_str(), (directory / "d/link").c_str()) == 0);
  EXPECT_FALSE((*disk)->open("link", true).ok());
  REQUIRE(::symlink((directory / "d").c_str(), (directory / "e").c_str()) == 0);
  EXPECT_FALSE(PosixDisk::open_existing(directory / "e").ok());
  REQUIRE(::mkdir((directory / "d/sub").c_str(), 0700) == 0);
  EXPECT((*disk)->open("sub", false).error().message ==
         "open " + (directory / "d/sub") + ": not a regular file");
  EXPECT_FALSE(PosixDisk::open_existing(directory / "none").ok());
}

TEST_CASE("what lies beyond room that was set aside is seen") {
  const TemporaryDirectory directory;
  auto disk = PosixDisk::open_directory(directory / "member");
  REQUIRE(disk.ok());
  constexpr WalOptions kLarge{4U << 20U};
  {
    DurableStorage member = create(**disk, kLarge);
    Save save;
    save.entries = run(member.last_index().value() + 1, 3, 1);
    save.hard_state = hard_state(1, 1, 1);
    REQUIRE(member.save(save).ok());
  }
  const std::string name = segment_name(1);
  constexpr std::uint64_t kFar = (3U << 20U) + 77;
  const auto file = (*disk)->open(name, true);
  REQUIRE(file.ok());
  // After the records there is nothing but room; how much of it is known depends on the file system.
  REQUIRE((*disk)->next_data(*file, 0).ok());
  EXPECT(*(*disk)->next_data(*file, 0) == 0);
  EXPECT(*(*disk)->next_data(*file, 1U << 20U) <= *(*disk)->size(*file));
  REQUIRE((*disk)->write(*file, kFar, std::vector<std::uint8_t>{1}).ok());
  EXPECT(*(*disk)->next_data(*file, 1U << 20U) <= kFar);
  EXPECT(*(*disk)->next_data(*file, kFar) == kFar);
  (*disk)->close(*file);
  const auto again = open(**disk, kLarge);
  REQUIRE(again.ok());
  REQUIRE(again->report().torn.has_value());
  EXPECT(again->report().torn->to == kFar + 1);
}

TEST_CASE("a pipe in a file's place is refused, not waited for") {
  const TemporaryDirectory directory;
  auto disk = PosixDisk::open_directory(directory / "d");
  REQUIRE(disk.ok());
  REQUIRE(::mkfifo((directory / "d/00000001.wal").c_str(), 0600) == 0);
  EXPECT((*disk)->open("00000001.wal", false).error().message ==
         "open " + (directory / "d/00000001.wal") + ": not a regular file");
}

TEST_CASE("the name of a directory that is there already is synced too") {
  // Who made it may have been killed before its parent was synced. /proc is a parent that cannot be.
  const auto disk = PosixDisk::open_directory("/proc/sys");
  REQUIRE_FALSE(disk.ok());
  EXPECT(disk.error().message.find("sync directory /proc: ") == 0);
}

TEST_CASE("a second process is kept out, and let in when the first has ended") {
  const TemporaryDirectory directory;
  int ready[2];
  int stop[2];
  REQUIRE(::pipe(ready) == 0);
  REQUIRE(::pipe(stop) == 0);
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    auto disk = PosixDisk::open_directory(directory / "d");
    const bool locked = disk.ok() && (*disk)->lock().ok();
    char byte = locked ? 'y' : 'n';
    if (::write(ready[1], &byte, 1) != 1 || ::read(stop[0], &byte, 1) != 1) ::_exit(1);
    ::_exit(0);
  }
  char byte = 0;
  REQUIRE(::read(ready[0], &byte, 1) == 1);
  REQUIRE(byte == 'y');
  auto disk = PosixDisk::open_directory(directory / "d");
  REQUIRE(disk.ok());
  EXPECT((*disk)->lock().error().message ==
         "lock " + (directory / "d") + ": in use by process " + std::to_string(child));
  REQUIRE(::write(stop[1], &byte, 1) == 1);
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  EXPECT((*disk)->lock().ok());
  for (const int fd : {ready[0], ready[1], stop[0], stop[1]}) ::close(fd);
}
