#pragma once
// A run of entries in little memory: four bytes each beside the payload. Small payloads are copied
// together into one buffer; a large one keeps sharing its block.

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "raft/types.h"

namespace raftarium::raft {

// Indexes are contiguous and start at first().
class PackedEntries {
 public:
  static constexpr std::size_t kCapacity = 256;  // entries

  explicit PackedEntries(Index first) : first_(first) { slots_.reserve(kCapacity); }

  Index first() const { return first_; }
  Index end() const { return first_ + slots_.size(); }
  std::size_t size() const { return slots_.size(); }
  bool full() const { return slots_.size() == kCapacity; }

  // Appends as many as there is room for, and returns their number. REQUIRES: the first one's index is end().
  std::size_t append(std::span<const Entry> entries);
  // Keeps the entries before `index`. REQUIRES: first() <= index <= end().
  void truncate(Index index);

  // REQUIRES of all of these: first() <= index < end().
  Term term(Index index) const;
  std::uint64_t entry_size(Index index) const;  // Entry::size()
  // How much a copy of the payload takes; 0 where it is shared instead.
  std::size_t small_bytes(Index index) const;
  // Small payloads are copied into `payloads`, which must have room for small_bytes().
  Entry entry(Index index, base::BytesArena& payloads) const;

 private:
  static constexpr std::size_t kSmallBytes = 64;

  // An entry's type and where its payload is, in one word. (Bit fields are stored one after the other, each
  // after reading what was stored before.)
  class Slot {
   public:
    static Slot small(EntryType type, std::size_t size, std::size_t where) {
      return Slot(type, 0, size, where);
    }
    static Slot large(EntryType type, std::size_t where) { return Slot(type, kLarge, 0, where); }
    EntryType type() const { return static_cast<EntryType>(bits_ & 3U); }
    bool is_large() const { return (bits_ & kLarge) != 0; }
    std::size_t size() const { return (bits_ >> kSizeShift) & 0x7fU; }  // of a small payload
    std::size_t where() const { return bits_ >> kWhereShift; }          // position in small_, or in large_

   private:
    static constexpr std::uint32_t kLarge = 4;
    static constexpr std::uint32_t kSizeShift = 3;
    static constexpr std::uint32_t kWhereShift = 10;
    static_assert(kSmallBytes < 1U << 7U && kCapacity * kSmallBytes < 1U << 22U);
    Slot(EntryType type, std::uint32_t large, std::size_t size, std::size_t where)
        : bits_(static_cast<std::uint32_t>(static_cast<std::size_t>(type) | large | size << kSizeShift |
                                           where << kWhereShift)) {}
    std::uint32_t bits_;
  };
  // From entry number `from` on, until the next run.
  struct TermRun {
    std::uint32_t from = 0;
    Term term;
  };
  void fit();
  const Slot& slot(Index index) const { return slots_[index - first_]; }
  std::size_t data_size(const Slot& slot) const {
    return slot.is_large() ? large_[slot.where()].size() : slot.size();
  }

  Index first_;
  std::vector<Slot> slots_;
  std::string small_;
  std::vector<base::Bytes> large_;
  std::vector<TermRun> terms_;
};

}  // namespace raftarium::raft
