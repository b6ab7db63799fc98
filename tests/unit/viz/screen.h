#pragma once
// Screen: the whole interface without a window or a renderer. A test moves the pointer and presses keys as a
// person would, and asks the program what it shows; time passes only when the test says so.

#include <imgui.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "viz/app.h"

namespace raftarium::viz {

class Screen {
 public:
  explicit Screen(Vec2 size = {1280, 800}, Host host = {});
  ~Screen();
  Screen(const Screen&) = delete;
  Screen& operator=(const Screen&) = delete;

  App& app() { return *app_; }
  const Frame& frame() const { return app_->frame(); }
  std::string view(const std::string& field) const;  // of the "view" beside the frame
  bool has(const std::string& name) const;
  Rect region(const std::string& name) const;  // REQUIRES: has(name)
  std::vector<std::string> regions() const;

  // Pictures, `real_s` apart.
  void draw(int pictures = 1, double real_s = 1.0 / 60);
  void play_until(std::int64_t time_us);  // with the clock running
  void move(Vec2 to);
  void press(ImGuiMouseButton button = ImGuiMouseButton_Left);
  void release(ImGuiMouseButton button = ImGuiMouseButton_Left);
  void click(const std::string& name, ImGuiMouseButton button = ImGuiMouseButton_Left);
  // Moved there and pressed between two pictures, as on a slow machine.
  void quick_click(const std::string& name, ImGuiMouseButton button = ImGuiMouseButton_Left);
  void click_at(Vec2 at, ImGuiMouseButton button = ImGuiMouseButton_Left);
  void drag(const std::vector<Vec2>& through);
  // Pressed at the first, let go at the last, all of it between two pictures.
  void quick_drag(const std::vector<Vec2>& through);
  void wheel(float steps);
  void key(ImGuiKey key, ImGuiKey modifier = ImGuiKey_None);
  // Pressed and let go between two pictures, the modifier before the key.
  void quick_key(ImGuiKey key, ImGuiKey modifier = ImGuiKey_None);
  void type(const std::string& text);  // as characters
  void resize(Vec2 size);

  // What the last picture was made of.
  int vertices() const { return vertices_; }
  // Where the words are that explain what is under the pointer, or what the keyboard has come to.
  std::optional<Rect> tooltip() const;

 private:
  void settle() { draw(3); }

  ImGuiContext* context_;
  std::unique_ptr<App> app_;
  int vertices_ = 0;
};

}  // namespace raftarium::viz
