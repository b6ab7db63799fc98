#include "lab/compare.h"

#include <algorithm>
#include <utility>

#include "lab/narration.h"
#include "lab/play.h"

namespace raftarium::lab {

namespace {

std::string joined(const std::vector<std::string>& lines) {
  std::string all;
  for (const std::string& line : lines) all += (all.empty() ? "" : "; ") + line;
  return all;
}

// What happens between members, where the story has no line for it.
std::string sentence(const sim::Event& event) {
  const auto message = [&](raft::NodeId from, raft::NodeId to) {
    return std::string(raft::describe(event.message_type)) + " from " + sim::name(from) + " to " +
           sim::name(to);
  };
  switch (event.kind) {
    case sim::Event::Kind::Sent:
      return message(event.node, event.peer) + " is sent.";
    case sim::Event::Kind::Delivered:
      return message(event.peer, event.node) + " arrives.";
    case sim::Event::Kind::Lost:
      return message(event.node, event.peer) + " is lost: " + sim::describe(event.loss) + ".";
    default:
      return sim::describe(event) + ".";
  }
}

// The last step in a person's words: what the story says of it, else what began it.
std::string told(const sim::World& world) {
  std::string all;
  for (const StoryLine& line : narrate(world)) all += (all.empty() ? "" : " ") + line.what;
  return all.empty() && !world.events().empty() ? sentence(world.events().front()) : all;
}

// Steps until something happens that somebody could notice. False when nothing does by `end_us`.
bool to_next_moment(Run& run, const Journal& journal, sim::TimeUs end_us) {
  while (run.next_due_us(journal) <= end_us) {
    run.step(journal);
    if (!run.world().events().empty()) return true;
  }
  return false;
}

std::string entry_text(const sim::World& world, raft::NodeId node, raft::Index index) {
  const member::Member& member = world.member(node);
  const auto found = member.running() ? member.node().entries(index, index + 1, raft::kNoLimit)
                                      : member.storage().entries(index, index + 1, raft::kNoLimit);
  if (found.error != raft::StorageError::None || found.entries.empty()) return "";
  const raft::Entry& entry = *found.entries.begin();
  std::string what = raft::describe(entry.type);
  if (entry.type == raft::EntryType::Normal) {
    const auto command = kv::decode(entry.data);
    what = entry.data.empty() ? "empty" : command ? kv::describe(*command) : "unreadable";
  }
  const raft::Status status = member.status();
  const char* committed = index <= status.hard_state.commit ? ", committed" : "";
  return "term " + std::to_string(entry.term.value()) + ": " + what + committed;
}

void compare_logs(const sim::World& a, const sim::World& b, BranchComparison& out) {
  for (const raft::NodeId node : a.members()) {
    const raft::Status in_a = a.member(node).status();
    const raft::Status in_b = b.member(node).status();
    const raft::Index last = std::max(in_a.last_index, in_b.last_index);
    for (raft::Index index = std::min(in_a.first_index, in_b.first_index); index <= last; ++index) {
      if (out.entries.size() == kMaxComparedEntries) return;
      std::string text_a = entry_text(a, node, index);
      std::string text_b = entry_text(b, node, index);
      if (text_a != text_b) out.entries.push_back({node, index, std::move(text_a), std::move(text_b)});
    }
  }
}

}  // namespace

BranchComparison compare_runs(const Run& start, const Journal& journal_a, sim::TimeUs end_a_us,
                              const Journal& journal_b, sim::TimeUs end_b_us) {
  BranchComparison out;
  out.compared_us = std::min(end_a_us, end_b_us);
  Run a = start;
  Run b = start;
  while (!out.diverge) {
    const bool more_a = to_next_moment(a, journal_a, out.compared_us);
    const bool more_b = to_next_moment(b, journal_b, out.compared_us);
    if (!more_a && !more_b) break;
    if (more_a && more_b && a.world().digest() == b.world().digest()) continue;
    out.diverge = true;
    out.event = std::min(a.world().moments(), b.world().moments());
    out.time_us = std::min(a.world().now_us(), b.world().now_us());
    if (more_a) {
      out.in_a = joined(trail_of(a.world()));
      out.time_a_us = a.world().now_us();
      out.told_a = told(a.world());
    }
    if (more_b) {
      out.in_b = joined(trail_of(b.world()));
      out.time_b_us = b.world().now_us();
      out.told_b = told(b.world());
    }
  }
  a.run_until(out.compared_us, journal_a);
  b.run_until(out.compared_us, journal_b);
  compare_logs(a.world(), b.world(), out);
  return out;
}

}  // namespace raftarium::lab
