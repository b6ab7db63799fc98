// The theme as Dear ImGui takes it: faces and the style of its own widgets.

#include <imgui.h>

#include "fonts/fonts.h"
#include "viz/draw.h"
#include "viz/theme.h"

namespace raftarium::viz {
namespace {

constexpr ImWchar kPlaceholder =
    0x25A1;  // a box for what the faces lack, as everywhere: a sign of its own would lie

}  // namespace

Fonts load_fonts() {
  ImGuiIO& io = ImGui::GetIO();
  const auto add = [&](std::span<const unsigned char> bytes) {
    ImFontConfig config;
    config.FontDataOwnedByAtlas = false;
    // ImGui's interface takes a mutable pointer but leaves the bytes alone when it does not own them.
    void* data = const_cast<unsigned char*>(bytes.data());  // NOLINT(cppcoreguidelines-pro-type-const-cast)
    ImFont* font =
        io.Fonts->AddFontFromMemoryTTF(data, static_cast<int>(bytes.size()), type::kBody, &config);
    font->FallbackChar = kPlaceholder;
    return font;
  };
  Fonts fonts;
  fonts.regular = add(fonts::inter_regular());
  fonts.medium = add(fonts::inter_medium());
  fonts.semibold = add(fonts::inter_semibold());
  fonts.mono = add(fonts::jetbrains_mono_regular());
  fonts.mono_bold = add(fonts::jetbrains_mono_bold());
  io.FontDefault = fonts.regular;
  return fonts;
}

void apply_style(const Theme& theme) {
  ImGuiStyle& style = ImGui::GetStyle();
  style = ImGuiStyle();
  style.FontSizeBase = type::kBody;
  style.WindowPadding = {0, 0};
  style.WindowBorderSize = 0;
  style.ChildBorderSize = 0;
  style.PopupBorderSize = 1;
  style.PopupRounding = kCorner + 2;
  style.ScrollbarSize = 8;
  style.ScrollbarRounding = 4;
  style.ItemSpacing = {0, 0};
  style.DisplaySafeAreaPadding = {4, 4};
  style.HoverDelayNormal = 0.35F;
  style.HoverDelayShort = 0.12F;
  style.HoverStationaryDelay = 0.08F;
  const auto set = [&](ImGuiCol slot, Rgb color, float alpha = 1) {
    style.Colors[slot] = ImGui::ColorConvertU32ToFloat4(ink(color, alpha));
  };
  set(ImGuiCol_Text, theme.text);
  set(ImGuiCol_TextDisabled, theme.muted);
  set(ImGuiCol_WindowBg, theme.ground);
  set(ImGuiCol_ChildBg, theme.ground, 0);
  set(ImGuiCol_PopupBg, theme.raised);
  set(ImGuiCol_Border, theme.line);
  set(ImGuiCol_ScrollbarBg, theme.panel, 0);
  set(ImGuiCol_ScrollbarGrab, theme.dim, 0.6F);
  set(ImGuiCol_ScrollbarGrabHovered, theme.muted, 0.8F);
  set(ImGuiCol_ScrollbarGrabActive, theme.muted);
  set(ImGuiCol_ModalWindowDimBg, 0x000000, 0.5F);
  set(ImGuiCol_NavCursor, theme.accent);
}

}  // namespace raftarium::viz
