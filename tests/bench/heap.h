#pragma once
// The heap as a benchmark program sees it: linking heap.cpp replaces operator new and delete by counting
// ones. Not for several threads.

#include <cstdint>
#include <functional>

namespace raftarium::bench::heap {

// Calls of operator new so far.
std::uint64_t allocations();
// Bytes, as the allocator rounds them, that `make` takes and does not give back.
std::uint64_t bytes_kept_by(const std::function<void()>& make);

}  // namespace raftarium::bench::heap
