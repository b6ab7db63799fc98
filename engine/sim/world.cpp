#include "sim/world.h"

#include <algorithm>
#include <utility>

namespace raftarium::sim {

namespace {

using raft::NodeId;

base::Error refuse(const std::string& what) { return base::Error{what}; }

base::Status check_config(const WorldConfig& config) {
  const auto field = [](const char* name, const std::string& expected, std::int64_t got) {
    return refuse(std::string("cluster: ") + name + ": expected " + expected + ", got " +
                  std::to_string(got));
  };
  constexpr TimeUs kSecond = 1'000'000;
  if (config.members < 1 || config.members > kMaxMembers) {
    return field("members", "1 to " + std::to_string(kMaxMembers),
                 static_cast<std::int64_t>(config.members));
  }
  if (config.tick_us < 1 || config.tick_us > kSecond) {
    return field("tick_us", "1 to 1000000", config.tick_us);
  }
  if (config.heartbeat_ticks < 1) return field("heartbeat_ticks", "at least 1", config.heartbeat_ticks);
  if (config.election_ticks <= config.heartbeat_ticks || config.election_ticks > 10'000) {
    return field("election_ticks", "more than heartbeat_ticks, at most 10000", config.election_ticks);
  }
  const std::string latencies = "0 to " + std::to_string(kMaxLatencyUs);
  if (config.latency_min_us < 0 || config.latency_min_us > kMaxLatencyUs) {
    return field("latency_min_us", latencies, config.latency_min_us);
  }
  if (config.latency_mean_us < 0 || config.latency_mean_us > kMaxLatencyUs) {
    return field("latency_mean_us", latencies, config.latency_mean_us);
  }
  if (config.loss_per_million > 1'000'000) {
    return field("loss_per_million", "0 to 1000000", config.loss_per_million);
  }
  if (config.duplicate_per_million > 1'000'000) {
    return field("duplicate_per_million", "0 to 1000000", config.duplicate_per_million);
  }
  if (config.request_timeout_us < 1) {
    return field("request_timeout_us", "at least 1", config.request_timeout_us);
  }
  constexpr TimeUs kDay = 86'400 * kSecond;
  if (config.request_deadline_us < config.request_timeout_us || config.request_deadline_us > kDay) {
    return field("request_deadline_us", "at least request_timeout_us, at most 86400000000",
                 config.request_deadline_us);
  }
  return {};
}

// The entry that every log starts from: a snapshot with the first configuration.
constexpr raft::EntryId kFirst{raft::Term(1), raft::Index(1)};

// What `flight` is about, told by the member that notices: the receiver when it arrives, else the sender.
Event message_event(Event::Kind kind, const Flight& flight) {
  const raft::Message& message = flight.message;
  Event event{.kind = kind, .node = message.from, .peer = message.to};
  if (kind == Event::Kind::Delivered) std::swap(event.node, event.peer);
  event.message_id = flight.id;
  event.message_type = message.type;
  event.message_index = message.index;
  event.message_entries = message.entries.size();
  event.message_reject = message.reject;
  return event;
}

}  // namespace

bool World::later(const Due& a, const Due& b) {
  return a.time_us != b.time_us ? a.time_us > b.time_us : a.sequence > b.sequence;
}

raft::MemoryStorage World::first_storage(std::size_t members) {
  raft::Snapshot snapshot;
  snapshot.index = kFirst.index;
  snapshot.term = kFirst.term;
  for (std::size_t i = 1; i <= members; ++i) snapshot.conf_state.voters.emplace_back(i);
  raft::MemoryStorage storage;
  storage.apply_snapshot(std::make_shared<const raft::Snapshot>(std::move(snapshot)));
  return storage;
}

base::Result<World> World::create(const WorldConfig& config) {
  if (auto status = check_config(config); !status) return status.error();
  std::vector<Replica> replicas;
  for (std::size_t i = 1; i <= config.members; ++i) {
    raft::Config core;
    core.id = NodeId(i);
    core.election_ticks = config.election_ticks;
    core.heartbeat_ticks = config.heartbeat_ticks;
    core.pre_vote = config.pre_vote;
    core.check_quorum = config.check_quorum;
    core.seed = config.seed;
    auto member = member::Member::start(core, first_storage(config.members));
    if (!member) return member.error();
    replicas.push_back({std::move(*member)});
  }
  return World(config, std::move(replicas));
}

World::World(const WorldConfig& config, std::vector<Replica> replicas)
    : config_(config),
      prng_(config.seed),
      network_(config.members, Link{config.latency_min_us, config.latency_mean_us, config.loss_per_million,
                                    false, config.duplicate_per_million}),
      replicas_(std::move(replicas)),
      checkers_(config.members, kFirst) {
  digest_.add(config.seed);
  for (Replica& replica : replicas_) {
    // Members do not tick in step: each clock has its own phase.
    schedule_tick(replica, prng_.between(1, config_.tick_us));
    pump(replica);
  }
  events_.clear();
}

std::vector<NodeId> World::members() const {
  std::vector<NodeId> ids;
  for (const Replica& replica : replicas_) ids.push_back(replica.member.id());
  return ids;
}

NodeId World::leader() const {
  NodeId found;
  raft::Term term;
  for (const Replica& replica : replicas_) {
    if (replica.process != ProcessState::Running) continue;
    const raft::RawNode& node = replica.member.node();
    if (node.role() == raft::Role::Leader && node.term() >= term) {
      found = node.id();
      term = node.term();
    }
  }
  return found;
}

// The queue.

void World::push(TimeUs time_us, Due::Kind kind, std::uint64_t subject, std::uint64_t number) {
  queue_.push_back({time_us, next_sequence_++, kind, subject, number});
  std::push_heap(queue_.begin(), queue_.end(), later);
}

TimeUs World::next_due_us() const {
  return queue_.empty() ? now_us_ + config_.tick_us : queue_.front().time_us;
}

void World::begin_step() {
  events_.clear();
  ++steps_;
}

void World::end_step() {
  const auto& violations = checkers_.violations();
  for (; violations_told_ < violations.size(); ++violations_told_) {
    const Violation& violation = violations[violations_told_];
    Event event{.kind = Event::Kind::Violated};
    event.node = violation.nodes.empty() ? raft::kNone : violation.nodes.front();
    event.text = std::string(describe(violation.property)) + ": " + violation.why;
    emit(std::move(event));
  }
  if (!events_.empty()) ++moments_;
}

void World::emit(Event event) {
  event.time_us = now_us_;
  if (is_member(event.node) && replica(event.node).member.running()) {
    event.term = replica(event.node).member.node().term();
  }
  digest_.add(static_cast<std::uint64_t>(event.kind));
  digest_.add(static_cast<std::uint64_t>(event.time_us));
  digest_.add(event.node.value());
  digest_.add(event.peer.value());
  digest_.add(event.term.value());
  digest_.add(static_cast<std::uint64_t>(event.message_type));
  digest_.add(event.message_index.value());
  digest_.add(event.message_entries);
  digest_.add(event.message_id);
  digest_.add(event.message_reject ? 1 : 0);
  digest_.add(static_cast<std::uint64_t>(event.loss));
  digest_.add(static_cast<std::uint64_t>(event.refusal));
  digest_.add(event.request);
  digest_.add(static_cast<std::uint64_t>(event.request_state));
  digest_.add(static_cast<std::uint64_t>(event.raft.kind));
  digest_.add(event.raft.entry.index.value());
  digest_.add(event.raft.entry.term.value());
  digest_.add(static_cast<std::uint64_t>(event.raft.refusal));
  digest_.add(event.text);
  events_.push_back(std::move(event));
}

void World::step() {
  begin_step();
  if (queue_.empty()) {
    now_us_ += config_.tick_us;
    end_step();
    return;
  }
  std::pop_heap(queue_.begin(), queue_.end(), later);
  const Due due = queue_.back();
  queue_.pop_back();
  now_us_ = due.time_us;
  switch (due.kind) {
    case Due::Kind::Tick:
      on_tick(due);
      break;
    case Due::Kind::Delivery:
      on_delivery(due);
      break;
    case Due::Kind::Command:
      on_scheduled(due.subject);
      break;
    case Due::Kind::Ask:
      on_ask(requests_[due.subject], due.number);
      break;
    case Due::Kind::Answer:
      on_answer(requests_[due.subject], due.number);
      break;
    case Due::Kind::Timeout:
      on_timeout(requests_[due.subject], due.number);
      break;
  }
  end_step();
}

void World::run_until(TimeUs time_us) {
  while (!queue_.empty() && queue_.front().time_us <= time_us) step();
  now_us_ = std::max(now_us_, time_us);
}

void World::advance_to(TimeUs time_us) {
  CHECK(queue_.empty() || queue_.front().time_us >= time_us, "something is due at ", queue_.front().time_us,
        ", before ", time_us);
  now_us_ = std::max(now_us_, time_us);
}

// Members.

TimeUs World::tick_period_us(const Replica& r) const {
  constexpr std::int64_t kMillion = 1'000'000;
  return std::max<TimeUs>(1, config_.tick_us * kMillion / (kMillion + r.drift_ppm));
}

void World::schedule_tick(Replica& r, TimeUs wait_us) {
  r.next_tick_us = now_us_ + wait_us;
  push(r.next_tick_us, Due::Kind::Tick, r.member.id().value(), r.life);
}

void World::start_clock(Replica& r) {
  if (!r.stands_still()) schedule_tick(r, tick_period_us(r));
}

void World::on_tick(const Due& due) {
  Replica& r = replica(NodeId(due.subject));
  if (r.process != ProcessState::Running || r.life != due.number) return;
  start_clock(r);
  r.member.tick();
  pump(r);
}

void World::on_delivery(const Due& due) {
  const auto at = flights_.find(due.subject);
  // Taken off the wire, or rescheduled since.
  if (at == flights_.end() || at->second.schedule != due.number) return;
  const Flight arriving = at->second;
  Replica& r = replica(arriving.message.to);
  // A cut made while the message was on its way catches it too.
  LossReason loss = arriving.fate;
  if (loss == LossReason::None && network_.link(arriving.message.from, arriving.message.to).cut) {
    loss = LossReason::LinkCut;
  }
  if (loss == LossReason::None && r.process == ProcessState::Crashed) loss = LossReason::ReceiverDown;
  if (loss != LossReason::None) {
    flights_.erase(at);
    lose(arriving, loss);
    return;
  }
  if (r.process == ProcessState::Paused) {
    r.held.push_back(arriving.id);
    return;
  }
  flights_.erase(at);
  deliver(arriving);
}

void World::deliver(const Flight& flight) {
  emit(message_event(Event::Kind::Delivered, flight));
  Replica& r = replica(flight.message.to);
  r.member.step(flight.message);
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
  }
  Event event = message_event(Event::Kind::Lost, flight);
  event.loss = reason;
  emit(std::move(event));
}

