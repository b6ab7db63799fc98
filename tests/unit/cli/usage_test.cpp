// What is wrong with a command line is said with what was expected.

#include "cli/usage.h"

#include <string>
#include <vector>

#include "support/test.h"

namespace raftarium::cli {

namespace {

// What is said about this command line; empty when there is nothing wrong with it.
std::string said(const std::vector<std::string>& words) {
  CLI::App program;
  program.name("raftarium");
  program.require_subcommand(1);
  std::vector<std::string> files;
  std::string format;
  std::int64_t from_ms = 0;
  bool flag = false;
  CLI::App* run = program.add_subcommand("run");
  run->add_option("files", files)->required();
  run->add_flag("-q,--quiet", flag);
  run->add_flag("--json", flag);
  CLI::App* send = program.add_subcommand("export");
  send->add_option("file", format);
  send->add_option("-f,--format", format)->required();
  send->add_option("--from-ms", from_ms)->check(number("milliseconds", 0, 1000));
  CLI::App* wal = program.add_subcommand("wal");
  wal->require_subcommand(1);
  for (const char* name : {"dump", "verify", "repair"}) {
    wal->add_subcommand(name)->add_option("directory", format)->required();
  }
  try {
    program.parse(std::vector<std::string>(words.rbegin(), words.rend()));
  } catch (const CLI::ParseError& error) {
    return complaint(program, words, error.what());
  }
  return {};
}

}  // namespace

TEST_CASE("a command that is not known is named with the nearest that is") {
  EXPECT(said({"rnu", "x"}) ==
         "raftarium: unknown command \"rnu\" (did you mean \"run\"?); known: run, export, wal");
  EXPECT(said({"wal", "FROB"}) == "wal: unknown command \"FROB\"; known: dump, verify, repair");
  EXPECT(said({"wal", "dmup", "d"}) ==
         "wal: unknown command \"dmup\" (did you mean \"dump\"?); known: dump, verify, repair");
  EXPECT(said({"wal"}) == "wal: expected a command: dump, verify, repair");
  EXPECT(said({}) == "raftarium: expected a command: run, export, wal");
}

TEST_CASE("an option that is not known is named with the nearest that is") {
  EXPECT(said({"run", "f", "--jsno"}) ==
         "run: unknown option \"--jsno\" (did you mean \"--json\"?); known: --help, --quiet, --json");
  EXPECT(said({"run", "-x", "f"}) == "run: unknown option \"-x\"; known: --help, --quiet, --json");
  EXPECT(said({"export", "-f", "--frob", "f"}).empty());  // the value of -f, whatever it is
}

TEST_CASE("what is missing, too much or out of range is said after the command that wants it") {
  EXPECT(said({"run"}) == "run: files is required");
  EXPECT(said({"wal", "dump", "d", "x"}) == "dump: The following argument was not expected: x");
  const std::string range = "export: --from-ms: expected milliseconds from 0 to 1000, got ";
  EXPECT(said({"export", "f", "-f", "svg", "--from-ms", "abc"}) == range + "\"abc\"");
  EXPECT(said({"export", "f", "-f", "svg", "--from-ms=1001"}) == range + "\"1001\"");
  EXPECT(said({"export", "f", "-f", "svg", "--from-ms", "5x"}) == range + "\"5x\"");
  EXPECT(said({"export", "f", "-fsvg", "--from-ms=7"}).empty());
  EXPECT(said({"run", "a", "b", "-q"}).empty());
}

}  // namespace raftarium::cli
