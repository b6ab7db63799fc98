#pragma once
// Checkers: what Raft promises (Figure 3 of the paper), verified on every step against everything that
// happened before.
//
// Each member's log is summed up by a chain: the hash of an entry and of all before it. Two logs that agree
// at one link of the chain agree on everything up to it, so a comparison of prefixes is one of numbers.
// What has been applied is kept once for all members, in a sequence that copies share.

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/function_ref.h"
#include "base/persistent_map.h"
#include "base/persistent_vector.h"
#include "member/member.h"
#include "sim/command.h"
#include "sim/requests.h"

namespace raftarium::sim {

enum class Property : std::uint8_t {
  ElectionSafety,      // at most one leader a term (§5.2)
  LeaderAppendOnly,    // a leader never overwrites or deletes entries in its log (§5.3)
  LogMatching,         // same index and term: same log up to there (§5.3)
  LeaderCompleteness,  // what is committed is in every later leader's log (§5.4)
  StateMachineSafety,  // everybody applies the same entries in the same order (§5.4.3)
  MonotonicTerm,       // a member's term never decreases, crashes included (§5.1)
  MonotonicCommit,     // a running member's commit index never decreases
  OneVote,             // one vote a term, durable before it is sent (§5.1, §5.2)
  Durability,          // what is acknowledged is durable there, what is committed on a quorum (§5.3)
  Linearizability,     // nothing that was acknowledged is unseen by whoever asks later (§8)
  MonotonicMatch,      // what a leader knows of another's log only grows in its term (§5.3)
  QuorumOverlap,       // two configurations in a row cannot decide apart (dissertation §4.1)
  AppliedOnce,  // a session's request takes effect once, however often it commits (dissertation §6.3)
  AcknowledgedWrite,  // a write that was acknowledged is in the log of every later leader (§8)
};
inline constexpr std::size_t kPropertyCount = 14;
const char* describe(Property property);

// One of two facts that contradict each other.
struct Fact {
  raft::NodeId node;        // whose it is
  std::uint64_t event = 0;  // the moment at which it became one; 0: it was one from the beginning
  std::string what;         // "S1 leads term 2"
};

struct Violation {
  Property property = Property::ElectionSafety;
  TimeUs time_us = 0;
  std::uint64_t event = 0;  // the moment; World::moments() is this number when it is over
  std::vector<raft::NodeId> nodes;
  std::string why;  // both facts in one sentence
  Fact earlier;
  Fact later;  // of that moment
};

class Checkers {
 public:
  // `first` is the entry that every log starts from.
  Checkers(std::size_t members, raft::EntryId first);

  // What is durable at a member; null: nobody knows.
  using DurableLog = base::FunctionRef<const storage::DurableStorage*(raft::NodeId)>;

  // After every step of a member: what it did. `event`: the number of the moment, as in Violation.
  // REQUIRES: output in the order of events.
  void observe(const member::Member& member, const member::Output& output, TimeUs now_us,
               std::uint64_t event, DurableLog durable = {});
  // Whether observe() would find nothing new in a member that has done nothing: as after most ticks.
  bool is_as_seen(const member::Member& member) const;
  // It starts again from what its disk kept.
  void restarted(const member::Member& member, TimeUs now_us, std::uint64_t event);
  // It lost its disk: it owes nothing to what it was.
  void wiped(raft::NodeId node);

  // A client asks: notes in `request` what has been acknowledged by then.
  void asked(Request& request) const;
  // And is answered. The order of the log is the witness: each request takes effect at its entry, or, a read, after
  // the entry as of which it was answered, and must be told what the store held there.
  void answered(const Request& request, TimeUs now_us, std::uint64_t event);

  // What observe() finds out by itself about a leader: it knows that `peer` has its log up to `match`.
  void matched(raft::NodeId leader, raft::Term term, raft::NodeId peer, raft::Index match);

  const std::vector<Violation>& violations() const { return violations_; }

