#pragma once
// What clients ask of the store, and its bytes in a log entry.

#include <cstdint>
#include <string>

#include "base/bytes.h"
#include "base/result.h"

namespace raftarium::kv {

struct Command {
  enum class Kind : std::uint8_t { Put, Delete };
  Kind kind = Kind::Put;
  std::uint64_t client = 0;    // 0: no session, applied as often as it is committed
  std::uint64_t sequence = 0;  // of the client, growing; a repetition is applied once
  std::string key;
  std::string value;
  friend bool operator==(const Command&, const Command&) = default;
};

// The limits of what is accepted, in bytes.
inline constexpr std::size_t kMaxKeyBytes = 4096;
inline constexpr std::size_t kMaxValueBytes = 1U << 20U;

// Whether a store takes `command`, or which limit it breaks.
base::Status check(const Command& command);

base::Bytes encode(const Command& command);
// Total: any bytes give a command that check() accepts, or an error that says what was expected.
base::Result<Command> decode(const base::Bytes& data);
std::string describe(const Command& command);  // "x=5", "delete x"

}  // namespace raftarium::kv
