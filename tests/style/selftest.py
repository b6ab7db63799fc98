"""Self-tests: small trees that break one rule each must be found out, and what only looks like it must not."""

import json
import os
import tempfile

import rules
import tools
from source import Tree, includes, without_comments_and_texts

TESTS = {}

# The arrows of the design once more, written as there, so that a slip in one of the two tables shows.
DESIGN = """raft→base · storage→raft,base · kv→base · member→raft,storage,kv,base ·
sim→member,raft,storage,kv,base · lab→sim,member,raft,storage,kv,base ·
cli→lab,sim,member,raft,storage,kv,base · viz→lab,sim,member,raft,storage,kv,base ·
desktop→viz,lab,sim,member,raft,storage,kv,base · web→viz"""
FOLDERS = {"viz": "viz", "desktop": "viz/desktop", "web": "web"}


def test(title):
    def register(function):
        TESTS["self-test: " + title] = function
        return function

    return register


def folder(module):
    return FOLDERS.get(module, "engine/" + module)


def expect(name, files, *expected):
    """What is wrong when the rule's findings in `files` are not `expected` (parts of their texts, in order)."""
    found = [str(finding) for finding in rules.RULES[name](Tree(files))]
    if len(found) == len(expected) and all(part in text for part, text in zip(expected, found)):
        return []
    return [f"in {files}: expected {list(expected)}, found {found}"]


@test("every arrow of the design is allowed and every other one is caught")
def arrows():
    allowed = {}
    for arrow in DESIGN.replace("\n", " ").split(" · "):
        source, targets = arrow.strip().split("→")
        allowed[source] = set(targets.split(","))
    modules = sorted(set(allowed) | {"base"})
    wrong = []
    for source in modules:
        for target in modules:
            name = folder(target).replace("engine/", "") + "/x.h"
            files = {f"{folder(source)}/y.cpp": f'// The first line.\n#include "{name}"\n'}
            fine = source == target or target in allowed.get(source, set())
            wanted = () if fine else (f'y.cpp:2: {source} must not include "{name}"',)
            wrong += expect("includes follow the design's arrows", files, *wanted)
            files = {f"{folder(source)}/CMakeLists.txt": f"raftarium_module(\n  NAME m\n  DEPENDS {target})\n"}
            wanted = () if target in allowed.get(source, set()) else (f"{source} must not depend on {target}",)
            wrong += expect("modules are linked along the design's arrows", files, *wanted)
    return wrong


@test("an include is seen however it is written, and not in comments and texts")
def written():
    text = """// #include "a/a.h"
/* #include "b/b.h"
#include "c/c.h" */
  #  include   "d/d.h"  // why
const char* text = "#include <e>"; const char quote = '"';
const int big = 1'000'000;
#include <f>
const char* raw = R"x(
#include "g/g.h"
)x";
"""
    found = [(include.line, include.name) for include in includes(text)]
    wanted = [(4, "d/d.h"), (7, "f")]
    return [] if found == wanted else [f"expected {wanted}, found {found}"]


@test("comments and texts are blanked without moving a line")
def blanked():
    text = "int a; // double\nconst char* b = \"float\\\"\";\n/* x\n y */ int c = 1'000;\nchar d = 'd';\n"
    plain = without_comments_and_texts(text)
    wrong = [word for word in ("double", "float", "x", "y", "'d'") if word in plain]
    wrong += [word for word in ("int a;", "int c = 1'000;", "char d =") if word not in plain]
    wrong += [] if plain.count("\n") == text.count("\n") else ["lines were lost"]
    return wrong


@test("paths that are not module/file.h and modules that nobody knows are caught")
def names():
    rule = "includes follow the design's arrows"
    return (
        expect(rule, {"engine/kv/a.cpp": '#include "b.h"\n'}, 'a.cpp:1: "b.h" must be included by its full name')
        + expect(rule, {"engine/kv/a.cpp": '#include "../raft/b.h"\n'}, "must be included by its full name")
        + expect(rule, {"engine/magic/a.cpp": ""}, "the module magic is not in the design")
        + expect(rule, {"engine/raft/a.cpp": '#include "magic/b.h"\n'}, "raft must not include")
        + expect(rule, {"engine/raft/a.cpp": '#include "embedded/b.h"\n'}, "raft must not include")
        + expect(rule, {"engine/sim/a.h": '#include "fonts/fonts.h"\n'}, "sim must not include")
        + expect(rule, {"viz/a.h": '#include "fonts/fonts.h"\n#include "embedded/b.h"\n'})
        + expect(rule, {"tests/unit/kv/a.cpp": '#include "b.h"\n#include "sim/world.h"\n'})
    )


