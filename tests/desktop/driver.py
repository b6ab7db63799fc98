"""The desktop program on a screen of its own: a window under Xvfb, a real pointer and real keys through xdotool.

Where to click comes from the program itself: with --automation it keeps a file with its frame, its view and the
rectangle of every region.
"""

import json
import os
import shutil
import subprocess
import time
from pathlib import Path

import drop

ROOT = Path(__file__).resolve().parents[2]
NEEDED = {"Xvfb": "xvfb", "xdotool": "xdotool"}
PATIENCE_S = 30  # for one condition; software rendering on a busy machine makes few pictures a second


class Failed(Exception):
    pass


class Desktop:
    """A screen of its own with the program on it."""

    def __init__(self, program, arguments, size, folder):
        self.size = size
        self.folder = Path(folder)
        self.state_file = self.folder / "state.json"
        self.state_file.unlink(missing_ok=True)
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
            env=self.environment, cwd=folder)

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
        self.window = window = found.stdout.split()[0]
        self.xdotool("windowmove", window, 0, 0)
        self.xdotool("windowfocus", "--sync", window)

    def place(self, region, across=0.5, down=0.5):
        state = self.until(f"region {region}", lambda s: s["view"]["drawn"] and region in s["regions"])
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

    def drop(self, path, region):
        """Drags a file in and lets it go over a region."""
        source = drop.Source(self.environment["DISPLAY"], path)
        taken = source.drop(int(self.window), self.place(region), PATIENCE_S)
        source.close()
        if not taken:
            raise Failed(f"the window did not take {path}")

    def key(self, *names):
        self.xdotool("key", *names)

    def wheel(self, region, up):
        self.xdotool("mousemove", *self.place(region), "click", 4 if up else 5)

    def settled(self):
        """The state once no picture is due: everything that came in has been drawn."""
        return self.until("it has settled", lambda s: s["view"]["settled"])

    def palette(self, words, name):
        """Performs an action of the command palette, found by its words."""
        self.until("no pop-up", lambda s: not s["view"]["popup"])
        self.key("ctrl+shift+p")
        self.until("the palette", lambda s: "palette.field" in s["regions"])
        self.xdotool("type", "--delay", 20, words)
        self.until(f"palette.{name} is found by \"{words}\"",
                   lambda s: s["view"]["filter"] == words and f"palette.{name}" in s["regions"])
        self.click(f"palette.{name}")
        self.until("the palette closed", lambda s: "palette.field" not in s["regions"])

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
