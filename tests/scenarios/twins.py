#!/usr/bin/env python3
"""twins.py COMMAND...: plays every pair of twins with COMMAND run --json and looks whether the outcome flips.

Twins are two scenarios of one story, of which one has what mends the other. They have the same seed, and differ in
what is named here and in nothing else; and neither may meet what the other expects. Prints one line a pair that
failed, and "N passed, N failed" last.
"""
import json
import os
import subprocess
import sys
import tempfile

FOLDER = "assets/scenarios"
# What goes wrong, what is mended, and what makes the difference: fields of the cluster, or "actions".
TWINS = [
    ("applied_index_apart", "applied_index_with_store", ["bugs"]),
    ("blank_return", "blank_return_as_learner", ["actions"]),
    ("disruptive_returner", "returner_with_prevote", ["pre_vote", "check_quorum"]),
    ("figure_8_overwritten", "figure_8_committed", ["actions"]),
    ("leader_without_quorum", "leader_checks_quorum", ["check_quorum"]),
    ("lease_read_slow_clock", "read_index_slow_clock", ["actions", "request_deadline_us"]),
    ("lock_without_fence", "lock_with_fence", ["actions"]),
    ("long_log_catch_up", "snapshot_catch_up", ["snapshot_entries", "snapshot_part_bytes"]),
    ("lying_sync", "honest_sync", ["actions"]),
    ("no_stable_leader", "stable_with_prevote", ["pre_vote"]),
    ("partial_partition", "partial_partition_mended", ["pre_vote", "check_quorum", "actions"]),
    ("retry_without_session", "retry_with_session", ["actions"]),
    ("slow_disk", "slow_disk_handed_over", ["actions"]),
    ("slow_leader", "slow_leader_handed_over", ["actions"]),
    ("stuck_behind_follower", "loyal_follower", ["own"]),
    ("two_changes_at_once", "second_change_waits", ["bugs"]),
    ("uncommitted_without_limit", "uncommitted_limit", ["max_uncommitted_size"]),
]


def load(name):
    with open(os.path.join(FOLDER, name + ".json"), encoding="utf-8") as source:
        return json.load(source)


def play(command, folder, scenario):
    """The outcome, or what is wrong with the file."""
    path = os.path.join(folder, "twin.json")
    with open(path, "w", encoding="utf-8") as out:
        json.dump(scenario, out)
    done = subprocess.run(command + ["run", "--json", path], capture_output=True, text=True, check=False)
    return json.loads(done.stdout) if done.stdout else {"expectations": [], "ok": False, "error": done.stderr}


def differences(one, other):
    """What two scenarios have different: fields of the cluster, "seed" and "actions"."""
    first, second = one.get("cluster", {}), other.get("cluster", {})
    found = {field for field in {*first, *second} if first.get(field) != second.get(field)}
    found |= {field for field in ("seed", "actions") if one.get(field) != other.get(field)}
    return found


def judge(command, folder, names, allowed):
    complaints = []
    scenarios = [load(name) for name in names]
    found = differences(*scenarios)
    if found != set(allowed):
        complaints.append(f"they differ in {sorted(found)}, expected {sorted(allowed)}")
    for name, scenario in zip(names, scenarios):
        if not play(command, folder, scenario)["ok"]:
            complaints.append(f"{name} does not pass")
    for (name, scenario), (other_name, other) in zip(zip(names, scenarios), reversed(list(zip(names, scenarios)))):
        longest = max(scenario["duration_ms"], other["duration_ms"])
        crossed = dict(scenario, expect=other["expect"], duration_ms=longest)
        outcome = play(command, folder, crossed)
        if all(verdict["met"] for verdict in outcome["expectations"]):
            why = outcome.get("error", "it does")
            complaints.append(f"{name} was to break what {other_name} expects: {why}")
    return complaints


def main():
    command = sys.argv[1:]
    passed = failed = 0
    with tempfile.TemporaryDirectory() as folder:
        for *names, allowed in TWINS:
            complaints = judge(command, folder, names, allowed)
            if complaints:
                failed += 1
                print(f"FAIL {' and '.join(names)}: " + "; ".join(complaints))
            else:
                passed += 1
    paired = {name for *names, _ in TWINS for name in names}
    for file in sorted(os.listdir(FOLDER)):
        name = file.removesuffix(".json")
        if name != "schema" and "twin" in load(name)["description"] and name not in paired:
            failed += 1
            print(f"FAIL {name} speaks of a twin and has none here")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
