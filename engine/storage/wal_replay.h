#pragma once
// WalReplay: what a log says, one save after the other, on top of a snapshot. It builds the state that the
// member had, and refuses saves that no member could have made.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "raft/storage.h"
#include "storage/wal_reader.h"

namespace raftarium::storage {

class WalReplay : public WalVisitor {
 public:
  // Entries up to the snapshot `base` are followed but not kept. Null: there is none.
  explicit WalReplay(std::shared_ptr<const raft::Snapshot> base);

  base::Status segment(const SegmentHeader& header) override;
  base::Status save(const std::vector<WalRecord>& records) override;

  raft::HardState hard_state() const { return hard_state_; }
  raft::Index last_index() const { return last_; }
  // Every snapshot that the log says was durable, by index.
  const std::vector<Mark>& marks() const { return marks_; }
  bool has_mark(const Mark& mark) const;
  // Whether entries() is all that follows `base`: the log reaches back to it without a gap.
  bool reaches_base() const { return reaches_base_; }
  // The kept entries, starting after `base`.
  const raft::MemoryStorage& entries() const { return entries_; }
  raft::MemoryStorage take_entries() { return std::move(entries_); }
  // Of each segment: its number and the index of the entry that comes next when it begins.
  struct Segment {
    std::uint64_t sequence = 0;
    raft::Index first_index{};
  };
  const std::vector<Segment>& segments() const { return segments_; }
  std::uint64_t saves() const { return saves_; }
  std::uint64_t records() const { return records_; }
  const Identity& identity() const { return identity_; }

 private:
  base::Status apply(const WalRecord& record);
  base::Status apply_entries(const WalRecord& record);
  base::Status apply_hard_state(const WalRecord& record);
  base::Status apply_mark(const WalRecord& record);
  base::Status apply_truncate(const WalRecord& record);

  Mark base_;
  raft::MemoryStorage entries_;
  bool reaches_base_ = true;
  raft::HardState hard_state_;
  std::vector<Mark> marks_;
  raft::Index last_{0};
  raft::Term last_term_{0};  // of the last entry, or the highest term known before it
  std::vector<Segment> segments_;
  Identity identity_;
  std::uint64_t saves_ = 0;
  std::uint64_t records_ = 0;
};

}  // namespace raftarium::storage
