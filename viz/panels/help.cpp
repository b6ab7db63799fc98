// Keys and gestures, and the short notice over the stage.

#include <algorithm>
#include <array>
#include <span>

#include "viz/panels/panels.h"
#include "viz/text.h"

namespace raftarium::viz {
namespace {

struct KeyRow {
  const char* key;
  const char* what;
};

constexpr std::array<KeyRow, 34> kRows = {{
    {"", "Time"},
    {"Space  .", "play, pause"},
    {"Left  Right", "one event back, forward"},
    {"Shift + Left  Right", "to the last, next election or commit"},
    {"E  K  V  M", "next election, commit, violation, message"},
    {"Home  End", "to the beginning, to the end"},
    {"[  ]  or  -  +", "slower, faster"},
    {"S", "slow motion at interesting moments, or not"},
    {"U  or  Ctrl + Z", "undo the last act"},
    {"", "Acts, on the selected member"},
    {"1 … 9", "select a member, S1 to S9"},
    {"Shift + 0 … 5", "select a member, S10 to S15"},
    {"C  R  Z", "crash · restart · pause or resume"},
    {"P", "propose: a client writes a value"},
    {"I  H", "isolate · heal every link"},
    {"T  L", "time out · leader hands over"},
    {"X then a number", "cut the link to a member, or heal it"},
    {"", "With the pointer"},
    {"drag over links", "cut them; across all, a partition"},
    {"click a cut", "heal it"},
    {"click a link's end", "cut or heal one direction"},
    {"drag a member", "move it; across a cut, to the other side"},
    {"wheel, Shift + drag", "enlarge the stage, move it"},
    {"right-click, hold", "everything else: of a member, a link, a message"},
    {"", "Window"},
    {"Tab  Enter", "walk the buttons, press one"},
    {"G  B", "scenarios · branches"},
    {"W", "the rules behind what happened, or not"},
    {"PageUp PageDown 0", "enlarge, shrink, the whole stage"},
    {"Ctrl + arrows", "move the stage"},
    {"the same with Shift", "the diagram of space and time"},
    {"Ctrl + Shift + P  /", "every action, found by its words"},
    {"Esc", "close, clear the selection"},
    {"?  D", "this help · dark or light"},
}};

constexpr std::size_t kSecondColumn = 17;  // the row with which it begins, where there is room for two
static_assert(kRows[kSecondColumn].key[0] == 0, "a column begins with a heading");
constexpr float kKeyRow = 21;

// From `top` down; returns where they end.
float draw_rows(std::span<const KeyRow> rows, Ui& ui, Vec2 top, float width) {
  const Theme& theme = ui.theme();
  ImDrawList* list = ui.list();
  const float split = std::min(190.0F, width * 0.44F);
  float y = top.y;
  for (const KeyRow& row : rows) {
    const float middle = y + kKeyRow / 2;
    if (row.key[0] == 0) {
      line(list, {top.x, y + 2}, {top.x + width, y + 2}, ink(theme.line));
      draw_text(list, ui.medium(type::kSmall, theme.accent), {top.x, middle + 3}, row.what);
    } else {
      draw_text(list, ui.mono(type::kSmall, theme.text), {top.x, middle}, row.key);
      const Pen pen = ui.regular(type::kSmall, theme.muted);
      draw_text(list, pen, {top.x + split, middle}, fitted(pen, row.what, width - split));
    }
    y += kKeyRow;
  }
  return y;
}

}  // namespace

void draw_help(Selection& selection, Ui& ui) {
  const bool asked = selection.open_popup == "help";
  constexpr float kMargin = 22;
  constexpr float kGap = 36;
  constexpr Vec2 kTwoColumns{1000, 64 + kKeyRow * kSecondColumn + 26};
  const bool two = ImGui::GetIO().DisplaySize.x >= kTwoColumns.x + 16;
  Vec2 size = two ? kTwoColumns : Vec2{520, 64 + kKeyRow * static_cast<float>(kRows.size()) + 26};
  size.y +=
      kKeyRow + signs_height(ui, std::min(size.x, ImGui::GetIO().DisplaySize.x - 16) - 2 * kMargin) + 8;
  if (!ui.open_popup("help", asked, {}, size, true)) return;
  const Vec2 origin = vec(ImGui::GetCursorScreenPos());
  const float width = ImGui::GetWindowWidth();
  draw_text(ui.list(), ui.semibold(type::kTitle - 2, ui.theme().text), origin + Vec2{kMargin, 30},
            "Keys, gestures, signs");
  const float target = ui.narrow() ? kTouchTarget : 30;
  const Rect close{origin.x + width - target - 12, origin.y + 14, target, target};
  if (ui.button(close, {"help.close", "", "Close.", "Esc", Icon::Close, Button::Style::Ghost, true})) {
    ImGui::CloseCurrentPopup();
  }
  const std::span<const KeyRow> rows(kRows);
  const Vec2 top = origin + Vec2{kMargin, 62};
  const float inside = width - 2 * kMargin;
  float bottom = 0;
  if (two) {
    const float half = (inside - kGap) / 2;
    bottom = draw_rows(rows.first(kSecondColumn), ui, top, half);
    draw_rows(rows.subspan(kSecondColumn), ui, top + Vec2{half + kGap, 0}, half);
  } else {
    bottom = draw_rows(rows, ui, top, inside);
  }
  line(ui.list(), {top.x, bottom + 2}, {top.x + inside, bottom + 2}, ink(ui.theme().line));
  draw_text(ui.list(), ui.medium(type::kSmall, ui.theme().accent), {top.x, bottom + kKeyRow / 2 + 3},
            "Signs");
  const Rect signs{top.x, bottom + kKeyRow + 4, inside, signs_height(ui, inside)};
  draw_signs(ui, signs);
  bottom = signs.bottom();
  ImGui::SetCursorScreenPos({origin.x, bottom + 16});
  ImGui::Dummy({1, 1});
  ui.close_popup();
}

void draw_notice(const Chrome& chrome, Ui& ui, const Rect& stage) {
  if (chrome.notice.empty()) return;
  const Theme& theme = ui.theme();
  const Pen pen = ui.medium(type::kSmall, chrome.notice_is_bad ? theme.bad : theme.text);
  const float room = std::min(text_width(pen, chrome.notice) + 1, stage.w - 60);
  const float height = wrapped_height(pen, room, chrome.notice) + 15;
  const float bottom = stage.bottom() - (ui.narrow() ? 10.0F : 44.0F);
  Rect box{stage.center().x - room / 2 - 14, bottom - height, room + 28, height};
  // Above what the stage says of a joint configuration.
  const Rect* joint = ui.regions().find("joint.label");
  if (joint != nullptr && overlap(box, joint->inset(-6, -6))) box.y = joint->y - 8 - height;
  fill(ui.list(), box, ink(theme.raised), kCorner);
  outline(ui.list(), box, ink(chrome.notice_is_bad ? theme.bad : theme.line), kCorner);
  draw_wrapped(ui.list(), pen, box.min() + Vec2{14, 7}, room, chrome.notice);
  ui.region("notice", box);
}

}  // namespace raftarium::viz
