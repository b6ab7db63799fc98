#include "viz/offers.h"

#include <algorithm>
#include <array>

#include "storage/wal_format.h"
#include "viz/acts.h"
#include "viz/text.h"

namespace raftarium::viz {
namespace {

using sim::Command;
using CommandKind = sim::Command::Kind;

constexpr std::int64_t kSlowSyncUs = 200'000;
constexpr std::int64_t kFarUs = 100'000;  // latency of a slow link
constexpr std::int64_t kNearUs = 10'000;
constexpr std::uint32_t kSometimes = 300'000;  // per million
constexpr std::uint32_t kSeldom = 50'000;
constexpr std::int64_t kHeldUpUs = 300'000;
constexpr std::int64_t kJumpUs = 1'000'000;
constexpr std::int64_t kHalfPpm = 500'000;
constexpr std::int64_t kStormUs = 5'000;
constexpr sim::ProcessSettings kSlowProcess{.step_us = 10'000};
constexpr sim::ProcessSettings kStallingProcess{.stall_per_million = 20'000, .stall_us = 400'000};

Command crash(raft::NodeId node, member::Unsynced unsynced) {
  Command command = about(CommandKind::Crash, node);
  command.unsynced = unsynced;
  return command;
}

Command fail_next(raft::NodeId node, storage::DiskOp op) {
  Command command = about(CommandKind::FailDisk, node);
  command.disk_op = op;
  command.disk_fault = storage::DiskFault::Error;
  return command;
}

Command with_disk(const MemberView& member, const sim::DiskSettings& disk) {
  Command command = about(CommandKind::SetDisk, member.id);
  command.disk = disk;
  return command;
}

Command drift(raft::NodeId node, std::int64_t ppm) {
  Command command = about(CommandKind::Drift, node);
  command.drift_ppm = ppm;
  return command;
}

}  // namespace

std::vector<Offer> disk_offers(const MemberView& member) {
  std::vector<Offer> offers;
  sim::DiskSettings disk = member.disk;
  const bool slow = disk.sync_min_us + disk.sync_mean_us > 0;
  disk.sync_min_us = slow ? 0 : kSlowSyncUs;
  disk.sync_mean_us = 0;
  offers.push_back({"disk.slow", slow ? "Quick syncs" : "Slow syncs",
                    slow ? text::kQuickDisk : text::kSlowDisk, with_disk(member, disk)});
  disk = member.disk;
  disk.full = !disk.full;
  offers.push_back({"disk.full", disk.full ? "Fill the disk" : "Make space",
                    disk.full ? text::kFullDisk : text::kFreeDisk, with_disk(member, disk)});
  disk = member.disk;
  disk.syncs_lie = !disk.syncs_lie;
  offers.push_back({"disk.lie", disk.syncs_lie ? "Syncs lie" : "Honest syncs",
                    disk.syncs_lie ? text::kLyingDisk : text::kHonestDisk, with_disk(member, disk)});
  disk = member.disk;
  const bool steady = disk.short_write_per_million == 0;
  disk.short_write_per_million = disk.no_space_per_million = disk.read_error_per_million =
      disk.lying_sync_per_million = steady ? kSeldom : 0;
  offers.push_back({"disk.flaky", steady ? "Flaky" : "Steady",
                    steady ? text::kFlakyDisk : text::kSteadyDisk, with_disk(member, disk)});
  Command damage = about(CommandKind::Damage, member.id);
  damage.file = "00000001.wal";
  damage.offset = storage::kRecordHeaderBytes;
  offers.push_back({"disk.set", "Set …", text::kSetDisk, with_disk(member, member.disk), false, true});
  offers.push_back({"disk.damage_at", "Damage …", text::kDamageAt, damage, true, true});
  if (member.process == Process::Crashed) {
    offers.push_back({"disk.wipe", "New disk", text::kWipe, about(CommandKind::Wipe, member.id), true});
    return offers;
  }
  offers.push_back(
      {"disk.fail_sync", "Fail a sync", text::kFailSync, fail_next(member.id, storage::DiskOp::Sync)});
  offers.push_back(
      {"disk.fail_write", "Fail a write", text::kFailWrite, fail_next(member.id, storage::DiskOp::Write)});
  if (member.process == Process::Running)
    offers.push_back(
        {"disk.snapshot", "Snapshot", text::kSnapshot, about(CommandKind::Snapshot, member.id)});
  offers.push_back(
      {"disk.tear", "Power failure", text::kTear, crash(member.id, member::Unsynced::Torn), true});
  offers.push_back({"disk.kill", "Kill", text::kKill, crash(member.id, member::Unsynced::Kept), true});
  return offers;
}

std::vector<Offer> clock_offers(const MemberView& member) {
  std::vector<Offer> offers;
  if (member.drift_ppm != 0) {
    offers.push_back({"clock.right", "Right clock", text::kRightClock, drift(member.id, 0)});
  } else {
    offers.push_back({"clock.fast", "Fast clock", text::kFastClock, drift(member.id, kHalfPpm)});
    offers.push_back({"clock.slow", "Slow clock", text::kSlowClock, drift(member.id, -kHalfPpm)});
    offers.push_back({"clock.stop", "Stop clock", text::kStopClock, drift(member.id, -2 * kHalfPpm)});
  }
  if (member.process == Process::Running) {
    Command jump = about(CommandKind::Jump, member.id);
    jump.delay_us = kJumpUs;
    offers.push_back({"clock.jump", "Jump 1 s", text::kJumpClock, jump});
    offers.push_back({"clock.jump_by", "Jump …", text::kJumpClockBy, jump, false, true});
  }
  offers.push_back(
      {"clock.drift", "Run at …", text::kDriftClock, drift(member.id, member.drift_ppm), false, true});
  return offers;
}

namespace {

// Of one process, or of every one.
std::vector<Offer> pace_offers(raft::NodeId node, const sim::ProcessSettings& now,
                               const std::array<const char*, 4>& names) {
  const auto with = [&](const sim::ProcessSettings& pace) {
    Command command = about(CommandKind::SetProcess, node);
    command.process = pace;
    return command;
  };
  std::vector<Offer> offers;
  if (now.is_slow()) {
    offers.push_back({names[0], "Quick process", text::kQuickProcess, with({})});
  } else {
    offers.push_back({names[1], "Slow process", text::kSlowProcess, with(kSlowProcess)});
    offers.push_back({names[2], "Stalling process", text::kStallingProcess, with(kStallingProcess)});
  }
  offers.push_back({names[3], "Set the process …", text::kSetProcess, with(now), false, true});
  return offers;
}

}  // namespace

std::vector<Offer> process_offers(const MemberView& member) {
  return pace_offers(member.id, member.pace,
                     {"process.quick", "process.slow", "process.stall", "process.set"});
}

std::vector<Offer> every_process_offers(const Frame& frame) {
  if (frame.members.empty()) return {};
  return pace_offers(raft::kNone, frame.members.front().pace,
                     {"processes.quick", "processes.slow", "processes.stall", "processes.set"});
}

namespace {

// What a member's store holds last; nothing where it is empty.
kv::KeyValue something_stored(const Frame& frame, raft::NodeId through) {
  const MemberView* member = find_member(frame, through);
  if (member == nullptr) member = current_leader(frame);
  if (member == nullptr || member->store.empty()) return {};
  return member->store.back();
}

}  // namespace

std::vector<Offer> client_offers(const Frame& frame, raft::NodeId through) {
  using member::ReadMode;
  const Command put = next_put(frame, through);
  const kv::KeyValue stored = something_stored(frame, through);
  const auto on_key = [&](CommandKind kind) {
    Command command = about(kind, through);
    command.key = stored.key.empty() ? put.key : stored.key;
    return command;
  };
  const auto read = [&](ReadMode mode) {
    Command command = on_key(CommandKind::Read);
    command.mode = mode;
    return command;
  };
  Command swap = on_key(CommandKind::Swap);
  swap.expected = stored.value;
  swap.value = put.value;
  Command load = about(CommandKind::Load, through);
  load.key = "k";
  load.load.clients = 5;
  load.load.count = 100;
  load.load.keys = 5;
  load.load.reads_per_million = 500'000;
  Command storm = load;
  storm.load.open = true;
  storm.load.clients = 1;
  storm.load.every_us = kStormUs;
  Command bare = put;
  bare.no_session = true;
  std::vector<Offer> offers = {
      {"client.put", "Write " + put.key + "=" + put.value, text::kPropose, put},
      {"client.put_bare", "Write, without a session", text::kPutBare, bare},
      {"client.read", "Read, linearizable", text::kRead, read(ReadMode::Linearizable)},
      {"client.read_lease", "Read, by lease", text::kReadLease, read(ReadMode::Lease)},
      {"client.read_local", "Read, locally", text::kReadLocal, read(ReadMode::Serializable)},
      {"client.swap", "Swap, if unchanged", text::kSwap, swap},
      {"client.delete", "Delete " + on_key(CommandKind::Delete).key, text::kDelete,
       on_key(CommandKind::Delete)},
      {"client.load", "Five busy clients", text::kLoad, load},
      {"client.storm", "A request every 5 ms", text::kStorm, storm}};
  if (!stored.key.empty()) {
    Command fenced = put;
    fenced.fence = stored.key;
    fenced.token = stored.mod_revision;
    offers.push_back(
        {"client.put_fenced", "Write, while " + stored.key + " is unchanged", text::kPutFenced, fenced});
  }
  const auto asks = [&](const char* name, const char* label, const Command& begin) {
    offers.push_back({name, label, text::kAskInFull, begin, false, true});
  };
  asks("client.put_as", "Write …", put);
  asks("client.read_as", "Read …", read(ReadMode::Linearizable));
  asks("client.swap_as", "Swap …", swap);
  asks("client.delete_as", "Delete …", on_key(CommandKind::Delete));
  asks("client.load_as", "Busy clients …", load);
  return offers;
}

std::vector<Offer> link_offers(const LinkView& link) {
  const auto on = [&](CommandKind kind) {
    Command command = about(kind, link.from);
    command.peer = link.to;
    return command;
  };
  const auto set = [&](const sim::LinkSettings& as) {
    Command command = on(CommandKind::SetLink);
    command.link = as;
    return command;
  };
  std::vector<Offer> offers;
  if (link.cut) {
    offers.push_back({"link.heal", "Heal", text::kHealLink, on(CommandKind::Heal)});
  } else {
    offers.push_back({"link.cut", "Cut", text::kCutLink, on(CommandKind::Cut), true});
  }
  auto other = static_cast<const sim::LinkSettings&>(link);
  const bool slow = link.latency_min_us >= kFarUs;
  other.latency_min_us = slow ? kNearUs : kFarUs;
  offers.push_back(
      {"link.slow", slow ? "Quick" : "Slow", slow ? text::kQuickLink : text::kSlowLink, set(other)});
  offers.push_back(reordering_offer("link.reorder", link, on(CommandKind::SetLink)));
  // By chance, or not any more.
  const auto chance = [&](const char* name, std::uint32_t sim::LinkSettings::*rate, const char* often,
                          const char* often_tip, const char* never, const char* never_tip) {
    const bool on_now = link.*rate > 0;
    auto as = static_cast<const sim::LinkSettings&>(link);
    as.*rate = on_now ? 0 : kSometimes;
    offers.push_back({name, on_now ? never : often, on_now ? never_tip : often_tip, set(as)});
  };
  chance("link.lossy", &sim::LinkSettings::loss_per_million, "Lossy", text::kLossyLink, "Lossless",
         text::kLosslessLink);
  chance("link.twice", &sim::LinkSettings::duplicate_per_million, "Duplicating", text::kTwiceLink,
         "Once each", text::kOnceLink);
  chance("link.replay", &sim::LinkSettings::replay_per_million, "Replaying", text::kReplayLink,
         "Nothing old", text::kNothingOldLink);
  other = static_cast<const sim::LinkSettings&>(link);
  other.clogged = !link.clogged;
  offers.push_back({"link.clog", link.clogged ? "Unclog" : "Clog",
                    link.clogged ? text::kUnclogLink : text::kClogLink, set(other)});
  offers.push_back({"link.set", "Set …", text::kSetLink, set(link), false, true});
  return offers;
}

namespace {

Command reconfigure(std::vector<sim::Change> changes, raft::ConfChangeTransition transition) {
  Command command = about(CommandKind::Reconfigure, raft::kNone);
  command.changes = std::move(changes);
  command.transition = transition;
  return command;
}

// For a voter: another member takes its place, in one go or by hand.
void add_replacements(const Frame& frame, raft::NodeId voter, std::vector<Offer>& offers) {
  using Transition = raft::ConfChangeTransition;
  for (const MemberView& other : frame.members) {
    const Standing standing = standing_of(frame.configuration, other.id);
    if (standing != Standing::Outside && standing != Standing::Learner) continue;
    const std::string id = std::to_string(other.id.value());
    const std::vector<sim::Change> changes = {{sim::Change::Kind::Remove, voter},
                                              {sim::Change::Kind::Add, other.id}};
    offers.push_back({"members.replace." + id, "Replace by S" + id + ", jointly", text::kReplace,
                      reconfigure(changes, Transition::Auto)});
    offers.push_back({"members.joint." + id, "Replace by S" + id + ", stay joint", text::kStayJoint,
                      reconfigure(changes, Transition::JointExplicit)});
  }
}

}  // namespace

std::vector<Offer> membership_offers(const Frame& frame, const MemberView& member) {
  using Change = sim::Change::Kind;
  std::vector<Offer> offers;
  const auto add = [&](const char* name, const char* label, const char* tip, Change kind, bool danger) {
    offers.push_back(
        {name, label, tip, reconfigure({{kind, member.id}}, raft::ConfChangeTransition::Auto), danger});
  };
  if (!frame.configuration.voters_outgoing.empty()) {
    offers.push_back(
        {"members.leave", "Leave joint", text::kLeaveJoint, about(CommandKind::LeaveJoint, raft::kNone)});
    offers.push_back({"members.leave_as", "Leave joint, through …", text::kLeaveJoint,
                      about(CommandKind::LeaveJoint, raft::kNone), false, true});
    return offers;  // one change after the other (§4.3)
  }
  switch (standing_of(frame.configuration, member.id)) {
    case Standing::Outside:
      add("members.add", "Add as a voter", text::kAddMember, Change::Add, false);
      add("members.add_learner", "Add as a learner", text::kAddLearner, Change::AddLearner, false);
      break;
    case Standing::Learner:
      add("members.promote", "Promote to a voter", text::kPromote, Change::Promote, false);
      add("members.remove", "Remove", text::kRemoveMember, Change::Remove, true);
      break;
    default:
      add("members.demote", "Make it a learner", text::kDemote, Change::AddLearner, false);
      add("members.remove", "Remove", text::kRemoveMember, Change::Remove, true);
      add_replacements(frame, member.id, offers);
      break;
  }
  offers.push_back({"members.change", "Change …", text::kChangeMembers,
                    reconfigure({}, raft::ConfChangeTransition::Auto), false, true});
  return offers;
}

std::vector<Offer> side_offers(const Frame& frame, raft::NodeId member) {
  std::vector<Offer> offers;
  const auto side_of = [&](raft::NodeId id) {
    std::size_t side = 0;
    while (side < frame.islands.size() &&
           std::count(frame.islands[side].begin(), frame.islands[side].end(), id) == 0)
      ++side;
    return side;
  };
  const std::size_t own = side_of(member);
  if (own == frame.islands.size()) return offers;
  for (std::size_t side = 0; side < frame.islands.size(); ++side) {
    if (side == own) continue;
    std::string names;
    for (const raft::NodeId id : frame.islands[side])
      names += (names.empty() ? "" : ",") + std::to_string(id.value());
    const std::string first = std::to_string(frame.islands[side].front().value());
    if (frame.islands[own].size() > 1)
      offers.push_back({"side.join." + first, "Join {" + names + "}", text::kJoinSide,
                        move_to_island(frame, member, side)});
    offers.push_back({"side.heal." + first, "Heal the cut to {" + names + "}", text::kHealSide,
                      heal_border(frame, own, side)});
  }
  return offers;
}

std::vector<Offer> message_offers(const MessageView& message) {
  const auto on = [&](CommandKind kind) {
    Command command = about(kind, raft::kNone);
    command.message = message.id;
    if (kind == CommandKind::Delay) command.delay_us = kHeldUpUs;
    return command;
  };
  return {{"message.drop", "Drop", text::kDrop, on(CommandKind::Drop), true},
          {"message.delay", "Delay", text::kDelay, on(CommandKind::Delay)},
          {"message.delay_by", "Delay by …", text::kDelayBy, on(CommandKind::Delay), false, true},
          {"message.duplicate", "Duplicate", text::kDuplicate, on(CommandKind::Duplicate)},
          {"message.deliver", "Deliver now", text::kDeliver, on(CommandKind::Deliver)}};
}

std::vector<Offer> damage_offers(raft::NodeId member, const RecordView& record) {
  Command command = about(CommandKind::Damage, member);
  command.file = record.file;
  const std::uint64_t said = record.bytes - storage::kRecordHeaderBytes;
  command.offset = record.offset + storage::kRecordHeaderBytes + said / 2;
  command.bit = 4;
  Command zero = command;
  zero.bit = 0;
  zero.zeroed = true;
  return {{"disk.damage", "Flip a bit", text::kDamage, std::move(command), true},
          {"disk.zero", "Lose a sector", text::kLoseSector, std::move(zero), true}};
}

}  // namespace raftarium::viz
