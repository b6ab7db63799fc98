#include "raft/packed_entries.h"

#include <algorithm>

namespace raftarium::raft {

std::size_t PackedEntries::append(std::span<const Entry> entries) {
  const std::size_t count = std::min(entries.size(), kCapacity - slots_.size());
  entries = entries.first(count);
  std::size_t small_bytes = 0;
  for (const Entry& entry : entries) {
    if (entry.data.size() <= kSmallBytes) small_bytes += entry.data.size();
  }
  std::size_t where = small_.size();
  small_.resize(where + small_bytes);
  for (const Entry& entry : entries) {
    CHECK(entry.index == end(), "entry ", entry.index, " at the end ", end());
    if (terms_.empty() || terms_.back().term != entry.term) {
      terms_.push_back({static_cast<std::uint32_t>(slots_.size()), entry.term});
    }
    const std::size_t size = entry.data.size();
    if (size > kSmallBytes) {
      slots_.push_back(Slot::large(entry.type, large_.size()));
      large_.push_back(entry.data);
    } else {
      slots_.push_back(Slot::small(entry.type, size, where));
      entry.data.view().copy(small_.data() + where, size);
      where += size;
    }
  }
  if (full()) fit();
  return count;
}

// Gives back what will not be used. (shrink_to_fit() does nothing without exceptions, in libstdc++.)
void PackedEntries::fit() {
  if (small_.capacity() > small_.size()) small_ = std::string(small_);
  if (large_.capacity() == large_.size()) return;
  std::vector<base::Bytes> fitting;
  fitting.reserve(large_.size());
  for (base::Bytes& data : large_) fitting.push_back(std::move(data));
  large_ = std::move(fitting);
}

void PackedEntries::truncate(Index index) {
  CHECK(first_ <= index && index <= end(), index, " is not in ", first_, "..", end());
  const std::size_t keep = index - first_;
  for (std::size_t i = slots_.size(); i-- > keep;) {
    if (slots_[i].is_large()) {
      large_.pop_back();
    } else {
      small_.resize(small_.size() - slots_[i].size());
    }
  }
  slots_.erase(slots_.begin() + static_cast<std::ptrdiff_t>(keep), slots_.end());
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
  return at.is_large() ? 0 : at.size();
}

Entry PackedEntries::entry(Index index, base::BytesArena& payloads) const {
  const Slot& at = slot(index);
  Entry entry{term(index), index, at.type(), {}};
  if (at.is_large()) {
    entry.data = large_[at.where()];
  } else {
    entry.data =
        payloads.append({reinterpret_cast<const std::uint8_t*>(small_.data()) + at.where(), at.size()});
  }
  return entry;
}

}  // namespace raftarium::raft
