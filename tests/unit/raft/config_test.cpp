// A configuration or a storage that cannot work is refused with what, expected and got.

#include "cluster.h"
#include "support/test.h"

using namespace raftarium::raft;
using raftarium::raft::testing::id;

namespace {

std::string refusal_of(const Config& config) {
  MemoryStorage storage;
  const auto node = RawNode::create(config, storage);
  return node ? "" : node.error().message;
}

}  // namespace

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
  for (std::size_t size = 1; size < 27; ++size) {
    const raftarium::base::Bytes cut(bytes.view().substr(0, size));
    EXPECT(!decode_conf_change(cut, EntryType::ConfChangeV2).ok());
  }
}
