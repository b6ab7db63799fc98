// How a member's storage comes to life: created empty, or opened after whatever happened.

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "storage/durable_storage.h"
#include "storage/snapshot_store.h"

namespace raftarium::storage {

namespace {

std::string text(const Mark& mark) {
  return "index " + std::to_string(mark.index.value()) + " term " + std::to_string(mark.term.value());
}

bool is_temporary(const std::string& name) { return name.ends_with(kTemporarySuffix); }

// Commit and term as a snapshot implies them: what it stands for was committed.
raft::HardState at_least(raft::HardState state, const Mark& snapshot) {
  state.commit = std::max(state.commit, snapshot.index);
  if (state.term < snapshot.term) {
    state.term = snapshot.term;
    state.vote = raft::kNone;
  }
  return state;
}

// A snapshot, the log read on top of it, and where that log ends.
struct Found {
  std::shared_ptr<const raft::Snapshot> snapshot;
  WalReplay replay;
  WalEnd end;
};

class Search {
 public:
  Search(Disk& disk, const Identity& identity, const std::vector<std::string>& names, OpenReport& report)
      : disk_(disk), identity_(identity), names_(names), report_(report) {}

  // The newest snapshot that is whole, that the log knows of, and that the log reaches back to.
  base::Result<Found> run() {
    const auto sequences = list_segments(names_);
    if (!sequences) return sequences.error();
    if (sequences->empty()) return base::Error{"wal: expected 00000001.wal or a later segment, found none"};
    for (const Mark& mark : list_snapshots(names_)) {
      const auto bytes = read_snapshot_file(disk_, mark);
      if (!bytes) return bytes.error();
      auto snapshot = decode_snapshot(*bytes, mark, identity_);
      if (!snapshot) {
        report_.warnings.push_back(snapshot.error().message);
        continue;
      }
      Found found{std::make_shared<const raft::Snapshot>(std::move(*snapshot)), WalReplay(nullptr), {}};
      found.replay = WalReplay(found.snapshot);
      auto end = read_wal(disk_, *sequences, identity_, found.replay);
      if (!end) return end.error();
      found.end = std::move(*end);
      if (!found.replay.has_mark(mark)) {
        unknown_.push_back(mark);
        continue;
      }
      if (auto status = check(mark, found.replay); !status) return status.error();
      return found;
    }
    // Without a snapshot: read the log all the same, because damage there says more than its absence here.
    WalReplay replay(nullptr);
    if (auto end = read_wal(disk_, *sequences, identity_, replay); !end) return end.error();
    std::string what = "no snapshot can be read";
    if (!replay.marks().empty()) what += ", the log expects one at " + text(replay.marks().back());
    for (const std::string& warning : report_.warnings) what += "; " + warning;
    return base::Error{what + "; restore this member from a peer"};
  }

  // Snapshot files that the log does not know of: a crash came between the file and its mark.
  const std::vector<Mark>& unknown() const { return unknown_; }

 private:
  base::Status check(const Mark& mark, const WalReplay& replay) {
    const Mark& newest = replay.marks().back();
    if (!replay.reaches_base()) {
      std::string what = "the log does not reach back to the snapshot at " + text(mark);
      if (mark != newest) what += ", and the newer one at " + text(newest) + " cannot be read";
      for (const std::string& warning : report_.warnings) what += "; " + warning;
      return base::Error{what + "; restore this member from a peer"};
    }
    if (mark != newest) {
      report_.warnings.push_back("the snapshot at " + text(newest) +
                                 " cannot be read; recovered from the one at " + text(mark) +
                                 " and the log");
    }
    return {};
  }

  Disk& disk_;
  const Identity& identity_;
  const std::vector<std::string>& names_;
  OpenReport& report_;
  std::vector<Mark> unknown_;
};

}  // namespace

base::Result<bool> DurableStorage::exists(Disk& disk) {
  const auto names = disk.list();
  if (!names) return names.error();
  return std::any_of(names->begin(), names->end(),
                     [](const std::string& name) { return parse_segment_name(name).has_value(); });
}

base::Result<DurableStorage> DurableStorage::create(Disk& disk, const Identity& identity,
                                                    const WalOptions& options,
                                                    std::shared_ptr<const raft::Snapshot> first) {
  CHECK(first != nullptr && !first->is_empty(), "a member starts from a snapshot with its configuration");
  if (auto status = disk.lock(); !status) return status.error();
  const auto names = disk.list();
  if (!names) return names.error();
  const Mark mark{first->term, first->index};
  for (const std::string& name : *names) {
    const auto snapshot = parse_snapshot_name(name);
    if (parse_segment_name(name) || (snapshot && *snapshot != mark)) {
      return base::Error{"a member has been here already: expected no " + name};
    }
    if (!is_temporary(name)) continue;
    if (auto status = disk.remove(name); !status) return status.error();
  }
  if (auto status = write_snapshot_file(disk, *first, identity); !status) return status.error();
  if (auto status = disk.sync_directory(); !status) return status.error();
  const raft::HardState hard_state = at_least({}, mark);
  auto wal = Wal::create(disk, identity, options, mark, hard_state);
  if (!wal) return wal.error();
  DurableStorage storage(disk, identity, std::move(*wal));
  storage.memory_.apply_snapshot(std::move(first));
  storage.memory_.set_hard_state(hard_state);
  storage.report_.snapshot = mark;
  return storage;
}

base::Result<DurableStorage> DurableStorage::open(Disk& disk, const Identity& identity,
                                                  const WalOptions& options) {
  if (auto status = disk.lock(); !status) return status.error();
  const auto names = disk.list();
  if (!names) return names.error();
  OpenReport report;
  Search search(disk, identity, *names, report);
  auto found = search.run();
  if (!found) return found.error();
  const Mark mark{found->snapshot->term, found->snapshot->index};

  std::vector<Mark> usable;  // the older one only if it is there: it says how much of the log must stay
  for (const Mark& known : found->replay.marks()) {
    if (known.index >= mark.index) break;
    if (std::binary_search(names->begin(), names->end(), snapshot_name(known))) usable.assign(1, known);
  }
  usable.push_back(mark);
  // Names too may have been in the cache only.
  if (auto status = disk.sync_directory(); !status) return status.error();
  auto wal = Wal::resume(disk, options, found->end, found->replay, usable);
  if (!wal) return wal.error();

  // Only now, when nothing can be refused any more.
  for (const std::string& name : *names) {
    const auto snapshot = parse_snapshot_name(name);
    const bool unknown = snapshot && std::find(search.unknown().begin(), search.unknown().end(),
                                               *snapshot) != search.unknown().end();
    const bool old = snapshot && snapshot->index < usable.front().index;
    if (!is_temporary(name) && !unknown && !old) continue;
    if (auto status = disk.remove(name); !status) return status.error();
    report.removed.push_back(name);
  }
  report.torn = found->end.torn;
  report.snapshot = mark;
  report.saves = found->replay.saves();
  report.records = found->replay.records();

  DurableStorage storage(disk, identity, std::move(*wal));
  storage.memory_ = found->replay.take_entries();
  storage.memory_.set_hard_state(at_least(found->replay.hard_state(), mark));
  storage.report_ = std::move(report);
  return storage;
}

}  // namespace raftarium::storage
