#!/usr/bin/env python3
"""needed.py COMMAND... [--only NAME]: whether each scenario's expectations notice when its phenomenon does not occur.

Every scenario is played once more for each of its actions, without that action (a link that is cut both ways counts
as one), without all of them, and for each field of an action or of its cluster that makes what it shows, without that
field. None of these may meet its expectations: what can go and nobody notices does not belong into a scenario, or
nobody looked at it.
Left in peace are the clients' requests, and what only sets the pace.
Prints one line for each that was not missed, and "N passed, N failed" last.
"""
import copy
import glob
import json
import os
import subprocess
import sys
import tempfile

# What clients do is the load under which something is seen.
CLIENTS = {"put", "read", "swap", "delete", "load"}
# Fields that make room, or set the pace.
PACE = {"members", "election_ticks", "heartbeat_ticks", "tick_us", "latency_min_us", "latency_mean_us",
        "request_timeout_us", "request_deadline_us"}
# How an action is done, where it is not done as by itself: what a process that is only killed leaves is what a power
# failure leaves, once it is synced.
HOW = {"unsynced": {"torn"}, "transition": {"implicit", "explicit"}, "session": {False},
       "mode": {"lease", "serializable"}, "open": {True}, "clogged": {True}, "full": {True}, "syncs_lie": {True}}
# What may go unnoticed, and why: the scenario, then the action as described() says it, or the field.
SPARED = {
    # The links that this mends lead to or from a member that is down until the next mending.
    ("figure_8_committed", "at 610 heal_all"),
    ("figure_8_committed", "at 1000 heal_all"),
    ("figure_8_overwritten", "at 610 heal_all"),
    ("figure_8_overwritten", "at 1000 heal_all"),
    # S1, back at last, only follows S2: its link to S4, which this mends, carries nothing.
    ("figure_8_committed", "at 2100 heal_all"),
    # S4 does not hear S1 in term 2. Had it, it would have refused: S5 has its vote.
    ("figure_8_committed", "at 1000 cut S1 S4"),
    ("figure_8_overwritten", "at 1000 cut S1 S4"),
    # S1 is cut off from everybody before S4 could take the entry.
    ("figure_8_overwritten", 'when {"leader_elected": {"node": "S1", "term": 3}} cut S1 S4'),
    # A refused change leaves nothing behind. Its twin, in which it is taken, needs it.
    ("second_change_waits", "at 511 reconfigure"),
    # The leader, whom it is asked through, holds what the majority says.
    ("applied_index_apart", "at 5000 read S1 mode"),
    # Where all members hold the same, it does not matter who answers.
    ("applied_index_with_store", "at 5000 read S1 mode"),
    ("applied_index_with_store", "at 5000 read S3 mode"),
    # CheckQuorum alone makes no difference here; it is off so that the twins differ in little, or in one thing.
    ("disruptive_returner", "check_quorum"),
    ("stable_with_prevote", "check_quorum"),
}


def described(action):
    """An action in few words that do not change when others are put before it."""
    when = f"at {action['at_ms']}" if "at_ms" in action else "when " + json.dumps(action["when"])
    if "after_ms" in action:
        when += f" + {action['after_ms']}"
    who = [action[field] for field in ("node", "from", "to", "through") if field in action]
    return " ".join([when, action["do"], *who])


def turned(action):
    """What cuts, at the same moment, the other direction of the link that this action cuts; of others, nothing."""
    if action["do"] != "cut":
        return None
    return dict(action, **{"from": action["to"], "to": action["from"]})


def without_action(scenario, gone):
    return dict(scenario, actions=[action for action in scenario["actions"] if action not in gone])


def without_field(scenario, field):
    """As if it had not been thought of: a switch the other way round, anything else at its default."""
    changed = copy.deepcopy(scenario)
    value = changed["cluster"].pop(field)
    if isinstance(value, bool):
        changed["cluster"][field] = not value
    return changed


def variants(scenario):
    actions = scenario["actions"]
    for index, action in enumerate(actions):
        back = turned(action)
        if action["do"] not in CLIENTS and back not in actions[:index]:
            yield described(action), without_action(scenario, [action, back])
    others = [action for action in actions if action["do"] not in CLIENTS]
    if others:
        yield "anything but the clients", without_action(scenario, others)
    for index, action in enumerate(actions):
        for field in HOW.keys() & action.keys():
            if action[field] not in HOW[field]:
                continue
            plain = {name: value for name, value in action.items() if name != field}
            changed = actions[:index] + [plain] + actions[index + 1:]
            yield f"{described(action)} {field}", dict(scenario, actions=changed)
    for field in scenario.get("cluster", {}):
        if field not in PACE:
            yield field, without_field(scenario, field)


def play(command, files):
    """By file, whether the expectations were met. A file that is refused is not there."""
    done = subprocess.run(command + ["run", "--json"] + files, capture_output=True, text=True, check=False)
    outcomes = [json.loads(line) for line in done.stdout.splitlines()]
    return {outcome["file"]: outcome["ok"] for outcome in outcomes}


def complaint_about(name, what, met):
    """What is wrong with a scenario that was played without something, or as it is; met is None if it was refused."""
    if met is None:
        return f"cannot be played without \"{what}\""
    if not what:
        return None if met else "does not pass"
    if (name, what) in SPARED:
        return None if met else f"needs \"{what}\", which is spared"
    return f"does not need \"{what}\"" if met else None


def write(folder, only):
    """By file, the scenario's name and what it goes without."""
    files = {}
    for path in sorted(glob.glob("assets/scenarios/*.json")):
        name = os.path.basename(path).removesuffix(".json")
        if name == "schema" or only not in name:
            continue
        with open(path, encoding="utf-8") as source:
            scenario = json.load(source)
        for what, changed in [("", scenario), *variants(scenario)]:
            file = os.path.join(folder, f"{len(files)}.json")
            with open(file, "w", encoding="utf-8") as out:
                json.dump(changed, out)
            files[file] = (name, what)
    return files


def main():
    command = sys.argv[1:]
    only = ""
    if "--only" in command:
        only = command.pop(command.index("--only") + 1)
        command.remove("--only")
    with tempfile.TemporaryDirectory() as folder:
        files = write(folder, only)
        met = play(command, list(files))
    complaints = []
    for file, (name, what) in files.items():
        complaint = complaint_about(name, what, met.get(file))
        if complaint:
            complaints.append(f"{name} {complaint}")
    passed, failed = len(files) - len(complaints), len(complaints)
    for name, what in sorted(SPARED - set(files.values())):
        if only in name:
            failed += 1
            complaints.append(f"{name} has no \"{what}\", which is spared")
    for complaint in complaints:
        print(f"FAIL {complaint}")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
