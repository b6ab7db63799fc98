#include "base/check.h"
#include "fuzz/targets.h"
#include "kv/command.h"
#include "lab/encoding.h"
#include "lab/link.h"
#include "storage/durable_storage.h"
#include "storage/memory_disk.h"
#include "storage/snapshot_store.h"

namespace raftarium::fuzz {

namespace {

std::string text(std::span<const std::uint8_t> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

raft::Snapshot some_snapshot(std::uint64_t index, std::uint64_t term) {
  raft::Snapshot snapshot;
  snapshot.index = raft::Index(index);
  snapshot.term = raft::Term(term);
  snapshot.conf_state.voters = {raft::NodeId(1), raft::NodeId(2), raft::NodeId(3)};
  return snapshot;
}

raft::Entries some_entries(std::uint64_t first, std::uint64_t count, std::uint64_t term) {
  std::vector<raft::Entry> entries;
  for (std::uint64_t i = 0; i < count; ++i) {
    entries.push_back(
        {raft::Term(term), raft::Index(first + i), raft::EntryType::Normal, base::Bytes("x=1")});
  }
  return entries;
}

// Flags, length of the first segment, segments: without the zeros that a segment ends in.
std::string wal_input(const storage::MemoryDisk& disk, bool fix) {
  std::string bytes(1, fix ? '\1' : '\0');
  for (const std::string& name : disk.names()) {
    if (!storage::parse_segment_name(name)) continue;
    std::string segment = text(disk.contents(name));
    segment.resize(segment.find_last_not_of('\0') + 1);
    if (bytes.size() == 1) {
      bytes += static_cast<char>(segment.size() & 0xffU);
      bytes += static_cast<char>(segment.size() >> 8U);
    }
    bytes += segment;
  }
  return bytes;
}

// A log with every kind of record, cut into segments of `segment_bytes`.
storage::MemoryDisk some_log(std::uint64_t segment_bytes) {
  storage::MemoryDisk disk;
  auto member = storage::DurableStorage::create(
      disk, kIdentity, {segment_bytes}, std::make_shared<const raft::Snapshot>(some_snapshot(1, 1)));
  CHECK(member.ok(), member.error().message);
  const auto save = [&](const storage::Save& what) {
    const auto status = member->save(what);
    CHECK(status.ok(), status.error().message);
  };
  save({{raft::Term(1), raft::NodeId(1), raft::Index(3)}, some_entries(2, 3, 1)});
  save({{raft::Term(2), raft::NodeId(3), raft::Index(3)}});
  save({{raft::Term(2), raft::NodeId(3), raft::Index(4)}, some_entries(4, 2, 2)});
  save({{raft::Term(2), raft::NodeId(3), raft::Index(9)},
        {},
        std::make_shared<const raft::Snapshot>(some_snapshot(9, 2))});
  save({{}, some_entries(10, 2, 2)});
  return disk;
}

}  // namespace

std::vector<Seed> make_seeds() {
  std::vector<Seed> seeds;
  for (const bool fix : {false, true}) {
    const std::string suffix = fix ? "_fixed" : "";
    seeds.push_back({"wal", "one_segment" + suffix, wal_input(some_log(4096), fix)});
    seeds.push_back({"wal", "two_segments" + suffix, wal_input(some_log(500), fix)});
    raft::Snapshot snapshot = some_snapshot(9, 2);
    snapshot.conf_state.learners = {raft::NodeId(4)};
    snapshot.conf_state.voters_outgoing = {raft::NodeId(1), raft::NodeId(5)};
    snapshot.conf_state.auto_leave = true;
    snapshot.data = base::Bytes("state");
    seeds.push_back({"snapshot", "joint" + suffix,
                     std::string(1, fix ? '\1' : '\0') + storage::encode_snapshot(snapshot, kIdentity)});
  }
  storage::SaveEncoder encoder;
  encoder.begin(1, storage::kSegmentHeaderBytes, 0, 1, 1);
  encoder.entries(some_entries(2, 3, 1));
  encoder.finish();
  seeds.push_back({"record", "entries", text(encoder.bytes())});
  seeds.push_back(
      {"record", "entries_payload", text(encoder.bytes().subspan(storage::kRecordHeaderBytes))});
  encoder.begin(1, storage::kSegmentHeaderBytes, 0, 1, 1);
  encoder.hard_state({raft::Term(3), raft::NodeId(2), raft::Index(5)});
  encoder.finish();
  seeds.push_back({"record", "hard_state", text(encoder.bytes())});
  seeds.push_back({"record", "segment_header", text(storage::encode(storage::SegmentHeader{}))});

  kv::Command command;
  command.key = "x";
  command.value = "1";
  command.client = 4;
  command.sequence = 2;
  seeds.push_back({"kv_command", "put", kv::encode(command).str()});
  command.kind = kv::Command::Kind::Delete;
  command.value.clear();
  seeds.push_back({"kv_command", "delete", kv::encode(command).str()});

  kv::Command transaction;
  transaction.kind = kv::Command::Kind::Transaction;
  kv::Compare compare;
  compare.key = "x";
  compare.value = "1";
  transaction.compares.push_back(compare);
  kv::Operation operation;
  operation.key = "y";
  operation.value = "2";
  transaction.then.push_back(operation);
  operation.kind = kv::Operation::Kind::Delete;
  operation.value.clear();
  transaction.otherwise.push_back(operation);
  seeds.push_back({"kv_command", "transaction", kv::encode(transaction).str()});

  const std::string smallest = R"({"raftarium": 1, "title": "smallest", "duration_ms": 10})";
  seeds.push_back({"scenario", "smallest.json", smallest});
  const auto scenario = lab::parse_scenario("smallest.json", smallest);
  CHECK(scenario.ok(), scenario.error().message);
  const auto link = lab::to_link(*scenario);
  CHECK(link.ok(), link.error().message);
  const auto bytes = lab::parse_base64url(*link);
  CHECK(bytes.has_value(), *link);
  seeds.push_back({"link", "text", std::string(1, '\0') + *link});
  seeds.push_back({"link", "bytes", std::string(1, '\1') + *bytes});
  return seeds;
}

}  // namespace raftarium::fuzz
