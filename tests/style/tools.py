"""What needs a compiler's help: formatting, headers that compile alone, clang-tidy.

The slow ones remember what was clean, by content: a file is looked at again when it, anything of ours that it
includes, its compile command or the configuration of the tool has changed.
"""

import hashlib
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

from source import CPP, Finding, includes

CLANG_FORMAT = "clang-format-14"
CLANG_TIDY = "clang-tidy-14"


def _lines(text, most=40):
    lines = text.strip().split("\n")
    return "\n    ".join(lines[:most] + ([f"... {len(lines) - most} more lines"] if len(lines) > most else []))


def formatting(tree):
    """Findings of clang-format, or None when it is not installed."""
    if shutil.which(CLANG_FORMAT) is None:
        return None
    paths = tree.paths(endings=CPP)
    if not paths:
        return []
    done = subprocess.run(
        [CLANG_FORMAT, "--dry-run", "--ferror-limit=1", *paths], cwd=tree.root, capture_output=True, text=True
    )
    found = re.findall(r"^([^\n:]+):(\d+):\d+: (?:warning|error): [^\n]*clang-format", done.stderr, re.MULTILINE)
    findings = [Finding(path, int(line), f"{CLANG_FORMAT} would write it otherwise") for path, line in found]
    if done.returncode != 0 and not findings:
        findings.append(Finding(CLANG_FORMAT, 0, _lines(done.stderr)))
    return findings


class Database:
    """The compile commands of the sources of this tree."""

    def __init__(self, tree, build):
        with open(os.path.join(build, "compile_commands.json"), encoding="utf-8") as file:
            entries = json.load(file)
        self.tree = tree
        self.build = os.path.abspath(build)
        self.commands = {}
        for entry in entries:
            absolute = os.path.realpath(os.path.join(entry["directory"], entry["file"]))
            path = os.path.relpath(absolute, os.path.realpath(tree.root)).replace(os.sep, "/")
            if path in tree and path.endswith(".cpp"):
                command = entry.get("arguments") or shlex.split(entry["command"])
                self.commands[path] = (command, entry["directory"])

    def flags_for_header(self, header):
        """The command of the source that is most likely to include it, without input, output and what is
        precompiled, which would give a header what it forgot."""
        includers = [
            path
            for path in self.commands
            if any(header.endswith("/" + include.name) for include in includes(self.tree[path]))
        ]
        same_folder = [p for p in self.commands if os.path.dirname(p) == os.path.dirname(header)]
        candidates = [p for p in same_folder if p in includers] or same_folder or includers
        if not candidates:
            return None
        command, directory = self.commands[candidates[0]]
        kept = []
        skip = False
        for word in command:
            if skip:
                skip = False
            elif word in ("-o", "-MF", "-MT", "-MQ", "-include", "-Xclang"):
                skip = True
            elif word not in ("-c", "-MD", "-MMD") and not word.endswith(".cpp") and "ccache" not in word:
                kept.append(word)
        return kept, directory

    def closure(self, path):
        """The file and everything of ours that it includes, sorted."""
        by_tail = {}
        for known in self.tree.paths(endings=CPP):
            by_tail.setdefault(os.path.basename(known), []).append(known)
        seen = {path}
        todo = [path]
        while todo:
            for include in includes(self.tree[todo.pop()]):
                for known in by_tail.get(os.path.basename(include.name), []):
                    if known not in seen and ("/" + known).endswith("/" + include.name):
                        seen.add(known)
                        todo.append(known)
        return sorted(seen)


class Clean:
    """Keys of what was found clean, kept in the build tree from run to run."""

    def __init__(self, build, name):
        self.path = os.path.join(build, "style", name + ".json")
        try:
            with open(self.path, encoding="utf-8") as file:
                self.keys = json.load(file)
        except (OSError, ValueError):
            self.keys = {}

    def save(self):
        os.makedirs(os.path.dirname(self.path), exist_ok=True)
        temporary = self.path + ".new"
        with open(temporary, "w", encoding="utf-8") as file:
            json.dump(self.keys, file, indent=0, sort_keys=True)
        os.replace(temporary, self.path)


def _key(database, path, command, salt):
    digest = hashlib.sha256()
    compiled = json.dumps(database.commands.get(path))
    contents = [p + "\0" + database.tree[p] for p in database.closure(path)]
    for part in [salt, json.dumps(command), compiled] + contents:
        digest.update(part.encode())
        digest.update(b"\0")
    return digest.hexdigest()


def _each(database, name, work, salt, jobs):
    """Runs `work`, path -> (command, directory), but for what was clean; path -> text of what was found."""
    clean = Clean(database.build, name)
    keys = {path: _key(database, path, work[path], salt) for path in work}
    due = [path for path in work if clean.keys.get(path) != keys[path]]
    print(f"{name}: {len(due)} of {len(work)} files have changed since they were clean", file=sys.stderr)

    def run(path):
        command, directory = work[path]
        return path, subprocess.run(command, cwd=directory, capture_output=True, text=True)

    found = {}
    with ThreadPoolExecutor(jobs) as pool:
        for done, (path, result) in enumerate(pool.map(run, due), 1):
            ok = result.returncode == 0 and "warning:" not in result.stdout
            print(f"  {done}/{len(due)} {path}: {'ok' if ok else 'FOUND'}", file=sys.stderr)
            if ok:
                clean.keys[path] = keys[path]
            else:
                clean.keys.pop(path, None)
                found[path] = _lines(result.stdout.strip() or result.stderr)
            clean.save()
    return {path: found.get(path) for path in work}


def _version(tool):
    return subprocess.run([tool, "--version"], capture_output=True, text=True).stdout


def tidy(tree, build, jobs, only):
    """Path -> what clang-tidy found, None where it is clean."""
    database = Database(tree, build)
    # A compile database of g++ names warnings that clang does not know.
    extra = "--extra-arg=-Wno-unknown-warning-option"
    work = {
        path: ([CLANG_TIDY, "-p", database.build, "--quiet", extra, os.path.join(tree.root, path)], tree.root)
        for path in sorted(database.commands)
        if only in path
    }
    salt = _version(CLANG_TIDY) + tree.files.get(".clang-tidy", "")
    return _each(database, "tidy", work, salt, jobs)


def _module(path):
    parts = path.split("/")
    return "/".join(parts[:2]) if parts[0] in ("engine", "tests") else parts[0]


def headers(tree, build, jobs, only):
    """Path -> why the header does not compile by itself, None where it does."""
    database = Database(tree, build)
    built = {_module(path) for path in database.commands}
    work = {}
    orphans = {}
    for path in tree.paths("engine", "viz", "web", "tests", endings=(".h",)):
        if only not in path:
            continue
        flags = database.flags_for_header(path)
        if flags is None and _module(path) not in built:
            print(f"skip {path}: its module is not in this build", file=sys.stderr)
            continue
        if flags is None:
            orphans[path] = "nothing that is compiled here lies beside it or includes it"
            continue
        command, directory = flags
        # Not as the main file, where #pragma once is a warning.
        one_line = f'printf \'#include "%s"\\n\' {shlex.quote(os.path.join(tree.root, path))} | '
        one_line += shlex.join(command + ["-fsyntax-only", "-x", "c++", "-"])
        work[path] = (["sh", "-c", one_line], directory)
    return {**_each(database, "headers", work, "", jobs), **orphans}
