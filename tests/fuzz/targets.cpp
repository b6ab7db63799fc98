#include "fuzz/targets.h"

namespace raftarium::fuzz {

const std::vector<Target>& targets() {
  static const std::vector<Target> kTargets = {{"wal", wal},           {"snapshot", snapshot},
                                               {"record", record},     {"kv_command", kv_command},
                                               {"scenario", scenario}, {"link", link}};
  return kTargets;
}

}  // namespace raftarium::fuzz
