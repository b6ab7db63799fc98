#include "sim/world.h"

#include <algorithm>
#include <array>
#include <utility>

#include "sim/event_digest.h"

namespace raftarium::sim {

namespace {

using raft::NodeId;

// The entry that every log starts from: a snapshot with the first configuration.
constexpr raft::EntryId kFirst{raft::Term(0), raft::Index(1)};

// What a member's disk holds before anything has happened.
std::shared_ptr<const raft::Snapshot> first_snapshot(const WorldConfig& config) {
  raft::Snapshot snapshot;
  snapshot.index = kFirst.index;
  snapshot.term = kFirst.term;
  for (std::size_t i = 1; i <= config.members; ++i) {
    const NodeId id(i);
    if (contains(config.spares, id)) continue;
    (contains(config.learners, id) ? snapshot.conf_state.learners : snapshot.conf_state.voters)
        .push_back(id);
  }
  return std::make_shared<const raft::Snapshot>(std::move(snapshot));
}

raft::Config core_config(const WorldConfig& config, NodeId id) {
  raft::Config core;
  core.id = id;
  core.election_ticks = config.election_ticks;
  core.heartbeat_ticks = config.heartbeat_ticks;
  core.pre_vote = config.pre_vote;
  core.check_quorum = config.check_quorum;
  if (config.lease_reads) core.read_only = raft::ReadOnlyMode::LeaseBased;
  core.max_size_per_msg = static_cast<std::uint64_t>(config.max_size_per_msg);
  core.max_committed_size_per_ready = 1U << 20U;
  core.max_inflight_msgs = config.max_inflight_msgs;
  if (config.max_inflight_bytes > 0) {
    core.max_inflight_bytes = static_cast<std::uint64_t>(config.max_inflight_bytes);
  }
  if (config.max_uncommitted_size > 0) {
    core.max_uncommitted_size = static_cast<std::uint64_t>(config.max_uncommitted_size);
  }
  core.step_down_on_removal = true;
  core.seed = config.seed;
  core.bugs = config.bugs;
  return core;
}

std::vector<raft::Entry> first_entries(const std::vector<raft::Term>& log) {
  std::vector<raft::Entry> entries;
  for (const raft::Term term : log) {
    const std::size_t position = entries.size() + 1;
    const std::string value = std::to_string(term.value()) + "." + std::to_string(position);
    entries.push_back(
        {term, kFirst.index + position, raft::EntryType::Normal, kv::encode({.key = "x", .value = value})});
  }
  return entries;
}

member::Options member_options(const WorldConfig& config, NodeId id, std::uint32_t run) {
  member::Options options;
  options.first = first_snapshot(config);
  for (const auto& log : config.logs) {
    if (!log.empty()) options.first_term = std::max(options.first_term, log.back());
  }
  if (id.value() <= config.logs.size()) options.first_entries = first_entries(config.logs[id.value() - 1]);
  options.cluster = config.seed;
  options.wal.segment_bytes = static_cast<std::uint64_t>(config.wal_segment_bytes);
  options.snapshot.entries = static_cast<std::uint64_t>(config.snapshot_entries);
  options.snapshot.bytes = static_cast<std::uint64_t>(config.snapshot_bytes);
  options.snapshot.keep_entries = static_cast<std::uint64_t>(config.snapshot_keep_entries);
  options.life = run << 16U;
  return options;
}

}  // namespace

base::Result<World> World::create(const WorldConfig& config, const RealDisks& disks) {
  if (auto status = sim::check(config); !status) return status.error();
  CHECK(disks.run <= kMaxRuns, "run ", disks.run);
  std::vector<Replica> replicas;
  for (std::size_t i = 1; i <= config.members; ++i) {
    const NodeId id(i);
    member::Machine::OpenDisk open;
    if (disks.open) open = [open_of = disks.open, id] { return open_of(id); };
    auto machine = member::Machine::start(core_config(config.of(id), id),
                                          member_options(config.of(id), id, disks.run), open);
    if (!machine) return base::Error{name(id) + ": " + machine.error().message};
    replicas.push_back({std::move(*machine)});
  }
  return World(config, std::move(replicas), disks.run);
}

// Here, so that who copies a world need not compile what it is made of.
World::World(const World&) = default;
World::World(World&&) noexcept = default;
World& World::operator=(const World&) = default;
World& World::operator=(World&&) noexcept = default;
World::~World() = default;

raft::EntryId World::common_start(const std::vector<Replica>& replicas) {
  raft::EntryId newest;
  for (const Replica& r : replicas) {
    const auto snapshot = r.member().storage().snapshot().snapshot;
    if (snapshot->index > newest.index) newest = {snapshot->term, snapshot->index};
  }
  return newest;
}

World::World(const WorldConfig& config, std::vector<Replica> replicas, std::uint32_t run)
    : config_(config),
      run_(run),
      prng_(config.seed),
      network_(config.members, Link{{config.latency_min_us, config.latency_mean_us, config.loss_per_million,
                                     config.duplicate_per_million, config.replay_per_million}}),
      replicas_(std::move(replicas)),
      checkers_(config.members, common_start(replicas_)) {
  newest_arrived_.resize(network_.size());
  digest_.add(config.seed);
  for (Replica& replica : replicas_) {
    set_drift(replica, 0);
    checkers_.restarted(replica.member(), now_us_, moment());
    const WorldConfig& own = config_.of(replica.member().id());
    use_disk(replica, {.sync_min_us = own.sync_min_us, .sync_mean_us = own.sync_mean_us});
    use_process(replica, {own.step_us, own.stall_per_million, own.stall_us});
    // Members do not tick in step: each clock has its own phase.
    schedule_tick(replica, prng_.between(1, own.tick_us));
    pump(replica);
  }
  digest_events();
  events_.clear();
}

std::vector<NodeId> World::members() const {
  std::vector<NodeId> ids;
  for (const Replica& replica : replicas_) ids.push_back(replica.member().id());
  return ids;
}

bool World::reaches_quorum(NodeId node) const {
  const raft::ConfState configuration = member(node).status().conf_state;
  const auto reached = [&](NodeId other) {
    if (other == node) return true;
    const bool up = is_member(other) && process(other) == ProcessState::Running;
    return up && network_.connected(node, other) && network_.connected(other, node);
  };
  const auto majority = [&](const std::vector<NodeId>& voters) {
    return voters.empty() ||
           2 * static_cast<std::size_t>(std::count_if(voters.begin(), voters.end(), reached)) >
               voters.size();
  };
  return majority(configuration.voters) && majority(configuration.voters_outgoing);
}

void World::set_tracer(raft::Observer* tracer) {
  for (Replica& replica : replicas_) replica.member().set_tracer(tracer);
}

NodeId World::leader() const {
  NodeId found;
  raft::Term term;
  for (const Replica& replica : replicas_) {
    if (replica.process != ProcessState::Running) continue;
    const raft::RawNode& node = replica.member().node();
    if (node.role() == raft::Role::Leader && node.term() >= term) {
      found = node.id();
      term = node.term();
    }
  }
  return found;
}

// Steps.

TimeUs World::next_due_us() const {
  return agenda_.empty() ? now_us_ + config_.tick_us : agenda_.next_us();
}

void World::tell_violations() {
  const auto& violations = checkers_.violations();
  for (; violations_told_ < violations.size(); ++violations_told_) {
    const Violation& violation = violations[violations_told_];
    tell(Event::Kind::Violated, violation.nodes.empty() ? raft::kNone : violation.nodes.front()).text =
        std::string(describe(violation.property)) + ": " + violation.why;
  }
}

void World::digest_events() {
  for (const Event& event : events_) add_event(digest_, event);
}

Event& World::tell(Event::Kind kind, NodeId node, NodeId peer) {
  Event& event = events_.emplace_back(kind, node, peer);
  event.time_us = now_us_;
  event.term = term_of(node);
  return event;
}

// Of a member that runs; else zero.
raft::Term World::term_of(NodeId node) const {
  const bool runs = is_member(node) && replica(node).member().running();
  return runs ? replica(node).member().node().term() : raft::Term();
}

inline bool World::on_tick(const Due& due) {
  Replica& r = replica(NodeId(due.subject));
  if (r.process != ProcessState::Running || r.life != due.number) return false;
  if (r.takes_turns) {
    wait_turn(r, due);
    return false;
  }
  start_clock(r);
  return tick(r);
}

bool World::tick(Replica& r) {
  // Most ticks change nothing that anybody could notice or check.
  const bool something = r.member().tick();
  if (!something && r.settled) return false;
  r.settled = r.member().is_quiet() && (!checking_ || checkers_.is_as_seen(r.member()));
  if (!r.settled) pump(r);
  return !r.settled;
}

void World::step() {
  begin_step();
  if (agenda_.empty()) {
    now_us_ += config_.tick_us;
    end_step();
    return;
  }
  if (agenda_.tick_is_next()) {
    const Due due = agenda_.take_tick();
    now_us_ = due.time_us;
    if (on_tick(due)) end_step();
    return;
  }
  const Due due = agenda_.take();
  now_us_ = due.time_us;
  switch (due.kind) {
    case Due::Kind::Tick:  // taken above
      break;
    case Due::Kind::Delivery:
      on_delivery(due);
      break;
    case Due::Kind::Command:
      on_scheduled(due.subject);
      break;
    case Due::Kind::Ask:
      on_ask(due);
      break;
    case Due::Kind::Answer:
      on_answer(requests_.edit(due.subject), due.number);
      break;
    case Due::Kind::Timeout:
      on_timeout(requests_.edit(due.subject), due.number);
      break;
    case Due::Kind::Sync:
      on_sync(due);
      break;
    case Due::Kind::Report:
      on_report(due);
      break;
    case Due::Kind::Load:
      on_load(due.subject);
      break;
    case Due::Kind::Strike:
      on_strike(due.subject);
      break;
    case Due::Kind::Turn:
      on_turn(due);
      break;
  }
  end_step();
}

void World::run_until(TimeUs time_us) {
  while (!agenda_.empty() && agenda_.next_us() <= time_us) step();
  now_us_ = std::max(now_us_, time_us);
}

void World::advance_to(TimeUs time_us) {
  CHECK(agenda_.empty() || agenda_.next_us() >= time_us, "something is due at ", next_due_us(), ", before ",
        time_us);
  now_us_ = std::max(now_us_, time_us);
}

// Members.

void World::set_drift(Replica& r, std::int64_t drift_ppm) const {
  constexpr std::int64_t kMillion = 1'000'000;
  r.drift_ppm = drift_ppm;
  if (!r.stands_still()) {
    const TimeUs tick_us = config_.of(r.member().id()).tick_us;
    r.tick_period_us = std::max<TimeUs>(1, tick_us * kMillion / (kMillion + drift_ppm));
  }
}

void World::schedule_tick(Replica& r, TimeUs wait_us) {
  r.next_tick_us = now_us_ + wait_us;
  push(r.next_tick_us, Due::Kind::Tick, r.member().id().value(), r.life);
}

void World::start_clock(Replica& r) {
  if (!r.stands_still()) schedule_tick(r, r.tick_period_us);
}

// Disks. A member whose sync takes time goes on meanwhile, and what waits for it follows when it ends.

void World::run(Replica& r, member::Output& output) {
  r.member().pump(output);
  while (r.member().wants_sync()) {
    const storage::Wal::SyncTicket ticket = r.member().begin_sync();
    TimeUs wait_us = r.disk.sync_min_us;
    if (r.disk.sync_mean_us > 0) wait_us += exponential(prng_, r.disk.sync_mean_us);
    r.sync = {ticket, now_us_ + wait_us};
    if (wait_us > 0) {
      faults_.add(Fault::SlowSync);
      return push(r.sync->ends_us, Due::Kind::Sync, r.member().id().value(), r.start);
    }
    finish_sync(r);
    r.member().pump(output);
  }
}

void World::finish_sync(Replica& r) {
  const storage::Wal::SyncTicket ticket = r.sync->ticket;
  r.sync.reset();
  r.member().finish_sync(ticket, r.machine.disk().sync(ticket.file));
}

void World::on_sync(const Due& due) {
  Replica& r = replica(NodeId(due.subject));
  if (r.start != due.number || r.process == ProcessState::Crashed || !r.sync) return;
  if (r.process == ProcessState::Paused) return;  // resume() sees to it
  if (r.sync->ends_us > now_us_) return;          // the next one
  if (r.takes_turns) return wait_turn(r, due);
  sync_ended(r);
}

void World::sync_ended(Replica& r) {
  finish_sync(r);
  pump(r);
}

std::optional<TimeUs> World::sync_ends_us(NodeId node) const {
  const auto& sync = replica(node).sync;
  return sync ? std::optional(sync->ends_us) : std::nullopt;
}

void World::use_disk(Replica& r, const DiskSettings& settings) {
  r.disk = settings;
  storage::MemoryDisk* disk = r.machine.simulated();
  if (disk == nullptr) return;
  disk->set_full(settings.full);
  disk->set_syncs_lie(settings.syncs_lie);
  storage::DiskFaultRates rates;
  rates.write_error = settings.write_error_per_million;
  rates.sync_error = settings.sync_error_per_million;
  rates.read_error = settings.read_error_per_million;
  rates.no_space = settings.no_space_per_million;
  rates.short_write = settings.short_write_per_million;
  rates.lying_sync = settings.lying_sync_per_million;
  rates.misdirected = settings.misdirected_per_million;
  rates.bit_flip = settings.bit_flip_per_million;
  rates.zeroed_sector = settings.zeroed_sector_per_million;
  // A stream of its own for each disk, so that a fault on one moves nothing on another.
  disk->set_rates(rates, base::Prng(config_.seed, 1000 + r.member().id().value()));
}

// The disk failed it: it takes no further part, like a process that ends itself.
void World::step_aside(Replica& r) {
  faults_.add(Fault::StorageFailed);
  tell(Event::Kind::StorageFailed, r.member().id()).text = r.member().failure()->message;
  std::string why = r.member().failure()->message;
  stop(r, member::Unsynced::Kept);
  r.stopped_by = std::move(why);
}

FaultCounts World::faults() const {
  FaultCounts all = faults_;
  constexpr std::array<std::pair<storage::DiskFault, Fault>, 7> kOfDisks{
      {{storage::DiskFault::Error, Fault::DiskError},
       {storage::DiskFault::NoSpace, Fault::DiskFull},
       {storage::DiskFault::ShortWrite, Fault::ShortWrite},
       {storage::DiskFault::LyingSync, Fault::LyingSync},
       {storage::DiskFault::Misdirected, Fault::Misdirected},
       {storage::DiskFault::BitFlip, Fault::Damaged},
       {storage::DiskFault::ZeroedSector, Fault::Zeroed}}};
  for (const Replica& r : replicas_) {
    if (r.machine.simulated() == nullptr) continue;
    for (const auto& [of_disk, fault] : kOfDisks) all.add(fault, r.machine.simulated()->fired(of_disk));
  }
  return all;
}

void World::pump(Replica& r, member::Output& output) {
  r.settled = false;
  run(r, output);
  if (checking_) {
    const auto durable_log = [this](NodeId node) {
      return is_member(node) ? &member(node).storage() : nullptr;
    };
    checkers_.observe(r.member(), output, now_us_, moment(), durable_log);
  }
  if (!output.is_empty()) publish(r.member().id(), output);
  if (r.member().failure()) step_aside(r);
}

void World::publish(NodeId node, member::Output& output) {
  for (raft::Event& happened : output.events) {
    tell(Event::Kind::Raft, node, happened.peer).raft = std::move(happened);
  }
  for (const member::Compaction& made : output.compactions) {
    tell(Event::Kind::SnapshotMade, node).message_index = made.snapshot.index;
  }
  for (raft::Message& message : output.messages) send(std::move(message));
  note_applied(node, output.applied);
  note_answers(node, output.answers);
  output.clear();
}

}  // namespace raftarium::sim
