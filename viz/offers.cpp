#include "viz/offers.h"

#include "storage/wal_format.h"
#include "viz/acts.h"
#include "viz/text.h"

namespace raftarium::viz {
namespace {

using sim::Command;
using Kind = sim::Command::Kind;

constexpr std::int64_t kSlowSyncUs = 200'000;
constexpr std::int64_t kHeldUpUs = 300'000;
constexpr std::int64_t kJumpUs = 1'000'000;
constexpr std::int64_t kHalfPpm = 500'000;

Command crash(raft::NodeId node, member::Unsynced unsynced) {
  Command command = about(Kind::Crash, node);
  command.unsynced = unsynced;
  return command;
}

Command fail_next(raft::NodeId node, storage::DiskOp op) {
  Command command = about(Kind::FailDisk, node);
  command.disk_op = op;
  command.disk_fault = storage::DiskFault::Error;
  return command;
}

Command with_disk(const MemberView& member, const sim::DiskSettings& disk) {
  Command command = about(Kind::SetDisk, member.id);
  command.disk = disk;
  return command;
}

Command drift(raft::NodeId node, std::int64_t ppm) {
  Command command = about(Kind::Drift, node);
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
  if (member.process == Process::Crashed) {
    offers.push_back({"disk.wipe", "New disk", text::kWipe, about(Kind::Wipe, member.id), true});
    return offers;
  }
  offers.push_back(
      {"disk.fail_sync", "Fail a sync", text::kFailSync, fail_next(member.id, storage::DiskOp::Sync)});
  offers.push_back(
      {"disk.fail_write", "Fail a write", text::kFailWrite, fail_next(member.id, storage::DiskOp::Write)});
  if (member.process == Process::Running)
    offers.push_back({"disk.snapshot", "Snapshot", text::kSnapshot, about(Kind::Snapshot, member.id)});
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
    Command jump = about(Kind::Jump, member.id);
    jump.delay_us = kJumpUs;
    offers.push_back({"clock.jump", "Jump 1 s", text::kJumpClock, jump});
  }
  return offers;
}

std::vector<Offer> message_offers(const MessageView& message) {
  const auto on = [&](Kind kind) {
    Command command = about(kind, raft::kNone);
    command.message = message.id;
    if (kind == Kind::Delay) command.delay_us = kHeldUpUs;
    return command;
  };
  return {{"message.drop", "Drop", text::kDrop, on(Kind::Drop), true},
          {"message.delay", "Delay", text::kDelay, on(Kind::Delay)},
          {"message.duplicate", "Duplicate", text::kDuplicate, on(Kind::Duplicate)},
          {"message.deliver", "Deliver now", text::kDeliver, on(Kind::Deliver)}};
}

Offer damage_offer(raft::NodeId member, const RecordView& record) {
  Command command = about(Kind::Damage, member);
  command.file = record.file;
  const std::uint64_t said = record.bytes - storage::kRecordHeaderBytes;
  command.offset = record.offset + storage::kRecordHeaderBytes + said / 2;
  command.bit = 4;
  return {"disk.damage", "Flip a bit", text::kDamage, command, true};
}

}  // namespace raftarium::viz
