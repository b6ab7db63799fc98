// What the recent past adds up to.

#include "viz/metrics.h"

#include <numeric>

#include "support/test.h"

namespace raftarium::viz {
namespace {

const Series& named(const Metrics& metrics, const std::string& name) {
  for (const Series& series : metrics.series) {
    if (series.name == name) return series;
  }
  FAIL("no series ", name);
  return metrics.series.front();
}

double total(const Series& series) {
  return std::accumulate(series.slices.begin(), series.slices.end(), 0.0);
}

lab::TracedMessage sent(std::int64_t at_us, raft::MessageType type, bool lost = false) {
  lab::TracedMessage message;
  message.type = type;
  message.sent_us = at_us;
  message.lost = lost;
  return message;
}

}  // namespace

TEST_SUITE("metrics") {
  TEST_CASE("a count that began before what is known is at least what is known of it") {
    Frame frame;
    frame.time_us = 1'000;
    lab::TracedMessage append;
    append.type = raft::MessageType::MsgApp;
    append.sent_us = 600;
    frame.trace.push_back(append);
    EXPECT(named(compute_metrics(frame, 1'000, 10), "appends").now == "1");
    frame.trace_from_us = 600;
    const Metrics metrics = compute_metrics(frame, 1'000, 10);
    EXPECT(named(metrics, "appends").now == "≥ 1");
    EXPECT(named(metrics, "appends").known_us == 600);
    EXPECT(named(metrics, "elections won").now == "0");
  }

  TEST_CASE("messages are counted by kind, in the slice that they were sent in") {
    Frame frame;
    frame.time_us = 950;
    frame.trace = {sent(10, raft::MessageType::MsgApp), sent(110, raft::MessageType::MsgHeartbeat),
                   sent(120, raft::MessageType::MsgHeartbeatResp, true),
                   sent(940, raft::MessageType::MsgPreVote)};
    const Metrics metrics = compute_metrics(frame, 1000, 10);
    EXPECT(metrics.from_us == 0);
    EXPECT(metrics.slice_us == 100);
    EXPECT(named(metrics, "appends").slices[0] == 1);
    EXPECT(named(metrics, "heartbeats").slices[1] == 2);
    EXPECT(named(metrics, "votes").slices[9] == 1);
    EXPECT(named(metrics, "lost").slices[1] == 1);
    EXPECT(named(metrics, "heartbeats").now == "2");
    EXPECT(named(metrics, "heartbeats").most == 2);
  }

  TEST_CASE("what is older than the window does not count") {
    Frame frame;
    frame.time_us = 5'000;
    frame.trace = {sent(100, raft::MessageType::MsgApp), sent(4'500, raft::MessageType::MsgApp)};
    const Metrics metrics = compute_metrics(frame, 1'000, 10);
    EXPECT(total(named(metrics, "appends")) == 1);
    EXPECT(metrics.from_us > 4'000);
    EXPECT(metrics.from_us % metrics.slice_us == 0);
  }

  TEST_CASE("bytes are what the messages carry; a disk's work is what its counts have grown by") {
    Frame frame;
    frame.time_us = 950;
    frame.trace = {sent(10, raft::MessageType::MsgApp), sent(20, raft::MessageType::MsgApp),
                   sent(940, raft::MessageType::MsgSnap)};
    frame.trace[0].bytes = 5;
    frame.trace[1].bytes = 7;
    frame.trace[2].bytes = 20'000;
    // The third is of a new disk, in place of one that had done more.
    frame.disk_work = {
        {0, 1, 10, 4, 100}, {110, 2, 13, 6, 1'124}, {250, 3, 2, 1, 50}, {260, 4, 6, 2, 20'050}};
    const Metrics metrics = compute_metrics(frame, 1000, 10);
    EXPECT(named(metrics, "bytes sent").slices[0] == 12);
    EXPECT(named(metrics, "bytes sent").slices[9] == 20'000);
    EXPECT(named(metrics, "bytes sent").now == "20 kB");
    EXPECT(named(metrics, "disk writes").slices[1] == 3);
    EXPECT(named(metrics, "disk writes").slices[2] == 4);
    EXPECT(named(metrics, "disk syncs").now == "3");
    EXPECT(named(metrics, "disk bytes").slices[1] == 1024);
    EXPECT(named(metrics, "disk bytes").slices[2] == 20'000);
    EXPECT(named(metrics, "disk bytes").now == "21 kB");
  }

  TEST_CASE("marks count up to the position only") {
    Frame frame;
    frame.time_us = 1'000;
    frame.event = 5;
    lab::Mark mark;
    mark.kind = lab::Mark::Kind::Leader;
    mark.time_us = 400;
    mark.event = 4;
    frame.marks = {mark, mark};
    frame.marks[1].time_us = 1'200;
    frame.marks[1].event = 9;
    EXPECT(named(compute_metrics(frame, 1'000, 10), "elections won").now == "1");
  }

  TEST_CASE("latency is the median of the answered requests") {
    Frame frame;
    frame.time_us = 1'000'000;
    for (const std::int64_t wait_ms : {30, 10, 500}) {
      RequestView request;
      request.sent_us = 100'000;
      request.done_us = 100'000 + wait_ms * 1000;
      request.index = raft::Index(3);
      frame.requests.push_back(request);
    }
    RequestView open;
    open.open = true;
    frame.requests.push_back(open);
    const Metrics metrics = compute_metrics(frame, 1'000'000, 10);
    EXPECT(named(metrics, "write latency").now == "median 30 ms");
    EXPECT(named(metrics, "write latency").most == 500);
    EXPECT(named(compute_metrics(Frame{}, 1'000'000, 10), "write latency").now == "–");
  }
}

}  // namespace raftarium::viz
