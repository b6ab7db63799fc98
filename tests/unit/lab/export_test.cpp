#include "lab/export.h"

#include <map>
#include <regex>
#include <sstream>

#include <nlohmann/json.hpp>

#include "support/test.h"

namespace raftarium::lab {
namespace {

Scenario crash() {
  auto parsed = parse_scenario(
      "s.json",
      R"~({"raftarium": 1, "title": "A <crash> & more", "description": "With | pipes *and* stars.",
    "seed": 9, "duration_ms": 3000, "cluster": {"members": 3}, "sources": ["Raft paper §5.2"], "actions": [
      {"at_ms": 700, "do": "put", "key": "<b>", "value": "\"&\""},
      {"at_ms": 1000, "do": "crash", "node": "leader"},
      {"at_ms": 2000, "do": "restart", "node": "crashed"}],
    "expect": [{"eventually": "max_term >= 2"}]})~");
  REQUIRE_MESSAGE(parsed.ok(), parsed.error().message);
  return std::move(*parsed);
}

std::string exported(ExportFormat format, sim::TimeUs from_us = 0, sim::TimeUs until_us = kMaxDurationUs) {
  std::ostringstream out;
  ExportOptions options;
  options.format = format;
  options.from_us = from_us;
  options.until_us = until_us;
  export_run(crash(), options, out);
  return out.str();
}

std::vector<std::string> lines(const std::string& text) {
  std::vector<std::string> all;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) all.push_back(line);
  return all;
}

TEST_CASE(
    "a scenario for which the specification has no words is refused as a trace, and only as a trace") {
  const auto refusal = [](const std::string& cluster, const std::string& actions) {
    const auto scenario =
        parse_scenario("s.json", R"({"raftarium": 1, "title": "T", "duration_ms": 100, "cluster": {)" +
                                     cluster + R"(}, "actions": [)" + actions + "]}");
    REQUIRE_MESSAGE(scenario.ok(), scenario.error().message);
    EXPECT(check_export(*scenario, ExportFormat::Events).ok());
    const auto status = check_export(*scenario, ExportFormat::EtcdTla);
    return status ? std::string() : status.error().message;
  };
  const std::string no_word = "etcd's TLA+ specification has no word for ";
  const std::string add = R"({"at_ms": 1, "do": "reconfigure", "add": ["S3"]})";
  const std::string spare = R"("members": 3, "spares": ["S3"])";
  EXPECT(refusal(spare, add).empty());
  EXPECT(refusal(R"("members": 3, "learners": ["S3"])", "") ==
         no_word + "learners in the first configuration");
  EXPECT(refusal(R"("logs": {"S1": [1]})", "") == no_word + "logs that are there from the beginning");
  EXPECT(refusal(spare, R"({"at_ms": 1, "do": "reconfigure", "add": ["S3"], "remove": ["S1"]})") ==
         no_word + "joint configurations (reconfigure: add S3, remove S1)");
  EXPECT(refusal(spare, R"({"at_ms": 1, "do": "reconfigure", "add": ["S3"], "transition": "explicit"})") ==
         no_word + "joint configurations (reconfigure: add S3)");
  EXPECT(refusal(spare, R"({"at_ms": 1, "do": "leave_joint"})") ==
         no_word + "joint configurations (leave_joint)");
  EXPECT(refusal(spare, add + R"(, {"at_ms": 2, "do": "crash", "node": "S1"},
                                   {"at_ms": 3, "do": "restart", "node": "S1"})") ==
         no_word + "a restart after a change of the configuration: to it storage keeps only the first one");
}

TEST_CASE("formats have names") {
  for (const std::string& word : export_format_words()) {
    const auto format = parse_export_format(word);
    REQUIRE(format.has_value());
    EXPECT(describe(*format) == word);
  }
  EXPECT_FALSE(parse_export_format("pdf").has_value());
}

TEST_CASE("the story tells times, what and why") {
  const std::string story = exported(ExportFormat::Story);
  EXPECT(story.find("A <crash> & more (seed 9)\n") == 0);
  EXPECT(story.find("  1.000 s  S") != std::string::npos);
  EXPECT(story.find(" crashes.  Its memory is gone") != std::string::npos);
}

TEST_CASE("Markdown keeps its table in order whatever the texts hold") {
  const std::string markdown = exported(ExportFormat::Markdown);
  EXPECT(markdown.find("# A \\<crash\\> & more") == 0);
  EXPECT(markdown.find("With \\| pipes \\*and\\* stars.") != std::string::npos);
  EXPECT(markdown.find("- met: `eventually by 3.000 s: max_term >= 2`") != std::string::npos);
  for (const std::string& line : lines(markdown)) {
    if (line.empty() || line.front() != '|') continue;
    const std::string bare = std::regex_replace(line, std::regex(R"(\\\|)"), "");
    EXPECT(std::count(bare.begin(), bare.end(), '|') == 4);
  }
}

