#include <ostream>

#include <nlohmann/json.hpp>

#include "cli/commands.h"
#include "lab/encoding.h"
#include "lab/play.h"

namespace raftarium::cli {

namespace {

void tell(std::ostream& out, const lab::StoryLine& line) {
  out << "  " << lab::seconds(line.time_us) << "  " << line.what;
  if (!line.why.empty()) out << "  " << line.why;
  out << '\n';
}

nlohmann::json as_json(const std::string& file, const lab::Scenario& scenario, const lab::Played& played) {
  nlohmann::json verdicts = nlohmann::json::array();
  for (const lab::Verdict& v : played.verdicts) {
    verdicts.push_back({{"expectation", v.expectation}, {"met", v.met}, {"why", v.why}});
  }
  nlohmann::json violations = nlohmann::json::array();
  for (const sim::Violation& v : played.violations) {
    violations.push_back({{"property", sim::describe(v.property)}, {"time_us", v.time_us}, {"why", v.why}});
  }
  return {{"file", file},
          {"title", scenario.title},
          {"ok", played.ok},
          {"digest", lab::hex(played.digest)},
          {"events", played.events},
          {"time_us", played.time_us},
          {"expectations", verdicts},
          {"violations", violations}};
}

void report(std::ostream& out, const lab::Played& played) {
  for (const lab::Verdict& v : played.verdicts) {
    out << (v.met ? "  met     " : "  NOT MET ") << v.expectation << "  (" << v.why << ")\n";
  }
  std::string fired;
  for (std::size_t i = 0; i < sim::kFaultCount; ++i) {
    const auto fault = static_cast<sim::Fault>(i);
    if (played.faults.of(fault) == 0) continue;
    fired += std::string(fired.empty() ? "" : ", ") + sim::describe(fault) + ' ' +
             std::to_string(played.faults.of(fault));
  }
  if (!fired.empty()) out << "  faults  " << fired << '\n';
  for (const sim::Violation& v : played.violations) {
    out << "  VIOLATED " << sim::describe(v.property) << " at " << lab::seconds(v.time_us) << ": " << v.why
        << '\n';
  }
}

// The schema of scenarios lies among them.
bool is_schema(const std::string& text) {
  const auto json = nlohmann::json::parse(text, nullptr, false);
  return json.is_object() && json.contains("$schema");
}

}  // namespace

int run(const RunOptions& options, std::ostream& out, std::ostream& err) {
  int status = 0;
  for (const std::string& file : options.files) {
    const auto text = read_scenario_file(file);
    const auto scenario = text ? lab::parse_scenario(file, *text) : text.error();
    if (!scenario && text && is_schema(*text)) {
      if (!options.json) out << "skip " << file << ": a schema, nothing to play\n";
      continue;
    }
    if (!scenario) {
      err << scenario.error().message << '\n';
      status = 2;
      continue;
    }
    const bool story = !options.quiet && !options.json;
    if (story) out << scenario->title << "  (" << file << ", seed " << scenario->cluster.seed << ")\n";
    const auto played = lab::play(*scenario, [&](const lab::StoryLine& line) {
      if (story) tell(out, line);
    });
    if (!played.ok && status == 0) status = 1;
    if (options.json) {
      out << as_json(file, *scenario, played).dump(-1, ' ', true, nlohmann::json::error_handler_t::replace)
          << '\n';
      continue;
    }
    if (story || !played.ok) report(out, played);
    if (story) out << "  ";
    out << (played.ok ? "ok" : "FAILED") << ' ' << scenario->name << " digest " << lab::hex(played.digest)
        << " events " << played.events << '\n';
    if (story) out << '\n';
  }
  return status;
}

}  // namespace raftarium::cli
