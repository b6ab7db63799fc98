#include "bench/heap.h"

#include <malloc.h>
#include <cstdlib>
#include <new>

namespace {

bool weighing = false;  // asking for sizes takes time, so only where it is wanted
std::uint64_t weight = 0;

void* allocate(std::size_t size) {
  void* block = std::malloc(size == 0 ? 1 : size);
  if (block == nullptr) std::abort();
  ++raftarium::bench::heap::allocations_so_far;
  if (weighing) weight += malloc_usable_size(block);
  return block;
}

void release(void* block) noexcept {
  if (block == nullptr) return;
  if (weighing) weight -= malloc_usable_size(block);
  std::free(block);
}

}  // namespace

void* operator new(std::size_t size) { return allocate(size); }
void* operator new[](std::size_t size) { return allocate(size); }
void operator delete(void* block) noexcept { release(block); }
void operator delete[](void* block) noexcept { release(block); }
void operator delete(void* block, std::size_t) noexcept { release(block); }
void operator delete[](void* block, std::size_t) noexcept { release(block); }

namespace raftarium::bench::heap {

std::uint64_t bytes_kept_by(const std::function<void()>& make) {
  weight = 0;
  weighing = true;
  make();
  weighing = false;
  return weight;
}

}  // namespace raftarium::bench::heap
