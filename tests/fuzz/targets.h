#pragma once
// What is fuzzed: everything that takes bytes from a disk or from strangers. Each target takes any bytes and
// ends the program (CHECK, sanitizer) when it finds something wrong. README.md says how to run them.

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "storage/wal_format.h"

namespace raftarium::fuzz {

using Input = std::span<const std::uint8_t>;

// Whose logs and snapshots the seeds are; the targets open those of nobody else.
inline constexpr storage::Identity kIdentity{7, raft::NodeId(2)};

void wal(Input input);         // a log of one or two segments is opened, written to and opened again
void snapshot(Input input);    // a snapshot file is decoded
void record(Input input);      // a record and its payload are decoded
void kv_command(Input input);  // a command of the store is decoded
void scenario(Input input);    // a scenario file is parsed, written and parsed again
void link(Input input);        // a link is opened; an odd first byte: the rest is what its text stands for

struct Target {
  const char* name;
  void (*run)(Input);
};
const std::vector<Target>& targets();

// The committed corpus, as our own writers make it.
struct Seed {
  std::string target;
  std::string name;
  std::string bytes;
};
std::vector<Seed> make_seeds();

}  // namespace raftarium::fuzz
