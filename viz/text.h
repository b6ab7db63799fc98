#pragma once
// Every sentence of the interface that is not about a particular world. Tooltips teach: what the action
// does, and what to watch for. The key, where there is one, is added by the button.

#include <cstdio>

#include "viz/words.h"

namespace raftarium::viz::text {

// Transport
inline constexpr const char* kToStart = "To the beginning, before the first event.";
inline constexpr const char* kStepBack =
    "One event back. Nothing is lost: what has been simulated is replayed when you go on.";
inline constexpr const char* kPlay = "Let virtual time run.";
inline constexpr const char* kPause = "Stop virtual time.";
inline constexpr const char* kStep = "One event forward: a message arrives, a timer ticks, an act happens.";
inline constexpr const char* kNextMark = "Runs until the next leader is elected or the next entry commits.";
inline constexpr const char* kLastMark = "Back to the last election, commit or violation.";
inline constexpr const char* kToEnd = "To the end of what has been simulated on this branch.";
inline constexpr const char* kSlower = "Slower: more real time for each virtual second.";
inline constexpr const char* kFaster = "Faster: less real time for each virtual second.";
inline constexpr const char* kSpeed = "Virtual seconds for each real second.";
inline constexpr const char* kTime = "Virtual time since the world began.";

// Top bar
inline constexpr const char* kScenario = "Open another scenario: a cluster, a seed and a list of acts.";
inline constexpr const char* kBranches =
    "Acting in the past starts a new branch and keeps the old future. Switch between them here.";
inline constexpr const char* kShare =
    "Copy a link to this session. Whoever opens it stands where you stand, and sees all that you did on "
    "this branch.";
inline constexpr const char* kExport = "Take this away as a file.";
inline constexpr const char* kExportSvg =
    "The part of the diagram that is shown, as a picture (SVG) for a text or a slide.";
inline constexpr const char* kHelp = "Keys and gestures.";
inline constexpr const char* kMore =
    "Every action, when the clock stops by itself, and what else there is.";
inline constexpr const char* kFindAction =
    "A list of everything that can be done, narrowed down by typing.";
inline constexpr const char* kSlowMotion = "Time goes slower at elections, crashes and violations.";
inline constexpr const char* kBreakpoint = "The clock stops by itself there.";
inline constexpr const char* kToLight = "Light colours.";
inline constexpr const char* kToDark = "Dark colours.";

// Acts on a member
inline constexpr const char* kCrash =
    "Stops the process at once. What it had not made durable is gone; term, vote and log survive.";
inline constexpr const char* kRestart = "Starts the process again from its storage, as a follower.";
inline constexpr const char* kPauseNode =
    "The process stands still: it handles nothing and its clock stops, as in a long garbage collection.";
inline constexpr const char* kResume = "The process goes on where it stood still.";
inline constexpr const char* kIsolate =
    "Cuts every link from and to this member. Watch a leader lose its quorum and step down.";
inline constexpr const char* kTimeout =
    "Its election timer runs out now: it asks for votes, if its log is up to date it may win.";
inline constexpr const char* kTransfer =
    "The leader hands over to the most up-to-date follower, without waiting for a timeout.";
inline constexpr const char* kPropose =
    "A client writes a value through this member. A follower passes it on to the leader.";
inline constexpr const char* kHealAll = "Every link carries again, in both directions.";
inline constexpr const char* kUndo =
    "Goes to just before your last act. The branch stays; act again for another future.";
inline constexpr const char* kCutLink =
    "Cuts one direction of this link: what is sent is lost, answers may still come.";
inline constexpr const char* kHealLink = "This direction of the link carries again.";
inline constexpr const char* kClient =
    "A client writes a value through whoever leads, and tries again until it is committed.";

// Acts on a disk
inline constexpr const char* kSlowDisk =
    "Every sync of its disk takes 200 ms. It goes on hearing and answering; what needs the disk waits.";
inline constexpr const char* kQuickDisk = "Syncs take no time again.";
inline constexpr const char* kFullDisk =
    "No write finds space. The member steps aside at its next one; its log can still be read.";
inline constexpr const char* kFreeDisk = "There is space again. Restart the member.";
inline constexpr const char* kLyingDisk =
    "Syncs report success and keep nothing: all is well until the power fails.";
inline constexpr const char* kHonestDisk = "A sync means what it says again.";
inline constexpr const char* kWipe =
    "A new machine under the old name: it has forgotten its term, its vote and its log.";
inline constexpr const char* kFailSync =
    "Its next sync fails. Nobody knows what of it is on the disk, so the member stops.";
inline constexpr const char* kFailWrite = "Its next write fails, and the member stops.";
inline constexpr const char* kSnapshot =
    "It writes its store to a file now and forgets the log that led there.";
inline constexpr const char* kTear =
    "The power fails: of what was written and not synced, any part may be on the disk. Restart and see.";
inline constexpr const char* kKill = "The process ends; the machine and its page cache go on.";
inline constexpr const char* kDamage =
    "One bit of this record flips. Nobody notices until the log is read: crash the member and restart it.";
inline constexpr const char* kLoseSector =
    "The 512 bytes in the middle of this record read as zeros. Nobody notices until the log is read.";
inline constexpr const char* kFlakyDisk =
    "One time in twenty a write is cut short or finds no room, a read fails, or a sync lies.";
inline constexpr const char* kSteadyDisk = "Nothing goes wrong by chance.";
inline constexpr const char* kSyncsFail =
    "One sync in twenty fails, and what it was for may never be durable: the member stops.";
inline constexpr const char* kWritesFail = "One write in twenty fails, and the member stops.";
inline constexpr const char* kReadsFail = "One read in twenty fails.";
inline constexpr const char* kNoRoomSometimes = "One write in twenty finds no room.";
inline constexpr const char* kShortWrites = "One write in twenty is cut short.";
inline constexpr const char* kSomeSyncsLie =
    "One sync in twenty reports success, and a power failure takes what it was for.";
inline constexpr const char* kAstray =
    "One read or write in twenty takes place a little further on in the file.";
inline constexpr const char* kBitRot = "One read in twenty finds a bit flipped, for good.";
inline constexpr const char* kSectorsLost = "One read in twenty finds a sector full of zeros, for good.";
inline constexpr const char* kNotByChance = "Not any more by chance.";
inline constexpr const char* kFailRead = "Its next read fails.";
inline constexpr const char* kNoRoomOnce = "Its next write finds no room.";
inline constexpr const char* kShortWriteOnce = "Its next write is cut short.";
inline constexpr const char* kLyingSyncOnce =
    "Its next sync reports success, and a power failure takes what it was for.";
inline constexpr const char* kStrayWrite = "Its next write lands in another place than it should.";
inline constexpr const char* kStrayRead = "Its next read brings what lies in another place.";
inline constexpr const char* kChanceMenu = "What goes wrong with its disk by chance, each for itself.";
inline constexpr const char* kOnceMenu = "What goes wrong with its disk the next time.";
inline constexpr const char* kEveryLink = "Latency, loss and the like of every link at once.";
inline constexpr const char* kEveryDisk = "What goes wrong with every disk by chance.";
inline constexpr const char* kLetItLead = "The leader hands over to this member.";
inline constexpr const char* kNemesis =
    "Twenty faults at random: crashes, pauses, cuts, clocks. A majority stays, so that nothing is lost.";
inline constexpr const char* kRandomPartition =
    "Half of the members, chosen at random, against the others.";
inline constexpr const char* kRecordDurable = "Synced: a power failure leaves it.";
inline constexpr const char* kRecordCached = "Only in the page cache: a power failure now would take it.";

// Acts on a clock
inline constexpr const char* kFastClock = "Its clock runs half as fast again: its timers run out early.";
inline constexpr const char* kSlowClock = "Its clock runs at half speed: it trusts a lease for too long.";
inline constexpr const char* kStopClock = "Its clock stands still: its timers never run out.";
inline constexpr const char* kRightClock = "Its clock runs as everybody's.";
inline constexpr const char* kJumpClock =
    "Its clock jumps a second ahead: every timer in between runs out.";

// Acts on a process
inline constexpr const char* kSlowProcess =
    "Each message, tick and request takes it 10 ms, one after the other. Watch a leader limp: nobody takes "
    "over.";
inline constexpr const char* kStallingProcess =
    "One time in fifty it stands still for 400 ms, as in a long garbage collection; what arrives waits.";
inline constexpr const char* kQuickProcess = "What it does takes no time again.";

// What a client asks
inline constexpr const char* kRead =
    "As new as anything that was acknowledged: the leader asks a majority first (ReadIndex, §6.4).";
inline constexpr const char* kReadLease =
    "The leader answers at once while its lease lasts. Right as long as clocks run alike.";
inline constexpr const char* kPutBare =
    "Nobody can tell a repetition from a new write: what is asked twice may be applied twice.";
inline constexpr const char* kReadLocal = "What this member has, at once; perhaps stale.";
inline constexpr const char* kSwap = "Writes a new value if the key still holds what it holds now.";
inline constexpr const char* kDelete = "A client deletes a key.";
inline constexpr const char* kLoad = "A hundred requests, half of them reads, from five clients.";
inline constexpr const char* kStorm =
    "A hundred requests, one every 5 ms on average, whether or not the ones before are answered.";
inline constexpr const char* kPutFenced =
    "A write that the store refuses if that key has been changed since: a fencing token.";
inline constexpr const char* kAsk = "What a client can ask through this member.";
inline constexpr const char* kDiskMenu = "What can happen to its disk.";
inline constexpr const char* kClockMenu = "What can happen to its clock and its process.";

// The log matrix
inline constexpr const char* kDockHigh = "More room for this panel, or less.";
inline constexpr const char* kCommit =
    "The commit index, as far as this member knows: what lies before the bar is on a majority, and stays.";
inline constexpr const char* kApplied = "So far the store has taken the log in.";
inline constexpr const char* kMatch = "The leader knows that the logs are the same up to here.";
inline constexpr const char* kNext = "The leader will send this entry next.";

// The clients
inline constexpr const char* kPoint =
    "The dot is where it can have taken effect at once. Dots in the order of the log explain every answer.";
inline constexpr const char* kStale =
    "Stale: when it was asked, a later write to this key had been acknowledged already.";
inline constexpr const char* kToQuestion = "To the moment at which the client asked.";
inline constexpr const char* kToAnswer = "To the moment at which the client was answered, or gave up.";
inline constexpr const char* kShowRequests = "What clients asked, and what came of it.";
inline constexpr const char* kShowStores = "What each member's store holds, beside the others'.";
inline constexpr const char* kNoStores = "No store holds a key yet. A client's write puts one there.";
inline constexpr const char* kNotKept = "not kept";
inline constexpr const char* kNotKeptLong =
    "There was so much that only what came after this moment is kept.";
inline constexpr const char* kExplain = "Explain";
inline constexpr const char* kProperties = "What each property says, and where to read about it.";
inline constexpr const char* kToViolation = "Go to the event that broke it.";
inline constexpr const char* kRules = "Also name the rule behind each line, and where to read about it.";

// Changes of the configuration
inline constexpr const char* kMembersMenu = "Whether it votes, learns, or is in the configuration at all.";
inline constexpr const char* kAddMember =
    "It is sent the log and votes from then on: majorities are counted anew.";
inline constexpr const char* kAddLearner =
    "It is sent the log and does not vote: it cannot slow a commit down.";
inline constexpr const char* kPromote = "The learner votes from then on.";
inline constexpr const char* kDemote = "It is sent the log, and votes no more.";
inline constexpr const char* kRemoveMember =
    "It leaves the configuration. A leader goes on until that is committed.";
inline constexpr const char* kReplace =
    "In one step, through a joint configuration: until it is left, a majority of the old half and one of "
    "the new half decide (§4.3).";
inline constexpr const char* kStayJoint = "The same, and the joint configuration stays until you leave it.";
inline constexpr const char* kLeaveJoint = "Goes on to the new half alone.";

// Acts on a link, one direction
inline constexpr const char* kSlowLink = "What is sent takes 100 ms at least.";
inline constexpr const char* kQuickLink = "What is sent takes 10 ms at least.";
inline constexpr const char* kUnevenLink =
    "What is sent takes 100 ms longer on average, some of it much longer: messages overtake each other.";
inline constexpr const char* kEvenLink = "All messages take the same time.";
inline constexpr const char* kLossyLink = "Three messages in ten are lost.";
inline constexpr const char* kLosslessLink = "Nothing is lost by chance.";
inline constexpr const char* kTwiceLink = "Three messages in ten arrive twice.";
inline constexpr const char* kOnceLink = "Nothing arrives twice by chance.";
inline constexpr const char* kReplayLink = "With three messages in ten an old one comes again.";
inline constexpr const char* kNothingOldLink = "What has arrived does not come again by chance.";
inline constexpr const char* kClogLink =
    "What arrives waits at its end, as behind a full buffer. Nothing is lost.";
inline constexpr const char* kUnclogLink = "All that waits at its end arrives at once.";

inline constexpr const char* kSides = "Which side of the network's cuts it is on.";
inline constexpr const char* kJoinSide =
    "It leaves its side of the cut: its links are cut to those, and carry to these.";
inline constexpr const char* kHealSide = "Links carry again between its side and that one.";

// Acts in full: what is said of them is written in a form
inline constexpr const char* kSetLink = "Any latency, and any chance of what can go wrong on the way.";
inline constexpr const char* kSetDisk = "Any time for a sync, and any chance of what can go wrong.";
inline constexpr const char* kSetProcess = "Any time for what it does, and for its stalls.";
inline constexpr const char* kEveryProcess = "What is so for every process at once.";
inline constexpr const char* kDamageAt =
    "A bit of any byte of any file, a snapshot's too, or a whole sector.";
inline constexpr const char* kJumpClockBy = "Forward by any time.";
inline constexpr const char* kDriftClock = "Faster or slower by any part; at -100 % it stands still.";
inline constexpr const char* kAskInFull = "Any key and value, through whom you like.";
inline constexpr const char* kChangeMembers =
    "Any changes at once, and how a joint configuration is left (§4.3).";
inline constexpr const char* kHandOverTo = "The leader hands over to the member that you name.";
inline constexpr const char* kDelayBy = "It arrives as much later as you say.";
inline constexpr const char* kPartAs =
    "Name the sides: links between them are cut, links inside them carry.";
inline constexpr const char* kPartSize = "So many members, chosen at random, against the others.";
inline constexpr const char* kNemesisAs = "Which faults strike, how often, and for how long.";

// Acts on a message
inline constexpr const char* kDrop = "Takes it off the wire. Raft must do without it.";
inline constexpr const char* kDelay =
    "It arrives 300 ms later than it would, perhaps after its successors.";
inline constexpr const char* kDuplicate = "A second copy sets out: receivers must bear it.";
inline constexpr const char* kDeliver = "It arrives at once, before whatever was sent earlier.";

// Stage
inline constexpr const char* kAllSigns = "What every shape on the stage stands for.";
inline constexpr const char* kFirstHint =
    "Drag across links to cut them. Click a member for what it knows, right-click it for all that can be "
    "done.";
inline constexpr const char* kFirstHintTouch =
    "Draw across links to cut them. Tap a member, or hold it for more.";
inline constexpr const char* kCutHint = "drag a member across, or click the cut to heal";
inline constexpr const char* kStageHint =
    "Drag across links to cut them · drag a member to move it · right-click for more";
inline constexpr const char* kTidy = "Every member where it stood at first, and the whole stage in sight.";
inline constexpr const char* kStageHintTouch = "Drag across links to cut them · hold for more";

// Branches
inline constexpr const char* kCompare =
    "Where this branch and the current one part, and how their logs differ.";
inline constexpr const char* kRenameBranch =
    "Gives this branch another name: Enter takes it, Esc leaves it.";
inline constexpr const char* kDeleteBranch = "Forgets this branch.";
inline constexpr const char* kSameLogs = "They hold the same.";
inline constexpr const char* kNeverPart = "The two branches do the same.";

// Gallery
inline constexpr const char* kGallery = "Choose a scenario, or drop a scenario file on the window.";

// Empty states
inline constexpr const char* kNoStory =
    "Nothing has happened yet. Play lets time run; a step is one event.";
inline constexpr const char* kNoMember =
    "Click a member on the stage, or press its number, to see its term, vote, log and timers. Drag across "
    "links to cut them; right-click, or hold, for more.";
inline constexpr const char* kNoRequests =
    "No client has asked for anything yet. Press P, or the client on the stage, to write a value.";
inline constexpr const char* kNoDisk =
    "Select a member to see its disk: the records of its log, what is synced, and what a power failure "
    "would "
    "take.";
inline constexpr const char* kNoEntries = "No entries yet: a leader appends the first one.";
inline constexpr const char* kNoProgress = "Only a leader keeps track of its followers.";

// "4.382 s"
inline Words seconds(std::int64_t us, int digits = 3) {
  char buffer[48];
  std::snprintf(buffer, sizeof buffer, "%.*f", digits, static_cast<double>(us) / 1e6);
  return buffer;
}
// "340 ms", or "1.2 s" when long.
inline Words duration(std::int64_t us) {
  char buffer[48];
  if (us < 1000) {
    std::snprintf(buffer, sizeof buffer, "%lld µs", static_cast<long long>(us));
  } else if (us < 10'000'000) {
    std::snprintf(buffer, sizeof buffer, "%lld ms", static_cast<long long>(us / 1000));
  } else {
    std::snprintf(buffer, sizeof buffer, "%.1f s", static_cast<double>(us) / 1e6);
  }
  return buffer;
}
inline Words node(std::uint64_t id) { return "S" + digits(id); }

}  // namespace raftarium::viz::text
