#include "viz/linearization.h"

#include <algorithm>
#include <tuple>

namespace raftarium::viz {

void set_points(std::vector<RequestView>& requests) {
  std::vector<RequestView*> order;
  for (RequestView& request : requests) {
    request.point_us = -1;
    // Without a session, what was asked again may have taken effect more than once.
    if (!request.read && !request.session && request.attempts > 1) continue;
    if (!request.open && !request.stale && !request.index.is_zero() && request.done_us >= request.sent_us)
      order.push_back(&request);
  }
  std::sort(order.begin(), order.end(), [](const RequestView* a, const RequestView* b) {
    return std::tuple(a->index.value(), a->read, a->sent_us, a->id) <
           std::tuple(b->index.value(), b->read, b->sent_us, b->id);
  });
  // As early as can be, then as late as can be; the middle keeps the order.
  std::vector<std::int64_t> early;
  std::int64_t at = 0;
  for (const RequestView* request : order) {
    at = std::max(at, request->sent_us);
    early.push_back(at);
  }
  at = order.empty() ? 0 : order.back()->done_us;
  for (const RequestView* request : order) at = std::max(at, request->done_us);
  for (std::size_t i = order.size(); i-- > 0;) {
    at = std::min(at, order[i]->done_us);
    if (early[i] <= at) order[i]->point_us = early[i] + (at - early[i]) / 2;
  }
}

}  // namespace raftarium::viz
