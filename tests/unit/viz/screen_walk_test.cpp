// Whatever the pointer can come to, the keyboard can come to, and do there what is done there. Asserted on the
// engine's state.

#include <algorithm>

#include "screen.h"
#include "storage/memory_file.h"
#include "support/test.h"
#include "viz/acts.h"

namespace raftarium::viz {
namespace {

using raft::NodeId;

// A cluster of five with a leader and with messages in flight, paused.
struct Walker : Screen {
  explicit Walker(Vec2 size = {1280, 800}) : Screen(size) {
    REQUIRE(app().open("first_election").ok());
    play_until(700'000);
    REQUIRE(current_leader(frame()) != nullptr);
    for (int i = 0; i < 200 && frame().messages.size() < 3; ++i) key(ImGuiKey_RightArrow);
    REQUIRE(frame().messages.size() >= 3);  // of two, the one after is the one before
  }
  void tab_to(const std::string& name) {
    for (int i = 0; i < 80 && view("focus") != name; ++i) key(ImGuiKey_Tab);
    REQUIRE(view("focus") == name);
  }
  // With Ctrl and Shift.
  void chord(ImGuiKey pressed) {
    ImGui::GetIO().AddKeyEvent(ImGuiMod_Ctrl, true);
    key(pressed, ImGuiMod_Shift);
    ImGui::GetIO().AddKeyEvent(ImGuiMod_Ctrl, false);
    draw(2);
  }
  // Row `at` of the menu that is open, counted from 0.
  void choose(int at) {
    for (int i = 0; i <= at; ++i) key(ImGuiKey_DownArrow);
    key(ImGuiKey_Enter);
  }
  std::uint64_t message() const { return std::stoull(view("message")); }
  const MessageView* flying(std::uint64_t id) const {
    for (const MessageView& view : frame().messages) {
      if (view.id == id) return &view;
    }
    return nullptr;
  }
  // What became of a message; REQUIRES: it is selected.
  const lab::TracedMessage& traced(std::uint64_t id) const {
    const auto& all = frame().trace;
    const auto found = std::find_if(all.begin(), all.end(), [&](const auto& m) { return m.id == id; });
    REQUIRE(found != all.end());
    return *found;
  }
  float zoom() const { return std::stof(view("zoom")); }
};

}  // namespace

TEST_SUITE("walking") {
  TEST_CASE("Tab goes from the top bar over the stage to what is beside and under it") {
    Walker walker;
    std::vector<std::string> seen;
    for (int i = 0; i < 80; ++i) {
      walker.key(ImGuiKey_Tab);
      if (std::find(seen.begin(), seen.end(), walker.view("focus")) != seen.end()) break;
      seen.push_back(walker.view("focus"));
    }
    EXPECT(walker.view("focus") == seen.front());
    const std::vector<std::string> wanted = {
        "scenarios", "branches",      "transport.start", "transport.play", "speed",  "help",
        "theme",     "stage.members", "stage.messages",  "stage.links",    "client", "act.crash",
        "story",     "properties",    "tab.logs",        "tab.metrics",    "logs"};
    auto from = seen.begin();
    for (const std::string& name : wanted) {
      const auto at = std::find(from, seen.end(), name);
      EXPECT_MESSAGE(at != seen.end(), name);
      if (at != seen.end()) from = at;
    }
  }

  TEST_CASE("N goes through the messages in flight, Enter has what can be done with one") {
    Walker walker;
    const auto ids = [&] {
      std::vector<std::uint64_t> all;
      for (const MessageView& message : walker.frame().messages) all.push_back(message.id);
      return all;
    };
    const std::vector<std::uint64_t> all = ids();
    walker.key(ImGuiKey_N);
    EXPECT(walker.message() == all.front());
    walker.key(ImGuiKey_N);
    EXPECT(walker.message() == all[1]);
    walker.key(ImGuiKey_N, ImGuiMod_Shift);
    walker.key(ImGuiKey_N, ImGuiMod_Shift);
    EXPECT(walker.message() == all.back());
    const std::uint64_t id = walker.message();
    const std::uint64_t digest = walker.frame().digest;
    const auto does = [&](int row, auto holds) {
      CAPTURE(row);
      walker.key(ImGuiKey_Enter);
      REQUIRE(walker.has("menu.message.drop"));
      walker.choose(row);
      EXPECT(walker.view("popup") == "false");
      EXPECT(holds());
      walker.key(ImGuiKey_U);
      EXPECT(walker.frame().digest == digest);
    };
    const std::int64_t due = walker.flying(id)->deliver_us;
    does(0, [&] { return walker.flying(id) == nullptr && walker.traced(id).lost; });
    does(1, [&] { return walker.flying(id)->deliver_us > due; });
    does(3, [&] { return walker.frame().messages.size() == all.size() + 1; });
    does(4, [&] {
      const MessageView* message = walker.flying(id);
      return message != nullptr && message->deliver_us <= walker.frame().time_us;  // with the next event
    });
  }

  TEST_CASE("J goes through the links, X cuts the one that it is on in its direction alone") {
    Walker walker;
    walker.key(ImGuiKey_2);
    walker.key(ImGuiKey_J);
    EXPECT(walker.view("link") == "[2,1]");
    walker.key(ImGuiKey_J);
    EXPECT(walker.view("link") == "[2,3]");
    walker.key(ImGuiKey_X);
    EXPECT(find_link(walker.frame(), NodeId(2), NodeId(3))->cut);
    EXPECT_FALSE(find_link(walker.frame(), NodeId(3), NodeId(2))->cut);
    EXPECT(walker.view("cutting") == "false");
    walker.key(ImGuiKey_X);
    EXPECT_FALSE(find_link(walker.frame(), NodeId(2), NodeId(3))->cut);
    walker.key(ImGuiKey_Menu);
    REQUIRE(walker.has("menu.link.clog"));
    walker.choose(1);
    EXPECT(find_link(walker.frame(), NodeId(2), NodeId(3))->latency_min_us == 100'000);
    // The inspector has the same, each a stop of Tab.
    walker.tab_to("act.link.clog");
    walker.key(ImGuiKey_Enter);
    EXPECT(find_link(walker.frame(), NodeId(2), NodeId(3))->clogged);
    walker.key(ImGuiKey_2);
    EXPECT(walker.view("link") == "[0,0]");
    walker.key(ImGuiKey_X);
    EXPECT(walker.view("cutting") == "true");
  }

  TEST_CASE("the stage is three lists; what has a menu gives the keyboard back to its list") {
    Walker walker;
    walker.key(ImGuiKey_Escape);
    walker.tab_to("stage.members");
    const std::uint64_t event = walker.frame().event;
    walker.key(ImGuiKey_DownArrow);
    EXPECT(walker.view("selected") == "1");
    walker.key(ImGuiKey_DownArrow);
    EXPECT(walker.view("selected") == "2");
    EXPECT(walker.frame().event == event);  // Left and Right alone are time
    walker.key(ImGuiKey_Enter);
    walker.choose(0);
    EXPECT(find_member(walker.frame(), NodeId(2))->process == Process::Crashed);
    EXPECT(walker.view("focus") == "stage.members");
    walker.key(ImGuiKey_UpArrow);
    EXPECT(walker.view("selected") == "1");
    walker.tab_to("stage.messages");
    EXPECT(walker.view("selected") == "1");
    EXPECT(walker.view("message") == "0");  // who passes by selects nothing
    walker.key(ImGuiKey_DownArrow);
    EXPECT(walker.message() == walker.frame().messages.front().id);
    walker.tab_to("stage.links");
    walker.key(ImGuiKey_UpArrow);
    EXPECT(walker.view("link") == "[1,5]");
    EXPECT(walker.view("message") == "0");
    // Enter begins the list where nothing is chosen yet.
    walker.key(ImGuiKey_Escape);
    walker.tab_to("stage.messages");
    walker.key(ImGuiKey_Enter);
    EXPECT(walker.message() == walker.frame().messages.front().id);
    EXPECT(walker.has("menu.message.drop"));
  }

  TEST_CASE("F shows what is selected large, and everything again") {
    Walker walker;
    const Rect stage = walker.region("stage");
    walker.key(ImGuiKey_2);
    walker.key(ImGuiKey_F);
    EXPECT(walker.zoom() > 1.5F);
    const Vec2 middle = walker.region("member.2").center();
    EXPECT(std::abs(middle.x - stage.center().x) < stage.w / 8);
    EXPECT(std::abs(middle.y - stage.center().y) < stage.h / 6);
    walker.key(ImGuiKey_F);
    EXPECT(walker.zoom() == 1);
    walker.key(ImGuiKey_J);
    walker.key(ImGuiKey_J);
    REQUIRE(walker.view("link") == "[2,3]");  // one under the other, where there is less room
    walker.key(ImGuiKey_F);
    for (const char* end : {"member.2", "member.3"}) {  // the whole of them: the region is the inner part
      const Rect inner = walker.region(end);
      const Rect member = inner.inset(-inner.w / 3, -inner.h / 3);
      EXPECT_MESSAGE(stage.contains(member.min()), end);
      EXPECT_MESSAGE(stage.contains(member.max()), end);
    }
    EXPECT(walker.zoom() > 1);
    walker.key(ImGuiKey_N);
    walker.key(ImGuiKey_F);  // another subject: it, not everything
    EXPECT(walker.zoom() > 1.5F);
    const Vec2 message = walker.region("message." + walker.view("message")).center();
    EXPECT(std::abs(message.x - stage.center().x) < stage.w / 8);
    EXPECT(std::abs(message.y - stage.center().y) < stage.h / 6);
    walker.key(ImGuiKey_Escape);
    walker.key(ImGuiKey_F);
    EXPECT(walker.zoom() == 1);
  }

  TEST_CASE("A and the arrows move a member, and only on the stage") {
    Walker walker;
    walker.key(ImGuiKey_2);
    const Vec2 before = walker.region("member.2").center();
    const std::uint64_t digest = walker.frame().digest;
    walker.key(ImGuiKey_A);
    for (int i = 0; i < 3; ++i) walker.key(ImGuiKey_LeftArrow);
    for (int i = 0; i < 2; ++i) walker.key(ImGuiKey_DownArrow);
    walker.key(ImGuiKey_Enter);
    EXPECT(walker.view("arranging") == "false");
    EXPECT(walker.view("popup") == "false");
    EXPECT(walker.frame().digest == digest);
    walker.key(ImGuiKey_A);
    walker.key(ImGuiKey_Escape);
    EXPECT(walker.view("arranging") == "false");
    EXPECT(walker.view("selected") == "2");
    const Vec2 after = walker.region("member.2").center();
    EXPECT(after.x < before.x - 20);
    EXPECT(after.y > before.y + 10);
    walker.key(ImGuiKey_LeftArrow);  // time again
    EXPECT(walker.frame().digest != digest);
    EXPECT(walker.region("member.2").center() == after);
  }

  TEST_CASE("a record of the disk is chosen by the arrows and damaged from its menu") {
    Walker walker;
    walker.key(ImGuiKey_2);
    for (int i = 0; i < 4; ++i) {
      walker.key(ImGuiKey_P);
      walker.play_until(walker.frame().time_us + 200'000);
    }
    walker.click("tab.disk");
    REQUIRE(walker.frame().disk);
    const std::vector<RecordView> records = walker.frame().disk->records;
    REQUIRE(records.size() > 8);

    walker.tab_to("disk.records");
    walker.key(ImGuiKey_DownArrow);
    const RecordView chosen = records[records.size() - 2];
    EXPECT(walker.view("record") == kept(place_of(chosen)));
    const std::uint64_t digest = walker.frame().digest;
    for (const int row : {0, 1}) {
      CAPTURE(row);
      walker.key(ImGuiKey_Enter);
      REQUIRE(walker.has("menu.disk.damage"));
      walker.choose(row);
      const std::string damage = walker.frame().disk->damage;
      // A sector holds several records: the first of them is told.
      const auto first = std::find_if(records.begin(), records.end(), [&](const RecordView& record) {
        return record.offset + record.bytes >
               (row == 0 ? chosen.offset : chosen.offset / storage::kSectorBytes * storage::kSectorBytes);
      });
      const std::string where = "+" + std::to_string(first->offset);
      REQUIRE_MESSAGE(damage.find(where) != std::string::npos, damage);
      const char next = damage[damage.find(where) + where.size()];
      EXPECT_MESSAGE((next == ':' || next == ' '), damage);
      walker.key(ImGuiKey_U);
      EXPECT(walker.frame().digest == digest);
    }
    walker.tab_to("disk.records");  // for a moment there was no record that could be read
    const std::string oldest = kept(place_of(records.front()));
    REQUIRE_FALSE(walker.has("disk.record." + oldest));
    for (std::size_t i = 0; i < records.size() + 3; ++i) walker.key(ImGuiKey_DownArrow);
    EXPECT(walker.view("record") == oldest);
    EXPECT(walker.has("disk.record." + oldest));  // it has come into sight
    walker.type("/");
    walker.type("record flip");
    walker.key(ImGuiKey_Enter);
    EXPECT_FALSE(walker.frame().disk->damage.empty());
  }

  TEST_CASE("the arrows walk what happened, Enter goes to its moment") {
    Walker walker;
    const auto& story = walker.frame().story;
    // Up to the last line that is about a member, past some that are not the newest.
    std::size_t at = story.size() - 2;
    while (at > 0 && story[at].node == raft::kNone) --at;
    const lab::StoryLine line = story[at];
    REQUIRE(line.node != raft::kNone);
    walker.key(ImGuiKey_Escape);
    walker.tab_to("story");
    for (std::size_t i = story.size() - 1; i > at; --i) walker.key(ImGuiKey_UpArrow);
    EXPECT(walker.view("selected") == "0");
    walker.key(ImGuiKey_Enter);
    EXPECT(walker.frame().event == line.event);
    EXPECT(walker.view("selected") == std::to_string(line.node.value()));
  }

  TEST_CASE("the arrows walk the logs, the diagram and the clients") {
    Walker walker;
    walker.key(ImGuiKey_P);
    walker.play_until(walker.frame().time_us + 300'000);
    walker.tab_to("logs");
    walker.key(ImGuiKey_1);
    walker.key(ImGuiKey_DownArrow);
    EXPECT(walker.view("selected") == "2");
    walker.chord(ImGuiKey_LeftArrow);
    const std::uint64_t last = find_member(walker.frame(), NodeId(2))->status.last_index.value();
    EXPECT(walker.view("entry") == std::to_string(last));
    walker.chord(ImGuiKey_LeftArrow);
    EXPECT(walker.view("entry") == std::to_string(last - 1));
    walker.key(ImGuiKey_PageUp, ImGuiMod_Shift);
    EXPECT(walker.view("entry") == "1");
    walker.key(ImGuiKey_PageDown, ImGuiMod_Shift);
    EXPECT(walker.view("entry") == std::to_string(last));
    EXPECT(walker.zoom() == 1);
    walker.key(ImGuiKey_Enter);
    EXPECT(walker.has("menu.crash"));
    walker.key(ImGuiKey_Escape);
    EXPECT(walker.view("focus") == "logs");
    walker.click("tab.space_time");
    walker.tab_to("space_time");
    walker.key(ImGuiKey_UpArrow);
    EXPECT(walker.message() == walker.frame().trace.back().id);
    EXPECT(std::stoul(walker.view("led_to")) > 5);
    // What is chosen comes into sight.
    for (int i = 0; i < 8; ++i) walker.key(ImGuiKey_PageUp, ImGuiMod_Shift);
    for (int i = 0; i < 12; ++i) walker.key(ImGuiKey_UpArrow);
    const double from_us = std::stod(walker.view("from_us"));
    const auto sent_us = static_cast<double>(walker.traced(walker.message()).sent_us);
    REQUIRE(sent_us < static_cast<double>(walker.frame().time_us) - std::stod(walker.view("span_us")));
    EXPECT(from_us <= sent_us);
    EXPECT(sent_us <= from_us + std::stod(walker.view("span_us")));
    walker.click("tab.clients");
    walker.tab_to("clients");
    EXPECT_FALSE(walker.has("request.asked"));
    for (std::size_t i = 0; i < walker.frame().requests.size(); ++i) walker.key(ImGuiKey_DownArrow);
    EXPECT(walker.has("request.asked"));  // the inspector follows
    for (std::size_t i = 0; i < walker.frame().requests.size(); ++i) walker.key(ImGuiKey_UpArrow);
    walker.key(ImGuiKey_Enter);
    EXPECT(walker.view("request") == std::to_string(walker.frame().requests.back().id));
    for (std::size_t i = 0; i < walker.frame().requests.size(); ++i) walker.key(ImGuiKey_DownArrow);
    walker.key(ImGuiKey_Enter);
    const RequestView& request = walker.frame().requests.front();
    CAPTURE(request.state);
    EXPECT(walker.view("request") == std::to_string(request.id));
    EXPECT(walker.view("entry") == std::to_string(request.index.value()));
  }

  TEST_CASE("the arrows scroll what is nothing but lines, where it has more than can be seen") {
    struct Scrolled {
      const char* list;
      const char* inside;
      Vec2 size;
    };
    Walker walker;
    walker.key(ImGuiKey_2);
    walker.click("tab.disk");
    for (const Scrolled& scrolled : {Scrolled{"inspector", "act.crash", {1280, 460}},
                                     Scrolled{"disk.details", "act.disk.damage", {1280, 560}}}) {
      CAPTURE(std::string(scrolled.list));
      walker.resize(scrolled.size);
      walker.tab_to(scrolled.list);
      const auto y = [&] {
        return walker.has(scrolled.inside) ? walker.region(scrolled.inside).center().y : -1e6F;
      };
      const float before = y();
      REQUIRE(before > 0);
      const std::uint64_t event = walker.frame().event;
      walker.key(ImGuiKey_DownArrow);
      EXPECT(y() < before - 10);
      walker.key(ImGuiKey_UpArrow);
      EXPECT(y() == doctest::Approx(before));
      EXPECT(walker.frame().event == event);
    }
    walker.resize({1280, 1400});
    for (int i = 0; i < 80; ++i) {
      walker.key(ImGuiKey_Tab);
      EXPECT(walker.view("focus") != "inspector");  // all of it is in sight
    }
  }

  TEST_CASE("a member joins another side, or its side heals with it, from its menu") {
    Walker walker;
    for (const ImGuiKey alone : {ImGuiKey_3, ImGuiKey_5}) {
      walker.key(alone);
      walker.key(ImGuiKey_I);
    }
    REQUIRE(walker.frame().islands.size() == 3);
    walker.key(ImGuiKey_1);
    walker.type("/");
    walker.type("join {3}");
    walker.key(ImGuiKey_Enter);
    const std::vector<NodeId> joined = {NodeId(1), NodeId(3)};
    const auto& islands = walker.frame().islands;
    EXPECT(std::find(islands.begin(), islands.end(), joined) != islands.end());
    walker.key(ImGuiKey_Enter);
    walker.click("menu.sides");
    walker.click("menu.side.heal.2");
    const std::vector<std::vector<NodeId>> healed = {{NodeId(1), NodeId(2), NodeId(3), NodeId(4)},
                                                     {NodeId(5)}};
    EXPECT(walker.frame().islands == healed);  // S5 is no part of it
  }

  TEST_CASE("what the keyboard comes to is explained as under the pointer, and its properties are told") {
    Walker walker;
    const auto explained_at = [&](const char* name) {
      walker.tab_to(name);
      const auto words = walker.tooltip();
      const Rect area = walker.region(name);
      return words && words->x < area.right() && words->right() > area.x &&
             (words->bottom() < area.y || words->y > area.bottom());
    };
    EXPECT_FALSE(walker.tooltip());
    EXPECT(explained_at("transport.play"));
    EXPECT(explained_at("properties"));
    const std::uint64_t digest = walker.frame().digest;
    walker.key(ImGuiKey_Enter);  // nothing is broken
    EXPECT(walker.frame().digest == digest);
  }

  TEST_CASE("a click whose picture was long in coming is a click, not a rest") {
    Walker walker;
    walker.key(ImGuiKey_3);
    walker.key(ImGuiKey_I);
    const Vec2 at = walker.region("cut.0").center();
    ImGuiIO& io = ImGui::GetIO();
    io.AddMousePosEvent(at.x, at.y);
    io.AddMouseButtonEvent(ImGuiMouseButton_Left, true);
    io.AddMouseButtonEvent(ImGuiMouseButton_Left, false);
    walker.draw(3, 0.8);
    EXPECT(walker.view("popup") == "false");
    EXPECT(walker.frame().islands.size() == 1);
  }
}

}  // namespace raftarium::viz
