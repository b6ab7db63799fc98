// simple, enter-joint [autoleave=true], leave-joint, each with changes such as "v1 l2 r3 u4" as input.
// Prints the configuration and its progress, or why the change is refused. The last index, from which new
// members are probed, grows by one with every command.

#include "datadriven/etcd_format.h"
#include "datadriven/grammar.h"
#include "raft/confchange.h"

namespace raftarium::datadriven {
namespace {

using Changes = std::vector<raft::ConfChangeSingle>;

raft::ProgressView view(const raft::Progress& progress) {
  raft::ProgressView view;
  view.id = progress.id;
  view.state = progress.state;
  view.match = progress.match;
  view.next = progress.next;
  view.recent_active = progress.recent_active;
  view.flow_paused = progress.paused();
  view.is_learner = progress.is_learner;
  view.pending_snapshot = progress.pending_snapshot;
  view.inflight = progress.inflights.count();
  view.inflight_capacity = progress.inflights.capacity();
  view.inflight_full = progress.inflights.full();
  return view;
}

class ConfChangeGrammar : public Grammar {
 public:
  base::Result<std::string> run(const Directive& directive) override {
    if (directive.command != "simple" && directive.command != "enter-joint" &&
        directive.command != "leave-joint") {
      return base::Error{"unknown command \"" + directive.command +
                         "\": expected simple, enter-joint or leave-joint"};
    }
    const base::Result<bool> auto_leave = read_auto_leave(directive);
    if (!auto_leave.ok()) return auto_leave.error();

    const raft::Index last = last_index_;
    ++last_index_;
    const base::Result<Changes> changes = etcd::parse_changes(directive.input);
    if (!changes.ok()) return changes.error().message;
    base::Result<raft::Configured> next = change(directive.command, last, *auto_leave, *changes);
    if (!next.ok()) return next.error().message + "\n";
    tracker_.config = std::move(next->config);
    tracker_.progress = std::move(next->progress);
    return print();
  }

 private:
  static base::Result<bool> read_auto_leave(const Directive& directive) {
    bool auto_leave = false;
    for (const Arg& arg : directive.args) {
      if (directive.command != "enter-joint" || arg.key != "autoleave" || arg.values.size() != 1) {
        return base::Error{"unexpected argument \"" + arg.key +
                           "\": only enter-joint takes one, autoleave=true or autoleave=false"};
      }
      const base::Result<bool> value = parse_bool(arg.key, arg.values.front());
      if (!value.ok()) return value.error();
      auto_leave = *value;
    }
    return auto_leave;
  }

  base::Result<raft::Configured> change(const std::string& command, raft::Index last, bool auto_leave,
                                        const Changes& changes) const {
    const raft::Changer changer(tracker_, last);
    if (command == "simple") return changer.simple(changes);
    if (command == "enter-joint") return changer.enter_joint(auto_leave, changes);
    if (!changes.empty()) return base::Error{"this command takes no input"};
    return changer.leave_joint();
  }

  std::string print() const {
    std::string out = raft::describe(tracker_.config) + "\n";
    for (const raft::Progress& progress : tracker_.progress) {
      out += std::to_string(progress.id.value()) + ": " + etcd::text(view(progress)) + "\n";
    }
    return out;
  }

  raft::Tracker tracker_{10, 0};
  raft::Index last_index_;
};

}  // namespace

std::unique_ptr<Grammar> make_confchange_grammar() { return std::make_unique<ConfChangeGrammar>(); }

}  // namespace raftarium::datadriven
