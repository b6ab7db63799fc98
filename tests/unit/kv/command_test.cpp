#include "kv/command.h"

#include <string>
#include <vector>

#include "base/codec.h"
#include "base/prng.h"
#include "support/test.h"

namespace raftarium::kv {

using base::Bytes;
using base::ByteWriter;
using base::Prng;

namespace {

std::vector<Command> samples() {
  return {
      {Command::Kind::Put, 0, 0, "x", "5"},
      {Command::Kind::Put, 7, 3, "x", ""},
      {Command::Kind::Delete, ~std::uint64_t{0}, 1, "a key with spaces", ""},
      {Command::Kind::Put, 1, ~std::uint64_t{0}, std::string("\0\xff\n", 3), std::string(300, '\0')},
      {Command::Kind::Put, 2, 2, std::string(kMaxKeyBytes, 'k'), std::string(kMaxValueBytes, 'v')},
  };
}

// The bytes of a command with these very fields, whether a store would take it or not.
Bytes bytes_of(std::uint8_t kind, const std::string& key, const std::string& value) {
  ByteWriter out;
  out.u8(kind);
  out.u64(1);
  out.u64(2);
  out.text(key);
  out.text(value);
  return Bytes(out.str());
}

std::string refusal(const Bytes& data) {
  const auto command = decode(data);
  REQUIRE_FALSE(command.ok());
  return command.error().message;
}

}  // namespace

TEST_CASE("a command comes back from its bytes") {
  for (const Command& command : samples()) {
    const auto back = decode(encode(command));
    REQUIRE_MESSAGE(back.ok(), back.error().message);
    EXPECT(*back == command);
  }
}

TEST_CASE("a command's bytes are the same on every machine") {
  const Command command{Command::Kind::Put, 0x0102, 3, "k", "vw"};
  const std::string expected(
      "\0"
      "\x02\x01\0\0\0\0\0\0"
      "\x03\0\0\0\0\0\0\0"
      "\x01\0\0\0k"
      "\x02\0\0\0vw",
      1 + 8 + 8 + 5 + 6);
  EXPECT(encode(command).view() == expected);
}

TEST_CASE("a command that was cut short anywhere is refused") {
  const Bytes whole = encode({Command::Kind::Put, 7, 3, "key", "value"});
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const auto command = decode(whole.sub(0, size));
    CAPTURE(size);
    REQUIRE_FALSE(command.ok());
    EXPECT(command.error().message.find("expected more bytes after") != std::string::npos);
  }
}

TEST_CASE("each kind of damage to a command is named") {
  EXPECT(refusal(Bytes(encode({Command::Kind::Put, 7, 3, "k", "v"}).str() + "!")) ==
         "store command of 28 bytes: expected an end at 27");
  EXPECT(refusal(bytes_of(2, "k", "v")) == "store command of 27 bytes: expected a kind of 0 or 1, got 2");
  EXPECT(refusal(bytes_of(0, "", "v")) ==
         "store command of 26 bytes: expected a key of 1 to 4096 bytes, got 0");
  EXPECT(refusal(bytes_of(0, std::string(kMaxKeyBytes + 1, 'k'), "")) ==
         "store command of 4122 bytes: expected a key of 1 to 4096 bytes, got 4097");
  EXPECT(refusal(bytes_of(0, "k", std::string(kMaxValueBytes + 1, 'v'))) ==
         "store command of 1048603 bytes: expected a value of at most 1048576 bytes, got 1048577");
  EXPECT(refusal(Bytes()) == "store command of 0 bytes: expected more bytes after 0");
}

TEST_CASE("any damage to a command's bytes gives a command that a store takes, or an error") {
  Prng prng(1);
  std::size_t taken = 0;
  std::size_t refused = 0;
  for (const Command& command : {samples()[0], samples()[1], samples()[2], samples()[3]}) {
    const std::string whole = encode(command).str();
    for (int round = 0; round < 5000; ++round) {
      std::string damaged = whole;
      for (std::uint32_t flips = prng.below(4) + 1; flips > 0; --flips) {
        const auto at = prng.below(static_cast<std::uint32_t>(damaged.size()));
        damaged[at] = static_cast<char>(prng.below(256));
      }
      damaged.resize(damaged.size() - prng.below(2) * prng.below(8), '\0');
      const auto back = decode(Bytes(damaged));
      if (back.ok()) {
        // Nothing is read that is not there: what was read gives the very same bytes.
        REQUIRE(encode(*back).view() == damaged);
        REQUIRE(check(*back).ok());
        ++taken;
      } else {
        REQUIRE_FALSE(back.error().message.empty());
        ++refused;
      }
    }
  }
  // Both happen, so that neither branch above is empty.
  EXPECT(taken > 100);
  EXPECT(refused > 100);
}

TEST_CASE("a command reads as what it does") {
  EXPECT(describe({Command::Kind::Put, 1, 1, "x", "5"}) == "x=5");
  EXPECT(describe({Command::Kind::Delete, 1, 1, "x", ""}) == "delete x");
}

}  // namespace raftarium::kv
