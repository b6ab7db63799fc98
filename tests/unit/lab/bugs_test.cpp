// Each bug that a scenario can name breaks a property of Raft, which the checkers find, or keeps the cluster from
// what it is for, which an expectation finds; without it the same scenario breaks none and meets it.

#include <algorithm>
#include <string>
#include <vector>

#include "lab/play.h"
#include "lab/scenario.h"
#include "support/test.h"

namespace raftarium::lab {
namespace {

using sim::Property;

// Timers that never run out by themselves, and hardly a heartbeat.
constexpr const char* kByHand =
    R"("pre_vote": false, "check_quorum": false, "election_ticks": 1000, "heartbeat_ticks": 900, )"
    R"("latency_mean_us": 1000)";

struct Case {
  std::string bug;
  Property property;
  std::string cluster;  // without braces
  std::string actions;  // without brackets
};

std::vector<Case> cases() {
  const std::string by_hand = kByHand;
  const std::string three = "\"members\": 3, " + by_hand;
  const std::string five = "\"members\": 5, " + by_hand;
  return {
      // Figure 8: S1's old entry reaches a majority in a later term, and S5 overwrites it.
      {"old_term_commits", Property::LeaderCompleteness, five + ", \"max_size_per_msg\": 0", R"(
        {"at_ms": 50, "do": "timeout", "node": "S1"},
        {"at_ms": 500, "do": "partition", "groups": [["S1", "S2"], ["S3", "S4", "S5"]]},
        {"at_ms": 510, "do": "put", "key": "x", "value": "1", "through": "S1"},
        {"at_ms": 600, "do": "crash", "node": "S1", "unsynced": "kept"},
        {"at_ms": 700, "do": "timeout", "node": "S5"},
        {"when": {"leader_elected": {"node": "S5", "term": 2}}, "do": "isolate", "node": "S5"},
        {"at_ms": 900, "do": "crash", "node": "S5", "unsynced": "kept"},
        {"at_ms": 1000, "do": "heal_all"},
        {"at_ms": 1000, "do": "restart", "node": "S1"},
        {"at_ms": 1100, "do": "timeout", "node": "S1"},
        {"at_ms": 1300, "do": "timeout", "node": "S1"},
        {"when": {"leader_elected": {"node": "S1", "term": 3}}, "do": "cut", "from": "S1", "to": "S4"},
        {"when": "S1.term == 3 and S3.last == 3 and S3.last_term == 1", "do": "cut", "from": "S1", "to": "S3"},
        {"when": "S1.term == 3 and S3.last == 3 and S3.last_term == 1", "do": "cut", "from": "S1", "to": "S2"},
        {"at_ms": 2000, "do": "crash", "node": "S1", "unsynced": "kept"},
        {"at_ms": 2100, "do": "heal_all"},
        {"at_ms": 2100, "do": "restart", "node": "S5"},
        {"at_ms": 2200, "do": "timeout", "node": "S5"},
        {"at_ms": 2500, "do": "timeout", "node": "S5"})"},
      // S2 votes for S1, forgets it, and votes for S3.
      {"vote_not_persisted", Property::ElectionSafety, three, R"(
        {"at_ms": 10, "do": "cut", "from": "S1", "to": "S3"},
        {"at_ms": 20, "do": "timeout", "node": "S1"},
        {"when": {"leader_elected": {"node": "S1"}}, "do": "cut", "from": "S1", "to": "S2"},
        {"at_ms": 500, "do": "crash", "node": "S2", "unsynced": "kept"},
        {"at_ms": 510, "do": "restart", "node": "S2"},
        {"at_ms": 520, "do": "timeout", "node": "S3"})"},
      // S2 votes for S1, asks in vain whether it could win itself, and then votes for S3 in the same term.
      {"vote_forgotten", Property::ElectionSafety,
       R"("members": 3, "check_quorum": false, "election_ticks": 1000, "heartbeat_ticks": 900, "latency_mean_us": 1000,
          "logs": {"S1": [1], "S3": [1]})",
       R"(
        {"at_ms": 20, "do": "timeout", "node": "S1"},
        {"at_ms": 20, "do": "timeout", "node": "S3"},
        {"when": {"message_sent": {"type": "MsgVote", "from": "S3", "to": "S2"}}, "do": "delay", "delay_us": 2000000},
        {"when": {"leader_elected": {"node": "S1"}}, "do": "cut", "from": "S1", "to": "S2"},
        {"when": {"leader_elected": {"node": "S1"}}, "do": "cut", "from": "S1", "to": "S3"},
        {"at_ms": 400, "do": "heal_all"},
        {"at_ms": 500, "do": "timeout", "node": "S2"})"},
      // S1 and S2 stand at once, and S3 votes for both.
      {"second_vote", Property::OneVote, three, R"(
        {"at_ms": 20, "do": "timeout", "node": "S1"},
        {"at_ms": 20, "do": "timeout", "node": "S2"})"},
      // S3 has slept through a write, and is elected.
      {"log_not_compared", Property::LeaderCompleteness, three, R"(
        {"at_ms": 20, "do": "timeout", "node": "S1"},
        {"at_ms": 500, "do": "isolate", "node": "S3"},
        {"at_ms": 510, "do": "put", "key": "x", "value": "1", "through": "S1"},
        {"at_ms": 900, "do": "crash", "node": "S1", "unsynced": "kept"},
        {"at_ms": 910, "do": "heal_all"},
        {"at_ms": 920, "do": "timeout", "node": "S3"},
        {"at_ms": 1200, "do": "timeout", "node": "S3"})"},
      // The votes that S1 got in term 1 arrive when it stands in term 2, which S4 leads.
      {"late_votes_count", Property::ElectionSafety, five, R"(
        {"at_ms": 10, "do": "cut", "from": "S1", "to": "S4"},
        {"at_ms": 10, "do": "cut", "from": "S1", "to": "S5"},
        {"at_ms": 10, "do": "cut", "from": "S4", "to": "S1"},
        {"when": {"message_sent": {"type": "MsgVoteResp", "from": "S2", "to": "S1"}},
         "do": "delay", "delay_us": 2000000},
        {"when": {"message_sent": {"type": "MsgVoteResp", "from": "S3", "to": "S1"}},
         "do": "delay", "delay_us": 2000000},
        {"at_ms": 20, "do": "timeout", "node": "S1"},
        {"at_ms": 100, "do": "cut", "from": "S1", "to": "S2"},
        {"at_ms": 100, "do": "cut", "from": "S1", "to": "S3"},
        {"at_ms": 200, "do": "timeout", "node": "S1"},
        {"at_ms": 300, "do": "timeout", "node": "S4"},
        {"at_ms": 400, "do": "timeout", "node": "S4"})"},
      // Two and two of four.
      {"half_is_enough", Property::ElectionSafety, "\"members\": 4, " + by_hand, R"(
        {"at_ms": 10, "do": "partition", "groups": [["S1", "S2"], ["S3", "S4"]]},
        {"at_ms": 20, "do": "timeout", "node": "S1"},
        {"at_ms": 20, "do": "timeout", "node": "S3"})"},
      // S2 acknowledges, the power fails, and S3 is elected without what was promised.
      {"ack_before_sync", Property::LeaderCompleteness, three + ", \"sync_min_us\": 50000", R"(
        {"at_ms": 20, "do": "timeout", "node": "S1"},
        {"at_ms": 1000, "do": "isolate", "node": "S3"},
        {"at_ms": 1010, "do": "put", "key": "x", "value": "1", "through": "S1"},
        {"when": {"message_sent": {"type": "MsgAppResp", "from": "S2", "to": "S1", "nth": 3}},
         "do": "crash", "node": "S2"},
        {"at_ms": 2000, "do": "crash", "node": "S1"},
        {"at_ms": 2010, "do": "restart", "node": "S2"},
        {"at_ms": 2010, "do": "heal_all"},
        {"at_ms": 2020, "do": "timeout", "node": "S3"},
        {"at_ms": 2400, "do": "timeout", "node": "S3"})"},
      // A copy of the first of two appends comes late, and S2 cuts off the second, which is committed.
      {"stale_append_truncates", Property::LeaderCompleteness, three, R"(
        {"at_ms": 20, "do": "timeout", "node": "S1"},
        {"at_ms": 500, "do": "isolate", "node": "S3"},
        {"at_ms": 510, "do": "put", "key": "x", "value": "1", "through": "S1"},
        {"at_ms": 510, "do": "put", "key": "y", "value": "1", "through": "S1"},
        {"when": {"message_sent": {"type": "MsgApp", "from": "S1", "to": "S2", "nth": 3}}, "do": "duplicate"},
        {"when": {"message_sent": {"type": "MsgApp", "from": "S1", "to": "S2", "nth": 4}},
         "do": "delay", "delay_us": 1000000},
        {"when": {"message_sent": {"type": "MsgApp", "from": "S1", "to": "S2", "nth": 5}}, "do": "deliver"},
        {"when": {"message_sent": {"type": "MsgApp", "from": "S1", "to": "S2", "nth": 6}}, "do": "drop"},
        {"when": {"message_sent": {"type": "MsgApp", "from": "S1", "to": "S2", "nth": 7}}, "do": "drop"},
        {"at_ms": 2000, "do": "crash", "node": "S1", "unsynced": "kept"},
        {"at_ms": 2010, "do": "heal_all"},
        {"at_ms": 2020, "do": "timeout", "node": "S2"})"},
      // S2 is elected and does not know that x is committed, nor does it wait until it does.
      {"read_before_commit", Property::Linearizability, three, R"(
        {"at_ms": 20, "do": "timeout", "node": "S1"},
        {"at_ms": 500, "do": "put", "key": "x", "value": "1", "through": "S1"},
        {"when": {"committed": {"node": "S1", "index": 3}}, "do": "cut", "from": "S1", "to": "S2"},
        {"when": {"committed": {"node": "S1", "index": 3}}, "do": "cut", "from": "S1", "to": "S3"},
        {"at_ms": 900, "do": "crash", "node": "S1", "unsynced": "kept"},
        {"at_ms": 920, "do": "timeout", "node": "S2"},
        {"when": {"message_sent": {"type": "MsgApp", "from": "S2", "to": "S3"}}, "do": "drop"},
        {"when": {"leader_elected": {"node": "S2"}}, "do": "read", "key": "x", "through": "S2"})"},
      // S1 is cut off, does not know that S2 leads, and answers.
      {"read_without_quorum", Property::Linearizability, three, R"(
        {"at_ms": 20, "do": "timeout", "node": "S1"},
        {"at_ms": 500, "do": "isolate", "node": "S1"},
        {"at_ms": 510, "do": "timeout", "node": "S2"},
        {"at_ms": 900, "do": "put", "key": "x", "value": "1", "through": "S2"},
        {"at_ms": 1500, "do": "read", "key": "x", "through": "S1"})"},
      // {S1,S2,S3} becomes {S3,S4,S5}: S3, S4 and S5 commit alone, and S1 is elected by S2.
      {"joint_union", Property::LeaderCompleteness, five + R"(, "spares": ["S4", "S5"])", R"(
        {"at_ms": 20, "do": "timeout", "node": "S3"},
        {"at_ms": 500, "do": "cut", "from": "S3", "to": "S2"},
        {"at_ms": 510, "do": "reconfigure", "add": ["S4", "S5"], "remove": ["S1", "S2"], "transition": "explicit"},
        {"when": "S1.last >= 3", "do": "cut", "from": "S3", "to": "S1"},
        {"at_ms": 1500, "do": "partition", "groups": [["S3", "S4", "S5"], ["S1", "S2"]]},
        {"at_ms": 1600, "do": "put", "key": "x", "value": "1", "through": "S3"},
        {"at_ms": 2500, "do": "timeout", "node": "S1"})"},
      // S4 and S5 are added at once: a majority of five has nobody in common with one of three.
      {"conf_changes_in_flight", Property::LeaderCompleteness, five + R"(, "spares": ["S4", "S5"])", R"(
        {"at_ms": 20, "do": "timeout", "node": "S1"},
        {"at_ms": 500, "do": "partition", "groups": [["S1", "S2", "S4", "S5"], ["S3"]]},
        {"at_ms": 510, "do": "reconfigure", "add": ["S4"]},
        {"at_ms": 510, "do": "reconfigure", "add": ["S5"]},
        {"when": "S2.last == leader.last and S2.last >= 3", "do": "cut", "from": "S1", "to": "S2"},
        {"at_ms": 1500, "do": "partition", "groups": [["S1", "S4", "S5"], ["S2", "S3"]]},
        {"at_ms": 1600, "do": "put", "key": "x", "value": "1", "through": "S1"},
        {"at_ms": 2500, "do": "timeout", "node": "S2"})"},
      // S3 is killed after it has put down that entry 5 is applied, and before entry 5 is.
      {"applied_index_apart", Property::StateMachineSafety,
       three + R"(, "snapshot_entries": 4, "snapshot_keep_entries": 100)", R"(
        {"at_ms": 20, "do": "timeout", "node": "S1"},
        {"at_ms": 500, "do": "load", "key": "k", "count": 3, "every_us": 100000},
        {"when": {"snapshot_made": {"node": "S3"}}, "do": "crash", "node": "S3", "unsynced": "kept"},
        {"at_ms": 2000, "do": "restart", "node": "S3"},
        {"at_ms": 2500, "do": "put", "key": "x", "value": "1"})"},
      // S1's disk is slow and S3 is not there: what S2 has acknowledged is on one disk of three.
      {"own_not_durable", Property::Durability, three, R"(
        {"at_ms": 20, "do": "timeout", "node": "S1"},
        {"at_ms": 400, "do": "set_disk", "node": "S1", "sync_min_us": 300000},
        {"at_ms": 500, "do": "isolate", "node": "S3"},
        {"at_ms": 510, "do": "put", "key": "x", "value": "1", "through": "S1"})"},
      // S1 keeps its entry 3 of term 1 under S3's entry 4 of term 3.
      {"conflict_kept", Property::LogMatching, three + R"(, "logs": {"S1": [1, 1], "S3": [1, 2]})", R"(
        {"at_ms": 20, "do": "timeout", "node": "S3"})"},
      // S3 comes back with a log as long as what is committed, and a heartbeat tells it that all of it is.
      {"commit_not_clamped", Property::StateMachineSafety,
       R"("members": 3, "pre_vote": false, "check_quorum": false, "election_ticks": 1000, "heartbeat_ticks": 20,
          "latency_mean_us": 1000, "logs": {"S1": [1, 2], "S2": [1, 2], "S3": [1, 1, 1, 1]})",
       R"(
        {"at_ms": 10, "do": "isolate", "node": "S3"},
        {"at_ms": 20, "do": "timeout", "node": "S1"},
        {"at_ms": 800, "do": "heal_all"})"},
      // S2 acknowledges four entries to S1 in term 1, which S3 overwrites in term 2. In term 3 S1 leads again; what
      // it sends reaches S3 alone, and then that answer comes.
      {"stale_answer_counts", Property::Durability,
       R"("members": 5, "pre_vote": false, "check_quorum": false, "election_ticks": 1000, "heartbeat_ticks": 20,
          "latency_mean_us": 1000, "request_timeout_us": 4000000)",
       R"(
        {"at_ms": 20, "do": "timeout", "node": "S1"},
        {"at_ms": 300, "do": "partition", "groups": [["S1", "S2"], ["S3", "S4", "S5"]]},
        {"at_ms": 310, "do": "put", "key": "a", "value": "1", "through": "S1"},
        {"at_ms": 360, "do": "put", "key": "b", "value": "1", "through": "S1"},
        {"at_ms": 410, "do": "put", "key": "c", "value": "1", "through": "S1"},
        {"at_ms": 460, "do": "put", "key": "d", "value": "1", "through": "S1"},
        {"when": {"message_sent": {"type": "MsgAppResp", "from": "S2", "to": "S1", "nth": 6}},
         "do": "delay", "delay_us": 3000000},
        {"at_ms": 600, "do": "timeout", "node": "S3"},
        {"at_ms": 900, "do": "heal_all"},
        {"at_ms": 1500, "do": "timeout", "node": "S1"},
        {"at_ms": 2000, "do": "cut", "from": "S1", "to": "S2"},
        {"at_ms": 2000, "do": "cut", "from": "S1", "to": "S4"},
        {"at_ms": 2000, "do": "cut", "from": "S1", "to": "S5"},
        {"at_ms": 2100, "do": "put", "key": "x", "value": "1", "through": "S1"})"},
  };
}

