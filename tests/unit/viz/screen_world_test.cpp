// Configurations, clients, links, exports, branches and the stage through the interface: everything is asserted on
// the engine's state, or on what the host was given.

#include <algorithm>

#include "screen.h"
#include "support/test.h"
#include "viz/acts.h"

namespace raftarium::viz {
namespace {

using raft::NodeId;

struct Saved {
  std::string name;
  std::string text;
};

Host saving(Saved& saved) {
  Host host;
  host.save = [&saved](const std::string& name, const std::string& text) {
    saved = {name, text};
    return base::Result<std::string>("somewhere");
  };
  return host;
}

// A cluster of five with a leader, paused.
struct Cluster : Screen {
  explicit Cluster(Host host = {}) : Screen({1280, 800}, std::move(host)) {
    REQUIRE(app().open("first_election").ok());
    play_until(1'300'000);
    REQUIRE(current_leader(frame()) != nullptr);
    leader = current_leader(frame())->id;
    follower = NodeId(leader.value() == 1 ? 2 : 1);
  }
  void select(NodeId id) { click("member." + std::to_string(id.value())); }
  void menu(const std::string& opener, const std::string& row) {
    click(opener);
    click("menu." + row);
  }
  void run(std::int64_t us) { play_until(frame().time_us + us); }
  std::string newest() const { return frame().requests.back().text; }
  NodeId leader;
  NodeId follower;
};

}  // namespace

TEST_SUITE("the world through the interface") {
  TEST_CASE("a member leaves, learns, votes again") {
    Cluster cluster;
    const NodeId who = cluster.follower;
    const auto standing = [&] { return standing_of(cluster.frame().configuration, who); };
    EXPECT(standing() == Standing::Voter);
    cluster.select(who);
    cluster.menu("act.members", "members.remove");
    cluster.run(300'000);
    EXPECT(standing() == Standing::Outside);
    EXPECT(cluster.frame().configuration.voters.size() == 4);
    cluster.menu("act.members", "members.add_learner");
    cluster.run(300'000);
    EXPECT(standing() == Standing::Learner);
    cluster.menu("act.members", "members.promote");
    cluster.run(300'000);
    EXPECT(standing() == Standing::Voter);
    cluster.menu("act.members", "members.demote");
    cluster.run(300'000);
    EXPECT(standing() == Standing::Learner);
  }

  TEST_CASE("one member takes the place of another, and both halves are seen until one leaves") {
    Cluster cluster;
    cluster.select(cluster.follower);
    cluster.menu("act.members", "members.remove");
    cluster.run(300'000);
    const NodeId other(cluster.leader.value() == 3 ? 4 : 3);
    cluster.select(other);
    const std::string joint = "members.joint." + std::to_string(cluster.follower.value());
    cluster.menu("act.members", joint);
    cluster.run(300'000);
    EXPECT(standing_of(cluster.frame().configuration, other) == Standing::Outgoing);
    EXPECT(standing_of(cluster.frame().configuration, cluster.follower) == Standing::Incoming);
    EXPECT(standing_of(cluster.frame().configuration, cluster.leader) == Standing::Voter);
    EXPECT(cluster.has("joint.label"));
    // What is said for a while keeps clear of it, however long it is.
    cluster.app().say(std::string(90, 'm'), false);
    cluster.draw(2);
    REQUIRE(cluster.has("notice"));
    EXPECT_FALSE(overlap(cluster.region("notice"), cluster.region("joint.label")));
    EXPECT(cluster.region("notice").y > cluster.region("stage").y);
    cluster.menu("act.members", "members.leave");
    cluster.run(300'000);
    EXPECT(cluster.frame().configuration.voters_outgoing.empty());
    EXPECT(standing_of(cluster.frame().configuration, other) == Standing::Outside);
    EXPECT_FALSE(cluster.has("joint.label"));
  }

  TEST_CASE("a client reads in three ways, swaps and deletes") {
    Cluster cluster;
    cluster.select(cluster.leader);
    const std::vector<std::pair<std::string, std::string>> ways = {{"read", "(linearizable)"},
                                                                   {"read_lease", "(lease)"},
                                                                   {"read_local", "(serializable)"},
                                                                   {"swap", "swap"},
                                                                   {"delete", "delete"}};
    for (const auto& way : ways) {
      CAPTURE(way.first);
      cluster.menu("act.ask", "client." + way.first);
      EXPECT(cluster.newest().find(way.second) != std::string::npos);
    }
    cluster.run(500'000);
    EXPECT(std::none_of(cluster.frame().requests.begin(), cluster.frame().requests.end(),
                        [](const RequestView& request) { return request.open; }));
  }

  TEST_CASE("a link becomes slow, lossy, and says things twice") {
    Cluster cluster;
    const auto link = [&] { return *find_link(cluster.frame(), NodeId(1), NodeId(2)); };
    const auto choose = [&](const std::string& row) {
      cluster.click("link.1.2", ImGuiMouseButton_Right);
      cluster.click("menu." + row);
    };
    choose("link.slow");
    EXPECT(link().latency_min_us == 100'000);
    choose("link.lossy");
    EXPECT(link().loss_per_million > 0);
    choose("link.twice");
    EXPECT(link().duplicate_per_million > 0);
    EXPECT(link().latency_min_us == 100'000);
    choose("link.cut");
    EXPECT(link().cut);
    EXPECT_FALSE(find_link(cluster.frame(), NodeId(2), NodeId(1))->cut);
  }

  TEST_CASE("the diagram, the story and the session are handed to the host") {
    EXPECT_FALSE(Cluster().has("export"));  // without a host that takes files
    Saved saved;
    Cluster cluster(saving(saved));
    cluster.click("tab.space_time");
    cluster.click("space_time.export");
    EXPECT(saved.name == "first_election.svg");
    EXPECT(saved.text.rfind("<svg", 0) == 0);
    EXPECT(cluster.view("notice") == "Saved somewhere");
    cluster.click("export");
    cluster.click("exports.markdown");
    EXPECT(saved.name == "first_election.md");
    EXPECT(saved.text.find("wins term") != std::string::npos);
    cluster.click("export");
    cluster.click("exports.session");
    const std::uint64_t digest = cluster.frame().digest;
    REQUIRE(cluster.app().open_text(saved.name, saved.text).ok());
    EXPECT(cluster.frame().digest == digest);
    EXPECT(cluster.app().notice().find("not what was recorded") == std::string::npos);
  }

  TEST_CASE("a diagram that nobody has looked at is saved as it would be shown") {
    Saved saved;
    Cluster cluster(saving(saved));
    cluster.run(2'500'000);
    cluster.click("export");
    cluster.click("exports.svg");
    EXPECT(saved.text.find(">3.000 s<") != std::string::npos);
    EXPECT(saved.text.find(">1.000 s<") == std::string::npos);
  }

  TEST_CASE("who opens a session that this build plays another way is told so, and where") {
    Saved saved;
    Cluster cluster(saving(saved));
    cluster.click("export");
    cluster.click("exports.session");
    const std::string was = "\"seed\": 7";
    const std::size_t at = saved.text.find(was);
    REQUIRE(at != std::string::npos);
    // As a build would that draws other numbers.
    REQUIRE(cluster.app().open_text(saved.name, saved.text.replace(at, was.size(), "\"seed\": 8")).ok());
    cluster.draw(2);
    EXPECT(cluster.app().notice().find("This is not what was recorded: it diverges at event ") == 0);
  }

  TEST_CASE("branches are compared and forgotten") {
    Cluster cluster;
    cluster.key(ImGuiKey_Home);
    cluster.key(ImGuiKey_2);
    cluster.key(ImGuiKey_C);
    REQUIRE(cluster.frame().branches.size() == 2);
    const lab::BranchId branch = cluster.frame().branch;
    cluster.run(800'000);
    cluster.key(ImGuiKey_B);
    cluster.click("branch.compare.0");
    EXPECT(cluster.view("comparison").find("\"diverge\":true") != std::string::npos);
    // Each branch says when and what, as a person would.
    EXPECT(cluster.view("comparison").find("\"told_a\":\"S2 crashes") != std::string::npos);
    EXPECT(cluster.view("comparison").find("\"told_b\":\"\"") == std::string::npos);
    EXPECT(cluster.has("comparison.parting"));
    cluster.click("comparison.close");
    cluster.key(ImGuiKey_B);
    cluster.click("branch.0");
    cluster.key(ImGuiKey_B);
    cluster.click("branch.delete." + std::to_string(branch));
    EXPECT(cluster.frame().branches.size() == 1);
  }

  TEST_CASE("a branch is given another name: Enter takes it, Escape leaves it") {
    Cluster cluster;
    const auto name = [&] { return cluster.frame().branches[0].name; };
    cluster.key(ImGuiKey_B);
    cluster.click("branch.rename.0");
    REQUIRE(cluster.has("branch.name.0"));
    cluster.type("  as it was ");  // in place of the old name, which is selected
    cluster.key(ImGuiKey_Enter);
    EXPECT(name() == "as it was");
    EXPECT_FALSE(cluster.has("branch.name.0"));
    REQUIRE(cluster.has("branch.rename.0"));  // the list stays open
    cluster.click("branch.rename.0");
    cluster.type("another");
    cluster.key(ImGuiKey_Escape);
    EXPECT(name() == "as it was");
    EXPECT_FALSE(cluster.has("branch.name.0"));
    cluster.key(ImGuiKey_Escape);
    EXPECT(cluster.view("popup") == "false");
    cluster.type("/");
    cluster.type("rename this");
    cluster.key(ImGuiKey_Enter);
    REQUIRE(cluster.has("branch.name.0"));
    cluster.type(" ");
    cluster.key(ImGuiKey_Enter);
    EXPECT(name() == "as it was");  // no name is no name
    cluster.click("branch.rename.0");
    cluster.type("mine");
    cluster.key(ImGuiKey_Enter);
    EXPECT(name() == "mine");
    EXPECT(cluster.frame().branches.size() == 1);
  }

  TEST_CASE("the gallery is all there is until something is open") {
    Screen screen;
    screen.draw(3);
    REQUIRE(screen.has("scenario.split_brain"));
    EXPECT_FALSE(screen.has("stage"));
    screen.key(ImGuiKey_P);  // nobody to write to
    screen.click("scenario.split_brain");
    EXPECT(screen.view("scenario") == "split_brain");
    EXPECT(screen.has("stage"));
  }

  TEST_CASE("the stage is enlarged about the pointer, and is whole again") {
    Cluster cluster;
    const Rect whole = cluster.region("member.2");
    cluster.move(whole.center());
    cluster.wheel(4);
    const Rect large = cluster.region("member.2");
    EXPECT(large.w == doctest::Approx(whole.w * 2).epsilon(0.01));
    EXPECT(large.center().x == doctest::Approx(whole.center().x).epsilon(0.01));
    EXPECT(large.center().y == doctest::Approx(whole.center().y).epsilon(0.01));
    cluster.key(ImGuiKey_0);
    EXPECT(cluster.region("member.2").x == doctest::Approx(whole.x));
  }

  TEST_CASE("a long way is gone in parts, and an act stops it") {
    Screen screen;
    REQUIRE(screen.app().open("first_election").ok());
    screen.app().set_playing(false);
    screen.app().seek(1'000'000);
    EXPECT_FALSE(screen.app().seeking());  // a short way is gone at once
    constexpr std::int64_t kFarUs = 1'200'000'000;
    screen.app().seek(kFarUs);
    int pictures = 0;
    for (std::int64_t before = 0; screen.app().seeking(); ++pictures) {
      REQUIRE(pictures < 1000);
      EXPECT(screen.app().wants_frame());
      screen.draw();
      EXPECT(screen.frame().time_us > before);
      before = screen.frame().time_us;
    }
    EXPECT(pictures > 3);
    EXPECT(screen.frame().time_us == kFarUs);
    const std::size_t asked = screen.frame().requests.size();
    screen.app().seek(2 * kFarUs);
    screen.draw(2);
    REQUIRE(screen.app().seeking());
    EXPECT(screen.view("notice").find("On the way to 2400") != std::string::npos);
    screen.key(ImGuiKey_P);
    EXPECT_FALSE(screen.app().seeking());
    EXPECT(screen.frame().time_us < 2 * kFarUs);
    EXPECT(screen.frame().requests.size() == asked + 1);
  }

  TEST_CASE("slow motion lingers where a leader is elected") {
    Screen screen;
    REQUIRE(screen.app().open("first_election").ok());
    screen.app().set_playing(false);
    screen.key(ImGuiKey_S);
    screen.app().set_playing(true);
    for (int i = 0; i < 1000 && current_leader(screen.frame()) == nullptr; ++i) screen.draw(1, 0.05);
    REQUIRE(current_leader(screen.frame()) != nullptr);
    EXPECT(screen.view("lingers") == "true");
    const std::int64_t elected_us = screen.frame().time_us;
    screen.draw(4, 0.05);
    EXPECT(screen.frame().time_us - elected_us < 10'000);  // a tenth of what 0.2 s are worth at 1/5
  }
}

}  // namespace raftarium::viz
