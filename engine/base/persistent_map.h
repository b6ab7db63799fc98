#pragma once
// PersistentMap: a sorted map that is copied in constant time. Copies share their nodes until one of them
// changes, which then makes its own of the O(log n) nodes on the way to the change; a map that shares
// nothing changes in place. Worlds are made of it: a copy of a world may cost nothing per key.
//
// Not for a value type that is dear to copy: a node that is no longer shared copies its value, so put
// large things behind a shared pointer.
//
// A weight-balanced tree (Adams, "Functional Pearls: Efficient sets", 1993) with the parameters (3, 2) that
// Hirai and Yamamoto proved right ("Balancing weight-balanced trees", 2011). Its shape follows from the
// changes alone, so equal histories give equal maps. Nodes know their subtree's size: rank() is O(log n).
//
// Copies may live in different threads; one map may not change in one thread while another looks at it.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <utility>

#include "base/check.h"
#include "base/refcount.h"

namespace raftarium::base {

// `Less` must be transparent for keys to be looked up by other types, as std::less<> is.
template <class K, class V, class Less = std::less<>>
class PersistentMap {
  struct Node;

 public:
  struct Entry {
    K key;
    V value;
  };
  static constexpr std::size_t kMaxSize = std::size_t{1} << 31U;

  PersistentMap() noexcept = default;
  PersistentMap(const PersistentMap& other) noexcept : root_(shared(other.root_)) {}
  PersistentMap(PersistentMap&& other) noexcept : root_(std::exchange(other.root_, nullptr)) {}
  PersistentMap& operator=(PersistentMap other) noexcept {
    std::swap(root_, other.root_);
    return *this;
  }
  ~PersistentMap() { drop(root_); }

  std::size_t size() const { return size_of(root_); }
  bool empty() const { return root_ == nullptr; }

  // Null when there is none. Entries stay where they are until this map changes or ends.
  template <class Q>
  const Entry* find(const Q& key) const;
  template <class Q>
  bool contains(const Q& key) const {
    return find(key) != nullptr;
  }
  // How many keys are less than `key`.
  template <class Q>
  std::size_t rank(const Q& key) const;
  // The entry with the greatest key; and with the greatest key less than `key`. Null when there is none.
  const Entry* last() const;
  template <class Q>
  const Entry* last_before(const Q& key) const;

  // The value of `key` for the caller to change; V() where there was none. Gone with the next change.
  V& edit(const K& key) {
    bool added = false;
    return edit_in(root_, key, added);
  }
  void set(const K& key, V value) { edit(key) = std::move(value); }
  // Whether there was one.
  template <class Q>
  bool erase(const Q& key) {
    if (find(key) == nullptr) return false;  // looked up first, so that nothing is copied for nothing
    erase_in(root_, key);
    return true;
  }
  void clear() {
    drop(root_);
    root_ = nullptr;
  }

  // In the order of the keys. Valid until the map changes or ends.
  class End {};
  class Iterator {
   public:
    Iterator(const Iterator& other) : depth_(other.depth_) { copy(other); }
    Iterator& operator=(const Iterator& other) {
      if (this != &other) {
        depth_ = other.depth_;
        copy(other);
      }
      return *this;
    }
    ~Iterator() = default;
    const Entry& operator*() const { return path_[depth_ - 1]->entry; }
    const Entry* operator->() const { return &path_[depth_ - 1]->entry; }
    Iterator& operator++() {
      const Node* next = path_[--depth_]->right;
      for (; next != nullptr; next = next->left) push(next);
      return *this;
    }
    friend bool operator==(const Iterator& a, End) { return a.depth_ == 0; }
    friend bool operator!=(const Iterator& a, End) { return a.depth_ != 0; }

