#pragma once
// Bytes: immutable, reference-counted bytes. A copy or a part shares the block, so an entry's payload
// exists once however many logs, messages and worlds refer to it. Safe between threads (base/refcount.h).

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "base/refcount.h"

namespace raftarium::base {

class Bytes {
 public:
  Bytes() noexcept = default;
  // Copies `data`. REQUIRES: data.size() < 4 GiB.
  explicit Bytes(std::span<const std::uint8_t> data);
  explicit Bytes(std::string_view text);

  Bytes(const Bytes& other) noexcept : block_(other.block_), offset_(other.offset_), size_(other.size_) {
    if (block_ != nullptr) block_->references.add();
  }
  Bytes(Bytes&& other) noexcept : block_(other.block_), offset_(other.offset_), size_(other.size_) {
    other.block_ = nullptr;
    other.size_ = 0;
  }
  Bytes& operator=(Bytes other) noexcept {
    std::swap(block_, other.block_);
    std::swap(offset_, other.offset_);
    std::swap(size_, other.size_);
    return *this;
  }
  ~Bytes() {
    if (block_ != nullptr && block_->references.drop()) destroy(block_);
  }

  std::size_t size() const noexcept { return size_; }
  bool empty() const noexcept { return size_ == 0; }
  const std::uint8_t* data() const noexcept {
    return block_ == nullptr ? nullptr : reinterpret_cast<const std::uint8_t*>(block_ + 1) + offset_;
  }
  std::span<const std::uint8_t> span() const noexcept { return {data(), size_}; }
  std::string_view view() const noexcept { return {reinterpret_cast<const char*>(data()), size_}; }
  std::string str() const { return std::string(view()); }
  // `count` bytes from `from` on, in the same block. REQUIRES: from + count <= size().
  Bytes sub(std::size_t from, std::size_t count) const;

  // Equal contents; sharing a block is a shortcut, not a condition.
  friend bool operator==(const Bytes& a, const Bytes& b) noexcept { return a.view() == b.view(); }

 private:
  friend class BytesArena;
  struct Block {
    RefCount references;
    // The bytes follow.
  };
  static Block* allocate(std::size_t size);
  static void destroy(Block* block) noexcept;

  Block* block_ = nullptr;
  std::uint32_t offset_ = 0;
  std::uint32_t size_ = 0;
};

// Many small Bytes in one block: each append() gives a part of it, until the room is used up.
// The block lives as long as any of its parts. A copy has the same parts and no room: only one may append.
class BytesArena {
 public:
  // REQUIRES: capacity < 4 GiB.
  explicit BytesArena(std::size_t capacity);
  BytesArena(const BytesArena& other) : block_(other.block_), capacity_(other.used_), used_(other.used_) {}
  BytesArena(BytesArena&&) noexcept = default;
  BytesArena& operator=(BytesArena other) noexcept {
    block_ = std::move(other.block_);
    capacity_ = other.capacity_;
    used_ = other.used_;
    return *this;
  }
  ~BytesArena() = default;

  std::size_t room() const { return capacity_ - used_; }
  // REQUIRES: data.size() <= room().
  Bytes append(std::span<const std::uint8_t> data);
  // The room as memory that may be written, as by a file read; take() then gives the first of it away.
  std::span<std::uint8_t> spare();
  // REQUIRES: size <= room().
  Bytes take(std::size_t size);
  // The part at [offset, offset + size), as append() gave it.
  Bytes at(std::uint32_t offset, std::uint32_t size) const { return block_.sub(offset, size); }
  std::uint32_t used() const { return used_; }

 private:
  Bytes block_;  // all of the capacity
  std::uint32_t capacity_;
  std::uint32_t used_ = 0;
};

}  // namespace raftarium::base
