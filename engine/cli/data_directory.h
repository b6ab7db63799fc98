#pragma once
// DataDirectory: a cluster on the real disk. Below it a directory for each member, S1 to S15, with its log and
// snapshots, and the file acknowledged.ndjson: every write that a client was told of, as it was told.
//
//   {"run":0}                                         a run begins
//   {"index":7,"key":"x","revision":3,"value":"1"}    a put was acknowledged; without a value: a delete

#include <cstdint>
#include <fstream>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "lab/play.h"
#include "sim/world.h"

namespace raftarium::cli {

struct Acknowledged {
  std::uint64_t index = 0;    // of its entry
  kv::Revision revision = 0;  // of the store, when it took effect
  std::string key;
  std::optional<std::string> value;  // none: it was deleted
};

class DataDirectory {
 public:
  // Makes the directory for a first run, or with `resume` reads what earlier ones have left. Refused when
  // there is a cluster and none was expected, or none and one was.
  static base::Result<DataDirectory> open(const std::string& path, bool resume);

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
  DataDirectory(std::string path, std::uint32_t run) : path_(std::move(path)), run_(run) {}
  base::Status load(const std::string& text);
  void write_down(const std::string& line);
  void verify(const sim::World& world);

  std::string path_;
  std::uint32_t run_ = 0;
  std::ofstream file_;
  std::vector<Acknowledged> acknowledged_;
  std::vector<bool> told_;  // by request
  bool verified_ = false;
  std::vector<std::string> lost_;
  std::optional<base::Error> failure_;
};

}  // namespace raftarium::cli
