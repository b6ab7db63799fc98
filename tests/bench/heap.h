#pragma once
// The heap as a benchmark program sees it: linking heap.cpp replaces operator new and delete by counting
// ones. Not for several threads.

#include <cstdint>

namespace raftarium::bench::heap {

// Calls of operator new so far.
std::uint64_t allocations();
// Bytes held now, as the allocator rounds them.
std::uint64_t live_bytes();

}  // namespace raftarium::bench::heap
