// What a person asks for, carried out: acts on the world, and what steers the view of time.

#include <algorithm>
#include <utility>

#include "lab/link.h"
#include "viz/acts.h"
#include "viz/app.h"
#include "viz/exports.h"

namespace raftarium::viz {

void App::carry_out() {
  const std::vector<sim::Command> acts = std::exchange(acts_, {});
  const std::vector<Control> controls = std::exchange(controls_, {});
  if (!acts.empty() || !controls.empty()) seeking_us_.reset();
  for (const Control& control : controls) carry_out(control);
  for (const sim::Command& command : acts) carry_out(command);
  if (acts.size() > 1) together_.push_back({timeline_->branch(), timeline_->event_count(), acts.size()});
  if (acts.empty() && controls.empty()) return;
  drawn_ = false;  // a list may have closed, a panel may show something else
  wake();
  refresh();
}

void App::carry_out(const sim::Command& command) {
  const lab::BranchId before = timeline_->branch();
  const base::Status done = timeline_->act(command);
  if (!done.ok()) {
    say(done.error().message, true);
  } else if (timeline_->branch() != before) {
    std::string what = sim::describe(command);
    std::replace(what.begin(), what.end(), '_', ' ');
    say("New branch: " + what + ". The old future is kept.", false);
  }
}

namespace {

bool moves_in_time(Control::Kind kind) {
  using Kind = Control::Kind;
  switch (kind) {
    case Kind::StepForward:
    case Kind::StepBack:
    case Kind::NextMessage:
    case Kind::NextMark:
    case Kind::PreviousMark:
    case Kind::ToStart:
    case Kind::ToEnd:
    case Kind::SeekEvent:
    case Kind::SeekTime:
    case Kind::Undo:
      return true;
    default:
      return false;
  }
}

}  // namespace

void App::carry_out(const Control& control) {
  using Kind = Control::Kind;
  if (control.kind == Kind::OpenScenario) {
    const base::Status opened = open(control.text);
    if (!opened.ok()) say(opened.error().message, true);
    return;
  }
  if (!timeline_) return;
  if (moves_in_time(control.kind)) {
    playback_.pause();
    move(control);
  } else {
    steer(control);
  }
}

void App::move(const Control& control) {
  using Kind = Control::Kind;
  lab::Timeline& timeline = *timeline_;
  switch (control.kind) {
    case Kind::StepForward:
      timeline.step_event();
      break;
    case Kind::StepBack:
      timeline.step_back();
      break;
    case Kind::NextMessage:
      to_next_message();
      break;
    case Kind::NextMark:
      to_next_mark(control.number == 0 ? kNotable : static_cast<std::uint32_t>(control.number));
      break;
    case Kind::PreviousMark:
      to_last_mark();
      break;
    case Kind::ToStart:
      timeline.seek_event(0);
      break;
    case Kind::ToEnd:
      for (const lab::BranchView& branch : timeline.branches()) {
        if (branch.id == timeline.branch()) timeline.seek_event(branch.end_event);
      }
      break;
    case Kind::SeekEvent:
      timeline.seek_event(static_cast<std::uint64_t>(control.number));
      break;
    case Kind::SeekTime:
      timeline.seek_time(control.number);
      break;
    case Kind::Undo:
      undo();
      break;
    default:
      break;
  }
}

void App::steer(const Control& control) {
  using Kind = Control::Kind;
  switch (control.kind) {
    case Kind::TogglePlay:
      set_playing(!playback_.playing());
      break;
    case Kind::SetSpeed:
      playback_.set_speed(static_cast<int>(control.number));
      break;
    case Kind::Faster:
      playback_.set_speed(playback_.speed() + 1);
      break;
    case Kind::Slower:
      playback_.set_speed(playback_.speed() - 1);
      break;
    case Kind::SwitchBranch:
      timeline_->switch_branch(static_cast<lab::BranchId>(control.number));
      break;
    case Kind::DeleteBranch: {
      const base::Status done = timeline_->delete_branch(static_cast<lab::BranchId>(control.number));
      if (!done.ok()) say(done.error().message, true);
      shown_.reset();
      break;
    }
    case Kind::RenameBranch:
      timeline_->rename_branch(static_cast<lab::BranchId>(control.number), control.text);
      shown_.reset();
      break;
    case Kind::Compare:
      compare(static_cast<lab::BranchId>(control.number));
      break;
    case Kind::Share:
      share();
      break;
    case Kind::Export:
      export_file(control.text);
      break;
    case Kind::ToggleSlowMotion:
      chrome_.slow_motion = !chrome_.slow_motion;
      say(chrome_.slow_motion ? "Slow motion at elections, crashes and violations."
                              : "The same speed at every moment.",
          false);
      break;
    case Kind::ToggleBreakpoint:
      chrome_.breakpoints ^= static_cast<std::uint32_t>(control.number);
      break;
    case Kind::ToggleTheme:
      set_dark(!dark_);
      if (host_.theme_changed) host_.theme_changed(dark_);
      break;
    default:
      break;
  }
}

void App::play(std::int64_t to_us) {
  const std::uint64_t before = timeline_->event_count();
  // Where the world has more to do than a picture has time for, its clock goes slower than was asked.
  timeline_->run_until(to_us, kStepsForEachPicture);
  const std::uint64_t after = timeline_->event_count();
  if (chrome_.breakpoints != 0 && stop_between(before, after)) {
    playback_.pause();
    wake();
  } else if (chrome_.slow_motion) {
    linger_between(before, after);
  }
}

// What is worth a closer look is seen from its first moment on.
void App::linger_between(std::uint64_t before, std::uint64_t after) {
  for (const lab::Mark& mark : timeline_->marks()) {
    if (mark.event <= before || mark.event > after || !stops_at(kSlowAt, mark.kind)) continue;
    timeline_->seek_event(std::uint64_t{mark.event});
    playback_.linger();
    return;
  }
}

// Stops at the first moment after event `before` that a breakpoint is about; else stays at `after`.
bool App::stop_between(std::uint64_t before, std::uint64_t after) {
  const std::int64_t to_us = timeline_->now_us();
  const std::vector<lab::Mark> marks = timeline_->marks();
  for (const lab::Mark& mark : marks) {
    if (mark.event <= before || mark.event > after) continue;
    const bool elected = mark.kind == lab::Mark::Kind::Leader;
    if (elected && (chrome_.breakpoints & kStopAtTwoLeaders) != 0) {
      timeline_->seek_event(mark.event);
      const Frame there = build_frame(*timeline_);
      if (std::count_if(there.members.begin(), there.members.end(), is_leader) > 1) {
        say("Stopped, two members lead: " + mark.text, false);
        return true;
      }
    }
    if (!stops_at(chrome_.breakpoints, mark.kind)) continue;
    timeline_->seek_event(mark.event);
    say("Stopped: " + mark.text, false);
    return true;
  }
  timeline_->run_until(to_us);
  return false;
}

void App::undo() {
  const lab::BranchId branch = timeline_->branch();
  if (!timeline_->undo()) {
    say("There is no act to undo on this branch.", false);
    return;
  }
  if (together_.empty()) return;
  const Together last = together_.back();
  if (last.branch != branch || timeline_->event_count() + 1 != last.event) return;
  together_.pop_back();
  for (std::size_t i = 1; i < last.count; ++i) timeline_->undo();
}

// A built-in scenario that nobody has touched needs its name and the time only; everything else is in the link.
void App::share() {
  if (!host_.share) return;
  const lab::Scenario session = timeline_->recording(false);
  const bool touched = std::any_of(session.actions.begin(), session.actions.end(),
                                   [](const lab::Action& action) { return action.step.has_value(); });
  if (built_in_ && !touched) {
    host_.share("?scenario=" + chrome_.scenario + "&t=" + std::to_string(timeline_->now_us()) +
                (playback_.playing() ? "" : "&paused"));
  } else {
    const auto link = lab::to_link(session);
    if (!link.ok()) return say(link.error().message, true);
    host_.share("#s=" + *link);
  }
  say("Link copied.", false);
}

void App::export_file(const std::string& word) {
  if (!host_.save) return;
  const std::string text = export_text(*timeline_, word, selection_.space_time);
  if (text.empty()) return say("export: unknown kind \"" + word + "\"", true);
  const auto saved = host_.save(export_name(chrome_.scenario, word), text);
  if (!saved.ok()) return say(saved.error().message, true);
  say("Saved " + *saved, false);
}

void App::compare(lab::BranchId with) {
  std::vector<lab::BranchView> branches = timeline_->branches();
  Comparison comparison{timeline_->branch(), with, "", "", {}};
  for (const lab::BranchView& branch : branches) {
    if (branch.id == comparison.a) comparison.name_a = branch.name;
    if (branch.id == comparison.b) comparison.name_b = branch.name;
  }
  comparison.what = timeline_->compare(comparison.a, comparison.b);
  chrome_.comparison = std::move(comparison);
  selection_.open_popup = "comparison";
}

namespace {

constexpr int kFar = 5000;  // events to simulate in search of a moment

}  // namespace

void App::to_next_message() {
  for (int i = 0; i < kFar; ++i) {
    timeline_->step_event();
    if (message_arrived(*timeline_)) return;
  }
}

void App::to_next_mark(std::uint32_t kinds) {
  lab::Timeline& timeline = *timeline_;
  const std::uint64_t here = timeline.event_count();
  const sim::TimeUs now_us = timeline.now_us();
  const auto find_next = [&]() -> std::optional<std::uint64_t> {
    for (const lab::Mark& mark : timeline.marks()) {
      if (stops_at(kinds, mark.kind) && mark.event > here) return mark.event;
    }
    return std::nullopt;
  };
  auto target = find_next();
  for (int i = 0; i < kFar && !target; ++i) {
    timeline.step_event();
    target = find_next();
  }
  if (target) return timeline.seek_event(*target);
  timeline.seek_time(now_us);
  say("Nothing of the kind within the next " + std::to_string(kFar) + " events.", false);
}

void App::to_last_mark() {
  const std::uint64_t here = timeline_->event_count();
  std::uint64_t target = 0;
  for (const lab::Mark& mark : timeline_->marks()) {
    if (stops_at(kNotable, mark.kind) && mark.event < here) target = mark.event;
  }
  timeline_->seek_event(target);
}

}  // namespace raftarium::viz
