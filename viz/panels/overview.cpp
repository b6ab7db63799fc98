// The cluster as a whole, shown where nothing is selected: how it stands, and what one can do.

#include <array>
#include <string>

#include "viz/acts.h"
#include "viz/panels/panels.h"
#include "viz/panels/sheet.h"
#include "viz/text.h"

namespace raftarium::viz {
namespace {

Words count_of(std::size_t part, std::size_t whole, const char* what) {
  return digits(part) + " of " + digits(whole) + what;
}

Words leader_words(const Frame& frame) {
  const MemberView* leader = current_leader(frame);
  if (leader == nullptr) return "none";
  return text::node(leader->id.value()) + ", term " + digits(leader->status.hard_state.term.value());
}

Words network_words(const Frame& frame) {
  std::size_t cut = 0;
  for (const LinkView& link : frame.links) cut += link.cut ? 1 : 0;
  if (cut == 0) return "whole";
  if (frame.islands.size() > 1) return digits(frame.islands.size()) + " parts";
  return digits(cut) + (cut == 1 ? " direction cut" : " directions cut");
}

void facts(const Frame& frame, Sheet& sheet) {
  std::size_t up = 0;
  raft::Index commit;
  for (const MemberView& member : frame.members) {
    up += member.process == Process::Running ? 1 : 0;
    commit = std::max(commit, member.status.hard_state.commit);
  }
  std::size_t open = 0;
  for (const RequestView& request : frame.requests) open += request.open ? 1 : 0;
  sheet.pair("leader", leader_words(frame));
  sheet.pair("running", count_of(up, frame.members.size(), ""));
  const std::size_t voters = frame.configuration.voters.size();
  sheet.pair("majority", count_of(voters / 2 + 1, voters, ""));
  sheet.pair("committed up to", digits(commit.value()));
  sheet.pair("network", network_words(frame));
  sheet.pair("on their way", digits(frame.messages.size()) +
                                 (frame.messages.size() == 1 ? " message, " : " messages, ") +
                                 digits(open) + (open == 1 ? " request" : " requests"));
}

}  // namespace

void draw_overview(const Frame& frame, CommandSink& commands, Ui& ui, Sheet& sheet) {
  const Theme& theme = ui.theme();
  draw_text(ui.list(), ui.semibold(type::kTitle, theme.text), {sheet.area.x, sheet.y + 20}, "The cluster");
  sheet.y += 40;
  facts(frame, sheet);
  sheet.heading("Try this");
  struct Suggestion {
    const char* name;
    const char* label;
    const char* tip;
    const char* key;
  };
  static constexpr std::array<Suggestion, 3> kSuggestions = {{
      {"overview.put", "Write a value", text::kClient, "P"},
      {"overview.next", "To the next election or commit", text::kNextMark, "Shift + Right"},
      {"overview.heal_all", "Heal all links", text::kHealAll, "H"},
  }};
  const float height = ui.narrow() ? kTouchTarget : 28;
  float x = sheet.area.x;
  for (const Suggestion& suggestion : kSuggestions) {
    const float width = ui.button_width(suggestion.label);
    if (x + width > sheet.area.right() + 4 && x > sheet.area.x) {
      x = sheet.area.x;
      sheet.y += height + 6;
    }
    const Rect place{x, sheet.y, width, height};
    if (ui.button(place, {suggestion.name, suggestion.label, suggestion.tip, suggestion.key, Icon::None,
                          Button::Style::Plain, true})) {
      if (&suggestion == &kSuggestions[0]) commands.act(next_put(frame, raft::kNone));
      if (&suggestion == &kSuggestions[1]) commands.control({Control::Kind::NextMark, 0, {}});
      if (&suggestion == &kSuggestions[2]) commands.act(command_for(frame, Act::HealAll, raft::kNone));
    }
    x += width + 6;
  }
  sheet.y += height + 12;
  sheet.y += draw_wrapped(ui.list(), ui.regular(type::kSmall, theme.muted), {sheet.area.x, sheet.y},
                          sheet.area.w, text::kNoMember);
  sheet.y += 12;
}

}  // namespace raftarium::viz
