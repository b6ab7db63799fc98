// The same for what binds members and clients: quorums, sessions, acknowledgements.

#include <string>
#include <vector>

#include "checkers_history.h"
#include "sim/checkers.h"
#include "support/test.h"

namespace raftarium::sim {

using namespace testing;  // NOLINT(google-build-using-namespace): helpers for these very tests

TEST_CASE("monotonic match: a leader forgets what another has of its log") {
  EXPECT(History().knows(1, 2, 3, 7).knows(1, 2, 3, 5).violations() ==
         "monotonic match: S1, who leads term 2, knew that S3 has its log up to 7, and now only up to 5");
}

TEST_CASE("monotonic match holds: in another term it begins again, and each has its own") {
  EXPECT(History().knows(1, 2, 3, 7).knows(1, 3, 3, 0).knows(1, 3, 3, 5).violations().empty());
  EXPECT(History()
             .knows(1, 2, 3, 7)
             .knows(1, 2, 2, 4)
             .knows(2, 2, 3, 4)
             .knows(1, 2, 3, 7)
             .violations()
             .empty());
}

TEST_CASE("overlapping quorums: two configurations in a row can decide apart") {
  const std::string begin = "overlapping quorums: S1 goes from voters=";
  SUBCASE("several members at once without a joint configuration") {
    EXPECT(History().configures(1, {1, 2}).violations().find(begin) == 0);
  }
  SUBCASE("a joint configuration that is left for a third one") {
    History history;
    history.configures(1, {4, 5}, {1, 2, 3, 4, 5});
    EXPECT(history.violations().empty());
    EXPECT(history.configures(1, {1, 2, 3}).violations().find(begin) == 0);
  }
}

TEST_CASE("overlapping quorums holds: one at a time, or through a joint configuration") {
  SUBCASE("one at a time") {
    History history;
    history.configures(1, {1, 2, 3, 4}).configures(1, {1, 2, 3}).configures(1, {1, 2}).configures(1, {1});
    EXPECT(history.configures(1, {1, 5}).violations().empty());
  }
  SUBCASE("nobody of the old is in the new, and another member is still at the beginning") {
    History history;
    history.configures(1, {1, 2, 3}, {1, 2, 3, 4, 5}).configures(1, {1, 2, 3});
    history.configures(1, {4, 5}, {1, 2, 3}).configures(1, {4, 5});
    EXPECT(history.configures(2, {1, 2, 3}, {1, 2, 3, 4, 5}).violations().empty());
  }
}

TEST_CASE("applied once: a request takes effect twice, or never") {
  const std::vector<Entry> twice{session(2, 7, 1), session(3, 7, 1)};
  SUBCASE("twice") {
    EXPECT(
        History().appends(1, twice).takes(1, twice, {false, false}).violations() ==
        "applied once: S1 applies request 1 of session 7 once more in entry 3; it took effect in entry 2");
  }
  SUBCASE("never") {
    EXPECT(History().appends(1, twice).takes(1, twice, {true, true}).violations() ==
           "applied once: S1 passes over entry 2 as if request 1 of session 7 had taken effect before, "
           "which it "
           "had not");
  }
  SUBCASE("twice at a member that applies it late") {
    History history;
    history.appends(1, twice)
        .takes(1, twice, {false, true})
        .appends(2, twice)
        .takes(2, twice, {false, false});
    EXPECT(
        history.violations() ==
        "applied once: S2 applies request 1 of session 7 once more in entry 3; it took effect in entry 2");
  }
}

TEST_CASE("applied once holds: committed twice and passed over, or another request of the session") {
  const std::vector<Entry> twice{session(2, 7, 1), session(3, 7, 1), session(4, 7, 2), session(5, 8, 1)};
  History history;
  history.appends(1, twice).takes(1, twice, {false, true, false, false});
  // Again after a restart, which is no repetition.
  history.restarts(1).takes(1, twice, {false, true, false, false});
  EXPECT(history.violations().empty());
}

TEST_CASE("acknowledged write: what a client was told is not there") {
  const std::vector<Entry> write{session(2, 7, 1)};
  SUBCASE("the entry is another one") {
    EXPECT(History().appends(1, write).takes(1, write, {false}).acknowledges(1, 2, 8).violations() ==
           "acknowledged write: S1 answers request 8 (put x=) as of entry 2, which is not its write");
  }
  SUBCASE("nobody has applied it") {
    EXPECT(History().appends(1, write).acknowledges(1, 2, 7).violations() ==
           "acknowledged write: S1 answers request 7 (put x=) as of entry 2, which is not its write");
  }
  SUBCASE("a later leader does not have it") {
    History history;
    history.leads(1, 2, write).takes(1, write, {false}).acknowledges(1, 2, 7).leads(3, 3);
    EXPECT(history.violations() ==
           "leader completeness: S3 leads term 3 without entry 2, which S1 had committed in term 2; "
           "acknowledged write: S3 leads term 3 without entry 2, as of which S1 had answered request 7");
  }
}

TEST_CASE("acknowledged write holds: a retry that committed twice, and what was never acknowledged") {
  const std::vector<Entry> twice{session(2, 7, 1), session(3, 7, 1)};
  EXPECT(History()
             .appends(1, twice)
             .takes(1, twice, {false, true})
             .acknowledges(1, 3, 7)
             .violations()
             .empty());
  EXPECT(History().leads(1, 2, twice).leads(3, 3).violations().empty());
  // Who leads an older term may learn late of its election.
  History late;
  late.term(1, 3).appends(1, twice).takes(1, twice, {false, true}).acknowledges(1, 2, 7).leads(4, 2);
  EXPECT(late.violations().empty());
}

}  // namespace raftarium::sim
