#pragma once
// Ui: what every panel draws with. Wraps the current ImGui window: text in the theme's faces, buttons that
// have a name, a tooltip and a place in the Tab order, and the list of regions that tests click on.

#include <imgui.h>

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "viz/draw.h"
#include "viz/geometry.h"
#include "viz/theme.h"

namespace raftarium::viz {

// Names, one after the other, in memory that is used again.
class Names {
 public:
  void clear() {
    text_.clear();
    ends_.clear();
  }
  void add(std::string_view name) {
    text_ += name;
    ends_.push_back(text_.size());
  }
  std::size_t size() const { return ends_.size(); }
  std::string_view operator[](std::size_t i) const {
    const std::size_t from = i == 0 ? 0 : ends_[i - 1];
    return std::string_view(text_).substr(from, ends_[i] - from);
  }
  // size() when there is none; else the last one.
  std::size_t find(std::string_view name) const {
    for (std::size_t i = size(); i-- > 0;) {
      if ((*this)[i] == name) return i;
    }
    return size();
  }

 private:
  std::string text_;
  std::vector<std::size_t> ends_;
};

// Where things are that have a name. Of two with one name the later one counts.
class Regions {
 public:
  void clear() {
    names_.clear();
    areas_.clear();
    touch_.clear();
  }
  // `touch`: how large it is to a finger, with what is out of sight; nothing: it is only a name.
  void add(std::string_view name, const Rect& area, Vec2 touch = {}) {
    names_.add(name);
    areas_.push_back(area);
    touch_.push_back(touch);
  }
  const Rect* find(std::string_view name) const {
    const std::size_t at = names_.find(name);
    return at == names_.size() ? nullptr : &areas_[at];
  }
  std::map<std::string, Rect> sorted() const {
    std::map<std::string, Rect> all;
    for (std::size_t i = 0; i < areas_.size(); ++i) all[std::string(names_[i])] = areas_[i];
    return all;
  }
  // What can be touched, and how large it is.
  std::map<std::string, Vec2> touchable() const {
    std::map<std::string, Vec2> all;
    for (std::size_t i = 0; i < touch_.size(); ++i) {
      if (touch_[i].x > 0) all[std::string(names_[i])] = touch_[i];
    }
    return all;
  }

 private:
  Names names_;
  std::vector<Rect> areas_;
  std::vector<Vec2> touch_;
};

enum class Icon : unsigned char {
  None,
  ToStart,
  Back,
  Play,
  Pause,
  Step,
  ToEnd,
  Minus,
  Plus,
  Help,
  Theme,
  Share,
  Chevron,
  More,
  Undo,
  Close,
  Branch,
  Pencil
};

struct Button {
  std::string_view name;   // region and focus: "transport.play"
  std::string_view label;  // may be empty when there is an icon
  std::string_view tooltip;
  std::string_view key;  // shown in the tooltip: "Space"
  Icon icon = Icon::None;
  enum class Style : unsigned char { Plain, Primary, Danger, Ghost, Row } style = Style::Plain;
  bool enabled = true;
};

struct Item {
  bool hovered = false;
  bool held = false;
  bool clicked = false;
  bool focused = false;
};

// A line of text to be written by hand.
struct TextField {
  std::string_view name;
  Pen pen;
  Rgb ground;
  const char* hint = "";
  bool take = false;  // it is to have the keyboard from now on
};

struct Written {
  bool active = false;   // it has the keyboard
  bool begun = false;    // since this picture
  bool left = false;     // no longer, since this picture
  bool entered = false;  // by Enter
};

// A list of things that the arrows go through.
struct List {
  bool focused = false;
  bool arrived = false;  // Tab has just come to it
  int moved = 0;         // so many things on; negative: back
  bool entered = false;  // Enter, or Space

