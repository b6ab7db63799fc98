#include "viz/metrics.h"

#include <algorithm>

#include "viz/text.h"

namespace raftarium::viz {
namespace {

using raft::MessageType;

struct Window {
  std::int64_t from_us;
  std::int64_t slice_us;
  std::size_t slices;

  // The slice of a moment; `slices` when it lies outside.
  std::size_t of(std::int64_t us) const {
    if (us < from_us) return slices;
    return std::min(slices, static_cast<std::size_t>((us - from_us) / slice_us));
  }
};

Series blank(const Window& window, const char* name, const char* unit) {
  return {name, unit, "0", std::vector<double>(window.slices, 0.0), 0};
}

std::string bytes_in_words(std::uint64_t bytes) {
  constexpr std::uint64_t kKilo = 10'000;  // below, the number itself is short enough
  if (bytes < kKilo) return std::to_string(bytes) + " B";
  if (bytes < kKilo * 1000) return std::to_string(bytes / 1000) + " kB";
  return std::to_string(bytes / 1'000'000) + " MB";
}

// A count that began before what is known of it is at least so much.
std::string at_least(const Window& window, std::int64_t known_us, std::string count) {
  return known_us > window.from_us ? "≥ " + std::move(count) : count;
}

template <class Counts>
Series count_messages(const Frame& frame, const Window& window, const char* name, const Counts& counts) {
  Series series = blank(window, name, "messages");
  std::size_t total = 0;
  for (const lab::TracedMessage& message : frame.trace) {
    const std::size_t slice = window.of(message.sent_us);
    if (slice >= window.slices || !counts(message)) continue;
    series.slices[slice] += 1;
    ++total;
  }
  series.known_us = frame.trace_from_us;
  series.now = at_least(window, series.known_us, std::to_string(total));
  return series;
}

// What messages carry, by when they were sent.
Series bytes_sent(const Frame& frame, const Window& window) {
  Series series = blank(window, "bytes sent", "bytes");
  std::uint64_t total = 0;
  for (const lab::TracedMessage& message : frame.trace) {
    const std::size_t slice = window.of(message.sent_us);
    if (slice >= window.slices) continue;
    series.slices[slice] += static_cast<double>(message.bytes);
    total += message.bytes;
  }
  series.known_us = frame.trace_from_us;
  series.now = at_least(window, series.known_us, bytes_in_words(total));
  return series;
}

// How much a count of the disks has grown in each slice. It falls where a disk was replaced.
Series disk_work(const Frame& frame, const Window& window, const char* name, const char* unit,
                 std::uint64_t lab::DiskWork::*count) {
  Series series = blank(window, name, unit);
  std::uint64_t total = 0;
  for (std::size_t i = 1; i < frame.disk_work.size(); ++i) {
    const lab::DiskWork& work = frame.disk_work[i];
    const std::uint64_t before = frame.disk_work[i - 1].*count;
    const std::size_t slice = window.of(work.time_us);
    if (slice >= window.slices || work.*count <= before) continue;
    series.slices[slice] += static_cast<double>(work.*count - before);
    total += work.*count - before;
  }
  series.known_us = frame.disk_work_from_us;
  series.now = at_least(window, series.known_us,
                        count == &lab::DiskWork::bytes ? bytes_in_words(total) : std::to_string(total));
  return series;
}

Series count_marks(const Frame& frame, const Window& window, const char* name, lab::Mark::Kind kind) {
  Series series = blank(window, name, "");
  std::size_t total = 0;
  for (const lab::Mark& mark : frame.marks) {
    const std::size_t slice = window.of(mark.time_us);
    if (mark.kind != kind || mark.event > frame.event || slice >= window.slices) continue;
    series.slices[slice] += 1;
    ++total;
  }
  series.now = std::to_string(total);
  return series;
}

// The longest wait of the requests that were answered in each slice; the median of all of them.
Series latency(const Frame& frame, const Window& window) {
  Series series = blank(window, "write latency", "ms");
  std::vector<std::int64_t> waits;
  for (const RequestView& request : frame.requests) {
    const std::size_t slice = window.of(request.done_us);
    if (request.open || request.index.is_zero() || slice >= window.slices) continue;
    const std::int64_t wait_us = request.done_us - request.sent_us;
    waits.push_back(wait_us);
    series.slices[slice] = std::max(series.slices[slice], static_cast<double>(wait_us) / 1000);
  }
  series.known_us = frame.requests_from_us;
  series.now = "–";
  if (!waits.empty()) {
    const auto middle = waits.begin() + static_cast<std::ptrdiff_t>(waits.size() / 2);
    std::nth_element(waits.begin(), middle, waits.end());
    series.now = "median " + text::duration(*middle);
  }
  return series;
}

}  // namespace

Metrics compute_metrics(const Frame& frame, std::int64_t window_us, std::size_t slices) {
  Metrics metrics;
  const std::int64_t slice_us = std::max<std::int64_t>(1, window_us / static_cast<std::int64_t>(slices));
  // Slices start at multiples of their length, so that they do not crawl while time runs.
  const std::int64_t last = frame.time_us / slice_us;
  const std::int64_t first = std::max<std::int64_t>(0, last - static_cast<std::int64_t>(slices) + 1);
  const Window window{first * slice_us, slice_us, slices};
  metrics.from_us = window.from_us;
  metrics.slice_us = slice_us;
  const auto vote = [](MessageType type) {
    return type == MessageType::MsgVote || type == MessageType::MsgVoteResp ||
           type == MessageType::MsgPreVote || type == MessageType::MsgPreVoteResp;
  };
  const auto beat = [](MessageType type) {
    return type == MessageType::MsgHeartbeat || type == MessageType::MsgHeartbeatResp;
  };
  using Traced = lab::TracedMessage;
  auto& series = metrics.series;
  series.push_back(latency(frame, window));
  series.push_back(count_marks(frame, window, "commits", lab::Mark::Kind::Commit));
  series.push_back(count_marks(frame, window, "elections won", lab::Mark::Kind::Leader));
  series.push_back(count_messages(frame, window, "appends", [](const Traced& m) {
    return m.type == MessageType::MsgApp || m.type == MessageType::MsgAppResp;
  }));
  series.push_back(
      count_messages(frame, window, "heartbeats", [&](const Traced& m) { return beat(m.type); }));
  series.push_back(count_messages(frame, window, "votes", [&](const Traced& m) { return vote(m.type); }));
  series.push_back(count_messages(frame, window, "lost", [](const Traced& m) { return m.lost; }));
  series.push_back(bytes_sent(frame, window));
  series.push_back(disk_work(frame, window, "disk writes", "writes", &lab::DiskWork::writes));
  series.push_back(disk_work(frame, window, "disk syncs", "syncs", &lab::DiskWork::syncs));
  series.push_back(disk_work(frame, window, "disk bytes", "bytes", &lab::DiskWork::bytes));
  for (Series& s : series) s.most = *std::max_element(s.slices.begin(), s.slices.end());
  return metrics;
}

}  // namespace raftarium::viz
