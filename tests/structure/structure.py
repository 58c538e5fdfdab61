#!/usr/bin/env python3
# Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
"""Enforces who may include whom, and a few habits, over the whole tree.

usage: structure.py ROOT

Prints one line per violation, `file:line: what is wrong`, and exits 1 when there is any.
The tables below are the law; CONTRIBUTING.md explains it.
"""

import re
import sys
from pathlib import Path

SOURCE_SUFFIXES = {".c", ".cpp", ".cu", ".cuh", ".h", ".hpp"}
CUDA_SOURCE_SUFFIXES = {".cu", ".cuh"}
SCRIPT_SUFFIXES = {".cmake", ".py", ".sh"}
TOP_LEVEL = ("include", "kernels", "host", "tests", "bench", "examples", "python", "cmake", "tools",
             ".ci")
MAX_LINES = 400
MAX_LINES_UNDER = ("include/", "kernels/", "host/")
LICENSE_LINE = "SPDX-License-Identifier: Apache-2.0"
TEST_CASE = re.compile(r"^(TEST|TEST_F|TEST_P|TYPED_TEST)\(", re.MULTILINE)
ASSERTION = re.compile(r"\b(EXPECT_|ASSERT_|ADD_FAILURE|FAIL\(|expect_\w+\()")
UNFINISHED = re.compile(r"\b(TO" r"DO|FIX" r"ME)\b")

# A file belongs to the first area whose prefix it has.
AREAS = (
    ("rules", "include/curb/rules/"),
    ("public", "include/curb/"),
    ("kernels", "kernels/"),
    ("plan", "host/plan/"),
    ("capi", "host/capi/"),
    ("backend.hpp", "host/backend/backend.hpp"),
    ("backend.hpp", "host/backend/open.hpp"),  # and how a device is named
    ("backend", "host/backend/"),
    ("nn", "host/nn/"),
    ("data", "host/data/"),
    ("train", "host/train/"),
    ("drawing", "host/drawing/"),
    ("reproduce", "host/reproduce/"),
    ("cli", "host/cli/"),
    ("reference", "tests/reference/"),
    ("oracles", "tests/oracles/"),
    ("tests", "tests/"),
    ("bench", "bench/"),
    ("examples", "examples/"),
)

# What each area may include of ours. An area that is not named here (tests, benchmarks, examples)
# may include everything.
MAY_INCLUDE = {
    "rules": {"rules"},
    "public": {"rules", "public"},
    "kernels": {"rules", "kernels"},
    "plan": {"rules", "public", "kernels", "plan"},
    "capi": {"rules", "public", "capi"},
    "backend.hpp": {"rules", "public", "backend.hpp"},
    "backend": {"rules", "public", "kernels", "backend.hpp", "backend"},
    "nn": {"data", "backend.hpp", "nn"},
    "data": {"data"},
    "train": {"data", "backend.hpp", "nn", "train"},
    "drawing": {"drawing"},
    "reproduce": {"rules", "public", "data", "backend.hpp", "nn", "train", "drawing", "reproduce"},
    "cli": {"rules", "public", "data", "backend.hpp", "nn", "train", "drawing", "reproduce", "cli"},
    "reference": {"reference"},
    "oracles": {"reference", "oracles"},
}

# Where a CUDA header may be seen, directly or through another header of ours.
CUDA_ALLOWED = re.compile(r"kernels/|host/(plan|backend)/[^/]*cuda|tests/|bench/|examples/")
CUDA_HEADER = re.compile(
    r"(cuda|cu(blas|rand|sparse|solver|dnn|fft)|nvtx|nvrtc|nvml|nccl|thrust/|cub/|nv/|"
    r"cooperative_groups|driver_types|vector_types|vector_functions|device_functions|"
    r"device_launch_parameters|device_types|host_defines|math_constants|sm_\d)")

# Host libraries that nvcc cannot compile, or that have no business in a kernel.
HOST_LIBRARY = re.compile(
    r"(CLI/|toml\+\+|nlohmann/|fmt/|dnnl|oneapi/|cblas|openblas|zlib\.h|zconf\.h|Random123/|omp\.h)")

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')


def area_of(path):
    """The area of a path relative to the root, or None."""
    return next((area for area, prefix in AREAS if path.startswith(prefix)), None)


def files_of(root):
    """The files the checks look at, as sorted paths relative to the root."""
    found = [path for name in TOP_LEVEL for path in (root / name).rglob("*") if path.is_file()]
    found += [root / "CMakeLists.txt"]
    return sorted(path.relative_to(root).as_posix() for path in found
                  if path.is_file() and "__pycache__" not in path.parts)


def is_source(path):
    return Path(path).suffix in SOURCE_SUFFIXES


