#pragma once
// What is wrong with a command line, in the way of all our errors: what stands there, what was expected, and the
// nearest word that is known.

#include <string>
#include <vector>

#include <CLI/CLI.hpp>

namespace raftarium::cli {

// `words`: the command line without the program's name, which `program` does not take. `otherwise`: what the library
// says, where no single word is to blame.
std::string complaint(const CLI::App& program, const std::vector<std::string>& words,
                      const std::string& otherwise);

// A whole number from `low` to `high`; `what` it is: "milliseconds".
CLI::Validator number(const std::string& what, std::int64_t low, std::int64_t high);

}  // namespace raftarium::cli
