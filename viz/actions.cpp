#include "viz/actions.h"

#include <algorithm>
#include <array>
#include <sstream>

#include "viz/exports.h"
#include "viz/offers.h"
#include "viz/text.h"
#include "viz/walk.h"

namespace raftarium::viz {
namespace {

using Kind = Control::Kind;

struct Steering {
  const char* name;
  const char* label;
  const char* key;
  Kind kind;
  std::uint32_t number = 0;
};

constexpr std::array<Steering, 17> kSteering = {{
    {"play", "Play or pause", "Space", Kind::TogglePlay},
    {"step", "One event forward", "Right", Kind::StepForward},
    {"back", "One event back", "Left", Kind::StepBack},
    {"next", "To the next election, commit or violation", "Shift + Right", Kind::NextMark},
    {"next_message", "To the next message", "M", Kind::NextMessage},
    {"next_election", "To the next election", "E", Kind::NextMark, kStopAtLeader},
    {"next_commit", "To the next commit", "K", Kind::NextMark, kStopAtCommit},
    {"next_violation", "To the next violation", "V", Kind::NextMark, kStopAtViolation},
    {"previous", "To the last election, commit or violation", "Shift + Left", Kind::PreviousMark},
    {"start", "To the beginning", "Home", Kind::ToStart},
    {"end", "To the end of this branch", "End", Kind::ToEnd},
    {"faster", "Faster", "]", Kind::Faster},
    {"slower", "Slower", "[", Kind::Slower},
    {"slow_motion", "Slow motion at interesting moments, or not", "S", Kind::ToggleSlowMotion},
    {"undo", "Undo the last act", "U", Kind::Undo},
    {"theme", "Dark or light colours", "D", Kind::ToggleTheme},
    {"share", "Copy a link to this moment", "", Kind::Share},
}};

void add_member_acts(const Frame& frame, const MemberView& member, bool keys,
                     std::vector<Action>& actions) {
  const std::string who = kept(text::node(member.id.value()));
  for (const Act act : acts_for(member)) {
    if (act == Act::HealAll) continue;
    const ActText& words = text_of(act);
    std::string label = words.label;
    if (act == Act::Propose) label = "Write a value through";
    if (act == Act::Transfer) label = "Hand over leadership from";
    if (act == Act::Timeout) label = "Run out the election timer of";
    const std::string name = words.name + (keys ? std::string() : "." + std::to_string(member.id.value()));
    label += " " + who;
    actions.push_back({name, label, keys ? words.key : "", command_for(frame, act, member.id)});
  }
}

std::string way_of(raft::NodeId from, raft::NodeId to) {
  return kept(text::node(from.value()) + " → " + text::node(to.value()));
}

void add_links(const Frame& frame, raft::NodeId from, std::vector<Action>& actions) {
  for (const LinkView& link : frame.links) {
    if (link.from != from) continue;
    sim::Command command;
    command.kind = link.cut ? sim::Command::Kind::Heal : sim::Command::Kind::Cut;
    command.node = link.from;
    command.peer = link.to;
    const std::string way = way_of(link.from, link.to);
    actions.push_back({"link." + std::to_string(link.from.value()) + "." + std::to_string(link.to.value()),
                       (link.cut ? "Heal the link " : "Cut the link ") + way, "", std::move(command)});
  }
}

// What goes from one thing to the next, and looks at it.
void add_walks(const Frame& frame, const Selection& selection, std::vector<Action>& actions) {
  const auto message = [&](const char* name, const char* label, const char* key, int way) {
    const std::uint64_t next = message_beside(frame, selection.message, way);
    if (next != 0) actions.push_back({name, label, key, Subject{{}, {}, next}});
  };
  message("message.next", "Select the next message in flight", "N", 1);
  message("message.last", "Select the last message in flight", "Shift + N", -1);
  const auto link = [&](const char* name, const char* label, const char* key, int way) {
    const LinkId next = link_beside(frame, selection.link, selection.member, way);
    if (next != LinkId{}) actions.push_back({name, label, key, Subject{{}, next, 0}});
  };
  link("link.next", "Select the next link", "J", 1);
  link("link.last", "Select the last link", "Shift + J", -1);
  actions.push_back({"menu", "What can be done with what is selected", "Enter", &Selection::menu_wanted});
  actions.push_back({"show", "Show what is selected large, or everything", "F", ShowLarge{}});
  if (selection.member != raft::kNone) {
    actions.push_back(
        {"arrange", "Move a member on the stage, with the arrows", "A", &Selection::arranging});
  }
}

Action action_of(const Frame& frame, const Offer& offer, std::string name, const std::string& about) {
  const std::string label = about + ": " + offer.label;
  if (offer.asks) return {std::move(name), label, "", AskFor{offer.command, frame.members.size()}};
  return {std::move(name), label, "", offer.command};
}

void add_offers(const Frame& frame, const std::vector<Offer>& offers, const std::string& about,
                std::vector<Action>& actions) {
  for (const Offer& offer : offers) actions.push_back(action_of(frame, offer, offer.name, about));
}

std::vector<std::string> words_of(const std::string& text) {
  std::vector<std::string> words;
  std::istringstream in(text);
  for (std::string word; in >> word;) {
    std::transform(word.begin(), word.end(), word.begin(), [](unsigned char c) {
      return static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
    });
    words.push_back(word);
  }
  return words;
}

}  // namespace

std::vector<Action> actions_for(const Frame& frame, const Chrome& chrome, const Selection& selection) {
  std::vector<Action> actions;
  const MemberView* chosen = find_member(frame, selection.member);
  if (chosen != nullptr) add_member_acts(frame, *chosen, true, actions);
  for (const MessageView& message : frame.messages) {
    if (message.id != selection.message) continue;
    add_offers(frame, message_offers(message), "Message " + std::to_string(message.id), actions);
  }
  if (const LinkView* link = find_link(frame, selection.link.from, selection.link.to))
    add_offers(frame, link_offers(*link), "Link " + way_of(link->from, link->to), actions);
  if (frame.disk && selection.tab == Tab::Disk) {
    const RecordView* record = chosen_record(*frame.disk, selection.record);
    if (record != nullptr)
      add_offers(frame, damage_offers(frame.disk->member, *record), "Record " + kept(place_of(*record)),
                 actions);
  }
  actions.push_back({"put", "Write a value through whoever leads", chosen == nullptr ? "P" : "",
                     next_put(frame, raft::kNone)});
  actions.push_back({"heal_all", "Heal all links", "H", command_for(frame, Act::HealAll, raft::kNone)});
  for (const Steering& steering : kSteering) {
    if (steering.kind == Kind::Share && !chrome.can_share) continue;
    actions.push_back(
        {steering.name, steering.label, steering.key, Control{steering.kind, steering.number, {}}});
  }
  add_walks(frame, selection, actions);
  for (const ExportChoice& choice : kExports) {
    if (!chrome.can_export) break;
    actions.push_back({std::string("export.") + choice.word, std::string("Export: ") + choice.label, "",
                       Control{Kind::Export, 0, choice.word}});
  }
  actions.push_back({"gallery", "Choose a scenario", "G", std::string("gallery")});
  actions.push_back({"branches", "Show the branches", "B", std::string("branches")});
  actions.push_back({"rename_branch", "Rename this branch", "", std::string("rename")});
  actions.push_back({"help", "Show the keys", "?", std::string("help")});
  actions.push_back({"signs", "Show what the signs of the stage stand for", "", std::string("signs")});
  actions.push_back({"properties", "Show what the properties say", "", std::string("properties")});
  actions.push_back({"rules", "Name the rules behind what happened, or not", "W", &Selection::rules});
  actions.push_back(
      {"dock", "More room for the panel under the stage, or less", "O", &Selection::dock_high});
  actions.push_back({"stores", "Show the stores side by side, or the requests", "", &Selection::stores});
  actions.push_back({"zoom_in", "Enlarge the stage", "PageUp", kZoomStep});
  actions.push_back({"zoom_out", "Shrink the stage", "PageDown", 1 / kZoomStep});
  actions.push_back({"zoom_whole", "The whole stage", "0", 0.0F});
  for (const Breakpoint& point : kBreakpoints) {
    const bool set = (chrome.breakpoints & point.bit) != 0;
    actions.push_back({std::string("stop.") + point.name,
                       (set ? "Do not stop " : "Stop ") + std::string(point.label), "",
                       Control{Kind::ToggleBreakpoint, point.bit, {}}});
  }
  actions.push_back({"tab.logs", "Show the logs", "", Tab::Logs});
  actions.push_back({"tab.space_time", "Show space and time", "", Tab::SpaceTime});
  actions.push_back({"tab.disk", "Show the disk", "", Tab::Disk});
  actions.push_back({"tab.clients", "Show the clients", "", Tab::Clients});
  actions.push_back({"tab.metrics", "Show the metrics", "", Tab::Metrics});
  for (const MemberView& member : frame.members) {
    const std::string id = std::to_string(member.id.value());
    const std::uint64_t number = member.id.value();
    const std::string key = number < 10 ? id : "Shift + " + std::to_string(number - 10);
    actions.push_back({"select." + id, "Select S" + id, number < 20 ? key : "", member.id});
  }
  if (chosen != nullptr) {
    add_links(frame, chosen->id, actions);
    const std::string who = kept(text::node(chosen->id.value()));
    if (chosen->process != Process::Crashed)
      add_offers(frame, client_offers(frame, chosen->id), "Client, through " + who, actions);
    add_offers(frame, disk_offers(*chosen), "Disk of " + who, actions);
    add_offers(frame, disk_chance_offers(*chosen), "Disk of " + who + ", by chance", actions);
    add_offers(frame, disk_once_offers(*chosen), "Disk of " + who + ", the next time", actions);
    add_offers(frame, clock_offers(*chosen), "Clock of " + who, actions);
    add_offers(frame, process_offers(*chosen), "Process of " + who, actions);
    add_offers(frame, membership_offers(frame, *chosen), "Membership of " + who, actions);
    add_offers(frame, takeover_offers(frame, *chosen), "Leadership of " + who, actions);
    add_offers(frame, side_offers(frame, chosen->id), "Sides of the network, for " + who, actions);
    for (const LinkView& link : frame.links) {
      if (link.from != chosen->id) continue;
      const std::string way = way_of(link.from, link.to);
      for (const Offer& offer : link_offers(link)) {
        if (offer.command.kind != sim::Command::Kind::SetLink) continue;  // those have lines of their own
        const std::string name =
            offer.name + "." + std::to_string(link.from.value()) + "." + std::to_string(link.to.value());
        actions.push_back(action_of(frame, offer, name, "Link " + way));
      }
    }
  }
  add_offers(frame, network_offers(frame), "The network", actions);
  add_offers(frame, every_link_offers(frame), "Every link", actions);
  add_offers(frame, every_disk_offers(frame), "Every disk", actions);
  add_offers(frame, every_process_offers(frame), "Every process", actions);
  if (chosen == nullptr)
    add_offers(frame, client_offers(frame, raft::kNone), "Client, through the leader", actions);
  for (const MemberView& member : frame.members) {
    if (&member != chosen) add_member_acts(frame, member, false, actions);
  }
  for (const lab::BranchView& branch : frame.branches) {
    if (branch.id == frame.branch) continue;
    actions.push_back({"branch." + std::to_string(branch.id), "Switch to branch " + branch.name, "",
                       Control{Kind::SwitchBranch, static_cast<std::int64_t>(branch.id), {}}});
    actions.push_back({"compare." + std::to_string(branch.id), "Compare with branch " + branch.name, "",
                       Control{Kind::Compare, static_cast<std::int64_t>(branch.id), {}}});
  }
  for (const ScenarioInfo& info : chrome.scenarios) {
    actions.push_back(
        {"open." + info.name, "Open " + info.title, "", Control{Kind::OpenScenario, 0, info.name}});
  }
  return actions;
}

std::vector<Action> matching(const std::vector<Action>& actions, const std::string& filter) {
  const std::vector<std::string> wanted = words_of(filter);
  std::vector<Action> found;
  for (const Action& action : actions) {
    const std::vector<std::string> words = words_of(action.label);
    const bool all = std::all_of(wanted.begin(), wanted.end(), [&](const std::string& begins) {
      return std::any_of(words.begin(), words.end(),
                         [&](const std::string& word) { return word.rfind(begins, 0) == 0; });
    });
    if (all) found.push_back(action);
  }
  return found;
}

void perform(const Action& action, Selection& selection, CommandSink& commands) {
  if (const auto* command = std::get_if<sim::Command>(&action.what)) commands.act(*command);
  if (const auto* control = std::get_if<Control>(&action.what)) commands.control(*control);
  if (const auto* tab = std::get_if<Tab>(&action.what)) selection.tab = *tab;
  if (const auto* node = std::get_if<raft::NodeId>(&action.what)) selection.select(*node);
  if (const auto* popup = std::get_if<std::string>(&action.what)) selection.wanted_popup = *popup;
  if (const auto* on = std::get_if<bool Selection::*>(&action.what)) {
    selection.*(*on) = !(selection.*(*on));
    if (*on == &Selection::stores) selection.tab = Tab::Clients;
  }
  if (const auto* subject = std::get_if<Subject>(&action.what)) {
    if (subject->message != 0) selection.select_message(subject->message);
    if (subject->link != LinkId{}) selection.select_link(subject->link);
  }
  if (const auto* asked = std::get_if<AskFor>(&action.what))
    selection.ask(action.label, asked->command, asked->members);
  if (std::holds_alternative<ShowLarge>(action.what)) selection.stage.show(selection.subject());
  if (const auto* times = std::get_if<float>(&action.what)) selection.stage.enlarge(*times);
}

}  // namespace raftarium::viz
