#pragma once
// What the commands of a transcript mean. A grammar holds the state that one file's directives work on.

#include <memory>
#include <string>

#include "base/result.h"
#include "datadriven/directive.h"

namespace raftarium::datadriven {

class Grammar {
 public:
  Grammar() = default;
  Grammar(const Grammar&) = delete;
  Grammar& operator=(const Grammar&) = delete;
  virtual ~Grammar() = default;

  // Does what the directive says and returns what it prints. An error means that the directive itself is
  // wrong (an unknown command, a missing argument); what the engine refuses is output like any other.
  virtual base::Result<std::string> run(const Directive& directive) = 0;
};

// Members, messages and storage: etcd's rafttest.
std::unique_ptr<Grammar> make_interaction_grammar();
// Majorities and joint majorities: etcd's quorum tests.
std::unique_ptr<Grammar> make_quorum_grammar();
// Configuration changes as pure functions: etcd's confchange tests.
std::unique_ptr<Grammar> make_confchange_grammar();

}  // namespace raftarium::datadriven
