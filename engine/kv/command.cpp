#include "kv/command.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "base/codec.h"
#include "base/text.h"

namespace raftarium::kv {

namespace {

constexpr std::uint8_t kCommandVersion = 2;

// Checking.

base::Status check_key(const std::string& key) {
  if (!key.empty() && key.size() <= kMaxKeyBytes) return {};
  return base::Error{"expected a key of 1 to " + std::to_string(kMaxKeyBytes) + " bytes, got " +
                     std::to_string(key.size())};
}

base::Status check_value(const std::string& value) {
  if (value.size() <= kMaxValueBytes) return {};
  return base::Error{"expected a value of at most " + std::to_string(kMaxValueBytes) + " bytes, got " +
                     std::to_string(value.size())};
}

// An end may be one byte longer than a key: key_end() of the longest.
base::Status check_range(const std::string& from, const std::string& to) {
  if (from.size() <= kMaxKeyBytes && to.size() <= kMaxKeyBytes + 1) return {};
  return base::Error{"expected a range between keys of at most " + std::to_string(kMaxKeyBytes) +
                     " bytes, got " + std::to_string(from.size()) + " and " + std::to_string(to.size())};
}

base::Status check_operation(const Operation& operation) {
  if (operation.kind == Operation::Kind::DeleteRange) return check_range(operation.key, operation.to);
  if (auto status = check_key(operation.key); !status) return status;
  return operation.kind == Operation::Kind::Put ? check_value(operation.value) : base::Status();
}

bool deletes(const Operation& operation, const std::string& key) {
  if (operation.kind == Operation::Kind::Delete) return operation.key == key;
  return operation.kind == Operation::Kind::DeleteRange && operation.key <= key &&
         (operation.to.empty() || key < operation.to);
}

base::Status check_count(const char* what, std::size_t count) {
  if (count <= kMaxTransactionItems) return {};
  return base::Error{"expected at most " + std::to_string(kMaxTransactionItems) + " " + what + ", got " +
                     std::to_string(count)};
}

base::Status check_branch(const char* what, const std::vector<Operation>& branch) {
  if (auto status = check_count(what, branch.size()); !status) return status;
  for (const Operation& operation : branch) {
    if (auto status = check_operation(operation); !status) return status;
  }
  // At most kMaxTransactionItems squared.
  for (const Operation& put : branch) {
    if (put.kind != Operation::Kind::Put) continue;
    for (const Operation& other : branch) {
      if (&other == &put) continue;
      if (deletes(other, put.key) || (other.kind == Operation::Kind::Put && other.key == put.key)) {
        return base::Error{"expected each key to be changed once in a branch, got two changes of \"" +
                           put.key + "\""};
      }
    }
  }
  return {};
}

base::Status check_transaction(const Command& command) {
  if (auto status = check_count("compares", command.compares.size()); !status) return status;
  for (const Compare& compare : command.compares) {
    if (auto status = check_key(compare.key); !status) return status;
    if (auto status = check_value(compare.value); !status) return status;
  }
  if (auto status = check_branch("changes in a branch", command.then); !status) return status;
  return check_branch("changes in a branch", command.otherwise);
}

// Writing.

void write(base::ByteWriter& out, const std::vector<Operation>& branch) {
  out.u32(static_cast<std::uint32_t>(branch.size()));
  for (const Operation& operation : branch) {
    out.u8(static_cast<std::uint8_t>(operation.kind));
    out.text(operation.key);
    if (operation.kind == Operation::Kind::Put) out.text(operation.value);
    if (operation.kind == Operation::Kind::DeleteRange) out.text(operation.to);
  }
}

void write(base::ByteWriter& out, const Compare& compare) {
  out.u8(static_cast<std::uint8_t>(compare.target));
  out.u8(static_cast<std::uint8_t>(compare.relation));
  out.text(compare.key);
  if (compare.target == Compare::Target::Value) {
    out.text(compare.value);
  } else {
    out.u64(static_cast<std::uint64_t>(compare.number));
  }
}

void write(base::ByteWriter& out, const Command& command) {
  out.u8(kCommandVersion);
  out.u8(static_cast<std::uint8_t>(command.kind));
  out.u64(command.client);
  out.u64(command.sequence);
  out.u64(command.since);
  switch (command.kind) {
    case Command::Kind::Put:
      out.text(command.key);
      out.text(command.value);
      break;
    case Command::Kind::Delete:
      out.text(command.key);
      break;
    case Command::Kind::DeleteRange:
      out.text(command.key);
      out.text(command.to);
      break;
    case Command::Kind::Transaction:
      out.u32(static_cast<std::uint32_t>(command.compares.size()));
      for (const Compare& compare : command.compares) write(out, compare);
      write(out, command.then);
      write(out, command.otherwise);
      break;
    case Command::Kind::Compact:
      out.u64(static_cast<std::uint64_t>(command.revision));
      break;
  }
}

// Reading. What is out of its bounds is remembered and ends the reading; what is missing makes the reader
// not ok().

struct Reader {
  base::ByteReader in;
  std::string why{};

