#pragma once
// CommandSink: the only way from a panel to anything that happens.

#include <cstdint>
#include <string>

#include "sim/command.h"

namespace raftarium::viz {

// What steers the view of time rather than the world.
struct Control {
  enum class Kind : std::uint8_t {
    TogglePlay,
    StepForward,
    StepBack,
    NextMark,  // to the next election, commit or violation
    PreviousMark,
    ToStart,
    ToEnd,      // of what has been simulated on this branch
    SeekEvent,  // number: the event
    SeekTime,   // number: virtual microseconds
    SetSpeed,   // number: position in kSpeeds
    Faster,
    Slower,
    SwitchBranch,  // number: the branch
    Undo,
    OpenScenario,  // text: its name
    Share,
    ToggleTheme,
    ToggleBreakpoint,  // number: its bit (breakpoints.h)
  };
  Kind kind = Kind::TogglePlay;
  std::int64_t number = 0;
  std::string text;
};

class CommandSink {
 public:
  CommandSink() = default;
  CommandSink(const CommandSink&) = delete;
  CommandSink& operator=(const CommandSink&) = delete;
  virtual ~CommandSink() = default;
  // Carried out after the frame is drawn, in order. A command may be refused; the interface says why.
  virtual void act(sim::Command command) = 0;
  virtual void control(Control control) = 0;
};

}  // namespace raftarium::viz
