#include "sim/linearizability_search.h"

#include <map>
#include <optional>
#include <string>

namespace raftarium::sim::linearizability {

namespace {

// Wherever it fits, it changes nothing.
bool only_looks(const Step& step) {
  return step.kind == Operation::Kind::Read || (step.kind == Operation::Kind::Swap && !step.succeeded);
}

// The state after the step, or nothing when it could not have been told what it was.
std::optional<State> after(const State& state, const Step& step) {
  const State written{step.value, state.version + 1};
  const bool may_write = step.version == 0 || step.version == written.version;
  switch (step.kind) {
    case Operation::Kind::Write:
      return may_write ? std::optional(written) : std::nullopt;
    case Operation::Kind::Erase:
      return State{};
    case Operation::Kind::Swap: {
      const bool fits = state.value == step.expected && state.value != 0;
      if (step.known && fits != step.succeeded) return std::nullopt;
      if (fits && !may_write) return std::nullopt;
      return fits ? written : state;
    }
    case Operation::Kind::Read:
      break;
  }
  const bool fits = state.value == step.value && (step.version == 0 || step.version == state.version);
  return fits || !step.known ? std::optional(state) : std::nullopt;
}

}  // namespace

void Search::number_values() {
  std::map<std::string, std::uint32_t> numbers;
  const auto number = [&](const std::string& value) {
    return numbers.try_emplace(value, static_cast<std::uint32_t>(numbers.size() + 1)).first->second;
  };
  for (const Operation* operation : operations_) {
    Step step{.kind = operation->kind,
              .succeeded = operation->succeeded,
              .known = operation->returned != Operation::kNever};
    if (operation->kind != Operation::Kind::Read || operation->found) step.value = number(operation->value);
    if (operation->kind == Operation::Kind::Swap) step.expected = number(operation->expected);
    if (operation->found) step.version = static_cast<std::uint32_t>(operation->version);
    left_ += step.known ? 1 : 0;
    steps_.push_back(step);
  }
}

// A reader that was told a version says where in the order the write stands whose value it was told, if nothing else
// has written that value. Without this, many writes at once are tried in many orders.
void Search::place_writes() {
  struct Seen {
    std::size_t writers = 0;
    std::uint32_t version = 0;
  };
  std::map<std::uint32_t, Seen> seen;
  for (const Step& step : steps_) {
    const bool writes = step.kind == Operation::Kind::Write || step.kind == Operation::Kind::Swap;
    if (writes) ++seen[step.value].writers;
    if (step.kind == Operation::Kind::Read && step.known && step.version > 0) {
      seen[step.value].version = step.version;
    }
  }
  for (Step& step : steps_) {
    if (step.kind != Operation::Kind::Write && step.kind != Operation::Kind::Swap) continue;
    const Seen& of_value = seen[step.value];
    if (of_value.writers == 1) step.version = of_value.version;
  }
}

void Search::link_moments() {
  struct Point {
    std::uint64_t time = 0;
    bool is_return = false;
    std::size_t step = 0;
  };
  std::vector<Point> points;
  for (std::size_t i = 0; i < operations_.size(); ++i) {
    points.push_back({operations_[i]->called, false, i});
    if (steps_[i].known) points.push_back({operations_[i]->returned, true, i});
  }
  // Calls before the returns of the same moment: they overlap.
  std::sort(points.begin(), points.end(), [](const Point& a, const Point& b) {
    if (a.time != b.time) return a.time < b.time;
    if (a.is_return != b.is_return) return b.is_return;
    return a.step < b.step;
  });
  moments_.resize(points.size() + 1);
  std::vector<std::size_t> call_of(operations_.size());
  for (std::size_t i = 0; i < points.size(); ++i) {
    const std::size_t at = i + 1;
    moments_[at] = {points[i].step, !points[i].is_return, i, (at + 1) % moments_.size(), kHead};
    if (points[i].is_return) {
      moments_[call_of[points[i].step]].partner = at;
    } else {
      call_of[points[i].step] = at;
    }
  }
  moments_[kHead].next = moments_.size() > 1 ? 1 : kHead;
  moments_[kHead].before = moments_.size() - 1;
}

void Search::take(std::size_t at, const State& next, bool forced) {
  const Moment& moment = moments_[at];
  taken_.push_back({at, state_, forced});
  state_ = next;
  const Tried::Sum own = Tried::of_step(moment.step);
  sum_ = {sum_[0] + own[0], sum_[1] + own[1]};
  unlink(at);
  if (moment.partner != kHead) {
    unlink(moment.partner);
    --left_;
  }
}

std::size_t Search::give_back() {
  while (!taken_.empty()) {
    const Taken last = taken_.back();
    taken_.pop_back();
    const Moment& moment = moments_[last.moment];
    if (moment.partner != kHead) {
      relink(moment.partner);
      ++left_;
    }
    relink(last.moment);
    const Tried::Sum own = Tried::of_step(moment.step);
    sum_ = {sum_[0] - own[0], sum_[1] - own[1]};
    state_ = last.state;
    if (!last.forced) return last.moment;
  }
  return kHead;
}

LinearizabilityVerdict::Kind Search::run() {
  using Verdict = LinearizabilityVerdict::Kind;
  std::size_t at = moments_[kHead].next;
  while (left_ > 0) {
    const Moment& moment = moments_[at];
    if (!moment.is_call) {
      // It returned, so it must have taken effect by now.
      if (taken_.size() >= furthest_) {
        furthest_ = taken_.size();
        stuck_ = moment.step;
      }
      const std::size_t last = give_back();
      if (last == kHead) return Verdict::Broken;
      at = moments_[last].next;
      continue;
    }
    const Step& step = steps_[moment.step];
    const auto next = after(state_, step);
    if (next && step.known && only_looks(step)) {
      // If any order works from here, one that has it here works.
      take(at, *next, true);
      at = moments_[kHead].next;
      continue;
    }
    if (next && (step.known || *next != state_)) {
      const Tried::Sum own = Tried::of_step(moment.step);
      if (tried_.insert({sum_[0] + own[0], sum_[1] + own[1]}, *next)) {
        if (++searched_ > max_states_) return Verdict::Unknown;
        take(at, *next, false);
        at = moments_[kHead].next;
        continue;
      }
    }
    at = moment.next;
  }
  return Verdict::Holds;
}

}  // namespace raftarium::sim::linearizability
