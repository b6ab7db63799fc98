#pragma once
// A few members in one process with a network that a test steers: nothing moves until settle() or
// deliver() is called, and links can be cut.

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "raft/core.h"
#include "raft/raft.h"

namespace raftarium::raft::testing {

inline NodeId id(std::uint64_t n) { return NodeId(n); }

class Recorder : public Observer {
 public:
  void observe(const Event& event) override { events.push_back(event); }
  std::size_t count(Event::Kind kind) const;
  std::vector<Event> events;
};

struct Member {
  std::unique_ptr<MemoryStorage> storage = std::make_unique<MemoryStorage>();
  std::unique_ptr<Recorder> recorder = std::make_unique<Recorder>();
  std::unique_ptr<RawNode> node;
  std::vector<Entry> applied;
  std::vector<ReadState> reads;
};

struct Options {
  std::vector<std::uint64_t> voters{1, 2, 3};
  std::vector<std::uint64_t> learners;
  std::function<void(Config&)> configure = [](Config&) {};
};

class Cluster {
 public:
  explicit Cluster(const Options& options = {});

  RawNode& operator[](std::uint64_t n) { return *members_.at(n).node; }
  Member& member(std::uint64_t n) { return members_.at(n); }

  // Handles what one member has ready: storage, sending, applying.
  void pump(std::uint64_t n);
  // Delivers what is on the way, until nothing moves.
  void settle();
  // Ticks every member once and settles.
  void tick_all();
  void elect(std::uint64_t n);
  Refusal propose(std::uint64_t n, const std::string& data) {
    return (*this)[n].propose(base::Bytes(data));
  }

  void cut(std::uint64_t a, std::uint64_t b);
  void isolate(std::uint64_t n);
  void heal() { cut_.clear(); }
  // Messages for which it returns false are lost.
  std::function<bool(const Message&)> filter = [](const Message&) { return true; };
  std::vector<Message> network;

  // Loses all that was not in storage, and starts again from it.
  void restart(std::uint64_t n);
  void start(std::uint64_t n, const Config& config);
  std::string applied_text(std::uint64_t n) const;

 private:
  std::map<std::uint64_t, Member> members_;
  std::map<std::uint64_t, Config> configs_;
  std::set<std::pair<std::uint64_t, std::uint64_t>> cut_;
};

}  // namespace raftarium::raft::testing
