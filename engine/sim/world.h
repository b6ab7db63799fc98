#pragma once
// World: a cluster and everything around it (network, disks, clocks, clients) as one value. It can be copied,
// stepped and thrown away; two equal worlds that are given the same commands stay equal for ever.
//
// Time is virtual. A world is a queue of what is due; step() takes the next thing from it. Whatever
// happens is an Event, and all events together make the digest.

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/hash.h"
#include "base/prng.h"
#include "base/result.h"
#include "member/machine.h"
#include "sim/agenda.h"
#include "sim/checkers.h"
#include "sim/command.h"
#include "sim/event.h"
#include "sim/faults.h"
#include "sim/network.h"
#include "sim/requests.h"
#include "sim/world_config.h"

namespace raftarium::sim {

// A message on its way.
struct Flight {
  std::uint64_t id = 0;
  raft::Message message;
  TimeUs sent_us = 0;
  TimeUs deliver_us = 0;
  LossReason fate = LossReason::None;  // known already when it was sent
  std::uint64_t schedule = 0;          // counts changes of deliver_us
  std::uint64_t part = 1;              // of a snapshot
  std::uint64_t parts = 1;
};

using Flights = std::map<std::uint64_t, Flight>;  // by id, in the order of sending

enum class ProcessState : std::uint8_t { Running, Crashed, Paused };

// Members on real disks, who go on from what is there.
struct RealDisks {
  // Opens the disk of a member, each time it starts. Empty: disks are simulated.
  std::function<base::Result<std::unique_ptr<storage::Disk>>(raft::NodeId)> open{};
  // Names this world among those that were on these disks before, so that nobody takes an old request or
  // read for one of its own. Up to kMaxRuns.
  std::uint32_t run = 0;
};
inline constexpr std::uint32_t kMaxRuns = 60'000;

class World {
 public:
  // Refuses a configuration that cannot work, saying which field and why. A world on real disks cannot be
  // copied, and commands about disks are refused in it.
  static base::Result<World> create(const WorldConfig& config, const RealDisks& disks = {});

  World(const World& other);
  World(World&& other) noexcept;
  World& operator=(const World& other);
  World& operator=(World&& other) noexcept;
  ~World();

  // Takes the next thing that is due, which may be a tick that nobody notices: then events() is empty.
  // Nothing is ever due only in a world without a running member; then time alone moves on.
  void step();
  // Everything due up to and including `time_us`, and the time itself.
  void run_until(TimeUs time_us);
  // A command takes effect now. Refused, with nothing changed, when it makes no sense.
  base::Status apply(const Command& command);
  // The same later; what makes no sense then is noted as an event. Stand-ins wait until there is a leader.
  void schedule(TimeUs time_us, const Command& command);
  // Whether `command` would be accepted now.
  base::Status check(const Command& command) const;
  // Moves the clock without anything happening. REQUIRES: nothing is due before.
  void advance_to(TimeUs time_us);

  const WorldConfig& config() const { return config_; }
  TimeUs now_us() const { return now_us_; }
  TimeUs next_due_us() const;
  std::uint64_t steps() const { return steps_; }      // things taken from the queue, and commands
  std::uint64_t moments() const { return moments_; }  // those that somebody could notice
  std::uint64_t digest() const { return digest_.digest(); }
  // Of the last step or command.
  const std::vector<Event>& events() const { return events_; }

