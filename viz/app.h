#pragma once
// App: the program without its window. Owns the timeline and the view of it; a host (viz/desktop, web/)
// gives it input through Dear ImGui, draws what it made, and asks when the next picture is due.
//
// One picture is: input -> commands -> timeline -> frame (only if the position changed) -> panels.

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "lab/timeline.h"
#include "viz/commands.h"
#include "viz/frame.h"
#include "viz/held_keys.h"
#include "viz/panels/panels.h"
#include "viz/playback.h"
#include "viz/selection.h"
#include "viz/ui.h"

namespace raftarium::viz {

// What only the surroundings can do. Every function may be empty.
struct Host {
  std::function<void(const std::string& query)> share;  // "?scenario=split_brain&t=1200000"
  // Gives the person a file of this name. Returns where it is, in words; an error says why not.
  std::function<base::Result<std::string>(const std::string& name, const std::string& text)> save;
  std::function<void(bool dark)> theme_changed;
  std::function<void(const std::string& name)> scenario_opened;
  bool reduced_motion = false;
  bool dark = true;
};

class App : public CommandSink {
 public:
  // Until something is opened there is the gallery of scenarios.
  // REQUIRES: a current ImGui context with a renderer that has textures (ImGui 1.92's way).
  explicit App(Host host);

  // Opens one of the scenarios that were built in. Refused with the names that there are.
  base::Status open(const std::string& name);
  // Opens a scenario's text; `name` is its file's, for messages and links.
  base::Status open_text(const std::string& name, const std::string& json);
  void say(const std::string& notice, bool bad);
  void set_playing(bool playing);
  // A long way is gone in parts, a picture each, until it is there or somebody acts: the window never stands still.
  void seek(std::int64_t time_us);
  bool seeking() const { return seeking_us_.has_value(); }
  // For a host whose surroundings change while the program runs. Not reported back to Host::theme_changed.
  void set_dark(bool dark);
  void set_reduced_motion(bool reduced) { host_.reduced_motion = reduced; }

  // Between ImGui::NewFrame() and ImGui::Render(). `real_s`: seconds since the last picture.
  void draw(double real_s);
  // For those who measure: one event further, which nobody has looked at before the next picture.
  void step_unseen() {
    if (timeline_) timeline_->step_event();
  }
  // Something came in: pictures are due for a little while, until tooltips and hovers have settled.
  void wake() { settle_s_ = kSettleS; }
  bool wants_frame() const;

  Rgb ground() const { return ui_.narrow() ? theme().panel : theme().ground; }
  std::uint64_t pictures() const { return pictures_; }
  // For tests and those who automate the program: the frame with a "view" beside it, which is how it is looked at,
  // and every region's rectangle [x, y, width, height] by name.
  std::string frame_json() const;
  std::string view_json() const;
  std::string regions_json() const;
  const Frame& frame() const { return frame_; }
  const Regions& regions() const { return ui_.regions(); }
  const Regions& text_fields() const { return ui_.text_fields(); }
  // Those that are built in.
  const std::vector<ScenarioInfo>& scenarios() const { return chrome_.scenarios; }
  const std::string& notice() const { return chrome_.notice; }  // empty when there is none

  void act(sim::Command command) override {
    if (open_) acts_.push_back(std::move(command));
  }
  void control(Control control) override { controls_.push_back(std::move(control)); }

 private:
  static constexpr double kSettleS = 0.7;
  static constexpr double kNoticeS = 2.5;
  static constexpr double kNoticeSForEachByte = 0.04;  // long ones take longer to read
  static constexpr double kSlowestS = 0.1;
  static constexpr std::uint64_t kStepsForEachPicture = 20'000;  // of the world: about 10 ms of work

  const Theme& theme() const { return dark_ ? dark_theme() : light_theme(); }
  void draw_panels(const Layout& layout);
  void draw_empty(double real_s);
  void begin_window();
  void carry_out();
  void carry_out(const sim::Command& command);
  void carry_out(const Control& control);
  void move(const Control& control);   // in time
  void steer(const Control& control);  // everything else
  void undo();
  void share();
  void export_file(const std::string& word);
  void compare(lab::BranchId with);
  void to_next_message();
  void to_next_mark(std::uint32_t kinds);
  void to_last_mark();
  void play(std::int64_t to_us);
  void seek_on();
  void compare_with_recording();
  bool stop_between(std::uint64_t before, std::uint64_t after);
  void linger_between(std::uint64_t before, std::uint64_t after);
  void refresh();

  Host host_;
  Ui ui_;
  HeldKeys held_keys_;
  bool dark_ = true;
  bool open_ = false;
  bool built_in_ = false;  // the scenario, so that its name says it all
  std::optional<lab::Timeline> timeline_;
  std::optional<std::int64_t> seeking_us_;
  Playback playback_;
  Selection selection_;
  Chrome chrome_;
  Frame frame_;
  struct Shown {  // what frame_ is of
    lab::BranchId branch = 0;
    std::uint64_t event = 0;
    std::int64_t time_us = 0;
    Looking looking;
    friend bool operator==(const Shown&, const Shown&) = default;
  };
  std::optional<Shown> shown_;
  bool drawn_ = false;  // nothing has changed since the last picture: the regions are where it says
  std::vector<sim::Command> acts_;
  std::vector<Control> controls_;
  // Acts that one gesture made together, so that they are undone together.
  struct Together {
    lab::BranchId branch = 0;
    std::uint64_t event = 0;  // after the last of them
    std::size_t count = 0;
  };
  std::vector<Together> together_;
  double settle_s_ = kSettleS;
  double notice_s_ = 0;
  std::uint64_t pictures_ = 0;
  std::uint64_t frames_ = 0;
};

// The keys, as commands; does nothing while a text field has the keyboard.
void handle_keys(const Frame& frame, Selection& selection, CommandSink& commands, Ui& ui);

}  // namespace raftarium::viz
