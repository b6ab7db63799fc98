#include "lab/link.h"

#include "base/prng.h"
#include "lab/encoding.h"
#include "lab/play.h"
#include "lab/timeline.h"
#include "support/test.h"

namespace raftarium::lab {
namespace {

Scenario sample() {
  auto parsed = parse_scenario(
      "s.json", R"~({"raftarium": 1, "title": "A title", "description": "Words — with a dash.",
    "sources": ["Raft paper §5.4"], "seed": 42, "duration_ms": 2500, "cluster": {"members": 3, "pre_vote": false,
    "election_ticks": 20}, "actions": [
      {"at_ms": 900, "do": "put", "key": "x", "value": "1", "through": "leader"},
      {"at_us": 900001, "do": "partition", "groups": [["leader"], ["others"]]},
      {"when": {"stepped_down": {"term": 1}}, "after_ms": 100, "do": "heal_all"},
      {"when": {"message_sent": {"type": "MsgApp", "from": "S1", "to": "S2", "nth": 3}}, "do": "isolate", "node": "S1"},
      {"when": "time_ms > 2000", "do": "heal_all"}],
    "expect": [{"eventually": "leaders == 1", "by_ms": 1000}, {"never": "violations > 0", "from_us": 77},
      {"that": "any(role == leader)", "at_ms": 2500}]})~");
  REQUIRE_MESSAGE(parsed.ok(), parsed.error().message);
  return std::move(*parsed);
}

std::string link_complaint(std::string_view link) {
  const auto scenario = from_link(link);
  return scenario.ok() ? "" : scenario.error().message;
}

TEST_CASE("a scenario writes itself as the file that it came from") {
  const Scenario s = sample();
  for (const bool pretty : {true, false}) {
    const std::string json = to_json(s, pretty);
    const auto again = parse_scenario("s.json", json);
    REQUIRE_MESSAGE(again.ok(), again.error().message);
    EXPECT(to_json(*again, pretty) == json);
    EXPECT(play(*again, {}).digest == play(s, {}).digest);
  }
  EXPECT(to_json(s, false).find("\"at_us\":900001") != std::string::npos);
  EXPECT(to_json(s, false).find("\"nth\":3") != std::string::npos);
  EXPECT(to_json(s, false).find("heartbeat_ticks") == std::string::npos);
}

TEST_CASE("a link gives back the scenario, bare or in an address") {
  const Scenario s = sample();
  const auto link = to_link(s);
  REQUIRE(link.ok());
  CAPTURE(link->size());
  EXPECT(link->size() < 900);
  for (const std::string& form : {*link, "https://example.org/lab/#s=" + *link}) {
    const auto back = from_link(form);
    REQUIRE_MESSAGE(back.ok(), back.error().message);
    EXPECT(to_json(*back, true) == to_json(s, true));
  }
}

TEST_CASE("a link that was cut anywhere is refused") {
  const std::string link = *to_link(sample());
  for (std::size_t size = 0; size < link.size(); ++size) {
    CAPTURE(size);
    EXPECT_FALSE(link_complaint(std::string_view(link).substr(0, size)).empty());
  }
}

TEST_CASE("a damaged link never opens as something else") {
  const std::string link = *to_link(sample());
  const std::string bytes = *parse_base64url(link);
  // By its checksum alone, or because it does not unfold any more.
  std::size_t by_checksum = 0;
  const std::string json = to_json(sample(), false);
  const auto refused_or_same = [&](const std::string& damaged) {
    const auto scenario = from_link(damaged);
    if (scenario.ok())
      return to_json(*scenario, false) == json;  // deflate's last byte may have bits to spare
    by_checksum += scenario.error().message.find("link: damaged: expected checksum ") == 0 ? 1 : 0;
    return true;
  };
  for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
    CAPTURE(bit);
    std::string damaged = bytes;
    damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ 1 << bit % 8);
    EXPECT(refused_or_same(base64url(damaged)));
  }
  EXPECT(by_checksum > 100);
  base::Prng prng(4);
  for (int round = 0; round < 5000; ++round) {
    CAPTURE(round);
    std::string damaged = link;
    for (std::uint32_t i = prng.below(3) + 1; i > 0; --i) {
      const std::string letters = "abcXYZ019-_!";
      const std::uint32_t at = prng.below(static_cast<std::uint32_t>(damaged.size()));
      damaged[at] = letters[prng.below(static_cast<std::uint32_t>(letters.size()))];
    }
    EXPECT(refused_or_same(damaged));
  }
}

