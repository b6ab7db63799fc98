// What gestures and buttons mean, as commands.

#include "viz/acts.h"

#include <algorithm>

#include "sample_frame.h"
#include "support/test.h"

namespace raftarium::viz {
namespace {

using raft::NodeId;
using Kind = sim::Command::Kind;

constexpr Rect kStage{0, 0, 856, 412};

// The sample's cluster with every link up.
Frame whole() {
  Frame frame = sample_frame();
  for (LinkView& link : frame.links) link.cut = false;
  frame.islands = {{NodeId(1), NodeId(2), NodeId(3), NodeId(4), NodeId(5)}};
  return frame;
}

std::vector<std::string> words(const std::vector<sim::Command>& commands) {
  std::vector<std::string> out;
  out.reserve(commands.size());
  for (const sim::Command& command : commands) out.push_back(sim::describe(command));
  return out;
}

}  // namespace

TEST_SUITE("acts") {
  TEST_CASE("the leader of the highest term leads") {
    const Frame frame = sample_frame();
    REQUIRE(current_leader(frame) != nullptr);
    EXPECT(current_leader(frame)->id == NodeId(3));
    Frame crashed = frame;
    crashed.members[2].process = Process::Crashed;
    EXPECT(current_leader(crashed)->id == NodeId(1));
  }

  TEST_CASE("what is offered depends on how the member stands") {
    Frame frame = sample_frame();
    EXPECT(acts_for(frame.members[0]) ==
           Passing<Act>{Act::Crash, Act::Pause, Act::Isolate, Act::Transfer, Act::Propose, Act::HealAll});
    EXPECT(acts_for(frame.members[1]) ==
           Passing<Act>{Act::Crash, Act::Pause, Act::Isolate, Act::Timeout, Act::Propose, Act::HealAll});
    frame.members[1].process = Process::Paused;
    EXPECT(acts_for(frame.members[1]) == Passing<Act>{Act::Crash, Act::Resume, Act::Isolate, Act::HealAll});
    frame.members[1].process = Process::Crashed;
    EXPECT(acts_for(frame.members[1]) == Passing<Act>{Act::Restart, Act::HealAll});
  }

  TEST_CASE("each act is the command of its name") {
    const Frame frame = sample_frame();
    const auto of = [&](Act act) { return sim::describe(command_for(frame, act, NodeId(3))); };
    EXPECT(of(Act::Crash) == "crash S3");
    EXPECT(of(Act::Restart) == "restart S3");
    EXPECT(of(Act::Pause) == "pause S3");
    EXPECT(of(Act::Resume) == "resume S3");
    EXPECT(of(Act::Isolate) == "isolate S3");
    EXPECT(of(Act::Timeout) == "timeout S3");
    EXPECT(of(Act::HealAll) == "heal_all");
  }

  TEST_CASE("a transfer goes to the running follower whose log matches furthest") {
    Frame frame = sample_frame();
    MemberView& leader = frame.members[2];
    for (raft::ProgressView& progress : leader.status.progress) {
      progress.match = raft::Index(progress.id.value());
    }
    EXPECT(command_for(frame, Act::Transfer, NodeId(3)).peer == NodeId(5));
    frame.members[4].process = Process::Crashed;
    EXPECT(command_for(frame, Act::Transfer, NodeId(3)).peer == NodeId(4));
  }

  TEST_CASE("the clients say how many of them wait") {
    Frame frame = sample_frame();
    frame.requests.clear();
    EXPECT(words_of_clients(frame) == "client");
    RequestView request;
    request.open = true;
    frame.requests.push_back(request);
    EXPECT(words_of_clients(frame) == "client");
    frame.requests.push_back(request);
    EXPECT(words_of_clients(frame) == "2 clients wait");
    request.open = false;
    frame.requests.push_back(request);
    EXPECT(words_of_clients(frame) == "2 clients wait");
    frame.requests.front().open = false;
    EXPECT(words_of_clients(frame) == "client");
  }

  TEST_CASE("a write takes a value that nobody has written") {
    Frame frame = sample_frame();
    frame.requests[0].id = 41;  // older ones have left the frame
    const sim::Command put = next_put(frame, NodeId(2));
    EXPECT(put.kind == Kind::Put);
    EXPECT(put.node == NodeId(2));
    EXPECT(put.value == "42");
  }

  TEST_CASE("a stroke between two sides parts them") {
    const Frame frame = whole();
    const std::vector<Vec2> at = member_positions(5, kStage);
    const float y = (at[1].y + at[2].y) / 2;
    const auto commands = commands_for_stroke(frame, {{0, y}, {856, y}}, at, 10);
    EXPECT(words(commands) == std::vector<std::string>{"partition {S1,S2,S5} | {S3,S4}"});
  }

  TEST_CASE("a stroke over one link cuts it both ways") {
    const Frame frame = whole();
    const std::vector<Vec2> at = member_positions(5, kStage);
    const Vec2 middle = mix(at[2], at[3], 0.5F);
    const auto commands = commands_for_stroke(frame, {middle + Vec2{0, -9}, middle + Vec2{0, 9}}, at, 0);
    EXPECT(words(commands) == std::vector<std::string>{"cut S3->S4", "cut S4->S3"});
  }

  TEST_CASE("what is cut already is not cut again") {
    Frame frame = whole();
    for (LinkView& link : frame.links) {
      if (link.from == NodeId(3) && link.to == NodeId(4)) link.cut = true;
    }
    const std::vector<Vec2> at = member_positions(5, kStage);
    const Vec2 middle = mix(at[2], at[3], 0.5F);
    const auto commands = commands_for_stroke(frame, {middle + Vec2{0, -9}, middle + Vec2{0, 9}}, at, 0);
    EXPECT(words(commands) == std::vector<std::string>{"cut S4->S3"});
  }

  TEST_CASE("a stroke through nothing does nothing") {
    const Frame frame = whole();
    EXPECT(commands_for_stroke(frame, {{2, 2}, {20, 2}}, member_positions(5, kStage), 0).empty());
    EXPECT(commands_for_stroke(frame, {}, member_positions(5, kStage), 0).empty());
  }

  TEST_CASE("healing the only border heals all; one of several joins its two sides") {
    Frame frame = sample_frame();
    EXPECT(heal_border(frame, 0, 1).kind == Kind::HealAll);
    frame.islands = {{NodeId(1), NodeId(2)}, {NodeId(3)}, {NodeId(4), NodeId(5)}};
    EXPECT(sim::describe(heal_border(frame, 0, 1)) == "partition {S1,S2,S3} | {S4,S5}");
    EXPECT(sim::describe(heal_border(frame, 1, 2)) == "partition {S1,S2} | {S3,S4,S5}");
    EXPECT(sim::describe(heal_border(frame, 2, 0)) == "partition {S3} | {S1,S2,S4,S5}");
  }

  TEST_CASE("a member that is carried across a cut changes sides") {
    Frame frame = sample_frame();
    EXPECT(sim::describe(move_to_island(frame, NodeId(3), 0)) == "partition {S1,S2,S3} | {S4,S5}");
    frame.islands = {{NodeId(1)}, {NodeId(2), NodeId(3), NodeId(4), NodeId(5)}};
    EXPECT(move_to_island(frame, NodeId(1), 1).kind == Kind::HealAll);
  }
}

}  // namespace raftarium::viz
