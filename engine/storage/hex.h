#pragma once
// Checksums and bytes as people compare them.

#include <algorithm>
#include <cstdint>
#include <span>
#include <string>

namespace raftarium::storage {

// A checksum: eight hexadecimal digits.
inline std::string hex32(std::uint32_t value) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string text(8, '0');
  for (std::size_t i = 0; i < 8; ++i) text[i] = kDigits[value >> (28U - 4U * i) & 15U];
  return text;
}

// The first `most` of them, "52 57 01 00 ...", or "nothing".
inline std::string hex_bytes(std::span<const std::uint8_t> bytes, std::size_t most) {
  static constexpr char kDigits[] = "0123456789abcdef";
  if (bytes.empty()) return "nothing";
  std::string text;
  for (const std::uint8_t byte : bytes.first(std::min(most, bytes.size()))) {
    if (!text.empty()) text += ' ';
    text += kDigits[byte >> 4U];
    text += kDigits[byte & 15U];
  }
  return bytes.size() > most ? text + " ..." : text;
}

}  // namespace raftarium::storage