  bool shows() const { return arrived || moved != 0; }  // where it is now has to come into sight
};

// The panels, in the order in which Tab comes to them.
enum class Area : unsigned char { TopBar, Stage, Transport, Inspector, Story, Properties, Dock, Timeline };

// What Tab walks, in the order in which it was drawn.
class TabStops {
 public:
  void clear() {
    names_.clear();
    stops_.clear();
  }
  // `x`: the left edge; counts where the area is drawn from both ends.
  void add(std::string_view name, Area area, float x) {
    stops_.push_back({area, area == Area::TopBar ? x : 0, stops_.size()});
    names_.add(name);
  }
  bool has(std::string_view name) const { return names_.find(name) != names_.size(); }
  void sort();
  // REQUIRES: it is sorted. Comes round; from what is not there to the first, or the last. Empty: there is none.
  std::string_view beside(std::string_view name, int direction) const;
  // The last one before `name` that `others` have too; empty: there is none.
  std::string_view last_before(std::string_view name, const TabStops& others) const;

 private:
  struct Stop {
    Area area;
    float x;
    std::size_t drawn;  // position in names_
  };
  std::ptrdiff_t find(
      std::string_view name) const;  // its position in stops_; how many there are when it is not there
  Names names_;
  std::vector<Stop> stops_;
};

class Ui {
 public:
  Ui(const Fonts& fonts) : fonts_(fonts) {}  // NOLINT: a kit of tools, made once

  // `real_s`: seconds since the last picture, for what glides.
  void begin(const Theme& theme, bool narrow, bool reduced_motion, double real_s);
  void end();

  const Theme& theme() const { return *theme_; }
  bool narrow() const { return narrow_; }
  bool reduced_motion() const { return reduced_motion_; }
  ImDrawList* list() const { return ImGui::GetWindowDrawList(); }

  // Sizes are those of the em square, as everywhere but in ImGui, which counts ascent and descent.
  Pen regular(float size, Rgb color, float alpha = 1) const {
    return pen(fonts_.regular, size * kInter, color, alpha);
  }
  Pen medium(float size, Rgb color, float alpha = 1) const {
    return pen(fonts_.medium, size * kInter, color, alpha);
  }
  Pen semibold(float size, Rgb color, float alpha = 1) const {
    return pen(fonts_.semibold, size * kInter, color, alpha);
  }
  Pen mono(float size, Rgb color, float alpha = 1) const {
    return pen(fonts_.mono, size * kMono, color, alpha);
  }
  Pen mono_bold(float size, Rgb color, float alpha = 1) const {
    return pen(fonts_.mono_bold, size * kMono, color, alpha);
  }

  // A place that can be clicked, without a look of its own. Where two overlap, the first one made has the
  // pointer.
  Item item(std::string_view name, const Rect& area, bool focusable = true);
  // The panel that is drawn from now on.
  void begin_area(Area area) { area_ = area; }
  // One stop of Tab, whatever it holds. Its panel marks what the arrows have come to.
  List list(std::string_view name);
  // The mark of the keyboard's focus on a thing in a list; scrolled to when the list shows it.
  void mark(const List& list, const Rect& area);
  // A list of nothing but lines: Up and Down scroll the child window that has begun at `area`, where it has more than
  // can be seen.
  void scroll_by_keys(std::string_view name, const Rect& area);
  // The mark of the keyboard's focus; item() draws it, unless something is drawn over it later.
  void ring(const Rect& area);
  // Only a name for tests and for those who automate the program, and what is in sight of it.
  void region(std::string_view name, const Rect& area) { region(name, area, {}); }
  // What is found by its place, without an item of its own: `reach` px around the middle of `area` in each direction.
  void reachable(std::string_view name, const Rect& area, float reach) {
    region(name, area, {2 * reach, 2 * reach});
  }
  void reachable(std::string_view name, const Rect& area, Vec2 size) { region(name, area, size); }
  Written text_field(const Rect& area, const TextField& field, std::string& text);
  // A text field is to have the keyboard, which takes Dear ImGui two pictures: until then nothing can be written.
  bool awaits_keyboard() const { return !awaited_.empty(); }
  bool button(const Rect& area, const Button& button);
  float button_width(std::string_view label) const;
  // For the last item. Shown after a moment's rest.
  void tooltip(std::string_view text, std::string_view key = {});
  // At the pointer at once, for what is drawn by hand.
  void tooltip_now(std::string_view text, std::string_view second = {});
  // Beside what the keyboard has come to.
  void tooltip_at(const Rect& area, std::string_view text, std::string_view second = {});

