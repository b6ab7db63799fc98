#include "web/renderer.h"

#include <array>
#include <cstddef>
#include <cstdint>

namespace raftarium::web {
namespace {

constexpr const char* kVertexShader = R"(#version 300 es
uniform vec2 scale;
uniform vec2 offset;
layout(location = 0) in vec2 position;
layout(location = 1) in vec2 uv;
layout(location = 2) in vec4 color;
out vec2 at;
out vec4 tint;
void main() {
  at = uv;
  tint = color;
  gl_Position = vec4(position * scale + offset, 0.0, 1.0);
}
)";

constexpr const char* kFragmentShader = R"(#version 300 es
precision mediump float;
uniform sampler2D image;
in vec2 at;
in vec4 tint;
out vec4 color;
void main() { color = tint * texture(image, at); }
)";

GLuint compile(GLenum kind, const char* source) {
  const GLuint shader = glCreateShader(kind);
  glShaderSource(shader, 1, &source, nullptr);
  glCompileShader(shader);
  return shader;
}

const void* pointer(std::size_t offset) {
  return reinterpret_cast<const void*>(offset);
}  // NOLINT: OpenGL's way

// WebGL has no base vertex, so the attributes are pointed at where the command's vertices begin.
void point_attributes(std::size_t first) {
  const std::size_t base = first * sizeof(ImDrawVert);
  constexpr auto kStride = static_cast<GLsizei>(sizeof(ImDrawVert));
  glVertexAttribPointer(0, 2, GL_FLOAT, GL_FALSE, kStride, pointer(base + offsetof(ImDrawVert, pos)));
  glVertexAttribPointer(1, 2, GL_FLOAT, GL_FALSE, kStride, pointer(base + offsetof(ImDrawVert, uv)));
  glVertexAttribPointer(2, 4, GL_UNSIGNED_BYTE, GL_TRUE, kStride,
                        pointer(base + offsetof(ImDrawVert, col)));
}

void send_pixels(ImTextureData& texture, const ImTextureRect& rect, bool whole) {
  glPixelStorei(GL_UNPACK_ROW_LENGTH, texture.Width);
  if (whole) {
    glTexImage2D(GL_TEXTURE_2D, 0, GL_RGBA, texture.Width, texture.Height, 0, GL_RGBA, GL_UNSIGNED_BYTE,
                 texture.GetPixels());
  } else {
    glTexSubImage2D(GL_TEXTURE_2D, 0, rect.x, rect.y, rect.w, rect.h, GL_RGBA, GL_UNSIGNED_BYTE,
                    texture.GetPixelsAt(rect.x, rect.y));
  }
  glPixelStorei(GL_UNPACK_ROW_LENGTH, 0);
}

}  // namespace

bool Renderer::create() {
  program_ = glCreateProgram();
  const std::array<GLuint, 2> shaders = {compile(GL_VERTEX_SHADER, kVertexShader),
                                         compile(GL_FRAGMENT_SHADER, kFragmentShader)};
  for (const GLuint shader : shaders) glAttachShader(program_, shader);
  glLinkProgram(program_);
  for (const GLuint shader : shaders) glDeleteShader(shader);
  GLint linked = 0;
  glGetProgramiv(program_, GL_LINK_STATUS, &linked);
  if (linked == 0) return false;
  glUseProgram(program_);
  scale_ = glGetUniformLocation(program_, "scale");
  offset_ = glGetUniformLocation(program_, "offset");
  glGenBuffers(1, &vertices_);
  glGenBuffers(1, &indices_);
  glBindBuffer(GL_ARRAY_BUFFER, vertices_);
  glBindBuffer(GL_ELEMENT_ARRAY_BUFFER, indices_);
  for (GLuint i = 0; i < 3; ++i) glEnableVertexAttribArray(i);
  glEnable(GL_BLEND);
  glBlendFuncSeparate(GL_SRC_ALPHA, GL_ONE_MINUS_SRC_ALPHA, GL_ONE, GL_ONE_MINUS_SRC_ALPHA);

  ImGuiIO& io = ImGui::GetIO();
  io.BackendRendererName = "raftarium_webgl";
  io.BackendFlags |= ImGuiBackendFlags_RendererHasVtxOffset | ImGuiBackendFlags_RendererHasTextures;
  // What went down with a lost context is made again.
  for (ImTextureData* texture : ImGui::GetPlatformIO().Textures) {
    if (texture->TexID == ImTextureID_Invalid) continue;
    texture->SetTexID(ImTextureID_Invalid);
    texture->SetStatus(ImTextureStatus_WantCreate);
  }
  return true;
}

