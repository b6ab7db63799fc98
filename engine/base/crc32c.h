#pragma once
// CRC-32C (Castagnoli): what everything on a disk is checked with. It finds every error of up to three bits
// and every burst of up to 32 in a record of any length that is written here.

#include <cstdint>
#include <span>

namespace raftarium::base {

// Of `data`, continuing from `crc`: crc32c(b, crc32c(a)) is that of a followed by b. The same number
// everywhere, by the processor's instruction (SSE 4.2) where there is one and by tables elsewhere.
std::uint32_t crc32c(std::span<const std::uint8_t> data, std::uint32_t crc = 0);

// The two ways, for tests that hold them against each other.
std::uint32_t crc32c_by_table(std::span<const std::uint8_t> data, std::uint32_t crc = 0);
bool crc32c_has_instruction();
// REQUIRES: crc32c_has_instruction().
std::uint32_t crc32c_by_instruction(std::span<const std::uint8_t> data, std::uint32_t crc = 0);

}  // namespace raftarium::base
