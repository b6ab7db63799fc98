#!/usr/bin/env python3
"""Takes away and damages what a cluster has left on the real disk, and asks the program about it.

    tests/kill/damage.py PROGRAM

What makes no sense must be refused with nothing changed, and `wal verify` may call sound only what opens without a
warning. The last line is "N passed, N failed".
"""

import argparse
import json
import os
import pathlib
import shutil
import stat
import subprocess
import sys
import tempfile
import time

CLUSTER = {"members": 3, "latency_min_us": 200, "latency_mean_us": 100, "request_timeout_us": 100_000,
           "wal_segment_bytes": 16_384}
FILE = "acknowledged.ndjson"


def scenario(path, writes, size=250, **cluster):
    """Writes `writes` times, a millisecond apart."""
    actions = [{"at_ms": 500 + i, "do": "put", "key": f"k{i % 17}", "value": "v" * size} for i in range(writes)]
    path.write_text(json.dumps({"raftarium": 1, "title": path.stem, "seed": 7, "duration_ms": 1000 + writes,
                                "cluster": {**CLUSTER, **cluster}, "actions": actions}))
    return path


def everything(folder):
    """Every file below `folder` with its bytes; locks apart, which say nothing."""
    return {str(path.relative_to(folder)): path.read_bytes()
            for path in sorted(folder.rglob("*")) if path.is_file() and path.name != "lock"}


