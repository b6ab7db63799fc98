#include "base/persistent_vector.h"

#include <algorithm>
#include <thread>
#include <vector>

#include "base/prng.h"
#include "support/living.h"
#include "support/test.h"

namespace raftarium::base {

namespace {

using test::Living;
using Small = PersistentVector<Living, 4>;  // many chunks in few elements
using VectorModel = std::vector<int>;

template <std::size_t kChunk>
void require_equal(const PersistentVector<Living, kChunk>& vector, const VectorModel& model) {
  REQUIRE(vector.size() == model.size());
  REQUIRE(vector.empty() == model.empty());
  for (std::size_t i = 0; i < model.size(); ++i) REQUIRE(vector[i].number == model[i]);
  std::size_t at = 0;
  for (const Living& living : vector) REQUIRE(living.number == model[at++]);
  REQUIRE(at == model.size());
  for (at = 0; at < model.size();) {
    const auto run = vector.run(at);
    REQUIRE_FALSE(run.empty());
    REQUIRE(run.size() <= kChunk);
    for (const Living& living : run) REQUIRE(living.number == model[at++]);
  }
  if (model.empty()) return;
  REQUIRE(vector.front().number == model.front());
  REQUIRE(vector.back().number == model.back());
}

}  // namespace

TEST_CASE("random changes to a sequence and its copies: each goes its own way, as std::vector would") {
  const Living::Census census;
  for (std::uint64_t seed = 1; seed <= 15; ++seed) {
    CAPTURE(seed);
    Prng prng(seed);
    std::vector<std::pair<Small, VectorModel>> copies(1);
    copies.reserve(5);
    for (int step = 0; step < 1500; ++step) {
      auto& [vector, model] = copies[prng.below(static_cast<std::uint32_t>(copies.size()))];
      const auto some = [&prng, &model = model] {
        const auto size = static_cast<std::uint32_t>(model.size());
        return prng.below(prng.below(4) == 0 ? size + 1 : std::min(size, 6U) + 1);
      };
      switch (prng.below(12)) {
        case 0: {
          const std::size_t keep = model.size() - some();
          vector.truncate(keep);
          model.resize(keep);
          break;
        }
        case 1: {
          const std::size_t gone = some();
          vector.drop_prefix(gone);
          model.erase(model.begin(), model.begin() + static_cast<std::ptrdiff_t>(gone));
          break;
        }
        case 2:
          if (copies.size() < 5) {
            copies.emplace_back(vector, model);
          } else {
            const auto from = prng.below(5);
            const auto to = prng.below(5);
            copies[to] = copies[from];
          }
          break;
        default:
          for (auto count = prng.below(4); count > 0; --count) {
            vector.append(Living(step));
            model.push_back(step);
          }
      }
      require_equal(vector, model);
      if (step % 20 == 0) {
        for (const auto& [v, expected] : copies) require_equal(v, expected);
      }
    }
    for (const auto& [v, expected] : copies) require_equal(v, expected);
  }
  EXPECT(census.now() == 0);
}

TEST_CASE("a copy shares everything; an append to it costs nothing, or one chunk") {
  const Living::Census census;
  PersistentVector<Living> vector;
  constexpr int kCount = 100'000;  // not a whole number of chunks
  for (int i = 0; i < kCount; ++i) vector.append(Living(i));
  auto first = vector;
  auto second = vector;
  REQUIRE(census.now() == kCount);
  first.append(Living(-1));  // takes the room that all share
  EXPECT(census.now() == kCount + 1);
  second.append(Living(-2));  // finds it taken
  EXPECT(census.now() <= kCount + 1 + 256);
  EXPECT(first.back().number == -1);
  EXPECT(second.back().number == -2);
  EXPECT(vector.size() == kCount);
  EXPECT(vector.back().number == kCount - 1);
  EXPECT(&first[0] == &second[0]);
  EXPECT(&first[kCount - 1] != &second[kCount - 1]);
}

TEST_CASE("what nobody needs any more is destroyed") {
  const Living::Census census;
  PersistentVector<Living, 16> vector;
  for (int i = 0; i < 160; ++i) vector.append(Living(i));
  vector.drop_prefix(40);  // two chunks and a half
  EXPECT(census.now() == 160 - 32);
  vector.truncate(100);  // up to the element 140, in the ninth chunk
  EXPECT(census.now() == 140 - 32);
  {
    auto copy = vector;
    vector.truncate(10);
    vector.append(Living(-1));
    EXPECT(copy[10].number == 50);
    EXPECT(vector[10].number == -1);
  }
  EXPECT(vector.size() == 11);
  EXPECT(census.now() <= 11 + 16);
  vector.drop_prefix(11);
  EXPECT(vector.empty());
  EXPECT(census.now() == 0);
}

TEST_CASE("elements stay where they are while others come and go") {
  PersistentVector<int, 8> vector;
  for (int i = 0; i < 100; ++i) vector.append(i);
  const int* const kept = &vector[50];
  auto copy = vector;
  for (int i = 0; i < 100; ++i) vector.append(i);
  vector.drop_prefix(30);
  copy.drop_prefix(49);
  EXPECT(&vector[20] == kept);
  EXPECT(&copy[1] == kept);
}

TEST_CASE("a sequence that was moved from is empty") {
  Small vector;
  for (int i = 0; i < 9; ++i) vector.append(Living(i));
  Small moved = std::move(vector);
  REQUIRE(vector.empty());   // NOLINT(bugprone-use-after-move): that is what is being tested
  vector.append(Living(1));  // NOLINT(bugprone-use-after-move)
  require_equal(vector, {1});
  require_equal(moved, {0, 1, 2, 3, 4, 5, 6, 7, 8});
  const Small& self = moved;
  moved = self;
  EXPECT(moved.size() == 9);
}

#ifndef __EMSCRIPTEN__
TEST_CASE("copies grow in threads of their own: one of them gets the shared room") {
  for (int round = 0; round < 50; ++round) {
    PersistentVector<int, 64> vector;
    for (int i = 0; i < 40; ++i) vector.append(i);
    std::vector<PersistentVector<int, 64>> copies(4, vector);
    std::vector<std::thread> threads;
    threads.reserve(copies.size());
    for (std::size_t t = 0; t < copies.size(); ++t) {
      threads.emplace_back([&copies, t] {
        for (int i = 0; i < 100; ++i) copies[t].append(static_cast<int>(t) * 1000 + i);
      });
    }
    for (std::thread& thread : threads) thread.join();
    for (std::size_t t = 0; t < copies.size(); ++t) {
      REQUIRE(copies[t].size() == 140);
      for (int i = 0; i < 40; ++i) REQUIRE(copies[t][static_cast<std::size_t>(i)] == i);
      for (int i = 0; i < 100; ++i) {
        REQUIRE(copies[t][static_cast<std::size_t>(i) + 40] == static_cast<int>(t) * 1000 + i);
      }
    }
  }
}
#endif

}  // namespace raftarium::base
