#pragma once
// The words of Raft: terms, indexes, entries, messages, configurations. Small value types in etcd's
// dialect (etcd-io/raft, raftpb), so that its transcripts and its people's habits carry over.

#include <bit>
#include <compare>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <new>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/check.h"
#include "base/refcount.h"
#include "base/result.h"

namespace raftarium::raft {

// A counted thing that must not be mixed up with another counted thing.
template <class Tag>
class Ordinal {
 public:
  constexpr Ordinal() = default;
  constexpr explicit Ordinal(std::uint64_t value) : value_(value) {}
  constexpr std::uint64_t value() const { return value_; }
  constexpr bool is_zero() const { return value_ == 0; }

  // clang-tidy 14 takes the 0 that the compiler itself compares with for a pointer.
  friend constexpr auto operator<=>(Ordinal, Ordinal) = default;  // NOLINT(modernize-use-nullptr)
  friend constexpr Ordinal operator+(Ordinal a, std::uint64_t n) { return Ordinal(a.value_ + n); }
  friend constexpr Ordinal operator-(Ordinal a, std::uint64_t n) { return Ordinal(a.value_ - n); }
  // The distance from `b` up to `a`. REQUIRES: a >= b.
  friend constexpr std::uint64_t operator-(Ordinal a, Ordinal b) { return a.value_ - b.value_; }
  constexpr Ordinal& operator++() {
    ++value_;
    return *this;
  }
  friend std::ostream& operator<<(std::ostream& out, Ordinal o) { return out << o.value_; }

 private:
  std::uint64_t value_ = 0;
};

using Term = Ordinal<struct TermTag>;      // 0: before any election (§5.1)
using Index = Ordinal<struct IndexTag>;    // position in the log, from 1; 0: before the first entry
using NodeId = Ordinal<struct NodeIdTag>;  // a member, from 1; 0: none

inline constexpr NodeId kNone{0};
// No log reaches this far: an index beyond it is damage or malice, and arithmetic on it would wrap.
inline constexpr Index kMaxIndex{std::uint64_t{1} << 62U};
// Message targets that stand for a member's own storage threads (asynchronous storage writes).
inline constexpr NodeId kAppendThread{~std::uint64_t{0}};
inline constexpr NodeId kApplyThread{~std::uint64_t{0} - 1};
inline constexpr std::uint64_t kNoLimit = ~std::uint64_t{0};

constexpr bool is_storage_thread(NodeId id) { return id == kAppendThread || id == kApplyThread; }

// The term and index that together name one entry for ever (log matching, §5.3).
struct EntryId {
  Term term{};
  Index index{};
  friend bool operator==(const EntryId&, const EntryId&) = default;
};

enum class EntryType : std::uint8_t { Normal, ConfChange, ConfChangeV2 };

// How many bytes a protocol buffer takes for `value`: seven bits in each.
constexpr std::uint64_t varint_size(std::uint64_t value) {
  if (value < 128) return 1;
  return (static_cast<std::uint64_t>(std::bit_width(value | 1U)) + 6) / 7;
}

struct Entry {
  Term term{};
  Index index{};
  EntryType type = EntryType::Normal;
  base::Bytes data{};

