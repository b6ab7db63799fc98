// What commands do, told by whom they meet.

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "lab/narration_parts.h"

namespace raftarium::lab {

namespace {

using base::text;
using sim::name;

// "5 ms", "1500 us"
std::string in_ms(sim::TimeUs time_us) {
  return time_us % 1000 == 0 ? text(time_us / 1000, " ms") : text(time_us, " us");
}

std::string disk_text(const sim::DiskSettings& disk) {
  std::string what = disk.sync_min_us + disk.sync_mean_us == 0
                         ? std::string("A sync takes no time")
                         : text("A sync takes ", disk.sync_min_us / 1000, " ms");
  if (disk.sync_mean_us > 0) what += text(" and ", disk.sync_mean_us / 1000, " ms on average on top");
  if (disk.full) what += "; it is full";
  if (disk.syncs_lie) what += "; it says that it has synced and has not";
  for (const auto& [chance, fails] :
       {std::pair{disk.write_error_per_million, " % of writes fail"},
        std::pair{disk.sync_error_per_million, " % of syncs fail"},
        std::pair{disk.read_error_per_million, " % of reads fail"},
        std::pair{disk.no_space_per_million, " % of writes find no space"},
        std::pair{disk.short_write_per_million, " % of writes are cut short"},
        std::pair{disk.lying_sync_per_million, " % of syncs are none"},
        std::pair{disk.misdirected_per_million, " % of reads and writes miss their place"},
        std::pair{disk.bit_flip_per_million, " % of reads find a bit flipped"},
        std::pair{disk.zeroed_sector_per_million, " % of reads find a sector lost"}}) {
    if (chance > 0) what += text("; ", chance / 10'000, fails);
  }
  return what + ".";
}

std::string process_text(const sim::ProcessSettings& process) {
  std::string what;
  if (process.step_us > 0)
    what = text("Each message, tick, request and end of a sync takes it ", in_ms(process.step_us),
                ", one after the other: what arrives meanwhile waits.");
  if (process.stall_per_million > 0)
    what += text(what.empty() ? "" : " ", "In ", process.stall_per_million / 10'000,
                 " % of what it does it stalls for ", in_ms(process.stall_us), ".");
  return what.empty() ? "What it does takes no time." : what;
}

// Why majorities before and after a change have a member in common.
std::string why_safe(const sim::Command& command) {
  const auto& changes = command.changes;
  if (changes.size() > 1 || command.transition != raft::ConfChangeTransition::Auto)
    return "In between, the configuration is joint: old and new voters each need a majority.";
  if (changes.front().kind == sim::Change::Kind::AddLearner)
    return "A learner gets every entry and counts for no majority.";
  return "One voter more or less: any two majorities still overlap.";
}

}  // namespace

Told about_act(const sim::World& world, const sim::Command& command) {
  using Kind = sim::Command::Kind;
  const std::string who = name(command.node);
  switch (command.kind) {
    case Kind::Put:
    case Kind::Delete:
    case Kind::Read:
    case Kind::Swap: {
      const sim::Request& request = world.requests().back();
      return {text("A client asks ", name(request.at), " to ", request_text(request), "."),
              command.node == raft::kNone ? "It takes that member for the leader." : ""};
    }
    case Kind::Load:
      return {
          command.load.open
              ? text("Clients begin to send ", command.load.count, " requests, whatever happens.")
              : text(command.load.clients, command.load.clients == 1 ? " client begins" : " clients begin",
                     " to send ", command.load.count, " requests, each after an answer."),
          text("One every ", command.load.every_us / 1000, " ms; ", command.load.reads_per_million / 10'000,
               " % are reads (", member::describe(command.mode), ").")};
    case Kind::Nemesis:
      return {text("A nemesis begins: it will strike ", command.nemesis.strikes, " times."),
              text("One fault every ", command.nemesis.between_us / 1000, " ms on average, undone after ",
                   command.nemesis.lasts_us / 1000,
                   " ms. It leaves a majority running, so that what is committed survives.")};
    case Kind::Crash:
      if (command.unsynced == member::Unsynced::Torn)
        return {text(who, " loses power."), "Of what it was writing, any part may have reached the disk."};
      if (command.unsynced == member::Unsynced::Kept)
        return {text(who, "'s process is killed."),
                "Its memory is gone; the machine keeps what was written."};
      return {text(who, " crashes."), "Its memory is gone; what it had stored stays."};
    case Kind::Restart:
      if (!world.member(command.node).running())
        return {text(who, " tries to start again."), "Its disk does not let it."};
      return {text(who, " starts again."),
              text("Its storage holds term ", world.member(command.node).node().term(),
                   " and a log up to entry ", world.member(command.node).node().last_index(), ".")};
    case Kind::Pause:
      return {text(who, " is paused."), "Its clock stands still and its messages wait."};
    case Kind::Resume:
      return {text(who, " goes on."), "It has no idea how long it was away."};
    case Kind::Isolate:
      return {text(who, " is cut off from everybody."), "Messages are lost in both directions."};
    case Kind::Cut:
      return {text("The link ", who, "→", name(command.peer), " is cut."),
              "The other direction still works."};
    case Kind::Heal:
      return {text("The link ", who, "→", name(command.peer), " works again."), ""};
    case Kind::Partition: {
      std::string sides;
      for (const auto& group : command.groups) sides += (sides.empty() ? "{" : " | {") + names(group) + "}";
      return {text("The network splits: ", sides, "."), "Nothing passes between the sides."};
    }
    case Kind::HealAll:
      return {"The network is whole again.", "Every link carries messages."};
    case Kind::Timeout:
      return {text(who, "'s election timer runs out at once."), ""};
    case Kind::Transfer:
      return {text(who, " is told to hand over to ", name(command.peer), "."), ""};
    case Kind::Drop:
      return {text("Message ", command.message, " is taken off the wire."), ""};
    case Kind::Delay:
      return {text("Message ", command.message, " is held up for ", command.delay_us / 1000, " ms."), ""};
    case Kind::Duplicate:
      return {text("A copy of message ", command.message, " sets out."),
              "Networks do that, and Raft must bear it."};
    case Kind::Deliver:
      return {text("Message ", command.message, " arrives at once."), ""};
    case Kind::Drift:
      if (command.drift_ppm == 0) return {text(who, "'s clock runs right again."), ""};
      if (command.drift_ppm <= -1'000'000)
        return {text(who, "'s clock stands still."), "Its timers never run out."};
      return {text(who, "'s clock runs ", command.drift_ppm > 0 ? "fast" : "slow", ", by ",
                   std::max(command.drift_ppm, -command.drift_ppm) / 10'000, " %."),
              "Raft is safe whatever the clocks do; only leases trust them."};
    case Kind::Jump:
      return {text(who, "'s clock jumps ahead by ", command.delay_us / 1000, " ms."), ""};
    case Kind::Wipe:
      return {text(who, " loses its disk."),
              "It forgets its term, its vote and its log: it is a new machine under an old name."};
    case Kind::SetDisk:
      return {
          command.node == raft::kNone ? std::string("Every disk changes.") : text(who, "'s disk changes."),
          disk_text(command.disk)};
    case Kind::FailDisk:
      return {text("The next ", storage::describe(command.disk_op), " of ", who,
                   "'s disk will go wrong: ", storage::describe(command.disk_fault), "."),
              ""};
    case Kind::Damage:
      return about_damage(world, command);
    case Kind::Snapshot:
      return {text(who, " is told to make a snapshot."), ""};
    case Kind::Reconfigure:
      return {text(who, " is told to change the configuration: ", sim::describe(command.changes), "."),
              why_safe(command)};
    case Kind::LeaveJoint:
      return {text(who, " is told to leave the joint configuration."), ""};
    case Kind::SetProcess: {
      const std::string whose = command.node == raft::kNone ? "Every process" : text(who, "'s process");
      return {text(whose, command.process.is_slow() ? " becomes slow." : " is as quick as ever."),
              process_text(command.process)};
    }
    case Kind::SetLink:
      return {command.node == raft::kNone ? std::string("Every link changes.")
                                          : text("The link ", who, "→", name(command.peer), " changes."),
              text("Latency ", command.link.latency_min_us / 1000, " ms and ",
                   command.link.latency_mean_us / 1000, " ms on average on top; ",
                   command.link.loss_per_million / 10'000, " % are lost.",
                   command.link.clogged ? " It is clogged: what arrives waits until it is not." : "")};
  }
  return {};
}

}  // namespace raftarium::lab
