#include "lab/timeline.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "lab/compare.h"
#include "lab/play.h"
#include "lab/run.h"

namespace raftarium::lab {

namespace {

using Checkpoint = std::shared_ptr<const Run>;

struct Position {
  std::uint64_t step = 0;
  sim::TimeUs time_us = 0;
};

struct Branch {
  BranchView view;
  std::uint64_t end_step = 0;
  Position fork;                        // where it left its parent
  std::size_t inherited = 0;            // journal items that the parent had before the fork
  std::vector<JournalItem> journal;     // from the beginning of the world
  std::vector<Checkpoint> checkpoints;  // by step, the first is the beginning
  std::uint64_t spacing = 0;            // steps between checkpoints
  std::vector<Mark> marks;
  std::vector<StoryLine> story;
  std::vector<TracedMessage> messages;
  std::vector<DiskWork> disk_work;
  bool deleted = false;
};

constexpr std::uint64_t kFirstSpacing = 128;
constexpr std::size_t kMaxCheckpoints = 64;
// Worlds share nearly all of what they hold, but not the messages that are on their way in each.
constexpr std::size_t kMaxBytesInFlight = 32U << 20U;
constexpr std::size_t kMaxStoryLines = 20'000;
constexpr std::size_t kMaxMarks = 20'000;
constexpr std::size_t kMaxMessages = 50'000;
constexpr std::size_t kMaxDiskWork = 50'000;
constexpr sim::TimeUs kLongestSilence = 10'000'000;

std::size_t in_flight_of(const std::vector<Checkpoint>& checkpoints) {
  std::size_t bytes = 0;
  for (const Checkpoint& checkpoint : checkpoints) bytes += checkpoint->world().bytes_in_flight();
  return bytes;
}

template <class T>
void forget_oldest(std::vector<T>& items, std::size_t most) {
  if (items.size() <= most) return;
  items.erase(items.begin(), items.begin() + static_cast<std::ptrdiff_t>(items.size() - most / 2));
}

// Sent by then; what ended later is still on its way.
std::vector<TracedMessage> messages_until(const Branch& branch, std::uint64_t event, std::size_t limit,
                                          std::vector<TracedMessage> found = {}) {
  const std::vector<TracedMessage>& all = branch.messages;
  const auto end = std::upper_bound(
      all.begin(), all.end(), event,
      [](std::uint64_t at, const TracedMessage& message) { return at < message.sent_event; });
  const auto count = std::min(limit, static_cast<std::size_t>(end - all.begin()));
  found.assign(end - static_cast<std::ptrdiff_t>(count), end);
  for (TracedMessage& message : found) {
    if (message.ended_event <= event) continue;
    message.ended_us = -1;
    message.ended_event = 0;
    message.lost = false;
  }
  return found;
}

// The step from which on two branches may differ.
std::uint64_t parting_step(const Branch& a, const Branch& b) {
  std::uint64_t step = std::min(a.end_step, b.end_step);
  for (std::size_t i = 0; i < a.journal.size() || i < b.journal.size(); ++i) {
    const bool both = i < a.journal.size() && i < b.journal.size();
    if (both && a.journal[i] == b.journal[i]) continue;
    if (i < a.journal.size()) step = std::min(step, a.journal[i].step);
    if (i < b.journal.size()) step = std::min(step, b.journal[i].step);
    break;
  }
  return step;
}

// The latest checkpoint of either before they part; the beginning is one.
Checkpoint common_past(const Branch& a, const Branch& b) {
  const std::uint64_t parting = parting_step(a, b);
  Checkpoint latest = a.checkpoints.front();
  for (const Branch* branch : {&a, &b}) {
    for (const Checkpoint& checkpoint : branch->checkpoints) {
      const std::uint64_t step = checkpoint->world().steps();
      if (step <= parting && step > latest->world().steps()) latest = checkpoint;
    }
  }
  return latest;
}

}  // namespace

struct Timeline::Impl {
  explicit Impl(Scenario from)
      : scenario(std::make_shared<const Scenario>(std::move(from))), run(scenario) {
    Branch root;
    root.view.name = "main";
    root.journal = journal_of(*scenario);
    root.inherited = root.journal.size();
    root.spacing = kFirstSpacing;
    root.checkpoints.push_back(std::make_shared<const Run>(run));
    branches.push_back(std::move(root));
  }

