#pragma once
// DiskView: a member's simulated disk as a person may look at it: its files, the records of its log, and what
// a power failure now would leave of them.

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "sim/world.h"

namespace raftarium::viz {

struct FileView {
  std::string name;
  std::uint64_t bytes = 0;
  bool durable = true;  // the name would be there after a power failure
};

struct RecordView {
  std::uint64_t segment = 0;
  std::uint32_t crc = 0;  // of its place and its header, hence of everything up to here
  std::string file;
  std::uint64_t offset = 0;
  std::uint64_t bytes = 0;
  std::uint64_t save = 0;
  std::string type;                                         // "entries"
  std::string text;                                         // "4 … 6 of term 2"
  bool durable = true;                                      // would be there after a power failure
  std::string wrong;                                        // why it cannot be read; empty: it can
  std::vector<std::pair<std::string, std::string>> fields;  // of its header, in the order of the bytes
  std::vector<std::uint8_t> head;                           // its first bytes
};

// What was read of a log, so that what has not changed since need not be read again.
struct LogRead;

struct DiskView {
  raft::NodeId member;
  std::vector<FileView> files;      // by name
  std::vector<RecordView> records;  // the last kRecordsShown, oldest first
  std::uint64_t records_before = 0;
  std::string damage;          // why the log cannot be read to its end, or what is torn; empty: it is sound
  std::uint64_t unsynced = 0;  // records that a power failure would take
  sim::DiskSettings settings;
  std::int64_t sync_ends_us = 0;  // 0: nothing is being synced
  std::uint64_t writes = 0;
  std::uint64_t syncs = 0;
  std::shared_ptr<const LogRead> read;
};

inline constexpr std::size_t kRecordsShown = 300;

// `before`: the last look at a disk, whichever it was; what is as it was then is taken from there.
// REQUIRES: the disk of `member` is simulated.
DiskView look_at_disk(const sim::World& world, raft::NodeId member, DiskView before = {});

}  // namespace raftarium::viz
