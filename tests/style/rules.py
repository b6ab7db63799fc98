"""The rules. Each takes a Tree and returns its findings; selftest.py shows that each of them can find."""

import os
import re

from source import CPP, Finding, includes, is_code, line_at, without_comments_and_texts

RULES = {}


def rule(title):
    def register(function):
        RULES[title] = function
        return function

    return register


# Which module may include which: the arrows of the design, and no others.
ENGINE_ARROWS = {
    "base": set(),
    "raft": {"base"},
    "storage": {"raft", "base"},
    "kv": {"base"},
    "member": {"raft", "storage", "kv", "base"},
    "sim": {"member", "raft", "storage", "kv", "base"},
    "lab": {"sim", "member", "raft", "storage", "kv", "base"},
    "cli": {"lab", "sim", "member", "raft", "storage", "kv", "base"},
}
ARROWS = {
    **ENGINE_ARROWS,
    "viz": ENGINE_ARROWS["lab"] | {"lab", "fonts"},
    "desktop": ENGINE_ARROWS["lab"] | {"lab", "viz", "fonts"},
    "web": {"viz", "fonts"},
}
# Files made data by the build (cmake/RaftariumEmbed.cmake) belong to nobody; the engine's core has none.
EMBEDDING = {"lab", "cli", "viz", "desktop", "web", "fonts"}

# Libraries from outside: how their includes begin, and the folders that may have them. The first that
# fits decides.
MAINS = ("engine/cli/main.cpp", "viz/desktop/main.cpp", "tests/bench/", "tests/datadriven/main.cpp")
LIBRARIES = {
    "nlohmann/": ("engine/lab/", "engine/cli/", "tests/"),
    "CLI/": ("engine/cli/",) + MAINS,
    "imgui": ("viz/", "web/", "tests/unit/viz/", "tests/bench/viz.cpp"),
    "GLFW/": ("viz/desktop/", "web/"),
    "GL/": ("viz/desktop/", "web/"),
    "GLES2/": ("viz/desktop/", "web/"),
    "GLES3/": ("viz/desktop/", "web/"),
    "emscripten": ("web/", "tests/bench/"),
    "doctest/": ("tests/support/",),
    "pcg_random.hpp": ("engine/base/",),
    "zlib.h": ("engine/lab/",),
    "sys/single_threaded.h": ("engine/base/",),
    "nmmintrin.h": ("engine/base/",),  # the instruction for CRC-32C
    "malloc.h": ("tests/bench/",),     # what a block really takes
    # POSIX, for the real disk and for programs.
    "fcntl.h": ("engine/storage/", "tests/"),
    "unistd.h": ("engine/storage/", "engine/cli/", "viz/desktop/", "tests/"),
    "dirent.h": ("engine/storage/", "tests/"),
    "sys/": ("engine/storage/", "engine/cli/", "viz/desktop/", "tests/"),
}
_IMGUI = re.compile(r"imgui(_[a-z0-9_]+)?\.h$")


def module_of(path):
    """The module that a file of engine/, viz/ or web/ belongs to; None elsewhere."""
    parts = path.split("/")
    if parts[0] == "engine" and len(parts) > 2:
        return parts[1]
    if path.startswith("viz/desktop/"):
        return "desktop"
    return parts[0] if parts[0] in ("viz", "web") else None


@rule("includes follow the design's arrows")
def arrows_of_includes(tree):
    found = []
    for path in tree.paths("engine", "viz", "web", endings=CPP):
        module = module_of(path)
        if module not in ARROWS:
            found.append(Finding(path, 0, f"the module {module} is not in the design"))
            continue
        for include in includes(tree[path]):
            if not include.quoted or library_of(include.name):
                continue
            target, slash, _ = include.name.partition("/")
            if include.name.startswith("viz/desktop/"):
                target = "desktop"
            if not slash or target in (".", ".."):
                what = f'"{include.name}" must be included by its full name: "module/file.h"'
            elif target == module or target in ARROWS[module]:
                continue
            elif target == "embedded" and module in EMBEDDING:
                continue
            else:
                allowed = ", ".join(sorted(ARROWS[module])) or "nothing"
                what = f'{module} must not include "{include.name}": {module} may use {allowed}'
            found.append(Finding(path, include.line, what))
    return found