 private:
  using Chain = std::uint64_t;
  // An entry that somebody has applied.
  struct Committed {
    Chain chain = 0;
    raft::Term term;     // its own
    raft::Term in_term;  // of the member that applied it first
    raft::NodeId by;
    kv::Revision revision = 0;  // of the store after it
    std::uint64_t event = 0;    // when it was applied first
    std::uint64_t client = 0;   // of its command; 0: no command, or none of a session
    bool repeats = false;       // its session's request has taken effect before
  };
  // Who did something first, and when.
  struct First {
    raft::NodeId node;
    std::uint64_t event = 0;
  };
  struct Known {
    Chain chain = 0;
    First first;
  };
  struct Seen {
    raft::Term term;
    raft::Term promised;  // the highest that it has answered anybody in
    raft::Index commit;
    raft::Index applied;      // 0: whatever the storage's snapshot stands for
    raft::Term leads;         // 0: none
    raft::Term unrivalled;    // that it leads, and is known as the first to do so
    bool behind = false;      // its log ends before the first entry that is looked at
    bool strayed = false;     // its store is not what it applied makes of it, as was said already
    std::size_t settled = 0;  // so many links of its log are those of what is committed
    std::vector<Chain> tail;  // the links after them
    std::shared_ptr<const raft::ConfState> configuration;
    struct Match {
      raft::Index index;
      std::uint64_t event = 0;
    };
    raft::Term matches_in;       // the term that it leads, in which it knows
    std::vector<Match> matches;  // up to where members have its log; by member
    // When that became so.
    std::uint64_t term_event = 0;
    std::uint64_t promised_event = 0;
    std::uint64_t commit_event = 0;
    std::uint64_t applied_event = 0;
    std::uint64_t leads_event = 0;
    std::uint64_t log_event = 0;
    std::uint64_t configuration_event = 0;
    std::size_t size() const { return settled + tail.size(); }
  };

  bool is_rival(const member::Member& member) const;
  void violate(Property property, std::vector<raft::NodeId> nodes, std::string why, Fact earlier,
               Fact later);
  void check_truncated(raft::NodeId node, const member::Output& output);
  void check_appended(raft::NodeId node, const std::vector<raft::Entry>& entries);
  void check_leader(raft::NodeId node, raft::Term term);
  void check_complete(raft::NodeId node, raft::Term term);
  void check_applied(const member::Member& member, const std::vector<raft::Entry>& entries);
  void check_store(const member::Member& member, const std::vector<raft::Entry>& entries);
  void commit(const member::Member& member, const raft::Entry& entry, Chain chain);
  void apply(const raft::Entry& entry, Committed& committed);
  bool took_effect(const kv::Command& command, std::uint64_t index);
  void check_effects(const member::Member& member, const std::vector<member::Applied>& applied);
  void check_acknowledged(raft::NodeId node, raft::Term term);
  void check_written(const Request& request);
  void check_told(const Request& request);
  void follow_snapshot(raft::NodeId node, raft::EntryId last);
  void check_promises(const member::Member& member, const std::vector<raft::Message>& messages);
  void check_durable(const member::Member& member, raft::Index commit, DurableLog durable);
  void check_matches(const member::Member& member, const member::Output& output);
  void follow_configurations(const member::Member& member, const member::Output& output);

  // The link at `at`, and the one before it. REQUIRES: at < size(), at <= size().
  Chain link_at(const Seen& seen, std::size_t at) const;
  Chain link_before(const Seen& seen, std::size_t at) const;
  // The link that is known of an entry, if one is.
  std::optional<Known> known(std::size_t at, raft::EntryId id) const;
  std::size_t position(raft::Index index) const { return index - first_.index - 1; }
  raft::Index index_at(std::size_t position) const { return first_.index + 1 + position; }

  raft::EntryId first_;
  std::vector<Seen> seen_;  // by member
  std::map<raft::Term, First> leaders_;
  std::map<std::pair<raft::NodeId, raft::Term>, First> votes_;  // by voter: for whom, as others have seen
  std::map<std::pair<raft::Index, raft::Term>, Known> chains_;  // of entries that are not committed
  base::PersistentVector<Committed> committed_;                 // by position after the first entry
  // By client: the last request that took effect. Sessions that the store may have forgotten are not in it.
  struct Effect {
    std::uint64_t sequence = 0;
    std::uint64_t index = 0;
  };
  base::PersistentMap<std::uint64_t, Effect> effects_;
  // The store that the committed entries make, and whether all of them are known.
  kv::Store store_;
  bool store_known_ = true;
  raft::Index acknowledged_;  // the highest index as of which somebody was answered
  std::uint64_t acknowledged_to_ = 0;
  First acknowledged_by_;
  std::vector<Violation> violations_;
  TimeUs now_us_ = 0;
  std::uint64_t event_ = 0;
};

}  // namespace raftarium::sim
