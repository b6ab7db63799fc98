#include "base/crc32c.h"

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "base/prng.h"
#include "support/test.h"

using raftarium::base::crc32c;
using raftarium::base::crc32c_by_instruction;
using raftarium::base::crc32c_by_table;
using raftarium::base::crc32c_has_instruction;
using raftarium::base::Prng;

namespace {

std::span<const std::uint8_t> bytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

std::vector<std::uint8_t> random_bytes(std::size_t size, std::uint64_t seed) {
  Prng prng(seed);
  std::vector<std::uint8_t> data(size);
  for (auto& byte : data) byte = static_cast<std::uint8_t>(prng.next());
  return data;
}

// The definition, bit by bit.
std::uint32_t by_definition(std::span<const std::uint8_t> data) {
  std::uint32_t state = ~0U;
  for (const std::uint8_t byte : data) {
    state ^= byte;
    for (int bit = 0; bit < 8; ++bit) state = (state & 1U) != 0 ? state >> 1U ^ 0x82f63b78U : state >> 1U;
  }
  return ~state;
}

}  // namespace

TEST_CASE("CRC-32C of the published examples") {
  EXPECT(crc32c(bytes("123456789")) == 0xe3069283U);  // the check value of the CRC catalogue
  // RFC 3720 (iSCSI), B.4.
  std::array<std::uint8_t, 32> data{};
  EXPECT(crc32c(data) == 0x8a9136aaU);
  data.fill(0xff);
  EXPECT(crc32c(data) == 0x62a8ab43U);
  for (std::uint8_t i = 0; i < 32; ++i) data[i] = i;
  EXPECT(crc32c(data) == 0x46dd794eU);
  for (std::uint8_t i = 0; i < 32; ++i) data[i] = static_cast<std::uint8_t>(31 - i);
  EXPECT(crc32c(data) == 0x113fdb5cU);
  EXPECT(crc32c({}) == 0);
}

TEST_CASE("CRC-32C: table, instruction and definition agree at every length and alignment") {
  const auto data = random_bytes(20'000, 1);
  const auto whole = std::span(data);
  for (std::size_t size = 0; size < 900; ++size) {
    const auto part = whole.subspan(size % 13, size);
    const std::uint32_t expected = by_definition(part);
    REQUIRE(crc32c_by_table(part) == expected);
    REQUIRE(crc32c(part) == expected);
    if (crc32c_has_instruction()) REQUIRE(crc32c_by_instruction(part) == expected);
  }
  for (const std::size_t size : {6143U, 6144U, 6145U, 12288U, 19'000U}) {
    EXPECT(crc32c(whole.subspan(7, size)) == by_definition(whole.subspan(7, size)));
  }
}

TEST_CASE("CRC-32C of two parts is that of the whole") {
  const auto data = random_bytes(1500, 2);
  const auto whole = std::span(data);
  const std::uint32_t expected = crc32c(whole);
  for (std::size_t cut = 0; cut <= data.size(); cut += 37) {
    EXPECT(crc32c(whole.subspan(cut), crc32c(whole.first(cut))) == expected);
    EXPECT(crc32c_by_table(whole.subspan(cut), crc32c_by_table(whole.first(cut))) == expected);
  }
}

TEST_CASE("CRC-32C notices every single flipped bit") {
  auto data = random_bytes(700, 3);
  const std::uint32_t expected = crc32c(data);
  for (auto& byte : data) {
    for (unsigned bit = 0; bit < 8; ++bit) {
      byte ^= static_cast<std::uint8_t>(1U << bit);
      REQUIRE(crc32c(data) != expected);
      byte ^= static_cast<std::uint8_t>(1U << bit);
    }
  }
}