@rule("modules are linked along the design's arrows")
def arrows_of_targets(tree):
    found = []
    outside = {"zlib", "imgui", "imgui_glfw", "fonts"}
    for path in tree.paths("engine", "viz", "web"):
        if os.path.basename(path) != "CMakeLists.txt":
            continue
        module = module_of(path)
        text = re.sub(r"#[^\n]*", "", tree[path])
        for call in re.finditer(r"raftarium_module\s*\(([^)]*)\)", text):
            words = call[1].split()
            keywords = {"NAME", "SOURCES", "HEADERS", "DEPENDS", "PRECOMPILE", "EXCEPTIONS"}
            values = {}
            keyword = None
            for word in words:
                if word in keywords:
                    keyword = word
                else:
                    values.setdefault(keyword, []).append(word)
            for depends in values.get("DEPENDS", []):
                embedded = [name for name in re.findall(r"raftarium_embed\s*\(\s*NAME\s+(\w+)", text)]
                if depends in outside or depends in embedded or depends in ARROWS.get(module, set()):
                    continue
                line = line_at(text, call.start())
                found.append(Finding(path, line, f"{module} must not depend on {depends}"))
    return found


def library_of(name):
    for prefix in LIBRARIES:
        if prefix == "imgui":
            if _IMGUI.match(name):
                return prefix
        elif name.startswith(prefix) if prefix.endswith("/") or prefix == "emscripten" else name == prefix:
            return prefix
    return None


@rule("libraries from outside stay where the design puts them")
def libraries(tree):
    found = []
    for path in tree.paths(endings=CPP):
        for include in includes(tree[path]):
            library = library_of(include.name)
            if library is None:
                standard = re.fullmatch(r"[a-z_0-9]+", include.name)
                if not include.quoted and not standard:
                    what = f"<{include.name}>: an unknown library; tests/style/rules.py names the known ones"
                    found.append(Finding(path, include.line, what))
            elif not path.startswith(LIBRARIES[library]):
                places = ", ".join(LIBRARIES[library])
                found.append(Finding(path, include.line, f"{include.name} belongs only in {places}"))
    return found


@rule("a source includes its own header first, a header guards itself")
def own_header_first(tree):
    found = []
    for path in tree.paths(endings=CPP):
        text = tree[path]
        if path.endswith(".h"):
            if not re.search(r"^#pragma once$", text, re.MULTILINE):
                found.append(Finding(path, 0, "expected #pragma once"))
            continue
        own = path[: -len(".cpp")] + ".h"
        listed = includes(text)
        if own in tree and (not listed or not ("/" + own).endswith("/" + listed[0].name)):
            found.append(Finding(path, listed[0].line if listed else 0, f"expected {own} to come first"))
    return found


