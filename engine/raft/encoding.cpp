// Configuration changes as payloads of entries: the protocol buffers of etcd's raftpb, written by hand.
//
//   ConfChange       1: id  2: type  3: node_id  4: context          (entry type ConfChange, "v1")
//   ConfChangeV2     1: transition  2: ConfChangeSingle, repeated  3: context
//   ConfChangeSingle 1: type  2: node_id

#include <optional>
#include <string>

#include "raft/types.h"

namespace raftarium::raft {

namespace {

// A field's number and how its value is written.
enum class Wire : std::uint8_t { Varint = 0, Bytes = 2 };

class Writer {
 public:
  void number(unsigned field, std::uint64_t value) {
    tag(field, Wire::Varint);
    varint(value);
  }
  void bytes(unsigned field, std::string_view value) {
    tag(field, Wire::Bytes);
    varint(value.size());
    out_ += value;
  }
  const std::string& str() const { return out_; }

 private:
  void tag(unsigned field, Wire wire) { varint((field << 3U) | static_cast<unsigned>(wire)); }
  void varint(std::uint64_t value) {
    for (; value >= 0x80; value >>= 7U) out_ += static_cast<char>((value & 0x7fU) | 0x80U);
    out_ += static_cast<char>(value);
  }
  std::string out_;
};

// Reads field by field; anything that is not well-formed ends it with an explanation.
class Reader {
 public:
  explicit Reader(std::string_view in) : in_(in) {}

  struct Field {
    std::uint64_t number = 0;
    std::uint64_t value = 0;     // of a number
    std::string_view content{};  // of bytes
    bool is_bytes = false;
  };
  // Nothing at the end, or when something is wrong.
  std::optional<Field> next() {
    if (at_ == in_.size() || !problem_.empty()) return std::nullopt;
    Field field;
    const auto tag = varint();
    if (!tag) return std::nullopt;
    field.number = *tag >> 3U;
    const std::uint64_t wire = *tag & 7U;
    if (wire > 2 || wire == 1)
      return fail("a field that is a number or bytes, got kind " + std::to_string(wire));
    const auto value = varint();
    if (!value) return std::nullopt;
    field.value = *value;
    if (wire == static_cast<std::uint64_t>(Wire::Varint)) return field;
    if (*value > in_.size() - at_)
      return fail(std::to_string(*value) + " bytes of field " + std::to_string(field.number));
    field.is_bytes = true;
    field.content = in_.substr(at_, *value);
    at_ += *value;
    return field;
  }
  // What was expected where reading ended; empty when all was well.
  const std::string& problem() const { return problem_; }

 private:
  std::nullopt_t fail(std::string expected) {
    problem_ = std::move(expected);
    return std::nullopt;
  }
  std::optional<std::uint64_t> varint() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; at_ < in_.size(); shift += 7) {
      const auto byte = static_cast<unsigned char>(in_[at_++]);
      const bool last = byte < 0x80;
      if (shift == 63 && byte > 1) return fail("a number of at most 64 bits");
      value |= static_cast<std::uint64_t>(byte & 0x7fU) << shift;
      if (last) return value;
    }
    return fail("a number that ends");
  }

  std::string_view in_;
  std::size_t at_ = 0;
  std::string problem_;
};

base::Error refuse(const base::Bytes& data, const std::string& expected) {
  return {"configuration change of " + std::to_string(data.size()) + " bytes: expected " + expected};
}

std::string unexpected(const Reader::Field& field) {
  return std::string("other fields than ") + (field.is_bytes ? "bytes " : "number ") +
         std::to_string(field.number);
}

bool set_type(ConfChangeSingle& single, std::uint64_t value, std::string& problem) {
  if (value > static_cast<std::uint64_t>(ConfChangeType::AddLearnerNode)) {
    problem = "a kind of change of 0 to 3, got " + std::to_string(value);
    return false;
  }
  single.type = static_cast<ConfChangeType>(value);
  return true;
}

// Each returns what was expected instead, or an empty text.
std::string read_single(std::string_view in, ConfChangeSingle& single) {
  Reader reader(in);
  std::string problem;
  while (const auto field = reader.next()) {
    if (field->is_bytes || field->number < 1 || field->number > 2) return unexpected(*field);
    if (field->number == 2) {
      single.node = NodeId(field->value);
    } else if (!set_type(single, field->value, problem)) {
      return problem;
    }
  }
  return reader.problem();
}

std::string read_v1(std::string_view in, ConfChange& change) {
  Reader reader(in);
  std::string problem;
  ConfChangeSingle single;
  bool names_a_node = false;
  while (const auto field = reader.next()) {
    const bool context = field->number == 4;
    if (field->is_bytes != context || field->number < 1 || field->number > 4) return unexpected(*field);
    if (context) {
      change.context = base::Bytes(field->content);
    } else if (field->number == 3) {
      single.node = NodeId(field->value);
      names_a_node = true;
    } else if (field->number == 2 && !set_type(single, field->value, problem)) {
      return problem;
    }
  }
  if (reader.problem().empty() && !names_a_node) return "one change";
  change.changes = {single};
  return reader.problem();
}

std::string read_v2(std::string_view in, ConfChange& change) {
  Reader reader(in);
  while (const auto field = reader.next()) {
    const bool bytes = field->number == 2 || field->number == 3;
    if (field->is_bytes != bytes || field->number < 1 || field->number > 3) return unexpected(*field);
    if (field->number == 1) {
      if (field->value > static_cast<std::uint64_t>(ConfChangeTransition::JointExplicit)) {
        return "a transition of 0 to 2, got " + std::to_string(field->value);
      }
      change.transition = static_cast<ConfChangeTransition>(field->value);
    } else if (field->number == 3) {
      change.context = base::Bytes(field->content);
    } else if (auto problem = read_single(field->content, change.changes.emplace_back());
               !problem.empty()) {
      return problem;
    }
  }
  return reader.problem();
}

}  // namespace

base::Bytes encode(const ConfChange& change) {
  Writer out;
  if (change.v1) {
    CHECK(change.changes.size() == 1, "a v1 change has one step");
    out.number(1, 0);
    out.number(2, static_cast<std::uint64_t>(change.changes[0].type));
    out.number(3, change.changes[0].node.value());
    if (!change.context.empty()) out.bytes(4, change.context.view());
    return base::Bytes(out.str());
  }
  out.number(1, static_cast<std::uint64_t>(change.transition));
  for (const ConfChangeSingle& single : change.changes) {
    Writer inner;
    inner.number(1, static_cast<std::uint64_t>(single.type));
    inner.number(2, single.node.value());
    out.bytes(2, inner.str());
  }
  if (!change.context.empty()) out.bytes(3, change.context.view());
  return base::Bytes(out.str());
}

base::Result<ConfChange> decode_conf_change(const base::Bytes& data, EntryType type) {
  if (type == EntryType::Normal) return refuse(data, "an entry that changes the configuration");
  ConfChange change;
  change.v1 = type == EntryType::ConfChange;
  const std::string problem = change.v1 ? read_v1(data.view(), change) : read_v2(data.view(), change);
  if (!problem.empty()) return refuse(data, problem);
  return change;
}

}  // namespace raftarium::raft
