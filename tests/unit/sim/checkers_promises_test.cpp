// The same for what answers promise: votes and acknowledgements that a crash must not take back, and reads.

#include <string>
#include <vector>

#include "checkers_history.h"
#include "sim/checkers.h"
#include "support/test.h"
#include "worlds.h"

namespace raftarium::sim {

using namespace testing;  // NOLINT(google-build-using-namespace): helpers for these very tests

TEST_CASE("one vote a term: a second vote, and a vote that a crash would take back") {
  EXPECT(History().votes(3, 2, 1).votes(3, 2, 2).violations() ==
         "one vote a term: S3 votes in term 2 for S2 after S1");
  EXPECT(History().term(3, 2).votes(3, 2, 1, true, false).violations() ==
         "one vote a term: S3 votes in term 2 for S1, but a crash would make it forget that");
  EXPECT(History().votes(3, 2, 1, false, false).violations() ==
         "one vote a term: S3 answers S1 in term 2, but a crash would take it back to term 1");
}

TEST_CASE("one vote a term holds: the same vote again, one in each term, and refusals of others") {
  EXPECT(History().votes(3, 2, 1).votes(3, 2, 1).violations().empty());
  EXPECT(History().votes(3, 2, 1).votes(3, 3, 2).votes(3, 4, 1).violations().empty());
  EXPECT(History().votes(3, 2, 1).votes(3, 2, 2, false).votes(4, 2, 2).violations().empty());
}

TEST_CASE("durability: an acknowledgement of what the disk does not hold") {
  EXPECT(History().answers_append(3, 1, History::kDurable + 1).violations() ==
         "durability: S3 acknowledges entry 22 to S1, but a crash would leave it with 21");
}

TEST_CASE("durability holds: all that the disk holds, and a rejection of what it lacks") {
  EXPECT(History()
             .answers_append(3, 1, History::kDurable)
             .answers_append(3, 1, 4)
             .answers_append(3, 1, History::kDurable + 1, true)
             .violations()
             .empty());
}

TEST_CASE("durability: a commit needs the entry on the disks of a quorum, the leader's own or not") {
  const World before = elected(std::size_t{3});
  World after = before;
  apply(after, put("x", "5"));
  run_for(after, kSecond);
  const raft::NodeId leader = after.leader();
  // There the same index is of a later term.
  World another = before;
  apply(another, act(Kind::Transfer, before.leader(), follower(before)));
  run_for(another, kSecond);
  const auto commits_with = [&](const std::vector<raft::NodeId>& holders,
                                bool others_hold_another = false) {
    const auto disk = [&](raft::NodeId node) {
      const bool holds = std::find(holders.begin(), holders.end(), node) != holders.end();
      return &(holds ? after : others_hold_another ? another : before).member(node).storage();
    };
    Checkers checkers(3, {raft::Term(0), raft::Index(1)});
    checkers.observe(after.member(leader), {}, after.now_us(), 1, disk);
    return checkers.violations().empty() ? std::string() : checkers.violations().front().why;
  };
  EXPECT(commits_with({leader}) ==
         name(leader) + " commits entry 3 of term 1, which is not on the disks of a quorum");
  REQUIRE(another.member(leader).storage().term(raft::Index(3)).term > raft::Term(1));
  EXPECT(commits_with({leader}, true) ==
         name(leader) + " commits entry 3 of term 1, which is not on the disks of a quorum");
  EXPECT(commits_with({leader, follower(after)}).empty());
  EXPECT(commits_with({follower(after), follower(after, 1)}).empty());
}

TEST_CASE("linearizability: an answer as of an entry before what was acknowledged when it was asked") {
  const std::vector<Entry> writes{session(2, 7, 1), session(3, 8, 1)};
  History history;
  history.appends(1, writes).takes(1, writes, {false, false}).acknowledges(1, 3, 8);
  EXPECT(history.tells(2, history.asks(9), 2, 1).violations() ==
         "linearizability: S2 answers request 9 (read x (linearizable)) as of entry 2: ; but request 8 was "
         "answered as of "
         "entry 3 before it was asked");
}

TEST_CASE("linearizability: a write as of the very entry that was acknowledged before it was asked") {
  const std::vector<Entry> writes{session(2, 7, 1), session(3, 8, 1)};
  History history;
  history.appends(1, writes).takes(1, writes, {false, false}).acknowledges(1, 3, 8);
  Request again = history.asks(9);
  again.kind = Request::Kind::Put;
  again.command.client = 8;
  EXPECT(history.tells(2, again, 3, 0).violations() ==
         "linearizability: S2 answers request 9 (put x=) as of entry 3; but request 8 was answered as of "
         "entry "
         "3 before it was asked");
}

TEST_CASE("state machine safety: a reader is told what the entries up to there do not make") {
  const std::vector<Entry> writes{session(2, 7, 1), session(3, 8, 1)};
  History history;
  history.appends(1, writes).takes(1, writes, {false, false});
  const Request old = history.asks(10);
  const Request wrong = history.asks(11);
  EXPECT(history.tells(1, history.asks(9), 3, 2).violations().empty());
  EXPECT(history.tells(1, old, 2, 1).violations().empty());
  EXPECT(history.tells(1, wrong, 3, 1).violations().find("state machine safety: S1 answers request 11") ==
         0);
}

TEST_CASE("election safety: a leader that nobody has seen elected") {
  const World one = elected(std::size_t{3});
  World other = make(3);
  const raft::NodeId rival = follower(one);
  apply(other, act(Kind::Timeout, rival));
  REQUIRE(run_until(other, [&] { return other.leader() == rival; }));
  REQUIRE(term(one, one.leader()) == term(other, rival));
  Checkers checkers(3, {raft::Term(0), raft::Index(1)});
  checkers.observe(one.member(one.leader()), {}, 1, 1);
  EXPECT(checkers.violations().empty());
  checkers.observe(one.member(one.leader()), {}, 2, 2);
  EXPECT(checkers.violations().empty());
  checkers.observe(other.member(rival), {}, 3, 3);
  REQUIRE(checkers.violations().size() == 1);
  EXPECT(checkers.violations().front().property == Property::ElectionSafety);
}

TEST_CASE("state machine safety: a store that is not what the entries make") {
  World world = elected(std::size_t{1});
  apply(world, put("x", "5"));
  run_for(world, kSecond);
  const member::Member& member = world.member(kS1);
  REQUIRE(member.store().applied() == 3);
  const auto judged = [&](const std::vector<Entry>& entries) {
    Checkers checkers(1, {raft::Term(0), raft::Index(1)});
    member::Output output;
    output.appended = output.committed = entries;
    checkers.observe(member, output, 1, 1);
    return checkers.violations().empty() ? std::string() : checkers.violations().front().why;
  };
  std::vector<Entry> entries;
  for (const Entry& e : member.node().entries(raft::Index(2), raft::Index(4), raft::kNoLimit).entries)
    entries.push_back(e);
  EXPECT(judged(entries).empty());
  entries.back().data = {};
  EXPECT(judged(entries) ==
         "S1 has a store of revision 1 after entry 3; the entries up to there make it 0");
}

TEST_CASE(
    "linearizability holds: asked before the acknowledgement, as of that very entry, or serializable") {
  const std::vector<Entry> writes{session(2, 7, 1), session(3, 8, 1)};
  History history;
  history.appends(1, writes).takes(1, writes, {false, false});
  const Request early = history.asks(9);
  history.acknowledges(1, 3, 8).tells(2, early, 2, 1);
  history.tells(2, history.asks(10), 3, 2);
  history.tells(2, history.asks(11, member::ReadMode::Serializable), 2, 1);
  EXPECT(history.violations().empty());
}

}  // namespace raftarium::sim