  Branch& here() { return branches[branch]; }
  const Branch& here() const { return branches[branch]; }

  const sim::World& world() const { return run.world(); }
  bool exists(BranchId id) const { return id < branches.size() && !branches[id].deleted; }

  // One step along the branch: a command of its journal, or whatever the world does next.
  void advance_one() {
    run.step(here().journal);
    note();
  }

  // Beyond what was recorded, records.
  void note() {
    Branch& b = here();
    if (world().steps() <= b.end_step) return;
    b.end_step = world().steps();
    b.view.end_event = world().moments();
    b.view.end_us = world().now_us();
    if (!world().events().empty()) {
      for (StoryLine& line : narrate(world())) b.story.push_back(std::move(line));
      for (Mark& mark : marks_of(world())) b.marks.push_back(std::move(mark));
      trace(world(), b.messages);
      trace_disks(world(), b.disk_work);
      forget_oldest(b.story, kMaxStoryLines);
      forget_oldest(b.messages, kMaxMessages);
      forget_oldest(b.disk_work, kMaxDiskWork);
      forget_oldest(b.marks, kMaxMarks);
    }
    if (world().steps() - b.checkpoints.back()->world().steps() >= b.spacing) {
      b.checkpoints.push_back(std::make_shared<const Run>(run));
      if (b.checkpoints.size() > kMaxCheckpoints) thin(b);
      while (b.checkpoints.size() > 2 && in_flight_of(b.checkpoints) > kMaxBytesInFlight) thin(b);
    }
  }

  // Memory stays bounded: twice the distance, half the checkpoints.
  static void thin(Branch& b) {
    std::vector<Checkpoint> kept;
    for (std::size_t i = 0; i < b.checkpoints.size(); i += 2) kept.push_back(b.checkpoints[i]);
    b.checkpoints = std::move(kept);
    b.spacing *= 2;
  }

  bool run_until(sim::TimeUs time_us, std::uint64_t most_steps = raft::kNoLimit) {
    for (; run.has_due(time_us, here().journal); advance_one()) {
      if (most_steps-- == 0) return false;
    }
    run.advance_to(time_us);
    Branch& b = here();
    if (world().steps() == b.end_step) b.view.end_us = std::max(b.view.end_us, world().now_us());
    return true;
  }

  // The last checkpoint for which `before` holds, or the beginning.
  template <class Before>
  void load(const Before& before) {
    const Branch& b = here();
    std::size_t at = b.checkpoints.size() - 1;
    while (at > 0 && !before(b.checkpoints[at]->world())) --at;
    run = *b.checkpoints[at];
  }

  void seek_step(Position position) {
    load([&](const sim::World& w) { return w.steps() <= position.step && w.now_us() <= position.time_us; });
    while (world().steps() < position.step) advance_one();
    run.advance_to(position.time_us);
  }

  void seek_event(std::uint64_t event) {
    if (event < world().moments() || event == 0) {
      load([&](const sim::World& w) { return w.moments() < event; });
    }
    sim::TimeUs heard_us = world().now_us();
    while (world().moments() < event && (world().steps() < here().end_step || may_come(heard_us))) {
      const std::uint64_t before = world().moments();
      advance_one();
      if (world().moments() > before) heard_us = world().now_us();
    }
  }

  // Whether another event is worth waiting for when the last one was heard then: a cluster may be silent for ever.
  bool may_come(sim::TimeUs heard_us) const {
    return world().now_us() < std::min(heard_us + kLongestSilence, kMaxDurationUs);
  }

  void seek_time(sim::TimeUs time_us) {
    time_us = std::max<sim::TimeUs>(time_us, 0);
    if (time_us < world().now_us()) load([&](const sim::World& w) { return w.now_us() <= time_us; });
    run_until(time_us);
  }

