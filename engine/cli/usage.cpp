#include "cli/usage.h"

#include <algorithm>
#include <charconv>
#include <cstdint>

#include "lab/json_text.h"

namespace raftarium::cli {

namespace {

std::string in_a_row(const std::vector<std::string>& words) {
  std::string all;
  for (const std::string& word : words) all += (all.empty() ? "" : ", ") + word;
  return all;
}

std::string unknown(const std::string& kind, const std::string& word,
                    const std::vector<std::string>& known) {
  return "unknown " + kind + " \"" + word + "\"" + lab::did_you_mean(word, known) +
         "; known: " + in_a_row(known);
}

std::vector<std::string> commands_of(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::App* command : app.get_subcommands({})) names.push_back(command->get_name());
  return names;
}

// "--json" of "--json=yes", "-q" of "-qx".
std::string option_of(const std::string& word) {
  return word[1] == '-' ? word.substr(0, word.find('=')) : word.substr(0, 2);
}

std::vector<std::string> options_of(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
  }
  return names;
}

bool takes_next(const CLI::Option& option, const std::string& word) {
  const bool attached = word[1] == '-' ? word.find('=') != std::string::npos : word.size() > 2;
  return option.get_expected_min() > 0 && !attached;
}

}  // namespace

std::string complaint(const CLI::App& program, const std::vector<std::string>& words,
                      const std::string& otherwise) {
  const CLI::App* app = &program;
  std::string path = program.get_name() + ": ";
  for (std::size_t i = 0; i < words.size() && words[i] != "--"; ++i) {
    const std::string& word = words[i];
    if (word.size() > 1 && word[0] == '-') {
      const CLI::Option* option = app->get_option_no_throw(option_of(word));
      if (option == nullptr) return path + unknown("option", word, options_of(*app));
      if (takes_next(*option, word)) ++i;
      continue;
    }
    const auto commands = commands_of(*app);
    if (commands.empty()) continue;
    const auto found = std::find(commands.begin(), commands.end(), word);
    if (found == commands.end()) return path + unknown("command", word, commands);
    app = app->get_subcommand(word);
    path = word + ": ";
  }
  if (const auto commands = commands_of(*app); !commands.empty())
    return path + "expected a command: " + in_a_row(commands);
  return path + otherwise;
}

CLI::Validator number(const std::string& what, std::int64_t low, std::int64_t high) {
  const auto judge = [=](const std::string& word) -> std::string {
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value);
    const bool whole = error == std::errc() && end == word.data() + word.size();
    if (whole && value >= low && value <= high) return {};
    return "expected " + what + " from " + std::to_string(low) + " to " + std::to_string(high) +
           ", got \"" + word + "\"";
  };
  return {judge, what};
}

}  // namespace raftarium::cli
