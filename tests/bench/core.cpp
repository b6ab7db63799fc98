// raftarium-bench-core: what the consensus core costs, without disk and network.
//
// A proposal counts when all three members have handed it to their state machines; each owns a payload
// made for it. "separate" is one call each, "one call" hands a batch over at once; either way messages
// move only after the batch, and what is proposed in between travels together (Config::batch_appends)
// except where "an append each" says that it goes as etcd sends it. One by one it is the same: eight
// messages a proposal, for the commit index is told at once.
//
// Memory that one round frees is kept for the next: to give pages back to the kernel and take them again would
// be most of what a proposal of 4 KiB costs on some machines, and says nothing of the core.

#include <malloc.h>

#include <algorithm>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/check.h"
#include "bench/bench.h"
#include "bench/heap.h"
#include "bench/trio.h"
#include "raft/storage.h"

namespace raftarium::bench {
namespace {

using Carriage = Trio::Carriage;

constexpr std::uint64_t kCompactEvery = 4096;  // proposals
constexpr std::uint64_t kKeep = 1024;          // entries

struct Load {
  std::string metric;
  std::size_t payload_bytes = 16;
  std::size_t batch = 1;
  bool one_call = false;
  Carriage carriage = Carriage::Bytes;
  Goal goal;  // thousand proposals a second
  bool batch_appends = true;
};

base::Bytes payload(const std::string& text) { return base::Bytes(text); }

// Makes `batch` proposals and moves them through.
class Proposer {
 public:
  Proposer(Trio& trio, const Load& load) : trio_(trio), load_(load), text_(load.payload_bytes, 'x') {
    batch_.reserve(load.batch);
  }

  void round() {
    if (load_.one_call) {
      batch_.clear();
      for (std::size_t i = 0; i < load_.batch; ++i) batch_.push_back(payload(text_));
      count([&] { return trio_.leader().propose(std::span(batch_)); });
    } else {
      for (std::size_t i = 0; i < load_.batch; ++i) {
        base::Bytes data = payload(text_);
        count([&] { return trio_.leader().propose(std::move(data)); });
      }
    }
    trio_.pump();
    proposals_ += load_.batch;
    since_compaction_ += load_.batch;
    if (since_compaction_ >= kCompactEvery) {
      trio_.compact(kKeep);
      since_compaction_ = 0;
    }
  }

  std::uint64_t proposals() const { return proposals_; }
  std::uint64_t allocations() const { return allocations_; }

 private:
  template <class Body>
  void count(const Body& propose) {
    const std::uint64_t before = heap::allocations();
    const raft::Refusal refusal = propose();
    allocations_ += heap::allocations() - before;
    CHECK(refusal == raft::Refusal::None, raft::describe(refusal));
  }

