// Messages in the diagram of space and time: an arrow for each, from where and when it was sent to where and when it
// ended.

#include <algorithm>
#include <cmath>

#include "viz/panels/spacetime_parts.h"

namespace raftarium::viz {
namespace {

const MessageView* on_its_way(const Diagram& d, const lab::TracedMessage& m) {
  const auto view = std::lower_bound(d.frame.messages.begin(), d.frame.messages.end(), m.id,
                                     [](const MessageView& v, std::uint64_t id) { return v.id < id; });
  return view == d.frame.messages.end() || view->id != m.id ? nullptr : &*view;
}

// As far as it has come, if the frame still knows when it arrives.
Vec2 head_of(const Diagram& d, const lab::TracedMessage& m, const MessageView* view, Vec2 from) {
  if (view == nullptr) return {d.x(d.frame.time_us), d.y(m.to)};
  return mix(from, {d.x(view->deliver_us), d.y(m.to)}, static_cast<float>(view->travelled));
}

bool is_beat(const lab::TracedMessage& m) {
  return m.type == raft::MessageType::MsgHeartbeat || m.type == raft::MessageType::MsgHeartbeatResp;
}

bool look_alike(const Arrow& one, const Arrow& other) {
  const lab::TracedMessage& a = *one.message;
  const lab::TracedMessage& b = *other.message;
  return std::fabs(one.a.x - other.a.x) < 1 && std::fabs(one.b.x - other.b.x) < 1 && one.b.y == other.b.y &&
         a.term == b.term && a.lost == b.lost && (a.entries > 0) == (b.entries > 0) &&
         (a.ended_us >= 0) == (b.ended_us >= 0) && one.doomed == other.doomed && is_beat(a) == is_beat(b);
}

bool in(const std::vector<std::uint64_t>& sorted, std::uint64_t id) {
  return std::binary_search(sorted.begin(), sorted.end(), id);
}

}  // namespace

void find_arrows(Diagram& d) {
  // Of each way, there and back: the last arrow that is not behind another. The trace is in the order of sending.
  const std::size_t members = d.frame.members.size() + 1;
  Passing<std::size_t> last(members * members * 2, SIZE_MAX);
  for (const lab::TracedMessage& m : d.frame.trace) {
    const Vec2 a{d.x(m.sent_us), d.y(m.from)};
    const MessageView* view = m.ended_us >= 0 ? nullptr : on_its_way(d, m);
    const Vec2 b = m.ended_us >= 0 ? Vec2{d.x(m.ended_us), d.y(m.to)} : head_of(d, m, view, a);
    if (!d.shows(a.x) && !d.shows(b.x)) continue;
    Arrow arrow{&m, a, b};
    arrow.doomed = view != nullptr && view->doomed;
    const std::size_t way = d.line(m.from) * members + d.line(m.to);
    std::size_t& before = last[way * 2 + (raft::is_response(m.type) ? 1 : 0)];
    arrow.behind = before < d.arrows.size() && look_alike(d.arrows[before], arrow);
    if (!arrow.behind) {
      before = d.arrows.size();
      ++d.apart;
    }
    d.arrows.push_back(arrow);
  }
}

void draw_arrows(const Diagram& d, Ui& ui, const Selection& selection, const Pointed& pointed,
                 const Causality& causes) {
  const Theme& theme = ui.theme();
  const lab::TracedMessage* under = pointed.message;
  const float shown = static_cast<float>(d.apart) + 1;
  // The more share the width, the fainter each is; those of the selected member stay.
  const float faint = std::clamp(d.plot.w / 4 / shown, 0.12F, 1.0F);
  for (const Arrow& arrow : d.arrows) {
    const lab::TracedMessage& m = *arrow.message;
    const bool lit = &m == under || selection.message == m.id;
    const bool touches = selection.member == m.from || selection.member == m.to;
    const bool before = in(causes.past, m.id);
    const bool after = in(causes.future, m.id);
    if (arrow.behind && !lit && !before && !after) continue;
    const Rgb color = before                   ? theme.accent
                      : after                  ? theme.warning
                      : m.lost || arrow.doomed ? theme.bad
                                               : term_color(theme, m.term);
    float alpha = lit ? 1.0F : (is_beat(m) ? 0.3F : 0.75F) * (touches ? std::max(faint, 0.4F) : faint);
    if (before || after) alpha = std::max(alpha, 0.8F);
    if (selection.message == m.id) {
      // As everywhere: what is selected has the accent around it.
      line(ui.list(), arrow.a, arrow.b, ink(theme.accent, 0.45F), 7);
      for (const Vec2 end : {arrow.a, arrow.b})
        ui.list()->AddCircle(im(end), 6, ink(theme.accent), 20, 1.75F);
      ui.region("space_time.chosen", {arrow.b.x - 6, arrow.b.y - 6, 12, 12});
    }
    const float width = lit ? 2.0F : m.entries > 0 || before || after ? 1.75F : 1.0F;
    if (raft::is_response(m.type)) {
      dashed(ui.list(), {arrow.a, arrow.b}, ink(color, alpha), width, 4, 3);
    } else {
      line(ui.list(), arrow.a, arrow.b, ink(color, alpha), width);
    }
    if (m.lost) {
      const Vec2 end = mix(arrow.a, arrow.b, 0.6F);
      cross(ui.list(), end, 3.5F, ink(theme.bad), 1.5F);
    } else if (m.ended_us >= 0) {
      arrow_head(ui.list(), arrow.b, arrow.b - arrow.a, lit ? 8 : 6, ink(color, alpha));
    }
  }
}

}  // namespace raftarium::viz
