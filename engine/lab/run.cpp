#include "lab/run.h"

#include <algorithm>
#include <utility>

namespace raftarium::lab {

namespace {

sim::World first_world(const Scenario& scenario) {
  auto world = sim::World::create(scenario.cluster);
  CHECK(world.ok(), world.error().message);
  return std::move(*world);
}

}  // namespace

Journal journal_of(const Scenario& scenario) {
  Journal journal;
  for (const Action& action : scenario.actions) {
    if (action.step) journal.push_back({*action.step, action.at_us, action.command});
  }
  std::stable_sort(journal.begin(), journal.end(),
                   [](const JournalItem& a, const JournalItem& b) { return a.step < b.step; });
  return journal;
}

Run::Run(const std::shared_ptr<const Scenario>& scenario) : Run(scenario, first_world(*scenario)) {}

base::Result<Run> Run::on_disks(std::shared_ptr<const Scenario> scenario, const sim::RealDisks& disks) {
  auto world = sim::World::create(scenario->cluster, disks);
  if (!world) return world.error();
  return Run(std::move(scenario), std::move(*world));
}

Run::Run(std::shared_ptr<const Scenario> scenario, sim::World world)
    : scenario_(std::move(scenario)), world_(std::move(world)) {
  for (const Action& action : scenario_->actions) {
    if (!action.when && !action.step) world_.schedule(action.at_us, action.command);
  }
  for (std::size_t i = 0; i < scenario_->actions.size(); ++i) {
    if (scenario_->actions[i].when) waiting_.push_back({i, scenario_->actions[i].when->nth});
  }
}

const JournalItem* Run::due(const Journal& journal) const {
  const auto at =
      std::lower_bound(journal.begin(), journal.end(), world_.steps(),
                       [](const JournalItem& item, std::uint64_t step) { return item.step < step; });
  return at != journal.end() && at->step == world_.steps() ? &*at : nullptr;
}

sim::TimeUs Run::next_due_us(const Journal& journal) const {
  const JournalItem* item = due(journal);
  if (item == nullptr) return world_.next_due_us();
  // A recording of another build may speak of a time that has passed here, or has not come yet.
  return std::min(std::max(item->time_us, world_.now_us()), world_.next_due_us());
}

bool Run::has_due(sim::TimeUs time_us, const Journal& journal) const {
  const auto& recording = scenario_->recording;
  const bool recorded = recording && time_us == recording->at_us && world_.now_us() == time_us &&
                        world_.moments() >= recording->events.value_or(raft::kNoLimit);
  return !recorded && next_due_us(journal) <= time_us;
}

void Run::step(const Journal& journal) {
  const JournalItem* item = due(journal);
  if (item != nullptr && item->time_us <= world_.next_due_us()) {
    world_.advance_to(item->time_us);
    // Refused only where the world went another way than when it was recorded; the digest tells.
    if (world_.apply(item->command).ok()) return pull_triggers();
  }
  world_.step();
  pull_triggers();
}

void Run::run_until(sim::TimeUs time_us, const Journal& journal) {
  while (has_due(time_us, journal)) step(journal);
  world_.advance_to(time_us);
}

base::Status Run::act(const sim::Command& command) {
  auto status = world_.apply(command);
  if (status.ok()) pull_triggers();
  return status;
}

void Run::pull_triggers() {
  if (waiting_.empty() || world_.events().empty()) return;
  for (Waiting& waiting : waiting_) {
    const Action& action = scenario_->actions[waiting.action];
    const Trigger& trigger = *action.when;
    sim::Command command = action.command;
    if (trigger.kind == Trigger::Kind::Holds) {
      if (trigger.predicate->holds(world_)) waiting.left = 0;
    } else {
      for (const sim::Event& event : world_.events()) {
        if (waiting.left == 0 || !trigger.matches(event)) continue;
        // The message that pulls the trigger is what a command about a message is about.
        if (--waiting.left == 0 && command.message == 0) command.message = event.message_id;
      }
    }
    if (waiting.left == 0) world_.schedule(world_.now_us() + action.at_us, command);
  }
  waiting_.erase(
      std::remove_if(waiting_.begin(), waiting_.end(), [](const Waiting& w) { return w.left == 0; }),
      waiting_.end());
}

}  // namespace raftarium::lab
