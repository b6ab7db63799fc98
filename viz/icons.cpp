// The icons of the buttons, drawn: they are sharp at every scale and need no font.

#include "viz/ui.h"

namespace raftarium::viz {
namespace {

void play_triangle(ImDrawList* list, Vec2 c, float s, float direction, ImU32 color) {
  const Vec2 tip = c + Vec2{direction * s * 0.85F, 0};
  const Vec2 top = c + Vec2{-direction * s * 0.65F, -s};
  const Vec2 low = c + Vec2{-direction * s * 0.65F, s};
  list->AddTriangleFilled(im(tip), im(top), im(low), color);
}

}  // namespace

void draw_icon(ImDrawList* list, Icon icon, Vec2 c, float s, ImU32 color) {
  const auto bar = [&](float x, float w) { fill(list, {c.x + x, c.y - s, w, 2 * s}, color, 1); };
  switch (icon) {
    case Icon::None:
      break;
    case Icon::ToStart:
      bar(-s, 2);
      play_triangle(list, c + Vec2{2, 0}, s, -1, color);
      break;
    case Icon::ToEnd:
      bar(s - 2, 2);
      play_triangle(list, c - Vec2{2, 0}, s, 1, color);
      break;
    case Icon::Back:
      play_triangle(list, c, s * 0.95F, -1, color);
      break;
    case Icon::Step:
      play_triangle(list, c, s * 0.95F, 1, color);
      break;
    case Icon::Play:
      play_triangle(list, c + Vec2{1, 0}, s * 1.1F, 1, color);
      break;
    case Icon::Pause:
      bar(-s * 0.8F, s * 0.55F);
      bar(s * 0.25F, s * 0.55F);
      break;
    case Icon::Plus:
      line(list, c - Vec2{0, s * 0.8F}, c + Vec2{0, s * 0.8F}, color, 2);
      [[fallthrough]];
    case Icon::Minus:
      line(list, c - Vec2{s * 0.8F, 0}, c + Vec2{s * 0.8F, 0}, color, 2);
      break;
    case Icon::Help: {
      const ImVec2 size = ImGui::GetFont()->CalcTextSizeA(type::kLarge, 1e9F, 0, "?");
      list->AddText(ImGui::GetFont(), type::kLarge, {c.x - size.x / 2, c.y - size.y / 2}, color, "?");
      break;
    }
    case Icon::Theme:
      list->AddCircle(im(c), s, color, 24, 1.5F);
      list->PathArcTo(im(c), s, -1.5708F, 1.5708F, 16);
      list->PathFillConvex(color);
      break;
    case Icon::Share:
      line(list, c + Vec2{0, s * 0.4F}, c + Vec2{0, -s}, color, 1.5F);
      line(list, c + Vec2{-s * 0.5F, -s * 0.5F}, c + Vec2{0, -s}, color, 1.5F);
      line(list, c + Vec2{s * 0.5F, -s * 0.5F}, c + Vec2{0, -s}, color, 1.5F);
      line(list, c + Vec2{-s * 0.8F, 0}, c + Vec2{-s * 0.8F, s}, color, 1.5F);
      line(list, c + Vec2{s * 0.8F, 0}, c + Vec2{s * 0.8F, s}, color, 1.5F);
      line(list, c + Vec2{-s * 0.8F, s}, c + Vec2{s * 0.8F, s}, color, 1.5F);
      break;
    case Icon::Chevron:
      line(list, c + Vec2{-s * 0.6F, -s * 0.3F}, c + Vec2{0, s * 0.3F}, color, 1.5F);
      line(list, c + Vec2{s * 0.6F, -s * 0.3F}, c + Vec2{0, s * 0.3F}, color, 1.5F);
      break;
    case Icon::More:
      for (const float x : {-s * 0.8F, 0.0F, s * 0.8F})
        list->AddCircleFilled({c.x + x, c.y}, 1.9F, color, 12);
      break;
    case Icon::Undo: {  // an arrow that turns back
      list->PathArcTo({c.x, c.y + s * 0.15F}, s * 0.8F, -2.6F, 2.0F, 20);
      list->PathStroke(color, 0, 1.75F);
      const Vec2 tip = c + Vec2{-s * 1.05F, s * 0.1F};
      list->AddTriangleFilled(im(tip), im(tip + Vec2{-s * 0.1F, -s * 1.0F}),
                              im(tip + Vec2{s * 0.85F, -s * 0.35F}), color);
      break;
    }
    case Icon::Close:
      cross(list, c, s * 0.7F, color, 1.5F);
      break;
    case Icon::Branch:
      line(list, c + Vec2{-s * 0.5F, s}, c + Vec2{-s * 0.5F, -s}, color, 1.5F);
      line(list, c + Vec2{-s * 0.5F, s * 0.4F}, c + Vec2{s * 0.6F, -s * 0.4F}, color, 1.5F);
      list->AddCircleFilled({c.x + s * 0.6F, c.y - s * 0.5F}, 2, color);
      list->AddCircleFilled({c.x - s * 0.5F, c.y - s}, 2, color);
      break;
    case Icon::Pencil: {
      const Vec2 along = normalised({1, -1});
      const Vec2 side = normalised({1, 1}) * (s * 0.32F);
      const Vec2 tip = c - along * (s * 1.1F);
      const Vec2 neck = tip + along * (s * 0.55F);
      const Vec2 end = c + along * (s * 1.05F);
      for (const float way : {1.0F, -1.0F}) {
        line(list, tip, neck + side * way, color, 1.25F);
        line(list, neck + side * way, end + side * way, color, 1.25F);
      }
      line(list, end + side, end - side, color, 1.25F);
      line(list, end - along * (s * 0.4F) + side, end - along * (s * 0.4F) - side, color, 1.25F);
      break;
    }
  }
}

}  // namespace raftarium::viz