// Some break no promise, and keep the cluster from what it is for.
struct Harm {
  std::string bug;
  std::string expectation;  // as in a file: it fails with the bug alone
  std::string cluster;      // as above
  std::string actions;
};

std::vector<Harm> harms() {
  const std::string three = "\"members\": 3, " + std::string(kByHand);
  const std::string unlike = three + R"(, "logs": {"S1": [1, 3], "S2": [1, 2]})";
  return {
      // S2 and S3 have voted for S1 and stay with it.
      {"vote_kept", R"({"eventually": "leaders == 1 and max_term > 1", "from_ms": 1100})",
       R"("members": 3)", R"(
        {"at_ms": 50, "do": "timeout", "node": "S1"},
        {"at_ms": 1000, "do": "crash", "node": "S1"})"},
      // All logs begin alike.
      {"equal_log_refused", R"({"eventually": "leaders == 1"})", R"("members": 3)", ""},
      // What S2 refuses is sent to it again and again.
      {"match_from_hint", R"({"eventually": "S2.last == 4 and S2.last_term == 4"})", unlike, R"(
        {"at_ms": 20, "do": "timeout", "node": "S1"})"},
      {"probe_stays_put", R"({"eventually": "S2.last == 4 and S2.last_term == 4"})", unlike, R"(
        {"at_ms": 20, "do": "timeout", "node": "S1"})"},
      // Two appends to each follower, and no more.
      {"window_not_freed", R"({"eventually": "requests(committed) == 20"})",
       R"("members": 3, "max_inflight_msgs": 2)", R"(
        {"at_ms": 50, "do": "timeout", "node": "S1"},
        {"at_ms": 500, "do": "load", "key": "k", "count": 20, "every_us": 10000})"},
      // S3 was away, and only asks.
      {"pre_vote_raises_term", R"({"always": "max_term <= 1"})", R"("members": 3, "check_quorum": false)",
       R"(
        {"at_ms": 50, "do": "timeout", "node": "S1"},
        {"at_ms": 1000, "do": "isolate", "node": "S3"},
        {"at_ms": 2000, "do": "put", "key": "x", "value": "1"},
        {"at_ms": 3000, "do": "heal_all"},
        {"at_ms": 3001, "do": "timeout", "node": "S3"})"},
      // S1 has the longer log and S2 the higher term: neither can win before S1 hears of it.
      {"pre_vote_not_told", R"({"eventually": "leaders == 1", "from_ms": 1000})",
       R"("members": 3, "check_quorum": false, "election_ticks": 60, "latency_mean_us": 1000)", R"(
        {"at_ms": 20, "do": "timeout", "node": "S1"},
        {"at_ms": 500, "do": "partition", "groups": [["S1"], ["S2", "S3"]]},
        {"at_ms": 510, "do": "put", "key": "x", "value": "1", "through": "S1"},
        {"when": {"message_sent": {"type": "MsgVote", "from": "S2", "to": "S3"}}, "do": "drop"},
        {"when": {"message_sent": {"type": "MsgVote", "from": "S2", "to": "S3", "nth": 2}}, "do": "drop"},
        {"at_ms": 530, "do": "timeout", "node": "S2"},
        {"at_ms": 620, "do": "timeout", "node": "S2"},
        {"at_ms": 700, "do": "crash", "node": "S1"},
        {"at_ms": 700, "do": "crash", "node": "S3"},
        {"at_ms": 800, "do": "restart", "node": "S1"},
        {"at_ms": 900, "do": "heal_all"})"},
      // S3 does not know that it was removed, and stands for election where there is a leader.
      {"vote_inside_lease", R"({"that": "S1.role == leader and S1.term == 1", "at_ms": 5000})",
       R"("members": 3, "pre_vote": false)", R"(
        {"at_ms": 50, "do": "timeout", "node": "S1"},
        {"at_ms": 1000, "do": "isolate", "node": "S3"},
        {"at_ms": 1010, "do": "reconfigure", "remove": ["S3"]},
        {"at_ms": 2500, "do": "heal_all"},
        {"at_ms": 2501, "do": "timeout", "node": "S3"})"},
  };
}

