#include <algorithm>

#include "raft/log.h"

namespace raftarium::raft {

EntryArena EntryPool::take(std::size_t capacity) {
  if (capacity > kBlockEntries) return EntryArena(capacity);
  // Round robin, for the oldest block is the likeliest to be free.
  for (std::size_t tried = 0; tried < blocks_.size(); ++tried) {
    next_ = (next_ + 1) % blocks_.size();
    EntryArena& block = blocks_[next_];
    if (!block.unique()) continue;
    block.reset();
    return block.share();
  }
  EntryArena fresh(kBlockEntries);
  if (blocks_.size() < kMaxBlocks) blocks_.push_back(fresh);
  return fresh;
}

std::optional<Term> Tail::search_term(Index index) const {
  if (index >= end_) return std::nullopt;
  for (std::size_t i = segments_.size(); i-- > 0;) {
    const Segment& segment = segments_[i];
    if (segment.first <= index) return segment.entries[index - segment.first].term;
  }
  if (index + 1 == start_) return before_;
  return std::nullopt;
}

void Tail::stable_to(EntryId id) {
  if (id.index < offset_ || !holds(id)) return;  // or it was overwritten meanwhile
  offset_ = id.index + 1;
  offset_in_progress_ = std::max(offset_in_progress_, offset_);
}

void Tail::stable_snapshot_to(Index index) {
  if (snapshot_ && snapshot_->index == index) {
    snapshot_ = nullptr;
    snapshot_in_progress_ = false;
  }
}

void Tail::release_to(Index applied) {
  const Index keep_from = std::min(offset_, applied + 1);
  std::size_t gone = 0;
  while (gone < segments_.size() && segments_[gone].end() <= keep_from &&
         !(gone + 1 == segments_.size() && can_grow())) {
    ++gone;
  }
  if (gone == 0) return;
  start_ = segments_[gone - 1].end();
  before_ = maybe_term(start_ - 1);
  segments_.erase(segments_.begin(), segments_.begin() + static_cast<std::ptrdiff_t>(gone));
}

void Tail::clear(Index offset) {
  segments_.clear();
  before_.reset();
  start_ = offset;
  offset_ = offset;
  offset_in_progress_ = offset;
  end_ = offset;
  newest_run_ = Index(kNoLimit);
}

void Tail::restore(std::shared_ptr<const Snapshot> snapshot) {
  clear(snapshot->index + 1);
  before_ = snapshot->term;
  snapshot_ = std::move(snapshot);
  snapshot_in_progress_ = false;
}

void Tail::truncate_from(Index index) {
  if (index <= start_) {
    clear(index);
    return;
  }
  while (!segments_.empty() && segments_.back().first >= index) segments_.pop_back();
  if (!segments_.empty() && segments_.back().end() > index) {
    Segment& last = segments_.back();
    last.entries = last.part(last.first, index);
  }
  end_ = index;
  if (newest_run_ >= end_) newest_run_ = Index(kNoLimit);
  offset_ = std::min(offset_, index);
  offset_in_progress_ = std::min(offset_in_progress_, index);
}

void Tail::truncate_and_append(const Entries& entries) {
  const Index from = entries.front().index;
  CHECK(from <= end_, "entries from ", from, " leave a gap after ", end_ - 1);
  if (from < end_) truncate_from(from);
  // A few entries are cheaper to copy than to keep apart.
  constexpr std::size_t kWorthSharing = 16;
  if (entries.size() >= kWorthSharing) {
    share(entries);
  } else {
    push_run(entries.size(), [&](std::size_t i) { return entries[i]; });
  }
}

void Tail::push(Term term, std::span<base::Bytes> payloads) {
  push_run(payloads.size(), [&, first = end_](std::size_t i) {
    return Entry{.term = term, .index = first + i, .data = std::move(payloads[i])};
  });
}

void Tail::push(Entry entry) {
  push_run(1, [&](std::size_t) { return std::move(entry); });
}

template <class Make>
void Tail::push_run(std::size_t count, const Make& make) {
  if (arena_.room() < count) arena_ = pool_.take(count);
  const bool grows = can_grow();
  const std::size_t before = arena_.size();
  for (std::size_t i = 0; i < count; ++i) arena_.push(make(i));
  if (grows) {
    arena_.extend(segments_.back().entries);
  } else {
    segments_.push_back({end_, arena_.all().sub(before, count)});
  }
  note_added({arena_.all().begin() + before, count});
}

void Tail::share(const Entries& entries) {
  segments_.push_back({end_, entries});
  note_added({entries.begin(), entries.size()});
}

void Tail::note_added(std::span<const Entry> added) {
  const Term term = added.back().term;
  std::size_t run = added.size();  // where its newest run starts
  for (std::size_t i = added.size(); i-- > 0;) {
    CHECK(added[i].index == end_ + i, "entry ", added[i].index, " where ", end_ + i, " should be");
    if (run == i + 1 && added[i].term == term) run = i;
  }
  const bool continues = run == 0 && newest_run_ <= end_ && newest_term_ == term;
  if (!continues) {
    newest_run_ = end_ + run;
    newest_term_ = term;
  }
  end_ = end_ + added.size();
}

Entries Tail::slice(Index low, Index high) const {
  CHECK(start_ <= low && low <= high && high <= end_, low, "..", high, " of ", start_, "..", end_);
  if (low == high) return {};
  if (segments_.back().first <= low) return segments_.back().part(low, high);
  std::size_t at = segments_.size() - 1;
  while (segments_[at].first > low) --at;
  if (high <= segments_[at].end()) return segments_[at].part(low, high);
  EntryArena gathered = pool_.take(high - low);
  for (; at < segments_.size() && segments_[at].first < high; ++at) {
    const Segment& segment = segments_[at];
    for (const Entry& entry : segment.part(std::max(low, segment.first), std::min(high, segment.end()))) {
      gathered.push(entry);
    }
  }
  return gathered.all();
}

}  // namespace raftarium::raft
