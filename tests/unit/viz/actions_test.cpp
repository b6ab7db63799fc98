// Every action, in words: for the selection first, none twice, found by the beginnings of its words.

#include "viz/actions.h"

#include <algorithm>
#include <set>

#include "sample_frame.h"
#include "support/test.h"

namespace raftarium::viz {
namespace {

Chrome chrome() {
  Chrome chrome;
  chrome.scenarios = {{"split_brain", "Split brain", ""}, {"first_election", "First election", ""}};
  return chrome;
}

Selection with(std::uint64_t member) {
  Selection selection;
  if (member != 0) selection.select(raft::NodeId(member));
  return selection;
}

struct Heard : CommandSink {
  std::vector<sim::Command> acts;
  std::vector<Control> controls;
  void act(sim::Command command) override { acts.push_back(std::move(command)); }
  void control(Control control) override { controls.push_back(std::move(control)); }
};

}  // namespace

TEST_SUITE("actions") {
  TEST_CASE("names are unique, labels are words") {
    for (const std::uint64_t member : {0, 1, 2}) {
      std::set<std::string> names;
      for (const Action& action : actions_for(sample_frame(), chrome(), with(member))) {
        EXPECT_MESSAGE(names.insert(action.name).second, action.name);
        EXPECT_FALSE(action.label.empty());
      }
      for (const char* name : {"put", "heal_all", "play", "step", "back", "undo", "theme", "tab.space_time",
                               "select.5", "open.split_brain", "stop.two_leaders"}) {
        EXPECT_MESSAGE(names.count(name) == 1, name);
      }
    }
  }

  TEST_CASE("what can be done to the selected member comes first, with its keys") {
    const auto actions = actions_for(sample_frame(), chrome(), with(1));
    EXPECT(actions[0].name == "crash");
    EXPECT(actions[0].label == "Crash S1");
    EXPECT(actions[0].key == "C");
    EXPECT(actions_for(sample_frame(), chrome(), with(0))[0].name == "put");
  }

  TEST_CASE("sharing is offered where it is possible") {
    Chrome can = chrome();
    can.can_share = true;
    const auto has = [](const std::vector<Action>& actions) {
      return std::any_of(actions.begin(), actions.end(), [](const Action& a) { return a.name == "share"; });
    };
    EXPECT(has(actions_for(sample_frame(), can, with(0))));
    EXPECT_FALSE(has(actions_for(sample_frame(), chrome(), with(0))));
  }

  TEST_CASE("the beginnings of words find an action, in any order and case") {
    const auto all = actions_for(sample_frame(), chrome(), with(1));
    EXPECT(matching(all, "").size() == all.size());
    REQUIRE(matching(all, "s1 CRA").size() == 1);
    EXPECT(matching(all, "s1 CRA")[0].name == "crash");
    EXPECT(matching(all, "rash").empty());
    EXPECT(matching(all, "open split")[0].name == "open.split_brain");
  }

  TEST_CASE("performing does what the words say") {
    const Frame frame = sample_frame();
    const auto all = actions_for(frame, chrome(), with(1));
    const auto perform_named = [&](const std::string& name, Selection& selection, Heard& heard) {
      const auto found =
          std::find_if(all.begin(), all.end(), [&](const Action& a) { return a.name == name; });
      REQUIRE(found != all.end());
      perform(*found, selection, heard);
    };
    Heard heard;
    Selection selection = with(1);
    perform_named("isolate", selection, heard);
    REQUIRE(heard.acts.size() == 1);
    EXPECT(sim::describe(heard.acts[0]) == "isolate S1");
    perform_named("link.1.2", selection, heard);
    EXPECT(sim::describe(heard.acts[1]) == "cut S1->S2");
    perform_named("link.1.3", selection, heard);
    EXPECT(sim::describe(heard.acts[2]) == "heal S1->S3");
    perform_named("select.4", selection, heard);
    EXPECT(selection.member == raft::NodeId(4));
    perform_named("tab.metrics", selection, heard);
    EXPECT(selection.tab == Tab::Metrics);
    perform_named("open.first_election", selection, heard);
    REQUIRE(heard.controls.size() == 1);
    EXPECT(heard.controls[0].kind == Control::Kind::OpenScenario);
    EXPECT(heard.controls[0].text == "first_election");
  }

  TEST_CASE("what the keys walk through, the palette walks through too") {
    const Frame frame = sample_frame();
    REQUIRE(frame.messages.size() > 1);
    Selection selection = with(2);
    const auto perform_named = [&](const std::string& name) {
      Heard heard;
      const auto all = actions_for(frame, chrome(), selection);
      const auto found =
          std::find_if(all.begin(), all.end(), [&](const Action& a) { return a.name == name; });
      REQUIRE_MESSAGE(found != all.end(), name);
      perform(*found, selection, heard);
    };
    perform_named("message.last");
    EXPECT(selection.message == frame.messages.back().id);
    perform_named("message.next");
    EXPECT(selection.message == frame.messages.front().id);
    perform_named("link.next");
    EXPECT(selection.link == LinkId{raft::NodeId(2), raft::NodeId(1)});
    EXPECT(selection.message == 0);
    perform_named("link.last");
    EXPECT(selection.link == LinkId{raft::NodeId(1), raft::NodeId(5)});
    perform_named("show");
    EXPECT(selection.stage.wanted == Subject{{}, selection.link, 0});
    perform_named("menu");
    EXPECT(selection.menu_wanted);
    perform_named("arrange");
    EXPECT(selection.arranging);
  }
}

}  // namespace raftarium::viz