  EntryId id() const { return {term, index}; }
  // Bytes that count against the size limits: those of etcd's encoding (a protocol buffer).
  std::uint64_t size() const { return size_of(term, index, data.size()); }
  static constexpr std::uint64_t size_of(Term term, Index index, std::uint64_t data_size) {
    return header_size(term, index) + payload_size(data_size);
  }
  static constexpr std::uint64_t header_size(Term term, Index index) {
    return 4 + varint_size(term.value()) + varint_size(index.value());
  }
  static constexpr std::uint64_t payload_size(std::uint64_t data_size) {
    return data_size == 0 ? 0 : 1 + varint_size(data_size) + data_size;
  }
  friend bool operator==(const Entry&, const Entry&) = default;
};

// An immutable run of entries, contiguous in index. A copy or a part shares the entries.
class Entries {
 public:
  Entries() = default;
  Entries(std::vector<Entry> entries);  // NOLINT: a vector is the natural way to write one
  Entries(const Entries& other) noexcept
      : block_(other.block_), offset_(other.offset_), count_(other.count_) {
    if (block_ != nullptr) block_->references.add();
  }
  Entries(Entries&& other) noexcept : block_(other.block_), offset_(other.offset_), count_(other.count_) {
    other.block_ = nullptr;
    other.count_ = 0;
  }
  Entries& operator=(Entries other) noexcept {
    std::swap(block_, other.block_);
    std::swap(offset_, other.offset_);
    std::swap(count_, other.count_);
    return *this;
  }
  ~Entries() {
    if (block_ != nullptr) release(block_);
  }
  void clear() {
    if (block_ != nullptr) *this = Entries();
  }

  std::size_t size() const { return count_; }
  bool empty() const { return count_ == 0; }
  const Entry* begin() const { return count_ == 0 ? nullptr : block_->entries() + offset_; }
  const Entry* end() const { return begin() + count_; }
  const Entry& operator[](std::size_t i) const { return begin()[i]; }
  const Entry& front() const { return begin()[0]; }
  const Entry& back() const { return begin()[count_ - 1]; }
  // `count` entries from position `from`. REQUIRES: from + count <= size().
  Entries sub(std::size_t from, std::size_t count) const {
    CHECK(from + count <= count_, from, "+", count, " of ", count_);
    Entries part;
    if (count == 0) return part;
    block_->references.add();
    part.block_ = block_;
    part.offset_ = offset_ + static_cast<std::uint32_t>(from);
    part.count_ = static_cast<std::uint32_t>(count);
    return part;
  }
  std::uint64_t total_size() const;
  friend bool operator==(const Entries& a, const Entries& b);

 private:
  friend class EntryArena;
  struct alignas(alignof(Entry)) Block {
    base::RefCount references;
    std::uint32_t used = 0;
    std::uint32_t capacity = 0;
    // The entries follow.
    Entry* entries() { return reinterpret_cast<Entry*>(this + 1); }
  };
  static Block* allocate(std::size_t capacity);
  static void release(Block* block) noexcept;

  Block* block_ = nullptr;
  std::uint32_t offset_ = 0;
  std::uint32_t count_ = 0;
};

// A block of entries under construction: what was pushed can be handed out and never changes; what
// follows can still be pushed. A copy has the same entries and no room: only one may push.
class EntryArena {
 public:
  explicit EntryArena(std::size_t capacity) { all_.block_ = Entries::allocate(capacity); }
  EntryArena(const EntryArena& other) : all_(other.all_), sealed_(true) {}
  EntryArena(EntryArena&&) noexcept = default;
  EntryArena& operator=(EntryArena other) noexcept {
    all_ = std::move(other.all_);
    sealed_ = other.sealed_;
    return *this;
  }
  ~EntryArena() = default;

  std::size_t size() const { return all_.count_; }
  std::size_t room() const { return sealed_ ? 0 : all_.block_->capacity - all_.count_; }
  // REQUIRES: room() > 0.
  void push(Entry entry) {
    CHECK(room() > 0, "the block of ", all_.block_->capacity, " entries is full");
    new (all_.block_->entries() + all_.count_) Entry(std::move(entry));
    all_.block_->used = ++all_.count_;
  }
  // Everything pushed so far.
  const Entries& all() const { return all_; }
  // Whether `part` is the end of it.
  bool ends_with(const Entries& part) const {
    return part.block_ == all_.block_ && part.offset_ + part.count_ == all_.count_;
  }
  // Lets a part that was the end of it reach to what is the end now.
  void extend(Entries& part) const { part.count_ = all_.count_ - part.offset_; }

  // Another handle that takes over the room; this one keeps only its eye on the block.
  EntryArena share() {
    EntryArena other(*this);
    std::swap(other.sealed_, sealed_);
    return other;
  }
  // Whether nobody else holds any of the entries.
  bool unique() const { return all_.block_->references.unique(); }
  // Forgets everything, keeping the memory. REQUIRES: unique().
  void reset();

