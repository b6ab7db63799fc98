#!/usr/bin/env python3
"""Runs every fuzzer of a build for a while, two at a time.

    tests/fuzz/fuzz.py [--seconds N] [--keep FOLDER] build/asan/bin

Starts from the committed corpus and the scenario library. A finding is copied to FOLDER (build/fuzz/found unless
told). What comes from strangers, a scenario or a link, is fuzzed for 60 seconds unless told, what comes from one's own
disk for half as long. The last line is "N passed, N failed".
"""

import argparse
import concurrent.futures
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
CORPUS = ROOT / "tests" / "fuzz" / "corpus"
FROM_STRANGERS = ["link", "scenario"]
# The longest first, so that none of them is left alone.
TARGETS = FROM_STRANGERS + sorted({folder.name for folder in CORPUS.iterdir() if folder.is_dir()} - {*FROM_STRANGERS})


def fuzz(program, target, seconds, keep):
    """(whether nothing was found, a line about it, the end of the fuzzer's output)."""
    with tempfile.TemporaryDirectory(prefix="raftarium-fuzz-") as folder:
        found = pathlib.Path(folder)
        (found / "corpus").mkdir()
        seeds = [CORPUS / target, ROOT / "assets" / "scenarios"]
        run = subprocess.run(
            [program, f"-max_total_time={seconds}", "-max_len=16384", "-timeout=10", "-rss_limit_mb=2048",
             f"-artifact_prefix={found}/", found / "corpus", *seeds],
            capture_output=True, text=True, errors="replace", check=False)
        findings = [file for file in found.iterdir() if file.is_file()]
        for file in findings:
            keep.mkdir(parents=True, exist_ok=True)
            shutil.copy(file, keep / f"{target}-{file.name}")
        inputs = len(list((found / "corpus").iterdir()))
    done = re.search(r"Done (\d+) runs", run.stderr)
    ok = run.returncode == 0 and not findings and done is not None and int(done[1]) > 0
    told = f"{target}: {done[1] if done else 'no'} runs, {inputs} new inputs worth keeping"
    return ok, told + "".join(f"; {keep}/{target}-{file.name}" for file in findings), run.stderr[-4000:]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("programs", type=pathlib.Path)
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--keep", type=pathlib.Path, default=ROOT / "build" / "fuzz" / "found")
    options = parser.parse_args()
    passed = failed = 0
    with concurrent.futures.ThreadPoolExecutor(max_workers=2) as pool:
        runs = [pool.submit(fuzz, (options.programs / f"raftarium-fuzz-{target}").resolve(), target,
                            options.seconds if target in FROM_STRANGERS else (options.seconds + 1) // 2, options.keep)
                for target in TARGETS]
        for run in runs:
            ok, told, output = run.result()
            print(("ok   " if ok else "FAIL ") + told + ("" if ok else "\n" + output))
            passed += ok
            failed += not ok
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
