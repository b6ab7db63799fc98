#include "datadriven/transcript.h"

#include <cstdlib>

#include "base/check.h"
#include "datadriven/isolated.h"
#include "support/test.h"

using raftarium::datadriven::find_transcripts;
using raftarium::datadriven::Kind;
using raftarium::datadriven::read_file;
using raftarium::datadriven::Report;
using raftarium::datadriven::run_transcript;
using raftarium::datadriven::same_output;

namespace {

void expect_all_pass(const std::string& folder) {
  const auto files = find_transcripts(folder);
  REQUIRE_MESSAGE(files.ok(), files.error().message);
  for (const std::string& file : *files) {
    const auto text = read_file(file);
    REQUIRE_MESSAGE(text.ok(), file);
    const Report report = run_transcript(*text, std::nullopt);
    EXPECT_MESSAGE(report.ok, file, ":", report.line, "\n", report.explanation);
  }
}

}  // namespace

TEST_SUITE("transcripts") {
  TEST_CASE("log lines do not count, and nothing else is ok") {
    EXPECT(same_output("ok\n", ""));
    EXPECT(same_output("INFO 1 became leader\n", "ok"));
    EXPECT(same_output("> 1\n  DEBUG x\n  a\n", "> 1\n  a"));
    EXPECT_FALSE(same_output("> 1\n", "ok"));
    EXPECT_FALSE(same_output("INFORMATION\n", "ok"));
  }

  TEST_CASE("the grammar is told from the first command") {
    EXPECT(run_transcript("vote cfg=(1) votes=(y)\n----\nVoteWon\n", std::nullopt).ok);
    EXPECT(run_transcript("simple\nv1\n----\nvoters=(1)\n1: StateProbe match=0 next=1\n", std::nullopt).ok);
    EXPECT(run_transcript("log-level none\n----\nok\n", std::nullopt).ok);
    EXPECT_FALSE(run_transcript("log-level none\n----\nok\n", Kind::Quorum).ok);
  }

  TEST_CASE("a difference is shown with its line") {
    const Report report = run_transcript("# c\nvote cfg=(1) votes=(n)\n----\nVoteWon\n", std::nullopt);
    EXPECT_FALSE(report.ok);
    EXPECT(report.line == 2);
    EXPECT(report.explanation == "  expected:\n  > VoteWon\n  got:\n  > VoteLost\n");
  }

  TEST_CASE("a wrong directive fails with an explanation") {
    const auto failure = [](const char* text) {
      const Report report = run_transcript(text, std::nullopt);
      EXPECT_FALSE(report.ok);
      EXPECT(report.line == 1);
      return report.explanation;
    };
    const auto says = [&](const char* text, const char* part) {
      const std::string explanation = failure(text);
      EXPECT_MESSAGE(explanation.find(part) != std::string::npos, explanation);
    };
    says("campain 1\n----\nok\n", "unknown command \"campain\"");
    says("campaign\n----\nok\n", "expected a member's number");
    says("campaign 1\n----\nok\n", "there is no member 1");
    says("add-nodes x\n----\nok\n", "expected a number, got \"x\"");
    says("add-nodes 1 voters=(1,x) index=2\n----\nok\n", "expected a number, got \"x\"");
    says("add-nodes 1 wheels=4\n----\nok\n", "unknown option \"wheels\"");
    says("vote cfg=(1) votes=(x)\n----\nok\n", "expected y, n or _");
    says("vote cfg=(1 votes=(x\n----\nok\n", "closing parenthesis");
    says("simple autoleave=true\n----\nok\n", "unexpected argument");
  }

  TEST_CASE("rewriting puts in what was got and keeps the rest") {
    const char* before = "# c\nvote cfg=(1) votes=(n)\n----\nVoteWon\nand more\n\n# d\nvote\n----\n";
    const char* after = "# c\nvote cfg=(1) votes=(n)\n----\nVoteLost\n\n# d\nvote\n----\nVoteWon\n";
    const Report report = run_transcript(before, std::nullopt, true);
    REQUIRE(report.ok);
    EXPECT(report.rewritten == after);
    EXPECT(run_transcript(report.rewritten, std::nullopt).ok);
  }

#ifndef __EMSCRIPTEN__  // there is no process to end
  TEST_CASE("an engine that gives up fails its transcript, with the line and what it said") {
    const Report report = raftarium::datadriven::run_isolated([](const auto& progress) {
      progress(3);
      progress(7);
      CHECK(1 + 1 == 3, "as expected");
      return Report{};
    });
    EXPECT_FALSE(report.ok);
    EXPECT(report.line == 7);
    EXPECT(report.directives == 2);
    EXPECT(report.explanation.find("CHECK(1 + 1 == 3) failed: as expected") != std::string::npos);
  }
#endif

  TEST_CASE("a report comes out of its process as it was") {
    const Report report = raftarium::datadriven::run_isolated([](const auto&) {
      return run_transcript("vote cfg=(1) votes=(n)\n----\nVoteWon\n\nvote\n----\nVoteWon\n", std::nullopt,
                            true);
    });
    EXPECT(report.ok);
    EXPECT(report.directives == 2);
    EXPECT(report.rewritten == "vote cfg=(1) votes=(n)\n----\nVoteLost\n\nvote\n----\nVoteWon\n");
  }

  TEST_CASE("our own transcripts") { expect_all_pass(RAFTARIUM_OWN_TRANSCRIPTS); }

  TEST_CASE("etcd's transcripts") {
    const char* folder = std::getenv("RAFTARIUM_ETCD_TESTDATA");
    if (folder == nullptr || *folder == '\0') {
      MESSAGE("skipped: RAFTARIUM_ETCD_TESTDATA is not set; point it at a checkout of etcd-io/raft");
      return;
    }
    expect_all_pass(folder);
  }
}
