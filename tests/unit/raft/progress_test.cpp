// What a leader knows of a peer, under random answers and sends.

#include "raft/progress.h"

#include "base/prng.h"
#include "support/test.h"

namespace raftarium::raft {

using base::Prng;

TEST_CASE("next stays beyond match, whatever happens") {
  Prng prng(4);
  constexpr int kCases = 100'000;
  Progress p;
  p.next = Index(1);
  p.inflights = Inflights(4, 0);
  for (int i = 0; i < kCases; ++i) {
    switch (prng.below(7)) {
      case 0:
        p.maybe_update(Index(prng.below(20)));
        break;
      case 1:
        p.maybe_decrease(Index(prng.below(20)), Index(prng.below(20)));
        break;
      case 2:
        p.become_probe();
        break;
      case 3:
        p.become_replicate();
        break;
      case 4:
        p.become_snapshot(Index(p.match.value() + prng.below(5)));
        break;
      case 5:
        if (!p.paused()) p.sent_entries(prng.below(3), prng.below(100));
        break;
      default:
        p.inflights.free_to(Index(prng.below(20)));
        break;
    }
    if (i % 100 == 0) {
      p = Progress{};
      p.next = Index(1);
      p.inflights = Inflights(4, 0);
    }
    REQUIRE(p.next > p.match);
  }
}

TEST_CASE("the in-flight window frees the oldest first and counts bytes") {
  Inflights window(3, 100);
  window.add(Index(1), 40);
  window.add(Index(2), 40);
  EXPECT(!window.full());
  window.add(Index(5), 40);
  EXPECT(window.full());
  window.free_to(Index(1));
  EXPECT(window.count() == 2);
  EXPECT(!window.full());
  window.add(Index(6), 40);
  EXPECT(window.full());
  window.free_to(Index(9));
  EXPECT(window.count() == 0);
}

}  // namespace raftarium::raft
