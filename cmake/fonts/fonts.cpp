#include "fonts/fonts.h"

#include "embedded/font_files.h"

namespace raftarium::fonts {

using embedded::font_files::find;

std::span<const unsigned char> inter_regular() { return find("Inter-Regular.otf"); }
std::span<const unsigned char> inter_medium() { return find("Inter-Medium.otf"); }
std::span<const unsigned char> inter_semibold() { return find("Inter-SemiBold.otf"); }
std::span<const unsigned char> jetbrains_mono_regular() { return find("JetBrainsMono-Regular.ttf"); }
std::span<const unsigned char> jetbrains_mono_bold() { return find("JetBrainsMono-Bold.ttf"); }

}  // namespace raftarium::fonts
