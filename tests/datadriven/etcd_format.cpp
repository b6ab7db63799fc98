#include "datadriven/etcd_format.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <sstream>

#include "datadriven/directive.h"

namespace raftarium::datadriven::etcd {
namespace {

std::string hex(std::uint64_t value, int width) {
  std::array<char, 24> buffer{};
  const int length =
      std::snprintf(buffer.data(), buffer.size(), "%0*llx", width, static_cast<unsigned long long>(value));
  return {buffer.data(), static_cast<std::size_t>(length)};
}

struct Rune {
  char32_t value = 0;
  std::size_t length = 0;  // bytes; 0: not valid UTF-8
};

Rune decode_rune(std::string_view bytes) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(bytes[i]); };
  const unsigned char first = byte(0);
  if (first < 0x80) return {first, 1};
  const std::size_t length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || first > 0xf4 || bytes.size() < length) return {};
  char32_t value = first & (0x7fU >> length);
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xc0U) != 0x80) return {};
    value = value << 6U | (byte(i) & 0x3fU);
  }
  constexpr std::array<char32_t, 5> kLeast = {0, 0, 0x80, 0x800, 0x10000};
  const bool surrogate = value >= 0xd800 && value <= 0xdfff;
  if (value < kLeast[length] || surrogate || value > 0x10ffff) return {};
  return {value, length};
}

// Go prints letters, marks, numbers, punctuation and symbols as they are. These are the ranges of the
// other categories that text can plausibly hold.
bool is_printable(char32_t rune) {
  struct Range {
    char32_t first;
    char32_t last;
  };
  constexpr std::array<Range, 14> kOthers = {{{0x00, 0x1f},
                                              {0x7f, 0xa0},
                                              {0xad, 0xad},
                                              {0x600, 0x605},
                                              {0x1680, 0x1680},
                                              {0x2000, 0x200f},
                                              {0x2028, 0x202f},
                                              {0x205f, 0x206f},
                                              {0x3000, 0x3000},
                                              {0xe000, 0xf8ff},
                                              {0xfeff, 0xfeff},
                                              {0xfff0, 0xfffb},
                                              {0xfffe, 0xffff},
                                              {0xe0000, 0x10ffff}}};
  return std::none_of(kOthers.begin(), kOthers.end(),
                      [&](const Range& r) { return r.first <= rune && rune <= r.last; });
}

std::string escaped(char32_t rune) {
  switch (rune) {
    case '"':
      return "\\\"";
    case '\\':
      return "\\\\";
    case '\a':
      return "\\a";
    case '\b':
      return "\\b";
    case '\f':
      return "\\f";
    case '\n':
      return "\\n";
    case '\r':
      return "\\r";
    case '\t':
      return "\\t";
    case '\v':
      return "\\v";
    default:
      break;
  }
  if (rune < 0x80) return "\\x" + hex(rune, 2);
  return rune < 0x10000 ? "\\u" + hex(rune, 4) : "\\U" + hex(rune, 8);
}

std::string id_list(const std::vector<raft::NodeId>& ids) {
  std::ostringstream out;
  out << '[';
  const char* separator = "";
  for (const raft::NodeId id : ids) {
    out << separator << id;
    separator = " ";
  }
  out << ']';
  return out.str();
}

std::string target(raft::NodeId id) {
  if (id == raft::kNone) return "None";
  if (id == raft::kAppendThread) return "AppendThread";
  if (id == raft::kApplyThread) return "ApplyThread";
  return hex(id.value(), 1);
}

const char* name(raft::EntryType type) {
  switch (type) {
    case raft::EntryType::Normal:
      return "EntryNormal";
    case raft::EntryType::ConfChange:
      return "EntryConfChange";
    case raft::EntryType::ConfChangeV2:
      return "EntryConfChangeV2";
  }
  return "unknown";
}

char letter(raft::ConfChangeType type) {
  switch (type) {
    case raft::ConfChangeType::AddNode:
      return 'v';
    case raft::ConfChangeType::AddLearnerNode:
      return 'l';
    case raft::ConfChangeType::RemoveNode:
      return 'r';
    case raft::ConfChangeType::UpdateNode:
      return 'u';
  }
  return '?';
}

std::string entry_payload(const raft::Entry& entry) {
  if (entry.type == raft::EntryType::Normal) return quoted(entry.data.view());
  const base::Result<raft::ConfChange> change = raft::decode_conf_change(entry.data, entry.type);
  return change.ok() ? text(change->changes) : change.error().message;
}

void print(std::ostream& out, const raft::Message& message, const std::string& indent) {
  out << indent << target(message.from) << "->" << target(message.to) << ' ' << raft::describe(message.type)
      << " Term:" << message.term << " Log:" << message.log_term << '/' << message.index;
  if (message.reject) out << " Rejected (Hint: " << message.reject_hint << ')';
  if (!message.commit.is_zero()) out << " Commit:" << message.commit;
  if (!message.vote.is_zero()) out << " Vote:" << message.vote;
  if (message.entries.size() == 1) {
    out << " Entries:[" << text(message.entries.front()) << ']';
  } else if (!message.entries.empty()) {
    out << " Entries:[";
    for (const raft::Entry& entry : message.entries) out << '\n' << indent << "  " << text(entry);
    out << '\n' << indent << ']';
  }
  if (message.snapshot != nullptr && !message.snapshot->is_empty()) {
    out << '\n' << indent << "  Snapshot: " << text(*message.snapshot);
  }
  if (!message.responses.empty()) {
    out << " Responses:[";
    for (const raft::Message& response : message.responses) {
      out << '\n';
      print(out, response, indent + "  ");
    }
    out << '\n' << indent << ']';
  }
}

}  // namespace

