#pragma once
// A space-time diagram as SVG: one line a member, time from left to right, messages as arrows. Private to lab/.

#include <map>
#include <string>
#include <vector>

#include "lab/export.h"
#include "sim/world.h"

namespace raftarium::lab {

class SpaceTimeDiagram {
 public:
  SpaceTimeDiagram(const Scenario& scenario, const ExportOptions& options);
  void add(const sim::World& world);
  void write(std::ostream& out) const;

 private:
  struct Arrow {
    sim::TimeUs sent_us = 0;
    sim::TimeUs arrived_us = 0;
    raft::NodeId from;
    raft::NodeId to;
    const char* look = "append";
    std::string title;
    bool lost = false;
  };
  struct Mark {
    sim::TimeUs time_us = 0;
    raft::NodeId node;
    const char* look = "leader";
    std::string title;
  };
  struct Span {  // of a lane in one colour
    sim::TimeUs from_us = 0;
    sim::TimeUs until_us = 0;
    raft::Term term;
    const char* look = "running";
  };
  struct Act {
    sim::TimeUs time_us = 0;
    std::string text;
    bool network = false;
  };
  std::int64_t x(sim::TimeUs time_us) const;
  std::int64_t y(raft::NodeId node) const;
  void note_spans(const sim::World& world);
  void note(const sim::World& world, const sim::Event& event);
  void write_lanes(std::ostream& out) const;
  void write_arrows(std::ostream& out) const;
  void write_marks(std::ostream& out) const;

  ExportOptions options_;
  std::string title_;
  std::size_t members_;
  sim::TimeUs end_us_;
  std::map<std::uint64_t, Arrow> in_flight_;
  std::vector<Arrow> arrows_;
  std::vector<Mark> marks_;
  std::vector<Act> acts_;
  std::vector<std::vector<Span>> lanes_;  // by member
};

}  // namespace raftarium::lab
