#include "lab/export_svg.h"

#include <algorithm>
#include <array>
#include <ostream>

#include "lab/play.h"

namespace raftarium::lab {

namespace {

constexpr std::int64_t kLeft = 64;
constexpr std::int64_t kTop = 96;
constexpr std::int64_t kLane = 72;  // between two members
constexpr std::int64_t kPixelsPerSecond = 640;
constexpr std::int64_t kMostWidth = 16'000;

// Terms cycle through these, as on the stage.
constexpr std::array kTermColours{"#6B7788", "#A66F00", "#1F7FB8", "#A04D7E",
                                  "#007A58", "#8A7B00", "#B34E00", "#3A6FB0"};

constexpr std::string_view kStyle = R"(
  svg { background: #ffffff; font: 12px Inter, system-ui, sans-serif; fill: #17202b; }
  .muted { fill: #526072; } .mono { font-family: "JetBrains Mono", monospace; font-size: 11px; }
  .grid { stroke: #d3dae3; } .act { stroke: #7a8798; } .act-text { fill: #526072; }
  .network { stroke: #c4352b; stroke-dasharray: 4 4; } .network-text { fill: #c4352b; }
  .lane { stroke-width: 4; } .crashed { stroke-dasharray: 2 8; stroke-width: 2; } .paused { stroke-dasharray: 8 4; }
  .arrow { fill: none; stroke-width: 1.2; marker-end: url(#head); }
  .append { stroke: #1769c2; } .answer { stroke: #7a8798; } .vote { stroke: #a86200; } .beat { stroke: #b9c2cd; }
  .other { stroke: #a04d7e; } .lost { stroke: #c4352b; stroke-dasharray: 3 3; marker-end: url(#cross); }
  .leader { fill: #17202b; } .commit { fill: #1b7f5c; } .crash { fill: none; stroke: #c4352b; stroke-width: 2.5; }
  .restart { fill: #ffffff; stroke: #1b7f5c; stroke-width: 2; } .violation { fill: #c4352b; }
)";

const char* colour_of(raft::Term term) {
  return kTermColours.at(term.is_zero() ? 0 : (term.value() - 1) % kTermColours.size());
}

std::string for_xml(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c == '<')
      out += "&lt;";
    else if (c == '>')
      out += "&gt;";
    else if (c == '&')
      out += "&amp;";
    else if (c == '"')
      out += "&quot;";
    else if (static_cast<unsigned char>(c) >= 0x20)
      out += c;
  }
  return out;
}

// What parts members, or brings them together.
bool is_of_network(sim::Command::Kind kind) {
  using Kind = sim::Command::Kind;
  return kind == Kind::Cut || kind == Kind::Heal || kind == Kind::Isolate || kind == Kind::Partition ||
         kind == Kind::HealAll;
}

const char* look_of(raft::MessageType type) {
  using Type = raft::MessageType;
  switch (type) {
    case Type::MsgApp:
    case Type::MsgSnap:
      return "append";
    case Type::MsgHeartbeat:
    case Type::MsgHeartbeatResp:
      return "beat";
    case Type::MsgVote:
    case Type::MsgPreVote:
    case Type::MsgVoteResp:
    case Type::MsgPreVoteResp:
      return "vote";
    case Type::MsgAppResp:
      return "answer";
    default:
      return "other";
  }
}

std::string title_of(const sim::Event& event) {
  std::string title =
      std::string(raft::describe(event.message_type)) + " of term " + std::to_string(event.term.value());
  if (event.message_entries > 0) title += ", " + std::to_string(event.message_entries) + " entries";
  if (event.message_reject) title += ", rejected";
  return title;
}

}  // namespace

SpaceTimeDiagram::SpaceTimeDiagram(const Scenario& scenario, const ExportOptions& options)
    : options_(options),
      title_(scenario.title),
      members_(scenario.cluster.members),
      end_us_(std::min(options.until_us, scenario.end_us())),
      lanes_(members_) {
  for (auto& lane : lanes_) lane.push_back({options.from_us, end_us_, raft::Term(), "running"});
}

std::int64_t SpaceTimeDiagram::x(sim::TimeUs time_us) const {
  const sim::TimeUs span = std::max<sim::TimeUs>(1, end_us_ - options_.from_us);
  const std::int64_t width = std::clamp<std::int64_t>(span * kPixelsPerSecond / 1'000'000, 600, kMostWidth);
  return kLeft + (std::clamp(time_us, options_.from_us, end_us_) - options_.from_us) * width / span;
}

std::int64_t SpaceTimeDiagram::y(raft::NodeId node) const {
  return kTop + static_cast<std::int64_t>(node.value() - 1) * kLane;
}

void SpaceTimeDiagram::add(const sim::World& world) {
  for (const sim::Event& event : world.events()) note(world, event);
  note_spans(world);
}

void SpaceTimeDiagram::note(const sim::World& world, const sim::Event& event) {
  using Kind = sim::Event::Kind;
  using RaftKind = raft::Event::Kind;
  switch (event.kind) {
    case Kind::Sent: {
      const char* look = look_of(event.message_type);
      if (std::string_view(look) == "beat" && !options_.heartbeats) return;
      in_flight_[event.message_id] = {event.time_us,   0,    event.node, event.peer, look,
                                      title_of(event), false};
      return;
    }
    case Kind::Delivered:
    case Kind::Lost: {
      const auto at = in_flight_.find(event.message_id);
      if (at == in_flight_.end()) return;
      at->second.arrived_us = event.time_us;
      at->second.lost = event.kind == Kind::Lost;
      if (at->second.lost) at->second.title += ", lost: " + std::string(sim::describe(event.loss));
      arrows_.push_back(at->second);
      in_flight_.erase(at);
      return;
    }
    case Kind::Raft:
      if (event.raft.kind == RaftKind::BecameLeader) {
        marks_.push_back(
            {event.time_us, event.node, "leader",
             sim::name(event.node) + " leads term " + std::to_string(event.raft.term.value())});
      }
      if (event.raft.kind == RaftKind::CommitAdvanced) {
        marks_.push_back(
            {event.time_us, event.node, "commit",
             sim::name(event.node) + " commits " + std::to_string(event.raft.entry.index.value())});
      }
      return;
    case Kind::Acted:
      if (event.command->kind == sim::Command::Kind::Crash) {
        marks_.push_back({event.time_us, event.node, "crash", describe(event)});
      } else if (event.command->kind == sim::Command::Kind::Restart) {
        marks_.push_back({event.time_us, event.node, "restart", describe(event)});
      } else {
        acts_.push_back({event.time_us, describe(event), is_of_network(event.command->kind)});
      }
      return;
    case Kind::Violated:
      marks_.push_back({event.time_us, event.node == raft::kNone ? raft::NodeId(1) : event.node,
                        "violation", event.text});
      return;
    default:
      (void)world;
      return;
  }
}

void SpaceTimeDiagram::note_spans(const sim::World& world) {
  for (const raft::NodeId node : world.members()) {
    auto& lane = lanes_[node.value() - 1];
    const member::Member& member = world.member(node);
    const raft::Term term = member.running() ? member.node().term() : lane.back().term;
    const char* look = world.process(node) == sim::ProcessState::Crashed  ? "crashed"
                       : world.process(node) == sim::ProcessState::Paused ? "paused"
                                                                          : "running";
    if (lane.back().term == term && std::string_view(lane.back().look) == look) continue;
    lane.back().until_us = world.now_us();
    lane.push_back({world.now_us(), end_us_, term, look});
  }
}

void SpaceTimeDiagram::write(std::ostream& out) const {
  const std::int64_t width = x(end_us_) + kLeft;
  const std::int64_t bottom = kTop + static_cast<std::int64_t>(members_ - 1) * kLane;
  out << "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"" << width << "\" height=\"" << bottom + 64
      << "\" viewBox=\"0 0 " << width << ' ' << bottom + 64 << "\" role=\"img\">\n<title>"
      << for_xml(title_) << "</title>\n<style>" << kStyle << "</style>\n"
      << "<defs><marker id=\"head\" viewBox=\"0 0 8 8\" refX=\"7\" refY=\"4\" markerWidth=\"7\" "
         "markerHeight=\"7\" "
         "orient=\"auto\"><path d=\"M0 1 L7 4 L0 7\" fill=\"none\" stroke=\"#526072\"/></marker>"
         "<marker id=\"cross\" viewBox=\"0 0 8 8\" refX=\"4\" refY=\"4\" markerWidth=\"9\" "
         "markerHeight=\"9\">"
         "<path d=\"M1 1 L7 7 M7 1 L1 7\" stroke=\"#c4352b\"/></marker></defs>\n"
      << "<text x=\"16\" y=\"26\" font-size=\"16\" font-weight=\"600\">" << for_xml(title_) << "</text>\n";
  // A grid of about a line a hundred pixels, at round times.
  sim::TimeUs spacing = 1000;
  for (const sim::TimeUs factor : {5, 2, 5, 2, 5, 2, 5, 2}) {
    if (x(options_.from_us + spacing) - kLeft < 80) spacing *= factor;
  }
  for (sim::TimeUs at = options_.from_us / spacing * spacing; at <= end_us_; at += spacing) {
    if (at < options_.from_us) continue;
    out << "<line class=\"grid\" x1=\"" << x(at) << "\" x2=\"" << x(at) << "\" y1=\"" << kTop - 24
        << "\" y2=\"" << bottom + 24 << "\"/><text class=\"muted mono\" text-anchor=\"middle\" x=\""
        << x(at) << "\" y=\"" << bottom + 44 << "\">" << seconds(at) << "</text>\n";
  }
  write_lanes(out);
  write_arrows(out);
  write_marks(out);
  out << "</svg>\n";
}

void SpaceTimeDiagram::write_lanes(std::ostream& out) const {
  for (std::size_t i = 0; i < members_; ++i) {
    const raft::NodeId node(i + 1);
    out << "<text x=\"16\" y=\"" << y(node) + 4 << "\" font-weight=\"600\">" << sim::name(node)
        << "</text>\n";
    for (const Span& span : lanes_[i]) {
      if (span.until_us < options_.from_us || span.from_us >= span.until_us) continue;
      out << "<line class=\"lane " << span.look << "\" stroke=\"" << colour_of(span.term) << "\" x1=\""
          << x(span.from_us) << "\" x2=\"" << x(span.until_us) << "\" y1=\"" << y(node) << "\" y2=\""
          << y(node) << "\"><title>" << sim::name(node) << ' ' << span.look << ", term "
          << span.term.value() << "</title></line>\n";
      const bool named = !span.term.is_zero() && x(span.until_us) - x(span.from_us) > 40;
      if (named) {
        out << "<text class=\"muted mono\" x=\"" << x(span.from_us) + 4 << "\" y=\"" << y(node) - 8
            << "\">term " << span.term.value() << "</text>\n";
      }
    }
  }
}

void SpaceTimeDiagram::write_arrows(std::ostream& out) const {
  for (const Arrow& arrow : arrows_) {
    if (arrow.arrived_us < options_.from_us) continue;
    // What is lost ends on the way.
    const std::int64_t left = arrow.lost ? 2 : 1;
    const std::int64_t to_x = x(arrow.sent_us) + (x(arrow.arrived_us) - x(arrow.sent_us)) / left;
    const std::int64_t to_y = y(arrow.from) + (y(arrow.to) - y(arrow.from)) / left;
    out << "<line class=\"arrow " << arrow.look << (arrow.lost ? " lost" : "") << "\" x1=\""
        << x(arrow.sent_us) << "\" y1=\"" << y(arrow.from) << "\" x2=\"" << to_x << "\" y2=\"" << to_y
        << "\"><title>" << sim::name(arrow.from) << " to " << sim::name(arrow.to) << ": "
        << for_xml(arrow.title) << "</title></line>\n";
  }
}

void SpaceTimeDiagram::write_marks(std::ostream& out) const {
  std::int64_t free_from = 0;  // texts of acts do not run into each other
  for (const Act& act : acts_) {
    // What is asked of one member is a short line over the lanes; the network is everybody's.
    const char* look = act.network ? "network" : "act";
    const std::int64_t to_y = act.network ? y(raft::NodeId(members_)) + 24 : kTop - 20;
    out << "<line class=\"" << look << "\" x1=\"" << x(act.time_us) << "\" x2=\"" << x(act.time_us)
        << "\" y1=\"" << kTop - 32 << "\" y2=\"" << to_y << "\"><title>" << for_xml(act.text)
        << "</title></line>\n";
    if (x(act.time_us) < free_from) continue;
    out << "<text class=\"" << look << "-text\" x=\"" << x(act.time_us) + 4 << "\" y=\"" << kTop - 36
        << "\">" << for_xml(act.text) << "</text>\n";
    free_from = x(act.time_us) + static_cast<std::int64_t>(act.text.size()) * 7 + 12;
  }
  for (const Mark& mark : marks_) {
    const std::int64_t cx = x(mark.time_us);
    const std::int64_t cy = y(mark.node);
    const std::string_view look = mark.look;
    out << "<g class=\"" << look << "\"><title>" << seconds(mark.time_us) << ' ' << for_xml(mark.title)
        << "</title>";
    if (look == "leader") {
      out << "<path d=\"M" << cx << ' ' << cy - 9 << " l8 4.5 v9 l-8 4.5 l-8 -4.5 v-9 z\"/>";
    } else if (look == "crash") {
      out << "<path d=\"M" << cx - 6 << ' ' << cy - 6 << " l12 12 m0 -12 l-12 12\"/>";
    } else if (look == "commit") {
      out << "<path d=\"M" << cx << ' ' << cy + 3 << " l4 7 h-8 z\"/>";
    } else {
      out << "<circle cx=\"" << cx << "\" cy=\"" << cy << "\" r=\"6\"/>";
    }
    out << "</g>\n";
  }
}

}  // namespace raftarium::lab
