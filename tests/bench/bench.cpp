#include "bench/bench.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <iostream>
#include <sstream>
#include <utility>

#ifdef __EMSCRIPTEN__
#include <emscripten.h>
#endif

namespace raftarium::bench {
namespace {

constexpr const char* kUsage =
    "  --json             one JSON object a line instead of a table\n"
    "  --only TEXT        only figures whose metric contains TEXT\n"
    "  --repeats N        how often each is measured; the median counts (5)\n"
    "  --seconds S        how long one measurement goes on (0.25)\n"
    "  --ratio-to FILE    JSON lines of the same program elsewhere (natively, say): adds how many times\n"
    "                     slower this one is, which must be at most 2\n"
    "  --only-ratios      with --ratio-to: only the ratios have a goal\n"
    "  --save FILE        writes the JSON lines to FILE as well\n"
    "  --beside NAME=FILE JSON lines of a peer, shown in a column of their own\n";

constexpr double kMaxRatio = 2.0;

std::string number(double value) {
  char text[64];
  if (value != 0 && std::abs(value) < 10) {
    std::snprintf(text, sizeof text, "%.3g", value);
  } else {
    std::snprintf(text, sizeof text, "%.0f", value);
  }
  return text;
}

std::string quoted(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

std::optional<std::string> read_text(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  if (!file) return std::nullopt;
  return text.str();
}

// The position of what follows "key": in a JSON line, or npos.
std::size_t after_key(const std::string& line, const std::string& key) {
  const std::string wanted = "\"" + key + "\":";
  const std::size_t at = line.find(wanted);
  return at == std::string::npos ? at : line.find_first_not_of(' ', at + wanted.size());
}

// Display columns: text here is ASCII but for a few symbols, which are one column each.
std::size_t columns(const std::string& text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xc0) != 0x80; }));
}

}  // namespace

bool Figure::ok() const {
  if (!goal.limit) return true;
  return goal.direction == Direction::HigherIsBetter ? value >= *goal.limit : value <= *goal.limit;
}

std::optional<Options> parse_options(int argc, char** argv) {
  Options options;
  const auto refuse = [&](const std::string& why) {
    std::cerr << argv[0] << ": " << why << "\n" << kUsage;
    return std::nullopt;
  };
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    if (word == "--json") {
      options.json = true;
      continue;
    }
    if (word == "--only-ratios") {
      options.only_ratios = true;
      continue;
    }
    if (word == "--help" || word == "-h") {
      std::cout << kUsage;
      return std::nullopt;
    }
    const std::vector<std::string> with_value = {"--only",     "--repeats", "--seconds",
                                                 "--ratio-to", "--save",    "--beside"};
    if (std::find(with_value.begin(), with_value.end(), word) == with_value.end()) {
      return refuse("unknown option " + word);
    }
    if (++i == argc) return refuse(word + ": a value should follow");
    const std::string value = argv[i];
    if (word == "--only") options.only = value;
    if (word == "--ratio-to") options.ratio_to = value;
    if (word == "--save") options.save = value;
    if (word == "--repeats") {
      options.repeats = std::atoi(value.c_str());
      if (options.repeats < 1) return refuse("--repeats: expected 1 or more, got " + value);
    }
    if (word == "--seconds") {
      options.seconds = std::atof(value.c_str());
      if (!(options.seconds > 0)) return refuse("--seconds: expected more than 0, got " + value);
    }
    if (word == "--beside") {
      const std::size_t equals = value.find('=');
      if (equals == std::string::npos) return refuse("--beside: expected NAME=FILE, got " + value);
      options.beside_name = value.substr(0, equals);
      options.beside = value.substr(equals + 1);
    }
  }
  for (const std::string& path : {options.ratio_to, options.beside}) {
    if (!path.empty() && !read_text(path)) return refuse("cannot read " + path);
  }
  return options;
}

#ifdef __EMSCRIPTEN__
// The C library's clock() is the wall clock there; node knows better.
EM_JS(double, node_cpu_seconds, (), {
  const usage = process.cpuUsage();
  return (usage.user + usage.system) / 1e6;
})
double cpu_seconds() { return node_cpu_seconds(); }
#else
double cpu_seconds() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }
#endif

