// The log matrix: every member's log, one column for each index. Solid is committed as the member itself
// knows, dashed is not yet; the bar is its commit index, the small square what it has applied. Triangles are what
// the chosen leader knows of the others. Entries that cannot both stay have a red corner.

#include <algorithm>
#include <array>
#include <utility>

#include "viz/acts.h"
#include "viz/conflicts.h"
#include "viz/panels/panels.h"
#include "viz/text.h"
#include "viz/walk.h"

namespace raftarium::viz {
namespace {

constexpr float kNamesWidth = 62;
constexpr std::array<float, 3> kColumns = {62, 78, 96};  // px, the gap to the next one included

struct Matrix {
  raft::Index first;  // the first column
  raft::Index last;
  float row = 32;
  float column = kColumns[0];
};

// What a cell has beside its words.
float beside_words(raft::Term term) { return 20 + static_cast<float>(digits(term.value()).size()) * 7; }

// As wide as the longest words of the frame need, within reason.
float column_width(const Frame& frame, bool narrow) {
  constexpr float kLetter = 6.7F;
  const std::size_t most = narrow ? 1 : 2;
  std::size_t step = 0;
  for (const MemberView& member : frame.members) {
    for (const EntryView& entry : member.entries) {
      if (step == most) break;
      if (entry.type != raft::EntryType::Normal) continue;
      const float wanted = static_cast<float>(entry.text.size()) * kLetter + beside_words(entry.term) + 4;
      while (step < most && wanted > kColumns[step]) ++step;
    }
  }
  return kColumns[step];
}

Matrix measure(const Frame& frame, const Rect& area, bool narrow) {
  Matrix matrix;
  raft::Index lowest{~std::uint64_t{0}};
  raft::Index highest;
  for (const MemberView& member : frame.members) {
    lowest = std::min(lowest, member.snapshot_index);
    highest = std::max(highest, member.status.last_index);
  }
  if (frame.members.empty()) lowest = raft::Index{};
  // A compacted prefix that everybody has takes two columns, whatever its length.
  matrix.first = lowest.value() <= 2 ? raft::Index{1} : lowest - 1;
  matrix.last = highest;
  const auto rows = static_cast<float>(std::max<std::size_t>(1, frame.members.size()));
  matrix.column = column_width(frame, narrow);
  matrix.row = narrow ? kTouchTarget : std::clamp((area.h - 30) / rows, 22.0F, 34.0F);
  return matrix;
}

float column_x(const Matrix& matrix, float left, raft::Index index) {
  return left +
         matrix.column * (static_cast<float>(index.value()) - static_cast<float>(matrix.first.value()));
}

// The sign of a snapshot, as on the stage: a stack.
void draw_stack(ImDrawList* list, Vec2 at, ImU32 color, ImU32 ground) {
  for (const float k : {3.0F, 0.0F, -3.0F}) {
    const Rect sheet{at.x - 6 + k / 2, at.y - 4 + k, 11, 7};
    fill(list, sheet, ground, 1.5F);
    outline(list, sheet, color, 1.5F, 1.25F);
  }
}

// Entries that the chosen message carries: (first, last); last before first: none.
std::pair<raft::Index, raft::Index> carried(const Frame& frame, std::uint64_t message) {
  for (const MessageView& view : frame.messages) {
    if (message == 0 || view.id != message || view.message.entries.empty()) continue;
    return {view.message.entries.front().index, view.message.entries.back().index};
  }
  for (const lab::TracedMessage& view : frame.trace) {
    if (message != 0 && view.id == message && view.entries > 0 && view.type == raft::MessageType::MsgApp)
      return {view.index + 1, view.index + view.entries};
  }
  return {raft::Index(1), raft::Index(0)};
}

const char* standing_in_words(const EntryView& entry, Conflict conflict) {
  switch (conflict) {
    case Conflict::WithCommitted:
      return entry.committed ? ", committed, and so is another one at this place"
                             : ", in conflict: another one is committed here";
    case Conflict::WithLeader:
      return ", in conflict: the leader has another one here";
    case Conflict::WithOthers:
      return ", in conflict: other members have another one here";
    case Conflict::None:
      break;
  }
  return entry.committed ? ", committed" : ", not committed yet";
}

// A corner cut off and a sign: this entry and another member's cannot both stay.
void draw_conflict(Ui& ui, const Rect& cell) {
  ImDrawList* list = ui.list();
  const ImU32 bad = ink(ui.theme().bad);
  outline(list, cell, bad, 3, 1.75F);
  const Vec2 corner{cell.right(), cell.y};
  list->AddTriangleFilled(im(corner), im(corner + Vec2{-10, 0}), im(corner + Vec2{0, 10}), bad);
}

void draw_entry(Ui& ui, const EntryView& entry, const Rect& cell, bool lit) {
  const Theme& theme = ui.theme();
  const Rgb color = term_color(theme, entry.term);
  const bool solid = entry.committed;
  const Rgb words = solid ? ink_on(color) : color;
  ImDrawList* list = ui.list();
  if (solid) {
    fill(list, cell, ink(color), 3);
  } else {
    fill(list, cell, ink(color, 0.08F), 3);
    dashed_outline(list, cell, ink(color), 1.5F);
  }
  const float y = cell.center().y;
  const Words term = digits(entry.term.value());
  draw_text(list, ui.mono_bold(type::kTiny, words), {cell.x + 8, y}, term);
  const Pen pen = ui.mono(type::kTiny, words);
  const float room = cell.w - beside_words(entry.term);
  // A cell has no room for the whole word; what is pointed at is said in full.
  const std::string_view what =
      entry.type == raft::EntryType::Normal ? std::string_view(entry.text) : "conf";
  draw_text(list, pen, {cell.right() - 7, y}, fitted(pen, what, room), Align::Right);
  if (lit) outline(list, cell.inset(-2, -2), ink(theme.accent), 4, 1.5F);
}

// How far the chosen leader believes that a member has come: a solid mark under the last entry that is known to
// match, a hollow one under the next that it will send.
void draw_progress(const Frame& frame, const MemberView& member, const Selection& selection,
                   const Matrix& matrix, Ui& ui, const Rect& area, float left) {
  const MemberView* leader = find_member(frame, selection.member);
  if (leader == nullptr || !is_leader(*leader)) return;
  for (const raft::ProgressView& progress : leader->status.progress) {
    if (progress.id != member.id || progress.id == leader->id) continue;
    const ImU32 color = ink(ui.theme().accent);
    const Words id = digits(member.id.value());
    const auto mark = [&](const char* name, raft::Index index, bool solid) {
      if (index < matrix.first) return;
      const Vec2 at{column_x(matrix, left, index) + matrix.column / 2 - 2, area.bottom() - 3};
      const ImVec2 a = im(at + Vec2{0, -5});
      const ImVec2 b = im(at + Vec2{6, 4});
      const ImVec2 c = im(at + Vec2{-6, 4});
      ui.list()->AddTriangleFilled(a, b, c, solid ? color : ink(ui.theme().panel));
      ui.list()->AddTriangle(a, b, c, color, 1.5F);
      const Rect place{at.x - 7, at.y - 6, 14, 12};
      ui.region(name + id, place);
      if (place.contains(vec(ImGui::GetIO().MousePos)) && ImGui::IsWindowHovered()) {
        ui.tooltip_now(
            solid ? text::kMatch : text::kNext,
            text::node(leader->id.value()) + ": " + (solid ? "match " : "next ") + digits(index.value()));
      }
    };
    mark("match.", progress.match, true);
    mark("next.", progress.next, false);
  }
}

// What the store has taken in, under what it may take in: they part when applying is behind.
void draw_applied(const MemberView& member, const Matrix& matrix, Ui& ui, const Rect& area, float left) {
  const raft::Index applied = member.status.applied;
  if (applied.is_zero() || applied + 1 < matrix.first) return;
  const float x = column_x(matrix, left, applied) + matrix.column - 3;
  const Rect mark{x - 2, area.bottom() - 8, 6, 6};
  fill(ui.list(), mark, ink(ui.theme().good), 1);
  ui.region("applied." + digits(member.id.value()), mark);
  if (mark.inset(-3, -3).contains(vec(ImGui::GetIO().MousePos)) && ImGui::IsWindowHovered())
    ui.tooltip_now(text::kApplied, "applied " + digits(applied.value()));
}

void draw_row(const Frame& frame, std::size_t at, const Matrix& matrix, Selection& selection, Ui& ui,
              Rect area, float left, const Rect& clip) {
  const auto sent = carried(frame, selection.message);
  const MemberView& member = frame.members[at];
  ImDrawList* list = ui.list();
  const Theme& theme = ui.theme();
  const Rect cells = area.inset(0, area.h > 40 ? 5 : 2);
  if (!member.snapshot_index.is_zero()) {
    const float x = column_x(matrix, left, matrix.first);
    const float to = column_x(matrix, left, member.snapshot_index) + matrix.column - 4;
    const Rect box{x, cells.y, std::max(40.0F, to - x), cells.h};
    fill(list, box, ink(theme.raised), 3);
    outline(list, box, ink(theme.line), 3);
    const Pen pen = ui.mono(type::kTiny, theme.muted);
    const Words until = "→ " + digits(member.snapshot_index.value());
    const Words words = "snapshot " + until;
    // In the middle of what is in sight of it.
    const Rect seen = common(box, {clip.x, box.y, clip.w, box.h});
    const float half = (text_width(pen, until) + 17) / 2;
    if (text_width(pen, words) <= seen.w - 8) {
      draw_text(list, pen, seen.center(), words, Align::Center);
    } else if (2 * half <= seen.w) {
      draw_stack(list, seen.center() - Vec2{half - 6, 0}, ink(theme.muted), ink(theme.raised));
      draw_text(list, pen, seen.center() + Vec2{half, 0}, until, Align::Right);
    }
    if (!seen.empty()) ui.region("snapshot." + digits(member.id.value()), seen);
    if (box.contains(vec(ImGui::GetIO().MousePos)) && ImGui::IsWindowHovered()) {
      ui.tooltip_now(
          "A snapshot stands for the log up to entry " + digits(member.snapshot_index.value()) + ".", "");
    }
  }
  for (const EntryView& entry : member.entries) {
    const float x = column_x(matrix, left, entry.index);
    if (x + matrix.column < clip.x || x > clip.right()) continue;
    const Rect cell{x, cells.y, matrix.column - 4, cells.h};
    const bool in_message = entry.index >= sent.first && entry.index <= sent.second;
    const bool lit = selection.entry == entry.index || in_message;
    draw_entry(ui, entry, cell, lit);
    if (lit) ui.region("lit." + digits(member.id.value()) + "." + digits(entry.index.value()), cell);
    const Conflict conflict = conflict_of(frame, entry);
    if (conflict != Conflict::None) {
      draw_conflict(ui, cell);
      ui.region("conflict." + digits(member.id.value()) + "." + digits(entry.index.value()), cell);
    }
    if (cell.contains(vec(ImGui::GetIO().MousePos)) && ImGui::IsWindowHovered() && !ui.popup_is_open()) {
      ui.tooltip_now(entry.text == "–"
                         ? "A new leader's empty entry: committing it commits what came before."
                         : entry.text,
                     "entry " + digits(entry.index.value()) + " of term " + digits(entry.term.value()) +
                         standing_in_words(entry, conflict));
    }
    ui.reachable("log." + digits(member.id.value()) + "." + digits(entry.index.value()), cell,
                 {matrix.column, matrix.row});
  }
  const raft::Index commit = member.status.hard_state.commit;
  if (commit.value() + 1 >= matrix.first.value() && !commit.is_zero()) {
    // The bar slides: what it passes has become committed.
    const Words name = "commit." + digits(member.id.value());
    const float column = ui.eased(name, static_cast<float>(commit.value()), 0.3F) + 1;
    const float x = left + matrix.column * (column - static_cast<float>(matrix.first.value())) - 3;
    const Rect bar{x, area.y, 2, area.h};
    fill(list, bar, ink(theme.text));
    if (bar.inset(-3, 0).contains(vec(ImGui::GetIO().MousePos)) && ImGui::IsWindowHovered())
      ui.tooltip_now(text::kCommit, "commit " + digits(commit.value()));
  }
  draw_applied(member, matrix, ui, area, left);
  draw_progress(frame, member, selection, matrix, ui, area, left);
}

// Where it is not in sight, it comes to the middle.
void scroll_to_entry(const Matrix& matrix, raft::Index entry, float width) {
  const float x = column_x(matrix, 0, entry);
  const float from = ImGui::GetScrollX();
  if (x < from || x + matrix.column > from + width) ImGui::SetScrollX(std::max(0.0F, x - width / 2));
}

}  // namespace

void draw_logs(const Frame& frame, Selection& selection, CommandSink&, Ui& ui, const Rect& area) {
  const Theme& theme = ui.theme();
  fill(ui.list(), area, ink(theme.panel));
  const Matrix matrix = measure(frame, area, ui.narrow());
  const float columns =
      static_cast<float>(matrix.last.value()) - static_cast<float>(matrix.first.value()) + 2;
  const float rows_height = matrix.row * static_cast<float>(frame.members.size());

  ImGui::SetCursorScreenPos(im(area.min()));
  ImGui::BeginChild("logs", {area.w, area.h}, ImGuiChildFlags_None,
                    ImGuiWindowFlags_HorizontalScrollbar | ImGuiWindowFlags_NoNav);
  const Vec2 origin = vec(ImGui::GetCursorScreenPos());
  const Rect clip{area.x + kNamesWidth, area.y, area.w - kNamesWidth, area.h};
  const float left = origin.x + kNamesWidth;
  const float top = origin.y + 28;
  const bool to_entry = std::exchange(selection.entry_wanted, false) && selection.entry;
  const bool was_at_end = !to_entry && ImGui::GetScrollX() >= ImGui::GetScrollMaxX() - 4;
  ImDrawList* list = ui.list();
  const List keys = ui.list("logs");
  for (int i = keys.moved; i != 0; i -= i > 0 ? 1 : -1)
    selection.select(member_beside(frame, selection.member, i > 0 ? 1 : -1));
  if (keys.entered) selection.menu_wanted = true;

  list->PushClipRect(im(clip.min()), im(clip.max()), true);
  const auto hidden = static_cast<std::uint64_t>(std::max(0.0F, (clip.x - left) / matrix.column));
  const auto visible = static_cast<std::uint64_t>(clip.w / matrix.column) + 2;
  // What is in sight decides which entries the next frame has.
  selection.log_from = was_at_end ? raft::Index() : matrix.first + hidden;
  for (std::uint64_t i = hidden; i < hidden + visible; ++i) {
    const raft::Index index = matrix.first + i;
    const float x = column_x(matrix, left, index);
    if (x > clip.right() || x + matrix.column < clip.x) continue;
    const bool used = index <= matrix.last;
    draw_text(list, ui.mono(type::kTiny, theme.muted, used ? 1.0F : 0.6F),
              {x + matrix.column / 2 - 2, origin.y + 15}, digits(index.value()), Align::Center);
  }
  for (std::size_t i = 0; i < frame.members.size(); ++i) {
    const Rect row{clip.x, top + matrix.row * static_cast<float>(i), clip.w, matrix.row};
    const bool chosen = frame.members[i].id == selection.member;
    if (chosen) fill(list, row, ink(theme.accent, 0.06F));
    draw_row(frame, i, matrix, selection, ui, row, left, clip);
  }
  if (matrix.last.is_zero()) {
    draw_text(list, ui.regular(type::kSmall, theme.muted), {clip.x + 8, top + rows_height / 2},
              text::kNoEntries);
  }
  list->PopClipRect();

  for (std::size_t i = 0; i < frame.members.size(); ++i) {
    const MemberView& member = frame.members[i];
    const Rect name{area.x, top + matrix.row * static_cast<float>(i), kNamesWidth, matrix.row};
    const Item it = ui.item("row." + digits(member.id.value()), name, false);
    const bool chosen = member.id == selection.member;
    if (it.hovered || chosen)
      fill(list, name, ink(chosen ? theme.accent : theme.hover, chosen ? 0.06F : 1.0F));
    const Rgb words = member.process == Process::Crashed ? theme.muted : theme.text;
    draw_text(list, ui.semibold(type::kBody, words), {name.x + 20, name.center().y},
              text::node(member.id.value()));
    if (is_leader(member)) {
      polygon(list, hexagon({name.x + 48, name.center().y}, 5), ink(theme.panel),
              ink(term_color(theme, member.status.hard_state.term)), 1.5F);
    }
    if (member.process == Process::Crashed)
      cross(list, {name.x + 48, name.center().y}, 4, ink(theme.bad), 1.5F);
    if (it.clicked) selection.select(member.id);
    if (chosen) ui.mark(keys, name.inset(3, 2));
  }
  const Vec2 mouse = vec(ImGui::GetIO().MousePos);
  if (ImGui::IsWindowHovered() && clip.contains(mouse) && ImGui::IsMouseClicked(ImGuiMouseButton_Left)) {
    const float column = (mouse.x - left) / matrix.column;
    const raft::Index index = matrix.first + static_cast<std::uint64_t>(std::max(0.0F, column));
    selection.entry = selection.entry == index || index > matrix.last ? std::nullopt : std::optional(index);
  }
  ImGui::SetCursorScreenPos(im(origin));
  ImGui::Dummy({kNamesWidth + columns * matrix.column, 28 + rows_height});
  if (was_at_end) ImGui::SetScrollHereX(1);
  if (to_entry) scroll_to_entry(matrix, *selection.entry, clip.w);
  ImGui::EndChild();
}

}  // namespace raftarium::viz