  const member::Member& member(raft::NodeId node) const { return replica(node).machine.member(); }
  // Null where it is a real one.
  const storage::MemoryDisk* disk(raft::NodeId node) const { return replica(node).machine.simulated(); }
  const DiskSettings& disk_settings(raft::NodeId node) const { return replica(node).disk; }
  // When the sync that is under way ends; none: nothing is being synced.
  std::optional<TimeUs> sync_ends_us(raft::NodeId node) const;
  ProcessState process(raft::NodeId node) const { return replica(node).process; }
  // What its disk said that a member ended itself for, or did not start again; empty where that is not why it is down.
  const std::string& stopped_by(raft::NodeId node) const { return replica(node).stopped_by; }
  // When the member ticks next, if it runs.
  TimeUs next_tick_us(raft::NodeId node) const { return replica(node).next_tick_us; }
  // How long it is until the tick after, if nothing else is to be done.
  TimeUs tick_period_us(raft::NodeId node) const;
  const ProcessSettings& process_settings(raft::NodeId node) const { return replica(node).pace; }
  // What has arrived at the member and is not done yet, because its process is slow or paused; with what it is at.
  std::size_t backlog(raft::NodeId node) const {
    return replica(node).waiting.size() + replica(node).held.size();
  }
  // By how much its clock runs faster than the world's.
  std::int64_t drift_ppm(raft::NodeId node) const { return replica(node).drift_ppm; }
  FaultCounts faults() const;
  const Network& network() const { return network_; }
  const Flights& flights() const { return flights_; }
  // About what they take, which a copy of this world keeps alone once they have arrived here; payloads are shared.
  std::size_t bytes_in_flight() const {
    return flights_.size() * sizeof(Flights::value_type) + entries_in_flight_ * sizeof(raft::Entry);
  }
  const RequestList& requests() const { return requests_; }
  const std::vector<Violation>& violations() const { return checkers_.violations(); }
  const Checkers& checkers() const { return checkers_; }
  // The running leader of the highest term; none when there is none.
  raft::NodeId leader() const;
  std::vector<raft::NodeId> members() const;
  // Whether messages pass both ways between `node` and so many running members that they and it are a majority of
  // each part of its configuration.
  bool reaches_quorum(raft::NodeId node) const;
  // Tells `tracer`, which must outlive the world, every trace point of every member. A copy tells nobody.
  void set_tracer(raft::Observer* tracer);
  // Without it nothing is verified from now on, to measure what it costs. It cannot be switched on again.
  void stop_checking() { checking_ = false; }

 private:
  struct Replica {
    member::Machine machine;
    ProcessState process = ProcessState::Running;
    // What arrives waits for its turn: the process is slow, or was and has not caught up.
    bool takes_turns = false;
    TimeUs next_tick_us = 0;
    std::uint64_t life = 0;             // counts starts, so that an old life's ticks are ignored
    std::vector<std::uint64_t> held{};  // arrived while paused, in order
    std::uint64_t start = 1;            // counts processes: restarts and the first
    std::int64_t drift_ppm = 0;
    TimeUs tick_period_us = 0;  // REQUIRES: !stands_still()
    DiskSettings disk{};
    std::string stopped_by{};
    struct Sync {
      storage::Wal::SyncTicket ticket;
      TimeUs ends_us = 0;
    };
    std::optional<Sync> sync{};  // under way
    bool settled = false;        // the last tick found nothing to do, and nothing has come since
    ProcessSettings pace{};
    std::vector<Due> waiting{};  // for their turn, as they arrived; the process is at the first
    std::uint64_t turn = 0;      // counts turns begun, so that one that was broken off is ignored
    member::Member& member() { return machine.member(); }
    const member::Member& member() const { return machine.member(); }
    bool stands_still() const { return drift_ppm <= -1'000'000; }
  };

  World(const WorldConfig& config, std::vector<Replica> replicas, std::uint32_t run);
  // The newest snapshot that a member starts from: what is before it is nobody's business any more.
  static raft::EntryId common_start(const std::vector<Replica>& replicas);
  // The client of a session is named after the request, of which it has one.
  std::uint64_t client_of(std::uint64_t request) const {
    return (std::uint64_t{run_} << 32U) + kFirstClient + request;
  }
  Replica& replica(raft::NodeId node) { return replicas_[node.value() - 1]; }
  const Replica& replica(raft::NodeId node) const { return replicas_[node.value() - 1]; }
  bool is_member(raft::NodeId node) const { return !node.is_zero() && node.value() <= replicas_.size(); }

