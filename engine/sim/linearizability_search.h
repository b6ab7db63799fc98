#pragma once
// The search for an order of the operations on one key: Wing and Gong's, with Lowe's memory of what was tried. Private
// to sim/.

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "sim/linearizability.h"

namespace raftarium::sim::linearizability {

// What a key holds; values by number, so that states are compared fast.
struct State {
  std::uint32_t value = 0;  // 0: the key is not there
  std::uint32_t version = 0;
  friend bool operator==(const State&, const State&) = default;
};

struct Step {
  Operation::Kind kind = Operation::Kind::Read;
  std::uint32_t value = 0;
  std::uint32_t expected = 0;
  std::uint32_t version = 0;  // that it saw, or that somebody saw of what it wrote; 0: nobody says
  bool succeeded = true;
  bool known = false;  // it returned
};

// Which sets of steps have led to which states, as sums of random numbers, two for each step: a set is taken
// for another with a chance of one in 2^128.
class Tried {
 public:
  using Sum = std::array<std::uint64_t, 2>;
  static Sum of_step(std::size_t step) { return {mix(2 * step + 1), mix(2 * step + 2)}; }

  // Whether it is new.
  bool insert(const Sum& steps, const State& state) {
    if (4 * (count_ + 1) > 3 * slots_.size()) grow();
    Sum entry = steps;
    const std::uint64_t packed = std::uint64_t{state.value} << 32U | state.version;
    entry[0] += mix(packed ^ 0x5bd1e995U);
    entry[1] += mix(~packed);
    if (!place(entry)) return false;
    ++count_;
    return true;
  }

 private:
  static std::uint64_t mix(std::uint64_t x) {
    x += 0x9e3779b97f4a7c15U;
    x = (x ^ x >> 30U) * 0xbf58476d1ce4e5b9U;
    x = (x ^ x >> 27U) * 0x94d049bb133111ebU;
    return x ^ x >> 31U;
  }
  bool place(const Sum& entry) {
    const std::uint64_t mask = slots_.size() - 1;
    for (std::uint64_t at = mix(entry[0]) & mask;; at = (at + 1) & mask) {
      Sum& slot = slots_[static_cast<std::size_t>(at)];
      if (slot == entry) return false;
      if (slot != Sum{}) continue;
      slot = entry;
      return true;
    }
  }
  void grow() {
    std::vector<Sum> before(std::max<std::size_t>(64, 2 * slots_.size()));
    std::swap(before, slots_);
    for (const Sum& entry : before) {
      if (entry != Sum{}) place(entry);
    }
  }
  std::vector<Sum> slots_;
  std::size_t count_ = 0;
};

// The search through the operations on one key.
class Search {
 public:
  Search(const std::vector<const Operation*>& operations, std::uint64_t max_states)
      : operations_(operations), max_states_(max_states) {
    number_values();
    place_writes();
    link_moments();
  }

  LinearizabilityVerdict::Kind run();
  std::uint64_t searched() const { return searched_; }
  // After Broken: the operation that no order gets past.
  const Operation& stuck() const { return *operations_[stuck_]; }

 private:
  static constexpr std::size_t kHead = 0;
  struct Moment {
    std::size_t step = 0;
    bool is_call = true;
    std::size_t before = kHead;
    std::size_t next = kHead;
    std::size_t partner = kHead;  // of a call: its return, or kHead
  };
  struct Taken {
    std::size_t moment = kHead;
    State state;          // before it
    bool forced = false;  // nothing else was worth trying
  };

  void number_values();
  void place_writes();
  void link_moments();
  void unlink(std::size_t at) {
    moments_[moments_[at].before].next = moments_[at].next;
    moments_[moments_[at].next].before = moments_[at].before;
  }
  void relink(std::size_t at) {
    moments_[moments_[at].before].next = at;
    moments_[moments_[at].next].before = at;
  }
  void take(std::size_t at, const State& next, bool forced);
  // Undoes what was taken last, and whatever was forced on the way; the moment that was taken, or kHead.
  std::size_t give_back();

  const std::vector<const Operation*>& operations_;
  std::uint64_t max_states_;
  std::vector<Step> steps_;
  std::vector<Moment> moments_;  // a ring in the order of time, from kHead
  std::vector<Taken> taken_;
  Tried tried_;
  Tried::Sum sum_{};
  State state_;
  std::size_t left_ = 0;  // steps that returned and are not taken
  std::uint64_t searched_ = 0;
  std::size_t stuck_ = 0;
  std::size_t furthest_ = 0;
};

}  // namespace raftarium::sim::linearizability
