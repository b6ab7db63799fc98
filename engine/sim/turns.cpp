// A slow process: it does one thing at a time, in the order in which they arrived, and each takes its time. What is
// for it (a message, a tick, a request, the end of a sync) takes effect when its turn ends.
//
// Nothing is lost by waiting but ticks: a clock that ticks while its last tick still waits is not heard. So all that
// waits is bounded: messages are still on their way, and requests that find a full queue are not answered.

#include <algorithm>
#include <utility>

#include "sim/world.h"

namespace raftarium::sim {

void World::use_process(Replica& r, const ProcessSettings& settings) {
  r.pace = settings;
  r.takes_turns = settings.is_slow() || !r.waiting.empty();
  // What it is at and what waits goes on at the new pace.
  if (!r.waiting.empty() && r.process == ProcessState::Running) begin_turn(r);
}

void World::wait_turn(Replica& r, const Due& due) {
  const auto most = static_cast<std::size_t>(config_.max_messages_in_flight);
  if (due.kind == Due::Kind::Ask && r.waiting.size() >= most) return;  // the client's timeout will tell
  r.waiting.push_back(due);
  if (r.waiting.size() == 1) begin_turn(r);
}

void World::begin_turn(Replica& r) {
  TimeUs takes_us = r.pace.step_us;
  if (prng_.chance(r.pace.stall_per_million)) takes_us += r.pace.stall_us;
  if (takes_us > 0) faults_.add(Fault::Slowed);
  push(now_us_ + takes_us, Due::Kind::Turn, r.member().id().value(), ++r.turn);
}

void World::on_turn(const Due& due) {
  Replica& r = replica(raft::NodeId(due.subject));
  if (r.turn != due.number || r.process != ProcessState::Running) return;
  const Due first = r.waiting.front();
  r.waiting.erase(r.waiting.begin());
  take_turn(r, first);
  if (!r.waiting.empty()) return begin_turn(r);
  r.takes_turns = r.pace.is_slow();
}

void World::take_turn(Replica& r, const Due& due) {
  switch (due.kind) {
    case Due::Kind::Tick:
      if (r.life != due.number) return;
      // The clock keeps its phase, without the ticks that have gone by.
      if (!r.stands_still()) {
        const TimeUs late_us = now_us_ - due.time_us;
        const TimeUs periods = std::max<TimeUs>(1, (late_us + r.tick_period_us - 1) / r.tick_period_us);
        schedule_tick(r, periods * r.tick_period_us - late_us);
      }
      (void)tick(r);
      return;
    case Due::Kind::Delivery:
      return hand_over(due.subject);
    case Due::Kind::Ask: {
      const Request& request = requests_[due.subject];
      // The client may have given up meanwhile.
      if (request.state != RequestState::Waiting || request.attempts != due.number) return;
      return take_request(r, requests_.edit(due.subject));
    }
    case Due::Kind::Sync:
      if (r.sync && r.start == due.number) sync_ended(r);
      return;
    case Due::Kind::Report:
      return report(r, due);
    default:
      CHECK(false, "nothing else waits for a process");
  }
}

void World::go_on_with_turns(Replica& r) {
  // The clock and the disk say again what they said before the pause.
  const auto again = [](const Due& due) {
    return due.kind == Due::Kind::Tick || due.kind == Due::Kind::Sync;
  };
  ++r.turn;
  r.waiting.erase(std::remove_if(r.waiting.begin(), r.waiting.end(), again), r.waiting.end());
  use_process(r, r.pace);
}

// The process is gone, and what it had not come to with it.
void World::drop_turns(Replica& r) {
  ++r.turn;
  const std::vector<Due> waiting = std::move(r.waiting);
  r.waiting.clear();
  r.takes_turns = r.pace.is_slow();
  for (const Due& due : waiting) {
    if (due.kind == Due::Kind::Delivery) hand_over(due.subject);
  }
}

bool World::waits_for_turn(const Flight& flight) const {
  const auto& waiting = replica(flight.message.to).waiting;
  return std::any_of(waiting.begin(), waiting.end(), [&](const Due& due) {
    return due.kind == Due::Kind::Delivery && due.subject == flight.id;
  });
}

TimeUs World::tick_period_us(raft::NodeId node) const {
  const Replica& r = replica(node);
  const TimeUs period_us = r.tick_period_us;
  return std::max<TimeUs>(1, (r.pace.step_us + period_us - 1) / period_us) * period_us;
}

}  // namespace raftarium::sim
