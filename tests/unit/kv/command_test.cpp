#include "kv/command.h"

#include <functional>
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

// Every kind of compare and change.
Command transaction() {
  Command command{.kind = Command::Kind::Transaction, .client = 7, .sequence = 6};
  command.compares = {
      {.key = "x", .value = "5"},
      {.key = "x", .relation = Compare::Relation::NotEqual, .value = ""},
      {.key = "y", .target = Compare::Target::Version, .relation = Compare::Relation::Greater, .number = 0},
      {.key = "z",
       .target = Compare::Target::CreateRevision,
       .relation = Compare::Relation::Less,
       .number = 8},
      {.key = "z", .target = Compare::Target::ModRevision, .number = -1},
  };
  command.then = {{.key = "x", .value = "6"},
                  {.kind = Operation::Kind::Delete, .key = "y"},
                  {.kind = Operation::Kind::DeleteRange, .key = "y", .to = "z"},
                  {.kind = Operation::Kind::DeleteRange, .key = "y"}};
  command.otherwise = {{.key = "x", .value = std::string("\0", 1)}};
  return command;
}

std::vector<Command> samples() {
  return {
      {Command::Kind::Put, 0, 0, "x", "5"},
      {Command::Kind::Put, 7, 3, "x", ""},
      {Command::Kind::Delete, ~std::uint64_t{0}, 1, "a key with spaces", ""},
      {Command::Kind::Put, 1, ~std::uint64_t{0}, std::string("\0\xff\n", 3), std::string(300, '\0')},
      {.kind = Command::Kind::DeleteRange, .client = 7, .sequence = 4, .key = "a", .to = "c", .since = 9},
      {.kind = Command::Kind::DeleteRange},
      {.kind = Command::Kind::Compact, .revision = 12},
      {.kind = Command::Kind::Transaction, .client = 7, .sequence = 5},
      transaction(),
      {Command::Kind::Put, 2, 2, std::string(kMaxKeyBytes, 'k'), std::string(kMaxValueBytes, 'v')},
  };
}

// The last of samples() is too large to be damaged often.
std::vector<Command> small_samples() {
  auto small = samples();
  small.pop_back();
  return small;
}

void head(ByteWriter& out, std::uint8_t kind) {
  out.u8(2);
  out.u8(kind);
  out.u64(1);
  out.u64(2);
  out.u64(3);
}

// The bytes of a command with these very fields, whether a store would take it or not.
Bytes bytes_of(std::uint8_t kind, const std::string& key, const std::string& value) {
  ByteWriter out;
  head(out, kind);
  out.text(key);
  out.text(value);
  return Bytes(out.str());
}

// The same of a transaction that has so many compares, then and else, but none of them follows.
Bytes bytes_of_counts(std::uint32_t compares, std::uint32_t then, std::uint32_t otherwise) {
  ByteWriter out;
  head(out, 3);
  for (const std::uint32_t count : {compares, then, otherwise}) {
    out.u32(count);
    if (count > 0) break;
  }
  return Bytes(out.str());
}

std::string command_refusal(const Bytes& data) {
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
  Command command{Command::Kind::Put, 0x0102, 3, "k", "vw"};
  command.since = 4;
  const std::string expected(
      "\x02\0"
      "\x02\x01\0\0\0\0\0\0"
      "\x03\0\0\0\0\0\0\0"
      "\x04\0\0\0\0\0\0\0"
      "\x01\0\0\0k"
      "\x02\0\0\0vw",
      2 + 8 + 8 + 8 + 5 + 6);
  EXPECT(encode(command).view() == expected);

  Command swap{.kind = Command::Kind::Transaction};
  swap.compares = {
      {.key = "k", .target = Compare::Target::Version, .relation = Compare::Relation::Greater}};
  swap.compares[0].number = -2;
  swap.then = {{.kind = Operation::Kind::DeleteRange, .key = "k", .to = "l"}};
  const std::string expected_swap(
      "\x02\x03"
      "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
      "\x01\0\0\0\x01\x03\x01\0\0\0k\xfe\xff\xff\xff\xff\xff\xff\xff"
      "\x01\0\0\0\x02\x01\0\0\0k\x01\0\0\0l"
      "\0\0\0\0",
      2 + 24 + 4 + 2 + 5 + 8 + 4 + 1 + 5 + 5 + 4);
  EXPECT(encode(swap).view() == expected_swap);
}

