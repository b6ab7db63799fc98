#pragma once
// Exports: what happens in a scenario, for other programs and for paper.

#include <iosfwd>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "lab/scenario.h"

namespace raftarium::lab {

enum class ExportFormat : std::uint8_t {
  Story,     // text: time, what, why
  Markdown,  // the same with title, description and expectations
  Events,    // every event as a JSON object a line
  ShiViz,    // a log for ShiViz's default parser: the event, then "HOST {vector clock}"
  Svg,       // a space-time diagram
  EtcdTla,   // a trace for etcd's TLA+ specification, one JSON object a line; see export_tla.h
};
// "story", "markdown", ...
const char* describe(ExportFormat format);
std::optional<ExportFormat> parse_export_format(std::string_view word);
std::vector<std::string> export_format_words();

struct ExportOptions {
  ExportFormat format = ExportFormat::Story;
  sim::TimeUs from_us = 0;
  sim::TimeUs until_us = kMaxDurationUs;  // or the scenario's end
  bool heartbeats = false;                // Svg: show them and their answers too
};

// Whether the format has words for everything that the scenario is about; an error says for what it has none.
// Only etcd-tla lacks some.
base::Status check_export(const Scenario& scenario, ExportFormat format);

// Plays the scenario and writes. The stream's own state says whether writing worked.
void export_run(const Scenario& scenario, const ExportOptions& options, std::ostream& out);

}  // namespace raftarium::lab
