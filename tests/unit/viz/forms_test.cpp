// What can be said of an act, written by hand: every field comes back as it was, and what cannot be meant is told.

#include "viz/forms.h"

#include <algorithm>

#include "support/test.h"

namespace raftarium::viz {
namespace {

using raft::NodeId;
using Kind = sim::Command::Kind;

FormField& field(Form& form, const std::string& name) {
  const auto found = std::find_if(form.fields.begin(), form.fields.end(),
                                  [&](const FormField& one) { return one.name == name; });
  REQUIRE_MESSAGE(found != form.fields.end(), name);
  return *found;
}

sim::Command made(const Form& form) {
  auto command = command_of(form);
  REQUIRE_MESSAGE(command.ok(), (command.ok() ? "" : command.error().message));
  return *command;
}

std::string refusal(const Form& form) {
  const auto command = command_of(form);
  return command.ok() ? "" : command.error().message;
}

sim::Command of(Kind kind) {
  sim::Command command;
  command.kind = kind;
  command.node = NodeId(2);
  return command;
}

// One of each kind that has fields, with something in every field.
std::vector<sim::Command> samples() {
  std::vector<sim::Command> all;
  const auto add = [&](Kind kind) -> sim::Command& {
    all.push_back(of(kind));
    return all.back();
  };
  sim::Command& put = add(Kind::Put);
  put.key = "x";
  put.value = "a b";
  put.fence = "y";
  put.token = 7;
  put.no_session = true;
  sim::Command& forget = add(Kind::Delete);
  forget.key = "x";
  forget.no_session = true;
  sim::Command& read = add(Kind::Read);
  read.key = "x";
  read.mode = member::ReadMode::Serializable;
  sim::Command& swap = add(Kind::Swap);
  swap.key = "x";
  swap.expected = "1";
  swap.value = "2";
  swap.no_session = true;
  sim::Command& load = add(Kind::Load);
  load.key = "k";
  load.load = {
      .clients = 3, .open = true, .count = 50, .every_us = 1'500, .keys = 4, .reads_per_million = 125'000};
  load.mode = member::ReadMode::Lease;
  load.no_session = true;
  sim::Command& link = add(Kind::SetLink);
  link.peer = NodeId(3);
  link.link = {1'001, 20, 1, 2, 333'333, true};
  sim::Command& disk = add(Kind::SetDisk);
  disk.disk = {1, 2, 3, 4, true, true, 5, 6, 7, 8, 9, 10, 11};
  add(Kind::SetDisk).disk.full = true;
  add(Kind::SetDisk).disk.syncs_lie = true;
  add(Kind::SetProcess).process = {10, 20, 30};
  add(Kind::Drift).drift_ppm = -123'456;
  add(Kind::Jump).delay_us = 60'000'000;
  sim::Command& delay = add(Kind::Delay);
  delay.message = 12;
  delay.delay_us = 1;
  sim::Command& damage = add(Kind::Damage);
  damage.file = "00000002.snap";
  damage.offset = 99;
  damage.bit = 7;
  damage.zeroed = true;
  add(Kind::Transfer).peer = NodeId(5);
  add(Kind::Partition).groups = {{NodeId(1), NodeId(4)}, {NodeId(2)}, {NodeId(3), NodeId(5)}};
  add(Kind::Partition).size = 4;
  sim::Command& nemesis = add(Kind::Nemesis);
  nemesis.nemesis = {{sim::NemesisFault::Pause, sim::NemesisFault::Jump}, 9, 8'000, 7'000};
  sim::Command& change = add(Kind::Reconfigure);
  change.changes = {{sim::Change::Kind::AddLearner, NodeId(1)}, {sim::Change::Kind::Remove, NodeId(4)}};
  change.transition = raft::ConfChangeTransition::JointImplicit;
  add(Kind::LeaveJoint);
  return all;
}

}  // namespace

TEST_SUITE("forms") {
  TEST_CASE("what a form says of a command is that command") {
    for (const sim::Command& command : samples()) {
      CAPTURE(sim::describe(command));
      const Form said = form_for("", command, 5);
      EXPECT_FALSE(said.fields.empty());
      EXPECT(made(said) == command);
      // Nothing but what it is about is taken from elsewhere than the fields.
      sim::Command blank = of(command.kind);
      blank.message = command.message;
      blank.size = command.size;
      if (command.kind == Kind::SetLink) blank.peer = command.peer;
      Form form = form_for("", blank, 5);
      REQUIRE(form.fields.size() == said.fields.size());
      form.fields = said.fields;
      EXPECT(made(form) == command);
    }
  }

  TEST_CASE("times are milliseconds, chances percents, with as many digits as count") {
    Form form = form_for("", of(Kind::SetLink), 5);
    field(form, "latency").text = " 12.5 ";
    field(form, "loss").text = "0.0001";
    field(form, "replay").text = "100";
    const sim::Command command = made(form);
    EXPECT(command.link.latency_min_us == 12'500);
    EXPECT(command.link.loss_per_million == 1);
    EXPECT(command.link.replay_per_million == 1'000'000);
    form = form_for("", command, 5);
    EXPECT(field(form, "latency").text == "12.5");
    EXPECT(field(form, "loss").text == "0.0001");
    form = form_for("", of(Kind::Drift), 5);
    field(form, "drift").text = "-0.5";
    EXPECT(made(form).drift_ppm == -5'000);
  }

  TEST_CASE("what cannot be meant is refused, with the field, what it takes and what is there") {
    Form form = form_for("", of(Kind::SetLink), 5);
    for (const char* wrong : {"", "a lot", "100.1", "-1", "1.2.3", "0.00001", "99999999999999999999",
                              "18446744073709551617"}) {  // 1 where 64 bits are not enough
      CAPTURE(std::string(wrong));
      field(form, "loss").text = wrong;
      EXPECT(refusal(form) == "are lost: expected 0 to 100 %, got \"" + std::string(wrong) + "\"");
    }
    form = form_for("", of(Kind::Nemesis), 5);
    field(form, "strikes").text = "3";
    EXPECT(refusal(form) == "faults: expected at least one, got none");
    form = form_for("", of(Kind::Reconfigure), 5);
    EXPECT(refusal(form) == "changes: expected at least one, got none");
  }

  TEST_CASE("sides are named by numbers") {
    sim::Command halves = of(Kind::Partition);
    halves.groups = {{NodeId(1)}, {NodeId(2)}};
    Form form = form_for("", halves, 5);
    EXPECT(field(form, "sides").text == "1 | 2");
    field(form, "sides").text = "S1, 3|2 | 5,4";
    EXPECT(sim::describe(made(form)) == "partition {S1,S3} | {S2} | {S5,S4}");
    for (const char* wrong : {"", "1 2", "1 |", "1 | x", "0 | 1", "1.5 | 2"}) {
      field(form, "sides").text = wrong;
      EXPECT_MESSAGE(refusal(form).find("sides: expected members by number") == 0, wrong);
    }
  }

  TEST_CASE("a choice is turned and comes round") {
    Form form = form_for("", of(Kind::Read), 3);
    FormField& mode = field(form, "mode");
    EXPECT(mode.text == "linearizable");
    turn(mode, 1);
    EXPECT(mode.text == "by lease");
    turn(mode, -2);
    EXPECT(mode.text == "locally");
    FormField& through = field(form, "through");
    EXPECT(through.text == "S2");
    turn(through, 2);
    EXPECT(through.text == "whoever leads");
    field(form, "key").text = "x";
    EXPECT(made(form).node == raft::kNone);
    EXPECT(made(form).mode == member::ReadMode::Serializable);
  }
}

}  // namespace raftarium::viz