Played played(const std::string& bug, const std::string& cluster, const std::string& actions,
              const std::string& expectation) {
  const std::string bugs = bug.empty() ? bug : R"(, "bugs": [")" + bug + "\"]";
  const auto scenario = parse_scenario(
      "bug.json", R"({"raftarium": 1, "title": "T", "duration_ms": 5000, "cluster": {)" + cluster + bugs +
                      R"(}, "actions": [)" + actions + R"(], "expect": [)" + expectation + "]}");
  REQUIRE_MESSAGE(scenario.ok(), scenario.error().message);
  return play(*scenario, {});
}

std::string told(const Played& played) {
  std::string all;
  for (const sim::Violation& v : played.violations) {
    all += std::string(describe(v.property)) + ": " + v.why + "\n";
  }
  return all;
}

}  // namespace

TEST_CASE("every bug is found by a checker or an expectation, and nothing is where there is no bug") {
  std::size_t tried = 0;
  for (const Case& c : cases()) {
    CAPTURE(c.bug);
    ++tried;
    const Played broken = played(c.bug, c.cluster, c.actions, "");
    CAPTURE(told(broken));
    const bool found = std::any_of(broken.violations.begin(), broken.violations.end(),
                                   [&](const sim::Violation& v) { return v.property == c.property; });
    EXPECT(found);
    const Played sound = played("", c.cluster, c.actions, "");
    EXPECT(told(sound).empty());
  }
  for (const Harm& h : harms()) {
    CAPTURE(h.bug);
    ++tried;
    const Played broken = played(h.bug, h.cluster, h.actions, h.expectation);
    CAPTURE(told(broken));
    REQUIRE(broken.verdicts.size() == 1);
    EXPECT_FALSE(broken.verdicts.front().met);
    const Played sound = played("", h.cluster, h.actions, h.expectation);
    CAPTURE(sound.verdicts.front().why);
    EXPECT(sound.ok);
  }
  EXPECT(tried == raft::kBugCount);
}

}  // namespace raftarium::lab
