#pragma once
// Forms: an act with everything that can be said about it, to be written by hand. Pure.

#include <string>
#include <vector>

#include "base/result.h"
#include "sim/command.h"

namespace raftarium::viz {

struct FormField {
  std::string name;                    // "loss": the region form.loss
  std::string label;                   // "are lost"
  std::string unit;                    // "%"; empty where there is none
  std::string text;                    // what is written there
  std::vector<std::string> choices{};  // not empty: `text` is one of them
};

struct Form {
  std::string title;
  sim::Command command;     // what the fields are about, and what they do not say
  std::size_t members = 0;  // of the world
  std::vector<FormField> fields;
  std::string error;  // why it was not taken, when it was last tried
};

// A form that says what `command` does.
Form form_for(std::string title, const sim::Command& command, std::size_t members);
// What is written as a command; an error names the field, what it takes and what is there.
base::Result<sim::Command> command_of(const Form& form);
// The choice `steps` after the one that a field has. REQUIRES: it has choices.
void turn(FormField& field, int steps);

}  // namespace raftarium::viz
