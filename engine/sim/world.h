#pragma once
// World: a cluster and everything around it (network, clocks, clients) as one value. It can be copied,
// stepped and thrown away; two equal worlds that are given the same commands stay equal for ever.
//
// Time is virtual. A world is a queue of what is due; step() takes the next thing from it. Whatever
// happens is an Event, and all events together make the digest.

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "base/hash.h"
#include "base/prng.h"
#include "base/result.h"
#include "member/member.h"
#include "sim/checkers.h"
#include "sim/command.h"
#include "sim/event.h"
#include "sim/faults.h"
#include "sim/network.h"

namespace raftarium::sim {

inline constexpr std::size_t kMaxMembers = 15;
inline constexpr TimeUs kMaxJumpUs = 60'000'000;
inline constexpr std::int64_t kMaxDriftPpm = 9'000'000;  // ten times as fast

struct WorldConfig {
  std::uint64_t seed = 1;
  std::size_t members = 5;  // 1 to kMaxMembers
  bool pre_vote = true;
  bool check_quorum = true;
  TimeUs tick_us = 10'000;                  // > 0
  int election_ticks = 15;                  // > heartbeat_ticks
  int heartbeat_ticks = 5;                  // > 0
  TimeUs latency_min_us = 15'000;           // of every link, >= 0
  TimeUs latency_mean_us = 8'000;           // of the random part on top, >= 0
  std::uint32_t loss_per_million = 0;       // up to 1'000'000
  std::uint32_t duplicate_per_million = 0;  // up to 1'000'000: messages that arrive twice
  TimeUs request_timeout_us = 400'000;      // a client waits so long for an answer, then tries again
  TimeUs request_deadline_us = 4'000'000;   // and gives up after this long; up to a day
};

// A message on its way.
struct Flight {
  std::uint64_t id = 0;
  raft::Message message;
  TimeUs sent_us = 0;
  TimeUs deliver_us = 0;
  LossReason fate = LossReason::None;  // known already when it was sent
  std::uint64_t schedule = 0;          // counts changes of deliver_us
};

// What a client asked, and what has become of it. Each request is a session of its own (kv::Command), so
// that it takes effect once, however often it is tried.
struct Request {
  std::uint64_t id = 0;  // from 1, in the order of asking
  kv::Command command;
  raft::NodeId target;  // where it must go; none: wherever it is taken
  raft::NodeId at;      // whom it was sent to last
  TimeUs sent_us = 0;
  TimeUs done_us = 0;
  TimeUs asked_us = 0;  // when the last attempt leaves the client
  RequestState state = RequestState::Waiting;
  raft::Refusal refusal = raft::Refusal::None;  // the last one heard
  std::uint32_t attempts = 0;
  raft::Index index;                // of its entry, once whom it was sent to has applied it
  raft::NodeId answered_by;         // and who that was
  std::uint64_t read_in_start = 0;  // the process of `at` that has read it, by starts from 1; 0: none yet
  bool in_doubt = false;            // an attempt was never answered, so that it may have taken effect
};

enum class ProcessState : std::uint8_t { Running, Crashed, Paused };

class World {
 public:
  // Refuses a configuration that cannot work, saying which field and why.
  static base::Result<World> create(const WorldConfig& config);

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

  const member::Member& member(raft::NodeId node) const { return replica(node).member; }
  ProcessState process(raft::NodeId node) const { return replica(node).process; }
  // When the member ticks next, if it runs.
  TimeUs next_tick_us(raft::NodeId node) const { return replica(node).next_tick_us; }
  // By how much its clock runs faster than the world's.
  std::int64_t drift_ppm(raft::NodeId node) const { return replica(node).drift_ppm; }
  const FaultCounts& faults() const { return faults_; }
  const Network& network() const { return network_; }
  const std::map<std::uint64_t, Flight>& flights() const { return flights_; }
  const std::vector<Request>& requests() const { return requests_; }
  const std::vector<Violation>& violations() const { return checkers_.violations(); }
  // The running leader of the highest term; none when there is none.
  raft::NodeId leader() const;
  std::vector<raft::NodeId> members() const;

