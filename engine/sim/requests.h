#pragma once
// What clients ask, and what becomes of it. Each request is a session of its own (kv::Command), so that a write
// takes effect once, however often it is tried.

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

#include "kv/command.h"
#include "member/requests.h"
#include "sim/event.h"
#include "sim/linearizability.h"

namespace raftarium::sim {

struct Request {
  enum class Kind : std::uint8_t { Put, Delete, Swap, Read };
  std::uint64_t id = 0;  // from 1, in the order of asking
  Kind kind = Kind::Put;
  kv::Command command;                                     // of a read: only its key
  member::ReadMode mode = member::ReadMode::Linearizable;  // Read
  raft::NodeId target;                                     // where it must go; none: wherever it is taken
  raft::NodeId at;                                         // whom it was sent to last
  TimeUs sent_us = 0;
  TimeUs done_us = 0;
  TimeUs asked_us = 0;  // when the last attempt leaves the client
  RequestState state = RequestState::Waiting;
  raft::Refusal refusal = raft::Refusal::None;  // the last one heard
  std::uint32_t attempts = 0;
  std::uint32_t load = 0;  // the load that it belongs to, from 1; 0: none
  // Once whom it was sent to has an answer: the index of its entry, or the one as of which a read was answered.
  raft::Index index;
  kv::Revision revision = 0;  // of the store, when it took effect
  bool succeeded = true;      // Swap: the key held what was expected; Put: the fence was as old as it said
  bool found = false;  // Read: the key is there, with this value and so many changes since its creation
  std::string value;
  std::int64_t version = 0;
  raft::NodeId answered_by;
  bool by_lease = false;            // Read: the leader trusted its lease, and asked nobody
  std::uint64_t read_in_start = 0;  // the process of `at` that has read it, by starts from 1; 0: none yet
  member::Ticket ticket = 0;        // Read: what that process calls it
  bool no_session = false;          // each attempt takes effect by itself
  bool in_doubt = false;            // an attempt was never answered, so that it may have taken effect
  // What had been acknowledged when it was asked: as of this index, to that request, by whom and when.
  raft::Index floor;
  std::uint64_t floor_by = 0;
  raft::NodeId floor_at;
  std::uint64_t floor_event = 0;

  const std::string& key() const { return is_conditional() ? command.then.front().key : command.key; }
  // Put, Swap: what it writes.
  const std::string& written() const {
    return is_conditional() ? command.then.front().value : command.value;
  }
  // A swap, or a put with a fence: the store may refuse it.
  bool is_conditional() const { return !command.compares.empty(); }
  bool is_read() const { return kind == Kind::Read; }
  // Whether it promises to see whatever was acknowledged before it was asked.
  bool is_linearizable() const { return !is_read() || mode != member::ReadMode::Serializable; }
};
// "put x=5", "delete x", "swap x from 5 to 6", "read x (lease)"
std::string describe(const Request& request);
// What a reader was told: "5", or "nothing".
std::string told(const Request& request);

// A list that copies share, but for the piece in which one of them changes something.
class RequestList {
 public:
  class Iterator {
   public:
    using iterator_category = std::forward_iterator_tag;
    using value_type = Request;
    using difference_type = std::ptrdiff_t;
    using pointer = const Request*;
    using reference = const Request&;
    Iterator() = default;
    Iterator(const RequestList* list, std::size_t at) : list_(list), at_(at) {}
    const Request& operator*() const { return (*list_)[at_]; }
    const Request* operator->() const { return &(*list_)[at_]; }
    Iterator& operator++() {
      ++at_;
      return *this;
    }
    Iterator operator++(int) {
      const Iterator before = *this;
      ++at_;
      return before;
    }
    friend bool operator==(const Iterator& a, const Iterator& b) { return a.at_ == b.at_; }

   private:
    const RequestList* list_ = nullptr;
    std::size_t at_ = 0;
  };

  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  // REQUIRES: at < size().
  const Request& operator[](std::size_t at) const {
    return (*(*groups_[at / kGroup])[at % kGroup / kPiece])[at % kPiece];
  }
  const Request& back() const { return (*this)[size_ - 1]; }
  Iterator begin() const { return {this, 0}; }
  Iterator end() const { return {this, size_}; }

  // To be changed; valid until the next call of append(). REQUIRES: at < size().
  Request& edit(std::size_t at) {
    return own(own(groups_[at / kGroup], kGroup / kPiece)[at % kGroup / kPiece], kPiece)[at % kPiece];
  }
  Request& append(Request request) {
    if (size_ % kGroup == 0) groups_.push_back(with_room<Group>(kGroup / kPiece));
    Group& group = own(groups_.back(), kGroup / kPiece);
    if (size_ % kPiece == 0) group.push_back(with_room<Piece>(kPiece));
    Piece& piece = own(group.back(), kPiece);
    piece.push_back(std::move(request));
    ++size_;
    return piece.back();
  }

 private:
  // Pieces of requests in groups of pieces, so that a copy of a long list is a few pointers.
  static constexpr std::size_t kPiece = 64;
  static constexpr std::size_t kGroup = 64 * kPiece;
  using Piece = std::vector<Request>;
  using Group = std::vector<std::shared_ptr<Piece>>;

  template <class Part>
  static std::shared_ptr<Part> with_room(std::size_t room) {
    auto part = std::make_shared<Part>();
    part->reserve(room);
    return part;
  }
  template <class Part>
  static Part& own(std::shared_ptr<Part>& part, std::size_t room) {
    if (part.use_count() > 1) {
      auto copied = with_room<Part>(room);
      copied->assign(part->begin(), part->end());
      part = std::move(copied);
    }
    return *part;
  }

  std::vector<std::shared_ptr<Group>> groups_;
  std::size_t size_ = 0;
};

// The requests as check_linearizability() takes them: what was refused never took effect, and serializable reads
// promise nothing.
std::vector<Operation> history_of(const RequestList& requests);

}  // namespace raftarium::sim
