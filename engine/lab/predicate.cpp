#include "lab/predicate.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "lab/predicate_node.h"

namespace raftarium::lab {

namespace {

std::int64_t number(std::uint64_t value) { return static_cast<std::int64_t>(value); }

std::string comma_separated(const std::vector<raft::NodeId>& nodes) {
  std::string all;
  for (const raft::NodeId node : nodes) all += (all.empty() ? "" : ",") + sim::name(node);
  return all;
}

Value configuration_of(const member::Member& member, Attribute attribute) {
  const raft::ConfState configuration = member.status().conf_state;
  switch (attribute) {
    case Attribute::Voters:
      return {0, comma_separated(configuration.voters)};
    case Attribute::Outgoing:
      return {0, comma_separated(configuration.voters_outgoing)};
    case Attribute::Learners:
      return {0, comma_separated(configuration.learners)};
    case Attribute::Voter:
      return {configuration.has_voter(member.id()) ? 1 : 0, {}};
    case Attribute::Learner:
      return {contains(configuration.learners, member.id()) ? 1 : 0, {}};
    default:
      return {configuration.voters_outgoing.empty() ? 0 : 1, {}};
  }
}

Value attribute_of(const sim::World& world, raft::NodeId id, Attribute attribute, const std::string& key) {
  const member::Member& member = world.member(id);
  const bool up = member.running();
  const auto hard_state = [&] { return member.storage().hard_state(); };
  switch (attribute) {
    case Attribute::Role:
      return {0, up ? word_of(member.node().role()) : "none"};
    case Attribute::Process:
      return {0, word_of(world.process(id))};
    case Attribute::Term:
      return {number((up ? member.node().term() : hard_state().term).value()), {}};
    case Attribute::Vote:
      return {number((up ? member.status().hard_state.vote : hard_state().vote).value()), {}};
    case Attribute::Leader:
      return {number(up ? member.node().leader().value() : 0), {}};
    case Attribute::Commit:
      return {number((up ? member.node().commit() : hard_state().commit).value()), {}};
    case Attribute::Applied:
      return {number(up ? member.node().applied().value() : 0), {}};
    case Attribute::First:
      return {number((up ? member.node().first_index() : member.storage().first_index()).value()), {}};
    case Attribute::Last:
      return {number((up ? member.node().last_index() : member.storage().last_index()).value()), {}};
    case Attribute::LastTerm:
      return {number(member.status().last_term.value()), {}};
    case Attribute::Snapshot:
      return {number(member.storage().snapshot().snapshot->index.value()), {}};
    case Attribute::Durable:
      return {number(member.storage().last_index().value()), {}};
    case Attribute::Minority:
      return {world.reaches_quorum(id) ? 0 : 1, {}};
    case Attribute::Voters:
    case Attribute::Outgoing:
    case Attribute::Learners:
    case Attribute::Voter:
    case Attribute::Learner:
    case Attribute::Joint:
      return configuration_of(member, attribute);
    case Attribute::Backlog:
      return {number(world.backlog(id)), {}};
    case Attribute::TornBytes: {
      const auto& torn = member.storage().report().torn;
      return {torn ? number(torn->to - torn->from) : 0, {}};
    }
    case Attribute::Stored:
      break;
  }
  const kv::KeyValue* found = member.store().find(key);
  return {0, found == nullptr ? "" : found->value};
}

std::int64_t fact_of(const sim::World& world, Fact fact) {
  switch (fact) {
    case Fact::Violations:
      return number(world.violations().size());
    case Fact::TimeMs:
      return world.now_us() / 1000;
    case Fact::Leaders:
    case Fact::MaxTerm:
      break;
  }
  std::int64_t leaders = 0;
  std::int64_t max_term = 0;
  for (const raft::NodeId id : world.members()) {
    if (!world.member(id).running()) continue;
    const raft::RawNode& node = world.member(id).node();
    leaders += node.role() == raft::Role::Leader ? 1 : 0;
    max_term = std::max(max_term, number(node.term().value()));
  }
  return fact == Fact::Leaders ? leaders : max_term;
}

}  // namespace

std::optional<Value> Predicate::Node::value(const sim::World& world, raft::NodeId looked_at) const {
  const auto truth_value = [](bool b) { return Value{b ? 1 : 0, {}}; };
  switch (kind) {
    case Kind::Literal:
      return literal;
    case Kind::Fact:
      return Value{fact_of(world, fact), {}};
    case Kind::Attribute: {
      raft::NodeId id = member == raft::kNone ? looked_at : member;
      if (member == sim::kTheLeader) id = world.leader();
      if (member == sim::kAFollower) {
        for (const raft::NodeId other : world.members()) {
          const bool suits = world.process(other) == sim::ProcessState::Running && other != world.leader();
          if (id == member && suits) id = other;
        }
      }
      if (id == raft::kNone || id.value() > world.members().size()) return std::nullopt;
      return attribute_of(world, id, attribute, literal.text);
    }
    case Kind::Requests: {
      const auto& all = world.requests();
      return Value{
          std::count_if(all.begin(), all.end(),
                        [&](const sim::Request& r) { return literal.text == sim::describe(r.state); }),
          {}};
    }
    case Kind::Faults:
      return Value{number(world.faults().of(fault)), {}};
    case Kind::Request: {
      const auto& all = world.requests();
      if (literal.number < 1 || static_cast<std::uint64_t>(literal.number) > all.size())
        return std::nullopt;
      return Value{0, sim::describe(all[static_cast<std::size_t>(literal.number - 1)].state)};
    }
    case Kind::Told: {
      const auto& all = world.requests();
      if (literal.number < 1 || static_cast<std::uint64_t>(literal.number) > all.size())
        return std::nullopt;
      const sim::Request& request = all[static_cast<std::size_t>(literal.number - 1)];
      if (!request.is_read() || request.state != sim::RequestState::Committed) return std::nullopt;
      return Value{0, request.value};
    }
    case Kind::Quantified:
      return Value{quantify(world), {}};
    case Kind::Not:
      return truth_value(!left->truth(world, looked_at));
    case Kind::And:
      return truth_value(left->truth(world, looked_at) && right->truth(world, looked_at));
    case Kind::Or:
      return truth_value(left->truth(world, looked_at) || right->truth(world, looked_at));
    case Kind::Compare:
      break;
  }
  const auto a = left->value(world, looked_at);
  const auto b = right->value(world, looked_at);
  return truth_value(a && b && compare(*a, *b));
}

std::int64_t Predicate::Node::quantify(const sim::World& world) const {
  const auto members = world.members();
  const std::int64_t holding = std::count_if(members.begin(), members.end(),
                                             [&](raft::NodeId id) { return left->truth(world, id); });
  switch (quantifier) {
    case Quantifier::Count:
      return holding;
    case Quantifier::All:
      return holding == number(members.size()) ? 1 : 0;
    case Quantifier::Any:
      break;
  }
  return holding > 0 ? 1 : 0;
}

bool Predicate::Node::compare(const Value& a, const Value& b) const {
  const bool by_text = left->type == Type::Text || left->type == Type::Word;
  const int order = by_text ? a.text.compare(b.text)
                            : (a.number < b.number   ? -1
                               : a.number > b.number ? 1
                                                     : 0);
  switch (comparison) {
    case Comparison::Equal:
      return order == 0;
    case Comparison::Unequal:
      return order != 0;
    case Comparison::Less:
      return order < 0;
    case Comparison::AtMost:
      return order <= 0;
    case Comparison::Greater:
      return order > 0;
    case Comparison::AtLeast:
      break;
  }
  return order >= 0;
}

const char* word_of(raft::Role role) {
  switch (role) {
    case raft::Role::Follower:
      return "follower";
    case raft::Role::Candidate:
      return "candidate";
    case raft::Role::PreCandidate:
      return "pre_candidate";
    case raft::Role::Leader:
      break;
  }
  return "leader";
}

const char* word_of(sim::ProcessState process) {
  switch (process) {
    case sim::ProcessState::Running:
      return "running";
    case sim::ProcessState::Crashed:
      return "crashed";
    case sim::ProcessState::Paused:
      break;
  }
  return "paused";
}

bool Predicate::holds(const sim::World& world) const { return root_->truth(world, raft::kNone); }

bool Predicate::speaks_of_violations() const { return root_->mentions(Fact::Violations); }

}  // namespace raftarium::lab
