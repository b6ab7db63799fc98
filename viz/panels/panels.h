#pragma once
// The panels. Each is a function of what it may see (frame, chrome), what the person looks at (selection)
// and where it may speak (commands); it draws into `area` with `ui` and keeps nothing.

#include <optional>
#include <string>
#include <vector>

#include "viz/breakpoints.h"
#include "viz/commands.h"
#include "viz/frame.h"
#include "viz/layout.h"
#include "viz/selection.h"
#include "viz/ui.h"

namespace raftarium::viz {

struct ScenarioInfo {
  std::string name;  // of its file, without the ending
  std::string title;
  std::string description;
};

// Two branches beside each other.
struct Comparison {
  lab::BranchId a = 0;  // the one that was current
  lab::BranchId b = 0;
  std::string name_a;
  std::string name_b;
  lab::BranchComparison what;
};

// What the program itself is doing, beside the world that it shows.
struct Chrome {
  bool playing = false;
  int speed = 0;
  bool can_share = false;
  bool can_export = false;
  bool slow_motion = false;
  std::uint32_t breakpoints = 0;
  std::string scenario;
  std::vector<ScenarioInfo> scenarios;
  std::string notice;  // a refusal or a confirmation, for a few seconds
  bool notice_is_bad = false;
  std::optional<Comparison> comparison;  // what was compared last
};

void draw_top_bar(const Frame&, const Chrome&, Selection&, CommandSink&, Ui&, const Layout&);
// The lists that the top bar opens; drawn after every panel, so that the Tab order is theirs alone.
void draw_top_bar_lists(const Frame&, Selection&, CommandSink&, Ui&);
void draw_branch_list(const Frame&, Selection&, CommandSink&, Ui&, const Rect& from);
void draw_transport(const Frame&, const Chrome&, CommandSink&, Ui&, const Rect& area);
void draw_stage(const Frame&, Selection&, CommandSink&, Ui&, const Rect& area);
void draw_stage_menu(const Frame&, Selection&, CommandSink&, Ui&);
void draw_tabs(Selection&, Ui&, const Rect& area);
void draw_logs(const Frame&, Selection&, CommandSink&, Ui&, const Rect& area);
void draw_space_time(const Frame&, const Chrome&, Selection&, CommandSink&, Ui&, const Rect& area);
void draw_disk(const Frame&, Selection&, CommandSink&, Ui&, const Rect& area);
void draw_metrics(const Frame&, Ui&, const Rect& area);
// The scenarios to choose from: a list over the window, and all there is while nothing is open.
void draw_gallery(const Chrome&, Selection&, CommandSink&, Ui&);
bool draw_gallery_cards(const Chrome&, CommandSink&, Ui&, const Rect& area);  // true: one was chosen
void draw_comparison(const Chrome&, Selection&, Ui&);
void draw_palette(const Frame&, const Chrome&, Selection&, CommandSink&, Ui&);
void draw_clients(const Frame&, Selection&, CommandSink&, Ui&, const Rect& whole);
void draw_stores(const Frame&, Selection&, Ui&, const Rect& area);
struct Asked;
struct Sheet;
// The colour of what became of it.
Rgb request_tone(const RequestView& request, const Theme& theme);
// How often it was asked and what that means, and what there is to be said of its answer.
Words request_words(const RequestView& request);
// Shown in full, with whom it went to and its entry.
void choose_request(const RequestView& request, Selection& selection);
void draw_request_sheet(const Frame&, const RequestView&, CommandSink&, Ui&, Sheet&);
void draw_member_sheet(const Frame&, const MemberView&, Selection&, CommandSink&, Ui&, Sheet&);
void draw_message_sheet(const MessageView&, const Asked&, Ui&, Sheet&);
void draw_traced_sheet(const lab::TracedMessage&, Ui&, Sheet&);  // one that has arrived, or was lost
void draw_link_sheet(const Frame&, const LinkView&, Selection&, CommandSink&, Ui&, Sheet&);
void draw_overview(const Frame&, CommandSink&, Ui&, Sheet&);
void draw_inspector(const Frame&, Selection&, CommandSink&, Ui&, const Rect& area);
void draw_story(const Frame&, Selection&, CommandSink&, Ui&, const Rect& area);
void draw_properties(const Frame&, Selection&, CommandSink&, Ui&, const Rect& area);
// What each of them says, as a list of its own.
void draw_property_list(const Frame&, Selection&, CommandSink&, Ui&);
void draw_timeline(const Frame&, Selection&, CommandSink&, Ui&, const Rect& area);
// What has no place of its own on a small screen, and the breakpoints: a list under the top bar, a sheet from below
// where it is narrow.
void draw_more(const Chrome&, Selection&, CommandSink&, Ui&);
// Every sign of the stage with its name, in rows.
float signs_height(const Ui&, float width);
void draw_signs(Ui&, const Rect& area);
// The same as a list of its own, for a stage without the room.
void draw_all_signs(Selection&, Ui&);
void draw_form(Selection&, CommandSink&, Ui&);
void draw_help(Selection&, Ui&);
void draw_notice(const Chrome&, Ui&, const Rect& stage);

}  // namespace raftarium::viz
