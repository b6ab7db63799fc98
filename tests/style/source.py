"""A tree of sources as the rules see it: path -> text, and what is code in a text."""

import os
import re
import subprocess
from dataclasses import dataclass

CPP = (".h", ".cpp")
CODE = CPP + (".cmake", ".py", ".sh", ".js", ".mjs", ".css", ".html", ".yml")


@dataclass(frozen=True)
class Finding:
    path: str
    line: int  # 0: the whole file
    what: str

    def __str__(self):
        return f"{self.path}:{self.line}: {self.what}" if self.line else f"{self.path}: {self.what}"


@dataclass(frozen=True)
class Include:
    line: int
    name: str
    quoted: bool


# A comment, a text or a character: whatever begins first hides the others.
_HIDDEN = re.compile(
    r'//[^\n]*|/\*.*?\*/|R"(?P<fence>[^()\s\\]{0,16})\(.*?\)(?P=fence)"|"(?:\\.|[^"\\\n])*"'
    r"|(?<![0-9a-zA-Z_])'(?:\\.|[^'\\\n])+'",
    re.DOTALL,
)
_INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*(?:"([^"\n]+)"|<([^>\n]+)>)', re.MULTILINE)


def _blank(text):
    return re.sub(r"[^\n]", " ", text)


def without_comments(text):
    def replace(match):
        # A raw text may hold what looks like a line of code; an include's own quotes stay.
        return _blank(match[0]) if match[0].startswith(("//", "/*", "R")) else match[0]

    return _HIDDEN.sub(replace, text)


def without_comments_and_texts(text):
    return _HIDDEN.sub(lambda match: _blank(match[0]), text)


def line_at(text, offset):
    return text.count("\n", 0, offset) + 1


def includes(text):
    plain = without_comments(text)
    return [
        Include(line_at(plain, match.start(0)), match[1] or match[2], match[1] is not None)
        for match in _INCLUDE.finditer(plain)
    ]


def is_code(path):
    return path.endswith(CODE) or os.path.basename(path) == "CMakeLists.txt"


class Tree:
    """Paths relative to the root, with `/`; texts are decoded, bytes that are not UTF-8 are a finding."""

    def __init__(self, files, root=None):
        self.root = root
        self.files = dict(sorted(files.items()))

    def paths(self, *folders, endings=()):
        return [
            path
            for path in self.files
            if (not folders or path.startswith(tuple(folder + "/" for folder in folders)))
            and (not endings or path.endswith(endings))
        ]

    def __getitem__(self, path):
        return self.files[path]

    def __contains__(self, path):
        return path in self.files


def _tracked(root):
    try:
        done = subprocess.run(
            ["git", "-C", root, "ls-files", "-z", "--cached"], capture_output=True, check=True
        )
        return [path for path in done.stdout.decode().split("\0") if path]
    except (OSError, subprocess.CalledProcessError):
        return None


def _walked(root):
    for folder, folders, names in os.walk(root):
        folders[:] = sorted(name for name in folders if name not in ("build", "node_modules", ".git"))
        for name in names:
            yield os.path.relpath(os.path.join(folder, name), root).replace(os.sep, "/")


def read_tree(root):
    """Every tracked text file; of an export without history, every file outside build/."""
    paths = _tracked(root)
    files = {}
    for path in _walked(root) if paths is None else paths:
        try:
            with open(os.path.join(root, path), "rb") as file:
                raw = file.read()
        except OSError:  # deleted, but not committed yet; or a link to nowhere
            continue
        if b"\0" not in raw:
            files[path] = raw.decode("utf-8", errors="replace")
    return Tree(files, root)
