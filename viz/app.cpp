#include "viz/app.h"

#include <imgui_internal.h>

#include <algorithm>
#include <array>
#include <utility>

#include "embedded/viz_scenarios.h"
#include "lab/link.h"
#include "lab/play.h"
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
  chrome_.can_export = static_cast<bool>(host_.save);
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
  seeking_us_.reset();
  built_in_ = false;
  open_ = true;
  shown_.reset();
  frame_ = Frame();  // of another timeline
  acts_.clear();
  controls_.clear();
  together_.clear();
  chrome_.comparison.reset();
  notice_s_ = 0;  // it was about what was open before
  chrome_.notice.clear();
  Selection fresh;
  fresh.tab = selection_.tab;
  fresh.dock_high = selection_.dock_high;
  selection_ = std::move(fresh);
  chrome_.scenario = stem(name);
  if (const auto& recording = timeline_->scenario().recording) {
    // A session that somebody sends is shown where they were.
    seek(recording->at_us);
    playback_.pause();
    if (!seeking()) compare_with_recording();
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
  seeking_us_.reset();
  time_us = std::max<std::int64_t>(0, time_us);
  if (time_us < timeline_->now_us()) {
    timeline_->seek_time(time_us);
  } else if (!timeline_->run_until(time_us, kStepsForEachPicture)) {
    seeking_us_ = time_us;
  }
  refresh();
}

void App::seek_on() {
  if (timeline_->run_until(*seeking_us_, kStepsForEachPicture)) {
    seeking_us_.reset();
    notice_s_ = 0;
    compare_with_recording();
  } else {
    say(kept("On the way to " + text::seconds(*seeking_us_, 1) + " s: at " +
             text::seconds(timeline_->now_us(), 1) + " s. Any act stops it."),
        false);
  }
}

// Another build may play a session another way: whoever opens it must not take it for the same.
void App::compare_with_recording() {
  const auto& recording = timeline_->scenario().recording;
  if (!recording || timeline_->now_us() != recording->at_us || timeline_->branch() != 0) return;
  if (timeline_->digest() == recording->digest) return;
  const std::string how = lab::how_it_diverges(timeline_->scenario());
  say("This is not what was recorded: " +
          (how.empty() ? "the digest of its events is another." : how + "."),
      true);
}

void App::set_dark(bool dark) {
  dark_ = dark;
  apply_style(theme());
  wake();
}

// Dear ImGui takes a key's press and release, or a click and the next, from its queue in pictures of their own.
bool App::wants_frame() const {
  const bool input_waits = !ImGui::GetCurrentContext()->InputEventsQueue.empty();
  return (open_ && playback_.playing()) || seeking() || settle_s_ > 0 || input_waits;
}

void App::draw(double real_s) {
  picture_memory::begin();
  ++pictures_;
  settle_s_ = std::max(0.0, settle_s_ - std::min(real_s, kSlowestS));  // a few pictures, however slow
  notice_s_ = std::max(0.0, notice_s_ - real_s);
  if (notice_s_ <= 0) chrome_.notice.clear();
  if (!timeline_) return draw_empty(real_s);
  if (seeking()) {
    seek_on();
  } else if (const std::int64_t forward_us = playback_.advance(real_s); forward_us > 0) {
    play(timeline_->now_us() + forward_us);
  }
  refresh();
  chrome_.playing = playback_.playing();
  chrome_.speed = playback_.speed();

  const Layout layout = compute_layout(vec(ImGui::GetIO().DisplaySize), selection_.dock_high);
  if (!selection_.chosen) {
    // Somebody to look at, until the person chooses.
    const MemberView* leader = current_leader(frame_);
    selection_.member = leader != nullptr ? leader->id : raft::kNone;
  }
  handle_keys(frame_, selection_, *this, ui_);
  if (!selection_.wanted_popup.empty()) selection_.open_popup = std::exchange(selection_.wanted_popup, {});
  ui_.begin(theme(), layout.narrow, host_.reduced_motion, real_s);
  ui_.set_live(playback_.playing());
  begin_window();
  draw_panels(layout);
  drawn_ = true;
  ImGui::End();
  ui_.end();
  held_keys_.hold(ui_.awaits_keyboard() || !selection_.wanted_popup.empty());
  carry_out();
}

