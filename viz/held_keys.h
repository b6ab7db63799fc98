#pragma once
// HeldKeys: keys and letters wait while a text field is on its way to the keyboard, so that what is typed at once
// goes where it is meant to, in order, however slow the pictures are.

#include <imgui_internal.h>

namespace raftarium::viz {

class HeldKeys {
 public:
  // REQUIRES: the current ImGui context outlives this.
  HeldKeys();
  ~HeldKeys();
  HeldKeys(const HeldKeys&) = delete;
  HeldKeys& operator=(const HeldKeys&) = delete;

  // With the next picture no key and no letter comes.
  void hold(bool on) { on_ = on; }

 private:
  bool may_pass(const ImGuiInputEvent& event) const;
  void take_out();
  void put_back();

  ImGuiContext* context_;
  ImGuiID before_ = 0;  // hooks of Dear ImGui: before a picture takes its events, and after that
  ImGuiID after_ = 0;
  bool on_ = false;
  ImVector<ImGuiInputEvent> held_;
};

}  // namespace raftarium::viz
