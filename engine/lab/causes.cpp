#include "lab/causes.h"

#include <algorithm>
#include <deque>
#include <map>
#include <optional>
#include <utility>

namespace raftarium::lab {

namespace {

using EventKind = sim::Event::Kind;
using RaftKind = raft::Event::Kind;

constexpr std::uint64_t kNobody = ~std::uint64_t{0};

bool is_arrival(const sim::Event& event) {
  return event.kind == EventKind::Delivered || event.kind == EventKind::SnapshotPart;
}

// Whether the member is another than before.
bool changes_state(const sim::Event& event) {
  return event.kind == EventKind::Raft || event.kind == EventKind::Acted ||
         event.kind == EventKind::Recovered || event.kind == EventKind::StorageFailed ||
         event.kind == EventKind::SnapshotMade;
}

// How much an event stands out among those of one moment, when one is to stand for a fact.
enum class Weight : std::uint8_t { Other, State, Turn, Reign };
Weight weight_of(const sim::Event& event) {
  if (event.kind != EventKind::Raft) return changes_state(event) ? Weight::State : Weight::Other;
  switch (event.raft.kind) {
    case RaftKind::BecameLeader:
      return Weight::Reign;
    case RaftKind::CommitAdvanced:
    case RaftKind::VoteCast:
    case RaftKind::LogTruncated:
    case RaftKind::SnapshotRestored:
      return Weight::Turn;
    default:
      return Weight::State;
  }
}

// An event without its words, numbered from 0 in the order of happening.
struct Record {
  std::uint64_t moment = 0;
  std::uint32_t place = 0;  // in World::events()
  Weight weight = Weight::Other;
  raft::NodeId node;
  std::uint64_t before = kNobody;  // what set it off at its member, or came last there
  std::uint64_t sent = kNobody;    // of an arrival
};

class Recorder {
 public:
  // After every step.
  void record(const sim::World& world) {
    const std::uint64_t first = end();
    std::uint32_t place = 0;
    for (const sim::Event& event : world.events()) {
      Record record{world.moments(), place++, weight_of(event), event.node};
      if (event.kind == EventKind::Violated) continue;
      const bool changed = changes_state(event);
      record.before = before(event, first);
      if (event.kind == EventKind::Sent) sent_[event.message_id] = end();
      if (is_arrival(event) || event.kind == EventKind::Lost) {
        const auto at = sent_.find(event.message_id);
        if (at != sent_.end()) {
          record.sent = at->second;
          sent_.erase(at);
        }
      }
      if (is_arrival(event) || (changed && !has_trigger(event.node, first))) trigger_[event.node] = end();
      if (changed) last_change_[event.node] = end();
      records_.push_back(record);
      if (records_.size() > kMaxCausalEvents) {
        records_.pop_front();
        ++gone_;
      }
    }
  }

  std::uint64_t begin() const { return gone_; }
  std::uint64_t end() const { return gone_ + records_.size(); }
  bool has(std::uint64_t number) const { return number != kNobody && number >= gone_; }
  const Record& operator[](std::uint64_t number) const {
    return records_[static_cast<std::size_t>(number - gone_)];
  }

  // The event that stands for a fact: what stands out at the member in that moment, or, where nothing could be
  // noticed then, the last thing before.
  std::optional<std::uint64_t> find(const sim::Fact& fact) const {
    std::optional<std::uint64_t> found;
    auto at =
        std::upper_bound(records_.begin(), records_.end(), fact.event,
                         [](std::uint64_t moment, const Record& record) { return moment < record.moment; });
    while (at != records_.begin()) {
      const Record& record = *--at;
      const std::uint64_t number = gone_ + static_cast<std::uint64_t>(at - records_.begin());
      if (found && record.moment != (*this)[*found].moment) break;
      if (record.node != fact.node) continue;
      if (!found || record.weight > (*this)[*found].weight) found = number;
    }
    return found;
  }

 private:
  // In the same moment what set it off, else the last change before.
  std::uint64_t before(const sim::Event& event, std::uint64_t first) const {
    if (has_trigger(event.node, first) && !is_arrival(event)) return trigger_.at(event.node);
    const auto last = last_change_.find(event.node);
    return last == last_change_.end() ? kNobody : last->second;
  }

  // Whether something has set off what happens at the member in the moment that begins with the event `first`.
  bool has_trigger(raft::NodeId node, std::uint64_t first) const {
    const auto trigger = trigger_.find(node);
    return trigger != trigger_.end() && trigger->second >= first;
  }

  std::deque<Record> records_;
  std::uint64_t gone_ = 0;
  std::map<std::uint64_t, std::uint64_t> sent_;  // by message
  std::map<raft::NodeId, std::uint64_t> trigger_;
  std::map<raft::NodeId, std::uint64_t> last_change_;
};

// How far each event lies behind another that it led to, and what comes next on the way there.
struct Step {
  std::uint64_t distance = kNobody;  // it did not lead there
  std::uint64_t next = kNobody;
};

class Past {
 public:
  Past(const Recorder& recorder, std::uint64_t event)
      : recorder_(recorder), steps_(static_cast<std::size_t>(event - recorder.begin()) + 1) {
    of(event).distance = 0;
    std::deque<std::uint64_t> open{event};
    while (!open.empty()) {
      const std::uint64_t at = open.front();
      open.pop_front();
      for (const std::uint64_t cause : {recorder[at].sent, recorder[at].before}) {
        if (!recorder.has(cause) || of(cause).distance != kNobody) continue;
        of(cause) = {of(at).distance + 1, at};
        open.push_back(cause);
      }
    }
  }

