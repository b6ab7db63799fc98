#pragma once
// Faults: what can go wrong in a world, and how often it has. A fault that a plan asks for and that never
// fires proves nothing, so each is counted.

#include <array>
#include <cstdint>

namespace raftarium::sim {

enum class Fault : std::uint8_t {
  LinkCut,       // a message was lost on a cut link
  Dropped,       // the network lost a message by chance
  ReceiverDown,  // a message reached a member that was down
  TakenOff,      // a message was taken off the wire by hand
  Duplicated,    // a message was sent twice, by chance or by hand
  Delayed,       // a message was held up by hand
  Hastened,      // a message was delivered at once by hand
  Crashed,
  Paused,
  Wiped,       // a disk was lost
  ClockDrift,  // a clock's rate was changed
  ClockJump,
  DiskError,      // a disk reported an error
  DiskFull,       // a disk had no space
  ShortWrite,     // a disk wrote a part
  LyingSync,      // a disk reported a sync that was none
  Misdirected,    // a disk wrote or read at another place
  Damaged,        // a bit of a disk was flipped
  TornCrash,      // a crash left parts of what was not synced
  StorageFailed,  // a member stepped aside, or did not start, because of its disk
  NetworkFull,    // a message was lost because too many were on their way
  Clogged,        // a message arrived at the end of a clogged link, and waits
  Replayed,       // an old message was sent again by chance
  Zeroed,         // a sector of a disk was lost
  Slowed,         // a slow process took its time for something
  Reordered,      // a message arrived after one that was sent later over its link
  SlowSync,       // a sync took time
  LateAnswer,     // a client heard nothing of an attempt in time
};
inline constexpr std::size_t kFaultCount = 28;
const char* describe(Fault fault);  // "link cut", "clock jump"

class FaultCounts {
 public:
  void add(Fault fault, std::uint64_t times = 1) { counts_[static_cast<std::size_t>(fault)] += times; }
  std::uint64_t of(Fault fault) const { return counts_[static_cast<std::size_t>(fault)]; }

 private:
  std::array<std::uint64_t, kFaultCount> counts_{};
};

}  // namespace raftarium::sim