TEST_CASE("what a command's kind does not use is not in its bytes") {
  Command odd{Command::Kind::Delete, 7, 3, "k", "unused"};
  odd.then = {{.key = "unused"}};
  const auto back = decode(encode(odd));
  REQUIRE_MESSAGE(back.ok(), back.error().message);
  EXPECT(*back == Command{Command::Kind::Delete, 7, 3, "k", ""});
}

TEST_CASE("a command that was cut short anywhere is refused") {
  for (const Command& command : small_samples()) {
    const Bytes whole = encode(command);
    for (std::size_t size = 0; size < whole.size(); ++size) {
      const auto cut = decode(whole.sub(0, size));
      CAPTURE(size);
      REQUIRE_FALSE(cut.ok());
      EXPECT(cut.error().message.find("expected more bytes after") != std::string::npos);
    }
  }
}

TEST_CASE("each kind of damage to a command is named") {
  EXPECT(command_refusal(Bytes(encode({Command::Kind::Put, 7, 3, "k", "v"}).str() + "!")) ==
         "store command of 37 bytes: expected an end at 36");
  EXPECT(command_refusal(Bytes("\x01")) == "store command of 1 bytes: expected version 2, got 1");
  EXPECT(command_refusal(bytes_of(5, "k", "v")) ==
         "store command of 36 bytes: expected a kind of 0 to 4, got 5");
  EXPECT(command_refusal(bytes_of(0, "", "v")) ==
         "store command of 35 bytes: expected a key of 1 to 4096 bytes, got 0");
  EXPECT(command_refusal(bytes_of(0, std::string(kMaxKeyBytes + 1, 'k'), "")) ==
         "store command of 4131 bytes: expected a key of 1 to 4096 bytes, got 4097");
  EXPECT(command_refusal(bytes_of(0, "k", std::string(kMaxValueBytes + 1, 'v'))) ==
         "store command of 1048612 bytes: expected a value of at most 1048576 bytes, got 1048577");
  EXPECT(command_refusal(bytes_of(0, "k", std::string(kMaxCommandBytes, 'v'))) ==
         "store command of 1572899 bytes: expected at most 1572864 bytes");
  EXPECT(
      command_refusal(bytes_of(2, "k", std::string(kMaxKeyBytes + 2, 'k'))) ==
      "store command of 4133 bytes: expected a range between keys of at most 4096 bytes, got 1 and 4098");
  EXPECT(command_refusal(Bytes()) == "store command of 0 bytes: expected more bytes after 0");
}

TEST_CASE("counts are looked at before anything is allocated for them") {
  const std::string start = "store command of ";
  EXPECT(command_refusal(bytes_of_counts(129, 0, 0)) ==
         start + "30 bytes: expected at most 128 compares, got 129");
  EXPECT(command_refusal(bytes_of_counts(~0U, 0, 0)) ==
         start + "30 bytes: expected at most 128 compares, got 4294967295");
  EXPECT(command_refusal(bytes_of_counts(0, ~0U, 0)) ==
         start + "34 bytes: expected at most 128 changes in a branch, got 4294967295");
  EXPECT(command_refusal(bytes_of_counts(0, 0, 129)) ==
         start + "38 bytes: expected at most 128 changes in a branch, got 129");
  EXPECT(command_refusal(bytes_of_counts(128, 0, 0)) == start + "30 bytes: expected more bytes after 30");
}

