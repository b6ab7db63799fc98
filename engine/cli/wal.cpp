// raftarium wal: a member's log on a real disk, for people who have to look at one.

#include <algorithm>
#include <ostream>
#include <string>

#include <nlohmann/json.hpp>

#include "cli/commands.h"
#include "storage/posix_disk.h"
#include "storage/snapshot_store.h"
#include "storage/wal_reader.h"
#include "storage/wal_repair.h"
#include "storage/wal_replay.h"

namespace raftarium::cli {

namespace {

using nlohmann::json;

constexpr std::size_t kPreviewBytes = 48;  // of an entry's data

std::string dump_json(const json& object) {
  return object.dump(-1, ' ', true, json::error_handler_t::replace);
}

raft::Entry preview(raft::Entry entry) {
  entry.data = entry.data.sub(0, std::min(entry.data.size(), kPreviewBytes));
  return entry;
}

// Follows a log as a member would, and tells each record when there is somebody to tell.
class Reader : public storage::WalVisitor {
 public:
  Reader(std::ostream* out, bool as_json) : out_(out), as_json_(as_json), replay_(nullptr) {}

  base::Status segment(const storage::SegmentHeader& header) override {
    if (out_ != nullptr) tell(header);
    return replay_.segment(header);
  }
  base::Status save(const std::vector<storage::WalRecord>& records) override {
    for (const storage::WalRecord& record : records) {
      if (out_ != nullptr) tell(record);
    }
    return replay_.save(records);
  }
  const storage::WalReplay& replay() const { return replay_; }

 private:
  void tell(const storage::SegmentHeader& header) {
    const std::string name = storage::segment_name(header.sequence);
    if (as_json_) {
      *out_ << dump_json({{"segment", name},
                          {"first_index", header.first_index.value()},
                          {"cluster", header.identity.cluster},
                          {"member", header.identity.member.value()},
                          {"first_save", header.first_save}})
            << '\n';
    } else {
      *out_ << name << "  cluster " << header.identity.cluster << " member " << header.identity.member
            << "  from index " << header.first_index << '\n';
    }
  }

  void tell(const storage::WalRecord& record) {
    const std::string name = storage::segment_name(record.sequence);
    if (as_json_) {
      json object = {{"segment", name},
                     {"offset", record.offset},
                     {"bytes", storage::record_bytes(record.header.length)},
                     {"type", storage::describe(record.header.type)},
                     {"save", record.header.save},
                     {"last_of_save", record.header.last_of_save},
                     {"durable_save", record.header.durable()},
                     {"crc", record.header.crc}};
      add_content(record, object);
      *out_ << dump_json(object) << '\n';
    } else {
      *out_ << "  " << name << '+' << record.offset << "  save " << record.header.save << "  "
            << storage::describe(record.header.type);
      tell_content(record);
    }
  }

  static void add_content(const storage::WalRecord& record, json& object) {
    bool ok = false;
    switch (record.header.type) {
      case storage::RecordType::Entries: {
        object["entries"] = json::array();
        storage::EntriesReader reader(record.payload);
        raft::Entry entry;
        while (reader.next(entry)) {
          object["entries"].push_back({{"index", entry.index.value()},
                                       {"term", entry.term.value()},
                                       {"type", raft::describe(entry.type)},
                                       {"bytes", entry.data.size()},
                                       {"data", preview(entry).data.str()}});
        }
        break;
      }
      case storage::RecordType::HardState: {
        const auto state = storage::decode_hard_state(record.payload.span(), ok);
        object["term"] = state.term.value();
        object["vote"] = state.vote.value();
        object["commit"] = state.commit.value();
        break;
      }
      case storage::RecordType::Snapshot:
      case storage::RecordType::Install: {
        const auto mark = storage::decode_mark(record.payload.span(), ok);
        object["index"] = mark.index.value();
        object["term"] = mark.term.value();
        break;
      }
      case storage::RecordType::Truncate:
        object["from"] = storage::decode_truncate(record.payload.span(), ok).value();
        break;
    }
  }

  void tell_content(const storage::WalRecord& record) {
    bool ok = false;
    switch (record.header.type) {
      case storage::RecordType::Entries: {
        *out_ << '\n';
        storage::EntriesReader reader(record.payload);
        raft::Entry entry;
        while (reader.next(entry)) {
          *out_ << "      " << raft::describe(preview(entry));
          if (entry.data.size() > kPreviewBytes) *out_ << "... " << entry.data.size() << " bytes";
          *out_ << '\n';
        }
        break;
      }
      case storage::RecordType::HardState:
        *out_ << "  " << raft::describe(storage::decode_hard_state(record.payload.span(), ok)) << '\n';
        break;
      case storage::RecordType::Snapshot:
      case storage::RecordType::Install: {
        const auto mark = storage::decode_mark(record.payload.span(), ok);
        *out_ << "  index=" << mark.index << " term=" << mark.term << '\n';
        break;
      }
      case storage::RecordType::Truncate:
        *out_ << "  from index " << storage::decode_truncate(record.payload.span(), ok) << '\n';
        break;
    }
  }

