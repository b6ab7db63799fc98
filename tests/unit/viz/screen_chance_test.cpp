// What goes wrong by chance, the next time, or everywhere at once: by its menu and by the command palette, each
// undone after it. Everything is asserted on the engine's state.

#include <algorithm>
#include <array>

#include "screen.h"
#include "support/test.h"
#include "viz/acts.h"
#include "viz/offers.h"

namespace raftarium::viz {
namespace {

using raft::NodeId;

struct ClusterByChance : Screen {
  ClusterByChance() {
    REQUIRE(app().open("first_election").ok());
    play_until(700'000);
    REQUIRE(current_leader(frame()) != nullptr);
    follower = NodeId(current_leader(frame())->id.value() == 1 ? 2 : 1);
    click("member." + std::to_string(follower.value()));
  }
  const MemberView& member() const { return *find_member(frame(), follower); }
  const LinkView& link() const { return *find_link(frame(), follower, other()); }
  NodeId other() const { return NodeId(follower.value() == 1 ? 2 : 1); }

  void disk_menu(const char* page, const std::string& row) {
    click("act.disk");
    click(std::string("menu.disk.") + page);
    click("menu." + row);
  }
  // On the empty stage.
  void network_menu(const std::string& row) {
    const Rect stage = region("stage");
    click_at(stage.min() + Vec2{8, stage.h - 8}, ImGuiMouseButton_Right);
    click("menu." + row);
  }
  void network_menu(const char* page, const std::string& row) {
    network_menu(page);
    click("menu." + row);
  }
  void palette(const std::string& words, const std::string& name) {
    type("/");
    type(words);
    click("palette." + name);
  }
  // Acts, and undoes it: what was before is there again.
  template <class Act, class Holds>
  void does(const std::string& what, const Act& act, const Holds& holds) {
    CAPTURE(what);
    const std::uint64_t before = frame().digest;
    act();
    EXPECT(frame().digest != before);
    EXPECT(holds());
    key(ImGuiKey_U);
    EXPECT(frame().digest == before);
  }
  NodeId follower;
};

struct DiskRate {
  const char* name;
  std::uint32_t sim::DiskSettings::*rate;
};
constexpr std::array<DiskRate, 9> kDiskRates = {
    {{"sync_error", &sim::DiskSettings::sync_error_per_million},
     {"write_error", &sim::DiskSettings::write_error_per_million},
     {"read_error", &sim::DiskSettings::read_error_per_million},
     {"no_space", &sim::DiskSettings::no_space_per_million},
     {"short_write", &sim::DiskSettings::short_write_per_million},
     {"lying_sync", &sim::DiskSettings::lying_sync_per_million},
     {"misdirected", &sim::DiskSettings::misdirected_per_million},
     {"bit_flip", &sim::DiskSettings::bit_flip_per_million},
     {"zeroed_sector", &sim::DiskSettings::zeroed_sector_per_million}}};

}  // namespace

TEST_SUITE("by chance") {
  TEST_CASE("the network is parted at random, and a nemesis strikes, by the menu and the palette") {
    ClusterByChance cluster;
    const auto parted = [&] { return cluster.frame().islands.size() == 2; };
    const auto begun = [&] { return cluster.frame().story.back().what.find("A nemesis begins") == 0; };
    cluster.does(
        "menu", [&] { cluster.network_menu("partition"); }, parted);
    cluster.does(
        "palette", [&] { cluster.palette("part at random", "partition"); }, parted);
    cluster.does(
        "menu", [&] { cluster.network_menu("nemesis"); }, begun);
    cluster.does(
        "palette", [&] { cluster.palette("nemesis", "nemesis"); }, begun);
    cluster.network_menu("nemesis");
    cluster.play_until(12'000'000);
    const auto& marks = cluster.frame().marks;
    EXPECT(std::any_of(marks.begin(), marks.end(),
                       [](const lab::Mark& mark) { return mark.kind == lab::Mark::Kind::Crash; }));
    EXPECT(cluster.frame().violations == 0);
  }

  TEST_CASE("each of a disk's chances is switched by itself, and off again") {
    ClusterByChance cluster;
    for (const auto& [name, rate] : kDiskRates) {
      const std::string row = std::string("disk.chance.") + name;
      const auto wanted = rate;
      const auto alone = [&] {
        sim::DiskSettings settings = cluster.member().disk;
        const bool on = settings.*wanted == 50'000;
        settings.*wanted = 0;
        return on && settings == sim::DiskSettings{};
      };
      cluster.does(
          row, [&] { cluster.disk_menu("chance", row); }, alone);
      cluster.does(
          "palette." + row, [&] { cluster.palette("chance", row); }, alone);
      cluster.disk_menu("chance", row);
      cluster.disk_menu("chance", row);
      EXPECT(cluster.member().disk == sim::DiskSettings{});
      cluster.key(ImGuiKey_U);
      cluster.key(ImGuiKey_U);
    }
  }

  TEST_CASE("the disk goes wrong the next time only, in every way there is") {
    ClusterByChance cluster;
    for (const Offer& offer : disk_once_offers(cluster.member())) {
      const auto taken = [&] { return cluster.view("notice").find("cannot") == std::string::npos; };
      cluster.does(
          offer.name, [&] { cluster.disk_menu("once", offer.name); }, taken);
      cluster.does(
          "palette." + offer.name, [&] { cluster.palette("next time", offer.name); }, taken);
    }
  }

  TEST_CASE("every link is slow, reorders, loses, duplicates, replays, is clogged") {
    ClusterByChance cluster;
    const auto each = [&](auto holds) {
      return [&cluster, holds] {
        return std::all_of(cluster.frame().links.begin(), cluster.frame().links.end(), holds);
      };
    };
    const auto both = [&](const char* row, const auto& holds) {
      cluster.does(
          row, [&] { cluster.network_menu("every_link", row); }, holds);
      cluster.does(
          std::string("palette ") + row, [&] { cluster.palette("every link", row); }, holds);
    };
    both("links.slow", each([](const LinkView& link) { return link.latency_min_us == 100'000; }));
    both("links.reorder", each([](const LinkView& link) { return link.latency_mean_us == 100'000; }));
    both("links.lossy", each([](const LinkView& link) { return link.loss_per_million == 300'000; }));
    both("links.twice", each([](const LinkView& link) { return link.duplicate_per_million == 300'000; }));
    both("links.replay", each([](const LinkView& link) { return link.replay_per_million == 300'000; }));
    both("links.clog", each([](const LinkView& link) { return link.clogged; }));
    cluster.network_menu("every_link", "links.lossy");
    cluster.network_menu("every_link", "links.lossy");
    EXPECT(each([](const LinkView& link) { return link.loss_per_million == 0; })());
  }

  TEST_CASE("every disk is slow, and goes wrong by chance") {
    ClusterByChance cluster;
    const auto each = [&](std::uint32_t sim::DiskSettings::*rate) {
      return [&cluster, rate] {
        return std::all_of(cluster.frame().members.begin(), cluster.frame().members.end(),
                           [&](const MemberView& member) { return member.disk.*rate == 50'000; });
      };
    };
    for (const auto& [name, rate] : kDiskRates) {
      const std::string row = std::string("disks.") + name;
      cluster.does(
          row, [&] { cluster.network_menu("every_disk", row); }, each(rate));
      cluster.does(
          "palette " + row, [&] { cluster.palette("every disk", row); }, each(rate));
    }
    cluster.network_menu("every_disk", "disks.slow");
    EXPECT(cluster.frame().members.back().disk.sync_min_us == 200'000);
  }

  TEST_CASE("one link reorders, from its menu and by words") {
    ClusterByChance cluster;
    const std::string ends =
        std::to_string(cluster.follower.value()) + "." + std::to_string(cluster.other().value());
    const auto reorders = [&] { return cluster.link().latency_mean_us == 100'000; };
    cluster.does(
        "menu",
        [&] {
          cluster.click("link." + ends, ImGuiMouseButton_Right);
          cluster.click("menu.link.reorder");
        },
        reorders);
    cluster.does(
        "palette", [&] { cluster.palette("reordering", "link.reorder." + ends); }, reorders);
    const auto lossy = [&] { return cluster.link().loss_per_million == 300'000; };
    cluster.does(
        "loss", [&] { cluster.palette("lossy", "link.lossy." + ends); }, lossy);
  }

  TEST_CASE("a certain follower takes over") {
    ClusterByChance cluster;
    const auto asked = [&] {
      const auto& messages = cluster.frame().messages;
      return std::any_of(messages.begin(), messages.end(), [&](const MessageView& m) {
        return m.message.type == raft::MessageType::MsgTimeoutNow && m.message.to == cluster.follower;
      });
    };
    cluster.does(
        "menu",
        [&] {
          cluster.click("act.members");
          cluster.click("menu.members.lead");
        },
        asked);
    cluster.does(
        "palette", [&] { cluster.palette("lead", "members.lead"); }, asked);
  }

  TEST_CASE("a storm of requests, and a write with a fence") {
    ClusterByChance cluster;
    cluster.key(ImGuiKey_Escape);
    cluster.key(ImGuiKey_P);
    cluster.play_until(cluster.frame().time_us + 300'000);
    cluster.click("member." + std::to_string(current_leader(cluster.frame())->id.value()));
    cluster.click("act.ask");
    cluster.click("menu.client.put_fenced");
    const std::size_t before = cluster.frame().requests.size();
    cluster.play_until(cluster.frame().time_us + 300'000);
    EXPECT(cluster.frame().requests.back().state.rfind("committed", 0) == 0);
    cluster.click("act.ask");
    cluster.click("menu.client.storm");
    cluster.play_until(cluster.frame().time_us + 300'000);
    EXPECT(cluster.frame().requests.size() > before + 10);
  }
}

}  // namespace raftarium::viz