  Trio& trio_;
  const Load& load_;
  std::string text_;
  std::vector<base::Bytes> batch_;
  std::uint64_t proposals_ = 0;
  std::uint64_t since_compaction_ = 0;
  std::uint64_t allocations_ = 0;  // inside propose()
};

double thousand_proposals_per_second(const Load& load, double seconds) {
  Trio trio(load.carriage, load.batch_appends);
  Proposer proposer(trio, load);
  const std::size_t rounds_between_looks = std::max<std::size_t>(1, 1024 / load.batch);
  const double start = cpu_seconds();
  double spent = 0;
  while (spent < seconds) {
    for (std::size_t i = 0; i < rounds_between_looks; ++i) proposer.round();
    spent = cpu_seconds() - start;
  }
  for (std::size_t i = 0; i < Trio::kMembers; ++i) {
    CHECK(trio.applied(i) == proposer.proposals(), "member ", i + 1, " applied ", trio.applied(i), " of ",
          proposer.proposals());
  }
  return static_cast<double>(proposer.proposals()) / spent / 1000;
}

// Calls of operator new inside the core for each proposal, once everything has its size.
double allocations_per_proposal(const Load& load) {
  Trio trio(load.carriage, load.batch_appends);
  Proposer proposer(trio, load);
  const auto run = [&](std::uint64_t proposals) {
    const std::uint64_t end = proposer.proposals() + proposals;
    while (proposer.proposals() < end) proposer.round();
  };
  constexpr std::uint64_t kWarmUp = 100'000;
  constexpr std::uint64_t kCounted = 200'000;
  run(kWarmUp);
  const std::uint64_t before = trio.core_allocations() + proposer.allocations();
  run(kCounted);
  const std::uint64_t after = trio.core_allocations() + proposer.allocations();
  return static_cast<double>(after - before) / kCounted;
}

double tick_ns(double seconds) {
  Trio trio(Carriage::Reference);
  std::uint64_t rounds = 0;
  constexpr int kRoundsBetweenLooks = 1000;
  const double start = cpu_seconds();
  double spent = 0;
  while (spent < seconds) {
    for (int i = 0; i < kRoundsBetweenLooks; ++i) {
      trio.tick();
      trio.pump();
    }
    rounds += kRoundsBetweenLooks;
    spent = cpu_seconds() - start;
  }
  CHECK(trio.leader().role() == raft::Role::Leader, "the leader was lost");
  return spent * 1e9 / static_cast<double>(rounds * Trio::kMembers);
}

double tick_allocations() {
  Trio trio(Carriage::Reference);
  const auto run = [&](int rounds) {
    for (int i = 0; i < rounds; ++i) {
      trio.tick();
      trio.pump();
    }
  };
  constexpr int kRounds = 10'000;
  run(kRounds);
  const std::uint64_t before = trio.core_allocations();
  run(kRounds);
  return static_cast<double>(trio.core_allocations() - before) / kRounds;
}

// Heap bytes that a log holds for each entry, payload included, when nobody else keeps the payloads.
double log_bytes_per_entry() {
  constexpr std::uint64_t kEntries = 1'000'000;
  constexpr std::uint64_t kAtATime = 64;
  const std::string text(16, 'x');
  auto storage = std::make_unique<raft::MemoryStorage>();
  const std::uint64_t bytes = heap::bytes_kept_by([&] {
    for (std::uint64_t first = 1; first <= kEntries; first += kAtATime) {
      raft::EntryArena batch(kAtATime);
      for (std::uint64_t i = first; i < first + kAtATime; ++i) {
        batch.push({raft::Term(1), raft::Index(i), raft::EntryType::Normal, payload(text)});
      }
      storage->append(batch.all());
    }
  });
  return static_cast<double>(bytes) / kEntries;
}

const std::vector<Load>& loads() {
  static const std::vector<Load> kAll = {
      {"propose 16 B, one by one", 16, 1, false, Carriage::Bytes, at_least(1000)},
      {"propose 16 B x 64, separate", 16, 64, false, Carriage::Bytes, at_least(4000)},
      {"propose 16 B x 64, an append each", 16, 64, false, Carriage::Bytes, {}, false},
      {"propose 16 B x 64, one call", 16, 64, true, Carriage::Bytes, at_least(5000)},
      {"propose 256 B x 64, one call", 256, 64, true, Carriage::Bytes, at_least(4000)},
      {"propose 4 KiB x 64, one call, by reference", 4096, 64, true, Carriage::Reference, at_least(2500)},
  };
  return kAll;
}

int run(const Options& options) {
  Report report("core", options);
  for (const Load& load : loads()) {
    if (!report.wants(load.metric)) continue;
    report.add({load.metric, "k/s", load.goal, median(options.repeats, [&] {
                  return thousand_proposals_per_second(load, options.seconds);
                })});
  }
  if (report.wants("node tick")) {
    report.add({"node tick", "ns", at_most(50),
                median(options.repeats, [&] { return tick_ns(options.seconds); })});
  }
  if (report.wants("log memory, 16 B payload")) {
    report.add({"log memory, 16 B payload", "B/entry", at_most(32), log_bytes_per_entry()});
  }
  const auto count_allocations = [&](const std::string& what, const auto& measure) {
    const std::string metric = "allocations, " + what;
    if (report.wants(metric)) report.add({metric, "/step", at_most(0), measure()});
  };
  for (const Load& load : loads()) {
    count_allocations(load.metric, [&] { return allocations_per_proposal(load); });
  }
  count_allocations("node tick", tick_allocations);
  return report.finish();
}

}  // namespace
}  // namespace raftarium::bench

int main(int argc, char** argv) {
  const auto options = raftarium::bench::parse_options(argc, argv);
  if (!options) return 2;
#ifdef __GLIBC__
  mallopt(M_TRIM_THRESHOLD, 256 << 20);  // bytes
#endif
  return raftarium::bench::run(*options);
}
