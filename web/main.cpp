// The page's program: WebGL 2 around viz::App. Everything that belongs to the browser (events, sizes, time,
// files, links) is the page script's (page/), which calls the functions below and draws only when asked to.

#include <emscripten/emscripten.h>
#include <emscripten/html5.h>
#include <imgui.h>

#include <memory>
#include <string>

#include "viz/app.h"
#include "web/input.h"
#include "web/page_calls.h"
#include "web/renderer.h"
#include "web/screen_reader.h"

namespace {

using raftarium::viz::App;
namespace web = raftarium::web;

// The program of the page; there is one.
struct Page {
  EMSCRIPTEN_WEBGL_CONTEXT_HANDLE context = 0;
  web::Renderer renderer;
  std::unique_ptr<App> app;
  web::ScreenReader reader;
  std::string in;   // text that the script hands over
  std::string out;  // text that the script reads
  int cursor = ImGuiMouseCursor_Arrow;
  bool leader_seen = false;
};

Page& page() {
  static Page the_page;
  return the_page;
}

bool create_context() {
  EmscriptenWebGLContextAttributes wanted;
  emscripten_webgl_init_context_attributes(&wanted);
  wanted.majorVersion = 2;
  wanted.alpha = false;
  wanted.depth = false;
  wanted.antialias = false;  // Dear ImGui smooths its edges itself
  wanted.enableExtensionsByDefault = false;
  page().context = emscripten_webgl_create_context("#stage", &wanted);
  return page().context > 0 &&
         emscripten_webgl_make_context_current(page().context) == EMSCRIPTEN_RESULT_SUCCESS;
}

void report_changes() {
  Page& p = page();
  if (const int cursor = ImGui::GetMouseCursor(); cursor != p.cursor) {
    p.cursor = cursor;
    page_cursor(cursor);
  }
  if (const std::string news = p.reader.news(p.app->frame(), p.app->notice()); !news.empty()) {
    page_tell(news.c_str());
  }
  if (p.leader_seen) return;
  for (const auto& member : p.app->frame().members) {
    if (member.process == raftarium::viz::Process::Running &&
        member.status.soft_state.role == raftarium::raft::Role::Leader) {
      p.leader_seen = true;
    }
  }
  if (p.leader_seen) page_mark("leader");
}

const char* text_out(std::string text) {
  page().out = std::move(text);
  return page().out.c_str();
}

}  // namespace

