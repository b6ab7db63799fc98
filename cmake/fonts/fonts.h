#pragma once
// The faces of the user interface, as OpenType data that ImGui's AddFontFromMemoryTTF takes. The bytes live
// as long as the program and are not to be freed (ImFontConfig::FontDataOwnedByAtlas = false).
//
// They are subsets: Latin, Greek and Cyrillic (JetBrains Mono Bold: Latin-1), general punctuation, arrows, mathematical
// operators, box drawing, geometric shapes and a few marks, as far as the face has them (cmake/RaftariumFonts.cmake).

#include <span>

namespace raftarium::fonts {

std::span<const unsigned char> inter_regular();
std::span<const unsigned char> inter_medium();
std::span<const unsigned char> inter_semibold();
std::span<const unsigned char> jetbrains_mono_regular();
std::span<const unsigned char> jetbrains_mono_bold();

}  // namespace raftarium::fonts