// Nothing is open: the gallery fills the window.
void App::draw_empty(double real_s) {
  const Layout layout = compute_layout(vec(ImGui::GetIO().DisplaySize));
  handle_keys(frame_, selection_, *this, ui_);
  selection_.open_popup.clear();
  ui_.begin(theme(), layout.narrow, host_.reduced_motion, real_s);
  begin_window();
  Rect window{0, 0, ImGui::GetIO().DisplaySize.x, ImGui::GetIO().DisplaySize.y};
  fill(ui_.list(), window, ink(theme().ground));
  draw_gallery_cards(chrome_, *this, ui_, window.inset(layout.narrow ? 8 : 40, layout.narrow ? 8 : 28));
  draw_notice(chrome_, ui_, window);
  drawn_ = true;
  ImGui::End();
  ui_.end();
  carry_out();
}

void App::begin_window() {
  ImGui::SetNextWindowPos({0, 0});
  ImGui::SetNextWindowSize(ImGui::GetIO().DisplaySize);
  ImGui::Begin("raftarium", nullptr,
               ImGuiWindowFlags_NoDecoration | ImGuiWindowFlags_NoMove | ImGuiWindowFlags_NoSavedSettings |
                   ImGuiWindowFlags_NoBringToFrontOnFocus | ImGuiWindowFlags_NoNav |
                   ImGuiWindowFlags_NoScrollWithMouse);
}

void App::draw_panels(const Layout& layout) {
  CommandSink& commands = *this;
  ui_.region("panel.top_bar", layout.top_bar);
  ui_.region("panel.dock", layout.dock);
  ui_.region("panel.inspector", layout.inspector);
  ui_.region("panel.story", layout.story);
  ui_.region("panel.timeline", layout.timeline);
  ui_.begin_area(Area::Stage);
  draw_stage(frame_, selection_, commands, ui_, layout.stage);
  draw_notice(chrome_, ui_, layout.stage);
  ui_.begin_area(Area::TopBar);
  draw_top_bar(frame_, chrome_, selection_, commands, ui_, layout);
  if (layout.narrow) {
    ui_.begin_area(Area::Transport);
    fill(ui_.list(), layout.transport, ink(theme().panel));
    draw_transport(frame_, chrome_, commands, ui_, layout.transport.inset(8, 0));
  }
  ui_.begin_area(Area::Dock);
  draw_tabs(selection_, ui_, layout.tabs);
  const Tab tab = selection_.tab;
  if (tab == Tab::Logs) draw_logs(frame_, selection_, commands, ui_, layout.dock);
  if (tab == Tab::SpaceTime) draw_space_time(frame_, chrome_, selection_, commands, ui_, layout.dock);
  if (tab == Tab::Disk) draw_disk(frame_, selection_, commands, ui_, layout.dock);
  if (tab == Tab::Metrics) draw_metrics(frame_, ui_, layout.dock);
  if (tab == Tab::Clients) draw_clients(frame_, selection_, commands, ui_, layout.dock);
  if (!layout.narrow) ui_.begin_area(Area::Inspector);
  if (!layout.narrow || tab == Tab::Member)
    draw_inspector(frame_, selection_, commands, ui_, layout.inspector);
  if (!layout.narrow) {
    ui_.begin_area(Area::Story);
    draw_story(frame_, selection_, commands, ui_, layout.story);
    ui_.begin_area(Area::Properties);
    draw_properties(frame_, selection_, commands, ui_, layout.properties);
    line(ui_.list(), {layout.inspector.x, layout.inspector.y},
         {layout.inspector.x, layout.properties.bottom()}, ink(theme().line));
  } else if (tab == Tab::Story) {
    Rect dock = layout.dock;
    const Rect box = dock.cut_bottom(std::min(80.0F, dock.h / 2));
    draw_story(frame_, selection_, commands, ui_, dock);
    draw_properties(frame_, selection_, commands, ui_, box);
  }
  ui_.begin_area(Area::Timeline);
  draw_timeline(frame_, selection_, commands, ui_, layout.timeline);
  draw_stage_menu(frame_, selection_, commands, ui_);
  draw_top_bar_lists(frame_, selection_, commands, ui_);
  draw_gallery(chrome_, selection_, commands, ui_);
  draw_comparison(chrome_, selection_, ui_);
  draw_palette(frame_, chrome_, selection_, commands, ui_);
  draw_more(chrome_, selection_, commands, ui_);
  draw_form(selection_, commands, ui_);
  draw_help(selection_, ui_);
  draw_all_signs(selection_, ui_);
  draw_property_list(frame_, selection_, commands, ui_);
  selection_.open_popup.clear();
}

