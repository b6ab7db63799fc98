#!/usr/bin/env python3
"""The desktop program as a person uses it: a window under Xvfb, a real pointer and real keys through xdotool.

    desktop.py path/to/raftarium-desktop [--pictures FOLDER] [--only TEXT]

What is asserted is the engine's state as the program hands it out (driver.py), never pixels; pictures are kept for
people to look at. A session is a window and its steps; each step goes on where the one before ended. The last line
is "N passed, N failed", with ", N skipped" where tools are missing.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import actions
from driver import NEEDED, PATIENCE_S, ROOT, Desktop, Failed, leader_of, member_of, pause, change_speed


# --- the story of one session; each step goes on where the one before ended -----------------------------------


def elects_a_leader(desktop, memory):
    state = desktop.until("a leader", leader_of)
    desktop.picture(memory["pictures"], "desktop_leader")
    memory["first"] = leader_of(pause(desktop))


def crashes_the_leader_from_its_menu(desktop, memory):
    node = memory["first"]["id"]
    memory["before_crash"] = desktop.state()["frame"]["event"]
    desktop.click(f"member.{node}", button=3)
    desktop.until("the menu", lambda s: s["view"]["popup"])
    desktop.picture(memory["pictures"], "desktop_menu")
    desktop.click("menu.crash")
    desktop.until("a crash", lambda s: member_of(s, node)["process"] == "crashed")


def elects_another_leader_in_a_higher_term(desktop, memory):
    desktop.key("space")
    first = memory["first"]

    def another(state):
        leader = leader_of(state)
        return leader and leader["id"] != first["id"] and leader["term"] > first["term"]

    desktop.until("another leader in a higher term", another)
    memory["second"] = leader_of(pause(desktop))
    desktop.picture(memory["pictures"], "desktop_second_leader")


def steps_back_to_the_old_leader(desktop, memory):
    after = desktop.state()["frame"]
    desktop.click("transport.back")
    one = desktop.until("one event back", lambda s: s["frame"]["event"] == after["event"] - 1)
    if one["frame"]["digest"] == after["digest"]:
        raise Failed("a step back left the digest as it was")
    desktop.key("Right")
    desktop.until("the same event again", lambda s: s["frame"]["event"] == after["event"])
    if desktop.state()["frame"]["digest"] != after["digest"]:
        raise Failed("forward again, the digest differs")
    desktop.key("Home")
    desktop.until("the beginning", lambda s: s["frame"]["event"] == 0)
    desktop.key("shift+Right")
    old = desktop.until("the first election", leader_of)
    if leader_of(old)["id"] != memory["first"]["id"] or leader_of(old)["term"] != memory["first"]["term"]:
        raise Failed(f"the old leader was {memory['first']['id']}, now it is {leader_of(old)['id']}")
    desktop.picture(memory["pictures"], "desktop_back")


def branches_when_acting_in_the_past(desktop, memory):
    before = len(desktop.state()["frame"]["branches"])
    desktop.click("client")
    state = desktop.until("a branch", lambda s: len(s["frame"]["branches"]) == before + 1)
    if state["frame"]["branch"] == 0 or not state["frame"]["requests"]:
        raise Failed("the write is not on the new branch")
    desktop.key("End")


def partitions_with_a_stroke(desktop, memory):
    stage_left = desktop.place("stage", 0.01)[0]
    stage_right = desktop.place("stage", 0.99)[0]
    y = (desktop.place("member.2")[1] + desktop.place("member.3")[1]) // 2
    desktop.drag([(stage_left, y), ((stage_left + stage_right) // 2, y + 6), (stage_right, y)])
    state = desktop.until("two islands", lambda s: len(s["frame"]["islands"]) == 2)
    if state["frame"]["islands"] != [[1, 2, 5], [3, 4]]:
        raise Failed(f"the islands are {state['frame']['islands']}")
    desktop.picture(memory["pictures"], "desktop_partition")


def heals_with_a_click_on_the_cut(desktop, memory):
    desktop.click("cut.0")
    desktop.until("one island", lambda s: len(s["frame"]["islands"]) == 1 and not s["frame"]["links_cut"])


def obeys_the_keys(desktop, memory):
    desktop.key("4")
    desktop.until("S4 selected", lambda s: s["view"]["selected"] == 4)
    if member_of(desktop.state(), 4)["process"] == "crashed":
        desktop.key("r")
        desktop.until("S4 restarted", lambda s: member_of(s, 4)["process"] == "running")
    desktop.key("z")
    desktop.until("S4 paused", lambda s: member_of(s, 4)["process"] == "paused")
    desktop.key("z")
    desktop.until("S4 goes on", lambda s: member_of(s, 4)["process"] == "running")
    desktop.key("i")
    desktop.until("S4 isolated", lambda s: [4] in s["frame"]["islands"])
    desktop.key("h")
    desktop.until("all healed", lambda s: not s["frame"]["links_cut"])
    desktop.key("x")
    desktop.key("5")
    desktop.until("a link cut", lambda s: [4, 5] in s["frame"]["links_cut"] and [5, 4] in s["frame"]["links_cut"])
    desktop.key("u")
    desktop.until("undone", lambda s: not s["frame"]["links_cut"])


def opens_help_and_closes_it(desktop, memory):
    desktop.key("question")
    desktop.until("help", lambda s: s["view"]["popup"])
    desktop.picture(memory["pictures"], "desktop_help")
    desktop.key("Escape")
    desktop.until("help closed", lambda s: not s["view"]["popup"])


def opens_another_scenario(desktop, memory):
    desktop.click("scenarios")
    desktop.click("scenario.split_brain")
    desktop.until("split brain", lambda s: s["view"]["scenario"] == "split_brain" and s["frame"]["branch"] == 0)
    desktop.key("d")
    desktop.until("light colours", lambda s: not s["view"]["dark"])
    change_speed(desktop, "bracketright", "1×")
    desktop.until("two virtual seconds", lambda s: s["frame"]["time_us"] >= 2e6)
    change_speed(desktop, "bracketleft", "1/5×")
    desktop.until("a leader of a minority", lambda s: any(m["leads_minority"] for m in s["frame"]["members"]))
    state = pause(desktop)
    if len(state["frame"]["islands"]) != 2:
        raise Failed(f"the islands are {state['frame']['islands']}")
    desktop.picture(memory["pictures"], "desktop_light")


def finds_an_action_by_its_words(desktop, memory):
    desktop.key("ctrl+shift+p")
    desktop.until("the palette", lambda s: "palette.field" in s["regions"])
    desktop.xdotool("type", "--delay", 30, "heal all")
    desktop.until("one action", lambda s: "palette.heal_all" in s["regions"] and "palette.undo" not in s["regions"])
    desktop.picture(memory["pictures"], "desktop_palette")
    desktop.key("Return")
    desktop.until("all healed", lambda s: not s["frame"]["links_cut"] and not s["view"]["popup"])


def shows_space_and_time(desktop, memory):
    desktop.click("tab.space_time")
    desktop.until("the diagram", lambda s: "space_time" in s["regions"])
    desktop.picture(memory["pictures"], "desktop_space_time")


def idles_when_nothing_moves(desktop, memory):
    def jiffies():
        fields = Path(f"/proc/{desktop.program.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return int(fields[11]) + int(fields[12])

    shown = desktop.state()["view"]["pictures"]
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end:  # hovers and tooltips settle
        time.sleep(0.5)
        now = desktop.state()["view"]["pictures"]
        if now == shown:
            break
        shown = now
    before = jiffies()
    time.sleep(2)
    used = (jiffies() - before) / os.sysconf("SC_CLK_TCK") / 2
    drawn = desktop.state()["view"]["pictures"] - shown
    print(f"  idle: {drawn} pictures and {used:.1%} of a core in 2 s")
    if drawn != 0 or used > 0.01:
        raise Failed(f"idle, it drew {drawn} pictures and used {used:.1%} of a core")


STEPS = [
    elects_a_leader,
    crashes_the_leader_from_its_menu,
    elects_another_leader_in_a_higher_term,
    steps_back_to_the_old_leader,
    branches_when_acting_in_the_past,
    partitions_with_a_stroke,
    heals_with_a_click_on_the_cut,
    obeys_the_keys,
    opens_help_and_closes_it,
    opens_another_scenario,
    finds_an_action_by_its_words,
    shows_space_and_time,
    idles_when_nothing_moves,
]


SESSIONS = [
    ("a first session", ["--speed", "1"], STEPS),
    ("at rest", [actions.scenario("fifty_clients"), "--at", "2", "--paused"], [idles_when_nothing_moves]),
    *actions.SESSIONS,
]


def run(program, session, pictures):
    """Plays one session; returns how many of its steps passed."""
    title, arguments, steps = session
    print(f"{title}: {' '.join(arguments)}", flush=True)
    passed = 0
    memory = {"pictures": pictures}
    with tempfile.TemporaryDirectory() as folder:
        desktop = None
        try:
            desktop = Desktop(program, arguments, (1280, 800), folder)
            desktop.until("a first picture", lambda s: s["view"]["pictures"] > 0)
            desktop.focus()
            for step in steps:
                begun = time.monotonic()
                step(desktop, memory)
                passed += 1
                print(f"ok      {step.__name__.replace('_', ' ')} ({time.monotonic() - begun:.1f} s)", flush=True)
        except Exception as failure:  # a mistake in a step is a failure of it
            # What follows goes on where this one stopped, so none of it can be told.
            print(f"FAILED  {steps[passed].__name__.replace('_', ' ')}: {type(failure).__name__}: {failure}")
            if desktop is not None and desktop.program.poll() is None:
                desktop.picture(pictures, "desktop_failed")
                print(f"        the picture is {pictures / 'desktop_failed.png'}")
            for later in steps[passed + 1:]:
                print(f"FAILED  {later.__name__.replace('_', ' ')}: not reached")
        finally:
            if desktop is not None:
                desktop.close()
    return passed


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("program", help="raftarium-desktop")
    parser.add_argument("--pictures", type=Path, default=ROOT / "build" / "pictures", help="folder for the pictures")
    parser.add_argument("--only", default="", help="sessions whose title has this text")
    options = parser.parse_args()
    sessions = [session for session in SESSIONS if options.only in session[0]]
    count = sum(len(steps) for _, _, steps in sessions)
    missing = [package for tool, package in NEEDED.items() if shutil.which(tool) is None]
    if missing:
        print(f"desktop test skipped: install {' '.join(missing)} (Debian's names)")
        print(f"0 passed, 0 failed, {count} skipped")
        return 0
    if shutil.which("import") is None:
        print("no pictures are kept: install imagemagick (Debian's name)")
    start = time.monotonic()
    program = str(Path(options.program).resolve())
    passed = sum(run(program, session, options.pictures) for session in sessions)
    print(f"{time.monotonic() - start:.0f} s; pictures in {options.pictures}")
    print(f"{passed} passed, {count - passed} failed")
    return 0 if passed == count and count > 0 else 1


if __name__ == "__main__":
    sys.exit(main())
