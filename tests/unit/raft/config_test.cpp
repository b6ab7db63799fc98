// A configuration or a storage that cannot work is refused with what, expected and got.

#include <algorithm>

#include "base/prng.h"
#include "cluster.h"
#include "support/test.h"

namespace raftarium::raft {

using testing::id;

namespace {

std::string refusal_of(const Config& config) {
  MemoryStorage storage;
  const auto node = RawNode::create(config, storage);
  return node ? "" : node.error().message;
}

}  // namespace

// An election timeout below the time between heartbeats would elect for ever (paper §5.6).
TEST_CASE("each impossible configuration is refused by name") {
  Config config;
  EXPECT(refusal_of(config).find("id: expected a member from 1, got 0") != std::string::npos);
  config.id = id(1);
  EXPECT(refusal_of(config).empty());
  config.heartbeat_ticks = 10;
  EXPECT(refusal_of(config).find("election_ticks: expected more than heartbeat_ticks (10), got 10") !=
         std::string::npos);
  config.heartbeat_ticks = 1;
  config.read_only = ReadOnlyMode::LeaseBased;
  EXPECT(refusal_of(config).find("need check_quorum") != std::string::npos);
  config.check_quorum = true;
  config.max_inflight_bytes = 10;
  EXPECT(refusal_of(config).find("max_inflight_bytes") != std::string::npos);
}

TEST_CASE("an index that no log reaches is refused, from the storage and from a peer") {
  const auto snapshot_at = [](Index index) {
    Snapshot snapshot{.index = index, .term = Term(1)};
    snapshot.conf_state.voters = {id(1), id(2)};
    return std::make_shared<const Snapshot>(std::move(snapshot));
  };
  Config config;
  config.id = id(1);
  MemoryStorage impossible;
  impossible.apply_snapshot(snapshot_at(Index(~std::uint64_t{0})));
  const auto refused = RawNode::create(config, impossible);
  REQUIRE(!refused.ok());
  EXPECT(refused.error().message.find("got 18446744073709551615") != std::string::npos);

  MemoryStorage storage;
  storage.apply_snapshot(snapshot_at(Index(1)));
  auto node = RawNode::create(config, storage);
  REQUIRE(node.ok());
  Message message{.type = MessageType::MsgSnap, .to = id(1), .from = id(2), .term = Term(2)};
  message.snapshot = snapshot_at(kMaxIndex + 1);
  node->step(message);
  EXPECT(node->last_index() == Index(1));
  message.snapshot = snapshot_at(kMaxIndex);
  node->step(message);
  EXPECT(node->last_index() == kMaxIndex);
}

TEST_CASE("bootstrap turns peers into the first configuration, once") {
  MemoryStorage storage;
  Config config;
  config.id = id(1);
  auto node = RawNode::create(config, storage);
  REQUIRE(node.ok());
  EXPECT(!node->bootstrap({}).ok());
  REQUIRE(node->bootstrap({id(1), id(2)}).ok());
  EXPECT(!node->bootstrap({id(1)}).ok());
  EXPECT(node->status().conf_state.voters.size() == 2);
  EXPECT(node->commit() == Index(2));
  EXPECT(node->has_ready());
}

TEST_CASE("a configuration change survives its encoding, damage gives an error") {
  ConfChange change;
  change.transition = ConfChangeTransition::JointExplicit;
  change.changes = {{ConfChangeType::AddNode, id(4)}, {ConfChangeType::RemoveNode, id(1)}};
  change.context = raftarium::base::Bytes("why");
  const auto bytes = encode(change);
  const auto back = decode_conf_change(bytes, EntryType::ConfChangeV2);
  REQUIRE(back.ok());
  EXPECT(*back == change);
  // What is cut inside a field is refused; fields that are missing altogether have their defaults.
  const std::vector<std::size_t> between_fields = {2, 8, 14, 19};
  for (std::size_t size = 1; size <= bytes.size(); ++size) {
    const raftarium::base::Bytes cut(bytes.view().substr(0, size));
    const bool whole = std::count(between_fields.begin(), between_fields.end(), size) > 0;
    EXPECT_MESSAGE(decode_conf_change(cut, EntryType::ConfChangeV2).ok() == whole, size, " bytes");
  }
}

TEST_CASE("configuration changes are encoded as etcd encodes them") {
  ConfChange one;
  one.v1 = true;
  one.changes = {{ConfChangeType::RemoveNode, id(300)}};
  EXPECT(encode(one).view() == std::string_view("\x08\x00\x10\x01\x18\xac\x02", 7));
  ConfChange two;
  two.transition = ConfChangeTransition::JointImplicit;
  two.changes = {{ConfChangeType::AddLearnerNode, id(4)}};
  EXPECT(encode(two).view() == std::string_view("\x08\x01\x12\x04\x08\x03\x10\x04", 8));
  EXPECT(encode(ConfChange{}).view() == std::string_view("\x08\x00", 2));
  EXPECT(*decode_conf_change({}, EntryType::ConfChangeV2) == ConfChange{});
}

TEST_CASE("any bytes are a configuration change or an error") {
  raftarium::base::Prng prng(11);
  for (int i = 0; i < 100'000; ++i) {
    std::string text;
    for (std::uint32_t n = prng.below(24); n > 0; --n)
      text += static_cast<char>(prng.below(prng.below(2) == 0 ? 32 : 256));
    const auto type = prng.below(2) == 0 ? EntryType::ConfChange : EntryType::ConfChangeV2;
    const auto change = decode_conf_change(raftarium::base::Bytes(text), type);
    if (!change.ok()) {
      REQUIRE(change.error().message.find("expected") != std::string::npos);
    } else {
      REQUIRE(*decode_conf_change(encode(*change), type) == *change);
    }
  }
}

}  // namespace raftarium::raft
