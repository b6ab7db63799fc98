#pragma once
// What Dear ImGui lacks for fingers, and its keys by name.

#include <string>

#include "viz/geometry.h"
#include "viz/ui.h"

namespace raftarium::web {

// Whether a finger that moves at `at` drags something there (a member, a cut, the playhead, the speed) rather
// than scrolls what is around it. A pop-up is always scrolled.
bool finger_drags(const viz::Regions& regions, viz::Vec2 at);
// Whether text can be written at `at`, so that a telephone's keyboard has to come. `fields`: what takes text.
bool finger_writes(const viz::Regions& fields, viz::Vec2 at);
// Moves the content at `at` by so many pixels, as if it stuck to the finger.
void finger_scrolls(viz::Vec2 at, float by);

// The ImGuiKey of a key by its name in Dear ImGui: "A", "LeftArrow", "LeftShift"; 0 when there is none.
int key_named(const std::string& name);

}  // namespace raftarium::web
