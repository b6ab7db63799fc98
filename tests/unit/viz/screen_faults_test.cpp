// Disks, clocks and messages through the interface: everything is asserted on the engine's state.

#include <algorithm>

#include "screen.h"
#include "support/test.h"
#include "viz/acts.h"

namespace raftarium::viz {
namespace {

using raft::NodeId;

// A cluster with a leader, paused, with a follower selected.
struct ClusterWithFaults : Screen {
  explicit ClusterWithFaults(Vec2 size = {1280, 800}) : Screen(size) {
    REQUIRE(app().open("first_election").ok());
    play_until(700'000);
    REQUIRE(current_leader(frame()) != nullptr);
    follower = NodeId(current_leader(frame())->id.value() == 1 ? 2 : 1);
    click("member." + std::to_string(follower.value()));
  }
  const MemberView& member() const { return *find_member(frame(), follower); }
  void run(std::int64_t us) { play_until(frame().time_us + us); }
  const DiskView& disk() const {
    REQUIRE(frame().disk.has_value());
    return *frame().disk;
  }
  NodeId follower;
};

// The first in sight that is not the newest.
std::string second_record(const ClusterWithFaults& cluster) {
  const std::vector<RecordView>& records = cluster.disk().records;
  const RecordView& record = records[records.size() - 2];
  return "disk.record." + record.file + "+" + std::to_string(record.offset);
}

}  // namespace

TEST_SUITE("faults") {
  TEST_CASE("the disk shows the log as it lies there, and what a power failure would take") {
    ClusterWithFaults cluster;
    EXPECT_FALSE(cluster.frame().disk.has_value());  // nobody looks
    cluster.click("tab.disk");
    EXPECT(cluster.disk().member == cluster.follower);
    EXPECT(cluster.disk().files.size() == 2);
    EXPECT(cluster.disk().damage.empty());
    REQUIRE_FALSE(cluster.disk().records.empty());
    EXPECT(cluster.disk().records.front().type == "install");
    const std::size_t before = cluster.disk().records.size();
    cluster.click("act.disk.slow");
    EXPECT(cluster.member().disk.sync_min_us == 200'000);
    cluster.key(ImGuiKey_P);
    cluster.run(150'000);
    EXPECT(cluster.disk().records.size() > before);
    EXPECT(cluster.disk().unsynced > 0);
    EXPECT_FALSE(cluster.disk().records.back().durable);
    EXPECT(cluster.member().durable < cluster.member().status.last_index);
    cluster.click("act.disk.slow");
    EXPECT(cluster.member().disk.sync_min_us == 0);
    cluster.run(500'000);
    EXPECT(cluster.member().durable == cluster.member().status.last_index);
  }

  TEST_CASE("a disk that fills up, fails or lies, and one that is made anew") {
    ClusterWithFaults cluster;
    cluster.click("tab.disk");
    cluster.click("act.disk.lie");
    EXPECT(cluster.member().disk.syncs_lie);
    cluster.click("act.disk.lie");
    cluster.click("act.disk.full");
    EXPECT(cluster.member().disk.full);
    cluster.key(ImGuiKey_P);
    cluster.run(500'000);
    REQUIRE(cluster.member().process == Process::Crashed);
    cluster.click("act.disk.full");
    cluster.key(ImGuiKey_R);
    EXPECT(cluster.member().process == Process::Running);
    for (const char* fail : {"act.disk.fail_sync", "act.disk.fail_write"}) {
      CAPTURE(std::string(fail));
      cluster.click(fail);
      REQUIRE(cluster.member().next_faults.size() == 1);
      EXPECT(cluster.member().next_faults[0].second == storage::DiskFault::Error);
      cluster.key(ImGuiKey_P);
      cluster.run(700'000);
      REQUIRE(cluster.member().process == Process::Crashed);
      EXPECT(cluster.member().next_faults.empty());  // it has come
      cluster.key(ImGuiKey_R);
      cluster.run(700'000);
      REQUIRE(cluster.member().process == Process::Running);
    }
    cluster.click("act.disk.snapshot");
    EXPECT(cluster.member().status.first_index > raft::Index(2));
    for (const char* crash : {"act.disk.kill", "act.disk.tear"}) {
      cluster.click(crash);
      EXPECT(cluster.member().process == Process::Crashed);
      cluster.key(ImGuiKey_R);
      EXPECT(cluster.member().process == Process::Running);
    }
    cluster.key(ImGuiKey_C);
    cluster.click("act.disk.wipe");
    EXPECT(cluster.member().status.last_index == raft::Index(1));
  }

  TEST_CASE("a record that is damaged keeps the member from starting again") {
    ClusterWithFaults cluster;
    cluster.key(ImGuiKey_P);
    cluster.run(500'000);
    cluster.click("tab.disk");
    const std::vector<RecordView> sound = cluster.disk().records;
    const std::size_t at = sound.size() - 2;
    cluster.click(second_record(cluster));
    cluster.click("act.disk.damage");
    EXPECT_MESSAGE(cluster.disk().damage.find("00000001.wal+") != std::string::npos, cluster.disk().damage);
    // It stays in sight, and is told apart from those behind it, to which no reader comes.
    const std::vector<RecordView> damaged = cluster.disk().records;
    REQUIRE(damaged.size() == sound.size());
    EXPECT(damaged[at].wrong == "its payload is not what its checksum says");
    for (std::size_t i = 0; i < damaged.size(); ++i) {
      EXPECT(damaged[i].offset == sound[i].offset);
      EXPECT(damaged[i].text.empty() == sound[i].text.empty());
      if (i < at) EXPECT(damaged[i].wrong.empty());
      if (i > at) EXPECT(damaged[i].wrong == "it comes after what cannot be read");
    }
    cluster.key(ImGuiKey_U);
    EXPECT(cluster.disk().records[at].wrong.empty());
    EXPECT(cluster.disk().records[at].text == sound[at].text);
    cluster.click(second_record(cluster));
    cluster.click("act.disk.zero");
    const auto lost = std::count_if(cluster.disk().records.begin(), cluster.disk().records.end(),
                                    [](const RecordView& record) { return !record.wrong.empty(); });
    EXPECT(lost > 0);
    cluster.key(ImGuiKey_U);
    cluster.click(second_record(cluster));
    cluster.click("act.disk.damage");
    cluster.key(ImGuiKey_C);
    cluster.key(ImGuiKey_R);
    EXPECT(cluster.member().process == Process::Crashed);
    EXPECT(cluster.frame().story.back().what.find("steps aside") != std::string::npos);
    EXPECT(cluster.member().stopped_by.find("00000001.wal+") != std::string::npos);
    cluster.click("act.disk.wipe");
    EXPECT(cluster.member().stopped_by.empty());
  }

  TEST_CASE("clocks run fast and slow, stand still, and jump") {
    ClusterWithFaults cluster;
    cluster.click("act.clock");
    cluster.click("menu.clock.fast");
    EXPECT(cluster.member().drift_ppm == 500'000);
    cluster.click("act.clock");
    cluster.click("menu.clock.right");
    EXPECT(cluster.member().drift_ppm == 0);
    cluster.click("act.clock");
    cluster.click("menu.clock.slow");
    EXPECT(cluster.member().drift_ppm == -500'000);
    cluster.click("act.clock");
    cluster.click("menu.clock.right");
    cluster.click("act.clock");
    cluster.click("menu.clock.stop");
    EXPECT(cluster.member().drift_ppm == -1'000'000);
    cluster.click("act.clock");
    cluster.click("menu.clock.right");
    const raft::Role before = cluster.member().status.soft_state.role;
    REQUIRE(before == raft::Role::Follower);
    cluster.click("act.clock");
    cluster.click("menu.clock.jump");
    EXPECT(cluster.member().status.soft_state.role != raft::Role::Follower);
  }

  TEST_CASE("processes are slow, stall, and are quick again; what comes next says so") {
    ClusterWithFaults cluster;
    cluster.click("act.clock");
    cluster.click("menu.process.slow");
    EXPECT(cluster.member().pace.step_us == 10'000);
    EXPECT(cluster.frame().story.back().what.find("'s process becomes slow.") != std::string::npos);
    std::size_t most = 0;
    for (int i = 0; i < 60; ++i) {
      cluster.key(ImGuiKey_RightArrow);
      most = std::max(most, cluster.member().backlog);
    }
    EXPECT(most > 0);
    EXPECT(cluster.frame().next.find("at the earliest") == std::string::npos);  // the leader is quick
    sim::Command slow = about(sim::Command::Kind::SetProcess, current_leader(cluster.frame())->id);
    slow.process.step_us = 1'000;
    cluster.app().act(slow);
    cluster.key(ImGuiKey_RightArrow);
    EXPECT_MESSAGE(cluster.frame().next.find("at the earliest") != std::string::npos, cluster.frame().next);
    cluster.click("act.clock");
    cluster.click("menu.process.quick");
    EXPECT(cluster.member().pace == sim::ProcessSettings{});
    cluster.click("act.clock");
    cluster.click("menu.process.stall");
    EXPECT(cluster.member().pace.stall_us > 0);
  }

  TEST_CASE("a message on its way is dropped, held up, doubled, or delivered at once") {
    ClusterWithFaults cluster;
    const auto heartbeat = [&]() -> const MessageView* {
      for (const MessageView& message : cluster.frame().messages) {
        if (message.message.to == cluster.follower) return &message;
      }
      return nullptr;
    };
    const auto choose = [&] {
      for (int i = 0; i < 400 && heartbeat() == nullptr; ++i) cluster.key(ImGuiKey_RightArrow);
      REQUIRE(heartbeat() != nullptr);
      const std::uint64_t id = heartbeat()->id;
      cluster.click("message." + std::to_string(id));
      REQUIRE(cluster.view("message") == std::to_string(id));
      return *heartbeat();
    };
    const auto find = [&](std::uint64_t id) -> const MessageView* {
      for (const MessageView& message : cluster.frame().messages) {
        if (message.id == id) return &message;
      }
      return nullptr;
    };
    const MessageView held = choose();
    cluster.click("act.message.delay");
    REQUIRE(find(held.id) != nullptr);
    EXPECT(find(held.id)->deliver_us == held.deliver_us + 300'000);
    const std::size_t flying = cluster.frame().messages.size();
    cluster.click("act.message.duplicate");
    EXPECT(cluster.frame().messages.size() == flying + 1);
    cluster.click("act.message.drop");
    EXPECT(find(held.id) == nullptr);
    const MessageView now = choose();
    cluster.click("act.message.deliver");
    REQUIRE(find(now.id) != nullptr);  // it arrives with the next event
    EXPECT(find(now.id)->deliver_us == cluster.frame().time_us);
  }
}

}  // namespace raftarium::viz
