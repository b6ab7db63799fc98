// The time of a picture without its renderer: the frame is built from the timeline and every panel submits what
// it draws. In processor time; nothing is shown.

#include <imgui.h>

#include <cstdint>
#include <iostream>
#include <memory>
#include <string>

#include "bench/bench.h"
#include "viz/app.h"

using namespace raftarium;  // NOLINT(google-build-using-namespace)

namespace {

constexpr std::int64_t kLatencyUs = 20'000;

struct Load {
  std::size_t members;
  std::size_t writes;
  std::int64_t every_us;  // so that enough messages are on their way at once
};

std::string scenario(const Load& load) {
  std::string json =
      R"({"raftarium": 1, "title": "Load", "seed": 3, "duration_ms": 60000, "cluster": {"members": )" +
      std::to_string(load.members) + R"(, "latency_min_us": )" + std::to_string(kLatencyUs) +
      R"(, "latency_mean_us": 5000, "election_ticks": 100, "request_timeout_us": 5000000,
                     "request_deadline_us": 20000000}, "actions": [{"at_ms": 50, "do": "timeout", "node": "S1"})";
  for (std::size_t i = 0; i < load.writes; ++i) {
    json += R"(, {"at_us": )" + std::to_string(1'000'000 + static_cast<std::int64_t>(i) * load.every_us) +
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

// At the moment of the last write, when everything is full: a step forward or back each picture, so that each
// has a frame of its own. Only what draw() does is counted, not the steps.
void measure(const Load& load, double goal_ms, bench::Report& report, int repeats) {
  const std::string metric = "picture of " + std::to_string(load.members) + " members, " +
                             std::to_string(load.writes) + " entries";
  if (!report.wants(metric)) return;
  ImGuiContext* context = ImGui::CreateContext();
  ImGui::SetCurrentContext(context);
  ImGui::GetIO().BackendFlags |= ImGuiBackendFlags_RendererHasTextures;
  ImGui::GetIO().DisplaySize = {1280, 800};
  {
    viz::App app(viz::Host{});
    if (auto status = app.open_text("load.json", scenario(load)); !status) {
      std::cerr << "bench viz: " << status.error().message << '\n';
      std::exit(2);
    }
    app.set_playing(false);
    const std::int64_t end_us = 1'000'000 + static_cast<std::int64_t>(load.writes) * load.every_us;
    app.seek(end_us);
    for (int i = 0; i < 10; ++i) draw(app);
    double messages = 0;
    const double ms = bench::median(repeats, [&] {
      constexpr int kPictures = 60;
      double total = 0;
      for (int i = 0; i < kPictures; ++i) {
        app.seek(end_us + i * 10);
        const double start = bench::cpu_seconds();
        app.show_anew();
        draw(app);
        total += bench::cpu_seconds() - start;
      }
      messages = static_cast<double>(app.frame().messages.size());
      return 1000 * total / kPictures;
    });
    report.add({metric, "ms", bench::at_most(goal_ms), ms});
    report.add({metric + ", messages on their way", "", {}, messages});
    report.add({metric + ", vertices", "", {}, static_cast<double>(ImGui::GetDrawData()->TotalVtxCount)});
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
  measure({5, 9'900, 550}, 2, report, options->repeats);
  measure({15, 9'900, 250}, 8, report, options->repeats);
  return report.finish();
}
