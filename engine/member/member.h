#pragma once
// Member: one replica of the cluster. The consensus core, its log on a disk and the store, tied together by
// the only Ready loop there is; what clients ask of it, and when it makes a snapshot and forgets its log.
//
// Not a network, not a clock and not a disk: whoever owns the member carries its messages, calls tick(), and
// says when what it has written is to be synced. Until then nothing that depends on it leaves the member:
//
//   member.pump(output)                    carry output.messages
//   if (member.wants_sync()) {
//     ticket = member.begin_sync()
//     result = disk.sync(ticket.file)      on another thread or at a later moment; member goes on meanwhile
//     member.finish_sync(ticket, result)
//     member.pump(output)                  what waited for it: votes, acknowledgements, applied entries
//   }
//
// An error of the disk ends it: failure() says what happened, and nothing but restart() helps, if the disk
// lets it. A value: a copy needs rebind() to the copy of its disk (machine.h does both).

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "base/result.h"
#include "kv/store.h"
#include "member/requests.h"
#include "raft/raft.h"
#include "storage/disk.h"
#include "storage/durable_storage.h"

namespace raftarium::member {

// An entry of the store that took effect here.
struct Applied {
  raft::EntryId id;
  kv::Command command;
  kv::Outcome outcome;
};

// A snapshot was made and the log forgotten.
struct Compaction {
  raft::EntryId snapshot;   // the last entry in it
  std::uint64_t bytes = 0;  // of the store
  raft::Index first_index;  // of the log from now on
};

// A change of the configuration was applied.
struct Configured {
  raft::Index index;  // of its entry
  raft::ConfState configuration;
};

// What a member did since it was last asked.
struct Output {
  std::vector<raft::Message> messages;  // to be carried to other members
  std::vector<raft::Entry> appended;    // written to the log, in order; durable later
  std::vector<raft::Entry> committed;   // everything applied, also what is not the store's
  std::vector<Applied> applied;
  std::vector<raft::Event> events;  // in the order in which they happened
  std::vector<Finished> finished;   // submitted writes that ended
  std::vector<Answer> answers;      // reads that ended
  std::vector<Compaction> compactions;
  std::vector<Configured> configurations;

  bool is_empty() const { return messages.empty() && is_only_messages(); }
  // Whether it has sent something and done nothing else.
  bool is_only_messages() const {
    return appended.empty() && committed.empty() && applied.empty() && events.empty() && finished.empty() &&
           answers.empty() && compactions.empty() && configurations.empty();
  }
  // Keeps the memory, for the next step.
  void clear();
};

// When a member makes a snapshot by itself. Counted from the last snapshot on; whatever comes first.
struct SnapshotPolicy {
  std::uint64_t entries = 0;       // applied entries; 0: not for their number
  std::uint64_t bytes = 0;         // their sizes (raft::Entry::size()); 0: not for them
  std::uint64_t keep_entries = 0;  // that many stay in the log, for members that are only a little behind
};

struct Options {
  // What a member starts from whose disk is empty: the configuration and perhaps a store.
  // REQUIRES: not null, and its index is not 0.
  std::shared_ptr<const raft::Snapshot> first{};
  // And what its log holds besides, in the order of indexes, none of it known to be committed, with the term that
  // it is in; zero: nothing.
  std::vector<raft::Entry> first_entries{};
  raft::Term first_term{};
  std::uint64_t cluster = 0;  // a disk of another cluster, or of another member, is refused
  storage::WalOptions wal{};
  SnapshotPolicy snapshot{};
  std::uint64_t request_timeout_ticks =
      0;  // after which a submitted write or a read has timed out; 0: never
  // Names this life of the member, so that answers to reads of an earlier one are not taken for its own. Must
  // differ from that of every earlier process; restart() counts on from it.
  std::uint32_t life = 0;
};

class Member {
 public:
  // Starts a member on what `disk` holds, or on options.first where nobody has been yet. Storage writes are
  // asynchronous, whatever `config` says.
  static base::Result<Member> start(const raft::Config& config, storage::Disk& disk,
                                    const Options& options);

  Member(const Member& other);
  Member(Member&& other) noexcept;
  Member& operator=(Member other) noexcept;
  ~Member() = default;

  // After a copy of a member and its disk.
  void rebind(storage::Disk& disk);

  bool running() const { return node_.has_value(); }
  // Stops at once. What the disk kept stays; closing its files is for the disk's owner.
  void crash();
  // Recovers from the disk. REQUIRES: !running().
  base::Status restart();
  // Why the member has stopped taking part, although it runs; nothing for most of its life.
  const std::optional<base::Error>& failure() const { return failure_; }

  // REQUIRES of all of these: running(). Of propose(): kv::check(command) accepts it.
  // False: its clock moved on, and pump() would find nothing that it would not have found before.
  bool tick();
  void step(const raft::Message& message) { node_->step(message); }
  raft::Refusal campaign() { return node_->campaign(); }
  void transfer_leadership(raft::NodeId to) { node_->transfer_leadership(to); }
  // Adds, promotes, demotes or removes members; several changes at once go through a joint configuration. In
  // force once its entry is applied, which an event tells. One at a time.
  raft::Refusal propose_conf_change(const raft::ConfChange& change) {
    return node_->propose_conf_change(change);
  }
  // What became of a MsgSnap that this member sent: while it is not known, `peer` is sent nothing else.
  void report_snapshot(raft::NodeId peer, bool ok) { node_->report_snapshot(peer, ok); }
  void report_unreachable(raft::NodeId peer) { node_->report_unreachable(peer); }

