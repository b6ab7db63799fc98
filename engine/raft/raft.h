#pragma once
// RawNode: one member's consensus as a pure state machine. It does no I/O and reads no clock.
//
//   step(message) | tick() | propose(...) | read_index(...)   change its state
//   ready() -> Ready                                          says what has to be done because of it
//   advance()                                                 says that it has been done
//
// The caller's loop, in the order that safety needs (§5.1: term, vote and log survive before an answer):
//
//   while (node.has_ready()) {
//     Ready ready = node.ready();
//     save ready.snapshot, ready.entries, ready.hard_state; sync if ready.must_sync
//     send ready.messages
//     apply ready.committed_entries (and node.apply_conf_change for configuration entries)
//     node.advance();
//   }
//
// With Config::async_storage_writes, storage work travels as messages to kAppendThread and kApplyThread
// instead; each carries the responses to deliver when it is done, and advance() is not called.

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "raft/bugs.h"
#include "raft/storage.h"
#include "raft/types.h"

namespace raftarium::raft {

enum class Role : std::uint8_t { Follower, Candidate, Leader, PreCandidate };
const char* describe(Role role);  // "StateFollower", as in etcd

enum class ReadOnlyMode : std::uint8_t {
  Safe,        // a round of heartbeats confirms leadership (dissertation §6.4)
  LeaseBased,  // trusts the check-quorum lease, hence clocks; needs check_quorum
};

struct Config {
  NodeId id;                // not zero, not a storage thread
  int election_ticks = 10;  // > heartbeat_ticks; an election starts after [1, 2) times this
  int heartbeat_ticks = 1;  // > 0
  Index applied;            // the last entry applied before a restart; 0: from the snapshot
  std::uint64_t max_size_per_msg = 1U << 20U;      // bytes of entries in one MsgApp
  std::uint64_t max_committed_size_per_ready = 0;  // bytes; 0: max_size_per_msg
  std::uint64_t max_uncommitted_size = kNoLimit;   // bytes; more are dropped; 0: no limit
  int max_inflight_msgs = 256;                     // > 0, per follower
  std::uint64_t max_inflight_bytes = kNoLimit;     // >= max_size_per_msg; 0: no limit
  bool check_quorum = false;  // a leader that hears no quorum for an election timeout steps down
  bool pre_vote = false;      // ask before raising the term (dissertation §9.6)
  ReadOnlyMode read_only = ReadOnlyMode::Safe;
  bool async_storage_writes = false;
  bool batch_appends = false;  // what is proposed or committed between two Readies travels in one append
                               // to each peer; else in one each, as etcd has it
  bool disable_proposal_forwarding = false;
  bool disable_conf_change_validation = false;
  bool step_down_on_removal = false;
  std::uint64_t seed = 0;  // of the randomised election timeout
  Bugs bugs{};             // to be made on purpose; none in earnest
};

enum class Refusal : std::uint8_t {
  None,
  NoLeader,
  LeaderTransferring,
  UncommittedLimit,
  ForwardingDisabled,
  NotMember,          // removed from the configuration
  ConfChangePending,  // an earlier change is not applied yet
  MustLeaveJointFirst,
  NotInJoint,
  LogBehind,                 // a vote refused: the candidate's log is not up to date (§5.4.1)
  VotedForAnother,           // a vote refused: this term's vote is given (§5.2)
  LeaderLease,               // a vote refused: a live leader was heard of (dissertation §4.2.3)
  NotPromotable,             // a learner, or not a member, cannot campaign
  PendingConfChangeToApply,  // campaign refused: a committed configuration is not applied yet
  StaleTerm,
  LogMismatch,         // an append refused: the entry before it is missing or of another term (§5.3)
  NotCommittedInTerm,  // a read held back until the leader commits in its term
  UnknownPeer,         // a local message or response about a member that is not tracked
  BadConfChange,       // cannot be decoded, or cannot be applied to the configuration
  CommitBeyondLog,     // a heartbeat tells of a commit that this log does not reach (etcd 20269)
  IndexBeyondReason,   // a snapshot of an index beyond kMaxIndex
};
const char* describe(Refusal refusal);

// What the core says about itself, for narration, traces and log lines. Never steers anything.
struct Event {
  enum class Kind : std::uint8_t {
    BecameFollower,  // peer: the leader, or none
    BecamePreCandidate,
    BecameCandidate,
    BecameLeader,     // voters: who voted for it; last: its log's end
    ElectionTimeout,  // the election timer ran out and an election starts
    CampaignRefused,  // refusal
    VoteCast,         // peer: candidate; message_type: MsgVote or MsgPreVote; entry: its log's end
    VoteRefused,      // the same, and refusal
    VoteReceived,     // peer: voter; granted; count: votes granted so far; needed: quorum size
    QuorumLost,       // a leader steps down because it hears no quorum
    HigherTermSeen,   // peer; seen_term; was_leader
    MessageIgnored,   // peer, message_type, refusal
    EntriesAppended,  // count entries, ending at entry
    LogTruncated,     // entries from entry.index on were overwritten (§5.3)
    AppendRejected,   // peer: leader; entry: what was asked for; last: own hint
    ProbeBack,        // peer: follower; entry.index: the new next (§5.3)
    CommitAdvanced,   // entry: the new commit
    ConfigurationChanged,
    SnapshotSent,       // peer, entry
    SnapshotRestored,   // entry
    ProposalRefused,    // refusal
    ConfChangeRefused,  // refusal
    ReadHeld,           // refusal
    ReadReady,          // entry.index: the read index
    TransferStarted,    // peer
    TransferAborted,    // peer
  };
  Kind kind = Kind::BecameFollower;
  NodeId node{};
  Term term{};
  NodeId peer{};
  MessageType message_type = MessageType::MsgHup;
  EntryId entry{};  // of the other side, or as the kind says
  EntryId last{};   // of this member's log where the kind compares two
  Term seen_term{};
  std::uint64_t count = 0;
  std::uint64_t needed = 0;
  bool granted = false;
  bool was_leader = false;
  Refusal refusal = Refusal::None;
  std::vector<NodeId> voters{};
};
const char* describe(Event::Kind kind);

// A step of the core as etcd's TLA+ specification counts steps (etcd-io/raft, tla/Traceetcdraft.tla), with the
// state that goes with it. Only traces for that specification need them.
struct TracePoint {
  enum class Kind : std::uint8_t {
    Started,  // on what storage holds
    BecameFollower,
    BecameCandidate,
    BecameLeader,         // before its empty entry
    CommitTried,          // after every attempt to advance the commit index
    EntryComing,          // before a leader appends a normal entry
    ChangeComing,         // before a leader appends a change of the configuration: change
    ConfigurationComing,  // before a configuration takes effect: next
    ReadyAccepted,        // everything sent before it may leave
    MessageSent,          // message, also to itself; the state after
    MessageReceived,      // message, also from itself; the state before
  };
  Kind kind = Kind::Started;
  NodeId node{};
  Role role = Role::Follower;
  HardState state{};
  Index last_index{};
  ConfState configuration{};
  const Message* message = nullptr;  // all three live as long as the call
  const ConfChange* change = nullptr;
  const ConfState* next = nullptr;
};

class Observer {
 public:
  Observer() = default;
  Observer(const Observer&) = default;
  Observer& operator=(const Observer&) = default;
  virtual ~Observer() = default;
  virtual void observe(const Event& event) = 0;
  // A message was handed out for another member (with asynchronous storage writes it may have to wait for
  // a write), or one came from another member and is about to be handled.
  virtual void sent(const Message& message);
  virtual void received(const Message& message);
  // Whether trace() is wanted: a trace point costs more than an event.
  bool traces() const { return traces_; }
  virtual void trace(const TracePoint& point);

