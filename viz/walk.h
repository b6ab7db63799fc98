#pragma once
// Walk: from one thing of a frame to the next, as the keyboard goes through what the pointer would point at. Pure.
// Each way comes round. `direction`: 1 or -1.

#include <cstddef>
#include <cstdint>
#include <optional>

#include "viz/frame.h"
#include "viz/selection.h"

namespace raftarium::viz {

// One of `count`, counted from 0, `steps` on from `at`; from nowhere the first, or the last. Nothing: there is none.
std::optional<std::size_t> step_in_list(std::size_t count, std::optional<std::size_t> at, int steps);

// kNone: there is none.
raft::NodeId member_beside(const Frame& frame, raft::NodeId member, int direction);
// Of those in flight, by id; from one that has arrived to the one that was sent after it, or before it. 0: there is
// none.
std::uint64_t message_beside(const Frame& frame, std::uint64_t message, int direction);
// The same of what was sent lately, in flight or not.
std::uint64_t traced_beside(const Frame& frame, std::uint64_t message, int direction);
// From none: the first that leads away from `member`, or the last. From nobody: there is none.
LinkId link_beside(const Frame& frame, const LinkId& link, raft::NodeId member, int direction);

}  // namespace raftarium::viz