   private:
    friend class PersistentMap;
    Iterator() {}  // NOLINT(modernize-use-equals-default): leaves path_ as it is
    void push(const Node* node) { path_[depth_++] = node; }
    void copy(const Iterator& other) {
      for (std::size_t i = 0; i < other.depth_; ++i) path_[i] = other.path_[i];
    }
    // A subtree weighs at most 3/4 of its parent and kMaxSize bounds the root: log(2^31) / log(4/3) < 75.
    static constexpr std::size_t kMaxHeight = 75;
    const Node* path_[kMaxHeight];  // down to the present node, without those that are done
    std::size_t depth_ = 0;
  };
  Iterator begin() const;
  End end() const { return {}; }
  // From the first key that is not less than `key`; and greater than `key`.
  template <class Q>
  Iterator lower_bound(const Q& key) const;
  template <class Q>
  Iterator upper_bound(const Q& key) const;

 private:
  struct Node {
    RefCount references{};
    std::uint32_t size = 1;
    Node* left = nullptr;
    Node* right = nullptr;
    Entry entry;
  };

  template <class A, class B>
  static bool less(const A& a, const B& b) {
    return Less()(a, b);
  }
  static std::size_t size_of(const Node* node) { return node == nullptr ? 0 : node->size; }
  static std::size_t weight(const Node* node) { return size_of(node) + 1; }
  static void update(Node* node) {
    node->size = static_cast<std::uint32_t>(size_of(node->left) + size_of(node->right) + 1);
  }
  static Node* shared(Node* node) noexcept {
    if (node != nullptr) node->references.add();
    return node;
  }
  static void drop(Node* node) noexcept {
    if (node == nullptr || !node->references.drop()) return;
    drop(node->left);
    drop(node->right);
    delete node;
  }
  // Makes `at` a node that only this map holds. REQUIRES: only this map holds what holds `at`.
  static void own(Node*& at) {
    if (at->references.unique()) return;
    Node* const copy = new Node{{}, at->size, shared(at->left), shared(at->right), at->entry};
    drop(at);
    at = copy;
  }

  static V& edit_in(Node*& at, const K& key, bool& added);
  template <class Q>
  static void erase_in(Node*& at, const Q& key);
  static void unlink(Node*& at);
  static Node* take_first(Node*& at);
  static void rotate_left(Node*& at);
  static void rotate_right(Node*& at);
  static void balance(Node*& at);

