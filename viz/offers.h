#pragma once
// Offers: what a client can ask, what can be done to a disk, a clock, a process, a link or a message; in words and
// as the command that does it. Pure.

#include <string>
#include <vector>

#include "sim/command.h"
#include "viz/frame.h"

namespace raftarium::viz {

struct Offer {
  std::string name;  // "disk.slow": the region act.disk.slow
  std::string label;
  std::string tooltip;
  sim::Command command;
  bool danger = false;
  bool asks = false;  // the command is where a form begins (forms.h)
};

// What makes sense for `member` now.
std::vector<Offer> disk_offers(const MemberView& member);
std::vector<Offer> clock_offers(const MemberView& member);
std::vector<Offer> process_offers(const MemberView& member);
// Of a client that asks `through` a member; kNone: whoever leads.
std::vector<Offer> client_offers(const Frame& frame, raft::NodeId through);
// One direction of a link.
std::vector<Offer> link_offers(const LinkView& link);
// Of a link that `set` sets: messages take so different times that they overtake each other, or not any more.
Offer reordering_offer(const char* name, const sim::LinkSettings& now, const sim::Command& set);
// What goes wrong with a disk by chance, each for itself, and what goes wrong the next time only.
std::vector<Offer> disk_chance_offers(const MemberView& member);
std::vector<Offer> disk_once_offers(const MemberView& member);
// For every link, and every disk, what the first of them is not: what is not named is as it has it.
std::vector<Offer> network_offers(const Frame& frame);
std::vector<Offer> every_link_offers(const Frame& frame);
std::vector<Offer> every_disk_offers(const Frame& frame);
std::vector<Offer> every_process_offers(const Frame& frame);
// Where the network is parted: to the other sides, alone or with those on its own.
std::vector<Offer> side_offers(const Frame& frame, raft::NodeId member);
// The leader hands over to `member`.
std::vector<Offer> takeover_offers(const Frame& frame, const MemberView& member);
// Changes of the configuration that are about `member`, proposed to whoever leads.
std::vector<Offer> membership_offers(const Frame& frame, const MemberView& member);
std::vector<Offer> message_offers(const MessageView& message);
// Damage to the record itself, in the middle of what it says.
std::vector<Offer> damage_offers(raft::NodeId member, const RecordView& record);

}  // namespace raftarium::viz
