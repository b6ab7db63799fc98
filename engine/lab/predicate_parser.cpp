// From a predicate's text to its tree.

#include <algorithm>
#include <utility>
#include <vector>

#include "lab/json_text.h"
#include "lab/predicate_node.h"

namespace raftarium::lab {

namespace {

const char* describe(Type type) {
  static constexpr std::array kNames{"a truth", "a number", "a text", "a word", "a member"};
  return kNames.at(static_cast<std::size_t>(type));
}

}  // namespace

// Recursive descent; the first complaint ends it, and null is what every rule gives from then on.
class PredicateParser {
 public:
  using Node = Predicate::Node;
  using Owned = std::unique_ptr<Node>;

  PredicateParser(std::string_view text, std::size_t members) : text_(text), members_(members) { next(); }

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
    if (token_ == "=") return expected("\"==\"");
    return left;
  }

  Owned operand() {
    if (token_.empty()) return expected("an expression");
    if (token_ == "-") return expected("a number of 0 or more");
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
    if (word.size() < 2 || word.size() > 3 || word.front() != 'S' || word[1] == '0') return std::nullopt;
    std::uint64_t id = 0;
    for (const char c : word.substr(1)) {
      if (c < '0' || c > '9') return std::nullopt;
      id = id * 10 + static_cast<std::uint64_t>(c - '0');
    }
    if (id > members_) return std::nullopt;
    return raft::NodeId(id);
  }

  std::string all_members() const { return members_ == 1 ? "S1" : "S1 to S" + std::to_string(members_); }

  Owned named() {
    const std::size_t offset = start_;
    const std::string word(token_);
    next();
    if (token_ == ".") {
      const auto member = member_named(word);
      if (!member)
        return fail(offset, "expected " + all_members() + ", leader or follower before the dot, got \"" +
                                word + "\"");
      next();
      const std::string attribute(token_);
      const std::size_t place = start_;
      next();
      return attribute_named(attribute, *member, place);
    }
    if (word == "count" || word == "all" || word == "any") return quantified(word, offset);
    if (word == "faults") return about_faults();
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
      node->literal.number = member ? static_cast<std::int64_t>(member->value()) : 0;
      return node;
    }
    if (is_attribute)
      return fail(offset, "\"" + word + "\" of whom? Say S1." + word + " or count(" + word + " ...)");
    if (word.front() == 'S' && word.find_first_not_of("0123456789", 1) == std::string::npos) {
      return fail(offset, "expected " + all_members() + ", got \"" + word + "\"");
    }
    return fail(offset, "unknown word \"" + word + "\"" + did_you_mean(word, all_words()));
  }

  static std::vector<std::string> all_words() {
    std::vector<std::string> all{"count",    "all",     "any",  "and",    "or",  "not",
                                 "requests", "request", "read", "faults", "none"};
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

  Owned about_faults() {
    if (!take("(")) return expected("\"(\" after faults");
    std::vector<std::string> words;
    for (std::size_t i = 0; i < sim::kFaultCount; ++i) {
      std::string& word = words.emplace_back(describe(static_cast<sim::Fault>(i)));
      std::replace(word.begin(), word.end(), ' ', '_');
    }
    const auto found = std::find(words.begin(), words.end(), token_);
    if (token_.empty()) return expected("a fault, such as torn_crash");
    if (found == words.end())
      return fail(start_, "unknown fault \"" + std::string(token_) + "\"" + did_you_mean(token_, words));
    next();
    if (!take(")")) return expected("\")\"");
    Owned node = make(Node::Kind::Faults, Type::Number);
    node->fault = static_cast<sim::Fault>(found - words.begin());
    return node;
  }

  std::string_view text_;
  std::size_t members_;
  std::size_t at_ = 0;
  std::size_t start_ = 0;
  std::string_view token_;
  std::size_t depth_ = 0;
  bool inside_quantifier_ = false;
  std::string complaint_;
};

base::Result<Predicate> Predicate::parse(std::string_view text, std::size_t members) {
  if (text.size() > kMaxPredicateBytes) {
    return base::Error{"expected at most " + std::to_string(kMaxPredicateBytes) + " bytes, got " +
                       std::to_string(text.size())};
  }
  PredicateParser parser(text, members);
  auto root = parser.parse();
  if (!root) return base::Error{parser.complaint()};
  Predicate predicate;
  predicate.text_ = text;
  predicate.root_ = std::shared_ptr<const Node>(std::move(root));
  return predicate;
}

}  // namespace raftarium::lab