double median(int repeats, const std::function<double()>& repeat) {
  repeat();
  std::vector<double> values;
  values.reserve(static_cast<std::size_t>(repeats));
  for (int i = 0; i < repeats; ++i) values.push_back(repeat());
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

std::map<std::string, double> read_figures(const std::string& text) {
  std::map<std::string, double> figures;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) {
    const std::size_t metric = after_key(line, "metric");
    const std::size_t value = after_key(line, "value");
    if (metric == std::string::npos || value == std::string::npos || line[metric] != '"') continue;
    const std::size_t end = line.find('"', metric + 1);
    if (end == std::string::npos) continue;
    figures[line.substr(metric + 1, end - metric - 1)] = std::strtod(line.c_str() + value, nullptr);
  }
  return figures;
}

Report::Report(std::string name, Options options) : name_(std::move(name)), options_(std::move(options)) {}

bool Report::wants(const std::string& metric) const {
  return metric.find(options_.only) != std::string::npos;
}

void Report::add(Figure figure) {
  if (options_.json) {
    std::cerr << figure.metric << ": " << number(figure.value) << " " << figure.unit << "\n";
  }
  if (options_.only_ratios) figure.goal.limit.reset();
  figures_.push_back(std::move(figure));
}

// Counts are the same everywhere; only what is measured in time has a ratio.
void Report::add_ratios() {
  const auto other = read_figures(read_text(options_.ratio_to).value_or(""));
  const std::vector<Figure> own = figures_;
  for (const Figure& figure : own) {
    const auto at = other.find(figure.metric);
    if (at == other.end() || at->second <= 0 || figure.value <= 0) continue;
    const bool rate = figure.unit.find("/s") != std::string::npos;
    if (!rate && figure.unit != "ns" && figure.unit != "us" && figure.unit != "ms") continue;
    const double ratio = rate ? at->second / figure.value : figure.value / at->second;
    figures_.push_back({figure.metric + ", times slower", "x", at_most(kMaxRatio), ratio});
  }
}

int Report::finish() {
  if (!options_.ratio_to.empty()) add_ratios();
  if (figures_.empty()) {
    std::cerr << name_ << ": no figure's name contains \"" << options_.only << "\"\n";
    return 2;
  }
  if (options_.json) {
    write_json(std::cout);
  } else {
    print_table();
  }
  if (!options_.save.empty()) {
    std::ofstream file(options_.save);
    write_json(file);
    if (!file.flush()) {
      std::cerr << name_ << ": cannot write " << options_.save << "\n";
      return 2;
    }
  }
  const bool all = std::all_of(figures_.begin(), figures_.end(), [](const Figure& f) { return f.ok(); });
  return all ? 0 : 1;
}

void Report::write_json(std::ostream& out) const {
  for (const Figure& figure : figures_) {
    char value[64];
    std::snprintf(value, sizeof value, "%.6g", figure.value);
    out << "{\"metric\":" << quoted(figure.metric) << ",\"value\":" << value
        << ",\"unit\":" << quoted(figure.unit) << ",\"goal\":";
    if (figure.goal.limit) {
      out << *figure.goal.limit;
    } else {
      out << "null";
    }
    out << ",\"ok\":" << (figure.ok() ? "true" : "false") << "}\n";
  }
  out << std::flush;
}

void Report::print_table() const {
  const auto beside = read_figures(options_.beside.empty() ? "" : read_text(options_.beside).value_or(""));
  std::vector<std::vector<std::string>> rows = {{"metric", "value", "unit", "goal", ""}};
  if (!beside.empty()) rows[0].push_back(options_.beside_name);
  for (const Figure& figure : figures_) {
    std::string goal = "-";
    if (figure.goal.limit) {
      goal =
          (figure.goal.direction == Direction::HigherIsBetter ? ">= " : "<= ") + number(*figure.goal.limit);
    }
    const char* verdict = !figure.goal.limit ? "-" : figure.ok() ? "ok" : "short";
    rows.push_back({figure.metric, number(figure.value), figure.unit, goal, verdict});
    if (beside.empty()) continue;
    const auto at = beside.find(figure.metric);
    rows.back().push_back(at == beside.end() ? "-" : number(at->second));
  }
  std::vector<std::size_t> width(rows[0].size());
  for (const auto& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) width[i] = std::max(width[i], columns(row[i]));
  }
  for (const auto& row : rows) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) {
      const std::string blank(width[i] - columns(row[i]), ' ');
      const bool to_the_right = i == 1 || i == 5;
      line += to_the_right ? blank + row[i] : row[i] + blank;
      line += "  ";
    }
    line.erase(line.find_last_not_of(' ') + 1);
    std::cout << line << "\n";
  }
  std::cout << std::flush;
}

}  // namespace raftarium::bench
