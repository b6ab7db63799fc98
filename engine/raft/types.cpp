#include "raft/types.h"

#include <algorithm>
#include <array>
#include <sstream>

namespace raftarium::raft {

namespace {

template <class T>
std::string list(const std::vector<T>& items) {
  std::ostringstream out;
  out << '[';
  for (std::size_t i = 0; i < items.size(); ++i) out << (i == 0 ? "" : " ") << items[i];
  out << ']';
  return out.str();
}

// A payload as a person can read it: printable text in quotes, anything else escaped.
std::string quoted(const base::Bytes& data) {
  static constexpr char kHex[] = "0123456789abcdef";
  std::string out = "\"";
  for (const std::uint8_t byte : data.span()) {
    if (byte == '"' || byte == '\\') {
      out += '\\';
      out += static_cast<char>(byte);
    } else if (byte >= 0x20 && byte < 0x7f) {
      out += static_cast<char>(byte);
    } else {
      out += "\\x";
      out += kHex[byte >> 4U];
      out += kHex[byte & 15U];
    }
  }
  return out + '"';
}

void put_u64(std::string& out, std::uint64_t value) {
  for (unsigned shift = 0; shift < 64; shift += 8) out += static_cast<char>(value >> shift & 0xffU);
}

std::uint64_t get_u64(std::string_view in, std::size_t at) {
  std::uint64_t value = 0;
  for (std::size_t i = 8; i-- > 0;) {
    value = value << 8U | static_cast<unsigned char>(in[at + i]);
  }
  return value;
}

constexpr std::size_t kChangeBytes = 9;  // kind, node

}  // namespace

std::uint64_t Entry::size() const {
  constexpr std::uint64_t kHeaderBytes = 24;  // term, index, type and length
  return kHeaderBytes + data.size();
}

Entries::Block* Entries::allocate(std::size_t capacity) {
  static_assert(sizeof(Block) % alignof(Entry) == 0, "entries follow the header");
  auto* block = new (::operator new(sizeof(Block) + capacity * sizeof(Entry))) Block;
  block->capacity = static_cast<std::uint32_t>(capacity);
  return block;
}

void Entries::destroy(Block* block) noexcept {
  std::destroy_n(block->entries(), block->used);
  block->~Block();
  ::operator delete(static_cast<void*>(block));
}

Entries::Entries(std::vector<Entry> entries) {
  if (entries.empty()) return;
  EntryArena arena(entries.size());
  for (Entry& entry : entries) arena.push(std::move(entry));
  *this = arena.all();
}

void EntryArena::push(Entry entry) {
  CHECK(room() > 0, "the block of ", all_.block_->capacity, " entries is full");
  new (all_.block_->entries() + all_.count_) Entry(std::move(entry));
  all_.block_->used = ++all_.count_;
}

void EntryArena::reset() {
  CHECK(unique(), "somebody still holds the entries");
  std::destroy_n(all_.block_->entries(), all_.block_->used);
  all_.block_->used = 0;
  all_.count_ = 0;
  sealed_ = false;
}

Entries Entries::sub(std::size_t from, std::size_t count) const {
  CHECK(from + count <= count_, from, "+", count, " of ", count_);
  if (count == 0) return {};
  Entries part = *this;
  part.offset_ += static_cast<std::uint32_t>(from);
  part.count_ = static_cast<std::uint32_t>(count);
  return part;
}

std::uint64_t Entries::total_size() const {
  std::uint64_t total = 0;
  for (const Entry& entry : *this) total += entry.size();
  return total;
}

bool operator==(const Entries& a, const Entries& b) {
  return a.count_ == b.count_ && std::equal(a.begin(), a.end(), b.begin());
}

Entries limit_size(const Entries& entries, std::uint64_t max_size) {
  std::uint64_t total = 0;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    total += entries[i].size();
    if (i > 0 && total > max_size) return entries.sub(0, i);
  }
  return entries;
}

ConfChange::Joint ConfChange::enter_joint() const {
  if (transition == ConfChangeTransition::Auto && changes.size() <= 1) return {};
  return {true, transition != ConfChangeTransition::JointExplicit};
}

// One byte of transition, then a count, then the changes, then the context; "v1" is the same with its
// own entry type. An empty payload is the empty change.
base::Bytes encode(const ConfChange& change) {
  CHECK(!change.v1 || change.changes.size() == 1, "a v1 change has one step");
  if (change == ConfChange{}) return {};
  std::string out;
  out += static_cast<char>(change.transition);
  put_u64(out, change.changes.size());
  for (const ConfChangeSingle& single : change.changes) {
    out += static_cast<char>(single.type);
    put_u64(out, single.node.value());
  }
  out += change.context.view();
  return base::Bytes(out);
}

base::Result<ConfChange> decode_conf_change(const base::Bytes& data, EntryType type) {
  const auto refuse = [&](const std::string& expected) {
    return base::Error{"configuration change of " + std::to_string(data.size()) + " bytes: expected " +
                       expected};
  };
  ConfChange change;
  change.v1 = type == EntryType::ConfChange;
  if (type == EntryType::Normal) return refuse("an entry that changes the configuration");
  if (data.empty()) {
    if (change.v1) return refuse("one change");
    return change;
  }
  const std::string_view in = data.view();
  constexpr std::size_t kHeaderBytes = 9;
  if (in.size() < kHeaderBytes) return refuse("a header of 9 bytes");
  const auto transition = static_cast<std::uint8_t>(in[0]);
  if (transition > static_cast<std::uint8_t>(ConfChangeTransition::JointExplicit)) {
    return refuse("a transition of 0 to 2, got " + std::to_string(transition));
  }
  change.transition = static_cast<ConfChangeTransition>(transition);
  const std::uint64_t count = get_u64(in, 1);
  if (count > (in.size() - kHeaderBytes) / kChangeBytes) {
    return refuse("room for " + std::to_string(count) + " changes");
  }
  if (change.v1 && count != 1) return refuse("one change, got " + std::to_string(count));
  for (std::uint64_t i = 0; i < count; ++i) {
    const std::size_t at = kHeaderBytes + i * kChangeBytes;
    const auto kind = static_cast<std::uint8_t>(in[at]);
    if (kind > static_cast<std::uint8_t>(ConfChangeType::AddLearnerNode)) {
      return refuse("a kind of change of 0 to 3, got " + std::to_string(kind));
    }
    change.changes.push_back({static_cast<ConfChangeType>(kind), NodeId(get_u64(in, at + 1))});
  }
  change.context = base::Bytes(in.substr(kHeaderBytes + count * kChangeBytes));
  return change;
}

