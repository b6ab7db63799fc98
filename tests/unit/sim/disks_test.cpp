// Members on disks that are slow, full, broken, lying or torn: what waits, what is lost, and what must not be.

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "support/test.h"
#include "worlds.h"

namespace raftarium::sim {

namespace {

using namespace testing;  // NOLINT(google-build-using-namespace): helpers for these very tests

Command set_disk(raft::NodeId node, const DiskSettings& disk) {
  return {.kind = Kind::SetDisk, .node = node, .disk = disk};
}

Command fail_disk(raft::NodeId node, storage::DiskOp op, storage::DiskFault fault) {
  return {.kind = Kind::FailDisk, .node = node, .disk_op = op, .disk_fault = fault};
}

Command crash(raft::NodeId node, member::Unsynced unsynced) {
  return {.kind = Kind::Crash, .node = node, .unsynced = unsynced};
}

const Event* find(const std::vector<Event>& events, Event::Kind kind) {
  const auto at =
      std::find_if(events.begin(), events.end(), [&](const Event& event) { return event.kind == kind; });
  return at == events.end() ? nullptr : &*at;
}

bool acknowledged(const World& world, std::size_t request) {
  return world.requests()[request].state == RequestState::Committed;
}

}  // namespace

TEST_CASE("an acknowledgement waits for the disks of a quorum, and for no more") {
  WorldConfig config;
  config.members = 3;
  config.latency_min_us = 1'000;
  config.latency_mean_us = 0;
  World world = elected(config);
  const raft::NodeId leader = world.leader();
  const auto latency_of_put = [&] {
    apply(world, put("x", "1", leader));
    const std::size_t request = world.requests().size() - 1;
    REQUIRE(run_until(world, [&] { return acknowledged(world, request); }));
    return world.requests()[request].done_us - world.requests()[request].sent_us;
  };
  const TimeUs quick_us = latency_of_put();
  EXPECT(quick_us < 20'000);
  // One slow follower holds up nobody.
  apply(world, set_disk(follower(world, 0), {.sync_min_us = 300'000}));
  EXPECT(latency_of_put() == quick_us);
  // With two slow disks of three, every quorum has one.
  apply(world, set_disk(follower(world, 1), {.sync_min_us = 200'000}));
  EXPECT(latency_of_put() >= 200'000);
  // A slow leader counts itself late, but two followers are a quorum.
  apply(world, set_disk(raft::kNone, {}));
  run_for(world, kSecond);
  apply(world, set_disk(leader, {.sync_min_us = 300'000}));
  REQUIRE(world.leader() == leader);
  apply(world, put("x", "2", leader));
  const std::size_t request = world.requests().size() - 1;
  REQUIRE(run_until(world, [&] {
    return world.member(leader).node().commit() > world.member(leader).storage().last_index();
  }));
  EXPECT_FALSE(acknowledged(world, request));  // committed, and not applied by a member that may forget it
  REQUIRE(run_until(world, [&] { return acknowledged(world, request); }));
  EXPECT(violations(world).empty());
}

TEST_CASE("a disk that takes a second for a sync delays acknowledgements, not heartbeats") {
  WorldConfig config;
  config.members = 3;
  World world = elected(config);
  const raft::NodeId leader = world.leader();
  const raft::Term term = world.member(leader).node().term();
  apply(world, set_disk(raft::kNone, {.sync_min_us = kSecond}));
  apply(world, put("x", "1"));
  run_for(world, 700'000);
  EXPECT(world.sync_ends_us(leader).has_value());
  EXPECT(world.leader() == leader);
  EXPECT_FALSE(acknowledged(world, 0));
  run_for(world, 5 * kSecond);
  EXPECT(world.leader() == leader);
  EXPECT(world.member(leader).node().term() == term);
  EXPECT(value(world, leader, "x") == "1");
  EXPECT(violations(world).empty());
}

TEST_CASE("a world that is copied in the middle of a sync goes its own way from there") {
  WorldConfig config;
  config.members = 3;
  config.sync_min_us = 50'000;
  World world = elected(config);
  apply(world, put("x", "1"));
  REQUIRE(run_until(world, [&] { return world.sync_ends_us(world.leader()).has_value(); }));
  World copy = world;
  World other = world;
  apply(other, act(Kind::Crash, other.leader()));
  run_for(other, 2 * kSecond);
  run_for(world, 2 * kSecond);
  run_for(copy, 2 * kSecond);
  EXPECT(world.digest() == copy.digest());
  EXPECT(other.digest() != copy.digest());
  EXPECT(value(world, kS1, "x") == "1");
  EXPECT(violations(world).empty());
  EXPECT(violations(other).empty());
}

TEST_CASE("what was not synced is lost in a crash, torn, or kept by the page cache") {
  for (const auto unsynced : {member::Unsynced::Lost, member::Unsynced::Torn, member::Unsynced::Kept}) {
    CAPTURE(member::describe(unsynced));
    WorldConfig config;
    config.members = 1;
    World world = elected(config);
    const raft::Index last = world.member(kS1).node().last_index();
    apply(world, set_disk(kS1, {.sync_min_us = kSecond}));
    apply(world, put("x", std::string(3000, 'v')));
    run_for(world, 100'000);
    REQUIRE(world.member(kS1).node().last_index() == last + 1);
    EXPECT(world.member(kS1).storage().last_index() == last);
    apply(world, crash(kS1, unsynced));
    apply(world, act(Kind::Restart, kS1));
    const raft::Index found = world.member(kS1).storage().last_index();
    if (unsynced == member::Unsynced::Lost) EXPECT(found == last);
    if (unsynced == member::Unsynced::Kept) EXPECT(found == last + 1);
    if (unsynced == member::Unsynced::Torn) {
      EXPECT(found == last);
      const Event* recovered = find(world.events(), Event::Kind::Recovered);
      REQUIRE(recovered != nullptr);
      EXPECT_MESSAGE(recovered->text.find("torn bytes at 00000001.wal") != std::string::npos,
                     recovered->text);
      EXPECT(world.faults().of(Fault::TornCrash) == 1);
    }
    EXPECT(violations(world).empty());
  }
}

TEST_CASE("a member whose disk fails steps aside with the reason; the others go on") {
  struct Case {
    storage::DiskOp op;
    storage::DiskFault fault;
    const char* reason;
  };
  for (const Case& c :
       {Case{storage::DiskOp::Sync, storage::DiskFault::Error, "sync 00000001.wal: Input/output error"},
        Case{storage::DiskOp::Write, storage::DiskFault::Error, "write 00000001.wal: Input/output error"},
        Case{storage::DiskOp::Write, storage::DiskFault::NoSpace,
             "write 00000001.wal: No space left on device"},
        Case{storage::DiskOp::Write, storage::DiskFault::ShortWrite, "No space left on device"}}) {
    CAPTURE(std::string(c.reason));
    World world = elected(3);
    const raft::NodeId broken = world.leader();
    apply(world, put("x", "1"));
    run_for(world, kSecond);
    apply(world, fail_disk(broken, c.op, c.fault));
    apply(world, put("x", "2"));
    const std::vector<Event> events = watch(world, 4 * kSecond);
    const Event* failed = find(events, Event::Kind::StorageFailed);
    REQUIRE(failed != nullptr);
    EXPECT(failed->node == broken);
    EXPECT_MESSAGE(failed->text.find(c.reason) != std::string::npos, failed->text);
    EXPECT(world.process(broken) == ProcessState::Crashed);
    EXPECT(world.stopped_by(broken) == failed->text);
    EXPECT(world.faults().of(Fault::StorageFailed) == 1);
    EXPECT(world.leader() != broken);
    EXPECT(value(world, world.leader(), "x") == "2");
    // With a disk that works it takes part again.
    apply(world, act(Kind::Restart, broken));
    run_for(world, 2 * kSecond);
    EXPECT(world.stopped_by(broken).empty());
    EXPECT(stores_equal(world));
    EXPECT(violations(world).empty());
    apply(world, act(Kind::Crash, broken));
    EXPECT(world.stopped_by(broken).empty());  // it was not its disk
  }
}

TEST_CASE("what a paused member holds is lost from where its disk fails it as it goes on") {
  World world = elected(3);
  const raft::NodeId broken = follower(world);
  apply(world, act(Kind::Pause, broken));
  apply(world, fail_disk(broken, storage::DiskOp::Write, storage::DiskFault::Error));
  for (int i = 0; i < 5; ++i) apply(world, put("x", std::to_string(i)));
  run_for(world, kSecond);
  apply(world, act(Kind::Resume, broken));
  EXPECT(find(world.events(), Event::Kind::StorageFailed) != nullptr);
  EXPECT(world.process(broken) == ProcessState::Crashed);
  EXPECT(std::any_of(world.events().begin(), world.events().end(),
                     [](const Event& event) { return event.loss == LossReason::ReceiverDown; }));
  apply(world, act(Kind::Restart, broken));
  run_for(world, kSecond);
  EXPECT(stores_equal(world));
  EXPECT(violations(world).empty());
}

TEST_CASE("a full disk stops a member until there is space, and costs nothing that was acknowledged") {
  World world = elected(3);
  const raft::NodeId node = follower(world);
  apply(world, set_disk(node, {.full = true}));
  apply(world, put("x", "1"));
  run_for(world, kSecond);
  EXPECT(world.process(node) == ProcessState::Crashed);
  EXPECT(world.faults().of(Fault::DiskFull) > 0);
  apply(world, put("x", "2"));
  run_for(world, kSecond);
  EXPECT(acknowledged(world, 1));
  // Full still: it can be read, and cannot be written.
  apply(world, act(Kind::Restart, node));
  run_for(world, kSecond);
  EXPECT(world.process(node) == ProcessState::Crashed);
  apply(world, set_disk(node, {}));
  apply(world, act(Kind::Restart, node));
  run_for(world, kSecond);
  EXPECT(value(world, node, "x") == "2");
  EXPECT(violations(world).empty());
}

TEST_CASE("a bit that flips in what was durable keeps a member from starting, saying where") {
  World world = elected(3);
  const raft::NodeId node = follower(world);
  for (int i = 0; i < 20; ++i) {
    apply(world, put("k" + std::to_string(i), std::string(300, 'v')));
    run_for(world, 200'000);
  }
  apply(world, act(Kind::Crash, node));
  apply(world, {.kind = Kind::Damage, .node = node, .file = "00000001.wal", .offset = 2000, .bit = 3});
  EXPECT(world.faults().of(Fault::Damaged) == 1);
  apply(world, act(Kind::Restart, node));
  EXPECT(world.process(node) == ProcessState::Crashed);
  const Event* failed = find(world.events(), Event::Kind::StorageFailed);
  REQUIRE(failed != nullptr);
  EXPECT_MESSAGE(failed->text.find("00000001.wal+") != std::string::npos, failed->text);
  EXPECT(world.stopped_by(node) == failed->text);
  // A new disk, and the log from the others once there is another leader.
  apply(world, act(Kind::Wipe, node));
  apply(world, act(Kind::Restart, node));
  EXPECT(world.process(node) == ProcessState::Running);
  EXPECT(refusal(world, {.kind = Kind::Damage, .node = node, .file = "7.wal"}) ==
         "damage: S" + std::to_string(node.value()) +
             " has no file \"7.wal\"; it has 00000000000000000001-00000000000000000000.snap, 00000001.wal");
  EXPECT(violations(world).empty());
}

TEST_CASE("disks that lie lose what was acknowledged, and the checkers say so") {
  World world = elected(3);
  apply(world, put("x", "1"));
  run_for(world, kSecond);
  apply(world, set_disk(raft::kNone, {.syncs_lie = true}));
  apply(world, put("x", "2"));
  run_for(world, kSecond);
  REQUIRE(acknowledged(world, 1));
  for (const raft::NodeId node : world.members()) apply(world, act(Kind::Crash, node));
  for (const raft::NodeId node : world.members()) apply(world, act(Kind::Restart, node));
  run_for(world, 5 * kSecond);
  EXPECT(world.faults().of(Fault::LyingSync) > 0);
  EXPECT(value(world, world.leader(), "x") == "1");
  EXPECT_MESSAGE(violations(world).find("leader completeness") != std::string::npos, violations(world));
}

TEST_CASE("who is left behind gets a snapshot in parts; one that is lost on the way is sent again") {
  for (const bool lose_one : {false, true}) {
    CAPTURE(lose_one);
    WorldConfig config;
    config.members = 3;
    config.snapshot_entries = 10;
    config.snapshot_part_bytes = 500;
    World world = elected(config);
    const raft::NodeId node = follower(world);
    apply(world, act(Kind::Crash, node));
    for (int i = 0; i < 40; ++i) {
      apply(world, put("k" + std::to_string(i), std::string(100, 'v')));
      run_for(world, 100'000);
    }
    EXPECT(world.member(world.leader()).storage().first_index() > raft::Index(30));
    apply(world, act(Kind::Restart, node));
    bool to_lose = lose_one;
    std::size_t parts = 0;
    std::size_t streams = 0;
    REQUIRE(run_until(world, [&] {
      for (const Event& event : world.events()) {
        if (event.kind != Event::Kind::SnapshotPart) continue;
        ++parts;
        if (event.part == 1) ++streams;
        if (to_lose && event.part == 3) {
          for (const auto& [id, flight] : world.flights()) {
            if (flight.part != 4) continue;
            apply(world, {.kind = Kind::Drop, .message = id});
            to_lose = false;
            break;
          }
        }
      }
      return stores_equal(world);
    }));
    EXPECT(parts >= 8);
    EXPECT(streams == (lose_one ? 2 : 1));
    EXPECT_FALSE(to_lose);
    EXPECT(world.member(node).storage().first_index() > raft::Index(30));
    EXPECT(violations(world).empty());
  }
}

TEST_CASE("a snapshot can be asked for, once for each entry") {
  World world = elected(1);
  apply(world, put("x", "1"));
  run_for(world, kSecond);
  apply(world, act(Kind::Snapshot, kS1));
  REQUIRE(find(world.events(), Event::Kind::SnapshotMade) != nullptr);
  EXPECT(world.member(kS1).storage().first_index() == world.member(kS1).node().applied() + 1);
  EXPECT(refusal(world, act(Kind::Snapshot, kS1)) ==
         "snapshot: S1 has applied nothing since its last snapshot");
}

TEST_CASE(
    "power failures at random moments, torn writes, slow and failing disks: nothing acknowledged is lost") {
  std::size_t writes = 0;
  std::uint64_t torn = 0;
  std::uint64_t failed = 0;
  for (std::uint64_t seed = 1; seed <= 30; ++seed) {
    CAPTURE(seed);
    WorldConfig config;
    config.members = 3;
    config.seed = seed;
    config.sync_min_us = 2'000;
    config.sync_mean_us = 10'000;
    config.snapshot_entries = 15;
    config.snapshot_keep_entries = 5;
    config.wal_segment_bytes = 4096;
    World world = make(config);
    base::Prng prng(seed, 77);
    for (int round = 0; round < 40; ++round) {
      apply(world, put("k" + std::to_string(prng.below(5)), std::to_string(round) + std::string(200, 'v')));
      run_for(world, prng.between(1'000, 400'000));
      const raft::NodeId node(prng.between(1, 3));
      if (world.process(node) == ProcessState::Crashed) {
        apply(world, act(Kind::Restart, node));
      } else if (prng.below(3) == 0) {
        apply(world, crash(node, prng.below(2) == 0 ? member::Unsynced::Torn : member::Unsynced::Lost));
      } else if (prng.below(6) == 0) {
        apply(world, fail_disk(node, storage::DiskOp::Write, storage::DiskFault::ShortWrite));
      }
    }
    // Twice, for a disk may have a failure in store yet.
    for (int again = 0; again < 2; ++again) {
      for (const raft::NodeId node : world.members()) {
        if (world.process(node) == ProcessState::Crashed) apply(world, act(Kind::Restart, node));
        REQUIRE(world.process(node) == ProcessState::Running);
      }
      run_for(world, 10 * kSecond);
    }
    REQUIRE_MESSAGE(violations(world).empty(), violations(world));
    // The last acknowledged write of each key, or a later one that nobody heard of.
    REQUIRE(world.leader() != raft::kNone);
    const kv::Store& store = world.member(world.leader()).store();
    for (const Request& request : world.requests()) {
      if (request.state != RequestState::Committed) continue;
      ++writes;
      const kv::KeyValue* found = store.find(request.command.key);
      REQUIRE(found != nullptr);
      const auto writer =
          std::find_if(world.requests().begin(), world.requests().end(), [&](const Request& other) {
            return other.command.value == found->value && other.command.key == found->key;
          });
      REQUIRE(writer != world.requests().end());
      // Itself, one that was applied later, or one whose client never heard.
      EXPECT((writer->revision >= request.revision || writer->state != RequestState::Committed));
    }
    EXPECT(stores_equal(world));
    torn += world.faults().of(Fault::TornCrash);
    failed += world.faults().of(Fault::StorageFailed);
  }
  MESSAGE(writes, " acknowledged writes, ", torn, " torn crashes, ", failed, " failed disks");
  EXPECT(writes > 300);
  EXPECT(torn > 50);
  EXPECT(failed > 10);
}

}  // namespace raftarium::sim