  // The world has just carried out `item`, in the past of this branch: a new future begins.
  void fork(const JournalItem& item, std::uint64_t moments_before) {
    const Branch& parent = here();
    Branch child;
    child.view = {static_cast<BranchId>(branches.size()),
                  parent.view.id,
                  item.time_us,
                  moments_before,
                  item.time_us,
                  moments_before,
                  sim::describe(item.command)};
    child.fork = {item.step, item.time_us};
    child.end_step = item.step;
    child.spacing = parent.spacing;
    for (const JournalItem& earlier : parent.journal) {
      if (earlier.step < item.step) child.journal.push_back(earlier);
    }
    child.inherited = child.journal.size();
    for (const Checkpoint& checkpoint : parent.checkpoints) {
      if (checkpoint->world().steps() <= item.step && checkpoint->world().now_us() <= item.time_us) {
        child.checkpoints.push_back(checkpoint);
      }
    }
    for (const Mark& mark : parent.marks) {
      if (mark.event <= moments_before) child.marks.push_back(mark);
    }
    for (const StoryLine& line : parent.story) {
      if (line.event <= moments_before) child.story.push_back(line);
    }
    for (const DiskWork& work : parent.disk_work) {
      if (work.event <= moments_before && work.time_us <= item.time_us) child.disk_work.push_back(work);
    }
    child.messages = messages_until(parent, moments_before, kMaxMessages);
    branch = child.view.id;
    branches.push_back(std::move(child));
  }

