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
    NextMessage,   // to the next event at which a message arrives
    NextMark,      // to the next moment of a kind in number, a set of breakpoints' bits (breakpoints.h)
    PreviousMark,  // to the last one
    ToStart,
    ToEnd,      // of what has been simulated on this branch
    SeekEvent,  // number: the event
    SeekTime,   // number: virtual microseconds
    SetSpeed,   // number: position in kSpeeds
    Faster,
    Slower,
    SwitchBranch,  // number: the branch
    DeleteBranch,  // number: the branch
    RenameBranch,  // number: the branch; text: its name
    Compare,       // number: the branch that the current one is compared with
    Undo,
    OpenScenario,  // text: its name
    Share,
    Export,  // text: a word of export_words() (exports.h)
    ToggleTheme,
    ToggleBreakpoint,  // number: its bit
    ToggleSlowMotion,
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
