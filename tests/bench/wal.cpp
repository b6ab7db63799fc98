// The write-ahead log on the real disk, in the system's temporary directory (TMPDIR): synced saves against a
// raw write and fdatasync of as many bytes, saves without a sync, reading back, and recovery of a large log.

#include <fcntl.h>
#include <malloc.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "base/crc32c.h"
#include "bench/bench.h"
#include "storage/durable_storage.h"
#include "storage/posix_disk.h"
#include "storage/snapshot_store.h"

using namespace raftarium;  // NOLINT(google-build-using-namespace)

namespace {

constexpr storage::Identity kIdentity{1, raft::NodeId(1)};
constexpr storage::WalOptions kOptions;

[[noreturn]] void give_up(const std::string& why) {
  std::cerr << "bench wal: " << why << '\n';
  std::exit(2);
}
void must(const base::Status& status) {
  if (!status) give_up(status.error().message);
}
template <class T>
T must(base::Result<T> result) {
  if (!result) give_up(result.error().message);
  return std::move(*result);
}

class Directory {
 public:
  Directory() {
    std::string name = (std::filesystem::temp_directory_path() / "raftarium-bench-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) give_up(name + ": cannot be made");
    path_ = name;
  }
  Directory(const Directory&) = delete;
  Directory& operator=(const Directory&) = delete;
  ~Directory() { std::filesystem::remove_all(path_); }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

double seconds_now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

std::shared_ptr<const raft::Snapshot> snapshot_at(std::uint64_t index) {
  raft::Snapshot snapshot;
  snapshot.index = raft::Index(index);
  snapshot.term = raft::Term(1);
  snapshot.conf_state.voters = {kIdentity.member};
  return std::make_shared<const raft::Snapshot>(std::move(snapshot));
}

// Entries as a leader makes them: the payloads are there already and are shared.
raft::Entries batch_at(std::uint64_t first, std::size_t count, const base::Bytes& payload) {
  raft::EntryArena entries(count);
  for (std::size_t i = 0; i < count; ++i) {
    entries.push({raft::Term(1), raft::Index(first + i), raft::EntryType::Normal, payload});
  }
  return entries.all();
}

base::Bytes payload_of(std::size_t bytes) { return base::Bytes(std::string(bytes, 'p')); }

// One save by the log and one raw write of as many bytes with fdatasync, in turn, so that the disk's moods
// meet both alike. The ratio of the medians; counts writes and syncs.
double synced_ratio(std::size_t batch, int rounds, double& writes_per_save, double& syncs_per_save,
                    double& save_us) {
  const Directory directory;
  auto disk = must(storage::PosixDisk::open_directory(directory.path() + "/member"));
  auto member = must(storage::DurableStorage::create(*disk, kIdentity, kOptions, snapshot_at(1)));
  const int raw = ::open((directory.path() + "/raw").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (raw < 0 || ::fallocate(raw, 0, 0, static_cast<off_t>(kOptions.segment_bytes)) != 0 ||
      ::fsync(raw) != 0) {
    give_up("the raw file cannot be made");
  }
  const base::Bytes payload = payload_of(128);
  std::vector<double> ours;
  std::vector<double> theirs;
  std::vector<char> bytes;
  off_t raw_offset = 0;
  const std::uint64_t writes = disk->writes();
  const std::uint64_t syncs = disk->syncs();
  for (int round = 0; round < rounds; ++round) {
    storage::Save save;
    save.entries = batch_at(member.last_index().value() + 1, batch, payload);
    save.hard_state = {raft::Term(1), kIdentity.member, member.last_index()};
    const std::uint64_t before = member.wal().offset();
    const double start = seconds_now();
    must(member.save(save));
    const double middle = seconds_now();
    bytes.assign(static_cast<std::size_t>(member.wal().offset() - before), 'r');
    if (raw_offset + static_cast<off_t>(bytes.size()) > static_cast<off_t>(kOptions.segment_bytes))
      raw_offset = 0;
    const double begin = seconds_now();
    if (::pwrite(raw, bytes.data(), bytes.size(), raw_offset) != static_cast<ssize_t>(bytes.size()) ||
        ::fdatasync(raw) != 0) {
      give_up("the raw file cannot be written");
    }
    theirs.push_back(seconds_now() - begin);
    raw_offset += static_cast<off_t>(bytes.size());
    ours.push_back(middle - start);
  }
  ::close(raw);
  writes_per_save = static_cast<double>(disk->writes() - writes) / rounds;
  syncs_per_save = static_cast<double>(disk->syncs() - syncs) / rounds;
  const auto middle_of = [](std::vector<double>& times) {
    std::nth_element(times.begin(), times.begin() + static_cast<std::ptrdiff_t>(times.size() / 2),
                     times.end());
    return times[times.size() / 2];
  };
  save_us = middle_of(ours) * 1e6;
  return middle_of(ours) / middle_of(theirs);
}

// Saves without a sync, entries per second of processor time, until `bytes` of payload are written.
double unsynced_rate(std::size_t batch, std::size_t payload_bytes, std::size_t bytes) {
  const Directory directory;
  auto disk = must(storage::PosixDisk::open_directory(directory.path() + "/member"));
  auto wal = must(storage::Wal::create(*disk, kIdentity, kOptions, {raft::Term(1), raft::Index(1)},
                                       {raft::Term(1), kIdentity.member, raft::Index(1)}));
  const base::Bytes payload = payload_of(payload_bytes);
  std::uint64_t last = 1;
  const std::size_t count = bytes / payload_bytes / batch * batch;
  const double start = bench::cpu_seconds();
  for (std::size_t done = 0; done < count; done += batch) {
    storage::WalSave save;
    save.entries = batch_at(last + 1, batch, payload);
    last += batch;
    save.hard_state = {raft::Term(1), kIdentity.member, raft::Index(last)};
    must(wal.append(save));
  }
  return static_cast<double>(count) / (bench::cpu_seconds() - start);
}

// What the system alone takes for as many writes of as many bytes, into a file that is set aside as a segment is.
double writes_alone(std::size_t count, std::size_t bytes_each) {
  const Directory directory;
  auto disk = must(storage::PosixDisk::open_directory(directory.path() + "/raw"));
  const storage::File file = must(disk->create("raw"));
  must(disk->preallocate(file, count * bytes_each));
  const std::vector<std::uint8_t> bytes(bytes_each, 'r');
  const double start = bench::cpu_seconds();
  for (std::size_t i = 0; i < count; ++i) must(disk->write(file, i * bytes_each, bytes));
  const double took = bench::cpu_seconds() - start;
  disk->close(file);
  return static_cast<double>(count) / took;
}

// What reading every byte of the log and one checksum over it takes, nothing kept; MB per second.
double read_alone(storage::Disk& disk) {
  std::vector<std::uint8_t> piece(256U << 10U);
  std::uint64_t read = 0;
  std::uint32_t crc = 0;
  const double start = bench::cpu_seconds();
  for (const std::uint64_t sequence : must(storage::list_segments(must(disk.list())))) {
    const storage::File file = must(disk.open(storage::segment_name(sequence), false));
    std::uint64_t offset = 0;
    while (const std::size_t got = must(disk.read(file, offset, piece))) {
      crc = base::crc32c(std::span(piece).first(got), crc);
      offset += got;
    }
    read += offset;
    disk.close(file);
  }
  const double took = bench::cpu_seconds() - start;
  if (crc == 0) give_up("a checksum of nothing");
  return static_cast<double>(read) / took / 1e6;
}

// A log of `bytes` of payload, written without a member around it.
std::uint64_t write_log(storage::Disk& disk, std::size_t payload_bytes, std::size_t bytes) {
  must(storage::write_snapshot_file(disk, *snapshot_at(1), kIdentity));
  auto wal = must(storage::Wal::create(disk, kIdentity, kOptions, {raft::Term(1), raft::Index(1)},
                                       {raft::Term(1), kIdentity.member, raft::Index(1)}));
  const base::Bytes payload = payload_of(payload_bytes);
  const std::uint64_t count = bytes / payload_bytes;
  std::uint64_t last = 1;
  while (last <= count) {
    storage::WalSave save;
    save.entries = batch_at(last + 1, 1000, payload);
    last += 1000;
    save.hard_state = {raft::Term(1), kIdentity.member, raft::Index(last)};
    must(wal.append(save));
  }
  must(wal.sync());
  return last;
}

// Payload read back by opening a member, MB per second of processor time, from the page cache.
double read_rate(storage::Disk& disk, std::size_t payload_bytes, std::uint64_t last) {
  const double start = bench::cpu_seconds();
  const auto member = must(storage::DurableStorage::open(disk, kIdentity, kOptions));
  const double took = bench::cpu_seconds() - start;
  if (member.last_index() != raft::Index(last)) give_up("not everything was read back");
  return static_cast<double>((last - 1) * payload_bytes) / took / 1e6;
}

struct Recovery {
  double seconds = 0;     // of processor time
  double peak_bytes = 0;  // that the process grew by
};

double resident_bytes() {
  std::ifstream statm("/proc/self/statm");
  double pages = 0;
  double resident = 0;
  statm >> pages >> resident;
  return resident * static_cast<double>(::sysconf(_SC_PAGESIZE));
}

// In a process of its own, whose memory nothing else has grown.
Recovery recover(const std::string& directory, std::uint64_t last) {
  int result[2];
  if (::pipe(result) != 0) give_up("no pipe");
  const pid_t child = ::fork();
  if (child < 0) give_up("no process");
  if (child == 0) {
    const auto peak = [] {
      rusage usage{};
      ::getrusage(RUSAGE_SELF, &usage);
      return static_cast<double>(usage.ru_maxrss) * 1024;
    };
    ::malloc_trim(0);  // what the parent has freed must not be used again unseen
    auto disk = must(storage::PosixDisk::open_existing(directory));
    Recovery recovery;
    const double before = resident_bytes();
    const double start = bench::cpu_seconds();
    const auto member = must(storage::DurableStorage::open(*disk, kIdentity, kOptions));
    recovery.seconds = bench::cpu_seconds() - start;
    recovery.peak_bytes = peak() - before;
    if (member.last_index() != raft::Index(last)) give_up("not everything was recovered");
    const bool sent = ::write(result[1], &recovery, sizeof recovery) == sizeof recovery;
    ::_exit(sent ? 0 : 2);
  }
  Recovery recovery;
  if (::read(result[0], &recovery, sizeof recovery) != sizeof recovery) give_up("recovery failed");
  int status = 0;
  ::waitpid(child, &status, 0);
  ::close(result[0]);
  ::close(result[1]);
  return recovery;
}

void add_synced(bench::Report& report, int repeats) {
  for (const auto& [batch, goal, rounds] :
       {std::tuple{1U, 1.05, 101}, std::tuple{100U, 1.05, 101}, std::tuple{1000U, 1.15, 41}}) {
    const std::string metric = "synced save of " + std::to_string(batch) + " x 128 B";
    if (!report.wants(metric)) continue;
    double writes = 0;
    double syncs = 0;
    double save_us = 0;
    const double ratio = bench::median(repeats, [&, batch = batch, rounds = rounds] {
      return synced_ratio(batch, rounds, writes, syncs, save_us);
    });
    report.add({metric + ", against raw write + fdatasync", "x", bench::at_most(goal), ratio});
    report.add({metric + ", time", "us", {}, save_us});
    report.add({metric + ", writes", "", bench::at_most(1), writes});
    report.add({metric + ", syncs", "", bench::at_most(1), syncs});
  }
}

void add_unsynced(bench::Report& report, int repeats) {
  constexpr std::size_t kSmall = 16U << 20U;
  constexpr std::size_t kLarge = 128U << 20U;
  for (const auto& [batch, bytes, goal] :
       {std::tuple{1U, kSmall, 0.7e6}, std::tuple{100U, kLarge, 0.0}, std::tuple{1000U, kLarge, 10e6}}) {
    const std::string metric = "save of " + std::to_string(batch) + " x 128 B without a sync";
    if (!report.wants(metric)) continue;
    const double rate =
        bench::median(repeats, [batch = batch, bytes = bytes] { return unsynced_rate(batch, 128, bytes); });
    report.add({metric, "entries/s", goal > 0 ? bench::at_least(goal) : bench::Goal{}, rate});
    if (batch > 1) continue;
    // A record of the entry and one of the hard state (FORMAT.md).
    constexpr std::size_t kSaveBytes = 2 * storage::kRecordHeaderBytes + 25 + 128 + 7 + 24;
    report.add({metric + ", the writes alone", "1/s", {}, bench::median(repeats, [bytes = bytes] {
                  return writes_alone(bytes / 128, kSaveBytes);
                })});
  }
}

// In memory that the process has had before, as in etcd's program beside it, whose runtime gives none of it back;
// what the system takes to hand out fresh memory is in a figure of its own.
void add_read(bench::Report& report, int repeats) {
  for (const auto& [bytes, goal] :
       {std::tuple{std::size_t{128}, 1500.0}, std::tuple{std::size_t{1024}, 4000.0}}) {
    const std::string metric = "read back, " + std::to_string(bytes) + " B";
    if (!report.wants(metric)) continue;
    const Directory directory;
    auto disk = must(storage::PosixDisk::open_directory(directory.path() + "/member"));
    const std::uint64_t last = write_log(*disk, bytes, 256U << 20U);
    const auto rate = [&, bytes = bytes] { return read_rate(*disk, bytes, last); };
    const double fresh = bench::median(repeats, rate);
    ::mallopt(M_MMAP_THRESHOLD, 32 << 20);
    ::mallopt(M_TRIM_THRESHOLD, std::numeric_limits<int>::max());
    report.add({metric, "MB/s", bench::at_least(goal), bench::median(repeats, rate)});
    ::mallopt(M_TRIM_THRESHOLD, 0);
    ::malloc_trim(0);
    report.add({metric + ", into fresh memory", "MB/s", {}, fresh});
    report.add({metric + ", reading and a checksum alone", "MB/s", {}, bench::median(repeats, [&] {
                  return read_alone(*disk);
                })});
  }
}

// A log of 1 GB of which a snapshot covers nine tenths: what is kept is one tenth.
void add_recovery(bench::Report& report) {
  const std::string metric = "recovery of a 1 GB log";
  if (!report.wants(metric)) return;
  constexpr std::size_t kPayloadBytes = 1024;
  const Directory directory;
  const std::string path = directory.path() + "/member";
  std::uint64_t last = 0;
  std::uint64_t covered = 0;
  {
    auto disk = must(storage::PosixDisk::open_directory(path));
    last = write_log(*disk, kPayloadBytes, std::size_t{1} << 30U);
    covered = last / 10 * 9;
    const auto names = must(disk->list());
    const auto sequences = must(storage::list_segments(names));
    storage::WalReplay replay(snapshot_at(covered));
    const auto end = must(storage::read_wal(*disk, sequences, kIdentity, replay));
    auto wal = must(storage::Wal::resume(*disk, kOptions, end, replay, replay.marks()));
    must(storage::write_snapshot_file(*disk, *snapshot_at(covered), kIdentity));
    must(disk->sync_directory());
    storage::WalSave save;
    save.snapshot = storage::Mark{raft::Term(1), raft::Index(covered)};
    must(wal.append(save));
    must(wal.sync());
  }
  const Recovery recovery = recover(path, last);
  const double live = static_cast<double>((last - covered) * kPayloadBytes);
  report.add({metric + ", processor time", "s", bench::at_most(2), recovery.seconds});
  report.add({metric + ", memory for each byte of the live log", "B", bench::at_most(1.5),
              recovery.peak_bytes / live});
}

}  // namespace

int main(int argc, char** argv) {
  const auto options = bench::parse_options(argc, argv);
  if (!options) return 2;
  bench::Report report("wal", *options);
  add_recovery(report);  // first: what is measured is memory, and the others leave some behind
  add_synced(report, options->repeats);
  add_unsynced(report, options->repeats);
  add_read(report, options->repeats);
  return report.finish();
}
