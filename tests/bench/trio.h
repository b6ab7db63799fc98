#pragma once
// Three members in one loop, without disk and network: what the core itself costs.

#include <cstdint>
#include <memory>
#include <vector>

#include "raft/raft.h"
#include "raft/storage.h"

namespace raftarium::bench {

class Trio {
 public:
  // How a follower comes by the payloads of an append.
  enum class Carriage : std::uint8_t {
    Bytes,      // copied once for each follower, as reading them from a connection does
    Reference,  // handed over
  };
  static constexpr std::size_t kMembers = 3;

  // Elects member 1.
  explicit Trio(Carriage carriage, bool batch_appends = true);

  raft::RawNode& leader() { return members_[0]->node; }
  // Moves messages and handles what is ready until nothing is left.
  void pump();
  void tick();
  // Forgets all but the newest `keep` entries.
  void compact(std::uint64_t keep);

  // Payloads that the member handed to its state machine.
  std::uint64_t applied(std::size_t member) const { return members_[member]->applied; }
  // Messages sent so far.
  std::uint64_t messages() const { return messages_; }
  // Calls of operator new while inside the core: step(), tick(), ready(), advance(). Proposals are counted
  // where they are made.
  std::uint64_t core_allocations() const { return core_allocations_; }

 private:
  // Where a member reads what arrives: large blocks, of which entries and payloads are parts.
  class Reader {
   public:
    raft::Entries read(const raft::Entries& sent);

   private:
    base::BytesArena payloads_{0};
    raft::EntryArena entries_{0};
  };
  struct Member {
    Member(const raft::Config& config, const raft::MemoryStorage& start);
    raft::MemoryStorage storage;
    raft::RawNode node;
    raft::Ready ready;
    Reader reader;
    std::uint64_t applied = 0;
    std::uint64_t sum = 0;  // of the payloads' first bytes, so that they are looked at
  };
  template <class Body>
  void in_core(const Body& body);
  bool pump(Member& member);
  void deliver(raft::Message& message);

  Carriage carriage_;
  std::vector<std::unique_ptr<Member>> members_;
  std::uint64_t messages_ = 0;
  std::uint64_t core_allocations_ = 0;
};

}  // namespace raftarium::bench
