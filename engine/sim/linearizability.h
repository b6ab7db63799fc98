#pragma once
// Linearizability: whether what clients were told can be explained by one copy of the data that does one
// operation at a time, each at some moment between its call and its return (Herlihy and Wing, 1990).
//
// A pure function of a history: it knows nothing of terms, logs or members, and so is a second opinion on
// everything that does. The search is Wing and Gong's with Lowe's memory of what was tried; keys are searched
// one by one, since a history is linearizable when it is so at each key.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace raftarium::sim {

// What a client did to one key, and what it was told.
struct Operation {
  enum class Kind : std::uint8_t {
    Write,  // value
    Erase,
    Swap,  // expected for value, if the key has that; `succeeded` says what was told
    Read,  // found; value and perhaps version, if it was there
  };
  // Of `returned`: nobody knows what came of it. It takes effect at any time after its call, or never.
  static constexpr std::uint64_t kNever = ~std::uint64_t{0};

  Kind kind = Kind::Read;
  std::uint64_t number = 0;  // names it in messages
  std::string key{};
  std::string value{};
  std::string expected{};
  bool found = false;
  bool succeeded = true;
  std::int64_t version = 0;  // Read: changes of the key since it was created, from 1; 0: it was not told
  // Moments on one clock. What is called at the moment when another returns overlaps with it.
  std::uint64_t called = 0;
  std::uint64_t returned = kNever;
};
std::string describe(const Operation& operation);  // "read x=5", "swap x from 5 to 6, refused"

struct LinearizabilityVerdict {
  enum class Kind : std::uint8_t { Holds, Broken, Unknown };
  Kind kind = Kind::Holds;     // Unknown: the search was given up
  std::uint64_t searched = 0;  // states
  // Broken: the operations that contradict each other, by number, and the contradiction in words.
  std::vector<std::uint64_t> numbers{};
  std::string why{};
};

// So many states are searched for each key at most.
inline constexpr std::uint64_t kMaxSearchedStates = 2'000'000;

// REQUIRES: called <= returned of each operation. The order of the list does not matter.
LinearizabilityVerdict check_linearizability(const std::vector<Operation>& history,
                                             std::uint64_t max_states = kMaxSearchedStates);

}  // namespace raftarium::sim