std::string quoted(std::string_view bytes) {
  std::string out = "\"";
  while (!bytes.empty()) {
    const Rune rune = decode_rune(bytes);
    if (rune.length == 0) {
      out += "\\x" + hex(static_cast<unsigned char>(bytes.front()), 2);
      bytes.remove_prefix(1);
      continue;
    }
    const bool as_is = is_printable(rune.value) && rune.value != '"' && rune.value != '\\';
    out += as_is ? std::string(bytes.substr(0, rune.length)) : escaped(rune.value);
    bytes.remove_prefix(rune.length);
  }
  return out + '"';
}

std::string text(const raft::ConfState& state) {
  return "Voters:" + id_list(state.voters) + " VotersOutgoing:" + id_list(state.voters_outgoing) +
         " Learners:" + id_list(state.learners) + " LearnersNext:" + id_list(state.learners_next) +
         " AutoLeave:" + (state.auto_leave ? "true" : "false");
}

std::string text(const raft::Snapshot& snapshot) {
  std::ostringstream out;
  out << "Index:" << snapshot.index << " Term:" << snapshot.term
      << " ConfState:" << text(snapshot.conf_state);
  return out.str();
}

std::string text(const raft::HardState& state) {
  std::ostringstream out;
  out << "Term:" << state.term;
  if (!state.vote.is_zero()) out << " Vote:" << state.vote;
  out << " Commit:" << state.commit;
  return out.str();
}

std::string text(const raft::SoftState& state) {
  std::ostringstream out;
  out << "Lead:" << state.leader << " State:" << raft::describe(state.role);
  return out.str();
}

std::string text(const raft::Entry& entry) {
  std::ostringstream out;
  out << entry.term << '/' << entry.index << ' ' << name(entry.type);
  const std::string payload = entry_payload(entry);
  if (!payload.empty()) out << ' ' << payload;
  return out.str();
}

std::string text(const raft::Entries& entries) {
  std::string out;
  for (const raft::Entry& entry : entries) out += text(entry) + "\n";
  return out;
}

std::string text(const raft::Message& message) {
  std::ostringstream out;
  print(out, message, "");
  return out.str();
}

std::string text(const raft::Ready& ready) {
  std::ostringstream out;
  if (ready.soft_state) out << text(*ready.soft_state) << '\n';
  if (!ready.hard_state.is_empty()) out << "HardState " << text(ready.hard_state) << '\n';
  if (!ready.read_states.empty()) {
    out << "ReadStates [";
    const char* separator = "";
    for (const raft::ReadState& read : ready.read_states) {
      out << separator << '{' << read.index << ' ' << read.context << '}';
      separator = " ";
    }
    out << "]\n";
  }
  if (!ready.entries.empty()) out << "Entries:\n" << text(ready.entries);
  if (ready.snapshot != nullptr && !ready.snapshot->is_empty()) {
    out << "Snapshot " << text(*ready.snapshot) << '\n';
  }
  if (!ready.committed_entries.empty()) out << "CommittedEntries:\n" << text(ready.committed_entries);
  if (!ready.messages.empty()) {
    out << "Messages:\n";
    for (const raft::Message& message : ready.messages) out << text(message) << '\n';
  }
  const std::string body = out.str();
  if (body.empty()) return "<empty Ready>";
  return std::string("Ready MustSync=") + (ready.must_sync ? "true" : "false") + ":\n" + body;
}

std::string text(const raft::ProgressView& progress) {
  std::ostringstream out;
  out << raft::describe(progress.state) << " match=" << progress.match << " next=" << progress.next;
  if (progress.is_learner) out << " learner";
  // A peer that is being sent a snapshot counts as paused, whatever the flow says.
  if (progress.flow_paused || progress.state == raft::ProgressState::Snapshot) out << " paused";
  if (!progress.pending_snapshot.is_zero()) out << " pendingSnap=" << progress.pending_snapshot;
  if (!progress.recent_active) out << " inactive";
  if (progress.inflight > 0) {
    out << " inflight=" << progress.inflight << (progress.inflight_full ? "[full]" : "");
  }
  return out.str();
}

std::string text(const std::vector<raft::ConfChangeSingle>& changes) {
  std::ostringstream out;
  const char* separator = "";
  for (const raft::ConfChangeSingle& change : changes) {
    out << separator << letter(change.type) << change.node;
    separator = " ";
  }
  return out.str();
}

base::Result<std::vector<raft::ConfChangeSingle>> parse_changes(std::string_view text) {
  std::vector<raft::ConfChangeSingle> changes;
  for (const std::string_view word : split_words(text)) {
    if (word.size() < 2) return base::Error{"unknown token " + std::string(word)};
    raft::ConfChangeSingle change;
    switch (word.front()) {
      case 'v':
        change.type = raft::ConfChangeType::AddNode;
        break;
      case 'l':
        change.type = raft::ConfChangeType::AddLearnerNode;
        break;
      case 'r':
        change.type = raft::ConfChangeType::RemoveNode;
        break;
      case 'u':
        change.type = raft::ConfChangeType::UpdateNode;
        break;
      default:
        return base::Error{"unknown input: " + std::string(word)};
    }
    const base::Result<std::uint64_t> id = parse_number(word, word.substr(1));
    if (!id.ok()) {
      return base::Error{"strconv.ParseUint: parsing " + quoted(word.substr(1)) + ": invalid syntax"};
    }
    change.node = raft::NodeId(*id);
    changes.push_back(change);
  }
  return changes;
}

}  // namespace raftarium::datadriven::etcd
