#pragma once
// Member: one replica of the cluster. The consensus core, its storage and the store, tied together by the
// only Ready loop there is.
//
// A value: a copy is a member that goes its own way from here. Not a network and not a clock: whoever owns
// the member carries its messages and calls tick().

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "base/result.h"
#include "kv/store.h"
#include "raft/raft.h"
#include "raft/storage.h"

namespace raftarium::member {

// An entry of the store that took effect here.
struct Applied {
  raft::EntryId id;
  kv::Command command;
  kv::Outcome outcome;
};

// What a member did since it was last asked.
struct Output {
  std::vector<raft::Message> messages;  // to be carried to other members
  std::vector<raft::Entry> appended;    // made durable, in order
  std::vector<raft::Entry> committed;   // everything applied, also what is not the store's
  std::vector<Applied> applied;
  std::vector<raft::Event> events;  // in the order in which they happened
};

class Member {
 public:
  // Starts a member on what `storage` holds: an empty one needs a first snapshot with its configuration.
  static base::Result<Member> start(const raft::Config& config, raft::MemoryStorage storage);

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
  void tick() { node_->tick(); }
  void step(const raft::Message& message) { node_->step(message); }
  raft::Refusal propose(const kv::Command& command);
  raft::Refusal campaign() { return node_->campaign(); }
  void transfer_leadership(raft::NodeId to) { node_->transfer_leadership(to); }
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

  Member(const raft::Config& config, raft::MemoryStorage storage);
  // The store that a snapshot holds; an empty one for a first snapshot without data.
  static base::Result<kv::Store> restore(const raft::Snapshot& snapshot);
  void apply(const raft::Entry& entry, Output& output);

  raft::Config config_;
  raft::MemoryStorage storage_;
  kv::Store store_;
  Recorder recorder_;
  std::optional<raft::RawNode> node_;  // none while crashed
};

}  // namespace raftarium::member
