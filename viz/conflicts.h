#pragma once
// Conflicts: which entries of the logs cannot all stay. Pure; the log matrix marks them.

#include "viz/frame.h"

namespace raftarium::viz {

// The entry at `index` that a frame shows of a member, if any. None inside its snapshot.
const EntryView* entry_at(const MemberView& member, raft::Index index);

enum class Conflict : std::uint8_t {
  None,
  WithCommitted,  // another entry is committed there, as some member knows
  WithLeader,     // nothing is committed there; the leader's log holds another one
  WithOthers,     // neither; at least as many members hold another one
};

// What stands against `entry`, which is some member's. An entry that agrees with what is committed, else with the
// leader, else with most members, is in no conflict, whoever holds it and whatever that member knows of it. Where two
// different ones are committed, each is in conflict.
Conflict conflict_of(const Frame& frame, const EntryView& entry);

}  // namespace raftarium::viz
