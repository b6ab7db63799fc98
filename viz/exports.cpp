#include "viz/exports.h"

#include <algorithm>
#include <sstream>

#include "lab/export.h"

namespace raftarium::viz {

std::string export_text(const lab::Timeline& timeline, const std::string& word,
                        const SpaceTimeView& shown) {
  if (word == "session") return lab::to_json(timeline.recording(true), true);
  const lab::Scenario session = timeline.recording(false);
  const auto format = lab::parse_export_format(word);
  if (!format) return "";
  lab::ExportOptions options;
  options.format = *format;
  options.heartbeats = true;  // as the interface draws them
  options.until_us = timeline.now_us();
  if (*format == lab::ExportFormat::Svg) {
    const double begins_us = shown.begins_us(static_cast<double>(timeline.now_us()));
    const auto from_us = static_cast<sim::TimeUs>(std::max(0.0, begins_us));
    const auto until_us = static_cast<sim::TimeUs>(std::max(0.0, begins_us + shown.span_us));
    options.until_us = std::min(timeline.now_us(), until_us);
    options.from_us = std::min(from_us, options.until_us);
  }
  std::ostringstream out;
  lab::export_run(session, options, out);
  return out.str();
}

std::string export_name(const std::string& scenario, const std::string& word) {
  for (const ExportChoice& choice : kExports) {
    if (word == choice.word) return scenario + choice.ending;
  }
  return scenario;
}

}  // namespace raftarium::viz
