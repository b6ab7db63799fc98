#pragma once
// Member: one replica of the cluster. The consensus core, its storage and the store, tied together by the
// only Ready loop there is; what clients ask of it, and when it makes a snapshot and forgets its log.
//
// A value: a copy is a member that goes its own way from here. Not a network and not a clock: whoever owns
// the member carries its messages and calls tick().

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "base/result.h"
#include "kv/store.h"
#include "member/requests.h"
#include "raft/raft.h"
#include "raft/storage.h"

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

// What a member did since it was last asked.
struct Output {
  std::vector<raft::Message> messages;  // to be carried to other members
  std::vector<raft::Entry> appended;    // made durable, in order
  std::vector<raft::Entry> committed;   // everything applied, also what is not the store's
  std::vector<Applied> applied;
  std::vector<raft::Event> events;  // in the order in which they happened
  std::vector<Finished> finished;   // submitted writes that ended
  std::vector<Answer> answers;      // reads that ended
  std::vector<Compaction> compactions;
};

// When a member makes a snapshot by itself. Counted from the last snapshot on; whatever comes first.
struct SnapshotPolicy {
  std::uint64_t entries = 0;       // applied entries; 0: not for their number
  std::uint64_t bytes = 0;         // their sizes (raft::Entry::size()); 0: not for them
  std::uint64_t keep_entries = 0;  // that many stay in the log, for members that are only a little behind
};

struct Options {
  SnapshotPolicy snapshot{};
  std::uint64_t request_timeout_ticks =
      0;  // after which a submitted write or a read has timed out; 0: never
  // Names this life of the member, so that answers to reads of an earlier one are not taken for its own. Must
  // differ from that of every earlier process; restart() counts on from it.
  std::uint32_t life = 0;
};

class Member {
 public:
  // Starts a member on what `storage` holds: an empty one needs a first snapshot with its configuration.
  static base::Result<Member> start(const raft::Config& config, raft::MemoryStorage storage,
                                    const Options& options = {});

  Member(const Member& other);
  Member(Member&& other) noexcept;
  Member& operator=(Member other) noexcept;
  ~Member() = default;

  bool running() const { return node_.has_value(); }
  // Stops at once. What was made durable stays.
  void crash();
  // Recovers from storage. REQUIRES: !running().
  base::Status restart();

  // REQUIRES of all of these: running(). Of propose(): kv::check(command) accepts it.
  void tick();
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
  // is as new already.
  bool make_snapshot(Output& output);
  // Runs the Ready loop until nothing is left to do, adding to `output`.
  void pump(Output& output);

  raft::NodeId id() const { return config_.id; }
  const raft::Config& config() const { return config_; }
  const raft::RawNode& node() const { return *node_; }
  const raft::MemoryStorage& storage() const { return storage_; }
  const kv::Store& store() const { return store_; }
  // The core's state; of a crashed member, what its storage says.
  raft::Status status() const;

 private:
  class Recorder : public raft::Observer {
   public:
    void observe(const raft::Event& event) override { events.push_back(event); }
    std::vector<raft::Event> events;
  };

  Member(const raft::Config& config, raft::MemoryStorage storage, const Options& options);
  // The store that a snapshot holds; an empty one for a first snapshot without data.
  static base::Result<kv::Store> restore(const raft::Snapshot& snapshot);
  void handle(raft::Ready ready, Output& output);
  void apply(const raft::Entry& entry, Output& output);
  bool may_ask() const;
  raft::Index ask(ReadMode mode, std::uint64_t context);
  bool snapshot_due() const;

  raft::Config config_;
  Options options_;
  raft::MemoryStorage storage_;
  kv::Store store_;
  Recorder recorder_;
  Requests requests_;
  std::uint64_t applied_bytes_ = 0;  // since the last snapshot
  std::uint64_t ticks_ = 0;
  std::optional<raft::RawNode> node_;  // none while crashed
};

}  // namespace raftarium::member
