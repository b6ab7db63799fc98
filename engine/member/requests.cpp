#include "member/requests.h"

#include <algorithm>
#include <iterator>

namespace raftarium::member {

const char* describe(RequestEnd end) {
  switch (end) {
    case RequestEnd::Committed:
      return "committed";
    case RequestEnd::Refused:
      return "refused";
    case RequestEnd::Dropped:
      return "dropped";
    case RequestEnd::TimedOut:
      return "timed out";
    case RequestEnd::Unknown:
      return "unknown";
  }
  return "unknown";
}

const char* describe(ReadMode mode) {
  switch (mode) {
    case ReadMode::Linearizable:
      return "linearizable";
    case ReadMode::Lease:
      return "lease";
    case ReadMode::Serializable:
      return "serializable";
  }
  return "unknown";
}

void Requests::begin_life() { *this = Requests(life_ + 1, timeout_ticks_); }

Ticket Requests::refuse_write(raft::Refusal refusal) {
  const Ticket ticket = next();
  finished_.push_back({.ticket = ticket, .end = RequestEnd::Refused, .refusal = refusal});
  return ticket;
}

Ticket Requests::wait_for_write(const kv::Command& command, std::optional<raft::EntryId> entry) {
  const Ticket ticket = next();
  Write write{command.client, command.sequence, {}, now_};
  if (entry) {
    write.entry = *entry;
    by_index_.insert({entry->index, ticket});
  }
  if (command.client != 0) by_session_.insert({{command.client, command.sequence}, ticket});
  writes_.emplace(ticket, write);
  return ticket;
}

Ticket Requests::refuse_read(ReadMode mode, raft::Refusal refusal) {
  const Ticket ticket = next();
  answers_.push_back({.ticket = ticket, .mode = mode, .end = RequestEnd::Refused, .refusal = refusal});
  return ticket;
}

Ticket Requests::wait_for_read(ReadMode mode, kv::Range range) {
  const Ticket ticket = next();
  Read read{mode, std::move(range), now_, 0, mode == ReadMode::Serializable, {}};
  ++(read.asked ? answerable_ : unasked_);
  reads_.emplace(ticket, std::move(read));
  return ticket;
}

void Requests::finish(Ticket ticket, Finished how) {
  const auto at = writes_.find(ticket);
  const Write& write = at->second;
  by_index_.erase({write.entry.index, ticket});
  if (write.client != 0) by_session_.erase({{write.client, write.sequence}, ticket});
  how.ticket = ticket;
  finished_.push_back(how);
  writes_.erase(at);
}

void Requests::committed(raft::EntryId entry) {
  for (auto at = by_index_.lower_bound({entry.index, 0});
       at != by_index_.end() && at->first == entry.index;) {
    const Ticket ticket = (at++)->second;
    // Of the entry itself applied() tells.
    if (writes_.find(ticket)->second.entry != entry) finish(ticket, {.end = RequestEnd::Dropped});
  }
}

void Requests::applied(raft::EntryId entry, const kv::Command& command, const kv::Outcome& outcome) {
  const Finished how{.end = RequestEnd::Committed, .entry = entry, .outcome = outcome};
  while (true) {
    const auto at = by_index_.lower_bound({entry.index, 0});
    if (at == by_index_.end() || at->first != entry.index) break;
    finish(at->second, how);
  }
  if (command.client == 0) return;
  const Session session{command.client, command.sequence};
  while (true) {
    const auto at = by_session_.lower_bound({session, 0});
    if (at == by_session_.end() || at->first != session) break;
    finish(at->second, how);
  }
}

void Requests::restored(raft::Index index, const kv::Store& store) {
  std::vector<std::pair<Ticket, Finished>> ended;
  for (const auto& [ticket, write] : writes_) {
    const auto* const session = store.sessions().by_client().find(write.client);
    const bool passed = session != nullptr && session->value.sequence > write.sequence;
    if (session != nullptr && session->value.sequence == write.sequence) {
      ended.push_back({ticket, {.end = RequestEnd::Committed, .outcome = session->value.outcome}});
    } else if (passed || (!write.entry.index.is_zero() && write.entry.index <= index)) {
      ended.push_back({ticket, {.end = RequestEnd::Unknown}});
    }
  }
  for (const auto& [ticket, how] : ended) finish(ticket, how);
}

std::map<Ticket, Requests::Read>::iterator Requests::erase(std::map<Ticket, Read>::iterator at) {
  if (!at->second.asked) --unasked_;
  if (at->second.answerable()) --answerable_;
  return reads_.erase(at);
}

void Requests::end_late() {
  while (!writes_.empty() && late(writes_.begin()->second.asked_at)) {
    finish(writes_.begin()->first, {.end = RequestEnd::TimedOut});
  }
  for (auto at = reads_.begin(); at != reads_.end() && late(at->second.asked_at); at = erase(at)) {
    answers_.push_back({.ticket = at->first, .mode = at->second.mode, .end = RequestEnd::TimedOut});
  }
}

void Requests::ask_again() {
  for (auto& [ticket, read] : reads_) {
    if (read.answerable() || !read.asked) continue;
    read.asked = false;
    ++unasked_;
  }
}

void Requests::answered(std::uint64_t context, raft::Index read_index) {
  for (auto& [ticket, read] : reads_) {
    if (!read.asked || read.context != context || !read.index.is_zero()) continue;
    read.index = read_index;
    if (!read_index.is_zero()) ++answerable_;
  }
}

void Requests::read_from(const kv::Store& store) {
  const raft::Index applied(store.applied());
  std::size_t left = answerable_;
  for (auto at = reads_.begin(); left > 0 && at != reads_.end();) {
    const Read& read = at->second;
    if (read.answerable()) --left;
    if (!read.answerable() || read.index > applied) {
      ++at;
      continue;
    }
    answers_.push_back({.ticket = at->first,
                        .mode = read.mode,
                        .read_index = read.index,
                        .applied = applied,
                        .result = store.range(read.range)});
    at = erase(at);
  }
}

void Requests::take(std::vector<Finished>& finished, std::vector<Answer>& answers) {
  std::move(finished_.begin(), finished_.end(), std::back_inserter(finished));
  std::move(answers_.begin(), answers_.end(), std::back_inserter(answers));
  finished_.clear();
  answers_.clear();
}

}  // namespace raftarium::member
