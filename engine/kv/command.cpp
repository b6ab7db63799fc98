#include "kv/command.h"

#include "base/codec.h"

namespace raftarium::kv {

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
  const auto refuse = [&](const std::string& expected) {
    return base::Error{"store command of " + std::to_string(data.size()) + " bytes: expected " + expected};
  };
  if (!in.ok()) return refuse("more bytes after " + std::to_string(in.offset()));
  if (!in.at_end()) return refuse("an end at " + std::to_string(in.offset()));
  if (kind > static_cast<std::uint8_t>(Command::Kind::Delete)) {
    return refuse("a kind of 0 or 1, got " + std::to_string(kind));
  }
  if (command.key.empty() || command.key.size() > kMaxKeyBytes) {
    return refuse("a key of 1 to " + std::to_string(kMaxKeyBytes) + " bytes, got " +
                  std::to_string(command.key.size()));
  }
  if (command.value.size() > kMaxValueBytes) {
    return refuse("a value of at most " + std::to_string(kMaxValueBytes) + " bytes");
  }
  command.kind = static_cast<Command::Kind>(kind);
  return command;
}

std::string describe(const Command& command) {
  if (command.kind == Command::Kind::Delete) return "delete " + command.key;
  return command.key + "=" + command.value;
}

}  // namespace raftarium::kv
