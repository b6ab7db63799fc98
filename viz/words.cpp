#include "viz/words.h"

#include <algorithm>
#include <memory>

namespace raftarium::viz::picture_memory {
namespace {

struct Block {
  std::unique_ptr<std::byte[]> bytes;
  std::size_t size = 0;
};

constexpr std::size_t kFirstBlock = 64 << 10;

struct Memory {
  std::vector<Block> blocks;  // the last one is being used
  std::size_t used = 0;       // of it
};

Memory& memory() {
  static Memory the_memory;
  return the_memory;
}

}  // namespace

void* take(std::size_t bytes, std::size_t alignment) {
  Memory& m = memory();
  std::size_t at = (m.used + alignment - 1) / alignment * alignment;
  if (m.blocks.empty() || at + bytes > m.blocks.back().size) {
    const std::size_t size =
        std::max({kFirstBlock, bytes, m.blocks.empty() ? 0 : 2 * m.blocks.back().size});
    m.blocks.push_back({std::make_unique<std::byte[]>(size), size});
    at = 0;
  }
  m.used = at + bytes;
  return m.blocks.back().bytes.get() + at;
}

// The largest block alone is kept: the next picture needs about as much.
void begin() {
  Memory& m = memory();
  if (m.blocks.size() > 1) m.blocks.erase(m.blocks.begin(), m.blocks.end() - 1);
  m.used = 0;
}

}  // namespace raftarium::viz::picture_memory
