// The frame against the world that it is built from.

#include "viz/frame.h"

#include <algorithm>

#include "kv/command.h"
#include "lab/scenario.h"
#include "storage/wal_format.h"
#include "support/test.h"
#include "viz/acts.h"
#include "viz/offers.h"

namespace raftarium::viz {
namespace {

using raft::NodeId;

constexpr const char* kScenario = R"({
  "raftarium": 1, "title": "A test", "description": "Five members.", "seed": 7, "duration_ms": 4000,
  "cluster": { "members": 5 },
  "actions": [ { "at_ms": 1000, "do": "put", "key": "x", "value": "1" } ]
})";

lab::Timeline timeline_of(const char* text = kScenario) {
  auto scenario = lab::parse_scenario("test.json", text);
  REQUIRE_MESSAGE(scenario.ok(), scenario.error().message);
  return lab::Timeline(std::move(scenario).value());
}

sim::Command act(sim::Command::Kind kind, std::uint64_t node, std::uint64_t peer = 0) {
  sim::Command command;
  command.kind = kind;
  command.node = NodeId(node);
  command.peer = NodeId(peer);
  return command;
}

sim::Command partition(const std::vector<std::vector<std::uint64_t>>& groups) {
  sim::Command command;
  command.kind = sim::Command::Kind::Partition;
  for (const auto& group : groups) {
    command.groups.emplace_back();
    for (const std::uint64_t id : group) command.groups.back().push_back(NodeId(id));
  }
  return command;
}

// Everything that a frame says, in words.
std::string said(const Frame& frame) {
  std::string all = to_json(frame);
  for (const lab::StoryLine& line : frame.story) all += "\n" + line.what + line.why + line.rule;
  for (const lab::Mark& mark : frame.marks) all += "\n" + std::to_string(mark.event) + mark.text;
  for (const lab::TracedMessage& m : frame.trace) {
    all += "\n" + std::to_string(m.id) + " " + std::to_string(m.sent_event) + " " +
           std::to_string(m.ended_event) + (m.lost ? " lost" : "");
  }
  for (const MessageView& m : frame.messages) all += "\n" + raft::describe(m.message);
  for (const RequestView& request : frame.requests)
    all += "\n" + request.text + request.state + std::to_string(request.point_us);
  for (const PropertyView& property : frame.properties) all += "\n" + property.name + property.why;
  if (!frame.disk) return all;
  all += "\n" + std::to_string(frame.disk->records_before) + frame.disk->damage;
  for (const RecordView& record : frame.disk->records) {
    for (const auto& [name, value] : record.fields) all.append("\n").append(name).append(value);
    all.append(record.head.begin(), record.head.end());
  }
  return all;
}

}  // namespace

