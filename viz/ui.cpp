#include "viz/ui.h"

#include <imgui_internal.h>
#include <imgui_stdlib.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <utility>

namespace raftarium::viz {

void Ui::begin(const Theme& theme, bool narrow, bool reduced_motion, double real_s) {
  theme_ = &theme;
  narrow_ = narrow;
  reduced_motion_ = reduced_motion;
  real_s_ = real_s;
  ++picture_;
  order_.clear();
  regions_.clear();
  text_fields_.clear();
  awaited_seen_ = false;
  popup_was_open_ = std::exchange(popup_open_, false);
  area_ = Area::Stage;
  // The ring follows the keyboard; whoever takes the pointer has left it.
  if (ImGui::IsMouseClicked(ImGuiMouseButton_Left) || ImGui::IsMouseClicked(ImGuiMouseButton_Right)) {
    clear_focus();
    focus_before_.clear();
  }
}

void TabStops::sort() {
  std::sort(stops_.begin(), stops_.end(), [](const Stop& a, const Stop& b) {
    if (a.area != b.area) return a.area < b.area;
    return a.x != b.x ? a.x < b.x : a.drawn < b.drawn;
  });
}

std::ptrdiff_t TabStops::find(std::string_view name) const {
  const std::size_t drawn = names_.find(name);
  const auto found =
      std::find_if(stops_.begin(), stops_.end(), [&](const Stop& stop) { return stop.drawn == drawn; });
  return found - stops_.begin();
}

std::string_view TabStops::last_before(std::string_view name, const TabStops& others) const {
  const auto count = static_cast<std::ptrdiff_t>(stops_.size());
  std::ptrdiff_t at = find(name);
  if (at == count) return {};
  while (at-- > 0) {
    const std::string_view before = names_[stops_[static_cast<std::size_t>(at)].drawn];
    if (others.has(before)) return before;
  }
  return {};
}

std::string_view TabStops::beside(std::string_view name, int direction) const {
  const auto count = static_cast<std::ptrdiff_t>(stops_.size());
  if (count == 0) return {};
  std::ptrdiff_t at = find(name);
  if (at == count) {
    at = direction > 0 ? 0 : count - 1;
  } else {
    at = (at + direction + count) % count;
  }
  return names_[stops_[static_cast<std::size_t>(at)].drawn];
}

void Ui::end() {
  if (popup_was_open_ && !popup_open_) focus_ = std::exchange(focus_before_, {});
  order_.sort();
  if (!focus_.empty() && !order_.has(focus_)) {
    left_at_ = last_order_.last_before(focus_, order_);
    focus_.clear();
  }
  if (!awaited_seen_) awaited_.clear();
  std::swap(last_order_, order_);
  activate_ = false;
  list_moved_ = 0;
  close_popups_ = false;
  for (auto it = glides_.begin(); it != glides_.end();) {
    it = it->second.picture == picture_ ? std::next(it) : glides_.erase(it);
  }
}

std::pair<Ui::Glide*, bool> Ui::glide(std::string_view name) {
  const auto found = glides_.find(name);
  if (found != glides_.end()) return {&found->second, false};
  return {&glides_[std::string(name)], true};
}

float Ui::eased(std::string_view name, float target, float seconds) {
  const auto [found, fresh] = glide(name);
  Glide& glide = *found;
  glide.picture = picture_;
  if (fresh || reduced_motion_) {
    glide.value = glide.from = glide.to = target;
    glide.share = 1;
  } else if (glide.to != target) {
    glide.from = glide.value;
    glide.to = target;
    glide.share = 0;
  }
  glide.share = std::min(1.0F, glide.share + static_cast<float>(real_s_) / seconds);
  const float left = 1 - glide.share;
  glide.value = glide.to + (glide.from - glide.to) * left * left * left;
  return glide.value;
}

double Ui::lag(double now_us) {
  constexpr double kFarthest = 300'000;  // a longer way is no step but a leap
  constexpr double kHalfLife = 0.05;
  lag_us_ = (lag_us_ + now_us - lag_of_us_) * std::exp2(-real_s_ / kHalfLife);
  lag_of_us_ = now_us;
  if (live_ || reduced_motion_ || std::fabs(lag_us_) > kFarthest || std::fabs(lag_us_) < 50) lag_us_ = 0;
  return lag_us_;
}

float Ui::changed(std::string_view name, std::uint64_t value, float seconds) {
  const auto [found, fresh] = glide(name);
  Glide& glide = *found;
  glide.picture = picture_;
  if (!fresh && !reduced_motion_ && glide.what != value) glide.share = 0;
  glide.what = value;
  glide.share = std::min(1.0F, glide.share + static_cast<float>(real_s_) / seconds);
  return glide.share;
}

namespace {

void scroll_to(const Rect& area) {
  const Rect whole = area.inset(-6, -6);
  ImGui::ScrollToRect(ImGui::GetCurrentWindow(), {im(whole.min()), im(whole.max())},
                      ImGuiScrollFlags_KeepVisibleEdgeX | ImGuiScrollFlags_KeepVisibleEdgeY);
}

}  // namespace

// A pop-up is hidden in the picture in which it opens: nothing of it can be pointed at yet. Nor can what is
// scrolled out of sight.
void Ui::region(std::string_view name, const Rect& area, Vec2 touch) {
  const ImGuiWindow& window = *ImGui::GetCurrentWindowRead();
  if (window.Hidden) return;
  const ImRect& clip = window.ClipRect;
  const Rect seen = common(area, {clip.Min.x, clip.Min.y, clip.GetWidth(), clip.GetHeight()});
  if (!seen.empty()) regions_.add(name, seen, touch);
}

Item Ui::item(std::string_view name, const Rect& area, bool focusable) {
  Item result;
  focused_area_.reset();
  if (area.empty()) return result;
  const Words id(name);
  ImGui::SetCursorScreenPos(im(area.min()));
  result.clicked = ImGui::InvisibleButton(id.c_str(), {area.w, area.h});
  result.hovered = ImGui::IsItemHovered();
  result.held = ImGui::IsItemActive();
  region(name, area, {area.w, area.h});
  if (!focusable) return result;
  order_.add(id, area_, area.x);
  result.focused = focus_ == name;
  if (result.focused && activate_) {
    result.clicked = true;
    activate_ = false;
  }
  if (!result.focused) return result;
  focused_area_ = area;
  if (focus_moved_) {
    scroll_to(area);
    focus_moved_ = false;
  }
  ring(area);
  return result;
}

// Whatever happens to the field, the keyboard is not kept from the rest for long.
void Ui::await(std::string_view field, const Written& written, bool take) {
  constexpr int kMostPictures = 4;
  if (take) {
    awaited_ = field;
    awaited_pictures_ = 0;
  }
  if (awaited_ != field) return;
  awaited_seen_ = !written.active && ++awaited_pictures_ <= kMostPictures;
}

Written Ui::text_field(const Rect& area, const TextField& field, std::string& text) {
  const Words name(field.name);
  ImGui::PushFont(field.pen.font, field.pen.size);
  ImGui::PushStyleColor(ImGuiCol_FrameBg, ink(field.ground));
  ImGui::PushStyleVar(ImGuiStyleVar_FramePadding, ImVec2(8, (area.h - ImGui::GetFontSize()) / 2));
  ImGui::SetCursorScreenPos(im(area.min()));
  ImGui::SetNextItemWidth(area.w);
  ImGui::PushID(name.c_str());
  if (field.take) ImGui::SetKeyboardFocusHere();
  Written written;
  written.entered =
      ImGui::InputTextWithHint("##text", field.hint, &text,
                               ImGuiInputTextFlags_EnterReturnsTrue | ImGuiInputTextFlags_AutoSelectAll);
  written.active = ImGui::IsItemActive();
  written.begun = ImGui::IsItemActivated();
  written.left = ImGui::IsItemDeactivated();
  ImGui::PopID();
  ImGui::PopStyleVar();
  ImGui::PopStyleColor();
  ImGui::PopFont();
  await(field.name, written, field.take);
  reachable(field.name, area, {area.w, area.h});
  if (regions_.find(field.name) != nullptr) text_fields_.add(field.name, area);
  return written;
}

List Ui::list(std::string_view name) {
  List result;
  order_.add(name, area_, 0);
  result.focused = focus_ == name;
  if (!result.focused) return result;
  result.arrived = std::exchange(focus_moved_, false);
  result.moved = std::exchange(list_moved_, 0);
  result.entered = std::exchange(activate_, false);
  return result;
}

void Ui::mark(const List& list, const Rect& area) {
  if (!list.focused) return;
  if (list.shows()) scroll_to(area);
  ring(area);
}

void Ui::scroll_by_keys(std::string_view name, const Rect& area) {
  if (ImGui::GetScrollMaxY() <= 0) return;
  constexpr float kStep = 40;  // px
  const List keys = list(name);
  if (!keys.focused) return;
  ImGui::SetScrollY(ImGui::GetScrollY() + kStep * static_cast<float>(keys.moved));
  ring(area.inset(4, 4));
}

void Ui::ring(const Rect& area) {
  outline(list(), area.inset(-2, -2), ink(theme_->accent), kCorner + 2, 2);
}

float Ui::button_width(std::string_view label) const {
  return text_width(medium(type::kBody, theme_->text), label) + 24;
}

bool Ui::button(const Rect& area, const Button& b) {
  const Theme& t = *theme_;
  const Item it = item(b.name, area, b.enabled);
  ImDrawList* draw = list();
  const bool primary = b.style == Button::Style::Primary;
  const bool flat = b.style == Button::Style::Ghost || b.style == Button::Style::Row;
  Rgb ground = primary ? t.accent : t.raised;
  if (b.enabled && (it.hovered || it.held))
    ground = blend(ground, primary ? t.text : t.accent, it.held ? kHeld : kPointed);
  if (!flat || (b.enabled && (it.hovered || it.held))) fill(draw, area, ink(ground), kCorner);
  if (!flat && !primary) outline(draw, area, ink(t.line), kCorner);
  Rgb color = primary ? t.on_accent : t.text;
  if (b.style == Button::Style::Danger) color = t.bad;
  const float alpha = b.enabled ? 1.0F : 0.4F;
  const Pen pen = medium(narrow_ ? type::kLarge - 1 : type::kBody, color, alpha);
  if (b.icon != Icon::None && b.label.empty()) {
    draw_icon(draw, b.icon, area.center(), 7, ink(color, alpha));
  } else if (b.style == Button::Style::Row) {
    draw_text(draw, pen, {area.x + 12, area.center().y}, b.label);
    if (!b.key.empty() && !narrow_) {
      draw_text(draw, mono(type::kTiny, t.muted, alpha), {area.right() - 12, area.center().y}, b.key,
                Align::Right);
    }
  } else {
    draw_text(draw, pen, area.center(), fitted(pen, b.label, area.w - 8), Align::Center);
  }
  tooltip(b.tooltip, b.key);
  return b.enabled && it.clicked;
}

void Ui::tooltip(std::string_view text, std::string_view key) {
  if (text.empty()) return;
  if (focused_area_) return tooltip_at(*focused_area_, text, key);
  if (!ImGui::IsItemHovered(ImGuiHoveredFlags_ForTooltip)) return;
  if (ImGui::GetIO().MouseSource == ImGuiMouseSource_TouchScreen) return;
  tooltip_now(text, key);
}

void Ui::tooltip_at(const Rect& area, std::string_view text, std::string_view second) {
  constexpr float kMost = 284;  // px of width
  const Vec2 window = vec(ImGui::GetIO().DisplaySize);
  // Under it, or over it where the window ends.
  const bool over = area.bottom() + 120 > window.y;
  const float x = std::clamp(area.x, 4.0F, std::max(4.0F, window.x - kMost));
  ImGui::SetNextWindowPos({x, over ? area.y - 8 : area.bottom() + 8}, 0, {0, over ? 1.0F : 0.0F});
  tooltip_now(text, second);
}

void Ui::tooltip_now(std::string_view text, std::string_view second) {
  const Theme& t = *theme_;
  const Pen body = regular(type::kSmall, t.text);
  const Pen extra = mono(type::kTiny, t.accent);
  const float width = std::min(260.0F, text_width(body, text) + 2);
  const float height = wrapped_height(body, width, text);
  const float tail = second.empty() ? 0 : 18;
  const float full = std::max(width, second.empty() ? 0 : text_width(extra, second)) + 20;
  ImGui::SetNextWindowSize({full, height + tail + 16});
  ImGui::PushStyleVar(ImGuiStyleVar_WindowRounding, kCorner);
  // What is drawn over something else explains itself alone.
  if (ImGui::BeginTooltipEx(ImGuiTooltipFlags_OverridePrevious, ImGuiWindowFlags_None)) {
    const Vec2 at = vec(ImGui::GetWindowPos());
    draw_wrapped(list(), body, at + Vec2{10, 8}, width, text);
    if (!second.empty()) draw_text(list(), extra, at + Vec2{10, 8 + height + 10}, second);
    ImGui::EndTooltip();
  }
  ImGui::PopStyleVar();
}

bool Ui::open_popup(const char* name, bool asked_for, Vec2 at, Vec2 size, bool centered) {
  if (asked_for) {
    ImGui::OpenPopup(name);
    if (!popup_was_open_) focus_before_ = focus_;
    focus_.clear();
  }
  const Vec2 window = vec(ImGui::GetIO().DisplaySize);
  size.x = std::min(size.x, window.x - 16);
  size.y = std::min(size.y, window.y - 16);
  if (centered) at = (window - size) * 0.5F;
  at.x = std::clamp(at.x, 8.0F, std::max(8.0F, window.x - size.x - 8));
  at.y = std::clamp(at.y, 8.0F, std::max(8.0F, window.y - size.y - 8));
  ImGui::SetNextWindowPos(im(at));
  ImGui::SetNextWindowSize(im(size));
  if (!ImGui::BeginPopup(name, ImGuiWindowFlags_NoMove | ImGuiWindowFlags_NoNav)) return false;
  popup_open_ = true;
  if (close_popups_) ImGui::CloseCurrentPopup();
  order_.clear();  // the Tab order is the pop-up's alone
  return true;
}

void Ui::close_popup() { ImGui::EndPopup(); }

void Ui::focus_on(std::string_view name) {
  focus_ = name;
  focus_moved_ = true;
}

void Ui::move_focus(int direction) {
  // Where what had it has gone, the way goes on from there.
  const bool gone = focus_.empty() && last_order_.has(left_at_);
  const std::string_view to = !gone           ? last_order_.beside(focus_, direction)
                              : direction > 0 ? last_order_.beside(left_at_, 1)
                                              : std::string_view(left_at_);
  if (to.empty()) return;
  focus_on(to);
  left_at_.clear();
}

}  // namespace raftarium::viz
