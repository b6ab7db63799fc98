// What is on its way: sent, delivered, lost, and what a hand does to it.

#include <algorithm>
#include <utility>

#include "sim/world.h"

namespace raftarium::sim {

namespace {

using raft::NodeId;

}  // namespace

// What `flight` is about, told by the member that notices: the receiver when it arrives, else the sender.
Event& World::tell_of(Event::Kind kind, const Flight& flight) {
  const raft::Message& message = flight.message;
  const bool arrives = kind == Event::Kind::Delivered || kind == Event::Kind::SnapshotPart;
  Event& event = arrives ? tell(kind, message.to, message.from) : tell(kind, message.from, message.to);
  event.message_id = flight.id;
  event.message_type = message.type;
  event.message_index = message.index;
  event.message_entries = message.entries.size();
  event.message_reject = message.reject;
  return event;
}

void World::on_delivery(const Due& due) {
  const auto at = flights_.find(due.subject);
  // Taken off the wire, or rescheduled since.
  if (at == flights_.end() || at->second.schedule != due.number) return;
  const Flight& arriving = at->second;
  Replica& r = replica(arriving.message.to);
  // A cut made while the message was on its way catches it too.
  LossReason loss = arriving.fate;
  if (loss == LossReason::None && network_.link(arriving.message.from, arriving.message.to).cut) {
    loss = LossReason::LinkCut;
  }
  if (loss == LossReason::None && network_.link(arriving.message.from, arriving.message.to).clogged) {
    faults_.add(Fault::Clogged);
    clogged_.push_back(arriving.id);
    return;
  }
  if (loss == LossReason::None && r.process == ProcessState::Crashed) loss = LossReason::ReceiverDown;
  if (loss == LossReason::None && r.process == ProcessState::Paused) {
    r.held.push_back(arriving.id);
    return;
  }
  if (loss == LossReason::None && r.takes_turns) return wait_turn(r, due);
  Flights::node_type flight = land(at);
  if (loss != LossReason::None) {
    lose(flight.mapped(), loss);
  } else {
    deliver(flight.mapped());
  }
  landed(std::move(flight));
}

Flights::node_type World::land(Flights::iterator at) {
  entries_in_flight_ -= at->second.message.entries.size();
  return flights_.extract(at);
}

void World::landed(Flights::node_type&& flight) {
  constexpr std::size_t kMostKept = 256;
  flight.mapped().message = {};  // its entries may be written over now
  if (scratch_.landed.size() < kMostKept) scratch_.landed.push_back(std::move(flight));
}

void World::hand_over(std::uint64_t id) {
  Flights::node_type flight = land(flights_.find(id));
  if (replica(flight.mapped().message.to).process == ProcessState::Crashed) {
    lose(flight.mapped(), LossReason::ReceiverDown);
  } else {
    deliver(flight.mapped());
  }
  landed(std::move(flight));
}

void World::deliver(Flight& flight) {
  if (flight.part < flight.parts) {
    Event& event = tell_of(Event::Kind::SnapshotPart, flight);
    event.part = flight.part;
    event.parts = flight.parts;
    // The next part sets out when this one has arrived, if there is still somebody to send it.
    if (replica(flight.message.from).process != ProcessState::Crashed)
      launch(raft::Message(flight.message), flight.part + 1, flight.parts, false);
    return;
  }
  tell_of(Event::Kind::Delivered, flight);
  std::uint64_t& newest = newest_arrived_[network_.position(flight.message.from, flight.message.to)];
  if (flight.id < newest) faults_.add(Fault::Reordered);
  newest = std::max(newest, flight.id);
  if (flight.message.type == raft::MessageType::MsgSnap) report_snapshot(flight.message, true);
  Replica& r = replica(flight.message.to);
  r.member().step(flight.message);
  pump(r);
}

void World::lose(const Flight& flight, LossReason reason) {
  switch (reason) {
    case LossReason::None:
      break;
    case LossReason::LinkCut:
      faults_.add(Fault::LinkCut);
      break;
    case LossReason::Dropped:
      faults_.add(Fault::Dropped);
      break;
    case LossReason::ReceiverDown:
      faults_.add(Fault::ReceiverDown);
      break;
    case LossReason::TakenOff:
      faults_.add(Fault::TakenOff);
      break;
    case LossReason::NetworkFull:
      faults_.add(Fault::NetworkFull);
      break;
  }
  tell_of(Event::Kind::Lost, flight).loss = reason;
  if (flight.message.type == raft::MessageType::MsgSnap) report_snapshot(flight.message, false);
}

// The transport knows whether a snapshot went through, and tells the sender's core: until it hears, nothing
// else is sent to that follower.
void World::report_snapshot(const raft::Message& message, bool arrived) {
  push(now_us_, Due::Kind::Report, message.from.value(), message.to.value() * 2 + (arrived ? 1 : 0));
}

void World::on_report(const Due& due) {
  Replica& r = replica(NodeId(due.subject));
  if (r.process == ProcessState::Crashed) return;
  if (r.process == ProcessState::Paused) {
    return push(now_us_ + config_.tick_us, Due::Kind::Report, due.subject, due.number);
  }
  if (r.takes_turns) return wait_turn(r, due);
  report(r, due);
}

void World::report(Replica& r, const Due& due) {
  r.member().report_snapshot(NodeId(due.number / 2), due.number % 2 == 1);
  pump(r);
}

std::uint64_t World::parts_of(const raft::Message& message) const {
  if (message.type != raft::MessageType::MsgSnap) return 1;
  const auto part_bytes = static_cast<std::uint64_t>(config_.snapshot_part_bytes);
  return std::max<std::uint64_t>(1, (message.snapshot->data.size() + part_bytes - 1) / part_bytes);
}

void World::send(raft::Message&& message) {
  if (!is_member(message.to)) return;
  const std::uint64_t parts = parts_of(message);
  launch(std::move(message), 1, parts, true);
}

void World::turn_away(raft::Message&& message, std::uint64_t id) {
  Flight flight;
  flight.id = id;
  flight.message = std::move(message);
  tell_of(Event::Kind::Sent, flight);
  lose(flight, LossReason::NetworkFull);
}

void World::launch(raft::Message&& message, std::uint64_t part, std::uint64_t parts, bool may_double) {
  const Link& link = network_.link(message.from, message.to);
  const std::uint64_t id = ++next_flight_;
  // Members that answer each other without end, with messages that come twice, would fill any memory; without
  // latency, time would stand still.
  if (is_full(message.entries.size())) return turn_away(std::move(message), id);
  if (now_us_ >= lately_ends_us_) {
    sent_lately_ = 0;
    lately_ends_us_ = now_us_ + 1000;
  }
  ++sent_lately_;
  auto at = flights_.end();
  if (scratch_.landed.empty()) {
    at = flights_.try_emplace(at, id);
  } else {
    Flights::node_type node = std::move(scratch_.landed.back());
    scratch_.landed.pop_back();
    node.key() = id;
    at = flights_.insert(at, std::move(node));
  }
  Flight& flight = at->second;
  flight.id = id;
  flight.message = std::move(message);
  entries_in_flight_ += flight.message.entries.size();
  flight.sent_us = now_us_;
  flight.deliver_us = now_us_ + link.latency_min_us + exponential(prng_, link.latency_mean_us);
  flight.fate = LossReason::None;
  flight.schedule = 0;
  flight.part = part;
  flight.parts = parts;
  if (link.cut) {
    flight.fate = LossReason::LinkCut;
  } else if (prng_.chance(link.loss_per_million)) {
    flight.fate = LossReason::Dropped;
  }
  // A snapshot in parts is a stream, which delivers once.
  const bool doubled = may_double && prng_.chance(link.duplicate_per_million) &&
                       flight.message.type != raft::MessageType::MsgSnap;
  push(flight.deliver_us, Due::Kind::Delivery, id, flight.schedule);
  tell_of(Event::Kind::Sent, flight);
  if (may_double && link.replay_per_million > 0) replay(raft::Message(flight.message), link);
  if (!doubled) return;
  faults_.add(Fault::Duplicated);
  launch(raft::Message(flight.message), 1, 1, false);
}

void World::replay(const raft::Message& message, const Link& link) {
  if (message.type == raft::MessageType::MsgSnap) return;  // a stream, which delivers once
  std::vector<raft::Message>& carried = carried_[{message.from, message.to}];
  if (!carried.empty() && prng_.chance(link.replay_per_million)) {
    faults_.add(Fault::Replayed);
    const auto count = static_cast<std::uint32_t>(carried.size());
    launch(raft::Message(carried[prng_.below(count)]), 1, 1, false);
  }
  if (carried.size() == kCarried) carried.erase(carried.begin());
  carried.push_back(message);
}

void World::unclog() {
  const std::vector<std::uint64_t> waiting = std::move(clogged_);
  clogged_.clear();
  for (const std::uint64_t id : waiting) {
    const auto at = flights_.find(id);
    if (at == flights_.end()) continue;  // taken off the wire
    Flight& flight = at->second;
    if (network_.link(flight.message.from, flight.message.to).clogged) {
      clogged_.push_back(id);
    } else {
      push(now_us_, Due::Kind::Delivery, id, ++flight.schedule);
    }
  }
}

void World::act_on_message(const Command& command) {
  const auto at = flights_.find(command.message);
  Flight& flight = at->second;
  const auto reschedule = [&](TimeUs time_us) {
    flight.deliver_us = time_us;
    push(time_us, Due::Kind::Delivery, flight.id, ++flight.schedule);
  };
  switch (command.kind) {
    case Command::Kind::Drop: {
      Flights::node_type taken = land(at);
      lose(taken.mapped(), LossReason::TakenOff);
      landed(std::move(taken));
      break;
    }
    case Command::Kind::Delay:
      faults_.add(Fault::Delayed);
      reschedule(flight.deliver_us + command.delay_us);
      break;
    case Command::Kind::Deliver:
      faults_.add(Fault::Hastened);
      reschedule(now_us_);
      break;
    default:
      faults_.add(Fault::Duplicated);
      launch(raft::Message(flight.message), flight.part, flight.parts, false);
      break;
  }
}

base::Status World::check_message(const Command& command) const {
  const std::string what = std::string(describe(command.kind)) + ": ";
  const auto at = flights_.find(command.message);
  if (at == flights_.end()) {
    return base::Error{what + "message " + std::to_string(command.message) + " is not on its way"};
  }
  const ProcessState receiver = process(at->second.message.to);
  const bool held = receiver == ProcessState::Paused && at->second.deliver_us <= now_us_;
  if ((held || waits_for_turn(at->second)) && command.kind != Command::Kind::Duplicate) {
    return base::Error{what + "message " + std::to_string(command.message) + " has arrived and waits for " +
                       name(at->second.message.to)};
  }
  const bool clogged = network_.link(at->second.message.from, at->second.message.to).clogged;
  const bool waits = clogged && at->second.deliver_us <= now_us_;
  if (waits && (command.kind == Command::Kind::Delay || command.kind == Command::Kind::Deliver)) {
    return base::Error{what + "message " + std::to_string(command.message) +
                       " has arrived, and its link is clogged"};
  }
  if (command.kind == Command::Kind::Delay && (command.delay_us < 0 || command.delay_us > kMaxLatencyUs)) {
    return base::Error{what + "expected 0 to " + std::to_string(kMaxLatencyUs) + " us, got " +
                       std::to_string(command.delay_us)};
  }
  return {};
}

}  // namespace raftarium::sim