 private:
  Entries all_;
  bool sealed_ = false;
};

// The prefix of `entries` whose sizes sum to at most `max_size`, but at least one entry.
Entries limit_size(const Entries& entries, std::uint64_t max_size);

// The same, with the sum.
struct SizedEntries {
  Entries entries;
  std::uint64_t size = 0;
};
SizedEntries limit_and_sum(const Entries& entries, std::uint64_t max_size);

// What must be durable before any message that depends on it leaves (§5.1, Figure 2 "persistent").
struct HardState {
  Term term{};
  NodeId vote{};
  Index commit{};
  bool is_empty() const { return *this == HardState{}; }
  friend bool operator==(const HardState&, const HardState&) = default;
};

// The configuration as snapshots carry it. Sorted by id; `voters_outgoing` is non-empty in a joint
// configuration (dissertation §4.3).
struct ConfState {
  std::vector<NodeId> voters{};
  std::vector<NodeId> learners{};
  std::vector<NodeId> voters_outgoing{};
  std::vector<NodeId> learners_next{};
  bool auto_leave = false;
  // Whether it votes, in either half; whether it votes or learns.
  bool has_voter(NodeId id) const;
  bool has(NodeId id) const;
  friend bool operator==(const ConfState&, const ConfState&) = default;
};
bool contains(const std::vector<NodeId>& ids, NodeId id);

struct Snapshot {
  Index index{};  // the last entry that the snapshot stands for
  Term term{};    // and its term
  ConfState conf_state{};
  base::Bytes data{};  // the state machine's own bytes
  bool is_empty() const { return index.is_zero(); }
  friend bool operator==(const Snapshot&, const Snapshot&) = default;
};

enum class ConfChangeType : std::uint8_t { AddNode, RemoveNode, UpdateNode, AddLearnerNode };
enum class ConfChangeTransition : std::uint8_t { Auto, JointImplicit, JointExplicit };

struct ConfChangeSingle {
  ConfChangeType type = ConfChangeType::AddNode;
  NodeId node{};
  friend bool operator==(const ConfChangeSingle&, const ConfChangeSingle&) = default;
};

// One or several changes that take effect together. Empty: leave the joint configuration.
struct ConfChange {
  ConfChangeTransition transition = ConfChangeTransition::Auto;
  std::vector<ConfChangeSingle> changes{};
  base::Bytes context{};
  // The form that fits EntryType::ConfChange: exactly one change, default transition (etcd's "v1").
  bool v1 = false;

  // Whether the change needs a joint configuration, and whether that one leaves by itself.
  struct Joint {
    bool enter = false;
    bool auto_leave = false;
  };
  Joint enter_joint() const;
  bool leave_joint() const { return transition == ConfChangeTransition::Auto && changes.empty(); }
  friend bool operator==(const ConfChange&, const ConfChange&) = default;
};

// The payload of a configuration entry, and back, in etcd's encoding (raftpb.ConfChange for "v1",
// raftpb.ConfChangeV2 else). Decoding is total: any bytes give a value or an error.
base::Bytes encode(const ConfChange& change);
base::Result<ConfChange> decode_conf_change(const base::Bytes& data, EntryType type);

// Order and names are etcd's (raftpb.MessageType).
enum class MessageType : std::uint8_t {
  MsgHup,
  MsgBeat,
  MsgProp,
  MsgApp,
  MsgAppResp,
  MsgVote,
  MsgVoteResp,
  MsgSnap,
  MsgHeartbeat,
  MsgHeartbeatResp,
  MsgUnreachable,
  MsgSnapStatus,
  MsgCheckQuorum,
  MsgTransferLeader,
  MsgTimeoutNow,
  MsgReadIndex,
  MsgReadIndexResp,
  MsgPreVote,
  MsgPreVoteResp,
  MsgStorageAppend,
  MsgStorageAppendResp,
  MsgStorageApply,
  MsgStorageApplyResp,
  MsgForgetLeader,
};

// What a vote request says about why it was sent: a transfer may break a leader's lease (dissertation
// §4.2.3).
enum class CampaignType : std::uint8_t { PreElection, Election, Transfer };

struct Message;

// The messages that a message carries. One pointer, since few carry any.
class Responses {
 public:
  Responses() = default;
  Responses(std::vector<Message> messages);  // NOLINT: a vector is the natural way to write one
  Responses(const Responses& other) : list_(other.list_ == nullptr ? nullptr : copy(*other.list_)) {}
  Responses(Responses&& other) noexcept : list_(std::exchange(other.list_, nullptr)) {}
  Responses& operator=(Responses other) noexcept {
    std::swap(list_, other.list_);
    return *this;
  }
  ~Responses() {
    if (list_ != nullptr) destroy(list_);
  }

