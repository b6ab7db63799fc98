#!/usr/bin/env python3
"""Kills a cluster on real files at random moments and looks for every write that it had acknowledged.

    tests/kill/kill_loop.py [--rounds N] [--seed N] PROGRAM

Each round starts PROGRAM (raftarium-cli) under load on the same directory, kills it with SIGKILL, and starts it
again without load: it must find everything that any round was told of. At the end the disks are put back to an
earlier round, which must be noticed. 20 rounds unless told; the last line is "N passed, N failed".
"""

import argparse
import json
import pathlib
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time

CLUSTER = {
    "members": 3, "latency_min_us": 200, "latency_mean_us": 100, "request_timeout_us": 100_000,
    "snapshot_entries": 40, "snapshot_keep_entries": 10, "wal_segment_bytes": 16_384,
}


def scenario(path, title, duration_ms, writes, reads=0):
    """A scenario that writes `writes` times, each a moment after the one before, and then reads."""
    actions = [{"at_ms": 400 + i, "do": "put", "key": f"k{i % 17}", "value": f"{i} " + "v" * (i * 37 % 400)}
               for i in range(writes)]
    actions += [{"at_ms": 1_000 + i, "do": "read", "key": f"k{i % 17}"} for i in range(reads)]
    path.write_text(json.dumps({"raftarium": 1, "title": title, "seed": 7, "duration_ms": duration_ms,
                                "cluster": CLUSTER, "actions": actions}))
    return path


def acknowledged(data):
    """How many writes its clients were told of."""
    lines = (data / "acknowledged.ndjson").read_text().splitlines()
    return sum('"revision"' in line for line in lines)


class Loop:
    def __init__(self, program, folder, chance):
        self.program = program
        self.data = folder / "data"
        self.load = scenario(folder / "load.json", "Load", 60_000, 4000)
        self.look = scenario(folder / "look.json", "A look", 1_500, 1, reads=17)
        self.chance = chance
        self.passed = 0
        self.failed = 0
        self.killed = 0

    def check(self, ok, what, output=""):
        self.passed += ok
        self.failed += not ok
        if not ok:
            print(f"FAIL {what}\n{output}")

    def command(self, file):
        resume = ["--resume"] if (self.data / "acknowledged.ndjson").exists() else []
        return [self.program, "run", str(file), "--data", str(self.data), *resume]

    def kill_one(self):
        """Under load, up to a random moment."""
        with subprocess.Popen([*self.command(self.load), "--quiet"], stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True) as process:
            time.sleep(self.chance.uniform(0.02, 0.6))
            ended = process.poll()
            if ended is None:
                process.send_signal(signal.SIGKILL)
                self.killed += 1
            output = process.communicate()[0]
        if ended is not None:
            self.check(ended == 0, f"the run under load ended by itself with {ended}", output)

    def look_for_all(self, number):
        count = acknowledged(self.data)
        found = subprocess.run(self.command(self.look), capture_output=True, text=True, check=False)
        told = f"met     all {count} writes that were acknowledged before are there" in found.stdout
        self.check(found.returncode == 0 and told, f"round {number}: {count} acknowledged writes",
                   found.stdout[-3000:] + found.stderr)
        return count

    def refused(self, what, arguments):
        found = subprocess.run([self.program, "run", *arguments], capture_output=True, text=True, check=False)
        self.check(found.returncode == 2 and what in found.stderr, f'"{what}"', found.stdout + found.stderr)

    def refuse(self):
        """What makes no sense is refused, and harms nothing."""
        data = ["--data", str(self.data)]
        self.refused("--resume goes on with it", [str(self.look), *data])
        empty = self.data.with_name("empty")
        empty.mkdir()
        self.refused("expected a cluster to resume, found none",
                     [str(self.look), "--data", str(empty), "--resume"])
        self.refused("--resume requires --data", [str(self.look), "--resume"])
        self.refused("expected one scenario, got 2", [str(self.look), str(self.load), *data])
        other = json.loads(self.look.read_text())
        other["seed"] = 8
        file = self.look.with_name("other.json")
        file.write_text(json.dumps(other))
        self.refused("expected cluster 8", [str(file), *data, "--resume"])
        with subprocess.Popen([*self.command(self.load), "--quiet"], stdout=subprocess.DEVNULL) as process:
            time.sleep(0.3)
            self.refused(f"in use by process {process.pid}", [str(self.look), *data, "--resume"])
            process.kill()

    def run(self, rounds):
        earlier = self.data.parent / "earlier"
        count = 0
        for number in range(1, rounds + 1):
            self.kill_one()
            if (self.data / "acknowledged.ndjson").exists():
                count = self.look_for_all(number)
            if number == rounds // 2:
                shutil.copytree(self.data, earlier)
        segments = len(list(self.data.glob("S1/*.wal")))
        print(f"{rounds} rounds, {self.killed} killed, {count} acknowledged writes, all there; "
              f"S1 has {segments} segments left")
        self.check(self.killed > rounds / 2, "most runs were killed")
        self.check(count >= rounds, "they were killed while they wrote")
        self.refuse()
        # Would a loss be noticed?
        shutil.copy(self.data / "acknowledged.ndjson", earlier)
        self.data = earlier
        found = subprocess.run(self.command(self.look), capture_output=True, text=True, check=False)
        self.check(found.returncode == 1 and "are lost, the first: " in found.stdout,
                   "disks of an earlier day are noticed", found.stdout[-3000:] + found.stderr)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--seed", type=int, default=0, help="0: another one each time, which is told")
    options = parser.parse_args()
    seed = options.seed or random.SystemRandom().randrange(1, 1_000_000)
    print(f"seed {seed}")
    with tempfile.TemporaryDirectory(prefix="raftarium-kill-") as folder:
        loop = Loop(str(pathlib.Path(options.program).resolve()), pathlib.Path(folder), random.Random(seed))
        loop.run(options.rounds)
    print(f"{loop.passed} passed, {loop.failed} failed")
    return 1 if loop.failed else 0


if __name__ == "__main__":
    sys.exit(main())
