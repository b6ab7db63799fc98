#include "lab/predicate.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>
#include <vector>

#include "lab/json_text.h"

namespace raftarium::lab {

namespace {

enum class Type : std::uint8_t { Truth, Number, Text, Word, Member };
const char* describe(Type type) {
  static constexpr std::array kNames{"a truth", "a number", "a text", "a word", "a member"};
  return kNames.at(static_cast<std::size_t>(type));
}

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
  Joint
};
struct AttributeName {
  const char* name;
  Attribute attribute;
  Type type;
};
constexpr std::array<AttributeName, 20> kAttributes{
    {{"role", Attribute::Role, Type::Word},           {"process", Attribute::Process, Type::Word},
     {"term", Attribute::Term, Type::Number},         {"vote", Attribute::Vote, Type::Member},
     {"leader", Attribute::Leader, Type::Member},     {"commit", Attribute::Commit, Type::Number},
     {"applied", Attribute::Applied, Type::Number},   {"first", Attribute::First, Type::Number},
     {"last", Attribute::Last, Type::Number},         {"last_term", Attribute::LastTerm, Type::Number},
     {"snapshot", Attribute::Snapshot, Type::Number}, {"durable", Attribute::Durable, Type::Number},
     {"minority", Attribute::Minority, Type::Truth},  {"value", Attribute::Stored, Type::Text},
     {"voters", Attribute::Voters, Type::Text},       {"outgoing", Attribute::Outgoing, Type::Text},
     {"learners", Attribute::Learners, Type::Text},   {"voter", Attribute::Voter, Type::Truth},
     {"learner", Attribute::Learner, Type::Truth},    {"joint", Attribute::Joint, Type::Truth}}};

enum class Fact : std::uint8_t { Leaders, Violations, MaxTerm, TimeMs };
struct FactName {
  const char* name;
  Fact fact;
};
constexpr std::array<FactName, 4> kFacts{{{"leaders", Fact::Leaders},
                                          {"violations", Fact::Violations},
                                          {"max_term", Fact::MaxTerm},
                                          {"time_ms", Fact::TimeMs}}};

constexpr std::array kWords{"follower", "candidate", "pre_candidate", "leader",  "running", "crashed",
                            "paused",   "waiting",   "committed",     "refused", "unknown"};

enum class Quantifier : std::uint8_t { Count, All, Any };
enum class Comparison : std::uint8_t { Equal, Unequal, Less, AtMost, Greater, AtLeast };

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

struct Predicate::Node {
  enum class Kind : std::uint8_t {
    Literal,
    Fact,
    Attribute,
    Requests,
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

// Recursive descent; the first complaint ends it, and null is what every rule gives from then on.
class PredicateParser {
 public:
  using Node = Predicate::Node;
  using Owned = std::unique_ptr<Node>;

  explicit PredicateParser(std::string_view text) : text_(text) { next(); }

  Owned parse() {
    Owned all = either();
    if (all && all->type != Type::Truth)
      return fail(0, std::string("expected a truth, got ") + describe(all->type));
    if (all && !token_.empty()) return expected("an end, \"and\" or \"or\"");
    return complaint_.empty() ? std::move(all) : nullptr;
  }
  const std::string& complaint() const { return complaint_; }

 private:
  // Tokens: names, numbers, texts with their opening quote, operators.
  void next() {
    while (at_ < text_.size() && text_[at_] == ' ') ++at_;
    start_ = at_;
    if (at_ == text_.size()) {
      token_ = {};
      return;
    }
    const auto in = [&](std::string_view set) {
      return at_ < text_.size() && set.find(text_[at_]) != std::string_view::npos;
    };
    constexpr std::string_view kDigits = "0123456789";
    constexpr std::string_view kName = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789";
    if (in(kDigits)) {
      while (in(kDigits)) ++at_;
    } else if (in(kName)) {
      while (in(kName)) ++at_;
    } else if (in("\"")) {
      ++at_;
      while (at_ < text_.size() && text_[at_] != '"') ++at_;
      if (at_ == text_.size()) {
        fail(start_, "a text without its closing quote");
        token_ = {};
        return;
      }
      token_ = text_.substr(start_, at_ - start_);
      ++at_;
      return;
    } else {
      ++at_;
      if (in("=") && std::string_view("=!<>").find(text_[start_]) != std::string_view::npos) ++at_;
    }
    token_ = text_.substr(start_, at_ - start_);
  }
  bool take(std::string_view token) {
    if (token_ != token) return false;
    next();
    return true;
  }
  Owned fail(std::size_t offset, const std::string& what) {
    if (complaint_.empty()) complaint_ = "column " + std::to_string(offset + 1) + ": " + what;
    token_ = {};
    at_ = text_.size();
    return nullptr;
  }
  Owned expected(const std::string& what) {
    const std::string got = token_.empty() ? "the end" : "\"" + std::string(token_) + "\"";
    return fail(start_, "expected " + what + ", got " + got);
  }
  static Owned make(Node::Kind kind, Type type) {
    auto node = std::make_unique<Node>();
    node->kind = kind;
    node->type = type;
    return node;
  }