TEST_SUITE("frame") {
  TEST_CASE("it says where in time it is") {
    lab::Timeline timeline = timeline_of();
    timeline.run_until(777'777);
    const Frame frame = build_frame(timeline);
    EXPECT(frame.scenario_title == "A test");
    EXPECT(frame.scenario_description == "Five members.");
    EXPECT(frame.seed == 7);
    EXPECT(frame.time_us == 777'777);
    EXPECT(frame.event == timeline.event_count());
    EXPECT(frame.digest == timeline.digest());
    EXPECT(frame.branch == 0);
    REQUIRE(frame.branches.size() == 1);
    EXPECT(frame.branches[0].name == "main");
    EXPECT(frame.marks.size() == timeline.marks().size());
    EXPECT_FALSE(frame.story.empty());
  }

  TEST_CASE("members show the status of the core and the entries of their log") {
    lab::Timeline timeline = timeline_of();
    timeline.run_until(3'000'000);
    const Frame frame = build_frame(timeline);
    REQUIRE(frame.members.size() == 5);
    for (const MemberView& view : frame.members) {
      const member::Member& member = timeline.world().member(view.id);
      CAPTURE(view.id.value());
      EXPECT(view.process == Process::Running);
      EXPECT(view.status.hard_state.term == member.node().term());
      EXPECT(view.status.hard_state.commit == member.node().commit());
      EXPECT(view.status.last_index == member.node().last_index());
      EXPECT(view.snapshot_index == member.node().first_index() - 1);
      REQUIRE(view.entries.size() == member.node().last_index() - view.snapshot_index);
      for (std::size_t i = 0; i < view.entries.size(); ++i) {
        EXPECT(view.entries[i].index == view.snapshot_index + i + 1);
        EXPECT(view.entries[i].committed == (view.entries[i].index <= member.node().commit()));
      }
      EXPECT(view.entries.back().text == "x=1");
      REQUIRE(view.store.size() == 1);
      EXPECT(text_of(view.store[0]) == "x=1");
    }
    const MemberView* leader = current_leader(frame);
    REQUIRE(leader != nullptr);
    EXPECT(leader->id == timeline.world().leader());
    EXPECT_FALSE(leader->leads_minority);
    EXPECT(leader->entries[leader->entries.size() - 2].text == "–");
  }

  TEST_CASE(
      "timers: what is left fits the share that has passed, and a leader counts to its quorum check") {
    lab::Timeline timeline = timeline_of();
    timeline.run_until(50'000);
    const sim::WorldConfig& config = timeline.world().config();
    for (const MemberView& view : build_frame(timeline).members) {
      const auto total =
          static_cast<double>(view.status.randomized_election_timeout_ticks * config.tick_us);
      EXPECT(view.timer_left_us > 0);
      EXPECT(view.election_elapsed == doctest::Approx(1 - static_cast<double>(view.timer_left_us) / total));
    }
    // The one whose timer is the shortest stands first.
    const Frame before = build_frame(timeline);
    const auto soonest = std::min_element(
        before.members.begin(), before.members.end(),
        [](const MemberView& a, const MemberView& b) { return a.timer_left_us < b.timer_left_us; });
    timeline.run_until(50'000 + soonest->timer_left_us);
    const Frame after = build_frame(timeline);
    EXPECT(find_member(after, soonest->id)->status.soft_state.role == raft::Role::PreCandidate);
    timeline.run_until(2'000'000);
    const Frame led = build_frame(timeline);
    const MemberView* leader = current_leader(led);
    EXPECT(leader->timer_left_us <= config.election_ticks * config.tick_us);
  }

  TEST_CASE("a crashed member shows what its storage holds") {
    lab::Timeline timeline = timeline_of();
    timeline.run_until(2'000'000);
    const Frame before = build_frame(timeline);
    REQUIRE(timeline.act(act(sim::Command::Kind::Crash, 2)).ok());
    const Frame frame = build_frame(timeline);
    const MemberView& view = frame.members[1];
    EXPECT(view.process == Process::Crashed);
    EXPECT(view.status.hard_state.term == before.members[1].status.hard_state.term);
    EXPECT(view.entries.size() == before.members[1].entries.size());
    EXPECT(view.timer_left_us == 0);
    EXPECT(view.store.empty());
    REQUIRE(timeline.act(act(sim::Command::Kind::Pause, 3)).ok());
    EXPECT(build_frame(timeline).members[2].process == Process::Paused);
  }

  TEST_CASE("links and islands follow the network") {
    lab::Timeline timeline = timeline_of();
    Frame frame = build_frame(timeline);
    EXPECT(frame.links.size() == 20);
    EXPECT(frame.islands.size() == 1);
    REQUIRE(timeline.act(partition({{1, 4}, {2, 3, 5}})).ok());
    frame = build_frame(timeline);
    REQUIRE(frame.islands.size() == 2);
    EXPECT(frame.islands[0] == std::vector<NodeId>{NodeId(1), NodeId(4)});
    EXPECT(frame.islands[1] == std::vector<NodeId>{NodeId(2), NodeId(3), NodeId(5)});
    EXPECT(std::count_if(frame.links.begin(), frame.links.end(), [](const LinkView& l) { return l.cut; }) ==
           12);
    REQUIRE(timeline.act(act(sim::Command::Kind::HealAll, 0)).ok());
    REQUIRE(timeline.act(act(sim::Command::Kind::Cut, 1, 2)).ok());
    frame = build_frame(timeline);
    EXPECT(frame.islands.size() == 1);  // S1 and S2 reach each other through the others
    EXPECT(find_link(frame, NodeId(1), NodeId(2))->cut);
    EXPECT_FALSE(find_link(frame, NodeId(2), NodeId(1))->cut);
  }

  TEST_CASE("messages are where they are on their way, and doomed ones say so") {
    lab::Timeline timeline = timeline_of();
    timeline.run_until(2'000'000);
    const NodeId leader = timeline.world().leader();
    const NodeId other(leader.value() == 1 ? 2 : 1);
    const auto on_its_way = [&] {
      const Frame frame = build_frame(timeline);
      return std::any_of(frame.messages.begin(), frame.messages.end(), [&](const MessageView& view) {
        return view.message.from == leader && view.message.to == other;
      });
    };
    for (int i = 0; i < 1000 && !on_its_way(); ++i) timeline.step_event();
    const sim::TimeUs cut_us = timeline.now_us();
    REQUIRE(timeline.act(act(sim::Command::Kind::Cut, leader.value(), other.value())).ok());
    bool doomed = false;
    bool caught = false;
    for (int i = 0; i < 300; ++i) {
      timeline.step_event();
      const Frame frame = build_frame(timeline);
      EXPECT(frame.messages.size() == timeline.world().flights().size());
      for (const MessageView& view : frame.messages) {
        EXPECT(view.id != 0);
        EXPECT(view.sent_us <= frame.time_us);
        EXPECT(view.travelled >= 0);
        EXPECT(view.travelled <= 1);
        const bool on_cut_link = view.message.from == leader && view.message.to == other;
        EXPECT(view.doomed == on_cut_link);  // the cut catches what is on its way, too
        EXPECT(view.link_cut == (on_cut_link && view.sent_us > cut_us));
        doomed = doomed || view.link_cut;
        caught = caught || (view.doomed && !view.link_cut);
      }
    }
    EXPECT(doomed);
    EXPECT(caught);
  }

  TEST_CASE(
      "the trace tells when each message left and how it ended, and forgets nothing that is in flight") {
    lab::Timeline timeline = timeline_of();
    timeline.run_until(2'000'000);
    const NodeId leader = timeline.world().leader();
    const NodeId other(leader.value() == 1 ? 2 : 1);
    REQUIRE(timeline.act(act(sim::Command::Kind::Cut, leader.value(), other.value())).ok());
    timeline.run_until(2'500'000);
    const Frame frame = build_frame(timeline);
    REQUIRE(frame.trace.size() > 100);
    std::size_t open = 0;
    std::size_t lost = 0;
    for (const lab::TracedMessage& message : frame.trace) {
      EXPECT(message.sent_us <= frame.time_us);
      if (message.ended_us < 0) {
        ++open;
      } else {
        EXPECT(message.ended_us >= message.sent_us);
        EXPECT(message.ended_us <= frame.time_us);
      }
      if (!message.lost) continue;
      ++lost;
      EXPECT(message.from == leader);
      EXPECT(message.to == other);
    }
    EXPECT(open == frame.messages.size());
    EXPECT(lost > 0);
    // Back in time, what ends later is on its way again.
    timeline.seek_time(2'100'000);
    const Frame earlier = build_frame(timeline);
    const auto in_flight = std::count_if(earlier.trace.begin(), earlier.trace.end(),
                                         [](const lab::TracedMessage& m) { return m.ended_us < 0; });
    EXPECT(static_cast<std::size_t>(in_flight) == earlier.messages.size());
    // And a branch keeps the past of its parent.
    REQUIRE(timeline.act(act(sim::Command::Kind::HealAll, 0)).ok());
    EXPECT(build_frame(timeline).branch == 1);
    EXPECT(build_frame(timeline).trace.size() == earlier.trace.size());
  }

  TEST_CASE("requests tell what the client knows") {
    lab::Timeline timeline = timeline_of();
    timeline.run_until(1'000'000);
    Frame frame = build_frame(timeline);
    REQUIRE(frame.requests.size() == 1);
    EXPECT(frame.requests[0].text == "put x=1");
    EXPECT(frame.requests[0].open);
    EXPECT(frame.requests[0].sent_us == 1'000'000);
    timeline.run_until(2'000'000);
    frame = build_frame(timeline);
    EXPECT_FALSE(frame.requests[0].open);
    EXPECT(frame.requests[0].state == "committed at 3");
    EXPECT(frame.requests[0].done_us > 1'000'000);
    EXPECT(frame.requests[0].index == raft::Index(3));
    EXPECT(frame.requests[0].attempts >= 1);
  }

  TEST_CASE("a leader that cannot reach a majority is told apart from one that can") {
    lab::Timeline timeline = timeline_of();
    timeline.run_until(2'000'000);
    const std::uint64_t leader = timeline.world().leader().value();
    std::vector<std::uint64_t> others;
    for (std::uint64_t id = 1; id <= 5; ++id) {
      if (id != leader) others.push_back(id);
    }
    REQUIRE(timeline.act(partition({{leader, others[0]}, {others[1], others[2], others[3]}})).ok());
    const Frame cut = build_frame(timeline);
    EXPECT(find_member(cut, NodeId(leader))->leads_minority);
    EXPECT(cut.next.find("checks its quorum") != std::string::npos);
    REQUIRE(timeline.act(act(sim::Command::Kind::HealAll, 0)).ok());
    EXPECT_FALSE(find_member(build_frame(timeline), NodeId(leader))->leads_minority);
  }

  TEST_CASE("every property has a name and holds") {
    lab::Timeline timeline = timeline_of();
    timeline.run_until(3'000'000);
    const Frame frame = build_frame(timeline);
    EXPECT(frame.properties.size() == sim::kPropertyCount);
    for (const PropertyView& property : frame.properties) {
      EXPECT_FALSE(property.name.empty());
      EXPECT(property.holds);
    }
  }

  TEST_CASE("building a frame changes nothing") {
    lab::Timeline timeline = timeline_of();
    timeline.run_until(1'500'000);
    const std::uint64_t digest = timeline.digest();
    const std::string once = to_json(build_frame(timeline));
    EXPECT(to_json(build_frame(timeline)) == once);
    EXPECT(timeline.digest() == digest);
  }

  TEST_CASE("a frame that takes over what has not changed says the same as one that is built anew") {
    lab::Timeline timeline = timeline_of(R"({
      "raftarium": 1, "title": "Change", "seed": 5, "duration_ms": 20000,
      "cluster": { "members": 3, "wal_segment_bytes": 4096, "snapshot_entries": 1200, "snapshot_keep_entries": 1100,
                   "sync_min_us": 2000 },
      "actions": [
        { "at_ms": 400, "do": "load", "count": 4000, "every_us": 900, "open": true, "key": "k", "keys": 5 },
        { "at_ms": 2000, "do": "timeout", "node": "S3" },
        { "at_ms": 2500, "do": "crash", "node": "S2" }, { "at_ms": 2700, "do": "restart", "node": "S2" } ]
    })");
    Frame kept;
    const auto compare = [&](const Looking& looking) {
      kept = build_frame(timeline, looking, std::move(kept));
      EXPECT(said(kept) == said(build_frame(timeline, looking)));
    };
    const Looking disk{NodeId(2), {}, true};
    std::size_t most_files = 0;
    for (int i = 0; i < 300; ++i) {
      timeline.run_until(timeline.now_us() + (i % 7) * 1'900);
      if (i % 5 == 0) timeline.step_event();
      compare(disk);
      most_files = std::max(most_files, kept.disk->files.size());
    }
    EXPECT(most_files > 12);  // several segments
    // A bit of the oldest segment flips, and back.
    RecordView record;
    for (const FileView& file : kept.disk->files) {
      if (record.file.empty() && file.name.find(".wal") != std::string::npos) record.file = file.name;
    }
    record.offset = storage::kSegmentHeaderBytes;
    record.bytes = 64;
    for (const bool damaged : {true, false}) {
      REQUIRE(timeline.act(damage_offers(NodeId(2), record).front().command).ok());
      compare(disk);
      EXPECT(kept.disk->damage.empty() != damaged);
    }
    EXPECT(timeline.branch() == 0);
    // What the crash takes from the end of the log is written over with something else.
    timeline.run_until(2'499'900);
    compare(disk);
    EXPECT(kept.disk->unsynced > 0);
    timeline.run_until(2'800'000);
    compare(disk);
    // Elsewhere in time, and on another branch, something else lies in the same places.
    for (const int to : {2'700'000, 900'000, 2'300'000}) {
      timeline.seek_time(to);
      compare(disk);
      compare({NodeId(1), raft::Index(40), true});
      sim::Command put = act(sim::Command::Kind::Put, 0);
      put.key = "other";
      put.value = "1";
      REQUIRE(timeline.act(put).ok());
      timeline.run_until(to + 50'000);
      compare(disk);
      timeline.switch_branch(0);
      compare(disk);
    }
  }
}

}  // namespace raftarium::viz
