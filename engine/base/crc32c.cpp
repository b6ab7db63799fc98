#include "base/crc32c.h"

#include <array>
#include <cstddef>
#include <cstring>

#include "base/check.h"

#if defined(__x86_64__)
#define RAFTARIUM_CRC32C_SSE42
#include <nmmintrin.h>
#endif

namespace raftarium::base {

namespace {

constexpr std::uint32_t kPolynomial = 0x82f63b78;  // reflected
using Table = std::array<std::array<std::uint32_t, 256>, 8>;

// Entry [k][b]: what byte b does to the state after k more zero bytes.
constexpr Table make_table() {
  Table table{};
  for (std::uint32_t byte = 0; byte < 256; ++byte) {
    std::uint32_t crc = byte;
    for (int bit = 0; bit < 8; ++bit) crc = (crc & 1U) != 0 ? crc >> 1U ^ kPolynomial : crc >> 1U;
    table[0][byte] = crc;
  }
  for (std::size_t k = 1; k < 8; ++k) {
    for (std::size_t byte = 0; byte < 256; ++byte) {
      table[k][byte] = table[k - 1][byte] >> 8U ^ table[0][table[k - 1][byte] & 0xffU];
    }
  }
  return table;
}
constexpr Table kTable = make_table();

std::uint64_t load64(const std::uint8_t* data) {
  std::uint64_t word = 0;
  for (unsigned i = 0; i < 8; ++i) word |= static_cast<std::uint64_t>(data[i]) << (8U * i);
  return word;
}

#ifdef RAFTARIUM_CRC32C_SSE42

// One instruction has three cycles of latency but starts every cycle, so three streams are computed at once
// and joined: the state of the first part, moved on by the zero bytes that the next part stands for.
using Shift = std::array<std::array<std::uint32_t, 256>, 4>;

// How 2^`doublings` zero bytes change a state. Linear over single bits, so squaring the matrix doubles it.
constexpr Shift make_shift(int doublings) {
  std::array<std::uint32_t, 32> matrix{};
  for (unsigned bit = 0; bit < 32; ++bit) {
    const std::uint32_t state = std::uint32_t{1} << bit;
    matrix[bit] = state >> 8U ^ kTable[0][state & 0xffU];
  }
  for (int i = 0; i < doublings; ++i) {
    std::array<std::uint32_t, 32> squared{};
    for (unsigned bit = 0; bit < 32; ++bit) {
      std::uint32_t rest = matrix[bit];
      for (unsigned row = 0; rest != 0; ++row, rest >>= 1U) {
        if ((rest & 1U) != 0) squared[bit] ^= matrix[row];
      }
    }
    matrix = squared;
  }
  Shift shift{};
  for (unsigned byte = 0; byte < 4; ++byte) {
    for (std::uint32_t value = 0; value < 256; ++value) {
      for (unsigned bit = 0; bit < 8; ++bit) {
        if ((value >> bit & 1U) != 0) shift[byte][value] ^= matrix[byte * 8 + bit];
      }
    }
  }
  return shift;
}

constexpr std::size_t kShortBytes = 128;
constexpr std::size_t kLongBytes = 2048;
constexpr Shift kShort = make_shift(7);
constexpr Shift kLong = make_shift(11);

std::uint32_t move_on(const Shift& shift, std::uint32_t state) {
  return shift[0][state & 0xffU] ^ shift[1][state >> 8U & 0xffU] ^ shift[2][state >> 16U & 0xffU] ^
         shift[3][state >> 24U];
}

std::uint64_t word_at(const std::uint8_t* data) {
  std::uint64_t word = 0;
  std::memcpy(&word, data, 8);
  return word;
}

template <std::size_t kBytes>
__attribute__((target("sse4.2"))) std::uint32_t three_streams(const Shift& shift, const std::uint8_t*& data,
                                                              std::size_t& left, std::uint32_t state) {
  while (left >= 3 * kBytes) {
    std::uint64_t a = state;
    std::uint64_t b = 0;
    std::uint64_t c = 0;
    for (std::size_t i = 0; i < kBytes; i += 8) {
      a = _mm_crc32_u64(a, word_at(data + i));
      b = _mm_crc32_u64(b, word_at(data + kBytes + i));
      c = _mm_crc32_u64(c, word_at(data + 2 * kBytes + i));
    }
    state = move_on(shift, static_cast<std::uint32_t>(a)) ^ static_cast<std::uint32_t>(b);
    state = move_on(shift, state) ^ static_cast<std::uint32_t>(c);
    data += 3 * kBytes;
    left -= 3 * kBytes;
  }
  return state;
}

__attribute__((target("sse4.2"))) std::uint32_t by_instruction(const std::uint8_t* data, std::size_t left,
                                                               std::uint32_t crc) {
  std::uint32_t state = three_streams<kLongBytes>(kLong, data, left, ~crc);
  state = three_streams<kShortBytes>(kShort, data, left, state);
  std::uint64_t wide = state;
  for (; left >= 8; data += 8, left -= 8) wide = _mm_crc32_u64(wide, word_at(data));
  state = static_cast<std::uint32_t>(wide);
  for (; left > 0; ++data, --left) state = _mm_crc32_u8(state, *data);
  return ~state;
}

#endif

}  // namespace

std::uint32_t crc32c_by_table(std::span<const std::uint8_t> data, std::uint32_t crc) {
  std::uint32_t state = ~crc;
  const std::uint8_t* at = data.data();
  std::size_t left = data.size();
  for (; left >= 8; at += 8, left -= 8) {
    const std::uint64_t word = load64(at) ^ state;
    state = 0;
    for (unsigned i = 0; i < 8; ++i) state ^= kTable[7 - i][word >> (8U * i) & 0xffU];
  }
  for (; left > 0; ++at, --left) state = state >> 8U ^ kTable[0][(state ^ *at) & 0xffU];
  return ~state;
}

#ifdef RAFTARIUM_CRC32C_SSE42

bool crc32c_has_instruction() {
  static const bool kHas = __builtin_cpu_supports("sse4.2") != 0;
  return kHas;
}

std::uint32_t crc32c_by_instruction(std::span<const std::uint8_t> data, std::uint32_t crc) {
  CHECK(crc32c_has_instruction(), "this processor has no CRC-32C instruction");
  return by_instruction(data.data(), data.size(), crc);
}

#else

bool crc32c_has_instruction() { return false; }

std::uint32_t crc32c_by_instruction(std::span<const std::uint8_t> data, std::uint32_t crc) {
  CHECK(crc32c_has_instruction(), "this processor has no CRC-32C instruction");
  return crc32c_by_table(data, crc);
}

#endif

std::uint32_t crc32c(std::span<const std::uint8_t> data, std::uint32_t crc) {
#ifdef RAFTARIUM_CRC32C_SSE42
  if (crc32c_has_instruction()) return by_instruction(data.data(), data.size(), crc);
#endif
  return crc32c_by_table(data, crc);
}

}  // namespace raftarium::base