  // A write whose fate the caller finds in Output::applied by itself.
  raft::Refusal propose(const kv::Command& command);
  // A write whose end comes in Output::finished, even if it is refused. REQUIRES: as propose().
  Ticket submit(const kv::Command& command);
  // A read whose end comes in Output::answers. Linearizable needs raft::ReadOnlyMode::Safe in the
  // configuration, else it is as good as a lease.
  Ticket read(ReadMode mode, const kv::Range& range);

  // Makes a snapshot now, and forgets the log but for the policy's keep_entries. False when the last snapshot
  // is as new already, or the disk did not take it.
  bool make_snapshot(Output& output);
  // Runs the Ready loop until nothing is left to do, adding to `output`.
  void pump(Output& output);

  // Whether something has been written that others wait for, and no sync is under way.
  bool wants_sync() const { return !syncing_ && !writes_.empty() && !failure_; }
  // Whether there is nothing for pump() to do or to tell, as after most ticks.
  bool is_quiet() const {
    return !node_->has_ready() && recorder_.events.empty() && answers_.empty() && requests_.is_quiet() &&
           !wants_sync() && !failure_;
  }
  // REQUIRES: wants_sync().
  storage::Wal::SyncTicket begin_sync();
  // REQUIRES: once for each ticket, unless the member has crashed since.
  void finish_sync(const storage::Wal::SyncTicket& ticket, const base::Status& result);
  // All of that at once.
  void sync_now();

  // Tells `tracer` every trace point from now on, also of later lives; none: nobody. A copy of the member
  // tells nobody.
  void set_tracer(raft::Observer* tracer) { recorder_.tell(tracer); }

  raft::NodeId id() const { return config_.id; }
  const raft::Config& config() const { return config_; }
  const raft::RawNode& node() const { return *node_; }
  // What is durable.
  const storage::DurableStorage& storage() const { return storage_; }
  const kv::Store& store() const { return store_; }
  // The core's state; of a crashed member, what its storage says.
  raft::Status status() const;

 private:
  class Recorder : public raft::Observer {
   public:
    Recorder() = default;
    // NOLINTNEXTLINE(bugprone-copy-constructor-init): who else is told is no part of the value.
    Recorder(const Recorder& other) : Observer(), events(other.events) {}
    Recorder& operator=(const Recorder& other) {
      if (this != &other) events = other.events;
      return *this;
    }
    ~Recorder() override = default;
    void observe(const raft::Event& event) override { events.push_back(event); }
    void trace(const raft::TracePoint& point) override { tracer_->trace(point); }
    void tell(raft::Observer* tracer) {
      tracer_ = tracer;
      want_traces(tracer != nullptr);
    }
    std::vector<raft::Event> events;

   private:
    raft::Observer* tracer_ = nullptr;
  };

  // A write that is not known to be durable, and what waits for it.
  struct Write {
    std::uint64_t save = 0;  // its number in the log
    bool must_sync = true;
    std::shared_ptr<const raft::Snapshot> snapshot{};
    raft::Responses responses{};
  };

  Member(const raft::Config& config, storage::Disk& disk, storage::DurableStorage storage,
         const Options& options);
  // The store that a snapshot holds; an empty one for a first snapshot without data.
  static base::Result<kv::Store> restore(const raft::Snapshot& snapshot);
  base::Status start_core();
  void handle(raft::Ready& ready, Output& output);
  void write(raft::Message work, bool must_sync);
  void spoil(storage::Save& save, raft::Message& work);
  void release_writes();
  void fail(const base::Error& why);
  void apply(const raft::Entry& entry, Output& output);
  bool may_ask() const;
  raft::Index ask(ReadMode mode, std::uint64_t context);
  // Whether one is due when so much is applied.
  bool snapshot_due(raft::Index applied) const;
  bool save_snapshot(raft::Index applied, const kv::Store& store, Output& output);
  void save_index_first(raft::Index index, Output& output);
  void note_joiners(const raft::ConfState& configuration);

  raft::Config config_;
  Options options_;
  storage::Disk* disk_;
  storage::DurableStorage storage_;
  std::vector<Write> writes_;           // oldest first; the oldest must be synced
  std::vector<raft::Message> answers_;  // to others, which became due when something was durable
  bool syncing_ = false;
  std::optional<base::Error> failure_;
  kv::Store store_;
  Recorder recorder_;
  Requests requests_;
  std::uint64_t applied_bytes_ = 0;    // since the last snapshot
  raft::Index snapshot_tried_;         // the last one, taken or not
  bool joiner_waits_ = false;          // for a snapshot whose configuration it is in
  std::uint64_t ticks_ = 0;            // since reads were asked for again
  std::optional<raft::RawNode> node_;  // none while crashed
  raft::Ready ready_;  // memory that is used again: empty between calls, and no part of the value
};

}  // namespace raftarium::member
