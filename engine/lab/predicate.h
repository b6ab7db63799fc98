#pragma once
// Predicate: a sentence about a world that is true or false, in the small language of scenarios' expectations.
//
//   count(role == leader) == 1
//   leader.commit >= 5 and not any(role == leader and minority)
//   S3.value("x") == "5" or request(2) == unknown
//
// Whole world    leaders  violations  max_term  time_ms  requests(STATE)  request(N)  read(N)  faults(FAULT)
// One member     S1.ATTRIBUTE  leader.ATTRIBUTE  follower.ATTRIBUTE
// All members    count(PREDICATE)  all(PREDICATE)  any(PREDICATE): inside, attributes stand by themselves
// Attributes     role process term vote leader commit applied first last last_term minority value("KEY") backlog
//                torn_bytes: of its log's end, that were cut when it started last
//                voters outgoing learners (texts, as "S1,S2"), voter learner joint: by its own configuration
// Words          leader follower candidate pre_candidate · running crashed paused ·
//                waiting committed refused unknown · S1 S2 ... none
// Operators      == != < <= > >= and or not ( )
//
// read(N) is the value that request N, a read, was told; "" when the key was not there. faults(FAULT) is how often that
// has happened: each of sim/faults.h, with _ between its words, as torn_crash.
// A comparison about a member or request that is not there is false. An expression holds at most
// kMaxPredicateBytes and is nested at most kMaxPredicateDepth deep.

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "sim/world.h"

namespace raftarium::lab {

inline constexpr std::size_t kMaxPredicateBytes = 1000;
inline constexpr std::size_t kMaxPredicateDepth = 32;

// The language's words: "pre_candidate", "paused".
const char* word_of(raft::Role role);
const char* word_of(sim::ProcessState process);

class Predicate {
 public:
  // An error says the column (from 1), what was expected and what was found. `members`: so many there are.
  static base::Result<Predicate> parse(std::string_view text, std::size_t members = sim::kMaxMembers);

  bool holds(const sim::World& world) const;
  const std::string& text() const { return text_; }
  // Whether it speaks of violations, which are then not a failure by themselves.
  bool speaks_of_violations() const;

 private:
  struct Node;
  std::string text_;
  std::shared_ptr<const Node> root_;
  friend class PredicateParser;
};

}  // namespace raftarium::lab
