#include "viz/held_keys.h"

#include <algorithm>

namespace raftarium::viz {
namespace {

bool is_typed(const ImGuiInputEvent& event) {
  return event.Type == ImGuiInputEventType_Key || event.Type == ImGuiInputEventType_Text;
}

bool is_press(const ImGuiInputEvent& event) {
  return event.Type == ImGuiInputEventType_Key && event.Key.Down;
}

bool is_modifier(ImGuiKey key) { return ImGui::IsLRModKey(key) || (key & ImGuiMod_Mask_) != 0; }

ImGuiID hook(ImGuiContext* context, ImGuiContextHookType when, ImGuiContextHookCallback what, void* whose) {
  ImGuiContextHook hook;
  hook.Type = when;
  hook.Callback = what;
  hook.UserData = whose;
  return ImGui::AddContextHook(context, &hook);
}

}  // namespace

HeldKeys::HeldKeys() : context_(ImGui::GetCurrentContext()) {
  const auto before = [](ImGuiContext*, ImGuiContextHook* self) {
    static_cast<HeldKeys*>(self->UserData)->take_out();
  };
  const auto after = [](ImGuiContext*, ImGuiContextHook* self) {
    static_cast<HeldKeys*>(self->UserData)->put_back();
  };
  before_ = hook(context_, ImGuiContextHookType_NewFramePre, before, this);
  after_ = hook(context_, ImGuiContextHookType_NewFramePost, after, this);
}

HeldKeys::~HeldKeys() {
  ImGui::RemoveContextHook(context_, before_);
  ImGui::RemoveContextHook(context_, after_);
}

// A key that is let go need not wait, or it would seem to be held down; unless it is a modifier of what waits.
bool HeldKeys::may_pass(const ImGuiInputEvent& event) const {
  if (event.Type != ImGuiInputEventType_Key || event.Key.Down || is_modifier(event.Key.Key)) return false;
  return std::none_of(held_.begin(), held_.end(), [&](const ImGuiInputEvent& other) {
    return is_press(other) && other.Key.Key == event.Key.Key;
  });
}

// They are out of the queue only while it is read: by what is in it Dear ImGui knows which keys are down.
void HeldKeys::take_out() {
  bool wait = on_;
  const auto waits = [&](const ImGuiInputEvent& event) {
    if (!is_typed(event)) return false;
    if (wait && !may_pass(event)) {
      held_.push_back(event);
      return true;
    }
    // What is written after a Tab is for the field that it leads to.
    wait = wait || (is_press(event) && event.Key.Key == ImGuiKey_Tab);
    return false;
  };
  ImVector<ImGuiInputEvent>& queue = context_->InputEventsQueue;
  ImGuiInputEvent* kept = queue.begin();
  for (const ImGuiInputEvent& event : queue) {
    if (!waits(event)) *kept++ = event;
  }
  queue.resize(static_cast<int>(kept - queue.begin()));
}

void HeldKeys::put_back() {
  for (const ImGuiInputEvent& event : held_) context_->InputEventsQueue.push_back(event);
  held_.resize(0);
}

}  // namespace raftarium::viz
