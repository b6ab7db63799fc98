// The time of a picture without its renderer: the frame is built from the timeline and every panel submits what
// it draws. In processor time; nothing is shown.

#include <imgui.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <string>

#include "bench/bench.h"
#include "bench/heap.h"
#include "viz/app.h"

using namespace raftarium;  // NOLINT(google-build-using-namespace)

namespace {

constexpr std::int64_t kLatencyUs = 20'000;
constexpr std::array kTabs = {"logs", "space_time", "disk", "clients", "metrics"};
#ifdef __EMSCRIPTEN__
constexpr bool kWasm = true;
#else
constexpr bool kWasm = false;
#endif

struct Load {
  std::size_t members;
  std::size_t before;     // entries that are there already
  std::size_t writes;     // and those that are written while one looks,
  std::int64_t every_us;  // so that enough messages are on their way at once

  std::int64_t begin_us() const { return before > 0 ? 4'000'000 : 1'000'000; }
  std::int64_t end_us() const { return begin_us() + static_cast<std::int64_t>(writes) * every_us; }
};

std::string scenario(const Load& load) {
  std::string json =
      R"({"raftarium": 1, "title": "Load", "seed": 3, "duration_ms": 60000, "cluster": {"members": )" +
      std::to_string(load.members) + R"(, "latency_min_us": )" + std::to_string(kLatencyUs) +
      R"(, "latency_mean_us": 5000, "election_ticks": 100, "request_timeout_us": 5000000,
                     "request_deadline_us": 20000000}, "actions": [{"at_ms": 50, "do": "timeout", "node": "S1"})";
  if (load.before > 0) {
    json += R"(, {"at_ms": 500, "do": "load", "through": "S1", "open": true, "every_us": 20, "key": "b",
                  "keys": 50, "count": )" +
            std::to_string(load.before) + "}";
  }
  for (std::size_t i = 0; i < load.writes; ++i) {
    json += R"(, {"at_us": )" +
            std::to_string(load.begin_us() + static_cast<std::int64_t>(i) * load.every_us) +
            R"(, "do": "put", "through": "S1", "key": "k)" + std::to_string(i % 50) + R"(", "value": ")" +
            std::to_string(i) + "\"}";
  }
  return json + "]}";
}

void accept_textures() {
  for (ImTextureData* texture : ImGui::GetPlatformIO().Textures) {
    if (texture->Status == ImTextureStatus_WantCreate || texture->Status == ImTextureStatus_WantUpdates) {
      texture->SetTexID(1);
      texture->SetStatus(ImTextureStatus_OK);
    }
  }
}

void draw(viz::App& app) {
  ImGui::GetIO().DeltaTime = 1.0F / 60;
  ImGui::NewFrame();
  app.draw(1.0 / 60);
  ImGui::Render();
  accept_textures();
}

// A click into the middle of a region, as a person would; its place is what the program says it is.
void click(viz::App& app, const std::string& region) {
  const viz::Rect* found = app.regions().find(region);
  if (found == nullptr) {
    std::cerr << "bench viz: there is no region " << region << '\n';
    std::exit(2);
  }
  const viz::Vec2 at = found->center();
  ImGuiIO& io = ImGui::GetIO();
  io.AddMousePosEvent(at.x, at.y);
  io.AddMouseButtonEvent(ImGuiMouseButton_Left, true);
  io.AddMouseButtonEvent(ImGuiMouseButton_Left, false);
  io.AddMousePosEvent(0, 0);
  for (int i = 0; i < 60; ++i) draw(app);
}

// What a picture takes after each of the next events. What draw() does is counted, the event itself is not.
double moving_ms(viz::App& app, std::int64_t from_us, int repeats) {
  return bench::median(repeats, [&] {
    constexpr int kPictures = 60;
    app.seek(from_us);
    draw(app);
    double total = 0;
    for (int i = 0; i < kPictures; ++i) {
      app.step_unseen();
      const double start = bench::cpu_seconds();
      draw(app);
      total += bench::cpu_seconds() - start;
    }
    return 1000 * total / kPictures;
  });
}

