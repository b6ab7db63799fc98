// Where requests can have taken effect: between asking and answer, in the order of the log.

#include "viz/linearization.h"
#include "support/test.h"

namespace raftarium::viz {
namespace {

RequestView answered(std::uint64_t id, std::uint64_t index, std::int64_t sent, std::int64_t done,
                     bool read = false) {
  RequestView request;
  request.id = id;
  request.index = raft::Index(index);
  request.sent_us = sent;
  request.done_us = done;
  request.read = read;
  return request;
}

}  // namespace

TEST_SUITE("linearization points") {
  TEST_CASE("points lie between asking and answer and follow the log") {
    // The second was asked first and took effect last; the read saw the first alone.
    std::vector<RequestView> requests = {answered(1, 7, 0, 100), answered(2, 5, 20, 90),
                                         answered(3, 5, 10, 80, true)};
    set_points(requests);
    for (const RequestView& request : requests) {
      EXPECT(request.point_us >= request.sent_us);
      EXPECT(request.point_us <= request.done_us);
    }
    EXPECT(requests[1].point_us <= requests[2].point_us);
    EXPECT(requests[2].point_us <= requests[0].point_us);
  }

  TEST_CASE("what is open, stale or without an entry has none") {
    std::vector<RequestView> requests = {answered(1, 5, 0, 10), answered(2, 4, 20, 30, true),
                                         answered(3, 0, 20, 30), answered(4, 6, 20, 0)};
    requests[1].stale = true;
    requests[3].open = true;
    set_points(requests);
    EXPECT(requests[0].point_us == 5);
    for (std::size_t i = 1; i < requests.size(); ++i) EXPECT(requests[i].point_us == -1);
  }

  TEST_CASE("what may have taken effect more than once has none") {
    std::vector<RequestView> requests = {answered(1, 5, 0, 10), answered(2, 6, 0, 10)};
    for (RequestView& request : requests) request.attempts = 2;
    requests[0].session = false;
    set_points(requests);
    EXPECT(requests[0].point_us == -1);
    EXPECT(requests[1].point_us == 5);
  }

  TEST_CASE("an answer that no order explains has none") {
    // Entry 6 was acknowledged before entry 5 was asked for.
    std::vector<RequestView> requests = {answered(1, 5, 50, 60), answered(2, 6, 10, 20)};
    set_points(requests);
    EXPECT((requests[0].point_us == -1 || requests[1].point_us == -1));
  }
}

}  // namespace raftarium::viz
