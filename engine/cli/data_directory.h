#pragma once
// DataDirectory: a cluster on the real disk. Below it a directory for each member, S1 to S15, with its log and
// snapshots, and the file acknowledged.ndjson: every write that a client was told of, as it was told.
//
//   {"run":0}                                         a run begins
//   {"members":3}                                     all of them have been made: S1 to S3
//   {"index":7,"key":"x","revision":3,"value":"1"}    a put was acknowledged; without a value: a delete
//
// Before the second line no member has done anything, and one that is not there yet is made. After it a member
// that is not there has been taken away, votes and all: it is refused, because a new one in its place could vote
// against what it had promised.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "lab/play.h"
#include "sim/world.h"
#include "storage/posix_disk.h"

namespace raftarium::cli {

struct Acknowledged {
  std::uint64_t index = 0;    // of its entry
  kv::Revision revision = 0;  // of the store, when it took effect
  std::string key;
  std::optional<std::string> value;  // none: it was deleted
};

class DataDirectory {
 public:
  // Makes the directory for a first run, or with `resume` reads what earlier ones have left. Locked against
  // other processes as long as this lives. Refused, with nothing changed, when there is a cluster, or any part
  // of one, and none was expected; when there is none, or another number of members, or not all of it, and one
  // was; and while another process has it.
  static base::Result<DataDirectory> open(const std::string& path, bool resume, std::size_t members);

  sim::RealDisks disks() const;
  // Of earlier runs.
  const std::vector<Acknowledged>& acknowledged() const { return acknowledged_; }

  // After every moment: writes down what was acknowledged, and, once there is a leader that has applied an
  // entry of its own term, looks for everything that was acknowledged in earlier runs.
  void watch(const sim::World& world);
  // Whether that was possible; and what was not there, in words.
  bool verified() const { return verified_; }
  const std::vector<std::string>& lost() const { return lost_; }
  // What kept it from writing something down.
  const std::optional<base::Error>& failure() const { return failure_; }

 private:
  DataDirectory(std::string path, std::unique_ptr<storage::PosixDisk> root)
      : path_(std::move(path)), root_(std::move(root)) {}
  base::Status read();
  base::Status load(const std::string& text);
  base::Status check_members(std::size_t expected) const;
  void write_down(const std::string& line, bool sync);
  void verify(const sim::World& world);

  std::string path_;
  std::unique_ptr<storage::PosixDisk> root_;  // holds the lock
  storage::File file_{};
  std::uint64_t end_ = 0;  // of the file's last whole line
  std::uint32_t run_ = 0;
  std::size_t members_ = 0;  // 0: not all of them have been made
  std::vector<Acknowledged> acknowledged_;
  std::vector<bool> told_;  // by request
  bool verified_ = false;
  std::vector<std::string> lost_;
  std::optional<base::Error> failure_;
};

}  // namespace raftarium::cli
