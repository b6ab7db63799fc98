// What the program says about itself is JSON, and holds what those who automate it read.

#include <nlohmann/json.hpp>

#include "sample_frame.h"
#include "support/test.h"
#include "viz/json_writer.h"

namespace raftarium::viz {

using nlohmann::json;

TEST_SUITE("frame json") {
  TEST_CASE("the sample frame, field by field") {
    const json frame = json::parse(to_json(sample_frame()));
    EXPECT(frame["title"] == "Split brain");
    EXPECT(frame["seed"] == 7);
    EXPECT(frame["time_us"] == 4'382'000);
    EXPECT(frame["event"] == 240);
    EXPECT(frame["digest"] == "0");
    EXPECT(frame["branch"] == 0);
    REQUIRE(frame["members"].size() == 5);
    const json& s1 = frame["members"][0];
    EXPECT(s1["id"] == 1);
    EXPECT(s1["process"] == "running");
    EXPECT(s1["role"] == "leader");
    EXPECT(s1["term"] == 2);
    EXPECT(s1["vote"] == 1);
    EXPECT(s1["commit"] == 6);
    EXPECT(s1["applied"] == 6);
    EXPECT(s1["first"] == 1);
    EXPECT(s1["last"] == 8);
    EXPECT(s1["leads_minority"] == true);
    EXPECT(s1["timer_left_us"] == 340'000);
    EXPECT(s1["store"] == json{"x=2", "z=7"});
    REQUIRE(s1["log"].size() == 8);
    EXPECT(s1["log"][6]["term"] == 2);
    EXPECT(s1["log"][6]["index"] == 7);
    EXPECT(s1["log"][5]["committed"] == true);
    EXPECT(s1["log"][6]["committed"] == false);
    EXPECT(frame["members"][1]["role"] == "follower");
    EXPECT(frame["links_cut"].size() == 12);
    EXPECT(frame["islands"] == json{{1, 2}, {3, 4, 5}});
    REQUIRE(frame["messages"].size() == 5);
    EXPECT(frame["messages"][0]["type"] == "MsgApp");
    EXPECT(frame["messages"][0]["from"] == 1);
    EXPECT(frame["messages"][0]["to"] == 3);
    EXPECT(frame["messages"][0]["doomed"] == true);
    EXPECT(frame["messages"][2]["entries"] == 1);
    EXPECT(frame["requests"][0]["text"] == "put x=9");
    EXPECT(frame["requests"][0]["open"] == true);
    EXPECT(frame["properties"].size() == 4);
    EXPECT(frame["properties"][0]["holds"] == true);
    EXPECT(frame["story"][0]["what"] == "S3 wins term 3 with votes from S3, S4, S5.");
    EXPECT(frame["next"] == "S1 checks its quorum in 340 ms and will step down.");
    EXPECT(frame["branches"][0]["name"] == "main");
  }

  TEST_CASE("any text comes back as it was") {
    Frame frame = sample_frame();
    const std::string odd = "quote \" backslash \\ line\nbreak tab\t bell\a ünïcode → × and \x7f";
    frame.scenario_title = odd;
    frame.members[0].store = {{"k", odd, 1, 1, 1}};
    const json read = json::parse(to_json(frame));
    EXPECT(read["title"] == odd);
    EXPECT(read["members"][0]["store"][0] == "k=" + odd);
  }

  TEST_CASE("an empty frame is JSON as well") {
    const json read = json::parse(to_json(Frame{}));
    EXPECT(read["members"].empty());
    EXPECT(read["branches"].empty());
  }

  TEST_CASE("numbers keep their 64 bits, a digest is text") {
    Frame frame;
    frame.digest = ~std::uint64_t{0};
    frame.time_us = std::int64_t{1} << 52U;
    const json read = json::parse(to_json(frame));
    EXPECT(read["digest"] == "18446744073709551615");
    EXPECT(read["time_us"] == std::int64_t{1} << 52U);
  }

  TEST_CASE("the writer sets commas where they belong") {
    JsonWriter writer;
    writer.open('{')
        .field("a", 1)
        .key("b")
        .open('[')
        .value(true)
        .value("x")
        .close(']')
        .field("c", 2.5)
        .close('}');
    EXPECT(writer.text() == R"({"a":1,"b":[true,"x"],"c":2.5})");
  }
}

}  // namespace raftarium::viz
