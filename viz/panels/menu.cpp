// The menu of the stage: everything that can be done to a member, a link, a message or the whole network.

#include <algorithm>
#include <optional>

#include "viz/acts.h"
#include "viz/offers.h"
#include "viz/panels/panels.h"
#include "viz/text.h"

namespace raftarium::viz {
namespace {

constexpr float kWidth = 230;

struct MenuRow {
  std::string name;  // "crash": the region menu.crash
  std::string label;
  std::string tip;
  std::string key;
  std::optional<sim::Command> command;
  std::optional<MenuPage> page;  // leads to this one
  bool danger = false;
  bool asks = false;  // the command is where a form begins
};

struct Menu {
  std::string title;
  std::vector<MenuRow> rows;
};

void add(const std::vector<Offer>& offers, std::vector<MenuRow>& rows) {
  for (const Offer& offer : offers) {
    rows.push_back(
        {offer.name, offer.label, offer.tooltip, "", offer.command, {}, offer.danger, offer.asks});
  }
}

void add_acts(const Frame& frame, const MemberView& member, std::vector<MenuRow>& rows) {
  for (const Act act : acts_for(member)) {
    const ActText& words = text_of(act);
    rows.push_back({words.name,
                    words.label,
                    words.tooltip,
                    words.key,
                    command_for(frame, act, member.id),
                    {},
                    act == Act::Crash});
  }
  if (member.process != Process::Crashed)
    rows.push_back({"ask", "Ask through it …", text::kAsk, "", {}, MenuPage::Ask});
  rows.push_back({"disk", "Its disk …", text::kDiskMenu, "", {}, MenuPage::Disk});
  rows.push_back({"members", "Its membership …", text::kMembersMenu, "", {}, MenuPage::Members});
  if (frame.islands.size() > 1)
    rows.push_back({"sides", "Its side of the cut …", text::kSides, "", {}, MenuPage::Sides});
  rows.push_back({"clock", "Its clock, its process …", text::kClockMenu, "", {}, MenuPage::Clock});
}

void add_network(const Frame& frame, std::vector<MenuRow>& rows) {
  rows.push_back({"put", "Write a value", text::kClient, "P", next_put(frame, raft::kNone), {}});
  rows.push_back({"ask", "Ask whoever leads …", text::kAsk, "", {}, MenuPage::Ask});
  rows.push_back({"heal_all",
                  "Heal all links",
                  text::kHealAll,
                  "H",
                  command_for(frame, Act::HealAll, raft::kNone),
                  {}});
  add(network_offers(frame), rows);
  rows.push_back({"every_link", "Every link …", text::kEveryLink, "", {}, MenuPage::EveryLink});
  rows.push_back({"every_disk", "Every disk …", text::kEveryDisk, "", {}, MenuPage::EveryDisk});
  rows.push_back({"every_process", "Every process …", text::kEveryProcess, "", {}, MenuPage::EveryProcess});
  rows.push_back({"tidy", "Back to the circle", text::kTidy, "0", {}, {}});
}

// Empty when what it was about is no longer there.
Menu menu_of(const Frame& frame, const Selection& selection) {
  Menu menu;
  const MemberView* member = find_member(frame, selection.menu_member);
  const std::string who = member == nullptr ? "" : kept(text::node(member->id.value()));
  switch (selection.menu_page) {
    case MenuPage::Acts:
      menu.title = member == nullptr ? "The network" : who;
      if (member != nullptr) {
        add_acts(frame, *member, menu.rows);
      } else {
        add_network(frame, menu.rows);
      }
      break;
    case MenuPage::Ask:
      menu.title = "A client, through " + (member == nullptr ? "the leader" : who);
      add(client_offers(frame, selection.menu_member), menu.rows);
      break;
    case MenuPage::Disk:
      menu.title = "The disk of " + who;
      if (member == nullptr) break;
      add(disk_offers(*member), menu.rows);
      menu.rows.push_back({"disk.chance", "By chance …", text::kChanceMenu, "", {}, MenuPage::DiskChance});
      menu.rows.push_back({"disk.once", "The next time …", text::kOnceMenu, "", {}, MenuPage::DiskOnce});
      break;
    case MenuPage::DiskChance:
      menu.title = "The disk of " + who + ", by chance";
      if (member != nullptr) add(disk_chance_offers(*member), menu.rows);
      break;
    case MenuPage::DiskOnce:
      menu.title = "The disk of " + who + ", once";
      if (member != nullptr) add(disk_once_offers(*member), menu.rows);
      break;
    case MenuPage::Record: {
      const RecordView* record = frame.disk && frame.disk->member == selection.menu_member
                                     ? chosen_record(*frame.disk, selection.record)
                                     : nullptr;
      if (record == nullptr) break;
      menu.title = kept(place_of(*record));
      add(damage_offers(selection.menu_member, *record), menu.rows);
      break;
    }
    case MenuPage::EveryLink:
      menu.title = "Every link";
      add(every_link_offers(frame), menu.rows);
      break;
    case MenuPage::EveryDisk:
      menu.title = "Every disk";
      add(every_disk_offers(frame), menu.rows);
      break;
    case MenuPage::EveryProcess:
      menu.title = "Every process";
      add(every_process_offers(frame), menu.rows);
      break;
    case MenuPage::Clock:
      menu.title = "Clock and process of " + who;
      if (member == nullptr) break;
      add(clock_offers(*member), menu.rows);
      add(process_offers(*member), menu.rows);
      break;
    case MenuPage::Members:
      menu.title = "The membership of " + who;
      if (member == nullptr) break;
      add(takeover_offers(frame, *member), menu.rows);
      add(membership_offers(frame, *member), menu.rows);
      break;
    case MenuPage::Sides:
      menu.title = "The side of " + who;
      if (member != nullptr) add(side_offers(frame, member->id), menu.rows);
      break;
    case MenuPage::Link: {
      const LinkView* link = find_link(frame, selection.menu_link.from, selection.menu_link.to);
      if (link == nullptr) break;
      menu.title = kept(text::node(link->from.value()) + " → " + text::node(link->to.value()));
      add(link_offers(*link), menu.rows);
      break;
    }
    case MenuPage::Message:
      for (const MessageView& message : frame.messages) {
        if (message.id != selection.menu_message) continue;
        menu.title = raft::describe(message.message.type);
        add(message_offers(message), menu.rows);
      }
      break;
  }
  return menu;
}

bool draw_row(Ui& ui, const Rect& area, const MenuRow& row) {
  const std::string name = "menu." + row.name;
  const bool clicked =
      ui.button(area, {name, row.label, row.tip, row.key, Icon::None, Button::Style::Row, true});
  if (row.danger) fill(ui.list(), {area.x, area.y + 8, 3, area.h - 16}, ink(ui.theme().bad), 1);
  return clicked;
}

}  // namespace

void draw_stage_menu(const Frame& frame, Selection& selection, CommandSink& commands, Ui& ui) {
  if (selection.open_popup != "menu" && !ImGui::IsPopupOpen("menu")) return;
  const Menu menu = menu_of(frame, selection);
  const float row_height = ui.narrow() ? kTouchRow : 30;
  const float height = 38 + static_cast<float>(menu.rows.size()) * row_height + 6;
  const bool asked = selection.open_popup == "menu";
  if (!ui.open_popup("menu", asked, selection.menu_at, {kWidth, height})) return;
  if (menu.rows.empty()) ImGui::CloseCurrentPopup();
  const Vec2 at = vec(ImGui::GetCursorScreenPos());
  Rect rest{at.x, at.y, kWidth, height};
  const Rect head = rest.cut_top(36);
  const Pen title = ui.semibold(type::kLarge, ui.theme().text);
  draw_text(ui.list(), title, {head.x + 16, head.center().y + 1}, fitted(title, menu.title, head.w - 32));
  line(ui.list(), {head.x, head.bottom()}, {head.right(), head.bottom()}, ink(ui.theme().line));
  rest.cut_top(2);
  for (const MenuRow& row : menu.rows) {
    if (!draw_row(ui, rest.cut_top(row_height).inset(4, 1), row)) continue;
    if (row.page) {
      selection.menu_page = *row.page;
      ui.clear_focus();
      continue;
    }
    if (row.asks) {
      selection.ask(menu.title + ": " + row.label, *row.command, frame.members.size());
    } else if (row.command) {
      commands.act(*row.command);
    } else {
      selection.placed.clear();
      selection.stage = {};
    }
    ImGui::CloseCurrentPopup();
  }
  ImGui::SetCursorScreenPos(im(rest.min()));
  ImGui::Dummy({1, 1});
  ui.close_popup();
}

}  // namespace raftarium::viz
