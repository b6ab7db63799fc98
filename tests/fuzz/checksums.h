#pragma once
// Puts right what stands between a fuzzer and the code behind the checksums.

#include <cstdint>
#include <span>

namespace raftarium::fuzz {

// Checksums and chain of a segment's header and of every record that fits.
void fix_segment(std::span<std::uint8_t> segment, std::uint64_t sequence);
void fix_snapshot(std::span<std::uint8_t> file);

}  // namespace raftarium::fuzz