 protected:
  void want_traces(bool wanted) { traces_ = wanted; }

 private:
  bool traces_ = false;  // asked for at every step, so no virtual function
};

struct SoftState {
  NodeId leader;
  Role role = Role::Follower;
  friend bool operator==(const SoftState&, const SoftState&) = default;
};

// A read that may be answered once the state machine has applied `index`.
struct ReadState {
  Index index;
  std::uint64_t context = 0;
};

struct Ready {
  std::optional<SoftState> soft_state;  // when it changed
  std::vector<ReadState> read_states;
  HardState hard_state;                      // empty when unchanged
  Entries entries;                           // to be made durable
  std::shared_ptr<const Snapshot> snapshot;  // to be made durable and restored; null when none
  Entries committed_entries;                 // to be applied
  std::vector<Message> messages;             // to be sent, after the above is durable
  bool must_sync = false;                    // hard state or entries need a sync
};

enum class ProgressState : std::uint8_t { Probe, Replicate, Snapshot };
const char* describe(ProgressState state);  // "StateProbe", as in etcd

// A leader's knowledge of one peer, as a copy for those who look on.
struct ProgressView {
  NodeId id;
  ProgressState state = ProgressState::Probe;
  Index match;
  Index next;
  bool recent_active = false;
  bool flow_paused = false;  // nothing more is sent until the peer answers
  bool is_learner = false;
  Index pending_snapshot;
  int inflight = 0;
  int inflight_capacity = 0;
  bool inflight_full = false;
};

struct Status {
  NodeId id;
  SoftState soft_state;
  HardState hard_state;
  Index applied;
  Index first_index;
  Index last_index;
  Term last_term;
  NodeId lead_transferee;
  ConfState conf_state;
  int election_elapsed_ticks = 0;
  int heartbeat_elapsed_ticks = 0;
  int randomized_election_timeout_ticks = 0;
  std::vector<NodeId> votes_granted;  // while campaigning
  std::vector<NodeId> votes_rejected;
  std::vector<ProgressView> progress;  // sorted by id; only on a leader
};
std::string describe(const ProgressView& progress);

class Raft;

class RawNode {
 public:
  // Refuses a configuration that cannot work, saying which field and why. `storage` must outlive the node
  // (or be replaced by rebind()); `observer` may be null.
  static base::Result<RawNode> create(const Config& config, const Storage& storage,
                                      Observer* observer = nullptr);
  RawNode(const RawNode& other);
  RawNode(RawNode&& other) noexcept;
  RawNode& operator=(const RawNode& other);
  RawNode& operator=(RawNode&& other) noexcept;
  ~RawNode();