  Owned either() {
    return chain("or", Node::Kind::Or, [this] { return both(); });
  }
  Owned both() {
    return chain("and", Node::Kind::And, [this] { return negation(); });
  }

  template <class Part>
  Owned chain(std::string_view word, Node::Kind kind, const Part& part) {
    Owned all = part();
    while (all && token_ == word) {
      const std::size_t offset = start_;
      next();
      Owned right = part();
      if (!right) return nullptr;
      if (all->type != Type::Truth || right->type != Type::Truth) {
        return fail(offset, "\"" + std::string(word) + "\" joins truths, such as comparisons");
      }
      Owned joined = make(kind, Type::Truth);
      joined->left = std::move(all);
      joined->right = std::move(right);
      all = std::move(joined);
    }
    return all;
  }

  Owned negation() {
    if (depth_ > kMaxPredicateDepth)
      return fail(start_, "nested deeper than " + std::to_string(kMaxPredicateDepth));
    if (token_ != "not") return comparison();
    const std::size_t offset = start_;
    next();
    ++depth_;
    Owned inner = negation();
    --depth_;
    if (!inner) return nullptr;
    if (inner->type != Type::Truth) return fail(offset, "\"not\" turns a truth round");
    Owned node = make(Node::Kind::Not, Type::Truth);
    node->left = std::move(inner);
    return node;
  }

  Owned comparison() {
    static constexpr std::array<std::pair<std::string_view, Comparison>, 6> kOperators{
        {{"==", Comparison::Equal},
         {"!=", Comparison::Unequal},
         {"<", Comparison::Less},
         {"<=", Comparison::AtMost},
         {">", Comparison::Greater},
         {">=", Comparison::AtLeast}}};
    Owned left = operand();
    if (!left) return nullptr;
    for (const auto& [token, meaning] : kOperators) {
      const std::size_t offset = start_;
      if (!take(token)) continue;
      Owned right = operand();
      if (!right) return nullptr;
      if (left->type != right->type) {
        return fail(offset, std::string("cannot compare ") + describe(left->type) + " with " +
                                describe(right->type));
      }
      const bool ordered = meaning != Comparison::Equal && meaning != Comparison::Unequal;
      if (ordered && left->type != Type::Number) return fail(offset, "only numbers are less or greater");
      Owned node = make(Node::Kind::Compare, Type::Truth);
      node->comparison = meaning;
      node->left = std::move(left);
      node->right = std::move(right);
      return node;
    }
    return left;
  }

  Owned operand() {
    if (token_.empty()) return expected("an expression");
    if (take("(")) {
      ++depth_;
      Owned inner = either();
      --depth_;
      if (inner && !take(")")) return expected("\")\"");
      return inner;
    }
    if (token_.front() == '"') {
      Owned node = make(Node::Kind::Literal, Type::Text);
      node->literal.text = token_.substr(1);
      next();
      return node;
    }
    if (token_.front() >= '0' && token_.front() <= '9') {
      Owned node = make(Node::Kind::Literal, Type::Number);
      const auto parsed = number_here();
      if (!parsed) return nullptr;
      node->literal.number = *parsed;
      return node;
    }
    return named();
  }

  std::optional<std::int64_t> number_here() {
    constexpr std::size_t kMostDigits = 15;
    if (token_.empty() || token_.size() > kMostDigits || token_.front() < '0' || token_.front() > '9') {
      expected("a number of at most 15 digits");
      return std::nullopt;
    }
    std::int64_t value = 0;
    for (const char c : token_) value = value * 10 + (c - '0');
    next();
    return value;
  }

  // S1, leader, follower before a dot.
  std::optional<raft::NodeId> member_named(std::string_view word) const {
    if (word == "leader") return sim::kTheLeader;
    if (word == "follower") return sim::kAFollower;
    if (word.size() < 2 || word.size() > 3 || word.front() != 'S') return std::nullopt;
    std::uint64_t id = 0;
    for (const char c : word.substr(1)) {
      if (c < '0' || c > '9') return std::nullopt;
      id = id * 10 + static_cast<std::uint64_t>(c - '0');
    }
    if (id == 0) return std::nullopt;
    return raft::NodeId(id);
  }

