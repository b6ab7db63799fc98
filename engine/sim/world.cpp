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
  constexpr TimeUs kMaxLatency = 60 * kSecond;
  if (config.latency_min_us < 0 || config.latency_min_us > kMaxLatency) {
    return field("latency_min_us", "0 to 60000000", config.latency_min_us);
  }
  if (config.latency_mean_us < 0 || config.latency_mean_us > kMaxLatency) {
    return field("latency_mean_us", "0 to 60000000", config.latency_mean_us);
  }
  if (config.loss_per_million > 1'000'000) {
    return field("loss_per_million", "0 to 1000000", config.loss_per_million);
  }
  if (config.request_timeout_us < 1) {
    return field("request_timeout_us", "at least 1", config.request_timeout_us);
  }
  if (config.request_deadline_us < config.request_timeout_us) {
    return field("request_deadline_us", "at least request_timeout_us", config.request_deadline_us);
  }
  return {};
}

// The entry that every log starts from: a snapshot with the first configuration.
constexpr raft::EntryId kFirst{raft::Term(1), raft::Index(1)};

raft::MemoryStorage first_storage(std::size_t members) {
  raft::Snapshot snapshot;
  snapshot.index = kFirst.index;
  snapshot.term = kFirst.term;
  for (std::size_t i = 1; i <= members; ++i) snapshot.conf_state.voters.emplace_back(i);
  raft::MemoryStorage storage;
  storage.apply_snapshot(std::make_shared<const raft::Snapshot>(std::move(snapshot)));
  return storage;
}

}  // namespace

bool World::later(const Due& a, const Due& b) {
  return a.time_us != b.time_us ? a.time_us > b.time_us : a.sequence > b.sequence;
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
    replicas.push_back({std::move(*member), ProcessState::Running, 0, 0, {}});
  }
  return World(config, std::move(replicas));
}

World::World(const WorldConfig& config, std::vector<Replica> replicas)
    : config_(config),
      prng_(config.seed),
      network_(config.members,
               Link{config.latency_min_us, config.latency_mean_us, config.loss_per_million, false}),
      replicas_(std::move(replicas)),
      checkers_(config.members, kFirst) {
  digest_.add(config.seed);
  for (Replica& replica : replicas_) {
    // Members do not tick in step: each clock has its own phase.
    replica.next_tick_us = prng_.between(1, config_.tick_us);
    push(replica.next_tick_us, Due::Kind::Tick, replica.member.id().value(), replica.life);
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
    if (replica.process == ProcessState::Crashed) continue;
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

TimeUs World::next_due_us() const { return queue_.empty() ? now_us_ + config_.tick_us : queue_.front().time_us; }

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
      on_delivery(due.subject);
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
  CHECK(queue_.empty() || queue_.front().time_us >= time_us, "something is due at ",
        queue_.front().time_us, ", before ", time_us);
  now_us_ = std::max(now_us_, time_us);
}

// Members.

void World::on_tick(const Due& due) {
  Replica& r = replica(NodeId(due.subject));
  if (r.process != ProcessState::Running || r.life != due.number) return;
  r.next_tick_us = now_us_ + config_.tick_us;
  push(r.next_tick_us, Due::Kind::Tick, due.subject, due.number);
  r.member.tick();
  pump(r);
}

void World::on_delivery(std::uint64_t flight) {
  const auto at = flights_.find(flight);
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
    Event event{.kind = Event::Kind::Lost, .node = arriving.message.from, .peer = arriving.message.to};
    event.message_id = flight;
    event.message_type = arriving.message.type;
    event.message_index = arriving.message.index;
    event.message_entries = arriving.message.entries.size();
    event.message_reject = arriving.message.reject;
    event.loss = loss;
    emit(std::move(event));
    return;
  }
  if (r.process == ProcessState::Paused) {
    r.held.push_back(flight);
    return;
  }
  flights_.erase(at);
  deliver(arriving);
}

void World::deliver(const Flight& flight) {
  Event event{.kind = Event::Kind::Delivered, .node = flight.message.to, .peer = flight.message.from};
  event.message_id = flight.id;
  event.message_type = flight.message.type;
  event.message_index = flight.message.index;
  event.message_entries = flight.message.entries.size();
  event.message_reject = flight.message.reject;
  emit(std::move(event));
  Replica& r = replica(flight.message.to);
  r.member.step(flight.message);
  pump(r);
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
  if (!is_member(message.to)) return;
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
  Event event{.kind = Event::Kind::Sent, .node = message.from, .peer = message.to};
  event.message_id = flight.id;
  event.message_type = message.type;
  event.message_index = message.index;
  event.message_entries = message.entries.size();
  event.message_reject = message.reject;
  push(flight.deliver_us, Due::Kind::Delivery, flight.id);
  flights_.emplace(flight.id, std::move(flight));
  emit(std::move(event));
}

