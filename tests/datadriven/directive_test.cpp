#include "datadriven/directive.h"

#include "support/test.h"

using raftarium::datadriven::Directive;
using raftarium::datadriven::parse_command_line;
using raftarium::datadriven::parse_transcript;
using raftarium::datadriven::Transcript;

TEST_SUITE("directive") {
  TEST_CASE("a directive is a command, its arguments, its input and what is expected") {
    const Transcript transcript = parse_transcript(
        "# A comment.\n"
        "\n"
        "propose-conf-change 1 v1=true\n"
        "v3\n"
        "----\n"
        "ok\n"
        "  indented\n"
        "\n"
        "status 2\n"
        "----\n");
    REQUIRE(transcript.error.line == 0);
    REQUIRE(transcript.directives.size() == 2);
    const Directive& first = transcript.directives[0];
    EXPECT(first.line == 3);
    EXPECT(first.command == "propose-conf-change");
    REQUIRE(first.args.size() == 2);
    EXPECT(first.args[0].key == "1");
    EXPECT(first.args[0].values.empty());
    EXPECT(first.args[1].key == "v1");
    EXPECT(first.args[1].values == std::vector<std::string>{"true"});
    EXPECT(first.input == "v3");
    EXPECT(first.expected == "ok\n  indented\n");
    EXPECT(transcript.directives[1].line == 9);
    EXPECT(transcript.directives[1].expected.empty());
  }

  TEST_CASE("a backslash continues a line") {
    const Transcript transcript =
        parse_transcript("add-nodes 3 \\\n  voters=(1,2,3) \\\n  index=2\n----\nok\n");
    REQUIRE(transcript.directives.size() == 1);
    const Directive& directive = transcript.directives[0];
    EXPECT(directive.line == 1);
    REQUIRE(directive.args.size() == 3);
    EXPECT(directive.args[2].key == "index");
  }

  TEST_CASE("values may be lists, nested or empty") {
    const auto line = parse_command_line("cmd a=(1, 2 ,3) b=(f(x, y), z) c= d=() e");
    REQUIRE(line.ok());
    REQUIRE(line->args.size() == 5);
    EXPECT(line->args[0].values == std::vector<std::string>{"1", "2", "3"});
    EXPECT(line->args[1].values == std::vector<std::string>{"f(x, y)", "z"});
    EXPECT(line->args[2].values == std::vector<std::string>{""});
    EXPECT(line->args[3].values == std::vector<std::string>{""});
    EXPECT(line->args[4].values.empty());
  }

  TEST_CASE("output with blank lines stands between doubled fences") {
    const Transcript transcript =
        parse_transcript("cmd\n----\n----\none\n\n----\ntwo\n----\n----\n\nnext\n----\nok\n");
    REQUIRE(transcript.directives.size() == 2);
    EXPECT(transcript.directives[0].expected == "one\n\n----\ntwo\n");
    EXPECT(transcript.directives[1].command == "next");
  }

  TEST_CASE("what cannot be read is an error with its line, and what stands before it is kept") {
    const Transcript unclosed = parse_transcript("cmd\n----\nok\n\ncmd list=(1,2\n----\n");
    EXPECT(unclosed.directives.size() == 1);
    EXPECT(unclosed.error.line == 5);
    EXPECT(unclosed.error.message.find("closing parenthesis") != std::string::npos);

    EXPECT(parse_transcript("cmd =3\n----\n").error.line == 1);
    EXPECT(parse_transcript("# only\ncmd\ninput\n").error.line == 2);
    EXPECT(parse_transcript("cmd\n----\n----\nnever ends\n").error.line == 1);
  }

  TEST_CASE("an empty file has no directives and no error") {
    EXPECT(parse_transcript("").directives.empty());
    EXPECT(parse_transcript("\n# nothing\n").error.line == 0);
  }

  TEST_CASE("line ends of either kind are read") {
    const Transcript transcript = parse_transcript("cmd 1\r\n----\r\nok\r\n\r\n");
    REQUIRE(transcript.directives.size() == 1);
    EXPECT(transcript.directives[0].expected == "ok\n");
  }
}
