// The example of engine/README.md does what the page says, and is what the page shows.

#include <array>
#include <cstdio>
#include <fstream>
#include <sstream>
#include <string>

#include "support/test.h"

namespace {

std::string read(const std::string& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  REQUIRE_MESSAGE(file.good(), path);
  return text.str();
}

// What stands in the code block that starts with ```KIND.
std::string block(const std::string& page, const std::string& kind) {
  const std::string fence = "```" + kind + "\n";
  const std::size_t begin = page.find(fence) + fence.size();
  return page.substr(begin, page.find("```", begin) - begin);
}

// Without the blanks that lines begin with.
std::string flush_left(const std::string& text) {
  std::istringstream in(text);
  std::string out;
  for (std::string line; std::getline(in, line);) {
    const std::size_t first = line.find_first_not_of(' ');
    if (first != std::string::npos) out += line.substr(first) + "\n";
  }
  return out;
}

}  // namespace

TEST_CASE("the README shows the loop of the example") {
  const std::string page = read(RAFTARIUM_ENGINE "/README.md");
  const std::string program = flush_left(read(RAFTARIUM_ENGINE "/../tests/unit/raft/three_nodes.cpp"));
  const std::string loop = flush_left(block(page, "cpp"));
  REQUIRE(loop.size() > 200);
  EXPECT(program.find(loop) != std::string::npos);
}

#ifndef __EMSCRIPTEN__
TEST_CASE("the example prints what the README says") {
  std::FILE* output = popen(RAFTARIUM_EXAMPLE, "r");
  REQUIRE(output != nullptr);
  std::string printed;
  std::array<char, 256> part{};
  while (std::fgets(part.data(), part.size(), output) != nullptr) printed += part.data();
  EXPECT(pclose(output) == 0);
  EXPECT(printed == block(read(RAFTARIUM_ENGINE "/README.md"), ""));
}
#endif
