#include "viz/conflicts.h"

#include <algorithm>

#include "viz/acts.h"

namespace raftarium::viz {
namespace {

// In a sound world the term says it (§5.3, Log Matching); what breaks the rules may write two entries of one term.
bool same_entry(const EntryView& a, const EntryView& b) {
  if (a.term != b.term || a.type != b.type) return false;
  return a.data.data() == b.data.data() || a.data == b.data;
}

// How many members hold this entry at its index.
std::size_t holders(const Frame& frame, const EntryView& entry) {
  return static_cast<std::size_t>(
      std::count_if(frame.members.begin(), frame.members.end(), [&](const MemberView& member) {
        const EntryView* there = entry_at(member, entry.index);
        return there != nullptr && same_entry(*there, entry);
      }));
}

}  // namespace

const EntryView* entry_at(const MemberView& member, raft::Index index) {
  if (member.entries.empty() || index < member.entries.front().index) return nullptr;
  const std::uint64_t at = index.value() - member.entries.front().index.value();
  return at < member.entries.size() ? &member.entries[at] : nullptr;
}

Conflict conflict_of(const Frame& frame, const EntryView& entry) {
  bool differs = false;
  bool committed = false;
  for (const MemberView& member : frame.members) {
    const EntryView* there = entry_at(member, entry.index);
    if (there == nullptr) continue;
    const bool other = !same_entry(*there, entry);
    if (other && there->committed) return Conflict::WithCommitted;
    committed = committed || there->committed;
    differs = differs || other;
  }
  if (!differs || committed) return Conflict::None;
  const MemberView* leader = current_leader(frame);
  const EntryView* leads = leader == nullptr ? nullptr : entry_at(*leader, entry.index);
  if (leads != nullptr) return same_entry(*leads, entry) ? Conflict::None : Conflict::WithLeader;
  const std::size_t mine = holders(frame, entry);
  const bool outnumbered =
      std::any_of(frame.members.begin(), frame.members.end(), [&](const MemberView& member) {
        const EntryView* there = entry_at(member, entry.index);
        return there != nullptr && !same_entry(*there, entry) && holders(frame, *there) >= mine;
      });
  return outnumbered ? Conflict::WithOthers : Conflict::None;
}

}  // namespace raftarium::viz
