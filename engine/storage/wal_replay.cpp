#include "storage/wal_replay.h"

#include <algorithm>
#include <memory>
#include <utility>

namespace raftarium::storage {

namespace {

base::Error nonsense(const WalRecord& record, const std::string& what) {
  return base::Error{"wal " + segment_name(record.sequence) + '+' + std::to_string(record.offset) + ": a " +
                     describe(record.header.type) + " record that no member writes: " + what};
}

std::string text(raft::Index index) { return std::to_string(index.value()); }
std::string text(raft::Term term) { return std::to_string(term.value()); }

}  // namespace

WalReplay::WalReplay(std::shared_ptr<const raft::Snapshot> base) {
  if (base == nullptr) return;
  base_ = {base->term, base->index};
  entries_.apply_snapshot(std::move(base));
}

bool WalReplay::has_mark(const Mark& mark) const {
  return std::find(marks_.begin(), marks_.end(), mark) != marks_.end();
}

base::Status WalReplay::segment(const SegmentHeader& header) {
  if (segments_.empty()) {
    last_ = header.first_index - 1;
    reaches_base_ = header.first_index <= base_.index + 1;
    identity_ = header.identity;
  } else if (header.first_index != last_ + 1) {
    return base::Error{"wal " + segment_name(header.sequence) +
                       "+24: the segment does not follow: expected first index " + text(last_ + 1) +
                       ", got " + text(header.first_index)};
  }
  segments_.push_back({header.sequence, header.first_index});
  return {};
}

base::Status WalReplay::save(const std::vector<WalRecord>& records) {
  for (const WalRecord& record : records) {
    if (auto status = apply(record); !status) return status;
  }
  // Checked here and not record by record: a save takes effect as a whole.
  if (hard_state_.commit > last_) {
    return nonsense(records.back(),
                    "expected a commit of at most " + text(last_) + ", got " + text(hard_state_.commit));
  }
  if (last_term_ > hard_state_.term) {
    return nonsense(records.back(), "expected entries of terms up to " + text(hard_state_.term) +
                                        ", got term " + text(last_term_));
  }
  ++saves_;
  records_ += records.size();
  return {};
}

base::Status WalReplay::apply(const WalRecord& record) {
  switch (record.header.type) {
    case RecordType::Entries:
      return apply_entries(record);
    case RecordType::HardState:
      return apply_hard_state(record);
    case RecordType::Snapshot:
    case RecordType::Install:
      return apply_mark(record);
    case RecordType::Truncate:
      return apply_truncate(record);
  }
  return nonsense(record, "its type is unknown");
}

base::Status WalReplay::apply_entries(const WalRecord& record) {
  EntriesReader reader(record.payload);
  // Before anything is made room for: the count may be any number.
  if (!reader.ok()) {
    return nonsense(record, "expected entries, got a count of " + std::to_string(reader.count()) + " in " +
                                std::to_string(record.payload.size()) + " bytes");
  }
  if (reader.first() != last_ + 1) {
    return nonsense(
        record, "expected the entries to start at " + text(last_ + 1) + ", got " + text(reader.first()));
  }
  // What a snapshot stands for is followed without being kept, so that memory goes with the live log.
  std::uint64_t skipped = 0;
  if (reader.first() <= base_.index)
    skipped = std::min<std::uint64_t>(reader.count(), base_.index + 1 - reader.first());
  if (!reader.skip(skipped, last_term_)) {
    return nonsense(record,
                    "expected " + std::to_string(reader.count()) + " entries of terms that never fall");
  }
  if (skipped < reader.count()) {
    raft::EntryArena kept(reader.count() - skipped);
    raft::Entry entry;
    while (reader.next(entry)) {
      if (entry.term < last_term_) {
        return nonsense(record, "expected entry " + text(entry.index) + " of a term from " +
                                    text(last_term_) + ", got " + text(entry.term));
      }
      last_term_ = entry.term;
      kept.push(std::move(entry));
    }
    if (reaches_base_ && reader.complete()) entries_.append(kept.all());
  }
  if (!reader.complete())
    return nonsense(record, "expected " + std::to_string(reader.count()) + " entries");
  last_ = last_ + reader.count();
  return {};
}

base::Status WalReplay::apply_hard_state(const WalRecord& record) {
  bool ok = false;
  const raft::HardState state = decode_hard_state(record.payload.span(), ok);
  if (!ok) return nonsense(record, "expected 24 bytes");
  if (state.term < hard_state_.term || state.commit < hard_state_.commit) {
    return nonsense(record, "expected a term from " + text(hard_state_.term) + " and a commit from " +
                                text(hard_state_.commit) + ", got " + raft::describe(state));
  }
  hard_state_ = state;
  return {};
}

base::Status WalReplay::apply_mark(const WalRecord& record) {
  bool ok = false;
  const Mark mark = decode_mark(record.payload.span(), ok);
  if (!ok || mark.index.is_zero()) return nonsense(record, "expected 16 bytes, of an index that is not 0");
  const bool install = record.header.type == RecordType::Install;
  if (!install && mark.index > last_) {
    return nonsense(record, "expected an index of at most " + text(last_) + ", got " + text(mark.index));
  }
  // The head of a segment repeats marks that are known already.
  if (!has_mark(mark)) {
    const auto later = std::find_if(marks_.begin(), marks_.end(),
                                    [&](const Mark& other) { return other.index > mark.index; });
    marks_.insert(later, mark);
  }
  if (!install) return {};
  // The log is replaced, whatever it held beyond the snapshot (etcd 22442).
  entries_.truncate(base_.index + 1);
  last_ = mark.index;
  last_term_ = mark.term;
  reaches_base_ = mark.index < base_.index || mark == base_;
  return {};
}

base::Status WalReplay::apply_truncate(const WalRecord& record) {
  bool ok = false;
  const raft::Index first = decode_truncate(record.payload.span(), ok);
  if (!ok) return nonsense(record, "expected 8 bytes");
  if (first > last_ || first.is_zero()) {
    return nonsense(record, "expected an index from 1 to " + text(last_) + ", got " + text(first));
  }
  // Also where the base is newer: what follows the base in the file must not come back (etcd 22442).
  entries_.truncate(std::max(first, base_.index + 1));
  if (first <= base_.index + 1) reaches_base_ = true;  // all that follows the base is still to come
  last_ = first - 1;
  last_term_ = raft::Term();
  return {};
}

}  // namespace raftarium::storage
