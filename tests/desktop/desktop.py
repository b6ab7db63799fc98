#!/usr/bin/env python3
"""The desktop program as a person uses it: a window under Xvfb, a real pointer and real keys through xdotool.

    desktop.py path/to/raftarium-desktop [--pictures FOLDER]

Where to click comes from the program itself: with --automation it keeps a file with its frame, its view and
the rectangle of every region. What is asserted is the engine's state in that file, never pixels; pictures are
kept for people to look at. The last line is "N passed, N failed", with ", N skipped" where tools are missing.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
NEEDED = {"Xvfb": "xvfb", "xdotool": "xdotool"}
PATIENCE_S = 20  # for one condition; software rendering on a busy machine makes few pictures a second


class Failed(Exception):
    pass


class Desktop:
    """A screen of its own with the program on it."""

    def __init__(self, program, arguments, size, folder):
        self.size = size
        self.state_file = Path(folder) / "state.json"
        read_end, write_end = os.pipe()
        self.server = subprocess.Popen(
            ["Xvfb", "-displayfd", str(write_end), "-screen", "0", f"{size[0]}x{size[1]}x24", "-nolisten", "tcp"],
            pass_fds=[write_end], stderr=subprocess.DEVNULL)
        os.close(write_end)
        with os.fdopen(read_end) as pipe:
            display = pipe.readline().strip()
        if not display:
            raise Failed("Xvfb found no display")
        self.environment = dict(os.environ, DISPLAY=":" + display, LIBGL_ALWAYS_SOFTWARE="1")
        self.program = subprocess.Popen(
            [program, *arguments, "--size", f"{size[0]}x{size[1]}", "--automation", str(self.state_file)],
            env=self.environment)

    def close(self):
        for process in (self.program, self.server):
            process.terminate()
            try:
                process.wait(5)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def state(self):
        if self.program.poll() is not None:
            raise Failed(f"the program ended with status {self.program.returncode}")
        try:
            return json.loads(self.state_file.read_text())
        except FileNotFoundError:
            return None

    def until(self, what, condition):
        """Waits until `condition(state)` is true and returns that state."""
        end = time.monotonic() + PATIENCE_S
        state = None
        while time.monotonic() < end:
            state = self.state()
            if state is not None:
                found = condition(state)
                if found:
                    return state
            time.sleep(0.02)
        told = "nothing was shown" if state is None else f"the view was {state['view']}"
        raise Failed(f"waited {PATIENCE_S} s in vain: {what}; {told}")

    def xdotool(self, *arguments):
        subprocess.run(["xdotool", *map(str, arguments)], env=self.environment, check=True,
                       stdout=subprocess.DEVNULL)

    def focus(self):
        """Without a window manager nobody else gives the window the keyboard."""
        found = subprocess.run(["xdotool", "search", "--sync", "--onlyvisible", "--name", "^Raftarium"],
                               env=self.environment, check=True, capture_output=True, text=True, timeout=PATIENCE_S)
        window = found.stdout.split()[0]
        self.xdotool("windowmove", window, 0, 0)
        self.xdotool("windowfocus", "--sync", window)

    def place(self, region, across=0.5, down=0.5):
        state = self.until(f"region {region}", lambda s: region in s["regions"])
        x, y, width, height = state["regions"][region]
        return round((x + width * across) * state["scale"]), round((y + height * down) * state["scale"])

    def click(self, region, button=1, across=0.5):
        self.xdotool("mousemove", *self.place(region, across), "click", button)

    def drag(self, points):
        self.xdotool("mousemove", *points[0], "mousedown", 1)
        for (x, y), (to_x, to_y) in zip(points, points[1:]):
            for step in range(1, 9):
                self.xdotool("mousemove", round(x + (to_x - x) * step / 8), round(y + (to_y - y) * step / 8))
        self.xdotool("mouseup", 1)

    def key(self, *names):
        self.xdotool("key", *names)

    def picture(self, folder, name):
        if shutil.which("import") is None:
            return
        folder.mkdir(parents=True, exist_ok=True)
        subprocess.run(["import", "-window", "root", str(folder / f"{name}.png")], env=self.environment, check=True)


def leader_of(state):
    leaders = [m for m in state["frame"]["members"] if m["role"] == "leader" and m["process"] == "running"]
    return max(leaders, key=lambda m: m["term"], default=None)


def member_of(state, node):
    return next(m for m in state["frame"]["members"] if m["id"] == node)


def pause(desktop):
    if desktop.state()["view"]["playing"]:
        desktop.key("space")
    return desktop.until("time stands still", lambda s: not s["view"]["playing"])


def change_speed(desktop, key, speed):
    while desktop.state()["view"]["speed"] != speed:
        before = desktop.state()["view"]["speed"]
        desktop.key(key)
        desktop.until("another speed", lambda s: s["view"]["speed"] != before)


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


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("program", help="raftarium-desktop")
    parser.add_argument("--pictures", type=Path, default=ROOT / "build" / "pictures", help="folder for the pictures")
    options = parser.parse_args()
    missing = [package for tool, package in NEEDED.items() if shutil.which(tool) is None]
    if missing:
        print(f"desktop test skipped: install {' '.join(missing)} (Debian's names)")
        print(f"0 passed, 0 failed, {len(STEPS)} skipped")
        return 0
    if shutil.which("import") is None:
        print("no pictures are kept: install imagemagick (Debian's name)")

    passed, failed = 0, 0
    memory = {"pictures": options.pictures}
    start = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        desktop = None
        try:
            desktop = Desktop(str(Path(options.program).resolve()), ["--speed", "1"], (1280, 800), folder)
            desktop.until("a first picture", lambda s: s["frame"] is not None)
            desktop.focus()
            for step in STEPS:
                name = step.__name__.replace("_", " ")
                begun = time.monotonic()
                step(desktop, memory)
                passed += 1
                print(f"ok      {name} ({time.monotonic() - begun:.1f} s)", flush=True)
        except (Failed, subprocess.SubprocessError) as failure:
            # What follows goes on where this one stopped, so none of it can be told.
            failed = len(STEPS) - passed
            name = STEPS[passed].__name__.replace("_", " ")
            print(f"FAILED  {name}: {failure}")
            if desktop is not None and desktop.program.poll() is None:
                desktop.picture(options.pictures, "desktop_failed")
                print(f"        the picture is {options.pictures / 'desktop_failed.png'}")
            for later in STEPS[passed + 1:]:
                print(f"FAILED  {later.__name__.replace('_', ' ')}: not reached")
        finally:
            if desktop is not None:
                desktop.close()
    print(f"{time.monotonic() - start:.0f} s; pictures in {options.pictures}")
    print(f"{passed} passed, {failed} failed")
    return 0 if failed == 0 else 1


if __name__ == "__main__":
    sys.exit(main())
