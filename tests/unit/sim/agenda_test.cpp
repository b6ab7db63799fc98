// The agenda: in the order of times, and of what is due at one time in the order of entering.

#include "sim/agenda.h"

#include <algorithm>
#include <vector>

#include "base/prng.h"
#include "support/test.h"

namespace raftarium::sim {

namespace {

// What is due, found by looking at all of it.
class Plain {
 public:
  void add(TimeUs time_us, Due::Kind kind, std::uint64_t subject, std::uint64_t number) {
    list_.push_back({time_us, next_++, subject, number, kind});
  }
  Due take() {
    const auto first = std::min_element(list_.begin(), list_.end(),
                                        [](const Due& a, const Due& b) { return a.comes_before(b); });
    const Due due = *first;
    list_.erase(first);
    return due;
  }
  bool empty() const { return list_.empty(); }

 private:
  std::vector<Due> list_;
  std::uint64_t next_ = 0;
};

}  // namespace

TEST_CASE("the agenda gives what a search through all of it would give") {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    CAPTURE(seed);
    base::Prng prng(seed);
    Agenda agenda;
    Plain plain;
    TimeUs now_us = 0;
    const auto take = [&] {
      const Due expected = plain.take();
      REQUIRE(agenda.next_us() == expected.time_us);
      const Due due = agenda.take();
      REQUIRE(due.sequence == expected.sequence);
      REQUIRE(due.time_us == expected.time_us);
      REQUIRE(due.kind == expected.kind);
      REQUIRE(due.subject == expected.subject);
      REQUIRE(due.number == expected.number);
      now_us = due.time_us;
    };
    for (std::uint64_t i = 0; i < 2000; ++i) {
      const bool tick = prng.below(3) == 0;
      const auto kind = tick ? Due::Kind::Tick : static_cast<Due::Kind>(1 + prng.below(8));
      // Few times, so that many things are due at once; ticks mostly a period ahead, some of them sooner.
      const TimeUs time_us = now_us + (tick && prng.below(4) > 0 ? 10 : prng.between(0, 10));
      const std::uint64_t subject = prng.below(5);
      agenda.add(time_us, kind, subject, i);
      plain.add(time_us, kind, subject, i);
      // Now and then the queue grows long, and now and then it runs dry.
      for (std::uint32_t n = prng.below(i % 400 < 200 ? 2 : 4); n > 0 && !plain.empty(); --n) take();
      REQUIRE(agenda.empty() == plain.empty());
    }
    while (!plain.empty()) take();
    EXPECT(agenda.empty());
  }
}

}  // namespace raftarium::sim
