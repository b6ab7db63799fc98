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

}  // namespace

Entries::Block* Entries::allocate(std::size_t capacity) {
  static_assert(sizeof(Block) % alignof(Entry) == 0, "entries follow the header");
  auto* block = new (::operator new(sizeof(Block) + capacity * sizeof(Entry))) Block;
  block->capacity = static_cast<std::uint32_t>(capacity);
  return block;
}

void Entries::release(Block* block) noexcept {
  if (!block->references.drop()) return;
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

void EntryArena::reset() {
  CHECK(unique(), "somebody still holds the entries");
  std::destroy_n(all_.block_->entries(), all_.block_->used);
  all_.block_->used = 0;
  all_.count_ = 0;
  sealed_ = false;
}

std::uint64_t Entries::total_size() const {
  if (empty()) return 0;
  if (size() == 1) return front().size();
  std::uint64_t total = 0;
  const std::uint64_t header = Entry::header_size(front().term, front().index);
  if (header == Entry::header_size(back().term, back().index)) {
    // Terms and indexes grow, so all in between are as wide.
    total = header * size();
    for (const Entry& entry : *this) total += Entry::payload_size(entry.data.size());
  } else {
    for (const Entry& entry : *this) total += entry.size();
  }
  return total;
}

bool operator==(const Entries& a, const Entries& b) {
  return a.count_ == b.count_ && std::equal(a.begin(), a.end(), b.begin());
}

Entries limit_size(const Entries& entries, std::uint64_t max_size) {
  if (entries.size() <= 1 || max_size == kNoLimit) return entries;
  return limit_and_sum(entries, max_size).entries;
}

SizedEntries limit_and_sum(const Entries& entries, std::uint64_t max_size) {
  if (const std::uint64_t all = entries.total_size(); entries.size() <= 1 || all <= max_size) {
    return {entries, all};
  }
  std::uint64_t sum = entries.front().size();
  std::size_t count = 1;
  for (; count < entries.size(); ++count) {
    const std::uint64_t size = entries[count].size();
    if (size > max_size - std::min(sum, max_size)) break;
    sum += size;
  }
  return {entries.sub(0, count), sum};
}

Responses::Responses(std::vector<Message> messages) {
  if (!messages.empty()) list_ = new std::vector<Message>(std::move(messages));
}

std::size_t Responses::size() const { return list_ == nullptr ? 0 : list_->size(); }
const Message* Responses::begin() const { return list_ == nullptr ? nullptr : list_->data(); }
const Message* Responses::end() const { return begin() + size(); }

std::vector<Message> Responses::take() {
  std::vector<Message> taken;
  if (list_ != nullptr) taken = std::move(*list_);
  *this = {};
  return taken;
}

std::vector<Message>* Responses::copy(const std::vector<Message>& list) {
  return new std::vector<Message>(list);
}

void Responses::destroy(std::vector<Message>* list) noexcept { delete list; }

ConfChange::Joint ConfChange::enter_joint() const {
  if (transition == ConfChangeTransition::Auto && changes.size() <= 1) return {};
  return {true, transition != ConfChangeTransition::JointExplicit};
}

const char* describe(EntryType type) {
  static constexpr std::array kNames{"EntryNormal", "EntryConfChange", "EntryConfChangeV2"};
  return kNames.at(static_cast<std::size_t>(type));
}

const char* describe(MessageType type) {
  static constexpr std::array kNames{"MsgHup",
                                     "MsgBeat",
                                     "MsgProp",
                                     "MsgApp",
                                     "MsgAppResp",
                                     "MsgVote",
                                     "MsgVoteResp",
                                     "MsgSnap",
                                     "MsgHeartbeat",
                                     "MsgHeartbeatResp",
                                     "MsgUnreachable",
                                     "MsgSnapStatus",
                                     "MsgCheckQuorum",
                                     "MsgTransferLeader",
                                     "MsgTimeoutNow",
                                     "MsgReadIndex",
                                     "MsgReadIndexResp",
                                     "MsgPreVote",
                                     "MsgPreVoteResp",
                                     "MsgStorageAppend",
                                     "MsgStorageAppendResp",
                                     "MsgStorageApply",
                                     "MsgStorageApplyResp",
                                     "MsgForgetLeader"};
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

bool contains(const std::vector<NodeId>& ids, NodeId id) {
  return std::find(ids.begin(), ids.end(), id) != ids.end();
}

bool ConfState::has_voter(NodeId id) const { return contains(voters, id) || contains(voters_outgoing, id); }

bool ConfState::has(NodeId id) const { return has_voter(id) || contains(learners, id); }

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
