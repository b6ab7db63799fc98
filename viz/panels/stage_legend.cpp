// The legend: every sign of the stage with its name. What is rare is named while it is there; the list of keys names
// all of them.

#include <algorithm>
#include <array>

#include "viz/health.h"
#include "viz/panels/stage_parts.h"
#include "viz/panels/timeline_parts.h"
#include "viz/text.h"

namespace raftarium::viz {
namespace {

using raft::MessageType;

constexpr float kSign = 14;     // px from a sign's middle to its name
constexpr float kBetween = 24;  // from the end of a name to the middle of the next sign
constexpr float kLeast = 340;   // px of height that the stage keeps before the legend takes another row

constexpr int kMostRows = 3;  // on the stage
constexpr const char* kAllSigns = "All signs …";

enum class SignGroup : std::uint8_t { Members, Troubles, Messages, Timeline };

struct Sign {
  const char* name;
  SignGroup group;
  void (*draw)(Ui& ui, Vec2 at);
  bool (*there)(const Frame& frame);  // nothing: always named
};

bool any_member(const Frame& frame, bool (*is)(const MemberView& member)) {
  return std::any_of(frame.members.begin(), frame.members.end(), is);
}

template <DiskState kState>
Sign disk_sign() {
  return {name_of(kState), SignGroup::Troubles,
          [](Ui& ui, Vec2 at) { draw_disk_badge(ui, kState, at, 6.5F); },
          [](const Frame& frame) {
            return any_member(frame, [](const MemberView& m) { return disk_state(m.disk) == kState; });
          }};
}

template <ClockState kState>
Sign clock_sign() {
  return {
      name_of(kState), SignGroup::Troubles, [](Ui& ui, Vec2 at) { draw_clock_badge(ui, kState, at, 6.5F); },
      [](const Frame& frame) {
        return any_member(frame, [](const MemberView& m) { return clock_state(m.drift_ppm) == kState; });
      }};
}

template <MessageType kType, bool kRefused = false>
Sign message_sign(const char* name) {
  return {name, SignGroup::Messages,
          [](Ui& ui, Vec2 at) {
            raft::Message sample;
            sample.type = kType;
            sample.reject = kRefused;
            const Vec2 middle = kType == MessageType::MsgSnap ? at - Vec2{2, 0} : at;
            draw_message_shape(ui, sample, middle, ui.theme().muted, false);
          },
          nullptr};
}

// Named with all the others only: the timeline is not the stage.
template <lab::Mark::Kind kKind>
Sign mark_sign(const char* name) {
  return {name, SignGroup::Timeline, [](Ui& ui, Vec2 at) { draw_mark_sign(ui, kKind, at); },
          [](const Frame&) { return false; }};
}

ImU32 edge_of(const Ui& ui) { return ink(ui.theme().muted); }

const std::array kSigns = {
    Sign{"leader", SignGroup::Members,
         [](Ui& ui, Vec2 at) {
           polygon(ui.list(), hexagon(at, 7), ink(ui.theme().ground), edge_of(ui), 1.5F);
         },
         nullptr},
    Sign{"candidate", SignGroup::Members,
         [](Ui& ui, Vec2 at) {
           polygon(ui.list(), diamond(at, 7), ink(ui.theme().ground), edge_of(ui), 1.5F);
         },
         nullptr},
    Sign{"pre-candidate", SignGroup::Members,
         [](Ui& ui, Vec2 at) {
           const auto d = diamond(at, 7.5F);
           dashed(ui.list(), {d[0], d[1], d[2], d[3], d[0]}, edge_of(ui), 1.5F, 3, 2.3F);
         },
         nullptr},
    Sign{"follower", SignGroup::Members,
         [](Ui& ui, Vec2 at) { ui.list()->AddCircle(im(at), 6.5F, edge_of(ui), 24, 1.5F); }, nullptr},
    Sign{"learner", SignGroup::Members,
         [](Ui& ui, Vec2 at) { dotted_circle(ui.list(), at, 6.5F, edge_of(ui), 2); },
         [](const Frame& frame) {
           return !frame.configuration.learners.empty() || !frame.configuration.learners_next.empty();
         }},
    Sign{"crashed", SignGroup::Members,
         [](Ui& ui, Vec2 at) {
           dashed_circle(ui.list(), at, 7, ink(ui.theme().bad), 1.25F);
           cross(ui.list(), at, 3.5F, ink(ui.theme().bad), 1.25F);
         },
         nullptr},
    Sign{"paused", SignGroup::Troubles,
         [](Ui& ui, Vec2 at) {
           for (const float x : {-5.0F, 1.0F})
             fill(ui.list(), {at.x + x, at.y - 6, 4, 12}, ink(ui.theme().warning), 1);
         },
         [](const Frame& frame) {
           return any_member(frame, [](const MemberView& m) { return m.process == Process::Paused; });
         }},
    Sign{"slow process", SignGroup::Troubles, [](Ui& ui, Vec2 at) { draw_hourglass(ui, at); },
         [](const Frame& frame) {
           return any_member(frame, [](const MemberView& m) {
             return m.process == Process::Running && m.pace.is_slow();
           });
         }},
    disk_sign<DiskState::Lying>(),
    disk_sign<DiskState::Full>(),
    disk_sign<DiskState::Failing>(),
    disk_sign<DiskState::Slow>(),
    clock_sign<ClockState::Fast>(),
    clock_sign<ClockState::Slow>(),
    clock_sign<ClockState::Still>(),
    Sign{"append", SignGroup::Messages,
         [](Ui& ui, Vec2 at) {
           fill(ui.list(), {at.x - 7, at.y - 6, 14, 12}, edge_of(ui), 2);
         },
         nullptr},
    message_sign<MessageType::MsgHeartbeat>("heartbeat"),
    message_sign<MessageType::MsgVote>("vote"),
    Sign{"pre-vote", SignGroup::Messages,
         [](Ui& ui, Vec2 at) {
           raft::Message sample;
           sample.type = MessageType::MsgPreVote;
           draw_message_shape(ui, sample, at, ui.theme().muted, false);
         },
         [](const Frame& frame) {
           return std::any_of(frame.messages.begin(), frame.messages.end(), [](const MessageView& view) {
             return view.message.type == MessageType::MsgPreVote;
           });
         }},
    message_sign<MessageType::MsgSnap>("snapshot"),
    message_sign<MessageType::MsgReadIndex>("read"),
    message_sign<MessageType::MsgTimeoutNow>("transfer"),
    message_sign<MessageType::MsgAppResp>("answer"),
    message_sign<MessageType::MsgAppResp, true>("refusal"),
    Sign{"lost", SignGroup::Messages,
         [](Ui& ui, Vec2 at) { cross(ui.list(), at, 5, ink(ui.theme().bad), 2); }, nullptr},
    mark_sign<lab::Mark::Kind::Leader>("timeline: a leader"),
    mark_sign<lab::Mark::Kind::Commit>("a commit"),
    mark_sign<lab::Mark::Kind::Client>("a client asks"),
    mark_sign<lab::Mark::Kind::Network>("network, disk, clock or configuration"),
    mark_sign<lab::Mark::Kind::Crash>("a crash"),
    mark_sign<lab::Mark::Kind::Restart>("a restart"),
    mark_sign<lab::Mark::Kind::Violation>("a violation"),
};

bool is_named(const Sign& sign, const Frame& frame) { return sign.there == nullptr || sign.there(frame); }

// Calls `place` with each of the signs that `wanted` takes and where its middle is, from `top_left` on in rows as
// wide as `width`; returns the number of rows, which may be more than `most`. Messages begin a row of their own where
// one row does not hold all and there may be more.
template <class Wanted, class Place>
int flow(const Ui& ui, Vec2 top_left, float width, int most, const Wanted& wanted, const Place& place) {
  const Pen pen = ui.regular(type::kSmall, ui.theme().muted);
  const auto room_of = [&](const Sign& sign) { return 8 + kSign + text_width(pen, sign.name); };
  float total = 0;
  for (const Sign& sign : kSigns) total += wanted(sign) ? room_of(sign) + kBetween - 8 : 0;
  const bool one_row = total - kBetween + 8 <= width;
  int row = 0;
  float x = 0;
  SignGroup group = kSigns.front().group;
  for (const Sign& sign : kSigns) {
    if (!wanted(sign)) continue;
    const bool other = sign.group != group && sign.group >= SignGroup::Messages;
    group = sign.group;
    if (x > 0 && ((other && !one_row && most > 1) || x + room_of(sign) > width)) {
      x = 0;
      ++row;
    }
    place(sign, row, top_left + Vec2{x + 8, kLegendRow * (static_cast<float>(row) + 0.5F)});
    x += room_of(sign) + kBetween - 8;
  }
  return row + 1;
}

void draw_sign(Ui& ui, const Sign& sign, Vec2 at) {
  const Pen pen = ui.regular(type::kSmall, ui.theme().muted);
  sign.draw(ui, at);
  draw_text(ui.list(), pen, at + Vec2{kSign, 0}, sign.name);
  ui.region(Words("legend.") + sign.name, {at.x - 8, at.y - 9, 8 + kSign + text_width(pen, sign.name), 18});
}

}  // namespace

Legend measure_legend(const Frame& frame, const Ui& ui, const Rect& area) {
  if (ui.narrow()) return {{area.x, area.bottom(), area.w, 0}, 0, 0, {}};
  const float width = area.w - 20;
  const int most = std::clamp(static_cast<int>((area.h - kLeast) / kLegendRow), 1, kMostRows);
  const auto rows_of = [&](const auto& wanted) {
    return flow(ui, {}, width, most, wanted, [](const Sign&, int, Vec2) {});
  };
  const int usual = std::min(most, rows_of([](const Sign& sign) { return sign.there == nullptr; }));
  const int now = rows_of([&](const Sign& sign) { return is_named(sign, frame); });
  const int rows = std::min(most, now);
  const float height = static_cast<float>(rows) * kLegendRow;
  Legend legend{{area.x + 12, area.bottom() - kLegendMargin - height, width, height},
                rows,
                static_cast<float>(usual) * kLegendRow + 2 * kLegendMargin,
                {}};
  if (now == rows) return legend;
  // The rest is behind a button.
  const float button = ui.button_width(kAllSigns);
  legend.all = {area.right() - button - 8, legend.area.bottom() - kLegendRow - 2, button, kLegendRow + 4};
  legend.area.w -= button + 8;
  return legend;
}

void draw_legend(const Stage& stage, const Item& all) {
  const Legend& legend = stage.legend;
  if (legend.rows == 0) return;
  const Theme& theme = stage.ui.theme();
  // A cut goes on to the edge, under the words.
  Rect under = legend.area.inset(-12, -2);
  under.w = stage.area.right() - under.x;
  fill(stage.ui.list(), under, ink(theme.ground, 0.85F));
  flow(
      stage.ui, legend.area.min(), legend.area.w, legend.rows,
      [&](const Sign& sign) { return is_named(sign, stage.frame); },
      [&](const Sign& sign, int row, Vec2 at) {
        if (row < legend.rows) draw_sign(stage.ui, sign, at);
      });
  if (legend.all.empty()) return;
  if (all.hovered) fill(stage.ui.list(), legend.all, ink(theme.hover), kCorner);
  draw_text(stage.ui.list(), stage.ui.medium(type::kSmall, theme.accent), legend.all.center(), kAllSigns,
            Align::Center);
  if (all.focused) stage.ui.ring(legend.all);
}

Item legend_item(const Stage& stage) {
  const Item all = stage.ui.item("legend.all", stage.legend.all);
  if (!stage.legend.all.empty()) stage.ui.tooltip(text::kAllSigns);
  if (all.clicked) stage.selection.open_popup = "signs";
  return all;
}

void draw_all_signs(Selection& selection, Ui& ui) {
  const bool asked = selection.open_popup == "signs";
  if (!asked && !ImGui::IsPopupOpen("signs")) return;
  constexpr float kMargin = 22;
  constexpr float kTop = 62;
  const float width = std::min(640.0F, ImGui::GetIO().DisplaySize.x - 16);
  const float inside = width - 2 * kMargin;
  const float signs = signs_height(ui, inside);
  if (!ui.open_popup("signs", asked, {}, {width, kTop + signs + 20}, true)) return;
  const Vec2 origin = vec(ImGui::GetCursorScreenPos());
  draw_text(ui.list(), ui.semibold(type::kTitle - 2, ui.theme().text), origin + Vec2{kMargin, 30}, "Signs");
  const Rect close{origin.x + width - 42, origin.y + 14, 30, 30};
  if (ui.button(close, {"signs.close", "", "Close.", "Esc", Icon::Close, Button::Style::Ghost, true}))
    ImGui::CloseCurrentPopup();
  draw_signs(ui, {origin.x + kMargin, origin.y + kTop, inside, signs});
  ImGui::SetCursorScreenPos(im(origin));
  ImGui::Dummy({1, kTop + signs});
  ui.close_popup();
}

float signs_height(const Ui& ui, float width) {
  const int rows = flow(
      ui, {}, width, kMostRows, [](const Sign&) { return true; }, [](const Sign&, int, Vec2) {});
  return static_cast<float>(rows) * kLegendRow;
}

void draw_signs(Ui& ui, const Rect& area) {
  flow(
      ui, area.min(), area.w, kMostRows, [](const Sign&) { return true; },
      [&](const Sign& sign, int, Vec2 at) { draw_sign(ui, sign, at); });
}

}  // namespace raftarium::viz