  // A pop-up takes the Tab order for itself. Between open() and close() when open() is true.
  bool open_popup(const char* name, bool asked_for, Vec2 at, Vec2 size, bool centered = false);
  void close_popup();
  // Closes whatever is open with the next picture that draws it.
  void close_popups() { close_popups_ = true; }
  bool popup_is_open() const { return popup_open_; }

  // Keyboard focus: Tab and Shift+Tab walk it, Enter activates, Space too while something has it. What it comes
  // to is scrolled into sight.
  void move_focus(int direction);
  // What is drawn with this picture, or the next.
  void focus_on(std::string_view name);
  void move_in_list(int steps) { list_moved_ = steps; }
  void activate_focus() { activate_ = true; }
  void clear_focus() {
    focus_.clear();
    left_at_.clear();
  }
  const std::string& focus() const { return focus_; }

  const Regions& regions() const { return regions_; }
  // Of these, what takes text.
  const Regions& text_fields() const { return text_fields_; }

  // How much of the accent a button takes on under the pointer, and while it is pressed.
  static constexpr float kPointed = 0.1F;
  static constexpr float kHeld = 0.14F;

  // Motion shows causes. A value that was something else a moment ago glides there within `seconds`; what
  // was not shown in the last picture appears in its place. At once when motion is to be reduced.
  float eased(std::string_view name, float target, float seconds);
  // How far the last change of `value` has been shown, 0..1; 1 when it has not changed.
  float changed(std::string_view name, std::uint64_t value, float seconds);
  double real_s() const { return real_s_; }
  // What a panel has worked out and needs again in the next picture, one of each type. It must say itself what it
  // was worked out from, and whether that still holds.
  template <class T>
  T& kept() {
    static char type;  // its address stands for T
    std::shared_ptr<void>& held = kept_[&type];
    if (held == nullptr) held = std::make_shared<T>();
    return *static_cast<T*>(held.get());
  }
  // For a clock that jumps: by how much what is shown of it still lags behind `now_us`. None while `live`.
  double lag(double now_us);
  void set_live(bool live) { live_ = live; }

 private:
  static constexpr float kInter = 1.21F;  // (ascent + descent) / em of the face
  static constexpr float kMono = 1.32F;
  void region(std::string_view name, const Rect& area, Vec2 touch);
  void await(std::string_view field, const Written& written, bool take);
  static Pen pen(ImFont* font, float size, Rgb color, float alpha) {
    return {font, size, ink(color, alpha)};
  }

  Fonts fonts_;
  const Theme* theme_ = nullptr;
  bool narrow_ = false;
  bool reduced_motion_ = false;
  bool activate_ = false;
  bool focus_moved_ = false;
  bool popup_open_ = false;
  bool close_popups_ = false;
  double real_s_ = 0;
  bool live_ = false;
  double lag_us_ = 0;
  double lag_of_us_ = 0;
  std::string focus_;
  std::string focus_before_;  // what had it when a pop-up took it: has it again after that
  std::string left_at_;       // after what had it has gone: what stood before that
  bool popup_was_open_ = false;
  int list_moved_ = 0;
  Area area_ = Area::TopBar;
  std::optional<Rect> focused_area_;  // of the last item, if it has the focus
  TabStops order_;                    // of this frame
  TabStops last_order_;               // of the frame before: what Tab walks
  Regions regions_;
  Regions text_fields_;
  std::string awaited_;       // the text field that is to have the keyboard
  int awaited_pictures_ = 0;  // for how many
  bool awaited_seen_ = false;
  struct Glide {
    float value = 0;
    float from = 0;
    float to = 0;
    float share = 1;
    std::uint64_t what = 0;
    std::uint64_t picture = 0;  // shown last in
  };
  std::map<std::string, Glide, std::less<>> glides_;
  std::pair<Glide*, bool> glide(std::string_view name);  // and whether it is new
  std::uint64_t picture_ = 0;
  std::map<const void*, std::shared_ptr<void>> kept_;
};

void draw_icon(ImDrawList* list, Icon icon, Vec2 center, float size, ImU32 color);

}  // namespace raftarium::viz
