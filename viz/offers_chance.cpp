// Offers of what goes wrong by chance, or the next time, and of what is so for every link or every disk at once.

#include <array>

#include "viz/acts.h"
#include "viz/offers.h"
#include "viz/text.h"

namespace raftarium::viz {
namespace {

constexpr std::uint32_t kOftenOnLink = 300'000;  // per million
constexpr std::uint32_t kOftenOnDisk = 50'000;
constexpr std::int64_t kFarLinkUs = 100'000;
constexpr std::int64_t kNearLinkUs = 10'000;
constexpr std::int64_t kLongSyncUs = 200'000;
constexpr std::uint32_t kStrikes = 20;
constexpr std::int64_t kBetweenStrikesUs = 300'000;
constexpr std::int64_t kStrikeLastsUs = 600'000;

// Something that is so or not: what makes it so, and what ends it.
struct Switch {
  const char* name;
  const char* on;
  const char* on_tip;
  const char* off;
  const char* off_tip;

  Offer offer(bool is_on, sim::Command command) const {
    return {name, is_on ? off : on, is_on ? off_tip : on_tip, std::move(command)};
  }
};

struct DiskChance {
  Switch words;
  std::uint32_t sim::DiskSettings::*rate;
};
constexpr std::array<DiskChance, 9> kDiskChances = {{
    {{"disk.chance.sync_error", "Syncs fail", text::kSyncsFail, "Syncs do not fail", text::kNotByChance},
     &sim::DiskSettings::sync_error_per_million},
    {{"disk.chance.write_error", "Writes fail", text::kWritesFail, "Writes do not fail",
      text::kNotByChance},
     &sim::DiskSettings::write_error_per_million},
    {{"disk.chance.read_error", "Reads fail", text::kReadsFail, "Reads do not fail", text::kNotByChance},
     &sim::DiskSettings::read_error_per_million},
    {{"disk.chance.no_space", "No room for a write", text::kNoRoomSometimes, "Room for every write",
      text::kNotByChance},
     &sim::DiskSettings::no_space_per_million},
    {{"disk.chance.short_write", "Writes are cut short", text::kShortWrites, "Writes are whole",
      text::kNotByChance},
     &sim::DiskSettings::short_write_per_million},
    {{"disk.chance.lying_sync", "Some syncs lie", text::kSomeSyncsLie, "No sync lies by chance",
      text::kNotByChance},
     &sim::DiskSettings::lying_sync_per_million},
    {{"disk.chance.misdirected", "Some go astray", text::kAstray, "None goes astray", text::kNotByChance},
     &sim::DiskSettings::misdirected_per_million},
    {{"disk.chance.bit_flip", "Bits rot", text::kBitRot, "No bit rots", text::kNotByChance},
     &sim::DiskSettings::bit_flip_per_million},
    {{"disk.chance.zeroed_sector", "Sectors are lost", text::kSectorsLost, "No sector is lost",
      text::kNotByChance},
     &sim::DiskSettings::zeroed_sector_per_million},
}};

struct DiskOnce {
  const char* name;
  const char* label;
  const char* tip;
  storage::DiskOp op;
  storage::DiskFault fault;
};
constexpr std::array<DiskOnce, 6> kDiskOnce = {{
    {"disk.once.read", "Fail a read", text::kFailRead, storage::DiskOp::Read, storage::DiskFault::Error},
    {"disk.once.no_space", "No room for a write", text::kNoRoomOnce, storage::DiskOp::Write,
     storage::DiskFault::NoSpace},
    {"disk.once.short_write", "Cut a write short", text::kShortWriteOnce, storage::DiskOp::Write,
     storage::DiskFault::ShortWrite},
    {"disk.once.lying_sync", "A sync lies", text::kLyingSyncOnce, storage::DiskOp::Sync,
     storage::DiskFault::LyingSync},
    {"disk.once.stray_write", "A write goes astray", text::kStrayWrite, storage::DiskOp::Write,
     storage::DiskFault::Misdirected},
    {"disk.once.stray_read", "A read goes astray", text::kStrayRead, storage::DiskOp::Read,
     storage::DiskFault::Misdirected},
}};

struct LinkChance {
  Switch words;
  std::uint32_t sim::LinkSettings::*rate;
};
constexpr std::array<LinkChance, 3> kLinkChances = {{
    {{"links.lossy", "Lossy", text::kLossyLink, "Lossless", text::kLosslessLink},
     &sim::LinkSettings::loss_per_million},
    {{"links.twice", "Duplicating", text::kTwiceLink, "Once each", text::kOnceLink},
     &sim::LinkSettings::duplicate_per_million},
    {{"links.replay", "Replaying", text::kReplayLink, "Nothing old", text::kNothingOldLink},
     &sim::LinkSettings::replay_per_million},
}};

sim::Command with_disk_of(raft::NodeId node, const sim::DiskSettings& disk) {
  sim::Command command = about(sim::Command::Kind::SetDisk, node);
  command.disk = disk;
  return command;
}

void add_disk_chances(raft::NodeId node, const sim::DiskSettings& now, std::vector<Offer>& offers) {
  for (const DiskChance& chance : kDiskChances) {
    sim::DiskSettings disk = now;
    const bool on = now.*chance.rate > 0;
    disk.*chance.rate = on ? 0 : kOftenOnDisk;
    offers.push_back(chance.words.offer(on, with_disk_of(node, disk)));
  }
}

}  // namespace

Offer reordering_offer(const char* name, const sim::LinkSettings& now, const sim::Command& set) {
  const bool on = now.latency_mean_us >= kFarLinkUs;
  sim::Command command = set;
  command.link = now;
  command.link.latency_mean_us = on ? 0 : kFarLinkUs;
  return Switch{name, "Reordering", text::kUnevenLink, "In order", text::kEvenLink}.offer(on, command);
}

std::vector<Offer> disk_chance_offers(const MemberView& member) {
  std::vector<Offer> offers;
  add_disk_chances(member.id, member.disk, offers);
  return offers;
}

std::vector<Offer> disk_once_offers(const MemberView& member) {
  std::vector<Offer> offers;
  for (const DiskOnce& once : kDiskOnce) {
    sim::Command command = about(sim::Command::Kind::FailDisk, member.id);
    command.disk_op = once.op;
    command.disk_fault = once.fault;
    offers.push_back({once.name, once.label, once.tip, std::move(command)});
  }
  return offers;
}

namespace {

std::vector<std::vector<raft::NodeId>> halves_of(const Frame& frame) {
  std::vector<std::vector<raft::NodeId>> halves(2);
  for (std::size_t i = 0; i < frame.members.size(); ++i)
    halves[i < frame.members.size() / 2 ? 0 : 1].push_back(frame.members[i].id);
  return halves;
}

}  // namespace

std::vector<Offer> network_offers(const Frame& frame) {
  std::vector<Offer> offers;
  sim::Command part = about(sim::Command::Kind::Partition, raft::kNone);
  part.size = static_cast<std::uint32_t>(frame.members.size() / 2);
  if (part.size > 0) offers.push_back({"partition", "Part at random", text::kRandomPartition, part, true});
  sim::Command nemesis = about(sim::Command::Kind::Nemesis, raft::kNone);
  for (std::size_t i = 0; i < sim::kNemesisFaultCount; ++i) {
    nemesis.nemesis.faults.push_back(static_cast<sim::NemesisFault>(i));
  }
  nemesis.nemesis.strikes = kStrikes;
  nemesis.nemesis.between_us = kBetweenStrikesUs;
  nemesis.nemesis.lasts_us = kStrikeLastsUs;
  offers.push_back({"nemesis", "Nemesis", text::kNemesis, nemesis, true});
  if (frame.members.size() > 1) {
    sim::Command sides = about(sim::Command::Kind::Partition, raft::kNone);
    sides.groups = frame.islands.size() > 1 ? frame.islands : halves_of(frame);
    offers.push_back({"partition.as", "Part …", text::kPartAs, std::move(sides), true, true});
    offers.push_back({"partition.size", "Part at random …", text::kPartSize, part, true, true});
  }
  offers.push_back({"nemesis.as", "Nemesis …", text::kNemesisAs, std::move(nemesis), true, true});
  return offers;
}

std::vector<Offer> every_link_offers(const Frame& frame) {
  std::vector<Offer> offers;
  if (frame.links.empty()) return offers;
  const sim::LinkSettings now = frame.links.front();
  const sim::Command set = about(sim::Command::Kind::SetLink, raft::kNone);
  const auto with = [&](const sim::LinkSettings& as) {
    sim::Command command = set;
    command.link = as;
    return command;
  };
  sim::LinkSettings as = now;
  const bool slow = now.latency_min_us >= kFarLinkUs;
  as.latency_min_us = slow ? kNearLinkUs : kFarLinkUs;
  offers.push_back(
      Switch{"links.slow", "Slow", text::kSlowLink, "Quick", text::kQuickLink}.offer(slow, with(as)));
  offers.push_back(reordering_offer("links.reorder", now, set));
  for (const LinkChance& chance : kLinkChances) {
    as = now;
    const bool on = now.*chance.rate > 0;
    as.*chance.rate = on ? 0 : kOftenOnLink;
    offers.push_back(chance.words.offer(on, with(as)));
  }
  as = now;
  as.clogged = !now.clogged;
  offers.push_back(Switch{"links.clog", "Clog", text::kClogLink, "Unclog", text::kUnclogLink}.offer(
      now.clogged, with(as)));
  offers.push_back({"links.set", "Set …", text::kSetLink, with(now), false, true});
  return offers;
}

std::vector<Offer> every_disk_offers(const Frame& frame) {
  std::vector<Offer> offers;
  if (frame.members.empty()) return offers;
  const sim::DiskSettings now = frame.members.front().disk;
  sim::DiskSettings disk = now;
  const bool slow = now.sync_min_us + now.sync_mean_us > 0;
  disk.sync_min_us = slow ? 0 : kLongSyncUs;
  disk.sync_mean_us = 0;
  offers.push_back(
      Switch{"disks.slow", "Slow syncs", text::kSlowDisk, "Quick syncs", text::kQuickDisk}.offer(
          slow, with_disk_of(raft::kNone, disk)));
  add_disk_chances(raft::kNone, now, offers);
  for (Offer& offer : offers) {
    if (offer.name.rfind("disk.chance.", 0) == 0) offer.name = "disks." + offer.name.substr(12);
  }
  offers.push_back({"disks.set", "Set …", text::kSetDisk, with_disk_of(raft::kNone, now), false, true});
  return offers;
}

std::vector<Offer> takeover_offers(const Frame& frame, const MemberView& member) {
  if (is_leader(member) && member.process == Process::Running && frame.members.size() > 1) {
    return {{"members.hand_over", "Hand over to …", text::kHandOverTo,
             command_for(frame, Act::Transfer, member.id), false, true}};
  }
  const MemberView* leader = current_leader(frame);
  if (leader == nullptr || leader->process != Process::Running || leader->id == member.id) return {};
  if (member.process != Process::Running) return {};
  sim::Command command = about(sim::Command::Kind::Transfer, leader->id);
  command.peer = member.id;
  return {{"members.lead", "Let it lead", text::kLetItLead, std::move(command)}};
}

}  // namespace raftarium::viz
