// Faults that strike by themselves: what, whom and when is drawn from the world's seed.

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>

#include "sim/world.h"

namespace raftarium::sim {

using raft::NodeId;

namespace {

constexpr std::array kFaultWords{"crash", "pause", "partition", "cut", "clog", "delay", "drift", "jump"};
constexpr std::int64_t kMostDriftPpm = 200'000;

}  // namespace

const char* describe(NemesisFault fault) { return kFaultWords.at(static_cast<std::size_t>(fault)); }

base::Status World::check_nemesis(const Nemesis& nemesis) const {
  const auto outside = [](TimeUs us, TimeUs least) { return us < least || us > kMaxJumpUs; };
  if (nemesis.faults.empty()) return base::Error{"expected at least one fault, got none"};
  if (nemesis.strikes < 1 || nemesis.strikes > kMaxStrikes) {
    return base::Error{"expected 1 to " + std::to_string(kMaxStrikes) + " strikes, got " +
                       std::to_string(nemesis.strikes)};
  }
  if (outside(nemesis.between_us, 1'000) || outside(nemesis.lasts_us, 0)) {
    return base::Error{"expected 1000 to " + std::to_string(kMaxJumpUs) +
                       " us between strikes, and at most as much until the end of each"};
  }
  std::uint64_t all = nemesis.strikes;
  for (const NemesisState& state : nemeses_) all += state.nemesis.strikes - state.struck;
  if (all <= kMaxStrikes) return {};
  return base::Error{"expected at most " + std::to_string(kMaxStrikes) + " strikes to come, got " +
                     std::to_string(all)};
}

void World::begin_nemesis(const Nemesis& nemesis) {
  nemeses_.push_back({nemesis, 0});
  push(now_us_ + 1 + exponential(prng_, nemesis.between_us), Due::Kind::Strike, nemeses_.size() - 1);
}

void World::on_strike(std::uint64_t number) {
  NemesisState& state = nemeses_[number];
  const Nemesis nemesis = state.nemesis;
  ++state.struck;
  if (state.struck < nemesis.strikes) {
    push(now_us_ + 1 + exponential(prng_, nemesis.between_us), Due::Kind::Strike, number);
  }
  const auto which = prng_.below(static_cast<std::uint32_t>(nemesis.faults.size()));
  strike(nemesis.faults[which], now_us_ + 1 + exponential(prng_, nemesis.lasts_us));
}

// One of them at random; none when there are none.
std::optional<NodeId> World::any_of(const std::vector<NodeId>& nodes) {
  if (nodes.empty()) return std::nullopt;
  return nodes[prng_.below(static_cast<std::uint32_t>(nodes.size()))];
}

// A running member, while so many more of them run.
std::optional<NodeId> World::any_running(std::size_t more) {
  std::vector<NodeId> running;
  for (const Replica& r : replicas_) {
    if (r.process == ProcessState::Running) running.push_back(r.member().id());
  }
  if (running.size() <= more) return std::nullopt;
  return any_of(running);
}

// Does it now, and undoes it at `until_us`. Nothing where there is nobody whom it may strike.
void World::strike(NemesisFault fault, TimeUs until_us) {
  using Kind = Command::Kind;
  const std::size_t majority = replicas_.size() / 2 + 1;
  const auto does = [&](const Command& command, const Command& undoes) {
    schedule(now_us_, command);
    schedule(until_us, undoes);
  };
  switch (fault) {
    case NemesisFault::Crash:
      if (const auto node = any_running(majority)) {
        const auto unsynced = static_cast<member::Unsynced>(prng_.below(3));
        does({.kind = Kind::Crash, .node = *node, .unsynced = unsynced},
             {.kind = Kind::Restart, .node = *node});
      }
      break;
    case NemesisFault::Pause:
      if (const auto node = any_running(majority)) {
        does({.kind = Kind::Pause, .node = *node}, {.kind = Kind::Resume, .node = *node});
      }
      break;
    case NemesisFault::Partition:
      if (replicas_.size() > 1) {
        const std::uint32_t size = prng_.below(static_cast<std::uint32_t>(replicas_.size()) - 1) + 1;
        does({.kind = Kind::Partition, .size = size}, {.kind = Kind::HealAll});
      }
      break;
    case NemesisFault::Cut:
    case NemesisFault::Clog: {
      if (replicas_.size() < 2) break;
      const NodeId from = *any_of(members());
      std::vector<NodeId> others = members();
      others.erase(std::find(others.begin(), others.end(), from));
      const NodeId to = *any_of(others);
      Command command{.kind = Kind::Cut, .node = from, .peer = to};
      if (fault == NemesisFault::Clog) {
        command.kind = Kind::SetLink;
        command.link = static_cast<const LinkSettings&>(network_.link(from, to));
        command.link.clogged = true;
      }
      does(command, {.kind = Kind::Heal, .node = from, .peer = to});
      break;
    }
    case NemesisFault::Delay:
      if (!flights_.empty()) {
        const std::uint32_t which = prng_.below(static_cast<std::uint32_t>(flights_.size()));
        const auto at = std::next(flights_.begin(), static_cast<std::ptrdiff_t>(which));
        schedule(now_us_, {.kind = Kind::Delay, .message = at->first, .delay_us = until_us - now_us_});
      }
      break;
    case NemesisFault::Drift: {
      const NodeId node = *any_of(members());
      const std::int64_t drift_ppm = prng_.between(-kMostDriftPpm, kMostDriftPpm);
      does({.kind = Kind::Drift, .node = node, .drift_ppm = drift_ppm},
           {.kind = Kind::Drift, .node = node});
      break;
    }
    case NemesisFault::Jump:
      if (const auto node = any_running(0)) {
        const TimeUs timeout_us = config_.of(*node).election_ticks * config_.of(*node).tick_us;
        const TimeUs by_us = prng_.between(1, std::min(timeout_us, kMaxJumpUs));
        schedule(now_us_, {.kind = Kind::Jump, .node = *node, .delay_us = by_us});
      }
      break;
  }
}

}  // namespace raftarium::sim
