#pragma once
// Exports: what the person can take away as a file. Pure: the host knows where files go.

#include <array>
#include <string>

#include "lab/timeline.h"
#include "viz/selection.h"

namespace raftarium::viz {

struct ExportChoice {
  const char* word;    // "svg": the regions exports.svg and palette.export.svg
  const char* label;   // in a list
  const char* brief;   // on a button
  const char* ending;  // of the file
};

inline constexpr std::array<ExportChoice, 3> kExports = {{
    {"svg", "Space-time diagram (SVG)", "Diagram (SVG)", ".svg"},
    {"markdown", "Story (Markdown)", "Story (Markdown)", ".md"},
    {"session", "Session, to open again (JSON)", "Session (JSON)", ".json"},
}};

// The current branch up to the position; of a diagram the stretch of time that it shows. Empty for a word that
// is none of kExports.
std::string export_text(const lab::Timeline& timeline, const std::string& word, const SpaceTimeView& shown);
// "split_brain.svg"
std::string export_name(const std::string& scenario, const std::string& word);

}  // namespace raftarium::viz
