// The log of a member, and the storage in memory behind it.

#include "raft/log.h"

#include "support/test.h"

namespace raftarium::raft {

namespace {

Entries run(std::uint64_t first, const std::vector<std::uint64_t>& terms) {
  std::vector<Entry> entries;
  for (std::size_t i = 0; i < terms.size(); ++i) {
    entries.push_back({Term(terms[i]), Index(first + i), EntryType::Normal, {}});
  }
  return entries;
}

MemoryStorage stored(const std::vector<std::uint64_t>& terms) {
  MemoryStorage storage;
  storage.append(run(1, terms));
  return storage;
}

}  // namespace

TEST_CASE("§5.4.1: the later term wins, then the longer log") {
  const MemoryStorage storage = stored({1, 2, 2});
  const RaftLog log(storage, kNoLimit);
  EXPECT(log.is_up_to_date({Term(3), Index(1)}));
  EXPECT(log.is_up_to_date({Term(2), Index(3)}));
  EXPECT(!log.is_up_to_date({Term(2), Index(2)}));
  EXPECT(!log.is_up_to_date({Term(1), Index(9)}));
}

TEST_CASE("§5.3: an append needs the entry before it") {
  const MemoryStorage storage = stored({1, 1});
  RaftLog log(storage, kNoLimit);
  EXPECT(!log.maybe_append({Term(1), Index(3)}, Index(), run(4, {1})));
  EXPECT(!log.maybe_append({Term(2), Index(2)}, Index(), run(3, {2})));
  EXPECT(log.maybe_append({Term(1), Index(2)}, Index(), run(3, {2})));
  EXPECT(log.last_index() == Index(3));
}

TEST_CASE("§5.3: a stale append that is all known truncates nothing") {
  const MemoryStorage storage = stored({1, 1, 1});
  RaftLog log(storage, kNoLimit);
  const auto done = log.maybe_append({}, Index(1), run(1, {1}));
  REQUIRE(done.has_value());
  EXPECT(!done->truncated_from.has_value());
  EXPECT(log.last_index() == Index(3));
}

TEST_CASE("§5.3: a conflict truncates from the first entry that differs") {
  const MemoryStorage storage = stored({1, 1, 1, 1});
  RaftLog log(storage, kNoLimit);
  const auto done = log.maybe_append({Term(1), Index(1)}, Index(), run(2, {1, 2}));
  REQUIRE(done.has_value());
  EXPECT(done->truncated_from == Index(3));
  EXPECT(log.last_id() == EntryId{Term(2), Index(3)});
}

TEST_CASE("the commit index never passes the last new entry") {
  const MemoryStorage storage = stored({1, 1, 1});
  RaftLog log(storage, kNoLimit);
  log.maybe_append({}, Index(9), run(1, {1, 1}));
  EXPECT(log.committed() == Index(2));
}

TEST_CASE("what was overwritten while it was being written is not taken for stable") {
  const MemoryStorage storage = stored({});
  RaftLog log(storage, kNoLimit);
  log.append(run(1, {1, 1}));
  log.tail().accept_in_progress();
  log.append(run(2, {2}));
  log.tail().stable_to({Term(1), Index(2)});
  EXPECT(log.tail().offset() == Index(1));
  log.tail().stable_to({Term(2), Index(2)});
  EXPECT(log.tail().offset() == Index(3));
}

TEST_CASE("a conflict hint skips the terms that cannot match") {
  const MemoryStorage storage = stored({1, 2, 2, 5, 5});
  const RaftLog log(storage, kNoLimit);
  EXPECT(log.find_conflict_by_term(Index(5), Term(3)) == EntryId{Term(2), Index(3)});
  EXPECT(log.find_conflict_by_term(Index(5), Term(5)) == EntryId{Term(5), Index(5)});
  EXPECT(log.find_conflict_by_term(Index(5), Term(0)) == EntryId{});
}

TEST_CASE("storage: truncation, compaction and copies over many chunks") {
  MemoryStorage storage = stored(std::vector<std::uint64_t>(1000, 1));
  MemoryStorage copy = storage;
  storage.append(run(700, {2, 2}));
  EXPECT(storage.last_index() == Index(701));
  EXPECT(copy.last_index() == Index(1000));
  EXPECT(copy.term(Index(700)).term == Term(1));
  EXPECT(storage.compact(Index(600)) == StorageError::None);
  EXPECT(storage.first_index() == Index(601));
  EXPECT(storage.term(Index(600)).term == Term(1));
  EXPECT(storage.term(Index(599)).error == StorageError::Compacted);
  EXPECT(storage.term(Index(701)).term == Term(2));
  EXPECT(storage.entries(Index(601), Index(702), kNoLimit).entries.size() == 101);
  EXPECT(storage.entries(Index(601), Index(703), kNoLimit).error == StorageError::Unavailable);
  EXPECT(storage.compact(Index(701)) == StorageError::None);
  storage.append(run(702, {3}));
  EXPECT(storage.term(Index(702)).term == Term(3));
}

}  // namespace raftarium::raft