// Numbers and booleans only; text goes through text_in(). Sizes and positions are CSS pixels.
extern "C" {

// False when there is no WebGL 2.
EMSCRIPTEN_KEEPALIVE bool start(bool dark, bool reduced_motion, bool mac) {
  if (!create_context()) return false;
  IMGUI_CHECKVERSION();
  ImGui::CreateContext();
  ImGuiIO& io = ImGui::GetIO();
  io.BackendPlatformName = "raftarium_page";
  io.BackendFlags |= ImGuiBackendFlags_HasMouseCursors;
  io.ConfigMacOSXBehaviors = mac;
  if (!page().renderer.create()) return false;
  raftarium::viz::Host host;
  host.dark = dark;
  host.reduced_motion = reduced_motion;
  host.share = [](const std::string& query) { page_share(query.c_str()); };
  host.save = [](const std::string& name, const std::string& text) {
    page_save(name.c_str(), text.c_str());
    return raftarium::base::Result<std::string>(name + " to the downloads");
  };
  host.theme_changed = [](bool is_dark) { page_theme(is_dark); };
  host.scenario_opened = [](const std::string& name) { page_scenario(name.c_str()); };
  page().app = std::make_unique<App>(std::move(host));
  return true;
}

// Room for `bytes` of UTF-8 that the next call speaks of.
EMSCRIPTEN_KEEPALIVE char* text_in(int bytes) {
  page().in.resize(static_cast<std::size_t>(bytes));
  return page().in.data();
}

// Opens the scenario whose name is the first `name_bytes` of text_in(); the rest is its JSON, or nothing for
// a built-in one. Returns why not, or an empty text.
EMSCRIPTEN_KEEPALIVE const char* open_scenario(int name_bytes) {
  const std::string name = page().in.substr(0, static_cast<std::size_t>(name_bytes));
  const std::string json = page().in.substr(static_cast<std::size_t>(name_bytes));
  const auto opened = json.empty() ? page().app->open(name) : page().app->open_text(name, json);
  return text_out(opened.ok() ? "" : opened.error().message);
}

EMSCRIPTEN_KEEPALIVE void say(bool bad) { page().app->say(page().in, bad); }
EMSCRIPTEN_KEEPALIVE void seek(double time_us) { page().app->seek(static_cast<std::int64_t>(time_us)); }
EMSCRIPTEN_KEEPALIVE void play(bool playing) { page().app->set_playing(playing); }

EMSCRIPTEN_KEEPALIVE void prefer(bool dark, bool reduced_motion) {
  page().app->set_dark(dark);
  page().app->set_reduced_motion(reduced_motion);
}

EMSCRIPTEN_KEEPALIVE void resize(float width, float height, int pixel_width, int pixel_height) {
  ImGuiIO& io = ImGui::GetIO();
  io.DisplaySize = {width, height};
  io.DisplayFramebufferScale = {static_cast<float>(pixel_width) / width,
                                static_cast<float>(pixel_height) / height};
}

// Input. `source` is an ImGuiMouseSource, `key` an ImGuiKey that key_code() gave.
EMSCRIPTEN_KEEPALIVE void pointer_move(int source, float x, float y) {
  ImGui::GetIO().AddMouseSourceEvent(static_cast<ImGuiMouseSource>(source));
  ImGui::GetIO().AddMousePosEvent(x, y);
}
EMSCRIPTEN_KEEPALIVE void pointer_button(int source, int button, bool down) {
  ImGui::GetIO().AddMouseSourceEvent(static_cast<ImGuiMouseSource>(source));
  ImGui::GetIO().AddMouseButtonEvent(button, down);
}
EMSCRIPTEN_KEEPALIVE void wheel(float x, float y) { ImGui::GetIO().AddMouseWheelEvent(x, y); }
EMSCRIPTEN_KEEPALIVE int key_code(int name_bytes) {
  return web::key_named(page().in.substr(0, static_cast<std::size_t>(name_bytes)));
}
EMSCRIPTEN_KEEPALIVE void key(int code, bool down) {
  ImGui::GetIO().AddKeyEvent(static_cast<ImGuiKey>(code), down);
}
EMSCRIPTEN_KEEPALIVE void modifiers(bool shift, bool ctrl, bool alt, bool super) {
  ImGuiIO& io = ImGui::GetIO();
  io.AddKeyEvent(ImGuiMod_Shift, shift);
  io.AddKeyEvent(ImGuiMod_Ctrl, ctrl);
  io.AddKeyEvent(ImGuiMod_Alt, alt);
  io.AddKeyEvent(ImGuiMod_Super, super);
}
EMSCRIPTEN_KEEPALIVE void character(unsigned code_point) { ImGui::GetIO().AddInputCharacter(code_point); }
EMSCRIPTEN_KEEPALIVE void focus(bool focused) { ImGui::GetIO().AddFocusEvent(focused); }

// Whether a finger that moves at this place drags something there rather than scrolls what is around it.
EMSCRIPTEN_KEEPALIVE bool finger_drags(float x, float y) {
  return web::finger_drags(page().app->regions(), {x, y});
}
// Whether a finger that taps there means to write.
EMSCRIPTEN_KEEPALIVE bool finger_writes(float x, float y) {
  return web::finger_writes(page().app->text_fields(), {x, y});
}
EMSCRIPTEN_KEEPALIVE void finger_scrolls(float x, float y, float by) { web::finger_scrolls({x, y}, by); }

EMSCRIPTEN_KEEPALIVE void wake() { page().app->wake(); }

// Draws one picture, `real_s` seconds after the last. True when the next one is due.
EMSCRIPTEN_KEEPALIVE bool draw(double real_s) {
  App& app = *page().app;
  ImGui::GetIO().DeltaTime = static_cast<float>(real_s);
  ImGui::NewFrame();
  app.draw(real_s);
  ImGui::Render();
  page().renderer.draw(*ImGui::GetDrawData(), app.ground());
  report_changes();
  return app.wants_frame();
}

// After the browser has taken the graphics away and given them back: everything on the card is made anew.
EMSCRIPTEN_KEEPALIVE void renew_graphics() {
  page().renderer.create();
  wake();
}

EMSCRIPTEN_KEEPALIVE const char* frame_json() { return text_out(page().app->frame_json()); }
EMSCRIPTEN_KEEPALIVE const char* regions_json() { return text_out(page().app->regions_json()); }

}  // extern "C"
