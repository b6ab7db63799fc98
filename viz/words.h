#pragma once
// Words: texts and lists that one picture needs and nobody keeps. They lie in memory that is used again from
// picture to picture, so that a picture which is like the one before it allocates nothing.
//
// REQUIRES: nothing of the kind outlives the picture in which it was made. What is kept is a std::string.

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace raftarium::viz {

namespace picture_memory {

void* take(std::size_t bytes, std::size_t alignment);
// What was taken before may be taken again. Called where a picture begins.
void begin();

}  // namespace picture_memory

template <class T>
struct PictureAllocator {
  using value_type = T;
  PictureAllocator() = default;
  template <class U>
  PictureAllocator(const PictureAllocator<U>&) noexcept {}  // NOLINT: any of them is as good
  T* allocate(std::size_t count) {
    // NOLINTNEXTLINE(bugprone-sizeof-expression): a list may well be of pointers
    return static_cast<T*>(picture_memory::take(count * sizeof(T), alignof(T)));
  }
  void deallocate(T*, std::size_t) noexcept {}
  friend bool operator==(const PictureAllocator&, const PictureAllocator&) { return true; }
};

template <class T>
using Passing = std::vector<T, PictureAllocator<T>>;
using Words = std::basic_string<char, std::char_traits<char>, PictureAllocator<char>>;

inline Words operator+(Words words, std::string_view text) {
  words.append(text);
  return words;
}
inline Words operator+(std::string_view text, const Words& words) { return Words(text) + words; }

// For what is to stay.
inline std::string kept(const Words& words) { return std::string(words); }

// A whole number in decimal.
template <class Number>
Words digits(Number number) {
  static_assert(std::is_integral_v<Number>);
  char text[24];
  const auto [end, error] = std::to_chars(text, text + sizeof text, number);
  return Words(text, static_cast<std::size_t>(end - text));
}

}  // namespace raftarium::viz