TEST_CASE("a transaction is checked in all its parts") {
  const auto why = [](const std::function<void(Command&)>& spoil) {
    Command command = transaction();
    spoil(command);
    const auto status = check(command);
    return status.ok() ? "accepted" : status.error().message;
  };
  EXPECT(why([](Command&) {}) == "accepted");
  EXPECT(why([](Command& c) { c.compares[1].key.clear(); }) == "expected a key of 1 to 4096 bytes, got 0");
  EXPECT(why([](Command& c) { c.compares[0].value.resize(kMaxValueBytes + 1); }) ==
         "expected a value of at most 1048576 bytes, got 1048577");
  EXPECT(why([](Command& c) { c.then[1].key.clear(); }) == "expected a key of 1 to 4096 bytes, got 0");
  EXPECT(why([](Command& c) { c.otherwise[0].value.resize(kMaxValueBytes + 1); }) ==
         "expected a value of at most 1048576 bytes, got 1048577");
  EXPECT(why([](Command& c) { c.compares.resize(129, c.compares[0]); }) ==
         "expected at most 128 compares, got 129");
  EXPECT(why([](Command& c) { c.then.resize(129, c.then[1]); }) ==
         "expected at most 128 changes in a branch, got 129");
  // A key is put once, and not also deleted, in the branch that is taken.
  const std::string twice = "expected each key to be changed once in a branch, got two changes of ";
  EXPECT(why([](Command& c) { c.then.push_back({.key = "x", .value = "7"}); }) == twice + "\"x\"");
  EXPECT(why([](Command& c) { c.then.push_back({.key = "y", .value = "7"}); }) == twice + "\"y\"");
  EXPECT(why([](Command& c) { c.then.push_back({.key = "zz", .value = "7"}); }) == twice + "\"zz\"");
  EXPECT(why([](Command& c) { c.then.push_back({.key = "w", .value = "7"}); }) == "accepted");
  EXPECT(why([](Command& c) { c.otherwise.push_back({.key = "y", .value = "7"}); }) == "accepted");
  // Each part may be within its limit and the whole beyond its own.
  EXPECT(why([](Command& c) {
           c.then = {{.key = "a", .value = std::string(kMaxValueBytes, 'v')},
                     {.key = "b", .value = std::string(kMaxValueBytes / 2, 'v')}};
         }).find("expected a transaction of at most 1572864 bytes, got 15") == 0);
}

TEST_CASE("any damage to a command's bytes gives a command that a store takes, or an error") {
  Prng prng(1);
  std::size_t taken = 0;
  std::size_t refused = 0;
  for (const Command& command : small_samples()) {
    const std::string whole = encode(command).str();
    for (int round = 0; round < 4000; ++round) {
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
  const auto range = [](const std::string& from, const std::string& to) {
    return describe({.kind = Command::Kind::DeleteRange, .key = from, .to = to});
  };
  EXPECT(range("a", "c") == "delete [a, c)");
  EXPECT(range("a", "b") == "delete a*");
  EXPECT(range("a", "") == "delete [a, end)");
  EXPECT(range("", "") == "delete *");
  EXPECT(describe({.kind = Command::Kind::Compact, .revision = 7}) == "compact 7");
  Command swap = transaction();
  swap.compares.erase(swap.compares.begin() + 1);
  swap.otherwise[0].value = "1";
  EXPECT(describe(swap) ==
         "if x=5 and version(y)>0 and created(z)<8 and changed(z)=-1 "
         "then x=6, delete y, delete y*, delete [y, end) else x=1");
  swap.compares.clear();
  EXPECT(describe(swap) == "x=6, delete y, delete y*, delete [y, end)");
  swap.compares = {{.key = "x", .relation = Compare::Relation::NotEqual, .value = "5"}};
  swap.then.clear();
  EXPECT(describe(swap) == "if x!=5 then nothing else x=1");
}

TEST_CASE("a prefix and a key as ranges") {
  EXPECT(prefix_end("a") == "b");
  EXPECT(prefix_end("a\xff") == "b");
  EXPECT(prefix_end("a\x7f") == "a\x80");
  EXPECT(prefix_end("\xff\xff").empty());
  EXPECT(prefix_end("").empty());
  EXPECT(key_end("a") == std::string("a\0", 2));
}

}  // namespace raftarium::kv
