#!/usr/bin/env python3
"""library.py COMMAND...: what every scenario of the library owes to those who read it and pass it on.

Each says what it teaches, where its facts come from and what must be seen, and no two have one title. Nine links of ten
have at most 2,000 characters, and every link gives its scenario back. What goes wrong when it is played is counted.
Prints one line for each that is missing, and "N passed, N failed" last.
"""
import glob
import json
import os
import subprocess
import sys
import tempfile

SHORT = 2000


def output_of(command, *arguments):
    return subprocess.run([*command, *arguments], capture_output=True, text=True, check=False).stdout.strip()


def complaints_about(command, folder, name, scenario):
    complaints = []
    if len(scenario.get("description", "")) < 100:
        complaints.append("it does not say what it teaches")
    if not all(scenario.get("sources", [""])):
        complaints.append("it has no source")
    if not scenario.get("expect"):
        complaints.append("it expects nothing")
    outcome = json.loads(output_of(command, "run", "--json", name))
    wanted = {"crash": "crashed", "wipe": "wiped", "pause": "paused", "drift": "clock drift", "isolate": "link cut",
              "drop": "taken off", "jump": "clock jump", "set_process": "slowed"}
    for action in scenario["actions"]:
        fault = wanted.get(action["do"])
        if fault and not outcome["faults"].get(fault):
            complaints.append(f"\"{action['do']}\" is not counted as \"{fault}\"")
    opened = os.path.join(folder, "opened.json")
    with open(opened, "w", encoding="utf-8") as out:
        out.write(output_of(command, "open", output_of(command, "share", name)))
    if json.loads(output_of(command, "run", "--json", opened))["digest"] != outcome["digest"]:
        complaints.append("its link holds something else")
    return complaints


def main():
    command = sys.argv[1:]
    passed = failed = short = 0
    titles = {}
    files = [name for name in sorted(glob.glob("assets/scenarios/*.json")) if not name.endswith("schema.json")]
    with tempfile.TemporaryDirectory() as folder:
        for name in files:
            with open(name, encoding="utf-8") as source:
                scenario = json.load(source)
            complaints = complaints_about(command, folder, name, scenario)
            short += len(output_of(command, "share", name)) <= SHORT
            if scenario["title"] in titles:
                complaints.append(f"it has the title of {titles[scenario['title']]}")
            titles[scenario["title"]] = name
            passed += not complaints
            failed += bool(complaints)
            if complaints:
                print(f"FAIL {name}: " + "; ".join(complaints))
    if 10 * short < 9 * len(files):
        failed += 1
        print(f"FAIL only {short} of {len(files)} links have at most {SHORT} characters")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not files else 0


if __name__ == "__main__":
    sys.exit(main())