class Checks:
    def __init__(self, program, folder):
        self.program = program
        self.folder = folder
        self.passed = 0
        self.failed = 0
        # One that kept its whole log, and one that made snapshots and let segments go.
        self.whole = self.make("whole", snapshot_entries=100_000)
        self.compacted = self.make("compacted", snapshot_entries=60, snapshot_keep_entries=10)

    def check(self, ok, what, output=""):
        self.passed += bool(ok)
        self.failed += not ok
        if not ok:
            print(f"FAIL {what}\n{output}")

    def make(self, name, **cluster):
        file = scenario(self.folder / f"{name}.json", 400, **cluster)
        data = self.folder / name
        ended = self.call("run", "-q", file, "--data", data)
        self.check(ended.returncode == 0, f"the cluster \"{name}\" was made", ended.stdout + ended.stderr)
        return file, data

    def call(self, *arguments, **options):
        return subprocess.run([self.program, *map(str, arguments)], capture_output=True, text=True, check=False,
                              timeout=120, **options)

    def copy_of(self, cluster):
        copy = self.folder / "copy"
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(cluster[1], copy)
        return copy

    def refused(self, what, said, file, data, *more):
        """`run` refuses it in these words, and nothing has changed."""
        before = everything(data)
        ended = self.call("run", "-q", file, "--data", data, *more)
        self.check(ended.returncode == 2 and said in ended.stderr, f"{what}: \"{said}\"",
                   f"{ended.returncode}\n{ended.stdout}{ended.stderr}")
        self.check(everything(data) == before, f"{what}: nothing was changed")

    def verified(self, what, data, opens, said):
        """`wal verify` says this of S1, as text and as JSON, and opening is of the same opinion."""
        text = self.call("wal", "verify", data / "S1")
        self.check(text.returncode == (0 if said is None else 1) and (said or "ok  ") in text.stdout + text.stderr,
                   f"{what}: verify says \"{said or 'ok'}\"", f"{text.returncode}\n{text.stdout}{text.stderr}")
        answer = self.call("wal", "verify", "--json", data / "S1")
        found = json.loads(answer.stdout)
        self.check(answer.returncode == text.returncode and found["ok"] == (said is None)
                   and found["opens"] == opens, f"{what}: the same as JSON", answer.stdout)
        ended = self.call("run", self.compacted[0], "--data", data, "--resume")
        self.check((ended.returncode != 2) == opens, f"{what}: {'opens' if opens else 'does not open'}",
                   f"{ended.returncode}\n{ended.stdout[-3000:]}{ended.stderr}")
        if opens and said is not None:
            self.check(said in ended.stdout, f"{what}: opening gives the same warning", ended.stdout[:3000])

    def begin_and_resume(self):
        file, data = self.whole
        self.refused("a cluster is there", "--resume goes on with it", file, data)
        none = self.folder / "none"
        none.mkdir()
        self.refused("no cluster is there", "expected a cluster to resume, found none", file, none, "--resume")
        self.check(not list(none.iterdir()), "a directory without a cluster is left as it was")
        self.refused("another directory", "found none", file, self.folder / "nowhere", "--resume")
        self.check(not (self.folder / "nowhere").exists(), "no directory is made by --resume")
        other = scenario(self.folder / "five.json", 1, members=5)
        self.refused("other members", "expected a scenario of 3 members, as the cluster has, got one of 5", other,
                     data, "--resume")

        link = self.folder / "link"
        link.symlink_to(data)
        ended = self.call("run", "-q", file, "--data", link, "--resume")
        self.check(ended.returncode == 0, "through a link to the directory", ended.stdout + ended.stderr)
        mode = stat.S_IMODE((data / FILE).stat().st_mode)
        self.check(mode == 0o600, f"what was acknowledged is nobody else's to read: {mode:o}")

    def taken_away(self):
        file = self.whole[0]
        data = self.copy_of(self.whole)
        shutil.rmtree(data / "S1")
        shutil.rmtree(data / "S2")
        self.refused("two members taken away", "found none of S1 and S2", file, data, "--resume")
        data = self.copy_of(self.whole)
        for segment in (data / "S2").glob("*.wal"):
            segment.unlink()
        self.refused("a log taken away, its snapshot left", "found none of S2", file, data, "--resume")
        data = self.copy_of(self.whole)
        (data / FILE).unlink()
        self.refused("the file taken away", "there is part of a cluster already", file, data)
        self.refused("the file taken away, and resumed", "expected acknowledged.ndjson beside the members", file,
                     data, "--resume")
        (data / FILE).symlink_to(self.whole[1] / FILE)
        self.refused("a link in the file's place", FILE, file, data, "--resume")
        for line, said in ((f'{{"run":{2**64 - 1}}}', "expected a run below"), ('{"run":-1}', "expected an ack"),
                           ('{"members":16}', "expected 1 to 15 members"), ("[]", "expected an acknowledged")):
            data = self.copy_of(self.whole)
            with (data / FILE).open("a") as out:
                out.write(line + "\n")
            self.refused(line, said, file, data, "--resume")

    def stopped_while_made(self):
        """The first run was killed before all members were there: none of them has done anything."""
        data = self.copy_of(self.whole)
        for name in ("S2", "S3"):
            shutil.rmtree(data / name)
        shutil.rmtree(data / "S1")
        (data / "S1").mkdir()
        (data / FILE).write_text('{"run":0}\n{"memb')
        ended = self.call("run", "-q", self.whole[0], "--data", data, "--resume")
        self.check(ended.returncode == 0, "a cluster that was never made whole is made", ended.stderr)
        lines = (data / FILE).read_text().splitlines()
        self.check(lines[:3] == ['{"run":0}', '{"run":1}', '{"members":3}'], "and says so", "\n".join(lines[:4]))

    def second_process(self):
        """A process that is refused leaves the other's evidence alone."""
        data = self.folder / "busy"
        load = scenario(self.folder / "load.json", 10_000, size=10)
        file = self.whole[0]
        with subprocess.Popen([self.program, "run", "-q", str(load), "--data", str(data)],
                              stdout=subprocess.DEVNULL) as process:
            until = time.monotonic() + 60
            while time.monotonic() < until and not ((data / FILE).exists()
                                                    and '"index"' in (data / FILE).read_text()):
                time.sleep(0.01)
            refusals = 0
            kept = True
            before = b""
            for _ in range(10):
                ended = self.call("run", "-q", file, "--data", data, "--resume")
                refusals += ended.returncode == 2 and f"in use by process {process.pid}" in ended.stderr
                now = (data / FILE).read_bytes()
                kept = kept and now.startswith(before)
                before = now
            alive = process.poll() is None
            process.kill()
        self.check(alive and refusals == 10, f"a second process is refused: {refusals} of 10", ended.stderr)
        self.check(kept and before.count(b'"run"') == 1, "and what was acknowledged stays as it was written")

    def verify(self):
        data = self.copy_of(self.compacted)
        self.verified("a sound member", data, True, None)
        snapshots = sorted((data / "S1").glob("*.snap"))
        self.check(len(snapshots) == 2, "it has two snapshots", str(snapshots))

        data = self.copy_of(self.compacted)
        sorted((data / "S1").glob("*.snap"))[-1].unlink()
        self.verified("the newest snapshot taken away", data, True, "cannot be read; recovered from the one at")
        data = self.copy_of(self.compacted)
        for snapshot in (data / "S1").glob("*.snap"):
            snapshot.unlink()
        self.verified("all snapshots taken away", data, False, "no snapshot can be read, the log expects one at")

        data = self.copy_of(self.whole)
        segments = sorted((data / "S1").glob("*.wal"))
        self.check(len(segments) > 3, "it has segments", str(segments))
        segments[0].unlink()
        self.verified("the first segment taken away", data, False, "the log does not reach back to the snapshot")

        data = self.copy_of(self.compacted)
        segment = sorted((data / "S1").glob("*.wal"))[-1]
        content = bytearray(segment.read_bytes())
        content[64:68] = b"\xff\xfe\xfd\xfc"
        segment.write_bytes(content)
        self.verified("a damaged record", data, False,
                      "+64: expected a record's header, \"RW\" to \"RAFT\", got ff fe fd")
        found = json.loads(self.call("wal", "verify", "--json", data / "S1").stdout)
        self.check(len(found["snapshots"]) == 2 and all(s["whole"] for s in found["snapshots"]),
                   "the snapshots of a damaged log are listed", json.dumps(found))

    def dump(self):
        member = self.copy_of(self.whole) / "S1"
        segment = sorted(member.glob("*.wal"))[-1]
        sound = self.call("wal", "dump", "--json", member)
        lines = [json.loads(line) for line in sound.stdout.splitlines()]
        self.check(sound.returncode == 0 and lines[-1]["ok"] and lines[-1]["torn"] is None
                   and lines[-1]["segment"] == segment.name, "a sound log's dump ends so", str(lines[-1]))
        entries = [entry for line in lines for entry in line.get("entries", [])]
        self.check(max(entry["bytes"] for entry in entries) > 250
                   and all(len(bytes.fromhex(entry["data_hex"])) == entry["bytes"] for entry in entries)
                   and any(b"v" * 250 in bytes.fromhex(entry["data_hex"]) for entry in entries),
                   "entries are dumped whole")

        end = lines[-1]["end"]
        content = bytearray(segment.read_bytes())
        content[end:end + 3] = b"RW\x01"
        segment.write_bytes(content)
        torn = self.call("wal", "dump", "--json", member)
        last = json.loads(torn.stdout.splitlines()[-1])
        self.check(torn.returncode == 0 and not torn.stderr and last["torn"]["from"] == end
                   and last["torn"]["segment"] == segment.name, "a torn tail is in the JSON", torn.stdout[-500:])
        content[70] ^= 1
        segment.write_bytes(content)
        damaged = self.call("wal", "dump", "--json", member)
        last = json.loads(damaged.stdout.splitlines()[-1])
        self.check(damaged.returncode == 1 and not damaged.stderr and not last["ok"]
                   and f"{segment.name}+64" in last["error"], "damage is in the JSON", damaged.stdout[-500:])
        for act in ("dump", "verify", "repair"):
            none = self.call("wal", act, "--json", self.folder / "nowhere")
            self.check(none.returncode == 2 and not json.loads(none.stdout or '{"ok": true}')["ok"],
                       f"{act} of nothing, as JSON", none.stdout + none.stderr)

    def repair(self):
        member = self.copy_of(self.whole) / "S1"
        segment = sorted(member.glob("*.wal"))[-1]
        end = json.loads(self.call("wal", "dump", "--json", member).stdout.splitlines()[-1])["end"]
        kept = []
        for tail in (b"RW\x01", b"RW\x01", b"RW\x02\x03"):
            with segment.open("r+b") as out:
                out.truncate(end)
                out.seek(end)
                out.write(tail + bytes(512))
            done = self.call("wal", "repair", "--json", member)
            self.check(done.returncode == 0, "a tail is cut as often as it is torn", done.stdout)
            kept.append(json.loads(done.stdout)["cut"]["kept_in"])
        first = f"{segment.name}.torn-{end}"
        self.check(kept == [first, first, f"{first}.2"], "and nothing that was cut is lost", str(kept))
        self.check((member / first).read_bytes() == b"RW\x01" and (member / kept[2]).read_bytes() == b"RW\x02\x03",
                   "the bytes are there")

        empty = self.folder / "empty"
        empty.mkdir()
        self.check(self.call("wal", "repair", empty).returncode == 1 and not list(empty.iterdir()),
                   "an empty directory stays empty")
        os.mkfifo(empty / "00000001.wal")
        pipe = self.call("wal", "verify", empty)
        self.check(pipe.returncode == 1 and "not a regular file" in pipe.stderr, "a pipe is no segment", pipe.stderr)

    def full(self):
        """A full disk behind the standard output is not success."""
        for arguments in (["wal", "dump", self.whole[1] / "S1"], ["run", "-q", self.folder / "full.json"],
                          ["share", self.whole[0]]):
            scenario(self.folder / "full.json", 1)
            with open("/dev/full", "w", encoding="utf-8") as out:
                ended = subprocess.run([self.program, *map(str, arguments)], stdout=out, stderr=subprocess.PIPE,
                                       text=True, check=False)
            self.check(ended.returncode == 2 and "cannot be written" in ended.stderr,
                       f"{arguments[0]} to a full disk", f"{ended.returncode} {ended.stderr}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="raftarium-damage-") as folder:
        checks = Checks(str(pathlib.Path(options.program).resolve()), pathlib.Path(folder))
        for part in (checks.begin_and_resume, checks.taken_away, checks.stopped_while_made, checks.second_process,
                     checks.verify, checks.dump, checks.repair, checks.full):
            part()
    print(f"{checks.passed} passed, {checks.failed} failed")
    return 1 if checks.failed else 0


if __name__ == "__main__":
    sys.exit(main())
