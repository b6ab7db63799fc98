#pragma once
// What the parts of the stage share: where everything stands in this frame, and what is under the pointer.

#include "viz/acts.h"
#include "viz/health.h"
#include "viz/panels/panels.h"

namespace raftarium::viz {

// What the stage keeps from picture to picture: where members stand in the circle, and the cuts of where they are.
struct StageKept {
  int count = 0;
  Rect field;
  float radius = 0;
  std::vector<Vec2> circle;
  std::vector<Vec2> at;
  std::vector<int> island;
  struct Cuts {  // and what they were worked out from
    std::vector<Vec2> at;
    std::vector<int> island;
    Rect area;
    std::vector<Border> lines;
  } cuts;
  std::vector<Border> seen;
  std::vector<Vec2> message_at;
};

// Where the names of the signs stand: along the lower edge.
struct Legend {
  Rect area;  // of all rows
  int rows = 0;
  float reserved = 0;  // px that the field leaves to it, whatever is there now
  Rect all;            // the button that opens all of it, where there is no room for it
};

// What waits for a member, marked on the way from the clients to it.
struct RequestMark {
  std::size_t member;          // position in frame.members
  const RequestView* request;  // of those that wait: the one that is looked at, else the newest
  std::size_t count;
  Vec2 from;  // where the line to the member begins
  Vec2 at;
};

struct Stage {
  const Frame& frame;
  Selection& selection;
  Ui& ui;
  Rect area;   // the whole panel
  Rect field;  // where members may stand, before it is enlarged and moved
  float plain_radius = 0;
  float radius = 0;          // as they are seen
  std::vector<Vec2>& at;     // of frame.members
  std::vector<int>& island;  // of frame.members: position in frame.islands
  std::vector<Border>& cuts;
  std::vector<Vec2>& message_at;  // of frame.messages, once they are placed
  Rect client;
  Legend legend;
  // When each message is shown: the present, or a little before while the last step is still travelling.
  std::int64_t shown_us = 0;
  Passing<RequestMark> asked{};  // once they are placed

  // From a place in the field to where it is seen, and back.
  Vec2 seen(Vec2 place) const {
    return field.center() + (place - field.center()) * selection.stage.zoom + selection.stage.pan;
  }
  Vec2 place_of(Vec2 seen_at) const {
    return field.center() + (seen_at - selection.stage.pan - field.center()) * (1 / selection.stage.zoom);
  }
  // The middle of a member's caption.
  Vec2 caption(std::size_t member) const {
    // Clear of the corners of a candidate, and of the timer around them.
    const MemberView& view = frame.members[member];
    const raft::Role role = view.status.soft_state.role;
    const bool corners = view.process != Process::Crashed &&
                         (role == raft::Role::Candidate || role == raft::Role::PreCandidate);
    return at[member] + Vec2{0, caption_side(at, member) * (radius + (corners ? 29 : 21))};
  }
  std::size_t index_of(raft::NodeId id) const;  // frame.members.size() when unknown
  // From the edge of one member to the edge of another, set off to the right of its direction.
  struct Lane {
    Vec2 from;
    Vec2 to;
  };
  Lane lane(std::size_t from, std::size_t to, float offset) const;
};

struct Under {  // the pointer; at most one of them
  std::size_t member = SIZE_MAX;
  const MessageView* message = nullptr;
  const RequestMark* request = nullptr;
  const LinkView* link_end = nullptr;
  const Border* cut = nullptr;
};

Stage make_stage(const Frame&, Selection&, Ui&, const Rect& area);
// How far from its middle something of `radius` px can still be pointed at; a finger needs more than a mouse.
float reach_of(const Stage& stage, float radius);
inline constexpr float kMessageRadius = 9;
inline constexpr float kRequestRadius = 11;
inline constexpr float kLinkEndRadius = 7;
inline constexpr float kCutRadius = 7;
// Moves a place so that a member of `radius` there is wholly inside, with what is written at it.
void keep_inside(Vec2& place, const Rect& field, float radius);
// What was asked for from the keyboard: something large, a member elsewhere. Before the stage is made.
void turn_stage_view(const Stage& stage);
struct StageLists {
  List members;
  List messages;
  List links;
};
// REQUIRES: messages are placed.
StageLists walk_stage(const Stage& stage);
void mark_stage_lists(const Stage& stage, const StageLists& lists);
Under pick(const Stage& stage, Vec2 pointer);

Vec2 link_end(const Stage& stage, const LinkView& link);
// Where a doomed message is lost, as a share of its way; 1 for any other.
float lost_at(const Stage& stage, const MessageView& message);
// How far it has come, no further than that.
float travelled(const Stage& stage, const MessageView& message);
void place_messages(Stage& stage);  // once shown_us is known
// REQUIRES: it is one of the frame's, and they are placed.
Vec2 message_at(const Stage& stage, const MessageView& message);
// Whether their shapes are the same but for what they count.
bool same_shape(const raft::Message& a, const raft::Message& b);

void draw_links(const Stage& stage, const Under& under);
void draw_cuts(const Stage& stage, const Under& under);
void draw_cut_label(const Stage& stage);
void draw_messages(const Stage& stage, const Under& under);
// One message's shape, for the stage and for the legend.
void draw_message_shape(Ui& ui, const raft::Message& message, Vec2 at, Rgb color, bool lost);
void draw_captions(const Stage& stage);  // under the messages, which are never hidden
void draw_members(const Stage& stage, const Under& under);
void draw_badges(const Stage& stage);                  // of disks and clocks that are not as they should be
bool hint_of_badge(const Stage& stage, Vec2 pointer);  // false: none is there
void draw_disk_badge(Ui& ui, DiskState state, Vec2 at, float r);
void draw_clock_badge(Ui& ui, ClockState state, Vec2 at, float r);
void draw_hourglass(Ui& ui, Vec2 at);                         // of a process that takes its time
Item client_item(const Stage& stage, CommandSink& commands);  // made before the stage, which it lies on
void draw_client(const Stage& stage, const Item& item);
void place_requests(Stage& stage);
// REQUIRES, of the rest: they are placed.
void draw_requests(const Stage& stage, const Under& under);
void choose_mark(const Stage& stage, const RequestMark& mark);
void hint_of_mark(const Stage& stage, const RequestMark& mark);
inline constexpr float kLegendRow = 20;
inline constexpr float kLegendMargin = 7;
Legend measure_legend(const Frame& frame, const Ui& ui, const Rect& area);
Item legend_item(const Stage& stage);  // made before the stage, which it lies on
void draw_legend(const Stage& stage, const Item& all);

}  // namespace raftarium::viz
