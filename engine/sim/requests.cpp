#include "sim/requests.h"

#include "base/text.h"

namespace raftarium::sim {

std::string describe(const Request& request) {
  const kv::Command& command = request.command;
  switch (request.kind) {
    case Request::Kind::Put:
      if (request.is_conditional()) {
        return base::one_line("put " + request.key() + "=" + request.written() + " (token " +
                              std::to_string(command.compares.front().number) + " of " +
                              command.compares.front().key + ")");
      }
      return "put " + kv::describe(command);
    case Request::Kind::Delete:
      return kv::describe(command);
    case Request::Kind::Swap:
      return base::one_line("swap " + request.key() + " from " + command.compares.front().value + " to " +
                            request.written());
    case Request::Kind::Read:
      break;
  }
  return base::one_line("read " + command.key + " (" + member::describe(request.mode) + ")");
}

std::string told(const Request& request) {
  return request.found ? base::one_line(request.value) : "nothing";
}

std::vector<Operation> history_of(const RequestList& requests) {
  std::vector<Operation> history;
  for (const Request& request : requests) {
    const bool done = request.state == RequestState::Committed;
    if (request.state == RequestState::Refused || !request.is_linearizable()) continue;
    if (request.is_read() && !done) continue;
    // A put that its fence kept out had no effect; to the search, which looks at one key, there was none.
    if (request.kind == Request::Kind::Put && done && !request.succeeded) continue;
    Operation operation;
    operation.number = request.id;
    operation.key = request.key();
    operation.called = static_cast<std::uint64_t>(request.sent_us);
    if (done) operation.returned = static_cast<std::uint64_t>(request.done_us);
    switch (request.kind) {
      case Request::Kind::Put:
        operation.kind = Operation::Kind::Write;
        operation.value = request.written();
        break;
      case Request::Kind::Delete:
        operation.kind = Operation::Kind::Erase;
        break;
      case Request::Kind::Swap:
        operation.kind = Operation::Kind::Swap;
        operation.expected = request.command.compares.front().value;
        operation.value = request.written();
        operation.succeeded = request.succeeded;
        break;
      case Request::Kind::Read:
        operation.found = request.found;
        operation.value = request.value;
        operation.version = request.version;
        break;
    }
    // Without a session every attempt may take effect, and each but the answered one at any time.
    for (std::uint32_t more = 1; request.no_session && more < request.attempts; ++more) {
      history.push_back(operation);
      history.back().returned = Operation::kNever;
    }
    history.push_back(std::move(operation));
  }
  return history;
}

}  // namespace raftarium::sim