 private:
  struct Replica {
    member::Member member;
    ProcessState process = ProcessState::Running;
    TimeUs next_tick_us = 0;
    std::uint64_t life = 0;             // counts starts, so that an old life's ticks are ignored
    std::vector<std::uint64_t> held{};  // arrived while paused, in order
    std::uint64_t start = 1;            // counts processes: restarts and the first
    std::int64_t drift_ppm = 0;
    bool stands_still() const { return drift_ppm <= -1'000'000; }
  };
  struct Due {
    enum class Kind : std::uint8_t { Tick, Delivery, Command, Ask, Answer, Timeout };
    TimeUs time_us = 0;
    std::uint64_t sequence = 0;
    Kind kind = Kind::Tick;
    std::uint64_t subject = 0;  // member, flight, scheduled command or request
    std::uint64_t number = 0;   // life of the member, attempt of the request, schedule of the flight
  };
  static bool later(const Due& a, const Due& b);
  // What a member's storage holds before anything has happened.
  static raft::MemoryStorage first_storage(std::size_t members);

  World(const WorldConfig& config, std::vector<Replica> replicas);
  Replica& replica(raft::NodeId node) { return replicas_[node.value() - 1]; }
  const Replica& replica(raft::NodeId node) const { return replicas_[node.value() - 1]; }
  bool is_member(raft::NodeId node) const { return !node.is_zero() && node.value() <= replicas_.size(); }

  // world.cpp: the queue, members and messages
  void push(TimeUs time_us, Due::Kind kind, std::uint64_t subject, std::uint64_t number = 0);
  void begin_step();
  void end_step();
  void emit(Event event);
  void on_tick(const Due& due);
  void on_delivery(const Due& due);
  void deliver(const Flight& flight);
  void lose(const Flight& flight, LossReason reason);
  void pump(Replica& replica);
  void send(const raft::Message& message);
  void launch(const raft::Message& message, bool may_double);
  void schedule_tick(Replica& replica, TimeUs wait_us);
  // The next tick comes after a whole period; none where the clock stands still.
  void start_clock(Replica& replica);
  // REQUIRES: !replica.stands_still().
  TimeUs tick_period_us(const Replica& replica) const;

  // acts.cpp: what commands do
  void on_scheduled(std::uint64_t number);
  base::Result<Command> resolve(const Command& command) const;
  base::Status check_resolved(const Command& command) const;
  void execute(const Command& command);
  void crash(Replica& replica);
  void restart(Replica& replica);
  void resume(Replica& replica);
  void wipe(Replica& replica);
  void act_on_message(const Command& command);
  void set_links(const Command& command);
  void jump(Replica& replica, TimeUs by_us);
  base::Status check_message(const Command& command) const;

  // clients.cpp: requests
  void open_request(const Command& command);
  void ask(Request& request, raft::NodeId node, TimeUs pause_us);
  void on_ask(Request& request, std::uint64_t attempt);
  void on_answer(Request& request, std::uint64_t attempt);
  void on_timeout(Request& request, std::uint64_t attempt);
  void try_again(Request& request);
  void finish(Request& request, RequestState state);
  void note_applied(raft::NodeId node, const std::vector<member::Applied>& applied);
  TimeUs deadline_us(const Request& request) const { return request.sent_us + config_.request_deadline_us; }
  TimeUs client_latency() { return config_.latency_min_us; }

  WorldConfig config_;
  base::Prng prng_;
  Network network_;
  std::vector<Replica> replicas_;
  Checkers checkers_;
  FaultCounts faults_;
  std::vector<Due> queue_;  // a heap, soonest first
  std::map<std::uint64_t, Flight> flights_;
  std::map<std::uint64_t, Command> scheduled_;
  std::vector<Request> requests_;
  raft::NodeId client_guess_{1};  // whom the client takes for the leader

  TimeUs now_us_ = 0;
  std::uint64_t next_sequence_ = 0;
  std::uint64_t next_flight_ = 0;
  std::uint64_t next_scheduled_ = 0;
  std::uint64_t steps_ = 0;
  std::uint64_t moments_ = 0;
  std::size_t violations_told_ = 0;
  base::Hasher digest_;
  std::vector<Event> events_;
};

}  // namespace raftarium::sim