TEST_CASE("what a link is not is said") {
  EXPECT(link_complaint("") == "link: it is empty");
  EXPECT(link_complaint("a b") ==
         "link: character 2: expected a letter, a digit, - or _, got \" \"; was it copied whole?");
  EXPECT(link_complaint("https://x.y/#s=AQ\xc3\xa9") ==
         "link: character 3: expected a letter, a digit, - or _, got byte 195; was it copied whole?");
  EXPECT(link_complaint("AQABB") ==
         "link: expected an end after whole bytes, got 5 characters, of which the last has bits that "
         "belong to "
         "nothing; was it copied whole?");
  EXPECT(link_complaint(base64url("\x02rest")).find("expected version 1, got 2") != std::string::npos);
  EXPECT(link_complaint(std::string(kMaxLinkBytes + 1, 'A')).find("at most 8192 characters") !=
         std::string::npos);
  EXPECT(link_complaint(*to_link(sample()) + "AAAA").find("after its end") != std::string::npos);
}

TEST_CASE("links have their limits: characters, bytes unfolded, and how many of these for one") {
  base::Prng prng(3);
  const auto noise = [&](std::size_t bytes) {
    std::string text;
    for (std::size_t i = 0; i < bytes; ++i) text += static_cast<char>('A' + prng.below(58));
    for (char& c : text) c = c == '\\' ? 'x' : c;
    return text;
  };
  Scenario s = sample();
  s.sources.assign(4, noise(4000));
  s.sources[1] = noise(4000);
  s.sources[2] = noise(4000);
  const auto large = to_link(s);
  REQUIRE_FALSE(large.ok());
  EXPECT(large.error().message.find(", more than 8192; save a file instead") != std::string::npos);
  // Two hundred letters for one byte.
  s.sources.assign(8, std::string(20'000, 'a'));
  const auto folded = to_link(s);
  REQUIRE(folded.ok());
  const std::string told = link_complaint(*folded);
  EXPECT_MESSAGE(told.find("link: it unfolds to more than ") == 0, told);
  EXPECT_MESSAGE(told != "link: it unfolds to more than 262144 bytes", told);
  // Fewer for one, and too many in all.
  s.sources.assign(15, std::string(20'000, 'a'));
  s.sources.push_back(noise(4000));
  const auto whole = to_link(s);
  REQUIRE(whole.ok());
  EXPECT(link_complaint(*whole) == "link: it unfolds to more than 262144 bytes");
  const std::string good = *to_link(sample());
  const std::string cut = good.substr(0, good.size() / 8 * 4);
  EXPECT_MESSAGE(link_complaint(cut) == "link: it ends too early; was it copied whole?",
                 link_complaint(cut));
}

TEST_CASE("a link that unfolds without end is stopped at the limit") {
  // Deflate folds very many equal letters: about a thousand to one.
  Scenario s = sample();
  s.description = std::string(4000, 'a');
  for (int i = 0; i < 20; ++i) s.sources.push_back(std::string(20'000, 'a'));
  const auto link = to_link(s);
  if (link.ok())
    EXPECT(link_complaint(*link).find("unfolds to more than") != std::string::npos);
  else
    EXPECT(link.error().message.find("save a file instead") != std::string::npos);
}

TEST_CASE("digests and bytes as text, there and back") {
  EXPECT(hex(0) == "0000000000000000");
  EXPECT(hex(0x0123456789abcdefU) == "0123456789abcdef");
  EXPECT(parse_hex("fedcba9876543210") == 0xfedcba9876543210U);
  EXPECT_FALSE(parse_hex("fedcba987654321"));
  EXPECT_FALSE(parse_hex("FEDCBA9876543210"));
  base::Prng prng(9);
  for (std::size_t size = 0; size < 200; ++size) {
    std::string bytes(size, '\0');
    for (char& c : bytes) c = static_cast<char>(prng.below(256));
    const auto back = parse_base64url(base64url(bytes));
    REQUIRE(back.has_value());
    REQUIRE(*back == bytes);
  }
  EXPECT(base64url("\xfb\xff") == "-_8");
  EXPECT_FALSE(parse_base64url("A"));    // six bits are no byte
  EXPECT_FALSE(parse_base64url("-_9"));  // bits left over
  EXPECT_FALSE(parse_base64url("AA=="));
}

TEST_CASE("a recorded session plays again to the same digest, links included") {
  Timeline t(sample());
  t.run_until(700'000);
  REQUIRE(t.act({.kind = sim::Command::Kind::Crash, .node = raft::NodeId(2)}).ok());
  REQUIRE(t.act({.kind = sim::Command::Kind::Put, .key = "k", .value = "v"}).ok());
  t.run_until(1'200'000);
  REQUIRE(t.act({.kind = sim::Command::Kind::Restart, .node = raft::NodeId(2)}).ok());
  t.run_until(2'000'000);
  t.seek_time(1'300'000);
  REQUIRE(t.act({.kind = sim::Command::Kind::Pause, .node = raft::NodeId(3)}).ok());
  t.run_until(1'900'000);
  const Scenario recorded = t.recording(true);
  REQUIRE(recorded.recording.has_value());
  EXPECT(recorded.recording->digest == t.digest());

  const auto file = parse_scenario("r.json", to_json(recorded, true));
  REQUIRE_MESSAGE(file.ok(), file.error().message);
  const auto link = to_link(t.recording(false));
  REQUIRE(link.ok());
  const auto linked = from_link(*link);
  REQUIRE_MESSAGE(linked.ok(), linked.error().message);
  for (const Scenario& again : {*file, *linked}) {
    const Played played = play(again, {});
    EXPECT(played.ok);
    EXPECT(played.digest == t.digest());
    EXPECT(played.verdicts.back().why == "it is the same");
    Timeline reopened(again);
    reopened.run_until(again.recording->at_us);
    EXPECT(reopened.digest() == t.digest());
  }
}

TEST_CASE("a session is recorded where it stands, also between two events of one moment") {
  Timeline t(sample());
  t.run_until(700'000);
  for (int i = 0; i < 5; ++i) REQUIRE(t.act({.kind = sim::Command::Kind::Put, .key = "k"}).ok());
  t.run_until(900'000);
  const std::uint64_t events = t.event_count();
  std::size_t within = 0;
  for (std::uint64_t event = 0; event <= events; ++event) {
    CAPTURE(event);
    t.seek_event(event + 1);
    const sim::TimeUs next_us = t.now_us();
    t.seek_event(event);
    if (t.now_us() == next_us) ++within;
    const Scenario recorded = t.recording(false);
    EXPECT(play(recorded, {}).ok);
    Timeline reopened(recorded);
    reopened.run_until(recorded.recording->at_us);
    EXPECT(reopened.event_count() == event);
    EXPECT(reopened.now_us() == t.now_us());
    EXPECT(reopened.digest() == t.digest());
  }
  EXPECT(within > 5);
}

TEST_CASE("what a scenario still had in store when a session was recorded comes when it goes on") {
  const auto scenario =
      parse_scenario("s.json", R"({"raftarium": 1, "title": "T", "seed": 3, "duration_ms": 2000,
    "actions": [{"at_ms": 1500, "do": "crash", "node": "leader"}]})");
  REQUIRE_MESSAGE(scenario.ok(), scenario.error().message);
  Timeline t(*scenario);
  t.run_until(1'000'000);
  REQUIRE(t.act({.kind = sim::Command::Kind::Put, .key = "k"}).ok());
  const auto recorded = parse_scenario("r.json", to_json(t.recording(false), true));
  REQUIRE_MESSAGE(recorded.ok(), recorded.error().message);
  EXPECT(recorded->recording->at_us == 1'000'000);
  EXPECT(play(*recorded, {}).time_us == 1'000'000);
  Timeline reopened(*recorded);
  for (const sim::TimeUs time_us : {1'000'000, 1'600'000, 5'000'000}) {
    t.run_until(time_us);
    reopened.run_until(time_us);
    EXPECT(reopened.digest() == t.digest());
  }
  EXPECT(t.world().faults().of(sim::Fault::Crashed) == 1);
  // Also when it is recorded after its end.
  EXPECT(play(t.recording(false), {}).ok);
  const auto late = parse_scenario("r.json", R"({"raftarium": 1, "title": "T", "seed": 3, "duration_ms": 2,
    "recording": {"at_ms": 3, "digest": "0000000000000000"}})");
  REQUIRE_FALSE(late.ok());
  EXPECT(late.error().message ==
         "r.json:2: recording.at_ms: expected a moment within the scenario's 0.002 s");
}

TEST_CASE("a trail is kept as long as its file can be opened again") {
  const auto scenario =
      parse_scenario("s.json", R"({"raftarium": 1, "title": "T", "seed": 3, "duration_ms": 90000,
    "cluster": {"members": 15}})");
  REQUIRE(scenario.ok());
  Timeline t(*scenario);
  t.run_until(90'000'000);
  const Scenario recorded = t.recording(true);
  EXPECT(recorded.recording->trail.size() > 5'000);
  const std::string file = to_json(recorded, true);
  EXPECT(file.size() > kMaxTrailBytes / 2);
  const auto again = parse_scenario("r.json", file);
  REQUIRE_MESSAGE(again.ok(), again.error().message);
  EXPECT(play(*again, {}).ok);
}

TEST_CASE("a replay that goes another way says at which event and how") {
  Timeline t(sample());
  t.run_until(1'500'000);
  Scenario recorded = t.recording(true);
  recorded.cluster.seed += 1;  // as a build would that draws other numbers
  const Played played = play(recorded, {});
  EXPECT_FALSE(played.ok);
  EXPECT(played.verdicts.back().why.find("it diverges at event ") == 0);
  EXPECT(played.verdicts.back().why.find("recorded \"") != std::string::npos);
  EXPECT(how_it_diverges(recorded) == played.verdicts.back().why);
  recorded.recording->trail.clear();
  EXPECT(how_it_diverges(recorded).empty());
  EXPECT(play(recorded, {}).verdicts.back().why.find("has no trail") != std::string::npos);
  Scenario miscounted = t.recording(false);
  EXPECT(how_it_diverges(miscounted).empty());
  miscounted.recording->events = 5;
  EXPECT_FALSE(play(miscounted, {}).ok);
}

}  // namespace
}  // namespace raftarium::lab
