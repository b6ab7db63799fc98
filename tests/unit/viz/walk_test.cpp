// From one thing of a frame to the next.

#include "viz/walk.h"

#include "sample_frame.h"
#include "support/test.h"

namespace raftarium::viz {
namespace {

using raft::NodeId;

Frame with_messages(std::initializer_list<std::uint64_t> ids) {
  Frame frame = sample_frame();
  frame.messages.clear();
  for (const std::uint64_t id : ids) {
    frame.messages.emplace_back();
    frame.messages.back().id = id;
  }
  return frame;
}

}  // namespace

TEST_SUITE("walk") {
  TEST_CASE("a list comes round, and begins at its ends") {
    EXPECT(step_in_list(0, std::nullopt, 1) == std::nullopt);
    EXPECT(step_in_list(3, std::nullopt, 1) == 0);
    EXPECT(step_in_list(3, std::nullopt, -1) == 2);
    EXPECT(step_in_list(3, 2, 1) == 0);
    EXPECT(step_in_list(3, 0, -1) == 2);
    EXPECT(step_in_list(3, 0, -5) == 1);
  }

  TEST_CASE("members follow each other") {
    const Frame frame = sample_frame();
    EXPECT(member_beside(frame, raft::kNone, 1) == NodeId(1));
    EXPECT(member_beside(frame, raft::kNone, -1) == NodeId(5));
    EXPECT(member_beside(frame, NodeId(5), 1) == NodeId(1));
    EXPECT(member_beside(frame, NodeId(3), -1) == NodeId(2));
  }

  TEST_CASE("from a message that has arrived to the one that was sent after it, or before it") {
    const Frame frame = with_messages({4, 7, 9});
    EXPECT(message_beside(frame, 0, 1) == 4);
    EXPECT(message_beside(frame, 0, -1) == 9);
    EXPECT(message_beside(frame, 4, 1) == 7);
    EXPECT(message_beside(frame, 5, 1) == 7);
    EXPECT(message_beside(frame, 5, -1) == 4);
    EXPECT(message_beside(frame, 9, 1) == 4);
    EXPECT(message_beside(frame, 4, -1) == 9);
    EXPECT(message_beside(with_messages({}), 4, 1) == 0);
  }

  TEST_CASE("links begin with those that lead away from a member") {
    const Frame frame = sample_frame();
    const LinkId first = link_beside(frame, {}, NodeId(3), 1);
    EXPECT(first == LinkId{NodeId(3), NodeId(1)});
    EXPECT(link_beside(frame, first, NodeId(3), 1) == LinkId{NodeId(3), NodeId(2)});
    EXPECT(link_beside(frame, first, NodeId(3), -1) == LinkId{NodeId(2), NodeId(5)});
    EXPECT(link_beside(frame, {}, NodeId(3), -1) == LinkId{NodeId(3), NodeId(5)});
    EXPECT(link_beside(frame, {}, raft::kNone, 1) == LinkId{NodeId(1), NodeId(2)});
    EXPECT(link_beside(frame, {NodeId(5), NodeId(4)}, NodeId(3), 1) == LinkId{NodeId(1), NodeId(2)});
    EXPECT(link_beside(Frame{}, {}, NodeId(3), 1) == LinkId{});
  }
}

}  // namespace raftarium::viz
