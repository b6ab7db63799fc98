#include "base/prng.h"

#include <limits>

#include "support/test.h"

using raftarium::base::Prng;

TEST_CASE("equal seeds give equal numbers, a copy goes on as the original would") {
  Prng a(42);
  Prng b(42);
  a.next();
  b.next();
  Prng copy = a;
  EXPECT(copy == b);
  EXPECT(copy.next() == b.next());
}

TEST_CASE("another seed or another stream gives other numbers") {
  EXPECT(Prng(1).next() != Prng(2).next());
  EXPECT(Prng(1, 1).next() != Prng(1, 2).next());
}

TEST_CASE("ranges are met at both ends and never left") {
  Prng prng(7);
  bool low = false;
  bool high = false;
  for (int i = 0; i < 1000; ++i) {
    const auto x = prng.between(-2, 2);
    REQUIRE(x >= -2);
    REQUIRE(x <= 2);
    low = low || x == -2;
    high = high || x == 2;
  }
  EXPECT(low);
  EXPECT(high);
  using Limits = std::numeric_limits<std::int64_t>;
  prng.between(Limits::min(), Limits::max());
  EXPECT(prng.between(5, 5) == 5);
}

TEST_CASE("a chance of nothing draws nothing") {
  Prng prng(7);
  const Prng before = prng;
  EXPECT(!prng.chance(0));
  EXPECT(prng == before);
  EXPECT(prng.chance(1'000'000));
}
