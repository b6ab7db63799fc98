#include <string_view>

#include "base/check.h"
#include "fuzz/targets.h"
#include "lab/scenario.h"

namespace raftarium::fuzz {

void scenario(Input input) {
  const std::string_view json(reinterpret_cast<const char*>(input.data()), input.size());
  const auto scenario = lab::parse_scenario("fuzz.json", json);
  CHECK(scenario.ok() || !scenario.error().message.empty(), "an error without a message");
}

}  // namespace raftarium::fuzz
