#include "viz/theme.h"

#include <array>
#include <cmath>

namespace raftarium::viz {
namespace {

constexpr Theme kDark{true,     0x0E1217, 0x151B23, 0x1B222C, 0x252E3A, 0x2A3340, 0xE6EDF3,
                      0x93A0AF, 0x566172, 0x3FB68B, 0xE8A33D, 0xF67D75, 0x6CB6FF, 0x0B1524};
constexpr Theme kLight{false,    0xF7F8FA, 0xFFFFFF, 0xEEF1F5, 0xE2E7EE, 0xD3DAE3, 0x17202B,
                       0x526072, 0x7A8798, 0x177050, 0x8F5300, 0xAE281F, 0x1560B3, 0xFFFFFF};

// After Okabe and Ito: told apart with every common colour vision.
constexpr std::array<Rgb, 8> kTermsDark{0x8E9AAB, 0xE69F00, 0x56B4E9, 0xCC79A7,
                                        0x1DB08A, 0xF0E442, 0xF07B2E, 0x6FA3E8};
constexpr std::array<Rgb, 8> kTermsLight{0x566376, 0x8A5A00, 0x12699E, 0x9C3F73,
                                         0x00704F, 0x6E6500, 0xAD4700, 0x2A5FB0};

double linear(Rgb value) {
  const double c = static_cast<double>(value & 0xFFU) / 255.0;
  return c <= 0.03928 ? c / 12.92 : std::pow((c + 0.055) / 1.055, 2.4);
}

double luminance(Rgb c) {
  return 0.2126 * linear(c >> 16U) + 0.7152 * linear(c >> 8U) + 0.0722 * linear(c);
}

}  // namespace

const Theme& dark_theme() { return kDark; }
const Theme& light_theme() { return kLight; }

Rgb term_color(const Theme& theme, raft::Term term) {
  if (term.is_zero()) return theme.muted;
  const auto& colors = theme.dark ? kTermsDark : kTermsLight;
  return colors[(term.value() - 1) % colors.size()];
}

Rgb ink_on(Rgb ground) {
  return contrast(ground, 0x0B1017) >= contrast(ground, 0xFFFFFF) ? 0x0B1017 : 0xFFFFFF;
}

Rgb blend(Rgb under, Rgb over, float alpha) {
  const auto channel = [&](unsigned shift) {
    const auto a = static_cast<float>((under >> shift) & 0xFFU);
    const auto b = static_cast<float>((over >> shift) & 0xFFU);
    return static_cast<Rgb>(std::lround(a + (b - a) * alpha)) << shift;
  };
  return channel(16) | channel(8) | channel(0);
}

double contrast(Rgb a, Rgb b) {
  const double la = luminance(a);
  const double lb = luminance(b);
  return (std::fmax(la, lb) + 0.05) / (std::fmin(la, lb) + 0.05);
}

}  // namespace raftarium::viz
