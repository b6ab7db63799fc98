#include <string_view>

#include "base/check.h"
#include "fuzz/targets.h"
#include "lab/encoding.h"
#include "lab/link.h"
#include "lab/scenario.h"

namespace raftarium::fuzz {

namespace {

// What was understood is written so that it is understood again, in the same way.
void check_round_trip(const lab::Scenario& scenario) {
  const std::string json = lab::to_json(scenario, false);
  const auto again = lab::parse_scenario("again.json", json);
  CHECK(again.ok(), again.error().message);
  CHECK(lab::to_json(*again, false) == json, "written once: ", json,
        ", twice: ", lab::to_json(*again, false));
}

}  // namespace

void scenario(Input input) {
  const std::string_view json(reinterpret_cast<const char*>(input.data()), input.size());
  const auto scenario = lab::parse_scenario("fuzz.json", json);
  CHECK(scenario.ok() || !scenario.error().message.empty(), "an error without a message");
  if (scenario.ok()) check_round_trip(*scenario);
}

void link(Input input) {
  if (input.empty()) return;
  const std::string_view rest(reinterpret_cast<const char*>(input.data()) + 1, input.size() - 1);
  const bool bytes = (input.front() & 1U) != 0;
  const auto scenario = lab::from_link(bytes ? lab::base64url(rest) : std::string(rest));
  CHECK(scenario.ok() || !scenario.error().message.empty(), "an error without a message");
  if (scenario.ok()) check_round_trip(*scenario);
}

}  // namespace raftarium::fuzz
