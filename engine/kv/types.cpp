#include "kv/types.h"

namespace raftarium::kv {

const char* describe(Refusal refusal) {
  switch (refusal) {
    case Refusal::None:
      return "ok";
    case Refusal::Compacted:
      return "the revision has been compacted";
    case Refusal::FutureRevision:
      return "the revision is in the future";
    case Refusal::SessionExpired:
      return "the session has expired";
    case Refusal::SequencePassed:
      return "a later request of the session was applied before";
  }
  return "unknown";
}

std::string describe(const Outcome& outcome) {
  std::string text;
  if (outcome.refusal != Refusal::None) {
    text = std::string("refused: ") + describe(outcome.refusal);
  } else {
    text = "revision " + std::to_string(outcome.revision);
    if (!outcome.succeeded) text += ", compares failed";
    if (outcome.deleted > 0) text += ", " + std::to_string(outcome.deleted) + " deleted";
  }
  if (outcome.repeated) text += " (repeated)";
  return text;
}

std::string prefix_end(std::string prefix) {
  while (!prefix.empty() && prefix.back() == '\xff') prefix.pop_back();
  if (!prefix.empty()) ++prefix.back();
  return prefix;
}

std::string key_end(std::string key) {
  key += '\0';
  return key;
}

}  // namespace raftarium::kv