TEST_CASE("events are JSON, one a line, in order, and every delivery was sent") {
  std::uint64_t last = 0;
  std::map<std::uint64_t, std::string> sent;
  std::size_t delivered = 0;
  for (const std::string& line : lines(exported(ExportFormat::Events))) {
    const auto json = nlohmann::json::parse(line, nullptr, false);
    REQUIRE_FALSE(json.is_discarded());
    EXPECT(json["event"].get<std::uint64_t>() >= last);
    last = json["event"];
    if (json["kind"] == "sent") sent[json["message"]] = json["type"];
    if (json["kind"] == "delivered") {
      ++delivered;
      EXPECT(sent[json["message"]] == json["type"]);
    }
  }
  EXPECT(last > 100);
  EXPECT(delivered > 100);
}

TEST_CASE(
    "a trace for etcd's specification begins as etcd bootstraps a cluster, and goes on as the core does") {
  std::vector<nlohmann::json> events;
  for (const std::string& line : lines(exported(ExportFormat::EtcdTla))) {
    const auto json = nlohmann::json::parse(line);
    REQUIRE(json["tag"] == "trace");
    events.push_back(json["event"]);
  }
  const auto head = [](const nlohmann::json& e) {
    return e["name"].get<std::string>() + " " + e["state"].dump() + " " + e["log"].dump() + " " +
           e["conf"].dump();
  };
  REQUIRE(events.size() > 500);
  const std::string nothing = R"({"commit":0,"term":0,"vote":"0"} 0 [[],[]])";
  const std::string begun = R"({"commit":3,"term":1,"vote":"0"} 3 )";
  EXPECT(head(events[0]) == "InitState " + nothing);
  EXPECT(head(events[1]) == "ApplyConfChange " + nothing);
  EXPECT(events[1]["prop"].dump() == R"({"cc":{}})");
  EXPECT(head(events[2]) == "BecomeFollower " + nothing);
  EXPECT(head(events[3]) == R"(BecomeFollower {"commit":0,"term":1,"vote":"0"} 0 [[],[]])");
  EXPECT(head(events[4]) == "ApplyConfChange " + begun + "[[],[]]");
  EXPECT(head(events[6]) == "ApplyConfChange " + begun + R"([["1","2"],[]])");
  EXPECT(events[6]["prop"].dump() == R"({"cc":{"newconf":["1","2","3"]}})");
  EXPECT(events[7]["name"] == "InitState");
  EXPECT(events[7]["nid"] == "2");
  std::size_t restarts = 0;
  for (std::size_t i = 21; i < events.size(); ++i) {
    const nlohmann::json& e = events[i];
    const std::string name = e["name"];
    if (name == "BecomeLeader") {
      EXPECT(e["role"] == "StateLeader");
      EXPECT(events[i + 1]["name"] == "Replicate");
      EXPECT(events[i + 1]["log"] == e["log"]);
      EXPECT(events[i + 2]["name"] == "SendAppendEntriesResponse");
      EXPECT(events[i + 2]["msg"]["to"] == e["nid"]);
      EXPECT(events[i + 2]["log"] == e["log"].get<int>() + 1);
    }
    if (name == "InitState") {
      ++restarts;
      EXPECT(e["state"]["term"].get<int>() >= 2);
      EXPECT(e["log"].get<int>() >= 4);
    }
    if (name == "SendRequestVoteRequest") {
      EXPECT(e["role"] == "StateCandidate");
      EXPECT(e["msg"]["term"] == e["state"]["term"]);
    }
    EXPECT(e["role"] != "StatePreCandidate");
  }
  EXPECT(restarts == 1);
}