@test("JSON, ImGui, CLI11 and the rest are caught outside their places")
def outside():
    rule = "libraries from outside stay where the design puts them"
    cases = {
        "nlohmann/json.hpp": ("engine/lab/a.cpp", ["engine/sim/a.cpp", "viz/a.cpp", "web/a.cpp"]),
        "imgui.h": ("viz/panels/a.cpp", ["engine/lab/a.cpp", "engine/cli/a.cpp"]),
        "imgui_impl_glfw.h": ("viz/desktop/main.cpp", ["engine/lab/a.cpp"]),
        "CLI/CLI.hpp": ("engine/cli/run.cpp", ["engine/lab/a.cpp", "viz/app.cpp"]),
        "GLFW/glfw3.h": ("viz/desktop/main.cpp", ["viz/app.cpp", "engine/base/a.cpp"]),
        "emscripten/html5.h": ("web/main.cpp", ["viz/app.cpp", "engine/base/a.cpp"]),
        "doctest/doctest.h": ("tests/support/test.h", ["tests/unit/kv/a.cpp", "engine/kv/a.cpp"]),
        "pcg_random.hpp": ("engine/base/prng.h", ["engine/sim/network.h"]),
        "sys/single_threaded.h": ("engine/base/refcount.h", ["engine/storage/a.cpp"]),
    }
    wrong = []
    for name, (right, wrongs) in cases.items():
        wrong += expect(rule, {right: f"#include <{name}>\n"})
        for place in wrongs:
            wrong += expect(rule, {place: f"#include <{name}>\n"}, f"a.cpp:1: {name} belongs only in"
                            if place.endswith("a.cpp") else f"{name} belongs only in")
    wrong += expect(rule, {"engine/kv/a.cpp": "#include <boost/any.hpp>\n"}, "an unknown library")
    wrong += expect(rule, {"engine/kv/a.cpp": "#include <string.h>\n"}, "an unknown library")
    wrong += expect(rule, {"engine/kv/a.cpp": '#include <string>\n#include "imgui.h"\n'}, "imgui.h belongs only")
    return wrong


@test("a source whose own header comes late, and a header without a guard, are caught")
def own_header():
    rule = "a source includes its own header first, a header guards itself"
    header = {"engine/kv/a.h": "#pragma once\n"}
    return (
        expect(rule, {**header, "engine/kv/a.cpp": '#include <string>\n#include "kv/a.h"\n'}, "a.cpp:1")
        + expect(rule, {**header, "engine/kv/a.cpp": ""}, "a.cpp")
        + expect(rule, {**header, "engine/kv/a.cpp": '#include "kv/a.h"\n#include <string>\n'})
        + expect(rule, {"viz/a.h": "#pragma once\n", "viz/a.cpp": '#include "viz/a.h"\n'})
        + expect(rule, {"viz/a.h": "#pragma once\n", "viz/a.cpp": '#include "viz/a.h"\n'})
        + expect(rule, {"engine/kv/b.h": "int x;\n"}, "expected #pragma once")
    )


@test("clocks, foreign random numbers, floats, unordered containers and output are caught in the engine")
def indeterminate():
    rule = "the engine is deterministic and silent"
    caught = [
        "#include <chrono>", "#include <ctime>", "auto t = std::chrono::steady_clock::now();",
        "#include <random>", "int x = rand();", "int x = std::rand();", "std::random_device device;",
        "std::mt19937 g;", "std::uniform_int_distribution<int> d;", "std::unordered_map<int, int> m;",
        "std::unordered_set<int> s;", "double x = 1;", "float x = 1;", "std::map<Node*, int> m;",
        "std::set<const Node*> s;", "std::hash<int> h;", "std::cout << 1;", "std::cerr << 1;",
        "std::printf(text);", "printf(text);", "throw 1;", "const char* d = __DATE__;",
    ]
    fine = [
        "// a double take, std::cout", 'const char* x = "float";', "int operand = 1; int random = 2;",
        "std::snprintf(text, size, format);", "std::map<int, Node*> m;", "int time = world.time();",
        "int doubled = 2 * x;",
    ]
    wrong = []
    for line in caught:
        for place in ("engine/raft/a.cpp", "engine/sim/a.h"):
            found = [str(f) for f in rules.RULES[rule](Tree({place: "\n" + line + "\n"}))]
            if not found or not all(text.startswith(place + ":2: ") for text in found):
                wrong.append(f"{line}: found {found}")
        wrong += expect(rule, {"viz/a.cpp": line + "\n", "tests/unit/kv/a.cpp": line + "\n"})
    for line in fine:
        wrong += expect(rule, {"engine/raft/a.cpp": line + "\n"})
    wrong += expect(rule, {"engine/cli/main.cpp": "std::cout << 1;\n"})
    wrong += expect(rule, {"engine/cli/main.cpp": "double x;\n"}, "double")
    return wrong


