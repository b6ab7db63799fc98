// Members: role as a shape, term as colour and number, the timer as an arc.

#include <algorithm>

#include "viz/panels/stage_parts.h"
#include "viz/text.h"

namespace raftarium::viz {
namespace {

constexpr float kDiamond = 11;  // px that a candidate's corners stand out

const char* role_word(const MemberView& member, Standing standing) {
  if (!member.stopped_by.empty()) return "disk failed";
  if (member.process == Process::Crashed) return "crashed";
  if (member.process == Process::Paused) return "paused";
  if (standing == Standing::Learner) return "learner";
  if (standing == Standing::Outside) return "outside";
  switch (member.status.soft_state.role) {
    case raft::Role::Leader:
      return "LEADER";
    case raft::Role::Candidate:
      return "candidate";
    case raft::Role::PreCandidate:
      return "pre-vote";
    case raft::Role::Follower:
      break;
  }
  return "follower";
}

void draw_body(Ui& ui, const MemberView& member, Standing standing, Vec2 at, float r, Rgb color) {
  ImDrawList* list = ui.list();
  const Theme& theme = ui.theme();
  const ImU32 edge = ink(color);
  const ImU32 inside = ink(blend(theme.raised, color, 0.06F));
  if (member.process == Process::Crashed) {
    list->AddCircleFilled(im(at), r, ink(theme.ground), 64);
    dashed_circle(list, at, r, ink(theme.bad, 0.9F), 2);
    cross(list, at, r * 0.7F, ink(theme.bad, 0.22F), 3);
    return;
  }
  switch (member.status.soft_state.role) {
    case raft::Role::Leader:
      polygon(list, hexagon(at, r + 3), inside, edge, 4);
      break;
    case raft::Role::Candidate:
      polygon(list, diamond(at, r + kDiamond), inside, edge, 3);
      break;
    case raft::Role::PreCandidate:
      dashed_polygon(list, diamond(at, r + kDiamond), inside, edge, 2.5F);
      break;
    case raft::Role::Follower:
      list->AddCircleFilled(im(at), r, standing == Standing::Outside ? ink(theme.ground) : inside, 64);
      if (standing == Standing::Learner) {
        dotted_circle(list, at, r, edge, 2.5F);
      } else if (standing == Standing::Outside) {
        list->AddCircle(im(at), r, ink(theme.line), 64, 1.5F);
      } else {
        list->AddCircle(im(at), r, edge, 64, 2);
      }
      break;
  }
  if (member.process == Process::Running && member.pace.is_slow()) {
    draw_hourglass(ui, at + Vec2{-r - 12, 0});
  }
  if (member.process != Process::Paused) return;
  for (const float x : {-r - 15, -r - 9}) fill(list, {at.x + x, at.y - 6, 4, 12}, ink(theme.warning), 1);
}

}  // namespace

void draw_hourglass(Ui& ui, Vec2 at) {
  for (const float up : {-7.0F, 7.0F}) {
    ui.list()->AddTriangleFilled(im(at + Vec2{-5, up}), im(at + Vec2{5, up}), im(at),
                                 ink(ui.theme().warning));
  }
}

namespace {

// The share of the election timeout that has passed: full means an election.
void draw_timer(Ui& ui, const MemberView& member, Standing standing, Vec2 at, float r) {
  const bool votes = standing != Standing::Learner && standing != Standing::Outside;
  const bool counts =
      votes && member.process != Process::Crashed && member.status.soft_state.role != raft::Role::Leader;
  if (!counts) return;
  const bool round = member.status.soft_state.role == raft::Role::Follower;
  const float radius = r + (round ? 6.0F : kDiamond + 5);
  ui.list()->AddCircle(im(at), radius, ink(ui.theme().line, 0.8F), 64, 2);
  const Rgb color = member.election_elapsed > 0.8 ? ui.theme().text : ui.theme().muted;  // no term's color
  arc(ui.list(), at, radius, static_cast<float>(member.election_elapsed), ink(color), 3);
}

// A new term's colour spreads from the member that takes it.
void draw_spreading_term(Ui& ui, const MemberView& member, Vec2 at, float r, Rgb color) {
  constexpr float kSpreadS = 0.45F;
  const raft::Term term = member.status.hard_state.term;
  const float share = ui.changed("term." + digits(member.id.value()), term.value(), kSpreadS);
  if (share >= 1) return;
  ui.list()->AddCircleFilled(im(at), r * (0.4F + 1.6F * share), ink(color, 0.35F * (1 - share)), 64);
}

void draw_label(const Stage& stage, const MemberView& member, Vec2 at, Rgb color) {
  Ui& ui = stage.ui;
  ImDrawList* list = ui.list();
  const Theme& theme = ui.theme();
  const bool leads = is_leader(member);
  const bool crashed = member.process == Process::Crashed;
  const Words term = digits(member.status.hard_state.term.value());
  if (stage.radius < 28) {  // no room for words: the shape says the role
    draw_text(list, ui.semibold(type::kLarge, theme.text), at + Vec2{0, -6}, text::node(member.id.value()),
              Align::Center);
    draw_text(list, ui.mono(type::kTiny, crashed ? theme.muted : color), at + Vec2{0, 9}, "t " + term,
              Align::Center);
    return;
  }
  // A diamond is narrow where the words stand: they stay close, and the name gives way.
  const raft::Role role = member.status.soft_state.role;
  const bool narrow = !crashed && (role == raft::Role::Candidate || role == raft::Role::PreCandidate);
  const bool large = stage.radius >= 32;
  const float size = narrow  ? (large ? type::kLarge + 1 : type::kBody)
                     : large ? type::kTitle
                             : type::kLarge;
  const float spread = narrow ? (large ? 17.0F : 14.5F) : large ? 19.0F : 16.0F;
  const Rgb word = crashed ? theme.bad : leads ? color : theme.muted;
  const float small = stage.radius >= 32 ? 10.0F : 9.0F;
  draw_text(list, leads ? ui.semibold(small, word) : ui.regular(small + 0.5F, word), at + Vec2{0, -spread},
            role_word(member, standing_of(stage.frame.configuration, member.id)), Align::Center);
  draw_text(list, ui.semibold(size, theme.text), at, text::node(member.id.value()), Align::Center);
  draw_text(list, ui.mono(type::kTiny, crashed ? theme.muted : color), at + Vec2{0, spread - 1},
            "term " + term, Align::Center);
}

Words troubles_of(const MemberView& member) {
  Words troubles = member.leads_minority ? "no quorum" : "";
  if (member.process == Process::Running && member.pace.is_slow()) {
    troubles += Words(troubles.empty() ? "" : " · ") + "slow, " + digits(member.backlog) +
                (member.backlog == 1 ? " waits" : " wait");
  }
  return troubles;
}

void draw_caption(const Stage& stage, std::size_t which) {
  const MemberView& member = stage.frame.members[which];
  const Vec2 at = stage.at[which];
  Ui& ui = stage.ui;
  const Theme& theme = ui.theme();
  const Words commit = digits(member.status.hard_state.commit.value());
  const Words last = digits(member.status.last_index.value());
  const Pen pen = ui.mono(type::kTiny, theme.muted);
  Words words = "commit " + commit + " · last " + last;
  // The short form where neighbours stand close.
  float nearest = 1e6F;
  for (const Vec2 other : stage.at) {
    if (!(other == at)) nearest = std::min(nearest, length(other - at));
  }
  const bool brief = text_width(pen, words) > std::max(nearest, 2 * stage.radius) - 6;
  if (brief) words = "c " + commit + " · l " + last;
  const float half = text_width(pen, words) / 2 + 3;
  Vec2 middle = stage.caption(which);
  middle.x = std::clamp(middle.x, stage.area.x + half + 2,
                        std::max(stage.area.x + half + 2, stage.area.right() - half - 2));
  fill(ui.list(), {middle.x - half, middle.y - 7, 2 * half, 14}, ink(theme.ground, 0.9F), 3);
  draw_text(ui.list(), pen, middle, words, Align::Center);
  ui.region("caption." + digits(member.id.value()), {middle.x - half, middle.y - 7, 2 * half, 14});
  const Words troubles = brief ? Words() : troubles_of(member);
  if (troubles.empty()) return;
  const Pen warning = ui.medium(type::kTiny, theme.warning);
  // Beyond the caption, away from the others, where no cut is; across from it where the stage ends.
  const float side = caption_side(stage.at, which);
  Vec2 place = middle + Vec2{0, 14 * side};
  if (place.y - 7 < stage.area.y || place.y + 7 > stage.legend.area.y)
    place = at - Vec2{0, side * (stage.radius + 21)};
  const float wide = text_width(warning, troubles) + 6;
  const Rect box{place.x - wide / 2, place.y - 7, wide, 14};
  fill(ui.list(), box, ink(theme.ground, 0.9F), 3);
  draw_text(ui.list(), warning, box.center(), troubles, Align::Center);
  ui.region("troubles." + digits(member.id.value()), box);
}

}  // namespace

namespace {

// In a joint configuration: which half a member is in, or both.
// Across from the caption.
void draw_half(Ui& ui, Standing standing, Vec2 at, float r, float side) {
  const Theme& theme = ui.theme();
  const char* words = standing == Standing::Voter      ? "old + new"
                      : standing == Standing::Incoming ? "new"
                      : standing == Standing::Outgoing ? "old"
                                                       : nullptr;
  if (words == nullptr) return;
  const Pen pen = ui.medium(type::kTiny - 1, theme.accent);
  const float width = text_width(pen, words) + 12;
  const Rect box{at.x - width / 2, side > 0 ? at.y - r - 19 : at.y + r + 4, width, 15};
  fill(ui.list(), box, ink(theme.ground), 7);
  if (standing == Standing::Outgoing) {
    dashed_outline(ui.list(), box, ink(theme.accent), 1);
  } else {
    outline(ui.list(), box, ink(theme.accent), 7);
  }
  draw_text(ui.list(), pen, box.center(), words, Align::Center);
}

}  // namespace

void draw_captions(const Stage& stage) {
  for (std::size_t i = 0; i < stage.at.size(); ++i) draw_caption(stage, i);
}

void draw_members(const Stage& stage, const Under& under) {
  Ui& ui = stage.ui;
  const Theme& theme = ui.theme();
  for (std::size_t i = 0; i < stage.at.size(); ++i) {
    const MemberView& member = stage.frame.members[i];
    const Vec2 at = stage.at[i];
    const float r = stage.radius;
    const Rgb color = term_color(theme, member.status.hard_state.term);
    const bool pointed = stage.selection.pointed == member.id;
    if (under.member == i || pointed) {
      ui.list()->AddCircleFilled(im(at), r + 18, ink(theme.accent, 0.10F), 64);
    }
    if (stage.selection.member == member.id) dashed_circle(ui.list(), at, r + 13, ink(theme.accent), 1.75F);
    draw_spreading_term(ui, member, at, r, color);
    const Standing standing = standing_of(stage.frame.configuration, member.id);
    draw_timer(ui, member, standing, at, r);
    draw_body(ui, member, standing, at, r, color);
    draw_label(stage, member, at, color);
    if (!stage.frame.configuration.voters_outgoing.empty())
      draw_half(ui, standing, at, r, caption_side(stage.at, i));
    ui.reachable("member." + digits(member.id.value()),
                 {at.x - r * 0.6F, at.y - r * 0.6F, r * 1.2F, r * 1.2F}, reach_of(stage, r));
  }
}

}  // namespace raftarium::viz
