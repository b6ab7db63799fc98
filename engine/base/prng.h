#pragma once
// Prng: the one random generator of a world. A value: copying it copies the future it will produce.
// PCG-XSH-RR 64/32 (O'Neill, 2014) with range functions of our own, because the standard distributions
// give different numbers under different libraries.

#include <cstdint>

#include <pcg_random.hpp>

#include "base/check.h"

namespace raftarium::base {

class Prng {
 public:
  explicit Prng(std::uint64_t seed, std::uint64_t stream = 0) : generator_(seed, stream) {}

  std::uint32_t next() { return generator_(); }

  // Uniform in [0, bound). REQUIRES: bound > 0.
  std::uint32_t below(std::uint32_t bound) {
    CHECK(bound > 0, "a range must not be empty");
    return generator_(bound);
  }

  // Uniform in [low, high], both included. REQUIRES: low <= high.
  std::int64_t between(std::int64_t low, std::int64_t high) {
    CHECK(low <= high, low, " > ", high);
    const std::uint64_t span = static_cast<std::uint64_t>(high) - static_cast<std::uint64_t>(low) + 1;
    if (span == 0) return static_cast<std::int64_t>(next64());
    const std::uint64_t threshold = (0 - span) % span;
    std::uint64_t draw = next64();
    while (draw < threshold) draw = next64();
    return static_cast<std::int64_t>(static_cast<std::uint64_t>(low) + draw % span);
  }

  // True with a chance of `per_million` in a million. Draws nothing at 0.
  bool chance(std::uint32_t per_million) { return per_million > 0 && below(1'000'000) < per_million; }

  friend bool operator==(const Prng& a, const Prng& b) { return a.generator_ == b.generator_; }

 private:
  std::uint64_t next64() {
    const std::uint64_t high = next();
    return high << 32U | next();
  }

  pcg32 generator_;
};

}  // namespace raftarium::base
