// Metrics as small pictures, one card for each: the last ten virtual seconds, or all of them while there are fewer.

#include "viz/metrics.h"

#include <algorithm>
#include <cmath>

#include "viz/panels/panels.h"
#include "viz/text.h"

namespace raftarium::viz {
namespace {

constexpr std::size_t kSlices = 50;
constexpr float kLeastMetric = 190;  // px of width; of what is touched less

// In steps, so that the bars do not crawl while time passes.
std::int64_t window_us(std::int64_t now_us) {
  for (const std::int64_t window : {1'000'000, 2'000'000, 5'000'000}) {
    if (now_us <= window) return window;
  }
  return 10'000'000;
}

Words short_number(double value) {
  return value == std::floor(value) ? digits(static_cast<long long>(value)) : digits(std::lround(value));
}

struct KeptMetrics {
  std::uint64_t version = 0;
  Metrics metrics;
};

// Whether the value of each has room beside its name.
bool beside_name(const Metrics& metrics, const Ui& ui, float width) {
  const Pen name = ui.regular(type::kSmall, 0);
  const Pen value = ui.mono(type::kSmall, 0);
  return std::all_of(metrics.series.begin(), metrics.series.end(), [&](const Series& series) {
    return text_width(name, series.name) + text_width(value, series.now) + 30 <= width;
  });
}

// `stacked`: the value stands under the name.
void draw_card(const Metrics& metrics, const Series& series, bool stacked, Ui& ui, const Rect& card) {
  const Theme& theme = ui.theme();
  ImDrawList* list = ui.list();
  fill(list, card, ink(theme.raised), kCorner);
  draw_text(list, ui.regular(type::kSmall, theme.muted), {card.x + 12, card.y + 14}, series.name);
  const float head = stacked ? 42 : 28;
  const Pen value = ui.mono(type::kSmall, theme.text);
  if (stacked) {
    draw_text(list, value, {card.x + 12, card.y + 31}, series.now);
  } else {
    draw_text(list, value, {card.right() - 12, card.y + 14}, series.now, Align::Right);
  }
  const Rect plot{card.x + 12, card.y + head, card.w - 24, card.h - head - 10};
  if (plot.h < 8) return;
  line(list, {plot.x, plot.bottom()}, {plot.right(), plot.bottom()}, ink(theme.line));
  // What is not known is not nothing.
  const auto shown_us = static_cast<double>(metrics.slice_us) * static_cast<double>(series.slices.size());
  const double unknown = static_cast<double>(series.known_us - metrics.from_us) / shown_us;
  if (unknown > 0) {
    const Rect blank{plot.x, plot.y, plot.w * static_cast<float>(std::min(1.0, unknown)), plot.h};
    fill(list, blank, ink(theme.line, 0.45F), 3);
    const Pen pen = ui.regular(type::kTiny, theme.muted);
    if (text_width(pen, text::kNotKept) + 8 < blank.w)
      draw_text(list, pen, blank.center(), text::kNotKept, Align::Center);
    ui.region(Words("unknown.") + series.name, blank);
  }
  const float step = plot.w / static_cast<float>(series.slices.size());
  const Vec2 mouse = vec(ImGui::GetIO().MousePos);
  const Rgb color = series.name == "lost" ? theme.bad : theme.accent;
  for (std::size_t i = 0; i < series.slices.size(); ++i) {
    const float x = plot.x + step * static_cast<float>(i);
    const Rect column{x, plot.y - 4, step, plot.h + 8};
    const bool pointed = column.contains(mouse) && ImGui::IsWindowHovered();
    const double value = series.slices[i];
    if (value > 0) {
      const float high = std::max(2.0F, static_cast<float>(value / series.most) * plot.h);
      fill(list, {x + 0.5F, plot.bottom() - high, std::max(1.5F, step - 1), high},
           ink(color, pointed ? 1.0F : 0.8F), 1);
    }
    if (!pointed || ui.popup_is_open()) continue;
    const std::int64_t from = metrics.from_us + metrics.slice_us * static_cast<std::int64_t>(i);
    if (from < series.known_us) {
      ui.tooltip_now(text::kNotKeptLong, text::seconds(series.known_us, 2) + " s");
      continue;
    }
    const Words what = short_number(value) + (series.unit.empty() ? " " + series.name : " " + series.unit);
    ui.tooltip_now(what, text::seconds(from, 1) + " – " + text::seconds(from + metrics.slice_us, 1) + " s");
  }
}

}  // namespace

void draw_metrics(const Frame& frame, Ui& ui, const Rect& area) {
  fill(ui.list(), area, ink(ui.theme().panel));
  KeptMetrics& kept = ui.kept<KeptMetrics>();
  if (kept.version != frame.version)
    kept = {frame.version, compute_metrics(frame, window_us(frame.time_us), kSlices)};
  const Metrics& metrics = kept.metrics;
  ImGui::SetCursorScreenPos(im(area.min()));
  ImGui::BeginChild("metrics", {area.w, area.h}, ImGuiChildFlags_None, ImGuiWindowFlags_NoNav);
  const Vec2 origin = vec(ImGui::GetCursorScreenPos());
  constexpr float kGap = 8;
  const Rect inner{origin.x + 14, origin.y + 10, area.w - 28, area.h - 20};
  const float least = ui.narrow() ? 160 : kLeastMetric;
  const auto columns = std::clamp<std::size_t>(static_cast<std::size_t>(inner.w / least), 1, 4);
  const std::size_t rows = (metrics.series.size() + columns - 1) / columns;
  const float width = (inner.w - kGap * static_cast<float>(columns - 1)) / static_cast<float>(columns);
  const bool stacked = !beside_name(metrics, ui, width);
  const float height = std::max(stacked ? 84.0F : 56.0F,
                                (inner.h - kGap * static_cast<float>(rows - 1)) / static_cast<float>(rows));
  for (std::size_t i = 0; i < metrics.series.size(); ++i) {
    const std::size_t line = i / columns;
    const Rect card{inner.x + (width + kGap) * static_cast<float>(i % columns),
                    inner.y + (height + kGap) * static_cast<float>(line), width, height};
    draw_card(metrics, metrics.series[i], stacked, ui, card);
    ui.region(Words("metric.") + metrics.series[i].name, card);
  }
  ImGui::SetCursorScreenPos(im(origin));
  ImGui::Dummy({area.w - 12, (height + kGap) * static_cast<float>(rows) + 12});
  fade_scrolled(area, ui.theme().panel);
  ui.scroll_by_keys("metrics", area);
  ImGui::EndChild();
}

}  // namespace raftarium::viz
