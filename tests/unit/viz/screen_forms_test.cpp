// Acts in full: everything that can be said of one is written in a form, by keys alone. Asserted on the engine's state.

#include <algorithm>

#include "screen.h"
#include "support/test.h"
#include "viz/acts.h"

namespace raftarium::viz {
namespace {

using raft::NodeId;

// A cluster of five with a leader, paused, S2 selected.
struct Writing : Screen {
  Writing() {
    REQUIRE(app().open("first_election").ok());
    play_until(700'000);
    key(ImGuiKey_2);
  }
  void palette(const std::string& words, const std::string& name) {
    type("/");
    type(words);
    REQUIRE(has("palette." + name));
    click("palette." + name);
    REQUIRE_MESSAGE(has("form.do"), name);
  }
  void go_to(const std::string& field) {
    for (int i = 0; i < 40 && view("focus") != "form." + field; ++i) key(ImGuiKey_Tab);
    REQUIRE_MESSAGE(view("focus") == "form." + field, field);
  }
  void write(const std::string& field, const std::string& text) {
    go_to(field);
    type(text);
  }
  void turn(const std::string& field, int times) {
    go_to(field);
    for (int i = 0; i < times; ++i) key(ImGuiKey_RightArrow);
    for (int i = 0; i > times; --i) key(ImGuiKey_LeftArrow);
  }
  void done() {
    key(ImGuiKey_Enter);
    EXPECT(view("popup") == "false");
    const std::string notice = view("notice");
    EXPECT_MESSAGE((notice.find(": ") == std::string::npos || notice.find("New branch") == 0), notice);
  }
  const MemberView& member(std::uint64_t id) const { return *find_member(frame(), NodeId(id)); }
  const LinkView& link(std::uint64_t from, std::uint64_t to) const {
    return *find_link(frame(), NodeId(from), NodeId(to));
  }
};

}  // namespace

TEST_SUITE("forms on the screen") {
  // All of it is there before the first picture is drawn; `real_s` is what a picture then takes.
  TEST_CASE("what is typed without a look at the screen arrives in order") {
    for (const double real_s : {0.01, 0.1}) {
      CAPTURE(real_s);
      Writing screen;
      const std::int64_t now_us = screen.frame().time_us;
      ImGuiKey held = ImGuiKey_None;  // as quick typists do, until the next one is down
      const auto stroke = [&](ImGuiKey key, unsigned letter = 0) {
        ImGuiIO& io = ImGui::GetIO();
        io.AddKeyEvent(key, true);
        if (letter != 0) io.AddInputCharacter(letter);
        if (held != ImGuiKey_None) io.AddKeyEvent(held, false);
        held = key;
      };
      stroke(ImGuiKey_Slash, '/');
      for (const char letter : std::string("every link set")) {
        const int key = letter == ' ' ? ImGuiKey_Space : ImGuiKey_A + (letter - 'a');
        stroke(static_cast<ImGuiKey>(key), static_cast<unsigned>(letter));
      }
      stroke(ImGuiKey_Enter);
      stroke(ImGuiKey_2, '2');
      stroke(ImGuiKey_5, '5');
      stroke(ImGuiKey_Tab);
      stroke(ImGuiKey_3, '3');
      stroke(ImGuiKey_Backspace);
      stroke(ImGuiKey_4, '4');
      stroke(ImGuiKey_Enter);
      screen.draw(40, real_s);
      EXPECT(screen.view("popup") == "false");
      EXPECT(screen.view("selected") == "2");  // the digits meant no member, the letters nothing
      EXPECT(screen.frame().time_us == now_us);
      EXPECT(screen.link(1, 2).latency_min_us == 25'000);
      EXPECT(screen.link(1, 2).latency_mean_us == 4'000);
    }
  }

  TEST_CASE("a link is set from its menu, each field where Tab and the arrows lead") {
    Writing screen;
    screen.key(ImGuiKey_J);
    screen.key(ImGuiKey_Enter);
    screen.key(ImGuiKey_UpArrow);  // the last row
    EXPECT(screen.view("focus") == "menu.link.set");
    screen.key(ImGuiKey_Enter);
    EXPECT(screen.view("focus") == "form.latency");
    screen.key(ImGuiKey_Tab);
    EXPECT(screen.view("focus") == "form.spread");
    screen.key(ImGuiKey_Tab, ImGuiMod_Shift);
    EXPECT(screen.view("focus") == "form.latency");
    screen.type("25");
    screen.key(ImGuiKey_DownArrow);
    screen.type("1.5");
    screen.write("loss", "12.5");
    screen.turn("clogged", 1);
    screen.key(ImGuiKey_UpArrow);
    EXPECT(screen.view("focus") == "form.replay");
    screen.type("0.01");
    screen.done();
    const sim::LinkSettings wanted{25'000, 1'500, 125'000, 0, 100, true};
    EXPECT(static_cast<const sim::LinkSettings&>(screen.link(2, 1)) == wanted);
    EXPECT_FALSE(screen.link(1, 2).clogged);
  }

  TEST_CASE("what cannot be meant is told and may be mended; who leaves it leaves everything as it was") {
    Writing screen;
    const std::uint64_t digest = screen.frame().digest;
    screen.palette("every link set", "links.set");
    screen.write("loss", "lots");
    screen.key(ImGuiKey_Enter);
    EXPECT(screen.has("form.error"));
    EXPECT(screen.view("popup") == "true");
    EXPECT(screen.frame().digest == digest);
    screen.go_to("latency");  // what the keyboard comes to is written anew
    screen.write("loss", "101");
    screen.key(ImGuiKey_Enter);
    EXPECT(screen.has("form.error"));
    screen.go_to("latency");
    screen.write("loss", "100");
    screen.done();
    EXPECT(std::all_of(screen.frame().links.begin(), screen.frame().links.end(),
                       [](const LinkView& link) { return link.loss_per_million == 1'000'000; }));
    screen.key(ImGuiKey_U);
    EXPECT(screen.frame().digest == digest);
    const auto leaves = [&](const char* how, const auto& leave) {
      CAPTURE(std::string(how));
      screen.palette("every link set", "links.set");
      screen.write("loss", "50");
      leave();
      EXPECT(screen.view("popup") == "false");
      EXPECT(screen.frame().digest == digest);
    };
    leaves("Escape", [&] { screen.key(ImGuiKey_Escape); });
    leaves("a click", [&] { screen.click("form.leave"); });
    leaves("Enter on it", [&] {
      screen.go_to("leave");
      screen.key(ImGuiKey_Enter);
    });
  }

  TEST_CASE("a field that is clicked has the keyboard, and is written anew") {
    Writing screen;
    screen.palette("every link set", "links.set");
    screen.click("form.loss");
    EXPECT(screen.view("focus") == "form.loss");
    screen.type("7");
    screen.click("form.latency");
    screen.type("8");
    screen.done();
    EXPECT(screen.link(4, 5).loss_per_million == 70'000);
    EXPECT(screen.link(4, 5).latency_min_us == 8'000);
  }

  TEST_CASE("the Enter that opened a form does not do it, however long it is held") {
    Writing screen;
    const std::uint64_t digest = screen.frame().digest;
    screen.type("/");
    screen.type("every link set");
    ImGui::GetIO().AddKeyEvent(ImGuiKey_Enter, true);
    screen.draw(6, 0.4);
    EXPECT(screen.has("form.do"));
    EXPECT(screen.frame().digest == digest);
    ImGui::GetIO().AddKeyEvent(ImGuiKey_Enter, false);
    screen.draw(2);
    screen.done();
    EXPECT(screen.frame().digest != digest);
  }

  TEST_CASE("letters in a field are words, not keys") {
    Writing screen;
    screen.palette("client write", "client.put_as");
    screen.write("key", "crash");
    screen.write("value", "zip");
    screen.turn("session", -1);
    screen.turn("through", 1);
    screen.done();
    EXPECT(screen.member(2).process == Process::Running);
    const RequestView& request = screen.frame().requests.back();
    EXPECT(request.text.find("crash=zip") != std::string::npos);
    EXPECT_FALSE(request.session);
    EXPECT(request.node == NodeId(3));
  }

  TEST_CASE("disks, processes and clocks take any value, one or every") {
    Writing screen;
    screen.palette("disk of s2: set", "disk.set");
    screen.write("sync", "7");
    screen.write("read_error", "0.5");
    screen.done();
    EXPECT(screen.member(2).disk.sync_min_us == 7'000);
    EXPECT(screen.member(2).disk.read_error_per_million == 5'000);
    EXPECT(screen.member(3).disk == sim::DiskSettings{});
    screen.palette("every disk: set", "disks.set");
    screen.write("short_write", "2");
    screen.done();
    EXPECT(screen.member(5).disk.short_write_per_million == 20'000);
    screen.palette("every process: set", "processes.set");
    screen.write("step", "3");
    screen.write("stall", "1");
    screen.write("stall_time", "90");
    screen.done();
    EXPECT(screen.member(4).pace == sim::ProcessSettings{3'000, 10'000, 90'000});
    screen.type("/");
    screen.type("every process: quick");
    screen.key(ImGuiKey_Enter);
    EXPECT(screen.member(4).pace == sim::ProcessSettings{});
  }

  TEST_CASE("a clock drifts and jumps by what is written") {
    Writing screen;
    const std::int64_t left = screen.member(2).timer_left_us;
    screen.palette("clock of s2: jump", "clock.jump_by");
    screen.write("delay", "50");
    screen.done();
    EXPECT(std::abs(left - screen.member(2).timer_left_us - 50'000) <= 10'000);  // in whole ticks
    screen.palette("clock of s2: run", "clock.drift");
    screen.write("drift", "-12.5");
    screen.done();
    EXPECT(screen.member(2).drift_ppm == -125'000);
  }

  TEST_CASE("the network is parted as it is written, or at random by size") {
    Writing screen;
    screen.palette("network part", "partition.as");
    screen.write("sides", "2 4 | 1 | 3 5");
    screen.done();
    const std::vector<std::vector<NodeId>> wanted = {
        {NodeId(1)}, {NodeId(2), NodeId(4)}, {NodeId(3), NodeId(5)}};
    EXPECT(screen.frame().islands == wanted);
    screen.key(ImGuiKey_H);
    screen.palette("part random", "partition.size");
    screen.write("size", "1");
    screen.done();
    REQUIRE(screen.frame().islands.size() == 2);
    EXPECT(std::min(screen.frame().islands[0].size(), screen.frame().islands[1].size()) == 1);
  }

  TEST_CASE("a joint configuration that leaves by itself, of one change") {
    Writing screen;
    const std::uint64_t one = current_leader(screen.frame())->id.value() == 1 ? 2 : 1;
    screen.palette("membership change", "members.change");
    screen.turn(std::to_string(one), 2);
    screen.turn("transition", 1);
    screen.done();
    bool joint = false;
    for (int i = 0; i < 600 && !joint; ++i) {
      screen.key(ImGuiKey_RightArrow);
      joint = !screen.frame().configuration.voters_outgoing.empty();
    }
    EXPECT(joint);
    screen.play_until(screen.frame().time_us + 400'000);
    EXPECT(screen.frame().configuration.voters_outgoing.empty());
    EXPECT(standing_of(screen.frame().configuration, NodeId(one)) == Standing::Learner);
  }

  TEST_CASE("clients are as busy as is written, and read as they are told") {
    Writing screen;
    screen.palette("busy", "client.load_as");
    screen.write("key", "busy");
    screen.write("count", "7");
    screen.write("reads", "50");
    screen.turn("mode", -1);  // the last of three
    screen.turn("session", -1);
    screen.done();
    EXPECT(screen.frame().story.back().why.find("50 % are reads (serializable)") != std::string::npos);
    screen.play_until(screen.frame().time_us + 3'000'000);
    int asked = 0;
    int written = 0;
    for (const RequestView& request : screen.frame().requests) {
      if (request.text.find(" busy") == std::string::npos) continue;  // the scenario has some of its own
      ++asked;
      if (request.read) continue;
      ++written;
      EXPECT_FALSE(request.session);
    }
    EXPECT(asked == 7);
    EXPECT(written > 0);
    EXPECT(written < 7);
  }

  TEST_CASE("a nemesis strikes as often as is written, with the faults that are chosen") {
    Writing screen;
    screen.palette("nemesis", "nemesis.as");
    screen.write("strikes", "3");
    for (const char* fault : {"crash", "partition", "cut", "clog", "delay", "drift", "jump"})
      screen.turn(fault, 1);
    screen.done();
    EXPECT(screen.frame().story.back().what == "A nemesis begins: it will strike 3 times.");
    screen.play_until(screen.frame().time_us + 9'000'000);
    int paused = 0;
    for (const lab::StoryLine& line : screen.frame().story) {
      paused += line.what.find(" is paused") != std::string::npos ? 1 : 0;
      EXPECT_MESSAGE(line.what.find("crashes") == std::string::npos, line.what);
    }
    EXPECT(paused == 3);
  }

  TEST_CASE("leadership goes to whom is written, a message comes later by as much") {
    Writing screen;
    const std::uint64_t leader = current_leader(screen.frame())->id.value();
    const std::uint64_t offered = leader == 1 ? 2 : 1;
    const std::uint64_t wanted = offered + 2 == leader ? offered + 3 : offered + 2;
    screen.key(static_cast<ImGuiKey>(ImGuiKey_0 + static_cast<int>(leader)));
    screen.palette("hand", "members.hand_over");
    screen.turn("to", static_cast<int>(wanted - offered));
    screen.done();
    screen.play_until(screen.frame().time_us + 100'000);
    EXPECT(current_leader(screen.frame())->id == NodeId(wanted));
    for (int i = 0; i < 100 && screen.frame().messages.empty(); ++i) screen.key(ImGuiKey_RightArrow);
    screen.key(ImGuiKey_N);
    const std::uint64_t id = std::stoull(screen.view("message"));
    const auto due = [&] {
      for (const MessageView& message : screen.frame().messages) {
        if (message.id == id) return message.deliver_us;
      }
      return std::int64_t{-1};
    };
    const std::int64_t before = due();
    screen.palette("delay by", "message.delay_by");
    screen.write("delay", "12");
    screen.done();
    EXPECT(due() == before + 12'000);
  }

  TEST_CASE("any byte of any file is damaged") {
    Writing screen;
    screen.click("tab.disk");
    const RecordView record = screen.frame().disk->records[1];
    std::vector<std::string> found;
    for (const char* bit : {"3", "5"}) {
      screen.palette("damage", "disk.damage_at");
      screen.write("byte", std::to_string(record.offset + 40));
      screen.write("bit", bit);
      screen.done();
      found.push_back(screen.frame().disk->damage);
      EXPECT_MESSAGE(found.back().find("+" + std::to_string(record.offset) + ":") != std::string::npos,
                     found.back());
      screen.key(ImGuiKey_U);
      EXPECT(screen.frame().disk->damage.empty());
    }
    EXPECT(found[0] != found[1]);  // what the checksum is found to be
  }
}

}  // namespace raftarium::viz
