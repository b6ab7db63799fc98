#pragma once
// Breakpoints: at what kinds of moments the clock stops by itself. A set of bits, one for each kind.

#include <array>
#include <cstdint>

#include "lab/narration.h"

namespace raftarium::viz {

struct Breakpoint {
  std::uint32_t bit;
  const char* name;
  const char* label;  // after "Stop" or "Do not stop"
  const char* brief;  // under "The clock stops by itself"
};

inline constexpr std::uint32_t kStopAtLeader = 1;
inline constexpr std::uint32_t kStopAtTwoLeaders = 2;
inline constexpr std::uint32_t kStopAtCommit = 4;
inline constexpr std::uint32_t kStopAtCrash = 8;
inline constexpr std::uint32_t kStopAtViolation = 16;

// What "next" and "last" mean when nobody says which kind.
inline constexpr std::uint32_t kNotable = kStopAtLeader | kStopAtCommit | kStopAtViolation;
// Where slow motion is slow.
inline constexpr std::uint32_t kSlowAt = kStopAtLeader | kStopAtCrash | kStopAtViolation;

inline constexpr std::array<Breakpoint, 5> kBreakpoints = {{
    {kStopAtLeader, "leader", "when a leader is elected", "at an election"},
    {kStopAtTwoLeaders, "two_leaders", "when a second member leads", "at a second leader"},
    {kStopAtCommit, "commit", "when an entry commits", "at a commit"},
    {kStopAtCrash, "crash", "when a member crashes or pauses", "at a crash"},
    {kStopAtViolation, "violation", "when a property is violated", "at a violation"},
}};

// Whether the clock stops at such a mark. That two members lead cannot be told from a mark alone.
inline bool stops_at(std::uint32_t set, lab::Mark::Kind kind) {
  using Kind = lab::Mark::Kind;
  switch (kind) {
    case Kind::Leader:
      return (set & kStopAtLeader) != 0;
    case Kind::Commit:
      return (set & kStopAtCommit) != 0;
    case Kind::Crash:
      return (set & kStopAtCrash) != 0;
    case Kind::Violation:
      return (set & kStopAtViolation) != 0;
    default:
      return false;
  }
}

}  // namespace raftarium::viz
