#pragma once
// Requests: what clients asked of one member and are still waiting for, and how each of them ends. Every
// request ends, in one of the ways below; none is forgotten while the member runs. A crash ends them all
// without a word, as it does for whoever waits at a socket.
//
// A write is recognised when it is applied: where this member leads, by the entry that it became; elsewhere by
// its session. So only a leader takes a write without a session.

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "kv/store.h"
#include "raft/raft.h"

namespace raftarium::member {

using Ticket = std::uint64_t;  // names a request of one life of one member; from 1, in order

enum class RequestEnd : std::uint8_t {
  Committed,  // applied; the outcome is the store's. A read: answered
  Refused,    // it was not taken, and never takes effect: `refusal` says why
  Dropped,    // another entry was committed in its place: this attempt never takes effect
  TimedOut,   // no answer in time. A write may be committed yet, now or later
  Unknown,    // a snapshot came past it: it may have been applied or not
};
const char* describe(RequestEnd end);

struct Finished {
  Ticket ticket = 0;
  RequestEnd end = RequestEnd::Committed;
  raft::Refusal refusal = raft::Refusal::None;
  raft::EntryId entry{};  // Committed: in which it was applied; none when a snapshot told
  kv::Outcome outcome{};  // Committed
};

// How fresh an answer must be.
enum class ReadMode : std::uint8_t {
  Linearizable,  // at least as new as anything that was acknowledged before: a round of heartbeats (§6.4)
  Lease,  // the same as long as clocks run alike: the leader trusts its check-quorum lease. Where there
          // is no lease (not the leader, no check_quorum, handing over) it is read as Linearizable
  Serializable,  // what this member has, at once; perhaps stale
};
const char* describe(ReadMode mode);

struct Answer {
  Ticket ticket = 0;
  ReadMode mode = ReadMode::Linearizable;
  RequestEnd end = RequestEnd::Committed;
  raft::Refusal refusal = raft::Refusal::None;
  raft::Index read_index{};  // the answer is at least as new as this; 0: no promise was asked for
  raft::Index applied{};     // the answer is as of this entry
  kv::RangeResult result{};
};

class Requests {
 public:
  // `timeout_ticks`: after how many ticks a request has timed out; 0: never.
  explicit Requests(std::uint32_t life = 0, std::uint64_t timeout_ticks = 0)
      : life_(life), timeout_ticks_(timeout_ticks) {}

  // Forgets everything; the contexts of the next life's reads are none of this one's.
  void begin_life();

  Ticket refuse_write(raft::Refusal refusal);
  // The write was proposed; as `entry`, if this member leads.
  Ticket wait_for_write(const kv::Command& command, std::optional<raft::EntryId> entry);
  Ticket refuse_read(ReadMode mode, raft::Refusal refusal);
  Ticket wait_for_read(ReadMode mode, kv::Range range);

  // An entry is committed, with the outcome if it was a command.
  void committed(raft::EntryId entry);
  void applied(raft::EntryId entry, const kv::Command& command, const kv::Outcome& outcome);
  // A snapshot up to `index` replaced the store.
  void restored(raft::Index index, const kv::Store& store);
  void tick() {
    ++now_;
    if (timeout_ticks_ > 0) end_late();
  }

  // Reads that have no read index yet and were not asked for: `ask(mode, context)` returns the read index if
  // it is known at once, or zero; then answered() must be called with the context later.
  template <class Ask>
  void ask_reads(Ask ask) {
    for (auto at = reads_.begin(); unasked_ > 0 && at != reads_.end(); ++at) {
      Read& read = at->second;
      if (read.asked) continue;
      read.asked = true;
      --unasked_;
      read.context = std::uint64_t{life_} << 40U | next_context_++;
      read.index = ask(read.mode, read.context);
      if (read.answerable()) ++answerable_;
    }
  }
  // Another leader, or a long silence: what has no read index is asked for again.
  void ask_again();
  void answered(std::uint64_t context, raft::Index read_index);
  // Answers what can be answered from `store`.
  void read_from(const kv::Store& store);

  bool waiting() const { return !writes_.empty() || !reads_.empty(); }
  bool has_unasked() const { return unasked_ > 0; }
  // Whether there is nothing to ask, to answer or to tell.
  bool is_quiet() const {
    return unasked_ == 0 && answerable_ == 0 && finished_.empty() && answers_.empty();
  }
  // Moves out what has ended.
  void take(std::vector<Finished>& finished, std::vector<Answer>& answers);

 private:
  struct Write {
    std::uint64_t client = 0;
    std::uint64_t sequence = 0;
    raft::EntryId entry{};  // none: forwarded
    std::uint64_t asked_at = 0;
  };
  struct Read {
    ReadMode mode = ReadMode::Linearizable;
    kv::Range range;
    std::uint64_t asked_at = 0;
    std::uint64_t context = 0;
    bool asked = false;
    raft::Index index{};  // 0: not known yet
    // Once that entry is applied.
    bool answerable() const { return mode == ReadMode::Serializable || !index.is_zero(); }
  };
  using Session = std::pair<std::uint64_t, std::uint64_t>;  // client, sequence

  Ticket next() { return ++last_; }
  bool late(std::uint64_t asked_at) const { return now_ - asked_at >= timeout_ticks_; }
  void end_late();
  std::map<Ticket, Read>::iterator erase(std::map<Ticket, Read>::iterator at);
  // Ends the write of `ticket` with `how`.
  void finish(Ticket ticket, Finished how);

  std::uint32_t life_;
  std::uint64_t timeout_ticks_;
  std::uint64_t now_ = 0;  // in ticks
  Ticket last_ = 0;
  std::uint64_t next_context_ = 1;
  std::map<Ticket, Write> writes_;
  std::set<std::pair<raft::Index, Ticket>> by_index_;
  std::set<std::pair<Session, Ticket>> by_session_;
  std::map<Ticket, Read> reads_;
  std::size_t unasked_ = 0;     // of them, so that nobody looks for what is not there
  std::size_t answerable_ = 0;  // of them
  std::vector<Finished> finished_;
  std::vector<Answer> answers_;
};

}  // namespace raftarium::member
