// The client: asks, waits, and tries again elsewhere, with a session so that a retry is applied once.

#include <algorithm>
#include <utility>

#include "sim/world.h"

namespace raftarium::sim {

namespace {

// Longer with every attempt, so that a cluster without a leader is not flooded.
TimeUs retry_pause(std::uint32_t attempts) {
  constexpr TimeUs kFirst = 50'000;
  constexpr std::uint32_t kMostDoublings = 4;
  return kFirst << std::min(attempts - 1, kMostDoublings);
}

}  // namespace

void World::open_request(const Command& command) {
  Request request;
  request.id = requests_.size() + 1;
  request.command.kind =
      command.kind == Command::Kind::Put ? kv::Command::Kind::Put : kv::Command::Kind::Delete;
  // One session a request: several may be open at once, and each is applied once.
  request.command.client = client_of(request.id);
  request.command.sequence = 1;
  request.command.key = command.key;
  request.command.value = command.value;
  request.target = command.node;
  request.sent_us = now_us_;
  requests_.push_back(std::move(request));
  ask(requests_.back(), command.node == raft::kNone ? client_guess_ : command.node, 0);
}

void World::ask(Request& request, raft::NodeId node, TimeUs pause_us) {
  ++request.attempts;
  request.at = node;
  request.read_in_start = 0;
  Event event{.kind = Event::Kind::RequestSent, .node = node};
  event.request = request.id;
  emit(std::move(event));
  request.asked_us = now_us_ + pause_us;
  push(request.asked_us + client_latency(), Due::Kind::Ask, request.id - 1, request.attempts);
  push(std::min(request.asked_us + config_.request_timeout_us, deadline_us(request)), Due::Kind::Timeout,
       request.id - 1, request.attempts);
}

void World::on_ask(Request& request, std::uint64_t attempt) {
  if (request.state != RequestState::Waiting || request.attempts != attempt) return;
  Replica& r = replica(request.at);
  if (r.process != ProcessState::Running) return;  // nobody answers; the client's timeout will tell
  request.read_in_start = r.start;
  const raft::Refusal refusal = r.member().propose(request.command);
  if (refusal != raft::Refusal::None) {
    request.refusal = refusal;
    push(now_us_ + client_latency(), Due::Kind::Answer, request.id - 1, attempt);
  }
  pump(r);
}

// Only refusals and commits are answered; what a refusal says is in the request.
void World::on_answer(Request& request, std::uint64_t attempt) {
  if (request.state != RequestState::Waiting) return;
  if (!request.index.is_zero()) {
    client_guess_ = request.answered_by;
    finish(request, RequestState::Committed);
    return;
  }
  if (request.attempts != attempt) return;
  Event event{.kind = Event::Kind::RequestRefused, .node = request.at};
  event.request = request.id;
  event.refusal = request.refusal;
  emit(std::move(event));
  try_again(request);
}

void World::on_timeout(Request& request, std::uint64_t attempt) {
  if (request.state != RequestState::Waiting || request.attempts != attempt) return;
  if (now_us_ >= request.asked_us) {  // else the deadline came in the pause before the attempt
    Event event{.kind = Event::Kind::RequestTimedOut, .node = request.at};
    event.request = request.id;
    emit(std::move(event));
    request.in_doubt = true;
  }
  try_again(request);
}

void World::try_again(Request& request) {
  if (now_us_ >= deadline_us(request)) {
    // What was not answered may have been appended somewhere and may commit yet.
    finish(request, request.in_doubt ? RequestState::Unknown : RequestState::Refused);
    return;
  }
  raft::NodeId next = request.target;
  if (next == raft::kNone) {
    const Replica& asked = replica(request.at);
    const raft::NodeId hint =
        asked.process == ProcessState::Running ? asked.member().node().leader() : raft::kNone;
    const bool useful = hint != raft::kNone && hint != request.at;
    next = useful ? hint : raft::NodeId(request.at.value() % replicas_.size() + 1);
  }
  ask(request, next, retry_pause(request.attempts));
}

void World::finish(Request& request, RequestState state) {
  request.state = state;
  request.done_us = now_us_;
  const bool answered = state == RequestState::Committed;
  Event event{.kind = Event::Kind::RequestDone, .node = answered ? request.answered_by : request.at};
  event.request = request.id;
  event.request_state = state;
  emit(std::move(event));
}

void World::note_applied(raft::NodeId node, const std::vector<member::Applied>& applied) {
  for (const member::Applied& done : applied) {
    if (done.command.client < client_of(1)) continue;  // of an earlier run
    const std::uint64_t position = done.command.client - client_of(1);
    if (position >= requests_.size()) continue;
    Request& request = requests_[position];
    if (request.state != RequestState::Waiting || !request.index.is_zero()) continue;
    // Whom it was sent to answers when it applies, unless its process never read it.
    if (request.at != node || request.read_in_start != replica(node).start) continue;
    request.index = done.id.index;
    request.revision = done.outcome.revision;
    request.answered_by = node;
    push(now_us_ + client_latency(), Due::Kind::Answer, position, request.attempts);
  }
}

}  // namespace raftarium::sim
