#pragma once
// Hasher: a 64-bit digest of a sequence of integers and texts, equal on every machine.
// Order matters; not for use against an adversary.

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace raftarium::base {

class Hasher {
 public:
  [[gnu::always_inline]] void add(std::uint64_t word) {
    // The finaliser of SplitMix64 (Steele, Lea, Flood, 2014) over a chained state.
    std::uint64_t mixed = state_ ^ (word + 0x9e3779b97f4a7c15U);
    mixed = (mixed ^ (mixed >> 30U)) * 0xbf58476d1ce4e5b9U;
    mixed = (mixed ^ (mixed >> 27U)) * 0x94d049bb133111ebU;
    state_ = (mixed ^ (mixed >> 31U)) + (state_ << 7U | state_ >> 57U);
  }
  // Two words for little more than the price of one: the second joins halfway, mixed by a multiplication that does
  // not wait for the first.
  [[gnu::always_inline]] void add(std::uint64_t first, std::uint64_t second) {
    std::uint64_t mixed = state_ ^ (first + 0x9e3779b97f4a7c15U);
    mixed = (mixed ^ (mixed >> 30U)) * 0xbf58476d1ce4e5b9U + second * 0xd6e8feb86659fd93U;
    mixed = (mixed ^ (mixed >> 27U)) * 0x94d049bb133111ebU;
    state_ = (mixed ^ (mixed >> 31U)) + (state_ << 7U | state_ >> 57U);
  }
  void add(std::string_view text) {
    add(text.size());
    for (; text.size() >= sizeof(std::uint64_t); text.remove_prefix(sizeof(std::uint64_t))) {
      add(first_word(text, sizeof(std::uint64_t)));
    }
    if (!text.empty()) add(first_word(text, text.size()));
  }

  std::uint64_t digest() const { return state_; }

 private:
  // The first `count` bytes, up to eight, the first one lowest.
  static std::uint64_t first_word(std::string_view text, std::size_t count) {
    std::uint64_t word = 0;
    if constexpr (std::endian::native == std::endian::little) {
      std::memcpy(&word, text.data(), count);
    } else {
      for (std::size_t i = count; i-- > 0;) word = word << 8U | static_cast<unsigned char>(text[i]);
    }
    return word;
  }

  std::uint64_t state_ = 0x52414654;  // "RAFT"
};

}  // namespace raftarium::base
