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

constexpr std::array<KeyRow, 40> kRows = {{
    {"", "Time"},
    {"Space  .", "play, pause"},
    {"Left  Right", "one event back, forward"},
    {"Shift + Left  Right", "to the last, next election or commit"},
    {"E  K  V  M", "next election, commit, violation, message"},
    {"Home  End", "to the beginning, to the end"},
    {"[  ]  or  -  +", "slower, faster"},
    {"S", "slow motion at interesting moments, or not"},
    {"U  or  Ctrl + Z", "undo the last act"},
    {"", "What is selected, and acts on it"},
    {"1 … 9", "select a member, S1 to S9"},
    {"Shift + 0 … 5", "select a member, S10 to S15"},
    {"N  J", "the next message, link; with Shift the last"},
    {"Enter", "everything that can be done with it"},
    {"F", "show it large, or everything again"},
    {"C  R  Z", "crash · restart · pause or resume"},
    {"P", "propose: a client writes a value"},
    {"I  H", "isolate · heal every link"},
    {"T  L", "time out · leader hands over"},
    {"X then a number", "cut the link to a member, or heal it"},
    {"X", "of a link: cut this direction, or heal it"},
    {"A then arrows", "move a member on the stage"},
    {"", "With the pointer"},
    {"drag over links", "cut them; across all, a partition"},
    {"click a cut", "heal it"},
    {"click a link's end", "cut or heal one direction"},
    {"drag a member", "move it; across a cut, to the other side"},
    {"wheel, Shift + drag", "enlarge the stage, move it"},
    {"right-click, hold", "everything else: of a member, a link, a message"},
    {"", "Window"},
    {"Tab  Up  Down", "from panel to panel; through a list"},
    {"G  B", "scenarios · branches"},
    {"O", "more room for the panel below, or less"},
    {"W", "the rules behind what happened, or not"},
    {"PageUp PageDown 0", "enlarge, shrink, the whole stage"},
    {"Ctrl + arrows", "move the stage"},
    {"the same with Shift", "space and time; the lit entry of the logs"},
    {"Ctrl + Shift + P  /", "every action, found by its words"},
    {"Esc", "close, clear the selection"},
    {"?  D", "this help · dark or light"},
}};

constexpr std::size_t kSecondColumn = 22;  // the row with which it begins, where there is room for two
static_assert(kRows[kSecondColumn].key[0] == 0, "a column begins with a heading");
constexpr float kKeyRow = 21;

// Where the second word of a row begins.
float split_of(float width) { return std::min(190.0F, width * 0.44F); }

Pen pen_of_row(const Ui& ui) { return ui.regular(type::kSmall, ui.theme().muted); }

float row_height(const KeyRow& row, const Ui& ui, float width) {
  if (row.key[0] == 0) return kKeyRow;
  const Pen pen = pen_of_row(ui);
  const float one = wrapped_height(pen, width, "x");
  return kKeyRow + wrapped_height(pen, width - split_of(width), row.what) - one;
}

float rows_height(std::span<const KeyRow> rows, const Ui& ui, float width) {
  float height = 0;
  for (const KeyRow& row : rows) height += row_height(row, ui, width);
  return height;
}

// From `top` down; returns where they end.
float draw_rows(std::span<const KeyRow> rows, Ui& ui, Vec2 top, float width) {
  const Theme& theme = ui.theme();
  ImDrawList* list = ui.list();
  const float split = split_of(width);
  const Pen pen = pen_of_row(ui);
  const float inset = (kKeyRow - wrapped_height(pen, width, "x")) / 2;
  float y = top.y;
  for (const KeyRow& row : rows) {
    const float middle = y + kKeyRow / 2;
    if (row.key[0] == 0) {
      line(list, {top.x, y + 2}, {top.x + width, y + 2}, ink(theme.line));
      draw_text(list, ui.medium(type::kSmall, theme.accent), {top.x, middle + 3}, row.what);
    } else {
      draw_text(list, ui.mono(type::kSmall, theme.text), {top.x, middle}, row.key);
      draw_wrapped(list, pen, {top.x + split, y + inset}, width - split, row.what);
    }
    y += row_height(row, ui, width);
  }
  return y;
}

constexpr float kSignsHead = kKeyRow + 4;

// Under a heading of their own; returns where they end.
float draw_help_signs(Ui& ui, Vec2 top, float width) {
  line(ui.list(), {top.x, top.y + 2}, {top.x + width, top.y + 2}, ink(ui.theme().line));
  draw_text(ui.list(), ui.medium(type::kSmall, ui.theme().accent), {top.x, top.y + kKeyRow / 2 + 3},
            "Signs");
  const Rect signs{top.x, top.y + kSignsHead, width, signs_height(ui, width)};
  draw_signs(ui, signs);
  return signs.bottom();
}

}  // namespace

void draw_help(Selection& selection, Ui& ui) {
  const bool asked = selection.open_popup == "help";
  if (!asked && !ImGui::IsPopupOpen("help")) return;
  constexpr float kMargin = 22;
  constexpr float kGap = 36;
  constexpr float kTop = 62;
  constexpr float kTwoColumns = 1000;
  const std::span<const KeyRow> rows(kRows);
  const float most = ImGui::GetIO().DisplaySize.x - 16;
  const bool two = most >= kTwoColumns;
  const float width = two ? kTwoColumns : std::min(520.0F, most);
  const float inside = width - 2 * kMargin;
  const float half = (inside - kGap) / 2;
  const float keys = two ? std::max(rows_height(rows.first(kSecondColumn), ui, half),
                                    rows_height(rows.subspan(kSecondColumn), ui, half))
                         : rows_height(rows, ui, inside);
  const float height = kTop + keys + kSignsHead + signs_height(ui, inside) + 24;
  if (!ui.open_popup("help", asked, {}, {width, height}, true)) return;
  const Vec2 origin = vec(ImGui::GetCursorScreenPos());
  draw_text(ui.list(), ui.semibold(type::kTitle - 2, ui.theme().text), origin + Vec2{kMargin, 30},
            "Keys, gestures, signs");
  const float target = ui.narrow() ? kTouchTarget : 30;
  const Rect close{origin.x + width - target - 12, origin.y + 14, target, target};
  if (ui.button(close, {"help.close", "", "Close.", "Esc", Icon::Close, Button::Style::Ghost, true})) {
    ImGui::CloseCurrentPopup();
  }
  Vec2 top = origin + Vec2{kMargin, kTop};
  if (two) {
    draw_rows(rows.first(kSecondColumn), ui, top, half);
    draw_rows(rows.subspan(kSecondColumn), ui, top + Vec2{half + kGap, 0}, half);
    draw_help_signs(ui, top + Vec2{0, keys}, inside);
  } else {  // a telephone has no keys, but the signs
    top.y = draw_help_signs(ui, top, inside) + 4;
    draw_rows(rows, ui, top, inside);
  }
  ImGui::SetCursorScreenPos(im(origin));
  ImGui::Dummy({1, height});
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
