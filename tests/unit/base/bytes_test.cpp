#include "base/bytes.h"

#include <bit>
#include <utility>
#include <vector>

#include "base/hash.h"
#include "base/result.h"
#include "support/test.h"

using raftarium::base::Bytes;
using raftarium::base::Error;
using raftarium::base::Hasher;
using raftarium::base::Result;

TEST_CASE("a copy of bytes shares them, a move leaves nothing behind") {
  const Bytes original("payload");
  Bytes copy = original;
  EXPECT(copy.data() == original.data());
  const Bytes moved = std::move(copy);
  EXPECT(moved == original);
  copy = moved;
  EXPECT(copy.view() == "payload");
}

TEST_CASE("assigning bytes to themselves changes nothing") {
  Bytes bytes("x");
  Bytes& same = bytes;
  bytes = same;
  EXPECT(bytes.view() == "x");
}

TEST_CASE("empty bytes own nothing and equal each other") {
  EXPECT(Bytes() == Bytes(""));
  EXPECT(Bytes().empty());
}

TEST_CASE("a digest depends on the order and on where a text ends") {
  const auto digest = [](const std::vector<std::string_view>& texts) {
    Hasher hasher;
    for (const auto text : texts) hasher.add(text);
    return hasher.digest();
  };
  EXPECT(digest({"ab", "c"}) != digest({"a", "bc"}));
  EXPECT(digest({"a", "b"}) != digest({"b", "a"}));
  EXPECT(digest({"12345678"}) == digest({"12345678"}));
}

TEST_CASE("a digest is the same number on every machine") {
  Hasher hasher;
  hasher.add(7);
  hasher.add("raft");
  EXPECT(hasher.digest() == 0x146af6ce4eb8e423U);
  hasher.add(1, 2);
  EXPECT(hasher.digest() == 0x8025057bfa6be710U);
}

TEST_CASE("a digest depends on both words of a pair, and on which is which") {
  const auto digest = [](std::uint64_t first, std::uint64_t second) {
    Hasher hasher;
    hasher.add(first, second);
    return hasher.digest();
  };
  EXPECT(digest(1, 2) != digest(2, 1));
  // Each bit of either moves about half of the digest's bits.
  for (unsigned bit = 0; bit < 64; ++bit) {
    CAPTURE(bit);
    const std::uint64_t flip = std::uint64_t{1} << bit;
    for (const std::uint64_t changed : {digest(5 ^ flip, 7), digest(5, 7 ^ flip)}) {
      const int moved = std::popcount(changed ^ digest(5, 7));
      EXPECT(moved >= 8);
      EXPECT(moved <= 56);
    }
  }
}

TEST_CASE("a result is its value or its error") {
  const Result<int> good(3);
  const Result<int> bad(Error{"why"});
  EXPECT(good.ok());
  EXPECT(*good == 3);
  EXPECT(!bad);
  EXPECT(bad.error().message == "why");
}
