#!/usr/bin/env python3
"""Takes the pictures of the README's tour anew, one for each panel, into docs/tour.

    tour.py path/to/raftarium-desktop [--only NAME]

Look at them before they are committed.
"""

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

from driver import ROOT, Desktop

FOLDER = ROOT / "docs" / "tour"
COLOURS = 64
WIDE, TELEPHONE = (1280, 800), (390, 844)

# Name, scenario, virtual second, window, what is done, what of the window is kept (regions; nothing: all of it).
PICTURES = [
    ("../split_brain", "split_brain", 2.8, WIDE, [], []),
    ("stage", "split_brain", 2.8, WIDE, [], ["stage"]),
    ("inspector", "split_brain", 3.2, WIDE, [], ["panel.inspector"]),
    ("story", "leader_crash", 2.0, WIDE, [], ["panel.story", "properties"]),
    ("logs", "split_brain", 2.8, WIDE, ["click tab.logs"], ["tab.logs", "panel.dock"]),
    ("space_time", "leader_crash", 1.4, WIDE, ["click tab.space_time"], ["tab.logs", "panel.dock"]),
    ("causes", "leader_crash", 2.0, WIDE, ["click tab.space_time", "point space_time line.2"],
     ["tab.logs", "panel.dock"]),
    ("disk", "slow_disk", 2.0, WIDE, ["key 1", "click tab.disk"], ["tab.logs", "panel.dock"]),
    ("clients", "stale_read", 4.0, WIDE, ["click tab.clients"], ["tab.logs", "panel.dock"]),
    ("stores", "split_brain", 3.2, WIDE, ["click tab.clients", "click clients.stores", "away"],
     ["tab.logs", "panel.dock"]),
    ("metrics", "fifty_clients", 4.0, WIDE, ["click tab.metrics"], ["tab.logs", "panel.dock"]),
    ("timeline", "leader_crash", 3.0, WIDE, ["key Home", "key e", "key 3", "key c", "key e"], ["panel.timeline"]),
    ("menu", "split_brain", 2.8, WIDE, ["right-click member.4"], []),
    ("palette", "first_election", 1.0, WIDE, ["key ctrl+shift+p", "type cut"], []),
    ("comparison", "first_election", 1.2, WIDE,
     ["key Home", "key e", "key 5", "key c", "key e", "key b", "click branch.compare.0"], []),
    ("gallery", "first_election", 1.0, WIDE, ["key g"], []),
    ("telephone", "split_brain", 2.8, TELEPHONE, ["click tab.story"], []),
]


def perform(desktop, act):
    verb, _, what = act.partition(" ")
    pictures = desktop.state()["view"]["pictures"]
    if verb == "click":
        desktop.click(what)
    elif verb == "right-click":
        desktop.click(what, button=3)
    elif verb == "point":  # at the height of a line of the diagram
        diagram, line = what.split()
        desktop.xdotool("mousemove", desktop.place(diagram, 0.85)[0], desktop.place(line)[1])
    elif verb == "away":  # from whatever would say what it is
        desktop.xdotool("mousemove", 2, 2)
    elif verb == "type":
        desktop.until("the palette", lambda s: "palette.field" in s["regions"])
        desktop.xdotool("type", "--delay", 20, what)
    else:
        desktop.key(what)
    desktop.until(f"after {act}", lambda s: s["view"]["pictures"] > pictures + 1 and s["view"]["drawn"])


def take(program, picture):
    name, scenario, at_s, size, acts, kept = picture
    with tempfile.TemporaryDirectory() as folder:
        arguments = [str(ROOT / "assets" / "scenarios" / f"{scenario}.json"), "--at", str(at_s), "--paused"]
        desktop = Desktop(program, arguments, size, folder)
        try:
            desktop.until("a first picture", lambda s: s["frame"])
            desktop.focus()
            for act in acts:
                perform(desktop, act)
            if not any(act.startswith("point") for act in acts):
                desktop.xdotool("mousemove", 0, 0)
            state = desktop.settled()
            crop = []
            if kept:
                areas = [state["regions"][region] for region in kept]
                left, top = min(a[0] for a in areas), min(a[1] for a in areas)
                right, bottom = max(a[0] + a[2] for a in areas), max(a[1] + a[3] for a in areas)
                crop = ["-crop", f"{right - left:.0f}x{bottom - top:.0f}+{left:.0f}+{top:.0f}", "+repage"]
            whole = Path(folder) / "whole.png"
            subprocess.run(["import", "-window", "root", str(whole)], env=desktop.environment, check=True)
            subprocess.run(["convert", str(whole), *crop, "-strip", "+dither", "-colors", str(COLOURS), "-define",
                            "png:compression-level=9", f"PNG8:{FOLDER / name}.png"], check=True)
        finally:
            desktop.close()
    print(f"{FOLDER / name}.png: {(FOLDER / f'{name}.png').stat().st_size // 1024} KiB", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("program", help="raftarium-desktop")
    parser.add_argument("--only", default="", help="pictures whose name has this text")
    options = parser.parse_args()
    FOLDER.mkdir(parents=True, exist_ok=True)
    for picture in PICTURES:
        if options.only in picture[0]:
            take(str(Path(options.program).resolve()), picture)
    return 0


if __name__ == "__main__":
    sys.exit(main())
