#include "raft/packed_entries.h"

namespace raftarium::raft {

void PackedEntries::append(const Entry& entry) {
  CHECK(!full() && entry.index == end(), "entry ", entry.index, " at the end ", end());
  const auto number = static_cast<std::uint32_t>(slots_.size());
  if (terms_.empty() || terms_.back().term != entry.term) terms_.push_back({number, entry.term});
  Slot slot{};
  slot.type = static_cast<std::uint32_t>(entry.type) & 3U;
  if (entry.data.size() > kSmallBytes) {
    slot.large = 1;
    slot.where = static_cast<std::uint32_t>(large_.size()) & 0x3fffffU;
    large_.push_back(entry.data);
  } else {
    slot.size = static_cast<std::uint32_t>(entry.data.size()) & 0x7fU;
    slot.where = static_cast<std::uint32_t>(small_.size()) & 0x3fffffU;
    small_ += entry.data.view();
  }
  slots_.push_back(slot);
  if (!full()) return;
  // shrink_to_fit() does nothing without exceptions (libstdc++), a copy is as small as can be.
  small_ = std::string(small_);
  large_ = std::vector<base::Bytes>(large_);
}

void PackedEntries::truncate(Index index) {
  CHECK(first_ <= index && index <= end(), index, " is not in ", first_, "..", end());
  const std::size_t keep = index - first_;
  for (std::size_t i = slots_.size(); i-- > keep;) {
    if (slots_[i].large != 0) {
      large_.pop_back();
    } else {
      small_.resize(small_.size() - slots_[i].size);
    }
  }
  slots_.resize(keep);
  while (!terms_.empty() && terms_.back().from >= keep) terms_.pop_back();
}

Term PackedEntries::term(Index index) const {
  const std::uint64_t number = index - first_;
  std::size_t run = terms_.size() - 1;
  while (terms_[run].from > number) --run;
  return terms_[run].term;
}

std::uint64_t PackedEntries::entry_size(Index index) const {
  return Entry::size_of(term(index), index, data_size(slot(index)));
}

std::size_t PackedEntries::small_bytes(Index index) const {
  const Slot& at = slot(index);
  return at.large != 0 ? 0 : at.size;
}

Entry PackedEntries::entry(Index index, base::BytesArena& payloads) const {
  const Slot& at = slot(index);
  Entry entry{term(index), index, static_cast<EntryType>(at.type), {}};
  if (at.large != 0) {
    entry.data = large_[at.where];
  } else {
    entry.data =
        payloads.append({reinterpret_cast<const std::uint8_t*>(small_.data()) + at.where, at.size});
  }
  return entry;
}

}  // namespace raftarium::raft