  // world.cpp: what is due, and members
  void push(TimeUs time_us, Due::Kind kind, std::uint64_t subject, std::uint64_t number = 0) {
    agenda_.add(time_us, kind, subject, number);
  }
  // The number of the moment that is under way; 0: before the first.
  std::uint64_t moment() const { return steps_ == 0 ? 0 : moments_ + 1; }
  void begin_step() {
    if (!events_.empty()) events_.clear();
    ++steps_;
  }
  void end_step() {
    if (violations_told_ < checkers_.violations().size()) tell_violations();
    if (events_.empty()) return;
    ++moments_;
    digest_events();
  }
  void tell_violations();
  // An event of now, for its particulars to be filled in.
  Event& tell(Event::Kind kind, raft::NodeId node, raft::NodeId peer = raft::kNone);
  raft::Term term_of(raft::NodeId node) const;
  void digest_events();
  // Whether anything may have come of it.
  bool on_tick(const Due& due);
  bool tick(Replica& replica);
  // All that a member has to do now, and what others see of it; `output`: what it has done already.
  void pump(Replica& replica) { pump(replica, scratch_.output); }
  void pump(Replica& replica, member::Output& output);
  // What others see of it. Leaves `output` empty.
  void publish(raft::NodeId node, member::Output& output);
  // What the member does until it waits for its disk.
  void run(Replica& replica, member::Output& output);
  void on_sync(const Due& due);
  void sync_ended(Replica& replica);
  void finish_sync(Replica& replica);
  void step_aside(Replica& replica);
  // turns.cpp: a slow process
  void use_process(Replica& replica, const ProcessSettings& settings);
  // `due` is for the member, which does it when it comes to it.
  void wait_turn(Replica& replica, const Due& due);
  void begin_turn(Replica& replica);
  void on_turn(const Due& due);
  void take_turn(Replica& replica, const Due& due);
  // After a pause.
  void go_on_with_turns(Replica& replica);
  void drop_turns(Replica& replica);
  void use_disk(Replica& replica, const DiskSettings& settings);
  void schedule_tick(Replica& replica, TimeUs wait_us);
  // The next tick comes after a whole period; none where the clock stands still.
  void start_clock(Replica& replica);
  void set_drift(Replica& replica, std::int64_t drift_ppm) const;

  // messages.cpp: what is on its way
  void on_delivery(const Due& due);
  void deliver(Flight& flight);
  // To a member that it has reached; lost where that is down.
  void hand_over(std::uint64_t id);
  void lose(const Flight& flight, LossReason reason);
  Event& tell_of(Event::Kind kind, const Flight& flight);
  void send(raft::Message&& message);
  void launch(raft::Message&& message, std::uint64_t part, std::uint64_t parts, bool may_double);
  // Sent, and lost at once.
  void turn_away(raft::Message&& message, std::uint64_t id);
  // Whether the network has no room for another message with so many entries.
  bool is_full(std::size_t entries) const {
    const auto most = static_cast<std::size_t>(config_.max_messages_in_flight);
    if (flights_.size() >= most) return true;
    if (entries_in_flight_ > 0 && entries_in_flight_ + entries > most * kEntriesForEachMessage) return true;
    return sent_lately_ >= most && now_us_ < lately_ends_us_;
  }
  // Takes a flight out of flights_, to be given back to landed().
  Flights::node_type land(Flights::iterator at);
  void landed(Flights::node_type&& flight);
  std::uint64_t parts_of(const raft::Message& message) const;
  void report_snapshot(const raft::Message& message, bool arrived);
  void on_report(const Due& due);
  void report(Replica& replica, const Due& due);
  // Sends one of the messages that the link has carried once more, by chance, and remembers this one.
  void replay(const raft::Message& message, const Link& link);
  // What waited at the end of links that are clogged no more arrives now.
  void unclog();
  void act_on_message(const Command& command);
  base::Status check_message(const Command& command) const;
  bool waits_for_turn(const Flight& flight) const;

  // nemesis.cpp
  base::Status check_nemesis(const Nemesis& nemesis) const;
  void begin_nemesis(const Nemesis& nemesis);
  void on_strike(std::uint64_t number);
  void strike(NemesisFault fault, TimeUs until_us);
  std::optional<raft::NodeId> any_of(const std::vector<raft::NodeId>& nodes);
  std::optional<raft::NodeId> any_running(std::size_t more);

