#include "base/function_ref.h"

#include "support/test.h"

namespace raftarium::base {

TEST_CASE("a lent callable is called where it is, with what it refers to") {
  int calls = 0;
  const auto add = [&calls](int a, int b) {
    ++calls;
    return a + b;
  };
  const FunctionRef<int(int, int)> ref = add;
  EXPECT(ref);
  EXPECT(ref(2, 3) == 5);
  const FunctionRef<int(int, int)> copy = ref;
  EXPECT(copy(4, 4) == 8);
  EXPECT(calls == 2);
}

TEST_CASE("a reference to nothing says so") {
  const FunctionRef<void()> none;
  EXPECT(!none);
}

}  // namespace raftarium::base