# What would make a world differ from machine to machine or from run to run (design, rule 3).
_FORBIDDEN = [
    (r"#\s*include\s*<chrono>", "a clock: time in the engine is virtual"),
    (r"#\s*include\s*<(ctime|time\.h)>", "a clock: time in the engine is virtual"),
    (r"\bstd\s*::\s*chrono\b", "a clock: time in the engine is virtual"),
    (r"\b(clock_gettime|gettimeofday|std\s*::\s*time)\b", "a clock: time in the engine is virtual"),
    (r"#\s*include\s*<random>", "<random> differs between libraries: use base::Prng"),
    (r"\b(s?rand|random_device|mt19937(_64)?|[a-z_]+_distribution)\b",
     "numbers that do not replay: use base::Prng"),
    (r"\b(std\s*::\s*)?unordered_(multi)?(map|set)\b", "an unordered container: its order is nobody's"),
    (r"\bstd\s*::\s*hash\b", "std::hash differs between libraries: use base::Hasher"),
    (r"\b(float|double)\b", "floating point: the engine computes with integers"),
    (r"\bstd\s*::\s*(map|set)\s*<[^,<>]*\*\s*[,>]", "an order by address"),
    (r"\b(getenv|__DATE__|__TIME__)\b", "something that differs from run to run"),
    (r"\b(throw|catch)\b", "an exception: errors are base::Result"),
]
_OUTPUT = [
    (r"\bstd\s*::\s*(cout|cerr|clog)\b", "output: the engine says what it has to say in its values"),
    (r"(?<![\w:])(std\s*::\s*)?(printf|fprintf|puts|fputs|putchar)\s*\(",
     "output: the engine says what it has to say in its values"),
]
# check.cpp says its last words; the modules below sit on libraries that throw.
_MAY_PRINT = ("engine/cli/", "engine/base/check.cpp")
_MAY_CATCH = ("engine/lab/", "engine/cli/")


@rule("the engine is deterministic and silent")
def determinism(tree):
    found = []
    for path in tree.paths("engine", endings=CPP):
        text = without_comments_and_texts(tree[path])
        patterns = _FORBIDDEN if path.startswith(_MAY_PRINT) else _FORBIDDEN + _OUTPUT
        for pattern, why in patterns:
            if "throw" in pattern and path.startswith(_MAY_CATCH):
                continue
            for match in re.finditer(pattern, text):
                found.append(Finding(path, line_at(text, match.start()), f"{match[0].strip()}: {why}"))
    return found


@rule("nothing is left for later")
def no_notes_to_self(tree):
    # Spelled in halves, or this file would be the first finding.
    words = ["TO" + "DO", "FIX" + "ME", "XX" + "X", "HA" + "CK"]
    pattern = re.compile(r"\b(" + "|".join(words) + r")\b")
    return [
        Finding(path, line_at(tree[path], match.start()), f"{match[0]}: do it, or leave it out")
        for path in tree.paths()
        for match in pattern.finditer(tree[path])
    ]


@rule("texts are plain: UTF-8, no tabs, no trailing blanks, one last newline")
def plain_text(tree):
    found = []
    for path in tree.paths():
        text = tree[path]
        if "\ufffd" in text:
            found.append(Finding(path, line_at(text, text.index("\ufffd")), "expected UTF-8"))
        if not is_code(path):
            continue
        for number, line in enumerate(text.split("\n"), 1):
            if "\t" in line:
                found.append(Finding(path, number, "a tab"))
            if line.rstrip() != line:
                found.append(Finding(path, number, "blanks at the end of the line"))
        if text and (not text.endswith("\n") or text.endswith("\n\n")):
            found.append(Finding(path, 0, "expected one newline at the end"))
    return found


MAX_COLUMNS = 120
MAX_LINES = 700


@rule(f"lines of code have at most {MAX_COLUMNS} columns, but for links")
def line_length(tree):
    return [
        Finding(path, number, f"{len(line)} columns")
        for path in tree.paths()
        if is_code(path)
        for number, line in enumerate(tree[path].split("\n"), 1)
        if len(line) > MAX_COLUMNS and not re.search(r"https?://\S+", line)
    ]


@rule(f"files of code have at most {MAX_LINES} lines")
def file_length(tree):
    return [
        Finding(path, 0, f"{count} lines: a file does one thing")
        for path in tree.paths()
        if is_code(path) and (count := tree[path].count("\n")) > MAX_LINES
    ]


@rule("names of files are in snake_case")
def file_names(tree):
    return [
        Finding(path, 0, "expected lower case with underscores")
        for path in tree.paths("engine", "viz", "web", "tests", endings=CPP + (".py",))
        if not re.fullmatch(r"[a-z0-9_]+\.[a-z]+", os.path.basename(path))
    ]
