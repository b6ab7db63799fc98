#pragma once
// Frame: everything that a panel may read, as one immutable value. Built from a timeline between two
// steps; it holds no reference into the world, so a panel cannot change what it shows.

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "kv/types.h"
#include "lab/timeline.h"
#include "raft/raft.h"
#include "viz/disk_view.h"

namespace raftarium::viz {

using Process = sim::ProcessState;

struct EntryView {
  raft::Term term;
  raft::Index index;
  std::string text;        // "x=5"; a dash for a leader's empty entry; the change for a configuration
  bool committed = false;  // as this member knows
  raft::EntryType type = raft::EntryType::Normal;
  base::Bytes data{};  // what the text is made of
};

// How the next such call of a disk goes wrong.
using NextFault = std::pair<storage::DiskOp, storage::DiskFault>;

struct MemberView {
  raft::NodeId id;
  Process process = Process::Running;
  raft::Status status;              // of a crashed member: what its storage holds
  raft::Index snapshot_index;       // the log before it is compacted away
  std::vector<EntryView> entries;   // those that are looked at, at most kEntriesShown
  double election_elapsed = 0;      // share of the randomised election timeout that has passed, 0..1
  std::int64_t timer_left_us = 0;   // until the election timeout, or a leader's next quorum check
  bool leads_minority = false;      // a leader that cannot reach a quorum over the links as they are
  std::vector<kv::KeyValue> store;  // sorted by key, at most kKeysShown
  raft::Index durable;              // the last entry that is synced
  std::string
      stopped_by;  // what its disk said that it ended itself for, or did not start again; mostly empty
  sim::DiskSettings disk;
  std::vector<NextFault> next_faults;
  std::int64_t sync_ends_us = 0;  // 0: nothing is being synced
  std::int64_t drift_ppm = 0;     // by how much its clock runs fast
  sim::ProcessSettings pace;      // how fast its process is
  std::size_t backlog = 0;        // what has arrived and waits for its process, with what that is at
  std::string own;                // what it is set up with that others are not, in words; mostly empty
};

// What a member is in a configuration.
enum class Standing : std::uint8_t {
  Voter,     // in a joint configuration: in both halves
  Incoming,  // joint: in the new half alone
  Outgoing,  // joint: in the old half alone
  Learner,
  Outside,  // a spare, or removed
};
Standing standing_of(const raft::ConfState& configuration, raft::NodeId id);

struct LinkView : sim::Link {  // directed
  raft::NodeId from;
  raft::NodeId to;
};

struct MessageView {
  std::uint64_t id = 0;  // unique in its branch, for selection
  raft::Message message;
  std::int64_t sent_us = 0;
  std::int64_t deliver_us = 0;
  double travelled = 0;   // 0..1
  bool doomed = false;    // will be lost, as things are: its link is cut or the network drops it
  bool link_cut = false;  // its link was cut already when it was sent
};

struct RequestView {
  std::uint64_t id = 0;
  std::string text;   // "put x=9"
  std::string state;  // "waiting", "committed", "refused: no leader", ...
  raft::NodeId node;  // where it is now
  std::int64_t sent_us = 0;
  std::int64_t done_us = 0;  // 0 while it is open
  std::uint32_t attempts = 0;
  bool session = true;  // applied once at most, however often it is asked
  raft::Index index;    // of its entry, once committed
  bool open = false;
  bool read = false;
  bool stale = false;  // a read that does not know of a write to its key that was acknowledged before it
  std::int64_t point_us = -1;  // where it can have taken effect at once (linearization.h); -1: nowhere
  sim::RequestState status = sim::RequestState::Waiting;
};

struct PropertyView {
  std::string name;
  bool holds = true;
  std::string why;  // of the first violation
  std::uint64_t event = 0;
  const char* says = "";  // in one sentence, with its section
};

struct Frame {
  std::uint64_t version =
      0;  // the program's frames, counted: what was worked out from another may not hold
  std::string scenario_title;
  std::string scenario_description;
  std::uint64_t seed = 0;
  std::int64_t time_us = 0;
  std::uint64_t event = 0;
  std::uint64_t digest = 0;
  raft::ConfState configuration;                   // as the leader has it; else as whoever has applied most
  std::vector<MemberView> members;                 // by id
  std::vector<LinkView> links;                     // every ordered pair, by from, then to
  std::vector<std::vector<raft::NodeId>> islands;  // groups that can reach each other both ways
  std::vector<MessageView> messages;               // in flight, by id
  std::vector<RequestView> requests;               // newest last
  std::vector<lab::TracedMessage> trace;           // sent lately, in flight or not, oldest first
  std::vector<lab::DiskWork> disk_work;            // lately, oldest first
  // From when on these three are complete: more of them than a frame holds may have come before.
  std::int64_t requests_from_us = 0;
  std::int64_t trace_from_us = 0;
  std::int64_t disk_work_from_us = 0;
  std::vector<PropertyView> properties;
  std::size_t violations = 0;         // of all of them
  std::vector<lab::StoryLine> story;  // newest last
  std::string next;                   // what comes next, in words; may be empty
  std::vector<lab::Mark> marks;
  std::vector<lab::BranchView> branches;
  lab::BranchId branch = 0;
  std::optional<DiskView> disk;  // of the member that was asked for
};

// What of a world a person looks at, where all of it would be too much.
struct Looking {
  raft::NodeId disk_of;  // whose disk; none: nobody's
  raft::Index entry;     // the first one in sight; zero: the end of the longest log
  bool trace = true;     // what was sent lately, and what the disks did
  friend bool operator==(const Looking&, const Looking&) = default;
};
inline constexpr std::uint64_t kEntriesShown = 160;  // of each log
inline constexpr std::size_t kKeysShown = 200;       // of each store

inline std::string text_of(const kv::KeyValue& pair) { return pair.key + "=" + pair.value; }

// `before`: a frame of the same timeline, which gives away what has not changed since.
Frame build_frame(const lab::Timeline& timeline, const Looking& looking = {}, Frame before = {});

// Whether a message arrived at the event that the timeline has just come to.
bool message_arrived(const lab::Timeline& timeline);

// The whole frame as JSON, for tests and for those who automate the program.
std::string to_json(const Frame& frame);

}  // namespace raftarium::viz
