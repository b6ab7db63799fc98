#include "lab/scenario_words.h"

namespace raftarium::lab {

const std::vector<ClusterField>& cluster_fields() {
  using Config = sim::WorldConfig;
  constexpr std::int64_t kMinute = 60'000'000;
  constexpr std::int64_t kGiga = 1 << 30;
  static const std::vector<ClusterField> kFields{
      {"members", 1, static_cast<std::int64_t>(sim::kMaxMembers), &Config::members},
      {"pre_vote", 0, 1, &Config::pre_vote, true},
      {"check_quorum", 0, 1, &Config::check_quorum, true},
      {"lease_reads", 0, 1, &Config::lease_reads, true},
      {"tick_us", sim::kMinTickUs, 1'000'000, &Config::tick_us, true},
      {"election_ticks", 2, 10'000, &Config::election_ticks, true},
      {"heartbeat_ticks", 1, 9'999, &Config::heartbeat_ticks, true},
      {"latency_min_us", 0, kMinute, &Config::latency_min_us},
      {"latency_mean_us", 0, kMinute, &Config::latency_mean_us},
      {"loss_per_million", 0, 1'000'000, &Config::loss_per_million},
      {"duplicate_per_million", 0, 1'000'000, &Config::duplicate_per_million},
      {"replay_per_million", 0, 1'000'000, &Config::replay_per_million},
      {"max_messages_in_flight", 1, sim::kMaxMessagesInFlight, &Config::max_messages_in_flight},
      {"request_timeout_us", 1, kMinute, &Config::request_timeout_us},
      {"request_deadline_us", 1, 60 * kMinute, &Config::request_deadline_us},
      {"max_size_per_msg", 0, kGiga, &Config::max_size_per_msg, true},
      {"max_inflight_msgs", 1, 4096, &Config::max_inflight_msgs, true},
      {"max_inflight_bytes", 0, kGiga, &Config::max_inflight_bytes, true},
      {"max_uncommitted_size", 0, kGiga, &Config::max_uncommitted_size, true},
      {"sync_min_us", 0, kMinute, &Config::sync_min_us, true},
      {"sync_mean_us", 0, kMinute, &Config::sync_mean_us, true},
      {"step_us", 0, kMinute, &Config::step_us, true},
      {"stall_per_million", 0, 1'000'000, &Config::stall_per_million, true},
      {"stall_us", 0, kMinute, &Config::stall_us, true},
      {"wal_segment_bytes", 4096, 64 << 20, &Config::wal_segment_bytes, true},
      {"snapshot_entries", 0, kGiga, &Config::snapshot_entries, true},
      {"snapshot_bytes", 0, kGiga, &Config::snapshot_bytes, true},
      {"snapshot_keep_entries", 0, kGiga, &Config::snapshot_keep_entries, true},
      {"snapshot_part_bytes", 1, kGiga, &Config::snapshot_part_bytes},
  };
  return kFields;
}

const std::vector<ActionWord>& action_words() {
  using Kind = sim::Command::Kind;
  static const std::vector<ActionWord> kWords{
      {Kind::Put, {"key", "value"}, {"fence", "token", "session", "through"}},
      {Kind::Delete, {"key"}, {"session", "through"}},
      {Kind::Read, {"key"}, {"mode", "through"}},
      {Kind::Swap, {"key", "expected", "value"}, {"session", "through"}},
      {Kind::Load,
       {"key", "count"},
       {"clients", "open", "every_us", "keys", "reads_per_million", "mode", "session", "through"}},
      {Kind::Nemesis, {"faults", "strikes", "between_us"}, {"lasts_us"}},
      {Kind::Crash, {"node"}, {"unsynced"}},
      {Kind::Restart, {"node"}, {}},
      {Kind::Pause, {"node"}, {}},
      {Kind::Resume, {"node"}, {}},
      {Kind::Isolate, {"node"}, {}},
      {Kind::Cut, {"from", "to"}, {}},
      {Kind::Heal, {"from", "to"}, {}},
      {Kind::Partition, {}, {"groups", "size"}},
      {Kind::HealAll, {}, {}},
      {Kind::Timeout, {"node"}, {}},
      {Kind::Transfer, {"from", "to"}, {}},
      {Kind::SetLink,
       {"latency_min_us", "latency_mean_us", "loss_per_million"},
       {"from", "to", "duplicate_per_million", "replay_per_million", "clogged"}},
      {Kind::Drop, {}, {"message"}},
      {Kind::Delay, {"delay_us"}, {"message"}},
      {Kind::Duplicate, {}, {"message"}},
      {Kind::Deliver, {}, {"message"}},
      {Kind::Drift, {"node", "drift_ppm"}, {}},
      {Kind::Jump, {"node", "delay_us"}, {}},
      {Kind::Wipe, {"node"}, {}},
      {Kind::SetDisk,
       {},
       {"node", "sync_min_us", "sync_mean_us", "write_error_per_million", "sync_error_per_million", "full",
        "syncs_lie", "read_error_per_million", "no_space_per_million", "short_write_per_million",
        "lying_sync_per_million", "misdirected_per_million", "bit_flip_per_million",
        "zeroed_sector_per_million"}},
      {Kind::FailDisk, {"node", "call", "fault"}, {}},
      {Kind::Damage, {"node", "file", "offset"}, {"bit", "zeroed"}},
      {Kind::Snapshot, {"node"}, {}},
      {Kind::Reconfigure, {}, {"add", "add_learners", "promote", "remove", "transition", "through"}},
      {Kind::LeaveJoint, {}, {"through"}},
      {Kind::SetProcess, {}, {"node", "step_us", "stall_per_million", "stall_us"}},
  };
  return kWords;
}

const std::vector<TriggerWord>& trigger_words() {
  using Kind = Trigger::Kind;
  static const std::vector<TriggerWord> kWords{
      {"leader_elected", Kind::LeaderElected, {"node", "term", "nth"}},
      {"candidate_stood", Kind::CandidateStood, {"node", "term", "nth"}},
      {"stepped_down", Kind::SteppedDown, {"node", "term", "nth"}},
      {"committed", Kind::Committed, {"node", "index", "nth"}},
      {"log_truncated", Kind::LogTruncated, {"node", "nth"}},
      {"snapshot_sent", Kind::SnapshotSent, {"from", "to", "nth"}},
      {"snapshot_restored", Kind::SnapshotRestored, {"node", "nth"}},
      {"message_sent", Kind::MessageSent, {"type", "from", "to", "nth"}},
      {"message_delivered", Kind::MessageDelivered, {"type", "from", "to", "nth"}},
      {"message_lost", Kind::MessageLost, {"type", "from", "to", "nth"}},
      {"request_done", Kind::RequestDone, {"request", "nth"}},
      {"crashed", Kind::Crashed, {"node", "nth"}},
      {"restarted", Kind::Restarted, {"node", "nth"}},
      {"snapshot_made", Kind::SnapshotMade, {"node", "index", "nth"}},
      {"storage_failed", Kind::StorageFailed, {"node", "nth"}},
      {"violated", Kind::Violated, {"nth"}},
      {"configuration_changed", Kind::ConfigurationChanged, {"node", "nth"}},
      {"change_refused", Kind::ChangeRefused, {"node", "nth"}},
  };
  return kWords;
}

}  // namespace raftarium::lab
