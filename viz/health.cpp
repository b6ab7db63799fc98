#include "viz/health.h"

#include <algorithm>
#include <array>
#include <cstdio>

#include "viz/text.h"

namespace raftarium::viz {
namespace {

constexpr std::int64_t kWhole = 1'000'000;    // parts of a million
constexpr std::int64_t kSlowFromUs = 20'000;  // a healthy disk's sync takes less

bool is_slow(const sim::DiskSettings& disk) { return disk.sync_min_us + disk.sync_mean_us >= kSlowFromUs; }

struct ChanceText {
  std::uint32_t sim::DiskSettings::*per_million;
  const char* what;   // "one write in 20 ..."
  const char* fails;  // "... fails"
};

using Disk = sim::DiskSettings;
constexpr std::array<ChanceText, 9> kChances = {
    {{&Disk::write_error_per_million, "write", "fails"},
     {&Disk::no_space_per_million, "write", "finds no room"},
     {&Disk::short_write_per_million, "write", "is cut short"},
     {&Disk::sync_error_per_million, "sync", "fails"},
     {&Disk::lying_sync_per_million, "sync", "lies"},
     {&Disk::read_error_per_million, "read", "fails"},
     {&Disk::misdirected_per_million, "read or write", "goes astray"},
     {&Disk::bit_flip_per_million, "read", "finds a bit flipped"},
     {&Disk::zeroed_sector_per_million, "read", "finds a sector lost"}}};
static_assert(kChances.size() == sim::kDiskChances.size(), "every chance has its words");

Words chance_in_words(const ChanceText& text, std::int64_t per_million) {
  const std::int64_t in = (kWhole + per_million / 2) / per_million;
  if (in <= 1) return Words("every ") + text.what + " " + text.fails;
  return Words("one ") + text.what + " in " + digits(in) + " " + text.fails;
}

}  // namespace

bool fails_by_chance(const sim::DiskSettings& disk) {
  return std::any_of(sim::kDiskChances.begin(), sim::kDiskChances.end(),
                     [&](const sim::DiskChance& chance) { return disk.*chance.per_million > 0; });
}

DiskState disk_state(const sim::DiskSettings& disk) {
  if (disk.syncs_lie) return DiskState::Lying;
  if (disk.full) return DiskState::Full;
  if (fails_by_chance(disk)) return DiskState::Failing;
  return is_slow(disk) ? DiskState::Slow : DiskState::Healthy;
}

ClockState clock_state(std::int64_t drift_ppm) {
  if (drift_ppm == 0) return ClockState::Right;
  if (drift_ppm > 0) return ClockState::Fast;
  return drift_ppm > -kWhole ? ClockState::Slow : ClockState::Still;
}

const char* name_of(DiskState state) {
  switch (state) {
    case DiskState::Lying:
      return "lying disk";
    case DiskState::Full:
      return "full disk";
    case DiskState::Failing:
      return "failing disk";
    case DiskState::Slow:
      return "slow disk";
    case DiskState::Healthy:
      break;
  }
  return "";
}

const char* name_of(ClockState state) {
  switch (state) {
    case ClockState::Fast:
      return "fast clock";
    case ClockState::Slow:
      return "slow clock";
    case ClockState::Still:
      return "stopped clock";
    case ClockState::Right:
      break;
  }
  return "";
}

Words in_words(const sim::DiskSettings& disk) {
  Words words;
  const auto say = [&](std::string_view sentence) {
    words.append(words.empty() ? "" : " ").append(sentence);
  };
  if (disk.syncs_lie) say("Its disk lies: it reports what it was given as safe, and keeps nothing of it.");
  if (disk.full) say("Its disk is full: no write finds room.");
  Words seldom;
  for (const ChanceText& chance : kChances) {
    const std::uint32_t per_million = disk.*chance.per_million;
    if (per_million > 0)
      seldom.append(seldom.empty() ? "" : ", ").append(chance_in_words(chance, per_million));
  }
  if (!seldom.empty()) say("Its disk fails by chance: " + seldom + ".");
  if (!is_slow(disk)) return words;
  if (disk.sync_mean_us > 0) {
    say("Its disk is slow: a sync takes " + text::duration(disk.sync_min_us + disk.sync_mean_us) +
        " on average.");
  } else {
    say("Its disk is slow: a sync takes " + text::duration(disk.sync_min_us) + ".");
  }
  return words;
}

Words clock_in_words(std::int64_t drift_ppm) {
  const ClockState state = clock_state(drift_ppm);
  if (state == ClockState::Right) return "";
  if (state == ClockState::Still) return "Its clock stands still: its timers never run out.";
  char seconds[32];
  std::snprintf(seconds, sizeof seconds, "%.3g",
                static_cast<double>(kWhole + drift_ppm) / static_cast<double>(kWhole));
  return Words(state == ClockState::Fast ? "Its clock runs fast: " : "Its clock runs slow: ") +
         std::string_view(seconds) + " s pass on it in a second.";
}

}  // namespace raftarium::viz
