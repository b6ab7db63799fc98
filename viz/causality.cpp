#include "viz/causality.h"

#include <algorithm>

namespace raftarium::viz {
namespace {

bool arrived(const lab::TracedMessage& m) { return m.ended_us >= 0 && !m.lost; }

// What is sent after something has arrived may follow from it. In the order of sending, which is one in which
// every cause comes before its effects.
void follow(const Moment& moment, const std::vector<lab::TracedMessage>& messages, Causality& out) {
  out.from[moment.node.value()] = moment;
  for (const lab::TracedMessage& m : messages) {
    const auto sender = out.from.find(m.from.value());
    if (sender == out.from.end() || m.sent_event < sender->second.event) continue;
    out.future.push_back(m.id);
    if (!arrived(m)) continue;
    const Moment there{m.to, m.ended_event, m.ended_us};
    const auto [receiver, fresh] = out.from.try_emplace(m.to.value(), there);
    if (!fresh && there.event < receiver->second.event) receiver->second = there;
  }
}

// The same backwards, in the order of arrival.
void trace_back(const Moment& moment, const std::vector<lab::TracedMessage>& messages, Causality& out) {
  out.until[moment.node.value()] = moment;
  std::vector<const lab::TracedMessage*> order;
  for (const lab::TracedMessage& m : messages) {
    if (arrived(m) && m.ended_event <= moment.event) order.push_back(&m);
  }
  std::sort(order.begin(), order.end(), [](const lab::TracedMessage* a, const lab::TracedMessage* b) {
    return a->ended_event > b->ended_event;
  });
  for (const lab::TracedMessage* m : order) {
    const auto receiver = out.until.find(m->to.value());
    if (receiver == out.until.end() || m->ended_event > receiver->second.event) continue;
    out.past.push_back(m->id);
    const Moment there{m->from, m->sent_event, m->sent_us};
    const auto [sender, fresh] = out.until.try_emplace(m->from.value(), there);
    if (!fresh && there.event > sender->second.event) sender->second = there;
  }
}

}  // namespace

Causality causality_of(const Moment& moment, const std::vector<lab::TracedMessage>& messages) {
  Causality out;
  follow(moment, messages, out);
  trace_back(moment, messages, out);
  std::sort(out.past.begin(), out.past.end());
  std::sort(out.future.begin(), out.future.end());
  return out;
}

}  // namespace raftarium::viz
