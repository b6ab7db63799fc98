#include "base/bytes.h"

#include <cstring>
#include <limits>
#include <new>

#include "base/check.h"

namespace raftarium::base {

Bytes::Block* Bytes::allocate(std::size_t size) {
  CHECK(size <= std::numeric_limits<std::uint32_t>::max(), "a block of ", size, " bytes");
  return new (::operator new(sizeof(Block) + size)) Block;
}

void Bytes::destroy(Block* block) noexcept {
  block->~Block();
  ::operator delete(static_cast<void*>(block));
}

Bytes::Bytes(std::span<const std::uint8_t> data) {
  if (data.empty()) return;
  block_ = allocate(data.size());
  std::memcpy(static_cast<void*>(block_ + 1), data.data(), data.size());
  size_ = static_cast<std::uint32_t>(data.size());
}

Bytes::Bytes(std::string_view text)
    : Bytes(std::span(reinterpret_cast<const std::uint8_t*>(text.data()), text.size())) {}

Bytes Bytes::sub(std::size_t from, std::size_t count) const {
  CHECK(from <= size_ && count <= size_ - from, from, "+", count, " of ", size_);
  if (count == 0) return {};
  Bytes part = *this;
  part.offset_ += static_cast<std::uint32_t>(from);
  part.size_ = static_cast<std::uint32_t>(count);
  return part;
}

BytesArena::BytesArena(std::size_t capacity) : capacity_(static_cast<std::uint32_t>(capacity)) {
  block_.block_ = Bytes::allocate(capacity);
  block_.size_ = capacity_;
}

std::span<std::uint8_t> BytesArena::spare() {
  // Nobody has been given these bytes yet, so writing them changes nothing that anybody can see.
  return {reinterpret_cast<std::uint8_t*>(block_.block_ + 1) + used_, room()};
}

Bytes BytesArena::take(std::size_t size) {
  CHECK(size <= room(), size, " bytes out of a room of ", room());
  const std::uint32_t offset = used_;
  used_ += static_cast<std::uint32_t>(size);
  return at(offset, static_cast<std::uint32_t>(size));
}

Bytes BytesArena::append(std::span<const std::uint8_t> data) {
  CHECK(data.size() <= room(), data.size(), " bytes into a room of ", room());
  if (data.empty()) return {};
  std::memcpy(spare().data(), data.data(), data.size());
  return take(data.size());
}

}  // namespace raftarium::base
