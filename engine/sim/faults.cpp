#include "sim/faults.h"

namespace raftarium::sim {

const char* describe(Fault fault) {
  static constexpr std::array<const char*, kFaultCount> kNames{
      "link cut",   "dropped",        "receiver down", "taken off",  "duplicated",  "delayed",
      "hastened",   "crashed",        "paused",        "wiped",      "clock drift", "clock jump",
      "disk error", "disk full",      "short write",   "lying sync", "misdirected", "bit flipped",
      "torn crash", "storage failed", "network full",  "clogged",    "replayed",    "sector zeroed",
      "slowed",     "reordered",      "slow sync",     "late answer"};
  return kNames.at(static_cast<std::size_t>(fault));
}

}  // namespace raftarium::sim
