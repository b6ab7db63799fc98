#pragma once
// Little-endian bytes of integers and texts, for everything that is written down.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace raftarium::base {

class ByteWriter {
 public:
  void u8(std::uint8_t value) { out_ += static_cast<char>(value); }
  void u32(std::uint32_t value) { integer(value, 4); }
  void u64(std::uint64_t value) { integer(value, 8); }
  // Its length in 4 bytes, then the text.
  void text(std::string_view value) {
    u32(static_cast<std::uint32_t>(value.size()));
    out_ += value;
  }
  const std::string& str() const { return out_; }

 private:
  void integer(std::uint64_t value, unsigned bytes) {
    for (unsigned i = 0; i < bytes; ++i) out_ += static_cast<char>(value >> (8U * i) & 0xffU);
  }
  std::string out_;
};

// Reads what ByteWriter wrote. After the first thing that is not there, everything is empty and ok() is
// false; lengths are checked against what remains before anything is allocated.
class ByteReader {
 public:
  explicit ByteReader(std::string_view in) : in_(in) {}

  std::uint8_t u8() { return static_cast<std::uint8_t>(integer(1)); }
  std::uint32_t u32() { return static_cast<std::uint32_t>(integer(4)); }
  std::uint64_t u64() { return integer(8); }
  std::string_view text() {
    const std::uint32_t size = u32();
    if (!take(size)) return {};
    return in_.substr(at_ - size, size);
  }
  bool ok() const { return ok_; }
  bool at_end() const { return at_ == in_.size(); }
  std::size_t offset() const { return at_; }
  std::size_t remaining() const { return in_.size() - at_; }

 private:
  bool take(std::size_t size) {
    if (!ok_ || size > remaining()) {
      ok_ = false;
      return false;
    }
    at_ += size;
    return true;
  }
  std::uint64_t integer(unsigned bytes) {
    if (!take(bytes)) return 0;
    std::uint64_t value = 0;
    for (unsigned i = bytes; i-- > 0;) {
      value = value << 8U | static_cast<unsigned char>(in_[at_ - bytes + i]);
    }
    return value;
  }
  std::string_view in_;
  std::size_t at_ = 0;
  bool ok_ = true;
};

}  // namespace raftarium::base
