// The top bar: what is open, the transport, and the program's own switches.

#include <algorithm>
#include <cmath>

#include "viz/exports.h"
#include "viz/panels/panels.h"
#include "viz/playback.h"
#include "viz/text.h"

namespace raftarium::viz {
namespace {

using Kind = Control::Kind;

constexpr float kTransport = 520;  // px that it takes where there is room

void draw_mark(Ui& ui, Vec2 at, float r) {
  polygon(ui.list(), hexagon(at, r), ink(blend(ui.theme().panel, ui.theme().accent, 0.15F)),
          ink(ui.theme().accent), 2);
  draw_text(ui.list(), ui.semibold(r * 0.85F, ui.theme().accent), at, "R", Align::Center);
}

// A box with a title, a muted detail and a chevron, that opens a list.
bool picker(Ui& ui, const Rect& area, std::string_view name, std::string_view title,
            std::string_view detail, std::string_view tip, Icon icon = Icon::None) {
  const Theme& t = ui.theme();
  const Item it = ui.item(name, area);
  fill(ui.list(), area, ink(it.hovered ? t.hover : t.raised), kCorner);
  outline(ui.list(), area, ink(t.line), kCorner);
  const float y = area.center().y;
  float room = area.w - 36;
  float x = area.x + 12;
  if (icon != Icon::None) {
    draw_icon(ui.list(), icon, {x + 5, y}, 6, ink(t.muted));
    x += 18;
    room -= 18;
  }
  const Pen pen = ui.medium(type::kBody, t.text);
  const Pen small = ui.regular(type::kTiny, t.muted);
  const float detail_width = detail.empty() ? 0 : text_width(small, detail) + 12;
  const Words shown = fitted(pen, title, room);
  draw_text(ui.list(), pen, {x, y}, shown);
  room -= text_width(pen, shown);
  if (detail_width > 0 && room >= detail_width) {
    draw_text(ui.list(), small, {x + 12 + text_width(pen, shown), y + 0.5F}, detail);
  }
  draw_icon(ui.list(), Icon::Chevron, {area.right() - 14, y}, 6, ink(t.muted));
  ui.tooltip(tip);
  return it.clicked;
}

void export_list(const Selection& selection, CommandSink& commands, Ui& ui, const Rect& from) {
  const float row_height = ui.narrow() ? kTouchRow : 32;
  const float height = row_height * static_cast<float>(kExports.size()) + 10;
  const bool asked = selection.open_popup == "exports";
  if (!ui.open_popup("exports", asked, {from.x, from.bottom() + 6}, {250, height})) return;
  const Vec2 at = vec(ImGui::GetCursorScreenPos());
  Rect rest{at.x, at.y + 4, ImGui::GetWindowWidth(), height - 8};
  for (const ExportChoice& choice : kExports) {
    if (!ui.button(rest.cut_top(row_height).inset(4, 1), {Words("exports.") + choice.word, choice.label, "",
                                                          "", Icon::None, Button::Style::Row, true})) {
      continue;
    }
    commands.control({Kind::Export, 0, choice.word});
    ImGui::CloseCurrentPopup();
  }
  ui.close_popup();
}

Words branch_label(const Frame& frame, bool narrow) {
  std::size_t place = 1;
  for (std::size_t i = 0; i < frame.branches.size(); ++i) {
    if (frame.branches[i].id == frame.branch) place = i + 1;
  }
  return (narrow ? "" : "branch ") + digits(place) + "/" + digits(frame.branches.size());
}

void draw_speed(const Chrome& chrome, CommandSink& commands, Ui& ui, Rect area) {
  const Theme& t = ui.theme();
  draw_text(ui.list(), ui.mono(type::kBody, t.text), {area.x + 50, area.center().y},
            kSpeeds[static_cast<std::size_t>(chrome.speed)].name, Align::Right);
  const Rect track{area.x + 62, area.y, area.w - 66, area.h};
  const Item it = ui.item("speed", track);
  const auto steps = static_cast<float>(kSpeeds.size() - 1);
  if (it.held) {
    const float share = std::clamp((ImGui::GetIO().MousePos.x - track.x - 6) / (track.w - 12), 0.0F, 1.0F);
    commands.control({Kind::SetSpeed, std::lround(share * steps), {}});
  }
  const float y = track.center().y;
  const float x = track.x + 6 + (track.w - 12) * static_cast<float>(chrome.speed) / steps;
  fill(ui.list(), {track.x, y - 2, track.w, 4}, ink(t.line), 2);
  fill(ui.list(), {track.x, y - 2, x - track.x, 4}, ink(t.accent, 0.6F), 2);
  ui.list()->AddCircleFilled({x, y}, it.hovered || it.held ? 8.0F : 7.0F, ink(t.text), 24);
  ui.tooltip(text::kSpeed, "[ slower   ] faster");
}

}  // namespace

void draw_transport(const Frame& frame, const Chrome& chrome, CommandSink& commands, Ui& ui,
                    const Rect& area) {
  const float size = ui.narrow() ? kTouchTarget : 34;
  const float height = ui.narrow() ? kTouchTarget : 30;
  const float gap = ui.narrow() ? 4 : 6;
  float x = area.x;
  const float y = area.center().y - height / 2;
  const auto place = [&] {
    const Rect r{x, y, size, height};
    x += size + gap;
    return r;
  };
  const auto press = [&](std::string_view name, Icon icon, std::string_view tip, std::string_view key,
                         Kind kind, bool primary = false) {
    const auto style = primary ? Button::Style::Primary : Button::Style::Plain;
    if (ui.button(place(), {name, "", tip, key, icon, style, true})) commands.control({kind, 0, {}});
  };
  // Where there is no room for the ends the timeline has to do; "More" has them too.
  const bool to_start = !ui.narrow() || area.w >= 370;
  const bool to_end = !ui.narrow() || area.w >= 420;
  const bool undo = area.w >= (ui.narrow() ? 340.0F : 462.0F);
  if (to_start) press("transport.start", Icon::ToStart, text::kToStart, "Home", Kind::ToStart);
  press("transport.back", Icon::Back, text::kStepBack, "Left", Kind::StepBack);
  press("transport.play", chrome.playing ? Icon::Pause : Icon::Play,
        chrome.playing ? text::kPause : text::kPlay, "Space", Kind::TogglePlay, true);
  press("transport.step", Icon::Step, text::kStep, "Right", Kind::StepForward);
  if (to_end) press("transport.end", Icon::ToEnd, text::kToEnd, "End", Kind::ToEnd);
  if (undo) press("transport.undo", Icon::Undo, text::kUndo, "U", Kind::Undo);
  x += ui.narrow() ? 4 : 14;
  if (ui.narrow()) {
    press("speed.slower", Icon::Minus, text::kSlower, "[", Kind::Slower);
    const float right = area.right() - kTouchTarget;
    draw_text(ui.list(), ui.mono(type::kSmall, ui.theme().text), {(x - gap + right) / 2, area.center().y},
              kSpeeds[static_cast<std::size_t>(chrome.speed)].name, Align::Center);
    x = right;
    press("speed.faster", Icon::Plus, text::kFaster, "]", Kind::Faster);
    return;
  }
  const float speed_width = std::clamp(area.right() - x - 110, 110.0F, 170.0F);
  draw_speed(chrome, commands, ui, {x, y, speed_width, height});
  draw_text(ui.list(), ui.mono(type::kLarge - 1, ui.theme().text), {x + speed_width + 18, area.center().y},
            text::seconds(frame.time_us) + " s");
  ui.region("time", {x + speed_width + 18, y, 80, height});
}

void draw_top_bar(const Frame& frame, const Chrome& chrome, Selection& selection, CommandSink& commands,
                  Ui& ui, const Layout& layout) {
  Rect bar = layout.top_bar;
  const Theme& t = ui.theme();
  fill(ui.list(), bar, ink(t.panel));
  line(ui.list(), {bar.x, bar.bottom() - 0.5F}, {bar.right(), bar.bottom() - 0.5F}, ink(t.line));
  const float button = layout.narrow ? kTouchTarget : 30;
  const float inset = (bar.h - button) / 2;
  Rect row = bar.inset(layout.narrow ? 8 : 12, inset);

  draw_mark(ui, {row.x + 14, row.center().y}, 13);
  row.cut_left(36);
  const bool roomy = bar.w >= 1100;
  if (roomy) {
    draw_text(ui.list(), ui.semibold(type::kLarge, t.text), {row.x + 8, row.center().y}, "Raftarium");
    row.cut_left(102);
  }
  const auto switch_button = [&](std::string_view name, Icon icon, std::string_view tip,
                                 std::string_view key) {
    const Rect r = row.cut_right(button);
    row.cut_right(6);
    return ui.button(r, {name, "", tip, key, icon, Button::Style::Plain, true});
  };
  if (switch_button("more", Icon::More, text::kMore, "")) selection.open_popup = "more";
  if (chrome.breakpoints != 0) {  // the clock will stop by itself
    const Rect* more = ui.regions().find("more");
    if (more != nullptr)
      ui.list()->AddCircleFilled({more->right() - 6, more->y + 6}, 3.5F, ink(t.accent), 16);
  }
  // A telephone has these under "More".
  const bool own_buttons = !layout.narrow || bar.w >= 600;
  if (own_buttons && switch_button("theme", Icon::Theme, t.dark ? text::kToLight : text::kToDark, "D")) {
    commands.control({Kind::ToggleTheme, 0, {}});
  }
  if (own_buttons && switch_button("help", Icon::Help, text::kHelp, "?")) selection.open_popup = "help";
  if (own_buttons && chrome.can_share) {
    if (bar.w >= 1200) {
      const Rect r = row.cut_right(ui.button_width("Share link"));
      row.cut_right(8);
      if (ui.button(r, {"share", "Share link", text::kShare, "", Icon::None, Button::Style::Plain, true})) {
        commands.control({Kind::Share, 0, {}});
      }
    } else if (switch_button("share", Icon::Share, text::kShare, "")) {
      commands.control({Kind::Share, 0, {}});
    }
  }
  if (chrome.can_export && bar.w >= 1240) {
    const Rect r = row.cut_right(ui.button_width("Export"));
    row.cut_right(8);
    if (ui.button(r, {"export", "Export", text::kExport, "", Icon::None, Button::Style::Plain, true}))
      selection.open_popup = "exports";
  }
  const Words count = digits(frame.members.size()) + (frame.members.size() == 1 ? " member" : " members");
  const Words detail = count + ", seed " + digits(frame.seed);
  const float transport_width = layout.narrow ? 0.0F : std::min(kTransport, row.w * 0.58F);
  const float pickers = row.w - transport_width - (layout.narrow ? 0.0F : 16.0F);
  const Words branch_words = branch_label(frame, layout.narrow);
  const float branch_wanted = ui.button_width(branch_words) + (layout.narrow ? 42.0F : 24.0F);
  const float branch_width = layout.narrow ? branch_wanted : std::min(branch_wanted, pickers * 0.42F);
  const float scenario_width = std::min(layout.narrow ? 400.0F : 240.0F, pickers - branch_width - 8);
  const Rect scenario = row.cut_left(scenario_width);
  row.cut_left(8);
  if (picker(ui, scenario, "scenarios", frame.scenario_title, detail, text::kScenario))
    selection.open_popup = "gallery";
  const Rect branch = row.cut_left(branch_width);
  if (picker(ui, branch, "branches", branch_words, "", text::kBranches,
             layout.narrow ? Icon::Branch : Icon::None)) {
    selection.open_popup = "branches";
  }
  if (!layout.narrow) {
    const float wanted = std::min(row.w, kTransport);
    const float centered = std::max(row.x + 12, std::min(bar.w * 0.405F, row.right() - wanted));
    draw_transport(frame, chrome, commands, ui, {centered, bar.y, row.right() - centered, bar.h});
  }
}

void draw_top_bar_lists(const Frame& frame, Selection& selection, CommandSink& commands, Ui& ui) {
  const auto place = [&](const char* name) {
    const Rect* found = ui.regions().find(name);
    return found == nullptr ? Rect{} : *found;
  };
  draw_branch_list(frame, selection, commands, ui, place("branches"));
  export_list(selection, commands, ui, place("export"));
}

}  // namespace raftarium::viz
