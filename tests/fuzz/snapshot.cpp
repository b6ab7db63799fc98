// The first byte says whether checksums are put right first; the rest is the file.

#include "base/check.h"
#include "fuzz/checksums.h"
#include "fuzz/targets.h"
#include "storage/snapshot_store.h"

namespace raftarium::fuzz {

void snapshot(Input input) {
  if (input.empty()) return;
  std::vector<std::uint8_t> file(input.begin() + 1, input.end());
  if ((input[0] & 1U) != 0) fix_snapshot(file);
  const storage::Mark mark{raft::Term(2), raft::Index(9)};
  const auto decoded = storage::decode_snapshot(base::Bytes(file), mark, std::nullopt);
  if (!decoded) {
    CHECK(!decoded.error().message.empty(), "an error without a message");
    return;
  }
  const storage::Identity any{0, raft::NodeId(0)};
  const std::string encoded = storage::encode_snapshot(*decoded, any);
  const auto again = storage::decode_snapshot(base::Bytes(encoded), mark, any);
  CHECK(again.ok(), again.error().message);
  CHECK(*again == *decoded, "encoding and decoding changed it");
}

}  // namespace raftarium::fuzz