  bool good() const { return in.ok() && why.empty(); }
  template <class Kind>
  Kind kind(const char* what, Kind last) {
    const std::uint8_t value = in.u8();
    if (in.ok() && value > static_cast<std::uint8_t>(last)) {
      why = std::string("expected ") + what + " of 0 to " + std::to_string(static_cast<int>(last)) +
            ", got " + std::to_string(value);
      return Kind();
    }
    return static_cast<Kind>(value);
  }
  // How many things follow, one of them taking at least a byte.
  std::uint32_t count(const char* what) {
    const std::uint32_t value = in.u32();
    if (const auto status = check_count(what, value); !status) why = status.error().message;
    return good() ? value : 0;
  }
  void compares(std::vector<Compare>& compares) {
    for (std::uint32_t left = count("compares"); left > 0 && good(); --left) {
      Compare& compare = compares.emplace_back();
      compare.target = kind("a target", Compare::Target::ModRevision);
      compare.relation = kind("a relation", Compare::Relation::Greater);
      compare.key = in.text();
      if (compare.target == Compare::Target::Value) {
        compare.value = in.text();
      } else {
        compare.number = static_cast<std::int64_t>(in.u64());
      }
    }
  }
  void branch(std::vector<Operation>& branch) {
    for (std::uint32_t left = count("changes in a branch"); left > 0 && good(); --left) {
      Operation& operation = branch.emplace_back();
      operation.kind = kind("a change", Operation::Kind::DeleteRange);
      operation.key = in.text();
      if (operation.kind == Operation::Kind::Put) operation.value = in.text();
      if (operation.kind == Operation::Kind::DeleteRange) operation.to = in.text();
    }
  }
  Command command() {
    Command command;
    const std::uint8_t version = in.u8();
    if (in.ok() && version != kCommandVersion) {
      why = "expected version " + std::to_string(kCommandVersion) + ", got " + std::to_string(version);
      return command;
    }
    command.kind = kind("a kind", Command::Kind::Compact);
    command.client = in.u64();
    command.sequence = in.u64();
    command.since = in.u64();
    if (!good()) return command;
    switch (command.kind) {
      case Command::Kind::Put:
        command.key = in.text();
        command.value = in.text();
        break;
      case Command::Kind::Delete:
        command.key = in.text();
        break;
      case Command::Kind::DeleteRange:
        command.key = in.text();
        command.to = in.text();
        break;
      case Command::Kind::Transaction:
        compares(command.compares);
        if (good()) branch(command.then);
        if (good()) branch(command.otherwise);
        break;
      case Command::Kind::Compact:
        command.revision = static_cast<Revision>(in.u64());
        break;
    }
    return command;
  }
};

// Describing.

std::string describe_range(const std::string& from, const std::string& to) {
  if (!from.empty() && to == prefix_end(from)) return base::one_line(from + "*");
  if (from.empty() && to.empty()) return "*";
  return base::one_line("[" + from + ", " + (to.empty() ? "end" : to) + ")");
}

std::string describe(const std::vector<Operation>& branch) {
  std::string text;
  for (const Operation& operation : branch) text += (text.empty() ? "" : ", ") + describe(operation);
  return text.empty() ? "nothing" : text;
}

}  // namespace

base::Status check(const Command& command) {
  switch (command.kind) {
    case Command::Kind::Put:
      if (auto status = check_key(command.key); !status) return status;
      return check_value(command.value);
    case Command::Kind::Delete:
      return check_key(command.key);
    case Command::Kind::DeleteRange:
      return check_range(command.key, command.to);
    case Command::Kind::Transaction: {
      if (auto status = check_transaction(command); !status) return status;
      const std::size_t size = encode(command).size();
      if (size <= kMaxCommandBytes) return {};
      return base::Error{"expected a transaction of at most " + std::to_string(kMaxCommandBytes) +
                         " bytes, got " + std::to_string(size)};
    }
    case Command::Kind::Compact:
      return {};
  }
  return base::Error{"expected a kind of 0 to 4, got " + std::to_string(static_cast<int>(command.kind))};
}

base::Bytes encode(const Command& command) {
  base::ByteWriter out;
  write(out, command);
  return base::Bytes(out.str());
}

base::Result<Command> decode(const base::Bytes& data) {
  const auto refuse = [&](const std::string& why) {
    return base::Error{"store command of " + std::to_string(data.size()) + " bytes: " + why};
  };
  // Whatever a store takes is no longer than a put of the longest key and value, or than kMaxCommandBytes.
  if (data.size() > kMaxCommandBytes) {
    return refuse("expected at most " + std::to_string(kMaxCommandBytes) + " bytes");
  }
  Reader reader{base::ByteReader(data.view())};
  Command command = reader.command();
  const base::ByteReader& in = reader.in;
  if (!in.ok()) return refuse("expected more bytes after " + std::to_string(in.offset()));
  if (!reader.why.empty()) return refuse(reader.why);
  if (!in.at_end()) return refuse("expected an end at " + std::to_string(in.offset()));
  if (auto status = check(command); !status) return refuse(status.error().message);
  return command;
}

std::string describe(const Compare& compare) {
  static constexpr const char* kRelations[] = {"=", "!=", "<", ">"};
  static constexpr const char* kTargets[] = {"", "version", "created", "changed"};
  const std::string relation = kRelations[static_cast<std::size_t>(compare.relation)];
  if (compare.target == Compare::Target::Value) {
    return base::one_line(compare.key + relation + compare.value);
  }
  return base::one_line(std::string(kTargets[static_cast<std::size_t>(compare.target)]) + "(" +
                        compare.key + ")" + relation + std::to_string(compare.number));
}

std::string describe(const Operation& operation) {
  switch (operation.kind) {
    case Operation::Kind::Put:
      return base::one_line(operation.key + "=" + operation.value);
    case Operation::Kind::Delete:
      return base::one_line("delete " + operation.key);
    case Operation::Kind::DeleteRange:
      return "delete " + describe_range(operation.key, operation.to);
  }
  return "unknown";
}

std::string describe(const Command& command) {
  switch (command.kind) {
    case Command::Kind::Put:
      return base::one_line(command.key + "=" + command.value);
    case Command::Kind::Delete:
      return base::one_line("delete " + command.key);
    case Command::Kind::DeleteRange:
      return "delete " + describe_range(command.key, command.to);
    case Command::Kind::Compact:
      return "compact " + std::to_string(command.revision);
    case Command::Kind::Transaction:
      break;
  }
  std::string text;
  for (const Compare& compare : command.compares)
    text += (text.empty() ? "if " : " and ") + describe(compare);
  if (!text.empty()) text += " then ";
  text += describe(command.then);
  if (!command.compares.empty() && !command.otherwise.empty())
    text += " else " + describe(command.otherwise);
  return text;
}

}  // namespace raftarium::kv
