#include "sim/network.h"

#include <cmath>
#include <map>
#include <vector>

#include "support/test.h"

namespace raftarium::sim {

namespace {

using raft::NodeId;

constexpr NodeId kOne{1};
constexpr NodeId kTwo{2};
constexpr NodeId kThree{3};

Network three() { return Network(3, Link{{100, 50, 7}}); }

// "12 13 21": the links that are not cut, as from and to.
std::string open_links(const Network& network, std::uint64_t members) {
  std::string text;
  for (std::uint64_t from = 1; from <= members; ++from) {
    for (std::uint64_t to = 1; to <= members; ++to) {
      if (from == to || network.link(NodeId(from), NodeId(to)).cut) continue;
      text += (text.empty() ? "" : " ") + std::to_string(from) + std::to_string(to);
    }
  }
  return text;
}

}  // namespace

TEST_CASE("the quantiles of the exponential distribution are those of its formula") {
  // With a mean of 1024 the latency is the table's own number: -1024 ln(1 - (i + 1/2) / 64), rounded.
  base::Prng prng(5);
  std::map<TimeUs, int> drawn;
  for (int i = 0; i < 20'000; ++i) ++drawn[exponential(prng, 1024)];
  REQUIRE(drawn.size() == 64);
  std::size_t i = 0;
  for (const auto& [latency_us, count] : drawn) {
    const double share = (static_cast<double>(i) + 0.5) / 64;
    CAPTURE(i);
    EXPECT(latency_us == std::lround(-1024 * std::log(1 - share)));
    EXPECT(count > 200);  // of 312 on average: each is as likely as any other
    EXPECT(count < 430);
    ++i;
  }
}

TEST_CASE("an exponential latency has its mean, and none without one") {
  base::Prng prng(6);
  TimeUs sum = 0;
  for (int i = 0; i < 20'000; ++i) sum += exponential(prng, 10'000);
  EXPECT(sum / 20'000 > 9'700);  // 64 quantiles leave out a little of the tail
  EXPECT(sum / 20'000 < 10'100);
  const base::Prng before = prng;
  EXPECT(exponential(prng, 0) == 0);
  EXPECT(prng == before);
  EXPECT(exponential(prng, kMaxLatencyUs) <= 5 * kMaxLatencyUs);
}

TEST_CASE("links are directed and begin alike") {
  Network network = three();
  EXPECT(open_links(network, 3) == "12 13 21 23 31 32");
  EXPECT(network.link(kTwo, kThree) == Link{{100, 50, 7}});
  network.link(kOne, kTwo).cut = true;
  EXPECT(open_links(network, 3) == "13 21 23 31 32");
  EXPECT_FALSE(network.connected(kOne, kTwo));
  EXPECT(network.connected(kTwo, kOne));
  EXPECT(network.connected(kTwo, kTwo));
}

TEST_CASE("isolation cuts every link of one member and no other") {
  Network network = three();
  network.isolate(kTwo);
  EXPECT(open_links(network, 3) == "13 31");
  network.heal_all();
  EXPECT(open_links(network, 3) == "12 13 21 23 31 32");
  EXPECT(network.link(kTwo, kOne) == Link{{100, 50, 7}});
}

TEST_CASE("a partition cuts between groups and heals inside of them") {
  Network network(4, Link{});
  network.link(kOne, kTwo).cut = true;
  network.partition({{kOne, kTwo}, {kThree, NodeId(4)}});
  EXPECT(open_links(network, 4) == "12 21 34 43");
  // Whoever is not named is with the others who are not named.
  network.partition({{kOne}});
  EXPECT(open_links(network, 4) == "23 24 32 34 42 43");
  network.partition({{kOne}, {kTwo}});
  EXPECT(open_links(network, 4) == "34 43");
}

}  // namespace raftarium::sim
