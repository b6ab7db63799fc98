#include "sample_frame.h"

namespace raftarium::viz {
namespace {

using raft::Index;
using raft::NodeId;
using raft::Term;

struct Sketch {
  std::uint64_t id;
  raft::Role role;
  std::uint64_t term;
  std::uint64_t commit;
  std::vector<std::uint64_t> terms;  // of the entries from index 1
  double elapsed;
};

MemberView member_from(const Sketch& sketch) {
  MemberView member;
  member.id = NodeId(sketch.id);
  raft::Status& status = member.status;
  status.id = member.id;
  status.soft_state.role = sketch.role;
  status.hard_state = {Term(sketch.term), NodeId(sketch.term == 2 ? 1 : 3), Index(sketch.commit)};
  status.applied = Index(sketch.commit);
  status.first_index = Index(1);
  status.last_index = Index(sketch.terms.size());
  status.last_term = Term(sketch.terms.back());
  for (std::size_t i = 0; i < sketch.terms.size(); ++i) {
    member.entries.push_back({Term(sketch.terms[i]), Index(i + 1),
                              i % 2 == 0 ? "x=" + std::to_string(i) : "–", i + 1 <= sketch.commit});
  }
  if (sketch.role == raft::Role::Leader) {
    for (std::uint64_t peer = 1; peer <= 5; ++peer) {
      raft::ProgressView progress;
      progress.id = NodeId(peer);
      progress.state = peer % 2 == 0 ? raft::ProgressState::Replicate : raft::ProgressState::Probe;
      progress.match = Index(sketch.commit);
      progress.next = Index(sketch.commit + 1);
      progress.flow_paused = peer % 2 == 1;
      progress.inflight = static_cast<int>(peer % 3);
      status.progress.push_back(progress);
    }
  }
  member.election_elapsed = sketch.elapsed;
  member.timer_left_us = 340'000;
  member.store = {{"x", "2", 1, 2, 2}, {"z", "7", 3, 3, 1}};
  return member;
}

void add_message(Frame& frame, raft::MessageType type, std::uint64_t from, std::uint64_t to,
                 std::uint64_t term, double travelled, std::size_t entries, bool doomed) {
  MessageView view;
  view.id = frame.messages.size() + 1;
  view.message.type = type;
  view.message.from = NodeId(from);
  view.message.to = NodeId(to);
  view.message.term = Term(term);
  if (entries > 0) view.message.entries = raft::Entries(std::vector<raft::Entry>(entries));
  view.travelled = travelled;
  view.doomed = doomed;
  frame.messages.push_back(std::move(view));
}

}  // namespace

Frame sample_frame() {
  Frame frame;
  frame.scenario_title = "Split brain";
  frame.scenario_description = "Two leaders, one majority.";
  frame.seed = 7;
  frame.time_us = 4'382'000;
  frame.event = 240;
  using raft::Role;
  frame.members.push_back(member_from({1, Role::Leader, 2, 6, {1, 1, 1, 2, 2, 2, 2, 2}, 0}));
  frame.members.push_back(member_from({2, Role::Follower, 2, 6, {1, 1, 1, 2, 2, 2, 2, 2}, 0.7}));
  frame.members.push_back(member_from({3, Role::Leader, 3, 9, {1, 1, 1, 2, 2, 2, 3, 3, 3}, 0}));
  frame.members.push_back(member_from({4, Role::Follower, 3, 8, {1, 1, 1, 2, 2, 2, 3, 3, 3}, 0.3}));
  frame.members.push_back(member_from({5, Role::Follower, 3, 8, {1, 1, 1, 2, 2, 2, 3, 3, 3}, 0.5}));
  frame.members[0].leads_minority = true;
  for (std::uint64_t from = 1; from <= 5; ++from) {
    for (std::uint64_t to = 1; to <= 5; ++to) {
      if (from == to) continue;
      LinkView link{{}, NodeId(from), NodeId(to)};
      link.cut = (from <= 2) != (to <= 2);
      frame.links.push_back(link);
    }
  }
  frame.islands = {{NodeId(1), NodeId(2)}, {NodeId(3), NodeId(4), NodeId(5)}};
  add_message(frame, raft::MessageType::MsgApp, 1, 3, 2, 0.4, 0, true);
  add_message(frame, raft::MessageType::MsgHeartbeat, 1, 2, 2, 0.4, 0, false);
  add_message(frame, raft::MessageType::MsgApp, 3, 5, 3, 0.5, 1, false);
  add_message(frame, raft::MessageType::MsgAppResp, 5, 3, 3, 0.4, 0, false);
  add_message(frame, raft::MessageType::MsgApp, 3, 4, 3, 0.6, 1, false);
  frame.requests.push_back({1, "put x=9", "waiting", NodeId(3), 4'300'000, 0, 1, true, Index(0), true});
  for (const char* name : {"election safety", "log matching", "leader completeness", "durability"}) {
    frame.properties.push_back({name, true, "", 0});
  }
  lab::StoryLine line;
  line.time_us = 4'210'000;
  line.what = "S3 wins term 3 with votes from S3, S4, S5.";
  line.why = "Its log is up to date; three of five is a majority.";
  frame.story.push_back(line);
  frame.next = "S1 checks its quorum in 340 ms and will step down.";
  frame.branches.push_back({0, 0, 0, 0, 5'000'000, 300, "main"});
  return frame;
}

}  // namespace raftarium::viz
