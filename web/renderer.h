#pragma once
// Renderer: Dear ImGui's triangles through WebGL 2. In place of the backend that comes with Dear ImGui, which
// asks the context for its state before each picture: in a browser each question waits for the graphics
// process, and here nobody else draws.

#include <imgui.h>

#include <GLES3/gl3.h>

#include "viz/theme.h"

namespace raftarium::web {

class Renderer {
 public:
  // Makes what it needs in the current WebGL context; again when the browser has replaced a lost one.
  // False when the context does not take it.
  bool create();
  // Draws what ImGui::Render() made, on `ground`.
  void draw(ImDrawData& data, viz::Rgb ground);

 private:
  void update(ImTextureData& texture);
  void upload(const ImDrawList& list) const;
  void draw_list(const ImDrawList& list, const ImDrawData& data) const;

  GLuint program_ = 0;
  GLuint vertices_ = 0;
  GLuint indices_ = 0;
  GLint scale_ = -1;
  GLint offset_ = -1;
};

}  // namespace raftarium::web
