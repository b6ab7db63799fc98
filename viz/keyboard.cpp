// Everything that the pointer can do, from the keyboard. Letters and arrows are keys; signs are characters,
// because where they lie depends on the keyboard.

#include <imgui_internal.h>

#include <algorithm>
#include <utility>

#include "viz/acts.h"
#include "viz/app.h"
#include "viz/breakpoints.h"
#include "viz/walk.h"

namespace raftarium::viz {
namespace {

using Kind = Control::Kind;

constexpr double kDiagramZoomStep = 1.5;

bool pressed(ImGuiKey key, bool repeat = false) { return ImGui::IsKeyPressed(key, repeat); }

// Whether a modifier was down when `key` was last pressed. A quick chord begins and ends between two pictures,
// and what Dear ImGui calls down is how it ended; its trail of events tells the order.
bool held_with(ImGuiKey key, ImGuiKey modifier) {
  bool down = (ImGui::GetIO().KeyMods & modifier) != 0;
  const ImVector<ImGuiInputEvent>& trail = ImGui::GetCurrentContext()->InputEventsTrail;
  for (int i = trail.Size - 1; i >= 0; --i) {
    if (trail[i].Type != ImGuiInputEventType_Key) continue;
    const ImGuiInputEventKey& event = trail[i].Key;
    if (event.Key == modifier) down = !event.Down;  // as it was before
    if (event.Key == key && event.Down) break;
  }
  return down;
}

// Without Ctrl: with it a letter means something else.
bool plain(ImGuiKey key) { return pressed(key) && !held_with(key, ImGuiMod_Ctrl); }

// The member of a number key that was pressed: with Shift ten more, where there are so many; else as without, since
// on some keyboards a number needs Shift. kNone: there is none.
raft::NodeId member_of(const Frame& frame, int digit) {
  for (const ImGuiKey zero : {ImGuiKey_0, ImGuiKey_Keypad0}) {
    const auto key = static_cast<ImGuiKey>(zero + digit);
    if (!plain(key)) continue;
    const auto id = static_cast<std::uint64_t>(digit);
    const raft::NodeId ten_more(id + 10);
    if (held_with(key, ImGuiMod_Shift) && find_member(frame, ten_more) != nullptr) return ten_more;
    if (find_member(frame, raft::NodeId(id)) != nullptr) return raft::NodeId(id);
  }
  return raft::kNone;
}

// The arrows, while a member is being moved on the stage with them.
bool arranging_keys(Selection& selection) {
  if (!selection.arranging) return false;
  const auto move = [&](ImGuiKey key, Vec2 way) {
    if (pressed(key, true)) selection.nudge = selection.nudge + way;
  };
  move(ImGuiKey_LeftArrow, {-1, 0});
  move(ImGuiKey_RightArrow, {1, 0});
  move(ImGuiKey_UpArrow, {0, -1});
  move(ImGuiKey_DownArrow, {0, 1});
  return true;
}

void time_keys(CommandSink& commands, const Ui& ui) {
  const auto send = [&](Kind kind) { commands.control({kind, 0, {}}); };
  if (pressed(ImGuiKey_Space) && ui.focus().empty()) send(Kind::TogglePlay);
  if (pressed(ImGuiKey_Home)) send(Kind::ToStart);
  if (pressed(ImGuiKey_End)) send(Kind::ToEnd);
  if (pressed(ImGuiKey_U) || (pressed(ImGuiKey_Z) && held_with(ImGuiKey_Z, ImGuiMod_Ctrl)))
    send(Kind::Undo);
  if (pressed(ImGuiKey_D)) send(Kind::ToggleTheme);
  if (plain(ImGuiKey_S)) send(Kind::ToggleSlowMotion);
  if (plain(ImGuiKey_M)) send(Kind::NextMessage);
  const auto to_next = [&](std::uint32_t kinds) { commands.control({Kind::NextMark, kinds, {}}); };
  if (plain(ImGuiKey_E)) to_next(kStopAtLeader);
  if (plain(ImGuiKey_K)) to_next(kStopAtCommit);
  if (plain(ImGuiKey_V)) to_next(kStopAtViolation);
}

void arrow_keys(CommandSink& commands, Ui& ui) {
  const auto without_ctrl = [](ImGuiKey key) {
    return pressed(key, true) && !held_with(key, ImGuiMod_Ctrl);
  };
  const auto step = [&](ImGuiKey key, Kind event, Kind mark) {
    if (without_ctrl(key)) commands.control({held_with(key, ImGuiMod_Shift) ? mark : event, 0, {}});
  };
  step(ImGuiKey_LeftArrow, Kind::StepBack, Kind::PreviousMark);
  step(ImGuiKey_RightArrow, Kind::StepForward, Kind::NextMark);
  if (without_ctrl(ImGuiKey_UpArrow)) ui.move_in_list(-1);
  if (without_ctrl(ImGuiKey_DownArrow)) ui.move_in_list(1);
}

// Of the diagram of space and time, while it is shown.
void diagram_keys(const Frame& frame, SpaceTimeView& view) {
  const auto now_us = static_cast<double>(frame.time_us);
  const auto shifted = [](ImGuiKey key) { return pressed(key, true) && held_with(key, ImGuiMod_Shift); };
  if (shifted(ImGuiKey_PageUp)) view.enlarge(kDiagramZoomStep, now_us, now_us);
  if (shifted(ImGuiKey_PageDown)) view.enlarge(1 / kDiagramZoomStep, now_us, now_us);
  const auto with_ctrl = [&](ImGuiKey key) { return shifted(key) && held_with(key, ImGuiMod_Ctrl); };
  if (with_ctrl(ImGuiKey_LeftArrow)) view.move(-view.span_us / 10);
  if (with_ctrl(ImGuiKey_RightArrow)) view.move(view.span_us / 10);
}

// Of the logs, while they are shown: which index is lit up. It comes into sight.
void log_keys(const Frame& frame, Selection& selection) {
  raft::Index last;
  for (const MemberView& member : frame.members) last = std::max(last, member.status.last_index);
  if (last.is_zero()) return;
  const auto light = [&](raft::Index index) {
    selection.entry = std::clamp(index, raft::Index(1), last);
    selection.entry_wanted = true;
  };
  const raft::Index at = selection.entry.value_or(last + 1);
  const auto shifted = [](ImGuiKey key) { return pressed(key, true) && held_with(key, ImGuiMod_Shift); };
  const auto with_ctrl = [&](ImGuiKey key) { return shifted(key) && held_with(key, ImGuiMod_Ctrl); };
  const auto before = [&](std::uint64_t many) {
    return raft::Index(at.value() > many ? at.value() - many : 1);
  };
  constexpr std::uint64_t kPage = 10;
  if (with_ctrl(ImGuiKey_LeftArrow)) light(before(1));
  if (with_ctrl(ImGuiKey_RightArrow)) light(at + 1);
  if (shifted(ImGuiKey_PageUp)) light(before(kPage));
  if (shifted(ImGuiKey_PageDown)) light(at + kPage);
}

void view_keys(const Frame& frame, Selection& selection) {
  if (plain(ImGuiKey_G)) selection.open_popup = "gallery";
  if (plain(ImGuiKey_B)) selection.open_popup = "branches";
  if (plain(ImGuiKey_O)) selection.dock_high = !selection.dock_high;
  if (plain(ImGuiKey_W)) selection.rules = !selection.rules;
  if (selection.tab == Tab::SpaceTime) diagram_keys(frame, selection.space_time);
  if (selection.tab == Tab::Logs) log_keys(frame, selection);
  StageView& stage = selection.stage;
  if (plain(ImGuiKey_F)) stage.show(selection.subject());
  const auto unshifted = [](ImGuiKey key) { return pressed(key, true) && !held_with(key, ImGuiMod_Shift); };
  if (unshifted(ImGuiKey_PageUp)) stage.enlarge(kZoomStep);
  if (unshifted(ImGuiKey_PageDown)) stage.enlarge(1 / kZoomStep);
  if ((plain(ImGuiKey_0) || plain(ImGuiKey_Keypad0)) && member_of(frame, 0) == raft::kNone)
    stage.enlarge(0);
  constexpr float kStep = 40;  // px
  const auto move = [&](ImGuiKey key, Vec2 way) {
    if (unshifted(key) && held_with(key, ImGuiMod_Ctrl)) stage.pan = stage.pan + way * kStep;
  };
  move(ImGuiKey_LeftArrow, {1, 0});
  move(ImGuiKey_RightArrow, {-1, 0});
  move(ImGuiKey_UpArrow, {0, 1});
  move(ImGuiKey_DownArrow, {0, -1});
}

// The characters after the first `many` of this picture come with the next.
void put_off_characters(int many) {
  ImVector<ImWchar>& characters = ImGui::GetIO().InputQueueCharacters;
  while (characters.Size > many) {
    ImGuiInputEvent event;
    event.Type = ImGuiInputEventType_Text;
    event.Source = ImGuiInputSource_Keyboard;
    event.Text.Char = characters.back();
    ImGui::GetCurrentContext()->InputEventsQueue.push_front(event);
    characters.pop_back();
  }
}

void sign_keys(const Frame& frame, Selection& selection, CommandSink& commands) {
  const ImVector<ImWchar>& characters = ImGui::GetIO().InputQueueCharacters;
  for (int i = 0; i < characters.Size; ++i) {
    const ImWchar sign = characters[i];
    if (sign == '.') commands.control({Kind::TogglePlay, 0, {}});
    if (sign == '[' || sign == '-') commands.control({Kind::Slower, 0, {}});
    // Where = is Shift + 0, it names a member if there is one.
    const bool names = sign == '=' && member_of(frame, 0) != raft::kNone;
    if (sign == ']' || sign == '+' || (sign == '=' && !names)) commands.control({Kind::Faster, 0, {}});
    if (sign == '?') selection.open_popup = "help";
    if (sign != '/') continue;
    selection.open_popup = "palette";
    put_off_characters(i + 1);  // they are what is looked for
  }
  if (pressed(ImGuiKey_F1)) selection.open_popup = "help";
}

// Cuts both directions between the two, or heals them when either is cut.
void toggle_link(const Frame& frame, raft::NodeId a, raft::NodeId b, CommandSink& commands) {
  const LinkView* there = find_link(frame, a, b);
  const LinkView* back = find_link(frame, b, a);
  if (there == nullptr || back == nullptr) return;
  const bool heal = there->cut || back->cut;
  for (const LinkView* link : {there, back}) {
    if (link->cut != heal) continue;
    sim::Command command;
    command.kind = heal ? sim::Command::Kind::Heal : sim::Command::Kind::Cut;
    command.node = link->from;
    command.peer = link->to;
    commands.act(std::move(command));
  }
}

// What flies, and what it flies along.
void walk_keys(const Frame& frame, Selection& selection) {
  const auto way = [](ImGuiKey key) { return held_with(key, ImGuiMod_Shift) ? -1 : 1; };
  const auto again = [](ImGuiKey key) { return pressed(key, true) && !held_with(key, ImGuiMod_Ctrl); };
  if (again(ImGuiKey_N)) {
    const std::uint64_t next = message_beside(frame, selection.message, way(ImGuiKey_N));
    if (next != 0) selection.select_message(next);
  }
  if (again(ImGuiKey_J)) {
    const LinkId next = link_beside(frame, selection.link, selection.member, way(ImGuiKey_J));
    if (next != LinkId{}) selection.select_link(next);
  }
}

// One direction is cut, or heals.
void toggle_direction(const Frame& frame, const LinkId& id, CommandSink& commands) {
  const LinkView* link = find_link(frame, id.from, id.to);
  if (link == nullptr) return;
  sim::Command command = about(link->cut ? sim::Command::Kind::Heal : sim::Command::Kind::Cut, id.from);
  command.peer = id.to;
  commands.act(std::move(command));
}

void member_keys(const Frame& frame, Selection& selection, CommandSink& commands) {
  for (int digit = 0; digit <= 9; ++digit) {
    const raft::NodeId id = member_of(frame, digit);
    if (id == raft::kNone) continue;
    if (selection.cutting && selection.member != raft::kNone) {
      if (id != selection.member) toggle_link(frame, selection.member, id, commands);
      selection.cutting = false;
    } else {
      selection.select(id);
    }
  }
  if (plain(ImGuiKey_H)) commands.act(command_for(frame, Act::HealAll, raft::kNone));
  if (plain(ImGuiKey_P)) commands.act(next_put(frame, selection.member));
  const bool on_link = selection.subject().link != LinkId{};
  if (on_link && plain(ImGuiKey_X)) toggle_direction(frame, selection.link, commands);
  const MemberView* member = find_member(frame, selection.member);
  if (member == nullptr) return;
  const auto act = [&](Act what) { commands.act(command_for(frame, what, member->id)); };
  if (plain(ImGuiKey_C)) act(Act::Crash);
  if (plain(ImGuiKey_R)) act(Act::Restart);
  if (plain(ImGuiKey_I)) act(Act::Isolate);
  if (plain(ImGuiKey_T)) act(Act::Timeout);
  if (plain(ImGuiKey_L)) act(Act::Transfer);
  if (!on_link && plain(ImGuiKey_X)) selection.cutting = true;
  if (plain(ImGuiKey_A)) selection.arranging = true;
  if (plain(ImGuiKey_Z)) act(member->process == Process::Paused ? Act::Resume : Act::Pause);
}

// Enter where nothing has the focus, and the key that is there for it.
bool asks_for_menu(const Ui& ui, bool enter) {
  return (enter && ui.focus().empty()) || pressed(ImGuiKey_Menu) ||
         (pressed(ImGuiKey_F10) && held_with(ImGuiKey_F10, ImGuiMod_Shift));
}

}  // namespace

void handle_keys(const Frame& frame, Selection& selection, CommandSink& commands, Ui& ui) {
  const ImGuiIO& io = ImGui::GetIO();
  if (io.WantTextInput) return;
  const bool popup = ImGui::IsPopupOpen("", ImGuiPopupFlags_AnyPopupId | ImGuiPopupFlags_AnyPopupLevel);
  if (pressed(ImGuiKey_Tab, true)) ui.move_focus(held_with(ImGuiKey_Tab, ImGuiMod_Shift) ? -1 : 1);
  const bool enter = pressed(ImGuiKey_Enter) || pressed(ImGuiKey_KeypadEnter);
  if (!ui.focus().empty() && (enter || pressed(ImGuiKey_Space))) ui.activate_focus();
  if (popup) {
    if (pressed(ImGuiKey_DownArrow, true)) ui.move_focus(1);
    if (pressed(ImGuiKey_UpArrow, true)) ui.move_focus(-1);
    if (pressed(ImGuiKey_Escape)) ui.close_popups();
    return;
  }
  if (selection.arranging && (enter || pressed(ImGuiKey_Escape) || plain(ImGuiKey_A))) {
    selection.arranging = false;
    return;
  }
  if (pressed(ImGuiKey_Escape)) {
    selection.clear();
    ui.clear_focus();
  }
  if (asks_for_menu(ui, enter)) selection.menu_wanted = true;
  if (pressed(ImGuiKey_P) && held_with(ImGuiKey_P, ImGuiMod_Ctrl) &&
      held_with(ImGuiKey_P, ImGuiMod_Shift)) {
    selection.open_popup = "palette";
    return;
  }
  sign_keys(frame, selection, commands);
  if (!selection.open_popup.empty()) return;  // what was pressed after it is for what opens
  if (io.KeyAlt || io.KeySuper) return;
  if (!arranging_keys(selection)) arrow_keys(commands, ui);
  time_keys(commands, ui);
  view_keys(frame, selection);
  walk_keys(frame, selection);
  member_keys(frame, selection, commands);
}

}  // namespace raftarium::viz
