#pragma once
// Hasher: a 64-bit digest of a sequence of integers and texts, equal on every machine.
// Order matters; not for use against an adversary.

#include <cstdint>
#include <string_view>

namespace raftarium::base {

class Hasher {
 public:
  void add(std::uint64_t word) {
    // The finaliser of SplitMix64 (Steele, Lea, Flood, 2014) over a chained state.
    std::uint64_t mixed = state_ ^ (word + 0x9e3779b97f4a7c15U);
    mixed = (mixed ^ (mixed >> 30U)) * 0xbf58476d1ce4e5b9U;
    mixed = (mixed ^ (mixed >> 27U)) * 0x94d049bb133111ebU;
    state_ = (mixed ^ (mixed >> 31U)) + (state_ << 7U | state_ >> 57U);
  }
  void add(std::string_view text) {
    add(text.size());
    std::uint64_t word = 0;
    unsigned filled = 0;
    for (const char c : text) {
      word |= static_cast<std::uint64_t>(static_cast<unsigned char>(c)) << (8U * filled);
      if (++filled == 8) {
        add(word);
        word = 0;
        filled = 0;
      }
    }
    if (filled > 0) add(word);
  }

  std::uint64_t digest() const { return state_; }

 private:
  std::uint64_t state_ = 0x52414654;  // "RAFT"
};

}  // namespace raftarium::base
