#include "storage/memory_file.h"

#include <algorithm>
#include <cstring>

namespace raftarium::storage {

namespace {

std::size_t chunks_of(std::uint64_t size) {
  return static_cast<std::size_t>((size + FileContent::kChunkBytes - 1) / FileContent::kChunkBytes);
}

// Calls use(chunk, offset in the chunk, position in the whole, count) for each part of [offset, offset + count).
template <class Use>
void for_each_part(std::uint64_t offset, std::size_t count, Use use) {
  std::size_t done = 0;
  while (done < count) {
    const std::uint64_t at = offset + done;
    const auto inside = static_cast<std::size_t>(at % FileContent::kChunkBytes);
    const std::size_t part = std::min<std::size_t>(count - done, FileContent::kChunkBytes - inside);
    use(static_cast<std::size_t>(at / FileContent::kChunkBytes), inside, done, part);
    done += part;
  }
}

}  // namespace

FileContent::Chunk& FileContent::own(std::size_t chunk) {
  std::shared_ptr<Chunk>& mine = chunks_[chunk];
  if (mine == nullptr) {
    mine = std::make_shared<Chunk>();
  } else if (mine.use_count() > 1) {
    mine = std::make_shared<Chunk>(*mine);
  }
  return *mine;
}

void FileContent::read(std::uint64_t offset, std::span<std::uint8_t> out) const {
  for_each_part(offset, out.size(),
                [&](std::size_t chunk, std::size_t inside, std::size_t done, std::size_t part) {
                  if (chunk < chunks_.size() && chunks_[chunk] != nullptr) {
                    std::memcpy(out.data() + done, chunks_[chunk]->data() + inside, part);
                  } else {
                    std::memset(out.data() + done, 0, part);
                  }
                });
}

void FileContent::write(std::uint64_t offset, std::span<const std::uint8_t> data) {
  if (data.empty()) return;
  if (offset + data.size() > size_) resize(offset + data.size());
  for_each_part(offset, data.size(),
                [&](std::size_t chunk, std::size_t inside, std::size_t done, std::size_t part) {
                  std::memcpy(own(chunk).data() + inside, data.data() + done, part);
                });
}

void FileContent::resize(std::uint64_t size) {
  const bool shrinks = size < size_;
  size_ = size;
  chunks_.resize(chunks_of(size));
  const auto inside = static_cast<std::size_t>(size % kChunkBytes);
  if (shrinks && inside != 0 && chunks_.back() != nullptr) {
    Chunk& last = own(chunks_.size() - 1);
    std::fill(last.begin() + static_cast<std::ptrdiff_t>(inside), last.end(), std::uint8_t{0});
  }
}

void FileContent::share_chunk(std::size_t chunk, const FileContent& other) {
  chunks_[chunk] = other.chunks_[chunk];
}

void FileContent::take_sectors(std::size_t chunk, std::uint8_t sectors, const FileContent& other) {
  const std::shared_ptr<Chunk>& from = other.chunks_[chunk];
  if (chunks_[chunk] == from) return;
  Chunk& mine = own(chunk);
  for (std::size_t sector = 0; sector < kChunkSectors; ++sector) {
    if ((sectors >> sector & 1U) == 0) continue;
    std::uint8_t* const to = mine.data() + sector * kSectorBytes;
    if (from == nullptr) {
      std::memset(to, 0, kSectorBytes);
    } else {
      std::memcpy(to, from->data() + sector * kSectorBytes, kSectorBytes);
    }
  }
}

}  // namespace raftarium::storage