def is_script(path, text):
    name = Path(path)
    return (name.suffix in SCRIPT_SUFFIXES or name.name == "CMakeLists.txt"
            or text.startswith("#!"))


class Include:
    """One #include: where it stands, and the file of ours or the outside header that it names."""

    def __init__(self, line, name, ours):
        self.line = line
        self.name = name
        self.ours = ours  # a path relative to the root, or None for a header from outside


class Tree:
    """The texts and the include graph of the sources under a root."""

    def __init__(self, root):
        self.texts = {}
        for path in files_of(root):
            try:
                self.texts[path] = (root / path).read_text(encoding="utf-8")
            except UnicodeDecodeError:
                continue  # data, not a source
        self.includes = {path: self._includes(path) for path in self.texts if is_source(path)}

    def _includes(self, path):
        found = []
        for number, line in enumerate(self.texts[path].splitlines(), start=1):
            match = INCLUDE.match(line)
            if match:
                found.append(Include(number, match[2], self._resolve(path, *match.groups())))
        return found

    def _resolve(self, path, quote, name):
        """The file of ours that an include names; a name in one of our areas counts even where
        the file does not exist."""
        if quote == '"':
            beside = normalise(Path(path).parent / name)
            if beside in self.texts:
                return beside
        for candidate in (normalise(Path(name)), normalise(Path("include") / name)):
            if candidate in self.texts or area_of(candidate):
                return candidate
        return None

    def first_chain(self, path, pattern):
        """The shortest chain of includes from `path` to an outside header that matches `pattern`:
        (line of the first include, [names]), or None."""
        queue = [(include.line, [include.name], include) for include in self.includes[path]]
        seen = {path}
        while queue:
            line, names, include = queue.pop(0)
            if include.ours is None:
                if pattern.match(include.name):
                    return line, names
            elif include.ours not in seen:
                seen.add(include.ours)
                queue += [(line, names + [further.name], further)
                          for further in self.includes.get(include.ours, [])]
        return None


def normalise(path):
    """Removes `.` and `..` without looking at the file system."""
    parts = []
    for part in path.parts:
        if part == "..":
            parts = parts[:-1]
        elif part != ".":
            parts.append(part)
    return "/".join(parts)


def include_violations(tree):
    for path, includes in tree.includes.items():
        allowed = MAY_INCLUDE.get(area_of(path))
        if allowed is None:
            continue
        for include in includes:
            area = include.ours and area_of(include.ours)
            if area and area not in allowed:
                yield path, include.line, (
                    f"{area_of(path)} may not include {area} ({include.name})")


def reach_violations(tree):
    """CUDA headers outside their places, and host libraries in CUDA sources."""
    for path in tree.includes:
        forbidden = []
        if not CUDA_ALLOWED.match(path):
            forbidden.append((CUDA_HEADER, "a CUDA header may not be seen here"))
        if Path(path).suffix in CUDA_SOURCE_SUFFIXES:
            forbidden.append((HOST_LIBRARY, "a host library may not be seen in a CUDA source"))
        for pattern, what in forbidden:
            chain = tree.first_chain(path, pattern)
            if chain:
                line, names = chain
                yield path, line, f"{what} ({' -> '.join(names)})"


def habit_violations(tree):
    for path, text in tree.texts.items():
        if not is_source(path) and not is_script(path, text):
            continue
        lines = text.splitlines()
        if not any(LICENSE_LINE in line for line in lines[:2]):
            yield path, 1, f"the first lines lack `{LICENSE_LINE}`"
        if path.startswith(MAX_LINES_UNDER) and len(lines) > MAX_LINES:
            yield path, len(lines), f"{len(lines)} lines, more than {MAX_LINES}"
        for number, line in enumerate(lines, start=1):
            if UNFINISHED.search(line):
                yield path, number, "unfinished work is an issue, not a comment"


def assertion_violations(tree):
    """Test files that assert nothing, by a macro or by a function that says so in its name."""
    for path, text in tree.texts.items():
        case = path.endswith("_test.cpp") and TEST_CASE.search(text)
        if case and not ASSERTION.search(text):
            yield path, text.count("\n", 0, case.start()) + 1, (
                "the tests of this file assert nothing (EXPECT_..., ASSERT_... or expect_...)")


def violations(root):
    """Every violation under `root` as a sorted list of (path, line, message)."""
    tree = Tree(Path(root))
    return sorted([*include_violations(tree), *reach_violations(tree), *habit_violations(tree),
                   *assertion_violations(tree)])


def main(arguments):
    if len(arguments) != 1 or not Path(arguments[0]).is_dir():
        print(__doc__, file=sys.stderr)
        return 2
    found = violations(arguments[0])
    for path, line, message in found:
        print(f"{path}:{line}: {message}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
