#pragma once
// RefCount: how many share a block. Atomic only in a process that has started a second thread, so that
// one thread pays for plain increments and several threads are safe.

#include <atomic>
#include <cstdint>

#if defined(__GLIBC__)
#include <sys/single_threaded.h>
#endif

namespace raftarium::base {

// True while the process has never had a second thread.
inline bool single_threaded() noexcept {
#if defined(__GLIBC__)
  return __libc_single_threaded != 0;
#elif defined(__EMSCRIPTEN__) && !defined(__EMSCRIPTEN_PTHREADS__)
  return true;
#else
  return false;
#endif
}

class RefCount {
 public:
  void add() noexcept {
    if (single_threaded()) {
      count_.store(count_.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
    } else {
      count_.fetch_add(1, std::memory_order_relaxed);
    }
  }

  // Returns true when the last reference went.
  bool drop() noexcept {
    if (single_threaded()) {
      const std::uint32_t left = count_.load(std::memory_order_relaxed) - 1;
      count_.store(left, std::memory_order_relaxed);
      return left == 0;
    }
    return count_.fetch_sub(1, std::memory_order_acq_rel) == 1;
  }

  // Whether nobody else shares it.
  bool unique() const noexcept { return count_.load(std::memory_order_acquire) == 1; }

 private:
  std::atomic<std::uint32_t> count_{1};
};

}  // namespace raftarium::base