  bool empty() const { return list_ == nullptr; }
  std::size_t size() const;
  const Message* begin() const;
  const Message* end() const;
  const Message& front() const { return *begin(); }
  // Takes them out.
  std::vector<Message> take();

 private:
  static std::vector<Message>* copy(const std::vector<Message>& list);
  static void destroy(std::vector<Message>* list) noexcept;
  std::vector<Message>* list_ = nullptr;  // owned; never empty
};

struct Message {
  MessageType type = MessageType::MsgHup;
  bool reject = false;
  NodeId to{};
  NodeId from{};
  Term term{};      // 0: local, or a proposal or read that carries no term
  Term log_term{};  // of the entry at `index`
  Index index{};    // MsgApp: the entry before `entries`; answers: what the type says
  Index commit{};
  NodeId vote{};
  Entries entries{};
  Index reject_hint{};
  std::uint64_t context = 0;  // read context; a CampaignType in a vote request; the size of the entries in
                              // MsgStorageApplyResp
  std::shared_ptr<const Snapshot> snapshot{};
  // MsgStorageAppend, MsgStorageApply: what to deliver once the work is durable or applied.
  Responses responses{};
};

// Sets of message types.
class MessageTypes {
 public:
  constexpr MessageTypes(std::initializer_list<MessageType> types) {
    for (const MessageType type : types) bits_ |= bit(type);
  }
  constexpr bool contains(MessageType type) const { return (bits_ & bit(type)) != 0; }

 private:
  static constexpr std::uint32_t bit(MessageType type) { return 1U << static_cast<unsigned>(type); }
  std::uint32_t bits_ = 0;
};

// Messages that never travel between members.
constexpr bool is_local(MessageType type) {
  constexpr MessageTypes kLocal{MessageType::MsgHup,
                                MessageType::MsgBeat,
                                MessageType::MsgUnreachable,
                                MessageType::MsgSnapStatus,
                                MessageType::MsgCheckQuorum,
                                MessageType::MsgStorageAppend,
                                MessageType::MsgStorageAppendResp,
                                MessageType::MsgStorageApply,
                                MessageType::MsgStorageApplyResp};
  return kLocal.contains(type);
}
constexpr bool is_response(MessageType type) {
  constexpr MessageTypes kResponses{MessageType::MsgAppResp,           MessageType::MsgVoteResp,
                                    MessageType::MsgHeartbeatResp,     MessageType::MsgUnreachable,
                                    MessageType::MsgReadIndexResp,     MessageType::MsgPreVoteResp,
                                    MessageType::MsgStorageAppendResp, MessageType::MsgStorageApplyResp};
  return kResponses.contains(type);
}

const char* describe(EntryType type);
const char* describe(MessageType type);
const char* describe(ConfChangeType type);
const char* describe(ConfChangeTransition transition);
std::string describe(const HardState& state);
std::string describe(const ConfState& state);
std::string describe(const Entry& entry);
std::string describe(const ConfChange& change);
std::string describe(const Snapshot& snapshot);
std::string describe(const Message& message);

}  // namespace raftarium::raft
