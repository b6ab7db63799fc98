// What the inspector shows of a link: one direction, how messages fare on it, and what can be done to it.

#include <algorithm>

#include "viz/acts.h"
#include "viz/offers.h"
#include "viz/panels/panels.h"
#include "viz/panels/sheet.h"
#include "viz/text.h"

namespace raftarium::viz {
namespace {

Words chance_words(std::uint32_t per_million) {
  if (per_million == 0) return "never";
  char text[32];
  std::snprintf(text, sizeof text, "%g %%", static_cast<double>(per_million) / 10'000);
  return text;
}

Words latency_words(const LinkView& link) {
  Words words = text::duration(link.latency_min_us);
  if (link.latency_mean_us > 0) words += ", and " + text::duration(link.latency_mean_us) + " on average";
  return words;
}

}  // namespace

void draw_link_sheet(const Frame& frame, const LinkView& link, Selection& selection, CommandSink& commands,
                     Ui& ui, Sheet& sheet) {
  const Theme& theme = ui.theme();
  const auto chance = [&](const char* label, std::uint32_t per_million) {
    sheet.pair(label, chance_words(per_million), per_million == 0 ? theme.text : theme.warning);
  };
  const Rgb tone = link.cut ? theme.bad : link.clogged ? theme.warning : theme.good;
  sheet.head(text::node(link.from.value()) + " → " + text::node(link.to.value()),
             link.cut       ? "link, cut"
             : link.clogged ? "link, clogged"
                            : "link, carries",
             "", tone);
  sheet.pair("takes", latency_words(link), theme.text);
  chance("loses", link.loss_per_million);
  chance("duplicates", link.duplicate_per_million);
  chance("replays", link.replay_per_million);
  const auto flying = std::count_if(
      frame.messages.begin(), frame.messages.end(),
      [&](const MessageView& m) { return m.message.from == link.from && m.message.to == link.to; });
  sheet.pair("on their way", digits(flying) + (flying == 1 ? " message" : " messages"));
  sheet.pair("the other way", [&]() -> Words {
    const LinkView* back = find_link(frame, link.to, link.from);
    return back == nullptr ? "none" : back->cut ? "cut" : back->clogged ? "clogged" : "carries";
  }());
  // Worked out once for each frame.
  struct Kept {
    std::uint64_t version = 0;
    raft::NodeId from;
    raft::NodeId to;
    std::vector<Offer> offers;
  };
  Kept& kept = ui.kept<Kept>();
  if (kept.version != frame.version || kept.from != link.from || kept.to != link.to)
    kept = {frame.version, link.from, link.to, link_offers(link)};
  sheet.offers(kept.offers, {frame, selection, commands});
}

}  // namespace raftarium::viz