void App::refresh() {
  if (!timeline_) return;
  const Tab tab = selection_.tab;
  const bool trace = tab == Tab::SpaceTime || tab == Tab::Metrics || selection_.message != 0;
  const Looking looking{tab == Tab::Disk ? selection_.member : raft::kNone, selection_.log_from, trace};
  const Shown position{timeline_->branch(), timeline_->event_count(), timeline_->now_us(), looking};
  if (shown_ == position) return;
  shown_ = position;
  drawn_ = false;
  frame_ = build_frame(*timeline_, looking, std::move(frame_));
  frame_.version = ++frames_;
}

std::string App::frame_json() const {
  JsonWriter json;
  json.open('{').key("frame").raw(open_ ? to_json(frame_) : "null");
  json.key("view").raw(view_json()).close('}');
  return json.text();
}

std::string App::view_json() const {
  JsonWriter json;
  json.open('{').field("playing", playback_.playing());
  json.field("speed", kSpeeds[static_cast<std::size_t>(playback_.speed())].name);
  json.field("scenario", std::string_view(chrome_.scenario)).field("dark", dark_);
  json.field("reduced_motion", host_.reduced_motion);
  json.field("selected", selection_.member.value()).field("message", selection_.message);
  json.field("focus", std::string_view(ui_.focus())).field("tab", name_of(selection_.tab));
  json.field("breakpoints", chrome_.breakpoints).field("slow_motion", chrome_.slow_motion);
  json.field("lingers", playback_.lingers()).field("cutting", selection_.cutting);
  json.field("filter", std::string_view(selection_.palette.filter));
  json.key("link")
      .open('[')
      .value(selection_.link.from.value())
      .value(selection_.link.to.value())
      .close(']');
  json.field("record", std::string_view(selection_.record)).field("arranging", selection_.arranging);
  json.field("request", selection_.request.value_or(0));
  json.field("story_line", selection_.story.value_or(frame_.story.size()));
  json.field("entry", selection_.entry.value_or(raft::Index()).value());
  json.field("zoom", selection_.stage.zoom).field("settled", !wants_frame());
  json.field("dock_high", selection_.dock_high);
  json.field("drawn", drawn_).field("rules", selection_.rules);
  json.field("span_us", selection_.space_time.span_us).field("from_us", selection_.space_time.from_us);
  json.key("led_to").value(selection_.causes.past).key("follow").value(selection_.causes.future);
  json.key("pan").open('[').value(selection_.stage.pan.x).value(selection_.stage.pan.y).close(']');
  if (chrome_.comparison) {
    const lab::BranchComparison& what = chrome_.comparison->what;
    json.key("comparison").open('{').field("a", chrome_.comparison->a).field("b", chrome_.comparison->b);
    json.field("diverge", what.diverge).field("event", what.event).field("time_us", what.time_us);
    json.field("told_a", std::string_view(what.told_a)).field("told_b", std::string_view(what.told_b));
    json.field("time_a_us", what.time_a_us).field("time_b_us", what.time_b_us);
    json.field("entries", what.entries.size()).close('}');
  }
  if (selection_.form) {
    json.key("form").open('{');
    for (const FormField& field : selection_.form->fields)
      json.field(field.name, std::string_view(field.text));
    json.close('}');
  }
  json.field("clients", std::string_view(words_of_clients(frame_)));
  json.field("popup", ui_.popup_is_open()).field("notice", std::string_view(chrome_.notice));
  json.field("pictures", pictures_).close('}');
  return json.text();
}

std::string App::regions_json() const {
  JsonWriter json;
  json.open('{');
  for (const auto& [name, r] : ui_.regions().sorted()) {
    json.key(name).open('[').value(r.x).value(r.y).value(r.w).value(r.h).close(']');
  }
  json.close('}');
  return json.text();
}

}  // namespace raftarium::viz