  std::shared_ptr<const Scenario> scenario;
  Run run;
  std::vector<Branch> branches;
  BranchId branch = 0;
};

Timeline::Timeline(Scenario scenario) : impl_(std::make_shared<Impl>(std::move(scenario))) {}

const Scenario& Timeline::scenario() const { return *impl_->scenario; }
const sim::World& Timeline::world() const { return impl_->world(); }
sim::TimeUs Timeline::now_us() const { return impl_->world().now_us(); }
std::uint64_t Timeline::event_count() const { return impl_->world().moments(); }
std::uint64_t Timeline::digest() const { return impl_->world().digest(); }

void Timeline::step_event() { impl_->seek_event(impl_->world().moments() + 1); }
bool Timeline::run_until(sim::TimeUs time_us, std::uint64_t most_steps) {
  return time_us < now_us() || impl_->run_until(time_us, most_steps);
}
void Timeline::step_back() {
  const std::uint64_t now = impl_->world().moments();
  impl_->seek_event(now == 0 ? 0 : now - 1);
}
void Timeline::seek_event(std::uint64_t event) { impl_->seek_event(event); }
void Timeline::seek_time(sim::TimeUs time_us) { impl_->seek_time(time_us); }

base::Status Timeline::act(const sim::Command& command) {
  Impl& i = *impl_;
  const JournalItem item{i.world().steps(), i.world().now_us(), command};
  const std::uint64_t moments_before = i.world().moments();
  if (auto status = i.run.act(command); !status) return status;
  if (item.step < i.here().end_step) i.fork(item, moments_before);
  i.here().journal.push_back(item);
  i.note();
  return {};
}

bool Timeline::undo() {
  Impl& i = *impl_;
  const Branch& b = i.here();
  std::size_t last = b.journal.size();
  while (last > 0 && b.journal[last - 1].step >= i.world().steps()) --last;
  if (last == 0) return false;
  const JournalItem item = b.journal[last - 1];
  const bool made_the_branch = b.view.id != b.view.parent && last - 1 == b.inherited;
  if (made_the_branch) i.branch = b.view.parent;
  i.seek_step({item.step, item.time_us});
  return true;
}

Scenario Timeline::recording(bool trail) const {
  const Impl& i = *impl_;
  Scenario out = *i.scenario;
  out.expectations.clear();  // they speak of the whole scenario, not of this session
  out.duration_us = std::max(out.duration_us, i.world().now_us());
  out.actions.erase(std::remove_if(out.actions.begin(), out.actions.end(),
                                   [](const Action& action) { return action.step.has_value(); }),
                    out.actions.end());
  Journal journal;
  for (const JournalItem& item : i.here().journal) {
    if (item.step >= i.world().steps()) break;
    journal.push_back(item);
    out.actions.push_back({item.command, item.time_us, std::nullopt, item.step});
  }
  Recording recording{i.world().now_us(), i.world().digest(), i.world().moments(), {}};
  if (trail) {
    Run again(i.scenario);
    constexpr std::size_t kAround = 10;  // a line's quotes, comma and indentation
    std::size_t bytes = 0;
    while (again.world().steps() < i.world().steps()) {
      again.step(journal);
      std::vector<std::string> lines = trail_of(again.world());
      for (const std::string& line : lines) bytes += line.size() + kAround;
      if (recording.trail.size() + lines.size() > kMaxTrail || bytes > kMaxTrailBytes) break;
      std::move(lines.begin(), lines.end(), std::back_inserter(recording.trail));
    }
  }
  out.recording = std::move(recording);
  return out;
}

void Timeline::rename_branch(BranchId branch, const std::string& name) {
  constexpr std::size_t kMostBytes = 100;
  if (impl_->exists(branch)) impl_->branches[branch].view.name = name.substr(0, kMostBytes);
}

base::Status Timeline::delete_branch(BranchId branch) {
  Impl& i = *impl_;
  if (!i.exists(branch)) return base::Error{"there is no branch " + std::to_string(branch)};
  if (branch == 0) return base::Error{"the first branch is what the others left: it stays"};
  if (branch == i.branch) return base::Error{"switch to another branch first: this one is being shown"};
  const BranchId parent = i.branches[branch].view.parent;
  for (Branch& b : i.branches) {
    if (b.view.parent == branch) b.view.parent = parent;
  }
  i.branches[branch] = Branch{};
  i.branches[branch].deleted = true;
  return {};
}

BranchComparison Timeline::compare(BranchId a, BranchId b) const {
  if (!impl_->exists(a) || !impl_->exists(b)) return {};
  const Branch& in_a = impl_->branches[a];
  const Branch& in_b = impl_->branches[b];
  return compare_runs(*common_past(in_a, in_b), in_a.journal, in_a.view.end_us, in_b.journal,
                      in_b.view.end_us);
}

std::vector<CausalStep> Timeline::causes(std::size_t which) const {
  const auto& violations = impl_->world().violations();
  if (which >= violations.size()) return {};
  const Branch& here = impl_->here();
  return causes_of({violations[which]}, *here.checkpoints.front(), here.journal).front();
}

BranchId Timeline::branch() const { return impl_->branch; }

void Timeline::switch_branch(BranchId branch) {
  Impl& i = *impl_;
  if (!i.exists(branch) || branch == i.branch) return;
  const sim::TimeUs time_us = std::min(i.world().now_us(), i.branches[branch].view.end_us);
  i.branch = branch;
  i.load([](const sim::World&) { return false; });
  i.seek_time(time_us);
}

std::vector<BranchView> Timeline::branches() const {
  std::vector<BranchView> views;
  for (const Branch& b : impl_->branches) {
    if (!b.deleted) views.push_back(b.view);
  }
  return views;
}

std::size_t Timeline::bytes_in_flight() const {
  std::size_t bytes = 0;
  for (const Branch& b : impl_->branches) bytes += in_flight_of(b.checkpoints);
  return bytes;
}

const std::vector<Mark>& Timeline::marks() const { return impl_->here().marks; }

std::span<const StoryLine> Timeline::story(std::size_t limit) const {
  const std::vector<StoryLine>& all = impl_->here().story;
  const auto end =
      std::upper_bound(all.begin(), all.end(), event_count(),
                       [](std::uint64_t event, const StoryLine& line) { return event < line.event; });
  const auto past = static_cast<std::size_t>(end - all.begin());
  return std::span(all).first(past).last(std::min(limit, past));
}

std::span<const DiskWork> Timeline::disk_work(std::size_t limit) const {
  const std::vector<DiskWork>& all = impl_->here().disk_work;
  const auto end =
      std::upper_bound(all.begin(), all.end(), event_count(),
                       [](std::uint64_t event, const DiskWork& work) { return event < work.event; });
  const auto past = static_cast<std::size_t>(end - all.begin());
  return std::span(all).first(past).last(std::min(limit, past));
}

std::vector<TracedMessage> Timeline::messages(std::size_t limit, std::vector<TracedMessage> reuse) const {
  return messages_until(impl_->here(), event_count(), limit, std::move(reuse));
}

}  // namespace raftarium::lab
