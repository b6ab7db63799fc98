#include "sim/linearizability.h"

#include <algorithm>
#include <array>
#include <map>
#include <utility>

#include "base/check.h"

namespace raftarium::sim {

namespace {

// What a key holds; values by number, so that states are compared fast.
struct State {
  std::uint32_t value = 0;  // 0: the key is not there
  std::uint32_t version = 0;
  friend bool operator==(const State&, const State&) = default;
};

struct Step {
  Operation::Kind kind = Operation::Kind::Read;
  std::uint32_t value = 0;
  std::uint32_t expected = 0;
  std::uint32_t version = 0;  // that it saw, or that somebody saw of what it wrote; 0: nobody says
  bool succeeded = true;
  bool known = false;  // it returned
};

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

// Which sets of steps have led to which states, as sums of random numbers, two for each step: a set is taken
// for another with a chance of one in 2^128.
class Tried {
 public:
  using Sum = std::array<std::uint64_t, 2>;
  static Sum of_step(std::size_t step) { return {mix(2 * step + 1), mix(2 * step + 2)}; }

  // Whether it is new.
  bool insert(const Sum& steps, const State& state) {
    if (4 * (count_ + 1) > 3 * slots_.size()) grow();
    Sum entry = steps;
    const std::uint64_t packed = std::uint64_t{state.value} << 32U | state.version;
    entry[0] += mix(packed ^ 0x5bd1e995U);
    entry[1] += mix(~packed);
    if (!place(entry)) return false;
    ++count_;
    return true;
  }

 private:
  static std::uint64_t mix(std::uint64_t x) {
    x += 0x9e3779b97f4a7c15U;
    x = (x ^ x >> 30U) * 0xbf58476d1ce4e5b9U;
    x = (x ^ x >> 27U) * 0x94d049bb133111ebU;
    return x ^ x >> 31U;
  }
  bool place(const Sum& entry) {
    const std::uint64_t mask = slots_.size() - 1;
    for (std::uint64_t at = mix(entry[0]) & mask;; at = (at + 1) & mask) {
      Sum& slot = slots_[static_cast<std::size_t>(at)];
      if (slot == entry) return false;
      if (slot != Sum{}) continue;
      slot = entry;
      return true;
    }
  }
  void grow() {
    std::vector<Sum> before(std::max<std::size_t>(64, 2 * slots_.size()));
    std::swap(before, slots_);
    for (const Sum& entry : before) {
      if (entry != Sum{}) place(entry);
    }
  }
  std::vector<Sum> slots_;
  std::size_t count_ = 0;
};

// The search through the operations on one key.
class Search {
 public:
  Search(const std::vector<const Operation*>& operations, std::uint64_t max_states)
      : operations_(operations), max_states_(max_states) {
    number_values();
    place_writes();
    link_moments();
  }

  LinearizabilityVerdict::Kind run();
  std::uint64_t searched() const { return searched_; }
  // After Broken: the operation that no order gets past.
  const Operation& stuck() const { return *operations_[stuck_]; }

 private:
  static constexpr std::size_t kHead = 0;
  struct Moment {
    std::size_t step = 0;
    bool is_call = true;
    std::size_t before = kHead;
    std::size_t next = kHead;
    std::size_t partner = kHead;  // of a call: its return, or kHead
  };
  struct Taken {
    std::size_t moment = kHead;
    State state;          // before it
    bool forced = false;  // nothing else was worth trying
  };

  void number_values();
  void place_writes();
  void link_moments();
  void unlink(std::size_t at) {
    moments_[moments_[at].before].next = moments_[at].next;
    moments_[moments_[at].next].before = moments_[at].before;
  }
  void relink(std::size_t at) {
    moments_[moments_[at].before].next = at;
    moments_[moments_[at].next].before = at;
  }
  void take(std::size_t at, const State& next, bool forced);
  // Undoes what was taken last, and whatever was forced on the way; the moment that was taken, or kHead.
  std::size_t give_back();

