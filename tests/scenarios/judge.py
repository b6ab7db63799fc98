#!/usr/bin/env python3
"""judge.py BUILD FOLDER COMMAND...: plays every scenario with COMMAND run --json and judges the outcome.

A scenario passes when its expectations hold and its digest is the one that the release build wrote into
FOLDER. The release build itself is played twice, and writes. Prints one line a scenario that failed, and
"N passed, N failed" last.
"""
import glob
import json
import os
import subprocess
import sys


def play(command, files):
    done = subprocess.run(command + ["run", "--json"] + files, capture_output=True, text=True, check=False)
    if done.stderr:
        print(done.stderr, end="")
    outcomes = {}
    for line in done.stdout.splitlines():
        outcome = json.loads(line)
        outcomes[outcome["file"]] = outcome
    return outcomes


def main():
    build, folder, command = sys.argv[1], sys.argv[2], sys.argv[3:]
    files = sorted(glob.glob("assets/scenarios/*.json"))
    files = [name for name in files if not name.endswith("schema.json")]
    first = play(command, files)
    reference_file = os.path.join(folder, "release.json")
    if build == "release":
        reference = play(command, files)
        with open(reference_file, "w", encoding="utf-8") as out:
            json.dump({name: outcome["digest"] for name, outcome in reference.items()}, out, indent=1)
        expected = {name: outcome["digest"] for name, outcome in reference.items()}
    else:
        if not os.path.exists(reference_file):
            print(f"{reference_file} is missing: run the suite \"scenarios\" first")
            print("0 passed, 1 failed")
            return 1
        with open(reference_file, encoding="utf-8") as source:
            expected = json.load(source)
    passed = failed = 0
    for name in files:
        outcome = first.get(name)
        complaints = []
        if outcome is None:
            complaints.append("it was not played to the end")
        else:
            complaints += [f"not met: {v['expectation']} ({v['why']})" for v in outcome["expectations"] if not v["met"]]
            if not outcome["expectations"]:
                complaints.append("it expects nothing, so it cannot fail")
            if outcome["digest"] != expected.get(name):
                complaints.append(f"digest: expected {expected.get(name)} as in release, got {outcome['digest']}")
            if not outcome["ok"] and not complaints:
                complaints += [f"violated: {v['property']}: {v['why']}" for v in outcome["violations"]]
        if complaints:
            failed += 1
            print(f"FAIL {name} ({build}): " + "; ".join(complaints))
        else:
            passed += 1
            print(f"ok   {name} ({build}) {outcome['digest']}")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not files else 0


if __name__ == "__main__":
    sys.exit(main())
