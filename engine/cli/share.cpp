#include <fstream>
#include <ostream>

#include "cli/commands.h"
#include "lab/json_text.h"
#include "lab/link.h"

namespace raftarium::cli {

base::Result<std::string> read_scenario_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return base::Error{path + ": cannot be opened"};
  // One byte more than is accepted is enough to be refused for its size.
  std::string text(lab::kMaxJsonBytes + 1, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (in.bad() || (in.fail() && !in.eof())) return base::Error{path + ": cannot be read"};
  text.resize(static_cast<std::size_t>(in.gcount()));
  return text;
}

int share(const std::string& file, std::ostream& out, std::ostream& err) {
  const auto text = read_scenario_file(file);
  const auto scenario = text ? lab::parse_scenario(file, *text) : text.error();
  const auto link = scenario ? lab::to_link(*scenario) : scenario.error();
  if (!link) {
    err << link.error().message << '\n';
    return 2;
  }
  out << "#s=" << *link << '\n';
  return 0;
}

int open(const std::string& link, std::ostream& out, std::ostream& err) {
  const auto scenario = lab::from_link(link);
  if (!scenario) {
    err << scenario.error().message << '\n';
    return 2;
  }
  out << lab::to_json(*scenario, true);
  return 0;
}

}  // namespace raftarium::cli
