#pragma once
// The acts that the interface offers, as commands. Pure; the keyboard, the menu and the inspector share
// them, so that the three can never disagree.

#include <optional>
#include <vector>

#include "sim/command.h"
#include "viz/frame.h"
#include "viz/geometry.h"
#include "viz/words.h"

namespace raftarium::viz {

const MemberView* find_member(const Frame& frame, raft::NodeId id);
const LinkView* find_link(const Frame& frame, raft::NodeId from, raft::NodeId to);
// The leader of the highest term that runs; null when there is none.
const MemberView* current_leader(const Frame& frame);
bool is_leader(const MemberView& member);

// Of a disk: "00000001.wal+128".
Words place_of(const RecordView& record);
// The record that is chosen; else the last one. Null: there is none.
const RecordView* chosen_record(const DiskView& disk, const std::string& place);

// Who asks: "client", or how many wait for an answer at once.
Words words_of_clients(const Frame& frame);

enum class Act : std::uint8_t {
  Crash,
  Restart,
  Pause,
  Resume,
  Isolate,
  Timeout,
  Transfer,
  Propose,
  HealAll
};

struct ActText {
  const char* name;  // "crash": the region menu.crash
  const char* label;
  const char* tooltip;
  const char* key;
};
const ActText& text_of(Act act);

// The acts that make sense for `member` now, in the order of the menu.
Passing<Act> acts_for(const MemberView& member);
sim::Command about(sim::Command::Kind kind, raft::NodeId node);
sim::Command command_for(const Frame& frame, Act act, raft::NodeId id);
// A client's next write: a key and a value that nobody has written yet.
sim::Command next_put(const Frame& frame, raft::NodeId through);

// What a stroke across the stage means: cuts of single links, or a partition when it separates members.
// `at[i]` is where frame.members[i] stands.
std::vector<sim::Command> commands_for_stroke(const Frame& frame, const Polyline& stroke,
                                              const std::vector<Vec2>& at, float reach);
// `member` leaves its island for another one; who stays and who is there keep their links.
sim::Command move_to_island(const Frame& frame, raft::NodeId member, std::size_t island);
// What healing the border between two islands means.
sim::Command heal_border(const Frame& frame, std::size_t island_a, std::size_t island_b);

}  // namespace raftarium::viz
