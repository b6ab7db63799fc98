#include <functional>
#include <ostream>

#include <nlohmann/json.hpp>

#include "cli/commands.h"
#include "lab/encoding.h"
#include "lab/play.h"
#ifndef __EMSCRIPTEN__
#include "cli/data_directory.h"
#endif

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
    const auto fact = [](const sim::Fact& f) {
      return nlohmann::json{{"node", f.node.value()}, {"event", f.event}, {"what", f.what}};
    };
    nlohmann::json violation{{"property", sim::describe(v.property)},
                             {"time_us", v.time_us},
                             {"event", v.event},
                             {"why", v.why},
                             {"facts", {fact(v.earlier), fact(v.later)}}};
    if (const std::size_t at = violations.size(); at < played.causes.size()) {
      violation["causes"] = nlohmann::json::array();
      for (const lab::CausalStep& step : played.causes[at]) {
        violation["causes"].push_back({{"event", step.event},
                                       {"time_us", step.time_us},
                                       {"node", step.node.value()},
                                       {"what", step.what}});
      }
    }
    violations.push_back(std::move(violation));
  }
  nlohmann::json faults = nlohmann::json::object();
  for (std::size_t i = 0; i < sim::kFaultCount; ++i) {
    const auto fault = static_cast<sim::Fault>(i);
    if (played.faults.of(fault) > 0) faults[sim::describe(fault)] = played.faults.of(fault);
  }
  return {{"file", file},
          {"title", scenario.title},
          {"ok", played.ok},
          {"digest", lab::hex(played.digest)},
          {"events", played.events},
          {"time_us", played.time_us},
          {"faults", std::move(faults)},
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
  for (std::size_t i = 0; i < played.violations.size(); ++i) {
    const sim::Violation& v = played.violations[i];
    out << "  VIOLATED " << sim::describe(v.property) << " at " << lab::seconds(v.time_us) << ": " << v.why
        << '\n';
    if (i >= played.causes.size()) continue;
    for (const lab::CausalStep& step : played.causes[i]) {
      out << "           " << lab::seconds(step.time_us) << "  event " << step.event << "  " << step.what
          << '\n';
    }
  }
}

// The schema of scenarios lies among them.
bool is_schema(const std::string& text) {
  const auto json = nlohmann::json::parse(text, nullptr, false);
  return json.is_object() && json.contains("$schema");
}

using Tell = std::function<void(const lab::StoryLine&)>;

#ifndef __EMSCRIPTEN__

// What a member found on its disk.
std::string describe(const storage::DurableStorage& storage) {
  std::string text = "term " + std::to_string(storage.hard_state().term.value()) + ", log to entry " +
                     std::to_string(storage.last_index().value()) + ", snapshot of entry " +
                     std::to_string(storage.snapshot().snapshot->index.value());
  if (storage.report().torn) text += "; " + storage::describe(*storage.report().torn);
  for (const std::string& warning : storage.report().warnings) text += "; " + warning;
  return text;
}

// On the real disk: also whether everything that was acknowledged earlier is there.
base::Result<lab::Played> play_on_disks(const RunOptions& options, const lab::Scenario& scenario,
                                        std::ostream& out, const Tell& tell) {
  auto directory = DataDirectory::open(options.data, options.resume, scenario.cluster.members);
  if (!directory) return directory.error();
  bool told = !options.resume || options.quiet || options.json;
  const auto watch = [&](const sim::World& world) {
    if (!told) {
      told = true;
      for (const raft::NodeId node : world.members()) {
        out << "  " << sim::name(node) << " finds " << describe(world.member(node).storage()) << '\n';
      }
    }
    directory->watch(world);
  };
  auto played = lab::play(scenario, {directory->disks(), options.resume, watch}, tell);
  if (!played) return played;
  if (directory->failure()) return *directory->failure();
  if (!options.resume) return played;
  const std::string what = "all " + std::to_string(directory->acknowledged().size()) +
                           " writes that were acknowledged before are there";
  lab::Verdict verdict{what, directory->verified() && directory->lost().empty(), "they are"};
  if (!directory->verified()) verdict.why = "there was no leader to ask";
  if (!directory->lost().empty()) {
    verdict.why =
        std::to_string(directory->lost().size()) + " are lost, the first: " + directory->lost().front();
  }
  played->ok = played->ok && verdict.met;
  played->verdicts.push_back(std::move(verdict));
  return played;
}

#endif

base::Result<lab::Played> play([[maybe_unused]] const RunOptions& options, const lab::Scenario& scenario,
                               [[maybe_unused]] std::ostream& out, const Tell& tell) {
#ifndef __EMSCRIPTEN__
  if (!options.data.empty()) return play_on_disks(options, scenario, out, tell);
#endif
  return lab::play(scenario, tell);
}

}  // namespace

int run(const RunOptions& options, std::ostream& out, std::ostream& err) {
  if (!options.data.empty() && options.files.size() > 1) {
    err << "run --data: expected one scenario, got " << options.files.size() << '\n';
    return 2;
  }
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
    const auto result = play(options, *scenario, out, [&](const lab::StoryLine& line) {
      if (story) tell(out, line);
    });
    if (!result) {
      err << result.error().message << '\n';
      status = 2;
      continue;
    }
    const lab::Played& played = *result;
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
