#pragma once
// Bytes: immutable, reference-counted bytes. A copy shares the block, so an entry's payload exists once
// however many logs, messages and worlds refer to it.
//
// The count is atomic only in a process that has started a second thread (see bytes.cpp), so one
// thread pays for plain increments and several threads are safe.

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace raftarium::base {

class Bytes {
 public:
  Bytes() noexcept = default;
  // Copies `data`. REQUIRES: data.size() < 4 GiB.
  explicit Bytes(std::span<const std::uint8_t> data);
  explicit Bytes(std::string_view text);

  Bytes(const Bytes& other) noexcept;
  Bytes(Bytes&& other) noexcept : block_(other.block_), size_(other.size_) {
    other.block_ = nullptr;
    other.size_ = 0;
  }
  Bytes& operator=(const Bytes& other) noexcept;
  Bytes& operator=(Bytes&& other) noexcept;
  ~Bytes();

  std::size_t size() const noexcept { return size_; }
  bool empty() const noexcept { return size_ == 0; }
  const std::uint8_t* data() const noexcept;
  std::span<const std::uint8_t> span() const noexcept { return {data(), size_}; }
  std::string_view view() const noexcept {
    return {reinterpret_cast<const char*>(data()), size_};
  }
  std::string str() const { return std::string(view()); }

  // Equal contents; sharing a block is a shortcut, not a condition.
  friend bool operator==(const Bytes& a, const Bytes& b) noexcept { return a.view() == b.view(); }

 private:
  struct Block;
  void release() noexcept;

  Block* block_ = nullptr;
  std::uint32_t size_ = 0;
};

}  // namespace raftarium::base