  std::uint64_t end() const { return recorder_.begin() + steps_.size(); }
  std::uint64_t distance(std::uint64_t event) const { return of(event).distance; }
  // From a cause to the event itself.
  void follow(std::uint64_t from, std::vector<std::uint64_t>& chain) const {
    for (std::uint64_t at = from; at != kNobody; at = of(at).next) chain.push_back(at);
  }
  // The nearest event that nothing caused.
  std::uint64_t origin() const {
    std::uint64_t nearest = kNobody;
    for (std::uint64_t at = recorder_.begin(); at < end(); ++at) {
      if (distance(at) == kNobody || is_caused(at)) continue;
      if (nearest == kNobody || distance(at) <= distance(nearest)) nearest = at;
    }
    return nearest;
  }

 private:
  bool is_caused(std::uint64_t event) const {
    return recorder_.has(recorder_[event].before) || recorder_.has(recorder_[event].sent);
  }
  Step& of(std::uint64_t event) { return steps_[static_cast<std::size_t>(event - recorder_.begin())]; }
  const Step& of(std::uint64_t event) const {
    return steps_[static_cast<std::size_t>(event - recorder_.begin())];
  }
  const Recorder& recorder_;
  std::vector<Step> steps_;
};

// Two facts of one event have no way between them: what led to it, as far as the message before.
std::vector<std::uint64_t> led_to(const Recorder& recorder, std::uint64_t event) {
  std::vector<std::uint64_t> chain{event};
  bool sent = false;
  while (!sent) {
    const Record& at = recorder[chain.back()];
    sent = recorder.has(at.sent);
    const std::uint64_t cause = sent ? at.sent : at.before;
    if (!recorder.has(cause)) break;
    chain.push_back(cause);
  }
  return chain;
}

using Found = std::optional<std::uint64_t>;

std::vector<std::uint64_t> shortest_chain(const Recorder& recorder, const Found& earlier,
                                          const Found& later) {
  std::vector<std::uint64_t> chain;
  if (!later) return chain;
  if (!earlier || *earlier == *later) {
    chain = led_to(recorder, *later);
  } else {
    const Past of_earlier(recorder, *earlier);
    const Past of_later(recorder, *later);
    std::uint64_t common = kNobody;
    std::uint64_t least = kNobody;
    for (std::uint64_t at = recorder.begin(); at < std::min(of_earlier.end(), of_later.end()); ++at) {
      if (of_earlier.distance(at) == kNobody || of_later.distance(at) == kNobody) continue;
      const std::uint64_t both = of_earlier.distance(at) + of_later.distance(at);
      if (both > least) continue;
      least = both;
      common = at;  // of two that are as near, the later
    }
    of_earlier.follow(common != kNobody ? common : of_earlier.origin(), chain);
    of_later.follow(common != kNobody ? common : of_later.origin(), chain);
  }
  std::sort(chain.begin(), chain.end());
  chain.erase(std::unique(chain.begin(), chain.end()), chain.end());
  return chain;
}

std::string words_of(const sim::Event& event) {
  std::string words = sim::describe(event);
  const bool of_member = event.kind == EventKind::Raft && !event.term.is_zero();
  if (of_member) words += " (term " + std::to_string(event.raft.term.value()) + ")";
  return words;
}

}  // namespace

std::vector<std::vector<CausalStep>> causes_of(const std::vector<sim::Violation>& violations,
                                               const Run& start, const Journal& journal) {
  std::vector<std::vector<CausalStep>> causes(violations.size());
  if (violations.empty()) return causes;
  const sim::Violation& last = violations.back();
  Recorder recorder;
  Run run = start;
  const auto over = [&] {
    return run.world().moments() >= last.event || run.next_due_us(journal) > last.time_us;
  };
  while (!over()) {
    run.step(journal);
    recorder.record(run.world());
  }
  struct Told {
    Found earlier;
    Found later;
    std::vector<std::uint64_t> chain;
  };
  std::vector<Told> told;
  std::map<std::uint64_t, CausalStep> steps;
  for (const sim::Violation& violation : violations) {
    Told next{recorder.find(violation.earlier), recorder.find(violation.later), {}};
    next.chain = shortest_chain(recorder, next.earlier, next.later);
    for (const std::uint64_t number : next.chain) steps[number];
    told.push_back(std::move(next));
  }
  // Once more, for the words.
  run = start;
  for (auto next = steps.begin(); next != steps.end() && !over();) {
    run.step(journal);
    for (; next != steps.end() && recorder[next->first].moment == run.world().moments(); ++next) {
      const sim::Event& event = run.world().events()[recorder[next->first].place];
      next->second = {run.world().moments(), event.time_us, event.node, words_of(event)};
    }
  }
  for (std::size_t i = 0; i < told.size(); ++i) {
    for (const std::uint64_t number : told[i].chain) {
      CausalStep step = steps.at(number);
      if (told[i].earlier == number) step.what += ": " + violations[i].earlier.what;
      if (told[i].later == number) step.what += ": " + violations[i].later.what;
      causes[i].push_back(std::move(step));
    }
  }
  return causes;
}

}  // namespace raftarium::lab
