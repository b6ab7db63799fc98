#include "viz/app.h"

#include <imgui_internal.h>

#include <algorithm>
#include <array>

#include "embedded/viz_scenarios.h"
#include "lab/link.h"
#include "lab/scenario.h"
#include "viz/acts.h"
#include "viz/json_writer.h"
#include "viz/text.h"

namespace raftarium::viz {
namespace {

std::string stem(std::string_view file) {
  const std::size_t slash = file.find_last_of("/\\");
  if (slash != std::string_view::npos) file.remove_prefix(slash + 1);
  return std::string(file.substr(0, file.find_last_of('.')));
}

// Simple scenarios before involved ones; others follow by name.
int rank(const std::string& name) {
  static const std::array<const char*, 3> kFirst = {"first_election", "leader_crash", "split_brain"};
  const auto found = std::find(kFirst.begin(), kFirst.end(), name);
  return static_cast<int>(found - kFirst.begin());
}

std::vector<ScenarioInfo> built_in_scenarios() {
  std::vector<ScenarioInfo> list;
  for (const embedded::File& file : embedded::viz_scenarios::files()) {
    auto scenario = lab::parse_scenario(std::string(file.name), std::string(file.text()));
    if (!scenario.ok()) continue;  // a test of the scenarios says why
    list.push_back({stem(file.name), scenario->title, scenario->description});
  }
  std::stable_sort(list.begin(), list.end(), [](const ScenarioInfo& a, const ScenarioInfo& b) {
    return rank(a.name) < rank(b.name);
  });
  return list;
}

const char* name_of(Tab tab) {
  static constexpr std::array<const char*, 7> kNames = {"logs",    "space_time", "disk", "clients",
                                                        "metrics", "member",     "story"};
  return kNames[static_cast<std::size_t>(tab)];
}

}  // namespace

App::App(Host host) : host_(std::move(host)), ui_(load_fonts()), dark_(host_.dark) {
  ImGuiIO& io = ImGui::GetIO();
  io.IniFilename = nullptr;
  io.ConfigInputTextCursorBlink = false;  // nothing blinks, and nothing wakes an idle program
  apply_style(theme());
  chrome_.can_share = static_cast<bool>(host_.share);
  chrome_.scenarios = built_in_scenarios();
}

base::Status App::open(const std::string& name) {
  std::string known;
  for (const embedded::File& file : embedded::viz_scenarios::files()) {
    if (stem(file.name) != name) {
      known += (known.empty() ? "" : ", ") + stem(file.name);
      continue;
    }
    base::Status opened = open_text(std::string(file.name), std::string(file.text()));
    built_in_ = opened.ok();
    return opened;
  }
  return base::Error{"unknown scenario \"" + name + "\"; there are: " + known};
}

base::Status App::open_text(const std::string& name, const std::string& json) {
  auto scenario = lab::is_link(json) ? lab::from_link(json) : lab::parse_scenario(name, json);
  if (!scenario.ok()) return scenario.error();
  timeline_.emplace(std::move(scenario).value());
  built_in_ = false;
  open_ = true;
  shown_.reset();
  acts_.clear();
  controls_.clear();
  together_.clear();
  const Tab tab = selection_.tab;
  selection_ = Selection();
  selection_.tab = tab;
  chrome_.scenario = stem(name);
  if (timeline_->scenario().recording) {
    // A session that somebody sends is shown where they were.
    timeline_->seek_time(timeline_->scenario().duration_us);
    playback_.pause();
  } else {
    playback_.play();
  }
  refresh();
  if (host_.scenario_opened) host_.scenario_opened(chrome_.scenario);
  wake();
  return {};
}

void App::say(const std::string& notice, bool bad) {
  chrome_.notice = notice;
  chrome_.notice_is_bad = bad;
  notice_s_ = kNoticeS + static_cast<double>(notice.size()) * kNoticeSForEachByte;
  settle_s_ = std::max(settle_s_, notice_s_);
}

void App::set_playing(bool playing) {
  if (playing) {
    playback_.play();
  } else {
    playback_.pause();
  }
}

void App::seek(std::int64_t time_us) {
  if (!timeline_) return;
  timeline_->seek_time(std::max<std::int64_t>(0, time_us));
  refresh();
}

void App::set_dark(bool dark) {
  dark_ = dark;
  apply_style(theme());
  wake();
}

// Dear ImGui takes a key's press and release, or a click and the next, from its queue in pictures of their own.
bool App::wants_frame() const {
  const bool input_waits = !ImGui::GetCurrentContext()->InputEventsQueue.empty();
  return open_ && (playback_.playing() || settle_s_ > 0 || input_waits);
}

void App::draw(double real_s) {
  ++pictures_;
  settle_s_ = std::max(0.0, settle_s_ - std::min(real_s, kSlowestS));  // a few pictures, however slow
  notice_s_ = std::max(0.0, notice_s_ - real_s);
  if (notice_s_ <= 0) chrome_.notice.clear();
  if (!timeline_) return;
  const std::int64_t forward_us = playback_.advance(real_s);
  if (forward_us > 0) play(timeline_->now_us() + forward_us);
  refresh();
  chrome_.playing = playback_.playing();
  chrome_.speed = playback_.speed();

  const Layout layout = compute_layout(vec(ImGui::GetIO().DisplaySize));
  if (!selection_.chosen) {
    // Somebody to look at, until the person chooses.
    const MemberView* leader = current_leader(frame_);
    selection_.member = leader != nullptr ? leader->id : raft::kNone;
  }
  handle_keys(frame_, selection_, *this, ui_);
  ui_.begin(theme(), layout.narrow, host_.reduced_motion, real_s);
  ui_.set_live(playback_.playing());
  ImGui::SetNextWindowPos({0, 0});
  ImGui::SetNextWindowSize(ImGui::GetIO().DisplaySize);
  ImGui::Begin("raftarium", nullptr,
               ImGuiWindowFlags_NoDecoration | ImGuiWindowFlags_NoMove | ImGuiWindowFlags_NoSavedSettings |
                   ImGuiWindowFlags_NoBringToFrontOnFocus | ImGuiWindowFlags_NoNav |
                   ImGuiWindowFlags_NoScrollWithMouse);
  draw_panels(layout);
  ImGui::End();
  ui_.end();
  carry_out();
}

void App::draw_panels(const Layout& layout) {
  CommandSink& commands = *this;
  draw_stage(frame_, selection_, commands, ui_, layout.stage);
  draw_notice(chrome_, ui_, layout.stage);
  draw_top_bar(frame_, chrome_, selection_, commands, ui_, layout);
  if (layout.narrow) {
    fill(ui_.list(), layout.transport, ink(theme().panel));
    draw_transport(frame_, chrome_, commands, ui_, layout.transport.inset(8, 0));
  }
  draw_tabs(selection_, ui_, layout.tabs);
  const Tab tab = selection_.tab;
  if (tab == Tab::Logs) draw_logs(frame_, selection_, commands, ui_, layout.dock);
  if (tab == Tab::SpaceTime) draw_space_time(frame_, selection_, commands, ui_, layout.dock);
  if (tab == Tab::Disk) draw_disk(frame_, selection_, commands, ui_, layout.dock);
  if (tab == Tab::Metrics) draw_metrics(frame_, ui_, layout.dock);
  if (tab == Tab::Clients) draw_clients(frame_, selection_, commands, ui_, layout.dock);
  if (!layout.narrow || tab == Tab::Member)
    draw_inspector(frame_, selection_, commands, ui_, layout.inspector);
  if (!layout.narrow) {
    draw_story(frame_, selection_, commands, ui_, layout.story);
    draw_properties(frame_, selection_, commands, ui_, layout.properties);
    line(ui_.list(), {layout.inspector.x, layout.inspector.y},
         {layout.inspector.x, layout.properties.bottom()}, ink(theme().line));
  } else if (tab == Tab::Story) {
    Rect dock = layout.dock;
    const Rect box = dock.cut_bottom(std::min(66.0F, dock.h / 2));
    draw_story(frame_, selection_, commands, ui_, dock);
    draw_properties(frame_, selection_, commands, ui_, box);
  }
  draw_timeline(frame_, selection_, commands, ui_, layout.timeline);
  draw_stage_menu(frame_, selection_, commands, ui_);
  draw_top_bar_lists(frame_, chrome_, selection_, commands, ui_);
  draw_palette(frame_, chrome_, selection_, commands, ui_);
  draw_help(selection_, ui_);
  selection_.open_popup.clear();
}

void App::carry_out() {
  const std::vector<sim::Command> acts = std::exchange(acts_, {});
  const std::vector<Control> controls = std::exchange(controls_, {});
  for (const Control& control : controls) carry_out(control);
  for (const sim::Command& command : acts) carry_out(command);
  if (acts.size() > 1) together_.push_back({timeline_->branch(), timeline_->event_count(), acts.size()});
  if (acts.empty() && controls.empty()) return;
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

void App::carry_out(const Control& control) {
  using Kind = Control::Kind;
  lab::Timeline& timeline = *timeline_;
  const bool moves = control.kind != Kind::SetSpeed && control.kind != Kind::Faster &&
                     control.kind != Kind::Slower && control.kind != Kind::Share &&
                     control.kind != Kind::ToggleTheme && control.kind != Kind::TogglePlay &&
                     control.kind != Kind::OpenScenario && control.kind != Kind::SwitchBranch &&
                     control.kind != Kind::ToggleBreakpoint;
  if (moves) playback_.pause();
  switch (control.kind) {
    case Kind::TogglePlay:
      set_playing(!playback_.playing());
      break;
    case Kind::StepForward:
      timeline.step_event();
      break;
    case Kind::StepBack:
      timeline.step_back();
      break;
    case Kind::NextMark:
      to_neighbouring_mark(true);
      break;
    case Kind::PreviousMark:
      to_neighbouring_mark(false);
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
      timeline.switch_branch(static_cast<lab::BranchId>(control.number));
      break;
    case Kind::Undo:
      undo();
      break;
    case Kind::OpenScenario: {
      const base::Status opened = open(control.text);
      if (!opened.ok()) say(opened.error().message, true);
      break;
    }
    case Kind::Share:
      share();
      break;
    case Kind::ToggleBreakpoint:
      chrome_.breakpoints ^= static_cast<std::uint32_t>(control.number);
      break;
    case Kind::ToggleTheme:
      set_dark(!dark_);
      if (host_.theme_changed) host_.theme_changed(dark_);
      break;
  }
}

void App::play(std::int64_t to_us) {
  const std::uint64_t before = timeline_->event_count();
  timeline_->run_until(to_us);
  if (chrome_.breakpoints == 0) return;
  if (!stop_between(before, timeline_->event_count())) return;
  playback_.pause();
  wake();
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
    host_.share("?scenario=" + chrome_.scenario + "&t=" + std::to_string(timeline_->now_us()));
  } else {
    const auto link = lab::to_link(session);
    if (!link.ok()) return say(link.error().message, true);
    host_.share("#s=" + *link);
  }
  say("Link copied.", false);
}

void App::to_neighbouring_mark(bool forward) {
  using Kind = lab::Mark::Kind;
  lab::Timeline& timeline = *timeline_;
  const std::uint64_t here = timeline.event_count();
  const auto counts = [](const lab::Mark& mark) {
    return mark.kind == Kind::Leader || mark.kind == Kind::Commit || mark.kind == Kind::Violation;
  };
  const auto find_next = [&]() -> std::optional<std::uint64_t> {
    for (const lab::Mark& mark : timeline.marks()) {
      if (counts(mark) && mark.event > here) return mark.event;
    }
    return std::nullopt;
  };
  if (!forward) {
    std::uint64_t target = 0;
    for (const lab::Mark& mark : timeline.marks()) {
      if (counts(mark) && mark.event < here) target = mark.event;
    }
    timeline.seek_event(target);
    return;
  }
  constexpr int kFar = 5000;  // events to simulate in search of one
  auto target = find_next();
  for (int i = 0; i < kFar && !target; ++i) {
    timeline.step_event();
    target = find_next();
  }
  if (target) timeline.seek_event(*target);
}

void App::refresh() {
  const Looking looking{selection_.tab == Tab::Disk ? selection_.member : raft::kNone, selection_.log_from};
  const Shown position{timeline_->branch(), timeline_->event_count(), timeline_->now_us(), looking};
  if (shown_ == position) return;
  shown_ = position;
  frame_ = build_frame(*timeline_, looking, std::move(frame_));
}

std::string App::frame_json() const {
  JsonWriter json;
  json.open('{').key("frame").raw(open_ ? to_json(frame_) : "null");
  json.key("view").open('{').field("playing", playback_.playing());
  json.field("speed", kSpeeds[static_cast<std::size_t>(playback_.speed())].name);
  json.field("scenario", std::string_view(chrome_.scenario)).field("dark", dark_);
  json.field("reduced_motion", host_.reduced_motion);
  json.field("selected", selection_.member.value()).field("message", selection_.message);
  json.field("focus", std::string_view(ui_.focus())).field("tab", name_of(selection_.tab));
  json.field("breakpoints", chrome_.breakpoints);
  json.field("popup", ui_.popup_is_open()).field("notice", std::string_view(chrome_.notice));
  json.field("pictures", pictures_).close('}').close('}');
  return json.text();
}

std::string App::regions_json() const {
  JsonWriter json;
  json.open('{');
  for (const auto& [name, r] : ui_.regions()) {
    json.key(name).open('[').value(r.x).value(r.y).value(r.w).value(r.h).close(']');
  }
  json.close('}');
  return json.text();
}

}  // namespace raftarium::viz