void World::pump(Replica& r) {
  member::Output output;
  r.member.pump(output);
  checkers_.observe(r.member, output, now_us_, moments_);
  for (const raft::Event& happened : output.events) {
    emit({.kind = Event::Kind::Raft, .node = r.member.id(), .peer = happened.peer, .raft = happened});
  }
  for (const raft::Message& message : output.messages) send(message);
  note_applied(r.member.id(), output.applied);
}

void World::send(const raft::Message& message) {
  if (is_member(message.to)) launch(message, true);
}

void World::launch(const raft::Message& message, bool may_double) {
  const Link& link = network_.link(message.from, message.to);
  Flight flight;
  flight.id = ++next_flight_;
  flight.message = message;
  flight.sent_us = now_us_;
  flight.deliver_us = now_us_ + link.latency_min_us + exponential(prng_, link.latency_mean_us);
  if (link.cut) {
    flight.fate = LossReason::LinkCut;
  } else if (prng_.chance(link.loss_per_million)) {
    flight.fate = LossReason::Dropped;
  }
  Event event = message_event(Event::Kind::Sent, flight);
  push(flight.deliver_us, Due::Kind::Delivery, flight.id, flight.schedule);
  flights_.emplace(flight.id, std::move(flight));
  emit(std::move(event));
  if (may_double && prng_.chance(link.duplicate_per_million)) {
    faults_.add(Fault::Duplicated);
    launch(message, false);
  }
}

}  // namespace raftarium::sim
