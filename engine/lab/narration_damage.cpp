// What damage to a disk comes to: where it lies, and what a reader of the log will find.

#include "base/text.h"
#include "lab/narration_parts.h"
#include "storage/wal_reader.h"

namespace raftarium::lab {

namespace {

using base::text;

// Only whether the log can be read matters.
class NoVisitor : public storage::WalVisitor {
 public:
  base::Status segment(const storage::SegmentHeader&) override { return {}; }
  base::Status save(const std::vector<storage::WalRecord>&) override { return {}; }
};

// Why the log of `node` cannot be read to its end; empty where it can.
std::string finding(const sim::World& world, raft::NodeId node) {
  const storage::MemoryDisk* disk = world.disk(node);
  if (disk == nullptr) return {};
  storage::MemoryDisk copy = disk->without_faults();
  const auto sequences = storage::list_segments(copy.names());
  if (!sequences) return sequences.error().message;
  NoVisitor visitor;
  const auto end = storage::read_wal(copy, *sequences, std::nullopt, visitor);
  // What is wrong, without what follows from it: that is told when the member starts again.
  if (!end) return end.error().message.substr(0, end.error().message.find(';'));
  return end->torn ? storage::describe(*end->torn) : std::string();
}

}  // namespace

Told about_damage(const sim::World& world, const sim::Command& command) {
  const std::string whose = text(sim::name(command.node), "'s disk");
  const std::string what = command.zeroed
                               ? text("A sector of ", whose, " is lost, the one with byte ", command.offset,
                                      " of ", command.file, ".")
                               : text("One bit of ", whose, " flips, bit ", static_cast<int>(command.bit),
                                      " of byte ", command.offset, " of ", command.file, ".");
  const std::string unseen = command.zeroed ? "It reads as zeros, and nobody notices until then."
                                            : "Nobody notices until it is read.";
  const bool of_log = command.file.find(".wal") != std::string::npos;
  if (!of_log) return {what, unseen};
  const std::string found = finding(world, command.node);
  return {what, found.empty() ? text(unseen, " No record of the log lies there.")
                              : text(unseen, " A reader will find: ", found, ".")};
}

}  // namespace raftarium::lab
