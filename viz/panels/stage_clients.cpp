// The clients on the stage: their box, and on the way to whom they ask a mark of the requests that wait for it.

#include <algorithm>
#include <cmath>

#include "viz/panels/stage_parts.h"
#include "viz/text.h"

namespace raftarium::viz {
namespace {

constexpr float kHalfWidth = 10;  // px of a mark
constexpr float kHalfHeight = 8;

const RequestView* open_request(const Frame& frame) {
  for (std::size_t i = frame.requests.size(); i-- > 0;) {
    if (frame.requests[i].open) return &frame.requests[i];
  }
  return nullptr;
}

// What the client shows: its open request, else its last.
const RequestView* shown_request(const Frame& frame) {
  const RequestView* open = open_request(frame);
  if (open != nullptr || frame.requests.empty()) return open;
  return &frame.requests.back();
}

bool waits_for(const RequestView& request, raft::NodeId member) {
  return request.open && request.node == member;
}

// Where the line to a member begins: side by side under the box, in the order of where they lead, so that marks near
// their beginnings keep apart.
Vec2 way_out(const Stage& stage, std::size_t member, const Passing<bool>& asked) {
  constexpr float kApart = 28;
  float before = 0;
  for (std::size_t i = 0; i < asked.size(); ++i) {
    const bool further_left =
        stage.at[i].x < stage.at[member].x || (stage.at[i].x == stage.at[member].x && i < member);
    before += asked[i] && further_left ? kApart : 0;
  }
  return {stage.client.x + std::min(8 + before, stage.client.w - 8), stage.client.bottom()};
}

// On the way to a member: clear of the clients' box, which has the pointer first, and of other marks.
Vec2 mark_place(const Stage& stage, Vec2 from, Vec2 to) {
  const Vec2 way = normalised(to - from);
  const float clear = stage.ui.narrow() ? kTouchTarget / 2 : kHalfHeight;
  const Rect box = stage.client.inset(-clear, -clear);
  Vec2 p = from + way * 22;
  for (int i = 0; i < 10 && box.contains(p); ++i) p = p + way * 4;
  for (const RequestMark& other : stage.asked) {
    if (std::fabs(p.x - other.at.x) < 24 && std::fabs(p.y - other.at.y) < 20) p = p + way * 26;
  }
  return p;
}

}  // namespace

void place_requests(Stage& stage) {
  Passing<bool> asked(stage.at.size(), false);
  for (const RequestView& request : stage.frame.requests) {
    const std::size_t member = request.open ? stage.index_of(request.node) : asked.size();
    if (member < asked.size()) asked[member] = true;
  }
  for (std::size_t member = 0; member < stage.at.size(); ++member) {
    const raft::NodeId id = stage.frame.members[member].id;
    if (!asked[member]) continue;
    RequestMark mark{member, nullptr, 0, way_out(stage, member, asked), {}};
    for (const RequestView& request : stage.frame.requests) {
      if (!waits_for(request, id)) continue;
      ++mark.count;
      const bool shown = stage.selection.request_shown && mark.request != nullptr &&
                         stage.selection.request == mark.request->id;
      if (!shown) mark.request = &request;  // what is looked at, else the newest
    }
    mark.at = mark_place(stage, mark.from, stage.at[member]);
    stage.asked.push_back(mark);
  }
}

void choose_mark(const Stage& stage, const RequestMark& mark) {
  const RequestView* next = mark.request;
  // A click on what is looked at takes the one before it that waits as well, and comes round.
  if (stage.selection.request_shown && stage.selection.request == mark.request->id) {
    const std::vector<RequestView>& all = stage.frame.requests;
    const auto here = static_cast<std::size_t>(mark.request - all.data());
    for (std::size_t i = 1; i < all.size(); ++i) {
      next = &all[(here + all.size() - i) % all.size()];
      if (waits_for(*next, mark.request->node)) break;
      next = mark.request;
    }
  }
  choose_request(*next, stage.selection);
}

void hint_of_mark(const Stage& stage, const RequestMark& mark) {
  const RequestView& request = *mark.request;
  Words words =
      Words(request.text) + ": has waited " + text::duration(stage.frame.time_us - request.sent_us) + ".";
  if (mark.count > 1)
    words += " So do " + digits(mark.count - 1) + (mark.count == 2 ? " other." : " others.");
  stage.ui.tooltip_now(words, "client → " + text::node(request.node.value()));
}

void draw_requests(const Stage& stage, const Under& under) {
  Ui& ui = stage.ui;
  const Theme& theme = ui.theme();
  ImDrawList* list = ui.list();
  for (const RequestMark& mark : stage.asked) {
    const Vec2 to = stage.at[mark.member];
    dashed(list, {mark.from, to - normalised(to - mark.from) * (stage.radius + 8)}, ink(theme.accent, 0.8F),
           1.25F, 3, 4);
    const Rect box{mark.at.x - kHalfWidth, mark.at.y - kHalfHeight, 2 * kHalfWidth, 2 * kHalfHeight};
    const bool chosen = stage.selection.request_shown && stage.selection.request == mark.request->id;
    if (chosen || under.request == &mark)
      list->AddCircle(im(mark.at), 16, ink(theme.accent), 32, chosen ? 2.0F : 1.25F);
    fill(list, box, ink(theme.ground), 3);
    outline(list, box, ink(theme.accent), 3, 1.5F);
    draw_text(list, ui.mono_bold(type::kTiny, theme.accent), mark.at, "P", Align::Center);
    ui.reachable("asked." + digits(stage.frame.members[mark.member].id.value()), box,
                 reach_of(stage, kRequestRadius));
  }
}

Item client_item(const Stage& stage, CommandSink& commands) {
  const Item it = stage.ui.item("client", stage.client);
  const RequestView* shown = shown_request(stage.frame);
  stage.ui.tooltip(shown == nullptr ? Words(text::kClient)
                                    : Words(shown->text) + ": " + shown->state + ". " + text::kClient,
                   "P");
  if (it.clicked) commands.act(next_put(stage.frame, raft::kNone));
  return it;
}

void draw_client(const Stage& stage, const Item& item) {
  Ui& ui = stage.ui;
  const Theme& theme = ui.theme();
  ImDrawList* list = ui.list();
  const Rect box = stage.client;
  const RequestView* shown = shown_request(stage.frame);
  const bool open = shown != nullptr && shown->open;
  fill(list, box, ink(item.hovered ? theme.hover : theme.raised), kCorner);
  outline(list, box, ink(open ? theme.accent : theme.line), kCorner);
  const Vec2 middle = box.center();
  draw_text(list, ui.semibold(type::kSmall, theme.text), middle + Vec2{0, -9},
            words_of_clients(stage.frame), Align::Center);
  const Pen pen = ui.mono(type::kTiny, shown == nullptr || open ? theme.accent : theme.muted);
  const Words words = shown == nullptr ? Words("write") : Words(shown->text) + (open ? " …" : "");
  draw_text(list, pen, middle + Vec2{0, 9}, fitted(pen, words, box.w - 12), Align::Center);
  if (item.focused) ui.ring(box);
}

}  // namespace raftarium::viz
