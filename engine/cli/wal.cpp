// raftarium wal: a member's log on a real disk, for people who have to look at one.

#include <algorithm>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "cli/commands.h"
#include "storage/posix_disk.h"
#include "storage/recovery.h"
#include "storage/snapshot_store.h"
#include "storage/wal_reader.h"
#include "storage/wal_repair.h"
#include "storage/wal_replay.h"

namespace raftarium::cli {

namespace {

using nlohmann::json;

constexpr std::size_t kPreviewBytes = 48;  // of an entry's data, for people

std::string dump_json(const json& object) {
  return object.dump(-1, ' ', true, json::error_handler_t::replace);
}

std::string hex(std::string_view bytes) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  text.reserve(2 * bytes.size());
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    text += kDigits[byte >> 4U];
    text += kDigits[byte & 15U];
  }
  return text;
}

json as_json(const storage::TornTail& torn) {
  return {{"segment", storage::segment_name(torn.sequence)},
          {"from", torn.from},
          {"to", torn.to},
          {"why", torn.why}};
}

json as_json(const std::optional<storage::TornTail>& torn) { return torn ? as_json(*torn) : json(); }

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
                                       {"data_hex", hex(entry.data.view())}});
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

base::Result<storage::WalEnd> read(storage::Disk& disk, const std::vector<std::string>& names,
                                   Reader& reader) {
  const auto sequences = storage::list_segments(names);
  if (!sequences) return sequences.error();
  if (sequences->empty()) return base::Error{"wal: expected 00000001.wal or a later segment, found none"};
  return storage::read_wal(disk, *sequences, std::nullopt, reader);
}

// The last line says where the log ends, or why nobody can say.
int dump(storage::Disk& disk, bool in_json, std::ostream& out, std::ostream& err) {
  Reader reader(&out, in_json);
  const auto names = disk.list();
  const auto end = names ? read(disk, *names, reader) : names.error();
  if (!end) {
    if (in_json) {
      out << dump_json({{"ok", false}, {"error", end.error().message}}) << '\n';
    } else {
      err << end.error().message << '\n';
    }
    return 1;
  }
  if (in_json) {
    out << dump_json({{"ok", true},
                      {"segment", storage::segment_name(end->sequence)},
                      {"end", end->offset},
                      {"torn", as_json(end->torn)}})
        << '\n';
  } else if (end->torn) {
    err << storage::describe(*end->torn) << ", which opening would cut\n";
  }
  return 0;
}

struct Soundness {
  std::vector<std::string> errors;    // for which the member does not open
  std::vector<std::string> warnings;  // what is damaged or gone, though it opens
  json snapshots = json::array();
  std::optional<storage::TornTail> torn;

  bool ok() const { return errors.empty() && warnings.empty(); }
  static void add(std::vector<std::string>& list, const std::string& what) {
    if (std::find(list.begin(), list.end(), what) == list.end()) list.push_back(what);
  }
};

// Asks what opening asks, and looks at the snapshots that opening has no need of as well.
Soundness check(storage::Disk& disk, Reader& reader) {
  Soundness sound;
  const auto names = disk.list();
  if (!names) {
    sound.errors.push_back(names.error().message);
    return sound;
  }
  const auto end = read(disk, *names, reader);
  if (end) sound.torn = end->torn;
  if (!end) Soundness::add(sound.errors, end.error().message);
  const auto found = storage::recover(disk, std::nullopt, *names);
  if (found) sound.warnings = found->warnings;
  if (!found) Soundness::add(sound.errors, found.error().message);

  const storage::WalReplay& replay = reader.replay();
  std::optional<storage::Identity> identity;
  if (!replay.segments().empty()) identity = replay.identity();
  for (const storage::Mark& mark : storage::list_snapshots(*names)) {
    const auto bytes = storage::read_snapshot_file(disk, mark);
    const auto snapshot = bytes ? storage::decode_snapshot(*bytes, mark, identity) : bytes.error();
    if (!snapshot) Soundness::add(sound.warnings, snapshot.error().message);
    sound.snapshots.push_back({{"index", mark.index.value()},
                               {"term", mark.term.value()},
                               {"whole", snapshot.ok()},
                               {"marked", replay.has_mark(mark)}});
  }
  return sound;
}

int verify(storage::Disk& disk, bool in_json, std::ostream& out, std::ostream& err) {
  Reader reader(nullptr, in_json);
  const Soundness sound = check(disk, reader);
  const storage::WalReplay& replay = reader.replay();
  if (in_json) {
    out << dump_json({{"ok", sound.ok()},
                      {"opens", sound.errors.empty()},
                      {"errors", sound.errors},
                      {"warnings", sound.warnings},
                      {"segments", replay.segments().size()},
                      {"saves", replay.saves()},
                      {"records", replay.records()},
                      {"last_index", replay.last_index().value()},
                      {"snapshots", sound.snapshots},
                      {"torn", as_json(sound.torn)}})
        << '\n';
    return sound.ok() ? 0 : 1;
  }
  for (const std::string& what : sound.errors) err << what << '\n';
  for (const std::string& what : sound.warnings) err << what << '\n';
  if (sound.torn) out << storage::describe(*sound.torn) << ", which opening would cut\n";
  out << (sound.ok()             ? "ok"
          : sound.errors.empty() ? "DAMAGED, but it opens"
                                 : "DAMAGED")
      << "  " << replay.segments().size() << " segments, " << replay.saves() << " saves, "
      << replay.records() << " records, last index " << replay.last_index() << ", "
      << raft::describe(replay.hard_state()) << ", " << sound.snapshots.size() << " snapshots\n";
  return sound.ok() ? 0 : 1;
}

int repair(storage::Disk& disk, bool in_json, std::ostream& out, std::ostream& err) {
  const auto repaired = storage::repair_wal(disk);
  if (in_json) {
    json object = {{"ok", repaired.ok()}, {"cut", nullptr}};
    if (!repaired) object["error"] = repaired.error().message;
    if (repaired && repaired->cut) {
      object["cut"] = as_json(*repaired->cut);
      object["cut"]["kept_in"] = repaired->kept_in;
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
  if (!disk && request.json) {
    out << dump_json({{"ok", false}, {"error", disk.error().message}}) << '\n';
    return 2;
  }
  if (!disk) {
    err << disk.error().message << '\n';
    return 2;
  }
  if (request.act == WalRequest::Act::Dump) return dump(**disk, request.json, out, err);
  if (request.act == WalRequest::Act::Verify) return verify(**disk, request.json, out, err);
  return repair(**disk, request.json, out, err);
}

}  // namespace raftarium::cli
