#pragma once
// PersistentVector: a sequence that grows at its end and loses its beginning, and is copied in constant
// time. A log is made of it: copies share their elements for ever, and what one of them appends, truncates
// or drops is nothing to the others.
//
// Elements live in chunks. All but the last one are listed in a directory that copies share until one of
// them needs another chunk; then it makes its own directory, of one pointer a chunk. The last chunk is
// shared too: its room belongs to whichever copy appends first; any other makes its own copy of it, once.
// Nothing that was appended ever moves or changes, so an append to a copy costs at most one chunk.
//
// What is dropped or truncated is destroyed when no copy needs anything in its chunk.
// Copies may live in different threads; one vector may not change in one thread while another looks at it.

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <new>
#include <span>
#include <utility>
#include <vector>

#include "base/check.h"
#include "base/refcount.h"

namespace raftarium::base {

template <class T, std::size_t kChunk = 256>
class PersistentVector {
 public:
  PersistentVector() noexcept = default;
  PersistentVector(const PersistentVector& other) noexcept
      : full_(other.full_), tail_(other.tail_), first_(other.first_), size_(other.size_) {
    if (full_ != nullptr) full_->references.add();
    if (tail_ != nullptr) tail_->references.add();
  }
  PersistentVector(PersistentVector&& other) noexcept { swap(other); }
  PersistentVector& operator=(PersistentVector other) noexcept {
    swap(other);
    return *this;
  }
  ~PersistentVector() { clear(); }

  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  // REQUIRES of all three: there is such an element.
  const T& operator[](std::size_t i) const {
    const std::size_t at = first_ + i;
    return *chunk(at / kChunk)->at(at % kChunk);
  }
  const T& front() const { return (*this)[0]; }
  const T& back() const { return (*this)[size_ - 1]; }
  // The elements from `from` on that lie side by side; at least one. REQUIRES: from < size().
  std::span<const T> run(std::size_t from) const;

  // Constant on average; after a copy, the first one may copy a chunk.
  void append(T value);
  // Keeps the first `size` elements. REQUIRES: size <= size().
  void truncate(std::size_t size);
  // Forgets the first `count` elements; the others move up. REQUIRES: count <= size().
  void drop_prefix(std::size_t count);
  void clear();

  class Iterator {
   public:
    const T& operator*() const { return (*vector_)[at_]; }
    const T* operator->() const { return &(*vector_)[at_]; }
    Iterator& operator++() {
      ++at_;
      return *this;
    }
    friend bool operator==(const Iterator& a, const Iterator& b) { return a.at_ == b.at_; }
    friend bool operator!=(const Iterator& a, const Iterator& b) { return a.at_ != b.at_; }

   private:
    friend class PersistentVector;
    Iterator(const PersistentVector* vector, std::size_t at) : vector_(vector), at_(at) {}
    const PersistentVector* vector_;
    std::size_t at_;
  };
  Iterator begin() const { return Iterator(this, 0); }
  Iterator end() const { return Iterator(this, size_); }

 private:
  struct Chunk {
    explicit Chunk(std::size_t start) : from(start), used(start) {}
    T* at(std::size_t i) { return std::launder(reinterpret_cast<T*>(room)) + i; }
    // Takes slot `i` if it is the next free one. Two copies in two threads may try at once.
    bool claim(std::size_t i) {
      if (single_threaded()) {
        if (used.load(std::memory_order_relaxed) != i) return false;
        used.store(i + 1, std::memory_order_relaxed);
        return true;
      }
      return used.compare_exchange_strong(i, i + 1, std::memory_order_acq_rel);
    }
    // REQUIRES: nobody else holds this chunk.
    void destroy_from(std::size_t i) {
      for (std::size_t end = used.load(std::memory_order_relaxed); end > i; --end) at(end - 1)->~T();
      used.store(i, std::memory_order_relaxed);
    }
    RefCount references{};
    std::size_t from;               // slots before it were never filled
    std::atomic<std::size_t> used;  // slots from it on are free; a copy may use fewer
    alignas(T) std::byte room[kChunk * sizeof(T)];
  };
  struct Directory {
    RefCount references{};
    std::vector<Chunk*> chunks{};
  };