  // acts.cpp: what commands do, and act_checks.cpp: whether they make sense
  void on_scheduled(std::uint64_t number);
  base::Result<Command> resolve(const Command& command) const;
  base::Status check_resolved(const Command& command) const;
  void execute(const Command& asked);
  void stop(Replica& replica, member::Unsynced unsynced);
  void restart(Replica& replica);
  void resume(Replica& replica);
  void wipe(Replica& replica);
  void tell_recovery(const Replica& replica);
  void make_snapshot(Replica& replica);
  static void fail_disk(Replica& replica, const Command& command);
  void set_links(const Command& command);
  Command with_random_group(const Command& command);
  void damage(const Command& command);
  void jump(Replica& replica, TimeUs by_us);
  base::Status check_disk(const Command& command) const;
  void reconfigure(Replica& replica, const Command& command);
  base::Status check_changes(const Command& command) const;

  // clients.cpp: requests
  base::Status check_asking(const Command& command) const;
  // Whether clients may make so many more; what loads will make counts as made.
  base::Status check_requests_left(std::size_t wanted) const;
  void open_request(const Command& command, std::uint32_t load = 0);
  void begin_load(const Command& command);
  void on_load(std::uint64_t load);
  void go_on_with_load(const Request& request);
  void ask(Request& request, raft::NodeId node, TimeUs pause_us);
  void on_ask(const Due& due);
  void take_request(Replica& replica, Request& request);
  void on_answer(Request& request, std::uint64_t attempt);
  void on_timeout(Request& request, std::uint64_t attempt);
  void try_again(Request& request);
  void finish(Request& request, RequestState state);
  void note_applied(raft::NodeId node, const std::vector<member::Applied>& applied);
  void note_answers(raft::NodeId node, const std::vector<member::Answer>& answers);
  // Whether a read that `node` answers now rests on its leader's lease.
  bool rests_on_lease(raft::NodeId node, member::ReadMode mode) const;
  void forget_reads(raft::NodeId node);
  TimeUs deadline_us(const Request& request) const { return request.sent_us + config_.request_deadline_us; }
  TimeUs client_latency() { return config_.latency_min_us; }

  static constexpr std::uint64_t kFirstClient = 1;

  WorldConfig config_;
  std::uint32_t run_ = 0;
  base::Prng prng_;
  Network network_;
  std::vector<Replica> replicas_;
  Checkers checkers_;
  bool checking_ = true;
  FaultCounts faults_;
  Agenda agenda_;
  Flights flights_;
  std::size_t entries_in_flight_ = 0;  // in the messages of flights_
  std::size_t sent_lately_ = 0;        // messages, in the millisecond that ends then
  TimeUs lately_ends_us_ = 0;
  std::vector<std::uint64_t> clogged_;  // flights that wait at the end of a clogged link, as they arrived
  // What links that replay have carried, the newest last.
  std::map<std::pair<raft::NodeId, raft::NodeId>, std::vector<raft::Message>> carried_;
  std::vector<std::uint64_t> newest_arrived_;  // of all messages, over each link
  std::map<std::uint64_t, Command> scheduled_;
  RequestList requests_;
  struct LoadState {
    Command command;
    std::uint32_t asked = 0;
  };
  std::vector<LoadState> loads_;
  struct NemesisState {
    Nemesis nemesis;
    std::uint32_t struck = 0;
  };
  std::vector<NemesisState> nemeses_;
  // Reads that a member is to answer, by what it calls them.
  std::map<std::pair<raft::NodeId, member::Ticket>, std::uint64_t> reading_;
  raft::NodeId client_guess_{1};  // whom the client takes for the leader

  TimeUs now_us_ = 0;
  std::uint64_t next_flight_ = 0;
  std::uint64_t next_scheduled_ = 0;
  std::uint64_t steps_ = 0;
  std::uint64_t moments_ = 0;
  std::size_t violations_told_ = 0;
  base::Hasher digest_;
  std::vector<Event> events_;

  // Memory that is used again: what nobody needs any more, no part of the value.
  class Scratch {
   public:
    Scratch() = default;
    Scratch(const Scratch&) {}
    Scratch(Scratch&&) noexcept = default;
    Scratch& operator=(const Scratch&) { return *this; }
    Scratch& operator=(Scratch&&) noexcept = default;
    ~Scratch() = default;
    member::Output output;  // empty between steps
    std::vector<Flights::node_type> landed;
  };
  Scratch scratch_;
};

}  // namespace raftarium::sim
