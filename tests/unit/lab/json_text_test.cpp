#include "lab/json_text.h"

#include "support/test.h"

namespace raftarium::lab {
namespace {

std::string json_complaint(std::string_view text) {
  const auto parsed = JsonText::parse("a.json", text);
  return parsed.ok() ? "" : parsed.error().message;
}

TEST_CASE("an error names the line of the value it is about") {
  const auto text = JsonText::parse("a.json", "{\n  \"list\": [\n    1,\n    {\"deep\": 2}\n  ]\n}");
  REQUIRE(text.ok());
  EXPECT(text->error("list[1].deep", "wrong").message == "a.json:4: list[1].deep: wrong");
  EXPECT(text->error("list", "wrong").message == "a.json:2: list: wrong");
  EXPECT(text->error("", "wrong").message == "a.json:1: wrong");
}

TEST_CASE("a missing field is reported at the object that lacks it") {
  const auto text = JsonText::parse("a.json", "{\n\n\"list\": [\n{}\n]}");
  REQUIRE(text.ok());
  EXPECT(text->error("list[0].absent", "wrong").message == "a.json:4: list[0].absent: wrong");
}

TEST_CASE("strings with quotes, brackets and escapes do not confuse the lines") {
  const auto text =
      JsonText::parse("a.json", "{\"a\": \"\\\"}],{[\\\\\",\n\"b\": \"\\n\",\n\"c\": [\"]\"]}");
  REQUIRE(text.ok());
  EXPECT(text->error("b", "x").message == "a.json:2: b: x");
  EXPECT(text->error("c[0]", "x").message == "a.json:3: c[0]: x");
}

TEST_CASE("what is no JSON is refused with its line") {
  EXPECT(json_complaint("{\n\"a\": 1,\n}").find("a.json:3: this is no JSON") == 0);
  EXPECT(json_complaint("").find("a.json:1: this is no JSON") == 0);
  EXPECT(json_complaint("[1, 2").find("a.json:1: this is no JSON") == 0);
  EXPECT_FALSE(json_complaint("{} {}").empty());
  EXPECT_FALSE(json_complaint("\xff\xfe").empty());
}

TEST_CASE("a field that is there twice is refused") {
  EXPECT(json_complaint("{\"a\": 1, \"a\": 2}") == "a.json:1: a: this field is there twice");
  EXPECT(json_complaint("{\"a\": [\n{\"b\": 1,\n\"c\": 1,\n\"b\": 2}]}") ==
         "a.json:4: a[0].b: this field is there twice");
  EXPECT(json_complaint("{\"a\": 1, \"\\u0061\": 2}") == "a.json:1: a field is there twice");
  EXPECT(json_complaint("{\"a\": {\"b\": 1}, \"b\": 2}").empty());
}

TEST_CASE("depth, size and number of values are limited") {
  EXPECT(json_complaint(std::string(kMaxJsonDepth, '[') + std::string(kMaxJsonDepth, ']')).empty());
  EXPECT(json_complaint(std::string(kMaxJsonDepth + 1, '[') + std::string(kMaxJsonDepth + 1, ']'))
             .find("32 levels") != std::string::npos);
  // Far deeper than any stack.
  EXPECT_FALSE(json_complaint(std::string(500'000, '[')).empty());
  EXPECT(json_complaint("\"" + std::string(kMaxJsonBytes, 'a') + "\"").find("bytes") != std::string::npos);
  std::string many = "[0";
  for (std::size_t i = 0; i < kMaxJsonValues; ++i) many += ",0";
  EXPECT(json_complaint(many + "]").find("values") != std::string::npos);
}

TEST_CASE("every beginning of a document is refused, not read beyond") {
  const std::string whole = "{\"a\": [1, true, null, \"x\\u00e9\"], \"b\": {\"c\": -1.5e3}}";
  REQUIRE(json_complaint(whole).empty());
  for (std::size_t cut = 0; cut < whole.size(); ++cut) {
    CAPTURE(cut);
    EXPECT_FALSE(json_complaint(std::string_view(whole).substr(0, cut)).empty());
  }
}

TEST_CASE("the nearest word is proposed, but only when it is near") {
  const std::vector<std::string> known{"partition", "put", "pause"};
  EXPECT(did_you_mean("partitoin", known) == " (did you mean \"partition\"?)");
  EXPECT(did_you_mean("puse", known) == " (did you mean \"pause\"?)");
  EXPECT(did_you_mean("elephant", known).empty());
  EXPECT(did_you_mean(std::string(100'000, 'p'), known).empty());
}

}  // namespace
}  // namespace raftarium::lab