  Node* root_ = nullptr;
};

// Looking.

template <class K, class V, class Less>
template <class Q>
auto PersistentMap<K, V, Less>::find(const Q& key) const -> const Entry* {
  for (const Node* at = root_; at != nullptr;) {
    if (less(key, at->entry.key)) {
      at = at->left;
    } else if (less(at->entry.key, key)) {
      at = at->right;
    } else {
      return &at->entry;
    }
  }
  return nullptr;
}

template <class K, class V, class Less>
template <class Q>
std::size_t PersistentMap<K, V, Less>::rank(const Q& key) const {
  std::size_t before = 0;
  for (const Node* at = root_; at != nullptr;) {
    if (less(at->entry.key, key)) {
      before += size_of(at->left) + 1;
      at = at->right;
    } else {
      at = at->left;
    }
  }
  return before;
}

template <class K, class V, class Less>
auto PersistentMap<K, V, Less>::last() const -> const Entry* {
  if (root_ == nullptr) return nullptr;
  const Node* at = root_;
  while (at->right != nullptr) at = at->right;
  return &at->entry;
}

template <class K, class V, class Less>
template <class Q>
auto PersistentMap<K, V, Less>::last_before(const Q& key) const -> const Entry* {
  const Entry* found = nullptr;
  for (const Node* at = root_; at != nullptr;) {
    if (less(at->entry.key, key)) {
      found = &at->entry;
      at = at->right;
    } else {
      at = at->left;
    }
  }
  return found;
}

template <class K, class V, class Less>
auto PersistentMap<K, V, Less>::begin() const -> Iterator {
  Iterator found;
  for (const Node* at = root_; at != nullptr; at = at->left) found.push(at);
  return found;
}

template <class K, class V, class Less>
template <class Q>
auto PersistentMap<K, V, Less>::lower_bound(const Q& key) const -> Iterator {
  Iterator found;
  for (const Node* at = root_; at != nullptr;) {
    if (less(at->entry.key, key)) {
      at = at->right;
    } else {
      found.push(at);
      at = at->left;
    }
  }
  return found;
}

template <class K, class V, class Less>
template <class Q>
auto PersistentMap<K, V, Less>::upper_bound(const Q& key) const -> Iterator {
  Iterator found;
  for (const Node* at = root_; at != nullptr;) {
    if (less(key, at->entry.key)) {
      found.push(at);
      at = at->left;
    } else {
      at = at->right;
    }
  }
  return found;
}

// Changing. Each goes down through nodes that it owns and comes back balancing them.

template <class K, class V, class Less>
V& PersistentMap<K, V, Less>::edit_in(Node*& at, const K& key, bool& added) {
  if (at == nullptr) {
    at = new Node{{}, 1, nullptr, nullptr, {key, V()}};
    added = true;
    return at->entry.value;
  }
  own(at);
  const bool left = less(key, at->entry.key);
  if (!left && !less(at->entry.key, key)) return at->entry.value;
  V& value = edit_in(left ? at->left : at->right, key, added);
  if (added) {
    CHECK(at->size < kMaxSize - 1, "a persistent map holds fewer than ", kMaxSize);
    ++at->size;
    balance(at);
  }
  return value;
}

template <class K, class V, class Less>
template <class Q>
void PersistentMap<K, V, Less>::erase_in(Node*& at, const Q& key) {
  own(at);
  if (less(key, at->entry.key)) {
    erase_in(at->left, key);
  } else if (less(at->entry.key, key)) {
    erase_in(at->right, key);
  } else {
    unlink(at);
    return;
  }
  update(at);
  balance(at);
}

// Replaces `at`, which is owned, by what is below it.
template <class K, class V, class Less>
void PersistentMap<K, V, Less>::unlink(Node*& at) {
  Node* const gone = at;
  if (gone->left == nullptr || gone->right == nullptr) {
    at = gone->left == nullptr ? gone->right : gone->left;
  } else {
    Node* const next = take_first(gone->right);
    next->left = gone->left;
    next->right = gone->right;
    update(next);
    at = next;
    balance(at);
  }
  gone->left = gone->right = nullptr;
  drop(gone);
}

// Takes the first node of a subtree out of it; it is owned and has no children.
template <class K, class V, class Less>
auto PersistentMap<K, V, Less>::take_first(Node*& at) -> Node* {
  own(at);
  if (at->left == nullptr) {
    Node* const first = at;
    at = std::exchange(first->right, nullptr);
    return first;
  }
  Node* const first = take_first(at->left);
  update(at);
  balance(at);
  return first;
}

template <class K, class V, class Less>
void PersistentMap<K, V, Less>::rotate_left(Node*& at) {
  Node* const up = at->right;
  at->right = std::exchange(up->left, at);
  update(at);
  update(up);
  at = up;
}

template <class K, class V, class Less>
void PersistentMap<K, V, Less>::rotate_right(Node*& at) {
  Node* const up = at->left;
  at->left = std::exchange(up->right, at);
  update(at);
  update(up);
  at = up;
}

// Restores the balance of `at`, which is owned, after one node came or went below it.
template <class K, class V, class Less>
void PersistentMap<K, V, Less>::balance(Node*& at) {
  constexpr std::size_t kDelta = 3;  // how many times heavier one side may be
  constexpr std::size_t kGamma = 2;  // from which inner overweight on one rotation is not enough
  const std::size_t left = weight(at->left);
  const std::size_t right = weight(at->right);
  if (right > kDelta * left) {
    own(at->right);
    if (weight(at->right->left) >= kGamma * weight(at->right->right)) {
      own(at->right->left);
      rotate_right(at->right);
    }
    rotate_left(at);
  } else if (left > kDelta * right) {
    own(at->left);
    if (weight(at->left->right) >= kGamma * weight(at->left->left)) {
      own(at->left->right);
      rotate_left(at->left);
    }
    rotate_right(at);
  }
}

}  // namespace raftarium::base
