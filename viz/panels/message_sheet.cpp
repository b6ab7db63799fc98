// What the inspector shows of a message: in flight, with what can be done to it, or as it was once it has ended.

#include "viz/offers.h"
#include "viz/panels/panels.h"
#include "viz/panels/sheet.h"
#include "viz/text.h"

namespace raftarium::viz {
namespace {

Words ends(raft::NodeId from, raft::NodeId to) {
  return text::node(from.value()) + " → " + text::node(to.value());
}

}  // namespace

void draw_message_sheet(const MessageView& view, const Asked& asked, Ui& ui, Sheet& sheet) {
  const Theme& theme = ui.theme();
  const raft::Message& m = view.message;
  const Rgb color = m.term.is_zero() ? theme.muted : term_color(theme, m.term);
  sheet.head(ends(m.from, m.to), raft::describe(m.type), view.doomed ? "will be lost" : "", color);
  sheet.pair("term", digits(m.term.value()), color);
  sheet.pair("sent", text::seconds(view.sent_us) + " s");
  sheet.pair(view.doomed ? "is lost" : "arrives", text::seconds(view.deliver_us) + " s");
  sheet.pair("index / log term", digits(m.index.value()) + " / " + digits(m.log_term.value()));
  sheet.pair("commit", digits(m.commit.value()));
  if (!m.entries.empty()) {
    sheet.pair("entries",
               digits(m.entries.front().index.value()) + " … " + digits(m.entries.back().index.value()));
  }
  if (raft::is_response(m.type)) {
    sheet.pair("answer", m.reject ? "refused, hint " + digits(m.reject_hint.value()) : Words("accepted"),
               m.reject ? theme.warning : theme.good);
  }
  sheet.offers(message_offers(view), asked);
}

// One that has arrived, or was lost.
void draw_traced_sheet(const lab::TracedMessage& m, Ui& ui, Sheet& sheet) {
  const Theme& theme = ui.theme();
  const Rgb color = m.term.is_zero() ? theme.muted : term_color(theme, m.term);
  sheet.head(ends(m.from, m.to), raft::describe(m.type), m.lost ? "was lost" : "has arrived", color);
  sheet.pair("term", digits(m.term.value()), color);
  sheet.pair("sent", text::seconds(m.sent_us) + " s");
  if (m.ended_us >= 0) {
    sheet.pair(m.lost ? "lost" : "arrived",
               text::seconds(m.ended_us) + " s, after " + text::duration(m.ended_us - m.sent_us));
  }
  sheet.pair("index", digits(m.index.value()));
  if (m.entries > 0) sheet.pair("entries", digits(m.entries));
  if (raft::is_response(m.type)) {
    sheet.pair("answer", m.reject ? "refused" : "accepted", m.reject ? theme.warning : theme.good);
  }
}

}  // namespace raftarium::viz
