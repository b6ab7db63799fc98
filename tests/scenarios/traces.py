#!/usr/bin/env python3
"""traces.py COMMAND...: exports every scenario with COMMAND export --format etcd-tla and judges the trace.

Learners in the first configuration, joint configurations, logs that are there from the beginning, and restarts after
a change of the configuration must be refused, for the specification has no words for them. Any other scenario without
duplicates, snapshots, disks that fail and mistakes on purpose must be accepted line by line. Then traces are spoiled
in every way that matters and must be refused, or the judge is blind. Prints "N passed, N failed" last.
"""
import collections
import copy
import glob
import json
import subprocess
import sys

import tla


def spoiled(lines):
    """Pairs of what was done to a trace and the trace."""
    def first(name):
        return next(at for at, line in enumerate(lines) if line["event"]["name"] == name)

    def last(name):
        return max(at for at, line in enumerate(lines) if line["event"]["name"] == name)

    def changed(at, change):
        copied = copy.deepcopy(lines)
        change(copied[at]["event"])
        return copied

    led = first("BecomeLeader")
    yield "a leader without its last vote", lines[:led - 1] + lines[led:]
    yield "a receipt left out", lines[:last("ReceiveAppendEntriesResponse")] + lines[last("Commit"):]
    for name in ("BecomeLeader", "Commit", "SendAppendEntriesRequest", "ReceiveAppendEntriesRequest"):
        at = last(name)
        yield f"{name} with another commit", changed(at, lambda e: e["state"].update(commit=e["state"]["commit"] + 1))
        yield f"{name} in another term", changed(at, lambda e: e["state"].update(term=e["state"]["term"] + 1))
        yield f"{name} with another log", changed(at, lambda e: e.update(log=e["log"] + 1))
        yield f"{name} with another vote", changed(at, lambda e: e["state"].update(vote="9"))
        yield f"{name} in another role", changed(at, lambda e: e.update(role="StateCandidate"))
        yield f"{name} in another configuration", changed(at, lambda e: e["conf"][0].pop())
    for field in ("term", "index", "logTerm", "commit", "entries"):
        at = next(i for i, line in enumerate(lines)
                  if line["event"]["name"] == "SendAppendEntriesRequest" and line["event"]["msg"]["entries"])
        yield f"an append with another {field}", changed(at, lambda e: e["msg"].update({field: e["msg"][field] + 1}))
    yield "a message received twice", lines[:last("ReceiveAppendEntriesRequest") + 1] + \
        lines[last("ReceiveAppendEntriesRequest"):]
    ready = next(at for at in range(led, len(lines)) if lines[at]["event"]["name"] == "Ready")
    yield "a Ready left out", lines[:ready] + lines[ready + 1:]
    yield "an entry from nowhere", [line for line in lines if line["event"]["name"] != "Replicate"]
    yield "a leader of an old log", changed(first("SendRequestVoteRequest"), lambda e: e["msg"].update(index=0))


def main():
    command = sys.argv[1:]
    passed = failed = 0
    seen = collections.Counter()
    whole = None

    def tell(good, what):
        nonlocal passed, failed
        passed, failed = passed + good, failed + (not good)
        print(("ok   " if good else "FAIL ") + what)

    for name in sorted(glob.glob("assets/scenarios/*.json")):
        if name.endswith("schema.json"):
            continue
        with open(name, encoding="utf-8") as source:
            scenario = json.load(source)
        cluster = scenario["cluster"]
        actions = scenario.get("actions", [])
        acts = {action["do"] for action in actions}
        forgets = any(action["do"] == "crash" and action.get("unsynced") != "kept" or
                      action["do"] == "nemesis" and "crash" in action["faults"] for action in actions)
        doubles = cluster.get("duplicate_per_million", 0) or any(
            action.get("duplicate_per_million", 0) for action in actions)
        changes = [action for action in actions if action["do"] in ("reconfigure", "leave_joint")]
        wordless = any(field in cluster for field in ("learners", "logs")) or any(
            action["do"] == "leave_joint" or "transition" in action or
            sum(len(action.get(field, [])) for field in ("add", "add_learners", "promote", "remove")) != 1
            for action in changes) or bool(changes and "restart" in acts)
        snapshots = cluster.get("snapshot_entries", 0) or cluster.get("snapshot_bytes", 0)
        unlike = "bugs" in cluster or acts & {"wipe", "duplicate", "snapshot", "damage", "fail_disk", "set_disk"}
        if not wordless and (unlike or doubles or snapshots):
            continue
        done = subprocess.run(command + ["export", name, "--format", "etcd-tla"], capture_output=True, text=True,
                              check=False)
        if wordless:
            tell(done.returncode == 2 and not done.stdout and "has no word for" in done.stderr,
                 f"{name}: refused: {done.stderr.strip()}")
            continue
        lines = [json.loads(line) for line in done.stdout.splitlines()]
        try:
            steps = tla.judge(lines, cluster.get("pre_vote", True), forgets)
        except tla.Refused as why:
            tell(False, f"{name}: {why}")
            continue
        seen.update(steps)
        tell(done.returncode == 0 and sum(steps.values()) > 100, f"{name}: {sum(steps.values())} steps")
        if name.endswith("leader_crash.json"):
            whole = lines
    for event in ("InitState", "BecomeFollower", "BecomeCandidate", "BecomeLeader", "Commit", "Replicate", "Ready",
                  "SendAppendEntriesRequest", "ReceiveAppendEntriesRequest", "SendAppendEntriesResponse",
                  "ReceiveAppendEntriesResponse", "SendRequestVoteRequest", "ReceiveRequestVoteRequest",
                  "SendRequestVoteResponse", "ReceiveRequestVoteResponse", "ChangeConf", "ApplyConfChange"):
        tell(seen[event] > 0, f"{event} is among what was judged ({seen[event]} times)")
    for what, lines in spoiled(whole):
        try:
            tla.judge(lines, True)
            tell(False, f"{what}: accepted")
        except tla.Refused:
            tell(True, f"{what}: refused")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