// Commands.

void World::schedule(TimeUs time_us, const Command& command) {
  scheduled_.emplace(next_scheduled_, command);
  push(std::max(time_us, now_us_), Due::Kind::Command, next_scheduled_);
  ++next_scheduled_;
}

void World::on_scheduled(std::uint64_t number) {
  const auto at = scheduled_.find(number);
  const Command command = at->second;
  const auto resolved = resolve(command);
  if (!resolved) {
    // Who leads is not settled yet: the command waits for it.
    push(now_us_ + config_.tick_us, Due::Kind::Command, number);
    return;
  }
  scheduled_.erase(at);
  if (auto status = check(*resolved); !status) {
    emit({.kind = Event::Kind::ActRefused, .command = *resolved, .text = status.error().message});
    return;
  }
  execute(*resolved);
}

base::Result<Command> World::resolve(const Command& command) const {
  const NodeId the_leader = leader();
  NodeId a_follower;
  NodeId the_crashed;
  for (const Replica& r : replicas_) {
    const bool suits = r.process == ProcessState::Running && r.member.id() != the_leader;
    if (suits && a_follower == raft::kNone) a_follower = r.member.id();
    if (r.process == ProcessState::Crashed && the_crashed == raft::kNone) the_crashed = r.member.id();
  }
  const auto actual = [&](NodeId node) {
    if (node == kTheLeader) return the_leader;
    if (node == kTheCrashed) return the_crashed;
    if (node == kAFollower) return the_leader == raft::kNone ? raft::kNone : a_follower;
    return node;
  };
  Command resolved = command;
  std::vector<bool> named(replicas_.size() + 1, false);
  for (NodeId* node : {&resolved.node, &resolved.peer}) {
    const NodeId wanted = *node;
    *node = actual(*node);
    if (wanted == kTheCrashed && *node == raft::kNone) return refuse("no member is crashed");
    if (wanted != raft::kNone && *node == raft::kNone) return refuse("there is no leader");
  }
  for (auto& group : resolved.groups) {
    for (NodeId& node : group) {
      node = actual(node);
      if (node == raft::kNone) return refuse("there is no leader");
      if (is_member(node)) named[node.value()] = true;
    }
  }
  for (auto& group : resolved.groups) {
    const auto others = std::find(group.begin(), group.end(), kTheOthers);
    if (others == group.end()) continue;
    group.erase(others);
    for (const NodeId node : members()) {
      if (!named[node.value()]) group.push_back(node);
      named[node.value()] = true;
    }
  }
  return resolved;
}

base::Status World::check(const Command& command) const {
  using Kind = Command::Kind;
  const std::string what = std::string(describe(command.kind)) + ": ";
  const auto member_needed = [&](NodeId node) -> base::Status {
    if (is_member(node)) return {};
    return refuse(what + "expected a member from S1 to S" + std::to_string(replicas_.size()) + ", got " +
                  name(node));
  };
  const auto running_needed = [&](NodeId node) -> base::Status {
    if (auto status = member_needed(node); !status) return status;
    if (process(node) == ProcessState::Running) return {};
    return refuse(what + name(node) + " is " +
                  (process(node) == ProcessState::Crashed ? "crashed" : "paused"));
  };
  const auto link_needed = [&]() -> base::Status {
    if (auto status = member_needed(command.node); !status) return status;
    if (auto status = member_needed(command.peer); !status) return status;
    if (command.node == command.peer) return refuse(what + "a link has two ends, got one member twice");
    return {};
  };
  switch (command.kind) {
    case Kind::Put:
    case Kind::Delete:
      if (command.key.empty() || command.key.size() > kv::kMaxKeyBytes) {
        return refuse(what + "expected a key of 1 to 4096 bytes, got " +
                      std::to_string(command.key.size()));
      }
      if (command.value.size() > kv::kMaxValueBytes) return refuse(what + "the value exceeds 1 MiB");
      if (command.node != raft::kNone) return member_needed(command.node);
      return {};
    case Kind::Crash:
      if (auto status = member_needed(command.node); !status) return status;
      if (process(command.node) == ProcessState::Crashed) {
        return refuse(what + name(command.node) + " is crashed already");
      }
      return {};
    case Kind::Restart:
      if (auto status = member_needed(command.node); !status) return status;
      if (process(command.node) != ProcessState::Crashed) {
        return refuse(what + name(command.node) + " is not crashed");
      }
      return {};
    case Kind::Resume:
      if (auto status = member_needed(command.node); !status) return status;
      if (process(command.node) != ProcessState::Paused) {
        return refuse(what + name(command.node) + " is not paused");
      }
      return {};
    case Kind::Pause:
    case Kind::Timeout:
      return running_needed(command.node);
    case Kind::Isolate:
      return member_needed(command.node);
    case Kind::Cut:
    case Kind::Heal:
      return link_needed();
    case Kind::Partition: {
      std::vector<bool> named(replicas_.size() + 1, false);
      for (const auto& group : command.groups) {
        for (const NodeId node : group) {
          if (auto status = member_needed(node); !status) return status;
          if (named[node.value()]) return refuse(what + name(node) + " is named twice");
          named[node.value()] = true;
        }
      }
      return {};
    }
    case Kind::HealAll:
      return {};
    case Kind::Transfer:
      if (auto status = running_needed(command.node); !status) return status;
      if (member(command.node).node().role() != raft::Role::Leader) {
        return refuse(what + name(command.node) + " is not a leader");
      }
      return link_needed();
    case Kind::SetLink:
      if (command.latency_min_us < 0 || command.latency_mean_us < 0 || command.loss_per_million > 1'000'000) {
        return refuse(what + "expected latencies of at least 0 and a loss of at most 1000000");
      }
      if (command.node == raft::kNone && command.peer == raft::kNone) return {};
      return link_needed();
  }
  return {};
}

