#include "raft/progress.h"

#include <algorithm>
#include <sstream>

namespace raftarium::raft {

void Inflights::add(Index last, std::uint64_t bytes) {
  CHECK(!full(), "the in-flight window of ", capacity_, " messages is full");
  if (count_ == static_cast<int>(ring_.size())) grow();
  const auto at = static_cast<std::size_t>(start_ + count_) % ring_.size();
  ring_[at] = {last, bytes};
  ++count_;
  bytes_ += bytes;
}

void Inflights::grow() {
  constexpr std::size_t kFirst = 4;
  std::vector<Sent> bigger(
      std::min(std::max(kFirst, ring_.size() * 2), static_cast<std::size_t>(capacity_)));
  for (int i = 0; i < count_; ++i) {
    bigger[static_cast<std::size_t>(i)] = ring_[static_cast<std::size_t>(start_ + i) % ring_.size()];
  }
  ring_ = std::move(bigger);
  start_ = 0;
}

void Inflights::free_to(Index index) {
  while (count_ > 0 && ring_[static_cast<std::size_t>(start_)].last <= index) {
    bytes_ -= ring_[static_cast<std::size_t>(start_)].bytes;
    start_ = (start_ + 1) % static_cast<int>(ring_.size());
    --count_;
  }
}

void Inflights::reset() {
  start_ = 0;
  count_ = 0;
  bytes_ = 0;
}

void Progress::reset_state(ProgressState to) {
  flow_paused = false;
  pending_snapshot = Index();
  state = to;
  inflights.reset();
}

void Progress::become_probe() {
  // After a snapshot the peer has at least that, so probing starts beyond it.
  const Index from_snapshot = state == ProgressState::Snapshot ? pending_snapshot + 1 : Index();
  reset_state(ProgressState::Probe);
  next = std::max(match + 1, from_snapshot);
  sent_commit = std::min(sent_commit, next - 1);
}

void Progress::become_replicate() {
  reset_state(ProgressState::Replicate);
  next = match + 1;
}

void Progress::become_snapshot(Index index) {
  reset_state(ProgressState::Snapshot);
  pending_snapshot = index;
  next = index + 1;
  sent_commit = index;
}

void Progress::sent_entries(std::size_t count, std::uint64_t bytes) {
  if (state == ProgressState::Replicate) {
    if (count > 0) {
      next = next + count;
      inflights.add(next - 1, bytes);
    }
    // A message that fills the window doubles as a probe: wait for an answer to anything.
    flow_paused = inflights.full();
    return;
  }
  CHECK(state == ProgressState::Probe, "sending entries while a snapshot is under way");
  if (count > 0) flow_paused = true;
}

bool Progress::maybe_update(Index index) {
  if (index <= match) return false;
  match = index;
  next = std::max(next, index + 1);
  flow_paused = false;
  return true;
}

bool Progress::maybe_decrease(Index rejected, Index hint) {
  if (state == ProgressState::Replicate) {
    if (rejected <= match) return false;  // an answer from before what is known by now
    next = match + 1;
  } else {
    if (next - 1 != rejected) return false;  // an answer to another probe
    next = std::max(std::min(rejected, hint + 1), match + 1);
    flow_paused = false;
  }
  sent_commit = std::min(sent_commit, next - 1);
  return true;
}

ConfState TrackerConfig::conf_state() const {
  return {voters.incoming.ids(), learners.ids(), voters.outgoing.ids(), learners_next.ids(), auto_leave};
}

std::string describe(const TrackerConfig& config) {
  std::string out = "voters=" + describe(config.voters);
  if (!config.learners.empty()) out += " learners=" + describe(config.learners);
  if (!config.learners_next.empty()) out += " learners_next=" + describe(config.learners_next);
  if (config.auto_leave) out += " autoleave";
  return out;
}

const Progress* Tracker::search(const ProgressMap& map, NodeId id) {
  const auto at = std::lower_bound(map.begin(), map.end(), id,
                                   [](const Progress& p, NodeId wanted) { return p.id < wanted; });
  return at != map.end() && at->id == id ? &*at : nullptr;
}

Index Tracker::committed() const {
  return config.voters.committed([this](NodeId id) -> std::optional<Index> {
    const Progress* p = find(id);
    return p == nullptr ? std::nullopt : std::optional<Index>(p->match);
  });
}

bool Tracker::quorum_active() const {
  return config.voters.vote([this](NodeId id) -> std::optional<bool> {
    const Progress* p = find(id);
    return p != nullptr && p->recent_active;
  }) == VoteResult::Won;
}

void Tracker::record_vote(NodeId id, bool granted) {
  if (!vote_of(id)) votes_.push_back({id, granted});
}

std::optional<bool> Tracker::vote_of(NodeId id) const {
  for (const Vote& vote : votes_) {
    if (vote.id == id) return vote.granted;
  }
  return std::nullopt;
}

Tracker::Tally Tracker::tally_votes() const {
  Tally tally;
  for (const Progress& p : progress) {
    if (p.is_learner) continue;
    const auto vote = vote_of(p.id);
    if (!vote) continue;
    ++(*vote ? tally.granted : tally.rejected);
  }
  tally.result = config.voters.vote([this](NodeId id) { return vote_of(id); });
  return tally;
}

std::vector<NodeId> Tracker::voted(bool granted) const {
  std::vector<NodeId> ids;
  for (const Vote& vote : votes_) {
    if (vote.granted == granted) ids.push_back(vote.id);
  }
  std::sort(ids.begin(), ids.end());
  return ids;
}

}  // namespace raftarium::raft
