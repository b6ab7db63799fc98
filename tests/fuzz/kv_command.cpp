#include "base/check.h"
#include "fuzz/targets.h"
#include "kv/command.h"

namespace raftarium::fuzz {

void kv_command(Input input) {
  const auto command = kv::decode(base::Bytes(input));
  if (!command) {
    CHECK(!command.error().message.empty(), "an error without a message");
    return;
  }
  CHECK(kv::check(*command).ok(), "decoded and not acceptable: ", kv::describe(*command));
  const auto again = kv::decode(kv::encode(*command));
  CHECK(again.ok(), again.error().message);
  CHECK(*again == *command, "encoding and decoding changed ", kv::describe(*command));
}

}  // namespace raftarium::fuzz
