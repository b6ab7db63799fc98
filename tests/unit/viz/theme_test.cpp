// Contrast: every text colour on every ground it stands on, in both themes.

#include "viz/theme.h"

#include <string>
#include <utility>
#include <vector>

#include "support/test.h"
#include "viz/ui.h"

namespace raftarium::viz {
namespace {

using Named = std::vector<std::pair<std::string, Rgb>>;

constexpr double kEnough = 4.5;  // WCAG 2, level AA, text of any size
constexpr std::uint64_t kTerms = 9;

Named grounds(const Theme& t) {
  return {{"ground", t.ground}, {"panel", t.panel}, {"raised", t.raised}, {"hover", t.hover}};
}

Named inks(const Theme& t) {
  return {{"text", t.text},       {"muted", t.muted}, {"good", t.good},
          {"warning", t.warning}, {"bad", t.bad},     {"accent", t.accent}};
}

void expect_readable(const std::string& what, Rgb words, Rgb ground) {
  INFO(what, " has ", contrast(words, ground));
  EXPECT(contrast(words, ground) >= kEnough);
}

}  // namespace

TEST_SUITE("theme") {
  TEST_CASE("contrast is the one of WCAG 2") {
    EXPECT(contrast(0x000000, 0xFFFFFF) == doctest::Approx(21.0));
    EXPECT(contrast(0x777777, 0xFFFFFF) == doctest::Approx(4.48).epsilon(0.01));
    EXPECT(contrast(0x123456, 0x123456) == doctest::Approx(1.0));
  }

  TEST_CASE("words are readable on every ground") {
    for (const Theme* theme : {&dark_theme(), &light_theme()}) {
      const std::string which = theme->dark ? "dark: " : "light: ";
      for (const auto& [ground_name, ground] : grounds(*theme)) {
        for (const auto& [ink_name, words] : inks(*theme)) {
          std::string what = which;
          expect_readable(what.append(ink_name).append(" on ").append(ground_name), words, ground);
        }
      }
      expect_readable(which + "on_accent", theme->on_accent, theme->accent);
      // What is chosen in a list, and the box of the properties.
      const Rgb chosen = blend(theme->raised, theme->accent, 0.14F);
      for (const Rgb words : {theme->text, theme->muted})
        expect_readable(which + "in a list", words, chosen);
      for (const Rgb tone : {theme->good, theme->bad}) {
        for (const float alpha : {0.12F, 0.2F}) {
          const Rgb box = blend(theme->panel, tone, alpha);
          for (const Rgb words : {theme->muted, tone}) expect_readable(which + "properties", words, box);
        }
      }
      for (const float alpha : {Ui::kPointed, Ui::kHeld}) {
        const Rgb button = blend(theme->raised, theme->accent, alpha);
        expect_readable(which + "under the pointer", theme->text, button);
        expect_readable(which + "danger under the pointer", theme->bad, button);
        expect_readable(which + "primary", theme->on_accent, blend(theme->accent, theme->text, alpha));
      }
    }
  }

  TEST_CASE("a term's colour is readable as words, and words on it are") {
    for (const Theme* theme : {&dark_theme(), &light_theme()}) {
      for (std::uint64_t term = 0; term <= kTerms; ++term) {
        const Rgb color = term_color(*theme, raft::Term(term));
        const std::string name = (theme->dark ? "dark: term " : "light: term ") + std::to_string(term);
        expect_readable(name + " on panel", color, theme->panel);
        expect_readable(name + " on ground", color, theme->ground);
        expect_readable(name + " in a member", color, blend(theme->raised, color, 0.06F));
        expect_readable(name + " in a dashed cell", color, blend(theme->panel, color, 0.08F));
        expect_readable(name + " under words", ink_on(color), color);
      }
    }
  }

  TEST_CASE("neighbouring terms have different colours, and the eighth is followed by the first again") {
    for (const Theme* theme : {&dark_theme(), &light_theme()}) {
      for (std::uint64_t term = 1; term < kTerms; ++term) {
        EXPECT(term_color(*theme, raft::Term(term)) != term_color(*theme, raft::Term(term + 1)));
      }
      EXPECT(term_color(*theme, raft::Term(1)) == term_color(*theme, raft::Term(9)));
    }
  }

  TEST_CASE("blending goes from the one colour to the other") {
    EXPECT(blend(0x000000, 0xFFFFFF, 0) == 0x000000);
    EXPECT(blend(0x000000, 0xFFFFFF, 1) == 0xFFFFFF);
    EXPECT(blend(0x204060, 0x406080, 0.5F) == 0x305070);
  }
}

}  // namespace raftarium::viz
