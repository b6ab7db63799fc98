#pragma once
// Command: everything that a person, a scenario or a search may do to a world. A value that can be kept
// in a journal; World::apply is the only way in.

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "member/machine.h"
#include "raft/types.h"
#include "storage/memory_disk.h"

namespace raftarium::sim {

using TimeUs = std::int64_t;  // virtual microseconds since the world began

// Stand-ins for members, resolved when a command takes effect: who leads is not known beforehand.
inline constexpr raft::NodeId kTheLeader{~std::uint64_t{0} - 16};   // of the highest term, running
inline constexpr raft::NodeId kAFollower{~std::uint64_t{0} - 17};   // the first running non-leader
inline constexpr raft::NodeId kTheOthers{~std::uint64_t{0} - 18};   // in groups: all not named yet
inline constexpr raft::NodeId kTheCrashed{~std::uint64_t{0} - 19};  // the first crashed member

// Of one directed link, but for a cut.
struct LinkSettings {
  TimeUs latency_min_us = 0;   // least latency, 0 to kMaxLatencyUs
  TimeUs latency_mean_us = 0;  // mean of what is added to it, exponentially distributed, 0 to kMaxLatencyUs
  std::uint32_t loss_per_million = 0;
  std::uint32_t duplicate_per_million = 0;
  std::uint32_t replay_per_million = 0;  // messages with which an old one comes again
  bool clogged = false;                  // what arrives waits until it is not
  friend bool operator==(const LinkSettings&, const LinkSettings&) = default;
};

inline constexpr TimeUs kMaxLatencyUs = 60'000'000;  // of each part

// Of one simulated disk.
struct DiskSettings {
  TimeUs sync_min_us = 0;   // least time that a sync takes
  TimeUs sync_mean_us = 0;  // mean of what is added to it; both 0: a sync takes no time
  std::uint32_t write_error_per_million = 0;
  std::uint32_t sync_error_per_million = 0;
  bool full = false;       // no space for any write
  bool syncs_lie = false;  // success is reported, and a power failure takes it all
  std::uint32_t read_error_per_million = 0;
  std::uint32_t no_space_per_million = 0;  // of writes
  std::uint32_t short_write_per_million = 0;
  std::uint32_t lying_sync_per_million = 0;
  std::uint32_t misdirected_per_million = 0;    // of reads and writes: they miss by up to eight sectors
  std::uint32_t bit_flip_per_million = 0;       // of reads: a bit of what they read has flipped, for good
  std::uint32_t zeroed_sector_per_million = 0;  // of reads: a sector there is lost, for good
  friend bool operator==(const DiskSettings&, const DiskSettings&) = default;
};

struct DiskChance {
  const char* field;  // in a scenario
  const char* what;   // "write errors"
  std::uint32_t DiskSettings::*per_million;
};
// All that a disk does by chance. From lying syncs on, what was durable may be lost: no harm is done while a majority
// of disks is spared.
inline constexpr std::array<DiskChance, 9> kDiskChances{
    {{"write_error_per_million", "write errors", &DiskSettings::write_error_per_million},
     {"sync_error_per_million", "sync errors", &DiskSettings::sync_error_per_million},
     {"read_error_per_million", "read errors", &DiskSettings::read_error_per_million},
     {"no_space_per_million", "no space", &DiskSettings::no_space_per_million},
     {"short_write_per_million", "short writes", &DiskSettings::short_write_per_million},
     {"lying_sync_per_million", "lying syncs", &DiskSettings::lying_sync_per_million},
     {"misdirected_per_million", "misdirected", &DiskSettings::misdirected_per_million},
     {"bit_flip_per_million", "bits flipped", &DiskSettings::bit_flip_per_million},
     {"zeroed_sector_per_million", "sectors zeroed", &DiskSettings::zeroed_sector_per_million}}};

// Of one member's process.
struct ProcessSettings {
  TimeUs step_us = 0;  // what each thing takes that it does, one after the other; 0: no time
  std::uint32_t stall_per_million = 0;  // of these things: those that take `stall_us` longer
  TimeUs stall_us = 0;
  bool is_slow() const { return step_us > 0 || stall_per_million > 0; }
  friend bool operator==(const ProcessSettings&, const ProcessSettings&) = default;
};

// One change of the configuration. What is promoted must be a learner where it is proposed.
struct Change {
  enum class Kind : std::uint8_t { Add, AddLearner, Promote, Remove };
  Kind kind = Kind::Add;
  raft::NodeId node{};
  friend bool operator==(const Change&, const Change&) = default;
};
const char* describe(Change::Kind kind);  // "add", "add learner", "promote", "remove"

// Clients that write and read `key`0, `key`1, ... by themselves. What they write is the request's number.
struct Load {
  std::uint32_t clients = 1;  // each waits for its answer before it asks again
  bool open = false;          // nobody waits: requests come on average every `every_us`, whatever happens
  std::uint32_t count = 0;    // requests of all of them
  TimeUs every_us = 0;        // open: as said; else how long a client thinks after an answer
  std::uint32_t keys = 1;
  std::uint32_t reads_per_million = 0;
  friend bool operator==(const Load&, const Load&) = default;
};

enum class NemesisFault : std::uint8_t {
  Crash,      // a member, of whose cache any part is left; it starts again
  Pause,      // a member, that goes on
  Partition,  // so many members against the others, healed with everything
  Cut,        // one direction of a link, healed
  Clog,       // the same, clogged
  Delay,      // a message on its way
  Drift,      // a clock, by up to a fifth, that is set right
  Jump,       // a clock, by up to an election timeout
};
inline constexpr std::size_t kNemesisFaultCount = 8;
const char* describe(NemesisFault fault);  // "crash"

// Faults that strike by themselves, each undone after a while. No more members are crashed or paused by them than leave
// a majority running, and no disk is hurt: what is committed survives it.
struct Nemesis {
  std::vector<NemesisFault> faults{};  // that may strike, each as often
  std::uint32_t strikes = 0;
  TimeUs between_us = 0;  // mean of the time between two strikes, exponentially distributed
  TimeUs lasts_us = 0;    // mean of the time until one is undone
  friend bool operator==(const Nemesis&, const Nemesis&) = default;
};

struct Command {
  enum class Kind : std::uint8_t {
    Put,      // a client writes key = value through `node` (kNone: through whoever leads, retrying)
    Delete,   // a client deletes key
    Read,     // a client reads key, as fresh as `mode` says
    Swap,     // a client writes key = value if key holds `expected` then
    Load,     // clients ask again and again: `load`
    Crash,    // node stops at once; of what it had not made durable `unsynced` says what is left
    Restart,  // node starts again from its storage
    Pause,    // node's process stands still: nothing is handled, its clock stops
    Resume,
    Isolate,  // every link from and to node is cut
    Cut,      // the directed link from `node` to `peer` loses everything
    Heal,     // and carries again
    // Links between different `groups` are cut, links inside a group are healed. Without groups: between `size` members
    // that are chosen at random and the others.
    Partition,
    HealAll,    // every link carries again, and lets pass what waits on it
    Nemesis,    // faults strike at random: `nemesis`
    Timeout,    // node's election timer runs out now
    Transfer,   // node, a leader, hands over to peer
    SetLink,    // the link from `node` to `peer` (both kNone: every link) becomes as `link` says
    Drop,       // `message`, on its way, is taken off the wire
    Delay,      // `message` arrives `delay_us` later than it would
    Duplicate,  // another copy of `message` sets out now
    Deliver,    // `message` arrives now
    Drift,     // node's clock runs faster by `drift_ppm`; slower when negative; -1'000'000: it stands still
    Jump,      // node's clock jumps forward by `delay_us`
    Wipe,      // node, crashed, loses its disk: it will start as a new machine under its old name
    SetDisk,   // node's disk (kNone: every disk): how long a sync takes, and what goes wrong by chance
    FailDisk,  // the next `disk_op` of node's disk goes wrong: `disk_fault`
    Damage,  // one bit of node's disk flips: `bit` of byte `offset` of `file`; or, `zeroed`, its sector is lost
    Snapshot,  // node makes a snapshot of its store and forgets the log before it
    Reconfigure,  // node (kNone: whoever leads) proposes `changes` of the configuration, joint as `transition` says
    LeaveJoint,  // node (kNone: whoever leads) proposes to leave the joint configuration
    SetProcess,  // node's process (kNone: every process): how long what it does takes
  };
  Kind kind = Kind::HealAll;
  raft::NodeId node{};
  raft::NodeId peer{};
  std::string key{};
  std::string value{};
  std::vector<std::vector<raft::NodeId>> groups{};
  LinkSettings link{};        // SetLink
  std::uint32_t size = 0;     // Partition
  std::uint64_t message = 0;  // see World::flights()
  TimeUs delay_us = 0;
  std::int64_t drift_ppm = 0;
  member::Unsynced unsynced = member::Unsynced::Lost;  // Crash
  DiskSettings disk{};                                 // SetDisk
  storage::DiskOp disk_op = storage::DiskOp::Sync;     // FailDisk: Write, Sync or Read
  storage::DiskFault disk_fault = storage::DiskFault::Error;
  std::string file{};  // Damage: its name, as in "00000001.wal"
  std::uint64_t offset = 0;
  std::uint32_t bit = 0;   // 0 to 7
  bool zeroed = false;     // Damage
  std::string expected{};  // Swap
  // Put: takes effect only while the key `fence` was last changed in the store's revision `token`. Empty: always.
  std::string fence{};
  std::int64_t token = 0;
  bool no_session =
      false;  // Put, Delete, Swap, Load: an attempt that is tried again is a request of its own
  member::ReadMode mode = member::ReadMode::Linearizable;  // Read, and the reads of a Load
  Load load{};
  sim::Nemesis nemesis{};         // Nemesis
  std::vector<Change> changes{};  // Reconfigure: no member twice
  raft::ConfChangeTransition transition = raft::ConfChangeTransition::Auto;
  ProcessSettings process{};  // SetProcess

  friend bool operator==(const Command&, const Command&) = default;
};

// "S3"; "the leader" for a stand-in.
std::string name(raft::NodeId node);
const char* describe(Command::Kind kind);  // the word that scenarios use: "crash", "heal_all", ...
std::string describe(const std::vector<Change>& changes);  // "add S4, remove S1"
std::string describe(const Command& command);              // "crash S3", "partition {S1,S2} | {S3,S4,S5}"

}  // namespace raftarium::sim
