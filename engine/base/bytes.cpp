#include "base/bytes.h"

#include <atomic>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <new>

#include "base/check.h"

#if defined(__GLIBC__)
#include <sys/single_threaded.h>
#endif

namespace raftarium::base {

struct Bytes::Block {
  std::atomic<std::uint32_t> references;
  // The bytes follow.
};

namespace {

// True while the process has never had a second thread, so that a plain increment is enough.
bool single_threaded() noexcept {
#if defined(__GLIBC__)
  return __libc_single_threaded != 0;
#elif defined(__EMSCRIPTEN__) && !defined(__EMSCRIPTEN_PTHREADS__)
  return true;
#else
  return false;
#endif
}

void add_reference(std::atomic<std::uint32_t>& count) noexcept {
  if (single_threaded()) {
    count.store(count.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
  } else {
    count.fetch_add(1, std::memory_order_relaxed);
  }
}

// Returns true when the last reference went.
bool drop_reference(std::atomic<std::uint32_t>& count) noexcept {
  if (single_threaded()) {
    const std::uint32_t left = count.load(std::memory_order_relaxed) - 1;
    count.store(left, std::memory_order_relaxed);
    return left == 0;
  }
  return count.fetch_sub(1, std::memory_order_acq_rel) == 1;
}

}  // namespace

Bytes::Bytes(std::span<const std::uint8_t> data) {
  if (data.empty()) return;
  CHECK(data.size() <= std::numeric_limits<std::uint32_t>::max(), "payload of ", data.size(), " bytes");
  void* memory = std::malloc(sizeof(Block) + data.size());
  CHECK(memory != nullptr, "out of memory for ", data.size(), " bytes");
  block_ = new (memory) Block{{1}};
  std::memcpy(static_cast<void*>(block_ + 1), data.data(), data.size());
  size_ = static_cast<std::uint32_t>(data.size());
}

Bytes::Bytes(std::string_view text)
    : Bytes(std::span(reinterpret_cast<const std::uint8_t*>(text.data()), text.size())) {}

Bytes::Bytes(const Bytes& other) noexcept : block_(other.block_), size_(other.size_) {
  if (block_ != nullptr) add_reference(block_->references);
}

Bytes& Bytes::operator=(const Bytes& other) noexcept {
  if (this != &other) {
    if (other.block_ != nullptr) add_reference(other.block_->references);
    release();
    block_ = other.block_;
    size_ = other.size_;
  }
  return *this;
}

Bytes& Bytes::operator=(Bytes&& other) noexcept {
  if (this != &other) {
    release();
    block_ = other.block_;
    size_ = other.size_;
    other.block_ = nullptr;
    other.size_ = 0;
  }
  return *this;
}

Bytes::~Bytes() { release(); }

const std::uint8_t* Bytes::data() const noexcept {
  return block_ == nullptr ? nullptr : reinterpret_cast<const std::uint8_t*>(block_ + 1);
}

void Bytes::release() noexcept {
  if (block_ != nullptr && drop_reference(block_->references)) {
    block_->~Block();
    std::free(block_);
  }
}

}  // namespace raftarium::base
