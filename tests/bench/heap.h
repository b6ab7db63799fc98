#pragma once
// The heap as a benchmark program sees it: linking heap.cpp replaces operator new and delete by counting
// ones. Not for several threads.

#include <cstdint>
#include <functional>

namespace raftarium::bench::heap {

// Calls of operator new so far. Looked at around every call into the core, so it must cost nothing.
inline std::uint64_t allocations_so_far = 0;
inline std::uint64_t allocations() { return allocations_so_far; }
// Bytes, as the allocator rounds them, that `make` takes and does not give back.
std::uint64_t bytes_kept_by(const std::function<void()>& make);

}  // namespace raftarium::bench::heap