// What a picture takes that is like the one before it.
double unchanged_ms(viz::App& app, int repeats) {
  return bench::median(repeats, [&] {
    constexpr int kPictures = 60;
    const double start = bench::cpu_seconds();
    for (int i = 0; i < kPictures; ++i) draw(app);
    return 1000 * (bench::cpu_seconds() - start) / kPictures;
  });
}

// Of ours, not of Dear ImGui, for a picture that is like the one before it.
double allocations(viz::App& app) {
  constexpr int kPictures = 10;
  for (int i = 0; i < kPictures; ++i) draw(app);
  const std::uint64_t before = bench::heap::allocations();
  for (int i = 0; i < kPictures; ++i) draw(app);
  return static_cast<double>(bench::heap::allocations() - before) / kPictures;
}

// How many pictures the program asks for in ten seconds in which nobody touches it.
double pictures_at_rest(viz::App& app) {
  for (int i = 0; i < 600 && app.wants_frame(); ++i) draw(app);
  double wanted = 0;
  for (int i = 0; i < 600; ++i) {
    if (!app.wants_frame()) continue;
    draw(app);
    ++wanted;
  }
  return wanted;
}

std::uint64_t longest_log(const viz::Frame& frame) {
  std::uint64_t longest = 0;
  for (const viz::MemberView& member : frame.members)
    longest = std::max(longest, member.status.last_index.value() + 1 - member.status.first_index.value());
  return longest;
}

// At the moment of the last write, when everything is full, with each tab of the dock.
void measure(const Load& load, bench::Goal goal, bench::Report& report, int repeats) {
  const std::string what = std::to_string(load.members) + " members, " +
                           std::to_string(load.before + load.writes) + " entries: ";
  const auto wanted = [&](const char* tab) { return report.wants(what + tab); };
  if (std::none_of(kTabs.begin(), kTabs.end(), wanted) && !report.wants(what)) return;
  ImGuiContext* context = ImGui::CreateContext();
  ImGui::SetCurrentContext(context);
  ImGui::GetIO().BackendFlags |=
      ImGuiBackendFlags_RendererHasTextures | ImGuiBackendFlags_RendererHasVtxOffset;
  ImGui::GetIO().DisplaySize = {1280, 800};
  {
    viz::App app(viz::Host{});
    if (auto status = app.open_text("load.json", scenario(load)); !status) {
      std::cerr << "bench viz: " << status.error().message << '\n';
      std::exit(2);
    }
    app.set_playing(false);
    app.seek(load.end_us());
    while (app.seeking()) draw(app);
    for (int i = 0; i < 10; ++i) draw(app);
    for (const char* tab : kTabs) {
      if (!wanted(tab)) continue;
      click(app, std::string("tab.") + tab);
      const std::string picture = what + tab;
      report.add({picture, "ms", goal, moving_ms(app, load.end_us(), repeats)});
      report.add({picture + ", unchanged", "ms", goal, unchanged_ms(app, repeats)});
      report.add({picture + ", unchanged, allocations", "", bench::at_most(0), allocations(app)});
    }
    report.add({what + "in the longest log", "", {}, static_cast<double>(longest_log(app.frame()))});
    report.add({what + "messages on their way", "", {}, static_cast<double>(app.frame().messages.size())});
    report.add({what + "vertices", "", {}, static_cast<double>(ImGui::GetDrawData()->TotalVtxCount)});
    report.add({what + "pictures in 10 s at rest", "", bench::at_most(0), pictures_at_rest(app)});
  }
  for (ImTextureData* texture : ImGui::GetPlatformIO().Textures) {
    texture->SetTexID(ImTextureID_Invalid);
    texture->SetStatus(ImTextureStatus_Destroyed);
  }
  ImGui::DestroyContext(context);
}

}  // namespace

int main(int argc, char** argv) {
  const auto options = bench::parse_options(argc, argv);
  if (!options) return 2;
  bench::Report report("viz", *options);
  measure({5, 1'000, 9'000, 770}, bench::at_most(kWasm ? 5 : 2), report, options->repeats);
  measure({15, 91'000, 9'000, 232}, kWasm ? bench::Goal{} : bench::at_most(8), report, options->repeats);
  return report.finish();
}
