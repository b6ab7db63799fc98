#pragma once
// The frame of every benchmark program: figures with goals, printed as a table or as JSON lines.
//
//   int main(int argc, char** argv) {
//     const auto options = bench::parse_options(argc, argv);
//     if (!options) return 2;
//     bench::Report report("core", *options);
//     report.add({"tick", "ns", bench::at_most(50), bench::median(options->repeats, [&] { ... })});
//     return report.finish();
//   }
//
// Times are processor time of this process (user and system), which other programs do not disturb.
// Exit status: 0 when every figure is good enough, 1 when one is short, 2 when it could not start.

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

namespace raftarium::bench {

struct Options {
  bool json = false;
  int repeats = 5;           // odd, so that there is a median
  double seconds = 0.25;     // how long one repeat goes on
  std::string only;          // run figures whose metric contains this
  std::string ratio_to;      // JSON lines of the same program elsewhere: print how much slower this one is
  bool only_ratios = false;  // and hold nothing but that to a goal
  std::string save;          // a file to write the JSON lines to, whatever is printed
  std::string beside;        // JSON lines of a peer: print its figures beside these
  std::string beside_name;   // and what to call it
};

// Says what is wrong, or the usage, on standard error or output; nothing when the program should end.
std::optional<Options> parse_options(int argc, char** argv);

enum class Direction : std::uint8_t { HigherIsBetter, LowerIsBetter };

// What a figure is held to. Without a limit it is only reported.
struct Goal {
  Direction direction = Direction::HigherIsBetter;
  std::optional<double> limit;
};
inline Goal at_least(double limit) { return {Direction::HigherIsBetter, limit}; }
inline Goal at_most(double limit) { return {Direction::LowerIsBetter, limit}; }

struct Figure {
  std::string metric;
  std::string unit;
  Goal goal;
  double value = 0;

  bool ok() const;
};

// Processor time of this process so far, in seconds.
double cpu_seconds();

// Runs `repeat` once to warm up and then `repeats` times, and returns the median of what it returned.
double median(int repeats, const std::function<double()>& repeat);

// Keeps the compiler from leaving out what computes `value`.
template <class T>
inline void keep(const T& value) {
#if defined(__GNUC__)
  asm volatile("" : : "g"(&value) : "memory");
#endif
}

class Report {
 public:
  Report(std::string name, Options options);

  // Whether the figure was asked for: measuring takes time.
  bool wants(const std::string& metric) const;
  void add(Figure figure);
  // Adds ratios to another run, prints everything, and returns the exit status.
  int finish();

 private:
  void add_ratios();
  void write_json(std::ostream& out) const;
  void print_table() const;

  std::string name_;
  Options options_;
  std::vector<Figure> figures_;
};

// The values of JSON lines {"metric":"...","value":...,...}, by metric. Other lines are left out.
std::map<std::string, double> read_figures(const std::string& text);

}  // namespace raftarium::bench