TEST_CASE("a span leaves out what is before and after it") {
  for (const std::string& line : lines(exported(ExportFormat::Events, 900'000, 1'100'000))) {
    const auto json = nlohmann::json::parse(line);
    EXPECT(json["time_us"].get<std::int64_t>() >= 900'000);
    EXPECT(json["time_us"].get<std::int64_t>() <= 1'100'000);
  }
}

TEST_CASE("the ShiViz log is what ShiViz's default parser takes, and its clocks are in order") {
  // (?<event>.*)\n(?<host>\S*) (?<clock>{.*})
  const std::string log = exported(ExportFormat::ShiViz);
  const std::regex expression(R"((.*)\n(\S*) (\{.*\}))");
  std::map<std::string, nlohmann::json> clocks;
  std::size_t count = 0;
  std::size_t consumed = 0;
  for (auto at = std::sregex_iterator(log.begin(), log.end(), expression); at != std::sregex_iterator();
       ++at) {
    ++count;
    consumed += static_cast<std::size_t>(at->length()) + 1;
    EXPECT((*at)[1].str().find(" s ") != std::string::npos);
    const std::string host = (*at)[2];
    const auto clock = nlohmann::json::parse((*at)[3].str());
    // Its own entry grows by one; no other shrinks, nor runs ahead of its host.
    const nlohmann::json before = clocks.count(host) > 0 ? clocks[host] : nlohmann::json::object();
    EXPECT(clock[host].get<int>() == before.value(host, 0) + 1);
    for (const auto& [other, value] : clock.items()) {
      EXPECT(value.get<int>() >= before.value(other, 0));
      if (other != host) EXPECT(value.get<int>() <= clocks[other][other].get<int>());
    }
    clocks[host] = clock;
  }
  EXPECT(consumed == log.size());
  EXPECT(count > 200);
  EXPECT(clocks.count("S1") == 1);
  EXPECT(clocks.count("clients") == 1);
}

TEST_CASE("text of strangers makes no events of its own") {
  const auto scenario =
      parse_scenario("s.json", R"({"raftarium": 1, "title": "T", "seed": 9, "duration_ms": 2000,
    "actions": [{"at_ms": 1000, "do": "put", "key": "k", "value": "v\n0.000 s forged\nS1 {\"S1\":1}"}]})");
  REQUIRE_MESSAGE(scenario.ok(), scenario.error().message);
  for (const ExportFormat format : {ExportFormat::ShiViz, ExportFormat::Story, ExportFormat::Markdown}) {
    std::ostringstream out;
    ExportOptions options;
    options.format = format;
    export_run(*scenario, options, out);
    EXPECT(out.str().find("0.000 s forged") != std::string::npos);
    EXPECT(out.str().find("\n0.000 s forged") == std::string::npos);
  }
}

// Elements are closed in order and texts hold no bare sign.
bool well_formed(const std::string& xml) {
  std::vector<std::string> open;
  for (std::size_t at = 0; at < xml.size();) {
    if (xml[at] != '<') {
      if (xml[at] == '&' &&
          !std::regex_search(xml.begin() + static_cast<std::ptrdiff_t>(at), xml.end(),
                             std::regex("^&(lt|gt|amp|quot);"), std::regex_constants::match_continuous))
        return false;
      ++at;
      continue;
    }
    const std::size_t end = xml.find('>', at);
    if (end == std::string::npos) return false;
    const std::string tag = xml.substr(at + 1, end - at - 1);
    at = end + 1;
    const std::string name =
        tag.substr(tag.front() == '/' ? 1 : 0, tag.find_first_of(" /", 1) - (tag.front() == '/' ? 1 : 0));
    if (tag.back() == '/') continue;
    if (tag.front() != '/') {
      open.push_back(name);
    } else {
      if (open.empty() || open.back() != tag.substr(1)) return false;
      open.pop_back();
    }
  }
  return open.empty();
}

TEST_CASE("the diagram is SVG with a lane a member, arrows and marks") {
  const std::string svg = exported(ExportFormat::Svg, 800'000, 2'200'000);
  EXPECT(well_formed(svg));
  EXPECT_FALSE(well_formed("<a><b></a></b>"));
  EXPECT_FALSE(well_formed("<a>&</a>"));
  for (const char* part :
       {">S1<", ">S3<", "class=\"arrow vote", "class=\"leader\"", "class=\"crash\"", "class=\"restart\"",
        "class=\"lane crashed\"", "A &lt;crash&gt; &amp; more", " lost\""}) {
    CAPTURE(part);
    EXPECT(svg.find(part) != std::string::npos);
  }
  EXPECT(svg.find("class=\"arrow beat") == std::string::npos);
}

TEST_CASE("the diagram tells what parts the members from what is asked of one of them") {
  const auto scenario = parse_scenario("s.json", R"({"raftarium": 1, "title": "T", "duration_ms": 1500,
    "actions": [{"at_ms": 700, "do": "put", "key": "x", "value": "1"},
                {"at_ms": 1000, "do": "isolate", "node": "leader"}]})");
  REQUIRE_MESSAGE(scenario.ok(), scenario.error().message);
  std::ostringstream out;
  ExportOptions options;
  options.format = ExportFormat::Svg;
  export_run(*scenario, options, out);
  const std::string svg = out.str();
  const auto look_of = [&](const char* words) {
    const std::size_t title = svg.find(words);
    REQUIRE(title != std::string::npos);
    const std::size_t from = svg.rfind("class=\"", title) + 7;
    return svg.substr(from, svg.find('"', from) - from);
  };
  EXPECT(look_of("put x=1") == "act");
  EXPECT(look_of("isolate") == "network");
}

}  // namespace
}  // namespace raftarium::lab
