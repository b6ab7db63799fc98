#include "sim/faults.h"

namespace raftarium::sim {

const char* describe(Fault fault) {
  static constexpr std::array<const char*, kFaultCount> kNames{
      "link cut", "dropped", "receiver down", "taken off", "duplicated",  "delayed",
      "hastened", "crashed", "paused",        "wiped",     "clock drift", "clock jump"};
  return kNames.at(static_cast<std::size_t>(fault));
}

}  // namespace raftarium::sim