  static void drop(Chunk* chunk) {
    if (chunk == nullptr || !chunk->references.drop()) return;
    chunk->destroy_from(chunk->from);
    delete chunk;
  }
  static void drop(Directory* directory) {
    if (directory == nullptr || !directory->references.drop()) return;
    for (Chunk* chunk : directory->chunks) drop(chunk);
    delete directory;
  }
  std::size_t full() const { return full_ == nullptr ? 0 : full_->chunks.size(); }
  Chunk* chunk(std::size_t i) const { return i < full() ? full_->chunks[i] : tail_; }
  // Makes the directory this vector's own, with chunks [from, to) only. REQUIRES: from <= to <= full().
  void keep_full(std::size_t from, std::size_t to);
  void swap(PersistentVector& other) noexcept {
    std::swap(full_, other.full_);
    std::swap(tail_, other.tail_);
    std::swap(first_, other.first_);
    std::swap(size_, other.size_);
  }

  // Invariants: tail_ is null exactly when empty, else it holds the last element;
  // first_ < kChunk; all of full_ is in use.
  Directory* full_ = nullptr;
  Chunk* tail_ = nullptr;
  std::size_t first_ = 0;  // slot of the first element in the first chunk
  std::size_t size_ = 0;
};

template <class T, std::size_t kChunk>
std::span<const T> PersistentVector<T, kChunk>::run(std::size_t from) const {
  const std::size_t slot = (first_ + from) % kChunk;
  const std::size_t most = kChunk - slot;
  const std::size_t left = size_ - from;
  return {&(*this)[from], left < most ? left : most};
}

template <class T, std::size_t kChunk>
void PersistentVector<T, kChunk>::append(T value) {
  if (tail_ == nullptr) tail_ = new Chunk(0);
  std::size_t slot = first_ + size_ - full() * kChunk;
  if (slot == kChunk) {
    keep_full(0, full());
    full_->chunks.push_back(tail_);
    tail_ = new Chunk(0);
    slot = 0;
  }
  if (!tail_->claim(slot)) {
    // Another copy has appended here, or this one has truncated.
    if (tail_->references.unique()) {
      tail_->destroy_from(slot);
    } else {
      Chunk* const own = new Chunk(full() == 0 ? first_ : 0);
      for (std::size_t i = own->from; i < slot; ++i) new (own->at(i)) T(*tail_->at(i));
      own->used.store(slot, std::memory_order_relaxed);
      drop(tail_);
      tail_ = own;
    }
    tail_->used.store(slot + 1, std::memory_order_relaxed);
  }
  new (tail_->at(slot)) T(std::move(value));
  ++size_;
}

template <class T, std::size_t kChunk>
void PersistentVector<T, kChunk>::truncate(std::size_t size) {
  CHECK(size <= size_, size, " of ", size_);
  if (size == size_) return;
  if (size == 0) {
    clear();
    return;
  }
  const std::size_t last = first_ + size - 1;
  if (const std::size_t at = last / kChunk; at < full()) {
    drop(std::exchange(tail_, full_->chunks[at]));
    tail_->references.add();
    keep_full(0, at);
  }
  size_ = size;
  if (tail_->references.unique()) tail_->destroy_from(last % kChunk + 1);
}

template <class T, std::size_t kChunk>
void PersistentVector<T, kChunk>::drop_prefix(std::size_t count) {
  CHECK(count <= size_, count, " of ", size_);
  if (count == size_) {
    clear();
    return;
  }
  first_ += count;
  size_ -= count;
  if (const std::size_t gone = first_ / kChunk; gone > 0) {
    keep_full(gone, full());
    first_ %= kChunk;
  }
}

template <class T, std::size_t kChunk>
void PersistentVector<T, kChunk>::clear() {
  drop(std::exchange(full_, nullptr));
  drop(std::exchange(tail_, nullptr));
  first_ = size_ = 0;
}

template <class T, std::size_t kChunk>
void PersistentVector<T, kChunk>::keep_full(std::size_t from, std::size_t to) {
  if (full_ != nullptr && full_->references.unique()) {
    std::vector<Chunk*>& chunks = full_->chunks;
    for (std::size_t i = 0; i < chunks.size(); ++i) {
      if (i < from || i >= to) drop(chunks[i]);
    }
    chunks.resize(to);
    chunks.erase(chunks.begin(), chunks.begin() + static_cast<std::ptrdiff_t>(from));
    return;
  }
  auto* const own = new Directory;
  if (full_ != nullptr) {
    const auto begin = full_->chunks.begin();
    own->chunks.assign(begin + static_cast<std::ptrdiff_t>(from), begin + static_cast<std::ptrdiff_t>(to));
    for (Chunk* chunk : own->chunks) chunk->references.add();
  }
  drop(full_);
  full_ = own;
}

}  // namespace raftarium::base