  Owned named() {
    const std::size_t offset = start_;
    const std::string word(token_);
    next();
    if (token_ == ".") {
      const auto member = member_named(word);
      if (!member)
        return fail(offset,
                    "expected S1, S2, ..., leader or follower before the dot, got \"" + word + "\"");
      next();
      const std::string attribute(token_);
      const std::size_t place = start_;
      next();
      return attribute_named(attribute, *member, place);
    }
    if (word == "count" || word == "all" || word == "any") return quantified(word, offset);
    if (word == "requests" || word == "request" || word == "read") return about_requests(word);
    for (const FactName& fact : kFacts) {
      if (word != fact.name) continue;
      Owned node = make(Node::Kind::Fact, Type::Number);
      node->fact = fact.fact;
      return node;
    }
    // `leader` is a role, and an attribute only of somebody.
    const bool is_word = std::find(kWords.begin(), kWords.end(), word) != kWords.end();
    const bool is_attribute = std::any_of(kAttributes.begin(), kAttributes.end(),
                                          [&](const AttributeName& a) { return word == a.name; });
    if (inside_quantifier_ && is_attribute && !is_word) return attribute_named(word, raft::kNone, offset);
    if (is_word) {
      Owned node = make(Node::Kind::Literal, Type::Word);
      node->literal.text = word;
      return node;
    }
    if (const auto member = member_named(word); member || word == "none") {
      Owned node = make(Node::Kind::Literal, Type::Member);
      node->literal.number = member ? number(member->value()) : 0;
      return node;
    }
    if (is_attribute)
      return fail(offset, "\"" + word + "\" of whom? Say S1." + word + " or count(" + word + " ...)");
    return fail(offset, "unknown word \"" + word + "\"" + did_you_mean(word, all_words()));
  }

  static std::vector<std::string> all_words() {
    std::vector<std::string> all{"count", "all",      "any",     "and",  "or",
                                 "not",   "requests", "request", "read", "none"};
    for (const char* word : kWords) all.emplace_back(word);
    for (const AttributeName& a : kAttributes) all.emplace_back(a.name);
    for (const FactName& f : kFacts) all.emplace_back(f.name);
    return all;
  }

  Owned attribute_named(const std::string& word, raft::NodeId member, std::size_t offset) {
    for (const AttributeName& known : kAttributes) {
      if (word != known.name) continue;
      Owned node = make(Node::Kind::Attribute, known.type);
      node->member = member;
      node->attribute = known.attribute;
      if (known.attribute != Attribute::Stored) return node;
      if (!take("(")) return expected("(\"KEY\") after value");
      if (token_.empty() || token_.front() != '"') return expected("a key in quotes");
      node->literal.text = token_.substr(1);
      next();
      if (!take(")")) return expected("\")\"");
      return node;
    }
    std::vector<std::string> names;
    names.reserve(kAttributes.size());
    for (const AttributeName& known : kAttributes) names.emplace_back(known.name);
    return fail(offset, "unknown attribute \"" + word + "\"" + did_you_mean(word, names));
  }

  Owned quantified(const std::string& word, std::size_t offset) {
    if (inside_quantifier_) return fail(offset, "count, all and any do not nest");
    if (!take("(")) return expected("\"(\" after " + word);
    inside_quantifier_ = true;
    ++depth_;
    Owned inner = either();
    --depth_;
    inside_quantifier_ = false;
    if (!inner) return nullptr;
    if (inner->type != Type::Truth)
      return fail(offset, word + "() takes a truth, got " + describe(inner->type));
    if (!take(")")) return expected("\")\"");
    Owned node = make(Node::Kind::Quantified, word == "count" ? Type::Number : Type::Truth);
    node->quantifier = word == "count" ? Quantifier::Count
                       : word == "all" ? Quantifier::All
                                       : Quantifier::Any;
    node->left = std::move(inner);
    return node;
  }

  Owned about_requests(const std::string& word) {
    if (!take("(")) return expected("\"(\" after " + word);
    Owned node = word == "requests"  ? make(Node::Kind::Requests, Type::Number)
                 : word == "request" ? make(Node::Kind::Request, Type::Word)
                                     : make(Node::Kind::Told, Type::Text);
    if (word != "requests") {
      const auto parsed = number_here();
      if (!parsed) return nullptr;
      node->literal.number = *parsed;
    } else {
      const std::vector<std::string> states{"waiting", "committed", "refused", "unknown"};
      if (std::find(states.begin(), states.end(), token_) == states.end()) {
        return expected("waiting, committed, refused or unknown");
      }
      node->literal.text = token_;
      next();
    }
    if (!take(")")) return expected("\")\"");
    return node;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t start_ = 0;
  std::string_view token_;
  std::size_t depth_ = 0;
  bool inside_quantifier_ = false;
  std::string complaint_;
};

base::Result<Predicate> Predicate::parse(std::string_view text) {
  if (text.size() > kMaxPredicateBytes) {
    return base::Error{"expected at most " + std::to_string(kMaxPredicateBytes) + " bytes, got " +
                       std::to_string(text.size())};
  }
  PredicateParser parser(text);
  auto root = parser.parse();
  if (!root) return base::Error{parser.complaint()};
  Predicate predicate;
  predicate.text_ = text;
  predicate.root_ = std::shared_ptr<const Node>(std::move(root));
  return predicate;
}

bool Predicate::holds(const sim::World& world) const { return root_->truth(world, raft::kNone); }

bool Predicate::speaks_of_violations() const { return root_->mentions(Fact::Violations); }

}  // namespace raftarium::lab
