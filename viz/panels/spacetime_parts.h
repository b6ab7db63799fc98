#pragma once
// What the parts of the diagram of space and time share: which time and whose line is where, the arrows in sight, and
// what the pointer is on.

#include <optional>

#include "viz/causality.h"
#include "viz/panels/panels.h"

namespace raftarium::viz {

inline constexpr float kLinesFrom = 62;  // px for the members' names
inline constexpr float kAxis = 22;       // px under the plot for the times

struct Arrow {
  const lab::TracedMessage* message;
  Vec2 a;
  Vec2 b;
  bool behind = false;  // less than a pixel beside one that looks the same
  bool doomed = false;  // on its way, and will be lost
};

struct Diagram {
  static constexpr float kBeside = 40;  // px beyond the plot from which something may still reach into it

  const Frame& frame;
  Rect plot;  // where time is drawn
  float row = 0;
  double from_us = 0;
  double span_us = 1;
  Passing<Arrow> arrows{};  // of the messages in sight
  std::size_t apart = 0;    // of them, those that are not behind another

  float x(std::int64_t us) const {
    return plot.x + static_cast<float>((static_cast<double>(us) - from_us) / span_us) * plot.w;
  }
  std::int64_t time(float at) const {
    return static_cast<std::int64_t>(from_us + static_cast<double>(at - plot.x) / plot.w * span_us);
  }
  std::size_t line(raft::NodeId id) const {  // frame.members.size() when unknown
    std::size_t i = 0;
    while (i < frame.members.size() && frame.members[i].id != id) ++i;
    return i;
  }
  float y(raft::NodeId id) const {
    const std::size_t i = line(id);
    return i < frame.members.size() ? plot.y + row * (static_cast<float>(i) + 0.5F) : -1e6F;
  }
  bool shows(float at) const { return at >= plot.x - kBeside && at <= plot.right() + kBeside; }
};

// What the pointer is on: a message, or a moment of a member's line.
struct Pointed {
  const lab::TracedMessage* message = nullptr;
  std::optional<Moment> moment;  // of the message: the end that is nearer
};

void find_arrows(Diagram& d);
// REQUIRES, of all that draw arrows or look for them: they have been found.
void draw_arrows(const Diagram& d, Ui& ui, const Selection& selection, const Pointed& pointed,
                 const Causality& causes);

void draw_axis(const Diagram& d, Ui& ui);
void draw_lines(const Diagram& d, Ui& ui, Selection& selection);
void draw_marks(const Diagram& d, Ui& ui);

Pointed point_at(const Diagram& d, Vec2 mouse, bool hovered);
// The chosen message, where it was sent.
Pointed chosen_moment(const Diagram& d, const Selection& selection);
// The stretches of the members' lines from which the moment can be reached, solid, and which it can reach, dashed.
void draw_causes(const Diagram& d, Ui& ui, const Moment& moment, const Causality& causes);
// What the pointer is on, and what it is connected with; `beside`: where the keyboard's is told.
void explain_pointed(const Pointed& under, const CausesView& causes, const std::optional<Rect>& beside,
                     Ui& ui);

}  // namespace raftarium::viz
