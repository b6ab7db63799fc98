#pragma once
// A checksum as people compare it: eight hexadecimal digits.

#include <cstdint>
#include <string>

namespace raftarium::storage {

inline std::string hex32(std::uint32_t value) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string text(8, '0');
  for (std::size_t i = 0; i < 8; ++i) text[i] = kDigits[value >> (28U - 4U * i) & 15U];
  return text;
}

}  // namespace raftarium::storage
