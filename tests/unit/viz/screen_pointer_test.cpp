// What the pointer does: everything is asserted on the engine's state, not on the picture.

#include <algorithm>
#include <map>
#include <set>

#include "screen.h"
#include "support/test.h"
#include "viz/acts.h"

namespace raftarium::viz {
namespace {

using raft::NodeId;

std::string member_name(NodeId id) { return "member." + std::to_string(id.value()); }

std::size_t cut_links(const Frame& frame) {
  return static_cast<std::size_t>(
      std::count_if(frame.links.begin(), frame.links.end(), [](const LinkView& link) { return link.cut; }));
}

// A cluster with a leader, paused, at the end of its branch.
struct ClusterUnderPointer : Screen {
  explicit ClusterUnderPointer(Vec2 size = {1280, 800}) : Screen(size) {
    REQUIRE(app().open("first_election").ok());
    play_until(700'000);
    REQUIRE(current_leader(frame()) != nullptr);
  }
  NodeId leader() const { return current_leader(frame())->id; }
  NodeId follower() const { return NodeId(leader().value() == 1 ? 2 : 1); }
  Vec2 at(const std::string& name) const { return region(name).center(); }
  const MemberView& member(NodeId id) const { return *find_member(frame(), id); }
};

// From the left edge of the stage to the right, above the two lowest members.
std::vector<Vec2> stroke_over(const ClusterUnderPointer& cluster) {
  const Rect stage = cluster.region("stage");
  const float y = (cluster.at("member.2").y + cluster.at("member.3").y) / 2;
  return {{stage.x + 3, y}, {stage.right() - 3, y}};
}

}  // namespace

TEST_SUITE("pointer") {
  TEST_CASE("until the person chooses, the leader is shown") {
    Screen screen;
    REQUIRE(screen.app().open("first_election").ok());
    screen.app().set_playing(false);
    screen.draw(2);
    EXPECT(screen.view("selected") == "0");
    EXPECT(screen.has("overview.put"));
    screen.play_until(700'000);
    EXPECT(screen.view("selected") == std::to_string(current_leader(screen.frame())->id.value()));
    screen.key(ImGuiKey_Escape);
    EXPECT(screen.view("selected") == "0");
    screen.draw(20);
    EXPECT(screen.view("selected") == "0");
  }

  TEST_CASE("a click on a member selects it, a click beside it clears") {
    ClusterUnderPointer cluster;
    cluster.click("member.3");
    EXPECT(cluster.view("selected") == "3");
    cluster.click("member.5");
    EXPECT(cluster.view("selected") == "5");
    const Rect stage = cluster.region("stage");
    cluster.click_at(stage.min() + Vec2{8, stage.h / 2});
    EXPECT(cluster.view("selected") == "0");
  }

  TEST_CASE("in a still picture no message hides another of the same way that does not look like it") {
    for (const Vec2 size : {Vec2{1280, 800}, Vec2{390, 844}}) {
      Host host;
      host.reduced_motion = true;
      Screen screen(size, host);
      REQUIRE(screen.app().open("fifty_clients").ok());
      screen.app().set_playing(false);
      screen.app().seek(2'000'000);
      screen.draw(10);
      const std::vector<MessageView>& all = screen.frame().messages;
      std::map<std::uint64_t, Vec2> places;
      for (const MessageView& m : all) {
        const std::string name = "message." + std::to_string(m.id);
        places[m.id] = screen.has(name) ? screen.region(name).center() : Vec2{-1000, -1000};
      }
      std::size_t hidden = 0;
      std::size_t pairs = 0;
      for (const MessageView& a : all) {
        for (const MessageView& b : all) {
          if (a.id >= b.id || a.message.from != b.message.from || a.message.to != b.message.to) continue;
          if (a.message.type == b.message.type) continue;
          ++pairs;
          hidden += length(places[a.id] - places[b.id]) < 14 ? 1 : 0;
        }
      }
      EXPECT(pairs > 100);
      EXPECT(hidden == 0);
    }
  }

  TEST_CASE("a click on what is selected of a bundle takes the next of it") {
    Host host;
    host.reduced_motion = true;
    Screen screen({1280, 800}, host);
    REQUIRE(screen.app().open("fifty_clients").ok());
    screen.app().set_playing(false);
    screen.app().seek(2'000'000);
    screen.draw(10);
    std::map<std::pair<float, float>, std::vector<std::uint64_t>> places;
    for (const MessageView& m : screen.frame().messages) {
      const Vec2 at = screen.region("message." + std::to_string(m.id)).center();
      places[{at.x, at.y}].push_back(m.id);
    }
    const auto bundle = std::find_if(places.begin(), places.end(),
                                     [](const auto& place) { return place.second.size() == 3; });
    REQUIRE(bundle != places.end());
    const Vec2 at{bundle->first.first, bundle->first.second};
    std::set<std::string> seen;
    for (int i = 0; i < 3; ++i) {
      screen.click_at(at);
      seen.insert(screen.view("message"));
    }
    std::set<std::string> all;
    for (const std::uint64_t id : bundle->second) all.insert(std::to_string(id));
    EXPECT(seen == all);
  }

  TEST_CASE("each button of the inspector acts") {
    ClusterUnderPointer cluster;
    const NodeId id = cluster.follower();
    cluster.click(member_name(id));
    cluster.click("act.crash");
    EXPECT(cluster.member(id).process == Process::Crashed);
    cluster.click("act.restart");
    EXPECT(cluster.member(id).process == Process::Running);
    cluster.click("act.pause");
    EXPECT(cluster.member(id).process == Process::Paused);
    cluster.click("act.resume");
    EXPECT(cluster.member(id).process == Process::Running);
    cluster.click("act.isolate");
    EXPECT(cut_links(cluster.frame()) == 8);
    EXPECT(cluster.frame().islands.size() == 2);
    const std::size_t requests = cluster.frame().requests.size();
    cluster.click("act.propose");
    REQUIRE(cluster.frame().requests.size() == requests + 1);
    EXPECT(cluster.frame().requests.back().node == id);
    cluster.click("act.timeout");
    EXPECT(cluster.member(id).status.soft_state.role == raft::Role::PreCandidate);
    EXPECT(cluster.frame().branches.size() == 1);  // at the end of a branch, acts join it
  }

  TEST_CASE("a leader hands over") {
    ClusterUnderPointer cluster;
    const NodeId old_leader = cluster.leader();
    const raft::Term term = cluster.member(old_leader).status.hard_state.term;
    cluster.click(member_name(old_leader));
    cluster.click("act.transfer");
    cluster.play_until(cluster.frame().time_us + 300'000);
    EXPECT(cluster.leader() != old_leader);
    EXPECT(cluster.member(cluster.leader()).status.hard_state.term > term);
  }

  TEST_CASE("the menu offers the same acts, and the right button opens it where the pointer is") {
    ClusterUnderPointer cluster;
    cluster.click("member.4", ImGuiMouseButton_Right);
    EXPECT(cluster.view("popup") == "true");
    EXPECT(cluster.view("selected") == "4");
    cluster.click("menu.crash");
    EXPECT(cluster.view("popup") == "false");
    EXPECT(cluster.member(NodeId(4)).process == Process::Crashed);
    const Rect stage = cluster.region("stage");
    cluster.click_at(stage.min() + Vec2{8, stage.h / 2}, ImGuiMouseButton_Right);
    const std::size_t requests = cluster.frame().requests.size();
    cluster.click("menu.put");
    EXPECT(cluster.frame().requests.size() == requests + 1);
  }

  TEST_CASE("a stroke counts although nothing was drawn between its beginning and its end") {
    ClusterUnderPointer cluster;
    cluster.quick_drag(stroke_over(cluster));
    EXPECT(cluster.frame().islands.size() == 2);
    const Vec2 before = cluster.at("member.1");
    cluster.quick_drag({before, before + Vec2{40, 30}});
    EXPECT(length(cluster.at("member.1") - (before + Vec2{40, 30})) < 1);
  }

  TEST_CASE("a click counts although nothing was drawn between moving there, pressing and letting go") {
    ClusterUnderPointer cluster;
    cluster.quick_click("member.2");
    EXPECT(cluster.view("selected") == "2");
    cluster.quick_click("act.pause");
    EXPECT(cluster.member(NodeId(2)).process == Process::Paused);
    cluster.quick_click("member.4", ImGuiMouseButton_Right);
    REQUIRE(cluster.has("menu.crash"));
    cluster.quick_click("menu.crash");
    EXPECT(cluster.member(NodeId(4)).process == Process::Crashed);
    cluster.quick_click("client");
    EXPECT(cluster.frame().requests.size() == 1);
    EXPECT(cluster.view("selected") == "4");  // the client lies on the stage, which did not take the click
    cluster.quick_click("link.1.3");
    EXPECT(find_link(cluster.frame(), NodeId(1), NodeId(3))->cut);
    const std::uint64_t event = cluster.frame().event;
    cluster.quick_click("transport.back");
    EXPECT(cluster.frame().event == event - 1);
    cluster.quick_click("client");
    REQUIRE(cluster.has("timeline.branch.0"));
    cluster.quick_click("timeline.branch.0");
    EXPECT(cluster.frame().branch == 0);
  }

  TEST_CASE("holding still opens the menu, as on a touch screen") {
    ClusterUnderPointer cluster;
    cluster.move(cluster.at("member.2"));
    cluster.press();
    cluster.draw(60);
    EXPECT(cluster.view("popup") == "true");
    EXPECT(cluster.has("menu.crash"));
    cluster.release();
    EXPECT(cluster.view("popup") == "true");
    cluster.click("menu.pause");
    EXPECT(cluster.member(NodeId(2)).process == Process::Paused);
  }

  TEST_CASE("a stroke over the links is a partition; a click on the cut heals it") {
    ClusterUnderPointer cluster;
    cluster.drag(stroke_over(cluster));
    REQUIRE(cluster.frame().islands.size() == 2);
    EXPECT(cluster.frame().islands[0] == std::vector<NodeId>{NodeId(1), NodeId(2), NodeId(5)});
    EXPECT(cluster.frame().islands[1] == std::vector<NodeId>{NodeId(3), NodeId(4)});
    REQUIRE(cluster.has("cut.0"));
    cluster.click("cut.0");
    EXPECT(cluster.frame().islands.size() == 1);
    EXPECT(cut_links(cluster.frame()) == 0);
  }

  TEST_CASE("a member dragged over the cut changes sides; dragged about on its side it does not") {
    ClusterUnderPointer cluster;
    cluster.drag(stroke_over(cluster));
    REQUIRE(cluster.frame().islands.size() == 2);
    const Vec2 s1 = cluster.at("member.1");
    cluster.drag({s1, s1 + Vec2{60, 10}});
    EXPECT(cluster.frame().islands[0].size() == 3);
    EXPECT(length(cluster.at("member.1") - s1) > 40);
    const Vec2 s5 = cluster.at("member.5");
    const Vec2 s4 = cluster.at("member.4");
    cluster.drag({s5, {s4.x - 110, s4.y}});
    REQUIRE(cluster.frame().islands.size() == 2);
    EXPECT(cluster.frame().islands[0] == std::vector<NodeId>{NodeId(1), NodeId(2)});
    EXPECT(cluster.frame().islands[1] == std::vector<NodeId>{NodeId(3), NodeId(4), NodeId(5)});
  }

  TEST_CASE("a member that is put on another one moves aside") {
    ClusterUnderPointer cluster;
    cluster.drag({cluster.at("member.5"), cluster.at("member.4") + Vec2{3, 0}});
    EXPECT(length(cluster.at("member.5") - cluster.at("member.4")) >= cluster.region("member.4").w / 0.6F);
  }

  TEST_CASE("a click on the end of a link cuts that direction, another one heals it") {
    ClusterUnderPointer cluster;
    cluster.click("link.1.3");
    EXPECT(find_link(cluster.frame(), NodeId(1), NodeId(3))->cut);
    EXPECT(cut_links(cluster.frame()) == 1);
    cluster.click("link.1.3");
    EXPECT(cut_links(cluster.frame()) == 0);
  }

  TEST_CASE("the client writes") {
    ClusterUnderPointer cluster;
    cluster.click("client");
    REQUIRE(cluster.frame().requests.size() == 1);
    cluster.play_until(cluster.frame().time_us + 200'000);
    EXPECT(cluster.frame().requests[0].state.rfind("committed", 0) == 0);
  }

  TEST_CASE("step back restores the digest, step by step to the beginning and no further") {
    Screen screen;
    REQUIRE(screen.app().open("first_election").ok());
    screen.app().set_playing(false);
    screen.draw(2);
    std::vector<std::uint64_t> digests{screen.frame().digest};
    for (int i = 0; i < 12; ++i) {
      screen.click("transport.step");
      EXPECT(screen.frame().event == digests.size());
      digests.push_back(screen.frame().digest);
    }
    while (digests.size() > 1) {
      digests.pop_back();
      screen.click("transport.back");
      EXPECT(screen.frame().event == digests.size() - 1);
      EXPECT(screen.frame().digest == digests.back());
    }
    screen.click("transport.back");
    EXPECT(screen.frame().event == 0);
    EXPECT(screen.frame().digest == digests.front());
    EXPECT(screen.frame().time_us == 0);
  }

  TEST_CASE("acting in the past makes a branch, and the old future can be had again") {
    ClusterUnderPointer cluster;
    const std::uint64_t end = cluster.frame().event;
    const std::uint64_t digest = cluster.frame().digest;
    for (int i = 0; i < 5; ++i) cluster.click("transport.back");
    cluster.click(member_name(cluster.leader()), ImGuiMouseButton_Right);
    cluster.click("menu.crash");
    REQUIRE(cluster.frame().branches.size() == 2);
    EXPECT(cluster.frame().branch == 1);
    EXPECT(cluster.view("notice").find("New branch") == 0);
    cluster.click("branches");
    cluster.click("branch.0");
    EXPECT(cluster.frame().branch == 0);
    cluster.click("transport.end");
    EXPECT(cluster.frame().event == end);
    EXPECT(cluster.frame().digest == digest);
  }

  TEST_CASE("undo goes to just before the last act") {
    ClusterUnderPointer cluster;
    const std::uint64_t digest = cluster.frame().digest;
    cluster.click("client");
    EXPECT(cluster.frame().digest != digest);
    cluster.click("branches");
    cluster.click("branches.undo");
    EXPECT(cluster.frame().digest == digest);
    EXPECT(cluster.frame().requests.empty());
  }

  TEST_CASE("the timeline: a click goes there, a drag scrubs, the wheel steps") {
    ClusterUnderPointer cluster;
    const Rect line = cluster.region("timeline");
    cluster.click_at({line.x + line.w * 0.3F, line.center().y});
    const std::int64_t there = cluster.frame().time_us;
    EXPECT(there > 100'000);
    EXPECT(there < 700'000);
    cluster.drag({{line.x + line.w * 0.3F, line.center().y}, {line.x + 14, line.center().y}});
    EXPECT(cluster.frame().time_us < 20'000);
    const std::uint64_t event = cluster.frame().event;
    cluster.wheel(-1);
    EXPECT(cluster.frame().event == event + 1);
    cluster.wheel(1);
    EXPECT(cluster.frame().event == event);
    EXPECT(cluster.frame().branches.size() == 1);
  }

  TEST_CASE("a line of the story goes to its moment") {
    ClusterUnderPointer cluster;
    const lab::StoryLine last = cluster.frame().story.back();
    cluster.click("story." + std::to_string(cluster.frame().story.size() - 1));
    EXPECT(cluster.frame().event == last.event);
    EXPECT(cluster.frame().time_us == last.time_us);
  }

  TEST_CASE("a message can be looked at") {
    ClusterUnderPointer cluster;
    while (cluster.frame().messages.empty()) cluster.click("transport.step");
    const MessageView& message = cluster.frame().messages.front();
    const std::string name = "message." + std::to_string(message.id);
    // Half way, so that it is clear of the members.
    cluster.app().seek((message.sent_us + message.deliver_us) / 2);
    cluster.draw(60);
    REQUIRE(cluster.has(name));
    cluster.click(name);
    EXPECT(cluster.view("message") == name.substr(8));
  }

  TEST_CASE("narrow, a member is shown under its tab and can be acted on") {
    ClusterUnderPointer cluster({390, 844});
    cluster.click("member.3");
    EXPECT(cluster.view("selected") == "3");
    REQUIRE(cluster.has("act.crash"));
    cluster.click("act.crash");
    EXPECT(cluster.member(NodeId(3)).process == Process::Crashed);
  }

  TEST_CASE("what makes no sense is refused with a reason") {
    ClusterUnderPointer cluster;
    cluster.click("member.2");
    cluster.key(ImGuiKey_R);
    EXPECT(cluster.view("notice") == "restart: S2 is not crashed");
    EXPECT(cluster.has("notice"));
  }
}

}  // namespace raftarium::viz