@test("notes to oneself, tabs, blanks, long lines, long files and odd names are caught")
def plain():
    note = "TO" + "DO"
    return (
        expect("nothing is left for later", {"README.md": f"a\n{note}: b\n"}, f"README.md:2: {note}")
        + expect("nothing is left for later", {"a.cpp": f"int x{note}x; // mastodon\n"})
        + expect("texts are plain: UTF-8, no tabs, no trailing blanks, one last newline",
                 {"a.cpp": "\tint x; \nint y;"}, "1: a tab", "1: blanks", "one newline at the end")
        + expect("texts are plain: UTF-8, no tabs, no trailing blanks, one last newline",
                 {"a.cpp": "int x;\n\n"}, "one newline at the end")
        + expect("texts are plain: UTF-8, no tabs, no trailing blanks, one last newline",
                 {"a.cpp": "// caf\ufffd\n"}, "expected UTF-8")
        + expect("lines of code have at most 120 columns, but for links",
                 {"a.cpp": "x" * 120 + "\n" + "é" * 121 + "\n// https://example.org/" + "x" * 120 + "\n"},
                 "a.cpp:2: 121 columns")
        + expect("files of code have at most 700 lines",
                 {"a.cpp": "\n" * 700, "b.cpp": "\n" * 701, "c.txt": "\n" * 9000}, "b.cpp: 701 lines")
        + expect("names of files are in snake_case",
                 {"viz/MyPanel.cpp": "", "viz/my_panel.cpp": "", "engine/kv/my-store.h": ""},
                 "engine/kv/my-store.h", "viz/MyPanel.cpp")
    )


def _small_build(folder, sources):
    """A tree on disk with a compile database that uses the system's compiler."""
    commands = []
    for path, text in sources.items():
        full = os.path.join(folder, path)
        os.makedirs(os.path.dirname(full), exist_ok=True)
        with open(full, "w", encoding="utf-8") as file:
            file.write(text)
        if path.endswith(".cpp"):
            arguments = ["c++", "-std=c++20", "-I", os.path.join(folder, "engine"), "-o", "x.o", "-c", full]
            commands.append({"directory": folder, "file": full, "arguments": arguments})
    with open(os.path.join(folder, "compile_commands.json"), "w", encoding="utf-8") as file:
        json.dump(commands, file)
    return Tree(sources, folder)


def tool_finds(check, sources, mended):
    """Runs `check` twice: it must find the files of `mended` and no other, and nothing once they say that."""
    wrong = []
    with tempfile.TemporaryDirectory() as folder:
        for expected in (sorted(mended), []):
            found = check(_small_build(folder, sources), folder, 2, "")
            names = sorted(path for path, why in found.items() if why)
            if names != expected:
                wrong.append(f"expected findings in {expected}, got {found}")
            sources = {**sources, **mended}
    return wrong


def headers_find():
    fine = "#pragma once\n#include <string>\ninline std::string text() { return {}; }\n"
    bad = "#pragma once\ninline std::string text() { return {}; }\n"
    source = '#include <string>\n#include "kv/bad.h"\n'
    sources = {"engine/kv/fine.h": fine, "engine/kv/bad.h": bad, "engine/kv/a.cpp": source}
    return tool_finds(tools.headers, sources, {"engine/kv/bad.h": fine})


def tidy_finds():
    fine = "void f(int n) {\n  while (n > 0) --n;\n}\n"
    bad = "void g(int n) {\n  if (n > 0) n = n;\n  if (n == n) g(0);\n}\n"
    # Says more than is shown of one file, before it comes to the next.
    worse = "void h(int n) {\n" + "  if (n == n) n = n;\n" * 30 + "}\n"
    sources = {"engine/kv/fine.cpp": fine, "engine/kv/a_worse.cpp": worse, "engine/kv/bad.cpp": bad}
    with open(os.path.join(os.path.dirname(__file__), "../../.clang-tidy"), encoding="utf-8") as file:
        sources[".clang-tidy"] = file.read()
    return tool_finds(
        tools.tidy,
        sources,
        {"engine/kv/bad.cpp": fine.replace("f(", "g("), "engine/kv/a_worse.cpp": fine.replace("f(", "h(")},
    )