void Renderer::update(ImTextureData& texture) {
  auto id = static_cast<GLuint>(texture.TexID);
  if (texture.Status == ImTextureStatus_WantCreate) {
    glGenTextures(1, &id);
    glBindTexture(GL_TEXTURE_2D, id);
    glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MIN_FILTER, GL_LINEAR);
    glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MAG_FILTER, GL_LINEAR);
    glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_WRAP_S, GL_CLAMP_TO_EDGE);
    glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_WRAP_T, GL_CLAMP_TO_EDGE);
    send_pixels(texture, {}, true);
    texture.SetTexID(static_cast<ImTextureID>(id));
    texture.SetStatus(ImTextureStatus_OK);
  } else if (texture.Status == ImTextureStatus_WantUpdates) {
    glBindTexture(GL_TEXTURE_2D, id);
    for (const ImTextureRect& rect : texture.Updates) send_pixels(texture, rect, false);
    texture.SetStatus(ImTextureStatus_OK);
  } else if (texture.Status == ImTextureStatus_WantDestroy && texture.UnusedFrames > 0) {
    glDeleteTextures(1, &id);
    texture.SetTexID(ImTextureID_Invalid);
    texture.SetStatus(ImTextureStatus_Destroyed);
  }
}

void Renderer::upload(const ImDrawList& list) const {
  const auto bytes = [](const auto& buffer) { return static_cast<GLsizeiptr>(buffer.size_in_bytes()); };
  glBufferData(GL_ARRAY_BUFFER, bytes(list.VtxBuffer), list.VtxBuffer.Data, GL_STREAM_DRAW);
  glBufferData(GL_ELEMENT_ARRAY_BUFFER, bytes(list.IdxBuffer), list.IdxBuffer.Data, GL_STREAM_DRAW);
}

void Renderer::draw_list(const ImDrawList& list, const ImDrawData& data) const {
  const ImVec2 scale = data.FramebufferScale;
  const auto height = static_cast<GLint>(data.DisplaySize.y * scale.y + 0.5F);
  unsigned first = ~0U;
  for (const ImDrawCmd& command : list.CmdBuffer) {
    if (command.UserCallback != nullptr) {
      if (command.UserCallback != ImDrawCallback_ResetRenderState) command.UserCallback(&list, &command);
      continue;
    }
    const ImVec4& clip = command.ClipRect;
    const auto left = static_cast<GLint>((clip.x - data.DisplayPos.x) * scale.x);
    const auto top = static_cast<GLint>((clip.y - data.DisplayPos.y) * scale.y);
    const auto right = static_cast<GLint>((clip.z - data.DisplayPos.x) * scale.x);
    const auto bottom = static_cast<GLint>((clip.w - data.DisplayPos.y) * scale.y);
    if (right <= left || bottom <= top) continue;
    glScissor(left, height - bottom, right - left, bottom - top);
    if (command.VtxOffset != first) point_attributes(first = command.VtxOffset);
    glBindTexture(GL_TEXTURE_2D, static_cast<GLuint>(command.GetTexID()));
    glDrawElements(GL_TRIANGLES, static_cast<GLsizei>(command.ElemCount), GL_UNSIGNED_SHORT,
                   pointer(command.IdxOffset * sizeof(ImDrawIdx)));
  }
}

void Renderer::draw(ImDrawData& data, viz::Rgb ground) {
  static_assert(sizeof(ImDrawIdx) == 2);
  if (data.Textures != nullptr) {
    for (ImTextureData* texture : *data.Textures) {
      if (texture->Status != ImTextureStatus_OK) update(*texture);
    }
  }
  const auto width = static_cast<GLsizei>(data.DisplaySize.x * data.FramebufferScale.x + 0.5F);
  const auto height = static_cast<GLsizei>(data.DisplaySize.y * data.FramebufferScale.y + 0.5F);
  const auto channel = [&](unsigned shift) {
    return static_cast<float>((ground >> shift) & 0xFFU) / 255.0F;
  };
  glViewport(0, 0, width, height);
  glDisable(GL_SCISSOR_TEST);
  glClearColor(channel(16), channel(8), channel(0), 1);
  glClear(GL_COLOR_BUFFER_BIT);
  glEnable(GL_SCISSOR_TEST);
  // From the top left corner in pixels to WebGL's square, whose y goes up.
  const ImVec2 unit = {2 / data.DisplaySize.x, 2 / data.DisplaySize.y};
  glUniform2f(scale_, unit.x, -unit.y);
  glUniform2f(offset_, -1 - data.DisplayPos.x * unit.x, 1 + data.DisplayPos.y * unit.y);
  for (const ImDrawList* list : data.CmdLists) {
    upload(*list);
    draw_list(*list, data);
  }
}

}  // namespace raftarium::web
