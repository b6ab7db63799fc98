#include "base/text.h"

#include "support/test.h"

namespace raftarium::base {
namespace {

TEST_CASE("text of strangers stays on one line, all else is as it was") {
  EXPECT(one_line("x=5 \xc3\xa9 \\ \"") == "x=5 \xc3\xa9 \\ \"");
  EXPECT(one_line("a\nb\tc\x1b\r") == "a\\nb\\tc\\x1b\\x0d");
  EXPECT(one_line(std::string(1, '\0') + "\x7f") == "\\x00\\x7f");
  EXPECT(one_line("").empty());
}

}  // namespace
}  // namespace raftarium::base