  const std::vector<const Operation*>& operations_;
  std::uint64_t max_states_;
  std::vector<Step> steps_;
  std::vector<Moment> moments_;  // a ring in the order of time, from kHead
  std::vector<Taken> taken_;
  Tried tried_;
  Tried::Sum sum_{};
  State state_;
  std::size_t left_ = 0;  // steps that returned and are not taken
  std::uint64_t searched_ = 0;
  std::size_t stuck_ = 0;
  std::size_t furthest_ = 0;
};

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

// Words for a contradiction between two operations, if there is one.

bool writes(const Operation& operation, const Operation& read) {
  const bool changes = operation.kind == Operation::Kind::Write ||
                       (operation.kind == Operation::Kind::Swap && operation.succeeded);
  if (read.found) return changes && operation.value == read.value;
  return operation.kind == Operation::Kind::Erase;
}

bool precedes(const Operation& a, const Operation& b) {
  return a.returned != Operation::kNever && a.returned < b.called;
}

std::string named(const Operation& operation) {
  return "request " + std::to_string(operation.number) + " (" + describe(operation) + ")";
}

// What contradicts a read: that nobody has written so, not yet, or that others have written over it.
bool explain_read(const std::vector<const Operation*>& operations, const Operation& read,
                  LinearizabilityVerdict& verdict) {
  const Operation* source = nullptr;
  std::size_t sources = 0;
  for (const Operation* operation : operations) {
    if (!writes(*operation, read)) continue;
    source = operation;
    ++sources;
  }
  if (sources == 0 && read.found) {
    verdict.numbers = {read.number};
    verdict.why = named(read) + " was told a value that nobody has written";
    return true;
  }
  if (sources > 1) return false;  // which of them it saw cannot be told
  if (read.found && source != nullptr && precedes(read, *source)) {
    verdict.numbers = {read.number, source->number};
    verdict.why = named(read) + " returned before " + named(*source) + " was called, which wrote it";
    return true;
  }
  for (const Operation* other : operations) {
    // A change that lies wholly between the one that was seen and the read.
    const bool changes = other->kind != Operation::Kind::Read && other->succeeded && other != source;
    if (!changes || writes(*other, read) || !precedes(*other, read)) continue;
    if (source != nullptr && !precedes(*source, *other)) continue;
    verdict.numbers = {other->number, read.number};
    verdict.why = named(*other) + " was acknowledged before " + named(read) +
                  " was called, which was told what was there before it";
    return true;
  }
  for (const Operation* other : operations) {
    // Somebody saw a change already that this one is yet to see.
    const bool saw = other->kind == Operation::Kind::Read && other->found && precedes(*other, read);
    if (!saw || source == nullptr || writes(*source, *other)) continue;
    for (const Operation* seen : operations) {
      if (!writes(*seen, *other) || !precedes(*source, *seen)) continue;
      verdict.numbers = {other->number, read.number};
      verdict.why = named(*other) + " had returned before " + named(read) +
                    " was called, and was told something newer";
      return true;
    }
  }
  return false;
}

void explain(const std::vector<const Operation*>& operations, const Operation& stuck,
             LinearizabilityVerdict& verdict) {
  if (stuck.kind == Operation::Kind::Read && explain_read(operations, stuck, verdict)) return;
  for (const Operation* operation : operations) {
    const bool read = operation->kind == Operation::Kind::Read && operation->returned != Operation::kNever;
    if (read && explain_read(operations, *operation, verdict)) return;
  }
  verdict.numbers = {stuck.number};
  verdict.why = "no order of the " + std::to_string(operations.size()) + " operations on \"" + stuck.key +
                "\" in which each takes effect between call and return gives " + named(stuck) +
                " what it was told";
}

}  // namespace

std::string describe(const Operation& operation) {
  switch (operation.kind) {
    case Operation::Kind::Write:
      return "write " + operation.key + "=" + operation.value;
    case Operation::Kind::Erase:
      return "delete " + operation.key;
    case Operation::Kind::Swap:
      return "swap " + operation.key + " from " + operation.expected + " to " + operation.value +
             (operation.succeeded ? "" : ", refused");
    case Operation::Kind::Read:
      break;
  }
  if (!operation.found) return "read " + operation.key + ": nothing";
  std::string text = "read " + operation.key + "=" + operation.value;
  if (operation.version > 0) text += ", version " + std::to_string(operation.version);
  return text;
}

LinearizabilityVerdict check_linearizability(const std::vector<Operation>& history,
                                             std::uint64_t max_states) {
  std::map<std::string, std::vector<const Operation*>> by_key;
  for (const Operation& operation : history) {
    CHECK(operation.called <= operation.returned, "operation ", operation.number,
          " returns before its call");
    by_key[operation.key].push_back(&operation);
  }
  LinearizabilityVerdict verdict;
  for (const auto& [key, operations] : by_key) {
    Search search(operations, max_states);
    const auto kind = search.run();
    verdict.searched += search.searched();
    if (kind == LinearizabilityVerdict::Kind::Holds) continue;
    verdict.kind = kind;
    if (kind == LinearizabilityVerdict::Kind::Unknown) continue;  // another key may decide
    explain(operations, search.stuck(), verdict);
    return verdict;
  }
  return verdict;
}

}  // namespace raftarium::sim
