// What the inspector shows of a member: its hard state, log, timers and what is wrong with it, its acts, and, of a
// leader, the progress of the others.

#include <algorithm>
#include <array>

#include "viz/acts.h"
#include "viz/health.h"
#include "viz/panels/panels.h"
#include "viz/panels/sheet.h"
#include "viz/text.h"

namespace raftarium::viz {
namespace {

constexpr float kRoomy = 320;  // px of height that hold the facts and, under them, the acts

Words number(raft::Index i) { return digits(i.value()); }
Words number(raft::Term t) { return digits(t.value()); }
Words name(raft::NodeId id) { return id == raft::kNone ? "none" : text::node(id.value()); }

struct RoleWords {
  Words role;
  Words remark;
  Rgb color;
};

RoleWords words_for(const MemberView& member, const Theme& theme) {
  if (!member.stopped_by.empty()) return {"stopped by its disk", "this is what it last knew", theme.bad};
  if (member.process == Process::Crashed) return {"crashed", "this is what its storage holds", theme.bad};
  if (member.process == Process::Paused)
    return {"paused", "handles nothing, its clock stands", theme.warning};
  const Rgb color = term_color(theme, member.status.hard_state.term);
  const raft::SoftState& soft = member.status.soft_state;
  switch (soft.role) {
    case raft::Role::Leader:
      if (member.leads_minority) return {"leader", "of a minority: cannot commit", theme.warning};
      return {"leader", "", color};
    case raft::Role::Candidate:
      return {"candidate", "asks for votes", color};
    case raft::Role::PreCandidate:
      return {"pre-candidate", "asks whether it could win", color};
    case raft::Role::Follower:
      break;
  }
  return {"follower", soft.leader == raft::kNone ? "knows no leader" : "of " + name(soft.leader), color};
}

Words timer_words(const MemberView& member) {
  if (member.process == Process::Crashed) return "off";
  if (member.process == Process::Paused) return "stands still";
  Words left = text::duration(std::max<std::int64_t>(0, member.timer_left_us));
  if (member.pace.is_slow()) left += " or more";  // it may have other things to do first
  return is_leader(member) ? "quorum check in " + left : left + " left";
}

Words ids(const std::vector<raft::NodeId>& list) {
  Words out;
  for (const raft::NodeId id : list) out += (out.empty() ? "" : " ") + text::node(id.value());
  return out.empty() ? "none" : out;
}

Words configuration_words(const raft::ConfState& own) {
  Words words = ids(own.voters);
  if (!own.voters_outgoing.empty()) words = ids(own.voters_outgoing) + " and " + words;
  if (!own.learners.empty()) words += ", learns: " + ids(own.learners);
  if (!own.learners_next.empty()) words += ", will learn: " + ids(own.learners_next);
  return words;
}

Words disk_words(const MemberView& member) {
  Words words;
  const auto add = [&](const Words& what) { words += (words.empty() ? "" : ", ") + what; };
  if (member.durable < member.status.last_index && member.process != Process::Crashed)
    add("synced to " + number(member.durable));
  if (member.disk.sync_min_us + member.disk.sync_mean_us > 0)
    add("syncs take " + text::duration(member.disk.sync_min_us + member.disk.sync_mean_us));
  if (member.disk.full) add("full");
  if (member.disk.syncs_lie) add("lies");
  if (fails_by_chance(member.disk)) add("fails by chance");
  for (const auto& [op, fault] : member.next_faults)
    add(Words("next ") + storage::describe(op) + ": " + storage::describe(fault));
  return words.empty() ? "all synced" : words;
}

Words clock_words(const MemberView& member) {
  if (member.drift_ppm <= -1'000'000) return "stands still";
  const std::int64_t percent = std::max(member.drift_ppm, -member.drift_ppm) / 10'000;
  return (member.drift_ppm > 0 ? "fast by " : "slow by ") + digits(percent) + " %";
}

Words process_words(const MemberView& member) {
  const sim::ProcessSettings& pace = member.pace;
  Words words;
  if (pace.step_us > 0) words = "slow, " + text::duration(pace.step_us) + " a step";
  if (pace.stall_per_million > 0)
    words += Words(words.empty() ? "" : ", ") + "stalls for " + text::duration(pace.stall_us);
  if (member.backlog > 0)
    words += Words(words.empty() ? "" : "; ") + digits(member.backlog) +
             (member.backlog == 1 ? " thing waits" : " things wait");
  return words;
}

void draw_progress(Sheet& sheet, const MemberView& member) {
  Ui& ui = sheet.ui;
  const Theme& theme = ui.theme();
  ImDrawList* list = ui.list();
  sheet.heading("Progress");
  const Rect area = sheet.area;
  const float step = area.w / 388;
  const float columns[] = {area.x, area.x + 40 * step, area.x + 152 * step, area.x + 214 * step,
                           area.x + 274 * step};
  const Pen head = ui.regular(type::kTiny, theme.muted);
  const char* titles[] = {"", "state", "match", "next", "in flight"};
  for (int i = 1; i < 5; ++i) draw_text(list, head, {columns[i], sheet.y + 7}, titles[i]);
  sheet.y += 18;
  for (const raft::ProgressView& progress : member.status.progress) {
    if (progress.id == member.id) continue;
    const float y = sheet.y + 9;
    const bool replicates = progress.state == raft::ProgressState::Replicate;
    Words state = replicates                                        ? "replicate"
                  : progress.state == raft::ProgressState::Snapshot ? "snapshot"
                                                                    : "probe";
    if (progress.flow_paused) state += " paused";
    draw_text(list, ui.semibold(type::kSmall, theme.text), {columns[0], y}, name(progress.id));
    draw_text(list,
              ui.regular(type::kSmall, replicates && !progress.flow_paused ? theme.good : theme.warning),
              {columns[1], y}, state);
    draw_text(list, ui.mono(type::kSmall, theme.text), {columns[2], y}, number(progress.match));
    draw_text(list, ui.mono(type::kSmall, theme.text), {columns[3], y}, number(progress.next));
    // Up to eight boxes; the number takes over when there are more.
    if (progress.inflight > 8) {
      draw_text(list, ui.mono(type::kSmall, theme.text), {columns[4], y}, digits(progress.inflight));
    } else {
      for (int i = 0; i < std::max(4, progress.inflight); ++i) {
        const Rect box{columns[4] + static_cast<float>(i) * 8, y - 3.5F, 7, 7};
        if (i < progress.inflight) fill(list, box, ink(theme.muted));
        outline(list, box, ink(theme.dim));
      }
    }
    sheet.y += 19;
  }
}

void draw_acts(const Frame& frame, const MemberView& member, Selection& selection, CommandSink& commands,
               Ui& ui, Sheet& sheet) {
  const float height = ui.narrow() ? kTouchTarget : 28;
  sheet.y += 12;
  float x = sheet.area.x;
  const auto place = [&](const char* label) {
    const float width = std::max(ui.narrow() ? 72.0F : 60.0F, ui.button_width(label) - 4);
    if (x + width > sheet.area.right() + 4) {
      x = sheet.area.x;
      sheet.y += height + 6;
    }
    const Rect button{x, sheet.y, width, height};
    x += width + 6;
    return button;
  };
  for (const Act act : acts_for(member)) {
    if (act == Act::HealAll) continue;
    const ActText& words = text_of(act);
    const auto style = act == Act::Crash ? Button::Style::Danger : Button::Style::Plain;
    const Words id = Words("act.") + words.name;
    if (ui.button(place(words.label), {id, words.label, words.tooltip, words.key, Icon::None, style, true}))
      commands.act(command_for(frame, act, member.id));
  }
  struct Page {
    const char* name;
    const char* label;
    const char* tip;
    MenuPage page;
  };
  static constexpr std::array<Page, 4> kPages = {
      {{"act.ask", "Ask …", text::kAsk, MenuPage::Ask},
       {"act.disk", "Disk …", text::kDiskMenu, MenuPage::Disk},
       {"act.clock", "Clock, process …", text::kClockMenu, MenuPage::Clock},
       {"act.members", "Member …", text::kMembersMenu, MenuPage::Members}}};
  for (const Page& page : kPages) {
    if (page.page == MenuPage::Ask && member.process == Process::Crashed) continue;
    const Rect button = place(page.label);
    if (!ui.button(button, {page.name, page.label, page.tip, "", Icon::None, Button::Style::Plain, true}))
      continue;
    selection.ask_for_menu(page.page, member.id, {button.x, button.bottom() + 4});
  }
  sheet.y += height + 12;
}

}  // namespace

void draw_member_sheet(const Frame& frame, const MemberView& member, Selection& selection,
                       CommandSink& commands, Ui& ui, Sheet& sheet) {
  const Theme& theme = ui.theme();
  const raft::Status& status = member.status;
  const RoleWords words = words_for(member, theme);
  sheet.head(text::node(member.id.value()), words.role, words.remark, words.color);
  // Where there is little room, what can be done comes before what is known: it stays in sight.
  const bool acts_first = ui.narrow() || sheet.area.h < kRoomy;
  if (acts_first) draw_acts(frame, member, selection, commands, ui, sheet);
  if (!member.stopped_by.empty()) sheet.pair("because", member.stopped_by, theme.bad);
  sheet.pair("term", number(status.hard_state.term), term_color(theme, status.hard_state.term));
  sheet.pair("vote", name(status.hard_state.vote));
  sheet.pair("commit / applied", number(status.hard_state.commit) + " / " + number(status.applied));
  sheet.pair("log", status.last_index < status.first_index
                        ? "empty after " + number(status.last_index)
                        : number(status.first_index) + " … " + number(status.last_index) +
                              "  (last of term " + number(status.last_term) + ")");
  sheet.pair(is_leader(member) ? "quorum timer" : "election timer", timer_words(member));
  // Only where it is not simply everybody.
  if (const raft::ConfState& own = status.conf_state; own.voters.size() != frame.members.size())
    sheet.pair("configuration", configuration_words(own));
  // Only what is out of the ordinary: the disk has a tab of its own.
  const bool disk_is_well =
      member.disk == sim::DiskSettings{} && member.sync_ends_us == 0 && member.next_faults.empty();
  if (!disk_is_well) sheet.pair("disk", disk_words(member), theme.warning);
  if (member.drift_ppm != 0) sheet.pair("clock", clock_words(member), theme.warning);
  if (const Words pace = process_words(member); !pace.empty()) sheet.pair("process", pace, theme.warning);
  if (!member.own.empty()) sheet.pair("of its own", member.own);
  const raft::Role role = status.soft_state.role;
  if (member.process == Process::Running &&
      (role == raft::Role::Candidate || role == raft::Role::PreCandidate)) {
    sheet.pair("votes for / against", ids(status.votes_granted) + " / " + ids(status.votes_rejected));
  }
  Words store;
  for (const kv::KeyValue& pair : member.store)
    store += Words(store.empty() ? "" : "  ") + pair.key + "=" + pair.value;
  sheet.pair("store", store.empty() ? Words("empty") : store);
  if (!acts_first) draw_acts(frame, member, selection, commands, ui, sheet);
  sheet.y -= 8;
  if (is_leader(member)) draw_progress(sheet, member);
}

}  // namespace raftarium::viz