bool is_local(MessageType type) {
  switch (type) {
    case MessageType::MsgHup:
    case MessageType::MsgBeat:
    case MessageType::MsgUnreachable:
    case MessageType::MsgSnapStatus:
    case MessageType::MsgCheckQuorum:
    case MessageType::MsgStorageAppend:
    case MessageType::MsgStorageAppendResp:
    case MessageType::MsgStorageApply:
    case MessageType::MsgStorageApplyResp:
      return true;
    default:
      return false;
  }
}

bool is_response(MessageType type) {
  switch (type) {
    case MessageType::MsgAppResp:
    case MessageType::MsgVoteResp:
    case MessageType::MsgHeartbeatResp:
    case MessageType::MsgUnreachable:
    case MessageType::MsgReadIndexResp:
    case MessageType::MsgPreVoteResp:
    case MessageType::MsgStorageAppendResp:
    case MessageType::MsgStorageApplyResp:
      return true;
    default:
      return false;
  }
}

const char* describe(EntryType type) {
  static constexpr std::array kNames{"EntryNormal", "EntryConfChange", "EntryConfChangeV2"};
  return kNames.at(static_cast<std::size_t>(type));
}

const char* describe(MessageType type) {
  static constexpr std::array kNames{
      "MsgHup",          "MsgBeat",           "MsgProp",          "MsgApp",
      "MsgAppResp",      "MsgVote",           "MsgVoteResp",      "MsgSnap",
      "MsgHeartbeat",    "MsgHeartbeatResp",  "MsgUnreachable",   "MsgSnapStatus",
      "MsgCheckQuorum",  "MsgTransferLeader", "MsgTimeoutNow",    "MsgReadIndex",
      "MsgReadIndexResp", "MsgPreVote",       "MsgPreVoteResp",   "MsgStorageAppend",
      "MsgStorageAppendResp", "MsgStorageApply", "MsgStorageApplyResp", "MsgForgetLeader"};
  return kNames.at(static_cast<std::size_t>(type));
}

const char* describe(ConfChangeType type) {
  static constexpr std::array kNames{"add", "remove", "update", "add learner"};
  return kNames.at(static_cast<std::size_t>(type));
}

const char* describe(ConfChangeTransition transition) {
  static constexpr std::array kNames{"auto", "joint implicit", "joint explicit"};
  return kNames.at(static_cast<std::size_t>(transition));
}

std::string describe(const HardState& state) {
  std::ostringstream out;
  out << "term=" << state.term << " vote=" << state.vote << " commit=" << state.commit;
  return out.str();
}

std::string describe(const ConfState& state) {
  std::string out = "voters=" + list(state.voters);
  if (!state.voters_outgoing.empty()) out += " outgoing=" + list(state.voters_outgoing);
  if (!state.learners.empty()) out += " learners=" + list(state.learners);
  if (!state.learners_next.empty()) out += " learners_next=" + list(state.learners_next);
  if (state.auto_leave) out += " auto_leave";
  return out;
}

std::string describe(const ConfChange& change) {
  if (change.leave_joint()) return "leave the joint configuration";
  std::ostringstream out;
  for (std::size_t i = 0; i < change.changes.size(); ++i) {
    out << (i == 0 ? "" : ", ") << describe(change.changes[i].type) << ' ' << change.changes[i].node;
  }
  if (change.transition != ConfChangeTransition::Auto) out << " (" << describe(change.transition) << ')';
  return out.str();
}

std::string describe(const Entry& entry) {
  std::ostringstream out;
  out << entry.term << '/' << entry.index << ' ';
  if (entry.type == EntryType::Normal) {
    out << quoted(entry.data);
  } else if (const auto change = decode_conf_change(entry.data, entry.type)) {
    out << describe(*change);
  } else {
    out << change.error().message;
  }
  return out.str();
}

std::string describe(const Snapshot& snapshot) {
  std::ostringstream out;
  out << "snapshot " << snapshot.term << '/' << snapshot.index << ' ' << describe(snapshot.conf_state)
      << " (" << snapshot.data.size() << " bytes)";
  return out.str();
}

std::string describe(const Message& message) {
  std::ostringstream out;
  out << message.from << "->" << message.to << ' ' << describe(message.type) << " term=" << message.term;
  if (!message.index.is_zero() || !message.log_term.is_zero()) {
    out << " log=" << message.log_term << '/' << message.index;
  }
  if (!message.commit.is_zero()) out << " commit=" << message.commit;
  if (message.reject) out << " reject hint=" << message.reject_hint;
  if (!message.entries.empty()) {
    out << " entries=" << message.entries.front().index << ".." << message.entries.back().index;
  }
  if (message.snapshot) out << ' ' << describe(*message.snapshot);
  return out.str();
}

}  // namespace raftarium::raft
