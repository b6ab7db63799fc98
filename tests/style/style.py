#!/usr/bin/env python3
"""The style suite: what the design says about the sources, checked.

    tests/style/style.py                    the rules, their self-tests and the formatting; takes seconds
    tests/style/style.py --headers BUILD    every header compiles by itself, with the commands of that build
    tests/style/style.py --tidy BUILD       clang-tidy over that build's compile database

The last line is `N passed, N failed`, with `, N skipped` when a tool is missing; the exit status is 0 when
nothing failed. With --jobs N the slow ones run N at a time (2 unless told). They remember in BUILD/style what was
clean, so that a second run is quick.
"""

import argparse
import os
import sys

sys.dont_write_bytecode = True

import rules  # noqa: E402
import selftest  # noqa: E402
import tools  # noqa: E402
from source import read_tree  # noqa: E402

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


class Totals:
    def __init__(self):
        self.passed = 0
        self.failed = 0
        self.skipped = 0

    def count(self, title, findings):
        if findings:
            self.failed += 1
            print(f"FAIL {title}")
            for finding in findings:
                print(f"    {finding}")
        else:
            self.passed += 1
            print(f"ok   {title}")

    def end(self):
        skipped = f", {self.skipped} skipped" if self.skipped else ""
        print(f"{self.passed} passed, {self.failed} failed{skipped}")
        return 0 if self.failed == 0 and self.passed > 0 else 1


def check_rules(tree, totals):
    for title, check in rules.RULES.items():
        totals.count(title, check(tree))
    formatting = tools.formatting(tree)
    if formatting is None:
        print(f"skipped: formatting, because {tools.CLANG_FORMAT} is not installed")
        totals.skipped += 1
    else:
        totals.count(f"formatted as {tools.CLANG_FORMAT} would", formatting)
    for title, check in selftest.TESTS.items():
        totals.count(title, check())


def main():
    parser = argparse.ArgumentParser(description="Checks the sources against the design.")
    parser.add_argument("--headers", metavar="BUILD", help="compile each header by itself")
    parser.add_argument("--tidy", metavar="BUILD", help="run clang-tidy on each source")
    parser.add_argument("--jobs", type=int, default=2, help="how many at a time (2)")
    parser.add_argument("--only", metavar="TEXT", default="", help="of these, only paths that contain TEXT")
    parser.add_argument("--root", default=ROOT, help="the tree to check (this one)")
    options = parser.parse_args()

    tree = read_tree(os.path.abspath(options.root))
    totals = Totals()
    slow = [
        (tools.headers, options.headers, "a header that needs another is caught", selftest.headers_find),
        (tools.tidy, options.tidy, "what clang-tidy objects to is caught", selftest.tidy_finds),
    ]
    for check, build, title, finds in slow:
        if build is None:
            continue
        if not os.path.exists(os.path.join(build, "compile_commands.json")):
            sys.exit(f"{build}: expected compile_commands.json there; configure with a preset first")
        for path, found in check(tree, build, options.jobs, options.only).items():
            totals.count(path, [found] if found else [])
        totals.count("self-test: " + title, finds())
    if options.headers is None and options.tidy is None:
        check_rules(tree, totals)
    return totals.end()


if __name__ == "__main__":
    sys.exit(main())
