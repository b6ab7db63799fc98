#!/usr/bin/env python3
"""Golden pictures: ten scenarios at fixed moments, wide and narrow, dark and light, beside the pictures that people
have looked at (golden/).

    golden.py path/to/raftarium-desktop [--make] [--only NAME]

--make takes them anew: look at each before it is committed. Where one differs, what was seen and what differs is
left in build/pictures. The last line is "N passed, N failed", with ", N skipped" where tools are missing.
"""

import argparse
import shutil
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from driver import NEEDED, ROOT, Desktop, Failed

GOLDEN = Path(__file__).resolve().parent / "golden"
SEEN = ROOT / "build" / "pictures"
TOOLS = dict(NEEDED, **{"import": "imagemagick", "convert": "imagemagick", "compare": "imagemagick"})
WIDE, NARROW = (1280, 800), (390, 844)
# What is kept is small: wide pictures at half their size, and few colours.
SCALE = {WIDE: "50%", NARROW: "100%"}
COLOURS = 128
# Drivers round colours differently: a pixel counts as another one when it differs by more than this...
FUZZ = "12%"
# ...and a picture as another one when more than this share of its pixels do. A button's worth is more.
SHARE = 0.0005

# Scenario, virtual second, tab on a wide window, tab on a narrow one.
MOMENTS = [
    ("first_election", 0.33, "logs", "member"),
    ("split_brain", 2.8, "space_time", "logs"),
    ("leader_crash", 2.0, "logs", "space_time"),
    ("split_vote", 0.06, "logs", "story"),
    ("snapshot_catch_up", 3.0, "clients", "logs"),
    ("slow_disk", 2.0, "disk", "disk"),
    ("fifty_clients", 2.0, "metrics", "metrics"),
    ("lying_sync", 6.0, "logs", "clients"),
    ("partial_partition", 2.0, "space_time", "member"),
    ("figure_8_overwritten", 2.0, "logs", "story"),
]


def take(desktop, path, scale):
    desktop.settled()
    subprocess.run(["import", "-window", "root", "-resize", scale, str(path)], env=desktop.environment, check=True)


def shots(program, moment, size, folder):
    """Both colours of one moment. Returns the names of the pictures."""
    name, at_s, wide_tab, narrow_tab = moment
    scenario = ROOT / "assets" / "scenarios" / f"{name}.json"
    folder = Path(folder) / f"{name}_{size[0]}"
    folder.mkdir()
    desktop = Desktop(program, [str(scenario), "--at", str(at_s), "--paused", "--still"], size, folder)
    names = []
    try:
        desktop.until("a first picture", lambda s: s["frame"])
        desktop.focus()
        tab = wide_tab if size == WIDE else narrow_tab
        desktop.click(f"tab.{tab}")
        desktop.until(f"the tab {tab}", lambda s: s["view"]["tab"] == tab)
        desktop.xdotool("mousemove", 0, 0)
        for colours in ("dark", "light"):
            if colours == "light":
                desktop.key("d")
                desktop.until("light colours", lambda s: not s["view"]["dark"])
            names.append(f"{name}_{'wide' if size == WIDE else 'narrow'}_{colours}.png")
            take(desktop, folder.parent / names[-1], SCALE[size])
    finally:
        desktop.close()
    return names


def differing(one, other, difference="null:"):
    """The share of the pixels that differ; 1 where the sizes do."""
    told = subprocess.run(["compare", "-metric", "AE", "-fuzz", FUZZ, str(one), str(other), str(difference)],
                          capture_output=True, text=True, check=False)
    if told.returncode == 2:
        return 1.0
    size = subprocess.run(["identify", "-format", "%w %h", str(one)], capture_output=True, text=True, check=True)
    width, height = map(int, size.stdout.split())
    return float(told.stderr.split()[0]) / (width * height)


def finds_changes(folder):
    """What a mistake would do to a picture is found; nothing is found where there is none."""
    good = GOLDEN / "split_brain_wide_dark.png"
    changed = Path(folder) / "changed.png"
    mistakes = {
        "a panel moved by four pixels": ["(", "-clone", "0", "-crop", "200x240+427+24", "+repage", ")", "-geometry",
                                         "+423+24", "-composite"],
        "a button in another colour": ["-fill", "#F0645A", "-draw", "rectangle 304,5 320,19"],
        "a missing label": ["-fill", "#151B23", "-draw", "rectangle 430,26 520,46"],
    }
    for what, change in mistakes.items():
        subprocess.run(["convert", str(good), *change, str(changed)], check=True)
        share = differing(good, changed)
        if share <= SHARE:
            raise Failed(f"{what} was not found: {share:.4%} of the pixels differ")
    if differing(good, good) != 0:
        raise Failed("a picture differs from itself")


def judge(name, folder):
    seen = Path(folder) / name
    golden = GOLDEN / name
    if not golden.exists():
        raise Failed(f"there is no {golden.relative_to(ROOT)}: golden.py --make")
    difference = Path(folder) / f"difference_{name}"
    share = differing(golden, seen, difference)
    if share <= SHARE:
        return
    SEEN.mkdir(parents=True, exist_ok=True)
    shutil.copy(seen, SEEN / f"seen_{name}")
    if difference.exists():
        shutil.copy(difference, SEEN / f"difference_{name}")
    raise Failed(f"{share:.3%} of the pixels differ; see {SEEN}/difference_{name} and seen_{name}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("program", help="raftarium-desktop")
    parser.add_argument("--make", action="store_true", help="take the pictures anew")
    parser.add_argument("--only", default="", help="scenarios whose name has this text")
    options = parser.parse_args()
    moments = [moment for moment in MOMENTS if options.only in moment[0]]
    missing = sorted({package for tool, package in TOOLS.items() if shutil.which(tool) is None})
    if missing:
        print(f"golden pictures skipped: install {' '.join(missing)} (Debian's names)")
        print(f"0 passed, 0 failed, {4 * len(moments) + 1} skipped")
        return 0
    start = time.monotonic()
    program = str(Path(options.program).resolve())
    passed, failed = 0, 0

    def check(what, test, *arguments):
        nonlocal passed, failed
        try:
            test(*arguments)
            passed += 1
        except (Failed, subprocess.SubprocessError) as failure:
            failed += 1
            print(f"FAILED  {what}: {failure}", flush=True)

    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(2) as workers:
        if not options.make:
            check("changes are found", finds_changes, folder)
        jobs = [(moment, size, workers.submit(shots, program, moment, size, folder))
                for moment in moments for size in (WIDE, NARROW)]
        for moment, size, job in jobs:
            try:
                names = job.result()
            except (Failed, subprocess.SubprocessError) as failure:
                failed += 2
                print(f"FAILED  {moment[0]} at {size[0]}x{size[1]}: {failure}", flush=True)
                continue
            for name in names:
                if options.make:
                    subprocess.run(["convert", str(Path(folder) / name), "-strip", "+dither", "-colors", str(COLOURS),
                                    "-define", "png:compression-level=9", f"PNG8:{GOLDEN / name}"], check=True)
                    passed += 1
                else:
                    check(name, judge, name, folder)
    if options.make:
        size = sum(path.stat().st_size for path in GOLDEN.glob("*.png"))
        print(f"{GOLDEN}: {size / 1024:.0f} KiB; look at them before they are committed")
    print(f"{time.monotonic() - start:.0f} s")
    print(f"{passed} passed, {failed} failed")
    return 0 if failed == 0 and passed > 0 else 1


if __name__ == "__main__":
    sys.exit(main())
