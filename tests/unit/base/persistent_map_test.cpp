#include "base/persistent_map.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <map>
#include <string>
#include <vector>

#include "base/prng.h"
#include "support/living.h"
#include "support/test.h"

namespace raftarium::base {

namespace {

using test::Living;
using Map = PersistentMap<int, Living>;
using MapModel = std::map<int, int>;

void require_equal(const Map& map, const MapModel& model) {
  REQUIRE(map.size() == model.size());
  REQUIRE(map.empty() == model.empty());
  auto expected = model.begin();
  for (const auto& [key, value] : map) {
    REQUIRE(key == expected->first);
    REQUIRE(value.number == expected->second);
    ++expected;
  }
}

// Every way of looking at `key`, against the model's.
void require_equal_at(const Map& map, const MapModel& model, int key) {
  const auto here = model.find(key);
  const auto* found = map.find(key);
  REQUIRE((found != nullptr) == (here != model.end()));
  REQUIRE(map.contains(key) == (here != model.end()));
  if (found != nullptr) REQUIRE(found->value.number == here->second);

  const auto lower = model.lower_bound(key);
  REQUIRE(map.rank(key) == static_cast<std::size_t>(std::distance(model.begin(), lower)));
  const auto from = map.lower_bound(key);
  REQUIRE((from == map.end()) == (lower == model.end()));
  if (from != map.end()) REQUIRE(from->key == lower->first);
  const auto* before = map.last_before(key);
  REQUIRE((before == nullptr) == (lower == model.begin()));
  if (before != nullptr) REQUIRE(before->key == std::prev(lower)->first);

  const auto upper = model.upper_bound(key);
  const auto after = map.upper_bound(key);
  REQUIRE((after == map.end()) == (upper == model.end()));
  if (after != map.end()) REQUIRE(after->key == upper->first);
  REQUIRE((map.last() == nullptr) == model.empty());
  if (!model.empty()) REQUIRE(map.last()->key == model.rbegin()->first);
}

}  // namespace

TEST_CASE("an empty map has nothing") {
  const Map map;
  require_equal(map, {});
  require_equal_at(map, {}, 1);
}

TEST_CASE("random changes to a map and its copies: each goes its own way, as std::map would") {
  const Living::Census census;
  for (std::uint64_t seed = 1; seed <= 12; ++seed) {
    CAPTURE(seed);
    Prng prng(seed);
    const std::uint32_t keys = 1U << prng.below(9);  // few keys: mostly erased; many: mostly grown
    std::vector<std::pair<Map, MapModel>> copies(1);
    copies.reserve(6);
    for (int step = 0; step < 2000; ++step) {
      auto& [map, model] = copies[prng.below(static_cast<std::uint32_t>(copies.size()))];
      const int key = static_cast<int>(prng.below(keys));
      switch (prng.below(8)) {
        case 0:
        case 1:
        case 2:
        case 3:
          map.set(key, Living(step));
          model[key] = step;
          break;
        case 4:
        case 5:
        case 6:
          REQUIRE(map.erase(key) == (model.erase(key) > 0));
          break;
        default:
          if (prng.below(50) == 0) {
            map.clear();
            model.clear();
          } else if (copies.size() < 6) {
            copies.emplace_back(map, model);
          } else {
            const auto from = prng.below(6);
            const auto to = prng.below(6);
            copies[to] = copies[from];
          }
      }
      for (const auto& [m, expected] : copies) require_equal_at(m, expected, key);
      if (step % 100 == 0) {
        for (const auto& [m, expected] : copies) require_equal(m, expected);
      }
    }
    for (const auto& [map, model] : copies) require_equal(map, model);
  }
  EXPECT(census.now() == 0);
}

TEST_CASE("a map is balanced whatever the order of its keys") {
  const auto height_bound = [](std::size_t size) {
    return std::log(static_cast<double>(size) + 1) / std::log(4.0 / 3.0) + 1;
  };
  // Its height, from outside: how many comparisons finding a key costs.
  static int comparisons = 0;
  struct Counting {
    bool operator()(int a, int b) const {
      ++comparisons;
      return a < b;
    }
  };
  for (const int order : {0, 1, 2}) {
    PersistentMap<int, int, Counting> map;
    constexpr int kCount = 20'000;
    for (int i = 0; i < kCount; ++i) {
      map.set(order == 0 ? i : order == 1 ? -i : i * 7919 % kCount - kCount * (i % 2), i);
    }
    while (map.size() > 100) {
      int most = 0;
      std::size_t right = 0;
      for (const auto& [key, value] : map) {
        comparisons = 0;
        right += map.find(key)->value == value ? 1U : 0U;
        most = std::max(most, comparisons);
      }
      EXPECT(right == map.size());
      // At most two comparisons a level.
      EXPECT(most <= 2 * height_bound(map.size()));
      const std::size_t half = map.size() / 2;
      while (map.size() > half) map.erase(map.begin()->key);
    }
  }
}

TEST_CASE("a copy shares everything; a change to it makes O(log n) of it new") {
  const Living::Census census;
  Map map;
  constexpr int kCount = 100'000;
  for (int i = 0; i < kCount; ++i) map.set(i, Living(i));
  REQUIRE(census.now() == kCount);
  {
    Map copy = map;
    EXPECT(census.now() == kCount);
    copy.set(kCount / 3, Living(-1));
    EXPECT(census.now() - kCount <= 25);
    copy.erase(kCount / 2);
    EXPECT(census.now() - kCount <= 60);
    EXPECT(map.find(kCount / 3)->value.number == kCount / 3);
    EXPECT(map.contains(kCount / 2));
    const auto shared = census.now();
    // Once it has its own, it changes in place.
    copy.set(kCount / 3, Living(-2));
    EXPECT(census.now() == shared);
  }
  EXPECT(census.now() == kCount);
  // Erasing what is not there is no change.
  Map copy = map;
  EXPECT_FALSE(copy.erase(-1));
  EXPECT(census.now() == kCount);
}

TEST_CASE("edit() gives what is there, or makes it") {
  PersistentMap<std::string, int> map;
  ++map.edit("a");
  ++map.edit("a");
  const auto copy = map;
  ++map.edit("a");
  EXPECT(map.find("a")->value == 3);
  EXPECT(copy.find("a")->value == 2);
  // Keys are looked up by whatever compares with them.
  EXPECT(map.contains(std::string_view("a")));
  EXPECT(map.erase(std::string_view("a")));
  EXPECT_FALSE(map.contains("a"));
}

TEST_CASE("a map that was moved from is empty") {
  Map map;
  map.set(1, Living(1));
  Map moved = std::move(map);
  require_equal(moved, {{1, 1}});
  require_equal(map, {});  // NOLINT(bugprone-use-after-move): that is what is being tested
  Map assigned;
  assigned.set(2, Living(2));
  assigned = std::move(moved);
  require_equal(assigned, {{1, 1}});
  const Map& self = assigned;
  assigned = self;
  require_equal(assigned, {{1, 1}});
}

}  // namespace raftarium::base
