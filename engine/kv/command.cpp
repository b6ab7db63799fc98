#include "kv/command.h"

#include "base/codec.h"

namespace raftarium::kv {

base::Status check(const Command& command) {
  if (command.key.empty() || command.key.size() > kMaxKeyBytes) {
    return base::Error{"expected a key of 1 to " + std::to_string(kMaxKeyBytes) + " bytes, got " +
                       std::to_string(command.key.size())};
  }
  if (command.value.size() > kMaxValueBytes) {
    return base::Error{"expected a value of at most " + std::to_string(kMaxValueBytes) + " bytes, got " +
                       std::to_string(command.value.size())};
  }
  return {};
}

base::Bytes encode(const Command& command) {
  base::ByteWriter out;
  out.u8(static_cast<std::uint8_t>(command.kind));
  out.u64(command.client);
  out.u64(command.sequence);
  out.text(command.key);
  out.text(command.value);
  return base::Bytes(out.str());
}

base::Result<Command> decode(const base::Bytes& data) {
  base::ByteReader in(data.view());
  Command command;
  const std::uint8_t kind = in.u8();
  command.client = in.u64();
  command.sequence = in.u64();
  command.key = in.text();
  command.value = in.text();
  const auto refuse = [&](const std::string& why) {
    return base::Error{"store command of " + std::to_string(data.size()) + " bytes: " + why};
  };
  if (!in.ok()) return refuse("expected more bytes after " + std::to_string(in.offset()));
  if (!in.at_end()) return refuse("expected an end at " + std::to_string(in.offset()));
  if (kind > static_cast<std::uint8_t>(Command::Kind::Delete)) {
    return refuse("expected a kind of 0 or 1, got " + std::to_string(kind));
  }
  if (auto status = check(command); !status) return refuse(status.error().message);
  command.kind = static_cast<Command::Kind>(kind);
  return command;
}

std::string describe(const Command& command) {
  if (command.kind == Command::Kind::Delete) return "delete " + command.key;
  return command.key + "=" + command.value;
}

}  // namespace raftarium::kv
