#pragma once
// Agenda: what is due in a world, soonest first; of what is due at one time, what was entered first.
//
// Ticks, of which each running member has one at a time, are most of it, and each is entered as the last one of
// all: they have a short list of their own. The rest is a heap.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/check.h"
#include "sim/command.h"

namespace raftarium::sim {

struct Due {
  enum class Kind : std::uint8_t {
    Tick,
    Delivery,
    Command,
    Ask,
    Answer,
    Timeout,
    Sync,
    Report,
    Load,
    Strike,
    Turn
  };
  TimeUs time_us = 0;
  std::uint64_t sequence = 0;
  std::uint64_t subject = 0;  // member, flight, scheduled command, request or load
  // Life, start or turn of the member, attempt of the request, schedule of the flight, or what is reported.
  std::uint64_t number : 56 = 0;
  Kind kind : 8 = Kind::Tick;

  bool comes_before(const Due& other) const {
    return time_us != other.time_us ? time_us < other.time_us : sequence < other.sequence;
  }
};
static_assert(sizeof(Due) == 32, "it is moved about all the time");

class Agenda {
 public:
  bool empty() const { return first_tick_ == ticks_.size() && others_.empty(); }
  // REQUIRES: !empty().
  TimeUs next_us() const { return next().time_us; }

  void add(TimeUs time_us, Due::Kind kind, std::uint64_t subject, std::uint64_t number) {
    constexpr std::uint64_t kAll = (std::uint64_t{1} << 56U) - 1;
    const Due due{time_us, next_sequence_++, subject, number & kAll, kind};
    if (kind == Due::Kind::Tick) {
      add_tick(due);
    } else {
      add_other(due);
    }
  }

  // Takes the next one out. REQUIRES: !empty().
  Due take() { return tick_is_next() ? take_tick() : take_other(); }

  bool tick_is_next() const {
    if (first_tick_ == ticks_.size()) return false;
    return others_.empty() || ticks_[first_tick_].comes_before(others_.front());
  }
  // The next one, if it is a tick. REQUIRES: tick_is_next().
  Due take_tick() {
    const Due due = ticks_[first_tick_++];
    if (first_tick_ == kMostTaken) {
      ticks_.erase(ticks_.begin(), ticks_.begin() + static_cast<std::ptrdiff_t>(first_tick_));
      first_tick_ = 0;
    }
    return due;
  }

 private:
  static constexpr std::size_t kChildren = 4;  // of each place in the heap: fewer steps than with two

  static constexpr std::size_t kMostTaken = 32;

  const Due& next() const {
    CHECK(!empty(), "nothing is due");
    return tick_is_next() ? ticks_[first_tick_] : others_.front();
  }

  void add_tick(const Due& due) {
    ticks_.push_back(due);
    std::size_t hole = ticks_.size() - 1;
    if (hole == first_tick_ || !due.comes_before(ticks_[hole - 1])) return;
    for (; hole > first_tick_ && due.comes_before(ticks_[hole - 1]); --hole)
      ticks_[hole] = ticks_[hole - 1];
    ticks_[hole] = due;
  }

  void add_other(const Due& due) {
    std::size_t hole = others_.size();
    others_.emplace_back();
    while (hole > 0) {
      const std::size_t parent = (hole - 1) / kChildren;
      if (!due.comes_before(others_[parent])) break;
      others_[hole] = others_[parent];
      hole = parent;
    }
    others_[hole] = due;
  }

  Due take_other() {
    CHECK(!others_.empty(), "nothing is due");
    const Due due = others_.front();
    const Due last = others_.back();
    others_.pop_back();
    if (!others_.empty()) sink(last);
    return due;
  }

  // Puts `due` where it belongs, from the empty top on down.
  void sink(const Due& due) {
    std::size_t hole = 0;
    while (true) {
      const std::size_t first = hole * kChildren + 1;
      if (first >= others_.size()) break;
      const std::size_t end = std::min(first + kChildren, others_.size());
      std::size_t soonest = first;
      for (std::size_t child = first + 1; child < end; ++child) {
        if (others_[child].comes_before(others_[soonest])) soonest = child;
      }
      if (!others_[soonest].comes_before(due)) break;
      others_[hole] = others_[soonest];
      hole = soonest;
    }
    others_[hole] = due;
  }

  std::vector<Due> ticks_;  // in order, from first_tick_ on; those before have been taken
  std::size_t first_tick_ = 0;
  std::vector<Due> others_;
  std::uint64_t next_sequence_ = 0;
};

}  // namespace raftarium::sim
