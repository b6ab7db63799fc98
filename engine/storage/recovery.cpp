// How a member's storage comes to life: created empty, or opened after whatever happened.

#include "storage/recovery.h"

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "storage/durable_storage.h"
#include "storage/segment_reader.h"
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

std::string joined(const std::vector<std::string>& warnings) {
  std::string text;
  for (const std::string& warning : warnings) text += "; " + warning;
  return text;
}

base::Result<Identity> identity_in(Disk& disk, std::uint64_t sequence) {
  auto reader = SegmentReader::open(disk, sequence);
  if (!reader) return reader.error();
  const auto header = reader->header();
  if (!header) return header.error();
  return header->identity;
}

// The log reaches back to the snapshot; and whether it is the newest that it knows of.
base::Status check(const Mark& mark, Recovered& found) {
  const Mark& newest = found.replay.marks().back();
  if (!found.replay.reaches_base()) {
    std::string what = "the log does not reach back to the snapshot at " + text(mark);
    if (mark != newest) what += ", and the newer one at " + text(newest) + " cannot be read";
    return base::Error{what + joined(found.warnings) + "; restore this member from a peer"};
  }
  if (mark != newest) {
    found.warnings.push_back("the snapshot at " + text(newest) +
                             " cannot be read; recovered from the one at " + text(mark) + " and the log");
  }
  return {};
}

}  // namespace

base::Result<Recovered> recover(Disk& disk, std::optional<Identity> identity,
                                const std::vector<std::string>& names) {
  const auto sequences = list_segments(names);
  if (!sequences) return sequences.error();
  if (sequences->empty()) return base::Error{"wal: expected 00000001.wal or a later segment, found none"};
  if (!identity) {
    const auto whose = identity_in(disk, sequences->front());
    if (!whose) return whose.error();
    identity = *whose;
  }
  Recovered found;
  for (const Mark& mark : list_snapshots(names)) {
    const auto bytes = read_snapshot_file(disk, mark);
    if (!bytes) return bytes.error();
    auto snapshot = decode_snapshot(*bytes, mark, identity);
    if (!snapshot) {
      found.warnings.push_back(snapshot.error().message);
      continue;
    }
    found.snapshot = std::make_shared<const raft::Snapshot>(std::move(*snapshot));
    found.replay = WalReplay(found.snapshot);
    auto end = read_wal(disk, *sequences, identity, found.replay);
    if (!end) return end.error();
    found.end = std::move(*end);
    if (!found.replay.has_mark(mark)) {
      found.unknown.push_back(mark);
      continue;
    }
    if (auto status = check(mark, found); !status) return status.error();
    return found;
  }
  // Without a snapshot: read the log all the same, because damage there says more than its absence here.
  WalReplay replay(nullptr);
  if (auto end = read_wal(disk, *sequences, identity, replay); !end) return end.error();
  std::string what = "no snapshot can be read";
  if (!replay.marks().empty()) what += ", the log expects one at " + text(replay.marks().back());
  return base::Error{what + joined(found.warnings) + "; restore this member from a peer"};
}

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
  auto found = recover(disk, identity, *names);
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
    const bool unknown = snapshot && std::find(found->unknown.begin(), found->unknown.end(), *snapshot) !=
                                         found->unknown.end();
    const bool old = snapshot && snapshot->index < usable.front().index;
    if (!is_temporary(name) && !unknown && !old) continue;
    if (auto status = disk.remove(name); !status) return status.error();
    report.removed.push_back(name);
  }
  report.torn = found->end.torn;
  report.warnings = std::move(found->warnings);
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
