#include <fstream>
#include <ostream>

#include "cli/commands.h"
#include "lab/export.h"
#include "lab/json_text.h"

namespace raftarium::cli {

int export_scenario(const ExportRequest& request, std::ostream& out, std::ostream& err) {
  const auto fail = [&](const std::string& what) {
    err << what << '\n';
    return 2;
  };
  const auto format = lab::parse_export_format(request.format);
  if (!format) {
    std::string known;
    for (const std::string& word : lab::export_format_words()) known += (known.empty() ? "" : ", ") + word;
    return fail("export --format: unknown format \"" + request.format + "\"" +
                lab::did_you_mean(request.format, lab::export_format_words()) + "; known: " + known);
  }
  const auto text = read_scenario_file(request.file);
  const auto scenario = text ? lab::parse_scenario(request.file, *text) : text.error();
  if (!scenario) return fail(scenario.error().message);

  lab::ExportOptions options;
  options.format = *format;
  options.from_us = request.from_ms * 1000;
  if (request.until_ms > 0) options.until_us = request.until_ms * 1000;
  options.heartbeats = request.heartbeats;
  if (options.from_us >= std::min(options.until_us, scenario->duration_us)) {
    return fail("export: expected --from before --until and the scenario's end");
  }
  if (*format == lab::ExportFormat::EtcdTla && request.from_ms > 0) {
    return fail(
        "export: a trace for the specification begins where everything begins: leave out --from-ms");
  }
  if (const auto status = lab::check_export(*scenario, *format); !status) {
    return fail("export: " + request.file + ": " + status.error().message);
  }
  if (request.target.empty()) {
    lab::export_run(*scenario, options, out);
    return out ? 0 : fail("export: the output cannot be written");
  }
  std::ofstream file(request.target, std::ios::binary);
  lab::export_run(*scenario, options, file);
  file.close();
  return file ? 0 : fail("export: " + request.target + " cannot be written");
}

}  // namespace raftarium::cli
