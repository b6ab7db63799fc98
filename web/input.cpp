#include "web/input.h"

#include <imgui.h>
#include <imgui_internal.h>

#include <algorithm>

#include "viz/draw.h"

namespace raftarium::web {

bool finger_drags(const viz::Regions& regions, viz::Vec2 at) {
  if (ImGui::IsPopupOpen("", ImGuiPopupFlags_AnyPopupId | ImGuiPopupFlags_AnyPopupLevel)) return false;
  for (const char* name : {"stage", "timeline", "speed"}) {
    const viz::Rect* found = regions.find(name);
    if (found != nullptr && found->contains(at)) return true;
  }
  return false;
}

bool finger_writes(const viz::Regions& fields, viz::Vec2 at) {
  const auto all = fields.sorted();
  return std::any_of(all.begin(), all.end(), [&](const auto& field) { return field.second.contains(at); });
}

void finger_scrolls(viz::Vec2 at, float by) {
  ImGuiWindow* window = nullptr;
  ImGuiWindow* behind = nullptr;
  ImGui::FindHoveredWindowEx(viz::im(at), false, &window, &behind);
  while (window != nullptr && window->ScrollMax.y <= 0) {
    window = (window->Flags & ImGuiWindowFlags_ChildWindow) != 0 ? window->ParentWindow : nullptr;
  }
  if (window == nullptr) return;
  // Several movements may come between two pictures; where the last one led to is not yet the window's place.
  // Somebody else's target (the story's end) is given relative to the window's height, and is overruled.
  const bool ours = window->ScrollTarget.y < FLT_MAX && window->ScrollTargetCenterRatio.y == 0;
  const float from = ours ? window->ScrollTarget.y : window->Scroll.y;
  ImGui::SetScrollY(window, std::clamp(from - by, 0.0F, window->ScrollMax.y));
}

int key_named(const std::string& name) {
  for (int key = ImGuiKey_NamedKey_BEGIN; key < ImGuiKey_NamedKey_END; ++key) {
    if (name == ImGui::GetKeyName(static_cast<ImGuiKey>(key))) return key;
  }
  return ImGuiKey_None;
}

}  // namespace raftarium::web