  // After a copy of a whole member: use the copy's storage and observer from now on.
  void rebind(const Storage& storage, Observer* observer);

  // Initialises an empty member with its peers, as if they had been added one by one.
  base::Status bootstrap(const std::vector<NodeId>& peers);

  // False: its clock moved on, and that is all.
  bool tick();
  Refusal campaign();
  Refusal propose(base::Bytes data);
  // Several proposals as one message: accepted or refused together.
  Refusal propose(std::vector<base::Bytes> batch);
  // The same, taking the payloads out of memory that the caller keeps.
  Refusal propose(std::span<base::Bytes> batch);
  // A leader refuses at once. Another member forwards it, as it does any proposal: what the leader then refuses
  // is told to the leader's observer (ConfChangeRefused) and leaves a no-op in its place, as in etcd, so whoever
  // proposed there watches for the change to be applied.
  Refusal propose_conf_change(const ConfChange& change);
  // Returns the configuration in force after it. REQUIRES: the entry is committed and in order.
  ConfState apply_conf_change(const ConfChange& change);
  // A message from a peer or from a storage thread.
  Refusal step(const Message& message);
  // Asks for a read index; the answer is a ReadState with the same context. Contexts must not repeat.
  void read_index(std::uint64_t context);
  void transfer_leadership(NodeId transferee);
  Refusal forget_leader();
  void report_unreachable(NodeId peer);
  void report_snapshot(NodeId peer, bool ok);

  bool has_ready() const;
  // REQUIRES: every Ready before it was advanced (synchronous mode).
  Ready ready();
  // The same into `ready`, whose vectors' memory is used again: a loop that keeps one Ready allocates nothing.
  void ready(Ready& ready);
  void advance();

  Status status() const;
  // Cheap looks at the state, without a copy of the progress.
  NodeId id() const;
  Role role() const;
  Term term() const;
  NodeId leader() const;
  Index commit() const;
  Index applied() const;
  Index last_index() const;
  Index first_index() const;
  // Entries in [low, high) as this member sees them, stable or not.
  Storage::EntriesResult entries(Index low, Index high, std::uint64_t max_size) const;
  Storage::TermResult term_of(Index index) const;

  // For tests and teaching: the ticks until the next election timeout are set by hand.
  void set_randomized_election_timeout(int ticks);
  // The core inside, for tests of the algorithm itself.
  Raft& core() { return *raft_; }
  const Raft& core() const { return *raft_; }

 private:
  // What advance() tells the core, in this order: what this member promised to itself, then what is durable
  // of the log as it was in `term`, then what is applied.
  struct Advance {
    std::vector<Message> promises;
    Term term;
    EntryId durable;
    std::shared_ptr<const Snapshot> snapshot;
    Index applied;
    std::uint64_t applied_size = 0;
    std::uint64_t uncommitted_size = 0;
    bool is_empty() const {
      return promises.empty() && durable.index.is_zero() && snapshot == nullptr && applied.is_zero();
    }
  };

  explicit RawNode(std::unique_ptr<Raft> raft);
  void add_storage_messages(Ready& ready, std::uint64_t committed_size);
  void plan_advance(Ready& ready, std::uint64_t committed_size);
  void hand_out_promises(Ready& ready);
  bool append_response_needed(const Ready& ready) const;
  Message append_response(const Ready& ready) const;
  Message apply_response(const Ready& ready, std::uint64_t size) const;
  void tell_sent(const Message& message) const;

  std::unique_ptr<Raft> raft_;
  SoftState previous_soft_;
  HardState previous_hard_;
  Advance advance_;
};

}  // namespace raftarium::raft
