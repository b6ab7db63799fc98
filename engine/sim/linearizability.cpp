#include "sim/linearizability.h"

#include <map>

#include "base/check.h"
#include "sim/linearizability_search.h"

namespace raftarium::sim {

namespace {

// Words for a contradiction between two operations, if there is one.

bool writes(const Operation& operation, const Operation& read) {
  const bool changes = operation.kind == Operation::Kind::Write ||
                       (operation.kind == Operation::Kind::Swap && operation.succeeded);
  if (read.found) return changes && operation.value == read.value;
  return operation.kind == Operation::Kind::Erase;
}

bool precedes(const Operation& a, const Operation& b) {
  return a.returned != Operation::kNever && a.returned < b.called;
}

std::string named(const Operation& operation) {
  return "request " + std::to_string(operation.number) + " (" + describe(operation) + ")";
}

// What contradicts a read: that nobody has written so, not yet, or that others have written over it.
bool explain_read(const std::vector<const Operation*>& operations, const Operation& read,
                  LinearizabilityVerdict& verdict) {
  const Operation* source = nullptr;
  std::size_t sources = 0;
  for (const Operation* operation : operations) {
    if (!writes(*operation, read)) continue;
    source = operation;
    ++sources;
  }
  if (sources == 0 && read.found) {
    verdict.numbers = {read.number};
    verdict.why = named(read) + " was told a value that nobody has written";
    return true;
  }
  if (sources > 1) return false;  // which of them it saw cannot be told
  if (read.found && source != nullptr && precedes(read, *source)) {
    verdict.numbers = {read.number, source->number};
    verdict.why = named(read) + " returned before " + named(*source) + " was called, which wrote it";
    return true;
  }
  for (const Operation* other : operations) {
    // A change that lies wholly between the one that was seen and the read.
    const bool changes = other->kind != Operation::Kind::Read && other->succeeded && other != source;
    if (!changes || writes(*other, read) || !precedes(*other, read)) continue;
    if (source != nullptr && !precedes(*source, *other)) continue;
    verdict.numbers = {other->number, read.number};
    verdict.why = named(*other) + " was acknowledged before " + named(read) +
                  " was called, which was told what was there before it";
    return true;
  }
  for (const Operation* other : operations) {
    // Somebody saw a change already that this one is yet to see.
    const bool saw = other->kind == Operation::Kind::Read && other->found && precedes(*other, read);
    if (!saw || source == nullptr || writes(*source, *other)) continue;
    for (const Operation* seen : operations) {
      if (!writes(*seen, *other) || !precedes(*source, *seen)) continue;
      verdict.numbers = {other->number, read.number};
      verdict.why = named(*other) + " had returned before " + named(read) +
                    " was called, and was told something newer";
      return true;
    }
  }
  return false;
}

void explain(const std::vector<const Operation*>& operations, const Operation& stuck,
             LinearizabilityVerdict& verdict) {
  if (stuck.kind == Operation::Kind::Read && explain_read(operations, stuck, verdict)) return;
  for (const Operation* operation : operations) {
    const bool read = operation->kind == Operation::Kind::Read && operation->returned != Operation::kNever;
    if (read && explain_read(operations, *operation, verdict)) return;
  }
  verdict.numbers = {stuck.number};
  verdict.why = "no order of the " + std::to_string(operations.size()) + " operations on \"" + stuck.key +
                "\" in which each takes effect between call and return gives " + named(stuck) +
                " what it was told";
}

}  // namespace

std::string describe(const Operation& operation) {
  switch (operation.kind) {
    case Operation::Kind::Write:
      return "write " + operation.key + "=" + operation.value;
    case Operation::Kind::Erase:
      return "delete " + operation.key;
    case Operation::Kind::Swap:
      return "swap " + operation.key + " from " + operation.expected + " to " + operation.value +
             (operation.succeeded ? "" : ", refused");
    case Operation::Kind::Read:
      break;
  }
  if (!operation.found) return "read " + operation.key + ": nothing";
  std::string text = "read " + operation.key + "=" + operation.value;
  if (operation.version > 0) text += ", version " + std::to_string(operation.version);
  return text;
}

LinearizabilityVerdict check_linearizability(const std::vector<Operation>& history,
                                             std::uint64_t max_states) {
  std::map<std::string, std::vector<const Operation*>> by_key;
  for (const Operation& operation : history) {
    CHECK(operation.called <= operation.returned, "operation ", operation.number,
          " returns before its call");
    by_key[operation.key].push_back(&operation);
  }
  LinearizabilityVerdict verdict;
  for (const auto& [key, operations] : by_key) {
    linearizability::Search search(operations, max_states);
    const auto kind = search.run();
    verdict.searched += search.searched();
    if (kind == LinearizabilityVerdict::Kind::Holds) continue;
    verdict.kind = kind;
    if (kind == LinearizabilityVerdict::Kind::Unknown) continue;  // another key may decide
    explain(operations, search.stuck(), verdict);
    return verdict;
  }
  return verdict;
}

}  // namespace raftarium::sim
