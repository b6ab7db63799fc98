#pragma once
// Health: what is wrong with a member's disk and clock, as one word for a sign and as sentences. Pure.

#include "viz/frame.h"
#include "viz/words.h"

namespace raftarium::viz {

// The gravest thing that is wrong with it; there may be more.
enum class DiskState : std::uint8_t { Healthy, Lying, Full, Failing, Slow };
enum class ClockState : std::uint8_t { Right, Fast, Slow, Still };

// Whether any of what a disk does by chance may happen.
bool fails_by_chance(const sim::DiskSettings& disk);
DiskState disk_state(const sim::DiskSettings& disk);
ClockState clock_state(std::int64_t drift_ppm);

// "slow disk"; empty for one that is healthy.
const char* name_of(DiskState state);
const char* name_of(ClockState state);

// All that is wrong, with its numbers; empty when nothing is.
Words in_words(const sim::DiskSettings& disk);
Words clock_in_words(std::int64_t drift_ppm);

}  // namespace raftarium::viz
