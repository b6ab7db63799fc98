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
            command = entry.get("arguments") or shlex.split(entry["command"])
            for source in self._sources(os.path.join(entry["directory"], entry["file"])):
                absolute = os.path.realpath(source)
                path = os.path.relpath(absolute, os.path.realpath(tree.root)).replace(os.sep, "/")
                if path in tree and path.endswith(".cpp"):
                    self.commands[path] = (command, entry["directory"])

    @staticmethod
    def _sources(path):
        """What is compiled: the file, or what CMake has gathered in it."""
        if not re.fullmatch(r"unity_\d+_cxx\.cxx", os.path.basename(path)):
            return [path]
        with open(path, encoding="utf-8") as file:
            return re.findall(r'^#include "([^"]+)"', file.read(), re.MULTILINE)

    def flags(self, path):
        """The command of a source without input, output and what is precompiled, which would give a header what
        it forgot; and where it runs."""
        command, directory = self.commands[path]
        kept = []
        skip = False
        for word in command:
            if skip:
                skip = False
            elif word in ("-o", "-MF", "-MT", "-MQ", "-include", "-Xclang"):
                skip = True
            elif word not in ("-c", "-MD", "-MMD") and not word.endswith((".cpp", ".cxx")) and "ccache" not in word:
                kept.append(word)
        return kept, directory

    def target(self, path):
        """The folder of the object file: one for each library and program."""
        command, directory = self.commands[path]
        output = command[command.index("-o") + 1] if "-o" in command else ""
        return os.path.join(directory, re.sub(r"(\.dir)/.*", r"\1", output))

    def flags_for_header(self, header):
        """Those of the source that is most likely to include it."""
        includers = [
            path
            for path in self.commands
            if any(header.endswith("/" + include.name) for include in includes(self.tree[path]))
        ]
        same_folder = [p for p in self.commands if os.path.dirname(p) == os.path.dirname(header)]
        candidates = [p for p in same_folder if p in includers] or same_folder or includers
        if not candidates:
            return None
        return self.flags(candidates[0])

    def closure(self, paths):
        """The files and everything of ours that they include, sorted."""
        by_tail = {}
        for known in self.tree.paths(endings=CPP):
            by_tail.setdefault(os.path.basename(known), []).append(known)
        seen = set(paths)
        todo = list(paths)
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


def _key(database, command, paths, salt):
    digest = hashlib.sha256()
    compiled = json.dumps([database.commands.get(path) for path in paths])
    contents = [p + "\0" + database.tree[p] for p in database.closure(paths)]
    for part in [salt, json.dumps(command), compiled] + contents:
        digest.update(part.encode())
        digest.update(b"\0")
    return digest.hexdigest()


def _said(result):
    return "" if result.returncode == 0 and "warning:" not in result.stdout else result.stdout.strip() or result.stderr


def _each(database, name, work, salt, jobs, findings=_said):
    """Runs `work`, title -> (command, directory, paths), but for what was clean; title -> text of what was found."""
    clean = Clean(database.build, name)
    keys = {title: _key(database, command, paths, salt) for title, (command, _, paths) in work.items()}
    due = [title for title in work if clean.keys.get(title) != keys[title]]
    print(f"{name}: {len(due)} of {len(work)} have changed since they were clean", file=sys.stderr)

    def run(title):
        command, directory, _ = work[title]
        return title, subprocess.run(command, cwd=directory, capture_output=True, text=True)

    found = {}
    with ThreadPoolExecutor(jobs) as pool:
        for done, (title, result) in enumerate(pool.map(run, due), 1):
            text = findings(result)
            print(f"  {done}/{len(due)} {title}: {'FOUND' if text else 'ok'}", file=sys.stderr)
            if text:
                clean.keys.pop(title, None)
                found[title] = text
            else:
                clean.keys[title] = keys[title]
            clean.save()
    return {title: found.get(title) for title in work}


def _version(tool):
    return subprocess.run([tool, "--version"], capture_output=True, text=True).stdout


# As many sources of a target as are read at a time: nearly all of the time goes into the headers they share.
AT_A_TIME = 8


def _tidy_said(result):
    """Without what it only says because sources are included: that they are, and that names in them are global."""
    blocks = re.split(r"^(?=[^\s:]+:\d+:\d+: (?:warning|error): )", result.stdout, flags=re.MULTILINE)
    gathered = r"[^:]+\.cxx:.*\[bugprone-suspicious-include\b|[^:]+\.cpp:.*\[google-global-names-in-headers\b"
    rest = [block for block in blocks if block.strip() and not re.match(gathered, block)]
    if not rest and len(blocks) == 1 and result.returncode != 0:
        return result.stderr
    return "".join(rest).strip()


def tidy(tree, build, jobs, only):
    """Path -> what clang-tidy found, None where it is clean."""
    database = Database(tree, build)
    groups = {}
    for path in sorted(database.commands):
        if only in path:
            groups.setdefault((database.target(path), os.path.dirname(path)), []).append(path)
    folder = os.path.join(database.build, "style", "tidy")
    os.makedirs(folder, exist_ok=True)
    work = {}
    for sources in groups.values():
        for first in range(0, len(sources), AT_A_TIME):
            paths = sources[first : first + AT_A_TIME]
            title = paths[0] if len(paths) == 1 else f"{paths[0]} to {os.path.basename(paths[-1])} ({len(paths)})"
            gathered = os.path.join(folder, re.sub(r"\W", "_", paths[0]) + ".cxx")
            with open(gathered, "w", encoding="utf-8") as file:
                file.writelines(f'#include "{os.path.join(tree.root, path)}"\n' for path in paths)
            flags, directory = database.flags(paths[0])
            command = [CLANG_TIDY, "--quiet", f"--config-file={os.path.join(tree.root, '.clang-tidy')}"]
            # Sources see each other's names there; a database of g++ has warnings that clang does not know.
            command += [gathered, "--", *flags[1:], "-Wno-shadow", "-Wno-unknown-warning-option"]
            work[title] = (command, directory, paths)
    salt = _version(CLANG_TIDY) + tree.files.get(".clang-tidy", "")
    found = {}
    for title, text in _each(database, "tidy", work, salt, jobs, _tidy_said).items():
        paths = work[title][2]
        named = [path for path in paths if text and path in text]
        for path in paths:
            found[path] = _lines(text) if text and (path in named or not named) else None
    return found


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
        work[path] = (["sh", "-c", one_line], directory, [path])
    found = _each(database, "headers", work, "", jobs)
    return {**{path: text and _lines(text) for path, text in found.items()}, **orphans}
