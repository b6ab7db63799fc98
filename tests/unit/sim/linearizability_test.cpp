// Histories, good and bad, by hand and by the thousand; and every verdict on a small one against all orders.

#include "sim/linearizability.h"

#include <algorithm>
#include <map>
#include <numeric>

#include "base/prng.h"
#include "support/test.h"

namespace raftarium::sim {
namespace {

using Verdict = LinearizabilityVerdict::Kind;

Operation write(std::uint64_t number, const std::string& value, std::uint64_t called,
                std::uint64_t returned = Operation::kNever) {
  return {.kind = Operation::Kind::Write,
          .number = number,
          .key = "x",
          .value = value,
          .called = called,
          .returned = returned};
}
Operation read(std::uint64_t number, const std::string& value, std::uint64_t called,
               std::uint64_t returned) {
  return {.kind = Operation::Kind::Read,
          .number = number,
          .key = "x",
          .value = value,
          .found = !value.empty(),
          .called = called,
          .returned = returned};
}
Operation erase(std::uint64_t number, std::uint64_t called, std::uint64_t returned = Operation::kNever) {
  return {
      .kind = Operation::Kind::Erase, .number = number, .key = "x", .called = called, .returned = returned};
}
Operation swap(std::uint64_t number, const std::string& from, const std::string& to, bool succeeded,
               std::uint64_t called, std::uint64_t returned = Operation::kNever) {
  return {.kind = Operation::Kind::Swap,
          .number = number,
          .key = "x",
          .value = to,
          .expected = from,
          .succeeded = succeeded,
          .called = called,
          .returned = returned};
}

bool holds(const std::vector<Operation>& history) {
  return check_linearizability(history).kind == Verdict::Holds;
}
// Why it does not; empty when it does.
std::string why(const std::vector<Operation>& history) {
  const auto verdict = check_linearizability(history);
  return verdict.kind == Verdict::Broken ? verdict.why : "";
}

// What one copy of the data would do, told again as plainly as can be.
struct Copy {
  bool there = false;
  std::string value{};
  std::int64_t version = 0;
  bool does(const Operation& operation) {
    const bool known = operation.returned != Operation::kNever;
    switch (operation.kind) {
      case Operation::Kind::Write:
        *this = {true, operation.value, there ? version + 1 : 1};
        return true;
      case Operation::Kind::Erase:
        *this = {};
        return true;
      case Operation::Kind::Swap: {
        const bool fits = there && value == operation.expected;
        if (fits) *this = {true, operation.value, version + 1};
        return !known || fits == operation.succeeded;
      }
      case Operation::Kind::Read:
        break;
    }
    if (!known) return true;
    const bool fits = operation.found == there && (!there || value == operation.value);
    return fits && (operation.version == 0 || operation.version == version);
  }
};

// Every order of every choice of the operations whose end is not known.
bool some_order_works(const std::vector<Operation>& history) {
  std::vector<std::size_t> open;
  for (std::size_t i = 0; i < history.size(); ++i) {
    if (history[i].returned == Operation::kNever) open.push_back(i);
  }
  for (std::uint32_t choice = 0; choice < 1U << open.size(); ++choice) {
    std::vector<std::size_t> order;
    for (std::size_t i = 0; i < history.size(); ++i) {
      const auto at = std::find(open.begin(), open.end(), i);
      if (at == open.end() || (choice >> static_cast<unsigned>(at - open.begin()) & 1U) != 0)
        order.push_back(i);
    }
    do {
      Copy copy;
      bool works = true;
      for (std::size_t a = 0; works && a < order.size(); ++a) {
        for (std::size_t b = a + 1; works && b < order.size(); ++b) {
          works = history[order[b]].returned >= history[order[a]].called;
        }
        works = works && copy.does(history[order[a]]);
      }
      if (works) return true;
    } while (std::next_permutation(order.begin(), order.end()));
  }
  return false;
}

Operation random_operation(base::Prng& prng, std::uint64_t number) {
  Operation operation;
  operation.kind = static_cast<Operation::Kind>(prng.below(4));
  operation.number = number;
  operation.key = "x";
  operation.value = std::string(1, static_cast<char>('a' + prng.below(3)));
  operation.expected = std::string(1, static_cast<char>('a' + prng.below(3)));
  operation.found = prng.below(4) != 0;
  operation.succeeded = prng.below(2) == 0;
  if (operation.kind == Operation::Kind::Read && operation.found && prng.below(2) == 0)
    operation.version = 1 + prng.below(2);
  operation.called = prng.below(12);
  if (prng.below(5) != 0) operation.returned = operation.called + prng.below(8);
  return operation;
}

// What clients are told by one copy that takes each request at a random moment between its call and its return.
std::vector<Operation> honest_history(base::Prng& prng, std::size_t clients, std::size_t operations,
                                      std::size_t keys) {
  struct Point {
    std::uint64_t at = 0;
    std::size_t operation = 0;
  };
  std::vector<Operation> history;
  std::vector<Point> points;
  std::vector<std::uint64_t> free_at(clients, 0);
  for (std::size_t i = 0; i < operations; ++i) {
    std::uint64_t& client = free_at[i % clients];
    Operation operation;
    operation.number = i + 1;
    operation.kind = prng.below(2) == 0 ? Operation::Kind::Read : Operation::Kind::Write;
    operation.key = "k" + std::to_string(prng.below(static_cast<std::uint32_t>(keys)));
    operation.value = std::to_string(i);
    operation.called = client + prng.below(100);
    const std::uint64_t point = operation.called + prng.below(1000);
    operation.returned = point + prng.below(1000);
    client = operation.returned + 1;
    // Some writers never hear what came of it.
    if (operation.kind == Operation::Kind::Write && prng.below(50) == 0)
      operation.returned = Operation::kNever;
    points.push_back({point, i});
    history.push_back(std::move(operation));
  }
  std::stable_sort(points.begin(), points.end(),
                   [](const Point& a, const Point& b) { return a.at < b.at; });
  std::map<std::string, Copy> copies;
  for (const Point& point : points) {
    Operation& operation = history[point.operation];
    Copy& copy = copies[operation.key];
    if (operation.kind == Operation::Kind::Write) {
      copy.does(operation);
      continue;
    }
    operation.found = copy.there;
    operation.value = copy.value;
    operation.version = copy.version;
  }
  return history;
}

TEST_CASE("good histories, also those that look bad") {
  EXPECT(holds({}));
  EXPECT(holds({read(1, "", 0, 1)}));
  EXPECT(holds({write(1, "1", 0, 1), read(2, "1", 2, 3)}));
  // A write takes effect at any moment between call and return: one reader has seen it, a later one in time too.
  EXPECT(holds({write(1, "1", 0, 9), read(2, "1", 2, 3), read(3, "1", 4, 5)}));
  // The readers overlap, so that their order is open.
  EXPECT(holds({write(1, "1", 0, 9), read(2, "1", 2, 5), read(3, "", 4, 6)}));
  // Two writes at once: what was acknowledged last need not be what stays.
  EXPECT(holds({write(1, "1", 0, 5), write(2, "2", 1, 9), read(3, "1", 10, 11)}));
  // Nobody heard of the end of this write, but it took effect, late.
  EXPECT(holds({write(1, "1", 0), write(2, "2", 1, 2), read(3, "2", 3, 4), read(4, "1", 5, 6)}));
  // Or never.
  EXPECT(holds({write(1, "1", 0), write(2, "2", 1, 2), read(3, "2", 50, 60)}));
  // A call at the very moment of a return overlaps with it.
  EXPECT(holds({write(1, "1", 0, 5), read(2, "", 5, 6)}));
  EXPECT(holds(
      {write(1, "1", 0, 1), erase(2, 2, 3), read(3, "", 4, 5), write(4, "1", 6, 7), read(5, "1", 8, 9)}));
  EXPECT(holds({write(1, "1", 0, 1), swap(2, "1", "2", true, 2, 9), swap(3, "1", "3", false, 3, 8),
                read(4, "2", 10, 11)}));
  // A deletion of nothing must be able to wait for something to delete.
  EXPECT(holds({erase(1, 0, 20), write(2, "1", 1, 2), read(3, "1", 3, 4), read(4, "", 5, 6)}));
}

TEST_CASE("bad histories, and the two facts that contradict each other") {
  EXPECT(why({write(1, "1", 0, 1), read(2, "", 2, 3)}) ==
         "request 1 (write x=1) was acknowledged before request 2 (read x: nothing) was called, which was "
         "told what was "
         "there before it");
  EXPECT(why({write(1, "1", 0, 1), write(2, "2", 2, 3), read(3, "1", 4, 5)}) ==
         "request 2 (write x=2) was acknowledged before request 3 (read x=1) was called, which was told "
         "what was there "
         "before it");
  EXPECT(why({read(1, "7", 0, 1)}) == "request 1 (read x=7) was told a value that nobody has written");
  EXPECT(why({read(1, "7", 0, 1), write(2, "7", 2, 3)}) ==
         "request 1 (read x=7) returned before request 2 (write x=7) was called, which wrote it");
  // The write is still under way, but one client has seen it, and a later one has not.
  EXPECT(why({write(1, "1", 0, 1), write(2, "2", 2, 20), read(3, "2", 4, 5), read(4, "1", 6, 7)}) ==
         "request 3 (read x=2) had returned before request 4 (read x=1) was called, and was told something "
         "newer");
  // Both swaps cannot have found the same value.
  const std::string both =
      why({write(1, "1", 0, 1), swap(2, "1", "2", true, 2, 5), swap(3, "1", "3", true, 3, 6)});
  EXPECT(both.find("no order of the 3 operations on \"x\"") == 0);
  // A version that counts a change too many.
  Operation versioned = read(2, "1", 2, 3);
  versioned.version = 2;
  EXPECT_FALSE(holds({write(1, "1", 0, 1), versioned}));
  const auto verdict =
      check_linearizability({write(1, "1", 0, 1), write(2, "2", 2, 3), read(3, "1", 4, 5)});
  EXPECT(verdict.numbers == std::vector<std::uint64_t>{2, 3});
}

TEST_CASE("keys are judged one by one") {
  std::vector<Operation> history{write(1, "1", 0, 1), read(2, "1", 2, 3)};
  Operation other = read(3, "", 2, 3);
  other.key = "y";
  history.push_back(other);
  EXPECT(holds(history));
  other.found = true;
  other.value = "1";
  history.push_back(other);
  EXPECT_FALSE(holds(history));
}

TEST_CASE("every small history is judged as by trying all orders") {
  base::Prng prng(20);
  std::size_t good = 0;
  constexpr std::size_t kHistories = 30'000;
  for (std::size_t i = 0; i < kHistories; ++i) {
    std::vector<Operation> history;
    const std::uint32_t size = 1 + prng.below(6);
    for (std::uint32_t n = 1; n <= size; ++n) history.push_back(random_operation(prng, n));
    const bool expected = some_order_works(history);
    good += expected ? 1 : 0;
    REQUIRE_MESSAGE(holds(history) == expected, "history ", i, ": ", why(history));
  }
  // Both verdicts are common, or this shows little.
  EXPECT(good > kHistories / 20);
  EXPECT(good < kHistories * 19 / 20);
}

TEST_CASE("what one copy tells fifty clients holds; one lie in it does not") {
  base::Prng prng(7);
  for (std::size_t round = 0; round < 20; ++round) {
    std::vector<Operation> history = honest_history(prng, 50, 1700, 10);
    const auto verdict = check_linearizability(history);
    EXPECT(verdict.kind == Verdict::Holds);
    // A reader that ends after everything is told what was overwritten long ago.
    const auto old = std::find_if(history.begin(), history.end(), [](const Operation& operation) {
      return operation.kind == Operation::Kind::Write && operation.returned != Operation::kNever;
    });
    Operation lie = *old;
    lie.kind = Operation::Kind::Read;
    lie.found = true;
    lie.number = 9999;
    lie.called = 10'000'000;
    lie.returned = 10'000'001;
    history.push_back(lie);
    const auto broken = check_linearizability(history);
    EXPECT(broken.kind == Verdict::Broken);
    EXPECT(broken.why.find("request 9999") != std::string::npos);
  }
}

TEST_CASE("a search that grows too large is given up, and says so") {
  // Many writes at once and one read that no order explains.
  std::vector<Operation> history;
  for (std::uint64_t i = 0; i < 24; ++i) history.push_back(write(i + 1, std::to_string(i), i, 1000));
  Operation last = read(50, "3", 2000, 2001);
  last.version = 99;
  history.push_back(last);
  EXPECT(check_linearizability(history, 1000).kind == Verdict::Unknown);
}

}  // namespace
}  // namespace raftarium::sim
