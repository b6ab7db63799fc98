// The window: GLFW and OpenGL 3 around viz::App. Waits for events when nothing moves.

#include <GLFW/glfw3.h>
#include <imgui.h>
#include <imgui_impl_glfw.h>
#include <imgui_impl_opengl3.h>
#include <CLI/CLI.hpp>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <sstream>

#include "lab/link.h"
#include "viz/app.h"
#include "viz/playback.h"

namespace {

using raftarium::viz::App;
using raftarium::viz::Control;
using raftarium::viz::kSpeeds;

struct Options {
  std::string file;
  std::string size = "1280x800";
  std::string automation;
  double scale = 0;  // 0: the monitor's
  double speed = 0;  // virtual seconds for each real one; 0: as usual
  double at_s = 0;   // virtual
  bool paused = false;
  bool light = false;
  bool still = false;
  bool gallery = false;
};

// What the window's callbacks reach.
struct Window {
  GLFWwindow* handle = nullptr;
  App* app = nullptr;
  double scale = 1;  // framebuffer pixels for each pixel of the interface
};

Window& window_of(GLFWwindow* handle) { return *static_cast<Window*>(glfwGetWindowUserPointer(handle)); }

// The interface lives in its own pixels, so positions are divided on the way in and pixels multiplied on
// the way out.
double pointer_scale(GLFWwindow* handle) {
  int width = 0;
  int pixels = 0;
  glfwGetWindowSize(handle, &width, nullptr);
  glfwGetFramebufferSize(handle, &pixels, nullptr);
  return width > 0 ? pixels / (width * window_of(handle).scale) : 1;
}

// A scenario's file, or the fragment of a link to one.
raftarium::base::Status open_file(App& app, const std::string& name) {
  if (raftarium::lab::is_link(name)) return app.open_text("shared", name);
  std::ifstream file(name, std::ios::binary);
  if (!file) return raftarium::base::Error{name + ": cannot be opened"};
  std::stringstream text;
  text << file.rdbuf();
  return app.open_text(name, text.str());
}

// Into the working folder, beside what is there under that name already.
raftarium::base::Result<std::string> save_here(const std::string& name, const std::string& text) {
  namespace fs = std::filesystem;
  std::error_code error;
  const fs::path folder = fs::current_path(error);
  const fs::path wanted = folder / name;
  fs::path path = wanted;
  for (int i = 2; fs::exists(path, error); ++i) {
    path = folder / (wanted.stem().string() + "_" + std::to_string(i) + wanted.extension().string());
  }
  std::ofstream file(path, std::ios::binary);
  file << text;
  file.close();
  if (!file) return raftarium::base::Error{path.string() + ": cannot be written"};
  return path.string();
}

void install_callbacks(Window& window) {
  GLFWwindow* handle = window.handle;
  glfwSetWindowUserPointer(handle, &window);
  glfwSetCursorPosCallback(handle, [](GLFWwindow* w, double x, double y) {
    const double k = pointer_scale(w);
    ImGui_ImplGlfw_CursorPosCallback(w, x * k, y * k);
    window_of(w).app->wake();
  });
  glfwSetMouseButtonCallback(handle, [](GLFWwindow* w, int button, int action, int mods) {
    ImGui_ImplGlfw_MouseButtonCallback(w, button, action, mods);
    window_of(w).app->wake();
  });
  glfwSetScrollCallback(handle, [](GLFWwindow* w, double x, double y) {
    ImGui_ImplGlfw_ScrollCallback(w, x, y);
    window_of(w).app->wake();
  });
  glfwSetKeyCallback(handle, [](GLFWwindow* w, int key, int scancode, int action, int mods) {
    ImGui_ImplGlfw_KeyCallback(w, key, scancode, action, mods);
    window_of(w).app->wake();
  });
  glfwSetCharCallback(handle, [](GLFWwindow* w, unsigned int c) {
    ImGui_ImplGlfw_CharCallback(w, c);
    window_of(w).app->wake();
  });
  glfwSetCursorEnterCallback(handle, [](GLFWwindow* w, int entered) {
    ImGui_ImplGlfw_CursorEnterCallback(w, entered);
    window_of(w).app->wake();
  });
  glfwSetWindowFocusCallback(handle, [](GLFWwindow* w, int focused) {
    ImGui_ImplGlfw_WindowFocusCallback(w, focused);
    window_of(w).app->wake();
  });
  glfwSetFramebufferSizeCallback(handle, [](GLFWwindow* w, int, int) { window_of(w).app->wake(); });
  glfwSetWindowRefreshCallback(handle, [](GLFWwindow* w) { window_of(w).app->wake(); });
  glfwSetWindowContentScaleCallback(handle, [](GLFWwindow* w, float scale, float) {
    window_of(w).scale = scale;
    window_of(w).app->wake();
  });
  glfwSetDropCallback(handle, [](GLFWwindow* w, int count, const char** paths) {
    if (count < 1) return;
    const auto opened = open_file(*window_of(w).app, paths[0]);
    if (!opened.ok()) window_of(w).app->say(opened.error().message, true);
  });
}

void draw(Window& window, double real_s) {
  ImGui_ImplOpenGL3_NewFrame();
  ImGui_ImplGlfw_NewFrame();
  int width = 0;
  int height = 0;
  glfwGetFramebufferSize(window.handle, &width, &height);
  const auto scale = static_cast<float>(window.scale);
  ImGuiIO& io = ImGui::GetIO();
  io.DisplaySize = {static_cast<float>(width) / scale, static_cast<float>(height) / scale};
  io.DisplayFramebufferScale = {scale, scale};
  ImGui::NewFrame();
  window.app->draw(real_s);
  ImGui::Render();
  const raftarium::viz::Rgb ground = window.app->ground();
  const auto channel = [&](unsigned shift) {
    return static_cast<float>((ground >> shift) & 0xFFU) / 255.0F;
  };
  glViewport(0, 0, width, height);
  glClearColor(channel(16), channel(8), channel(0), 1);
  glClear(GL_COLOR_BUFFER_BIT);
  ImGui_ImplOpenGL3_RenderDrawData(ImGui::GetDrawData());
  glfwSwapBuffers(window.handle);
}

// {"frame": ..., "view": ..., "regions": ..., "scale": ...}, written aside and renamed: a reader never
// sees half of it.
void write_automation(const std::string& path, const App& app, double scale) {
  std::string state = app.frame_json();
  state.pop_back();
  state += ",\"regions\":" + app.regions_json() + ",\"scale\":" + std::to_string(scale) + "}\n";
  const std::string aside = path + ".new";
  std::ofstream(aside, std::ios::binary) << state;
  std::rename(aside.c_str(), path.c_str());
}

void run(Window& window, const Options& options) {
  double last = glfwGetTime();
  std::uint64_t written = ~std::uint64_t{0};  // the picture that was described last
  double written_s = 0;
  while (glfwWindowShouldClose(window.handle) == 0) {
    if (window.app->wants_frame()) {
      glfwPollEvents();
    } else {
      if (!options.automation.empty() && written != window.app->pictures()) {
        write_automation(options.automation, *window.app, window.scale);
        written = window.app->pictures();
      }
      glfwWaitEvents();
      last = glfwGetTime();
      if (!window.app->wants_frame()) continue;
    }
    const double now = glfwGetTime();
    draw(window, now - last);
    last = now;
    // While it moves, ten times a second is plenty for a reader.
    if (!options.automation.empty() && now - written_s >= 0.1) {
      write_automation(options.automation, *window.app, window.scale);
      written = window.app->pictures();
      written_s = now;
    }
  }
}

std::int64_t nearest_speed(double factor) {
  std::int64_t speed = 0;
  for (std::size_t i = 0; i < kSpeeds.size(); ++i) {
    if (kSpeeds[i].factor <= factor * 1.0001) speed = static_cast<std::int64_t>(i);
  }
  return speed;
}

int fail(const std::string& message) {
  std::cerr << "raftarium-desktop: " << message << '\n';
  return 1;
}

int start(const Options& options) {
  int width = 0;
  int height = 0;
  if (std::sscanf(options.size.c_str(), "%dx%d", &width, &height) != 2 || width < 200 || height < 200) {
    return fail("--size takes WIDTHxHEIGHT of at least 200x200, got \"" + options.size + "\"");
  }
  glfwSetErrorCallback(
      [](int code, const char* what) { std::cerr << "GLFW error " << code << ": " << what << '\n'; });
  if (glfwInit() == 0) return fail("no window system (is DISPLAY set?)");
  glfwWindowHint(GLFW_CONTEXT_VERSION_MAJOR, 3);
  glfwWindowHint(GLFW_CONTEXT_VERSION_MINOR, 2);
  glfwWindowHint(GLFW_OPENGL_PROFILE, GLFW_OPENGL_CORE_PROFILE);
  glfwWindowHint(GLFW_OPENGL_FORWARD_COMPAT, GLFW_TRUE);
  glfwWindowHint(GLFW_SCALE_TO_MONITOR, GLFW_TRUE);
  Window window;
  window.handle = glfwCreateWindow(width, height, "Raftarium", nullptr, nullptr);
  if (window.handle == nullptr) return fail("no window with OpenGL 3.2");
  float monitor_scale = 1;
  glfwGetWindowContentScale(window.handle, &monitor_scale, nullptr);
  window.scale = options.scale > 0 ? options.scale : static_cast<double>(monitor_scale);
  glfwMakeContextCurrent(window.handle);
  glfwSwapInterval(1);

  IMGUI_CHECKVERSION();
  ImGui::CreateContext();
  ImGui_ImplGlfw_InitForOpenGL(window.handle, false);
  ImGui_ImplOpenGL3_Init("#version 150");
  int status = 0;
  {
    raftarium::viz::Host host;
    host.dark = !options.light;
    host.reduced_motion = options.still;
    host.save = save_here;
    // A page's address is not known here: what is copied is what comes after it.
    host.share = [&](const std::string& link) { glfwSetClipboardString(window.handle, link.c_str()); };
    host.scenario_opened = [&](const std::string& name) {
      glfwSetWindowTitle(window.handle, ("Raftarium: " + name).c_str());
    };
    App app(std::move(host));
    window.app = &app;
    install_callbacks(window);
    const auto opened = options.gallery        ? raftarium::base::Status{}
                        : options.file.empty() ? app.open("first_election")
                                               : open_file(app, options.file);
    if (opened.ok()) {
      app.set_playing(!options.paused);
      if (options.at_s > 0) app.seek(static_cast<std::int64_t>(options.at_s * 1e6));
      if (options.speed > 0) app.control({Control::Kind::SetSpeed, nearest_speed(options.speed), {}});
      run(window, options);
    } else {
      status = fail(opened.error().message);
    }
  }
  ImGui_ImplOpenGL3_Shutdown();
  ImGui_ImplGlfw_Shutdown();
  ImGui::DestroyContext();
  glfwDestroyWindow(window.handle);
  glfwTerminate();
  return status;
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  CLI::App line{"A Raft laboratory in a window."};
  line.add_option("file", options.file,
                  "Scenario (JSON), or a link's fragment; the first election when left out");
  line.add_option("--size", options.size, "Of the window, WIDTHxHEIGHT")->capture_default_str();
  line.add_option("--scale", options.scale,
                  "Pixels for each pixel of the interface; the monitor's when left out");
  line.add_option("--automation", options.automation,
                  "Write what is shown to this file, as JSON, when it changes");
  line.add_option("--speed", options.speed, "Virtual seconds for each real one, 0.001 to 10");
  line.add_option("--at", options.at_s, "Begin at this virtual second");
  line.add_flag("--gallery", options.gallery, "Open nothing: begin with the scenarios to choose from");
  line.add_flag("--paused", options.paused, "Do not play at once");
  line.add_flag("--still", options.still, "Reduced motion: steps in place of movement");
  line.add_flag("--light", options.light, "Light colours");
  CLI11_PARSE(line, argc, argv);
  return start(options);
}