base::Status World::apply(const Command& command) {
  const auto resolved = resolve(command);
  if (!resolved) return refuse(std::string(describe(command.kind)) + ": " + resolved.error().message);
  if (auto status = check(*resolved); !status) return status;
  begin_step();
  execute(*resolved);
  end_step();
  return {};
}

void World::execute(const Command& command) {
  using Kind = Command::Kind;
  Event acted{.kind = Event::Kind::Acted, .node = command.node, .peer = command.peer, .command = command};
  acted.text = describe(command);
  emit(std::move(acted));
  switch (command.kind) {
    case Kind::Put:
    case Kind::Delete:
      open_request(command);
      break;
    case Kind::Crash:
      crash(replica(command.node));
      break;
    case Kind::Restart:
      restart(replica(command.node));
      break;
    case Kind::Pause:
      replica(command.node).process = ProcessState::Paused;
      break;
    case Kind::Resume:
      resume(replica(command.node));
      break;
    case Kind::Timeout:
      replica(command.node).member.campaign();
      pump(replica(command.node));
      break;
    case Kind::Transfer:
      replica(command.node).member.transfer_leadership(command.peer);
      pump(replica(command.node));
      break;
    case Kind::Isolate:
      network_.isolate(command.node);
      break;
    case Kind::Cut:
    case Kind::Heal:
      network_.link(command.node, command.peer).cut = command.kind == Kind::Cut;
      break;
    case Kind::Partition:
      network_.partition(command.groups);
      break;
    case Kind::HealAll:
      network_.heal_all();
      break;
    case Kind::SetLink:
      for (const NodeId from : members()) {
        for (const NodeId to : members()) {
          const bool meant = command.node == raft::kNone || (command.node == from && command.peer == to);
          if (!meant || from == to) continue;
          Link& link = network_.link(from, to);
          link.latency_min_us = command.latency_min_us;
          link.latency_mean_us = command.latency_mean_us;
          link.loss_per_million = command.loss_per_million;
        }
      }
      break;
  }
}

void World::crash(Replica& r) {
  r.member.crash();
  r.process = ProcessState::Crashed;
  // What had arrived but was not read is gone with the process.
  for (const std::uint64_t flight : r.held) flights_.erase(flight);
  r.held.clear();
}

void World::restart(Replica& r) {
  checkers_.restarted(r.member.id());
  const auto status = r.member.restart();
  CHECK(status.ok(), status.error().message);
  r.process = ProcessState::Running;
  ++r.life;
  r.next_tick_us = now_us_ + prng_.between(1, config_.tick_us);
  push(r.next_tick_us, Due::Kind::Tick, r.member.id().value(), r.life);
  pump(r);
}

void World::resume(Replica& r) {
  r.process = ProcessState::Running;
  ++r.life;
  r.next_tick_us = now_us_ + config_.tick_us;
  push(r.next_tick_us, Due::Kind::Tick, r.member.id().value(), r.life);
  const std::vector<std::uint64_t> held = std::move(r.held);
  r.held.clear();
  for (const std::uint64_t id : held) {
    const auto at = flights_.find(id);
    const Flight flight = at->second;
    flights_.erase(at);
    deliver(flight);
  }
}

}  // namespace raftarium::sim
