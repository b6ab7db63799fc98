// What the pointer is on in the diagram of space and time, what led to it and what follows from it.

#include <algorithm>
#include <cmath>

#include "viz/panels/spacetime_parts.h"
#include "viz/text.h"

namespace raftarium::viz {
namespace {

// The last event before a place on a member's line that a message tells of.
std::optional<Moment> moment_on_line(const Diagram& d, Vec2 mouse) {
  for (const MemberView& member : d.frame.members) {
    if (std::fabs(d.y(member.id) - mouse.y) > 5) continue;
    Moment moment{member.id, 0, std::min(d.time(mouse.x), d.frame.time_us)};
    for (const lab::TracedMessage& m : d.frame.trace) {
      if (m.sent_us <= moment.time_us) moment.event = std::max(moment.event, m.sent_event);
      if (m.ended_us >= 0 && m.ended_us <= moment.time_us)
        moment.event = std::max(moment.event, m.ended_event);
    }
    return moment;
  }
  return std::nullopt;
}

Words in_words(const lab::TracedMessage& m) {
  Words words = raft::describe(m.type);
  if (m.entries > 0) words += ", " + digits(m.entries) + (m.entries == 1 ? " entry" : " entries");
  if (m.reject) words += ", refused";
  if (m.lost) return words + ", lost";
  if (m.ended_us < 0) return words + ", on its way";
  return words + ", " + text::duration(m.ended_us - m.sent_us);
}

Words count_of_messages(std::size_t count, const char* verb, const char* verbs) {
  return digits(count) + (count == 1 ? " message " : " messages ") + (count == 1 ? verb : verbs);
}

}  // namespace

Pointed point_at(const Diagram& d, Vec2 mouse, bool hovered) {
  Pointed under;
  if (!hovered) return under;
  float nearest = 6;
  for (const Arrow& arrow : d.arrows) {
    const lab::TracedMessage& m = *arrow.message;
    const float distance = distance_to_segment(mouse, arrow.a, arrow.b);
    if (distance >= nearest) continue;
    nearest = distance;
    under.message = &m;
    const bool at_end = m.ended_us >= 0 && !m.lost && length(mouse - arrow.b) < length(mouse - arrow.a);
    under.moment =
        at_end ? Moment{m.to, m.ended_event, m.ended_us} : Moment{m.from, m.sent_event, m.sent_us};
  }
  if (under.message == nullptr) under.moment = moment_on_line(d, mouse);
  return under;
}

Pointed chosen_moment(const Diagram& d, const Selection& selection) {
  Pointed chosen;
  for (const Arrow& arrow : d.arrows) {
    const lab::TracedMessage& m = *arrow.message;
    if (selection.message == 0 || m.id != selection.message) continue;
    chosen.message = &m;
    chosen.moment = Moment{m.from, m.sent_event, m.sent_us};
  }
  return chosen;
}

void draw_causes(const Diagram& d, Ui& ui, const Moment& moment, const Causality& causes) {
  const Theme& theme = ui.theme();
  const float first = std::max(d.plot.x, d.x(0));
  const float now = std::min(d.x(d.frame.time_us), d.plot.right());
  for (const auto& [node, until] : causes.until) {
    const float y = d.y(until.node);
    const float to = std::min(d.x(until.time_us), d.plot.right());
    if (to > first) line(ui.list(), {first, y}, {to, y}, ink(theme.accent), 3.5F);
  }
  for (const auto& [node, from] : causes.from) {
    const float y = d.y(from.node);
    const float at = std::max(d.x(from.time_us), d.plot.x);
    if (now > at) dashed(ui.list(), {{at, y}, {now, y}}, ink(theme.warning), 3.5F, 6, 3);
  }
  ui.list()->AddCircle(im({d.x(moment.time_us), d.y(moment.node)}), 7, ink(theme.text), 24, 2);
}

void explain_pointed(const Pointed& under, const CausesView& causes, const std::optional<Rect>& beside,
                     Ui& ui) {
  if (!under.moment || ui.popup_is_open()) return;
  const auto tell = [&](std::string_view first, std::string_view second) {
    if (beside) {
      ui.tooltip_at(*beside, first, second);
    } else {
      ui.tooltip_now(first, second);
    }
  };
  const Words connected = count_of_messages(causes.past, "led", "led") + " to this, " +
                          count_of_messages(causes.future, "follows", "follow");
  if (under.message == nullptr) {
    tell(connected,
         text::node(under.moment->node.value()) + " at " + text::seconds(under.moment->time_us) + " s");
    return;
  }
  const lab::TracedMessage& m = *under.message;
  const bool end = under.moment->node == m.to;
  tell(in_words(m) + ". " + connected,
       text::node(m.from.value()) + " → " + text::node(m.to.value()) + (end ? ", arriving" : ", sent"));
}

}  // namespace raftarium::viz
