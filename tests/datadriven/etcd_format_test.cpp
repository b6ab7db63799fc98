#include "datadriven/etcd_format.h"

#include "support/test.h"

namespace etcd = raftarium::datadriven::etcd;
namespace raft = raftarium::raft;

TEST_SUITE("etcd format") {
  TEST_CASE("bytes are quoted as Go quotes them") {
    EXPECT(etcd::quoted("") == "\"\"");
    EXPECT(etcd::quoted("foo bar") == "\"foo bar\"");
    EXPECT(etcd::quoted("a\"b\\c\n\t") == R"("a\"b\\c\n\t")");
    EXPECT(etcd::quoted(std::string_view("\0\x1f\x7f", 3)) == R"("\x00\x1f\x7f")");
    EXPECT(etcd::quoted("\xff\xc3") == R"("\xff\xc3")");
    EXPECT(etcd::quoted("é∞") == "\"é∞\"");
    EXPECT(etcd::quoted("\u200b") == R"("\u200b")");
  }

  TEST_CASE("an entry names its term, index, type and payload") {
    raft::Entry entry;
    entry.term = raft::Term(1);
    entry.index = raft::Index(3);
    EXPECT(etcd::text(entry) == "1/3 EntryNormal \"\"");

    raft::ConfChange change;
    change.changes = {{raft::ConfChangeType::RemoveNode, raft::NodeId(4)},
                      {raft::ConfChangeType::AddLearnerNode, raft::NodeId(2)}};
    entry.type = raft::EntryType::ConfChangeV2;
    entry.data = raft::encode(change);
    EXPECT(etcd::text(entry) == "1/3 EntryConfChangeV2 r4 l2");
    entry.data = raft::encode(raft::ConfChange{});
    EXPECT(etcd::text(entry) == "1/3 EntryConfChangeV2");
  }

  TEST_CASE("a message shows only the fields that its type uses") {
    raft::Message message;
    message.type = raft::MessageType::MsgAppResp;
    message.from = raft::NodeId(2);
    message.to = raft::NodeId(10);
    message.term = raft::Term(1);
    message.index = raft::Index(3);
    message.reject = true;
    message.reject_hint = raft::Index(2);
    EXPECT(etcd::text(message) == "2->a MsgAppResp Term:1 Log:0/3 Rejected (Hint: 2)");

    raft::Message append;
    append.type = raft::MessageType::MsgStorageAppend;
    append.from = raft::NodeId(10);
    append.to = raft::kAppendThread;
    append.responses = std::vector<raft::Message>{message};
    EXPECT(etcd::text(append) ==
           "a->AppendThread MsgStorageAppend Term:0 Log:0/0 Responses:[\n"
           "  2->a MsgAppResp Term:1 Log:0/3 Rejected (Hint: 2)\n"
           "]");
  }

  TEST_CASE("changes are read as they are printed") {
    const auto changes = etcd::parse_changes(" v1  l2 r3 u4");
    REQUIRE(changes.ok());
    EXPECT(etcd::text(*changes) == "v1 l2 r3 u4");
    EXPECT_FALSE(etcd::parse_changes("x1").ok());
    EXPECT_FALSE(etcd::parse_changes("v").ok());
    EXPECT_FALSE(etcd::parse_changes("vone").ok());
  }

  TEST_CASE("a Ready without work is empty") { EXPECT(etcd::text(raft::Ready{}) == "<empty Ready>"); }
}