  std::ostream* out_;
  bool as_json_;
  storage::WalReplay replay_;
};

struct Reading {
  std::vector<std::string> names;
  storage::WalEnd end;
};

base::Result<Reading> read(storage::Disk& disk, Reader& reader) {
  Reading reading;
  auto names = disk.list();
  if (!names) return names.error();
  reading.names = std::move(*names);
  const auto sequences = storage::list_segments(reading.names);
  if (!sequences) return sequences.error();
  if (sequences->empty()) return base::Error{"wal: expected 00000001.wal or a later segment, found none"};
  auto end = storage::read_wal(disk, *sequences, std::nullopt, reader);
  if (!end) return end.error();
  reading.end = std::move(*end);
  return reading;
}

int dump(storage::Disk& disk, bool as_json, std::ostream& out, std::ostream& err) {
  Reader reader(&out, as_json);
  const auto reading = read(disk, reader);
  if (!reading) {
    err << reading.error().message << '\n';
    return 1;
  }
  if (reading->end.torn) err << storage::describe(*reading->end.torn) << ", which opening would cut\n";
  return 0;
}

int verify(storage::Disk& disk, bool as_json, std::ostream& out, std::ostream& err) {
  Reader reader(nullptr, as_json);
  const auto reading = read(disk, reader);
  std::vector<std::string> wrong;
  json snapshots = json::array();
  if (!reading) wrong.push_back(reading.error().message);
  for (const auto& mark :
       reading ? storage::list_snapshots(reading->names) : std::vector<storage::Mark>()) {
    const auto bytes = storage::read_snapshot_file(disk, mark);
    const auto snapshot =
        bytes ? storage::decode_snapshot(*bytes, mark, reader.replay().identity()) : bytes.error();
    if (!snapshot) wrong.push_back(snapshot.error().message);
    snapshots.push_back({{"index", mark.index.value()},
                         {"term", mark.term.value()},
                         {"whole", snapshot.ok()},
                         {"marked", reader.replay().has_mark(mark)}});
  }
  const storage::WalReplay& replay = reader.replay();
  if (as_json) {
    json object = {{"ok", wrong.empty()},
                   {"errors", wrong},
                   {"segments", replay.segments().size()},
                   {"saves", replay.saves()},
                   {"records", replay.records()},
                   {"last_index", replay.last_index().value()},
                   {"snapshots", snapshots},
                   {"torn", nullptr}};
    if (reading && reading->end.torn) {
      const storage::TornTail& torn = *reading->end.torn;
      object["torn"] = {
          {"segment", storage::segment_name(torn.sequence)}, {"from", torn.from}, {"to", torn.to}};
    }
    out << dump_json(object) << '\n';
  } else {
    for (const std::string& what : wrong) err << what << '\n';
    if (reading && reading->end.torn) {
      out << storage::describe(*reading->end.torn) << ", which opening would cut\n";
    }
    out << (wrong.empty() ? "ok" : "DAMAGED") << "  " << replay.segments().size() << " segments, "
        << replay.saves() << " saves, " << replay.records() << " records, last index "
        << replay.last_index() << ", " << raft::describe(replay.hard_state()) << ", " << snapshots.size()
        << " snapshots\n";
  }
  return wrong.empty() ? 0 : 1;
}

int repair(storage::Disk& disk, bool as_json, std::ostream& out, std::ostream& err) {
  const auto repaired = storage::repair_wal(disk);
  if (as_json) {
    json object = {{"ok", repaired.ok()}, {"cut", nullptr}};
    if (!repaired) object["error"] = repaired.error().message;
    if (repaired && repaired->cut) {
      object["cut"] = {{"segment", storage::segment_name(repaired->cut->sequence)},
                       {"from", repaired->cut->from},
                       {"to", repaired->cut->to},
                       {"kept_in", repaired->kept_in}};
    }
    out << dump_json(object) << '\n';
  } else if (!repaired) {
    err << repaired.error().message << "\nnothing was changed\n";
  } else if (!repaired->cut) {
    out << "nothing to repair\n";
  } else {
    out << "cut " << storage::describe(*repaired->cut) << "; they are kept in " << repaired->kept_in
        << '\n';
  }
  return repaired ? 0 : 1;
}

}  // namespace

int wal(const WalRequest& request, std::ostream& out, std::ostream& err) {
  const auto disk = storage::PosixDisk::open_existing(request.directory);
  if (!disk) {
    err << disk.error().message << '\n';
    return 2;
  }
  if (request.act == WalRequest::Act::Dump) return dump(**disk, request.json, out, err);
  if (request.act == WalRequest::Act::Verify) return verify(**disk, request.json, out, err);
  return repair(**disk, request.json, out, err);
}

}  // namespace raftarium::cli
