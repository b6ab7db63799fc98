// The disk of the selected member: its log record by record, what is synced and what is only in the cache, the
// bytes of one record by name, and what can go wrong with it all.

#include <algorithm>
#include <array>
#include <cstdio>
#include <optional>
#include <utility>

#include "viz/acts.h"
#include "viz/offers.h"
#include "viz/panels/offer_row.h"
#include "viz/panels/panels.h"
#include "viz/panels/sheet.h"
#include "viz/text.h"

namespace raftarium::viz {
namespace {

constexpr float kRecordRow = 24;  // px; on a narrow window as high as a finger

// What can be done to the disk, and to the chosen record: worked out once for each frame.
struct Offers {
  std::uint64_t version = 0;
  raft::NodeId member;
  std::vector<Offer> disk;
  std::optional<std::pair<std::uint64_t, std::uint64_t>> damaged;
  std::vector<Offer> damage;
};

Words bytes_text(std::uint64_t bytes) {
  return bytes < 10'000 ? digits(bytes) + " B" : digits(bytes / 1024) + " KiB";
}

float draw_row(const std::vector<Offer>& offers, const Asked& asked, Ui& ui, const Rect& area, float x) {
  // What is set flush right must not wrap for a fraction of a pixel.
  return draw_offer_row(offers, asked, ui, area, x,
                        {.height = ui.narrow() ? kTouchTarget : 26, .slack = 1});
}

// Solid where a power failure leaves it, dashed where it is only in the cache, as in the log matrix; crossed where it
// cannot be read.
void draw_record(const RecordView& record, bool chosen, Selection& selection, Ui& ui, const Rect& row) {
  const Theme& theme = ui.theme();
  ImDrawList* list = ui.list();
  const Words place = place_of(record);
  const Item it = ui.item("disk.record." + place, row, false);
  if (chosen || it.hovered) fill(list, row, ink(chosen ? theme.raised : theme.hover), 3);
  const float y = row.center().y;
  const Rect mark{row.x + 8, y - 6, 12, 12};
  if (!record.wrong.empty()) {
    outline(list, mark, ink(theme.bad), 2, 1.5F);
    line(list, mark.min(), {mark.right(), mark.bottom()}, ink(theme.bad), 1.5F);
    line(list, {mark.right(), mark.y}, {mark.x, mark.bottom()}, ink(theme.bad), 1.5F);
  } else if (record.durable) {
    fill(list, mark, ink(theme.good, 0.8F), 2);
  } else {
    dashed_outline(list, mark, ink(theme.warning), 1.5F);
  }
  const Pen mono = ui.mono(type::kSmall, theme.muted);
  draw_text(list, mono, {row.x + 78, y}, "+" + digits(record.offset), Align::Right);
  draw_text(list, ui.medium(type::kSmall, record.wrong.empty() ? theme.text : theme.bad), {row.x + 88, y},
            record.type);
  const Words bytes = bytes_text(record.bytes);
  draw_text(list, mono, {row.right() - 6, y}, bytes, Align::Right);
  const Pen pen = ui.mono(type::kSmall, theme.text);
  const float x = row.x + 156;
  const float room = row.right() - 6 - text_width(mono, bytes) - 10 - x;
  draw_text(list, pen, {x, y}, fitted(pen, record.text, room));
  const Words wrong = "It cannot be read: " + Words(record.wrong) + ".";
  const std::string_view kept = !record.wrong.empty() ? std::string_view(wrong)
                                : record.durable      ? text::kRecordDurable
                                                      : text::kRecordCached;
  if (it.hovered && text_width(pen, record.text) > room) {
    ui.tooltip(Words(record.text) + ". " + kept);
  } else if (it.hovered) {
    ui.tooltip(kept);
  }
  if (it.clicked) selection.record = place;
}

// Down is to what was written before, as they are shown. What is chosen is what is done something to.
List walk_records(const DiskView& disk, const RecordView*& chosen, Selection& selection, Ui& ui) {
  List keys;
  if (chosen == nullptr) return keys;
  keys = ui.list("disk.records");
  if (keys.moved == 0) return keys;
  const auto last = static_cast<std::ptrdiff_t>(disk.records.size()) - 1;
  const std::ptrdiff_t at = chosen - disk.records.data() - keys.moved;
  chosen = &disk.records[static_cast<std::size_t>(std::clamp<std::ptrdiff_t>(at, 0, last))];
  selection.record = place_of(*chosen);
  return keys;
}

void draw_records(const DiskView& disk, const RecordView*& chosen, Selection& selection, Ui& ui,
                  const Rect& area) {
  const Theme& theme = ui.theme();
  ImGui::SetCursorScreenPos(im(area.min()));
  ImGui::BeginChild("records", {area.w, area.h}, ImGuiChildFlags_None, ImGuiWindowFlags_NoNav);
  const Vec2 origin = vec(ImGui::GetCursorScreenPos());
  const float first = origin.y;
  const float height = ui.narrow() ? kTouchTarget : kRecordRow;
  const List keys = walk_records(disk, chosen, selection, ui);
  std::string_view file;
  float y = first;
  const auto visible = [&](float at) { return at + height >= area.y && at <= area.bottom(); };
  for (auto record = disk.records.rbegin(); record != disk.records.rend(); ++record) {
    if (record->file != file) {
      file = record->file;
      if (visible(y))
        draw_text(ui.list(), ui.mono(type::kTiny, theme.muted), {origin.x + 8, y + kRecordRow / 2}, file);
      y += kRecordRow;
    }
    const Rect row{origin.x, y, area.w - 14, height};
    if (visible(y)) draw_record(*record, &*record == chosen, selection, ui, row);
    if (&*record == chosen) ui.mark(keys, row.inset(4, 2));
    if (&*record == chosen && keys.entered)
      selection.ask_for_menu(MenuPage::Record, disk.member, {row.x + 156, row.bottom()});
    y += height;
  }
  if (disk.records_before > 0) {
    draw_text(ui.list(), ui.regular(type::kSmall, theme.muted), {origin.x + 8, y + kRecordRow / 2},
              digits(disk.records_before) + " records before");
    y += kRecordRow;
  }
  ImGui::SetCursorScreenPos(im(origin));
  ImGui::Dummy({area.w - 14, y - first});
  fade_scrolled(area, theme.panel);
  ImGui::EndChild();
}

void draw_bytes(const RecordView& record, Ui& ui, Sheet& sheet) {
  const Theme& theme = ui.theme();
  constexpr std::size_t kAcross = 16;
  for (std::size_t from = 0; from < record.head.size(); from += kAcross) {
    Words hex;
    for (std::size_t i = from; i < std::min(record.head.size(), from + kAcross); ++i) {
      std::array<char, 8> text{};
      std::snprintf(text.data(), text.size(), "%02x%s", record.head[i], i % 4 == 3 ? "  " : " ");
      hex += text.data();
    }
    const Pen pen = ui.mono(type::kTiny, from < storage::kRecordHeaderBytes ? theme.text : theme.muted);
    draw_text(ui.list(), pen, {sheet.area.x, sheet.y + 8}, fitted(pen, hex, sheet.area.w));
    sheet.y += 16;
  }
}

// `offers`: what else can be done, where there was no room for it before.
void draw_details(const DiskView& disk, const RecordView* record, const std::vector<Offer>* offers,
                  const Asked& asked, Ui& ui, const Rect& area) {
  const Theme& theme = ui.theme();
  ImGui::SetCursorScreenPos(im(area.min()));
  ImGui::BeginChild("record", {area.w, area.h}, ImGuiChildFlags_None, ImGuiWindowFlags_NoNav);
  const Vec2 origin = vec(ImGui::GetCursorScreenPos());
  Sheet sheet{ui, {origin.x + 14, origin.y, area.w - 32, area.h}, origin.y};
  if (record != nullptr) {
    // Of one record: it is worked out again where another one is chosen.
    Offers& kept = ui.kept<Offers>();
    const auto place = std::pair(record->segment, record->offset);
    if (kept.damaged != place) {
      kept.damaged = place;
      kept.damage = damage_offers(disk.member, *record);
    }
    const OfferRow look;
    float width = -look.gap;
    for (const Offer& offer : kept.damage) width += ui.button_width(offer.label) - look.trim + look.gap;
    const float height = ui.narrow() ? kTouchTarget : 26;
    draw_text(ui.list(), ui.medium(type::kSmall, theme.text), {sheet.area.x, sheet.y + height / 2},
              place_of(*record));
    draw_row(kept.damage, asked, ui, sheet.area, sheet.area.right() - width);
    sheet.y += height + 2;
    for (const auto& [name, value] : record->fields)
      sheet.pair(name, value, name == "wrong" ? theme.bad : theme.text);
    sheet.y += 6;
    draw_bytes(*record, ui, sheet);
  }
  if (offers != nullptr) {
    sheet.y += 6;
    const Rect row{sheet.area.x, sheet.y, sheet.area.w, 40};
    sheet.y = draw_row(*offers, asked, ui, row, row.x) + 6;
  }
  sheet.heading("Files");
  for (const FileView& file : disk.files) {
    sheet.pair(bytes_text(file.bytes), Words(file.name) + (file.durable ? "" : "  (name not synced)"),
               file.durable ? theme.text : theme.warning);
  }
  ImGui::SetCursorScreenPos(im(origin));
  ImGui::Dummy({area.w - 18, sheet.y - origin.y + 8});
  fade_scrolled(area, theme.panel);
  ui.scroll_by_keys("disk.details", area);
  ImGui::EndChild();
}

Words summary_of(const DiskView& disk) {
  if (!disk.damage.empty()) return Words(disk.damage);
  if (disk.unsynced == 0) return "A power failure now would take nothing.";
  const bool one = disk.unsynced == 1;
  return "A power failure now would take " + digits(disk.unsynced) + (one ? " record." : " records.");
}

// Without those that ask for more, which its menu has: the row must leave room for the records.
std::vector<Offer> pressed_at_once(std::vector<Offer> offers) {
  offers.erase(std::remove_if(offers.begin(), offers.end(), [](const Offer& offer) { return offer.asks; }),
               offers.end());
  return offers;
}

}  // namespace

void draw_disk(const Frame& frame, Selection& selection, CommandSink& commands, Ui& ui, const Rect& area) {
  const Theme& theme = ui.theme();
  fill(ui.list(), area, ink(theme.panel));
  const MemberView* member = find_member(frame, selection.member);
  if (!frame.disk || member == nullptr || frame.disk->member != member->id) {
    draw_wrapped(ui.list(), ui.regular(type::kSmall, theme.muted), area.min() + Vec2{20, 18}, area.w - 40,
                 text::kNoDisk);
    return;
  }
  const Asked asked{frame, selection, commands};
  const DiskView& disk = *frame.disk;
  Rect rest = area.inset(14, 8);
  // What can be done, the member's name before it.
  const Words who = text::node(member->id.value());
  const Pen name = ui.semibold(type::kLarge, theme.text);
  draw_text(ui.list(), name, {rest.x + 4, rest.y + 13}, who);
  Offers& kept = ui.kept<Offers>();
  if (kept.version != frame.version || kept.member != member->id)
    kept = {frame.version, member->id, pressed_at_once(disk_offers(*member)), std::nullopt, {}};
  const std::vector<Offer>& offers = kept.disk;
  const float after_name = rest.x + text_width(name, who) + 18;
  const float end = ui.narrow() ? rest.y + 24 : draw_row(offers, asked, ui, rest, after_name);
  rest.cut_top(end - rest.y + 4);
  const bool calm = disk.damage.empty() && disk.unsynced == 0;
  const Pen summary = ui.regular(type::kSmall, calm ? theme.muted : theme.warning);
  const Words words = summary_of(disk);
  // What is wrong with it may take a second line.
  constexpr int kMostLines = 2;
  const Words shown = fitted_lines(summary, words, rest.w - 8, kMostLines);
  const float high = wrapped_height(summary, rest.w, shown);
  const Rect line_area = rest.cut_top(high + 8);
  draw_wrapped(ui.list(), summary, {line_area.x + 4, line_area.y + 4}, rest.w, shown);
  ui.region("disk.summary", line_area);
  const bool cut = wrapped_height(summary, rest.w - 8, words) > high;
  if (cut && line_area.contains(vec(ImGui::GetIO().MousePos))) ui.tooltip_now(words);

  const RecordView* chosen = chosen_record(disk, selection.record);
  if (ui.narrow() || rest.w < 640) {
    Rect list = rest.cut_top(rest.h / 2);
    draw_records(disk, chosen, selection, ui, list);
    draw_details(disk, chosen, ui.narrow() ? &offers : nullptr, asked, ui, rest);
  } else {
    const Rect details = rest.cut_right(std::min(420.0F, rest.w * 0.46F));
    draw_records(disk, chosen, selection, ui, rest);
    line(ui.list(), details.min(), {details.x, details.bottom()}, ink(theme.line));
    draw_details(disk, chosen, nullptr, asked, ui, details);
  }
}

}  // namespace raftarium::viz
