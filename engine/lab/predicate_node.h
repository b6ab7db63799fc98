#pragma once
// What a predicate is made of: the words of the language, and the tree that a text becomes. Private to lab/;
// predicate_parser.cpp makes the tree, predicate.cpp asks it.

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "lab/predicate.h"

namespace raftarium::lab {

enum class Type : std::uint8_t { Truth, Number, Text, Word, Member };

// Truths are 0 or 1; a member is its id, 0 for none.
struct Value {
  std::int64_t number = 0;
  std::string text;
};

enum class Attribute : std::uint8_t {
  Role,
  Process,
  Term,
  Vote,
  Leader,
  Commit,
  Applied,
  First,
  Last,
  LastTerm,
  Snapshot,
  Durable,
  Minority,
  Stored,
  Voters,
  Outgoing,
  Learners,
  Voter,
  Learner,
  Joint,
  Backlog,
  TornBytes
};
struct AttributeName {
  const char* name;
  Attribute attribute;
  Type type;
};
inline constexpr std::array<AttributeName, 22> kAttributes{
    {{"role", Attribute::Role, Type::Word},           {"process", Attribute::Process, Type::Word},
     {"term", Attribute::Term, Type::Number},         {"vote", Attribute::Vote, Type::Member},
     {"leader", Attribute::Leader, Type::Member},     {"commit", Attribute::Commit, Type::Number},
     {"applied", Attribute::Applied, Type::Number},   {"first", Attribute::First, Type::Number},
     {"last", Attribute::Last, Type::Number},         {"last_term", Attribute::LastTerm, Type::Number},
     {"snapshot", Attribute::Snapshot, Type::Number}, {"durable", Attribute::Durable, Type::Number},
     {"minority", Attribute::Minority, Type::Truth},  {"value", Attribute::Stored, Type::Text},
     {"voters", Attribute::Voters, Type::Text},       {"outgoing", Attribute::Outgoing, Type::Text},
     {"learners", Attribute::Learners, Type::Text},   {"voter", Attribute::Voter, Type::Truth},
     {"learner", Attribute::Learner, Type::Truth},    {"joint", Attribute::Joint, Type::Truth},
     {"backlog", Attribute::Backlog, Type::Number},   {"torn_bytes", Attribute::TornBytes, Type::Number}}};

enum class Fact : std::uint8_t { Leaders, Violations, MaxTerm, TimeMs };
struct FactName {
  const char* name;
  Fact fact;
};
inline constexpr std::array<FactName, 4> kFacts{{{"leaders", Fact::Leaders},
                                                 {"violations", Fact::Violations},
                                                 {"max_term", Fact::MaxTerm},
                                                 {"time_ms", Fact::TimeMs}}};

inline constexpr std::array kWords{"follower",  "candidate", "pre_candidate", "leader",
                                   "running",   "crashed",   "paused",        "waiting",
                                   "committed", "refused",   "unknown"};

enum class Quantifier : std::uint8_t { Count, All, Any };
enum class Comparison : std::uint8_t { Equal, Unequal, Less, AtMost, Greater, AtLeast };

struct Predicate::Node {
  enum class Kind : std::uint8_t {
    Literal,
    Fact,
    Attribute,
    Requests,
    Faults,
    Request,
    Told,
    Quantified,
    Compare,
    Not,
    And,
    Or
  };
  Kind kind = Kind::Literal;
  Type type = Type::Truth;
  Value literal;        // and a key, a request's number, a state
  raft::NodeId member;  // of an attribute; none: the one that a quantifier is looking at
  lab::Attribute attribute = lab::Attribute::Role;
  lab::Fact fact = lab::Fact::Leaders;
  sim::Fault fault = sim::Fault::LinkCut;
  Quantifier quantifier = Quantifier::Count;
  Comparison comparison = Comparison::Equal;
  std::unique_ptr<Node> left;
  std::unique_ptr<Node> right;

  // Nothing when it is about something that is not there.
  std::optional<Value> value(const sim::World& world, raft::NodeId looked_at) const;
  bool truth(const sim::World& world, raft::NodeId looked_at) const {
    const auto found = value(world, looked_at);
    return found && found->number != 0;
  }
  bool compare(const Value& a, const Value& b) const;
  std::int64_t quantify(const sim::World& world) const;
  bool mentions(lab::Fact wanted) const {
    return (kind == Kind::Fact && fact == wanted) || (left && left->mentions(wanted)) ||
           (right && right->mentions(wanted));
  }
};

}  // namespace raftarium::lab
