#pragma once
// FileContent: the bytes of a file in memory. A value: copies share the chunks that neither has written to.

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace raftarium::storage {

inline constexpr std::uint64_t kSectorBytes = 512;  // what a disk writes wholly or not at all

class FileContent {
 public:
  static constexpr std::uint64_t kChunkBytes = 4096;
  static constexpr std::uint64_t kChunkSectors = kChunkBytes / kSectorBytes;

  std::uint64_t size() const { return size_; }
  // Bytes past the end read as zeros here; MemoryDisk cuts reads at size().
  void read(std::uint64_t offset, std::span<std::uint8_t> out) const;
  // Grows the file when it ends before.
  void write(std::uint64_t offset, std::span<const std::uint8_t> data);
  void resize(std::uint64_t size);
  // Whether all of it is the other's for sure: nobody has written to either since one was the other's copy.
  bool shares(const FileContent& other) const { return size_ == other.size_ && chunks_ == other.chunks_; }
  // Makes the chunk the other's: shared until one of the two is written to.
  void share_chunk(std::size_t chunk, const FileContent& other);
  // Makes these sectors of a chunk, a bit each, the other's.
  void take_sectors(std::size_t chunk, std::uint8_t sectors, const FileContent& other);

 private:
  using Chunk = std::array<std::uint8_t, kChunkBytes>;
  Chunk& own(std::size_t chunk);

  std::uint64_t size_ = 0;
  std::vector<std::shared_ptr<Chunk>> chunks_;  // null: zeros
};

}  // namespace raftarium::storage
