#include "screen.h"

#include <imgui_internal.h>

#include <nlohmann/json.hpp>

#include "support/test.h"

namespace raftarium::viz {
namespace {

// The renderer's part of Dear ImGui's textures, without one.
void accept_textures() {
  for (ImTextureData* texture : ImGui::GetPlatformIO().Textures) {
    if (texture->Status == ImTextureStatus_WantCreate || texture->Status == ImTextureStatus_WantUpdates) {
      texture->SetTexID(1);
      texture->SetStatus(ImTextureStatus_OK);
    } else if (texture->Status == ImTextureStatus_WantDestroy) {
      texture->SetTexID(ImTextureID_Invalid);
      texture->SetStatus(ImTextureStatus_Destroyed);
    }
  }
}

}  // namespace

Screen::Screen(Vec2 size, Host host) : context_(ImGui::CreateContext()) {
  ImGui::SetCurrentContext(context_);
  ImGuiIO& io = ImGui::GetIO();
  io.BackendFlags |= ImGuiBackendFlags_RendererHasTextures | ImGuiBackendFlags_RendererHasVtxOffset;
  io.DisplaySize = {size.x, size.y};
  app_ = std::make_unique<App>(std::move(host));
}

Screen::~Screen() {
  app_.reset();
  for (ImTextureData* texture : ImGui::GetPlatformIO().Textures) {
    texture->SetTexID(ImTextureID_Invalid);
    texture->SetStatus(ImTextureStatus_Destroyed);
  }
  ImGui::DestroyContext(context_);
}

std::string Screen::view(const std::string& field) const {
  const auto value = nlohmann::json::parse(app_->view_json()).at(field);
  return value.is_string() ? value.get<std::string>() : value.dump();
}

bool Screen::has(const std::string& name) const { return app_->regions().find(name) != nullptr; }

Rect Screen::region(const std::string& name) const {
  const Rect* found = app_->regions().find(name);
  REQUIRE_MESSAGE(found != nullptr, "no region ", name);
  return *found;
}

std::vector<std::string> Screen::regions() const {
  std::vector<std::string> names;
  for (const auto& [name, area] : app_->regions().sorted()) names.push_back(name);
  return names;
}

std::optional<Rect> Screen::tooltip() const {
  const ImGuiContext& context = *ImGui::GetCurrentContext();
  for (const ImGuiWindow* window : context.Windows) {
    const bool tells = (window->Flags & ImGuiWindowFlags_Tooltip) != 0 && window->Active && !window->Hidden;
    if (tells) return Rect{window->Pos.x, window->Pos.y, window->Size.x, window->Size.y};
  }
  return std::nullopt;
}

void Screen::draw(int pictures, double real_s) {
  for (int i = 0; i < pictures; ++i) {
    ImGui::GetIO().DeltaTime = static_cast<float>(real_s);
    ImGui::NewFrame();
    app_->draw(real_s);
    ImGui::Render();
    vertices_ = ImGui::GetDrawData()->TotalVtxCount;
    accept_textures();
  }
}

void Screen::play_until(std::int64_t time_us) {
  app_->set_playing(true);
  for (int i = 0; i < 100'000 && frame().time_us < time_us; ++i) draw(1, 0.05);
  REQUIRE(frame().time_us >= time_us);
  app_->set_playing(false);
  settle();
}

void Screen::move(Vec2 to) {
  ImGui::GetIO().AddMousePosEvent(to.x, to.y);
  draw(2);
}

void Screen::press(ImGuiMouseButton button) {
  ImGui::GetIO().AddMouseButtonEvent(button, true);
  draw(1);
}

void Screen::release(ImGuiMouseButton button) {
  ImGui::GetIO().AddMouseButtonEvent(button, false);
  settle();
}

void Screen::click_at(Vec2 at, ImGuiMouseButton button) {
  move(at);
  press(button);
  release(button);
}

void Screen::click(const std::string& name, ImGuiMouseButton button) {
  click_at(region(name).center(), button);
}

void Screen::quick_click(const std::string& name, ImGuiMouseButton button) {
  const Vec2 at = region(name).center();
  ImGuiIO& io = ImGui::GetIO();
  io.AddMousePosEvent(at.x, at.y);
  io.AddMouseButtonEvent(button, true);
  io.AddMouseButtonEvent(button, false);
  settle();
}

void Screen::drag(const std::vector<Vec2>& through) {
  move(through.front());
  press();
  for (std::size_t i = 1; i < through.size(); ++i) {
    for (int k = 1; k <= 6; ++k) move(mix(through[i - 1], through[i], static_cast<float>(k) / 6));
  }
  release();
}

void Screen::quick_drag(const std::vector<Vec2>& through) {
  ImGuiIO& io = ImGui::GetIO();
  io.AddMousePosEvent(through.front().x, through.front().y);
  io.AddMouseButtonEvent(ImGuiMouseButton_Left, true);
  for (const Vec2 at : through) io.AddMousePosEvent(at.x, at.y);
  io.AddMouseButtonEvent(ImGuiMouseButton_Left, false);
  settle();
}

void Screen::wheel(float steps) {
  ImGui::GetIO().AddMouseWheelEvent(0, steps);
  settle();
}

void Screen::key(ImGuiKey key, ImGuiKey modifier) {
  ImGuiIO& io = ImGui::GetIO();
  if (modifier != ImGuiKey_None) io.AddKeyEvent(modifier, true);
  io.AddKeyEvent(key, true);
  draw(2);
  io.AddKeyEvent(key, false);
  if (modifier != ImGuiKey_None) io.AddKeyEvent(modifier, false);
  settle();
}

void Screen::quick_key(ImGuiKey key, ImGuiKey modifier) {
  ImGuiIO& io = ImGui::GetIO();
  if (modifier != ImGuiKey_None) io.AddKeyEvent(modifier, true);
  io.AddKeyEvent(key, true);
  if (modifier != ImGuiKey_None) io.AddKeyEvent(modifier, false);
  io.AddKeyEvent(key, false);
  settle();
}

void Screen::type(const std::string& text) {
  ImGui::GetIO().AddInputCharactersUTF8(text.c_str());
  settle();
}

void Screen::resize(Vec2 size) {
  ImGui::GetIO().DisplaySize = {size.x, size.y};
  settle();
}

}  // namespace raftarium::viz
