#pragma once
// Integers as little-endian bytes in memory that is there already.

#include <bit>
#include <cstdint>
#include <cstring>
#include <type_traits>

namespace raftarium::storage {

template <class T>
void put(std::uint8_t* at, T value) {
  static_assert(std::is_unsigned_v<T>);
  if constexpr (std::endian::native == std::endian::little) {
    std::memcpy(at, &value, sizeof value);
  } else {
    for (unsigned i = 0; i < sizeof value; ++i) at[i] = static_cast<std::uint8_t>(value >> (8U * i));
  }
}

template <class T>
T get(const std::uint8_t* at) {
  static_assert(std::is_unsigned_v<T>);
  T value = 0;
  if constexpr (std::endian::native == std::endian::little) {
    std::memcpy(&value, at, sizeof value);
  } else {
    for (unsigned i = 0; i < sizeof value; ++i)
      value = static_cast<T>(value | static_cast<T>(at[i]) << (8U * i));
  }
  return value;
}

}  // namespace raftarium::storage
