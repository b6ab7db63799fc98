// For each property a history that breaks it must be found out, and one that only looks so must not.

#include "sim/checkers.h"

#include <string>
#include <vector>

#include "checkers_history.h"
#include "support/test.h"

namespace raftarium::sim {

using namespace testing;  // NOLINT(google-build-using-namespace): helpers for these very tests

TEST_CASE("a violation says when, who and why") {
  History history;
  history.leads(1, 2).leads(3, 2);
  const auto& violations = history.checkers().violations();
  REQUIRE(violations.size() == 1);
  EXPECT(violations[0].property == Property::ElectionSafety);
  EXPECT(violations[0].time_us == 2000);
  EXPECT(violations[0].event == 2);
  EXPECT(violations[0].nodes == std::vector{NodeId(1), NodeId(3)});
  EXPECT(violations[0].why == "S1 and S3 both lead term 2");
  EXPECT(violations[0].earlier.node == NodeId(1));
  EXPECT(violations[0].earlier.event == 1);
  EXPECT(violations[0].earlier.what == "S1 leads term 2");
  EXPECT(violations[0].later.node == NodeId(3));
  EXPECT(violations[0].later.event == 2);
  EXPECT(violations[0].later.what == "S3 leads term 2");
}

TEST_CASE("election safety: two leaders of one term") {
  EXPECT(History().leads(1, 2).leads(2, 3).leads(3, 2).violations() ==
         "election safety: S1 and S3 both lead term 2");
}

TEST_CASE("election safety holds: two leaders at once, of two terms; one leader twice") {
  // S1 does not know yet that S2 has been elected.
  EXPECT(History().leads(1, 2).leads(2, 3).term(1, 2).leads(1, 2).violations().empty());
}

TEST_CASE("leader append-only: a leader overwrites its own entry") {
  SUBCASE("and the core says so") {
    EXPECT(History().leads(1, 2, log({2, 2})).truncates(1, 3, log({2}, 3)).violations() ==
           "leader append-only: S1 leads term 2 and overwrites its entry 3");
  }
  SUBCASE("and the core says so, before anything takes its place") {
    EXPECT(History().leads(1, 2, log({2, 2})).truncates(1, 3, {}).violations() ==
           "leader append-only: S1 leads term 2 and overwrites its entry 3");
  }
  SUBCASE("and the core hides it") {
    const std::vector<Entry> other{entry(3, 2, "another")};
    EXPECT(History().leads(1, 2, log({2, 2})).appends(1, other).violations() ==
           "leader append-only: S1 leads term 2 and overwrites its entry 3; "
           "log matching: S1 has another log up to entry 3 of term 2 than a member that had it before");
  }
  SUBCASE("even with the very same entry") {
    EXPECT(History().leads(1, 2, log({2, 2})).appends(1, log({2}, 3)).violations() ==
           "leader append-only: S1 leads term 2 and overwrites its entry 3");
  }
}

TEST_CASE("leader append-only holds: who led once may overwrite later") {
  SUBCASE("as a follower of the next term") {
    History history;
    history.leads(1, 2, log({2, 2})).follows(1, 3).truncates(1, 3, log({3}, 3));
    EXPECT(history.violations().empty());
  }
  SUBCASE("as a follower of the next term, in the very step in which it comes to it") {
    EXPECT(History().leads(1, 2, log({2, 2})).follows(1, 3, log({3}, 3)).violations().empty());
  }
  SUBCASE("after a crash") {
    EXPECT(History().leads(1, 2, log({2, 2})).restarts(1).appends(1, log({2}, 3)).violations().empty());
  }
  SUBCASE("even with an entry of its own term, which another member kept for it") {
    History history;
    history.leads(1, 2, log({2})).appends(2, log({2}));
    history.leads(3, 3, log({3})).follows(1, 3).truncates(1, 2, log({3}));
    // S2 is elected with the old entry, and S1 gets it back.
    history.leads(2, 4, log({4}, 3)).follows(1, 4).truncates(1, 2, log({2, 4}));
    EXPECT(history.violations().empty());
  }
}

TEST_CASE("log matching: same index and term, but another log") {
  SUBCASE("another entry") {
    EXPECT(History().appends(1, {entry(2, 2, "a")}).appends(2, {entry(2, 2, "b")}).violations() ==
           "log matching: S2 has another log up to entry 2 of term 2 than a member that had it before");
  }
  SUBCASE("another entry somewhere before") {
    EXPECT(History().appends(1, log({2, 3})).appends(2, log({1, 3})).violations() ==
           "log matching: S2 has another log up to entry 3 of term 3 than a member that had it before");
  }
  SUBCASE("another entry than one that was committed long ago") {
    History history;
    history.appends(1, log({2, 2})).applies(1, log({2, 2})).appends(2, {entry(2, 2, "other")});
    EXPECT(history.violations() ==
           "log matching: S2 has another log up to entry 2 of term 2 than a member that had it before");
  }
  SUBCASE("a log with a hole") {
    EXPECT(History().appends(1, log({2}, 4)).violations() ==
           "log matching: S1 appends entry 4 to a log that ends at 1");
  }
  SUBCASE("an entry before the first one") {
    EXPECT(History().appends(1, log({1}, 1)).violations() ==
           "log matching: S1 appends entry 1 to a log that ends at 1");
  }
}

TEST_CASE("log matching holds: logs that differ in terms, before and after a repair") {
  History history;
  history.appends(1, log({2, 2, 2})).appends(2, log({2, 3, 3}));
  history.appends(1, log({3, 3}, 3));  // repaired
  history.appends(3, log({2})).appends(3, log({3, 3}, 3));
  history.appends(3, log({3}, 4));  // the same once more: a message came twice
  EXPECT(history.violations().empty());
}

TEST_CASE("leader completeness: a later leader lacks what was committed") {
  SUBCASE("when it is elected") {
    History history;
    history.leads(1, 2, log({2, 2})).applies(1, log({2, 2})).appends(2, log({2})).leads(2, 3);
    EXPECT(history.violations() ==
           "leader completeness: S2 leads term 3 without entry 3, which S1 had committed in term 2");
  }
  SUBCASE("when it has another entry in its place") {
    History history;
    history.leads(1, 2, log({2})).applies(1, log({2})).appends(2, log({1})).leads(2, 3);
    EXPECT(history.violations() ==
           "leader completeness: S2 leads term 3 without entry 2, which S1 had committed in term 2");
  }
  SUBCASE("when an older leader commits behind its back") {
    History history;
    history.leads(1, 2, log({2})).leads(2, 3, log({3})).applies(1, log({2}));
    EXPECT(history.violations() ==
           "leader completeness: S2 leads term 3 without entry 2, which S1 commits in term 2");
  }
  SUBCASE("though entries after it were committed in later terms") {
    History history;
    history.leads(1, 2, log({2})).applies(1, log({2}));
    history.appends(3, log({2})).leads(3, 5, log({5}, 3)).applies(3, log({2, 5}));
    history.leads(4, 4);
    EXPECT(history.violations() ==
           "leader completeness: S4 leads term 4 without entry 2, which S1 had committed in term 2");
  }
}

TEST_CASE("leader completeness holds: what was not committed, or only later, may be missing") {
  SUBCASE("an entry that nobody applied") {
    EXPECT(History().leads(1, 2, log({2, 2})).leads(2, 3, log({3})).violations().empty());
  }
  SUBCASE("a leader of an older term that learns late of its own election") {
    History history;
    history.leads(1, 3, log({3})).applies(1, log({3})).leads(2, 2);
    EXPECT(history.violations().empty());
  }
  SUBCASE("a leader that has it, but has not applied it") {
    History history;
    history.leads(1, 2, log({2})).appends(2, log({2})).applies(1, log({2})).leads(2, 3, log({3}, 3));
    EXPECT(history.violations().empty());
  }
}

TEST_CASE("state machine safety: members apply different entries") {
  SUBCASE("another entry at the same index") {
    History history;
    history.appends(1, log({2})).applies(1, log({2})).appends(2, log({3})).applies(2, log({3}));
    EXPECT(history.violations() == "state machine safety: S2 applies another entry 2 than S1 has applied");
  }
  SUBCASE("another entry than its own log holds") {
    EXPECT(History().appends(1, log({2})).applies(1, {entry(2, 2, "other")}).violations() ==
           "state machine safety: S1 applies another entry 2 than its log holds");
  }
  SUBCASE("an entry that its log does not reach") {
    History history;
    history.appends(1, log({2})).applies(1, log({2})).applies(2, log({2}));
    EXPECT(history.violations() == "state machine safety: S2 applies entry 2, but its log ends at 1");
  }
  SUBCASE("an entry left out") {
    EXPECT(History().appends(1, log({2, 2})).applies(1, log({2}, 3)).violations() ==
           "state machine safety: S1 applies entry 3 after entry 1");
  }
  SUBCASE("an entry twice in one life") {
    EXPECT(History().appends(1, log({2})).applies(1, log({2})).applies(1, log({2})).violations() ==
           "state machine safety: S1 applies entry 2 after entry 2");
  }
  SUBCASE("an applied entry is overwritten and another one is applied in its place") {
    History history;
    history.appends(1, log({2, 2})).applies(1, log({2, 2})).restarts(1);
    history.appends(1, log({3}, 3)).applies(1, {log({2, 3})});
    EXPECT(history.violations() == "state machine safety: S1 applies another entry 3 than S1 has applied");
  }
  SUBCASE("a snapshot of what nobody has applied") {
    EXPECT(History().appends(1, log({2, 2})).applies(1, log({2})).restores(2, 3, 2).violations() ==
           "state machine safety: S2 restores a snapshot of entry 3 of term 2, which nobody has applied");
    EXPECT(History().appends(1, log({2})).applies(1, log({2})).restores(2, 2, 3).violations() ==
           "state machine safety: S2 restores a snapshot of entry 2 of term 3, which nobody has applied");
  }
}

TEST_CASE("state machine safety holds: late, again after a restart, or from a snapshot") {
  SUBCASE("late and in small pieces") {
    History history;
    history.appends(1, log({2, 2, 2})).applies(1, log({2, 2, 2})).appends(2, log({2, 2, 2}));
    history.applies(2, log({2})).applies(2, log({2}, 3)).applies(2, log({2}, 4));
    EXPECT(history.violations().empty());
  }
  SUBCASE("again after a restart") {
    History history;
    history.appends(1, log({2, 2})).applies(1, log({2, 2})).restarts(1).applies(1, log({2, 2}));
    EXPECT(history.violations().empty());
  }
  SUBCASE("an uncommitted entry that others overwrote") {
    History history;
    history.appends(1, log({2})).appends(2, log({3})).applies(2, log({3}));
    history.appends(1, log({3})).applies(1, log({3}));
    EXPECT(history.violations().empty());
  }
  SUBCASE("after a snapshot the log goes on where the snapshot ends, whatever was there before") {
    History history;
    history.appends(1, log({2, 2, 2})).applies(1, log({2, 2}));
    history.appends(2, log({1, 1, 1, 1})).restores(2, 3, 2, log({2}, 4)).applies(2, log({2}, 4));
    history.applies(1, log({2}, 4));
    EXPECT(history.violations().empty());
  }
}

TEST_CASE("monotonic term: a term that goes back, also over a restart") {
  EXPECT(History().term(1, 3).term(1, 2).violations() ==
         "monotonic term: S1 was in term 3 and is in term 2");
  EXPECT(History().term(1, 3).term(1, 2).restarts(1).violations() ==
         "monotonic term: S1 was in term 3 and is in term 2");
  History history;
  history.term(2, 4).restarts(2);
  EXPECT(history.violations().empty());
  history.term(2, 1);
  EXPECT(history.violations() == "monotonic term: S2 was in term 4 and is in term 1");
  // Answered in a term that its disk does not know, and back in an older one.
  EXPECT(History().votes(3, 5, 1, false, false).restarts(3).violations() ==
         "one vote a term: S3 answers S1 in term 5, but a crash would take it back to term 1; "
         "monotonic term: S3 has answered in term 5 and starts again in term 1");
}

TEST_CASE("monotonic term holds: terms grow at different speeds") {
  EXPECT(History().term(1, 3).term(2, 2).term(1, 3).term(2, 7).restarts(1).term(1, 3).violations().empty());
}

TEST_CASE("monotonic commit: a commit index that goes back while running") {
  EXPECT(History().commit(1, 5).commit(1, 4).violations() ==
         "monotonic commit: S1 had committed 5 and now has 4");
}

TEST_CASE("monotonic commit holds: it may begin again after a restart") {
  EXPECT(History().commit(1, 5).restarts(1).commit(1, 3).commit(2, 2).commit(1, 5).violations().empty());
}

TEST_CASE("one broken promise does not flood the list") {
  History history;
  history.term(1, 9);
  for (int i = 0; i < 200; ++i) history.term(1, i % 2 == 0 ? 1 : 9);
  EXPECT(history.checkers().violations().size() == 100);
}

TEST_CASE("a copy of the checkers goes its own way, also across blocks") {
  for (const std::size_t entries : {100U, 256U, 300U}) {
    CAPTURE(entries);
    History history;
    const std::vector<Entry> all = log(std::vector<std::uint64_t>(entries, 2));
    history.appends(1, all).applies(1, all);
    History copy = history;
    const std::uint64_t next = entries + 2;
    const std::vector<Entry> one{entry(next, 2, "one")};
    const std::vector<Entry> two{entry(next, 2, "two")};
    history.appends(1, one).applies(1, one);
    copy.appends(1, two).applies(1, two);
    EXPECT(history.violations().empty());
    EXPECT(copy.violations().empty());
    history.appends(2, all).appends(2, one).applies(2, all).applies(2, one);
    EXPECT(history.violations().empty());
    copy.appends(2, all).appends(2, one);
    EXPECT(copy.violations().find("log matching") == 0);
  }
}

}  // namespace raftarium::sim
