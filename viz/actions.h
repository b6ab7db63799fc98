#pragma once
// Actions: everything that can be done now, in words, with its key. The command palette lists them.

#include <string>
#include <variant>
#include <vector>

#include "viz/acts.h"
#include "viz/commands.h"
#include "viz/frame.h"
#include "viz/panels/panels.h"
#include "viz/selection.h"

namespace raftarium::viz {

// The selected thing, large; or everything again.
struct ShowLarge {};
// A form that begins with this.
struct AskFor {
  sim::Command command;
  std::size_t members = 0;
};

struct Action {
  std::string name;   // "crash": the region palette.crash
  std::string label;  // "Crash S3"
  std::string key;    // may be empty
  // A text: the pop-up of this name opens. A number: the stage is enlarged so many times; 0: it is whole again. A
  // member of the selection is switched. A subject is selected.
  std::variant<sim::Command, Control, Tab, raft::NodeId, std::string, float, bool Selection::*, Subject,
               ShowLarge, AskFor>
      what;
};

// What makes sense for the selection comes first.
std::vector<Action> actions_for(const Frame& frame, const Chrome& chrome, const Selection& selection);
// Those whose words all begin a word of the label, in the order given; all of them for an empty filter.
std::vector<Action> matching(const std::vector<Action>& actions, const std::string& filter);
void perform(const Action& action, Selection& selection, CommandSink& commands);

}  // namespace raftarium::viz
