#pragma once
// Offers: what a client can ask, what can be done to a disk, a clock, a link or a message; in words and as the
// command that does it. Pure.

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
};

// What makes sense for `member` now.
std::vector<Offer> disk_offers(const MemberView& member);
std::vector<Offer> clock_offers(const MemberView& member);
// Of a client that asks `through` a member; kNone: whoever leads.
std::vector<Offer> client_offers(const Frame& frame, raft::NodeId through);
// One direction of a link.
std::vector<Offer> link_offers(const LinkView& link);
// Changes of the configuration that are about `member`, proposed to whoever leads.
std::vector<Offer> membership_offers(const Frame& frame, const MemberView& member);
std::vector<Offer> message_offers(const MessageView& message);
// Damage to the record itself, in the middle of what it says.
std::vector<Offer> damage_offers(raft::NodeId member, const RecordView& record);

}  // namespace raftarium::viz
