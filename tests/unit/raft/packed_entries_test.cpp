// Entries in little memory, against a plain list.

#include "raft/packed_entries.h"

#include <vector>

#include "base/prng.h"
#include "support/test.h"

namespace raftarium::raft {

using base::Bytes;
using base::BytesArena;
using base::Prng;

TEST_CASE("packed entries are what was appended, whatever was cut off in between") {
  Prng prng(21);
  for (int round = 0; round < 200; ++round) {
    const std::uint64_t first = 1 + prng.below(1000);
    PackedEntries packed{Index(first)};
    std::vector<Entry> plain;
    Term term(1);
    while (!packed.full()) {
      if (prng.below(20) == 0) term = term + 1;
      if (prng.below(40) == 0) {
        const std::size_t keep = prng.below(static_cast<std::uint32_t>(plain.size()) + 1);
        plain.resize(keep);
        packed.truncate(Index(first + keep));
        REQUIRE(packed.end() == Index(first + keep));
      }
      const std::string data(prng.below(3) == 0 ? prng.below(200) : prng.below(20),
                             static_cast<char>('a' + prng.below(26)));
      const auto type = static_cast<EntryType>(prng.below(3));
      plain.push_back({term, Index(first + plain.size()), type, Bytes(data)});
      REQUIRE(packed.append({&plain.back(), 1}) == 1);
    }
    for (const Entry& entry : plain) {
      BytesArena payloads(packed.small_bytes(entry.index));
      REQUIRE(packed.entry(entry.index, payloads) == entry);
      REQUIRE(packed.term(entry.index) == entry.term);
      REQUIRE(packed.entry_size(entry.index) == entry.size());
    }
  }
}

}  // namespace raftarium::raft
