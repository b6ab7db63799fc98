// The client: asks, waits, and tries again elsewhere, with a session so that a retry is applied once.

#include <algorithm>
#include <utility>

#include "sim/world.h"

namespace raftarium::sim {

namespace {

// A client without a session is another one with each attempt: so many bits of its number say which request it is.
constexpr unsigned kRequestBits = 20;
static_assert(kMaxRequests < std::size_t{1} << kRequestBits);

std::uint64_t bits_of_attempt(std::uint32_t attempts) {
  constexpr std::uint32_t kMost = (1U << (32 - kRequestBits)) - 1;
  return std::uint64_t{std::min(attempts - 1, kMost)} << kRequestBits;
}

// Longer with every attempt, so that a cluster without a leader is not flooded.
TimeUs retry_pause(std::uint32_t attempts) {
  constexpr TimeUs kFirst = 50'000;
  constexpr std::uint32_t kMostDoublings = 4;
  return kFirst << std::min(attempts - 1, kMostDoublings);
}

}  // namespace

base::Status World::check_asking(const Command& command) const {
  const bool load = command.kind == Command::Kind::Load;
  kv::Command wanted{.key = command.key, .value = command.value};
  if (load) wanted.key += std::to_string(command.load.keys);
  if (auto status = kv::check(wanted); !status) return status;
  if (command.expected.size() > kv::kMaxValueBytes) return base::Error{"the expected value is too long"};
  if (!load) return check_requests_left(1);
  const Load& asked = command.load;
  const auto outside = [](std::int64_t value, std::int64_t low, std::int64_t high) {
    return value < low || value > high;
  };
  if (outside(asked.clients, 1, kMaxLoadClients)) return base::Error{"expected 1 to 1000 clients"};
  if (outside(asked.count, 1, kMaxLoadRequests)) return base::Error{"expected 1 to 100000 requests"};
  if (outside(asked.keys, 1, kMaxLoadClients)) return base::Error{"expected 1 to 1000 keys"};
  if (outside(asked.every_us, asked.open ? 1 : 0, kMaxJumpUs)) {
    return base::Error{"expected " + std::string(asked.open ? "1" : "0") + " to " +
                       std::to_string(kMaxJumpUs) + " us between requests, got " +
                       std::to_string(asked.every_us)};
  }
  if (asked.reads_per_million > 1'000'000) return base::Error{"expected up to 1000000 reads per million"};
  return check_requests_left(asked.count);
}

base::Status World::check_requests_left(std::size_t wanted) const {
  std::size_t made = requests_.size();
  for (const LoadState& load : loads_) made += load.command.load.count - load.asked;
  if (made + wanted <= kMaxRequests) return {};
  return base::Error{"expected at most " + std::to_string(kMaxRequests) + " requests in a world, got " +
                     std::to_string(wanted) + " after " + std::to_string(made)};
}

void World::open_request(const Command& command, std::uint32_t load) {
  Request request;
  request.id = requests_.size() + 1;
  request.load = load;
  request.mode = command.mode;
  request.no_session = command.no_session;
  kv::Command& wanted = request.command;
  // One session a request: several may be open at once, and each is applied once.
  wanted.client = client_of(request.id);
  wanted.sequence = 1;
  wanted.key = command.key;
  switch (command.kind) {
    case Command::Kind::Delete:
      request.kind = Request::Kind::Delete;
      wanted.kind = kv::Command::Kind::Delete;
      break;
    case Command::Kind::Read:
      request.kind = Request::Kind::Read;
      break;
    case Command::Kind::Swap:
      request.kind = Request::Kind::Swap;
      wanted.kind = kv::Command::Kind::Transaction;
      wanted.key.clear();
      wanted.compares.push_back({.key = command.key, .value = command.expected});
      wanted.then.push_back({.key = command.key, .value = command.value});
      break;
    default:
      if (command.fence.empty()) {
        wanted.value = command.value;
        break;
      }
      wanted.kind = kv::Command::Kind::Transaction;
      wanted.key.clear();
      wanted.compares.push_back(
          {.key = command.fence, .target = kv::Compare::Target::ModRevision, .number = command.token});
      wanted.then.push_back({.key = command.key, .value = command.value});
      break;
  }
  request.target = command.node;
  request.sent_us = now_us_;
  if (checking_) checkers_.asked(request);
  ask(requests_.append(std::move(request)), command.node == raft::kNone ? client_guess_ : command.node, 0);
}

void World::begin_load(const Command& command) {
  loads_.push_back({command, 0});
  const std::uint64_t load = loads_.size();
  // They do not all begin at once.
  const std::uint32_t beginners =
      command.load.open ? 1 : std::min(command.load.clients, command.load.count);
  for (std::uint32_t i = 0; i < beginners; ++i) {
    push(now_us_ + prng_.between(0, command.load.every_us), Due::Kind::Load, load);
  }
}

void World::on_load(std::uint64_t load) {
  LoadState& state = loads_[load - 1];
  const Load& wanted = state.command.load;
  if (state.asked == wanted.count) return;
  ++state.asked;
  Command command = state.command;
  command.kind = prng_.chance(wanted.reads_per_million) ? Command::Kind::Read : Command::Kind::Put;
  command.key += std::to_string(prng_.below(wanted.keys));
  command.value = std::to_string(requests_.size() + 1);
  if (wanted.open) push(now_us_ + 1 + exponential(prng_, wanted.every_us), Due::Kind::Load, load);
  open_request(command, static_cast<std::uint32_t>(load));
}

// A client that waited for this thinks, and asks again.
void World::go_on_with_load(const Request& request) {
  if (request.load == 0) return;
  const Load& load = loads_[request.load - 1].command.load;
  if (!load.open) push(now_us_ + load.every_us, Due::Kind::Load, request.load);
}

void World::ask(Request& request, raft::NodeId node, TimeUs pause_us) {
  ++request.attempts;
  request.at = node;
  request.read_in_start = 0;
  tell(Event::Kind::RequestSent, node).request = request.id;
  request.asked_us = now_us_ + pause_us;
  push(request.asked_us + client_latency(), Due::Kind::Ask, request.id - 1, request.attempts);
  push(std::min(request.asked_us + config_.request_timeout_us, deadline_us(request)), Due::Kind::Timeout,
       request.id - 1, request.attempts);
}

void World::on_ask(const Due& due) {
  const Request& request = requests_[due.subject];
  if (request.state != RequestState::Waiting || request.attempts != due.number) return;
  Replica& r = replica(request.at);
  if (r.process != ProcessState::Running) return;  // nobody answers; the client's timeout will tell
  if (r.takes_turns) return wait_turn(r, due);
  take_request(r, requests_.edit(due.subject));
}

void World::take_request(Replica& r, Request& request) {
  request.read_in_start = r.start;
  if (request.is_read()) {
    const std::string& key = request.command.key;
    request.ticket = r.member().read(request.mode, {.from = key, .to = kv::key_end(key)});
    reading_[{request.at, request.ticket}] = request.id - 1;
    return pump(r);
  }
  kv::Command command = request.command;
  if (request.no_session) command.client = client_of(request.id) + bits_of_attempt(request.attempts);
  const raft::Refusal refusal = r.member().propose(command);
  if (refusal != raft::Refusal::None) {
    request.refusal = refusal;
    push(now_us_ + client_latency(), Due::Kind::Answer, request.id - 1, request.attempts);
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
  Event& event = tell(Event::Kind::RequestRefused, request.at);
  event.request = request.id;
  event.refusal = request.refusal;
  try_again(request);
}

void World::on_timeout(Request& request, std::uint64_t attempt) {
  if (request.state != RequestState::Waiting || request.attempts != attempt) return;
  if (now_us_ >= request.asked_us) {  // else the deadline came in the pause before the attempt
    tell(Event::Kind::RequestTimedOut, request.at).request = request.id;
    request.in_doubt = true;
    faults_.add(Fault::LateAnswer);
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
  Event& event = tell(Event::Kind::RequestDone, answered ? request.answered_by : request.at);
  event.request = request.id;
  event.request_state = state;
  if (answered && request.is_read()) event.text = told(request);
  if (answered && request.is_conditional() && !request.succeeded)
    event.text = request.kind == Request::Kind::Swap ? "not what was expected" : "its token is too old";
  if (answered && checking_) checkers_.answered(request, now_us_, moment());
  go_on_with_load(request);
}

void World::note_applied(raft::NodeId node, const std::vector<member::Applied>& applied) {
  for (const member::Applied& done : applied) {
    if (done.command.client < client_of(1)) continue;  // of an earlier run
    constexpr std::uint64_t kRequest = (std::uint64_t{1} << kRequestBits) - 1;
    const std::uint64_t position = (done.command.client - client_of(1)) & kRequest;
    if (position >= requests_.size()) continue;
    const Request& waiting = requests_[position];
    if (waiting.state != RequestState::Waiting || !waiting.index.is_zero()) continue;
    Request& request = requests_.edit(position);
    // Whom it was sent to answers when it applies, unless its process never read it.
    if (request.at != node || request.read_in_start != replica(node).start) continue;
    request.command.client = done.command.client;  // as which attempt it was taken
    request.index = done.id.index;
    request.revision = done.outcome.revision;
    request.succeeded = done.outcome.succeeded;
    request.answered_by = node;
    push(now_us_ + client_latency(), Due::Kind::Answer, position, request.attempts);
  }
}

bool World::rests_on_lease(raft::NodeId node, member::ReadMode mode) const {
  const raft::NodeId leader = member(node).node().leader();
  if (mode == member::ReadMode::Serializable || leader == raft::kNone) return false;
  const bool asked_for = mode == member::ReadMode::Lease && leader == node && config_.of(node).check_quorum;
  const bool hands_over = leader == node && member(node).node().status().lead_transferee != raft::kNone;
  return (asked_for || config_.of(leader).lease_reads) && !hands_over;
}

void World::note_answers(raft::NodeId node, const std::vector<member::Answer>& answers) {
  for (const member::Answer& answer : answers) {
    const auto found = reading_.find({node, answer.ticket});
    if (found == reading_.end()) continue;
    Request& request = requests_.edit(static_cast<std::size_t>(found->second));
    reading_.erase(found);
    const bool current = request.at == node && request.ticket == answer.ticket;
    if (request.state != RequestState::Waiting || !current || !request.index.is_zero()) continue;
    if (answer.end == member::RequestEnd::Committed) {
      request.index = answer.applied;
      request.revision = answer.result.revision;
      request.answered_by = node;
      request.by_lease = rests_on_lease(node, request.mode);
      request.found = !answer.result.found.empty();
      if (request.found) {
        request.value = answer.result.found.front().value;
        request.version = answer.result.found.front().version;
      }
    } else {
      request.refusal = answer.refusal;
    }
    push(now_us_ + client_latency(), Due::Kind::Answer, request.id - 1, request.attempts);
  }
}

// Its process is gone, and what it was asked with it.
void World::forget_reads(raft::NodeId node) {
  reading_.erase(reading_.lower_bound({node, 0}), reading_.lower_bound({node + 1, 0}));
}

}  // namespace raftarium::sim
