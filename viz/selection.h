#pragma once
// Selection: what the person looks at and is in the middle of doing. Belongs to the view alone; changing it
// never changes a world.

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "raft/types.h"
#include "viz/forms.h"
#include "viz/geometry.h"

namespace raftarium::viz {

enum class Tab : std::uint8_t { Logs, SpaceTime, Disk, Clients, Metrics, Member, Story };

// What the diagram of space and time shows.
struct SpaceTimeView {
  static constexpr double kLeastSpanUs = 2'000;
  static constexpr double kMostSpanUs = 60'000'000;
  double from_us = 0;
  double span_us = 1'000'000;
  bool follows = true;  // the present stays in sight

  // Where it begins when it is `now_us`.
  double begins_us(double now_us) const {
    const double before = now_us - span_us * 0.92;
    return !follows ? from_us : before > 0 ? before : 0;
  }

  // What is at `about_us` stays where it is.
  void enlarge(double times, double about_us, double now_us) {
    const double wanted = span_us / times;
    const double span = wanted < kLeastSpanUs ? kLeastSpanUs : wanted > kMostSpanUs ? kMostSpanUs : wanted;
    from_us = about_us - (about_us - from_us) * span / span_us;
    span_us = span;
    follows = from_us <= now_us && now_us <= from_us + span_us;
  }
  void move(double by_us) {
    from_us += by_us;
    follows = false;
  }
};

// What the event under the pointer of the diagram is connected with: messages that led to it, and that follow.
struct CausesView {
  std::size_t past = 0;
  std::size_t future = 0;
};

// What is being looked for in the command palette.
struct PaletteState {
  std::string filter;
  int at = 0;  // the line that Enter performs
};

// A branch that is being given another name.
struct RenameState {
  static constexpr std::size_t kLongest = 60;
  std::uint32_t branch = 0;
  std::string name;
  bool begun = false;  // the field was given the keyboard
};

struct LinkId {
  raft::NodeId from;
  raft::NodeId to;
  friend bool operator==(const LinkId&, const LinkId&) = default;
};

// What the menu of the stage is about.
enum class MenuPage : std::uint8_t {
  Acts,
  Ask,
  Disk,
  DiskChance,
  DiskOnce,
  Clock,
  Members,
  Sides,
  Link,
  Message,
  Record,
  EveryLink,
  EveryDisk,
  EveryProcess
};

// What is looked at in full: a message or a link, else a member; or nothing.
struct Subject {
  raft::NodeId member;
  LinkId link;
  std::uint64_t message = 0;
  friend bool operator==(const Subject&, const Subject&) = default;
};

// How the stage is looked at: enlarged about its centre, then moved. Pixels of the interface.
struct StageView {
  static constexpr float kMostZoom = 6;
  float zoom = 1;
  Vec2 pan;
  std::optional<Subject> wanted;  // to be shown large with the next picture
  Subject about;                  // what was so last

  // What is in the middle stays there; 0: the whole stage again.
  void enlarge(float times) {
    const float to = times == 0                 ? 1
                     : zoom * times < 1         ? 1
                     : zoom * times > kMostZoom ? kMostZoom
                                                : zoom * times;
    pan = to == 1 ? Vec2{} : pan * (to / zoom);
    zoom = to;
    about = {};
  }
  // The subject, large; the whole stage where there is none, or it is so already.
  void show(const Subject& subject) {
    if (subject == Subject{} || (zoom > 1 && about == subject)) return enlarge(0);
    wanted = subject;
  }
};
inline constexpr float kZoomStep = 1.25F;

// What a click and drag on the stage is doing.
struct Gesture {
  enum class Kind : std::uint8_t { None, Press, MoveMember, DrawCut, Pan };
  Kind kind = Kind::None;
  raft::NodeId member;
  Vec2 start;
  Vec2 grip;  // from the pointer to the member's centre
  Polyline stroke;
  std::vector<Border> cuts;  // where they were when a member was taken up
  double held_s = 0;
};

struct Selection {
  raft::NodeId member;                  // kNone: nothing selected
  std::uint64_t message = 0;            // 0: none; else shown in place of the member
  LinkId link;                          // none: from nobody; else shown in place of the member
  std::optional<raft::Index> entry;     // an index lit up in the log matrix
  std::optional<raft::NodeId> pointed;  // lit up because a line of the story is under the pointer
  Tab tab = Tab::Logs;
  bool dock_high = false;  // what the tabs show has as much room as the stage can spare
  SpaceTimeView space_time;
  CausesView causes;
  bool rules = false;    // the story names the rule behind each line
  bool stores = false;   // the tab of the clients shows the members' stores, not the requests
  raft::Index log_from;  // the first column of the log matrix in sight; zero: its end is
  std::string record;    // of the disk, lit up: its place, as "00000001.wal+128"; empty: the last
  std::optional<std::size_t> story;      // the line that the arrows have come to
  std::optional<std::uint64_t> request;  // the same of the clients: its id
  bool request_shown = false;            // the request is shown in place of the member
  PaletteState palette;
  std::optional<RenameState> renaming;
  std::map<std::uint64_t, Vec2> placed;  // members moved by hand, as shares of the stage
  StageView stage;
  Gesture gesture;
  Vec2 menu_at;  // where the menu of the stage was asked for
  MenuPage menu_page = MenuPage::Acts;
  raft::NodeId menu_member;        // whose it is; kNone: the empty stage's
  LinkId menu_link;                // MenuPage::Link: which
  std::uint64_t menu_message = 0;  // MenuPage::Message: which
  // To be opened in the next frame: "menu", "gallery", "branches", "comparison", "exports", "palette", "more",
  // "help", "signs", "properties", "rename": the branches, and the current one's name is written; "form".
  std::string open_popup;
  std::string wanted_popup;   // asked for from within another pop-up: opened with the next picture
  std::optional<Form> form;   // what is being written in the pop-up of this name
  bool menu_wanted = false;   // of what is selected, where the stage shows it; else of the network
  bool cutting = false;       // the next number names the member to be cut off from
  bool arranging = false;     // the arrows move the selected member on the stage
  Vec2 nudge;                 // so many steps of theirs, to be done with the next picture
  bool entry_wanted = false;  // the entry that is lit up is to come into sight
  bool chosen = false;        // the person has selected, or cleared; until then the first leader is shown

  void select(raft::NodeId id) {
    member = id;
    request_shown = false;
    message = 0;
    link = {};
    chosen = true;
  }
  void select_message(std::uint64_t id) {
    message = id;
    request_shown = false;
    link = {};
    chosen = true;
  }
  void select_link(LinkId which) {
    link = which;
    request_shown = false;
    message = 0;
    chosen = true;
  }
  void select_request(std::uint64_t id) {
    request = id;
    request_shown = true;
    message = 0;
    link = {};
    chosen = true;
  }
  Subject subject() const {
    if (message != 0) return {{}, {}, message};
    if (link.from != raft::kNone) return {{}, link, 0};
    return {member, {}, 0};
  }
  void ask(std::string title, const sim::Command& begin, std::size_t members) {
    form = form_for(std::move(title), begin, members);
    wanted_popup = "form";
  }
  void ask_for_menu(MenuPage page, raft::NodeId whose, Vec2 at) {
    menu_page = page;
    menu_member = whose;
    menu_at = at;
    open_popup = "menu";
  }
  void clear() {
    chosen = true;
    request_shown = false;
    member = raft::kNone;
    message = 0;
    link = {};
    entry.reset();
    gesture = {};
    cutting = false;
    arranging = false;
  }
};

}  // namespace raftarium::viz
