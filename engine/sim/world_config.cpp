#include "sim/world_config.h"

#include <algorithm>
#include <string>

#include "sim/network.h"

namespace raftarium::sim {

namespace {

using raft::NodeId;

base::Status check_configuration(const WorldConfig& config) {
  std::vector<NodeId> named = config.learners;
  named.insert(named.end(), config.spares.begin(), config.spares.end());
  for (std::size_t i = 0; i < named.size(); ++i) {
    if (named[i].is_zero() || named[i].value() > config.members) {
      return base::Error{"cluster: learners and spares: expected members from S1 to S" +
                         std::to_string(config.members) + ", got " + name(named[i])};
    }
    if (std::find(named.begin(), named.begin() + static_cast<std::ptrdiff_t>(i), named[i]) !=
        named.begin() + static_cast<std::ptrdiff_t>(i)) {
      return base::Error{"cluster: learners and spares: " + name(named[i]) + " is named twice"};
    }
  }
  if (named.size() < config.members) return {};
  return base::Error{"cluster: learners and spares: expected a voter among " +
                     std::to_string(config.members) + " members, got none"};
}

// Logs that Raft can have led to: terms never decrease, and two entries of the same index and term stand after
// the same entries (log matching, §5.3).
base::Status check_logs(const WorldConfig& config) {
  const auto refuse_log = [](std::size_t log, const std::string& what) {
    return base::Error{"cluster: logs: " + name(NodeId(log + 1)) + ": " + what};
  };
  if (config.logs.size() > config.members) {
    return base::Error{"cluster: logs: expected at most one for each of " + std::to_string(config.members) +
                       " members, got " + std::to_string(config.logs.size())};
  }
  for (std::size_t i = 0; i < config.logs.size(); ++i) {
    const auto& log = config.logs[i];
    if (log.size() > kMaxLogEntries) {
      return refuse_log(i, "expected at most " + std::to_string(kMaxLogEntries) + " entries, got " +
                               std::to_string(log.size()));
    }
    raft::Term before(1);
    for (const raft::Term term : log) {
      if (term < before) {
        return refuse_log(i, "expected terms from 1 that do not decrease, got " +
                                 std::to_string(term.value()) + " after " + std::to_string(before.value()));
      }
      before = term;
    }
    for (std::size_t other = 0; other < i; ++other) {
      const auto& earlier = config.logs[other];
      const std::size_t common = std::min(log.size(), earlier.size());
      std::size_t same = 0;
      while (same < common && log[same] == earlier[same]) ++same;
      for (std::size_t at = same; at < common; ++at) {
        if (log[at] != earlier[at]) continue;
        return refuse_log(i, "its entry " + std::to_string(at + 2) + " is of term " +
                                 std::to_string(log[at].value()) + " as that of " +
                                 name(NodeId(other + 1)) +
                                 ", but the entries before differ: no Raft can get there");
      }
    }
  }
  return {};
}

base::Status check_numbers(const WorldConfig& config, const std::string& where) {
  const auto field = [&](const char* name, const std::string& expected, std::int64_t got) {
    return base::Error{where + name + ": expected " + expected + ", got " + std::to_string(got)};
  };
  constexpr TimeUs kSecond = 1'000'000;
  if (config.members < 1 || config.members > kMaxMembers) {
    return field("members", "1 to " + std::to_string(kMaxMembers),
                 static_cast<std::int64_t>(config.members));
  }
  if (config.tick_us < kMinTickUs || config.tick_us > kSecond) {
    return field("tick_us", "1000 to 1000000", config.tick_us);
  }
  if (config.heartbeat_ticks < 1) return field("heartbeat_ticks", "at least 1", config.heartbeat_ticks);
  if (config.election_ticks <= config.heartbeat_ticks || config.election_ticks > 10'000) {
    return field("election_ticks", "more than heartbeat_ticks, at most 10000", config.election_ticks);
  }
  if (config.lease_reads && !config.check_quorum) {
    return base::Error{where + "lease_reads: expected false where check_quorum is, got true"};
  }
  const std::string latencies = "0 to " + std::to_string(kMaxLatencyUs);
  if (config.latency_min_us < 0 || config.latency_min_us > kMaxLatencyUs) {
    return field("latency_min_us", latencies, config.latency_min_us);
  }
  if (config.latency_mean_us < 0 || config.latency_mean_us > kMaxLatencyUs) {
    return field("latency_mean_us", latencies, config.latency_mean_us);
  }
  if (config.loss_per_million > 1'000'000) {
    return field("loss_per_million", "0 to 1000000", config.loss_per_million);
  }
  if (config.duplicate_per_million > 1'000'000) {
    return field("duplicate_per_million", "0 to 1000000", config.duplicate_per_million);
  }
  if (config.replay_per_million > 1'000'000) {
    return field("replay_per_million", "0 to 1000000", config.replay_per_million);
  }
  if (config.request_timeout_us < 1) {
    return field("request_timeout_us", "at least 1", config.request_timeout_us);
  }
  constexpr TimeUs kDay = 86'400 * kSecond;
  if (config.request_deadline_us < config.request_timeout_us || config.request_deadline_us > kDay) {
    return field("request_deadline_us", "at least request_timeout_us, at most 86400000000",
                 config.request_deadline_us);
  }
  const auto bounded = [&](const char* name, std::int64_t low, std::int64_t high,
                           std::int64_t got) -> base::Status {
    if (got >= low && got <= high) return {};
    return field(name, std::to_string(low) + " to " + std::to_string(high), got);
  };
  constexpr std::int64_t kGiga = 1 << 30;
  for (const base::Status& status :
       {bounded("max_size_per_msg", 0, kGiga, config.max_size_per_msg),
        bounded("max_inflight_msgs", 1, 4096, config.max_inflight_msgs),
        bounded("max_inflight_bytes", 0, kGiga, config.max_inflight_bytes),
        bounded("max_messages_in_flight", 1, kMaxMessagesInFlight, config.max_messages_in_flight),
        bounded("max_uncommitted_size", 0, kGiga, config.max_uncommitted_size),
        bounded("sync_min_us", 0, kMaxSyncUs, config.sync_min_us),
        bounded("sync_mean_us", 0, kMaxSyncUs, config.sync_mean_us),
        bounded("step_us", 0, kMaxStepUs, config.step_us),
        bounded("stall_per_million", 0, 1'000'000, config.stall_per_million),
        bounded("stall_us", 0, kMaxStepUs, config.stall_us),
        bounded("wal_segment_bytes", 4096, 64 << 20, config.wal_segment_bytes),
        bounded("snapshot_entries", 0, kGiga, config.snapshot_entries),
        bounded("snapshot_bytes", 0, kGiga, config.snapshot_bytes),
        bounded("snapshot_keep_entries", 0, kGiga, config.snapshot_keep_entries),
        bounded("snapshot_part_bytes", 1, kGiga, config.snapshot_part_bytes)}) {
    if (!status) return status;
  }
  if (config.max_inflight_bytes > 0 && config.max_inflight_bytes < config.max_size_per_msg) {
    return field("max_inflight_bytes", "0, or at least max_size_per_msg", config.max_inflight_bytes);
  }
  return {};
}

}  // namespace

base::Status check(const WorldConfig& config) {
  if (auto status = check_numbers(config, "cluster: "); !status) return status;
  if (!config.own.empty() && config.own.size() != config.members) {
    return base::Error{"cluster: own: expected none or " + std::to_string(config.members) + ", got " +
                       std::to_string(config.own.size())};
  }
  for (std::size_t i = 0; i < config.own.size(); ++i) {
    const std::string where = "cluster: own: " + name(raft::NodeId(i + 1)) + ": ";
    if (auto status = check_numbers(config.own[i], where); !status) return status;
  }
  if (auto status = check_configuration(config); !status) return status;
  return check_logs(config);
}

}  // namespace raftarium::sim
