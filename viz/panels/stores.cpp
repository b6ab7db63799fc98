// The stores side by side: a row for each key, a column for each member, with how often and when each changed last.
// What is behind the newest is dashed, as in the log matrix.

#include <algorithm>
#include <string_view>

#include "viz/panels/panels.h"
#include "viz/text.h"

namespace raftarium::viz {
namespace {

constexpr float kKeys = 84;
constexpr float kLeastColumn = 92;

const kv::KeyValue* find(const MemberView& member, std::string_view key) {
  const auto found =
      std::lower_bound(member.store.begin(), member.store.end(), key,
                       [](const kv::KeyValue& pair, std::string_view k) { return pair.key < k; });
  return found == member.store.end() || found->key != key ? nullptr : &*found;
}

struct Newest {
  std::string_view key;
  kv::Revision revision;
};

// Every key that somebody has, with the newest revision at which it changed.
Passing<Newest> newest_of(const Frame& frame) {
  Passing<Newest> all;
  for (const MemberView& member : frame.members) {
    for (const kv::KeyValue& pair : member.store) all.push_back({pair.key, pair.mod_revision});
  }
  std::sort(all.begin(), all.end(), [](const Newest& a, const Newest& b) {
    return a.key != b.key ? a.key < b.key : a.revision > b.revision;
  });
  const auto same = [](const Newest& a, const Newest& b) { return a.key == b.key; };
  all.erase(std::unique(all.begin(), all.end(), same), all.end());
  return all;
}

void draw_cell(const kv::KeyValue* pair, kv::Revision newest, std::string_view name, Ui& ui,
               const Rect& cell) {
  const Theme& theme = ui.theme();
  ImDrawList* list = ui.list();
  ui.region(name, cell);
  if (pair == nullptr) {
    draw_text(list, ui.regular(type::kSmall, theme.muted), {cell.x + 8, cell.center().y}, "–");
    return;
  }
  const bool behind = pair->mod_revision < newest;
  if (behind) {
    dashed_outline(list, cell, ink(theme.warning), 1.25F);
  } else {
    fill(list, cell, ink(theme.raised), 3);
  }
  const Pen small = ui.mono(type::kTiny - 1, theme.muted);
  const Words when = "v" + digits(pair->version) + " r" + digits(pair->mod_revision);
  const float room = cell.w - 18 - text_width(small, when);
  const Pen pen = ui.mono(type::kSmall, behind ? theme.warning : theme.text);
  draw_text(list, pen, {cell.x + 8, cell.center().y}, fitted(pen, pair->value, room));
  draw_text(list, small, {cell.right() - 6, cell.center().y}, when, Align::Right);
  if (!cell.contains(vec(ImGui::GetIO().MousePos)) || !ImGui::IsWindowHovered() || ui.popup_is_open())
    return;
  ui.tooltip_now(text_of(*pair) + (behind ? ": a newer one is in another store." : ""),
                 "version " + digits(pair->version) + ", revision " + digits(pair->mod_revision));
}

}  // namespace

void draw_stores(const Frame& frame, Selection& selection, Ui& ui, const Rect& area) {
  const Theme& theme = ui.theme();
  const Passing<Newest> newest = newest_of(frame);
  if (newest.empty()) {
    draw_wrapped(ui.list(), ui.regular(type::kSmall, theme.muted), area.min() + Vec2{20, 12}, area.w - 40,
                 text::kNoStores);
    return;
  }
  ImGui::SetCursorScreenPos(im(area.min()));
  ImGui::BeginChild("stores", {area.w, area.h}, ImGuiChildFlags_None,
                    ImGuiWindowFlags_HorizontalScrollbar | ImGuiWindowFlags_NoNav);
  const Vec2 origin = vec(ImGui::GetCursorScreenPos());
  const auto count = static_cast<float>(frame.members.size());
  const float column = std::max(kLeastColumn, (area.w - kKeys - 34) / count);
  constexpr float kRow = 26;
  const float head_height = ui.narrow() ? kTouchTarget : kRow;
  float x = origin.x + kKeys;
  for (const MemberView& member : frame.members) {
    const Rect head{x, origin.y, column - 4, head_height};
    const Item it = ui.item("store.of." + digits(member.id.value()), head, false);
    if (it.clicked) selection.select(member.id);
    const bool chosen = member.id == selection.member;
    if (chosen || it.hovered) fill(ui.list(), head, ink(theme.accent, chosen ? 0.1F : 0.05F), 3);
    draw_text(ui.list(), ui.semibold(type::kSmall, theme.text), {x + 8, head.center().y},
              text::node(member.id.value()));
    const Words applied =
        member.process == Process::Crashed ? "crashed" : "applied " + digits(member.status.applied.value());
    draw_text(ui.list(), ui.mono(type::kTiny - 1, theme.muted), {head.right() - 6, head.center().y},
              applied, Align::Right);
    x += column;
  }
  float y = origin.y + head_height + 2;
  for (const auto& [key, revision] : newest) {
    // Only what is in sight is drawn.
    if (y + kRow >= area.y && y <= area.bottom()) {
      const Pen pen = ui.mono(type::kSmall, theme.text);
      draw_text(ui.list(), pen, {origin.x + 20, y + kRow / 2}, fitted(pen, key, kKeys - 28));
      x = origin.x + kKeys;
      for (const MemberView& member : frame.members) {
        const Words name = "store." + digits(member.id.value()) + "." + key;
        draw_cell(find(member, key), revision, name, ui, {x, y + 1, column - 4, kRow - 3});
        x += column;
      }
    }
    y += kRow;
  }
  ImGui::SetCursorScreenPos(im(origin));
  ImGui::Dummy({kKeys + column * count, y - origin.y + 8});
  ui.scroll_by_keys("stores", area);
  ImGui::EndChild();
}

}  // namespace raftarium::viz
