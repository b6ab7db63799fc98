// Which entries of the logs are in conflict: told from frames made by hand, and in scenarios where it is known.

#include "viz/conflicts.h"

#include "screen.h"
#include "support/test.h"
#include "viz/acts.h"

namespace raftarium::viz {
namespace {

using raft::Index;
using raft::NodeId;
using raft::Term;

// Members with logs of these terms from index 1, of which the first `commit` entries are committed.
struct Log {
  std::vector<std::uint64_t> terms;
  std::uint64_t commit = 0;
};

Frame frame_of(const std::vector<Log>& logs) {
  Frame frame;
  for (const Log& log : logs) {
    MemberView member;
    member.id = NodeId(frame.members.size() + 1);
    for (std::size_t i = 0; i < log.terms.size(); ++i)
      member.entries.push_back({Term(log.terms[i]), Index(i + 1), "x=1", i < log.commit});
    frame.members.push_back(std::move(member));
  }
  return frame;
}

void lead(Frame& frame, std::size_t member, std::uint64_t term) {
  frame.members[member].status.soft_state.role = raft::Role::Leader;
  frame.members[member].status.hard_state.term = Term(term);
}

Conflict at(const Frame& frame, std::size_t member, std::uint64_t index) {
  return conflict_of(frame, *entry_at(frame.members[member], Index(index)));
}

}  // namespace

TEST_SUITE("conflicts") {
  TEST_CASE(
      "what differs from a committed entry is in conflict; what agrees with it is not, whoever holds it") {
    Frame frame = frame_of({{{1, 2}, 2}, {{1, 2}, 0}, {{1, 1}, 1}, {{1}, 1}});
    frame.members[1].process = Process::Crashed;
    EXPECT(at(frame, 0, 2) == Conflict::None);
    EXPECT(at(frame, 1, 2) == Conflict::None);  // does not know that it is committed, and agrees
    EXPECT(at(frame, 2, 2) == Conflict::WithCommitted);
    for (std::size_t member = 0; member < 4; ++member) EXPECT(at(frame, member, 1) == Conflict::None);
    lead(frame, 2, 7);  // a leader is no reason against what is committed
    EXPECT(at(frame, 2, 2) == Conflict::WithCommitted);
    EXPECT(at(frame, 1, 2) == Conflict::None);
  }

  TEST_CASE("two different committed entries at one place are both in conflict") {
    const Frame frame = frame_of({{{1, 2}, 2}, {{1, 2}, 1}, {{1, 3}, 2}});
    for (std::size_t member = 0; member < 3; ++member)
      EXPECT(at(frame, member, 2) == Conflict::WithCommitted);
  }

  TEST_CASE("the same term with other contents is another entry") {
    Frame frame = frame_of({{{1, 2}, 2}, {{1, 2}, 2}});
    EXPECT(at(frame, 0, 2) == Conflict::None);
    frame.members[1].entries[1].data = base::Bytes("else");
    EXPECT(at(frame, 0, 2) == Conflict::WithCommitted);
    EXPECT(at(frame, 1, 2) == Conflict::WithCommitted);
  }

  TEST_CASE(
      "where nothing is committed the leader's log counts, and without a leader the number of holders") {
    Frame frame = frame_of({{{1, 4}, 1}, {{1, 4}, 1}, {{1, 4, 4}, 1}, {{1, 2, 3}, 1}, {{1}, 1}});
    EXPECT(at(frame, 0, 2) == Conflict::None);
    EXPECT(at(frame, 3, 2) == Conflict::WithOthers);
    EXPECT(at(frame, 2, 3) == Conflict::WithOthers);  // one against one: nothing speaks for either
    EXPECT(at(frame, 3, 3) == Conflict::WithOthers);
    lead(frame, 3, 5);
    EXPECT(at(frame, 0, 2) == Conflict::WithLeader);
    EXPECT(at(frame, 2, 3) == Conflict::WithLeader);
    EXPECT(at(frame, 3, 2) == Conflict::None);
    EXPECT(at(frame, 3, 3) == Conflict::None);
  }

  TEST_CASE("two entries that are both committed at one place are marked in the log matrix, in every log") {
    Screen screen;
    REQUIRE(screen.app().open("blank_return").ok());
    screen.app().set_playing(false);
    screen.app().seek(1'700'000);
    screen.draw(2);
    for (const MemberView& member : screen.frame().members) {
      const EntryView* third = entry_at(member, Index(3));
      CAPTURE(member.id);
      if (third != nullptr) EXPECT(screen.has("conflict." + std::to_string(member.id.value()) + ".3"));
      EXPECT_FALSE(screen.has("conflict." + std::to_string(member.id.value()) + ".1"));
    }
  }

  TEST_CASE("figure 7: what most logs agree on is not marked, and then what the leader has is not") {
    Screen screen;
    REQUIRE(screen.app().open("figure_7").ok());
    screen.app().set_playing(false);
    // The first entry is the configuration: the logs of the figure begin at the second.
    const auto marked = [&] {
      std::string all;
      for (const MemberView& member : screen.frame().members) {
        for (const EntryView& entry : member.entries) {
          const std::string place =
              std::to_string(member.id.value()) + "." + std::to_string(entry.index.value());
          if (screen.has("conflict." + place)) all += place + " ";
        }
      }
      return all;
    };
    screen.app().seek(150'000);
    screen.draw(2);
    // Of the eleventh there are three, one member each.
    EXPECT(marked() == "4.12 5.12 6.7 6.8 7.5 7.6 7.7 7.8 7.9 7.10 7.11 7.12 ");
    screen.app().seek(200'000);
    while (current_leader(screen.frame()) == nullptr) screen.app().seek(screen.frame().time_us + 1'000);
    screen.draw(2);
    EXPECT(screen.has("log.1.12"));
    EXPECT(marked() == "4.12 5.12 6.7 6.8 7.5 7.6 7.7 7.8 7.9 7.10 7.11 7.12 ");
    screen.app().seek(3'000'000);
    screen.draw(2);
    EXPECT(marked().empty());
  }
}

}  // namespace raftarium::viz
