// Builds the frame: the only place of the front end that looks into a world.

#include "viz/frame.h"

#include <algorithm>
#include <span>

#include "kv/command.h"
#include "lab/rules.h"
#include "viz/linearization.h"
#include "viz/text.h"

namespace raftarium::viz {
namespace {

constexpr std::size_t kStoryLines = 100'000;
constexpr std::size_t kRequests = 60;
constexpr std::size_t kTraced = 3000;
constexpr std::size_t kDiskWork = 3000;

bool both_ways(const sim::World& world, raft::NodeId a, raft::NodeId b) {
  return world.network().connected(a, b) && world.network().connected(b, a);
}

std::string entry_text(const raft::Entry& entry) {
  if (entry.type != raft::EntryType::Normal) return "config";
  if (entry.data.size() == 0) return "–";
  const auto command = kv::decode(entry.data);
  return command.ok() ? kv::describe(*command) : "?";
}

// Those in [from, from + kEntriesShown).
raft::Entries entries_of(const member::Member& member, const raft::Status& status, raft::Index from) {
  const raft::Index low = std::max(status.first_index, from);
  const raft::Index high = std::min(status.last_index + 1, from + kEntriesShown);
  if (low >= high) return {};
  auto found = member.running() ? member.node().entries(low, high, raft::kNoLimit)
                                : member.storage().entries(low, high, raft::kNoLimit);
  return found.error == raft::StorageError::None ? std::move(found.entries) : raft::Entries();
}

// What is still in the log as it was has its words already. The same bytes in memory are the same entry.
std::vector<EntryView> views_of(const raft::Entries& entries, raft::Index commit,
                                std::vector<EntryView> before) {
  std::vector<EntryView> views;
  views.reserve(entries.size());
  auto old = before.begin();
  for (const raft::Entry& entry : entries) {
    while (old != before.end() && old->index < entry.index) ++old;
    const bool same = old != before.end() && old->index == entry.index && old->term == entry.term &&
                      old->type == entry.type && old->data.data() == entry.data.data() &&
                      old->data.size() == entry.data.size();
    if (same) {
      views.push_back(std::move(*old));
    } else {
      views.push_back({entry.term, entry.index, entry_text(entry), false, entry.type, entry.data});
    }
    views.back().committed = entry.index <= commit;
  }
  return views;
}

void set_timer(const sim::World& world, MemberView& view) {
  if (view.process == Process::Crashed) return;
  const sim::WorldConfig& own = world.config().of(view.id);
  const bool leads = view.status.soft_state.role == raft::Role::Leader;
  const int limit = leads ? own.election_ticks : view.status.randomized_election_timeout_ticks;
  if (limit <= 0) return;
  const std::int64_t to_tick = std::max<std::int64_t>(0, world.next_tick_us(view.id) - world.now_us());
  const std::int64_t whole = std::max(0, limit - view.status.election_elapsed_ticks - 1);
  const std::int64_t period_us = world.tick_period_us(view.id);
  view.timer_left_us = whole * period_us + to_tick;
  const double total = static_cast<double>(limit) * static_cast<double>(period_us);
  view.election_elapsed = std::clamp(1.0 - static_cast<double>(view.timer_left_us) / total, 0.0, 1.0);
}

// The first entry to be shown: a few before what is looked at, so that a little scrolling finds something.
raft::Index first_shown(const sim::World& world, raft::Index looked_at) {
  constexpr std::uint64_t kBefore = 40;
  if (looked_at.is_zero()) {
    raft::Index last;
    for (const raft::NodeId id : world.members()) {
      const member::Member& member = world.member(id);
      last = std::max(last, member.running() ? member.node().last_index() : member.storage().last_index());
    }
    return last.value() < kEntriesShown ? raft::Index(1) : last + 1 - kEntriesShown;
  }
  return looked_at.value() <= kBefore ? raft::Index(1) : looked_at - kBefore;
}

MemberView view_member(const sim::World& world, raft::NodeId id, raft::Index from, MemberView before) {
  const member::Member& member = world.member(id);
  MemberView view;
  view.id = id;
  view.process = world.process(id);
  view.status = member.status();
  view.snapshot_index = view.status.first_index.is_zero() ? raft::Index{} : view.status.first_index - 1;
  view.entries = views_of(entries_of(member, view.status, from), view.status.hard_state.commit,
                          std::move(before.entries));
  view.durable = member.storage().last_index();
  view.disk = world.disk_settings(id);
  view.stopped_by = world.stopped_by(id);
  if (const storage::MemoryDisk* disk = world.disk(id)) {
    for (const auto& [op, planned] : disk->next_faults()) view.next_faults.emplace_back(op, planned.fault);
  }
  view.sync_ends_us = world.sync_ends_us(id).value_or(0);
  view.drift_ppm = world.drift_ppm(id);
  view.pace = world.process_settings(id);
  view.backlog = world.backlog(id);
  if (!world.config().own.empty()) view.own = lab::own_in_words(world.config(), id);
  set_timer(world, view);
  if (view.process != Process::Crashed) {
    view.leads_minority = view.status.soft_state.role == raft::Role::Leader && !world.reaches_quorum(id);
    view.store = member.store().range("", "", kKeysShown);
  }
  return view;
}

void add_links(const sim::World& world, Frame& frame) {
  for (const MemberView& from : frame.members) {
    for (const MemberView& to : frame.members) {
      if (from.id == to.id) continue;
      frame.links.push_back({world.network().link(from.id, to.id), from.id, to.id});
    }
  }
}

void add_islands(const sim::World& world, Frame& frame) {
  std::vector<raft::NodeId> left = world.members();
  while (!left.empty()) {
    std::vector<raft::NodeId> island{left.front()};
    left.erase(left.begin());
    for (std::size_t i = 0; i < island.size(); ++i) {
      for (auto it = left.begin(); it != left.end();) {
        if (both_ways(world, island[i], *it)) {
          island.push_back(*it);
          it = left.erase(it);
        } else {
          ++it;
        }
      }
    }
    std::sort(island.begin(), island.end());
    frame.islands.push_back(std::move(island));
  }
}

void add_messages(const sim::World& world, Frame& frame) {
  for (const auto& [id, flight] : world.flights()) {
    MessageView view;
    view.id = id;
    view.message = flight.message;
    view.sent_us = flight.sent_us;
    view.deliver_us = flight.deliver_us;
    const double total = std::max(1.0, static_cast<double>(flight.deliver_us - flight.sent_us));
    view.travelled = std::clamp(static_cast<double>(world.now_us() - flight.sent_us) / total, 0.0, 1.0);
    // A cut catches what is on its way, too.
    view.doomed = flight.fate != sim::LossReason::None ||
                  !world.network().connected(flight.message.from, flight.message.to);
    view.link_cut = flight.fate == sim::LossReason::LinkCut;
    frame.messages.push_back(std::move(view));
  }
}

// A read is stale when a write to its key was acknowledged before it was asked and is not in what it read.
bool is_stale(const sim::RequestList& all, const sim::Request& read) {
  constexpr std::size_t kLookedBack = 500;
  const bool answered = read.is_read() && read.state == sim::RequestState::Committed;
  if (!answered || read.index >= read.floor) return false;
  const std::size_t at = static_cast<std::size_t>(read.id - 1);
  for (std::size_t i = at; i-- > (at > kLookedBack ? at - kLookedBack : 0);) {
    const sim::Request& write = all[i];
    if (!write.is_read() && write.succeeded && write.state == sim::RequestState::Committed &&
        write.done_us <= read.sent_us && write.index > read.index && write.key() == read.key())
      return true;
  }
  return false;
}

RequestView view_of(const sim::RequestList& all, const sim::Request& request) {
  RequestView view;
  view.id = request.id;
  view.text = sim::describe(request);
  view.state = sim::describe(request.state);
  view.status = request.state;
  view.open = request.state == sim::RequestState::Waiting;
  if (view.open && request.attempts > 1) view.state += ", attempt " + std::to_string(request.attempts);
  if (request.state == sim::RequestState::Committed && !request.index.is_zero()) {
    view.state += " at " + std::to_string(request.index.value());
    if (request.is_read())
      view.state = sim::told(request) + ", as of " + std::to_string(request.index.value());
  }
  view.node = request.at;
  view.sent_us = request.sent_us;
  view.done_us = request.done_us;
  view.attempts = request.attempts;
  view.session = !request.no_session;
  view.index = request.index;
  view.read = request.is_read();
  view.stale = is_stale(all, request);
  return view;
}

// `before`: those of an earlier or later frame of the same branch.
void add_requests(const sim::World& world, std::vector<RequestView> before, Frame& frame) {
  const sim::RequestList& all = world.requests();
  const std::size_t first = all.size() > kRequests ? all.size() - kRequests : 0;
  auto old = before.begin();
  for (std::size_t i = first; i < all.size(); ++i) {
    const sim::Request& request = all[i];
    while (old != before.end() && old->id < request.id) ++old;
    const bool same = old != before.end() && old->id == request.id && old->status == request.state &&
                      old->attempts == request.attempts && old->node == request.at &&
                      old->done_us == request.done_us && old->index == request.index;
    frame.requests.push_back(same ? std::move(*old) : view_of(all, request));
  }
  set_points(frame.requests);
  if (first > 0) frame.requests_from_us = frame.requests.front().sent_us;
}

// On one branch so many violations are always the same ones.
void add_properties(const sim::World& world, std::vector<PropertyView> before, Frame& frame) {
  frame.violations = world.violations().size();
  if (!before.empty()) return void(frame.properties = std::move(before));
  for (std::size_t i = 0; i < sim::kPropertyCount; ++i) {
    const auto property = static_cast<sim::Property>(i);
    PropertyView view;
    view.name = sim::describe(property);
    view.says = lab::rule_of(property);
    for (const sim::Violation& violation : world.violations()) {
      if (violation.property != property || !view.holds) continue;
      view.holds = false;
      view.why = violation.why;
      view.event = violation.event;
    }
    frame.properties.push_back(std::move(view));
  }
}

// Whose word counts: the leader of the highest term; else who has applied most.
raft::ConfState configuration_of(const std::vector<MemberView>& members) {
  const MemberView* best = nullptr;
  const auto leads = [](const MemberView& member) {
    return member.process != Process::Crashed && member.status.soft_state.role == raft::Role::Leader;
  };
  for (const MemberView& member : members) {
    const raft::Status& status = member.status;
    const bool better = best == nullptr || (leads(member) && !leads(*best)) ||
                        (leads(member) == leads(*best) &&
                         (leads(member) ? status.hard_state.term > best->status.hard_state.term
                                        : status.applied > best->status.applied));
    if (better) best = &member;
  }
  return best == nullptr ? raft::ConfState{} : best->status.conf_state;
}

// "in 40 ms"; a slow process may have other things to do first.
Words when_in_words(const MemberView& member, std::int64_t left_us) {
  const bool slow = member.pace.is_slow();
  if (slow && left_us <= 0) return "as soon as it comes to it";
  const Words left = "in " + text::duration(std::max<std::int64_t>(0, left_us));
  return slow ? left + " at the earliest" : left;
}

// A leader of a minority is about to find out, or not: how many it has heard since the last check.
std::string quorum_check_in_words(const MemberView& leader, std::size_t members) {
  std::size_t heard = 1;
  for (const raft::ProgressView& progress : leader.status.progress) {
    if (progress.id != leader.id && progress.recent_active) ++heard;
  }
  return kept(text::node(leader.id.value()) + " checks its quorum " +
              when_in_words(leader, leader.timer_left_us) + ": " + digits(heard) + " of " +
              digits(members) + " heard so far, " + digits(members / 2 + 1) + " needed.");
}

std::string campaign_in_words(const MemberView& candidate, std::size_t members) {
  const bool pre = candidate.status.soft_state.role == raft::Role::PreCandidate;
  return kept(text::node(candidate.id.value()) + " waits for " + (pre ? "pre-votes: " : "votes: ") +
              digits(candidate.status.votes_granted.size()) + " of " + digits(members / 2 + 1) +
              " needed; asks again " + when_in_words(candidate, candidate.timer_left_us) + ".");
}

// What the timers alone will bring; messages on their way are there to be seen.
std::string next_in_words(const sim::World& world, const Frame& frame) {
  const std::size_t count = frame.configuration.voters.size();
  const MemberView* leader = nullptr;
  const MemberView* candidate = nullptr;
  const MemberView* soonest = nullptr;
  for (const MemberView& member : frame.members) {
    if (member.process != Process::Running) continue;
    const Standing standing = standing_of(frame.configuration, member.id);
    if (standing == Standing::Learner || standing == Standing::Outside) continue;
    const raft::Role role = member.status.soft_state.role;
    if (role == raft::Role::Leader) {
      if (leader == nullptr || member.leads_minority) leader = &member;
    } else {
      if (role != raft::Role::Follower) candidate = &member;
      if (soonest == nullptr || member.timer_left_us < soonest->timer_left_us) soonest = &member;
    }
  }
  if (candidate != nullptr) return campaign_in_words(*candidate, count);
  if (leader != nullptr && leader->leads_minority && world.config().of(leader->id).check_quorum) {
    return quorum_check_in_words(*leader, count);
  }
  if (leader != nullptr) {
    const sim::WorldConfig& own = world.config().of(leader->id);
    const int ticks = std::max(0, own.heartbeat_ticks - leader->status.heartbeat_elapsed_ticks - 1);
    const std::int64_t left =
        ticks * world.tick_period_us(leader->id) + world.next_tick_us(leader->id) - world.now_us();
    return kept(text::node(leader->id.value()) + " sends heartbeats " + when_in_words(*leader, left) + ".");
  }
  if (soonest == nullptr) return "";
  return kept(text::node(soonest->id.value()) + "'s election timer runs out " +
              when_in_words(*soonest, soonest->timer_left_us) + ".");
}

// Most of the time a few are new and the rest is as it was.
void take_marks(const std::vector<lab::Mark>& all, std::vector<lab::Mark>& marks) {
  const std::size_t had = marks.size();
  const bool grown = had > 0 && had <= all.size() && marks.front().event == all.front().event &&
                     marks.back().event == all[had - 1].event && marks.back().text == all[had - 1].text;
  if (!grown) return void(marks = all);
  marks.insert(marks.end(), all.begin() + static_cast<std::ptrdiff_t>(had), all.end());
}

// Its lines are in the order of events, several of one event together. A branch's past stays as it is: lines are added
// at the end, and where one goes back they are taken from there.
void take_story(std::span<const lab::StoryLine> now, std::vector<lab::StoryLine>& story) {
  const std::size_t both = std::min(story.size(), now.size());
  const bool same = both > 0 && story[both - 1].event == now[both - 1].event &&
                    story[both - 1].what == now[both - 1].what && story.front().what == now.front().what;
  if (!same) return story.assign(now.begin(), now.end());
  story.resize(both);
  story.insert(story.end(), now.begin() + static_cast<std::ptrdiff_t>(both), now.end());
}

// Its memory, for what takes its place.
template <class T>
std::vector<T> emptied(std::vector<T> items) {
  items.clear();
  return items;
}

}  // namespace

Standing standing_of(const raft::ConfState& configuration, raft::NodeId id) {
  const auto in = [&](const std::vector<raft::NodeId>& list) { return contains(list, id); };
  const bool joint = !configuration.voters_outgoing.empty();
  if (in(configuration.voters)) {
    return joint && !in(configuration.voters_outgoing) ? Standing::Incoming : Standing::Voter;
  }
  if (in(configuration.voters_outgoing)) return Standing::Outgoing;
  return in(configuration.learners) || in(configuration.learners_next) ? Standing::Learner
                                                                       : Standing::Outside;
}

bool message_arrived(const lab::Timeline& timeline) {
  const auto& events = timeline.world().events();
  return std::any_of(events.begin(), events.end(),
                     [](const sim::Event& event) { return event.kind == sim::Event::Kind::Delivered; });
}

Frame build_frame(const lab::Timeline& timeline, const Looking& looking, Frame before) {
  const sim::World& world = timeline.world();
  if (before.branch != timeline.branch()) before = Frame();
  Frame frame;
  frame.scenario_title = timeline.scenario().title;
  frame.scenario_description = timeline.scenario().description;
  frame.seed = world.config().seed;
  frame.time_us = timeline.now_us();
  frame.event = timeline.event_count();
  frame.digest = timeline.digest();
  const raft::Index from = first_shown(world, looking.entry);
  before.members.resize(world.members().size());
  for (std::size_t i = 0; i < before.members.size(); ++i)
    frame.members.push_back(view_member(world, world.members()[i], from, std::move(before.members[i])));
  frame.configuration = configuration_of(frame.members);
  frame.links = emptied(std::move(before.links));
  add_links(world, frame);
  add_islands(world, frame);
  frame.messages = emptied(std::move(before.messages));
  add_messages(world, frame);
  add_requests(world, std::move(before.requests), frame);
  if (before.violations != world.violations().size()) before.properties.clear();
  add_properties(world, std::move(before.properties), frame);
  if (looking.trace) {
    frame.trace = timeline.messages(kTraced, std::move(before.trace));
    const auto work = timeline.disk_work(kDiskWork);
    frame.disk_work = std::move(before.disk_work);
    frame.disk_work.assign(work.begin(), work.end());
    if (frame.trace.size() == kTraced) frame.trace_from_us = frame.trace.front().sent_us;
    if (frame.disk_work.size() == kDiskWork) frame.disk_work_from_us = frame.disk_work.front().time_us;
  }
  frame.story = std::move(before.story);
  take_story(timeline.story(kStoryLines), frame.story);
  frame.next = next_in_words(world, frame);
  frame.marks = std::move(before.marks);
  take_marks(timeline.marks(), frame.marks);
  frame.branches = timeline.branches();
  frame.branch = timeline.branch();
  if (looking.disk_of != raft::kNone) {
    frame.disk = look_at_disk(world, looking.disk_of, before.disk ? std::move(*before.disk) : DiskView{});
  }
  return frame;
}

}  // namespace raftarium::viz
